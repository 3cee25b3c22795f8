"""schema: the configuration file described for editors."""

from __future__ import annotations

import typer  # noqa: TC002 - read by typer itself


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)


def schema(context: typer.Context) -> None:
    """Print the JSON Schema of the configuration, for editors.

    Example: orderlink schema > orderlink.schema.json
    """
    import json  # noqa: PLC0415

    from orderlink.config import config_schema  # noqa: PLC0415

    context.obj.output.write(json.dumps(config_schema(), indent=2) + "\n")

"""check: whether everything is as it should be."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    context: typer.Context,
    *,
    connection: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Check this marketplace with its shop, or this shop; may be given several times.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Check configuration, machine and connections; send nothing.

    Each marketplace and shop is really asked: for the credentials, each right, the products of the
    open orders and the carriers' codes. It works while a run is active. The exit code is 0 when
    nothing failed, 1 when something did, and 2 when the configuration cannot be used.

    Example: orderlink check --connection bol
    """
    from orderlink.cli.findings import show_findings  # noqa: PLC0415

    names = frozenset(connection or ())
    raise typer.Exit(show_findings(context.obj, names, as_json=json))

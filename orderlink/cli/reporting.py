"""report: the status, and how it was over time, as a page or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orderlink.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    context: typer.Context,
    *,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Begin with this day: 2026-01-31, or 30d, 12h.")
    ] = "30d",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write it to this file.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Write JSON for a program.")] = False,
) -> None:
    """Write an HTML page: how all stands, and how it was over time.

    It has orders per day, how long they took, which errors there were and what needs a person. It
    is one file that loads nothing from elsewhere, and nothing of a buyer is in it. Without --output
    it goes to standard output. A file that is there already is written over; it is for its owner
    only.

    Example: orderlink report --since 90d --output report.html
    """
    from orderlink.cli.listing import reading, since_when  # noqa: PLC0415
    from orderlink.errors import ConfigurationError  # noqa: PLC0415
    from orderlink.report.figures import gather_figures  # noqa: PLC0415
    from orderlink.report.places import Places  # noqa: PLC0415

    session: Session = context.obj
    now = session.clock.now()
    begin = since_when(since, now)
    if begin > now:
        raise ConfigurationError([f"--since: {since} lies ahead"])
    if not (json or output) and session.output.is_terminal:
        raise ConfigurationError(["name a file for the page, as: --output report.html"])
    with reading(session) as store:
        config = session.config()
        figures = gather_figures(config, Places(config, store), store, begin, now)
    if json:
        from orderlink.report.document import json_text  # noqa: PLC0415
        from orderlink.report.past import figures_document  # noqa: PLC0415

        text = json_text(figures_document(figures))
    else:
        from orderlink.report.page.document import page  # noqa: PLC0415

        text = page(figures)
    if output:
        from orderlink.files import new_file  # noqa: PLC0415

        with new_file(Path(output), overwrite=True) as path:
            path.write_text(text, "utf-8")
    else:
        session.output.write(text)

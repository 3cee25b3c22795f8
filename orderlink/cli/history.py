"""log: what the runs did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orderlink.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("log")(log)


def log(
    context: typer.Context,
    run: Annotated[
        int | None,
        typer.Argument(
            metavar="RUN",
            min=1,
            help="The number of a run, to see everything that happened in it.",
            show_default=False,
        ),
    ] = None,
    *,
    order: Annotated[
        str,
        typer.Option(
            metavar="ORDER", help="Show only runs in which something happened to this order."
        ),
    ] = "",
    connection: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Show only runs in which something happened at this marketplace or shop.",
        ),
    ] = "",
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Show only runs since then: 2026-01-31, or 2h, 7d.")
    ] = "",
    until: Annotated[
        str,
        typer.Option(
            metavar="WHEN", help="Show only runs until then: 2026-01-31 (its end), or 2h, 7d."
        ),
    ] = "",
    failed: Annotated[
        bool, typer.Option("--failed", help="Show only runs in which something went wrong.")
    ] = False,
    limit: Annotated[
        int,
        typer.Option(
            min=1,
            max=100_000,
            metavar="NUMBER",
            help="Show so many lines at most, or runs with --json.",
        ),
    ] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Show what the runs did: when, how long, what came of it.

    The newest run stands last. Like runs in a row (nothing to do, the same outage) are one line.
    With --order, what happened to that order stands there; what persons did to it stands in:
    orderlink show ORDER.

    Example: orderlink log --failed --since 2h
    """
    from orderlink.cli.recalling import Wanted, show_run, show_runs  # noqa: PLC0415

    session: Session = context.obj
    if run is None:
        wanted = Wanted(order, connection, since, until, limit, failed=failed)
        show_runs(session, wanted, as_json=json)
    elif order or connection or since or until or failed:
        raise typer.BadParameter("give the number of a run, or say which runs, not both")
    else:
        show_run(session, run, as_json=json)

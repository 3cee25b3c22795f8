"""alert: whether a person would really be told."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(alert)


def alert(
    context: typer.Context,
    *,
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message on each way of [alerts].")
    ] = False,
) -> None:
    """Try the ways on which you are told of what needs you.

    Runs tell by themselves: once when something starts, once a day, and once when it is over. This
    sends a test on each way, and says which went out. The exit code is 1 where one did not.

    Example: orderlink alert --test
    """
    if not test:
        raise typer.BadParameter("give --test; runs tell by themselves")
    context.obj.config()
    from orderlink.cli.alerted import try_alerts  # noqa: PLC0415

    raise typer.Exit(try_alerts(context.obj))

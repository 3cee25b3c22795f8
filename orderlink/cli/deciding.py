"""retry, manual, follow: what a person decides about orders. They need no lock."""

from __future__ import annotations

from typing import Annotated

import typer

ORDER_HELP = "The marketplace's number, the shop's id or number, or a tracking code."

OneOrder = Annotated[str, typer.Argument(metavar="ORDER", help=ORDER_HELP)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(retry)
    app.command()(manual)
    app.command()(follow)


def retry(
    context: typer.Context,
    orders: Annotated[
        list[str] | None,
        typer.Argument(metavar="ORDER", help=ORDER_HELP, show_default=False),
    ] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Retry everything that has a problem, connections, too.")
    ] = False,
) -> None:
    """Close the problems of orders, and let the next run try again.

    What may have been sent already is looked up first and never sent again blindly.

    Example: orderlink retry 1234567890
    """
    if every == bool(orders):
        raise typer.BadParameter("name the orders, or give --all")
    from orderlink import people  # noqa: PLC0415
    from orderlink.cli.decisions import decide, retry_all  # noqa: PLC0415

    if every:
        done = retry_all(context.obj)
    else:
        done = decide(context.obj, orders or [], people.retry, for_next_run=True)
    raise typer.Exit(0 if done else 1)


def manual(context: typer.Context, order: OneOrder) -> None:
    """Handle an order yourself: it is no longer followed.

    Nothing of it is sent any more. To take that back: orderlink follow ORDER.

    Example: orderlink manual 1234567890
    """
    from orderlink import people  # noqa: PLC0415
    from orderlink.cli.decisions import decide  # noqa: PLC0415

    raise typer.Exit(0 if decide(context.obj, [order], people.take_over) else 1)


def follow(context: typer.Context, order: OneOrder) -> None:
    """Take back an order that you had taken over.

    It is read at the marketplace and in the shop again before anything is done.

    Example: orderlink follow 1234567890
    """
    from orderlink import people  # noqa: PLC0415
    from orderlink.cli.decisions import decide  # noqa: PLC0415

    raise typer.Exit(0 if decide(context.obj, [order], people.follow) else 1)

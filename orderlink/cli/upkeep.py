"""rebuild, purge: what is done rarely, and by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orderlink.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(rebuild)
    app.command()(purge)
    app.command("test-order")(try_out)


def rebuild(context: typer.Context) -> None:
    """Take over from the shop what a lost state file had created.

    All open orders of the marketplaces are looked for in the shop by the reference that orderlink
    left on them; nothing is created. Orders that are not in the shop wait as new for the next run.
    Where you have a backup, take that: orderlink restore FILE.

    Example: orderlink rebuild
    """
    context.obj.config()
    from orderlink.cli.running import run_stage  # noqa: PLC0415
    from orderlink.runner import Order  # noqa: PLC0415

    asked = Order(stage="rebuild", max_seconds=3600)
    raise typer.Exit(run_stage(context.obj, asked, wait=False))


def purge(
    context: typer.Context,
    *,
    older_than: Annotated[
        str,
        typer.Option(
            metavar="SPAN",
            help="Delete those of orders that were closed longer ago than this, as 7d or 12h. Left"
            " out: keep_personal_data of the configuration.",
        ),
    ] = "",
) -> None:
    """Delete buyers' data of closed orders now.

    Every run does this by itself; this is for a person who does not want to wait.

    Example: orderlink purge --older-than 7d
    """
    from orderlink.cli.decisions import purge_now  # noqa: PLC0415

    session: Session = context.obj
    purge_now(session, older_than)


def try_out(
    context: typer.Context,
    connection: Annotated[
        str, typer.Argument(metavar="CONNECTION", help="A marketplace of the configuration.")
    ],
    sku: Annotated[str, typer.Option("--sku", metavar="SKU", help="A product that the shop has.")],
    *,
    price: Annotated[
        str, typer.Option(metavar="AMOUNT", help="What the test buyer pays, tax included.")
    ] = "1.00",
) -> None:
    """Put one marked order into the shop, and take it back.

    It is made as an order of this marketplace would be, and says clearly that it is a test. Nothing
    is asked of the marketplace. The order stays in the shop as cancelled.

    Example: orderlink test-order bol --sku MUG-RED --price 12.99
    """
    from orderlink.cli.decisions import try_order  # noqa: PLC0415

    raise typer.Exit(try_order(context.obj, connection, sku, price))

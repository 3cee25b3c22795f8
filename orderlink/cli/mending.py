"""edit, release, map: what a person mends so that an order goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orderlink.cli.deciding import OneOrder  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from orderlink.cli.session import Session


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(edit)
    app.command()(release)
    app.command("map")(map_)


def edit(
    context: typer.Context,
    order: OneOrder,
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Change this field without an editor; may be given several times.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Mend an address, a SKU, the carrier or the code of an order.

    Without --set the fields open in $EDITOR. What the marketplace said stays as it is; the changes
    are laid over it, and stand in the order's history. Once the shop has the order, only the
    carrier and the code can be mended here.

    Example: orderlink edit 1234567890 --set shipping.street="Dorpsstraat 1"
    """
    from orderlink.cli.decisions import edit_order  # noqa: PLC0415

    session: Session = context.obj
    raise typer.Exit(0 if edit_order(session, order, changes or []) else 1)


def release(context: typer.Context, order: OneOrder) -> None:
    """Let an order go to the shop that a rule of yours holds.

    The rules are hold_when in the configuration of the marketplace. The next run creates the order.

    Example: orderlink release 1234567890
    """
    from orderlink import people  # noqa: PLC0415
    from orderlink.cli.decisions import decide  # noqa: PLC0415

    raise typer.Exit(0 if decide(context.obj, [order], people.release) else 1)


def map_(
    context: typer.Context,
    sku: Annotated[
        str,
        typer.Argument(
            metavar="SKU", help="The SKU or EAN that the marketplace has.", show_default=False
        ),
    ] = "",
    shop_sku: Annotated[
        str,
        typer.Argument(
            metavar="SHOP_SKU", help="The SKU that it is in the shop.", show_default=False
        ),
    ] = "",
    *,
    quantity: Annotated[
        int,
        typer.Option(
            min=1, metavar="NUMBER", help="So many pieces in the shop make one piece, for packs."
        ),
    ] = 1,
    connection: Annotated[
        str,
        typer.Option(metavar="NAME", help="It holds for this marketplace only. Left out: for all."),
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Forget what this SKU is.")] = False,
    read: Annotated[
        str,
        typer.Option(
            "--import", metavar="FILE", help="Read mappings from a CSV file; - is standard input."
        ),
    ] = "",
    write: Annotated[
        str,
        typer.Option(
            "--export", metavar="FILE", help="Write the mappings as CSV; - is standard output."
        ),
    ] = "",
) -> None:
    """Say what a marketplace's SKU is in the shop.

    Without arguments, what was said is listed. Several for one SKU make a bundle. The CSV has the
    columns sku, shop_sku, quantity and connection.

    Example, a pack of three: orderlink map MUG-3 MUG-RED --quantity 3
    """
    from orderlink.cli import mapping  # noqa: PLC0415

    session: Session = context.obj
    if read:
        done = mapping.read_csv(session, read)
    elif write:
        done = mapping.write_csv(session, write)
    elif not sku:
        done = mapping.show(session)
    else:
        if bool(shop_sku) == remove:
            raise typer.BadParameter("give SKU and SHOP_SKU, or SKU and --remove")
        done = mapping.change(session, mapping.Entry(sku, shop_sku, quantity, connection))
    raise typer.Exit(0 if done else 1)

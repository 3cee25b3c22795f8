"""backup, restore, export: what is kept, brought back, or taken elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)
    app.command()(export)


def backup(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The file that the backup is written to.")
    ],
    *,
    force: Force = False,
) -> None:
    """Write a backup of the state file, also while a run is active.

    It holds orders, codes, problems and history, but no access tokens and nothing of a buyer, so
    that you may keep it for as long as you like. What is left out is read again after a restore;
    only what you mended of an address is lost. The configuration is not part of it.

    Example: orderlink backup --force /backups/orderlink.sqlite3
    """
    from orderlink.cli.archiving import make_backup  # noqa: PLC0415

    make_backup(context.obj, file, overwrite=force)


def restore(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="The backup: a file that orderlink backup has written."
        ),
    ],
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for a run to end, instead of giving up.")
    ] = False,
) -> None:
    """Put a backup into the place of the state file.

    The file is checked first, and what was in its place is kept beside it. The next run looks at
    everything again, at the marketplaces and in the shop, and for the first minutes (quarantine)
    nothing is sent, so that no order and no shipment is made twice. Stop another machine that works
    with the same accounts before you do this.

    Example: orderlink restore /backups/orderlink.sqlite3
    """
    from orderlink.cli.archiving import bring_back  # noqa: PLC0415

    bring_back(context.obj, file, wait=wait)


def export(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="What to write: orders, shipments or problems.")
    ],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The file to write to; - is standard output.")
    ] = "-",
    *,
    json: Annotated[
        bool,
        typer.Option(
            "--json/--csv",
            help="Write JSON, which loses nothing, or CSV, which is safe to open in a spreadsheet.",
        ),
    ] = False,
    excel: Annotated[
        bool,
        typer.Option(
            "--excel",
            help="Write CSV as Excel opens it by a double click in most of Europe: semicolons.",
        ),
    ] = False,
    status: Annotated[
        str,
        typer.Option(metavar="STATUS", help="Write only orders in this status, as not_shipped."),
    ] = "",
    connection: Annotated[
        str, typer.Option(metavar="NAME", help="Write only what belongs to this marketplace.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Write only what was placed, sent or noticed since then: 2026-01-31, or 7d, 12h.",
        ),
    ] = "",
    until: Annotated[
        str,
        typer.Option(
            metavar="WHEN", help="Write only what was until then: 2026-01-31 (its end), or 7d."
        ),
    ] = "",
    force: Force = False,
) -> None:
    """Write orders, shipments or problems for other programs.

    Shipments are what the marketplaces were told, problems also those that are solved. Nothing of a
    buyer stands in it. In CSV an apostrophe stands before what a spreadsheet could take for a
    formula; JSON has everything as it is.

    Example: orderlink export orders --since 2026-01-01 orders.csv
    """
    from orderlink.cli.exporting import Wanted, write_export  # noqa: PLC0415

    if excel and json:
        raise typer.BadParameter("--excel is about CSV, and --json is none")
    wanted = Wanted(what, status, connection, since, until)
    form = "json" if json else "excel" if excel else "csv"
    write_export(context.obj, wanted, form, file, overwrite=force)

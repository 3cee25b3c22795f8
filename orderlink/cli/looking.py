"""status, orders, show: how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orderlink.cli.session import Session

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(orders)
    app.command()(show)


def status(
    context: typer.Context,
    *,
    json: AsJson = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep it on the screen, up to date, until Ctrl-C.")
    ] = False,
    every: Annotated[
        float,
        typer.Option(
            "--every", metavar="SECONDS", min=0.1, help="With --watch: how often to look."
        ),
    ] = 2.0,
) -> None:
    """Show how everything stands, and what needs a person.

    What needs a person comes by the damage that a day's delay does: orders that miss a date first,
    then what keeps parcels from being sent or reported, then what keeps orders from the shop.

    The exit code is 1 when something needs a person, or when no run went well for 30 minutes, and
    130 when Ctrl-C ended --watch.

    Example: orderlink status --watch
    """
    from orderlink.report.status import look  # noqa: PLC0415

    session: Session = context.obj
    if watch:
        from orderlink.cli.watching import watch_status  # noqa: PLC0415

        if json:
            raise typer.BadParameter("--watch draws on a terminal, and --json is for programs")
        watch_status(session, every)
    config = session.config()
    report = look(config, session.clock.now())
    if json:
        from orderlink.report.document import json_text, status_document  # noqa: PLC0415

        session.output.write(json_text(status_document(report)))
    else:
        from orderlink.report.views import status_blocks  # noqa: PLC0415

        session.output.show(status_blocks(report, config.alert_after))
    raise typer.Exit(0 if report.fine else 1)


def orders(
    context: typer.Context,
    *,
    status: Annotated[
        str, typer.Option(metavar="STATUS", help="List only orders in this status, as not_shipped.")
    ] = "",
    connection: Annotated[
        str, typer.Option(metavar="NAME", help="List only orders of this marketplace.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN", help="List only orders placed since then: 2026-01-31, or 7d, 12h."
        ),
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, metavar="NUMBER", help="List so many at most.")
    ] = 50,
    every: Annotated[bool, typer.Option("--all", help="List archived orders, too.")] = False,
    json: AsJson = False,
) -> None:
    """List orders, the newest first.

    Each has its status, its number in the shop, its codes and the words of its open problems.
    Those that were closed long ago (archive_after of the configuration) are listed with --all only.

    Example: orderlink orders --status waiting --since 7d
    """
    from orderlink.cli.listing import Filters, list_orders  # noqa: PLC0415

    filters = Filters(status, connection, since, limit, archived=every)
    list_orders(context.obj, filters, as_json=json)


def show(
    context: typer.Context,
    order: Annotated[
        str,
        typer.Argument(
            metavar="ORDER",
            help="The marketplace's number, the shop's id or number, or a tracking code.",
        ),
    ],
    *,
    json: AsJson = False,
) -> None:
    """Show one order with its lines, problems and whole history.

    Until the shop has the order, the buyer's address is shown, too. An archived order is shown
    like any other.

    Example: orderlink show 1234567890
    """
    from orderlink.cli.listing import found_orders, reading  # noqa: PLC0415
    from orderlink.report.order import gather_order, order_blocks  # noqa: PLC0415
    from orderlink.report.places import Places  # noqa: PLC0415

    session: Session = context.obj
    config = session.config()
    with reading(session) as store:
        places = Places(config, store)
        row = found_orders(session, store, places, [order])[0]
        report = gather_order(config, places, store, row, session.clock.now())
    if json:
        from orderlink.report.document import json_text, order_document  # noqa: PLC0415

        session.output.write(json_text(order_document(report)))
    else:
        session.output.show(order_blocks(report))

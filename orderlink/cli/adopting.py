"""adopt: take over from another connector."""

from __future__ import annotations

from typing import Annotated

import typer

from orderlink.cli.stages import Connections  # noqa: TC001 - typer reads it when it runs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(adopt)


def adopt(
    context: typer.Context,
    *,
    connection: Connections = None,
    field: Annotated[
        str,
        typer.Option(
            metavar="FIELD",
            help="Where the shop keeps the marketplace's number: transaction_id, number,"
            " meta:KEY for a field of its own, or tag (Shopify).",
        ),
    ] = "transaction_id",
    prefix: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="What stands before the number there; * for any text.",
        ),
    ] = "",
    suffix: Annotated[
        str,
        typer.Option(metavar="TEXT", help="What stands behind the number there; * for any text."),
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN", help="Only orders placed since: 2026-01-31 (UTC), or 7d, 12h."
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be taken over, and write nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: take over whatever is found.")
    ] = False,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print JSON for a program; needs --dry-run or --yes."),
    ] = False,
) -> None:
    """Take over orders that another connector brought into the shop.

    The marketplace's open orders are looked for in the shop by a field that has their number. What
    is found is shown, and after a yes linked instead of created, and marked with our reference.
    No price, status or address changes. Those that are completed in the shop are then reported to
    the marketplace by the next run. Stop the other connector first.

    A value fits when it is the number, with exactly this prefix and suffix (* stands for any text,
    as long as no letter or digit is beside the number). An order with several that fit is told, and
    not taken.

    Example: orderlink adopt --field meta:channel_order --prefix BOL- --dry-run
    """
    context.obj.config()  # what is wrong with it is said before anything heavy is loaded
    from orderlink.cli.takeover import Asked, take_over  # noqa: PLC0415

    asked = Asked(
        tuple(connection or ()), field, prefix, suffix, since, dry_run=dry_run, yes=yes, json=json
    )
    raise typer.Exit(take_over(context.obj, asked))

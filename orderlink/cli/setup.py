"""init: a first configuration, or one more connection."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    context: typer.Context,
    *,
    marketplace: Annotated[
        str,
        typer.Option(
            metavar="TYPE",
            help="The marketplace to connect, as bol, or a connector of your own:"
            " ./file.py:Class beside the configuration.",
        ),
    ] = "",
    marketplace_name: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Its name in the configuration. Left out: made of its type."
        ),
    ] = "",
    shop: Annotated[
        str,
        typer.Option(
            metavar="TYPE", help="The shop to connect, as woocommerce, or one of your own."
        ),
    ] = "",
    shop_name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Its name in the configuration, or the shop there that the orders go to.",
        ),
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME.KEY=VALUE",
            help="Set a key of a connection, by its name; may be given several times. A secret is"
            " said by its place: env:NAME, file:PATH, command:PROGRAM ARGUMENT, credential:NAME"
            " (systemd), or - for a line of standard input.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        str,
        typer.Option(
            metavar="files|plain",
            help="Keep what was typed in, or read from standard input, in a file of its own each,"
            " or as plain text in the configuration.",
            show_default="files",
        ),
    ] = "",
    carrier: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="A carrier that you ship with, as orderlink carriers lists them; may be given"
            " several times.",
            show_default=False,
        ),
    ] = None,
    ship_from: Annotated[
        str, typer.Option(metavar="NL", help="The country that parcels leave from.")
    ] = "",
    start: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Take the orders placed from the first run on (now), those of a day or later"
            " (2026-01-31), or all that are open.",
            show_default="now",
        ),
    ] = "",
    state: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Keep the state of a new configuration there. Left out: in the platform's place"
            " for it.",
        ),
    ] = "",
) -> None:
    """Write a configuration, or add a connection to yours.

    On a terminal it asks for what the options do not say, and tells where it is found. Otherwise
    what is missing is an error. Nothing that is there is written over, and a connection is added at
    the end. In the end everything is checked, as orderlink check does; the exit code is that of the
    check, or 2 when something is missing or cannot be used: then nothing was written.

    Example: orderlink init --marketplace bol --shop woocommerce
    """
    from orderlink.cli.gathering import Options  # noqa: PLC0415
    from orderlink.cli.starting import initialize  # noqa: PLC0415

    options = Options(
        types={"marketplace": marketplace, "shop": shop},
        names={"marketplace": marketplace_name, "shop": shop_name},
        sets=tuple(set_ or ()),
        keep=keep,
        carriers=tuple(carrier or ()),
        ship_from=ship_from,
        start=start,
        state=state,
    )
    raise typer.Exit(initialize(context.obj, options))

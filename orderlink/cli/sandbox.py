"""`orderlink sandbox`: a marketplace and a shop on this machine, and a person who plays."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from orderlink.cli.playing import (  # typer reads them when it runs
    MARKETPLACES,
    SHOPS,
    MarketplaceOption,
    ShopOption,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.sandbox.play import Player, Playground

USAGE: Final = 2
FOLDER: Final = Path("orderlink-sandbox")
TRACKING_WAIT: Final = "2m"
PROCESS_SECONDS: Final = 5.0

PortMarketplace = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        metavar="PORT",
        help="The port of the marketplace, where it is not the usual one.",
    ),
]
PortShop = Annotated[
    int | None,
    typer.Option(min=0, max=65535, metavar="PORT", help="The port of the shop, likewise."),
]
OrderNumber = Annotated[
    str, typer.Argument(metavar="ORDER", help="The number of the order at the marketplace.")
]
Carrier = Annotated[str, typer.Option(metavar="NAME", help="The shop names this carrier.")]

START_HELP: Final = """\
{market} and a shop are running on this machine; Ctrl-C stops them and forgets what was played.
Configuration: {path}

In another terminal:
  orderlink sandbox place{ports}
      a buyer orders at {market}
  orderlink --config {path} sync
  orderlink sandbox ship ORDER --code 3SDEMO1000017{ports}
      the warehouse completes it in the shop;
      without --code, orderlink waits {wait} for one
  orderlink sandbox code ORDER CODE{ports}
      a code that comes later
  orderlink sandbox cancel ORDER{ports}
      the buyer cancels
  orderlink sandbox orders{ports}
      what both sides hold
  orderlink --config {path} status"""

commands = typer.Typer()


def register(app: typer.Typer) -> None:
    """Add the command `sandbox` with its own commands."""
    app.add_typer(commands, name="sandbox", invoke_without_command=True)


@commands.callback()
def sandbox(
    context: typer.Context,
    marketplace: MarketplaceOption = MARKETPLACES[0],
    shop: ShopOption = SHOPS[0],
) -> None:
    """Start a marketplace and a shop on this machine to play with.

    Without a command both are started. The commands play the buyer and the warehouse, in another
    terminal, whatever is played there.

    Example: orderlink sandbox --marketplace amazon --shop shopify
    """
    if context.invoked_subcommand is None:
        start(marketplace, shop)
    elif (marketplace, shop) != (MARKETPLACES[0], SHOPS[0]):
        raise typer.BadParameter(
            "what is played is said once, to `orderlink sandbox` or `orderlink sandbox start`",
            param_hint="--marketplace, --shop",
        )


@commands.command()
def start(
    marketplace: MarketplaceOption = MARKETPLACES[0],
    shop: ShopOption = SHOPS[0],
    port_marketplace: PortMarketplace = None,
    port_shop: PortShop = None,
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="The folder for the configuration and the state.")
    ] = FOLDER,
) -> None:
    """Start both in the foreground; Ctrl-C stops them.

    A configuration that is ready is written into the folder. What was played is forgotten.

    Example: orderlink sandbox start --shop shopify --folder /tmp/play
    """
    import signal  # noqa: PLC0415 - start-up matters: imported where used
    import threading  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    ports = port_marketplace, port_shop
    with _explained(), _playground(folder, marketplace, shop, ports) as playground:
        text = START_HELP.format(
            market=playground.market.label,
            path=playground.configuration,
            ports=_options(playground),
            wait=TRACKING_WAIT,
        )
        typer.echo(text)
        stop.wait()
        typer.echo("stopped")


@commands.command()
def place(
    article: Annotated[
        str, typer.Option(metavar="SKU", help="The article; MUG-RED and TEE-L are in the shop.")
    ] = ("MUG-RED"),
    quantity: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="So many pieces.")] = 1,
    price: Annotated[
        str, typer.Option(metavar="AMOUNT", help="The price of a piece in EUR, tax included.")
    ] = "12.99",
    port_marketplace: PortMarketplace = None,
    port_shop: PortShop = None,
) -> None:
    """Let a buyer order at the marketplace.

    Example: orderlink sandbox place --article TEE-L --quantity 2 --price 24.95
    """
    try:
        amount = Decimal(price)
    except InvalidOperation:
        amount = Decimal(-1)
    if not (amount.is_finite() and amount >= 0):
        raise typer.BadParameter(f"{price} is no amount", param_hint="--price")
    with _explained():
        placed = _player(port_marketplace, port_shop).place(article, quantity, amount)
        after = f" after {placed.minutes} minutes" if placed.minutes else ""
        typer.echo(f"{placed.order}: placed; the next sync{after} brings it into the shop")


@commands.command()
def ship(
    order: OrderNumber,
    code: Annotated[str, typer.Option(metavar="CODE", help="The tracking code.")] = "",
    carrier: Carrier = "PostNL",
    port_marketplace: PortMarketplace = None,
    port_shop: PortShop = None,
) -> None:
    """Let the warehouse complete an order in the shop.

    Without a tracking code, orderlink waits for one.

    Example: orderlink sandbox ship C000000001 --code 3SDEMO1000017
    """
    with _explained():
        number = _player(port_marketplace, port_shop).ship(order, code, carrier)
        typer.echo(f"{order}: shop order {number} is completed, {code or 'without a code'}")


@commands.command()
def code(
    order: OrderNumber,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The tracking code.")],
    carrier: Carrier = "PostNL",
    port_marketplace: PortMarketplace = None,
    port_shop: PortShop = None,
) -> None:
    """Add a tracking code that comes later.

    The shop order is completed already; the code is added to it.

    Example: orderlink sandbox code C000000001 3SDEMO1000017
    """
    with _explained():
        number = _player(port_marketplace, port_shop).add_code(order, code, carrier)
        typer.echo(f"{order}: shop order {number} has code {code}")


@commands.command()
def cancel(
    order: OrderNumber, port_marketplace: PortMarketplace = None, port_shop: PortShop = None
) -> None:
    """Cancel an order, as far as it is not shipped.

    Example: orderlink sandbox cancel C000000001
    """
    with _explained():
        _player(port_marketplace, port_shop).cancel(order)
        typer.echo(f"{order}: cancelled at the marketplace")


@commands.command()
def request_cancellation(
    order: OrderNumber, port_marketplace: PortMarketplace = None, port_shop: PortShop = None
) -> None:
    """Let the buyer ask the merchant to cancel.

    Example: orderlink sandbox request-cancellation C000000001
    """
    with _explained():
        _player(port_marketplace, port_shop).request_cancellation(order)
        typer.echo(f"{order}: the buyer asks to cancel")


@commands.command()
def orders(port_marketplace: PortMarketplace = None, port_shop: PortShop = None) -> None:
    """List what both sides hold.

    Example: orderlink sandbox orders
    """
    with _explained():
        rows = [("ORDER", "ARTICLE", "AT THE MARKETPLACE", "IN THE SHOP")]
        rows += [
            (row["order"], row["articles"], row["marketplace"], row["shop"])
            for row in _player(port_marketplace, port_shop).orders()
        ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


@contextmanager
def _explained() -> Iterator[None]:
    """Say in one line what cannot be done, and leave."""
    from orderlink.errors import OrderlinkError  # noqa: PLC0415

    try:
        yield
    except OrderlinkError as error:
        typer.echo(f"orderlink sandbox: {error}", err=True)
        raise typer.Exit(USAGE) from error


@contextmanager
def _playground(
    folder: Path, marketplace: str, shop: str, ports: tuple[int | None, int | None]
) -> Iterator[Playground]:
    """Start both; where one of the usual ports is taken, on any free ones, saying so."""
    from orderlink.clock import SystemClock  # noqa: PLC0415
    from orderlink.sandbox import play  # noqa: PLC0415

    def playground(market_port: int, shop_port: int) -> Playground:
        return play.Playground(
            SystemClock(),
            folder,
            marketplace=marketplace,
            shop=shop,
            market_port=market_port if ports[0] is None else ports[0],
            shop_port=shop_port if ports[1] is None else ports[1],
            wait=TRACKING_WAIT,
            process_seconds=PROCESS_SECONDS,
        )

    with ExitStack() as running:
        try:
            started = running.enter_context(playground(play.MARKET_PORT, play.SHOP_PORT))
        except play.PortTakenError as error:
            if error.port in ports:
                raise
            typer.echo(f"{error} (another sandbox?); free ones are used, see below", err=True)
            started = running.enter_context(playground(0, 0))
        yield started


def _options(playground: Playground) -> str:
    """Give what commands of other terminals need to find sandboxes at unusual ports."""
    from orderlink.sandbox.play import MARKET_PORT, SHOP_PORT  # noqa: PLC0415

    market, shop = playground.ports
    unusual = {"--port-marketplace": (market, MARKET_PORT), "--port-shop": (shop, SHOP_PORT)}
    return "".join(f" {name} {port}" for name, (port, usual) in unusual.items() if port != usual)


def _player(port_marketplace: int | None, port_shop: int | None) -> Player:
    from orderlink.clock import SystemClock  # noqa: PLC0415
    from orderlink.sandbox.play import MARKET_PORT, SHOP_PORT, Player  # noqa: PLC0415

    market = MARKET_PORT if port_marketplace is None else port_marketplace
    shop = SHOP_PORT if port_shop is None else port_shop
    return Player(SystemClock(), f"http://127.0.0.1:{market}", f"http://127.0.0.1:{shop}")

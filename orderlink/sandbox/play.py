"""Two sandboxes on loopback with a ready configuration, and a person playing buyer and warehouse.

`Playground` is the side that serves, `Player` the side of another terminal: it speaks to the
running sandboxes through their controls.
"""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import tomli_w

from orderlink.errors import ConfigurationError, OrderlinkError, Refused, TryLater
from orderlink.http import Http
from orderlink.sandbox.accounts import MARKETS, SHOPS
from orderlink.sandbox.control import CONTROL_PATH
from orderlink.sandbox.server import Loopback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from orderlink.clock import Clock
    from orderlink.sandbox.accounts import Product
    from orderlink.sandbox.server import Sandbox

MARKET_PORT: Final = 47911
SHOP_PORT: Final = 47912
CONFIGURATION: Final = "orderlink.toml"
STATE: Final = "sandbox.sqlite3"
MARK: Final = "# Written by `orderlink sandbox`, and written anew whenever it starts."
SECONDS_TO_ANSWER: Final = 10.0


class PortTakenError(OrderlinkError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of this machine is taken by another program")
        self.port = port


class Playground:
    """An account at a marketplace and a shop on loopback, with a configuration in `folder`.

    A context manager. `marketplace` and `shop` are words of the configuration's `type`. A port of 0
    is any that is free; a port that is taken raises `PortTakenError`. The sandboxes forget
    everything when they stop, so the state file of an earlier playground in the same folder is
    removed. `wait` is the configuration's `tracking_wait`, `process_seconds` how long the
    marketplace takes for a shipment; `further` are products that the shop has beside its usual
    ones. Raises `ConfigurationError` where `folder` holds a configuration that was not written
    here, or cannot be written.
    """

    def __init__(
        self,
        clock: Clock,
        folder: Path,
        *,
        marketplace: str = "bol",
        shop: str = "woocommerce",
        market_port: int = 0,
        shop_port: int = 0,
        wait: str = "3h",
        process_seconds: float = 60.0,
        further: Iterable[Product] = (),
    ) -> None:
        self.market = MARKETS[marketplace](clock, process_seconds)
        self.shop = SHOPS[shop](clock, further)
        self.configuration = folder / CONFIGURATION
        self.market_url = self.shop_url = ""
        self.ports = market_port, shop_port
        self._marketplace = marketplace
        self._wait = wait
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:
            market_port, shop_port = self.ports
            self.market_url = started.enter_context(_served(self.market.sandbox, market_port)).url
            self.shop_url = started.enter_context(_served(self.shop.sandbox, shop_port)).url
            self.ports = _port_of(self.market_url), _port_of(self.shop_url)
            self._prepare_folder()
            self._running = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _prepare_folder(self) -> None:
        path = self.configuration
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and not path.read_text("utf-8", "replace").startswith(MARK):
                raise ConfigurationError(
                    [f"{path} was not written by the sandbox and is left alone: use --folder"]
                )
            for leftover in path.parent.glob(f"{STATE}*"):
                leftover.unlink()
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(self._configuration_text())
        except OSError as error:
            raise ConfigurationError([f"{path} cannot be written: {error.strerror}"]) from error

    def _configuration_text(self) -> str:
        """Write a configuration that connects the two; its state file lies beside it."""
        common = {
            "shop": "shop",
            "import_from": "open",
            "default_carrier": "postnl",
            "tracking_wait": self._wait,
        }
        document = {
            "state": STATE,
            "shops": {"shop": self.shop.table(self.shop_url)},
            "marketplaces": {self._marketplace: self.market.table(self.market_url) | common},
        }
        return f"{MARK}\n\n{tomli_w.dumps(document)}"


def _port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@contextmanager
def _served(sandbox: Sandbox, port: int) -> Iterator[Loopback]:
    try:
        server = Loopback(sandbox, port)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise PortTakenError(port) from error
    with server:
        yield server


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that a buyer placed, and how many minutes later the marketplace shows it."""

    order: str
    minutes: int


class Player:
    """Plays the buyer and the warehouse at sandboxes that run in another process.

    Every method raises `TryLater` where no sandbox answers, and `Refused` with its words where it
    cannot do what was asked.
    """

    def __init__(self, clock: Clock, market_url: str, shop_url: str) -> None:
        self._clock = clock
        self._market_url = market_url
        self._shop_url = shop_url

    def place(self, article: str, quantity: int, price: Decimal) -> Placed:
        """Let a buyer order pieces of one article (its SKU)."""
        wanted = {
            "reference": article,
            "quantity": quantity,
            "price": str(price),
            "title": article,
        }
        answer = self._market("place", {"articles": [wanted]})
        return Placed(str(answer["order_id"]), int(answer.get("shown_after_minutes", 0)))

    def ship(self, order: str, code: str, carrier: str) -> str:
        """Let the warehouse complete the order in the shop; give the shop order's number."""
        arguments = {"order": order, "code": code, "provider": carrier}
        return str(self._shop("complete", arguments)["number"])

    def add_code(self, order: str, code: str, carrier: str) -> str:
        """Let a code come later; give the shop order's number."""
        arguments = {"order": order, "code": code, "provider": carrier}
        return str(self._shop("add-code", arguments)["number"])

    def cancel(self, order: str) -> None:
        """Let the buyer's order be cancelled at the marketplace, as far as it is open."""
        self._market("cancel", {"order_id": order})

    def request_cancellation(self, order: str) -> None:
        """Let the buyer ask the merchant to cancel."""
        self._market("request-cancellation", {"order_id": order})

    def orders(self) -> list[dict[str, str]]:
        """List every order of the marketplace with what both sides hold, in words."""
        in_shop: dict[str, list[Mapping[str, Any]]] = {}
        for shop_order in self._shop("orders", {}):
            in_shop.setdefault(str(shop_order["transaction_id"]), []).append(shop_order)
        return [
            {
                "order": str(order["order_id"]),
                "articles": articles_text(order["items"]),
                "marketplace": market_text(order["items"]),
                "shop": shop_text(in_shop.get(str(order["order_id"]), [])),
            }
            for order in self._market("orders", {})["orders"]
        ]

    def _market(self, act: str, arguments: Mapping[str, object]) -> Any:
        return self._act("sandbox marketplace", self._market_url, act, arguments)

    def _shop(self, act: str, arguments: Mapping[str, object]) -> Any:
        return self._act("sandbox shop", self._shop_url, act, arguments)

    def _act(self, label: str, url: str, act: str, arguments: Mapping[str, object]) -> Any:
        with Http(label, url, clock=self._clock, remaining=lambda: SECONDS_TO_ANSWER) as http:
            try:
                answer = http.write("POST", CONTROL_PATH + act, json=dict(arguments), accept=(400,))
            except TryLater as error:
                raise TryLater(f"no sandbox answers at {url}: `orderlink sandbox` starts it") from (
                    error
                )
        if answer.status == 400:
            said = (answer.document or {}).get("error", "it was refused")
            raise Refused("sandbox", f"{label}: {said}")
        return answer.document


def articles_text(items: Iterable[Mapping[str, Any]]) -> str:
    """Say what was ordered: `MUG-RED, TEE-L x2`."""
    return ", ".join(
        item["reference"] + (f" x{item['quantity']}" if item["quantity"] > 1 else "")
        for item in items
    )


def market_text(items: Iterable[Mapping[str, Any]]) -> str:
    """Say how the items of an order stand at the marketplace, each word once."""
    return ", ".join(dict.fromkeys(_item_text(item) for item in items))


def _item_text(item: Mapping[str, Any]) -> str:
    if item["quantity"] > item["shipped"] + item["cancelled"]:
        return "wants to cancel" if item["cancellation_requested"] else "open"
    return "shipped" if item["shipped"] else "cancelled"


def shop_text(shop_orders: Iterable[Mapping[str, Any]]) -> str:
    """Say how an order stands in the shop: every shop order that there is for it."""
    return ", ".join(f"{order['number']} {order['status']}" for order in shop_orders) or "-"

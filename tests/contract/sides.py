"""What the requirements ask of an entry: to be opened, played and spoiled."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.budget import Budget
from orderlink.clock import ManualClock
from orderlink.creation import CreationSettings, creation_from
from orderlink.http import Link
from orderlink.model import (
    Address,
    Line,
    Look,
    Order,
    Shipment,
    ShippedLine,
    Stamp,
    shipment_reference,
)
from orderlink.redact import Redactor
from orderlink.registry import MARKETPLACE, SHOP, Kind, connector_class, settings_model
from orderlink.sandbox.server import InProcess
from orderlink.secrets import Reading
from orderlink.shelves import Shelf
from tests.contract.wire import WatchedHttp, Wire

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping

    from orderlink.model import Draft, Page, ShopOrder

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
CODE = "3SABCD1234567"
WITHOUT_END = Budget(1e9, 1e9)
EXAMPLES = Path(__file__).parents[2] / "examples"


class Side(ABC):
    """One connector and what it is connected to. `folder` is its own; the clock stands still.

    `connector` is made as a run makes it. With `rate_limits` what it is connected to counts the
    requests, and the declared budgets hold.
    """

    kind: ClassVar[Kind]
    word: ClassVar[str]  # what `type` is in the configuration
    settings: ClassVar[Mapping[str, Any]]  # the other keys of its table
    wire: Wire | None = None  # None where there is no network between

    def __init__(self, folder: Path, *, rate_limits: bool = False) -> None:
        self.folder = folder
        self.clock = ManualClock(NOW)
        self._rate_limits = rate_limits
        self.redactor = Redactor()
        self.prepare(rate_limits=rate_limits)
        self.connect()

    @classmethod
    def connected(cls) -> type[Any]:
        """Give the connector's class, found as for a configuration that lies in `examples/`."""
        return connector_class(cls.word, cls.kind, EXAMPLES)

    @abstractmethod
    def prepare(self, *, rate_limits: bool) -> None:
        """Make what is to be connected to."""

    def connect(self, **more: Any) -> None:
        """Connect anew, as another run does that finds nothing kept; `more` are further keys."""
        connected = self.connected()
        table = {"type": self.word, **self.settings, **more}
        model = settings_model(connected)
        self.read_settings: Any = model.model_validate(table, context=Reading(self.folder))
        for secret in self.read_settings.own_secrets().values():
            self.redactor.add(secret.reveal())
        names = [name for name in model.model_fields if name.endswith("_url")]
        urls = {name: getattr(self.read_settings, name) for name in names}
        declared = getattr(connected, "BUDGETS", {})
        self.http = WatchedHttp(
            self.word,
            urls.pop("base_url", "http://localhost"),
            clock=self.clock,
            remaining=lambda: math.inf,
            allowed_urls=list(urls.values()),
            adapter=InProcess(self.wire) if self.wire else None,
            budgets=declared if self._rate_limits else dict.fromkeys(declared, WITHOUT_END),
            clean=self.redactor.clean,
        )
        shelves = Shelf({}, self.clock), Shelf({}, self.clock)
        self.link = Link(self.http, self.clock, *shelves)
        self.connector: Any = connected(self.read_settings, self.link)

    def settle(self) -> None:
        """Let so much time pass that whatever was accepted is carried out, and seen."""
        self.clock.advance(300)

    @abstractmethod
    def life(self) -> Iterator[Callable[[], object]]:
        """Yield all that a run may ask of the connector, one thing after the other."""

    # Spoiling what it is told

    @abstractmethod
    def record(self, order_id: str) -> Any:
        """Give the record by which a list shows an order, as JSON."""

    @abstractmethod
    def spoil(self, order_id: str, change: Callable[[Any], Any]) -> None:
        """Turn the record of an order into another one, wherever it is shown from now on."""

    @abstractmethod
    def mend(self) -> None:
        """Show every order as it is again."""

    @abstractmethod
    def spoil_pages(self) -> Iterator[str]:
        """Make pages of the list unreadable: a name for each way, while it is so."""


class MarketplaceSide(Side):
    """A marketplace whose sandbox gives few orders a page."""

    kind = MARKETPLACE
    rows_per_page: ClassVar[int] = 3  # 0: all orders are one page
    carrier: ClassVar[str]  # a word that it takes for a carrier
    carrier_without_code: ClassVar[str] = ""  # one that may go without a code
    can_cancel: ClassVar[bool] = True

    @abstractmethod
    def place(self, *pieces: int) -> str:
        """Let a buyer order: a line with so many pieces each, one of one piece by default.

        A piece costs 12.99 EUR, and the buyer is Noor van der Meer in Utrecht.
        """

    @abstractmethod
    def ship_by_hand(self, order_id: str) -> None:
        """Let a person ship all of an order there."""

    def cancel(self, order_id: str) -> None:
        """Let the buyer cancel all of an order, where `can_cancel`."""

    @abstractmethod
    def shipped(self, order_id: str) -> Counter[str]:
        """Count the pieces that left, by line: as the marketplace itself has it."""

    @abstractmethod
    def writes(self) -> int:
        """Count what was written there so far."""

    def pages(self, look: Look | None = None) -> list[Page]:
        """List all pages of a look; all that is open by default."""
        return list(self.connector.orders(look or Look(None)))

    def rows(self, look: Look | None = None) -> list[Any]:
        """List all rows of a look."""
        return [row for page in self.pages(look) for row in page.rows]

    def order(self, order_id: str) -> Order:
        """Read an order that can be read."""
        order = self.connector.order(order_id)
        assert isinstance(order, Order), order
        return order

    def shipment(self, order_id: str, *pieces: int, **values: Any) -> Shipment:
        """Make a shipment of so many pieces of each line, all of them by default."""
        order = self.order(order_id)
        counts = pieces or [line.quantity for line in order.lines]
        lines = tuple(
            ShippedLine(line.id, count) for line, count in zip(order.lines, counts, strict=True)
        )
        number = values.get("number", 1)
        usual = {"code": CODE, "carrier_code": self.carrier, "left_at": self.clock.now()}
        reference = shipment_reference(order_id, number)
        return Shipment(order_id, reference, lines, site=order.site, **{**usual, **values})

    def life(self) -> Iterator[Callable[[], object]]:
        order_id = self.place(2)
        self.settle()
        shipment = self.shipment(order_id, 1)
        connector = self.connector
        yield self.rows
        yield lambda: connector.order(order_id)
        yield lambda: connector.ship(shipment)
        self.settle()
        optional: dict[str, Callable[[], object]] = {
            "tickets": lambda: connector.tickets(["1"]),
            "tickets_of": lambda: connector.tickets_of(shipment),
            "shipments": lambda: connector.shipments(order_id),
            "carriers": getattr(connector, "carriers", list),
            "update_tracking": lambda: connector.update_tracking(shipment),
            "check": lambda: list(connector.check()),
        }
        yield from (call for name, call in optional.items() if hasattr(connector, name))


class ShopSide(Side):
    """A shop with the products of its sandbox (MUG-RED...), and taxes of 21 % in NL."""

    kind = SHOP
    rows_per_page: ClassVar[int]  # so many orders one answer of a list holds
    null_is_none: ClassVar[bool] = False  # its word for an order that is not there is null

    def connect(self, **more: Any) -> None:
        super().connect(**more)
        self.creation = creation_from(CreationSettings(), self.read_settings, "bol")

    @abstractmethod
    def created(self) -> list[str]:
        """List the marketplaces' numbers of all orders that were ever created there."""

    @abstractmethod
    def writes(self) -> int:
        """Count what was written there so far."""

    @abstractmethod
    def complete(self, shop_id: str, code: str) -> None:
        """Let the warehouse complete an order."""

    @abstractmethod
    def lose(self, shop_id: str) -> None:
        """Let a person cancel an order."""

    def search_finds_everything(self) -> None:
        """Let the shop ignore what is searched for, where it would not do so anyway."""

    def order(self, number: str = "A-1", quantity: int = 1, sku: str = "MUG-RED") -> Order:
        """Make an order of one article, with a buyer."""
        price = Decimal("12.99")
        line = Line("1", quantity, price, price * quantity, sku=sku, title="Mug")
        buyer = Address(
            first_name="Noor",
            last_name="van der Meer",
            street="Havenstraat",
            house_number="12",
            postal_code="3511 EV",
            city="Utrecht",
            country="NL",
            email="noor@example.test",
        )
        return Order(number, NOW, "EUR", (line,), buyer)

    def stamp(self, number: str = "A-1", marketplace: str = "bol") -> Stamp:
        """Make what marks an order as ours."""
        return Stamp(f"{marketplace}::{number}", "origin-1", number)

    def draft(self, number: str = "A-1", **basket: Any) -> Draft:
        """Prepare an order."""
        order, stamp = self.order(number, **basket), self.stamp(number)
        draft: Draft = self.connector.draft(order, stamp, self.creation)
        return draft

    def create(self, number: str = "A-1") -> ShopOrder:
        """Create an order."""
        made: ShopOrder = self.connector.create(self.draft(number))
        return made

    def life(self) -> Iterator[Callable[[], object]]:
        connector = self.connector
        shop_id = self.create("B-1").id
        self.settle()
        draft = self.draft("B-2")
        yield connector.newest
        yield lambda: connector.find([self.stamp("B-1")], "")
        yield lambda: connector.read([shop_id])
        yield lambda: connector.read_one(shop_id)
        optional: dict[str, Callable[[], object]] = {
            "prepare": lambda: connector.prepare([self.order("B-3")], self.creation),
            "create_many": lambda: connector.create_many([self.draft("B-4"), self.draft("B-5")]),
            "candidates": lambda: list(connector.candidates("transaction_id", NOW)),
            "stamp": lambda: connector.stamp(shop_id, self.stamp("B-1")),
            "parcels": lambda: connector.parcels(shop_id),
            "hold": lambda: connector.hold(shop_id, "look at it"),
            "cancel": lambda: connector.cancel(shop_id),
            "check": lambda: list(connector.check()),
        }
        yield lambda: connector.draft(self.order("B-6"), self.stamp("B-6"), self.creation)
        yield lambda: connector.create(draft)
        yield from (call for name, call in optional.items() if hasattr(connector, name))

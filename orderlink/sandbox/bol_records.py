"""What the bol sandbox remembers: orders, shipments, process statuses, and the ledger of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

DEFAULT_ADDRESS: dict[str, str] = {
    "salutation": "FEMALE",
    "firstName": "Noor",
    "surname": "van der Meer",
    "streetName": "Havenstraat",
    "houseNumber": "12",
    "houseNumberExtension": "bis",
    "zipCode": "3511EV",
    "city": "Utrecht",
    "countryCode": "NL",
    "email": "noor.12.a1b2c3@verkopen.bol.com",
    "language": "nl",
}


@dataclass(frozen=True, slots=True)
class Article:
    """What a buyer puts into the basket. `price` is for one piece, tax included, in EUR."""

    reference: str = "SKU-1"
    ean: str = "8712626055143"
    quantity: int = 1
    price: Decimal = Decimal("12.99")
    title: str = "Mug, blue"
    method: str = "FBR"  # FBB: stored and sent by bol
    distribution_party: str = "RETAILER"  # BOL: shipping via bol
    discount: Decimal = Decimal(0)
    services: tuple[str, ...] = ()
    exact_delivery: bool = False
    time_frame: str = "REGULAR"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order to place.

    `ship_to` and `bill_to` hold bol's own address fields, laid over `DEFAULT_ADDRESS`; an empty
    `order_id` is counted, without `placed_at` it is placed now.
    """

    articles: Sequence[Article] = (Article(),)
    ship_to: Mapping[str, str] = field(default_factory=dict)
    bill_to: Mapping[str, str] = field(default_factory=dict)
    pickup_point: bool = False
    order_id: str = ""
    placed_at: datetime | None = None


@dataclass(slots=True)
class Item:
    """One order item and how it stands."""

    id: str
    article: Article
    changed_at: datetime
    shipped: int = 0
    cancelled: int = 0
    cancellation_requested: bool = False

    @property
    def open(self) -> int:
        """Pieces that are neither shipped nor cancelled."""
        return self.article.quantity - self.shipped - self.cancelled


@dataclass(slots=True)
class PlacedOrder:
    """One order and how it stands."""

    id: str
    placed_at: datetime
    ship_to: dict[str, str]
    bill_to: dict[str, str]
    pickup_point: bool
    items: list[Item]


@dataclass(slots=True)
class SentShipment:
    """A shipment that was carried out; `lines` are (order item id, pieces)."""

    id: str
    transport_id: str
    order_id: str
    reference: str
    at: datetime
    lines: tuple[tuple[str, int], ...]
    transporter: str
    code: str


@dataclass(slots=True)
class Process:
    """An accepted write. `act` carries it out and tells what is wrong, empty for nothing."""

    id: str
    entity_id: str
    event_type: str
    created_at: datetime
    due_at: datetime
    act: Callable[[datetime], str]
    status: str = "PENDING"
    message: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AcceptedShipment:
    """Ledger: a request to ship that was answered 202. A quantity of 0 means all that is open."""

    at: datetime
    process_id: str
    order_id: str  # empty where no item of it is known
    lines: tuple[tuple[str, int], ...]
    reference: str
    transporter: str
    code: str


@dataclass(frozen=True, slots=True)
class ExecutedShipment:
    """Ledger: a shipment that was carried out. `process_id` is empty for one made by hand."""

    at: datetime
    process_id: str
    shipment_id: str
    order_id: str
    lines: tuple[tuple[str, int], ...]
    reference: str
    transporter: str
    code: str


@dataclass(frozen=True, slots=True)
class ChangedTransport:
    """Ledger: a code that was added to a transport."""

    at: datetime
    process_id: str
    transport_id: str
    order_id: str
    reference: str
    transporter: str
    code: str


@dataclass(slots=True)
class Ledger:
    """All that ever happened, for a checker that trusts nobody. Nothing is ever removed."""

    accepted: list[AcceptedShipment] = field(default_factory=list)
    executed: list[ExecutedShipment] = field(default_factory=list)
    transports: list[ChangedTransport] = field(default_factory=list)
    tokens: list[datetime] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # (endpoint, status)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the next shipment's process will end, whatever it asks for."""

    status: str
    message: str
    acts: bool

"""What the store keeps, as frozen values: the decisions are taken on these and on the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from orderlink.basics import Json, Parcel, Status


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """An order's identity: the marketplace connection's id and the marketplace's order id."""

    connection: str
    order_id: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as last seen at the marketplace; amounts include tax."""

    line_id: str
    quantity: int
    shipped: int = 0
    cancelled: int = 0
    sku: str = ""
    ean: str = ""
    title: str = ""
    total: Decimal = Decimal(0)
    by_marketplace: bool = False
    label_by_marketplace: bool = False
    cancellation_requested: bool = False

    @property
    def open(self) -> int:
        """Pieces that are neither shipped nor cancelled."""
        return max(0, self.quantity - self.shipped - self.cancelled)

    @property
    def wanted(self) -> int:
        """Pieces that are not cancelled: what the shop order holds."""
        return max(0, self.quantity - self.cancelled)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as the state file has it."""

    key: OrderKey
    shop: str  # the shop connection's id
    status: Status
    placed_at: datetime
    first_seen_at: datetime
    seen_at: datetime  # the last look at it at the marketplace
    lines: tuple[LineRow, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    country: str = ""  # where it goes, ISO 3166-1 alpha-2
    currency: str = ""
    total: Decimal = Decimal(0)
    reference: str = ""
    marks: tuple[str, ...] = ()
    edits: Mapping[str, str] = field(default_factory=dict)  # what a person mended
    document: Json = None  # the whole order, personal data included, until the shop has it
    has_details: bool = False
    approved: bool = False  # passed the brake on many new orders
    create_anyway: bool = False  # a person decided although the buyer asks to cancel
    released: bool = False  # a person let it pass the merchant's own hold rules
    refund_confirmed: bool = False  # a person decided although a part was refunded
    site: str = ""  # as in `orderlink.model.Order`
    ship_by: date | None = None
    deliver_by: date | None = None
    expires_on: date | None = None
    shop_order_id: str = ""
    shop_order_number: str = ""
    shop_status: str = ""
    shop_seen_at: datetime | None = None
    waiting_since: datetime | None = None
    parcels_asked_at: datetime | None = None
    closed_at: datetime | None = None
    closed_without_code: bool = False
    not_before: datetime | None = None  # back-off of reading it at the marketplace
    attempts: int = 0

    @property
    def own_lines(self) -> tuple[LineRow, ...]:
        """Lines that the shop order is about: the merchant's own, else all of them."""
        return tuple(line for line in self.lines if not line.by_marketplace) or self.lines

    @property
    def pushable_lines(self) -> tuple[LineRow, ...]:
        """Lines whose shipment we report: not those that go with the marketplace's label."""
        return tuple(
            line
            for line in self.own_lines
            if not line.label_by_marketplace and not line.by_marketplace
        )

    @property
    def cancellation_requested(self) -> bool:
        """The buyer asks to cancel something that is still open."""
        return any(line.cancellation_requested and line.open for line in self.own_lines)

    @property
    def partial(self) -> bool:
        """A part is shipped or cancelled, and a part is still open."""
        handled = any(line.shipped or line.cancelled for line in self.own_lines)
        return handled and any(line.open for line in self.own_lines)


class Kind(StrEnum):
    """What an effect does."""

    CREATE = "create"
    CORRECT_IN_SHOP = "correct_in_shop"
    HOLD_IN_SHOP = "hold_in_shop"
    CANCEL_IN_SHOP = "cancel_in_shop"
    STAMP_REFERENCE = "stamp_reference"
    SHIP = "ship"
    UPDATE_TRACKING = "update_tracking"


class EffectState(StrEnum):
    """How far an effect is."""

    DUE = "due"
    STARTED = "started"  # the call may be under way in this very moment
    ACCEPTED = "accepted"  # the remote took it and will tell later
    UNKNOWN = "unknown"  # we may have acted: look-ups only
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # taken back before it was sent


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One remote write: its own copy of what it sends, and how it went."""

    key: OrderKey
    kind: Kind
    number: int  # given once per order and kind
    target: str  # the connection that is written to
    state: EffectState
    document: Json = None
    attempts: int = 0
    not_before: datetime | None = None
    first_failed_at: datetime | None = None
    started_at: datetime | None = None
    quarantine_until: datetime | None = None  # None while unknown: the clock was not trusted yet
    remote_ref: str = ""
    error: str = ""

    @property
    def open(self) -> bool:
        """It may have acted, or it is still under way."""
        return self.state in {EffectState.STARTED, EffectState.ACCEPTED, EffectState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """What stands in the way of an order or (order_id empty) of a connection."""

    id: int
    connection: str
    order_id: str
    word: str
    since: datetime
    sentence: str
    details: Mapping[str, str] = field(default_factory=dict)
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an order or a connection. Never holds personal data."""

    word: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event with its time and place."""

    at: datetime
    connection: str
    order_id: str
    word: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One connection: an id of its own, bound to (type, address, client)."""

    id: str
    role: str  # "marketplace" or "shop"
    type: str
    binding: str
    label: str  # the table's name in the configuration, which may change
    first_run_at: datetime | None = None
    import_from: str = ""  # as configured when the last full look was made
    changes_until: datetime | None = None  # the watermark
    full_look_at: datetime | None = None
    newest_shop_order: str = ""

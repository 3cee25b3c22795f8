"""What the store keeps, as frozen values: the decisions are taken on these and on the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from orderlink.basics import Json, Parcel, Status
from orderlink.values import Value, field


class OrderKey(Value, frozen=True, order=True):
    """An order's identity: the marketplace connection's id and the marketplace's order id."""

    connection: str
    order_id: str

    @property
    def name(self) -> str:
        """How a person names it where several connections have the number."""
        return f"{self.connection}/{self.order_id}"


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""As the last look at an order: nothing that was seen of it counts any more."""


class LineRow(Value, frozen=True):
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


def own_lines(lines: tuple[LineRow, ...]) -> tuple[LineRow, ...]:
    """Give the lines that a shop order is about: the merchant's own, else all of them."""
    return tuple(line for line in lines if not line.by_marketplace) or lines


def is_partial(lines: tuple[LineRow, ...]) -> bool:
    """Tell whether a part is shipped or cancelled, and a part is still open."""
    own = own_lines(lines)
    return any(line.shipped or line.cancelled for line in own) and any(line.open for line in own)


class OrderRow(Value, frozen=True):
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
    archived_at: datetime | None = None  # not None: it stands in the archive's cold tables

    @property
    def last_seen_at(self) -> datetime | None:
        """The last look at it at the marketplace that counts; None: it is to be read again."""
        return self.seen_at if self.seen_at > LONG_AGO else None

    @property
    def own_lines(self) -> tuple[LineRow, ...]:
        """Lines that the shop order is about: the merchant's own, else all of them."""
        return own_lines(self.lines)

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
        return is_partial(self.lines)


class Kind(StrEnum):
    """What an effect does."""

    CREATE = "create"
    CORRECT_IN_SHOP = "correct_in_shop"
    HOLD_IN_SHOP = "hold_in_shop"
    CANCEL_IN_SHOP = "cancel_in_shop"
    STAMP_REFERENCE = "stamp_reference"
    SHIP = "ship"
    UPDATE_TRACKING = "update_tracking"


REPORTS = frozenset({Kind.SHIP, Kind.UPDATE_TRACKING})
"""What is written to a marketplace."""


class EffectState(StrEnum):
    """How far an effect is."""

    DUE = "due"
    STARTED = "started"  # the call may be under way in this very moment
    ACCEPTED = "accepted"  # the remote took it and will tell later
    UNKNOWN = "unknown"  # we may have acted: look-ups only
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # taken back before it was sent


class EffectRow(Value, frozen=True):
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


class ProblemRow(Value, frozen=True):
    """What stands in the way of an order or (order_id empty) of a connection."""

    id: int
    connection: str
    order_id: str
    word: str
    since: datetime
    sentence: str
    details: Mapping[str, str] = field(default_factory=dict)
    told_at: datetime | None = None
    solved_at: datetime | None = None


class Event(Value, frozen=True):
    """Something that happened to an order or a connection. Never holds personal data."""

    word: str
    details: Mapping[str, str] = field(default_factory=dict)


class EventRow(Value, frozen=True):
    """An event with its time and place. `run` None: a person did it."""

    at: datetime
    connection: str
    order_id: str
    word: str
    details: Mapping[str, str]
    run: int | None = None


class RunRow(Value, frozen=True):
    """One run. `ended_at` None: it is under way, or its process was killed.

    `outcome` is `ok`, `failed` (a connection failed, or orderlink itself did), `stopped` (by its
    time limit or on request, the next run went on) or `broken_off` (it could not go on at all).
    """

    number: int
    command: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    counts: Mapping[str, int]

    @property
    def seconds(self) -> int | None:
        """How long it took; None where it has not ended, or a clock was set meanwhile."""
        if self.ended_at is None or self.ended_at < self.started_at:
            return None
        return int((self.ended_at - self.started_at).total_seconds())

    def became(self, running_since: datetime | None) -> str:
        """Say what became of it: its outcome, or that it is `running`, or was `interrupted`.

        `running_since` is when the active run began, None: there is none.
        """
        if self.ended_at is not None:
            return self.outcome
        began = running_since is not None and running_since <= self.started_at
        return "running" if began else "interrupted"


class OrderDays(Value, frozen=True):
    """The days that an order has to keep, as in `OrderRow`."""

    ship_by: date | None = None
    expires_on: date | None = None
    deliver_by: date | None = None


class OrderCount(Value, frozen=True):
    """So many orders of a marketplace, for a shop, stand in a status."""

    connection: str
    shop: str
    status: str
    orders: int


class OrderSteps(Value, frozen=True):
    """When an order was placed, came into the shop, was completed there, and was closed."""

    connection: str
    placed_at: datetime
    in_shop_at: datetime | None
    completed_at: datetime | None
    shipped_at: datetime | None


class Tally(Value, frozen=True):
    """Something happened so often in the hour that begins then; see `orderlink.decide.counting`."""

    hour: datetime
    connection: str
    word: str
    kind: str
    times: int


class ConnectionRow(Value, frozen=True):
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

"""The domain: orders, lines, addresses, shipments and what a shop says, as frozen values.

Money is `Decimal` beside its currency, prices include tax unless a name says otherwise, instants
are aware UTC. Nothing here does I/O, and nothing here knows a platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from orderlink.basics import CLOSED, Json, Parcel, Status
from orderlink.currency import decimals_of, split_by_largest_remainder, unit_of
from orderlink.values import Value, field, replace

__all__ = ["CLOSED", "Json", "Parcel", "Status"]
"""What comes from `orderlink.basics`, and belongs to the model all the same."""


class Address(Value, frozen=True):
    """Where and to whom; every part as the marketplace gave it, empty where it gave none.

    `street` may hold the whole street line where the marketplace does not split it.
    """

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    house_number: str = ""
    house_number_extension: str = ""
    extra: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    email: str = ""
    phone: str = ""
    pickup_point: str = ""
    vat_id: str = ""
    company_registration: str = ""
    buyer_reference: str = ""
    language: str = ""


class Line(Value, frozen=True):
    """One article of an order. `unit_price` and `total` (of all pieces) are what the buyer paid."""

    id: str
    quantity: int
    unit_price: Decimal
    total: Decimal
    sku: str = ""
    ean: str = ""
    title: str = ""
    shipped: int = 0
    cancelled: int = 0
    by_marketplace: bool = False  # stored and sent by the marketplace (bol FBB, Amazon FBA)
    label_by_marketplace: bool = False  # the merchant packs, the marketplace ships (bol VVB)
    cancellation_requested: bool = False
    deliver_by: date | None = None
    expires_on: date | None = None
    commission: Decimal | None = None
    discount: Decimal = Decimal(0)
    services: tuple[str, ...] = ()
    tax: Decimal | None = None  # contained in `total`, where the marketplace says how much
    tax_rate: Decimal | None = None  # in percent, where the marketplace says it

    @property
    def open(self) -> int:
        """Pieces that are neither shipped nor cancelled."""
        return max(0, self.quantity - self.shipped - self.cancelled)

    @property
    def wanted(self) -> int:
        """Pieces that are not cancelled: what the shop order holds."""
        return max(0, self.quantity - self.cancelled)

    @property
    def wanted_share(self) -> Decimal:
        """What the buyer pays for the pieces that are not cancelled, not rounded."""
        return self.total * self.wanted / (self.quantity or 1)


class Charge(Value, frozen=True):
    """What an order costs beside its lines and shipping: gift wrap, a surcharge, a deposit."""

    name: str
    amount: Decimal  # below zero: a discount on the whole order
    tax: Decimal | None = None


class Order(Value, frozen=True):
    """A whole order as the marketplace tells it."""

    id: str
    placed_at: datetime
    currency: str
    lines: tuple[Line, ...]
    ship_to: Address
    bill_to: Address | None = None
    shipping_cost: Decimal = Decimal(0)
    marks: tuple[str, ...] = ()  # words worth seeing: "pickup_point", "business", "gift"
    not_ready: str = ""  # why the marketplace does not let it be handled yet; empty: it does
    awaits_release: bool = False  # that ends by itself, as a payment does, and is nobody's matter
    charges: tuple[Charge, ...] = ()
    shipping_tax: Decimal | None = None  # contained in `shipping_cost`
    shipping_method: str = ""  # the marketplace's own word
    fees: Decimal | None = None  # what the marketplace takes for the whole order
    message: str = ""
    gift_message: str = ""
    delivery_day: date | None = None  # the day that the buyer chose
    ship_by: date | None = None
    tax_collected: bool = False  # the marketplace owes the tax, the merchant none
    reverse_charge: bool = False  # the buyer owes the tax, the merchant none
    site: str = ""  # which of the marketplace's sites it was placed at, in its own word
    shipments: tuple[SeenShipment, ...] | None = None  # None: the marketplace did not tell

    @property
    def by_marketplace(self) -> bool:
        """Tell whether the marketplace stores and sends all of it."""
        return bool(self.lines) and all(line.by_marketplace for line in self.lines)

    def own_lines(self) -> tuple[Line, ...]:
        """Give the lines that the merchant ships himself and that are not wholly cancelled."""
        return tuple(line for line in self.lines if not line.by_marketplace and line.wanted)

    def placed_lines(self) -> tuple[Line, ...]:
        """Give the lines that its shop order holds: the merchant's own, else all of them."""
        taken = self.lines if self.by_marketplace else self.own_lines()
        return tuple(line for line in taken if line.wanted)

    def amounts(self) -> tuple[Decimal, ...]:
        """Give what is paid for each of `placed_lines`; cents are split by largest remainder."""
        shares = [line.wanted_share for line in self.placed_lines()]
        goods = max(Decimal(0), self._discounted())
        return tuple(split_by_largest_remainder(goods, shares, unit_of(self.currency)))

    def _discounted(self) -> Decimal:
        shares = sum((line.wanted_share for line in self.placed_lines()), Decimal(0))
        discounts = sum((one.amount for one in self.charges if one.amount < 0), Decimal(0))
        return self._rounded(shares + discounts)

    def _rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(unit_of(self.currency), ROUND_HALF_UP)

    def surcharges(self) -> tuple[Charge, ...]:
        """Give the charges that are no discounts, in whole units of the currency."""
        rounded = (replace(one, amount=self._rounded(one.amount)) for one in self.charges)
        return tuple(one for one in rounded if one.amount > 0)

    def shipping_paid(self) -> Decimal:
        """Give what the buyer pays for shipping; a discount above the goods comes off it, too."""
        return self._rounded(self.shipping_cost) + min(Decimal(0), self._discounted())

    def total(self) -> Decimal:
        """Give what the buyer pays for `placed_lines`, their shipping and all charges."""
        surcharges = sum((one.amount for one in self.surcharges()), Decimal(0))
        return self._discounted() + surcharges + self._rounded(self.shipping_cost)

    def sighting(self) -> Sighting:
        """Give what a list would have said about this order."""
        lines = tuple(
            LineSighting(
                line.id,
                line.quantity,
                line.shipped,
                line.cancelled,
                by_marketplace=line.by_marketplace,
                cancellation_requested=line.cancellation_requested,
            )
            for line in self.lines
        )
        return Sighting(self.id, self.placed_at, lines)


class LineSighting(Value, frozen=True):
    """What a marketplace's list says about one line."""

    id: str
    quantity: int
    shipped: int = 0
    cancelled: int = 0
    by_marketplace: bool = False
    cancellation_requested: bool = False


class Sighting(Value, frozen=True):
    """An order in a marketplace's list. A line that is missing says nothing about that line."""

    order_id: str
    placed_at: datetime
    lines: tuple[LineSighting, ...]


class Unreadable(Value, frozen=True):
    """An order that the program cannot read: its id (as far as known) and why, in words."""

    order_id: str
    why: str


class Look(Value, frozen=True):
    """What to list: what changed since an instant, or (None) everything that is open."""

    since: datetime | None
    position: str = ""  # where an earlier run stopped; empty: from the start


class Page(Value, frozen=True):
    """One page of a marketplace's list. `position` names the next page; empty: this was the last.

    `until` is the instant up to which the list speaks, where the marketplace says so.
    """

    rows: tuple[Sighting | Order | Unreadable, ...]
    position: str = ""
    until: datetime | None = None


class ShippedLine(Value, frozen=True):
    """Pieces of one marketplace line that leave in one shipment."""

    line_id: str
    quantity: int


class Shipment(Value, frozen=True):
    """What is reported to the marketplace. `code` is empty for a shipment without one.

    `reference` is ours alone and made of the order and its `number` among the order's shipments.
    `carrier_code` is the marketplace's own word for the carrier, `carrier_name` the carrier's name
    where that word only says "other", `site` as in `Order`. `left_at` is when the shop was first
    seen to have sent it.
    """

    order_id: str
    reference: str
    lines: tuple[ShippedLine, ...]
    code: str = ""
    carrier_code: str = ""
    carrier_name: str = ""
    tracking_page: str = ""
    site: str = ""
    number: int = 1
    left_at: datetime | None = None


def shipment_reference(order_id: str, number: int) -> str:
    """Name a shipment so that only one of this order has it; at most 90 characters (bol)."""
    return f"orderlink-{order_id}-{number}"[:90]


class SeenShipment(Value, frozen=True):
    """A shipment that the marketplace knows; `reference` is as in `Shipment` where it is ours."""

    reference: str
    code: str
    carrier_code: str
    lines: tuple[ShippedLine, ...]


class Done(Value, frozen=True):
    """The write was carried out. `remote_ref` is the remote's id for it, if it gave one."""

    remote_ref: str = ""


class Accepted(Value, frozen=True):
    """The write was taken and will be carried out later.

    `ticket` is what to ask for; empty: it is believed when it is seen among an order's `shipments`.
    """

    ticket: str = ""


class TicketState(StrEnum):
    """How a ticket stands."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the remote gave up on it, or no longer knows it


class Ticket(Value, frozen=True):
    """The remote's answer about an accepted write; `message` is in the remote's own words."""

    id: str
    state: TicketState
    message: str = ""
    created_at: datetime | None = None


class Stamp(Value, frozen=True):
    """What marks a shop order as ours.

    `reference` is `TYPE:INSTANCE:MARKETPLACE_ORDER_ID`, `origin` the state file's id, and
    `order_number` the marketplace's number, for people.
    """

    reference: str
    origin: str
    order_number: str


class ShopState(StrEnum):
    """What a shop order means for the cycle, whatever word the shop has for it."""

    OPEN = "open"
    COMPLETED = "completed"
    GONE = "gone"  # cancelled, deleted, in the trash, or wholly refunded


class ShopLine(Value, frozen=True):
    """One line of a shop order; `total` is what the buyer pays for it, tax included.

    `line_id` is the marketplace's line that it stands for, where we made it ourselves.
    """

    sku: str
    quantity: int
    total: Decimal
    product_id: str = ""
    line_id: str = ""


class ShopOrder(Value, frozen=True):
    """An order as the shop tells it."""

    id: str
    number: str  # what the shop shows to people
    status: str  # the shop's own word
    state: ShopState
    reference: str = ""
    origin: str = ""
    order_number: str = ""  # the marketplace's number as the shop keeps it
    currency: str = ""
    total: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    lines: tuple[ShopLine, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    unlike: tuple[str, ...] = ()  # parts of the address that it shows otherwise than sent
    adopted: bool = False  # another program made it; it carries our reference since it was adopted
    whole: bool = True  # False: only how it stands was read, not its origin, total and lines


class Candidate(Value, frozen=True):
    """A shop order, and the texts in its field that may name a marketplace's order; none empty."""

    order: ShopOrder
    values: tuple[str, ...]


class Draft(Value, frozen=True):
    """What will be sent to the shop to create an order: the document, and what it must add up to.

    `public` names the top-level keys of `document` that hold no buyer's data: they are kept after
    the creation, for a correction; everything else is deleted when the shop has the order.
    """

    document: Mapping[str, Json]
    currency: str
    total: Decimal
    lines: tuple[ShopLine, ...]
    public: tuple[str, ...] = ()
    fees: tuple[tuple[str, Decimal], ...] = ()  # further sums in the total, by name
    remarks: tuple[str, ...] = ()  # what is not taken over as it is, without a buyer's data


class Found(Value, frozen=True):
    """The answer of a complete look-up in the shop.

    `orders` are all that carry one of the references or order numbers asked for, lowest id first;
    `newest` is the shop's highest order id at that moment, where ids ascend.
    """

    orders: tuple[ShopOrder, ...]
    newest: str = ""


class Reading(Value, frozen=True):
    """What the shop said about the ids that it was asked for.

    `absent` are ids that the answer left out, which proves nothing by itself.
    """

    orders: Mapping[str, ShopOrder] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


class FindingState(StrEnum):
    """How what was checked is."""

    OK = "ok"
    WARNING = "warning"  # it works, but not as it should, or not for long
    FAILED = "failed"


class Finding(Value, frozen=True):
    """What one check found, in a sentence, and what to do where it is not well."""

    subject: str  # a few words: "sign-in", "right to read orders"
    state: FindingState
    sentence: str
    advice: str = ""


def money_text(amount: Decimal, currency: str) -> str:
    """Write an amount for a person: `12.99 EUR`, `1500 JPY`; none of its decimals is left out."""
    own = len(f"{amount.normalize():f}".partition(".")[2])
    return f"{amount:.{max(decimals_of(currency), own)}f} {currency}"

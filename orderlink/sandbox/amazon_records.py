"""What the Amazon sandbox remembers: orders, packages, and the ledger of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from orderlink.sandbox.amazon_marketplaces import Marketplace

DEFAULT_ADDRESS: dict[str, str] = {
    "name": "Noor van der Meer",
    "addressLine1": "Havenstraat 12 bis",
    "city": "Utrecht",
    "postalCode": "3511EV",
    "countryCode": "NL",
    "phone": "+31 30 123 45 67",
    "addressType": "RESIDENTIAL",
}
WAITING = ("PENDING_AVAILABILITY", "PENDING")
READY = "UNSHIPPED"


@dataclass(frozen=True, slots=True)
class Article:
    """What a buyer puts into the basket.

    `price` is for one piece as the marketplace shows it: with tax in Europe and Japan, without in
    the United States. `discount`, `shipping`, `shipping_discount` and `gift_wrap` are for the whole
    line. Amazon never shows the `ean`; its own number is made of it. A `tax_rate` (per cent) makes
    Amazon tell the tax; `tax_collected` is tax that it keeps, `tax_scheme` is `IOSS` or `UOSS`.
    """

    reference: str = "SKU-1"
    ean: str = "8712626055143"
    quantity: int = 1
    price: Decimal = Decimal("12.99")
    title: str = "Mug, blue"
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    shipping_discount: Decimal = Decimal(0)
    gift_wrap: Decimal = Decimal(0)
    gift_message: str = ""
    tax_rate: Decimal = Decimal(0)
    tax_collected: bool = False
    tax_scheme: str = ""

    @property
    def asin(self) -> str:
        """Give Amazon's own article number."""
        return f"B0{self.ean[-8:]:0>8}"


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order to place.

    `ship_to` holds Amazon's own address fields, laid over `DEFAULT_ADDRESS`, `buyer` its own buyer
    fields, laid over a name and a relay address; `marketplace` is a country code. `status` may be
    `PENDING` or `PENDING_AVAILABILITY` (before the payment) too. An empty `order_id` is counted,
    without `placed_at` it is placed now. `prices_include_tax` overrules the marketplace's custom.
    """

    articles: Sequence[Article] = (Article(),)
    ship_to: Mapping[str, str] = field(default_factory=dict)
    buyer: Mapping[str, str] = field(default_factory=dict)
    marketplace: str = "NL"
    fulfilled_by: str = "MERCHANT"  # AMAZON: stored and sent by Amazon
    status: str = READY
    programs: Sequence[str] = ()
    service_level: str = "STANDARD"
    seller_order_id: str = ""
    replaces: str = ""
    tax_number: str = ""
    prices_include_tax: bool | None = None
    order_id: str = ""
    placed_at: datetime | None = None


@dataclass(slots=True)
class Item:
    """One order item and how it stands: `shipped` in truth, `shown` as answers tell it so far."""

    id: str
    article: Article
    shipped: int = 0
    shown: int = 0
    cancelled: int = 0
    cancelled_by: str = ""
    cancellation_requested: bool = False

    @property
    def open(self) -> int:
        """Pieces that are neither shipped nor cancelled."""
        return self.article.quantity - self.shipped - self.cancelled

    @property
    def unfulfilled(self) -> int:
        """Pieces that are open as far as answers tell: a package may still be seen as it was."""
        return max(self.article.quantity - self.shown - self.cancelled, 0)


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it was confirmed; `lines` are (order item id, pieces).

    `carrier_name` is what the merchant calls a carrier with the code `Other`.
    """

    reference: str
    created_at: datetime
    shipped_at: datetime
    lines: tuple[tuple[str, int], ...]
    code: str
    carrier: str
    carrier_name: str = ""
    service: str = ""


@dataclass(slots=True)
class PlacedOrder:
    """One order and how it stands; `packages` in truth, `shown` as answers tell them so far.

    `waiting` is the status before the payment, empty afterwards; `withheld` counts the answers
    that will come with an empty address.
    """

    id: str
    purchase: Purchase
    marketplace: Marketplace
    placed_at: datetime
    updated_at: datetime
    waiting: str
    ship_to: dict[str, str]
    buyer: dict[str, str]
    items: list[Item]
    packages: dict[str, Package] = field(default_factory=dict)
    shown: dict[str, Package] = field(default_factory=dict)
    withheld: int = 0

    @property
    def status(self) -> str:
        """Give the fulfilment status that answers tell."""
        if all(item.cancelled == item.article.quantity for item in self.items):
            return "CANCELLED"
        if self.waiting:
            return self.waiting
        if not any(item.shown for item in self.items):
            return READY
        left = any(item.unfulfilled for item in self.items)
        return "PARTIALLY_SHIPPED" if left else "SHIPPED"


@dataclass(frozen=True, slots=True)
class AcceptedConfirmation:
    """Ledger: a confirmation that was answered 204, and whether it did anything.

    `act` is `added`, `updated` or `dropped`.
    """

    at: datetime
    order_id: str
    reference: str
    lines: tuple[tuple[str, int], ...]
    code: str
    carrier: str
    carrier_name: str
    act: str


@dataclass(frozen=True, slots=True)
class ExecutedPackage:
    """Ledger: a package that was added or updated; `by` is `api`, `hand` or `amazon`."""

    at: datetime
    order_id: str
    reference: str
    lines: tuple[tuple[str, int], ...]
    code: str
    carrier: str
    carrier_name: str
    by: str


@dataclass(slots=True)
class Ledger:
    """All that ever happened, for a checker that trusts nobody. Nothing is ever removed.

    `executed` has each package once, as it was added; `updated` what became of it later.
    """

    accepted: list[AcceptedConfirmation] = field(default_factory=list)
    executed: list[ExecutedPackage] = field(default_factory=list)
    updated: list[ExecutedPackage] = field(default_factory=list)
    tokens: list[datetime] = field(default_factory=list)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # (operation, status)

"""What a sandbox Shopify keeps: the shop's settings, variants, orders, fulfillments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from orderlink.currency import unit_of

STANDARD_PRODUCT = 1_000_000
"""A variant's product has its number and this, where nothing else is said."""


@dataclass(frozen=True)
class Plan:
    """A plan: its public name, and how many points a second its apps may use."""

    name: str
    per_second: float = 100.0

    @property
    def capacity(self) -> float:
        """Tell how many points may be used at once."""
        return self.per_second * 20

    @property
    def is_trial(self) -> bool:
        """Tell whether only five orders a minute may be created."""
        return self.name in {"Trial", "Plus Trial", "Development"}


PLANS = {
    plan.name: plan
    for plan in (
        Plan("Basic"),
        Plan("Grow"),
        Plan("Advanced", 200.0),
        Plan("Plus", 1000.0),
        Plan("Trial"),
        Plan("Development"),
    )
}


SHIPS_TO = ("AT", "BE", "CH", "DE", "DK", "ES", "FR", "GB", "IT", "JP", "LU", "NL", "PL", "US")


@dataclass(frozen=True)
class SandboxShop:
    """How a shop sells. `currencies` has those enabled beside its own, with what one is worth.

    `provinces` has the regions of countries, by code.
    `plain_addresses`: addresses with emoji or control characters are refused (made up: no real shop
    was seen so).
    """

    name: str = "Bench shop"
    currency: str = "EUR"
    currencies: Mapping[str, str] = field(
        default_factory=lambda: {
            "GBP": "1.15",
            "JPY": "0.0061",
            "KWD": "2.98",
            "PLN": "0.2345",
            "USD": "0.91",
        }
    )
    taxes_included: bool = True
    tax_shipping: bool = True
    ships_to: tuple[str, ...] = SHIPS_TO
    plan: Plan = PLANS["Basic"]
    provinces: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {
            "IT": {"MI": "Milano", "RM": "Roma"},
            "ES": {"B": "Barcelona", "M": "Madrid", "C": "A Coruña"},
            "US": {"NY": "New York", "CA": "California"},
        }
    )
    plain_addresses: bool = False


@dataclass(frozen=True)
class SandboxTaxes:
    """One tax of the shop: where, of which kind of product (empty: the usual), how much."""

    country: str
    percent: str
    title: str = "VAT"
    kind: str = ""
    province: str = ""


@dataclass
class SandboxVariant:
    """A variant with its product. `stock` None is not tracked; `tax_kind` as in `SandboxTaxes`."""

    id: int
    sku: str
    title: str = ""
    price: str = "10.00"
    product_id: int = 0
    stock: int | None = None
    policy: str = "DENY"
    barcode: str = ""
    taxable: bool = True
    tax_kind: str = ""
    status: str = "ACTIVE"

    def __post_init__(self) -> None:
        self.product_id = self.product_id or self.id + STANDARD_PRODUCT


@dataclass(frozen=True)
class Bag:
    """An amount in the shop's currency, and in the one that the buyer paid in."""

    shop: Decimal = Decimal(0)
    presentment: Decimal = Decimal(0)

    def __add__(self, other: Bag) -> Bag:
        return Bag(self.shop + other.shop, self.presentment + other.presentment)

    def __sub__(self, other: Bag) -> Bag:
        return Bag(self.shop - other.shop, self.presentment - other.presentment)

    def __mul__(self, times: int) -> Bag:
        return Bag(self.shop * times, self.presentment * times)


def total_of(bags: Any) -> Bag:
    """Add up."""
    return sum(bags, Bag())


@dataclass(frozen=True)
class TaxLine:
    """A tax on a line: the whole line's."""

    title: str
    rate: Decimal
    amount: Bag


@dataclass
class OrderLine:
    """A line of an order; `variant` is None for a custom one."""

    id: int
    variant: SandboxVariant | None
    sku: str
    title: str
    quantity: int
    price: Bag
    taxes: tuple[TaxLine, ...] = ()
    fulfilled: int = 0
    removed: int = 0

    @property
    def open(self) -> int:
        """Tell how many pieces are neither fulfilled nor removed."""
        return self.quantity - self.fulfilled - self.removed


@dataclass(frozen=True)
class ShippingLine:
    """A way of shipping with its price."""

    title: str
    code: str
    price: Bag
    taxes: tuple[TaxLine, ...] = ()


@dataclass
class Fulfillment:
    """Pieces that left together: by line id. `codes` are (company, number, url)."""

    id: int
    at: datetime
    pieces: dict[int, int]
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    status: str = "SUCCESS"


@dataclass
class StoredOrder:
    """One order as the shop keeps it."""

    name: str
    created_at: datetime
    currency: str
    presentment: str
    taxes_included: bool
    id: int = 0
    source_identifier: str = ""
    source_name: str = ""
    email: str = ""
    note: str = ""
    po_number: str = ""
    customer: str = ""
    processed_at: datetime | None = None
    tags: list[str] = field(default_factory=list)
    found_by_tags: list[str] = field(default_factory=list)  # what the search's index has of them
    attributes: dict[str, str] = field(default_factory=dict)
    metafields: dict[tuple[str, str], str] = field(default_factory=dict)
    shipping: dict[str, Any] | None = None
    billing: dict[str, Any] | None = None
    lines: list[OrderLine] = field(default_factory=list)
    shipping_lines: list[ShippingLine] = field(default_factory=list)
    discount: Bag = Bag()
    paid: Bag = Bag()
    refunded: Bag = Bag()
    gateway: str = ""
    authorizations: list[str] = field(default_factory=list)  # one of each payment
    financial_status: str = "PENDING"
    behaviour: str = "BYPASS"
    fulfillments: list[Fulfillment] = field(default_factory=list)
    holds: dict[str, str] = field(default_factory=dict)  # handle -> why
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def subtotal(self) -> Bag:
        """Give what the lines come to, less the discount on the order."""
        return total_of(line.price * line.quantity for line in self.lines) - self.discount

    @property
    def tax(self) -> Bag:
        """Give all tax."""
        taxes = [line.taxes for line in self.lines]
        taxes += [line.taxes for line in self.shipping_lines]
        return total_of(tax.amount for each in taxes for tax in each)

    @property
    def total(self) -> Bag:
        """Give what the buyer pays: tax is within the prices, or comes on top of them."""
        shipping = total_of(line.price for line in self.shipping_lines)
        on_top = Bag() if self.taxes_included else self.tax
        return self.subtotal + shipping + on_top

    def gross(self, line: OrderLine) -> Bag:
        """Give what the buyer pays for a line, before a discount on the whole order."""
        on_top = total_of(tax.amount for tax in line.taxes)
        return line.price * line.quantity + (Bag() if self.taxes_included else on_top)

    @property
    def fulfillment_status(self) -> str:
        """Tell how it stands, in Shopify's word."""
        pieces = [line.fulfilled for line in self.lines]
        if any(line.open for line in self.lines):
            if any(pieces):
                return "PARTIALLY_FULFILLED"
            return "ON_HOLD" if self.holds else "UNFULFILLED"
        return "FULFILLED" if any(pieces) else "UNFULFILLED"

    @property
    def status(self) -> str:
        """Tell how it stands, in the words of the ledger and of the controls."""
        if self.cancelled_at:
            return "cancelled"
        if self.financial_status == "REFUNDED":
            return "refunded"
        if self.fulfillment_status == "FULFILLED":
            return "completed"
        if self.closed_at:
            return "archived"
        return "open"


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's smallest amount, half away from zero."""
    return amount.quantize(unit_of(currency), "ROUND_HALF_UP")

"""What a sandbox WooCommerce keeps: products, orders, notes, and the ledger for checkers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shop_ledger import CreatedOrder, Ledger, LedgerLine, Mail, StatusChange
from orderlink.sandbox.woocommerce_tax import Item, Taxes, Totals, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderlink.clock import Clock

STATUSES = (
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
TAKES_STOCK = frozenset({"processing", "on-hold", "completed"})
GIVES_STOCK_BACK = frozenset({"cancelled", "pending"})
PAYABLE = frozenset({"pending", "on-hold", "failed", "cancelled"})
ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
)


class RestError(Exception):
    """An answer of WordPress's REST server that is no success."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": {"status": status, **data}}


@dataclass(frozen=True)
class SandboxSelling:
    """In which currency and where to the shop sells, in WooCommerce's own words.

    `regions` has the regions of countries, by code. `narrow_text`: the database keeps neither emoji
    nor control characters, and no text above 191 characters (made up: no real shop was seen so).
    """

    currency: str = "EUR"
    currencies: tuple[str, ...] = ("EUR", "GBP", "JPY", "KWD", "PLN", "SEK", "USD", "CHF")
    allowed: str = "all"
    except_for: tuple[str, ...] = ()
    specific: tuple[str, ...] = ()
    ship_to: str = ""
    ship_to_specific: tuple[str, ...] = ()
    regions: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {
            "IT": {"MI": "Milano", "RM": "Roma"},
            "ES": {"B": "Barcelona", "M": "Madrid", "C": "A Coruña"},
        }
    )
    narrow_text: bool = False


@dataclass
class SandboxProduct:
    """A product or a variation. `price` is the catalogue's; `stock` None is not kept."""

    id: int
    sku: str
    name: str = ""
    price: str = "10.00"
    kind: str = "simple"
    parent_id: int = 0
    status: str = "publish"
    stock: int | None = None
    tax_status: str = "taxable"
    tax_class: str = ""
    ean: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class StoredOrder:
    """One order as the shop keeps it."""

    id: int
    created_at: datetime
    modified_at: datetime
    status: str = "pending"
    currency: str = "EUR"
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    customer_note: str = ""
    customer_id: int = 0
    meta: list[dict[str, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    tax_items: dict[int, int] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    fulfillments: list[dict[str, Any]] = field(default_factory=list)
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    stock_taken: bool = False
    status_before_trash: str = "processing"

    def meta_value(self, key: str) -> Any:
        """Give the value of a meta entry, None where there is none."""
        return next((entry["value"] for entry in self.meta if entry["key"] == key), None)


class Store:
    """The shop's data and the rules by which it changes. Not thread-safe by itself."""

    def __init__(
        self,
        clock: Clock,
        taxes: Taxes,
        products: Iterable[SandboxProduct],
        *,
        shop_name: str,
        admin_email: str,
        version: str,
        custom_statuses: Iterable[str] = (),
        selling: SandboxSelling | None = None,
    ) -> None:
        self.clock = clock
        self.selling = selling or SandboxSelling()
        self.taxes = taxes
        self.version = version
        self.products = {product.id: product for product in products}
        self.orders: dict[int, StoredOrder] = {}
        self.ledger = Ledger()
        self.statuses = (*STATUSES, *custom_statuses)
        self._names = (shop_name, admin_email)
        self._next_post = max(self.products, default=9) + 1
        self._next = {"item": 1, "meta": 1, "note": 1, "tracking": 1, "fulfillment": 1}

    def next_id(self, kind: str) -> int:
        """Count: orders and refunds share the numbers of all posts."""
        if kind == "post":
            self._next_post += 1
            return self._next_post - 1
        self._next[kind] += 1
        return self._next[kind] - 1

    def take_back_post(self, number: int) -> None:
        """Forget the last post's number: the order that was to have it was not saved."""
        if self._next_post == number + 1:
            self._next_post = number

    # Products

    def by_sku(self, sku: str) -> SandboxProduct | None:
        """Find a product by SKU as the database does: without regard to case, not in the trash."""
        for product in self.products.values():
            if product.sku.lower() == sku.lower() and product.status != "trash" and sku:
                return product
        return None

    def tax_class_of(self, product: SandboxProduct) -> str:
        """Give a product's tax class; a variation may have its parent's."""
        parent = self.products.get(product.parent_id)
        return parent.tax_class if product.tax_class == "parent" and parent else product.tax_class

    # Orders

    def add(self, order: StoredOrder, status: str, *, paid: bool) -> None:
        """Keep a new order, write it down, and let the shop act on its status."""
        self.orders[order.id] = order
        self.total_up(order)
        if paid and status in PAYABLE:
            status = "processing"
        if paid:
            order.paid_at = order.paid_at or self.clock.now()
        self.ledger.created.append(self._entry(order))
        if status != "pending":
            self.set_status(order, status)

    def _entry(self, order: StoredOrder) -> CreatedOrder:
        lines = tuple(
            LedgerLine(
                item.product_id,
                item.variation_id,
                item.sku or "",
                item.quantity,
                text(item.total + sum(item.taxes.values())),
            )
            for item in order.items
            if item.kind == "line"
        )
        return CreatedOrder(
            order.id,
            self.clock.now(),
            str(order.meta_value("_orderlink_ref") or ""),
            order.transaction_id,
            lines,
            order.currency,
            text(order.totals.total),
        )

    def total_up(self, order: StoredOrder) -> None:
        """Compute taxes and totals anew."""
        place = self.taxes.place_of(order.billing, order.shipping)
        exempt = order.meta_value("is_vat_exempt") == "yes"
        order.totals = self.taxes.apply(order.items, place, exempt=exempt)
        for rate_id in order.totals.by_rate:
            order.tax_items.setdefault(rate_id, self.next_id("item"))

    def set_status(self, order: StoredOrder, status: str) -> None:
        """Change the status, with all that follows: stock, dates, notes, mails."""
        before, now = order.status, self.clock.now()
        if status == before:
            return
        if status == "trash":
            order.status_before_trash = before
        order.status, order.modified_at = status, now
        self.ledger.changes.append(StatusChange(order.id, now, before, status))
        if status in {"processing", "completed"}:
            order.paid_at = order.paid_at or now
        if status == "completed":
            order.completed_at = now
        self._move_stock(order)
        self._mail(order, before)
        self.note(order, f"Order status changed from {before} to {status}.")

    def _move_stock(self, order: StoredOrder) -> None:
        if order.status in TAKES_STOCK and not order.stock_taken:
            direction, order.stock_taken = -1, True
        elif order.status in GIVES_STOCK_BACK and order.stock_taken:
            direction, order.stock_taken = 1, False
        else:
            return
        for item in order.items:
            product = self.products.get(item.variation_id or item.product_id)
            if item.kind == "line" and product and product.stock is not None:
                product.stock += direction * item.quantity

    def _mail(self, order: StoredOrder, before: str) -> None:
        shop, admin = self._names
        buyer = order.billing.get("email", "")
        status, number = order.status, order.id
        fresh = before in {"pending", "failed", "cancelled"}
        if status in {"processing", "completed", "on-hold"} and fresh:
            self.mail(admin, f"[{shop}]: New order #{number}")
        if status == "cancelled" and before in {"processing", "on-hold"}:
            self.mail(admin, f"[{shop}]: Order #{number} has been cancelled")
        if status == "processing" or (status == "on-hold" and fresh):
            self.mail(buyer, f"Your {shop} order has been received!")
        if status == "completed":
            self.mail(buyer, f"Your {shop} order is now complete")

    def mail(self, to: str, subject: str) -> None:
        """Write down a mail, where there is somebody to send it to."""
        if to:
            self.ledger.mails.append(Mail(self.clock.now(), to, subject))

    def note(self, order: StoredOrder, note: str, *, to_buyer: bool = False) -> dict[str, Any]:
        """Add an order note; it does not move the modification date."""
        at = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
        entry = {
            "id": self.next_id("note"),
            "author": "WooCommerce",
            "date_created": at,
            "date_created_gmt": at,
            "note": note,
            "customer_note": to_buyer,
        }
        order.notes.insert(0, entry)
        return entry

    def set_meta(self, order: StoredOrder, key: str, value: Any) -> None:
        """Write a meta entry; the same key again changes it. Moves the modification date."""
        order.modified_at = self.clock.now()
        for entry in order.meta:
            if entry["key"] == key:
                entry["value"] = value
                return
        order.meta.append({"id": self.next_id("meta"), "key": key, "value": value})

    def refund(self, order: StoredOrder, amount: Fraction, reason: str) -> dict[str, Any]:
        """Refund a part or all; an order that is refunded wholly gets that status."""
        done = sum((Fraction(entry["total"]) for entry in order.refunds), Fraction(0))
        if amount <= 0 or amount - done > order.totals.total:
            raise RestError(400, "woocommerce_rest_invalid_order_refund", "Invalid refund amount.")
        entry = {"id": self.next_id("post"), "reason": reason, "total": text(-amount)}
        order.refunds.append(entry)
        order.modified_at = self.clock.now()
        wholly = amount - done == order.totals.total
        how = "refunded" if wholly else "partially refunded"
        subject = f"Your {self._names[0]} order #{order.id} has been {how}"
        self.mail(order.billing.get("email", ""), subject)
        if wholly:
            self.set_status(order, "refunded")
        return entry

    def delete(self, order: StoredOrder) -> None:
        """Delete an order for good."""
        change = StatusChange(order.id, self.clock.now(), order.status, "deleted")
        self.ledger.changes.append(change)
        del self.orders[order.id]

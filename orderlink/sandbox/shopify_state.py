"""The shop behind the Shopify sandbox: its orders and the rules by which they change.

No HTTP and no GraphQL here. Not safe for threads by itself; `ShopifySandbox` holds the lock.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.sandbox.shop_ledger import CreatedOrder, Ledger, LedgerLine, Mail, StatusChange
from orderlink.sandbox.shopify_records import Bag, Fulfillment, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from orderlink.clock import Clock
    from orderlink.sandbox.shopify_records import (
        SandboxShop,
        SandboxTaxes,
        SandboxVariant,
        StoredOrder,
    )

FIRST_ORDER = 1001
FIRST_ID = 5001
VISIBLE = timedelta(days=60)
"""Without the scope `read_all_orders` an app sees orders of this age at most."""
REFERENCE = ("orderlink", "reference")


class UserError(Exception):
    """What a mutation answers in `userErrors`: nothing was done."""

    def __init__(self, message: str, field: str = "", code: str = "INVALID") -> None:
        super().__init__(message)
        self.field = field.split(".") if field else None
        self.code = code


class Store:
    """The shop's data. `unique` are the metafields whose values may be there only once.

    They are told by namespace and key, and lead to the type of their definition.
    """

    def __init__(
        self,
        clock: Clock,
        shop: SandboxShop,
        variants: Iterable[SandboxVariant],
        taxes: Iterable[SandboxTaxes],
        unique: Mapping[tuple[str, str], str],
        job_seconds: float,
    ) -> None:
        self.clock = clock
        self.shop = shop
        self.taxes = tuple(taxes)
        self.variants = {variant.id: variant for variant in variants}
        self.unique = dict(unique)
        self.orders: dict[int, StoredOrder] = {}
        self.ledger = Ledger()
        self._jobs: list[tuple[datetime, StoredOrder, bool, bool]] = []
        self._job_time = timedelta(seconds=job_seconds)
        self._counts: Counter[str] = Counter()

    def next_id(self, kind: str) -> int:
        """Count the ids of a kind of thing."""
        self._counts[kind] += 1
        return self._counts[kind] + (FIRST_ID - 1 if kind == "order" else 0)

    def rate_of(self, currency: str) -> Decimal:
        """Tell what one of a currency is worth in the shop's. Raises KeyError."""
        own = currency == self.shop.currency
        return Decimal(1) if own else Decimal(self.shop.currencies[currency])

    def exchanged(self, amount: Decimal, currency: str) -> Bag:
        """Give an amount of a currency with what the shop makes of it in its own."""
        own = rounded(amount * self.rate_of(currency), self.shop.currency)
        return Bag(own, rounded(amount, currency))

    # Orders

    def add(self, order: StoredOrder, *, fulfilled: bool, mail: bool) -> None:
        """Keep a new order, and write it down. Raises `UserError` where stock cannot be claimed."""
        self._claim(order)
        order.id = self.next_id("order")
        order.name = order.name or f"#{order.id - FIRST_ID + FIRST_ORDER}"
        order.found_by_tags = list(order.tags)
        self.orders[order.id] = order
        self.ledger.created.append(self._entry(order))
        if mail:
            self._mail(order, f"Order {order.name} confirmed")
        if fulfilled:
            with self.changing(order):
                self._fulfil(order, {line.id: line.open for line in order.lines})

    def _claim(self, order: StoredOrder) -> None:
        if order.behaviour == "BYPASS":
            return
        obeying = order.behaviour == "DECREMENT_OBEYING_POLICY"
        for index, line in enumerate(order.lines):
            variant = line.variant
            strict = obeying and variant is not None and variant.policy == "DENY"
            if strict and variant and variant.stock is not None and variant.stock < line.quantity:
                place = f"order.lineItems.{index}.quantity"
                raise UserError("Unable to claim inventory", place, "INVENTORY_CLAIM_FAILED")
        self._move_stock(order, -1)

    @staticmethod
    def _move_stock(order: StoredOrder, direction: int) -> None:
        for line in order.lines:
            if line.variant is not None and line.variant.stock is not None:
                line.variant.stock += direction * line.quantity

    def _entry(self, order: StoredOrder) -> CreatedOrder:
        lines = tuple(
            LedgerLine(
                line.variant.product_id if line.variant else 0,
                line.variant.id if line.variant else 0,
                line.sku,
                line.quantity,
                f"{order.gross(line).presentment:f}",
            )
            for line in order.lines
        )
        return CreatedOrder(
            order.id,
            self.clock.now(),
            order.metafields.get(REFERENCE, ""),
            order.source_identifier,
            lines,
            order.presentment,
            f"{order.total.presentment:f}",
        )

    @contextmanager
    def changing(self, order: StoredOrder) -> Iterator[None]:
        """Write down what becomes of an order's status meanwhile."""
        before = order.status
        yield
        self._note(order, before, order.status)

    def _note(self, order: StoredOrder, before: str, after: str) -> None:
        if before != after:
            change = StatusChange(order.id, self.clock.now(), before, after)
            self.ledger.changes.append(change)

    def _mail(self, order: StoredOrder, subject: str) -> None:
        if order.email:
            self.ledger.mails.append(Mail(self.clock.now(), order.email, subject))

    # What people do

    def fulfil(
        self,
        order: StoredOrder,
        pieces: Mapping[int, int],
        codes: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """Send pieces by line id, with codes; the buyer is mailed where a mail address is known.

        Raises ValueError for what cannot be sent.
        """
        if order.cancelled_at or order.holds:
            raise ValueError(f"order {order.name} is {'cancelled' if not order.holds else 'held'}")
        open_pieces = {line.id: line.open for line in order.lines}
        if not any(pieces.values()):
            raise ValueError(f"nothing of order {order.name} is left to be fulfilled")
        if any(count > open_pieces.get(line_id, 0) for line_id, count in pieces.items()):
            raise ValueError(f"order {order.name} has fewer open pieces than that")
        with self.changing(order):
            self._fulfil(order, pieces, codes)
        self._mail(order, f"A shipment from order {order.name} is on the way")

    def _fulfil(
        self,
        order: StoredOrder,
        pieces: Mapping[int, int],
        codes: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        sent = {line_id: count for line_id, count in pieces.items() if count}
        for line in order.lines:
            line.fulfilled += sent.get(line.id, 0)
        now = self.clock.now()
        one = Fulfillment(self.next_id("fulfillment"), now, sent, list(codes))
        order.fulfillments.append(one)
        if order.fulfillment_status == "FULFILLED" and order.financial_status == "PAID":
            order.closed_at = now  # the shop archives what is paid and sent by itself

    def unfulfil(self, order: StoredOrder) -> None:
        """Cancel every fulfillment: the pieces are back, and the order is open again."""
        with self.changing(order):
            for fulfillment in order.fulfillments:
                fulfillment.status = "CANCELLED"
            for line in order.lines:
                line.fulfilled = 0
            order.closed_at = None

    def close(self, order: StoredOrder) -> None:
        """Archive an order."""
        with self.changing(order):
            order.closed_at = self.clock.now()

    def refund(self, order: StoredOrder, amount: Decimal | None) -> None:
        """Give back a part of what was paid, in the buyer's currency, or (None) all that is left.

        Raises ValueError for more than that.
        """
        left = order.paid - order.refunded
        back = left if amount is None else self.exchanged(amount, order.presentment)
        if not 0 < back.presentment <= left.presentment:
            raise ValueError(f"of order {order.name} {left.presentment:f} can be refunded")
        with self.changing(order):
            order.refunded += back
            wholly = order.refunded.presentment == order.paid.presentment
            order.financial_status = "REFUNDED" if wholly else "PARTIALLY_REFUNDED"
        self._mail(order, f"Refund notification for order {order.name}")

    def cancel(self, order: StoredOrder, *, restock: bool = True, notify: bool = False) -> None:
        """Cancel an order at once. Raises `UserError`."""
        check_cancellable(order)
        with self.changing(order):
            order.cancelled_at = order.closed_at = self.clock.now()
        if restock and order.behaviour != "BYPASS":
            self._move_stock(order, 1)
        if notify:
            self._mail(order, f"Order {order.name} has been canceled")

    def delete(self, order: StoredOrder) -> None:
        """Delete an order for good."""
        self._note(order, order.status, "deleted")
        del self.orders[order.id]

    def hold(self, order: StoredOrder, handle: str, why: str) -> None:
        """Keep what is open from being fulfilled. Raises `UserError`."""
        if handle in order.holds:
            message = "The handle is already in use by this app for another hold"
            place = "fulfillmentHold.handle"
            raise UserError(message, place, "DUPLICATE_FULFILLMENT_HOLD_HANDLE")
        if not any(line.open for line in order.lines):
            raise UserError("The fulfillment order is not in a holdable state", "id", "TAKEN")
        order.holds[handle] = why

    # Jobs

    def cancel_later(self, order: StoredOrder, *, restock: bool, notify: bool) -> None:
        """Let a job cancel an order, a moment from now."""
        check_cancellable(order)
        self._jobs.append((self.clock.now() + self._job_time, order, restock, notify))

    def settle(self) -> None:
        """Do what jobs had to do by now."""
        now = self.clock.now()
        due = [job for job in self._jobs if job[0] <= now]
        self._jobs = [job for job in self._jobs if job[0] > now]
        for _, order, restock, notify in due:
            if not order.cancelled_at and order.id in self.orders:
                self.cancel(order, restock=restock, notify=notify)


def check_cancellable(order: StoredOrder) -> None:
    """Insist that an order can be cancelled. Raises `UserError`."""
    if order.cancelled_at:
        raise UserError("Order has already been canceled", "orderId")
    if any(line.fulfilled for line in order.lines):
        raise UserError("Cannot cancel an order with outstanding fulfillments", "orderId")

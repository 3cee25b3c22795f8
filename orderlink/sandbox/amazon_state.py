"""The marketplace behind the Amazon sandbox: what it does with orders and packages.

No HTTP and no JSON here. Everything is deterministic: ids are counted, instants are handed in.
Not safe for threads by itself; `AmazonSandbox` holds the lock.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.sandbox.amazon_marketplaces import MARKETPLACES
from orderlink.sandbox.amazon_records import (
    DEFAULT_ADDRESS,
    READY,
    WAITING,
    AcceptedConfirmation,
    ExecutedPackage,
    Item,
    Ledger,
    Package,
    PlacedOrder,
    Purchase,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from orderlink.sandbox.amazon_marketplaces import Marketplace

ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}")
SHIP_DATE_AHEAD = timedelta(minutes=5)
"""How far in the future a ship date may lie. Amazon names no figure; this is what clocks differ."""


class AmazonState:
    """The marketplace behind the sandbox.

    `index_seconds` is how long a package that was accepted stays out of every answer.
    """

    def __init__(self, countries: Collection[str], index_seconds: float) -> None:
        self.marketplaces = tuple(MARKETPLACES[country] for country in countries)
        self.ledger = Ledger()
        self.orders: dict[str, PlacedOrder] = {}
        self._index_after = timedelta(seconds=index_seconds)
        self._unindexed: list[tuple[datetime, PlacedOrder, Package]] = []
        self._to_drop = 0
        self._counts: Counter[str] = Counter()

    def _count(self, kind: str, first: int) -> int:
        self._counts[kind] += 1
        return first + self._counts[kind]

    # The buyers and the bank

    def place(self, purchase: Purchase, now: datetime) -> str:
        """Place an order and give its id. Raises ValueError for what cannot be."""
        order_id = purchase.order_id or f"302-{self._count('order', 0):07d}-4400551"
        if not ORDER_ID.fullmatch(order_id):
            raise ValueError(f"{order_id} is no order id: it takes 3, 7 and 7 digits")
        if order_id in self.orders:
            raise ValueError(f"there is an order {order_id} already")
        if purchase.status not in {READY, *WAITING}:
            raise ValueError(f"an order cannot be placed as {purchase.status}")
        placed_at = purchase.placed_at or now
        marketplace = self._marketplace(purchase.marketplace)
        ship_to = DEFAULT_ADDRESS | dict(purchase.ship_to)
        relay = f"b{order_id.replace('-', '')}@{marketplace.relay}"
        self.orders[order_id] = PlacedOrder(
            id=order_id,
            purchase=purchase,
            marketplace=marketplace,
            placed_at=placed_at,
            updated_at=placed_at,
            waiting="" if purchase.status == READY else purchase.status,
            ship_to=ship_to,
            buyer={"buyerName": ship_to["name"], "buyerEmail": relay} | dict(purchase.buyer),
            items=[
                Item(f"{self._count('item', 60_000_000_000_000)}", article)
                for article in purchase.articles
            ],
        )
        return order_id

    def _marketplace(self, country: str) -> Marketplace:
        for marketplace in self.marketplaces:
            if marketplace.country == country:
                return marketplace
        raise ValueError(f"this account does not sell in {country}")

    def order(self, order_id: str) -> PlacedOrder:
        """Give an order. Raises ValueError for an unknown one."""
        if order_id not in self.orders:
            raise ValueError(f"there is no order {order_id}")
        return self.orders[order_id]

    def confirm_payment(self, order_id: str, now: datetime) -> None:
        """Let the payment go on: of a pre-order it begins, of any other it is made."""
        order = self.order(order_id)
        if not order.waiting:
            raise ValueError(f"order {order_id} is paid")
        order.waiting = "PENDING" if order.waiting == "PENDING_AVAILABILITY" else ""
        order.updated_at = now

    def cancel(self, order_id: str, item_id: str, quantity: int, by: str, now: datetime) -> None:
        """Cancel open pieces: of one item or (empty) of all, that many or (0) all of them."""
        order = self.order(order_id)
        for item in order.items:
            if item.open and item_id in {"", item.id}:
                item.cancelled += min(quantity or item.open, item.open)
                item.cancelled_by = by
                order.updated_at = now

    def request_cancellation(self, order_id: str, item_id: str, now: datetime) -> None:
        """Let the buyer ask to cancel what is open: of one item or (empty) of all."""
        order = self.order(order_id)
        for item in order.items:
            if item.open and item_id in {"", item.id}:
                item.cancellation_requested = True
                order.updated_at = now

    # The warehouses

    def ship_open(
        self, order_id: str, fulfilled_by: str, code: str, carrier: str, now: datetime
    ) -> str:
        """Ship all that is open of an order, and give the package's reference."""
        order = self.order(order_id)
        if order.purchase.fulfilled_by != fulfilled_by:
            raise ValueError(f"order {order_id} is not fulfilled by {fulfilled_by}")
        lines = tuple((item.id, item.open) for item in order.items if item.open)
        if order.waiting or not lines:
            raise ValueError(f"nothing of order {order_id} is open")
        reference = str(self._count("package", 7_000_000_000))
        package = Package(reference, now, now, lines, code, carrier)
        self._execute(order, package, "amazon" if fulfilled_by == "AMAZON" else "hand", now)
        return reference

    def drop_next_confirmation(self) -> None:
        """Let the next confirmation that is accepted do nothing."""
        self._to_drop += 1

    def confirm(self, order: PlacedOrder, package: Package, now: datetime) -> str:
        """Carry out a confirmation, and give what keeps it from being done, empty for nothing."""
        problem = _why_not(order, package, now)
        if problem:
            return problem
        act = "updated" if package.reference in order.packages else "added"
        if self._to_drop:
            self._to_drop -= 1
            act = "dropped"
        else:
            self._execute(order, package, "api", now)
        self.ledger.accepted.append(
            AcceptedConfirmation(
                at=now,
                order_id=order.id,
                reference=package.reference,
                lines=package.lines,
                code=package.code,
                carrier=package.carrier,
                carrier_name=package.carrier_name,
                act=act,
            )
        )
        return ""

    def _execute(self, order: PlacedOrder, package: Package, by: str, now: datetime) -> None:
        before = order.packages.get(package.reference)
        if before:
            package = replace(package, created_at=before.created_at)
        order.packages[package.reference] = package
        for item in order.items:
            item.shipped = _pieces(item.id, tuple(order.packages.values()))
        self._unindexed.append((now + self._index_after, order, package))
        entries = self.ledger.updated if before else self.ledger.executed
        entries.append(
            ExecutedPackage(
                at=now,
                order_id=order.id,
                reference=package.reference,
                lines=package.lines,
                code=package.code,
                carrier=package.carrier,
                carrier_name=package.carrier_name,
                by=by,
            )
        )

    def settle(self, now: datetime) -> None:
        """Let the packages that are due appear, in the order of acceptance."""
        due = [entry for entry in self._unindexed if entry[0] <= now]
        self._unindexed = [entry for entry in self._unindexed if entry[0] > now]
        for due_at, order, package in due:
            order.shown[package.reference] = package
            for item in order.items:
                item.shown = _pieces(item.id, tuple(order.shown.values()))
            order.updated_at = max(order.updated_at, due_at)


def _pieces(item_id: str, packages: Sequence[Package]) -> int:
    """Count the pieces of an item in packages."""
    lines = (line for package in packages for line in package.lines)
    return sum(quantity for one, quantity in lines if one == item_id)


def _why_not(order: PlacedOrder, package: Package, now: datetime) -> str:
    """Say in the manner of Amazon why an order cannot have this package, empty where it can.

    Verbatim where people quoted it: the unknown item (jlevers/selling-partner-api #528), the
    package of an order that is fulfilled (amzn/selling-partner-api-models #5037), the order that
    was cancelled. The other sentences are ours.
    """
    if order.waiting:
        return f"Order {order.id} is pending: it cannot be confirmed before it is paid."
    if order.purchase.fulfilled_by == "AMAZON":
        return f"Order {order.id} is fulfilled by Amazon."
    if "FBM_SHIP_PLUS" in order.purchase.programs:
        return f"Order {order.id} is a Ship+ order, which needs no confirmation."
    if order.status == "CANCELLED":
        return (
            "ErrorCode: NonexistentOrderItem Description: "
            f"Failed to find order item list by order ID: {order.id}"
        )
    if package.shipped_at < order.placed_at.replace(microsecond=0):  # people send whole seconds
        return "The ship date is earlier than the order."
    if package.shipped_at > now + SHIP_DATE_AHEAD:
        return "The ship date is in the future."
    return _wrong_lines(order, package)


def _wrong_lines(order: PlacedOrder, package: Package) -> str:
    items = {item.id: item for item in order.items}
    if any(item_id not in items for item_id, _ in package.lines):
        return (
            "OrderItemId  is invalid, please obtain the value through the getOrderItems API "
            "or Manage Orders page"
        )
    before = order.packages.get(package.reference)
    if not before and not any(item.open for item in order.items):
        return (
            "Failed to create package due to not finding a matching package or order already "
            "fulfilled.  ErrorMessage(errorCode=GeneralError, errorDescription=Unable to find "
            f"package to update for order ({order.id}), errorMetric=PackageToUpdateNotFound, "
            "packageIndex=null)"
        )
    for item_id in dict(package.lines):
        free = items[item_id].open + _pieces(item_id, (before,) if before else ())
        asked = _pieces(item_id, (package,))
        if asked > free:
            return f"Quantity {asked} of order item {item_id} exceeds the {free} that are open."
    return ""

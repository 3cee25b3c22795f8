"""Playing the warehouse and the merchant in a sandbox WooCommerce."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from orderlink.sandbox import woocommerce_orders as orders
from orderlink.sandbox.woocommerce_tracking import add_fulfillment, add_item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderlink.sandbox.woocommerce_state import Store, StoredOrder

PLAIN_META = {"yith": "ywot_tracking_code", "plain": "_tracking_number"}


class Control:
    """The acts of people: complete, add-code, cancel, trash, delete, refund, reopen, orders.

    Each names its `order` by id or transaction id. `complete` and `add-code` take `code`,
    `provider` and `place`: `ast`, `shipment-tracking`, `fulfillment` (with `pieces` by SKU where
    the warehouse says what is inside), `yith` or `plain`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._acts: dict[str, Callable[[StoredOrder, Mapping[str, Any]], None]] = {
            "complete": self._complete,
            "add-code": self._add_code,
            "cancel": lambda order, _: self._store.set_status(order, "cancelled"),
            "trash": lambda order, _: self._store.set_status(order, "trash"),
            "delete": lambda order, _: self._store.delete(order),
            "refund": self._refund,
            "reopen": lambda order, _: self._store.set_status(order, "processing"),
        }

    def carry_out(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Do it, and show the order (or all of them). Raises `ValueError`, in words."""
        if name == "orders":
            return [orders.show(self._store, order) for order in self._store.orders.values()]
        if name not in self._acts:
            known = ", ".join([*self._acts, "orders"])
            raise ValueError(f"there is no {name!r}: {known}")
        order = self._find(str(arguments.get("order", "")))
        self._acts[name](order, arguments)
        return orders.show(self._store, order)

    def _find(self, named: str) -> StoredOrder:
        if named.isdecimal() and int(named) in self._store.orders:
            return self._store.orders[int(named)]
        for order in self._store.orders.values():
            if order.transaction_id == named:
                return order
        raise ValueError(f"there is no order {named!r} in this shop")

    def _complete(self, order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        if arguments.get("code"):
            self._add_code(order, arguments)
        self._store.set_status(order, "completed")

    def _add_code(self, order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        code, provider = str(arguments["code"]), str(arguments.get("provider", ""))
        place = str(arguments.get("place", "ast"))
        if place in PLAIN_META:
            self._store.set_meta(order, PLAIN_META[place], code)
        elif place == "fulfillment":
            add_fulfillment(self._store, order, _fulfillment(order, code, provider, arguments))
        else:
            body = {"tracking_number": code, "tracking_provider": provider}
            add_item(self._store, order, body, place)

    def _refund(self, order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        amount = arguments.get("amount")
        left = order.totals.total + sum(Fraction(entry["total"]) for entry in order.refunds)
        self._store.refund(order, Fraction(str(amount)) if amount else left, "")


def _fulfillment(
    order: StoredOrder, code: str, provider: str, arguments: Mapping[str, Any]
) -> list[dict[str, Any]]:
    pieces = dict(arguments.get("pieces", {}))
    items = [
        {"item_id": item.id, "qty": pieces[item.sku]} for item in order.items if item.sku in pieces
    ]
    values: dict[str, Any] = {"_tracking_number": code, "_shipment_provider": provider}
    if items:
        values["_items"] = items
    return [{"id": 0, "key": key, "value": value} for key, value in values.items()]

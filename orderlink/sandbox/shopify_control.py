"""Playing the warehouse and the merchant in a sandbox Shopify.

The acts, their arguments and the keys of what is shown are those of the sandbox WooCommerce, so
that one person at the controls can play in either.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from orderlink.sandbox.shopify_records import Bag, OrderLine, StoredOrder, TaxLine
    from orderlink.sandbox.shopify_state import Store

ADDRESS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "company": "company",
    "address_1": "address1",
    "address_2": "address2",
    "city": "city",
    "postcode": "zip",
    "country": "countryCodeV2",
    "phone": "phone",
}


class Control:
    """The acts of people: complete, fulfil, add-code, cancel, archive, delete, refund, reopen.

    Each names its `order` by id, name or source identifier. `complete` fulfils all that is open,
    `fulfil` some `pieces` by SKU, both with `code` (or several `codes`), `provider` and `url`;
    `add-code` gives the last shipment a further one. Shopify has no trash: `trash` archives.
    `orders` shows all.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._acts: dict[str, Callable[[StoredOrder, Mapping[str, Any]], None]] = {
            "complete": self._complete,
            "fulfil": self._fulfil,
            "add-code": self._add_code,
            "cancel": lambda order, _: self._store.cancel(order),
            "archive": lambda order, _: self._store.close(order),
            "trash": lambda order, _: self._store.close(order),
            "delete": lambda order, _: self._store.delete(order),
            "refund": self._refund,
            "reopen": lambda order, _: self._store.unfulfil(order),
        }

    def carry_out(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Do it, and show the order (or all of them). Raises `ValueError`, in words."""
        if name == "orders":
            return [shown(order) for order in self._store.orders.values()]
        if name not in self._acts:
            known = ", ".join([*self._acts, "orders"])
            raise ValueError(f"there is no {name!r}: {known}")
        order = self._find(str(arguments.get("order", "")))
        self._acts[name](order, arguments)
        return shown(order)

    def _find(self, named: str) -> StoredOrder:
        for order in self._store.orders.values():
            names = {str(order.id), order.name, order.name.removeprefix("#")}
            if named in names | {order.source_identifier}:
                return order
        raise ValueError(f"there is no order {named!r} in this shop")

    def _complete(self, order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        pieces = {line.id: line.open for line in order.lines}
        if any(pieces.values()):
            self._store.fulfil(order, pieces, _codes(arguments))
        elif arguments.get("code"):
            self._add_code(order, arguments)

    def _fulfil(self, order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        wanted = {str(sku): int(count) for sku, count in dict(arguments["pieces"]).items()}
        pieces: dict[int, int] = {}
        for line in order.lines:
            pieces[line.id] = min(line.open, wanted.get(line.sku, 0))
            wanted[line.sku] = wanted.get(line.sku, 0) - pieces[line.id]
        missing = [sku for sku, count in wanted.items() if count]
        if missing:
            raise ValueError(f"order {order.name} has no such open pieces: {', '.join(missing)}")
        self._store.fulfil(order, pieces, _codes(arguments))

    @staticmethod
    def _add_code(order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        left = [one for one in order.fulfillments if one.status == "SUCCESS"]
        if not left:
            raise ValueError(
                f"nothing of order {order.name} has left: there is no place for a code"
            )
        left[-1].codes += _codes(arguments)

    def _refund(self, order: StoredOrder, arguments: Mapping[str, Any]) -> None:
        amount = arguments.get("amount")
        self._store.refund(order, Decimal(str(amount)) if amount else None)


def _codes(arguments: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    company, url = str(arguments.get("provider", "")), str(arguments.get("url", ""))
    codes = [str(one) for one in arguments.get("codes", ())] or [str(arguments.get("code", ""))]
    return [(company, code, url) for code in codes if code or url]


def shown(order: StoredOrder) -> dict[str, Any]:
    """Show an order, amounts in the buyer's currency."""
    return {
        "id": order.id,
        "number": order.name,
        "status": order.status,
        "transaction_id": order.source_identifier,
        "currency": order.presentment,
        "total": f"{order.total.presentment:f}",
        "total_tax": f"{order.tax.presentment:f}",
        "customer_note": order.note,
        "meta_data": [
            *({"key": ".".join(name), "value": value} for name, value in order.metafields.items()),
            *({"key": key, "value": value} for key, value in order.attributes.items()),
        ],
        "billing": _address(order.billing) | {"email": order.email},
        "shipping": _address(order.shipping),
        "line_items": [_line(order, line) for line in order.lines],
        "shipping_lines": [
            {
                "method_id": one.code,
                "method_title": one.title,
                **_amounts(one.price, one.taxes, order),
            }
            for one in order.shipping_lines
        ],
    }


def _address(address: Mapping[str, Any] | None) -> dict[str, str]:
    given = address or {}
    texts = {name: str(given.get(theirs) or "") for name, theirs in ADDRESS.items()}
    return {**texts, "state": str(given.get("provinceCode") or given.get("province") or "")}


def _line(order: StoredOrder, line: OrderLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "product_id": line.variant.product_id if line.variant else 0,
        "variation_id": line.variant.id if line.variant else 0,
        **_amounts(line.price * line.quantity, line.taxes, order),
    }


def _amounts(price: Bag, taxes: Iterable[TaxLine], order: StoredOrder) -> dict[str, str]:
    """Give an amount without its tax, and the tax."""
    tax = sum((one.amount.presentment for one in taxes), Decimal(0))
    net = price.presentment - (tax if order.taxes_included else 0)
    return {"total": f"{net:f}", "total_tax": f"{tax:f}"}

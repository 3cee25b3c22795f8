"""Another connector, or a person, that brings a marketplace's orders into the sandbox shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.sandbox import woocommerce_orders as orders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.woocommerce import WooCommerceSandbox

NET = "10.735"
"""12.99 with the shop's 21 %: what one mug costs at the sandbox bol."""


def bring(
    shop: WooCommerceSandbox,
    number: str = "",
    *,
    lines: Mapping[str, int] | None = None,
    total: str = NET,
    meta: Mapping[str, str] | None = None,
    status: str = "processing",
) -> str:
    """Bring an order in, with `number` as its transaction id; give the shop's id of it."""
    body: dict[str, Any] = {
        "transaction_id": number,
        "status": status,
        "line_items": [
            {"sku": sku, "quantity": count, "total": total, "subtotal": total}
            for sku, count in (lines or {"SKU-1": 1}).items()
        ],
        "meta_data": [{"key": key, "value": value} for key, value in (meta or {}).items()],
    }
    return str(orders.create(shop._store, body).id)


def fields_of(shop: WooCommerceSandbox, shop_id: str) -> dict[str, Any]:
    """Give an order's own fields in the shop, by their keys."""
    return {one["key"]: one["value"] for one in shop.order(int(shop_id))["meta_data"]}

"""Another connector, or a person, that brings a marketplace's orders into the sandbox shop."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.decide.adoption import Wish
from orderlink.sandbox import shopify_creation
from orderlink.sandbox import woocommerce_orders as orders
from orderlink.sandbox.shopify import ShopifySandbox
from orderlink.sandbox.shopify_answers import gid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderlink.decide.adoption import Entry, Finding, Outcome, Plan
    from orderlink.sandbox.woocommerce import WooCommerceSandbox
    from tests.support.world import Merchant

NET = "10.735"
"""12.99 with the shop's 21 %: what one mug costs at the sandbox bol."""


def bring(
    shop: WooCommerceSandbox | ShopifySandbox,
    number: str = "",
    *,
    lines: Mapping[str, int] | None = None,
    total: str = NET,
    meta: Mapping[str, str] | None = None,
    status: str = "processing",
) -> str:
    """Bring an order in, with `number` as its transaction id; give the shop's id of it."""
    if isinstance(shop, ShopifySandbox):
        return bring_to_shopify(shop, number, lines=lines, total=total, meta=meta)
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


def bring_to_shopify(
    shop: ShopifySandbox,
    number: str = "",
    *,
    lines: Mapping[str, int] | None = None,
    total: str = NET,
    meta: Mapping[str, str] | None = None,
    **more: Any,
) -> str:
    """Bring an order in, with `number` as its source identifier and `meta` as note attributes."""
    variants = {one.sku: one.id for one in shop._store.variants.values()}
    gross = Decimal(total) * Decimal("1.21")
    sent = {
        "sourceIdentifier": number,
        "taxesIncluded": True,
        "financialStatus": "PAID",
        "lineItems": [
            {
                "variantId": gid("ProductVariant", variants[sku]),
                "quantity": count,
                "priceSet": {"shopMoney": {"amount": gross / count, "currencyCode": "EUR"}},
            }
            for sku, count in (lines or {"SKU-1": 1}).items()
        ],
        "customAttributes": [{"key": key, "value": value} for key, value in (meta or {}).items()],
        **more,
    }
    return str(shopify_creation.create(shop._store, sent, {}).id)


def mark_of(shop: WooCommerceSandbox | ShopifySandbox, shop_id: str) -> str | None:
    """Give the reference that an order carries."""
    fields = fields_of(shop, shop_id)
    return fields.get("_orderlink_ref") or fields.get("orderlink.reference")


def fields_of(shop: WooCommerceSandbox | ShopifySandbox, shop_id: str) -> dict[str, Any]:
    """Give an order's own fields in the shop, by their keys."""
    return {one["key"]: one["value"] for one in shop.order(int(shop_id))["meta_data"]}


def adopt(merchant: Merchant, wish: Wish | None = None, **options: Any) -> Plan:
    """Take over whatever is found, a minute later; give what became of it."""
    merchant.later(minutes=1)
    (plan,) = merchant.run("adopt", wish=wish or Wish(**options)).plans
    return plan


def outcomes(entries: Iterable[Entry]) -> list[tuple[str, Finding, Outcome]]:
    return [(entry.order_id, entry.finding, entry.outcome) for entry in entries]


def without_our_fields(merchant: Merchant, shop_id: str) -> dict[str, Any]:
    """Give an order as the shop shows it, but for what a stamp may change."""
    shown = merchant.in_shop.order(int(shop_id))
    ours = ("_orderlink", "orderlink.")
    others = [one for one in shown["meta_data"] if not one["key"].startswith(ours)]
    moved = ("date_modified", "date_modified_gmt")
    return {name: value for name, value in shown.items() if name not in moved} | {
        "meta_data": others
    }


def ship_one_piece(merchant: Merchant, order: str, code: str) -> None:
    """Let the other program report a part of an order."""
    (placed,) = (one for one in merchant.bol.orders() if one.id == order)
    item = {"orderItemId": placed.items[0].id, "quantity": 1}
    transport = {"transporterCode": "TNT", "trackAndTrace": code}
    shipment = {"orderItems": [item], "shipmentReference": "theirs", "transport": transport}
    assert merchant.ask_bol("POST", "/retailer/shipments", shipment)[0] == 202

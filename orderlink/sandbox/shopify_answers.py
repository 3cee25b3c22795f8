"""How the Shopify sandbox shows what it keeps: trees of which GraphQL selects; pure.

Every tree names its type in `__typename`. Amounts are written as Shopify does, without needless
zeros ("12.5", "13.0").
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shopify_graphql import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from orderlink.sandbox.shopify_records import (
        Bag,
        Fulfillment,
        OrderLine,
        SandboxVariant,
        StoredOrder,
        TaxLine,
    )
    from orderlink.sandbox.shopify_state import Store

GID = "gid://shopify/"


def gid(kind: str, number: int | str) -> str:
    """Write a global id."""
    return f"{GID}{kind}/{number}"


def moment(at: datetime | None) -> str | None:
    """Write an instant."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def amount_text(amount: Decimal) -> str:
    """Write an amount: at least one decimal, and no zero beyond."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def bag_tree(bag: Bag, order: StoredOrder) -> dict[str, Any]:
    """Show an amount of an order in both currencies."""
    return money_tree(bag, order.currency, order.presentment)


def money_tree(bag: Bag, currency: str, presentment: str) -> dict[str, Any]:
    """Show an amount in both currencies."""
    return {
        "__typename": "MoneyBag",
        "shopMoney": {"amount": amount_text(bag.shop), "currencyCode": currency},
        "presentmentMoney": {"amount": amount_text(bag.presentment), "currencyCode": presentment},
    }


def tax_tree(tax: TaxLine, currency: str, presentment: str) -> dict[str, Any]:
    """Show a tax; its rate is a JSON number, as Shopify sends it."""
    return {
        "__typename": "TaxLine",
        "title": tax.title,
        "rate": float(tax.rate),
        "ratePercentage": float(tax.rate * 100),
        "priceSet": money_tree(tax.amount, currency, presentment),
    }


def variant_tree(variant: SandboxVariant) -> dict[str, Any]:
    """Show a variant with its product."""
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", variant.id),
        "sku": variant.sku or None,
        "barcode": variant.barcode or None,
        "title": variant.title,
        "price": variant.price,
        "taxable": variant.taxable,
        "inventoryQuantity": variant.stock or 0,
        "inventoryPolicy": variant.policy,
        "inventoryItem": {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", variant.id),
            "tracked": variant.stock is not None,
        },
        "product": {
            "__typename": "Product",
            "id": gid("Product", variant.product_id),
            "status": variant.status,
            "title": variant.title,
        },
    }


def product_tree(store: Store, number: int) -> dict[str, Any] | None:
    """Show a product with its variants; None where there is none of that number."""
    its = [variant for variant in store.variants.values() if variant.product_id == number]
    if not its:
        return None
    shown = variant_tree(its[0])["product"]
    return {**shown, "variants": Connection([variant_tree(one) for one in its])}


def order_tree(order: StoredOrder) -> dict[str, Any]:
    """Show an order."""
    show = partial(bag_tree, order=order)
    return {
        "__typename": "Order",
        "id": gid("Order", order.id),
        "name": order.name,
        "createdAt": moment(order.created_at),
        "processedAt": moment(order.processed_at),
        "cancelledAt": moment(order.cancelled_at),
        "closedAt": moment(order.closed_at),
        "sourceIdentifier": order.source_identifier or None,
        "sourceName": order.source_name or None,
        "displayFulfillmentStatus": order.fulfillment_status,
        "displayFinancialStatus": order.financial_status,
        "taxesIncluded": order.taxes_included,
        "currencyCode": order.currency,
        "presentmentCurrencyCode": order.presentment,
        "email": order.email or None,
        "note": order.note or None,
        "poNumber": order.po_number or None,
        "tags": sorted(order.tags, key=str.lower),
        "customAttributes": [
            {"__typename": "Attribute", "key": key, "value": value}
            for key, value in order.attributes.items()
        ],
        "transactions": [
            {
                "__typename": "OrderTransaction",
                "id": gid("OrderTransaction", f"{order.id}{number}"),
                "authorizationCode": code or None,
            }
            for number, code in enumerate(order.authorizations, start=1)
        ],
        "paymentGatewayNames": [order.gateway] if order.gateway else [],
        "metafield": partial(_metafield, order),
        "totalPriceSet": show(order.total),
        "totalTaxSet": show(order.tax),
        "subtotalPriceSet": show(order.subtotal),
        "totalDiscountsSet": show(order.discount),
        "totalRefundedSet": show(order.refunded),
        "shippingAddress": _address(order, order.shipping),
        "billingAddress": _address(order, order.billing),
        "lineItems": Connection([line_tree(order, line) for line in order.lines]),
        "shippingLines": Connection(
            [
                {
                    "__typename": "ShippingLine",
                    "title": line.title,
                    "code": line.code,
                    "originalPriceSet": show(line.price),
                    "taxLines": [
                        tax_tree(tax, order.currency, order.presentment) for tax in line.taxes
                    ],
                }
                for line in order.shipping_lines
            ]
        ),
        "fulfillmentsCount": {"__typename": "Count", "count": len(order.fulfillments)},
        "fulfillments": [fulfillment_tree(order, one) for one in order.fulfillments],
        "fulfillmentOrders": Connection(fulfillment_order_trees(order)),
    }


def _metafield(order: StoredOrder, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    name = arguments.get("namespace") or "$app", arguments["key"]
    value = order.metafields.get(name)
    return None if value is None else {"__typename": "Metafield", "value": value}


def _address(order: StoredOrder, address: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if address is None:
        return None
    shown = {name: value or None for name, value in address.items()}
    return {"__typename": "MailingAddress", "id": gid("MailingAddress", order.id), **shown}


def line_tree(order: StoredOrder, line: OrderLine) -> dict[str, Any]:
    """Show a line of an order."""
    show = partial(bag_tree, order=order)
    return {
        "__typename": "LineItem",
        "id": gid("LineItem", line.id),
        "sku": line.sku or None,
        "title": line.title,
        "quantity": line.quantity,
        "currentQuantity": line.quantity - line.removed,
        "unfulfilledQuantity": line.open,
        "variant": variant_tree(line.variant) if line.variant else None,
        "originalUnitPriceSet": show(line.price),
        "discountedTotalSet": show(line.price * line.quantity),
        "taxLines": [tax_tree(tax, order.currency, order.presentment) for tax in line.taxes],
    }


def fulfillment_tree(order: StoredOrder, fulfillment: Fulfillment) -> dict[str, Any]:
    """Show what left together."""
    lines = {line.id: line for line in order.lines}
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", fulfillment.id),
        "status": fulfillment.status,
        "createdAt": moment(fulfillment.at),
        "trackingInfo": [
            {
                "__typename": "FulfillmentTrackingInfo",
                "company": company or None,
                "number": number or None,
                "url": url or None,
            }
            for company, number, url in fulfillment.codes
        ],
        "fulfillmentLineItems": Connection(
            [
                {
                    "__typename": "FulfillmentLineItem",
                    "id": gid("FulfillmentLineItem", line_id),
                    "quantity": count,
                    "lineItem": line_tree(order, lines[line_id]),
                }
                for line_id, count in fulfillment.pieces.items()
            ]
        ),
    }


def fulfillment_order_trees(order: StoredOrder) -> list[dict[str, Any]]:
    """Show the work of an order: all of it is one piece, at one place."""
    still = any(line.open for line in order.lines) and not order.cancelled_at
    status = ("ON_HOLD" if order.holds else "OPEN") if still else "CLOSED"
    number = gid("FulfillmentOrder", order.id)
    return [{"__typename": "FulfillmentOrder", "id": number, "status": status}]

"""PURE: Shopify's documents, written: what creates an order.

The commission, where it is booked, is below zero, and so it is a discount on the lines.
"""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from orderlink.creation import filled
from orderlink.currency import unit_of
from orderlink.errors import Refused
from orderlink.model import Draft
from orderlink.shops.shopify_lines import Money, Plan, line_items, shipping_lines, shop_line
from orderlink.shops.shopify_people import address_document, attributes_of
from orderlink.shops.shopify_queries import NAMESPACE, ORIGIN, REFERENCE, TEXT, gid
from orderlink.shops.wording import commission_of, note_of, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.creation import Creation
    from orderlink.model import Json, Order, Stamp
    from orderlink.shops.shopify_facts import Facts
    from orderlink.shops.shopify_settings import ShopifySettings
    from orderlink.shops.shopify_tax import Taxing

COMMISSION: Final = "Commission"
BUYER_EMAIL: Final = "buyer_email"
INVENTORY: Final = {
    "decrement": "DECREMENT_IGNORING_POLICY",
    "decrement_obeying_policy": "DECREMENT_OBEYING_POLICY",
    "bypass": "BYPASS",
}


def order_draft(
    order: Order,
    stamp: Stamp,
    creation: Creation,
    settings: ShopifySettings,
    facts: Facts,
    taxing: Taxing,
    worth: Decimal,
) -> Draft:
    """Build what creates an order; its total is what the buyer paid.

    Raises `Refused("shop_refused")` for what Shopify cannot have.
    """
    if creation.status:
        raise Refused("shop_refused", "status_after_import is set, which Shopify has nothing for")
    plan = Plan(Money(facts.currency, order.currency, worth), within=facts.taxes_included)
    number = number_of(order, stamp)
    commission = _booked_commission(order, creation, taxing, plan)
    total = order.total() - commission
    sent: dict[str, Json] = {
        "sourceIdentifier": stamp.order_number,
        "sourceName": filled(settings.source_name, creation.marketplace, number),
        "processedAt": order.placed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "taxesIncluded": facts.taxes_included,
        "financialStatus": "PAID",
        "lineItems": line_items(order, taxing, plan),
        "shippingLines": shipping_lines(order, creation, number, taxing, plan),
        "shippingAddress": address_document(order.ship_to),
        "billingAddress": address_document(order.bill_to or order.ship_to),
        "note": note_of(order, creation, number),
        "tags": list(creation.tags),
        "customAttributes": [
            {"key": key, "value": value}
            for key, value in attributes_of(order, creation, number, taxing.remarks).items()
        ],
        "metafields": _metafields(order, stamp, creation, facts),
        **_choices(order, creation, number, plan),
        **_payment(total, commission, creation, number, plan),
    }
    return Draft(
        {"order": sent, "options": _options(order, settings)},
        order.currency,
        total,
        tuple(shop_line(order, item) for item, _ in taxing.items),
        ("options",),
        _fees(order, commission),
        taxing.remarks,
    )


def _options(order: Order, settings: ShopifySettings) -> dict[str, Json]:
    """Claim the pieces as the merchant wants it; what the marketplace sends claims none."""
    inventory = "bypass" if order.by_marketplace else settings.inventory
    return {
        "inventoryBehaviour": INVENTORY[inventory],
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }


def _choices(order: Order, creation: Creation, number: str, plan: Plan) -> dict[str, Json]:
    bill_to = order.bill_to or order.ship_to
    found: dict[str, Json] = {}
    if plan.money.currency != plan.money.own:
        found["presentmentCurrency"] = plan.money.currency
    if creation.order_number:
        found["name"] = filled(creation.order_number, creation.marketplace, number)
    if bill_to.buyer_reference:
        found["poNumber"] = bill_to.buyer_reference
    if creation.customer:
        found["customer"] = {"toAssociate": {"id": _customer(creation)}}
    email = bill_to.email or order.ship_to.email
    if email and creation.buyer_email == "billing":
        found["email"] = email
    if order.by_marketplace and creation.fulfilled_by_marketplace == "as_shipped":
        found["fulfillmentStatus"] = "FULFILLED"
    return found


def _customer(creation: Creation) -> str:
    number = creation.customer.removeprefix(gid("Customer", ""))
    if not number.isdecimal():
        raise Refused("shop_refused", "customer must be the number of a customer of Shopify")
    return gid("Customer", number)


def _payment(
    total: Decimal, commission: Decimal, creation: Creation, number: str, plan: Plan
) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if total > 0:
        gateway = filled(creation.payment_method_title, creation.marketplace, number)
        sale = {"kind": "SALE", "status": "SUCCESS", "gateway": gateway}
        found["transactions"] = [{**sale, "amountSet": plan.money.bag(total)}]
    if commission:
        discount = {"code": COMMISSION, "amountSet": plan.money.bag(commission)}
        found["discountCode"] = {"itemFixedDiscountCode": discount}
    return found


def _metafields(
    order: Order, stamp: Stamp, creation: Creation, facts: Facts
) -> list[dict[str, Json]]:
    bill_to = order.bill_to or order.ship_to
    email = bill_to.email or order.ship_to.email
    entries = {
        REFERENCE: stamp.reference,
        ORIGIN: stamp.origin,
        BUYER_EMAIL: "" if creation.buyer_email == "billing" else email,
    }
    kinds = {REFERENCE: facts.reference_type or TEXT}
    return [
        {"namespace": NAMESPACE, "key": key, "type": kinds.get(key, TEXT), "value": value}
        for key, value in entries.items()
        if value
    ]


def _booked_commission(order: Order, creation: Creation, taxing: Taxing, plan: Plan) -> Decimal:
    """Give what is booked as a discount, which the shop takes off the prices of the goods."""
    known = commission_of(order) if creation.fee_line else None
    commission = Decimal(0) if known is None else known.quantize(unit_of(order.currency))
    if commission > sum((plan.price(part) for _, part in taxing.items), Decimal(0)):
        raise Refused("shop_refused", "the commission is more than the goods: it cannot be booked")
    return commission


def _fees(order: Order, commission: Decimal) -> tuple[tuple[str, Decimal], ...]:
    fees: Sequence[tuple[str, Decimal]] = [(one.name, one.amount) for one in order.surcharges()]
    return (*fees, (COMMISSION, -commission)) if commission else tuple(fees)

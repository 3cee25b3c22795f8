"""Write the orders as the Amazon sandbox answers with them: pure.

Shapes: Orders API 2026-01-01. Times are UTC with milliseconds, as Amazon's guide for the migration
from v0 promises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.amazon_money import item_proceeds, money, order_proceeds
from orderlink.sandbox.control import order_state as state_document

if TYPE_CHECKING:
    from orderlink.sandbox.amazon_records import Item, Package, PlacedOrder

DATASETS = frozenset({
    "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT",
    "PACKAGES", "TAX", "PAYMENT", "FULFILLMENT_ORDERS",
})  # fmt: skip
_SHOWN_TO_THE_MERCHANT = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED"})
_NOT_PERSONAL = frozenset({"city", "stateOrRegion", "countryCode"})
_SHIP_FROM = {"name": "Warehouse", "addressLine1": "Kade 1", "city": "Utrecht", "countryCode": "NL"}
_DAY = timedelta(days=1)
_LAST_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Manner:
    """How to tell what Amazon's documents leave open.

    Without the restricted role an address is left out, or (`partial_addresses`) what is not
    personal of it remains. Discounts are positive as in v0, or (`negative_discounts`) below zero.
    Cancelled pieces stay in the quantity ordered, or (`shrink_cancelled`) leave it as in v0.
    A package with an empty tracking number is refused, or (`takes_letters`) taken: the field is
    required, and its description names no shortest length.
    """

    partial_addresses: bool = False
    negative_discounts: bool = False
    shrink_cancelled: bool = False
    takes_letters: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """How an order is shown: which datasets, when, and whether personal data may be in them."""

    datasets: frozenset[str]
    now: datetime
    personal: bool
    manner: Manner


def time_text(at: datetime) -> str:
    """Write an instant as Amazon does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def order_document(order: PlacedOrder, view: View) -> dict[str, Any]:
    """Write an order with the datasets that were asked for."""
    document: dict[str, Any] = {
        "orderId": order.id,
        "createdTime": time_text(order.placed_at),
        "lastUpdatedTime": time_text(order.updated_at),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": order.marketplace.id,
            "marketplaceName": order.marketplace.name,
        },
    }
    if order.purchase.seller_order_id:
        alias = {"aliasId": order.purchase.seller_order_id, "aliasType": "SELLER_ORDER_ID"}
        document["orderAliases"] = [alias]
    if order.purchase.programs:
        document["programs"] = list(order.purchase.programs)
    if order.purchase.replaces:
        original = order.purchase.replaces
        document["associatedOrders"] = [
            {"orderId": original, "associationType": "REPLACEMENT_ORIGINAL_ID"}
        ]
    parts = {
        "BUYER": ("buyer", _buyer(order, view)),
        "RECIPIENT": ("recipient", _recipient(order, view)),
        "PROCEEDS": ("proceeds", _proceeds(order, view)),
        "PAYMENT": ("payment", _payment(order, view)),
        "TAX": ("tax", _tax(order)),
        "FULFILLMENT": ("fulfillment", _fulfillment(order)),
        "PACKAGES": ("packages", _packages(order)),
    }
    for dataset, (name, part) in parts.items():
        if dataset in view.datasets and part:
            document[name] = part
    return document | {"orderItems": [_item(order, item, view) for item in order.items]}


def _may_see_people(order: PlacedOrder) -> bool:
    # https://developer-docs.amazon.com/sp-api/docs/access-orders-pii: the buyer of these only
    return order.status in _SHOWN_TO_THE_MERCHANT


def _buyer(order: PlacedOrder, view: View) -> dict[str, str]:
    if not (view.personal and _may_see_people(order)):
        return {}
    hidden = {"buyerEmail"} if order.purchase.fulfilled_by == "AMAZON" else set()
    return {name: text for name, text in order.buyer.items() if name not in hidden}


def _recipient(order: PlacedOrder, view: View) -> dict[str, Any]:
    if not _may_see_people(order):
        return {}
    address = order.ship_to
    if not view.personal:
        if not view.manner.partial_addresses:
            return {}
        address = {name: text for name, text in address.items() if name in _NOT_PERSONAL}
    elif order.withheld:
        address = {name: text if name in _NOT_PERSONAL else "" for name, text in address.items()}
    if order.purchase.fulfilled_by == "AMAZON" or _is_over(order, view.now):
        address = {name: text for name, text in address.items() if name != "phone"}
    return {"deliveryAddress": address}


def _is_over(order: PlacedOrder, now: datetime) -> bool:
    return order.status == "SHIPPED" and now > _windows(order)[1][1]


def _windows(order: PlacedOrder) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """Give from when to when an order is to be shipped, and is to arrive."""
    begin = order.placed_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ship = begin, begin + 2 * _DAY - _LAST_SECOND
    return ship, (begin + 2 * _DAY, begin + 5 * _DAY - _LAST_SECOND)


def _fulfillment(order: PlacedOrder) -> dict[str, Any]:
    ship, deliver = (
        {"earliestDateTime": time_text(earliest), "latestDateTime": time_text(latest)}
        for earliest, latest in _windows(order)
    )
    return {
        "fulfillmentStatus": order.status,
        "fulfilledBy": order.purchase.fulfilled_by,
        "fulfillmentServiceLevel": order.purchase.service_level,
        "shipByWindow": ship,
        "deliverByWindow": deliver,
    }


def _has_prices(order: PlacedOrder) -> bool:
    return order.status in _SHOWN_TO_THE_MERCHANT


def _proceeds(order: PlacedOrder, view: View) -> dict[str, Any]:
    if not _has_prices(order):
        return {}
    return order_proceeds(order, negative_discounts=view.manner.negative_discounts)


def _payment(order: PlacedOrder, view: View) -> dict[str, Any]:
    total = _proceeds(order, view).get("grandTotal")
    paid = {"paymentMethod": "CreditCard", "paymentAmount": total}
    return {"paymentExecutions": [paid]} if total else {}


def _tax(order: PlacedOrder) -> dict[str, Any]:
    if not order.purchase.tax_number:
        return {}
    registration = {
        "entityType": "BUYER",
        "legalName": order.buyer.get("buyerCompanyName", order.buyer["buyerName"]),
        "taxRegistrationType": "VAT",
        "taxRegistrationNumber": order.purchase.tax_number,
    }
    return {"taxRegistrations": [registration]}


def _packages(order: PlacedOrder) -> list[dict[str, Any]]:
    """Write the packages of the merchant; Amazon shows none of its own."""
    if order.purchase.fulfilled_by == "AMAZON":
        return []
    return [_package(package) for package in order.shown.values()]


def _package(package: Package) -> dict[str, Any]:
    document = {
        "packageReferenceId": package.reference,
        "createdTime": time_text(package.created_at),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": package.carrier_name or package.carrier,
        "shipTime": time_text(package.shipped_at),
        "shipFromAddress": _SHIP_FROM,
        "packageItems": [
            {"orderItemId": item_id, "quantity": quantity} for item_id, quantity in package.lines
        ],
    }
    if package.service:
        document["shippingService"] = package.service
    return document | ({"trackingNumber": package.code} if package.code else {})


def _item(order: PlacedOrder, item: Item, view: View) -> dict[str, Any]:
    article = item.article
    product: dict[str, Any] = {
        "asin": article.asin,
        "title": article.title,
        "sellerSku": article.reference,
        "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
    }
    if _has_prices(order):
        product["price"] = {"unitPrice": money(order, article.price)}
        if "AMAZON_BUSINESS" in order.purchase.programs:
            product["price"]["priceDesignation"] = "BUSINESS_PRICE"
    gone = item.cancelled if view.manner.shrink_cancelled else 0
    document = {
        "orderItemId": item.id,
        "quantityOrdered": article.quantity - gone,
        "product": product,
    }
    parts = {
        "PROCEEDS": ("proceeds", _item_proceeds(order, item, view)),
        "PROMOTION": ("promotion", _promotion(item)),
        "CANCELLATION": ("cancellation", _cancellation(item)),
        "FULFILLMENT": ("fulfillment", _item_fulfillment(item, view)),
        "TAX": ("tax", _item_tax(item)),
    }
    for dataset, (name, part) in parts.items():
        if dataset in view.datasets and part:
            document[name] = part
    return document


def _item_proceeds(order: PlacedOrder, item: Item, view: View) -> dict[str, Any]:
    if not _has_prices(order):
        return {}
    return item_proceeds(order, item, negative_discounts=view.manner.negative_discounts)


def _promotion(item: Item) -> dict[str, Any]:
    reductions = {
        "ITEM-PROMOTION": item.article.discount,
        "FREE-SHIPPING": item.article.shipping_discount,
    }
    rows = [{"promotionId": name} for name, amount in reductions.items() if amount != Decimal(0)]
    return {"breakdowns": rows} if rows else {}


def _cancellation(item: Item) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if item.cancellation_requested:
        reason = "I changed my mind"
        document["cancellationRequest"] = {"requester": "BUYER", "cancelReason": reason}
    if item.cancelled:
        document["cancellationExecution"] = {
            "cancelledBy": item.cancelled_by,
            "cancelReason": "Cancelled before shipping",
        }
    return document


def _item_fulfillment(item: Item, view: View) -> dict[str, Any]:
    article = item.article
    document: dict[str, Any] = {
        "quantityFulfilled": item.shown,
        "quantityUnfulfilled": item.unfulfilled,
    }
    gift = {"giftWrapLevel": "Standard"} if article.gift_wrap else {}
    if article.gift_message and view.personal:
        gift["giftMessage"] = article.gift_message
    return document | ({"packing": {"giftOption": gift}} if gift else {})


def _item_tax(item: Item) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if item.article.tax_collected:
        collector = {"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services"}
        document["taxCollections"] = [collector]
    if item.article.tax_scheme:
        scheme = {"reportingScheme": item.article.tax_scheme}
        document["taxCalculationBreakdowns"] = [scheme]
    return document


def order_state(order: PlacedOrder) -> dict[str, Any]:
    """Write how an order stands, for a person at the controls: without the buyer."""
    items = [(item, order.purchase.fulfilled_by) for item in order.items]
    return state_document(order.id, time_text(order.placed_at), items)

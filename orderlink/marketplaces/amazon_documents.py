"""PURE: read Amazon's orders, and the pages that list them.

Shapes: Orders API 2026-01-01 (https://developer-docs.amazon.com/sp-api/docs/orders-api). What the
buyer pays is read in `amazon_money`, who he is in `amazon_people`, packages in `amazon_packages`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from orderlink.marketplaces import amazon_packages, amazon_people
from orderlink.marketplaces.amazon_money import (
    ITEM,
    NONE,
    Amount,
    ItemMoney,
    item_money,
    money_in,
    order_money,
    pieces_paid,
)
from orderlink.marketplaces.amazon_sites import BY_ID, zone_of
from orderlink.marketplaces.reading import DocumentError, Part
from orderlink.model import Line, Order, Unreadable
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from orderlink.model import Json

DATASETS: Final = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,CANCELLATION,FULFILLMENT,PACKAGES,TAX"
"""`includedData`: all that an order is made of here."""

OPEN: Final = "PENDING_AVAILABILITY,PENDING,UNSHIPPED,PARTIALLY_SHIPPED"
"""`fulfillmentStatuses` of what may still have to be shipped."""

_WAITING: Final = {
    "PENDING": "Amazon has not released it yet: the payment is pending",
    "PENDING_AVAILABILITY": "Amazon has not released it yet: it is a pre-order",
}
_AMAZON_COLLECTS: Final = frozenset({"AMAZON_EASY_SHIP", "DELIVERY_BY_AMAZON", "FBM_SHIP_PLUS"})
"""The programs in which the merchant packs, and Amazon fetches the parcel and confirms it."""

_WORDS: Final = {
    "AMAZON_BUSINESS": "business",
    "REPLACEMENT_ORIGINAL_ID": "replacement",
    "EXCHANGE_ORIGINAL_ID": "exchange",
}
"""Our marks for some of Amazon's words; any other is its own mark in small letters."""


# Pages


def listed_orders(document: Json) -> list[Json]:
    """Give the orders of a page of the search (`SearchOrdersResponse`).

    What was ordered elsewhere than at Amazon, in the merchant's own shop perhaps, and only leaves
    from Amazon's warehouse, is none of its orders. Raises `DocumentError` for what is no page.
    """
    rows = document.get("orders") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise DocumentError("it holds no list of orders")
    return [row for row in rows if not _is_from_elsewhere(row)]


def _is_from_elsewhere(row: Json) -> bool:
    channel = row.get("salesChannel") if isinstance(row, dict) else None
    return isinstance(channel, dict) and channel.get("channelName") == "NON_AMAZON"


def next_token(document: Json) -> str:
    """Give what leads to the next page, empty on the last one. Raises `DocumentError`."""
    return Part.of(document).part("pagination").text("nextToken")


def until(document: Json) -> datetime | None:
    """Tell up to when a page of the search speaks. Raises `DocumentError`."""
    page = Part.of(document)
    return page.instant("lastUpdatedBefore") or page.instant("createdBefore")


# Orders


def got_order(document: Json, order_id: str) -> Order | Unreadable:
    """Read the answer about one order (`GetOrderResponse`). Raises `DocumentError`."""
    order = Part.of(document).part("order")
    if not order.document:
        raise DocumentError("it holds no order")
    return order_from(dict(order.document), order_id)


def order_from(document: Json, order_id: str = "") -> Order | Unreadable:
    """Read an order (`Order`) with its datasets; `order_id` is what was asked for, if it was."""
    try:
        order = _order_from(Part.of(document))
    except DocumentError as error:
        known = document.get("orderId") if isinstance(document, dict) else None
        return Unreadable(order_id or (known if isinstance(known, str) else ""), str(error))
    if order.id != (order_id or order.id):
        return Unreadable(order_id, "Amazon answered with another order")
    return order


class _Item(Value, frozen=True):
    """An item as Amazon has it, its line, and what it costs."""

    part: Part
    line: Line
    money: ItemMoney | None


def _order_from(order: Part) -> Order:
    placed_at = order.instant("createdTime")
    if placed_at is None:
        raise DocumentError("createdTime is missing")
    site = order.part("salesChannel").identifier("marketplaceId")
    fulfillment, currency = order.part("fulfillment"), _currency(order, site)
    items = [_item(part, order, site, currency) for part in order.parts("orderItems")]
    if not items:
        raise DocumentError("it has no items")
    if len({one.line.id for one in items}) != len(items):
        raise DocumentError("two of its items have the same id")
    order_id, ship_to = order.identifier("orderId"), amazon_people.ship_to(order)
    money = order_money(order, [(one.money, bool(one.line.wanted)) for one in items], currency)
    waits = _WAITING.get(fulfillment.text("fulfillmentStatus"), "")
    return Order(
        id=order_id,
        placed_at=placed_at,
        currency=currency,
        lines=tuple(one.line for one in items),
        ship_to=ship_to,
        bill_to=amazon_people.bill_to(order, ship_to),
        shipping_cost=money.shipping.paid,
        marks=_marks(order, items),
        not_ready=waits or amazon_people.withheld(order, ship_to) or money.objection,
        awaits_release=bool(waits),
        charges=money.charges,
        shipping_tax=money.shipping.tax,
        shipping_method=fulfillment.text("fulfillmentServiceLevel"),
        message=amazon_people.instructions(order),
        gift_message=_joined(_gift(one.part).text("giftMessage") for one in items),
        delivery_day=_delivery_day(items, site),
        ship_by=_last_day(fulfillment.part("shipByWindow"), site),
        tax_collected=any(_is_tax_collected(one.part) for one in items),
        site=site,
        shipments=None if _by_amazon(order) else amazon_packages.shipments(order, order_id),
    )


def _currency(order: Part, site: str) -> str:
    amounts = [order.part("proceeds").part("grandTotal")]
    for item in order.parts("orderItems"):
        price = item.part("product").part("price")
        amounts += [item.part("proceeds").part("proceedsTotal"), price.part("unitPrice")]
    told = next((one.text("currencyCode") for one in amounts if one.document), "")
    if not told and site not in BY_ID:
        raise DocumentError("neither its currency nor its marketplace is known")
    return told or BY_ID[site].currency


def _by_amazon(order: Part) -> bool:
    return order.part("fulfillment").text("fulfilledBy") == "AMAZON"


def _marks(order: Part, items: Sequence[_Item]) -> tuple[str, ...]:
    """List what is special about an order: its programs, and what its items demand."""
    found = [_WORDS.get(one, one.lower()) for one in order.texts("programs")]
    found += [_WORDS.get(kind, kind.lower()) for kind in _associations(order)]
    address = order.part("recipient").part("deliveryAddress")
    found += ["pickup_point"] if address.text("addressType") == "PICKUP_POINT" else []
    buyer, invoicing = order.part("buyer"), order.part("tax").part("taxInvoicing")
    business = invoicing.text("buyerInvoicePreference") == "BUSINESS"
    found += ["business"] if business or buyer.text("buyerCompanyName") else []
    for item in items:
        found += [program.lower() for program in item.part.texts("programs")]
        found += ["gift"] if _gift(item.part).document else []
        found += _constraints(item.part)
    return tuple(dict.fromkeys(found))


def _associations(order: Part) -> list[str]:
    return [one.text("associationType") for one in order.parts("associatedOrders")]


def _constraints(item: Part) -> Iterator[str]:
    constraints = item.part("fulfillment").part("shipping").part("shippingConstraints")
    for name, level in constraints.document.items():
        if level == "MANDATORY":
            yield re.sub("(?=[A-Z])", "_", name).lower()


# Items


def _item(item: Part, order: Part, site: str, currency: str) -> _Item:
    fulfillment, product = order.part("fulfillment"), item.part("product")
    money = item_money(item, currency)
    if money is None and "REPLACEMENT_ORIGINAL_ID" in _associations(order):
        money = ItemMoney({ITEM: Amount()})  # it costs nothing, and Amazon need not tell that
    quantity = item.whole("quantityOrdered")
    shipped, cancelled = _gone(item, fulfillment.text("fulfillmentStatus"), quantity)
    goods = _goods(item, money, quantity, quantity - cancelled, currency)
    line = Line(
        id=item.identifier("orderItemId"),
        quantity=quantity,
        unit_price=money_in(product.part("price"), "unitPrice", currency) or NONE,
        total=goods.paid,
        sku=product.text("sellerSku"),
        title=product.text("title"),
        shipped=shipped,
        cancelled=cancelled,
        by_marketplace=_by_amazon(order),
        label_by_marketplace=not _AMAZON_COLLECTS.isdisjoint(order.texts("programs")),
        cancellation_requested=_asks_to_cancel(item),
        deliver_by=_last_day(fulfillment.part("deliverByWindow"), site),
        commission=_points(item, currency),
        discount=money.discount if money else NONE,
        services=tuple(name for name in [_gift(item).text("giftWrapLevel")] if name),
        tax=goods.tax,
    )
    return _Item(item, line, money)


def _gone(item: Part, status: str, quantity: int) -> tuple[int, int]:
    """Tell how many pieces are shipped, and how many cancelled.

    Amazon counts what is fulfilled and what is not: what is neither was cancelled. Before it
    releases an order it may count nothing yet.
    """
    fulfillment = item.part("fulfillment")
    shipped = min(fulfillment.whole("quantityFulfilled", 0), quantity)
    if status == "CANCELLED":
        return shipped, quantity - shipped
    if status in _WAITING or fulfillment.document.get("quantityUnfulfilled") is None:
        return shipped, 0
    return shipped, max(0, quantity - shipped - fulfillment.whole("quantityUnfulfilled"))


def _goods(
    item: Part, money: ItemMoney | None, quantity: int, wanted: int, currency: str
) -> Amount:
    """Give what all pieces that were ordered cost, where a part of them was cancelled, too."""
    if money is None:
        return Amount()
    goods = money.parts.get(ITEM, Amount())
    pieces = pieces_paid(item, money, quantity, wanted, currency)
    if pieces == quantity:
        return goods
    tax = None if goods.tax is None else goods.tax * quantity / pieces
    return Amount(goods.paid * quantity / pieces, tax)


def _asks_to_cancel(item: Part) -> bool:
    request = item.part("cancellation").part("cancellationRequest")
    return request.text("requester") == "BUYER"


def _is_tax_collected(item: Part) -> bool:
    collections = item.part("tax").parts("taxCollections")
    return any(one.text("model") == "MARKETPLACE_FACILITATOR" for one in collections)


def _points(item: Part, currency: str) -> Decimal | None:
    """Read what the points cost the merchant that Amazon granted the buyer (Japan)."""
    granted = item.part("expense").part("pointsCost").part("pointsGranted")
    return money_in(granted, "pointsMonetaryValue", currency)


def _gift(item: Part) -> Part:
    return item.part("fulfillment").part("packing").part("giftOption")


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


# Days


def _delivery_day(items: Sequence[_Item], site: str) -> date | None:
    """Give the day for which the buyer made an appointment, the first of them."""
    shippings = (one.part.part("fulfillment").part("shipping") for one in items)
    days = [_last_day(one.part("scheduledDeliveryWindow"), site) for one in shippings]
    return min((day for day in days if day), default=None)


def _last_day(window: Part, site: str) -> date | None:
    """Give the last day of a window, as it is called at the site."""
    latest = window.instant("latestDateTime")
    return latest and latest.astimezone(zone_of(site)).date()

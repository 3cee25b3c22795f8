"""Write the documents that the bol sandbox answers with: pure.

Shapes: Retailer API v10 and shared API v10; offsets as bol has them (here always +01:00).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.control import order_state as state_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.sandbox.bol_records import Item, PlacedOrder, Process, SentShipment

_OFFSET = timezone(timedelta(hours=1))
_DELIVERY = timedelta(days=2)
_EXPIRY = timedelta(days=5)


def time_text(at: datetime) -> str:
    """Write an instant as bol does: seconds and an offset."""
    return at.astimezone(_OFFSET).isoformat(timespec="seconds")


def _number(amount: Decimal) -> float:
    # JSON has no decimals of its own, and json writes the shortest text that reads back the same.
    return float(amount)


def reduced_order(order: PlacedOrder, items: Sequence[Item]) -> dict[str, Any]:
    """Write a row of the list of orders, with those items only."""
    return {
        "orderId": order.id,
        "orderPlacedDateTime": time_text(order.placed_at),
        "orderItems": [
            {
                "orderItemId": item.id,
                "ean": item.article.ean,
                "fulfilmentMethod": item.article.method,
                "fulfilmentStatus": "OPEN" if item.open else "HANDLED",
                "quantity": item.article.quantity,
                "quantityShipped": item.shipped,
                "quantityCancelled": item.cancelled,
                "cancellationRequest": item.cancellation_requested,
                "latestChangedDateTime": time_text(item.changed_at),
            }
            for item in items
        ],
    }


def order_document(order: PlacedOrder) -> dict[str, Any]:
    """Write a whole order."""
    return {
        "orderId": order.id,
        "pickupPoint": order.pickup_point,
        "orderPlacedDateTime": time_text(order.placed_at),
        "shipmentDetails": order.ship_to,
        "billingDetails": {
            name: text for name, text in order.bill_to.items() if name not in _SHIPPING_ONLY
        },
        "orderItems": [_order_item(order, item) for item in order.items],
    }


_SHIPPING_ONLY = frozenset({"language", "pickupPointName", "deliveryPhoneNumber"})


def _order_item(order: PlacedOrder, item: Item) -> dict[str, Any]:
    article = item.article
    total = article.price * article.quantity - article.discount
    discounts = [{"title": "Promotion", "amount": _number(article.discount)}]
    document = {
        "orderItemId": item.id,
        "cancellationRequest": item.cancellation_requested,
        "fulfilment": _fulfilment(order, item),
        "offer": {"offerId": f"offer-{article.ean}", "reference": article.reference},
        "product": {"ean": article.ean, "title": article.title},
        "quantity": article.quantity,
        "quantityShipped": item.shipped,
        "quantityCancelled": item.cancelled,
        "unitPrice": _number(article.price),
        "totalPrice": _number(total),
        "discounts": discounts if article.discount else [],
        "commission": _number((total / 10).quantize(Decimal("0.01"))),
        "latestChangedDateTime": time_text(item.changed_at),
    }
    if article.services:
        document["additionalServices"] = [{"serviceType": name} for name in article.services]
    return document


def _fulfilment(order: PlacedOrder, item: Item) -> dict[str, Any]:
    placed_on = order.placed_at.astimezone(_OFFSET).date()
    kind = "exactDeliveryDate" if item.article.exact_delivery else "latestDeliveryDate"
    return {
        "method": item.article.method,
        "distributionParty": item.article.distribution_party,
        kind: (placed_on + _DELIVERY).isoformat(),
        "expiryDate": (placed_on + _EXPIRY).isoformat(),
        "timeFrameType": item.article.time_frame,
    }


def order_state(order: PlacedOrder) -> dict[str, Any]:
    """Write how an order stands, for a person at the controls: without the buyer."""
    items = [(item, item.article.method) for item in order.items]
    return state_document(order.id, time_text(order.placed_at), items)


def reduced_shipment(shipment: SentShipment, order: PlacedOrder) -> dict[str, Any]:
    """Write a row of the list of shipments: without quantities, carrier and code."""
    eans = {item.id: item.article.ean for item in order.items}
    return {
        "shipmentId": shipment.id,
        "shipmentDateTime": time_text(shipment.at),
        "shipmentReference": shipment.reference,
        "order": {"orderId": order.id, "orderPlacedDateTime": time_text(order.placed_at)},
        "shipmentItems": [
            {"orderItemId": item_id, "ean": eans[item_id]} for item_id, _ in shipment.lines
        ],
        "transport": {"transportId": shipment.transport_id},
    }


def shipment_document(shipment: SentShipment, order: PlacedOrder) -> dict[str, Any]:
    """Write a whole shipment."""
    items = {item.id: item for item in order.items}
    transport = {
        "transportId": shipment.transport_id,
        "transporterCode": shipment.transporter,
    }
    if shipment.code:
        transport["trackAndTrace"] = shipment.code
    row = reduced_shipment(shipment, order)
    return row | {
        "pickupPoint": order.pickup_point,
        "shipmentDetails": order.ship_to,
        "shipmentItems": [
            {
                "orderItemId": item_id,
                "product": {
                    "ean": items[item_id].article.ean,
                    "title": items[item_id].article.title,
                },
                "quantity": quantity,
                "quantityShipped": quantity,
                "unitPrice": _number(items[item_id].article.price),
            }
            for item_id, quantity in shipment.lines
        ],
        "transport": transport,
    }


def process_document(process: Process) -> dict[str, Any]:
    """Write a process status."""
    words = process.event_type.lower().replace("_", " ")
    document = {
        "processStatusId": process.id,
        "entityId": process.entity_id,
        "eventType": process.event_type,
        "description": f"{words.capitalize()} for {process.entity_id}.",
        "status": process.status,
        "createTimestamp": time_text(process.created_at),
        "links": [
            {
                "rel": "self",
                "href": f"https://api.bol.com/shared/process-status/{process.id}",
                "method": "GET",
            }
        ],
    }
    if process.message:
        document["errorMessage"] = process.message
    return document


def problem(
    status: int, title: str, detail: str, violations: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Write an error as bol does; violations are (name, reason)."""
    return {
        "type": "https://api.bol.com/problems",
        "title": title,
        "status": status,
        "detail": detail,
        "host": "Instance-001",
        "violations": [{"name": name, "reason": reason} for name, reason in violations],
    }

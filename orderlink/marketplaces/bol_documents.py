"""Translate between bol's documents and the model: pure, no calls.

Shapes: Retailer API v10 and shared API v10 (https://api.bol.com/retailer/public/Retailer-API/).
What is read may be older than that: parts that v10 requires but that real answers left out
(`totalPrice`, `quantityShipped`, `timeFrameType`) have a default here, and the flag for a pick-up
point is read in both spellings, `pickupPoint` and `pickUpPoint`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.marketplaces.reading import DocumentError, Part
from orderlink.model import (
    Address,
    Line,
    LineSighting,
    Order,
    SeenShipment,
    ShippedLine,
    Sighting,
    Ticket,
    TicketState,
    Unreadable,
)
from orderlink.values import Value

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.model import Json, Shipment

CURRENCY = "EUR"
LINES_PER_SHIPMENT = 100
REFERENCE_LENGTH = 90
OTHER_CARRIER = "OTHER"
"""bol's word for a carrier that is none of its list, or that is not known."""

CARRIERS_WITHOUT_CODE = frozenset({OTHER_CARRIER, "BRIEFPOST", "TNT_BRIEF", "BPOST_BRIEF"})
"""The carriers that bol lets a shipment name without a tracking code: its own for letters."""

_LONGEST_PROBLEM = 500
_TICKET_STATES = {
    "PENDING": TicketState.PENDING,
    "SUCCESS": TicketState.DONE,
    "FAILURE": TicketState.REFUSED,
    "TIMEOUT": TicketState.UNKNOWN,
}


def listed_rows(document: Json, name: str) -> list[Json]:
    """Give the rows of a page of a list.

    Takes `{NAME: [...]}`; an empty page is `{}` or an empty list. Raises `DocumentError` for
    anything else: an answer that is no list must never look like an empty one.
    """
    if document == {}:
        return []
    rows = document.get(name) if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise DocumentError(f"it holds no list of {name}")
    return rows


def listed_ids(rows: list[Json]) -> set[str]:
    """Give what tells the rows of one page from those of another: the ids of their items.

    An order may be spread over two pages, so that its own id is not enough. A row without readable
    ids stands for itself.
    """
    ids: set[str] = set()
    for row in rows:
        items = row.get("orderItems") if isinstance(row, dict) else None
        listed = items if isinstance(items, list) else []
        known = [item.get("orderItemId") for item in listed if isinstance(item, dict)]
        ids |= {str(one) for one in known if one} or {repr(row)}
    return ids


def sighting_from(row: Json) -> Sighting | Unreadable:
    """Read one row of the reduced list of orders (`ReducedOrder`)."""
    try:
        order = Part.of(row)
        lines = tuple(
            LineSighting(
                id=item.identifier("orderItemId"),
                quantity=item.whole("quantity"),
                shipped=item.whole("quantityShipped", 0),
                cancelled=item.whole("quantityCancelled", 0),
                by_marketplace=item.text("fulfilmentMethod") == "FBB",
                cancellation_requested=item.flag("cancellationRequest"),
            )
            for item in order.parts("orderItems")
        )
        return Sighting(order.identifier("orderId"), _placed_at(order), lines)
    except DocumentError as error:
        return Unreadable(_known_id(row), str(error))


def order_from(document: Json, order_id: str) -> Order | Unreadable:
    """Read a whole order (`Order`), asked for by its id."""
    try:
        return _order_from(Part.of(document), order_id)
    except DocumentError as error:
        return Unreadable(order_id, str(error))


def _order_from(order: Part, order_id: str) -> Order:
    if order.identifier("orderId") != order_id:
        raise DocumentError("bol answered with another order")
    items = order.parts("orderItems")
    if not items:
        raise DocumentError("it has no items")
    lines = tuple(_line_from(item) for item in items)
    if len({line.id for line in lines}) != len(lines):
        raise DocumentError("two of its items have the same id")
    billing = order.part("billingDetails")
    ship_to = _address_from(order.part("shipmentDetails"))
    complete = (ship_to.last_name or ship_to.company) and ship_to.street and ship_to.city
    return Order(
        id=order_id,
        placed_at=_placed_at(order),
        currency=CURRENCY,
        lines=lines,
        ship_to=ship_to,
        bill_to=_address_from(billing) if billing.document else None,
        marks=_marks(order, items, billing),
        not_ready="" if complete else "bol does not give a delivery address",
    )


def _placed_at(order: Part) -> datetime:
    placed_at = order.instant("orderPlacedDateTime")
    if placed_at is None:
        raise DocumentError("orderPlacedDateTime is missing")
    return placed_at


def _known_id(row: Json) -> str:
    known = row.get("orderId") if isinstance(row, dict) else None
    usable = isinstance(known, str | int) and not isinstance(known, bool)
    return str(known) if usable else ""


def _line_from(item: Part) -> Line:
    quantity = item.whole("quantity")
    unit_price = item.money("unitPrice")
    if unit_price is None:
        raise DocumentError(f"{item.path}.unitPrice is missing")
    amounts = (entry.money("amount") for entry in item.parts("discounts"))
    discount = sum((amount for amount in amounts if amount is not None), Decimal(0))
    total = item.money("totalPrice")
    fulfilment, product = item.part("fulfilment"), item.part("product")
    return Line(
        id=item.identifier("orderItemId"),
        quantity=quantity,
        unit_price=unit_price,
        total=unit_price * quantity - discount if total is None else total,
        sku=item.part("offer").text("reference"),
        ean=product.text("ean"),
        title=product.text("title"),
        shipped=item.whole("quantityShipped", 0),
        cancelled=item.whole("quantityCancelled", 0),
        by_marketplace=fulfilment.text("method") == "FBB",
        label_by_marketplace=fulfilment.text("distributionParty") == "BOL",
        cancellation_requested=item.flag("cancellationRequest"),
        deliver_by=fulfilment.day("exactDeliveryDate") or fulfilment.day("latestDeliveryDate"),
        expires_on=fulfilment.day("expiryDate"),
        commission=item.money("commission"),
        discount=discount,
        services=tuple(entry.text("serviceType") for entry in item.parts("additionalServices")),
    )


def _address_from(details: Part) -> Address:
    return Address(
        first_name=details.text("firstName"),
        last_name=details.text("surname"),
        company=details.text("company"),
        street=details.text("streetName"),
        house_number=details.text("houseNumber"),
        house_number_extension=details.text("houseNumberExtension"),
        extra=details.text("extraAddressInformation"),
        postal_code=details.text("zipCode"),
        city=details.text("city"),
        country=details.text("countryCode"),
        email=details.text("email"),
        phone=details.text("deliveryPhoneNumber"),
        pickup_point=details.text("pickupPointName"),
        vat_id=details.text("vatNumber"),
        company_registration=details.text("kvkNumber"),
        buyer_reference=details.text("orderReference"),
        language=details.text("language"),
    )


def _marks(order: Part, items: tuple[Part, ...], billing: Part) -> tuple[str, ...]:
    marks: dict[str, None] = {}
    if order.flag("pickupPoint") or order.flag("pickUpPoint"):
        marks["pickup_point"] = None
    if billing.text("company") or billing.text("vatNumber"):
        marks["business"] = None
    for fulfilment in (item.part("fulfilment") for item in items):
        if fulfilment.text("method") == "FBB":
            continue
        if fulfilment.text("distributionParty") == "BOL":
            marks["shipping_via_bol"] = None
        if fulfilment.text("exactDeliveryDate"):
            marks["exact_delivery_date"] = None
        time_frame = fulfilment.text("timeFrameType") or "REGULAR"
        if time_frame != "REGULAR":
            marks[time_frame.lower()] = None
    return tuple(marks)


def shipment_request(shipment: Shipment) -> dict[str, Json]:
    """Write what reports a shipment (`ShipmentRequest`), every quantity explicit.

    A transport is always given, since bol needs one for a shipment without its own label, and the
    later code is added to it. It must name a carrier: without a code `OTHER`, unless the carrier is
    one that bol takes without a code, and `OTHER` too where the carrier is not known. The true
    carrier goes along with the code when that arrives.
    """
    carrier = shipment.carrier_code or OTHER_CARRIER
    if not shipment.code and carrier not in CARRIERS_WITHOUT_CODE:
        carrier = OTHER_CARRIER
    transport = {"transporterCode": carrier}
    if shipment.code:
        transport["trackAndTrace"] = shipment.code
    return {
        "orderItems": [
            {"orderItemId": line.line_id, "quantity": line.quantity} for line in shipment.lines
        ],
        "shipmentReference": shipment.reference,
        "transport": transport,
    }


def transport_request(shipment: Shipment) -> dict[str, Json]:
    """Write what adds a code to a transport (`ChangeTransportRequest`).

    The carrier is left as it is where none is named.
    """
    document = {"trackAndTrace": shipment.code}
    if shipment.carrier_code:
        document["transporterCode"] = shipment.carrier_code
    return document


def tickets_from(rows: list[Json]) -> tuple[Ticket, ...]:
    """Read process statuses (`ProcessStatus`), in bol's order.

    A status that has no id answers nothing and is left out. Raises `DocumentError`.
    """
    statuses = (Part.of(row) for row in rows)
    return tuple(_ticket_from(status) for status in statuses if status.text("processStatusId"))


def _ticket_from(status: Part) -> Ticket:
    return Ticket(
        id=status.text("processStatusId"),
        state=_TICKET_STATES.get(status.text("status"), TicketState.UNKNOWN),
        message=status.text("errorMessage"),
        created_at=status.instant("createTimestamp"),
    )


class ShipmentRow(Value, frozen=True):
    """What the list of shipments says about one (`ReducedShipment`): no code, no quantities."""

    id: str
    order_id: str
    reference: str
    transport_id: str


def shipment_rows_from(rows: list[Json]) -> tuple[ShipmentRow, ...]:
    """Read the rows of the list of shipments. Raises `DocumentError`."""
    return tuple(
        ShipmentRow(
            id=row.identifier("shipmentId"),
            order_id=row.part("order").text("orderId"),
            reference=row.text("shipmentReference"),
            transport_id=row.part("transport").text("transportId"),
        )
        for row in (Part.of(row) for row in rows)
    )


def seen_shipment_from(document: Json) -> SeenShipment:
    """Read a whole shipment (`Shipment`). Raises `DocumentError`."""
    shipment = Part.of(document)
    transport = shipment.part("transport")
    return SeenShipment(
        reference=shipment.text("shipmentReference"),
        code=transport.text("trackAndTrace"),
        carrier_code=transport.text("transporterCode"),
        lines=tuple(
            ShippedLine(item.identifier("orderItemId"), item.whole("quantity"))
            for item in shipment.parts("shipmentItems")
        ),
    )


def ticket_id_from(document: Json) -> str:
    """Read the id of the process status that a write was answered with, empty where it has none."""
    value = document.get("processStatusId") if isinstance(document, dict) else None
    usable = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if usable else ""


def token_scope(document: Json) -> frozenset[str]:
    """Tell what a token is good for, in upper case; empty where bol does not say."""
    return frozenset(Part.of(document).text("scope").upper().split())


def is_problem(document: Json) -> bool:
    """Tell whether this is bol's own account of an error (`Problem`), not some proxy's."""
    return isinstance(document, dict) and "title" in document and "status" in document


def problem_text(document: Json) -> str:
    """Say in bol's own words why it refused (`Problem`): the detail and every violation."""
    if not isinstance(document, dict):
        return "bol gave no reason"
    violations = document.get("violations")
    reasons = [
        f"{entry.get('name')}: {entry.get('reason')}"
        for entry in (violations if isinstance(violations, list) else ())
        if isinstance(entry, dict)
    ]
    detail = document.get("detail") or document.get("title")
    words = "; ".join(reasons) or str(detail or "bol gave no reason")
    return words[:_LONGEST_PROBLEM]

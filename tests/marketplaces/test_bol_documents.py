"""bol's documents, recorded and made up, in the model's words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderlink.jsontext import loads
from orderlink.marketplaces import bol_documents as documents
from orderlink.marketplaces.reading import DocumentError
from orderlink.model import (
    LineSighting,
    Order,
    Shipment,
    ShippedLine,
    Sighting,
    TicketState,
    Unreadable,
)

FIXTURES = Path(__file__).parents[3] / "shared/specs/bol/http-fixtures"


def recorded(name: str) -> Any:
    path = FIXTURES / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return loads(path.read_bytes().split(b"\n\n", 1)[1])


def order_document(**changes: Any) -> dict[str, Any]:
    return {
        "orderId": "C1",
        "pickupPoint": False,
        "orderPlacedDateTime": "2026-03-29T02:30:00+01:00",
        "shipmentDetails": {
            "firstName": " Zoë ",
            "surname": "d'Ancona\u00a0",
            "streetName": "Rue de l\u2019Église",
            "houseNumber": "12",
            "houseNumberExtension": "bus 3",
            "zipCode": "1000",
            "city": "Bruxelles",
            "countryCode": "BE",
        },
        "orderItems": [item_document()],
    } | changes


def item_document(**changes: Any) -> dict[str, Any]:
    return {
        "orderItemId": "11",
        "cancellationRequest": False,
        "fulfilment": {"method": "FBR", "distributionParty": "RETAILER"},
        "offer": {"reference": "SKU-1"},
        "product": {"ean": "8712626055143", "title": "Mug"},
        "quantity": 3,
        "quantityShipped": 1,
        "quantityCancelled": 1,
        "unitPrice": Decimal("12.99"),
        "totalPrice": Decimal("36.97"),
        "discounts": [{"title": "3 for 2", "amount": 2}],
        "commission": Decimal("3.10"),
    } | changes


def read(document: object) -> Order:
    order = documents.order_from(document, "C1")
    assert isinstance(order, Order), order
    return order


@pytest.mark.shared
def test_a_recorded_order_is_read_whole() -> None:
    order = documents.order_from(recorded("200-order.txt"), "1042823870")
    assert isinstance(order, Order)
    assert order.placed_at == datetime(2019, 4, 30, 14, 47, 32, tzinfo=UTC)
    assert order.placed_at.tzinfo is UTC
    assert order.currency == "EUR"
    assert [line.total for line in order.lines] == [Decimal("19.99"), Decimal("32.98")]
    assert order.lines[0].sku == "MijnOffer0021"
    assert order.lines[0].deliver_by == date(2018, 4, 22)
    assert order.lines[0].expires_on == date(2018, 4, 25)
    assert order.lines[0].commission == Decimal("2.21")
    assert order.own_lines() == ()
    assert order.bill_to is not None
    assert order.bill_to.vat_id == "NL123456789B01"
    assert order.bill_to.company_registration == "99887766"
    assert order.bill_to.buyer_reference == "Mijn order ref"
    assert order.bill_to.house_number_extension == "X"
    assert order.bill_to.extra == "Extra informatie"
    assert order.ship_to.email == "27zoytzc3crf2r6bctxfa3m2mrjbci@verkopen.test2.bol.com"
    assert order.ship_to.language == "nl"
    assert order.marks == ("business",)


@pytest.mark.shared
def test_a_recorded_list_is_read_row_by_row() -> None:
    rows = documents.listed_rows(recorded("200-reduced-orders.txt"), "orders")
    read_rows = [documents.sighting_from(row) for row in rows]
    assert read_rows[0] == Sighting(
        "1043946570",
        datetime(2019, 4, 29, 16, 18, 21, tzinfo=UTC),
        (LineSighting("6042823871", 3),),
    )
    assert [row.order_id for row in read_rows] == [
        "1043946570",
        "1042831430",
        "A4K8290LP0",
        "B3K8290LP0",
    ]


@pytest.mark.shared
def test_a_recorded_empty_list_is_empty_and_anything_else_is_no_list() -> None:
    assert documents.listed_rows(recorded("200-reduced-orders-empty.txt"), "orders") == []
    with pytest.raises(DocumentError):
        documents.listed_rows(recorded("200-foo.txt"), "orders")


@pytest.mark.parametrize("document", [None, [], "", {"orders": None}, {"orders": {}}, {"x": []}])
def test_what_is_no_list_never_looks_like_an_empty_one(document: object) -> None:
    with pytest.raises(DocumentError):
        documents.listed_rows(document, "orders")


def test_no_character_of_an_address_is_lost() -> None:
    details = {
        "pickupPointName": "Albert Heijn: UTRECHT ",
        "salutation": "FEMALE",
        "firstName": " Zoë ",
        "surname": "d'Ancona\u00a0",
        "streetName": "Rue de l\u2019Église  12",
        "houseNumber": "0012",
        "houseNumberExtension": "bus 3\t",
        "extraAddressInformation": "3e étage,\nsonnez \N{BELL WITH CANCELLATION STROKE}",
        "zipCode": "1000 ",
        "city": "'s-Hertogenbosch",
        "countryCode": "BE",
        "email": "a+b@verkopen.bol.com",
        "company": "Bakkerij & Zn. [/red]",
        "deliveryPhoneNumber": "+32 2 123",
        "language": "fr-BE",
    }
    ship_to = read(order_document(shipmentDetails=details)).ship_to
    kept = [
        ship_to.pickup_point,
        ship_to.first_name,
        ship_to.last_name,
        ship_to.street,
        ship_to.house_number,
        ship_to.house_number_extension,
        ship_to.extra,
        ship_to.postal_code,
        ship_to.city,
        ship_to.country,
        ship_to.email,
        ship_to.company,
        ship_to.phone,
        ship_to.language,
    ]
    assert kept == [text for name, text in details.items() if name != "salutation"]


def test_a_house_number_that_came_as_a_number_is_kept() -> None:
    details = order_document()["shipmentDetails"] | {"houseNumber": 12}
    assert read(order_document(shipmentDetails=details)).ship_to.house_number == "12"


def test_prices_and_quantities_are_what_bol_says() -> None:
    (line,) = read(order_document()).lines
    assert (line.quantity, line.shipped, line.cancelled, line.open) == (3, 1, 1, 1)
    assert line.unit_price == Decimal("12.99")
    assert line.total == Decimal("36.97")
    assert line.discount == Decimal(2)


def test_without_a_total_it_is_the_unit_prices_less_the_discounts() -> None:
    item = item_document()
    del item["totalPrice"]
    assert read(order_document(orderItems=[item])).lines[0].total == Decimal("36.97")


def test_services_cancellation_requests_and_labels_are_seen() -> None:
    item = item_document(
        cancellationRequest=True,
        additionalServices=[{"serviceType": "PLACEMENT_AND_INSTALLATION"}],
        fulfilment={"method": "FBR", "distributionParty": "BOL", "timeFrameType": "EVENING"},
    )
    order = read(order_document(orderItems=[item]))
    (line,) = order.lines
    assert line.services == ("PLACEMENT_AND_INSTALLATION",)
    assert line.cancellation_requested
    assert line.label_by_marketplace
    assert order.marks == ("shipping_via_bol", "evening")


def test_an_exact_delivery_date_is_the_date_to_deliver_by_and_a_mark() -> None:
    fulfilment = {"method": "FBR", "exactDeliveryDate": "2026-04-02", "expiryDate": "2026-04-05"}
    order = read(order_document(orderItems=[item_document(fulfilment=fulfilment)]))
    assert order.lines[0].deliver_by == date(2026, 4, 2)
    assert order.lines[0].expires_on == date(2026, 4, 5)
    assert order.marks == ("exact_delivery_date",)


def test_what_bol_itself_sends_leaves_no_marks() -> None:
    fulfilment = {"method": "FBB", "exactDeliveryDate": "2026-04-02", "timeFrameType": "SUNDAY"}
    order = read(order_document(orderItems=[item_document(fulfilment=fulfilment)]))
    assert order.lines[0].by_marketplace
    assert order.marks == ()


@pytest.mark.parametrize("spelling", ["pickupPoint", "pickUpPoint"])
def test_a_pick_up_point_is_seen_in_both_spellings(spelling: str) -> None:
    document = order_document()
    del document["pickupPoint"]
    assert read(document | {spelling: True}).marks == ("pickup_point",)
    assert read(document | {spelling: False}).marks == ()


@pytest.mark.parametrize("missing", ["surname", "streetName", "city"])
def test_an_order_without_its_address_is_not_ready(missing: str) -> None:
    details = order_document()["shipmentDetails"] | {missing: None}
    assert read(order_document(shipmentDetails=details)).not_ready
    assert not read(order_document()).not_ready


def test_an_order_whose_address_bol_has_dropped_is_still_readable() -> None:
    document = order_document()
    del document["shipmentDetails"]
    order = read(document)
    assert order.not_ready
    assert order.lines[0].shipped == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"orderId": "C2"}, "another order"),
        ({"orderItems": []}, "no items"),
        ({"orderItems": None}, "no items"),
        ({"orderItems": {}}, "orderItems is not a list"),
        ({"orderItems": [7]}, "orderItems[0] is not an object"),
        ({"orderItems": [item_document(), item_document()]}, "same id"),
        ({"orderItems": [item_document(orderItemId=None)]}, "orderItems[0].orderItemId"),
        ({"orderItems": [item_document(quantity=None)]}, "orderItems[0].quantity is missing"),
        ({"orderItems": [item_document(quantity=-1)]}, "orderItems[0].quantity is out of range"),
        ({"orderItems": [item_document(quantity=2**70)]}, "orderItems[0].quantity is out of range"),
        ({"orderItems": [item_document(quantity=Decimal("1.5"))]}, "is not a whole number"),
        ({"orderItems": [item_document(quantity="3")]}, "is not a whole number"),
        ({"orderItems": [item_document(quantity=True)]}, "is not a whole number"),
        ({"orderItems": [item_document(unitPrice=None)]}, "orderItems[0].unitPrice is missing"),
        ({"orderItems": [item_document(unitPrice="12,99")]}, "unitPrice is not an amount"),
        ({"orderItems": [item_document(cancellationRequest="no")]}, "neither true nor false"),
        ({"orderItems": [item_document(offer={"reference": []})]}, "reference is not a text"),
        ({"orderItems": [item_document(fulfilment={"expiryDate": "soon"})]}, "is not a date"),
        ({"orderPlacedDateTime": None}, "orderPlacedDateTime is missing"),
        ({"orderPlacedDateTime": "yesterday"}, "is not a time"),
        ({"orderPlacedDateTime": "2026-03-29T02:30:00"}, "has no offset"),
        ({"orderPlacedDateTime": "0001-01-01T00:00:00+14:00"}, "is out of range"),
        ({"shipmentDetails": "Hans"}, "shipmentDetails is not an object"),
    ],
)
def test_an_order_that_cannot_be_read_says_where(changes: dict[str, Any], why: str) -> None:
    order = documents.order_from(order_document(**changes), "C1")
    assert isinstance(order, Unreadable)
    assert order.order_id == "C1"
    assert why in order.why
    assert "12,99" not in order.why
    assert "Hans" not in order.why


def test_a_row_that_cannot_be_read_keeps_its_id() -> None:
    row: dict[str, Any] = {"orderId": "C9", "orderPlacedDateTime": None, "orderItems": []}
    assert documents.sighting_from(row) == Unreadable("C9", "orderPlacedDateTime is missing")
    assert documents.sighting_from([]) == Unreadable("", "the document is not an object")


def test_a_row_tells_quantities_and_who_ships() -> None:
    row: dict[str, Any] = {
        "orderId": "C9",
        "orderPlacedDateTime": "2026-01-05T10:00:00Z",
        "orderItems": [
            {
                "orderItemId": "11",
                "quantity": 4,
                "quantityShipped": 1,
                "quantityCancelled": 2,
                "fulfilmentMethod": "FBB",
                "cancellationRequest": True,
            }
        ],
    }
    sighting = documents.sighting_from(row)
    assert isinstance(sighting, Sighting)
    assert sighting.lines == (
        LineSighting(
            "11",
            quantity=4,
            shipped=1,
            cancelled=2,
            by_marketplace=True,
            cancellation_requested=True,
        ),
    )


def shipment(code: str = "", carrier_code: str = "") -> Shipment:
    return Shipment("C1", "ref-1", (ShippedLine("11", 2),), code, carrier_code)


@pytest.mark.parametrize(
    ("code", "carrier_code", "transport"),
    [
        ("3SABC", "TNT", {"transporterCode": "TNT", "trackAndTrace": "3SABC"}),
        ("3SABC", "", {"transporterCode": "OTHER", "trackAndTrace": "3SABC"}),
        ("", "", {"transporterCode": "OTHER"}),
        ("", "TNT", {"transporterCode": "OTHER"}),
        ("", "BRIEFPOST", {"transporterCode": "BRIEFPOST"}),
        ("", "BPOST_BRIEF", {"transporterCode": "BPOST_BRIEF"}),
    ],
)
def test_a_transport_names_a_carrier_that_bol_takes(
    code: str, carrier_code: str, transport: dict[str, str]
) -> None:
    assert documents.shipment_request(shipment(code, carrier_code)) == {
        "orderItems": [{"orderItemId": "11", "quantity": 2}],
        "shipmentReference": "ref-1",
        "transport": transport,
    }


def test_a_late_code_brings_its_carrier_only_where_it_is_known() -> None:
    assert documents.transport_request(shipment("3SABC", "TNT")) == {
        "trackAndTrace": "3SABC",
        "transporterCode": "TNT",
    }
    assert documents.transport_request(shipment("3SABC")) == {"trackAndTrace": "3SABC"}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", TicketState.PENDING),
        ("SUCCESS", TicketState.DONE),
        ("FAILURE", TicketState.REFUSED),
        ("TIMEOUT", TicketState.UNKNOWN),
        ("SOMETHING_NEW", TicketState.UNKNOWN),
    ],
)
def test_a_process_status_is_a_ticket(word: str, state: TicketState) -> None:
    row: dict[str, Any] = {
        "processStatusId": "7",
        "status": word,
        "errorMessage": "Item 11 is already shipped.",
        "createTimestamp": "2026-01-05T11:00:00+01:00",
    }
    (ticket,) = documents.tickets_from([row, {"status": word}])
    assert ticket.id == "7"
    assert ticket.state is state
    assert ticket.message == "Item 11 is already shipped."
    assert ticket.created_at == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_a_refusal_is_told_in_bols_own_words() -> None:
    problem = {
        "title": "Error validating request.",
        "status": 400,
        "detail": "Bad request",
        "violations": [{"name": "transporterCode", "reason": "must not be blank"}],
    }
    assert documents.problem_text(problem) == "transporterCode: must not be blank"
    assert documents.problem_text(problem | {"violations": []}) == "Bad request"
    assert documents.problem_text(None) == "bol gave no reason"
    assert len(documents.problem_text({"detail": "x" * 9999})) == 500

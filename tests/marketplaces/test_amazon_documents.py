"""Amazon's documents and the model: translated without a call."""

from __future__ import annotations

import json
import zoneinfo
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.marketplaces import amazon_answers as answers
from orderlink.marketplaces.amazon_documents import order_from
from orderlink.marketplaces.amazon_packages import confirmation, package_reference, shipments
from orderlink.marketplaces.amazon_sites import BY_ID, SITES, zone_of
from orderlink.marketplaces.reading import Part
from orderlink.model import Address, Order, Shipment, ShippedLine, Unreadable
from orderlink.sandbox.amazon_answers import DATASETS, Manner, View, order_document
from orderlink.sandbox.amazon_marketplaces import MARKETPLACES
from orderlink.sandbox.amazon_records import Article, Purchase
from orderlink.sandbox.amazon_state import AmazonState
from tests.sandbox.amazon_calls import NOW, SPECS, needs_specs
from tests.support.examples import examples

ADDRESS = {
    "name": "Noor van der Meer",
    "addressLine1": "Havenstraat 12 bis",
    "city": "Utrecht",
    "postalCode": "3511EV",
    "countryCode": "NL",
}


def document(purchase: Purchase | None = None, **view: Any) -> Any:
    """Write an order as Amazon does, with all that it knows."""
    state = AmazonState(tuple(MARKETPLACES), 0)
    placed = state.order(state.place(purchase or Purchase(), NOW))
    options = {"personal": True, "manner": Manner(), **view}
    return order_document(placed, View(DATASETS, NOW, **options))


def read(found: Any) -> Order:
    order = order_from(found)
    assert isinstance(order, Order), order.why
    return order


def order(purchase: Purchase | None = None, **view: Any) -> Order:
    return read(document(purchase, **view))


# Amazon's own samples


@cache
def samples() -> Any:
    path = SPECS / "sandbox-static.json"
    if not path.exists():
        return ()
    found = json.loads(path.read_text("utf-8"))["orders_2026-01-01"]
    orders = [one["response"].get("orders") or [one["response"].get("order")] for one in found]
    return tuple(one for some in orders for one in some if one)


@pytest.mark.shared
@needs_specs
def test_every_order_of_amazons_own_pairs_is_read() -> None:
    orders = [read(one) for one in samples()]
    assert {
        order.id: (order.currency, str(order.total()), order.by_marketplace, order.not_ready)
        for order in orders
    } == {
        "250-1234567-8901234": ("JPY", "19940", True, ""),
        "202-7654321-1098765": ("GBP", "34.99", False, ""),
        "171-2345678-9012345": ("BRL", "1599.90", False, ""),
        "171-9876543-2109876": ("BRL", "299.90", False, ""),
        "028-1234567-8901234": ("TRY", "125.00", False, ""),
        "114-9876543-1234567": ("USD", "49.99", False, ""),
    }


@pytest.mark.shared
@needs_specs
def test_a_sample_is_read_to_its_last_word() -> None:
    by_id = {one["orderId"]: read(one) for one in samples()}
    british, turkish = by_id["202-7654321-1098765"], by_id["028-1234567-8901234"]
    assert british.ship_to == Address(
        last_name="Sarah Thompson",
        street="45 Oak Avenue",
        extra="Flat 2A, Greater London",
        postal_code="SW1A 1AA",
        city="London",
        region="England",
        country="GB",
        email="buyer-email@marketplace.amazon.co.uk",
        phone="+44 20 7946 0958",
    )
    assert (british.marks, british.shipping_method) == (("prime",), "STANDARD")
    assert (british.ship_by, british.lines[0].deliver_by) == (
        date(2024, 12, 25),
        date(2024, 12, 28),
    )
    (package,) = british.shipments or ()
    assert (package.reference, package.code) == ("UK-PKG-CONSUMER-2024-002", "15501234567890123456")
    assert turkish.tax_collected
    assert turkish.bill_to is not None
    assert (turkish.bill_to.company, turkish.bill_to.vat_id) == (
        "Test company name",
        "TR1234567890",
    )
    assert turkish.bill_to.company_registration == "tax office"
    brazilian = by_id["171-2345678-9012345"]
    assert brazilian.ship_to.extra == "Sala 301, Bela Vista"
    assert brazilian.marks == ("business", "delivery_by_amazon")
    assert brazilian.lines[0].label_by_marketplace
    gift = by_id["171-9876543-2109876"]
    assert gift.gift_message.startswith("Feliz Natal!")
    assert (gift.marks, gift.lines[0].services) == (("prime", "gift"), ("STANDARD",))
    assert by_id["114-9876543-1234567"].marks == ("in_store_pick_up",)


# Whether it may be handled


@pytest.mark.parametrize(
    ("status", "why"),
    [("PENDING", "the payment is pending"), ("PENDING_AVAILABILITY", "it is a pre-order")],
)
def test_an_order_that_amazon_has_not_released_is_known_and_waits(status: str, why: str) -> None:
    found = order(Purchase((Article(quantity=2),), status=status))
    assert found.not_ready == f"Amazon has not released it yet: {why}"
    assert found.awaits_release
    assert (found.currency, found.lines[0].open, found.site) == ("EUR", 2, "A1805IZSGTT6HS")


def test_what_amazon_does_not_count_before_the_release_was_not_cancelled() -> None:
    found = document(Purchase((Article(quantity=2),), status="PENDING"))
    found["orderItems"][0]["fulfillment"]["quantityUnfulfilled"] = 0
    assert read(found).lines[0].open == 2
    del found["orderItems"][0]["fulfillment"]
    assert read(found).lines[0].open == 2


@pytest.mark.parametrize("partial", [False, True])
def test_an_address_that_the_role_does_not_show_makes_an_order_wait(partial: bool) -> None:
    found = order(personal=False, manner=Manner(partial_addresses=partial))
    assert "Amazon withholds the delivery address" in found.not_ready
    assert "Direct-to-Consumer Delivery (Restricted)" in found.not_ready
    assert not found.awaits_release, "somebody has to do something"


@pytest.mark.parametrize("missing", [("name",), ("addressLine1",), ("city", "postalCode")])
@pytest.mark.parametrize("empty", ["", "  "])
def test_an_address_with_empty_parts_makes_an_order_wait(
    missing: tuple[str, ...], empty: str
) -> None:
    found = order(Purchase(ship_to=dict.fromkeys(missing, empty)))
    assert found.not_ready == "Amazon left the delivery address empty; it is asked for again"


def test_a_company_needs_no_name_and_a_place_no_city() -> None:
    assert order(Purchase(ship_to={"name": "", "companyName": "Smit BV"})).not_ready == ""
    assert order(Purchase(ship_to={"city": ""})).not_ready == ""


# People


@pytest.mark.parametrize(
    ("given_", "street", "extra"),
    [
        ({}, "Havenstraat 12 bis", ""),
        ({"addressLine2": "Apt 3"}, "Havenstraat 12 bis", "Apt 3"),
        (
            {"addressLine2": "c/o Jansen ", "addressLine3": " 2. OG"},
            "Havenstraat 12 bis",
            "c/o Jansen ,  2. OG",
        ),
        ({"addressLine1": "", "addressLine2": "Musterstr. 1"}, "Musterstr. 1", ""),
        ({"addressLine1": " ", "addressLine3": "Postfach 12 34"}, "Postfach 12 34", ""),
        (
            {"districtOrCounty": "Beyoglu", "municipality": "Utrecht"},
            "Havenstraat 12 bis",
            "Beyoglu",
        ),
    ],
)
def test_no_character_of_the_lines_of_an_address_is_lost(
    given_: dict[str, str], street: str, extra: str
) -> None:
    found = document()
    found["recipient"]["deliveryAddress"] = ADDRESS | given_
    address = read(found).ship_to
    assert (address.street, address.extra) == (street, extra)


def test_all_parts_of_an_address_have_their_place() -> None:
    parts = {"companyName": "Smit BV", "stateOrRegion": "UT", "phone": "+31 30 1"}
    address = order(Purchase(ship_to=parts, buyer={"buyerEmail": "x.1@amazon.nl"})).ship_to
    assert address == Address(
        last_name="Noor van der Meer",
        company="Smit BV",
        street="Havenstraat 12 bis",
        postal_code="3511EV",
        city="Utrecht",
        region="UT",
        country="NL",
        email="x.1@amazon.nl",
        phone="+31 30 1",
    )


def test_a_private_buyer_is_billed_where_it_is_sent() -> None:
    assert order().bill_to is None


def test_a_business_buyer_is_billed_with_what_its_bookkeeping_needs() -> None:
    buyer = {
        "buyerName": "Els Bos",
        "buyerCompanyName": "Bakkerij Smit BV",
        "buyerPurchaseOrderNumber": "PO-7",
    }
    found = order(Purchase(programs=["AMAZON_BUSINESS"], buyer=buyer, tax_number="NL123456789B01"))
    assert found.bill_to is not None
    bill_to = found.bill_to
    assert (bill_to.last_name, bill_to.company) == ("Els Bos", "Bakkerij Smit BV")
    assert (bill_to.vat_id, bill_to.buyer_reference) == ("NL123456789B01", "PO-7")
    assert (bill_to.street, bill_to.email) == (found.ship_to.street, found.ship_to.email)
    assert found.marks == ("business",)
    assert found.ship_to.last_name == "Noor van der Meer"


@pytest.mark.parametrize(
    ("kind", "vat_id", "registration", "company"),
    [("VAT", "X1", "", "Smit"), ("CNPJ", "", "X1", "Smit"), ("CPF", "", "X1", "")],
)
def test_a_tax_number_stands_where_its_kind_belongs(
    kind: str, vat_id: str, registration: str, company: str
) -> None:
    found = document()
    told = {"entityType": "BUYER", "legalName": "Smit", "taxRegistrationType": kind}
    others = [{"entityType": "MERCHANT", "taxRegistrationNumber": "OURS"}]
    registrations = [*others, told | {"taxRegistrationNumber": "X1"}]
    found["tax"] = {"taxRegistrations": registrations}
    bill_to = read(found).bill_to
    assert bill_to is not None
    assert (bill_to.vat_id, bill_to.company_registration) == (vat_id, registration)
    assert bill_to.company == company


def test_what_the_buyer_wants_done_with_the_parcel_is_a_message() -> None:
    found = document()
    found["recipient"]["deliveryPreference"] = {
        "dropOffLocation": "Front door",
        "addressInstruction": "Ring twice",
    }
    assert read(found).message == "Front door; Ring twice"


# What is special


def test_programs_and_demands_are_marks() -> None:
    programs = ["PRIME", "PREMIUM", "AMAZON_BUSINESS", "INVOICE_BY_AMAZON", "SOMETHING_NEW"]
    found = document(Purchase((Article(gift_message="Voor jou"),), programs=programs))
    found["recipient"]["deliveryAddress"]["addressType"] = "PICKUP_POINT"
    found["associatedOrders"] = [{"associationType": "EXCHANGE_ORIGINAL_ID"}]
    (item,) = found["orderItems"]
    item["programs"] = ["TRANSPARENCY"]
    item["fulfillment"]["shipping"] = {
        "shippingConstraints": {"recipientAgeVerification": "MANDATORY", "palletDelivery": None}
    }
    assert read(found).marks == (
        "prime",
        "premium",
        "business",
        "invoice_by_amazon",
        "something_new",
        "exchange",
        "pickup_point",
        "transparency",
        "gift",
        "recipient_age_verification",
    )


def test_gift_messages_are_told_once_each() -> None:
    texts = ("Voor jou 🎁", "", "Voor jou 🎁", "En voor jou")
    found = order(Purchase(tuple(Article(gift_message=text) for text in texts)))
    assert found.gift_message == "Voor jou 🎁\nEn voor jou"


def test_gift_wrap_costs_and_is_a_service() -> None:
    found = order(Purchase((Article(gift_wrap=Decimal("1.50")),)))
    assert found.lines[0].services == ("Standard",)
    assert [(one.name, one.amount) for one in found.charges] == [("Gift wrap", Decimal("1.50"))]


def test_what_amazon_sends_itself_is_marked_and_has_no_shipments_to_look_at() -> None:
    found = order(Purchase(fulfilled_by="AMAZON"))
    assert found.by_marketplace
    assert found.shipments is None
    assert order().shipments == ()


@pytest.mark.parametrize("program", ["AMAZON_EASY_SHIP", "DELIVERY_BY_AMAZON", "FBM_SHIP_PLUS"])
def test_what_amazon_fetches_and_confirms_is_not_confirmed_by_us(program: str) -> None:
    found = order(Purchase(programs=[program]))
    assert found.lines[0].label_by_marketplace
    assert not found.lines[0].by_marketplace


# Cancellations


@pytest.mark.parametrize("shrink", [False, True])
def test_a_cancellation_is_understood_in_both_manners(shrink: bool) -> None:
    state = AmazonState(["NL"], 0)
    purchase = Purchase((Article(quantity=3), Article()))
    placed = state.order(state.place(purchase, NOW))
    state.cancel(placed.id, placed.items[0].id, 1, "MERCHANT", NOW)
    view = View(DATASETS, NOW, personal=True, manner=Manner(shrink_cancelled=shrink))
    first, second = read(order_document(placed, view)).lines
    assert (first.wanted, first.open, second.wanted) == (2, 2, 1)
    state.cancel(placed.id, "", 0, "BUYER", NOW)
    assert not any(line.wanted for line in read(order_document(placed, view)).lines)


def test_the_buyers_request_is_seen_and_nobody_elses() -> None:
    found = document()
    request = {"requester": "BUYER", "cancelReason": "I changed my mind"}
    found["orderItems"][0]["cancellation"] = {"cancellationRequest": request}
    assert read(found).lines[0].cancellation_requested
    request["requester"] = "AMAZON"
    assert not read(found).lines[0].cancellation_requested


# Days


@pytest.mark.parametrize(
    ("country", "latest", "day"),
    [
        ("DE", "2026-01-06T22:59:59Z", date(2026, 1, 6)),
        ("DE", "2026-07-06T21:59:59Z", date(2026, 7, 6)),
        ("DE", "2026-07-06T22:00:00Z", date(2026, 7, 7)),
        ("GB", "2026-01-06T23:59:59Z", date(2026, 1, 6)),
        ("US", "2026-01-07T07:59:59Z", date(2026, 1, 6)),
        ("JP", "2026-01-06T14:59:59Z", date(2026, 1, 6)),
        ("JP", "2026-01-06T23:59:59+09:00", date(2026, 1, 6)),
    ],
)
def test_days_are_those_of_the_marketplace(country: str, latest: str, day: date) -> None:
    found = document(Purchase(marketplace=country))
    window = {"earliestDateTime": "2026-01-01T00:00:00Z", "latestDateTime": latest}
    found["fulfillment"] |= {"shipByWindow": window, "deliverByWindow": window}
    item = found["orderItems"][0]["fulfillment"]
    item["shipping"] = {"scheduledDeliveryWindow": window}
    order = read(found)
    assert (order.ship_by, order.lines[0].deliver_by, order.delivery_day) == (day, day, day)


def test_without_a_time_zone_database_no_day_comes_out_too_late() -> None:
    for site in SITES:
        zone = zoneinfo.ZoneInfo(site.time_zone)
        for month in (1, 7):
            end = datetime(2026, month, 6, 23, 59, 59, tzinfo=zone)
            assert end.astimezone(zone_of("unknown")).date() == date(2026, month, 6), site
    before = zoneinfo.TZPATH
    zone_of.cache_clear()
    zoneinfo.ZoneInfo.clear_cache()
    zoneinfo.reset_tzpath(to=[])
    try:
        end = datetime(2026, 1, 7, 7, 59, 59, tzinfo=UTC)
        assert end.astimezone(zone_of("ATVPDKIKX0DER")).date() == date(2026, 1, 6)
    finally:
        zoneinfo.reset_tzpath(to=before)
        zone_of.cache_clear()
        zoneinfo.ZoneInfo.clear_cache()


# What cannot be read


def changed(found: Any, path: str, value: Any) -> Any:
    *parents, name = path.split(".")
    part = found
    for parent in parents:
        part = part[int(parent)] if isinstance(part, list) else part[parent]
    if value is None:
        del part[name]
    else:
        part[name] = value
    return found


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("createdTime", None, "createdTime is missing"),
        ("createdTime", "yesterday", "createdTime is not a time"),
        ("createdTime", "2026-01-05T10:00:00", "createdTime has no offset"),
        ("salesChannel", None, "salesChannel.marketplaceId is missing"),
        ("orderItems", [], "it has no items"),
        ("orderItems", {}, "orderItems is not a list"),
        ("orderItems.0.orderItemId", None, "orderItems[0].orderItemId is missing"),
        (
            "orderItems.0.quantityOrdered",
            "1",
            "orderItems[0].quantityOrdered is not a whole number",
        ),
        (
            "orderItems.0.proceeds.proceedsTotal.amount",
            "12,99",
            "orderItems[0].proceeds.proceedsTotal.amount is not a number",
        ),
        (
            "orderItems.0.proceeds.proceedsTotal.currencyCode",
            "USD",
            "orderItems[0].proceeds.proceedsTotal is in another currency than the order",
        ),
        ("programs", "PRIME", "programs is not a list of texts"),
        ("recipient", [], "recipient is not an object"),
    ],
)
def test_an_order_that_cannot_be_read_says_where(path: str, value: Any, why: str) -> None:
    found = order_from(changed(document(), path, value))
    assert isinstance(found, Unreadable)
    assert (found.order_id, found.why) == ("302-0000001-4400551", why)


def test_two_items_with_one_id_are_no_order() -> None:
    found = document(Purchase((Article(), Article())))
    found["orderItems"][1]["orderItemId"] = found["orderItems"][0]["orderItemId"]
    assert isinstance(order_from(found), Unreadable)


def test_an_order_of_an_unknown_marketplace_is_read_by_what_it_says() -> None:
    found = changed(document(), "salesChannel.marketplaceId", "A0NEW")
    assert (read(found).site, read(found).currency) == ("A0NEW", "EUR")
    waiting = document(Purchase(status="PENDING"))
    unread = order_from(changed(waiting, "salesChannel.marketplaceId", "A0NEW"))
    assert isinstance(unread, Unreadable)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@examples(300)
@given(data=st.data())
def test_whatever_amazon_says_it_is_an_order_or_it_cannot_be_read(data: st.DataObject) -> None:
    purchase = Purchase(
        (Article(gift_message="x", shipping=Decimal(1), tax_rate=Decimal(21)),),
        tax_number="X",
        programs=["PRIME"],
    )
    found = document(purchase)
    part: Any = found
    while isinstance(part, dict | list) and part:
        keys = list(part) if isinstance(part, dict) else range(len(part))
        key = data.draw(st.sampled_from(list(keys)))
        if data.draw(st.booleans()):
            part[key] = data.draw(json_values)
            break
        part = part[key]
    assert isinstance(order_from(found), Order | Unreadable)
    assert isinstance(order_from(data.draw(json_values)), Unreadable)


# Packages


def test_our_packages_are_told_from_those_of_others() -> None:
    told = ["1", "1500000001", "1500000000", "7000000001", "1734567890", "UK-1", "²"]
    part = Part.of({"packages": [{"packageReferenceId": one} for one in told]})
    references = [one.reference for one in shipments(part, "302-1")]
    assert references == [*told[:1], "orderlink-302-1-1", *told[2:]]
    for number in (1, 2, 500):
        (seen,) = shipments(
            Part.of({"packages": [{"packageReferenceId": package_reference(number)}]}), "302-1"
        )
        assert seen.reference == f"orderlink-302-1-{number}"
    assert int(package_reference(1_000_000)) < 2**31


def test_a_confirmation_says_all_that_amazon_wants_to_know() -> None:
    lines = (ShippedLine("7", 2), ShippedLine("8", 1))
    left = datetime(2026, 1, 5, 9, 30, 15, 999, tzinfo=UTC)
    shipment = Shipment("302-1", "r", lines, "3SX", "Other", "Fiets", "", "A1PA", 3, left)
    assert confirmation(shipment, NOW, letters=False) == {
        "marketplaceId": "A1PA",
        "packageDetail": {
            "packageReferenceId": "1500000003",
            "carrierCode": "Other",
            "carrierName": "Fiets",
            "trackingNumber": "3SX",
            "shipDate": "2026-01-05T09:30:15Z",
            "orderItems": [
                {"orderItemId": "7", "quantity": 2},
                {"orderItemId": "8", "quantity": 1},
            ],
        },
    }


# Sites and refusals


def test_the_sites_are_those_that_the_sandbox_knows_from_elsewhere() -> None:
    assert len(BY_ID) == len(SITES) == 23
    for place in MARKETPLACES.values():
        site = BY_ID[place.id]
        assert (site.country, site.currency) == (place.country, place.currency)
        assert f"www.{site.domain}" == place.domain


def test_a_refusal_is_told_in_amazons_own_words() -> None:
    error = {"code": "InvalidInput", "message": "Not valid.", "details": "carrierCode"}
    assert answers.problem_text({"errors": [error, error]}) == "Not valid.; carrierCode"
    silences: list[Any] = [None, {}, {"errors": []}, {"errors": [None, {"message": 7}]}]
    for silent in silences:
        assert answers.problem_text(silent) == "Amazon gave no reason"
    assert len(answers.problem_text({"errors": [{"message": "x" * 9999}]})) == 500

"""Amazon's own request and response pairs (its static sandbox), replayed at ours.

Amazon's static sandbox answers by magic values: `TEST_CASE_400`, tokens that nobody gave, orders
that nobody placed. Here each of them gets the real cause for what it stands for; the pairs of what
our sandbox does not know are held against their models only.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest

from orderlink.sandbox.amazon_marketplaces import MARKETPLACES
from orderlink.sandbox.amazon_records import READY, Article, Purchase
from orderlink.sandbox.server import Answer, Request
from tests.sandbox.amazon_calls import (
    SPECS,
    Caller,
    check,
    check_exchange,
    confirmation_path,
    error,
    needs_specs,
    operations,
)

pytestmark = [pytest.mark.shared, needs_specs]

ORDERS = "orders_2026-01-01"
COUNTS = {
    "ordersV0": 31,
    ORDERS: 8,
    "feeds_2021-06-30": 12,
    "listingsItems_2021-08-01": 14,
    "externalFulfillmentReturns_2024-09-11": 17,
    "tracking_2026-01-30": 12,
    "tokens_2021-03-01": 3,
    "sellers": 3,
}
AGAINST_ITS_MODEL = {("getAccount", 200)}
"""Amazon's own answer that lacks a field which Amazon's own model requires."""

NOT_PLAYED = frozenset({
    "expense", "measurement", "picking", "serialNumbers", "promotion", "associatedOrderItems",
    "conditionNote", "labelPrintingWindow", "giftWrapLevel", "transparencyCodes", "tax",
    "acquirerId", "cardBrand", "authorizationCode",
})  # fmt: skip
"""What the samples tell and the sandbox does not."""

MADE_HERE = frozenset({
    "orderItemId", "lastUpdatedTime", "shipByWindow", "deliverByWindow", "packageReferenceId",
    "packageStatus", "shipFromAddress", "nextToken", "createdBefore",
})  # fmt: skip
"""What the sandbox tells in its own words: ids, windows and the warehouse."""


@cache
def pairs(name: str) -> Any:
    return json.loads((SPECS / "sandbox-static.json").read_text("utf-8"))[name]


def asked(pair: Any) -> dict[str, Any]:
    """Give the parameters of a pair's request."""
    given = pair["request"]["parameters"]
    return {name: one["value"] for name, one in given.items() if "value" in one}


def query(parameters: dict[str, Any]) -> str:
    texts = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    return urlencode(texts)


# Every pair against its model


@pytest.mark.parametrize("name", COUNTS)
def test_every_pair_keeps_to_its_model(name: str) -> None:
    assert len(pairs(name)) == COUNTS[name]
    known = {
        (operation["operationId"], method): operation
        for _, _, method, operation in operations(name)
    }
    for pair in pairs(name):
        responses = known[pair["operationId"], pair["method"]]["responses"]
        schema = responses[str(pair["status"])].get("schema")
        if schema is None:
            assert not pair["response"]
        elif (pair["operationId"], pair["status"]) not in AGAINST_ITS_MODEL:
            check(pair["response"], name, schema)


def test_an_answer_with_a_field_of_its_own_would_be_noticed() -> None:
    request = Request("GET", "/sellers/v1/marketplaceParticipations", {}, {}, b"")
    headers = {"x-amzn-RequestId": "1"}
    check_exchange(request, Answer(200, b'{"payload": []}', headers))
    for body in (b'{"payload": [], "mine": 1}', b'{"payload": [{"storeName": "S"}]}'):
        with pytest.raises(jsonschema.ValidationError):
            check_exchange(request, Answer(200, body, headers))


# The orders of the samples, placed and asked for


def article_of(item: Any) -> Article:
    totals = {row["type"]: row["subtotal"]["amount"] for row in item["proceeds"]["breakdowns"]}
    tax = Decimal(totals.get("TAX", "0"))
    return Article(
        reference=item["product"]["sellerSku"],
        quantity=item["quantityOrdered"],
        price=Decimal(item["product"]["price"]["unitPrice"]["amount"]),
        title=item["product"]["title"],
        gift_message=gift_of(item).get("giftMessage", ""),
        gift_wrap=Decimal(totals.get("GIFT_WRAP", "0")),
        tax_rate=tax * 100 / Decimal(totals["ITEM"]),
    )


def gift_of(item: Any) -> Any:
    return item["fulfillment"].get("packing", {}).get("giftOption", {})


def purchase_of(order: Any) -> Purchase:
    (country,) = (
        place.country
        for place in MARKETPLACES.values()
        if place.id == order["salesChannel"]["marketplaceId"]
    )
    (alias,) = order.get("orderAliases", [{"aliasId": ""}])
    return Purchase(
        articles=tuple(article_of(item) for item in order["orderItems"]),
        ship_to=order["recipient"]["deliveryAddress"],
        buyer=order.get("buyer", {}),
        marketplace=country,
        fulfilled_by=order["fulfillment"]["fulfilledBy"],
        status=READY,
        programs=order.get("programs", ()),
        service_level=order["fulfillment"]["fulfillmentServiceLevel"],
        seller_order_id=alias["aliasId"],
        order_id=order["orderId"],
        placed_at=datetime.fromisoformat(order["createdTime"]),
    )


def ship(amazon: Caller, order: Any) -> None:
    """Bring an order to the status that its sample has."""
    order_id = order["orderId"]
    if order["fulfillment"]["fulfillmentStatus"] == READY:
        return
    if order["fulfillment"]["fulfilledBy"] == "AMAZON":
        amazon.sandbox.ship_from_amazon(order_id)
    elif "packages" in order:
        (package,) = order["packages"]
        shipped_at = datetime.fromisoformat(package["shipTime"])
        amazon.clock.advance((shipped_at - amazon.clock.now()).total_seconds())
        answer = amazon.confirm(
            order_id,
            carrierCode=package["carrier"],
            shippingMethod=package["shippingService"],
            trackingNumber=package["trackingNumber"],
            shipDate=package["shipTime"],
        )
        assert answer.status == 204
    else:
        amazon.sandbox.ship_by_hand(order_id)
    amazon.clock.advance(60)


def difference(sample: Any, ours: Any, path: str = "") -> list[str]:
    """List where our answer lacks or changes what the sample says."""
    if isinstance(sample, dict):
        found = []
        for name, value in sample.items():
            if name in NOT_PLAYED | MADE_HERE or not value:
                continue
            if name not in ours:
                found.append(f"{path}.{name} is missing")
            elif not (path.endswith("packages[0]") and name == "createdTime"):
                found += difference(value, ours[name], f"{path}.{name}")
        return found
    if isinstance(sample, list):
        same = len(sample) == len(ours)
        inner = zip(sample, ours, strict=False)
        found = [
            text
            for index, (one, other) in enumerate(inner)
            for text in difference(one, other, f"{path}[{index}]")
        ]
        return found if same else [*found, f"{path} has {len(ours)} entries"]
    if path.endswith("Time"):
        sample, ours = datetime.fromisoformat(sample), datetime.fromisoformat(ours)
    return [] if sample == ours else [f"{path} is {ours!r}, not {sample!r}"]


def as_played(order: Any) -> Any:
    """Take out of a sample what it has and an order of ours cannot have.

    The asin is made of the ean; the buyer's address of an order that Amazon fulfils is shown in a
    sample, though the model says that it is for merchant-fulfilled orders only.
    """
    items = []
    for item in order["orderItems"]:
        product = {name: value for name, value in item["product"].items() if name != "asin"}
        items.append({**item, "product": product, "programs": []})
    buyer = dict(order.get("buyer", {}))
    if order["fulfillment"]["fulfilledBy"] == "AMAZON":
        del buyer["buyerEmail"]
    return {**order, "orderItems": items, "buyer": buyer}


def arrange(pair: Any, order: Any) -> Caller:
    """Make an account in which the sample's order is as the sample has it."""
    created = datetime.fromisoformat(order["createdTime"])
    amazon = Caller(created, page_size=1)
    purchase = purchase_of(order)
    parameters = asked(pair)
    if "paginationToken" in parameters:
        earlier = Purchase(marketplace=purchase.marketplace, placed_at=created - timedelta(hours=1))
        amazon.sandbox.place(earlier)
    amazon.sandbox.place(purchase)
    ship(amazon, order)
    if "pagination" in pair["response"]:
        amazon.sandbox.place(Purchase(marketplace=purchase.marketplace))
    amazon.clock.advance(120)
    return amazon


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_sample_search_finds_its_order(number: int) -> None:
    pair = pairs(ORDERS)[number]
    (sample,) = pair["response"]["orders"]
    amazon = arrange(pair, sample)
    parameters = asked(pair)
    if "paginationToken" in parameters:  # nobody gave it: a real one leads to the same page
        first = {**parameters}
        del first["paginationToken"]
        page = json.loads(amazon.call("GET", f"{pair['path']}?{query(first)}").body)
        parameters["paginationToken"] = page["pagination"]["nextToken"]
    answer = amazon.call("GET", f"{pair['path']}?{query(parameters)}")
    assert answer.status == pair["status"]
    document = json.loads(answer.body)
    assert set(document) == set(pair["response"])
    (order,) = document["orders"]
    assert difference(as_played(sample), order) == []


@pytest.mark.parametrize("number", [4, 5, 6])
def test_a_sample_order_is_got(number: int) -> None:
    pair = pairs(ORDERS)[number]
    sample = pair["response"]["order"]
    amazon = arrange(pair, sample)
    parameters = asked(pair)
    order_id = parameters.pop("orderId")
    path = pair["path"].replace("{orderId}", order_id)
    answer = amazon.call("GET", f"{path}?{query(parameters)}")
    assert answer.status == pair["status"]
    order = json.loads(answer.body)["order"]
    assert difference(as_played(sample), order) == []


@pytest.mark.parametrize("number", [3, 7])
def test_the_word_for_a_bad_request_is_bad_input_here_too(number: int) -> None:
    """`TEST_CASE_400` is no date, and no order id."""
    pair = pairs(ORDERS)[number]
    parameters = asked(pair)
    path = pair["path"].replace("{orderId}", parameters.pop("orderId", ""))
    answer = Caller().call("GET", f"{path}?{query(parameters)}")
    status, code, message, _ = error(answer)
    assert (status, code) == (pair["status"], pair["response"]["errors"][0]["code"])
    assert message


@pytest.mark.parametrize("number", [29, 30])
def test_a_sample_confirmation_is_taken_or_refused(number: int) -> None:
    """Only the item's id is ours: the sandbox numbers items itself."""
    pair = pairs("ordersV0")[number]
    assert pair["operationId"] == "confirmShipment"
    parameters = asked(pair)
    body, order_id = parameters["body"], parameters["orderId"]
    amazon = Caller(datetime.fromisoformat("2022-02-10T00:00:00Z"))
    amazon.sandbox.place(Purchase(marketplace="US", order_id=order_id))
    amazon.clock.advance(timedelta(days=30).total_seconds())
    (item,) = amazon.items(order_id)
    (line,) = body["packageDetail"]["orderItems"]
    detail = body["packageDetail"] | {"orderItems": [line | {"orderItemId": item.id}]}
    answer = amazon.call("POST", confirmation_path(order_id), body | {"packageDetail": detail})
    assert answer.status == pair["status"]
    if answer.status == 204:
        assert amazon.items(order_id)[0].shipped == 1
    else:
        # The sample says "Invalid Input"; everybody who quotes Amazon has it in one word.
        assert error(answer)[1] == pair["response"]["errors"][0]["code"].replace(" ", "")


def test_the_sample_of_participations_is_told() -> None:
    (pair,) = (one for one in pairs("sellers") if "Participations" in one["operationId"])
    answer = Caller(countries=("US",)).call("GET", pair["path"])
    assert answer.status == pair["status"]
    document = json.loads(answer.body)
    document["payload"][0]["storeName"] = pair["response"]["payload"][0]["storeName"]
    assert document == pair["response"]

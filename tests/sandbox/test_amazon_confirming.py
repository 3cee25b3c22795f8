"""The Amazon sandbox takes and refuses shipments as `confirmShipment` does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.amazon_records import Article, Purchase
from tests.sandbox.amazon_calls import NOW, Caller, confirmation_path, error

if TYPE_CHECKING:
    from orderlink.sandbox.server import Answer


@pytest.fixture
def amazon() -> Caller:
    return Caller()


def refusal(answer: Answer) -> str:
    """Give the message of an answer that must be a 400."""
    status, code, message, details = error(answer)
    assert (status, code) == (400, "InvalidInput")
    return f"{message} {details}".strip()


def packages(amazon: Caller, order_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = amazon.order(order_id, "PACKAGES").get("packages", [])
    return found


# What is accepted


def test_a_confirmation_ships_and_is_answered_without_a_body(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=2),)))
    answer = amazon.confirm(order_id, shippingMethod="Standard")
    assert (answer.status, answer.body) == (204, b"")
    (item,) = amazon.items(order_id)
    assert (item.shipped, item.open) == (2, 0)
    (accepted,), (executed,) = amazon.sandbox.ledger.accepted, amazon.sandbox.ledger.executed
    assert accepted.at == executed.at == NOW
    assert accepted.order_id == executed.order_id == order_id
    assert accepted.lines == executed.lines == ((item.id, 2),)
    assert (accepted.reference, accepted.code, accepted.act) == ("1", "3SABCD1234567", "added")
    assert (executed.carrier, executed.by) == ("PostNL", "api")


def test_a_package_is_seen_a_while_later_with_a_new_time(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    (item,) = amazon.items(order_id)
    amazon.clock.advance(600)
    amazon.confirm(order_id, shippingMethod="Standard", shipDate="2026-01-05T11:05:00+01:00")
    amazon.clock.advance(59)
    before = amazon.order(order_id)
    assert "packages" not in before
    assert before["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert before["orderItems"][0]["fulfillment"]["quantityFulfilled"] == 0
    amazon.clock.advance(1)
    after = amazon.order(order_id)
    assert after["lastUpdatedTime"] == "2026-01-05T10:11:00.000Z"
    assert after["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    assert after["packages"] == [
        {
            "packageReferenceId": "1",
            "createdTime": "2026-01-05T10:10:00.000Z",
            "packageStatus": {"status": "SHIPPED"},
            "carrier": "PostNL",
            "shipTime": "2026-01-05T10:05:00.000Z",
            "shippingService": "Standard",
            "trackingNumber": "3SABCD1234567",
            "shipFromAddress": after["packages"][0]["shipFromAddress"],
            "packageItems": [{"orderItemId": item.id, "quantity": 1}],
        }
    ]


def test_how_long_a_package_is_not_seen_can_be_chosen() -> None:
    amazon = Caller(index_seconds=0)
    order_id = amazon.sandbox.place()
    amazon.confirm(order_id)
    assert len(packages(amazon, order_id)) == 1


def test_a_search_finds_the_confirmed_order_after_two_more_minutes(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.clock.advance(3600)
    amazon.confirm(order_id)
    later_than = {"lastUpdatedAfter": "2026-01-05T10:30:00Z"}
    amazon.clock.advance(179)
    assert amazon.listed(**later_than) == []
    amazon.clock.advance(1)
    assert amazon.listed(**later_than) == [order_id]


def test_the_same_reference_changes_the_package(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=2),)))
    (item,) = amazon.items(order_id)
    amazon.confirm(order_id, (item.id, 2))
    amazon.clock.advance(3600)
    answer = amazon.confirm(order_id, (item.id, 2), trackingNumber="3SLATE", carrierCode="DPD")
    assert answer.status == 204
    amazon.clock.advance(60)
    (package,) = packages(amazon, order_id)
    assert (package["trackingNumber"], package["carrier"]) == ("3SLATE", "DPD")
    assert package["createdTime"] == "2026-01-05T10:00:00.000Z"
    ledger = amazon.sandbox.ledger
    assert [one.act for one in ledger.accepted] == ["added", "updated"]
    assert [one.code for one in ledger.executed] == ["3SABCD1234567"]
    assert [one.code for one in ledger.updated] == ["3SLATE"]
    assert amazon.items(order_id)[0].shipped == 2


def test_a_repeated_confirmation_ships_nothing_twice(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=2),)))
    for _ in range(3):
        assert amazon.confirm(order_id).status == 204
    assert amazon.items(order_id)[0].shipped == 2
    assert len(amazon.sandbox.ledger.executed) == 1


def test_a_changed_package_may_hold_other_pieces(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3), Article())))
    first, second = amazon.items(order_id)
    amazon.confirm(order_id, (first.id, 3))
    amazon.confirm(order_id, (first.id, 2), (second.id, 1))
    assert [(item.shipped, item.open) for item in amazon.items(order_id)] == [(2, 1), (1, 0)]
    assert "exceeds the 3" in refusal(amazon.confirm(order_id, (first.id, 4)))


def test_pieces_that_left_a_package_are_open_at_once_and_seen_so_later(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3),)))
    (item,) = amazon.items(order_id)
    amazon.confirm(order_id, (item.id, 3))
    amazon.clock.advance(60)
    amazon.confirm(order_id, (item.id, 2))
    amazon.sandbox.cancel(order_id)
    for fulfilled in (3, 2):
        order = amazon.order(order_id)
        counts = order["orderItems"][0]["fulfillment"]
        assert counts == {"quantityFulfilled": fulfilled, "quantityUnfulfilled": 0}
        assert order["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
        amazon.clock.advance(60)
    assert amazon.items(order_id)[0].cancelled == 1


def test_a_new_reference_is_a_further_package(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3),)))
    (item,) = amazon.items(order_id)
    amazon.confirm(order_id, (item.id, 1), packageReferenceId="1", trackingNumber="3SA")
    amazon.confirm(order_id, (item.id, 2), packageReferenceId="2", trackingNumber="3SB")
    amazon.clock.advance(60)
    shown = packages(amazon, order_id)
    assert [one["trackingNumber"] for one in shown] == ["3SA", "3SB"]
    assert len(amazon.sandbox.ledger.executed) == 2


def test_another_carrier_is_named(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    assert amazon.confirm(order_id, carrierCode="Other", carrierName="Bike & Co").status == 204
    amazon.clock.advance(60)
    assert packages(amazon, order_id)[0]["carrier"] == "Bike & Co"
    (executed,) = amazon.sandbox.ledger.executed
    assert (executed.carrier, executed.carrier_name) == ("Other", "Bike & Co")


def test_a_dropped_confirmation_looks_like_any_other_and_does_nothing(amazon: Caller) -> None:
    # https://github.com/amzn/selling-partner-api-models/issues/5232
    order_id = amazon.sandbox.place()
    amazon.sandbox.drop_next_confirmation()
    assert amazon.confirm(order_id).status == 204
    amazon.clock.advance(3600)
    order = amazon.order(order_id)
    assert order["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    assert order["lastUpdatedTime"] == order["createdTime"]
    assert "packages" not in order
    assert amazon.sandbox.ledger.executed == []
    assert amazon.confirm(order_id).status == 204
    assert [one.act for one in amazon.sandbox.ledger.accepted] == ["dropped", "added"]
    assert amazon.items(order_id)[0].shipped == 1


def test_a_refused_confirmation_uses_up_no_drop(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.drop_next_confirmation()
    assert amazon.confirm(order_id, trackingNumber="").status == 400
    amazon.confirm(order_id)
    assert [one.act for one in amazon.sandbox.ledger.accepted] == ["dropped"]


# What is refused


def test_a_new_reference_on_a_shipped_order_finds_no_package(amazon: Caller) -> None:
    # https://github.com/amzn/selling-partner-api-models/issues/5037
    order_id = amazon.sandbox.place()
    amazon.confirm(order_id)
    message = refusal(amazon.confirm(order_id, packageReferenceId="2"))
    assert "errorMetric=PackageToUpdateNotFound" in message
    assert "already fulfilled" in message
    assert len(amazon.sandbox.ledger.accepted) == 1


def test_what_a_person_shipped_is_not_shipped_again(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    reference = amazon.sandbox.ship_by_hand(order_id, "3SHAND", "PostNL")
    assert "PackageToUpdateNotFound" in refusal(amazon.confirm(order_id))
    amazon.clock.advance(60)
    (package,) = packages(amazon, order_id)
    assert (package["packageReferenceId"], package["trackingNumber"]) == (reference, "3SHAND")
    assert [one.by for one in amazon.sandbox.ledger.executed] == ["hand"]


def test_a_person_may_ship_without_a_code(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.ship_by_hand(order_id)
    amazon.clock.advance(60)
    assert "trackingNumber" not in packages(amazon, order_id)[0]


@pytest.mark.parametrize("taken", [False, True])
def test_an_empty_code_is_taken_only_where_amazon_is_thought_to_do_so(*, taken: bool) -> None:
    amazon = Caller(manner=Manner(takes_letters=taken))
    answer = amazon.confirm(amazon.sandbox.place(), trackingNumber="")
    assert answer.status == (204 if taken else 400)
    assert len(amazon.sandbox.ledger.executed) == taken


@pytest.mark.parametrize(
    ("purchase", "why"),
    [
        (Purchase(status="PENDING"), "pending"),
        (Purchase(status="PENDING_AVAILABILITY"), "pending"),
        (Purchase(fulfilled_by="AMAZON"), "fulfilled by Amazon"),
        (Purchase(programs=("FBM_SHIP_PLUS",)), "Ship+"),
    ],
)
def test_some_orders_cannot_be_confirmed(amazon: Caller, purchase: Purchase, why: str) -> None:
    assert why in refusal(amazon.confirm(amazon.sandbox.place(purchase)))
    assert amazon.sandbox.ledger.accepted == []


def test_a_cancelled_order_cannot_be_confirmed(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.cancel(order_id)
    assert "NonexistentOrderItem" in refusal(amazon.confirm(order_id))


def test_cancelled_pieces_cannot_be_confirmed(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3),)))
    (item,) = amazon.items(order_id)
    amazon.sandbox.cancel(order_id, quantity=1)
    assert "exceeds the 2" in refusal(amazon.confirm(order_id, (item.id, 3)))
    assert "exceeds the 2" in refusal(amazon.confirm(order_id, (item.id, 1), (item.id, 2)))
    assert amazon.confirm(order_id, (item.id, 1), (item.id, 1)).status == 204


def test_an_unknown_order_is_404_and_an_unknown_item_400(amazon: Caller) -> None:
    order_id, other = amazon.sandbox.place(), amazon.sandbox.place()
    document = amazon.confirmation(order_id)
    answer = amazon.call("POST", confirmation_path("302-9999999-9999999"), document)
    assert error(answer)[:2] == (404, "NotFound")
    assert amazon.call("POST", confirmation_path("C1"), document).status == 400
    (foreign,) = amazon.items(other)
    assert "OrderItemId  is invalid" in refusal(amazon.confirm(order_id, (foreign.id, 1)))


def test_the_marketplace_must_be_the_orders(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase(marketplace="DE"))
    document = amazon.confirmation(order_id) | {"marketplaceId": "A1805IZSGTT6HS"}
    answer = amazon.call("POST", confirmation_path(order_id), document)
    assert "marketplaceId" in refusal(answer)


INVALID_TYPE = "Please check the fields with invalid type"


@pytest.mark.parametrize(
    ("detail", "why"),
    [
        ({"packageReferenceId": 1}, f"{INVALID_TYPE} [packageDetail.packageReferenceId]"),
        ({"packageReferenceId": None}, f"{INVALID_TYPE} [packageDetail.packageReferenceId]"),
        ({"packageReferenceId": ""}, "must be a positive numeric value"),
        ({"packageReferenceId": "0"}, "must be a positive numeric value"),
        ({"packageReferenceId": "-1"}, "must be a positive numeric value"),
        ({"packageReferenceId": "P1"}, "must be a positive numeric value"),
        ({"trackingNumber": " "}, "trackingNumber must not be empty"),
        ({"trackingNumber": None}, "packageDetail.trackingNumber"),
        ({"carrierCode": ""}, "is not listed"),
        ({"carrierCode": "POSTNL"}, "is not listed"),
        ({"carrierCode": "Other"}, "carrierName is required"),
        ({"shippingMethod": 1}, "packageDetail.shippingMethod"),
        ({"shipDate": "02/21/2022"}, "shipDate"),
        ({"shipDate": "2026-01-05"}, "shipDate"),
        ({"shipDate": (NOW - timedelta(seconds=1)).isoformat()}, "earlier than the order"),
        ({"shipDate": (NOW + timedelta(minutes=6)).isoformat()}, "in the future"),
        ({"orderItems": []}, "packageDetail.orderItems"),
        ({"orderItems": [{}]}, "packageDetail.orderItems[0].orderItemId"),
        ({"orderItems": [{"orderItemId": "1", "quantity": "1"}]}, "orderItems[0].quantity"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 0}]}, "orderItems[0].quantity"),
        ({"orderItems": [{"orderItemId": "1", "quantity": True}]}, "orderItems[0].quantity"),
    ],
)
def test_a_wrong_confirmation_is_refused(amazon: Caller, detail: dict[str, Any], why: str) -> None:
    assert why in refusal(amazon.confirm(amazon.sandbox.place(), **detail))
    assert amazon.sandbox.ledger.accepted == []


def test_a_ship_date_in_whole_seconds_may_be_that_of_the_order() -> None:
    amazon = Caller(NOW + timedelta(milliseconds=700))
    assert amazon.confirm(amazon.sandbox.place(), shipDate=NOW.isoformat()).status == 204


def test_a_ship_date_may_be_ahead_as_clocks_are(amazon: Caller) -> None:
    date = (NOW + timedelta(minutes=5)).isoformat()
    assert amazon.confirm(amazon.sandbox.place(), shipDate=date).status == 204


def test_a_body_that_is_no_confirmation_is_refused(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    path = confirmation_path(order_id)
    assert "no JSON object" in refusal(amazon.call("POST", path, [1]))
    headers = {"x-amz-access-token": amazon.token(), "content-type": "application/json"}
    assert "no JSON object" in refusal(amazon.ask("POST", path, b"{", headers))
    assert "marketplaceId" in refusal(amazon.call("POST", path, {}))
    document = amazon.confirmation(order_id)
    other = {"content-type": "application/x-www-form-urlencoded"}
    assert "Content-Type" in refusal(amazon.call("POST", path, document, **other))
    wrong = document | {"codCollectionMethod": "Cash"}
    assert "codCollectionMethod" in refusal(amazon.call("POST", path, wrong))

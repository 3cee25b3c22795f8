"""The Amazon sandbox shows orders and lets them live as the Orders API 2026-01-01 does."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import requests

from orderlink.sandbox.amazon_access import DELIVERY_ROLE, ORDERS_ROLE
from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.amazon_records import Article, Purchase
from orderlink.sandbox.server import Loopback
from tests.sandbox.amazon_calls import NOW, SEARCH, Caller, error


@pytest.fixture
def amazon() -> Caller:
    return Caller()


# What an order shows


def test_datasets_that_were_not_asked_for_are_not_there(amazon: Caller) -> None:
    article = Article(discount=Article().price / 2, tax_collected=True)
    order_id = amazon.sandbox.place(Purchase((article,), tax_number="NL123456789B01"))
    amazon.sandbox.request_cancellation(order_id)
    amazon.sandbox.ship_by_hand(order_id, "3S", "PostNL")
    amazon.clock.advance(60)
    always = {"orderId", "createdTime", "lastUpdatedTime", "salesChannel", "orderItems"}
    item_always = {"orderItemId", "quantityOrdered", "product"}
    for dataset, name, item_name in (
        ("BUYER", "buyer", ""),
        ("RECIPIENT", "recipient", ""),
        ("PROCEEDS", "proceeds", "proceeds"),
        ("PROMOTION", "", "promotion"),
        ("CANCELLATION", "", "cancellation"),
        ("FULFILLMENT", "fulfillment", "fulfillment"),
        ("PACKAGES", "packages", ""),
        ("TAX", "tax", "tax"),
        ("PAYMENT", "payment", ""),
        ("EXPENSE", "", ""),
        ("FULFILLMENT_ORDERS", "", ""),
        ("", "", ""),
    ):
        order = amazon.order(order_id, dataset)
        (item,) = order["orderItems"]
        assert set(order) == always | ({name} - {""}), dataset
        assert set(item) == item_always | ({item_name} - {""}), dataset


def test_an_order_shows_where_it_came_from_and_what_is_special(amazon: Caller) -> None:
    purchase = Purchase(
        (Article(gift_message="Happy birthday", gift_wrap=Article().price),),
        marketplace="GB",
        programs=("PRIME", "AMAZON_BUSINESS"),
        buyer={"buyerCompanyName": "Mug Ltd", "buyerPurchaseOrderNumber": "PO 7"},
        service_level="NEXT_DAY",
        seller_order_id="MINE-1",
        replaces="302-0000009-4400551",
        tax_number="GB123456789",
    )
    order = amazon.order(amazon.sandbox.place(purchase))
    assert order["programs"] == ["PRIME", "AMAZON_BUSINESS"]
    assert order["salesChannel"]["marketplaceName"] == "Amazon.co.uk"
    assert order["orderAliases"] == [{"aliasId": "MINE-1", "aliasType": "SELLER_ORDER_ID"}]
    assert order["associatedOrders"][0]["orderId"] == "302-0000009-4400551"
    assert order["buyer"]["buyerPurchaseOrderNumber"] == "PO 7"
    assert order["tax"]["taxRegistrations"][0]["legalName"] == "Mug Ltd"
    (item,) = order["orderItems"]
    assert item["product"]["price"]["priceDesignation"] == "BUSINESS_PRICE"
    gift = {"giftWrapLevel": "Standard", "giftMessage": "Happy birthday"}
    assert item["fulfillment"]["packing"] == {"giftOption": gift}
    assert order["fulfillment"]["fulfillmentServiceLevel"] == "NEXT_DAY"
    assert order["fulfillment"]["shipByWindow"] == {
        "earliestDateTime": "2026-01-05T00:00:00.000Z",
        "latestDateTime": "2026-01-06T23:59:59.000Z",
    }
    assert order["fulfillment"]["deliverByWindow"]["latestDateTime"] == "2026-01-09T23:59:59.000Z"


def test_the_buyers_address_is_a_relay(amazon: Caller) -> None:
    buyer = amazon.order(amazon.sandbox.place(Purchase(marketplace="SE")))["buyer"]
    assert buyer["buyerName"] == "Noor van der Meer"
    assert buyer["buyerEmail"].endswith("@marketplace.amazon.se")


def test_an_unknown_order_does_not_exist_and_a_garbled_id_is_invalid(amazon: Caller) -> None:
    status, code, *_ = error(amazon.call("GET", f"{SEARCH}/302-9999999-9999999"))
    assert (status, code) == (404, "NotFound")
    assert error(amazon.call("GET", f"{SEARCH}/C000000001"))[:2] == (400, "InvalidInput")
    answer = amazon.call("GET", f"{SEARCH}/302-9999999-9999999?includedData=X")
    assert answer.status == 400


# The life of an order


def shown_status(amazon: Caller, order_id: str) -> str:
    return str(amazon.order(order_id)["fulfillment"]["fulfillmentStatus"])


def test_a_pending_order_has_no_people_and_no_prices(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase(status="PENDING"))
    order = amazon.order(order_id)
    assert not {"buyer", "recipient", "proceeds", "payment"} & set(order)
    assert not {"price"} & set(order["orderItems"][0]["product"])
    assert shown_status(amazon, order_id) == "PENDING"
    amazon.clock.advance(900)
    amazon.sandbox.confirm_payment(order_id)
    order = amazon.order(order_id)
    assert {"buyer", "recipient", "proceeds", "payment"} <= set(order)
    assert order["lastUpdatedTime"] == "2026-01-05T10:15:00.000Z"
    assert shown_status(amazon, order_id) == "UNSHIPPED"
    with pytest.raises(ValueError, match="is paid"):
        amazon.sandbox.confirm_payment(order_id)


def test_a_preorder_waits_for_its_release_and_then_for_the_payment(amazon: Caller) -> None:
    placed = Purchase(status="PENDING_AVAILABILITY", programs=("PREORDER",))
    order_id = amazon.sandbox.place(placed)
    for status in ("PENDING_AVAILABILITY", "PENDING"):
        assert shown_status(amazon, order_id) == status
        assert "recipient" not in amazon.order(order_id)
        amazon.sandbox.confirm_payment(order_id)
    assert shown_status(amazon, order_id) == "UNSHIPPED"


def test_an_order_is_partly_shipped_then_shipped(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3), Article())))
    first, second = amazon.items(order_id)
    assert shown_status(amazon, order_id) == "UNSHIPPED"
    amazon.confirm(order_id, (first.id, 2), packageReferenceId="1")
    amazon.clock.advance(60)
    assert shown_status(amazon, order_id) == "PARTIALLY_SHIPPED"
    counts = [item["fulfillment"] for item in amazon.order(order_id)["orderItems"]]
    assert counts[0] == {"quantityFulfilled": 2, "quantityUnfulfilled": 1}
    amazon.confirm(order_id, (first.id, 1), (second.id, 1), packageReferenceId="2")
    amazon.clock.advance(60)
    assert shown_status(amazon, order_id) == "SHIPPED"


def test_cancelled_pieces_are_neither_fulfilled_nor_unfulfilled(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3), Article())))
    first, second = amazon.items(order_id)
    amazon.sandbox.cancel(order_id, first.id, 1, by="MERCHANT")
    item, other = amazon.order(order_id)["orderItems"]
    assert item["quantityOrdered"] == 3
    assert item["fulfillment"] == {"quantityFulfilled": 0, "quantityUnfulfilled": 2}
    assert item["cancellation"]["cancellationExecution"]["cancelledBy"] == "MERCHANT"
    assert "cancellation" not in other
    assert shown_status(amazon, order_id) == "UNSHIPPED"
    amazon.sandbox.cancel(order_id, second.id)
    amazon.confirm(order_id, (first.id, 2))
    amazon.clock.advance(60)
    assert shown_status(amazon, order_id) == "SHIPPED"


def test_cancelled_pieces_may_leave_the_quantity_ordered_as_in_v0() -> None:
    amazon = Caller(manner=Manner(shrink_cancelled=True))
    order_id = amazon.sandbox.place(Purchase((Article(quantity=3),)))
    amazon.sandbox.cancel(order_id, quantity=1)
    (item,) = amazon.order(order_id)["orderItems"]
    assert item["quantityOrdered"] == 2
    assert item["fulfillment"]["quantityUnfulfilled"] == 2


def test_a_cancelled_order_shows_neither_people_nor_prices(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.cancel(order_id)
    order = amazon.order(order_id)
    assert shown_status(amazon, order_id) == "CANCELLED"
    assert not {"buyer", "recipient", "proceeds"} & set(order)
    amazon.later()
    assert amazon.listed(fulfillmentStatuses="CANCELLED") == [order_id]
    assert amazon.listed(fulfillmentStatuses="UNSHIPPED") == []


def test_a_pending_order_can_be_cancelled(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase(status="PENDING"))
    amazon.sandbox.cancel(order_id)
    assert shown_status(amazon, order_id) == "CANCELLED"


def test_a_buyers_wish_to_cancel_is_no_cancellation(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(), Article())))
    first, _ = amazon.items(order_id)
    amazon.sandbox.request_cancellation(order_id, first.id)
    wished, other = amazon.order(order_id)["orderItems"]
    assert wished["cancellation"]["cancellationRequest"]["requester"] == "BUYER"
    assert "cancellation" not in other
    assert shown_status(amazon, order_id) == "UNSHIPPED"


def test_amazon_ships_its_own_orders_and_shows_no_packages(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase(fulfilled_by="AMAZON"))
    order = amazon.order(order_id)
    assert order["fulfillment"]["fulfilledBy"] == "AMAZON"
    assert "buyerEmail" not in order["buyer"]
    assert "phone" not in order["recipient"]["deliveryAddress"]
    amazon.sandbox.ship_from_amazon(order_id)
    amazon.clock.advance(60)
    assert shown_status(amazon, order_id) == "SHIPPED"
    assert "packages" not in amazon.order(order_id)
    assert [one.by for one in amazon.sandbox.ledger.executed] == ["amazon"]


def test_each_ships_its_own(amazon: Caller) -> None:
    own, stored = amazon.sandbox.place(), amazon.sandbox.place(Purchase(fulfilled_by="AMAZON"))
    with pytest.raises(ValueError, match="not fulfilled by AMAZON"):
        amazon.sandbox.ship_from_amazon(own)
    with pytest.raises(ValueError, match="not fulfilled by MERCHANT"):
        amazon.sandbox.ship_by_hand(stored)


# Addresses that are withheld


def test_without_the_restricted_role_nobody_is_shown(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(gift_message="For you"),)))
    amazon.sandbox.set_roles(ORDERS_ROLE)
    order = amazon.order(order_id)
    assert not {"buyer", "recipient"} & set(order)
    assert "For you" not in json.dumps(order)
    assert order["proceeds"]
    amazon.sandbox.set_roles(ORDERS_ROLE, DELIVERY_ROLE)
    assert {"buyer", "recipient"} <= set(amazon.order(order_id))


def test_without_the_restricted_role_what_is_not_personal_may_remain() -> None:
    amazon = Caller(roles=(ORDERS_ROLE,), manner=Manner(partial_addresses=True))
    order = amazon.order(amazon.sandbox.place())
    assert order["recipient"]["deliveryAddress"] == {"city": "Utrecht", "countryCode": "NL"}
    assert "buyer" not in order


def test_an_address_may_be_empty_for_some_answers(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    other = amazon.sandbox.place()
    amazon.later()
    amazon.sandbox.withhold_address(order_id, 2)
    assert "recipient" not in amazon.order(order_id, "BUYER"), "this answer does not count"
    for _ in range(2):
        withheld, shown = (one["recipient"]["deliveryAddress"] for one in amazon.found()["orders"])
        assert (withheld["name"], withheld["addressLine1"], withheld["city"]) == ("", "", "Utrecht")
        assert shown["name"] == "Noor van der Meer"
    assert amazon.order(order_id)["recipient"] == amazon.order(other)["recipient"]


def test_the_phone_number_of_a_shipped_order_goes_when_its_time_is_over(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.ship_by_hand(order_id)
    amazon.clock.advance(timedelta(days=4).total_seconds())
    assert "phone" in amazon.order(order_id)["recipient"]["deliveryAddress"]
    amazon.clock.advance(timedelta(days=1).total_seconds())
    address = amazon.order(order_id)["recipient"]["deliveryAddress"]
    assert "phone" not in address
    assert address["name"] == "Noor van der Meer"


# The person's side


@pytest.mark.parametrize(
    ("purchase", "why"),
    [
        (Purchase(order_id="C000000001"), "3, 7 and 7 digits"),
        (Purchase(status="SHIPPED"), "cannot be placed"),
        (Purchase(marketplace="FR"), "does not sell in FR"),
    ],
)
def test_what_amazon_does_not_have_cannot_be_placed(
    amazon: Caller, purchase: Purchase, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        amazon.sandbox.place(purchase)


def test_an_order_id_is_taken_once(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    with pytest.raises(ValueError, match="already"):
        amazon.sandbox.place(Purchase(order_id=order_id))
    with pytest.raises(ValueError, match="there is no order"):
        amazon.sandbox.cancel("302-0000000-0000000")


def test_a_person_cannot_ship_what_is_not_open(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.cancel(order_id)
    pending = amazon.sandbox.place(Purchase(status="PENDING"))
    for one in (order_id, pending):
        with pytest.raises(ValueError, match="nothing of order"):
            amazon.sandbox.ship_by_hand(one)


def test_orders_are_given_as_copies(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    (order,) = amazon.sandbox.orders()
    order.items[0].shipped = 5
    order.packages.clear()
    assert amazon.placed(order_id).items[0].shipped == 0
    assert order.placed_at == NOW


def test_a_person_plays_over_http_only_where_that_is_allowed(amazon: Caller) -> None:
    assert amazon.ask("POST", "/_sandbox/place").status == 403
    open_to_all = Caller(control=True)

    def play(name: str, arguments: dict[str, Any] | None = None) -> Any:
        answer = open_to_all.ask("POST", f"/_sandbox/{name}", json.dumps(arguments or {}).encode())
        return answer.status, json.loads(answer.body)

    order_id = "302-0000001-0000001"
    placed = {
        "articles": [{"reference": "A", "price": "5.00", "quantity": 3}],
        "order_id": order_id,
    }
    assert play("place", placed) == (200, {"order_id": order_id, "shown_after_minutes": 2})
    assert play("place", placed)[0] == 400
    assert play("cancel", {"order_id": order_id, "quantity": 1}) == (200, {})
    assert play("request-cancellation", {"order_id": order_id}) == (200, {})
    shipped = {"order_id": order_id, "code": "3S", "transporter": "PostNL"}
    status, shown = play("ship-by-hand", shipped)
    assert (status, list(shown)) == (200, ["shipment_id"])
    (order,) = play("orders")[1]["orders"]
    (item,) = order.pop("items")
    item.pop("item_id")
    assert order == {"order_id": order_id, "placed_at": "2026-01-05T10:00:00.000Z"}
    assert item == {
        "reference": "A",
        "method": "MERCHANT",
        "quantity": 3,
        "shipped": 2,
        "cancelled": 1,
        "cancellation_requested": True,
    }
    for name, wrong in (
        ("cancel", {"order_id": "302-0000002-0000001"}),
        ("cancel", {"nonsense": 1}),
        ("place", {"articles": [{"price": "dear"}]}),
        ("fly", {}),
    ):
        assert play(name, wrong)[0] == 400


def test_it_is_served_on_loopback_too(amazon: Caller) -> None:
    amazon.sandbox.place()
    amazon.later()
    headers = {"x-amz-access-token": amazon.token()}
    with Loopback(amazon.sandbox) as server, requests.Session() as session:
        session.trust_env = False
        query = {"lastUpdatedAfter": "2026-01-01T00:00:00Z"}
        answer = session.get(f"{server.url}{SEARCH}", params=query, headers=headers, timeout=5)
        assert len(answer.json()["orders"]) == 1
        assert answer.headers["Content-Type"] == "application/json"


def test_many_threads_ship_each_piece_once(amazon: Caller) -> None:
    order_id = amazon.sandbox.place(Purchase((Article(quantity=8),)))
    (item,) = amazon.items(order_id)

    def ship(number: int) -> None:
        amazon.confirm(order_id, (item.id, 1), packageReferenceId=str(number))

    threads = [threading.Thread(target=ship, args=(number,)) for number in range(1, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert amazon.items(order_id)[0].shipped == 8
    assert len(amazon.sandbox.ledger.accepted) == len(amazon.sandbox.ledger.executed) == 8

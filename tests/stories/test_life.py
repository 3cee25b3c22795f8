"""The whole life of an order, from the buyer's click to the marketplace's confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.model import Status

if TYPE_CHECKING:
    from tests.support.world import Merchant

CODE = "3SABCD1234567"


def test_an_order_goes_into_the_shop_and_its_shipment_goes_back(merchant: Merchant) -> None:
    order = merchant.settled()
    assert merchant.status(order) is Status.NOT_SHIPPED
    (shown,) = merchant.shop_orders(order)
    assert shown["total"] == "12.99"

    merchant.complete(order, CODE)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    assert merchant.history(order)[-1] == "accepted"

    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.SHIPPED
    (shipment,) = merchant.shipments(order)
    assert (shipment.code, shipment.transporter) == (CODE, "TNT")
    assert merchant.problems() == []
    assert merchant.told == []


def test_a_code_that_comes_ten_minutes_before_the_wait_ends_still_goes_along(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.WAITING

    merchant.later(hours=2, minutes=50)
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.sync()
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    merchant.later(seconds=20)
    merchant.sync()
    assert merchant.status(order) is Status.PENDING_SHIPMENT, "bol has not decided yet"
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.SHIPPED
    (shipment,) = merchant.shipments(order)
    assert shipment.code == CODE


def test_without_a_code_the_order_is_closed_after_three_hours_and_not_before(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2.9)
    assert merchant.status(order) is Status.WAITING
    assert merchant.shipments(order) == []
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED
    (shipment,) = merchant.shipments(order)
    assert shipment.code == ""


def test_a_code_that_comes_after_the_closing_is_sent_as_an_update(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3.5)
    assert merchant.order(order).closed_without_code
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.sync_every_five_minutes(1.5)
    (update,) = merchant.bol.ledger.transports
    assert (update.order_id, update.code) == (order, CODE)
    assert not merchant.order(order).closed_without_code
    assert len(merchant.shipments(order)) == 1


def test_another_wait_can_be_set_for_a_connection(merchant: Merchant) -> None:
    merchant.configure(marketplace='tracking_wait = "30m"')
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(0.75)
    assert merchant.status(order) is Status.SHIPPED


def test_an_idle_run_asks_the_marketplace_once_and_the_shop_not_at_all(
    merchant: Merchant,
) -> None:
    merchant.sync()
    merchant.calls.clear()
    merchant.later(minutes=4)
    merchant.sync()
    assert [call for call in merchant.calls if "/token" not in call] == [
        "GET /retailer/orders?status=ALL&fulfilment-method=ALL&change-interval-minute=19&page=1"
    ]


def test_each_stage_alone_resumes_what_an_earlier_one_left(merchant: Merchant) -> None:
    merchant.run("import")
    order = merchant.place()
    merchant.run("import")
    assert merchant.status(order) is Status.NOT_SHIPPED
    merchant.complete(order, CODE)
    merchant.run("push")
    assert merchant.status(order) is Status.NOT_SHIPPED
    merchant.run("poll")
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    merchant.run("push")
    merchant.later(minutes=2)
    merchant.run("push")
    assert merchant.status(order) is Status.SHIPPED


def test_what_was_not_asked_for_is_left_alone(merchant: Merchant) -> None:
    merchant.sync()
    first, second = merchant.place(), merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(first, CODE)
    merchant.complete(second, "3SZZZZ7654321")
    merchant.run("poll", orders=(second,))
    assert merchant.status(first) is Status.NOT_SHIPPED
    assert merchant.status(second) is Status.PENDING_SHIPMENT

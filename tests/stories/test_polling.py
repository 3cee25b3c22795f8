"""What the shop says, and what it must not be believed to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.model import Status
from orderlink.people import retry
from orderlink.sandbox.bol_records import Article
from tests.support.faults import MAINTENANCE, answer
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

CODE = "3SABCD1234567"


def test_a_reopened_order_starts_its_wait_anew(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2)
    merchant.woo.control("reopen", {"order": order})
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NOT_SHIPPED
    merchant.complete(order)
    merchant.sync_every_five_minutes(2.9)
    assert merchant.status(order) is Status.WAITING
    merchant.sync_every_five_minutes(0.4)
    assert merchant.status(order) is Status.SHIPPED


def test_an_order_reopened_before_the_push_is_not_reported(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    merchant.woo.control("reopen", {"order": order})
    merchant.sync()
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert merchant.shipments(order) == []
    merchant.complete(order)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.shipments(order)) == 1


def test_a_cancelled_trashed_or_deleted_shop_order_is_a_problem_and_nothing_is_pushed(
    merchant: Merchant,
) -> None:
    merchant.sync()
    orders = {act: merchant.place() for act in ("cancel", "trash", "delete", "refund")}
    merchant.later(minutes=5)
    merchant.sync()
    for act, order in orders.items():
        merchant.woo.control(act, {"order": order})
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["shop_order_gone"] * 4
    merchant.sync_every_five_minutes(4)
    assert merchant.bol.ledger.accepted == []


def test_a_gone_order_that_is_restored_goes_on(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.woo.control("cancel", {"order": order})
    merchant.sync_every_five_minutes(0.1)
    assert merchant.problems() == ["shop_order_gone"]
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == []
    assert merchant.status(order) is Status.SHIPPED


def test_a_partly_refunded_order_is_pushed_when_a_person_confirms(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=2))
    merchant.woo.control("refund", {"order": order, "amount": "5.00"})
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["partly_refunded"]
    assert merchant.shipments(order) == []
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED


def test_another_404_is_a_fault_of_the_shop_and_not_a_deleted_order(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.fault("woo", "GET", "include=", answer(200, b"[]", Content_Type="application/json"))
    other = answer(404, b'{"code":"rest_no_route","message":"No route"}')
    merchant.fault("woo", "GET", r"/orders/\d+", other)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["unreachable"]
    assert merchant.status(order) is Status.NOT_SHIPPED


def test_a_maintenance_page_is_not_no_orders(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(0.1)
    merchant.fault("woo", "GET", ".", MAINTENANCE, times=-1)
    merchant.sync_every_five_minutes(4)
    assert merchant.status(order) is Status.WAITING
    assert merchant.bol.ledger.accepted == [], "a look that fails closes nothing"
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED


def test_a_shop_order_without_our_reference_is_not_believed(merchant: Merchant) -> None:
    order = merchant.settled()
    stored = merchant.woo._store.orders[int(merchant.order(order).shop_order_id)]
    merchant.woo._store.set_meta(stored, "_orderlink_ref", "bol::SOMEBODY-ELSE")
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["shop_order_changed"]
    assert merchant.shipments(order) == []


def test_several_parcels_are_shown_and_the_first_code_goes_along(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.woo.control("add-code", {"order": order, "code": "3SXYZZ7654321"})
    merchant.complete(order)
    merchant.sync_every_five_minutes(0.2)
    (shipment,) = merchant.shipments(order)
    assert shipment.code == CODE
    assert [parcel.code for parcel in merchant.order(order).parcels] == [CODE, "3SXYZZ7654321"]


def test_other_words_can_mean_completed(tmp_path: Path) -> None:
    merchant = Merchant(
        tmp_path, shop='completed_statuses = ["packed"]', custom_statuses=["packed"]
    )
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.NOT_SHIPPED
    stored = merchant.woo._store.orders[int(merchant.order(order).shop_order_id)]
    merchant.woo._store.set_status(stored, "packed")
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED


def test_codes_in_fulfillments_are_found_without_asking_all_the_time(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, fulfillments=True)
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(1)
    assert merchant.asked("GET", "/fulfillments") <= 5
    merchant.woo.control("add-code", {"order": order, "code": CODE, "place": "fulfillment"})
    merchant.sync_every_five_minutes(0.5)
    (shipment,) = merchant.shipments(order)
    assert shipment.code == CODE


def test_a_shop_without_fulfillments_is_asked_once_a_day(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2)
    assert merchant.asked("GET", "/fulfillments") == 1


def test_a_clock_that_is_ahead_closes_nothing_too_early(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(0.1)
    assert merchant.status(order) is Status.WAITING
    true_time = merchant.clock.now()
    # The sandboxes tell the time by the same clock: only the program's own is wrong here.
    from datetime import timedelta

    from orderlink.clock import ManualClock

    merchant.world.clock = ManualClock(true_time + timedelta(days=1))
    merchant.sync()
    merchant.sync()
    assert merchant.status(order) is Status.WAITING
    assert "clock_wrong" in merchant.problems()
    merchant.world.clock = merchant.clock
    merchant.sync_every_five_minutes(2)
    assert merchant.status(order) is Status.WAITING
    merchant.sync_every_five_minutes(1.2)
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_clock_that_was_behind_does_not_shorten_the_wait(merchant: Merchant) -> None:
    from datetime import timedelta

    from orderlink.clock import ManualClock

    order = merchant.settled()
    merchant.complete(order)
    merchant.world.clock = ManualClock(merchant.clock.now() - timedelta(days=1))
    merchant.sync()
    assert merchant.status(order) is Status.WAITING
    merchant.world.clock = merchant.clock
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.WAITING
    merchant.sync_every_five_minutes(2.5)
    assert merchant.status(order) is Status.WAITING

"""Bugs that the simulation found, each as the shortest story that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.clock import ManualClock
from orderlink.model import Status
from orderlink.people import follow, retry, take_over
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.server import Answer
from tests.support.faults import answer, half_created, refused
from tests.support.markets import AmazonMarket
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.sandbox.server import Sandbox
    from tests.support.faults import Act

CODE = "3SABCD1234567"
SHIP = ("bol", "POST", "/retailer/shipments$")


def test_a_first_run_with_a_clock_that_is_ahead_makes_no_later_order_too_old(
    merchant: Merchant,
) -> None:
    merchant.world.clock = ManualClock(merchant.clock.now() + timedelta(days=1))
    merchant.sync()
    merchant.world.clock = merchant.clock
    merchant.later(minutes=5)
    order = merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1


def test_a_first_run_with_a_clock_that_is_behind_takes_no_older_order(merchant: Merchant) -> None:
    old = merchant.place()
    merchant.later(minutes=30)
    merchant.world.clock = ManualClock(merchant.clock.now() - timedelta(days=365))
    merchant.sync()
    merchant.world.clock = merchant.clock
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.shop_orders(old) == []


def _jump(merchant: Merchant, **time: float) -> Act:
    """Set the program's clock, and only that, while it waits for an answer."""
    own = ManualClock(merchant.clock.now())
    merchant.world.clock = own

    def act(sandbox: Sandbox, request: Any) -> Answer:
        own.jump(own.now() + timedelta(**time))
        return sandbox.handle(request)

    return act


def test_a_clock_that_jumps_while_the_shop_is_asked_closes_nothing_early(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2)
    merchant.fault("woo", "GET", "include=", _jump(merchant, hours=4))
    merchant.sync()
    assert merchant.shipments(order) == []
    assert merchant.status(order) is Status.WAITING


def test_a_report_that_was_accepted_late_is_nobodys_business(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, answer(429, b"", Retry_After="60"))
    merchant.sync()
    merchant.later(minutes=45)
    merchant.sync()
    assert "accepted" in merchant.history(order)
    assert merchant.told == []


def test_a_late_code_that_was_accepted_leaves_no_problem_behind(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3.5)
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.fault("bol", "PUT", "/retailer/transports/", refused)
    merchant.sync_every_five_minutes(2)
    assert len(merchant.bol.ledger.transports) == 1
    assert merchant.problems() == []


def test_a_clock_that_is_behind_when_an_order_is_closed_does_not_lose_its_late_code(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3)
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    merchant.world.clock = ManualClock(merchant.clock.now() - timedelta(days=365))
    merchant.later(minutes=2)
    merchant.run("push")
    assert merchant.status(order) is Status.SHIPPED
    merchant.world.clock = merchant.clock
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(1.5)
    assert [update.code for update in merchant.bol.ledger.transports] == [CODE]


def test_a_retry_brings_no_cancelled_order_back(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync()
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.CANCELLED
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.sync_every_five_minutes(0.5)
    assert merchant.history(order).count("completed") == 1
    assert merchant.history(order).count("cancelled") == 1
    assert len(merchant.bol.ledger.accepted) == 1


def test_a_half_created_order_that_was_packed_before_it_was_found_is_told(
    merchant: Merchant,
) -> None:
    merchant.settled()
    order = merchant.place(Article(), Article(reference="SKU-2", ean="8718846038683"))

    merchant.fault("woo", "POST", "/orders(/batch)?$", half_created)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, "3SABCD1234567")
    merchant.sync_every_five_minutes(0.5)
    assert "total_differs" in merchant.problems()
    assert merchant.asked("PUT", "/orders/") == 0, "nobody changes a packed order"


@pytest.mark.parametrize("code", [CODE, ""])
def test_what_the_shop_never_got_is_not_reported_until_a_person_says_so(
    merchant: Merchant, code: str
) -> None:
    merchant.settled()
    order = merchant.place(Article(), Article(reference="SKU-2", ean="8718846038683"))
    merchant.fault("woo", "POST", "/orders(/batch)?$", half_created)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, code)
    merchant.sync_every_five_minutes(4)
    assert merchant.shipments(order) == []
    assert merchant.problems() == ["total_differs"]
    assert merchant.status(order) is Status.NOT_SHIPPED
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(4)
    (report,) = merchant.shipments(order)
    assert (report.code, len(report.lines)) == (code, 2)


def test_a_half_created_order_that_was_packed_before_it_was_corrected_is_told(
    merchant: Merchant,
) -> None:
    merchant.settled()
    order = merchant.place(Article(), Article(reference="SKU-2", ean="8718846038683"))

    merchant.fault("woo", "POST", "/orders(/batch)?$", half_created)
    merchant.fault("woo", "PUT", "/orders/", refused)
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.1)
    merchant.complete(order, "3SABCD1234567")
    merchant.sync_every_five_minutes(1)
    assert "total_differs" in merchant.problems()


def test_a_list_that_was_cut_on_its_way_is_no_answer_to_a_look_up(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place()

    def acted_without_a_word(sandbox: Any, request: Any) -> Answer:
        sandbox.handle(request)
        return Answer(500, b"{}")

    def cut(sandbox: Any, request: Any) -> Answer:
        answer: Answer = sandbox.handle(request)
        return replace(answer, body=b"[]")

    merchant.fault("woo", "POST", "/orders(/batch)?$", acted_without_a_word)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.fault("woo", "GET", r"/orders\?.*orderby=id", cut, times=-1)
    merchant.sync_every_five_minutes(1)
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.problems() == []


def test_an_order_that_was_half_created_and_taken_over_is_told_all_the_same(
    merchant: Merchant,
) -> None:
    merchant.settled()
    order = merchant.place(Article(quantity=2), Article(reference="SKU-2", ean="8718846038683"))

    merchant.fault("woo", "POST", "/orders(/batch)?$", half_created)
    merchant.later(minutes=5)
    merchant.sync()
    store = merchant.store()
    take_over(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["total_differs"]
    (made,) = merchant.shop_orders(order)
    assert made["status"] == "processing", "what a person has in hand is not touched"
    store = merchant.store()
    follow(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.complete(order, "3SABCD1234567")
    merchant.sync_every_five_minutes(0.5)
    assert "total_differs" in merchant.problems()


def _a_later_order_is_created(merchant: Merchant, *, minutes: float) -> None:
    """Place an order, run once with the wrong clock, so much later, and then with the right one."""
    merchant.later(minutes=5)
    order = merchant.place()
    merchant.later(minutes=minutes)
    merchant.sync()
    merchant.world.clock = merchant.clock
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.shop_orders(order)) == 1


def test_a_clock_that_jumps_within_the_first_run_makes_no_later_order_too_old(
    merchant: Merchant,
) -> None:
    merchant.fault("bol", "GET", r"/retailer/orders\?", _jump(merchant, days=365))
    merchant.sync()
    _a_later_order_is_created(merchant, minutes=1)


def test_a_first_run_that_fails_by_its_clock_makes_no_later_order_too_old(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, market=AmazonMarket)
    merchant.world.clock = ManualClock(merchant.clock.now() + timedelta(days=365))
    merchant.sync()
    assert "unreachable" in merchant.problems()
    _a_later_order_is_created(merchant, minutes=5)

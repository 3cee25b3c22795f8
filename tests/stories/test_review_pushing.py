"""Bugs that a review found in the reports to the marketplace, each as the story that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from orderlink.people import follow, take_over
from orderlink.rows import EffectState, Kind
from orderlink.sandbox.bol_records import Article
from tests.simulation.disk import Disk
from tests.support.faults import UNAVAILABLE, MachineDied, answer, lost_before
from tests.support.markets import BolMarket

if TYPE_CHECKING:
    from orderlink.rows import EffectRow
    from orderlink.sandbox.server import Answer, Sandbox
    from tests.support.faults import Act
    from tests.support.world import Merchant

CODE = "3SABCD1234567"
OTHER = "3SOTHER765432"
SHIP = ("bol", "POST", "/retailer/shipments$")
STRIKE = b'{"status":400,"title":"Bad Request","detail":"Transporter is on strike"}'
FAULTY = answer(500, b'{"status":500,"title":"Internal Server Error"}')


def _effects(merchant: Merchant, order: str, kind: Kind = Kind.SHIP) -> list[EffectRow]:
    store = merchant.store()
    try:
        return store.effects(merchant.order(order).key, kind)
    finally:
        store.close()


def _two_completed(merchant: Merchant) -> tuple[str, str]:
    merchant.sync()
    first, second = merchant.place(), merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(first, CODE)
    return first, second


@pytest.mark.parametrize("failure", [FAULTY, UNAVAILABLE])
def test_a_report_that_cannot_be_looked_up_keeps_no_other_waiting_and_is_told_in_time(
    merchant: Merchant, failure: Act
) -> None:
    stuck, healthy = _two_completed(merchant)
    merchant.fault(*SHIP, lost_before)
    merchant.fault("bol", "GET", f"/retailer/shipments.*{stuck}", failure, times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(healthy, "3SABCD7654321")
    merchant.sync_every_five_minutes(1)
    assert merchant.status(healthy) is Status.SHIPPED
    assert "reporting_fails" in merchant.problems()
    assert any(stuck in line for line in merchant.told)
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(stuck) is Status.SHIPPED
    assert len(merchant.shipments(stuck)) == 1
    assert merchant.problems() == []


def test_a_marketplace_that_answers_no_look_up_at_all_is_a_problem_of_the_connection(
    merchant: Merchant,
) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(3)]
    merchant.later(minutes=5)
    merchant.sync()
    for number, order in enumerate(orders):
        merchant.complete(order, f"3SABCD123456{number}")
        merchant.fault(*SHIP, lost_before)
        merchant.later(minutes=5)
        merchant.sync()
    merchant.calls.clear()
    merchant.fault("bol", "GET", "/shared/process-status", UNAVAILABLE, times=-1)
    merchant.run("push")
    assert "unreachable" in merchant.problems()


def test_a_crash_right_after_a_refusal_strands_no_order(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    strikes: list[str] = []
    disk = Disk(strike=lambda: strikes.pop() if strikes else "")
    merchant.world.connect = disk.connect

    def refuse(sandbox: Sandbox, request: Any) -> Answer:
        strikes.append("crash after")
        return answer(400, STRIKE, Content_Type="application/vnd.retailer.v10+json")(
            sandbox, request
        )

    merchant.fault(*SHIP, refuse)
    with pytest.raises(MachineDied):
        merchant.sync()
    disk.dead = False
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["marketplace_refused"]
    assert merchant.history(order).count("shipment_refused") == 1


def test_a_ticket_that_one_answer_leaves_out_is_no_reason_for_a_second_report(
    merchant: Merchant,
) -> None:
    merchant.market = BolMarket(merchant.clock, process_seconds=3600)
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.fault(
        "bol",
        "POST",
        "/shared/process-status",
        answer(200, b'{"processStatuses":[]}', Content_Type="application/vnd.retailer.v10+json"),
    )
    merchant.sync_every_five_minutes(0.7)
    assert len(merchant.bol.ledger.accepted) == 1
    assert "ticket_found" in merchant.history(order)
    merchant.sync_every_five_minutes(0.7)
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.bol.ledger.accepted) == 1
    assert merchant.problems() == []


def _with_a_late_code_that_was_mended(merchant: Merchant) -> str:
    """Let a late code be read, and be put right in the shop before it is reported."""
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3.5)
    assert merchant.status(order) is Status.SHIPPED
    merchant.woo.control("add-code", {"order": order, "code": OTHER, "place": "plain"})
    merchant.later(hours=1)
    merchant.run("poll")
    assert "late_code" in merchant.history(order)
    merchant.woo.control("add-code", {"order": order, "code": CODE, "place": "plain"})
    merchant.later(minutes=20)
    return order


def test_a_late_code_goes_out_as_the_shop_has_it_now(merchant: Merchant) -> None:
    _with_a_late_code_that_was_mended(merchant)
    merchant.run("push")
    merchant.later(minutes=5)
    merchant.run("push")
    assert [update.code for update in merchant.bol.ledger.transports] == [CODE]


def test_a_late_code_is_not_sent_where_the_shop_cannot_be_asked_again(merchant: Merchant) -> None:
    order = _with_a_late_code_that_was_mended(merchant)
    merchant.fault("woo", "GET", "/orders", UNAVAILABLE, times=-1)
    merchant.run("push")
    assert merchant.asked("PUT", "/retailer/transports") == 0
    assert [one.state for one in _effects(merchant, order, Kind.UPDATE_TRACKING)] == [
        EffectState.DUE
    ]


def test_an_order_that_was_cancelled_while_its_report_was_unknown_stays_cancelled(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, lost_before)
    merchant.sync()
    merchant.bol.cancel(order)
    merchant.sync_every_five_minutes(1)
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.shipments(order) == []
    assert "shipped_at_marketplace" not in merchant.history(order)
    assert merchant.problems() == ["cancelled_at_marketplace"]


def test_what_a_person_handles_stays_manual_whatever_became_of_its_report(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, lost_before)
    merchant.sync()
    store = merchant.store()
    take_over(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.bol.ship_by_hand(order, OTHER, "TNT")
    merchant.sync_every_five_minutes(1)
    assert merchant.status(order) is Status.MANUAL
    assert merchant.problems() == []


@pytest.mark.parametrize(
    "act",
    [
        answer(200, b'{"orderId":"?"}', Content_Type="application/json"),
        answer(404, b'{"status":404,"title":"Not Found"}', Content_Type="application/json"),
        FAULTY,
    ],
    ids=["unreadable", "not found", "failing"],
)
def test_an_order_that_cannot_be_read_ends_no_quarantine(merchant: Merchant, act: Act) -> None:
    order = merchant.settled(Article(quantity=3))
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, lost_before)
    merchant.sync()
    merchant.bol.cancel(order, quantity=2)
    merchant.fault("bol", "GET", f"/retailer/orders/{order}", act, times=-1)
    for _ in range(6):
        merchant.later(minutes=5)
        merchant.run("poll")
        merchant.run("push")
    assert merchant.bol.ledger.accepted == []
    assert "reporting_fails" in merchant.problems()
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(0.5)
    (shipment,) = merchant.shipments(order)
    assert [quantity for _, quantity in shipment.lines] == [1]
    assert "reporting_fails" not in merchant.problems()


def test_a_report_that_is_lost_every_time_is_sent_more_and_more_seldom(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, lost_before, times=-1)
    merchant.sync_every_five_minutes(12)
    assert 3 <= merchant.asked("POST", "/retailer/shipments$") <= 8
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(7)
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.shipments(order)) == 1
    assert merchant.problems() == []


def test_what_a_person_gives_back_is_read_at_the_marketplace_before_it_is_reported_again(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync()
    store = merchant.store()
    take_over(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.later(minutes=2)
    merchant.run("push")
    (done,) = _effects(merchant, order)
    assert done.state is EffectState.DONE
    store = merchant.store()
    follow(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.run("poll")
    merchant.run("push")
    assert len(merchant.bol.ledger.accepted) == 1
    assert merchant.status(order) is Status.SHIPPED


def test_a_report_that_was_looked_for_in_vain_rests_on_a_fresh_look_at_the_shop(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, lost_before)
    merchant.sync()
    merchant.later(minutes=20)
    merchant.fault("woo", "GET", "include=", UNAVAILABLE, times=-1)
    merchant.run("push")
    (waiting,) = _effects(merchant, order)
    assert waiting.state is EffectState.UNKNOWN, "the next attempt has a look-up of its own"
    merchant.no_more_faults()
    merchant.woo.control("reopen", {"order": order})
    merchant.later(minutes=5)
    merchant.run("push")
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert merchant.bol.ledger.accepted == []

"""Every shipment exactly once at the marketplace, with the code and the quantities of the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlink.model import Status
from orderlink.people import retry
from orderlink.sandbox.bol_records import Article
from tests.support.faults import (
    MachineDied,
    answer,
    died_after,
    died_before,
    lost_after,
    lost_before,
)

if TYPE_CHECKING:
    from tests.support.faults import Act
    from tests.support.world import Merchant

CODE = "3SABCD1234567"
SHIP = ("bol", "POST", "/retailer/shipments$")


@pytest.mark.parametrize("act", [died_before, died_after, lost_before, lost_after])
def test_whatever_happens_to_a_report_there_is_one_shipment_in_the_end(
    merchant: Merchant, act: Act
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, act)
    merchant.later(minutes=5)
    try:
        merchant.sync()
    except MachineDied:
        merchant.no_more_faults()
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(1)
    (shipment,) = merchant.shipments(order)
    assert shipment.code == CODE
    assert len(merchant.bol.ledger.accepted) == 1
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_lost_answer_is_settled_by_bols_process_status(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*SHIP, lost_after)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    assert "ticket_found" in merchant.history(order)
    assert merchant.asked("GET", "/shared/process-status.entity-id=") == 1


def test_a_refusal_is_a_problem_in_bols_own_words_and_retry_sends_it_again(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.bol.fail_next_shipment("Transporter is on strike")
    merchant.sync_every_five_minutes(0.3)
    store = merchant.store()
    (problem,) = store.problems()
    store.close()
    assert problem.word == "marketplace_refused"
    assert "Transporter is on strike" in problem.sentence
    assert len(merchant.bol.ledger.accepted) == 1, "nothing is sent until a person says so"
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.shipments(order)) == 1


@pytest.mark.parametrize("acts", [True, False])
def test_a_time_out_at_bol_is_unknown_until_looked_up(merchant: Merchant, acts: bool) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.bol.time_out_next_shipment(acts=acts)
    merchant.sync_every_five_minutes(1)
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.shipments(order)) == 1


def test_many_reports_are_asked_about_in_one_request(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(5)]
    merchant.later(minutes=5)
    merchant.sync()
    for number, order in enumerate(orders):
        merchant.complete(order, f"3SABCD123456{number}")
    merchant.later(minutes=5)
    merchant.sync()
    merchant.calls.clear()
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.asked("POST", "/shared/process-status") == 1
    assert merchant.asked("GET", "/shared/process-status") == 0
    assert {merchant.status(order) for order in orders} == {Status.SHIPPED}


def test_what_was_cancelled_meanwhile_is_not_shipped(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=3))
    merchant.bol.cancel(order, quantity=1)
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    (shipment,) = merchant.shipments(order)
    assert [quantity for _, quantity in shipment.lines] == [2]
    assert merchant.status(order) is Status.SHIPPED


def test_all_cancelled_at_the_marketplace_before_the_push_is_cancelled(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    merchant.bol.cancel(order)
    merchant.later(minutes=20)
    merchant.run("push")
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.bol.ledger.accepted == []


def test_already_shipped_there_with_our_code_is_done(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    merchant.bol.ship_by_hand(order, CODE, "TNT")
    merchant.later(minutes=20)
    merchant.run("push")
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []
    assert merchant.bol.ledger.accepted == []


def test_already_shipped_there_with_another_code_is_told(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    merchant.bol.ship_by_hand(order, "3SOTHER765432", "TNT")
    merchant.later(minutes=20)
    merchant.run("push")
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == ["shipped_otherwise"]


def test_a_report_that_bol_refuses_since_it_is_shipped_already_needs_nobody(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    merchant.run("push")
    merchant.bol.ship_by_hand(order, CODE, "TNT")
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_wrong_secret_is_a_problem_of_the_connection(merchant: Merchant) -> None:
    merchant.settled()
    merchant.bol.forget_tokens()
    merchant.fault("bol", "POST", "/token", answer(401, b'{"error":"invalid_client"}'), times=-1)
    merchant.later(minutes=6)
    report = merchant.sync()
    assert [problem.word for problem in report.problems] == ["sign_in_failed"]
    merchant.no_more_faults()
    merchant.later(minutes=5)
    assert merchant.sync().problems == []


def test_without_a_carrier_the_code_waits_for_one(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, "123456789012")
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["carrier_unknown"]
    merchant.configure(marketplace='default_carrier = "gls"')
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.sync_every_five_minutes(0.2)
    (shipment,) = merchant.shipments(order)
    assert shipment.transporter == "GLS"


def test_what_the_shop_names_is_learnt_once_bol_took_it_and_can_be_forgotten(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, "3SABCD1234567", provider="postnl")
    merchant.later(minutes=5)
    merchant.sync()
    store = merchant.store()
    assert store.learnt("bol-1") == [], "nothing is learnt before bol has taken it"
    merchant.later(minutes=5)
    merchant.sync()
    ((prefix, carrier),) = store.learnt("bol-1")
    assert carrier == "postnl"
    assert "3SABCD1234567".startswith(prefix)
    assert store.forget_learnt(prefix) == 1
    store.close()


def test_a_carrier_code_that_bol_does_not_know_is_refused_by_bol_itself(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    row = merchant.order(order)
    line = row.lines[0].line_id
    body = {"orderItems": [{"orderItemId": line, "quantity": 1}]}
    document = {**body, "transport": {"transporterCode": "POSTNLL", "trackAndTrace": CODE}}
    status, problem = merchant.ask_bol("POST", "/retailer/shipments", document)
    assert status == 400
    assert "POSTNLL" in problem or "transporterCode" in problem

"""What is reported, and what the marketplace's answers mean."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orderlink.decide.carrier import Choice
from orderlink.decide.parcels import NOTHING_REPORTED, whole_rest
from orderlink.decide.shipping import (
    Settled,
    known_tickets,
    on_not_settled,
    on_reported,
    on_shipment_refused,
    on_shipped_otherwise,
    on_tracking_refused,
    on_tracking_updated,
    settle,
    shipment_of,
)
from orderlink.decide.shop import FOLLOWED
from orderlink.model import (
    SeenShipment,
    ShippedLine,
    Status,
    Ticket,
    TicketState,
    shipment_reference,
)
from orderlink.problems import WORDS
from tests.support.values import CODE, NOW, effect, line, order, shipment

PENDING = Status.PENDING_SHIPMENT
NEW = Ticket("T2", TicketState.PENDING, created_at=NOW + timedelta(seconds=1))


def test_a_shipment_names_what_is_open_and_ours() -> None:
    lines = (
        line(),
        line(line_id="L2", shipped=1),
        line(line_id="L3", cancelled=2),
        line(line_id="L4", by_marketplace=True),
        line(line_id="L5", label_by_marketplace=True),
    )
    row = order(lines=lines, site="DE")
    rest = whole_rest(row, NOTHING_REPORTED).lines
    made = shipment_of(row, 1, Choice(CODE, "postnl", "TNT"), rest, NOW)
    assert made.lines == (ShippedLine("L1", 2), ShippedLine("L2", 1))
    assert (made.code, made.carrier_code, made.reference) == (CODE, "TNT", "orderlink-A1-1")
    assert (made.site, made.number, made.left_at) == ("DE", 1, NOW)


@pytest.mark.parametrize(
    ("waiting_since", "tried", "left_at"),
    [
        (None, None, NOW),
        (NOW - timedelta(hours=2), None, NOW - timedelta(hours=2)),
        (None, NOW - timedelta(hours=1), NOW - timedelta(hours=1)),
        (NOW - timedelta(days=2), None, NOW - timedelta(days=1)),
        (None, NOW + timedelta(days=1), NOW),
    ],
    ids=["now", "since it waits", "sent again", "never before the order", "never ahead"],
)
def test_a_shipment_left_when_it_was_first_seen_to(
    waiting_since: datetime | None, tried: datetime | None, left_at: datetime
) -> None:
    row = order(placed_at=NOW - timedelta(days=1), waiting_since=waiting_since)
    before = shipment(left_at=tried) if tried else None
    made = shipment_of(row, 1, Choice(CODE), (ShippedLine("L1", 1),), NOW, before)
    assert made.left_at == left_at


def test_a_reference_fits_the_marketplace_and_differs_by_number() -> None:
    assert len(shipment_reference("A1", 10**100)) == 90
    assert shipment_reference("A1", 1) != shipment_reference("A1", 2)


@pytest.mark.parametrize(
    ("code", "status", "becomes"),
    [(CODE, PENDING, Status.SHIPPED), ("", PENDING, Status.SHIPPED), (CODE, Status.MANUAL, None)],
)
def test_a_report_that_went_through_closes_the_order(
    code: str, status: Status, becomes: Status | None
) -> None:
    verdict = on_reported(order(status=status), shipment(code=code), {"L1": 0})
    assert verdict.status is becomes
    if becomes:
        assert verdict.changes["closed_without_code"] is not bool(code)


@pytest.mark.parametrize("status", sorted(FOLLOWED))
def test_a_report_of_a_part_leaves_the_order_open(status: Status) -> None:
    verdict = on_reported(order(status=status), shipment(), {"L1": 1})
    assert verdict.status is None
    assert verdict.events[0].word == "part_shipped"
    assert bool(verdict.due) is (status is PENDING)


def test_a_refusal_asks_for_a_person_while_the_order_is_ours() -> None:
    (problem,) = on_shipment_refused(order(status=PENDING), "no").opens
    assert (problem.word, problem.sentence) == ("marketplace_refused", "no")
    assert on_shipment_refused(order(status=Status.CANCELLED), "no").opens == ()


OPEN, SHIPPED, CANCELLED = (line(),), (line(shipped=2),), (line(cancelled=2),)
BOTH = (line(shipped=1, cancelled=1),)
OLD = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("tickets", "shipments", "lines", "settled"),
    [
        ([NEW], (), OPEN, Settled(ticket="T2")),
        ([Ticket("T1", TicketState.REFUSED, created_at=NOW)], (), OPEN, Settled()),
        ([Ticket("T1", TicketState.UNKNOWN, created_at=NOW)], (), OPEN, Settled()),
        ([Ticket("T1", TicketState.PENDING, created_at=OLD)], (), OPEN, Settled(ticket="T1")),
        ([Ticket("T1", TicketState.DONE, created_at=OLD)], (), OPEN, Settled(ticket="T1")),
        ([Ticket("T2", TicketState.DONE, created_at=OLD)], (), OPEN, Settled()),
        ([Ticket("T2", TicketState.UNKNOWN, created_at=NOW)], (), OPEN, Settled()),
        ([Ticket("T2", TicketState.REFUSED, created_at=NOW)], (), OPEN, Settled(ticket="T2")),
        ([Ticket("T3", TicketState.DONE)], (), OPEN, Settled(ticket="T3")),
        ([], [("orderlink-A1-1", "")], OPEN, Settled(done=True)),
        ([], [], OPEN, Settled()),
        ([], [], (*SHIPPED, line(line_id="L9")), Settled(otherwise=("no code",))),
        ([], None, SHIPPED, Settled(done=True)),
        ([], [("", CODE)], SHIPPED, Settled(done=True)),
        ([], [("", "3SOTHER")], SHIPPED, Settled(otherwise=("3SOTHER",))),
        ([], [], SHIPPED, Settled(otherwise=("no code",))),
        ([], [], CANCELLED, Settled(cancelled=True)),
        ([], None, CANCELLED, Settled(cancelled=True)),
        ([], [("", "3SOTHER")], BOTH, Settled(otherwise=("3SOTHER",))),
    ],
)
def test_a_lost_answer_is_settled_by_what_the_marketplace_says(
    tickets: list[Ticket], shipments: Any, lines: Any, settled: Settled
) -> None:
    seen = (
        None
        if shipments is None
        else [SeenShipment(one[0], one[1], "TNT", ()) for one in shipments]
    )
    assert settle(shipment(), NOW, {"T1"}, tickets, seen, lines, {}) == settled
    assert settled.not_there is (settled == Settled())


@pytest.mark.parametrize(("shipped", "done"), [(1, False), (2, True)])
def test_a_part_that_cannot_be_listed_shows_in_what_was_shipped_more(
    shipped: int, done: bool
) -> None:
    one = shipment(lines=(ShippedLine("L1", 1),))
    lines = (line(quantity=3, shipped=shipped),)
    assert settle(one, NOW, (), [], None, lines, {"L1": 1}).done is done


def test_another_code_there_is_told_and_the_same_is_not() -> None:
    pending = order(status=PENDING, lines=SHIPPED)
    other = on_shipped_otherwise(pending, shipment(), ("3SOTHER",))
    assert (other.status, other.opens[0].word) == (Status.SHIPPED, "shipped_otherwise")
    assert on_shipped_otherwise(pending, shipment(), (CODE,)).opens == ()


def test_a_part_that_others_shipped_leaves_the_rest_open() -> None:
    part = on_shipped_otherwise(order(status=PENDING), shipment(), ("3SOTHER",))
    assert (part.status, part.opens[0].word) == (None, "shipped_otherwise")


@pytest.mark.parametrize("status", [status for status in Status if status not in FOLLOWED])
def test_what_others_shipped_closes_no_order_that_is_not_to_be_reported(status: Status) -> None:
    verdict = on_shipped_otherwise(order(status=status), shipment(), ("3SOTHER",))
    assert (verdict.status, verdict.opens, verdict.closes) == (None, (), ())


def test_a_look_up_that_failed_is_a_problem_that_may_pass() -> None:
    (problem,) = on_not_settled("bol is asleep").opens
    assert problem.word == "reporting_fails"
    assert problem.sentence.endswith("bol is asleep")
    assert WORDS[problem.word].transient


def test_a_late_code_is_done_or_refused_without_moving_the_order() -> None:
    assert on_tracking_updated(shipment()).changes == {"closed_without_code": False}
    assert on_tracking_refused("no").opens[0].word == "tracking_refused"


def test_the_tickets_of_earlier_attempts_are_remembered() -> None:
    assert known_tickets(effect()) == frozenset()
    assert known_tickets(effect(document={"tickets": ["T1"]})) == {"T1"}

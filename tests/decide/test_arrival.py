"""What a look at the marketplace means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from orderlink.decide.arrival import (
    Arrival,
    first_sighting,
    merge_lines,
    oldest_placed,
    on_details,
    on_seen_shipments,
    on_sighting,
)
from orderlink.model import (
    Address,
    Line,
    LineSighting,
    Order,
    SeenShipment,
    ShippedLine,
    Sighting,
    Status,
)
from orderlink.rows import Kind
from tests.support.values import CODE, NOW, line, order, parcel

DAY = timedelta(days=1)


def sighting(*lines: LineSighting) -> Sighting:
    return Sighting("A1", NOW, lines)


@pytest.mark.parametrize(
    ("lines", "oldest", "arrival"),
    [
        ([LineSighting("L1", 1)], None, Arrival.KEEP),
        ([LineSighting("L1", 1)], NOW, Arrival.KEEP),
        ([LineSighting("L1", 1)], NOW + DAY, Arrival.TOO_OLD),
        ([LineSighting("L1", 1, shipped=1)], None, Arrival.NOTHING_OPEN),
        ([LineSighting("L1", 2, shipped=1, cancelled=1)], None, Arrival.NOTHING_OPEN),
        ([LineSighting("L1", 1, by_marketplace=True)], None, Arrival.BY_MARKETPLACE),
        (
            [LineSighting("L1", 1, by_marketplace=True), LineSighting("L2", 1)],
            None,
            Arrival.KEEP,
        ),
    ],
)
def test_an_order_is_taken_in_when_something_of_ours_is_open(
    lines: list[LineSighting], oldest: datetime | None, arrival: Arrival
) -> None:
    assert first_sighting(sighting(*lines), oldest) is arrival


def test_the_oldest_placing_time_comes_from_the_configuration_or_the_first_run() -> None:
    assert oldest_placed("", NOW) == NOW
    assert oldest_placed("open", NOW) is None
    assert oldest_placed("2026-11-01", NOW) == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_line_that_a_list_does_not_name_stays_as_it_was() -> None:
    known = (line(), line(line_id="L2", sku="SKU-2"))
    merged = merge_lines(known, [LineSighting("L2", 2, cancelled=1), LineSighting("L3", 5)])
    assert [one.line_id for one in merged] == ["L1", "L2", "L3"]
    assert merged[0] == known[0]
    assert (merged[1].sku, merged[1].cancelled) == ("SKU-2", 1)


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.CANCELLED, Status.MANUAL])
def test_what_is_closed_or_taken_over_stays_so(status: Status) -> None:
    lines = (line(cancelled=2),)
    verdict = on_sighting(order(status=status), lines, NOW, ship_open=False)
    assert verdict.status is None
    assert verdict.opens == ()


@pytest.mark.parametrize(("shop_order", "opens"), [("", []), ("16", ["cancelled_at_marketplace"])])
def test_a_cancellation_asks_for_a_person_only_where_the_shop_has_the_order(
    shop_order: str, opens: list[str]
) -> None:
    row = order(shop_order_id=shop_order, shop_order_number="")
    verdict = on_sighting(row, (line(cancelled=2),), NOW, ship_open=False)
    assert verdict.status is Status.CANCELLED
    assert [problem.word for problem in verdict.opens] == opens
    assert verdict.withdrawn == (Kind.CREATE, Kind.SHIP)


def test_our_own_shipment_is_settled_by_its_own_answer_and_not_by_the_list() -> None:
    row = order(status=Status.PENDING_SHIPMENT)
    assert on_sighting(row, (line(shipped=2),), NOW, ship_open=True).status is None
    assert on_sighting(row, (line(shipped=2),), NOW, ship_open=False).status is Status.SHIPPED


def test_a_request_to_cancel_that_is_withdrawn_is_no_problem_any_more() -> None:
    asked = order(status=Status.NEW, lines=(line(cancellation_requested=True),))
    verdict = on_sighting(asked, (line(),), NOW, ship_open=False)
    assert verdict.closes == ("cancellation_requested",)


def test_a_request_to_cancel_that_a_person_decided_about_is_not_asked_again() -> None:
    decided = order(status=Status.NEW, create_anyway=True)
    lines = (line(cancellation_requested=True),)
    assert on_sighting(decided, lines, NOW, ship_open=False).opens == ()


def whole(**changes: object) -> Order:
    lines = (Line("L1", 2, Decimal("12.99"), Decimal("25.98"), sku="SKU-1"),)
    facts = {"id": "A1", "placed_at": NOW, "currency": "EUR", "lines": lines}
    return Order(**{**facts, "ship_to": Address(country="NL"), **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("awaits_release", "word", "other"),
    [(False, "not_ready", "not_released"), (True, "not_released", "not_ready")],
)
def test_an_order_that_is_not_ready_waits_with_the_reason(
    awaits_release: bool, word: str, other: str
) -> None:
    new = order(status=Status.NEW, shop_order_id="", has_details=False)
    read = whole(not_ready="no address yet", awaits_release=awaits_release)
    verdict = on_details(new, read, {}, NOW, ship_open=False)
    (problem,) = verdict.opens
    assert (problem.word, problem.sentence) == (word, "no address yet")
    assert other in verdict.closes
    assert word not in verdict.closes


def test_a_buyers_data_are_not_written_again_once_the_shop_has_the_order() -> None:
    verdict = on_details(order(), whole(), {"name": "Canary"}, NOW, ship_open=False)
    assert "document" not in verdict.changes


@pytest.mark.parametrize(
    ("there", "opens"), [(CODE, []), ("", []), ("3SOTHER765432", ["shipped_otherwise"])]
)
def test_only_another_code_than_the_shops_is_worth_a_word(there: str, opens: list[str]) -> None:
    seen = [SeenShipment("x", there, "TNT", (ShippedLine("L1", 2),))]
    verdict = on_seen_shipments(order(parcels=(parcel(),)), seen)
    assert [problem.word for problem in verdict.opens] == opens

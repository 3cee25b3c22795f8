"""What the report tells: by the day, by the marketplace, and how long orders took."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.report.days import day_in_amsterdam, start_of_day
from orderlink.report.figures import Step, begin, percentile, unit_of
from orderlink.report.past import figures_document
from tests.support.days import figures, three_days
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

MINUTES = [timedelta(minutes=number) for number in range(1, 11)]
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.fixture(scope="module")
def merchant(tmp_path_factory: pytest.TempPathFactory) -> Merchant:
    return three_days(tmp_path_factory.mktemp("figures"))


def document(merchant: Merchant, days: int = 30) -> dict[str, Any]:
    return figures_document(figures(merchant, days))


def test_each_day_tells_what_happened_on_it(merchant: Merchant) -> None:
    found = document(merchant)
    assert (found["since"], found["until"], found["unit"]) == ("2026-11-23", "2026-11-25", "day")
    counts = [
        {word: day[word] for word in ("imported", "created", "shipped", "cancelled", "problem")}
        for day in found["periods"]
    ]
    assert counts == [
        {"imported": 3, "created": 3, "shipped": 2, "cancelled": 1, "problem": 1},
        {"imported": 1, "created": 0, "shipped": 0, "cancelled": 0, "problem": 1},
        {"imported": 0, "created": 0, "shipped": 0, "cancelled": 0, "problem": 0},
    ]
    assert found["periods"][0]["imported_by_marketplace"] == {"bol": 3}
    assert found["problems"] == {"cancelled_at_marketplace": 1, "product_unknown": 1}


def test_half_of_what_was_reported_had_no_code(merchant: Merchant) -> None:
    found = document(merchant)
    assert found["total"]["share_without_code"] == "0.5000"
    assert found["periods"][1]["share_without_code"] is None


def test_the_times_begin_with_the_order_itself(merchant: Merchant) -> None:
    total = document(merchant)["marketplaces"]["bol"]["seconds_to"]
    assert {step: times["orders"] for step, times in total.items()} == {
        "in_shop": 3,
        "completed": 2,
        "shipped": 2,
    }
    assert total["in_shop"]["median"] == 5 * 60
    assert 2 * 3600 < total["completed"]["median"] < 2.5 * 3600
    assert total["shipped"]["percentile_90"] > 5 * 3600, "its wait for a code was in between"


def test_what_lies_before_its_time_is_not_in_the_report(merchant: Merchant) -> None:
    found = document(merchant, days=1)
    assert [day["begins"] for day in found["periods"]] == ["2026-11-24", "2026-11-25"]
    assert found["total"]["imported"] == 1
    assert found["total"]["seconds_to"]["shipped"] is None


def test_nothing_that_others_said_is_in_the_report(merchant: Merchant) -> None:
    found = document(merchant)
    assert [one["problem"] for one in found["needs_person"]] == [
        "product_unknown",
        "cancelled_at_marketplace",
    ]
    assert not [one for one in found["needs_person"] if {"why", "details"} & set(one)]
    assert figures(merchant).status.needs_person[0].problem.sentence, "but it is there"


def test_a_month_without_anything_has_empty_days(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path)
    merchant.sync()
    merchant.later(days=40)
    found = document(merchant)
    assert len(found["periods"]) == 31
    assert found["total"]["imported"] == 0
    assert found["total"]["seconds_to"] == {"in_shop": None, "completed": None, "shipped": None}


@pytest.mark.parametrize(
    ("number", "percent", "expected"),
    [(1, 50, 1), (2, 50, 1), (3, 50, 2), (10, 50, 5), (10, 90, 9), (9, 90, 9), (10, 100, 10)],
)
def test_percentiles_are_nearest_ranks(number: int, percent: int, expected: int) -> None:
    assert percentile(MINUTES[:number], percent) == timedelta(minutes=expected)


def test_a_long_time_is_told_by_the_week_or_the_month() -> None:
    assert [unit_of(days) for days in (1, 62, 63, 430, 431, 5000)] == [
        "day",
        "day",
        "week",
        "week",
        "month",
        "month",
    ]
    sunday = date(2026, 11, 29)
    assert [begin(sunday, unit) for unit in ("day", "week", "month")] == [
        sunday,
        date(2026, 11, 23),
        date(2026, 11, 1),
    ]


@given(day=DAYS)
def test_a_day_begins_where_the_one_before_it_ends(day: date) -> None:
    start = start_of_day(day)
    assert day_in_amsterdam(start) == day
    assert day_in_amsterdam(start - timedelta(microseconds=1)) == day - timedelta(days=1)


def test_every_step_has_a_name_in_the_document() -> None:
    assert {str(step) for step in Step} == {"in_shop", "completed", "shipped"}
    assert start_of_day(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)

"""What needs a person first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.decide.urgency import (
    CREATION,
    SHIPPING,
    Damage,
    damage,
    in_turn,
    last_day,
    urgency,
)
from orderlink.problems import WORDS, Block
from orderlink.rows import OrderDays, OrderKey, OrderRow, ProblemRow
from orderlink.values import replace
from tests.support.values import NOW, order

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def problem(word: str, order: str = "A1", hours: int = 0) -> ProblemRow:
    return ProblemRow(1, "bol-1", order, word, NOW - timedelta(hours=hours), "why")


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (OrderDays(), None),
        (OrderDays(ship_by=TODAY), TODAY),
        (OrderDays(expires_on=TODAY), TODAY),
        (OrderDays(deliver_by=TODAY), TODAY - DAY),
        (OrderDays(ship_by=TODAY + DAY, expires_on=TODAY, deliver_by=TODAY + 2 * DAY), TODAY),
    ],
)
def test_an_order_must_leave_before_its_first_date_is_missed(
    days: OrderDays, last: date | None
) -> None:
    assert last_day(days) == last


@pytest.mark.parametrize(
    ("word", "last", "expected"),
    [
        ("total_differs", TODAY, Damage.EXPIRING),
        ("total_differs", TODAY - DAY, Damage.EXPIRING),
        ("total_differs", TODAY + DAY, Damage.REST),
        ("carrier_unknown", None, Damage.SHIPPING),
        ("sign_in_failed", None, Damage.SHIPPING),
        ("several_in_shop", None, Damage.SHIPPING),
        ("product_unknown", TODAY + DAY, Damage.CREATION),
        ("too_many_new_orders", None, Damage.CREATION),
        ("tracking_refused", None, Damage.REST),
    ],
)
def test_the_damage_of_a_days_delay(word: str, last: date | None, expected: Damage) -> None:
    assert damage(word, last, TODAY) is expected


@pytest.mark.parametrize("word", WORDS)
def test_what_blocks_something_does_damage_to_it(word: str) -> None:
    found = damage(word, None, TODAY)
    if WORDS[word].blocks is Block.SHIP:
        assert found is Damage.SHIPPING
    if WORDS[word].blocks is Block.CREATE:
        assert found is Damage.CREATION


def test_the_words_that_are_named_here_are_in_the_vocabulary() -> None:
    assert set(WORDS) >= SHIPPING | CREATION
    assert not SHIPPING & CREATION
    assert not [word for word in SHIPPING | CREATION if WORDS[word].blocks is not Block.NOTHING]


def test_the_damage_goes_before_the_date_and_the_date_before_the_age() -> None:
    expected = [
        (problem("tracking_refused", "MISSED"), TODAY - DAY),
        (problem("product_unknown", "TODAY"), TODAY),
        (problem("carrier_unknown", "NEXT", hours=1), TODAY + DAY),
        (problem("marketplace_refused", "OLD", hours=9), None),
        (problem("marketplace_refused", "YOUNG", hours=2), None),
        (problem("unreachable", "", hours=1), None),
        (problem("held", "NEW", hours=99), TODAY + DAY),
        (problem("total_differs", "REST", hours=500), TODAY + DAY),
    ]
    shuffled = sorted(expected, key=lambda one: one[0].order_id)
    assert sorted(shuffled, key=lambda one: urgency(one[0], one[1], TODAY)) == expected


def placed(number: int, *, days: int | None = None, attempts: int = 0) -> OrderRow:
    """Make an order; the higher its number, the later it was placed."""
    return replace(
        order(),
        key=OrderKey("bol-1", str(number)),
        placed_at=NOW + timedelta(minutes=number),
        ship_by=None if days is None else TODAY + days * DAY,
        attempts=attempts,
    )


def numbers(rows: list[OrderRow]) -> list[int]:
    return [int(row.key.order_id) for row in rows]


def test_what_must_leave_first_comes_first() -> None:
    rows = [placed(1), placed(2, days=3), placed(3, days=1), placed(4, days=3)]
    assert numbers(in_turn(rows)) == [3, 2, 4, 1]


def test_what_keeps_failing_comes_last() -> None:
    rows = [placed(1, days=0, attempts=3), placed(2), placed(3, days=5)]
    assert numbers(in_turn(rows)) == [3, 2, 1]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=300), st.integers(1, 40))
def test_a_backlog_delays_the_newest_order_by_one_turn(
    backlog: list[tuple[int, int]], turn: int
) -> None:
    rows = [placed(n, days=d, attempts=a) for n, (d, a) in enumerate(backlog)]
    newest = placed(len(rows), days=30)
    ordered = in_turn([*rows, newest], turn)
    assert sorted(numbers(ordered)) == list(range(len(rows) + 1))
    assert numbers(ordered).index(len(rows)) <= turn

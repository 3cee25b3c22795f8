"""When something is due, and when time does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.decide.telling import is_stale, to_tell, wants_person
from orderlink.decide.timing import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Quarantine,
    clock_is_trusted,
    is_due,
    is_fresh,
    looked_at,
    needs_full_look,
    pause,
    quarantine,
    wait_is_over,
)
from orderlink.rows import EffectState, ProblemRow
from tests.support.values import NOW, connection, effect, order

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 5), (1, 5), (2, 10), (3, 20), (7, 320), (8, 360), (1000, 360)]
)
def test_the_pause_doubles_from_five_minutes_to_six_hours(attempts: int, minutes: int) -> None:
    assert pause(attempts) == minutes * MINUTE


@given(st.integers(0, 10_000))
def test_a_pause_is_never_shorter_or_longer_than_its_bounds(attempts: int) -> None:
    assert FIRST_PAUSE <= pause(attempts) <= LONGEST_PAUSE


def test_a_pause_that_a_wrong_clock_wrote_does_not_hold_an_order_for_a_year() -> None:
    assert is_due(None, NOW)
    assert is_due(NOW, NOW)
    assert not is_due(NOW + HOUR, NOW)
    assert is_due(NOW + 365 * DAY, NOW)


def test_a_look_is_fresh_for_fifteen_minutes_and_never_when_it_lies_ahead() -> None:
    assert is_fresh(NOW - QUARTER, NOW)
    assert not is_fresh(NOW - QUARTER - MINUTE, NOW)
    assert not is_fresh(NOW + MINUTE, NOW)
    assert not is_fresh(None, NOW)


def test_a_list_of_changes_that_does_not_name_an_order_is_a_look_at_it() -> None:
    row = order(seen_at=NOW - DAY)
    assert looked_at(row, connection()) == NOW - DAY
    assert looked_at(row, connection(changes_until=NOW - HOUR)) == NOW - HOUR
    assert looked_at(row, connection(changes_until=NOW - 2 * DAY)) == NOW - DAY


@pytest.mark.parametrize(
    ("newest", "skews", "trusted"),
    [
        (None, [], True),
        (NOW - DAY, [MINUTE, -MINUTE], True),
        (NOW + 4 * MINUTE, [], True),
        (NOW + HOUR, [], False),
        (None, [6 * MINUTE], False),
        (None, [timedelta(0), -HOUR], False),
    ],
)
def test_the_clock_is_trusted_only_where_nothing_speaks_against_it(
    newest: object, skews: list[timedelta], *, trusted: bool
) -> None:
    assert clock_is_trusted(NOW, newest, skews) is trusted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("until", "trusted", "expected"),
    [
        (None, True, Quarantine.STARTS),
        (None, False, Quarantine.RUNS),
        (NOW + MINUTE, True, Quarantine.RUNS),
        (NOW, True, Quarantine.OVER),
        (NOW - DAY, False, Quarantine.RUNS),
        (NOW + DAY, True, Quarantine.STARTS),
    ],
)
def test_a_quarantine_ends_only_in_time_that_counts(
    until: object, expected: Quarantine, *, trusted: bool
) -> None:
    unknown = effect(state=EffectState.UNKNOWN, quarantine_until=until)
    assert quarantine(unknown, QUARTER, NOW, trusted=trusted) is expected


def test_only_an_unknown_effect_has_a_quarantine() -> None:
    assert quarantine(effect(), QUARTER, NOW, trusted=True) is Quarantine.RUNS


def test_the_wait_counts_from_the_first_look_that_showed_it_completed() -> None:
    three = 3 * HOUR
    assert wait_is_over(NOW - three, three, NOW, trusted=True)
    assert not wait_is_over(NOW - three + MINUTE, three, NOW, trusted=True)
    assert not wait_is_over(NOW - DAY, three, NOW, trusted=False)
    assert not wait_is_over(None, three, NOW, trusted=True)


@pytest.mark.parametrize(
    ("until", "full", "import_from", "reason"),
    [
        (None, None, "", "first run"),
        (NOW - MINUTE, NOW - HOUR, "open", "import_from was changed"),
        (NOW + HOUR, NOW - HOUR, "", "the clock was set back"),
        (NOW - HOUR, NOW - HOUR, "", "gap"),
        (NOW - MINUTE, NOW - DAY, "", "daily"),
        (NOW - MINUTE, NOW - HOUR, "", ""),
    ],
)
def test_the_whole_open_list_is_read_when_the_changes_do_not_reach(
    until: object, full: object, import_from: str, reason: str
) -> None:
    row = connection(changes_until=until, full_look_at=full)
    assert needs_full_look(row, import_from, NOW, timedelta(minutes=50)) == reason


def problem(word: str, age: timedelta, told: timedelta | None = None) -> ProblemRow:
    told_at = None if told is None else NOW - told
    return ProblemRow(1, "bol-1", "A1", word, NOW - age, "why", told_at=told_at)


@pytest.mark.parametrize(
    ("word", "age", "told", "now"),
    [
        ("product_unknown", timedelta(0), None, True),
        ("product_unknown", HOUR, HOUR, False),
        ("product_unknown", 2 * DAY, DAY, True),
        ("unreachable", QUARTER, None, False),
        ("unreachable", HOUR, None, True),
        ("unreachable", HOUR, QUARTER, False),
        ("unreachable", HOUR, -DAY, True),
    ],
)
def test_a_person_is_told_at_the_start_and_once_a_day(
    word: str, age: timedelta, told: timedelta | None, *, now: bool
) -> None:
    one = problem(word, age, told)
    assert to_tell([one], NOW, 30 * MINUTE) == ([one] if now else [])


def test_a_passing_failure_needs_nobody_until_it_lasts() -> None:
    assert not wants_person(problem("unreachable", 30 * MINUTE), NOW, 30 * MINUTE)
    assert wants_person(problem("unreachable", 31 * MINUTE), NOW, 30 * MINUTE)


def test_a_state_without_a_good_run_for_half_an_hour_is_stale() -> None:
    assert is_stale(None, NOW)
    assert is_stale(NOW - 31 * MINUTE, NOW)
    assert not is_stale(NOW - QUARTER, NOW)

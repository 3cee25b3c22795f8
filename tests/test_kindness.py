"""How many requests at once a host is asked, by how it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.kindness import GOOD_IN_A_ROW, Kindness, after

FOUR = Kindness(most=4, at_once=4)


def told(kindness: Kindness, *answers: tuple[int, float | None]) -> Kindness:
    for status, seconds in answers:
        kindness = after(kindness, status, seconds)
    return kindness


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_less_is_asked_for_half(status: int) -> None:
    halved = told(FOUR, (status, 0.1))
    assert halved.at_once == 2
    assert told(halved, (status, 0.1), (status, 0.1)).at_once == 1


def test_after_good_answers_one_more_is_tried_up_to_what_is_allowed() -> None:
    kindness = told(FOUR, (429, None), *[(200, 0.1)] * (GOOD_IN_A_ROW - 1))
    assert kindness.at_once == 2
    assert told(kindness, (200, 0.1)).at_once == 3
    assert told(kindness, *[(200, 0.1)] * 10 * GOOD_IN_A_ROW).at_once == 4


def test_a_host_whose_answers_take_ever_longer_is_asked_for_less() -> None:
    kindness = told(FOUR, *[(200, 0.4)] * 10)
    assert kindness.at_once == 4
    assert told(kindness, *[(200, 2.0)] * 6).at_once < 4


def test_a_host_that_is_always_slow_is_not_asked_for_less() -> None:
    assert told(FOUR, *[(200, 5.0)] * 50).at_once == 4


def test_what_is_still_quick_is_not_held_against_a_host() -> None:
    assert told(FOUR, *[(200, 0.02)] * 10, *[(200, 0.9)] * 30).at_once == 4


def test_a_write_takes_as_long_as_it_takes() -> None:
    assert told(FOUR, *[(200, 0.02)] * 10, *[(201, None)] * 30).at_once == 4


@given(st.lists(st.tuples(st.sampled_from([200, 404, 429, 503]), st.floats(0, 60))))
def test_at_least_one_and_never_more_than_allowed(answers: list[tuple[int, float]]) -> None:
    kindness = FOUR
    for status, seconds in answers:
        kindness = after(kindness, status, seconds)
        assert 1 <= kindness.at_once <= 4

"""How many orders go into one write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.decide.batches import LONGEST, next_size


@pytest.mark.parametrize(
    ("sent", "seconds", "size", "lost", "expected"),
    [
        (10, 1.0, 10, False, 20),
        (10, 2.4, 10, False, 20),
        (10, 2.5, 10, False, 10),
        (7, 0.1, 10, False, 10),
        (10, 10.0, 10, False, 10),
        (10, 10.1, 10, False, 5),
        (7, 11.0, 10, False, 3),
        (1, 60.0, 1, False, 1),
        (40, 0.1, 40, True, 20),
    ],
)
def test_the_next_write_fits_what_the_last_one_took(
    sent: int, seconds: float, size: int, *, lost: bool, expected: int
) -> None:
    assert next_size(sent, seconds, size, lost=lost) == expected


@given(st.floats(0.01, 5), st.integers(1, 400))
def test_a_shop_of_any_speed_is_soon_asked_for_less_than_ten_seconds(
    seconds_each: float, begun_with: int
) -> None:
    size, most = begun_with, 100
    for _ in range(12):
        sent = min(size, most)
        size = min(next_size(sent, sent * seconds_each, size, lost=False), most)
    assert size == 1 or size * seconds_each <= LONGEST

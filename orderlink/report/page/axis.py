"""PURE: where the marks of an axis are, and what they are called."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = (1, 2, 5)
MOST_MARKS = 5
UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


class Axis(Value, frozen=True):
    """Marks from 0 to `end`, each with its name."""

    end: float
    marks: tuple[tuple[float, str], ...]


def count_axis(most: float, unit: str = "") -> Axis:
    """Make an axis for whole numbers up to `most`, with marks at 1, 2 or 5 times a power of ten."""
    step = _step(most)
    number = max(1, ceil(most / step))
    marks = tuple((one * step, f"{one * step:,}{unit}") for one in range(number + 1))
    return Axis(step * number, marks)


def _step(most: float) -> int:
    power = 1
    while True:
        for step in STEPS:
            if step * power * (MOST_MARKS - 1) >= most:
                return step * power
        power *= 10


SPANS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400, 43200)
)
"""Steps between the marks of an axis of time."""


def time_axis(longest: timedelta) -> Axis:
    """Make an axis for spans of time up to the longest, in seconds."""
    fitting = (step for step in SPANS if step * (MOST_MARKS - 1) >= longest)
    step = next(fitting, SPANS[-1])
    number = max(1, -(-longest // step))
    unit, name = next((one for one in UNITS if step >= one[0]), UNITS[-1])
    marks = tuple(
        (one * step.total_seconds(), f"{one * step / unit:g} {name}" if one else "0")
        for one in range(number + 1)
    )
    return Axis(number * step.total_seconds(), marks)


def spread(names: Sequence[str], most: int) -> dict[int, str]:
    """Choose at most so many names, evenly, the last one among them; by their place."""
    step = -(-len(names) // most) or 1
    last = len(names) - 1
    return {place: names[place] for place in range(last, -1, -step)}

"""Bars and strips: what is drawn, in any width, in Unicode and in ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.report.blocks import Bars, Strip, StripRow, Tone
from orderlink.report.drawing import draw, levels, shares, text_of
from orderlink.report.plain import cells, render
from orderlink.report.tables import rich_text

PARTS = ("new", "not shipped", "waiting", "pending shipment")
COUNTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=5)
HOURS = st.lists(st.integers(0, 100_000), min_size=24, max_size=24)


@given(counts=COUNTS, length=st.integers(1, 120))
def test_a_bar_is_as_long_as_it_shall_be_and_shows_whatever_is_there(
    counts: list[int], length: int
) -> None:
    found = shares(counts, length)
    there = sum(1 for count in counts if count)
    assert sum(found) == (max(there, length) if there else 0)
    assert [bool(share) for share in found] == [bool(count) for count in counts]


@given(counts=COUNTS)
def test_a_cell_is_an_order_where_there_is_room(counts: list[int]) -> None:
    assert shares(counts, sum(counts)) == counts


@given(counts=HOURS)
def test_a_strip_rises_with_the_counts(counts: list[int]) -> None:
    found = levels(counts, 8)
    assert [level == 0 for level in found] == [count == 0 for count in counts]
    assert max(found) == (8 if any(counts) else 0)
    in_order = sorted(range(24), key=lambda hour: counts[hour])
    assert [found[hour] for hour in in_order] == sorted(found)


def bars(*rows: tuple[str, tuple[int, ...]]) -> Bars:
    return Bars(PARTS, rows)


def strip(*counts: int) -> Strip:
    row = StripRow("shipped", counts, Tone.GOOD)
    return Strip("Last 24 hours", (row,), ("24 h ago", "12 h ago", "now"))


BIG = bars(("bol", (12, 34_567, 890, 3)), ("a-marketplace-with-a-name", (0, 1, 0, 0)))
BUSY = strip(*range(0, 240_000, 10_000))


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200, 400])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_drawings_fit_in_any_width(width: int, ascii_only: bool) -> None:
    for block in (BUSY, BIG):
        lines = [text_of(line) for line in draw(block, width, ascii_only=ascii_only)]
        assert max(map(cells, lines)) <= max(width, 48), "an hour is a cell at least"
        assert "".join(lines).isascii() == ascii_only


def test_bars_in_ascii() -> None:
    assert render([bars(("bol", (1, 4, 2, 0)), ("two", (0, 0, 0, 0)))], 80) == (
        "  bol  #====++ 7\n  two  none\n  # new  = not shipped  + waiting  - pending shipment\n"
    )


def test_a_strip_in_ascii() -> None:
    counts = (0, 1, 2, 4, 8, *[0] * 18, 3)
    assert render([strip(*counts)], 80) == (
        "Last 24 hours\n"
        "  shipped  . : - + @ . . . . . . . . . . . . . . . . . . =   18, most 8/h\n"
        "           24 h ago                12 h ago             now\n"
    )


def test_a_pipe_gets_numbers_and_no_drawing() -> None:
    assert render([BIG]) == "\n"
    assert render([strip(*[1] * 24)]) == "Last 24 hours\n  shipped  24\n"


def test_without_colours_nothing_is_lost() -> None:
    plain = rich_text([BIG, BUSY], 80, colours=False, ascii_only=False)
    coloured = rich_text([BIG, BUSY], 80, colours=True, ascii_only=False)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    for character in "\u2588\u2593\u2592\u2591":
        assert character in plain

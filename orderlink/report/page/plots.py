"""PURE: plots as SVG: bars that are stacked, lines, and bars that lie.

Colours are classes of the style sheet (`series-0`, ...), so that they suit a light page and a dark
one. What a plot shows stands in a table beside it, too: see `figure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.report.page.axis import Axis, spread
from orderlink.report.page.markup import Html, element, joined, table
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH, HEIGHT = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 10, 26
INNER = WIDTH - LEFT - RIGHT
FLOOR = HEIGHT - BOTTOM
LETTER, GAP = 9, 26
"""So wide are a letter, where the window is narrow, and what is left free beside a name."""
SERIES = 6
"""So many colours there are; further series begin anew."""


class Series(Value, frozen=True):
    """One thing over time; None where there is nothing to tell. `tells` are the values in words."""

    name: str
    values: tuple[float | None, ...]
    tells: tuple[str, ...]
    colour: int = 0
    dashed: bool = False


class Plot(Value, frozen=True):
    """What a plot tells: `names` of the spans of time that all its series share."""

    title: str
    note: str
    names: tuple[str, ...]
    series: tuple[Series, ...]
    axis: Axis
    span: str = "Day"


def bars(plot: Plot) -> Html:
    """Draw bars, the series stacked upon each other."""
    slot = INNER / max(1, len(plot.names))
    wide = max(1.0, slot * 0.8)
    parts = list(_frame(plot, slot))
    for place, name in enumerate(plot.names):
        below = 0.0
        for one in plot.series:
            value = one.values[place] or 0.0
            if value:
                top, foot = _height(below + value, plot), _height(below, plot)
                tip = element("title", f"{name}: {one.tells[place]} {one.name}")
                parts.append(
                    element(
                        "rect",
                        tip,
                        x=LEFT + place * slot + (slot - wide) / 2,
                        y=top,
                        width=wide,
                        height=max(0.5, foot - top),
                        class_=f"series-{one.colour % SERIES}",
                    )
                )
                below += value
    return _figure(plot, parts)


def lines(plot: Plot) -> Html:
    """Draw a line for each series, broken where there is nothing to tell."""
    slot = INNER / max(1, len(plot.names))
    parts = list(_frame(plot, slot))
    for one in plot.series:
        colour = f"line-{one.colour % SERIES}{' dashed' if one.dashed else ''}"
        for run in _runs(one.values):
            path = " ".join(
                f"{_middle(place, slot):.1f},{_height(one.values[place] or 0, plot):.1f}"
                for place in run
            )
            parts.append(element("polyline", points=path, class_=colour))
        for place, value in enumerate(one.values):
            if value is not None:
                tip = element("title", f"{plot.names[place]}: {one.tells[place]} ({one.name})")
                x, y = _middle(place, slot), _height(value, plot)
                dot = f"series-{one.colour % SERIES}"
                parts.append(element("circle", tip, cx=x, cy=y, r=2.5, class_=dot))
    return _figure(plot, parts, of_lines=True)


def _runs(values: Sequence[float | None]) -> Iterator[list[int]]:
    """Give the places of values that follow each other without a gap."""
    run: list[int] = []
    for place, value in enumerate(values):
        if value is None:
            if len(run) > 1:
                yield run
            run = []
        else:
            run.append(place)
    if len(run) > 1:
        yield run


def _middle(place: int, slot: float) -> float:
    return LEFT + (place + 0.5) * slot


def _height(value: float, plot: Plot) -> float:
    return FLOOR - (FLOOR - TOP) * value / plot.axis.end


def _frame(plot: Plot, slot: float) -> Iterator[Html]:
    """Draw the axes: a line and a name for each mark, and names under the floor."""
    for value, name in plot.axis.marks:
        y = _height(value, plot)
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        yield element("text", name, x=LEFT - 6, y=y + 4, class_="end")
    longest = max(map(len, plot.names), default=0)
    for place, name in spread(plot.names, INNER // (LETTER * longest + GAP)).items():
        x, end = _middle(place, slot), WIDTH - RIGHT
        at, anchor = (end, "end") if x + LETTER * len(name) / 2 > end else (x, "middle")
        yield element("text", name, x=at, y=HEIGHT - 8, class_=anchor)


def _figure(plot: Plot, parts: Sequence[Html], *, of_lines: bool = False) -> Html:
    """Put a drawing together with its name, its legend and its numbers."""
    drawing = element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{plot.title}; the numbers are in the table below",
    )
    content = [element("figcaption", element("strong", plot.title), " ", plot.note), drawing]
    if len(plot.series) > 1:
        content.append(
            legend([(one.name, one.colour, _sign(one, of_lines=of_lines)) for one in plot.series])
        )
    numbers = table(
        [plot.span, *(one.name for one in plot.series)],
        [
            [name, *(one.tells[place] for one in plot.series)]
            for place, name in enumerate(plot.names)
        ],
        numbers=len(plot.series),
    )
    content.append(element("details", element("summary", "Numbers"), numbers))
    return element("figure", *content)


def _sign(one: Series, *, of_lines: bool) -> str:
    if not of_lines:
        return "bar"
    return "dashed" if one.dashed else "line"


def legend(entries: Sequence[tuple[str, int, str]]) -> Html:
    """Say which colour is what: name, colour, and whether it is a `bar`, a `line` or `dashed`."""
    items = []
    for name, colour, kind in entries:
        if kind == "bar":
            drawn = element("rect", width=12, height=12, x=3, class_=f"series-{colour % SERIES}")
        else:
            classes = f"line-{colour % SERIES} {kind}"
            drawn = element("line", x1=0, x2=18, y1=6, y2=6, class_=classes)
        sign = element("svg", drawn, viewBox="0 0 18 12", class_="sign", aria_hidden="true")
        items.append(element("li", sign, " ", name))
    return element("ul", *items, class_="legend")


def lying_bars(
    rows: Sequence[tuple[str, Sequence[int]]], names: Sequence[str], colour: int = 0
) -> Html:
    """Draw a lying bar for each row, its parts side by side, the sum at its end.

    `names` are those of the parts; where there is one only, there is no legend. `colour` is that of
    the first part.
    """
    row, high, room = 40, 14, 70
    most = max((sum(counts) for _, counts in rows), default=0) or 1
    scale = (WIDTH - room) / most
    parts = []
    for place, (name, counts) in enumerate(rows):
        y, x = place * row, 0.0
        parts.append(element("text", name, x=x, y=y + 15))
        for part, count in enumerate(counts):
            if count:
                tip = element("title", f"{name}: {count:,} {names[part]}")
                wide = max(1.0, count * scale)
                size = {"x": x, "y": y + 21, "width": wide, "height": high}
                shade = f"series-{(colour + part) % SERIES}"
                parts.append(element("rect", tip, class_=shade, **size))
                x += wide
        parts.append(element("text", f"{sum(counts):,}", x=x + 6, y=y + 32))
    drawing = element(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH} {max(1, len(rows)) * row}",
        role="img",
        aria_label="The numbers are in the table beside it",
    )
    if len(names) == 1:
        return drawing
    entries = [(name, colour + part, "bar") for part, name in enumerate(names)]
    return joined([drawing, legend(entries)])

"""PURE: what happened over time, as plots and tables of the page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from orderlink.decide.counting import ELSEWHERE, WITH_CODE, WITHOUT_CODE, Counted
from orderlink.problems import WORDS
from orderlink.report.days import length
from orderlink.report.figures import Step
from orderlink.report.page.axis import count_axis, time_axis
from orderlink.report.page.markup import Html, element, joined, table
from orderlink.report.page.plots import Plot, Series, bars, lines, lying_bars

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderlink.report.figures import Figures, Part, Times

STEPS = {
    Step.IN_SHOP: ("From order to shop", "created there"),
    Step.COMPLETED: ("From order to shipment", "completed in the shop"),
    Step.SHIPPED: ("From order to closing", "at the marketplace"),
}
SHIPPED = {
    WITH_CODE: ("with a code", 2),
    WITHOUT_CODE: ("without a code", 1),
    ELSEWHERE: ("not through orderlink", 3),
}
"""The kinds of shipped orders: in words, and their colours."""
MOST_PROBLEMS = 15
NOTHING = "\N{EN DASH}"


def plots(figures: Figures) -> Html:
    """Draw everything that is told by the day, the week or the month."""
    drawn = [_imported(figures), _shipped(figures), _without_code(figures)]
    drawn += [_times(figures, step) for step in Step]
    return element("div", *drawn, _errors(figures), class_="plots")


def names(figures: Figures) -> tuple[str, ...]:
    """Name the periods, as short as they can be told apart."""
    return tuple(_name(day, figures.unit) for day in figures.periods)


def _name(day: date, unit: str) -> str:
    return f"{day:%b %Y}" if unit == "month" else f"{day.day} {day:%b}"


def _span(figures: Figures) -> str:
    return {"day": "Day", "week": "Week from", "month": "Month"}[figures.unit]


def _counted(
    figures: Figures, name: str, colour: int, count: Callable[[date], int]
) -> tuple[Series, list[int]]:
    counts = [count(period) for period in figures.periods]
    tells = tuple(f"{one:,}" for one in counts)
    return Series(name, tuple(map(float, counts)), tells, colour), counts


def _stacked(figures: Figures, title: str, note: str, kinds: Sequence[Series]) -> Html:
    sums = [sum(one.values[place] or 0 for one in kinds) for place in range(len(figures.periods))]
    axis = count_axis(max(sums, default=0))
    return bars(Plot(title, note, names(figures), tuple(kinds), axis, _span(figures)))


def _imported(figures: Figures) -> Html:
    markets = [one.place.name for one in figures.status.connections if one.counts]
    series = []
    for colour, name in enumerate(markets or ["all"]):

        def count(period: date, name: str = name) -> int:
            return figures.by_marketplace[period, name].count(Counted.IMPORTED)

        series.append(_counted(figures, name, colour, count)[0])
    note = f"that came in: {figures.total.count(Counted.IMPORTED):,}"
    return _stacked(figures, f"Orders per {figures.unit}", note, series)


def _shipped(figures: Figures) -> Html:
    series = []
    for kind, (name, colour) in SHIPPED.items():

        def count(period: date, kind: str = kind) -> int:
            return figures.parts[period].count(Counted.SHIPPED, kind)

        one, counts = _counted(figures, name, colour, count)
        series += [one] if any(counts) or kind == WITH_CODE else []
    note = f"closed at the marketplace: {figures.total.count(Counted.SHIPPED):,}"
    return _stacked(figures, f"Shipped per {figures.unit}", note, series)


def _errors(figures: Figures) -> Html:
    series, _ = _counted(
        figures, "errors", 4, lambda day: figures.parts[day].count(Counted.PROBLEM)
    )
    note = f"that began: {figures.total.count(Counted.PROBLEM):,}"
    return _stacked(figures, f"Errors per {figures.unit}", note, [series])


def _without_code(figures: Figures) -> Html:
    shares = [figures.parts[period].without_code for period in figures.periods]
    percents = tuple(None if one is None else one * 100 for one in shares)
    series = Series("without a code", percents, tuple(map(percent, shares)), 1)
    most = max((one for one in percents if one is not None), default=0.0)
    note = f"of what was reported: {percent(figures.total.without_code)}"
    axis = count_axis(max(most, 5), " %")
    return lines(Plot("Share without code", note, names(figures), (series,), axis, _span(figures)))


def _times(figures: Figures, step: Step) -> Html:
    found = [figures.parts[period].times(step) for period in figures.periods]
    medians = [one.median if one else None for one in found]
    mosts = [one.most if one else None for one in found]
    series = (
        Series("median", _seconds(medians), _lengths(medians), 0),
        Series("90 % of them within", _seconds(mosts), _lengths(mosts), 3, dashed=True),
    )
    longest = max((one for one in mosts if one is not None), default=timedelta(0))
    title, where = STEPS[step]
    axis = time_axis(max(longest, timedelta(minutes=1)))
    note = f"{where}: {times_text(figures.total.times(step))}"
    return lines(Plot(title, note, names(figures), series, axis, _span(figures)))


def _seconds(spans: Sequence[timedelta | None]) -> tuple[float | None, ...]:
    return tuple(None if one is None else one.total_seconds() for one in spans)


def _lengths(spans: Sequence[timedelta | None]) -> tuple[str, ...]:
    return tuple(NOTHING if one is None else length(one.total_seconds()) for one in spans)


def times_text(times: Times | None) -> str:
    """Write how long orders took: the median, and what nine in ten did not exceed."""
    if times is None:
        return NOTHING
    median, most = length(times.median.total_seconds()), length(times.most.total_seconds())
    return f"{median} (90 %: {most})"


def percent(share: float | None) -> str:
    """Write a share."""
    return NOTHING if share is None else f"{share * 100:.1f} %"


def problems(figures: Figures) -> Html:
    """Show which errors there were, the most frequent first."""
    if not figures.problems:
        return element("p", "None began in this time.")
    shown = [(word, [count]) for word, count in figures.problems[:MOST_PROBLEMS]]
    rows = [
        (element("code", word), WORDS[word].meaning if word in WORDS else "", f"{count:,}")
        for word, count in figures.problems
    ]
    caption = element("figcaption", element("strong", "Errors by kind"), " that began")
    drawing = element("figure", caption, lying_bars(shown, ["errors"], colour=4))
    return joined([drawing, table(("Error", "What it means", "How often"), rows, numbers=1)])


def marketplaces(figures: Figures) -> Html:
    """Hold the marketplaces against each other."""
    titles = (
        "Marketplace",
        "came in",
        "shipped",
        "cancelled",
        "errors",
        "without code",
        "to the shop",
        "to shipment",
        "to closing",
    )
    markets = [one for one in figures.status.connections if one.place.role == "marketplace"]
    rows = [_row(one.place.name, figures.marketplaces[one.place.name]) for one in markets]
    if len(rows) > 1:
        rows.append(_row("together", figures.total))
    return table(titles, rows, numbers=len(titles) - 1)


def _row(name: str, part: Part) -> tuple[str, ...]:
    words = (Counted.IMPORTED, Counted.SHIPPED, Counted.CANCELLED, Counted.PROBLEM)
    counts = [f"{part.count(word):,}" for word in words]
    return (
        name,
        *counts,
        percent(part.without_code),
        *(times_text(part.times(step)) for step in Step),
    )

"""PURE: how everything stands now, as sections of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.basics import CLOSED, Status
from orderlink.decide.counting import Counted
from orderlink.decide.urgency import Damage
from orderlink.report import glance
from orderlink.report.days import ago, instant, span
from orderlink.report.page.axis import count_axis
from orderlink.report.page.markup import Html, element, joined, table
from orderlink.report.page.plots import Plot, Series, bars, lying_bars
from orderlink.report.views import day_text, warnings, without_empty

if TYPE_CHECKING:
    from orderlink.report.concerns import Concern
    from orderlink.report.status import StatusReport

DAMAGES = {
    Damage.EXPIRING: "",  # its date says it
    Damage.SHIPPING: "keeps parcels",
    Damage.CREATION: "not in the shop",
    Damage.REST: "",
}
"""What a day's delay does, in words of a table."""
FIRST = 10
"""So many of what needs a person are always seen."""


def tiles(status: StatusReport, told: list[tuple[str, str]]) -> Html:
    """Show what matters most: figures with their names; `told` are further ones."""
    needs = len(status.needs_person)
    open_orders = sum(
        count
        for one in status.connections
        for word, count in one.counts.items()
        if word not in {*CLOSED, Status.MANUAL}
    )
    run = status.last_run
    figures = [
        ("needs a person" if needs == 1 else "need a person", f"{needs:,}"),
        ("open orders", f"{open_orders:,}"),
        *told,
        ("last run", ago(run.started_at, status.now) if run else "never"),
        ("orders with buyers' data", f"{status.personal_data:,}"),
    ]
    items = [
        element(
            "li",
            element("strong", value),
            element("span", name),
            class_="tile" if place or not needs else "tile bad",
        )
        for place, (name, value) in enumerate(figures)
    ]
    return element("ul", *items, class_="tiles")


def needs_person(status: StatusReport) -> Html:
    """List what needs a person, what does most damage first, with the command that helps.

    What the shop or the marketplace said about it is left out: a buyer may be named in it.
    """
    parts = [element("p", text, class_="warning") for text in warnings(status)]
    if not status.needs_person:
        return joined([*parts, element("p", glance.headline(status).text)])
    titles = ("Where", "What", "Age", "A day's delay", "What helps")
    rows = [_need(one, status) for one in status.needs_person]
    parts.append(table(titles, rows[:FIRST], cards=True))
    if rows[FIRST:]:
        summary = element("summary", f"{len(rows) - FIRST:,} more, of less damage")
        rest = table(titles, rows[FIRST:], cards=True)
        parts.append(element("details", summary, rest, class_="printed"))
    return joined(parts)


def _need(one: Concern, status: StatusReport) -> tuple[str | Html, ...]:
    order = one.problem.order_id
    last = f"must leave by {day_text(one.last_day, status.today)}" if one.last_day else ""
    delay = ", ".join(text for text in (DAMAGES[one.damage], last) if text)
    what = element("span", one.meaning, " ", element("code", one.problem.word))
    where = f"{one.connection} {order}".rstrip()
    return where, what, span(status.now - one.problem.since), delay, _help(one.advice)


def _help(advice: str) -> Html:
    """Set the commands in an advice as such."""
    before, command, rest = advice.partition("orderlink ")
    return joined([before, element("code", command + rest)]) if command else joined([advice])


def orders(status: StatusReport) -> Html:
    """Show how many orders of each marketplace stand where."""
    markets = [one for one in status.connections if one.place.role == "marketplace"]
    words = [word for word in Status if any(one.counts.get(word) for one in markets)]
    if not words:
        return element("p", "There are no orders yet.")
    rows = [
        (one.place.name, *(f"{one.counts.get(word, 0):,}" for word in words)) for one in markets
    ]
    titles = ["Marketplace", *(word.replace("_", " ") for word in words)]
    parts = [table(titles, rows, numbers=len(words))]
    names, bars_of = glance.open_orders(status)
    if any(any(counts) for _, counts in bars_of):
        caption = element("figcaption", element("strong", "Open orders"), " by status")
        parts.append(element("figure", caption, lying_bars(bars_of, names)))
    return joined(parts)


def hours(status: StatusReport) -> Html:
    """Draw the last 24 hours, one plot for each thing that happens."""
    names = tuple(f"{one.begins:%H:%M}" for one in status.hours)
    found = []
    for word, (name, _) in glance.ROWS.items():
        counts = [hour.counts.get(word, 0) for hour in status.hours]
        colour = {Counted.IMPORTED: 0, Counted.SHIPPED: 2, Counted.PROBLEM: 4}[word]
        series = Series(name, tuple(map(float, counts)), tuple(map(str, counts)), colour)
        note = f"in the last 24 hours: {sum(counts):,} (UTC)"
        axis = count_axis(max(counts))
        found.append(bars(Plot(name.capitalize(), note, names, (series,), axis, "Hour")))
    return element("div", *found, class_="plots")


def waits(status: StatusReport) -> Html:
    """List the orders that wait for a code, and those that are near or past their dates."""
    parts: list[Html] = []
    if status.waiting:
        waiting = [
            (
                f"{one.connection} {one.order.key.order_id}",
                instant(one.order.waiting_since) if one.order.waiting_since else "",
                glance.left(one, status.now),
            )
            for one in status.waiting
        ]
        parts.append(table(("Waits for a code", "Since", "Left"), waiting))
    if status.dated:
        dated = [
            (
                f"{name} {row.key.order_id}",
                row.status.replace("_", " "),
                *(
                    day_text(day, status.today)
                    for day in (row.ship_by, row.deliver_by, row.expires_on)
                ),
            )
            for name, row in status.dated
        ]
        titles = ("Near or past its date", "Status", "Ship by", "Deliver by", "Expires")
        parts.append(table(*without_empty(titles, dated)))
    return joined(parts)

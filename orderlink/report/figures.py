"""What the report tells of a span of time: gathered from tallies and from the orders' own steps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from orderlink.decide.counting import WITH_CODE, WITHOUT_CODE, Counted
from orderlink.report.days import day_in_amsterdam, start_of_day
from orderlink.report.status import StatusReport, gather
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderlink.config import Config
    from orderlink.report.places import Places
    from orderlink.rows import OrderSteps
    from orderlink.store import Store

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=30)
"""Steps count that were taken within the report's time by orders placed so long before it."""
BY_DAY, BY_WEEK = 62, 430
"""A span of so many days is told by the day, or by the week; a longer one by the month."""


class Step(StrEnum):
    """What an order's time is measured to, from the moment at which the buyer placed it."""

    IN_SHOP = "in_shop"
    COMPLETED = "completed"  # in the shop: the parcel is on its way
    SHIPPED = "shipped"  # closed at the marketplace


class Times(Value, frozen=True):
    """How long orders took: of so many, half at most `median`, nine in ten at most `most`."""

    orders: int
    median: timedelta
    most: timedelta  # the 90th percentile


@dataclass
class Part:
    """What happened in a part of the time, or at one marketplace."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # word and kind
    spans: dict[Step, list[timedelta]] = field(default_factory=lambda: defaultdict(list))

    def count(self, word: Counted, kind: str | None = None) -> int:
        """Tell how often something happened; of one kind, or of all."""
        found = (n for (one, its), n in self.counts.items() if one == word and kind in {None, its})
        return sum(found)

    def times(self, step: Step) -> Times | None:
        """Tell how long orders took to a step; None: none got there."""
        spans = sorted(self.spans.get(step, ()))
        if not spans:
            return None
        return Times(len(spans), percentile(spans, 50), percentile(spans, 90))

    @property
    def without_code(self) -> float | None:
        """The share of what was reported that had no tracking code, 0 to 1; None: nothing was."""
        without = self.count(Counted.SHIPPED, WITHOUT_CODE)
        reported = without + self.count(Counted.SHIPPED, WITH_CODE)
        return without / reported if reported else None


def percentile(spans: Sequence[timedelta], percent: int) -> timedelta:
    """Give the smallest of these, in order, that so many percent are not above (nearest rank)."""
    return spans[max(0, -(-len(spans) * percent // 100) - 1)]


class Figures(Value, frozen=True):
    """Everything that `orderlink report` tells."""

    status: StatusReport
    since: datetime
    unit: str  # "day", "week" or "month": what a period is
    periods: tuple[date, ...]  # the first day of each, in Amsterdam
    parts: Mapping[date, Part]
    marketplaces: Mapping[str, Part]  # by name
    by_marketplace: Mapping[tuple[date, str], Part]
    total: Part

    @property
    def problems(self) -> list[tuple[str, int]]:
        """How often each problem began, the most frequent first."""
        counts = Counter(
            {kind: n for (word, kind), n in self.total.counts.items() if word == Counted.PROBLEM}
        )
        return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def gather_figures(
    config: Config, places: Places, store: Store, since: datetime, now: datetime
) -> Figures:
    """Gather the report from the day of `since` on, or from that of the first run, to `now`."""
    first = day_in_amsterdam(max(since, store.first_start() or since))
    since, today = start_of_day(first), day_in_amsterdam(now)
    unit = unit_of((today - first).days + 1)
    found = Figures(
        status=gather(config, store, now),
        since=since,
        unit=unit,
        periods=tuple(dict.fromkeys(begin(day, unit) for day in _days(first, today))),
        parts=defaultdict(Part),
        marketplaces=defaultdict(Part),
        by_marketplace=defaultdict(Part),
        total=Part(),
    )
    for tally in store.tallies(since):
        if tally.hour <= now:
            for part in _parts(found, places.name(tally.connection), tally.hour):
                part.counts[tally.word, tally.kind] += tally.times
    for steps in store.order_steps(since - LOOK_BACK):
        for step, at in _taken(steps):
            if since <= at <= now:
                for part in _parts(found, places.name(steps.connection), at):
                    part.spans[step].append(max(timedelta(0), at - steps.placed_at))
    return found


def _parts(found: Figures, name: str, at: datetime) -> Iterable[Part]:
    period = begin(day_in_amsterdam(at), found.unit)
    return (
        found.total,
        found.parts[period],
        found.marketplaces[name],
        found.by_marketplace[period, name],
    )


def _taken(steps: OrderSteps) -> Iterable[tuple[Step, datetime]]:
    moments = {
        Step.IN_SHOP: steps.in_shop_at,
        Step.COMPLETED: steps.completed_at,
        Step.SHIPPED: steps.shipped_at,
    }
    return [(step, at) for step, at in moments.items() if at is not None]


def unit_of(days: int) -> str:
    """Say by what a span of so many days is told."""
    return "day" if days <= BY_DAY else "week" if days <= BY_WEEK else "month"


def begin(day: date, unit: str) -> date:
    """Give the first day of the period that a day lies in; weeks begin on Monday."""
    if unit == "week":
        return day - day.weekday() * DAY
    return day.replace(day=1) if unit == "month" else day


def _days(first: date, last: date) -> Iterable[date]:
    return (first + number * DAY for number in range((last - first).days + 1))

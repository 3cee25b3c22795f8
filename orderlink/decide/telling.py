"""PURE: what a person is told unasked, and when: at the start, once a day, and at the end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.problems import needs_person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from orderlink.rows import ProblemRow
    from orderlink.settings import ConnectionSettings

AGAIN = timedelta(days=1)
STALE = timedelta(minutes=30)
"""A state without a good run for so long has gone stale."""

NEAR_END = timedelta(days=90)
"""The end of an API is told of so long ahead."""


def wants_person(problem: ProblemRow, now: datetime, alert_after: timedelta) -> bool:
    """Tell whether an open problem needs a person by now."""
    return needs_person(problem.word, now - problem.since, alert_after)


def to_tell(
    problems: Iterable[ProblemRow], now: datetime, alert_after: timedelta
) -> list[ProblemRow]:
    """Choose the problems to tell of in this run: new ones, and those last told of a day ago."""
    return [
        problem
        for problem in problems
        if wants_person(problem, now, alert_after)
        and (problem.told_at is None or not timedelta(0) <= now - problem.told_at < AGAIN)
    ]


def is_stale(last_good: datetime | None, now: datetime) -> bool:
    """Tell whether no run went well for too long."""
    return last_good is None or now - last_good > STALE


def end_of_api(settings: ConnectionSettings, today: date) -> str:
    """Say that the API which a connector speaks ends soon, or did; empty: that is not near."""
    version, ends = settings.api_version, settings.api_ends
    if ends is None or ends - today > NEAR_END:
        return ""
    name = settings.label or settings.type
    if ends < today:
        return f"{name} has ended {version} on {ends}"
    return f"{name} ends {version} on {ends}, in {(ends - today).days} days"

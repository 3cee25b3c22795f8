"""The open problems with what a person needs to know about them, what does most damage first."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.decide.telling import wants_person
from orderlink.decide.urgency import Damage, damage, last_day, urgency
from orderlink.problems import WORDS, advice
from orderlink.report.days import day_in_amsterdam
from orderlink.rows import OrderKey, ProblemRow
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.config import Config
    from orderlink.report.places import Places
    from orderlink.store import Store

SHOWN = 20
"""So many orders at most in each list of the status."""
NEAR = timedelta(days=1)
"""A date counts as near from the day before."""


class Concern(Value, frozen=True):
    """An open problem with what a person needs to know about it."""

    problem: ProblemRow
    connection: str  # the name in the configuration
    meaning: str
    advice: str
    needs_person: bool
    paused: bool = False  # it waits until a person enables its connection again
    damage: Damage = Damage.REST
    last_day: date | None = None  # on which an order must leave: this one, or the most urgent one


def concerns(config: Config, places: Places, store: Store, now: datetime) -> tuple[Concern, ...]:
    """List the open problems, what does most damage first; those of gone connections are kept."""
    today = day_in_amsterdam(now)
    last_days = _last_days(store, today)
    found = [
        Concern(
            problem=problem,
            connection=places.name(problem.connection),
            meaning=WORDS[problem.word].meaning,
            advice=advice(
                problem.word,
                order=problem.order_id,
                connection=places.name(problem.connection),
            ),
            needs_person=wants_person(problem, now, config.alert_after),
            paused=places.is_paused(problem),
            damage=damage(problem.word, last, today),
            last_day=last,
        )
        for problem in store.problems()
        for last in [last_days.get(OrderKey(problem.connection, problem.order_id))]
    ]
    return tuple(sorted(found, key=lambda one: urgency(one.problem, one.last_day, today)))


def _last_days(store: Store, today: date) -> dict[OrderKey, date]:
    """Give the last day of each order with a problem, and of each connection's urgent orders."""
    found = {key: last_day(days) for key, days in store.problem_days().items()}
    for row in store.dated_orders((today + NEAR).isoformat(), SHOWN):
        for place in (OrderKey(row.key.connection, ""), OrderKey(row.shop, "")):
            found[place] = min(found.get(place) or date.max, last_day(row) or date.max)
    return {key: day for key, day in found.items() if day is not None}

"""What a person should be told of now: nothing of a buyer, and nothing that others said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.basics import Status
from orderlink.decide.alerting import Topic
from orderlink.decide.urgency import last_day
from orderlink.redact import safe_text
from orderlink.report.days import day_in_amsterdam, on_day
from orderlink.report.status import gather
from orderlink.report.views import noticed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from orderlink.config import Config
    from orderlink.report.concerns import Concern
    from orderlink.report.status import StatusReport
    from orderlink.store import Store

NOT_LEFT = (Status.NEW, Status.NOT_SHIPPED)
"""Statuses of orders that the warehouse has yet to send."""
DATED = 1000
"""So many orders at most are looked at for their dates."""


def topics(
    config: Config, store: Store, now: datetime, *, ahead: timedelta, fault: bool
) -> list[Topic]:
    """List what needs a person, what does most damage first.

    `ahead` is how long before the end of its last day an order counts as late; `fault` tells that
    orderlink itself failed in the run that ended.
    """
    report = gather(config, store, now)
    found = [_concern(one) for one in report.concerns if one.needs_person]
    found += _late(report, store, now + ahead)
    for key, sentence in noticed(report).items():
        # A problem of its own tells when the clock's lasts; who paused or restored knows that.
        if key not in {"clock", "restored"} and not key.startswith("paused "):
            found.append(Topic(key, sentence, stops=key == "stale"))
    if fault:
        sentence = "A fault of orderlink ended a run or a part of it: see the log"
        found.append(Topic("fault", sentence, stops=True))
    return found


def _concern(one: Concern) -> Topic:
    problem = one.problem
    where = f"{one.connection} {safe_text(problem.order_id, 40)}".rstrip()
    key = f"problem {problem.connection} {problem.order_id} {problem.word}"
    sentence = f"{where}: {one.meaning} ({problem.word}). {safe_text(one.advice)}"
    stops = not problem.order_id and problem.word != "alert_fails" and not one.paused
    return Topic(key, sentence, stops=stops, waits=one.paused)


def _late(report: StatusReport, store: Store, until: datetime) -> Iterator[Topic]:
    """Name the orders that have not left and whose last day ends by then."""
    day = day_in_amsterdam(until)
    names = {one.place.id: one.place.name for one in report.connections}
    for row in store.dated_orders(day.isoformat(), DATED):
        last = last_day(row)
        if row.status in NOT_LEFT and last is not None and last < day:
            where = f"{names.get(row.key.connection, '')} {safe_text(row.key.order_id, 40)}"
            yield Topic(
                f"late {row.key.connection} {row.key.order_id}",
                f"{where}: has not left the shop and must leave by {on_day(last, report.today)}",
            )

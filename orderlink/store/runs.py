"""The runs: when each started and ended, what it came to, and what happened in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderlink.codec import read_time, time_text
from orderlink.rows import OrderKey, RunRow
from orderlink.store.journal import Journal
from orderlink.store.records import event_row, run_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from orderlink.rows import EventRow

NEVER = "9999"
"""As a time: later than all."""
AT_ONCE = 500
"""So many runs are read at a time."""
ABOVE_ALL = 2**62


class Runs(Journal):
    """What is known about the runs."""

    recovered = 0
    """How many effects the run under way found started."""

    def start_run(self, command: str, now: datetime) -> int:
        """Note that a run starts, which also proves that the disk can be written.

        Every effect that a crash left started becomes `unknown`: `recovered` says how many. What
        happens from now on is noted as of this run.
        """
        with self.transaction():
            row = self.database.one("add_run", command=command, started_at=time_text(now))
            self.database.run("drop_expired_tokens", now=time_text(now))
            self.recovered = self.database.run("recover_started")
        number = int(row["id"]) if row else 0
        self.run_number = number
        return number

    def end_run(self, run: int, outcome: str, counts: Mapping[str, int], now: datetime) -> None:
        """Note how a run ended; of the counts those that are not zero."""
        counted = {name: count for name, count in counts.items() if count}
        values = {"outcome": outcome, "counts": json.dumps(counted)}
        self.database.run("end_run", id=run, ended_at=time_text(now), **values)

    def last_run(self) -> RunRow | None:
        """Give the run that was started last."""
        row = self.database.one("last_run")
        return None if row is None else run_row(row)

    def first_start(self) -> datetime | None:
        """Tell when the first run started; None where there never was one."""
        row = self.database.one("first_start")
        return None if row is None else read_time(row["started_at"])

    def run(self, number: int) -> RunRow | None:
        """Give one run."""
        row = self.database.one("run", id=number)
        return None if row is None else run_row(row)

    def runs(
        self,
        *,
        since: datetime,
        until: datetime | None = None,
        place: str = "",
        order: OrderKey | None = None,
    ) -> Iterator[RunRow]:
        """Give the runs that started within this time, the newest first.

        `place` is the id of a marketplace or shop at which something happened in them, or something
        happened to one of its orders; `order` an order that something happened to.
        """
        key = order or OrderKey("", "")
        where = {"connection": key.connection, "order_id": key.order_id, "place": place}
        before = ABOVE_ALL
        while True:
            rows = self.database.all(
                "runs_before",
                before=before,
                since=time_text(since),
                until=time_text(until) if until else NEVER,
                limit=AT_ONCE,
                **where,
            )
            yield from map(run_row, rows)
            if len(rows) < AT_ONCE:
                return
            before = rows[-1]["id"]

    def events_of_run(self, number: int) -> list[EventRow]:
        """List what happened in a run, in order."""
        return [event_row(row) for row in self.database.all("events_of_run", run=number)]

    def troubles(self, first: int, last: int) -> dict[int, list[EventRow]]:
        """Give what went wrong in the runs from number `first` to `last`, by the run."""
        found: dict[int, list[EventRow]] = {}
        for row in self.database.all("troubles_of_runs", first=first, last=last):
            event = event_row(row)
            found.setdefault(event.run or 0, []).append(event)
        return found

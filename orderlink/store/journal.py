"""Facts, problems and history: what stands beside the orders."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from orderlink.codec import dumps, read_time, time_text
from orderlink.decide.counting import counted_event
from orderlink.rows import Event, OrderKey
from orderlink.store.counters import Counters
from orderlink.store.records import event_row, order_days, problem_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from orderlink.decide.verdict import Problem
    from orderlink.rows import EventRow, OrderDays, ProblemRow
    from orderlink.store.database import Database


class Journal(Counters):
    """What is known about the file, its problems and its events."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.clean: Callable[[str], str] = str
        """Takes secrets out of what others said, before it is written down."""
        self.run_number: int | None = None
        """The run that is under way here; None: a person is at work."""
        self._noted: set[tuple[OrderKey, str]] = set()
        # A run has the lock: facts and problems are added by nobody else, so that it may remember.
        self._facts: dict[str, str] = {}
        self._troubled: set[OrderKey] | None = None
        database.after_rollback = self._rolled_back

    def _rolled_back(self) -> None:
        self._forget_counts()
        self._facts.clear()

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block as one transaction."""
        return self.database.transaction()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def fact(self, name: str) -> str:
        """Give one of the few facts about the whole file; empty where it is not known."""
        if name in self._facts:
            return self._facts[name]
        row = self.database.one("fact", name=name)
        value = "" if row is None else str(row["value"])
        if self.run_number is not None:
            self._facts[name] = value
        return value

    def put_fact(self, name: str, value: str) -> None:
        """Keep a fact."""
        self._facts.pop(name, None)
        self.database.run("put_fact", name=name, value=value)

    def origin(self) -> str:
        """Give this state file's id, which is stamped on shop orders; made on first use."""
        origin = self.fact("origin")
        if not origin:
            with self.transaction():
                self.put_fact("origin", uuid.uuid4().hex[:16])
            origin = self.fact("origin")
        return origin

    def restored_at(self) -> datetime | None:
        """Tell when a backup took the place of this file, as long as that still counts."""
        text = self.fact("restored_at")
        return read_time(text) if text else None

    def note_restored(self, at: datetime | None) -> None:
        """Keep when a backup took the place of this file; None: it does not count any more."""
        self.put_fact("restored_at", time_text(at) if at else "")

    def newest_time(self) -> datetime | None:
        """Give the newest trusted time in the file."""
        text = self.fact("newest_time")
        return read_time(text) if text else None

    def open_problem(self, key: OrderKey, problem: Problem, now: datetime) -> None:
        """Open a problem, or renew its words where it is open already.

        One that was closed and comes back before anybody was told that it is over (a person retried
        it in vain) is the same one, and is told anew only where it has another reason. One of a
        connection stands in the history of every run that met it, once.
        """
        where = {"connection": key.connection, "order_id": key.order_id, "word": problem.word}
        known = self._is_troubled(key) and self.database.one("open_problem_of", **where)
        if self._troubled is not None:
            self._troubled.add(key)
        said = {
            "sentence": self.clean(problem.sentence),
            "details": self._cleaned(problem.details),
        }
        if known or not self.database.run("reopen_problem", **where, **said):
            self.database.run("open_problem", **where, **said, since=time_text(now))
        why = {"word": problem.word, "why": problem.sentence}
        if not known:
            self.add_event(key, Event("problem", why), now)
        elif self.run_number and not key.order_id and (key, problem.word) not in self._noted:
            self.add_event(key, Event("problem_lasts", why), now)
        self._noted.add((key, problem.word))

    def problems(self, key: OrderKey | None = None) -> list[ProblemRow]:
        """List the open problems: all, or those of one order (or of one connection)."""
        if key is None:
            rows = self.database.all("open_problems")
        elif not self._is_troubled(key):
            rows = []
        else:
            rows = self.database.all(
                "open_problems_of_order", connection=key.connection, order_id=key.order_id
            )
        return [problem_row(row) for row in rows]

    def _is_troubled(self, key: OrderKey) -> bool:
        """Tell whether something may have an open problem; a run need not look each time."""
        if self.run_number is None:
            return True
        if self._troubled is None:
            rows = self.database.all("open_problems")
            self._troubled = {OrderKey(row["connection"], row["order_id"]) for row in rows}
        return key in self._troubled

    def problem_days(self) -> dict[OrderKey, OrderDays]:
        """Give the days that the followed orders with an open problem have to keep."""
        return {
            OrderKey(row["connection"], row["order_id"]): order_days(row)
            for row in self.database.all("problem_days")
        }

    def solve(self, key: OrderKey, words: Sequence[str], now: datetime) -> None:
        """Close those of these problems that are open."""
        open_words = {problem.word for problem in self.problems(key)} if words else set()
        for word in words:
            if word in open_words:
                self.database.run(
                    "solve_problem",
                    connection=key.connection,
                    order_id=key.order_id,
                    word=word,
                    at=time_text(now),
                )
                self.add_event(key, Event("solved", {"word": word}), now)

    def solved_and_told(self) -> list[ProblemRow]:
        """List the problems that a person was told of and that are over, not yet told to be."""
        return [problem_row(row) for row in self.database.all("problems_solved_and_told")]

    def told(self, problem: ProblemRow, at: datetime | None) -> None:
        """Keep when a person was last told of a problem; None: nothing is left to tell."""
        self.database.run("told_problem", id=problem.id, at=None if at is None else time_text(at))

    def add_event(self, key: OrderKey, event: Event, now: datetime) -> None:
        """Add to the history of an order or (order id empty) of a connection."""
        self.database.run(
            "add_event",
            connection=key.connection,
            order_id=key.order_id,
            at=time_text(now),
            word=event.word,
            details=self._cleaned(event.details),
            run=self.run_number,
        )
        self._tally(key.connection, counted_event(event), now)

    def _cleaned(self, details: Mapping[str, str]) -> str:
        return dumps({name: self.clean(text) for name, text in details.items()})

    def events(self, key: OrderKey) -> list[EventRow]:
        """List what happened to an order, oldest first."""
        rows = self.database.all(
            "events_of_order", connection=key.connection, order_id=key.order_id
        )
        return [event_row(row) for row in rows]

    def succeeded(self, connection: str, stage: str, now: datetime) -> None:
        """Note that a stage went well for a connection."""
        self.database.run("succeeded", connection=connection, stage=stage, at=time_text(now))

    def successes(self) -> Iterator[tuple[str, str, datetime]]:
        """Give the last good run per connection and stage."""
        for row in self.database.all("successes"):
            yield row["connection"], row["stage"], read_time(row["at"])

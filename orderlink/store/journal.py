"""Facts, problems and history: what stands beside the orders."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from orderlink.codec import dumps, read_time, time_text
from orderlink.rows import Event, OrderKey
from orderlink.store.records import event_row, problem_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from orderlink.clock import Clock
    from orderlink.decide.verdict import Problem
    from orderlink.model import Json
    from orderlink.rows import EventRow, ProblemRow
    from orderlink.store.database import Database


class Journal:
    """What is known about the file, its problems and its events."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clean: Callable[[str], str] = str
        """Takes secrets out of what others said, before it is written down."""
        self.run_number: int | None = None
        """The run that is under way here; None: a person is at work."""
        self._noted: set[tuple[OrderKey, str]] = set()

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block as one transaction."""
        return self.database.transaction()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def fact(self, name: str) -> str:
        """Give one of the few facts about the whole file; empty where it is not known."""
        row = self.database.one("fact", name=name)
        return "" if row is None else str(row["value"])

    def put_fact(self, name: str, value: str) -> None:
        """Keep a fact."""
        self.database.run("put_fact", name=name, value=value)

    def origin(self) -> str:
        """Give this state file's id, which is stamped on shop orders; made on first use."""
        origin = self.fact("origin")
        if not origin:
            with self.transaction():
                self.database.run("put_fact", name="origin", value=uuid.uuid4().hex[:16])
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

        One of a connection stands in the history of every run that met it, once.
        """
        where = {"connection": key.connection, "order_id": key.order_id, "word": problem.word}
        known = self.database.one("open_problem_of", **where)
        self.database.run(
            "open_problem",
            **where,
            since=time_text(now),
            sentence=self.clean(problem.sentence),
            details=self._cleaned(problem.details),
        )
        why = {"word": problem.word, "why": problem.sentence}
        if known is None:
            self.add_event(key, Event("problem", why), now)
        elif self.run_number and not key.order_id and (key, problem.word) not in self._noted:
            self.add_event(key, Event("problem_lasts", why), now)
        self._noted.add((key, problem.word))

    def problems(self, key: OrderKey | None = None) -> list[ProblemRow]:
        """List the open problems: all, or those of one order (or of one connection)."""
        if key is None:
            rows = self.database.all("open_problems")
        else:
            rows = self.database.all(
                "open_problems_of_order", connection=key.connection, order_id=key.order_id
            )
        return [problem_row(row) for row in rows]

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

    def shelf(self, connection: str, clock: Clock) -> StoreShelf:
        """Give what a connection keeps across runs."""
        return StoreShelf(self.database, connection, clock, "shelf_value", "put_on_shelf")

    def token_shelf(self, connection: str, clock: Clock) -> StoreShelf:
        """Give where a connection keeps its access tokens, and nothing else does."""
        return StoreShelf(self.database, connection, clock, "token_value", "put_token")

    def empty_shelves(self) -> None:
        """Forget what connections keep across runs, but for their access tokens."""
        self.database.run("empty_shelves")

    def product_map(self, connection: str) -> dict[str, tuple[tuple[str, int], ...]]:
        """Give what each SKU or EAN of a marketplace is in the shop: SKUs with their pieces.

        What is mapped for one connection goes before what is mapped for all (the empty id).
        """
        found: dict[str, dict[str, list[tuple[str, int]]]] = {}
        for row in self.database.all("product_map", connection=connection):
            places = found.setdefault(row["sku"], {})
            places.setdefault(row["connection"], []).append((row["shop_sku"], row["quantity"]))
        return {sku: tuple(places.get(connection) or places[""]) for sku, places in found.items()}

    def mapped_products(self) -> list[tuple[str, str, str, int]]:
        """List every mapping as (connection, sku, shop SKU, pieces)."""
        rows = self.database.all("product_map", connection="*")
        return [tuple(row) for row in rows]

    def map_product(self, connection: str, sku: str, shop_sku: str, quantity: int) -> None:
        """Say what a SKU is in the shop; several for one SKU make a bundle."""
        where = {"connection": connection, "sku": sku, "shop_sku": shop_sku}
        self.database.run("map_product", quantity=quantity, **where)

    def unmap_product(self, connection: str, sku: str) -> int:
        """Forget what a SKU is in the shop; tell how many rows that were."""
        return self.database.run("unmap_product", connection=connection, sku=sku)

    def learnt(self, connection: str) -> list[tuple[str, str]]:
        """List the prefixes of codes that were learnt, each with its carrier's id."""
        rows = self.database.all("learnt", connection=connection)
        return [(row["prefix"], row["carrier"]) for row in rows]

    def learn(self, connection: str, prefix: str, carrier: str, now: datetime) -> None:
        """Keep whose prefix this is; what was learnt last holds."""
        where = {"connection": connection, "prefix": prefix, "carrier": carrier}
        self.database.run("learn", at=time_text(now), **where)

    def forget_learnt(self, prefix: str) -> int:
        """Forget a prefix; tell for how many connections it was known."""
        return self.database.run("forget_learnt", prefix=prefix)

    def budgets(self, connection: str) -> dict[str, Json]:
        """Give the state of a connection's rate budgets."""
        rows = self.database.all("budgets", connection=connection)
        return {row["name"]: json.loads(row["state"]) for row in rows}

    def put_budgets(self, connection: str, states: Mapping[str, Json]) -> None:
        """Keep the state of a connection's rate budgets."""
        for name, state in states.items():
            text = json.dumps(state)
            self.database.run("put_budget", connection=connection, name=name, state=text)


class StoreShelf:
    """Small values of one connection, each with an end if it has one."""

    def __init__(
        self, database: Database, connection: str, clock: Clock, read: str, write: str
    ) -> None:
        self._database = database
        self._connection = connection
        self._clock = clock
        self._read = read
        self._write = write

    def get(self, name: str) -> str | None:
        """Give the value, or None where there is none or it has expired."""
        row = self._database.one(self._read, connection=self._connection, name=name)
        if row is None:
            return None
        expired = row["until"] is not None and read_time(row["until"]) <= self._clock.now()
        return None if expired else str(row["value"])

    def put(self, name: str, value: str, until: datetime | None = None) -> None:
        """Keep a value, until an instant or for good."""
        end = None if until is None else time_text(until)
        with self._database.transaction():
            where = {"connection": self._connection, "value": value, "until": end}
            self._database.run(self._write, name=name, **where)

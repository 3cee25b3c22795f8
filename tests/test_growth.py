"""What is looked at often costs the same however many years of orders are in the file."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.basics import CLOSED, Status
from orderlink.cli.listing import EVER
from orderlink.cycle.archiving import AT_ONCE, archive
from orderlink.report.places import Places
from orderlink.report.status import gather
from orderlink.sandbox.bol_records import Article
from orderlink.store import Store
from orderlink.store.database import Database
from tests.support.bulk import multiply
from tests.support.counting import miscounted
from tests.support.world import Merchant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CODE = "3SABCD1234567"
MOVED = ("orders", "codes", "outbox", "problems", "events")
GROWING = (*MOVED, *(f"archived_{one}" for one in MOVED), "runs", "shop_marks", "tallies")
"""The tables that get rows for as long as the file lives."""
NARROW = {"account", "connection", "shop", "target", "status", "kind", "state", "word"}
"""Columns with few different values: what is found by these alone may be nearly all there is."""
OPEN = set(Status) - {*CLOSED, Status.MANUAL}
FIRST_OR_LAST = re.compile(
    "FROM runs .*ORDER BY id( DESC)? LIMIT 1|FROM archived_orders LIMIT 1", re.DOTALL
)


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    """An ordinary day: orders closed, open, waiting, not to be created, and a reported problem."""
    merchant = Merchant(tmp_path)
    closed, waiting = merchant.settled(), merchant.settled()
    merchant.settled()
    merchant.place(Article(reference="NOT-IN-THE-SHOP", ean=""))
    merchant.complete(closed, CODE)
    merchant.complete(waiting)
    merchant.sync_every_five_minutes(0.5)
    return merchant


def look_at_everything(merchant: Merchant, store: Store) -> None:
    """Do what `status`, `orders`, `show` and `orders --status` do."""
    gather(merchant.config, store, merchant.clock.now())
    places = Places(merchant.config, store)
    for status in ("", "waiting", "cancelled"):
        store.list_orders(status=status, connection="", since=EVER, limit=50)
    for connection in places.ids("bol"):
        store.list_orders(status="shipped", connection=connection, since=EVER, limit=50)
    store.problems()
    for row in store.orders_named(CODE):
        store.known_order(row.key)
        store.events(row.key)
        store.effects(row.key)
        store.list_orders(
            status=row.status, connection=row.key.connection, since=EVER, limit=50, archived=True
        )
    store.has_archived()


def executed(merchant: Merchant) -> set[str]:
    """Give every statement that an idle run and all looks execute."""
    found: set[str] = set()

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(*arguments, **options)
        connection.set_trace_callback(found.add)
        return connection

    merchant.world.connect = traced
    merchant.later(minutes=5)
    merchant.sync()
    store = Store(Database(merchant.config.state, traced))
    look_at_everything(merchant, store)
    put_away_and_fetch(merchant, store)
    store.close()
    return {one for one in found if one.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))}


def put_away_and_fetch(merchant: Merchant, store: Store) -> None:
    """Archive an order, and bring it back."""
    (row,) = store.orders_named(CODE)
    store.purge(row)
    store.archive(row.key, merchant.clock.now())
    assert store.recall(row.key)


def plans(merchant: Merchant) -> Iterator[tuple[str, str]]:
    """Give each step of each statement's plan."""
    statements = executed(merchant)
    assert len(statements) > 40
    store = merchant.store()
    try:
        for statement in sorted(statements):
            for row in store.database.execute(f"EXPLAIN QUERY PLAN {statement}", {}):
                yield statement, row["detail"]
    finally:
        store.close()


def partial_indexes(merchant: Merchant) -> set[str]:
    store = merchant.store()
    rows = store.database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'", {})
    found = {
        row["name"] for row in rows if row["sql"] and " WHERE " in row["sql"].replace("\n", " ")
    }
    store.close()
    return found


def is_endless(statement: str, step: str, partial: set[str]) -> bool:
    """Tell whether a step of a plan reads the more the longer the file lives."""
    table = re.match(r"(?:SCAN|SEARCH) (\w+)", step)
    index = re.search(r"INDEX (\w+)", step)
    if table is None or table[1] not in GROWING or (index and index[1] in partial):
        return False
    if step.startswith("SCAN"):
        return True
    found_by = set(re.findall(r"(\w+)(?:=|>|<)\?", step))
    open_status = re.search(rf"status = '({'|'.join(OPEN)})'", statement)
    return not (found_by - NARROW or ("status" in found_by and open_status))


def test_neither_an_idle_run_nor_a_look_reads_whole_tables(merchant: Merchant) -> None:
    partial = partial_indexes(merchant)
    endless = {(one, step) for one, step in plans(merchant) if is_endless(one, step, partial)}
    assert {(one, step) for one, step in endless if not FIRST_OR_LAST.search(one)} == set()


@pytest.mark.parametrize(
    "step",
    [
        "SCAN orders",
        "SCAN orders USING COVERING INDEX orders_by_status",
        "SEARCH orders USING INDEX orders_by_placing (account=?)",
        "SEARCH orders USING INDEX sqlite_autoindex_orders_1 (account=? AND connection=?)",
        "SEARCH orders USING INDEX orders_by_status (account=? AND status=? AND connection=?)",
    ],
)
def test_the_check_above_sees_what_reads_whole_tables(merchant: Merchant, step: str) -> None:
    statement = "SELECT * FROM orders WHERE status = 'shipped'"
    assert is_endless(statement, step, partial_indexes(merchant))


def steps_of(merchant: Merchant, act: Callable[[Callable[..., Any]], object]) -> int:
    """Count the steps of SQLite's machine that something takes."""
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return 0

    def counting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(*arguments, **options)
        connection.set_progress_handler(counted, 1)
        return connection

    act(counting)
    merchant.world.connect = None
    return count


def work(merchant: Merchant) -> tuple[int, int]:
    """Give the steps of an idle run and of all looks."""

    def run(connect: Callable[..., Any]) -> None:
        merchant.world.connect = connect
        merchant.later(minutes=5)
        merchant.sync()

    def look(connect: Callable[..., Any]) -> None:
        store = Store(Database(merchant.config.state, connect))
        look_at_everything(merchant, store)
        store.close()

    return steps_of(merchant, run), steps_of(merchant, look)


def test_work_does_not_grow_with_the_orders_in_the_file(merchant: Merchant) -> None:
    store = merchant.store()
    (closed,) = store.list_orders(status="shipped", connection="", since=EVER, limit=2)
    long_ago = closed.placed_at - timedelta(days=1)
    multiply(store, closed, 200, long_ago, name="FEW")
    run, looks = work(merchant)
    multiply(store, closed, 10_000, long_ago, minutes=30, name="MANY")
    grown_run, grown_looks = work(merchant)
    assert miscounted(store) == {}
    store.close()
    assert 0 < grown_run <= 1.05 * run
    assert 0 < grown_looks <= 1.05 * looks


def rows_of(store: Store) -> dict[str, int]:
    """Count the rows of the tables that the runs work on."""
    return {
        table: store.database.execute(f"SELECT COUNT(*) FROM {table}", {}).fetchone()[0]  # noqa: S608
        for table in MOVED
    }


@pytest.mark.only_ci
def test_archived_orders_leave_the_runs_as_small_as_they_were(merchant: Merchant) -> None:
    store = merchant.store()
    (closed,) = store.list_orders(status="shipped", connection="", since=EVER, limit=2)
    long_ago = merchant.clock.now() - timedelta(days=500)
    multiply(store, closed, 200, long_ago, name="FEW")
    assert archive(store, merchant.clock.now(), timedelta(days=400)) == 200
    run, looks = work(merchant)
    before = rows_of(store)
    multiply(store, closed, 5000, long_ago, minutes=60, name="OLD")
    times = [archive(store, merchant.clock.now(), timedelta(days=400)) for _ in range(18)]
    assert times == [AT_ONCE] * 16 + [200, 0], "so many at a time and no more"
    assert rows_of(store) == before
    grown_run, grown_looks = work(merchant)
    assert miscounted(store) == {}
    (found,) = store.orders_named("OLD-0004711")
    assert found.archived_at is not None
    store.close()
    assert 0 < grown_run <= 1.05 * run
    assert 0 < grown_looks <= 1.05 * looks


def test_a_run_with_nothing_to_archive_costs_two_steps_of_an_index(merchant: Merchant) -> None:
    store = merchant.store()
    (closed,) = store.list_orders(status="shipped", connection="", since=EVER, limit=2)
    now = merchant.clock.now()

    def idle(connect: Callable[..., Any]) -> None:
        other = Store(Database(merchant.config.state, connect))
        changes = other.database.connection.total_changes
        assert archive(other, now, timedelta(days=400)) == 0
        assert other.database.connection.total_changes == changes
        other.close()

    few = steps_of(merchant, idle)
    multiply(store, closed, 10_000, now - timedelta(days=1), minutes=30, name="YOUNG")
    assert steps_of(merchant, idle) <= few + 10
    store.close()

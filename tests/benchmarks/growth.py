"""Table 3: an idle run and a look, however many orders are in the file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from orderlink.clock import SystemClock
from orderlink.config import load_config
from orderlink.runner import Order, World, run
from orderlink.store import Store
from orderlink.store.database import Database
from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Cost
from tests.benchmarks.tables import Table, mebibytes, milliseconds
from tests.support.bulk import multiply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.benchmarks.setting import Setting

FIRST = "C000000001"
"""The order that was closed, and is copied."""
FOLLOWED = 60
"""Orders that are open in the shop meanwhile: one request has room for 100."""
YEARS = timedelta(days=3 * 365)
"""So long ago were the first of the copies placed."""
ARCHIVE_AFTER, UNARCHIVED = timedelta(days=400), timedelta(days=390)
"""What is older is in the archive, as `archive_after` has it when nothing is set; what is younger
stays so while it is measured, so that no run finds anything to archive."""
MOST_GROWTH = 1.5
MOST_SECONDS = 0.3


@dataclass(frozen=True)
class Idle:
    """What is asked and written where nothing is to do, and what it and the looks cost."""

    stored: int
    file: float  # mebibytes
    requests: int
    commits: int
    sync: Cost
    status: Cost
    listing: Cost


def growth(setting: Setting) -> Table:
    """Measure an idle run and two looks at files of three sizes."""
    sizes = (1_000, 10_000) if setting.quick else (1_000, 100_000, 1_000_000)
    measured = list(_measured(setting, sizes))
    rows = [
        [
            f"{one.stored:,}",
            mebibytes(one.file),
            str(one.requests),
            str(one.commits),
            milliseconds(one.sync.cpu),
            milliseconds(one.sync.wall),
            mebibytes(one.sync.memory),
            milliseconds(one.status.wall),
            milliseconds(one.listing.wall),
        ]
        for one in measured
    ]
    grown = measured[-1].sync.cpu / measured[0].sync.cpu
    heads = ["orders in the file", "its size", "requests", "commits", "CPU", "wall", "peak memory"]
    heads += ["status", "orders --limit 50"]
    notes = [
        f"The orders were placed in the last {YEARS.days // 365} years; what is older than",
        f"{ARCHIVE_AFTER.days} days is in the archive, as a run would have put it there.",
        f"{FOLLOWED} orders are open in the shop. An idle run at {sizes[-1]:,} orders takes",
        f"{grown:.2f} times the CPU of one at {sizes[0]:,}; times are medians, start-up included.",
        "Goals: one request to the marketplace, one to the shop for 100 orders that are open",
        f"there, {MOST_GROWTH} times the CPU, and `status` under {MOST_SECONDS} s.",
    ]
    return Table("3. An idle run, and looks, beside years of orders", heads, rows, notes)


def _measured(setting: Setting, sizes: tuple[int, ...]) -> list[Idle]:
    found = []
    with Bench("bol", "woocommerce", setting.folder / "growth", setting.certificate) as bench:
        _live(bench)
        stored = FOLLOWED + 1
        for size in sizes:
            _grow(bench.folder / "state.sqlite3", size - stored, f"TO-{size}")
            stored = size
            found.append(_idle(bench, size, setting.rounds))
    return found


def _live(bench: Bench) -> None:
    """Let one order live its whole life, and some more come into the shop."""
    bench.sync()
    bench.market.place(1)
    bench.sync()
    bench.shop.complete()
    bench.sync()
    bench.sync()
    bench.market.place(FOLLOWED)
    bench.sync()
    bench.market.rest()


def _grow(state: Path, times: int, name: str) -> None:
    store = Store(Database(state))
    quick = (
        "journal_mode = OFF",
        "synchronous = OFF",
        "foreign_keys = OFF",
        "cache_size = -2000000",
    )
    for setting in quick:
        store.database.connection.execute(f"PRAGMA {setting}")
    (closed,) = store.orders_named(FIRST)
    minutes = YEARS / timedelta(minutes=1) / times
    newest = closed.placed_at - timedelta(days=1)
    young = round(times * (UNARCHIVED / YEARS))
    multiply(store, closed, young, newest, minutes=minutes, name=name)
    old, before = times - young, newest - ARCHIVE_AFTER
    multiply(store, closed, old, before, minutes=minutes, name=f"{name}-OLD", archived=True)
    store.close()


def _idle(bench: Bench, stored: int, rounds: int) -> Idle:
    _taken(bench)
    commits = _commits(bench.config)
    requests = _taken(bench)
    sync = _middle(bench.sync, rounds)
    status = _middle(lambda: bench.orderlink("status"), rounds)
    listing = _middle(lambda: bench.orderlink("orders", "--limit", "50"), rounds)
    file = (bench.folder / "state.sqlite3").stat().st_size / 2**20
    return Idle(stored, file, requests, commits, sync, status, listing)


def _taken(bench: Bench) -> int:
    """Count the requests since the last time; a token that is due lives for several runs."""
    counts = bench.market.count() + bench.shop.count()
    return sum(count for endpoint, count in counts.items() if not endpoint.endswith("/token"))


def _commits(config: Path) -> int:
    """Count the commits of an idle run: it is made in this process, where they can be seen."""
    commits: list[str] = []

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(*arguments, **options)
        connection.set_trace_callback(
            lambda statement: commits.append(statement) if statement == "COMMIT" else None
        )
        return connection

    run(load_config(config), Order("sync"), World(SystemClock(), connect=traced))
    return len(commits)


def _middle(act: Callable[[], Cost], rounds: int) -> Cost:
    costs = [act() for _ in range(rounds)]
    return Cost(
        median(one.cpu for one in costs),
        median(one.wall for one in costs),
        max(one.memory for one in costs),
    )

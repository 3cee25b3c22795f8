"""Table 4: a backlog, drained over a slow network by one worker or by several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Cost
from tests.benchmarks.tables import Table, mebibytes

if TYPE_CHECKING:
    from tests.benchmarks.setting import Setting

PAIR = ("bol", "woocommerce")
LATENCIES = (0.0, 0.05, 0.3)
WORKERS = (1, 4, 16)
WHOLE = 10_000
PATIENCE = 60.0
"""Seconds that a cell of the table may wait for answers, where it is not the one of the goal."""
REQUESTS = 3
"""So many of each order are waited for."""
LEAST_PER_HOUR = 60_000
MOST_MEMORY = 80.0


@dataclass(frozen=True)
class Drained:
    """How many orders went their whole way in two runs, and what that cost."""

    orders: int
    cost: Cost

    @property
    def per_hour(self) -> float:
        """Give the orders that an hour takes."""
        return self.orders / self.cost.wall * 3_600_000


def backlog(setting: Setting) -> Table:
    """Measure a backlog for each latency and number of workers."""
    cells = {
        (latency, workers): _drain(setting, latency, workers)
        for latency in LATENCIES
        for workers in WORKERS
    }
    rows = [
        [
            f"{latency * 1000:.0f} ms",
            *(f"{cells[latency, workers].per_hour:,.0f}" for workers in WORKERS),
            mebibytes(max(cells[latency, workers].cost.memory for workers in WORKERS)),
        ]
        for latency in LATENCIES
    ]
    counts = sorted({cell.orders for cell in cells.values()})
    heads = ["latency", *(f"parallel = {workers}" for workers in WORKERS), "peak memory"]
    notes = [
        f"Orders per hour, imported, created and reported. Measured with {counts[0]:,} to",
        f"{counts[-1]:,} orders: where an order waits long, fewer are enough for the rate.",
        f"The sandboxes share the machine. Goals: {LEAST_PER_HOUR:,} an hour at 300 ms with 16,",
        f"and at most {MOST_MEMORY:.0f} MB.",
    ]
    title = f"4. A backlog of {counts[-1]:,} orders, in orders per hour"
    return Table(title, heads, rows, notes)


def _orders(setting: Setting, latency: float, workers: int) -> int:
    """Give how many orders a cell is measured with."""
    whole, patience = (200, 5.0) if setting.quick else (WHOLE, PATIENCE)
    if latency == 0:
        return whole if workers == 1 else whole // 5
    return min(whole, max(20, round(patience * workers / latency / REQUESTS)))


def _drain(setting: Setting, latency: float, workers: int) -> Drained:
    orders = _orders(setting, latency, workers)
    folder = setting.folder / f"backlog-{latency}-{workers}"
    with Bench(*PAIR, folder, setting.certificate, parallel=workers) as bench:
        bench.sync()
        bench.market.place(orders)
        _answer_after(bench, latency)
        cost = bench.sync()
        bench.shop.complete()
        cost += bench.sync()
    return Drained(orders, cost)


def _answer_after(bench: Bench, seconds: float) -> None:
    for served in (bench.market, bench.shop):
        served.answer_after(seconds)

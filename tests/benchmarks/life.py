"""The whole life of many orders, three times: by orderlink, by the bare loop, by the naive one.

The happy path: the orders are placed, a run brings them into the shop, the warehouse completes
them, a run reports them, and a last one reads back that they are shipped.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.bench import Bench
from tests.benchmarks.measuring import Cost

if TYPE_CHECKING:
    from tests.benchmarks.certificate import Certificate

Phase = list[dict[str, Any]]

ID = re.compile(r"[A-Z]?\d+(-\d{7}-\d{7})?")
"""Of bol and the shops, and Amazon's; versions look otherwise (`v3`, `2026-01-01`)."""
OPERATION = re.compile(r"(?:query|mutation) (\w+)")


@dataclass(frozen=True)
class Life:
    """What it took: requests to each side, and what the program's process cost."""

    orders: int
    market: Counter[str]
    shop: Counter[str]
    cost: Cost

    @property
    def requests(self) -> int:
        """Count the requests to both sides."""
        return self.market.total() + self.shop.total()

    @property
    def requests_per_order(self) -> float:
        """Give the requests to both sides for each order."""
        return self.requests / self.orders

    @property
    def cpu_per_order(self) -> float:
        """Give the CPU milliseconds for each order."""
        return self.cost.cpu / self.orders


@dataclass(frozen=True)
class Lives:
    """One pair of connectors, measured in one run of the benchmark."""

    pair: tuple[str, str]
    orderlink: Life
    idle: Cost  # what a run costs that finds nothing to do
    bare: Life
    naive: Life


@cache
def lives(
    pair: tuple[str, str], orders: int, folder: Path, certificate: Certificate, clients: Path
) -> Lives:
    """Measure a pair of connectors."""
    place = folder / "-".join(pair)
    with Bench(*pair, place / "orderlink", certificate) as bench:
        own, phases, idle = _orderlink(bench, orders)
    with Bench(*pair, place / "bare", certificate) as bench:
        bare = _bare(bench, orders, phases)
    with Bench(*pair, place / "naive", certificate) as bench:
        naive = _naive(bench, orders, clients)
    return Lives(pair, own, idle, bare, naive)


def _orderlink(bench: Bench, orders: int) -> tuple[Life, list[Phase], Cost]:
    bench.sync()  # makes the state file, and meets the shop
    phases = [_taken(bench)]
    bench.market.place(orders)
    cost = bench.sync()
    phases.append(_taken(bench))
    bench.shop.complete()
    bench.shop.take()
    for _ in range(2):
        cost += bench.sync()
        phases.append(_taken(bench))
        bench.market.settle()
    _check(bench.folder / "state.sqlite3", "status", orders)
    bench.market.rest()
    idle = bench.sync()
    counted = [one for phase in phases[1:] for one in phase]
    return _life(orders, counted, cost), phases, idle


def _bare(bench: Bench, orders: int, phases: list[Phase]) -> Life:
    plan = {
        "phases": [[_to_repeat(one) for one in phase] for phase in phases],
        "urls": {"market": bench.market.url, "shop": bench.shop.url},
    }
    program = bench.program("bare", Path(sys.executable), plan)
    program.wait_until_ready()
    _taken(bench)
    bench.market.place(orders)
    program.go_on()
    program.wait_until_ready()
    bench.shop.complete()
    for _ in range(2):
        program.go_on()
        program.wait_until_ready()
        bench.market.settle()
    program.go_on()
    cost = program.end()
    return _life(orders, _taken(bench), cost)


def _naive(bench: Bench, orders: int, clients: Path) -> Life:
    bench.market.place(orders)
    program = bench.program("naive", clients, {})
    program.wait_until_ready()
    bench.shop.complete()
    program.go_on()
    cost = program.end()
    _check(bench.folder / "naive.sqlite3", "state", orders)
    return _life(orders, _taken(bench), cost)


def _taken(bench: Bench) -> Phase:
    market = [{"side": "market", **one} for one in bench.market.take()]
    return market + [{"side": "shop", **one} for one in bench.shop.take()]


def _to_repeat(request: dict[str, Any]) -> dict[str, Any]:
    """Give a request as the bare loop sends it: its own headers, its body as a document."""
    kept = ("authorization", "accept", "accept-encoding", "content-type", "user-agent")
    headers = {
        name: value
        for name, value in request["headers"].items()
        if name in kept or name.startswith("x-")
    }
    body = request.pop("body")
    is_json = "json" in headers.get("content-type", "")
    document = json.loads(body) if body and is_json else None
    form = body if body and not is_json else None
    return {**request, "headers": headers, "document": document, "form": form}


def _life(orders: int, requests: Phase, cost: Cost) -> Life:
    def counted(side: str) -> Counter[str]:
        return Counter(_endpoint(one) for one in requests if one["side"] == side)

    return Life(orders, counted("market"), counted("shop"), cost)


def _endpoint(request: dict[str, Any]) -> str:
    """Name what was asked, without the ids in it; a GraphQL operation by its own name."""
    parts = ["ID" if ID.fullmatch(part) else part for part in request["path"].split("/")]
    operation = OPERATION.search(request["body"]) if parts[-1] == "graphql.json" else None
    return f"{request['method']} {operation[1] if operation else '/'.join(parts)}"


def _check(state: Path, column: str, orders: int) -> None:
    """Insist that every order is shipped: what left some out would look quick."""
    count = f"SELECT {column}, COUNT(*) FROM orders GROUP BY 1"  # noqa: S608 - our own names
    with closing(sqlite3.connect(state)) as connection:
        found = dict(connection.execute(count))
    if found != {"shipped": orders}:
        raise SystemExit(f"not all orders went their whole way: {found}")

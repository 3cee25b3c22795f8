"""How many requests and statements it takes, exactly: no machine makes it less.

`python -m tests.benchmarks --only 1` holds the same requests to what other programs need.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any

from orderlink.model import Status

if TYPE_CHECKING:
    from tests.support.world import Merchant

ORDERS = 60
RUNS = 3
STATEMENTS = 42
"""They are enough for the whole life of an order, which three runs meet in the list once each."""
BATCHES = 3
"""They begin small, and grow as long as the shop is quick."""


def endpoints(merchant: Merchant) -> Counter[str]:
    """Count the requests since this was last asked, by method and path, without ids."""
    counts = Counter(re.sub(r"/[A-Z]?\d+$", "/ID", call.split("?")[0]) for call in merchant.calls)
    merchant.calls.clear()
    return counts


def some_orders(merchant: Merchant, count: int) -> list[str]:
    """Let buyers order, and cron bring it into the shop; the shop's settings are known by then."""
    merchant.complete(merchant.settled(), "3SABCD9999999")
    merchant.sync_every_five_minutes(0.5)
    merchant.calls.clear()
    orders = [merchant.place() for _ in range(count)]
    merchant.later(minutes=5)
    merchant.sync()
    return orders


def test_the_whole_life_of_many_orders_takes_no_request_too_many(merchant: Merchant) -> None:
    orders = some_orders(merchant, ORDERS)
    for number, order in enumerate(orders):
        merchant.complete(order, f"3SABCD{number:07d}")
    for _ in range(RUNS - 1):
        merchant.later(minutes=5)
        merchant.sync()
    assert {merchant.status(order) for order in orders} == {Status.SHIPPED}
    pages = RUNS * (2 * 2 + 1)  # two, looked at forwards and backwards, and an end that has none
    tokens = RUNS  # one lives for 299 seconds, and the runs are 300 apart
    find, read = 2, 2  # any and trash, to find doubles; one page each time they are looked at
    assert endpoints(merchant) == {
        "GET /retailer/orders": pages,
        "GET /retailer/orders/ID": ORDERS,
        "POST /retailer/shipments": ORDERS,
        "POST /shared/process-status": 1,
        "POST /token": tokens,
        "GET /wp-json/wc/v3/orders": find + read,
        "GET /wp-json/wc/v3/products": 1,
        "POST /wp-json/wc/v3/orders/batch": BATCHES,
    }


def test_a_hundred_orders_that_are_open_in_the_shop_are_one_request(merchant: Merchant) -> None:
    some_orders(merchant, 100)
    merchant.later(minutes=30)
    merchant.sync()
    merchant.calls.clear()
    merchant.later(minutes=4)
    merchant.sync()
    assert endpoints(merchant) - Counter({"POST /token": 1}) == {
        "GET /retailer/orders": 1,
        "GET /wp-json/wc/v3/orders": 1,
    }


def work_of_a_life(merchant: Merchant, count: int) -> tuple[int, int]:
    """Count the statements that the whole life of some orders takes, and what SQLite compiles."""
    statements: list[str] = []
    compiled: list[int] = []

    def allowed(action: int, *_named: str | None) -> int:
        compiled.append(action)
        return sqlite3.SQLITE_OK

    def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(*arguments, **options)
        connection.set_trace_callback(statements.append)
        connection.set_authorizer(allowed)
        return connection

    orders = [merchant.place() for _ in range(count)]
    merchant.world.connect = watched
    merchant.later(minutes=5)
    merchant.sync()
    for number, order in enumerate(orders):
        merchant.complete(order, f"3SABCD{number:07d}")
    for _ in range(RUNS - 1):
        merchant.later(minutes=5)
        merchant.sync()
    merchant.world.connect = None
    assert {merchant.status(order) for order in orders} == {Status.SHIPPED}
    merchant.sync_every_five_minutes(0.5)
    return sum(not one.startswith(("BEGIN", "COMMIT")) for one in statements), len(compiled)


def test_an_order_takes_no_statement_too_many_and_none_is_compiled_for_it(
    merchant: Merchant,
) -> None:
    some_orders(merchant, 1)
    merchant.sync_every_five_minutes(0.5)
    statements, compiled = work_of_a_life(merchant, 10)
    twice, compiled_for_twice = work_of_a_life(merchant, 20)
    assert twice - statements <= 10 * STATEMENTS
    assert compiled_for_twice == compiled

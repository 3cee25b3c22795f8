"""How many requests and statements it takes, exactly: no machine makes it less.

`python -m tests.benchmarks --only 1` holds the same counts to what other programs need, and to the
floor of each pair of platforms: with 1,000 orders, where what a run asks once hardly weighs. There
Amazon is within 1.05 times the floor with either shop, as it is from 400 orders on; bol's changes
are looked at forwards and backwards.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from tests.benchmarks.platforms import MARKETPLACES, SHOPS
from tests.support.markets import AmazonMarket, BolMarket
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = 60
RUNS = 3
STATEMENTS = 44
"""They are enough for the whole life of an order, which three runs meet in the list once each."""
BATCHES = 3
"""They begin small, and grow as long as the shop is quick."""
MARKETS = {"bol": BolMarket, "amazon": AmazonMarket}
EACH_PAIR = pytest.mark.parametrize(
    "pair", [(market, shop) for market in MARKETS for shop in ("woocommerce", "shopify")]
)
ID = re.compile(r"/([A-Z]?\d+|\d{3}-\d{7}-\d{7})(?=/|$)")
SIGN_IN = re.compile("POST .*/token")


def endpoints(merchant: Merchant) -> Counter[str]:
    """Count the requests since this was last asked: by method and path without ids.

    A GraphQL operation is told by its name, and a sign-in left out: a token serves several runs.
    """
    counts: Counter[str] = Counter()
    for call in merchant.calls:
        path, _, operation = call.partition("#")
        counts[operation or ID.sub("/ID", path.partition("?")[0])] += 1
    merchant.calls.clear()
    return Counter({name: count for name, count in counts.items() if not SIGN_IN.match(name)})


def merchant_of(folder: Path, pair: tuple[str, str]) -> Merchant:
    market, shop = pair
    return Merchant(folder, market=MARKETS[market], shop_type=shop)


def some_orders(merchant: Merchant, count: int) -> list[str]:
    """Let buyers order, and cron bring it into the shop; the shop's settings are known by then."""
    merchant.complete(merchant.settled(), "3SABCD9999999")
    merchant.sync_every_five_minutes(0.5)
    merchant.calls.clear()
    orders = [merchant.place() for _ in range(count)]
    merchant.later(minutes=5)
    merchant.sync()
    return orders


LIVES = {
    "bol": {
        # Two pages, looked at forwards and backwards, and an end that has none; in each run,
        # since bol lists what changed in the last minutes.
        "GET /retailer/orders": RUNS * (2 * 2 + 1),
        "GET /retailer/orders/ID": ORDERS,
        "POST /retailer/shipments": ORDERS,
        "POST /shared/process-status": 1,
    },
    "amazon": {
        "GET /orders/2026-01-01/orders": RUNS,  # a page has 100 orders, whole
        "POST /orders/v0/orders/ID/shipmentConfirmation": ORDERS,
    },
    "woocommerce": {
        # Any and trash, to find doubles; and one page each time that they are looked at.
        "GET /wp-json/wc/v3/orders": 2 + 2,
        "GET /wp-json/wc/v3/products": 1,
        "POST /wp-json/wc/v3/orders/batch": BATCHES,
    },
    "shopify": {
        "OrdersByNumber": ceil(ORDERS / 25),
        "VariantsFound": 1,
        "CreateOrder": ORDERS,
        "OrdersInBrief": 2 * ceil(ORDERS / 100),
        "FulfillmentsOfOrders": ceil(ORDERS / 50),
    },
}


def live(merchant: Merchant, count: int) -> Counter[str]:
    """Let so many orders live their whole lives; count the requests."""
    orders = some_orders(merchant, count)
    for number, order in enumerate(orders):
        merchant.complete(order, f"3SABCD{number:07d}")
    for _ in range(RUNS - 1):
        merchant.later(minutes=5)
        merchant.sync()
    assert {merchant.status(order) for order in orders} == {Status.SHIPPED}
    return endpoints(merchant)


@pytest.mark.sampled(2)
@EACH_PAIR
def test_the_whole_life_of_many_orders_takes_no_request_too_many(
    pair: tuple[str, str], tmp_path: Path
) -> None:
    merchant = merchant_of(tmp_path, pair)
    assert live(merchant, ORDERS) == LIVES[pair[0]] | LIVES[pair[1]]


@pytest.mark.only_ci
@pytest.mark.parametrize("shop", ["woocommerce", "shopify"])
def test_four_hundred_orders_take_hardly_more_than_the_platforms_ask_for(
    shop: str, tmp_path: Path
) -> None:
    pair = "amazon", shop  # bol needs more orders, or never does
    floor = MARKETPLACES[pair[0]].floor + SHOPS[pair[1]].floor
    merchant = merchant_of(tmp_path, pair)
    merchant.configure(marketplace="max_new_orders = 0")
    requests = live(merchant, 400)
    assert requests.total() <= Decimal("1.05") * floor * 400


IDLE = {
    "bol": {"GET /retailer/orders": 1},
    "amazon": {"GET /orders/2026-01-01/orders": 1},
    "woocommerce": {"GET /wp-json/wc/v3/orders": 1},
    "shopify": {"OrdersInBrief": 1},
}


@pytest.mark.sampled(2)
@EACH_PAIR
def test_a_hundred_orders_that_are_open_in_the_shop_take_as_few_as_it_allows(
    pair: tuple[str, str], tmp_path: Path
) -> None:
    merchant = merchant_of(tmp_path, pair)
    some_orders(merchant, 100)
    merchant.later(minutes=30)
    merchant.sync()
    merchant.calls.clear()
    merchant.later(minutes=4)
    merchant.sync()
    assert endpoints(merchant) == {
        name: count for side in pair for name, count in IDLE[side].items()
    }


def test_a_token_of_bol_is_asked_for_when_it_has_ended_and_not_before(merchant: Merchant) -> None:
    merchant.sync_every_five_minutes(1)
    merchant.calls.clear()
    for _ in range(6):
        merchant.later(minutes=2)
        merchant.sync()
    assert merchant.asked("POST", "/token") == 2  # one lives for 299 seconds


@EACH_PAIR
def test_a_run_without_news_commits_four_times(pair: tuple[str, str], tmp_path: Path) -> None:
    merchant = merchant_of(tmp_path, pair)
    some_orders(merchant, 20)
    merchant.later(minutes=30)
    merchant.sync()
    merchant.later(minutes=5)
    statements, _ = watch(merchant)
    merchant.sync()
    # It has begun; up to when the changes are known; what the shop says; how it went.
    assert statements.count("COMMIT") == 4


def watch(merchant: Merchant) -> tuple[list[str], list[int]]:
    """Note the statements of the runs to come, and what SQLite compiles for them."""
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

    merchant.world.connect = watched
    return statements, compiled


def work_of_a_life(merchant: Merchant, count: int) -> tuple[int, int]:
    """Count the statements that the whole life of some orders takes, and what SQLite compiles."""
    orders = [merchant.place() for _ in range(count)]
    statements, compiled = watch(merchant)
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

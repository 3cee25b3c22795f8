"""Tables 1 and 2: what one order takes, in requests and in CPU time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.life import lives
from tests.benchmarks.platforms import MARKETPLACES, PAIRS, SHOPS
from tests.benchmarks.tables import Table, milliseconds, times

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from tests.benchmarks.life import Lives
    from tests.benchmarks.platforms import Marketplace, Shop
    from tests.benchmarks.setting import Setting

MOST_REQUESTS = 1.05
MOST_CPU = 2.5
LEAST_GAIN = 20
STARTS = 3


def requests_per_order(setting: Setting) -> Table:
    """Count the requests of one order's whole life, beside the APIs' floor and the naive loop."""
    rows, notes = [], []
    for one in _measured(setting):
        market, shop = _sides(one)
        floor = float(market.floor + shop.floor)
        own = one.orderlink.requests_per_order
        rows.append(
            [
                f"{market.name} to {shop.name}",
                f"{own:.3f}",
                f"{floor:.3f}",
                f"{own / floor:.2f}x",
                f"{one.naive.requests_per_order:.3f}",
            ]
        )
        notes += [
            f"{market.name} to {shop.name}: {_listed(one.orderlink.market)};",
            f"and {_listed(one.orderlink.shop)}.",
        ]
    notes += [_clients(), *_patched(), f"Goal: at most {MOST_REQUESTS} times the floor."]
    heads = ["", "orderlink", "floor of the APIs", "orderlink / floor", "usual clients"]
    title = f"1. Requests per order, to the shop and back ({setting.orders:,} orders)"
    return Table(title, heads, rows, notes)


def cpu_per_order(setting: Setting) -> Table:
    """Measure the CPU time of one order's whole life, beside both loops."""
    rows = []
    for one in _measured(setting):
        market, shop = _sides(one)
        own, bare, naive = (life.cpu_per_order for life in (one.orderlink, one.bare, one.naive))
        rows.append(
            [
                f"{market.name} to {shop.name}",
                milliseconds(own),
                milliseconds(STARTS * one.idle.cpu / one.orderlink.orders),
                milliseconds(bare),
                milliseconds(naive),
                times(own / bare),
                times(naive / own),
            ]
        )
    heads = ["", "orderlink", "of it starts", "bare loop", "usual clients"]
    heads += ["orderlink / bare loop", "usual clients / orderlink"]
    notes = [
        f"orderlink starts {STARTS} times: to import, to report, and to read back. The bare loop",
        "sends the very same requests with urllib3, and commits before and after each write with",
        "sqlite3.",
        _clients(),
        f"Goals: at most {MOST_CPU} times the bare loop, {LEAST_GAIN} times less than usual.",
    ]
    title = f"2. CPU time per order, with durable commits ({setting.orders:,} orders)"
    return Table(title, heads, rows, notes)


def _measured(setting: Setting) -> Iterator[Lives]:
    for pair in PAIRS:
        yield lives(pair, setting.orders, setting.folder, setting.certificate, setting.clients)


def _sides(one: Lives) -> tuple[type[Marketplace], type[Shop]]:
    market, shop = one.pair
    return MARKETPLACES[market], SHOPS[shop]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {endpoint}" for endpoint, count in counts.most_common())


def _clients() -> str:
    known = [(one.name, one.client) for one in MARKETPLACES.values()]
    known += [(one.name, one.client) for one in SHOPS.values()]
    listed = ", ".join(f"{name}: {client}" for name, client in known)
    return f"The usual clients, in a plain loop: {listed}."


def _patched() -> list[str]:
    known = [one.patched for one in MARKETPLACES.values()]
    known += [one.patched for one in SHOPS.values()]
    return [f"Changed to reach the sandbox: {one}." for one in known if one]

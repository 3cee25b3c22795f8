"""SIGKILL at every boundary of every effect: before, late, after the act, the answer, the commit.

One run after the other is killed at the next order; then the program runs until nothing is under
way. The ledgers of the sandboxes tell what really happened.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from orderlink.sandbox.server import Answer
from orderlink.sandbox.woocommerce import RATES
from orderlink.sandbox.woocommerce_tax import SandboxTax

from .bench import Bench, code_of, only_ci
from .gate import Held, Point, asks

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.sandbox.server import Request

pytestmark = pytest.mark.process

POINTS = tuple(Point)
SIGNAL = -9


def kill_at_every_point(
    bench: Bench,
    matches: Callable[[Request], bool],
    before: Callable[[], object] = lambda: None,
) -> None:
    """Kill a run at each point of such a write; a late one arrives when the next run has looked."""
    late: Held | None = None
    for point in POINTS:
        before()
        state = sqlite3.connect(bench.state, isolation_level=None, check_same_thread=False)
        hold_the_file = lambda state=state: state.execute("BEGIN IMMEDIATE")  # noqa: E731
        held = Held(matches, point, prepare=hold_the_file)
        assert bench.kill_at(held) == SIGNAL, point
        state.close()
        if late is not None:
            late.released.set()
        late = held if point is Point.LATE else None


def placed(bench: Bench) -> list[str]:
    """One order for each point, and one that is left alone."""
    return bench.place(len(POINTS) + 1)


def wrongly_taxed(bench: Bench) -> list[str]:
    """Let the shop change its rates behind the program's back."""
    bench.place()
    bench.sync_here()
    reduced = [replace(rate, percent="9.0000") for rate in RATES]
    bench.shop.change_taxes(SandboxTax(), reduced)
    return placed(bench)


def each_once_in_the_shop_and_shipped(bench: Bench) -> None:
    """Hold the ledgers against what was ordered, once now and once when all is shipped."""
    orders = {one.id for one in bench.bol.orders()}
    assert bench.created() == dict.fromkeys(orders, 1)
    assert set(bench.shipped()) <= orders
    bench.complete(sorted(orders - set(bench.shipped())))
    bench.settle(by_hand=0)
    assert bench.created() == dict.fromkeys(orders, 1)
    assert bench.shipped() == dict.fromkeys(orders, 1)
    codes = {one.order_id: one.code for one in bench.bol.ledger.executed if one.code}
    assert all(code == code_of(order) for order, code in codes.items())
    assert bench.problems() == []
    assert bench.run("status")[0] == 0


@pytest.mark.parametrize("together", [3, pytest.param(1, marks=only_ci)])
def test_killed_at_creating(bench: Bench, together: int) -> None:
    bench.sync_here()
    creating = asks("POST", "/orders(/batch)?$")
    kill_at_every_point(bench, creating, lambda: bench.place(together))
    bench.settle()
    each_once_in_the_shop_and_shipped(bench)


@only_ci
def test_killed_at_correcting(bench: Bench) -> None:
    wrongly_taxed(bench)
    kill_at_every_point(bench, asks("PUT", "/orders/"))
    bench.settle()
    shown = bench.shop.control("orders", {})
    assert {order["total"] for order in shown} == {"10.90"}
    each_once_in_the_shop_and_shipped(bench)


@only_ci
def test_killed_at_setting_on_hold(bench: Bench) -> None:
    orders = wrongly_taxed(bench)
    on_hold = asks("PUT", "/orders/", b"on-hold")
    correcting = asks("PUT", "/orders/")

    def refuse(request: Request) -> Answer | None:
        refused = correcting(request) and not on_hold(request)
        return Answer(400, b'{"code":"no","message":"not today"}') if refused else None

    bench.gate.refuse = refuse
    kill_at_every_point(bench, on_hold)
    told = [bench.run("sync")]
    time.sleep(1)
    told.append(bench.run("sync"))
    assert [code for code, _, _ in told] == [1, 1]
    lines = "".join(err for _, _, err in told).splitlines()
    assert sorted(order for order in orders for line in lines if order in line) == orders
    shown = bench.shop.control("orders", {})
    held = [one["transaction_id"] for one in shown if one["status"] == "on-hold"]
    assert sorted(held) == orders
    changes = [one.order_id for one in bench.shop.ledger.changes if one.after == "on-hold"]
    assert len(changes) == len(set(changes)) == len(orders)
    assert bench.created() == dict.fromkeys([one.id for one in bench.bol.orders()], 1)
    assert bench.unsettled() == []


def test_killed_at_reporting_a_shipment(bench: Bench) -> None:
    orders = placed(bench)
    bench.sync_here()
    bench.complete(orders)
    kill_at_every_point(bench, asks("POST", "/retailer/shipments$"))
    bench.settle()
    assert bench.shipped() == dict.fromkeys(orders, 1)
    each_once_in_the_shop_and_shipped(bench)


@only_ci
def test_killed_at_sending_a_late_code(bench: Bench) -> None:
    orders = placed(bench)
    bench.sync_here()
    bench.complete(orders, codes=False)
    bench.sync_here()
    time.sleep(1)
    bench.settle(by_hand=0)
    assert bench.shipped() == dict.fromkeys(orders, 1)
    bench.add_codes(orders)
    kill_at_every_point(bench, asks("PUT", "/retailer/transports/"))
    bench.settle()
    sent = sorted((one.order_id, one.code) for one in bench.bol.ledger.transports)
    assert sent == [(order, code_of(order)) for order in orders]
    each_once_in_the_shop_and_shipped(bench)

"""Whatever fails while orders are taken over: none is created a second time, each is stamped."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from orderlink.decide.adoption import Wish
from orderlink.errors import StateError
from orderlink.model import Status
from tests.simulation.disk import Disk
from tests.simulation.faults import COMMIT_KINDS
from tests.support.faults import (
    MAINTENANCE,
    UNAVAILABLE,
    Act,
    Fault,
    MachineDied,
    answer,
    died_after,
    died_before,
    lost_after,
    lost_before,
    refused,
)
from tests.support.others import bring, mark_of
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

WISH = Wish("meta:memo")
STAMPS = {"woocommerce": ("PUT", "/orders/"), "shopify": ("POST", "#Stamp$")}
ACTS: dict[str, Act] = {
    "refused": refused,
    "lost before": lost_before,
    "lost after": lost_after,
    "died before": died_before,
    "died after": died_after,
    "401": answer(401, b"{}"),
    "404": answer(404, b'{"code":"rest_no_route","message":"no"}'),
    "429": answer(429, b"", Retry_After="60"),
    "503": UNAVAILABLE,
    "html": MAINTENANCE,
}


@dataclass
class Exchange(Fault):
    """A fault that strikes one exchange alone, counted from 1 over all connections."""

    at: int = 1

    def strikes(self, _method: str, _url: str) -> bool:
        """Count, and tell whether this is the one."""
        self.at -= 1
        return self.at == 0


def taken_over_from(merchant: Merchant) -> dict[str, str]:
    """Let another program have brought two orders in, one of them completed, a day ago."""
    orders = [merchant.place(), merchant.place()]
    there = {order: bring(merchant.in_shop, meta={"memo": order}) for order in orders}
    merchant.complete(there[orders[1]], "3SABCD1234567")
    merchant.later(hours=20)
    return there


def try_to_adopt(merchant: Merchant) -> None:
    with suppress(MachineDied, StateError):
        merchant.run("adopt", wish=WISH)


def nothing_is_there_twice(merchant: Merchant, there: dict[str, str]) -> set[str]:
    """Let cron run for an hour: what was taken over is stamped and followed, nothing is created.

    Gives what was taken over.
    """
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.8)
    assert len(merchant.in_shop.ledger.created) == len(there)
    store = merchant.store()
    known = {order: store.orders_named(order) for order in there}
    store.close()
    for order, rows in known.items():
        assert [row.shop_order_id for row in rows] in ([], [there[order]])
        stamped = mark_of(merchant.in_shop, there[order])
        assert stamped == (f"bol::{order}" if rows else None)
    return {order for order, rows in known.items() if rows}


def and_then_all_is_well(merchant: Merchant, there: dict[str, str]) -> None:
    """Let a person adopt once more, and cron go on."""
    merchant.run("adopt", wish=WISH)
    merchant.sync_every_five_minutes(0.3)
    first, completed = there
    assert merchant.order(first).shop_order_id == there[first]
    assert merchant.status(completed) is Status.SHIPPED
    assert len(merchant.shipments(completed)) == 1
    assert len(merchant.in_shop.ledger.created) == len(there)
    assert merchant.problems() == []


@pytest.fixture(scope="module", params=list(STAMPS))
def shop_type(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def merchant(tmp_path: Path, shop_type: str) -> Merchant:
    return Merchant(tmp_path, shop_type=shop_type)


def fault_at_stamping(merchant: Merchant, act: Act, times: int = 1) -> None:
    merchant.fault(merchant.shop_name, *STAMPS[merchant.shop_type], act, times)


def stamps(merchant: Merchant) -> int:
    """Count how often our reference was written."""
    return merchant.asked(*STAMPS[merchant.shop_type])


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory: pytest.TempPathFactory, shop_type: str) -> int:
    merchant = Merchant(tmp_path_factory.mktemp("counted"), shop_type=shop_type)
    taken_over_from(merchant)
    merchant.run("adopt", wish=WISH)
    return len(merchant.calls)


@pytest.fixture
def step(pytestconfig: pytest.Config) -> int:
    """Give the distance of the points that are struck: each with `--ci`, else one in eleven."""
    return 1 if pytestconfig.getoption("--ci") else 11


@pytest.mark.parametrize("kind", ACTS)
def test_whatever_befalls_one_exchange(
    tmp_path: Path, exchanges: int, kind: str, step: int, shop_type: str
) -> None:
    assert exchanges >= 10
    for number in range(1 + list(ACTS).index(kind) % step, exchanges + 1, step):
        merchant = Merchant(tmp_path / str(number), shop_type=shop_type)
        there = taken_over_from(merchant)
        fault = Exchange("", "", ACTS[kind], at=number)
        merchant.faults = {"bol": [fault], merchant.shop_name: [fault]}
        try_to_adopt(merchant)
        merchant.no_more_faults()
        nothing_is_there_twice(merchant, there)
        and_then_all_is_well(merchant, there)


def _kind_at(disk: Disk, number: int, kind: str) -> str:
    return kind if disk.commits == number else ""


@pytest.mark.parametrize("kind", COMMIT_KINDS)
def test_whatever_befalls_one_commit(tmp_path: Path, kind: str, step: int, shop_type: str) -> None:
    number, struck = 1 + list(COMMIT_KINDS).index(kind) % step, True
    while struck:
        merchant = Merchant(tmp_path / str(number), shop_type=shop_type)
        there = taken_over_from(merchant)
        disk = Disk()
        disk.strike = partial(_kind_at, disk, number, kind)
        merchant.world = replace(merchant.world, connect=disk.connect)
        try_to_adopt(merchant)
        merchant.world = replace(merchant.world, connect=None)
        struck = disk.commits >= number
        taken_over = nothing_is_there_twice(merchant, there)
        assert taken_over in (set(), set(there)), "they are linked in one transaction"
        and_then_all_is_well(merchant, there)
        number += step
    assert number > 10


def test_a_lost_stamp_is_looked_up_and_not_sent_again_before_the_quarantine_ends(
    merchant: Merchant,
) -> None:
    there = taken_over_from(merchant)
    fault_at_stamping(merchant, lost_before)
    try_to_adopt(merchant)
    for _ in range(2):
        merchant.later(minutes=5)
        merchant.sync()
    first, second = there
    marks = [mark_of(merchant.in_shop, there[order]) for order in there]
    assert sorted(map(bool, marks)) == [False, True], "the other one goes in the next run"
    assert stamps(merchant) == 2
    merchant.later(minutes=6)
    merchant.sync()
    assert mark_of(merchant.in_shop, there[first]) == f"bol::{first}"
    assert mark_of(merchant.in_shop, there[second]) == f"bol::{second}"


def test_a_stamp_whose_answer_was_lost_is_found_and_not_written_again(merchant: Merchant) -> None:
    taken_over_from(merchant)
    fault_at_stamping(merchant, lost_after)
    try_to_adopt(merchant)
    merchant.later(minutes=5)
    merchant.sync()
    assert stamps(merchant) == 2, "one for each order"
    assert merchant.problems() == []


def test_while_it_is_not_stamped_an_adopted_order_is_neither_reported_nor_complained_of(
    merchant: Merchant,
) -> None:
    taken_over_from(merchant)
    fault_at_stamping(merchant, refused, times=-1)
    try_to_adopt(merchant)
    merchant.sync_every_five_minutes(0.4)
    assert merchant.bol.ledger.accepted == []
    assert set(merchant.problems()) == {"mending_fails"}
    merchant.no_more_faults()
    merchant.later(hours=7)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == []
    assert len(merchant.bol.ledger.executed) == 1


def test_a_machine_that_adopts_what_another_one_follows_takes_nothing(
    tmp_path: Path, shop_type: str
) -> None:
    first, second = (Merchant(tmp_path / one, shop_type=shop_type) for one in ("first", "second"))
    second.market, second.clock, second.world.clock = first.market, first.clock, first.clock
    vars(second)[second.shop_name] = first.in_shop
    there = taken_over_from(first)
    try_to_adopt(first)
    (plan,) = second.run("adopt", wish=WISH).plans
    assert plan.found() == ()
    assert len(plan.not_taken()) == len(there)
    assert stamps(first) == 2
    assert stamps(second) == 0

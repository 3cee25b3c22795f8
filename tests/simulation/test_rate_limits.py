"""A day with a backlog against Amazon's usage plans: not one request too many, hardly one too few.

The sandbox keeps Amazon's published token buckets to the token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from orderlink.sandbox.amazon_access import PUBLISHED
from tests.support.markets import AmazonMarket
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.only_ci

CYCLE = timedelta(minutes=5)
CYCLES = 24 * 12
SEARCH, CONFIRM = PUBLISHED["searchOrders"], PUBLISHED["confirmShipment"]
PART = 0.9


@dataclass(frozen=True)
class Cycle:
    """One cron run: when it began, how long it took, and what it left to be done."""

    begin: float
    seconds: float
    searches: int
    confirmations: int
    created: int
    to_confirm: int


class Day:
    """A merchant with a backlog, whose warehouse packs whatever is in the shop at once."""

    def __init__(self, folder: Path, orders: int, page_size: int) -> None:
        self.merchant = Merchant(
            folder,
            market=partial(AmazonMarket, page_size=page_size),
            marketplace='max_new_orders = 0\nimport_from = "open"',
        )
        self.orders = [self.merchant.place() for _ in range(orders)]
        self.merchant.later(minutes=5)
        self.begin = self.merchant.clock.monotonic()
        self.packed = 0

    def _done(self) -> tuple[int, int]:
        answers = self.merchant.amazon.ledger.answers
        return answers["searchOrders", 200], answers["confirmShipment", 204]

    def cycle(self) -> Cycle:
        """Let cron run once, and the warehouse pack what came into the shop."""
        merchant = self.merchant
        before, begin = self._done(), merchant.clock.monotonic()
        merchant.sync()
        seconds = merchant.clock.monotonic() - begin
        searches, confirmations = self._done()
        found = Cycle(
            begin - self.begin,
            seconds,
            searches - before[0],
            confirmations - before[1],
            len(merchant.woo.ledger.created),
            self.packed - confirmations,
        )
        for order in merchant.woo.ledger.created[self.packed :]:
            merchant.complete(order.transaction_id, f"3SABCD{self.packed:07}")
            self.packed += 1
        merchant.clock.advance(max(CYCLE.total_seconds() - seconds, 0.0))
        return found


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return Day(tmp_path_factory.mktemp("limits") / "merchant", orders=5_000, page_size=100)


@pytest.fixture(scope="module")
def cycles(day: Day) -> list[Cycle]:
    return [day.cycle() for _ in range(CYCLES)]


def test_no_request_is_too_many(day: Day, cycles: list[Cycle]) -> None:
    assert len(cycles) == CYCLES
    answers = day.merchant.amazon.ledger.answers
    assert {status for _, status in answers} == {200, 204}


def test_the_searches_that_are_allowed_are_made_while_there_is_something_to_read(
    day: Day, cycles: list[Cycle]
) -> None:
    reading = [cycle for cycle in cycles if cycle.created < len(day.orders)]
    assert len(reading) >= 10, "the limit binds"
    allowed = SEARCH.burst + SEARCH.per_second * reading[-1].begin
    assert sum(cycle.searches for cycle in reading) >= PART * allowed


def test_the_confirmations_that_are_allowed_are_made_while_a_run_lasts(
    cycles: list[Cycle],
) -> None:
    confirming = [cycle for cycle in cycles if cycle.to_confirm]
    assert confirming, "the limit binds"
    for cycle in confirming:
        allowed = CONFIRM.burst + CONFIRM.per_second * cycle.seconds
        assert cycle.confirmations >= PART * allowed
        assert cycle.seconds <= 240


def test_every_order_is_in_the_shop_once_and_confirmed_once(day: Day, cycles: list[Cycle]) -> None:
    assert cycles[-1].created == len(day.orders)
    merchant = day.merchant
    created = [order.transaction_id for order in merchant.woo.ledger.created]
    confirmed = [package.order_id for package in merchant.amazon.ledger.executed]
    assert sorted(created) == sorted(confirmed) == sorted(day.orders)
    assert merchant.amazon.ledger.updated == []
    assert {str(merchant.status(order)) for order in day.orders[::100]} == {"shipped"}
    assert merchant.problems() == []
    assert merchant.told == []


def test_no_order_was_asked_for_by_itself(day: Day, cycles: list[Cycle]) -> None:
    assert cycles
    assert day.merchant.amazon.ledger.answers["getOrder", 200] == 0

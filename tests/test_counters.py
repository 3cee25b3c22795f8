"""Counters always equal counts: they are written where the orders themselves are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orderlink.decide.counting import counted_closing, counted_event
from orderlink.decide.verdict import Problem, Verdict
from orderlink.model import Status
from orderlink.rows import Event, LineRow, OrderKey, OrderRow, Tally
from orderlink.store import Store
from orderlink.store.database import Database
from tests.process.schemas import played
from tests.support.counting import miscounted
from tests.support.world import START, Merchant

if TYPE_CHECKING:
    from pathlib import Path

KEYS = st.builds(OrderKey, st.sampled_from(["bol-1", "bol-2"]), st.sampled_from(["A", "B", "C"]))
LINES = st.builds(
    LineRow,
    line_id=st.sampled_from(["1", "2"]),
    quantity=st.integers(1, 3),
    shipped=st.integers(0, 3),
    cancelled=st.integers(0, 1),
    by_marketplace=st.booleans(),
)
CLOSINGS = st.sampled_from([{}, {"closed_without_code": True}, {"closed_without_code": False}])


class Changes(RuleBasedStateMachine):
    """Orders come, change, are left out; some verdicts were taken on what is not so any more."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(Database(":memory:"))
        self.now = datetime(2026, 7, 1, 10, 50, tzinfo=UTC)
        self.seen: dict[OrderKey, OrderRow] = {}

    @rule(key=KEYS, shop=st.sampled_from(["woo-1", "woo-2"]), lines=st.lists(LINES, max_size=2))
    def add(self, key: OrderKey, shop: str, lines: list[LineRow]) -> None:
        archived = self.store.archived_order(key)
        added = self.store.add_order(key, shop, self.now, self.now, lines, "")
        assert not (added and archived)

    @rule(key=KEYS)
    def look(self, key: OrderKey) -> None:
        row = self.store.order(key)
        if row is not None:
            self.seen[key] = row

    @rule(key=KEYS, status=st.sampled_from(list(Status)), changes=CLOSINGS)
    def move(self, key: OrderKey, status: Status, changes: dict[str, bool]) -> None:
        if self.store.order(key) and key in self.seen:
            self.store.apply(self.seen[key], Verdict(status=status, changes=changes), self.now)

    @rule(key=KEYS, lines=st.lists(LINES, min_size=1, max_size=2))
    def change_lines(self, key: OrderKey, lines: list[LineRow]) -> None:
        if self.store.order(key) and key in self.seen:
            verdict = Verdict(changes={"lines": tuple(lines)})
            self.store.apply(self.seen[key], verdict, self.now)

    @rule(key=KEYS, word=st.sampled_from(["held", "shop_refused"]))
    def fail(self, key: OrderKey, word: str) -> None:
        with self.store.transaction():
            self.store.open_problem(key, Problem(word, "why"), self.now)

    @rule(key=KEYS, word=st.sampled_from(["created", "found_in_shop", "parcels"]))
    def happen(self, key: OrderKey, word: str) -> None:
        with self.store.transaction():
            self.store.add_event(key, Event(word), self.now)

    @rule(key=KEYS)
    def leave_out(self, key: OrderKey) -> None:
        self.store.leave_out(key, self.now)

    @rule(key=KEYS)
    def archive(self, key: OrderKey) -> None:
        row = self.store.order(key)
        if row is not None and row.closed_at is not None:
            self.store.archive(key, self.now)
            assert self.store.order(key) is None

    @rule(key=KEYS)
    def recall(self, key: OrderKey) -> None:
        before = self.store.archived_order(key)
        assert self.store.recall(key) is (before is not None)

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def counters_are_counts(self) -> None:
        assert miscounted(self.store) == {}

    def teardown(self) -> None:
        self.store.close()


Changes.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, database=None, derandomize=True
)
test_counters_equal_counts_whatever_is_changed = Changes.TestCase


def test_counters_equal_counts_after_a_life_in_which_everything_occurs(tmp_path: Path) -> None:
    merchant, _ = played(tmp_path)
    store = merchant.store()
    assert miscounted(store) == {}
    statuses = {one.status for one in store.order_counts()}
    assert statuses == set(Status) - {Status.PENDING_CANCELLATION, Status.MANUAL}
    store.close()


def test_what_happened_is_tallied_by_the_hour_and_its_kind(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path)
    with_code, without = merchant.settled(), merchant.settled()
    merchant.later(hours=1)
    merchant.complete(with_code, "3SABCD1234567")
    merchant.complete(without)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(hours=3, minutes=5)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    store = merchant.store()
    tallies = store.tallies(START)
    store.close()
    first = START.replace(minute=0)

    def at(hours: int, word: str, kind: str, times: int) -> Tally:
        return Tally(first + timedelta(hours=hours), "bol-1", word, kind, times)

    assert tallies == [
        at(0, "created", "", 2),
        at(0, "imported", "", 2),
        at(1, "shipped", "with_code", 1),
        at(4, "shipped", "without_code", 1),
    ]


def test_an_order_that_proves_to_be_the_marketplaces_own_does_not_count(tmp_path: Path) -> None:
    store = Store(Database(tmp_path / "state.sqlite3"))
    key, seen = OrderKey("bol-1", "A"), START
    store.add_order(key, "woo-1", seen, seen, (), "")
    store.leave_out(key, seen + timedelta(hours=2))
    assert store.order_counts() == []
    assert store.tallies(START) == []
    store.close()


@pytest.mark.parametrize(
    ("event", "counted"),
    [
        (Event("created", {"shop_order": "16"}), ("created", "")),
        (Event("found_in_shop", {"shop_order": "16"}), ("created", "found")),
        (Event("problem", {"word": "held", "why": "x"}), ("problem", "held")),
        (Event("solved", {"word": "held"}), None),
        (Event("seen"), None),
    ],
)
def test_of_events_creations_and_problems_count(
    event: Event, counted: tuple[str, str] | None
) -> None:
    assert counted_event(event) == counted


@pytest.mark.parametrize(
    ("verdict", "counted"),
    [
        (Verdict(status=Status.CANCELLED), ("cancelled", "")),
        (Verdict(status=Status.SHIPPED), ("shipped", "elsewhere")),
        (Verdict(Status.SHIPPED, {"closed_without_code": True}), ("shipped", "without_code")),
        (Verdict(Status.SHIPPED, {"closed_without_code": False}), ("shipped", "with_code")),
        (Verdict(status=Status.MANUAL), None),
        (Verdict(changes={"closed_without_code": False}), None),
    ],
)
def test_of_changes_of_the_status_closings_count(
    verdict: Verdict, counted: tuple[str, str] | None
) -> None:
    assert counted_closing(verdict) == counted

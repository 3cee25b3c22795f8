"""What the status shows at a glance, and what it says first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.clock import ManualClock
from orderlink.decide.verdict import Problem
from orderlink.lock import RunLock
from orderlink.model import Status
from orderlink.report.blocks import Bars
from orderlink.report.document import status_document
from orderlink.report.glance import bars
from orderlink.report.plain import render
from orderlink.report.status import gather
from orderlink.report.views import status_blocks, watch_blocks
from orderlink.rows import OrderKey
from tests.support.state import HOUR, NOW, add, configured, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.store import Store

TODAY = date(2026, 7, 1)
DAY = timedelta(days=1)
PATIENCE = timedelta(minutes=30)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    found = opened(config)
    yield found
    found.close()


def shown(config: Config, store: Store, now: datetime = NOW) -> str:
    return render(status_blocks(gather(config, store, now), PATIENCE))


def document(config: Config, store: Store, now: datetime = NOW) -> dict[str, Any]:
    return status_document(gather(config, store, now))


def fail(store: Store, order: str, word: str, hours: float = 0) -> None:
    with store.transaction():
        at = NOW - hours * HOUR
        store.open_problem(OrderKey("bol-1", order), Problem(word, f"it is {word}"), at)


def test_what_needs_a_person_comes_by_the_damage_of_a_days_delay(
    config: Config, store: Store
) -> None:
    add(store, "REST", Status.NOT_SHIPPED)
    add(store, "LATER", Status.NEW, ship_by=TODAY + 5 * DAY)
    add(store, "SHIP", Status.PENDING_SHIPMENT)
    add(store, "TODAY", Status.NEW, expires_on=TODAY)
    fail(store, "REST", "total_differs", hours=50)
    fail(store, "LATER", "product_unknown", hours=40)
    fail(store, "SHIP", "carrier_unknown", hours=1)
    fail(store, "TODAY", "address_incomplete")
    needs = document(config, store)["needs_person"]
    assert [(one["order"], one["damage"]) for one in needs] == [
        ("TODAY", "expiring"),
        ("SHIP", "shipping"),
        ("LATER", "creation"),
        ("REST", "rest"),
    ]
    assert [one["last_day"] for one in needs] == ["2026-07-01", None, "2026-07-06", None]
    assert "it must leave by 2026-07-01 (today)" in shown(config, store)


def test_a_connections_problem_is_as_urgent_as_its_most_urgent_order(
    config: Config, store: Store
) -> None:
    add(store, "TODAY", Status.NOT_SHIPPED, deliver_by=TODAY + DAY)
    fail(store, "", "too_many_new_orders")
    (one,) = document(config, store)["needs_person"]
    assert (one["damage"], one["last_day"]) == ("expiring", "2026-07-01")
    assert "an order of it must leave by 2026-07-01 (today)" in shown(config, store)


def test_the_date_of_an_order_that_is_closed_or_taken_over_presses_nobody(
    config: Config, store: Store
) -> None:
    add(store, "A1", Status.MANUAL, expires_on=TODAY)
    fail(store, "A1", "total_differs")
    (one,) = document(config, store)["needs_person"]
    assert (one["damage"], one["last_day"]) == ("rest", None)


def test_the_hours_tell_what_happened_when(config: Config, store: Store) -> None:
    add(store, "A1", Status.SHIPPED, closed_without_code=True)
    add(store, "A2", Status.CANCELLED)
    add(store, "A3", Status.NOT_SHIPPED)
    fail(store, "A3", "total_differs")
    found = document(config, store)
    assert len(found["hours"]) == 24
    none = {"imported": 0, "created": 0, "shipped": 0, "cancelled": 0, "problem": 0}
    assert found["hours"][0] == {"hour": "2026-06-30T13:00:00Z"} | none
    assert found["hours"][-2] == {"hour": "2026-07-01T11:00:00Z"} | none | {"imported": 3}
    last = {"hour": "2026-07-01T12:00:00Z", "shipped": 1, "cancelled": 1, "problem": 1}
    assert found["hours"][-1] == none | last
    (market,) = [one for one in found["connections"] if one["role"] == "marketplace"]
    assert market["last_24_hours"] == none | {
        "imported": 3,
        "shipped": 1,
        "cancelled": 1,
        "problem": 1,
    }
    text = shown(config, store)
    assert "Last 24 hours\n  imported  3\n  shipped   1\n  errors    1\n" in text
    later = document(config, store, NOW + 24 * HOUR)
    assert {tuple(one.values())[1:] for one in later["hours"]} == {(0, 0, 0, 0, 0)}


def test_all_that_wait_are_told_and_five_are_shown(config: Config, store: Store) -> None:
    for number in range(7):
        since = NOW - timedelta(minutes=170 + 3 * number)
        add(store, f"A{number}", Status.WAITING, waiting_since=since)
    add(store, "UNKNOWN", Status.WAITING)
    waiting = document(config, store)["waiting"]
    assert [one["order"] for one in waiting][:2] == ["UNKNOWN", "A6"]
    assert waiting[0]["seconds_left"] is None
    assert [one["seconds_left"] for one in waiting[1:]] == [0, 0, 0, 60, 240, 420, 600]
    text = shown(config, store)
    assert "it is over" in text
    assert "and 3 more: orderlink orders --status waiting" in text


def test_the_last_run_says_whether_cron_is_alive(config: Config, store: Store) -> None:
    assert "Last run: sync, 1 h ago, interrupted: its process was killed" in shown(config, store)
    assert document(config, store)["last_run"] == {
        "run": 1,
        "command": "sync",
        "started_at": "2026-07-01T11:00:00Z",
        "ended_at": None,
        "seconds": None,
        "outcome": "interrupted",
    }
    number = store.start_run("poll", NOW - timedelta(minutes=3, seconds=10))
    with store.transaction():
        store.end_run(number, "ok", {}, NOW - timedelta(minutes=3, seconds=6))
    assert "Last run: poll, 3 min ago, took 4 s.\n" in shown(config, store)
    assert document(config, store)["last_run"]["seconds"] == 4
    number = store.start_run("sync", NOW)
    with store.transaction():
        store.end_run(number, "failed", {}, NOW)
    assert "just now, took < 1 s, failed." in shown(config, store)
    store.start_run("sync", NOW)
    with RunLock(config.state, ManualClock(NOW)):
        assert "Last run: sync, just now, is running now." in shown(config, store)


def test_the_personal_data_that_are_held_are_counted(config: Config, store: Store) -> None:
    assert "No buyer's data are kept." in shown(config, store)
    add(store, "A1", Status.NEW, document={"ship_to": {"city": "Stad"}})
    assert "kept of 1 order, seen 1 h ago" in shown(config, store)
    add(store, "A2", Status.NEW, document={"ship_to": {"city": "Stad"}})
    assert "kept of 2 orders, the oldest seen 1 h ago" in shown(config, store)
    assert document(config, store)["personal_data_orders"] == 2


def test_a_screen_of_its_own_begins_with_what_matters_most(config: Config, store: Store) -> None:
    add(store, "A1", Status.WAITING, waiting_since=NOW)
    fail(store, "A1", "carrier_unknown")
    text = render(watch_blocks(gather(config, store, NOW), PATIENCE), 80)
    assert text.startswith("1 thing needs a person.\nLast run: sync, 1 h ago")
    titles = ("  bol  +", "Last 24 hours", "Needs a person", "Waiting for a code", "Orders by")
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_a_cancellation_under_way_has_its_part_of_the_bar(config: Config, store: Store) -> None:
    add(store, "A1", Status.NEW)
    (usual,) = bars(gather(config, store, NOW))
    assert isinstance(usual, Bars)
    assert (usual.parts[-1], usual.rows) == ("pending shipment", (("bol", (1, 0, 0, 0)),))
    add(store, "A2", Status.PENDING_CANCELLATION)
    (further,) = bars(gather(config, store, NOW))
    assert isinstance(further, Bars)
    assert (further.parts[-1], further.rows) == (
        "pending cancellation",
        (("bol", (1, 0, 0, 0, 1)),),
    )

"""Orders that were closed long ago: archived, and as unique and as easy to find as before."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink import people
from orderlink.config import load_config
from orderlink.cycle.archiving import AT_ONCE, archive
from orderlink.decide.verdict import Problem, Verdict
from orderlink.model import Status
from orderlink.rows import EffectState, Kind
from orderlink.store.archive import TABLES
from tests.simulation.disk import Disk
from tests.support.bulk import multiply
from tests.support.counting import miscounted
from tests.support.faults import MachineDied
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path


CODE = "3SABCD1234567"


def shipped(merchant: Merchant) -> str:
    """Let an order be created and its shipment reported."""
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED
    return order


def archived(merchant: Merchant) -> str:
    """Let an order be shipped, and more than 400 days pass."""
    order = shipped(merchant)
    age(merchant)
    assert merchant.order(order).archived_at == merchant.clock.now()
    return order


def age(merchant: Merchant) -> None:
    """Let more than 400 days pass; a first run deletes personal data."""
    for days in (31, 370):
        merchant.later(days=days)
        merchant.sync()


def listed_again(merchant: Merchant, order_id: str, **changes: Any) -> None:
    """Let bol list an order as changed, with what is given."""
    for item in merchant.bol._state.order(order_id).items:
        item.changed_at = merchant.clock.now()
        for name, value in changes.items():
            setattr(item, name, value)
    merchant.later(minutes=1)


def counted(merchant: Merchant) -> dict[str, int]:
    """Give how many rows each table has that orders are moved between."""
    with closing(sqlite3.connect(merchant.config.state)) as connection:
        return {
            table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608
            for name in TABLES
            for table in (name, f"archived_{name}")
        }


def everything(merchant: Merchant, order_id: str, prefix: str = "") -> dict[str, list[Any]]:
    """Give all rows of an order, hot or (prefix `archived_`) cold."""
    with closing(sqlite3.connect(merchant.config.state)) as connection:
        connection.row_factory = sqlite3.Row
        found = {}
        for table in TABLES:
            query = f"SELECT * FROM {prefix}{table} WHERE order_id = ?"  # noqa: S608
            rows = [dict(row) for row in connection.execute(query, (order_id,))]
            found[table] = [{**row, "archived_at": None, "purged": 1} for row in rows]
        return found


def assert_once(merchant: Merchant, order_id: str) -> None:
    """Hold shop, marketplace and counters to exactly once."""
    assert len(merchant.shop_orders(order_id)) == 1
    assert len(merchant.shipments(order_id)) == 1
    hot, cold = everything(merchant, order_id), everything(merchant, order_id, "archived_")
    assert len(hot["orders"] + cold["orders"]) == 1
    assert not (any(hot.values()) and any(cold.values())), "it is either here or there"
    assert sorted(one["kind"] for one in (hot if hot["orders"] else cold)["outbox"]) == [
        "create",
        "ship",
    ]
    store = merchant.store()
    assert miscounted(store) == {}
    store.close()


def test_an_order_is_archived_whole_and_is_found_by_all_its_names(merchant: Merchant) -> None:
    order = shipped(merchant)
    before = everything(merchant, order)
    history = merchant.history(order)
    number = merchant.order(order).shop_order_id
    age(merchant)
    cold = everything(merchant, order, "archived_")
    assert not any(everything(merchant, order).values())
    assert {name: len(rows) for name, rows in cold.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert all(cold[name] for name in ("orders", "codes", "outbox", "events"))
    for name in (order, number, CODE):
        assert merchant.order(name).key.order_id == order
    assert merchant.order(order).status is Status.SHIPPED
    assert merchant.history(order) == history
    store = merchant.store()
    effects = store.effects(merchant.order(order).key)
    store.close()
    assert [(one.kind, one.state) for one in effects] == [
        (Kind.CREATE, EffectState.DONE),
        (Kind.SHIP, EffectState.DONE),
    ]
    assert_once(merchant, order)


def test_an_order_stays_where_it_is_until_it_is_old_enough(merchant: Merchant) -> None:
    order = shipped(merchant)
    for days in (31, 368):
        merchant.later(days=days)
        report = merchant.sync()
        assert report.counts["archived"] == 0
    assert merchant.order(order).archived_at is None
    merchant.later(days=2)
    assert merchant.sync().counts["archived"] == 1


def test_never_means_never(merchant: Merchant) -> None:
    path = merchant.config.path
    path.write_text('archive_after = "never"\n' + path.read_text())
    merchant.config = load_config(path)
    order = shipped(merchant)
    merchant.later(days=3000)
    merchant.sync()
    merchant.later(days=1)
    merchant.sync()
    assert merchant.order(order).archived_at is None


def test_an_order_with_an_open_problem_stays(merchant: Merchant) -> None:
    order = shipped(merchant)
    row = merchant.order(order)
    store = merchant.store()
    problem = Problem("shipped_otherwise", "look")
    store.apply(row, Verdict(opens=(problem,)), merchant.clock.now())
    store.close()
    age(merchant)
    assert merchant.order(order).archived_at is None
    store = merchant.store()
    people.retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    for _ in range(2):
        merchant.later(minutes=5)
        merchant.sync()
    assert merchant.order(order).archived_at is not None


def test_what_is_listed_again_as_it_was_is_known_and_left_alone(merchant: Merchant) -> None:
    order = archived(merchant)
    at = merchant.order(order).archived_at
    listed_again(merchant, order)
    report = merchant.sync()
    assert (report.counts["imported"], report.counts["recalled"]) == (0, 0)
    assert merchant.order(order).archived_at == at
    assert_once(merchant, order)


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("sync", {"shipped": 0}),
        ("sync", {"shipped": 0, "cancelled": 1}),
        ("rebuild", {"shipped": 0}),
    ],
    ids=["open again", "cancelled late", "open again in a rebuild"],
)
def test_what_is_listed_again_otherwise_comes_back_and_is_not_created_twice(
    merchant: Merchant, changes: dict[str, int], stage: str
) -> None:
    merchant.configure(marketplace='import_from = "open"')
    order = archived(merchant)
    before = everything(merchant, order, "archived_")
    listed_again(merchant, order, **changes)
    report = merchant.run(stage)
    assert report.counts["recalled"] == 1
    assert report.counts["imported"] + report.counts["created"] + report.counts["found"] == 0
    (line,) = merchant.order(order).lines
    assert all(getattr(line, name) == value for name, value in changes.items())
    assert merchant.status(order) is Status.SHIPPED
    assert_once(merchant, order)
    after = everything(merchant, order, "archived_")
    assert [one["id"] for one in after["events"]][: len(before["events"])] == [
        one["id"] for one in before["events"]
    ]
    merchant.sync_every_five_minutes(1)
    assert_once(merchant, order)


def test_a_gap_of_days_after_which_everything_is_read_again_creates_nothing(
    merchant: Merchant,
) -> None:
    merchant.configure(marketplace='import_from = "open"')
    order = archived(merchant)
    merchant.later(days=5)
    listed_again(merchant, order, shipped=0)
    merchant.configure(marketplace='import_from = "2020-01-01"')
    merchant.sync()
    merchant.sync_every_five_minutes(0.5)
    assert_once(merchant, order)
    assert len(merchant.woo.ledger.created) == 1


def copied(folder: Path, merchant: Merchant) -> Merchant:
    """Give the same world with its state file elsewhere: marketplace and shop are shared."""
    copy = Merchant(folder)
    copy.market, copy.woo, copy.clock = merchant.market, merchant.woo, merchant.clock
    copy.world.clock = merchant.clock
    store = merchant.store()
    store.database.copy_to(str(copy.config.state))
    store.close()
    return copy


def crashing(kind: str, number: int) -> Disk:
    """Give a disk on which the machine dies at a commit, the one with this number."""
    disk = Disk()
    disk.strike = lambda: kind if disk.commits == number else ""
    return disk


@pytest.mark.parametrize("kind", ["crash before", "crash after"])
def test_a_crash_at_any_commit_of_archiving_and_recall_loses_and_doubles_nothing(
    merchant: Merchant, tmp_path: Path, kind: str
) -> None:
    """First the run that archives it, then the one in which it is listed again."""
    order = shipped(merchant)
    merchant.later(days=31)
    merchant.sync()
    merchant.later(days=370)
    for chapter in ("archived", "recalled"):
        if chapter == "recalled":
            merchant.sync()
            listed_again(merchant, order, shipped=0)
        crashes = 0
        while True:
            one = copied(tmp_path / f"{chapter}-{crashes}", merchant)
            disk = crashing(kind, crashes + 1)
            one.world = replace(one.world, connect=disk.connect)
            with suppress(MachineDied):
                one.sync()
            one.world = replace(one.world, connect=None)
            assert_once(one, order)
            one.later(minutes=1)
            report = one.sync()
            assert report.bugs == []
            assert_once(one, order)
            row = one.order(order)
            assert row.archived_at is not None
            assert row.lines[0].shipped == (chapter == "archived")
            if not disk.dead:
                break
            crashes += 1
        assert crashes > 3
    assert len(merchant.woo.ledger.created) == 1


def test_a_person_takes_an_archived_order_back(merchant: Merchant) -> None:
    order = merchant.settled()
    store = merchant.store()
    people.take_over(store, merchant.order(order), merchant.clock.now())
    store.close()
    age(merchant)
    row = merchant.order(order)
    assert row.archived_at is not None
    store = merchant.store()
    with store.transaction():
        assert store.recall(row.key)
        back = store.order(row.key)
        assert back is not None
        people.follow(store, back, merchant.clock.now())
    store.close()
    assert merchant.order(order).archived_at is None
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED
    assert_once(merchant, order)


def test_an_event_noted_meanwhile_never_takes_the_place_of_an_archived_one(
    merchant: Merchant,
) -> None:
    order = archived(merchant)
    ids = [one["id"] for one in everything(merchant, order, "archived_")["events"]]
    merchant.settled()
    store = merchant.store()
    assert store.recall(merchant.order(order).key)
    store.close()
    assert [one["id"] for one in everything(merchant, order)["events"]] == ids


def test_many_are_archived_in_bounded_runs_of_one_commit_each(merchant: Merchant) -> None:
    order = shipped(merchant)
    store = merchant.store()
    long_ago = merchant.clock.now() - timedelta(days=500)
    multiply(store, merchant.order(order), 2 * AT_ONCE + 1, long_ago)
    commits = []
    store.database.connection.set_trace_callback(
        lambda text: commits.append(text) if text.startswith(("COMMIT", "BEGIN")) else None
    )
    times = [archive(store, merchant.clock.now(), timedelta(days=400)) for _ in range(4)]
    assert times == [AT_ONCE, AT_ONCE, 1, 0]
    assert len([one for one in commits if one == "COMMIT"]) == 3, "none where nothing is due"
    assert miscounted(store) == {}
    store.close()
    rows = counted(merchant)
    assert (rows["orders"], rows["archived_orders"]) == (1, 2 * AT_ONCE + 1)


def test_the_cold_tables_have_the_columns_of_the_hot_ones(merchant: Merchant) -> None:
    store = merchant.store()
    for table in TABLES:
        hot, cold = (
            [row["name"] for row in store.database.execute(f"PRAGMA table_info({name})", {})]
            for name in (table, f"archived_{table}")
        )
        assert hot == cold
    store.close()


def test_nothing_of_a_buyer_reaches_the_archive(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.5)
    merchant.later(days=31)
    merchant.sync()
    row = merchant.order(order)
    store = merchant.store()
    late = Problem("shipped_otherwise", "Canarystreet 7")
    store.apply(row, Verdict(opens=(late,)), merchant.clock.now())
    store.apply(row, Verdict(closes=("shipped_otherwise",)), merchant.clock.now())
    store.close()
    merchant.later(days=370)
    merchant.sync()
    assert merchant.order(order).archived_at is not None
    raw = b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))
    assert b"Canarystreet" not in raw

"""Backups: what they hold, and that a restored one makes no order and no shipment twice."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from orderlink import marker, people
from orderlink.backups import restore_backup, write_backup
from orderlink.errors import ConfigurationError
from orderlink.files import new_file
from orderlink.lock import Locked, RunLock
from orderlink.model import Status
from orderlink.report.document import status_document
from orderlink.report.restored import closed_sentence, closed_until
from orderlink.report.status import look
from orderlink.report.views import warnings
from orderlink.rows import Kind
from orderlink.sandbox.bol_records import Article
from orderlink.store.database import Database
from tests.process.schemas import CODE, dump_file, newest, restore
from tests.support.faults import lost_before, refused
from tests.support.world import Merchant

BUYER = {
    "firstName": "Canaryfirst",
    "surname": "Canarylast",
    "streetName": "Canarystraat",
    "city": "Canarycity",
    "email": "canarymail@verkopen.bol.com",
}
QUARANTINE = timedelta(minutes=15)
UNKNOWN_ARTICLE = Article(reference="NOT-IN-THE-SHOP", ean="")


def backup(merchant: Merchant, name: str = "backup.sqlite3", *, overwrite: bool = False) -> Path:
    target = merchant.folder / name
    write_backup(merchant.config, target, overwrite=overwrite)
    return target


def restored(merchant: Merchant, file: Path) -> Path | None:
    return restore_backup(merchant.config, file, merchant.clock).kept


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


# What a backup holds


def test_a_backup_holds_the_orders_and_neither_tokens_nor_a_buyer(merchant: Merchant) -> None:
    in_shop = merchant.settled(ship_to=BUYER)
    not_found = merchant.place(UNKNOWN_ARTICLE, ship_to=BUYER)
    merchant.fault("woo", "POST", "/orders(/batch)?$", lost_before)
    unknown = merchant.place(ship_to=BUYER)
    merchant.later(minutes=5)
    merchant.sync()
    store = merchant.store()
    row = merchant.order(not_found)
    changes = {"shipping.street": "Canarystraat 8", f"lines.{row.lines[0].line_id}.sku": "SKU-1"}
    people.edit(store, row, changes, "canarylast", merchant.clock.now())
    store.close()
    state = merchant.config.state.read_bytes()
    assert b"Canarystraat" in state, "the canaries are there"
    assert b"sandbox-token-" in state
    target = backup(merchant)
    content = target.read_bytes().lower()
    for canary in ("canaryfirst", "canarystraat", "canarycity", "canarymail", "sandbox-token-"):
        assert canary.encode() not in content, canary
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    kept = {order for (order,) in rows(target, "SELECT order_id FROM orders")}
    assert kept == {in_shop, not_found, unknown}
    assert rows(target, "SELECT * FROM tokens") == []
    assert rows(target, "SELECT COUNT(*) FROM events")[0][0]
    edits = rows(target, f"SELECT edits FROM orders WHERE order_id = '{not_found}'")  # noqa: S608
    assert "sku" in str(edits)
    left = {path.name for path in merchant.folder.iterdir() if "backup" in path.name}
    assert left == {"backup.sqlite3"}, "one file that is whole"


def test_a_backup_is_made_of_one_moment_while_a_run_writes(merchant: Merchant) -> None:
    merchant.settled()
    store = merchant.store()
    with store.transaction():
        store.put_fact("half", "done")
        target = backup(merchant)
    store.close()
    assert rows(target, "SELECT * FROM facts WHERE name = 'half'") == []
    assert rows(target, "PRAGMA integrity_check") == [("ok",)]


def test_a_backup_takes_no_files_place_unless_it_is_told_to(merchant: Merchant) -> None:
    merchant.settled()
    target = backup(merchant)
    before = target.read_bytes()
    merchant.later(minutes=5)
    merchant.sync()
    with pytest.raises(ConfigurationError, match="is there already"):
        backup(merchant)
    assert target.read_bytes() == before
    backup(merchant, overwrite=True)
    assert target.read_bytes() != before
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    for ours in ("state.sqlite3", "state.sqlite3-wal", "state.sqlite3.run", "orderlink.toml"):
        with pytest.raises(ConfigurationError, match="belongs to orderlink"):
            backup(merchant, ours, overwrite=True)


def write_half(target: Path) -> None:
    with new_file(target, overwrite=True) as part:
        part.write_text("half")
        raise ZeroDivisionError


def test_a_file_that_could_not_be_finished_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("before")
    for name in ("new", "kept"):
        with pytest.raises(ZeroDivisionError):
            write_half(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept").read_text() == "before"


def test_a_file_that_appears_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "file"

    def write() -> None:
        with new_file(target, overwrite=False) as part:
            part.write_text("ours")
            target.write_text("another's")

    with pytest.raises(ConfigurationError, match="is there already"):
        write()
    assert target.read_text() == "another's"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_no_file_is_not_written_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, word in (("pipe", "no file"), (".", "folder"), ("no/where", "no folder")):
        with (
            pytest.raises(ConfigurationError, match=word),
            new_file(tmp_path / name, overwrite=True),
        ):
            raise AssertionError


# What a restore does


def test_a_restored_backup_creates_and_reports_nothing_again(merchant: Merchant) -> None:
    first = merchant.settled()
    early = backup(merchant)
    merchant.complete(first, CODE)
    merchant.later(minutes=5)
    second = merchant.place()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(first) is Status.SHIPPED
    kept = restored(merchant, early)
    assert merchant.status(first) is Status.NOT_SHIPPED, "as it was then"
    assert kept is not None
    assert {order for (order,) in rows(kept, "SELECT order_id FROM orders")} == {first, second}
    third = merchant.place()
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(1)
    assert any("a backup was restored: everything is looked at" in text for text in merchant.told)
    assert merchant.status(first) is Status.SHIPPED
    assert {merchant.status(order) for order in (second, third)} == {Status.NOT_SHIPPED}
    assert len(merchant.shipments(first)) == 1
    assert [len(merchant.shop_orders(order)) for order in (first, second, third)] == [1, 1, 1]


def test_for_a_quarantine_after_a_restore_nothing_is_sent(merchant: Merchant) -> None:
    merchant.settled()
    early = backup(merchant)
    restored(merchant, early)
    order = merchant.place()
    merchant.sync()
    merchant.later(minutes=14)
    merchant.sync()
    assert merchant.shop_orders(order) == []
    assert any("everything is only looked up" in text for text in merchant.said)
    merchant.later(minutes=2)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    store = merchant.store()
    assert store.restored_at() is None, "it counts no more"
    store.close()


def test_status_and_a_dry_run_say_that_nothing_is_sent_after_a_restore(merchant: Merchant) -> None:
    merchant.settled()
    early = backup(merchant)
    merchant.later(minutes=5)
    merchant.sync()
    restored(merchant, early)
    order = merchant.place()
    merchant.later(hours=1)  # the quarantine counts from the first run
    assert said_of_the_quarantine(merchant) == "2026-11-23 10:30 UTC"
    assert planned_by_a_dry_run(merchant) == []
    assert said_of_the_quarantine(merchant) == "2026-11-23 10:30 UTC", "a dry run is no run"
    merchant.sync()
    merchant.later(minutes=14)
    assert said_of_the_quarantine(merchant) == "2026-11-23 10:30 UTC"
    assert planned_by_a_dry_run(merchant) == []
    merchant.later(minutes=1)
    assert said_of_the_quarantine(merchant) == ""
    assert planned_by_a_dry_run(merchant) == [order]
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1


def said_of_the_quarantine(merchant: Merchant) -> str:
    """Give the time that the status names, in both of its forms."""
    report = look(merchant.config, merchant.clock.now())
    sentence = "A backup was restored: everything is looked up first, and nothing is sent to "
    (end, *_) = [text for text in warnings(report) if text.startswith(sentence)] or [""]
    told = end.removeprefix(f"{sentence}woo and bol before ").removesuffix(".")
    document = status_document(report)["nothing_sent_before"]
    assert document == (f"{told[:10]}T{told[11:16]}:00Z" if told else None)
    return told


def planned_by_a_dry_run(merchant: Merchant) -> list[str]:
    merchant.planned.clear()
    now = merchant.clock.now()
    report = merchant.sync(dry_run=True)
    assert bool(closed_until(merchant.config, report.restored_at, now)) == (not merchant.planned)
    return [one.order_id for one in merchant.planned if one.kind is Kind.CREATE]


def test_where_quarantines_differ_each_end_is_told(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace='quarantine = "20m"')
    now = merchant.clock.now()
    closed = closed_until(merchant.config, now, now)
    assert closed_sentence(closed).endswith(
        " nothing is sent to woo before 2026-11-23 09:15 UTC, to bol before 2026-11-23 09:20 UTC."
    )
    assert closed_until(merchant.config, now + timedelta(days=2), now) == closed, (
        "a wrong clock wrote it"
    )
    assert list(closed_until(merchant.config, now, now + timedelta(minutes=16))) == ["bol"]
    assert closed_sentence({}) == ""


def test_a_creation_that_arrives_after_the_restore_makes_no_double(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault("woo", "POST", "/orders(/batch)?$", refused)
    merchant.later(minutes=5)
    merchant.sync()
    early = backup(merchant)  # the creation is due in it
    merchant.later(minutes=6)
    merchant.fault("woo", "POST", "/orders(/batch)?$", lost_before)
    sent = len(merchant.calls)
    merchant.sync()
    assert merchant.asked("POST", "/orders(/batch)?$") == 2
    assert len(merchant.calls) > sent
    restored(merchant, early)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.shop_orders(order) == [], "what was sent before may still arrive"
    late_arrival(merchant, order)
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(1)
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.status(order) is Status.NOT_SHIPPED


def late_arrival(merchant: Merchant, order: str) -> None:
    """Let the request whose answer was lost arrive now."""
    from orderlink.sandbox import woocommerce_orders

    row = merchant.order(order)
    store = merchant.store()
    stamps = [
        {"key": "_orderlink_ref", "value": row.reference},
        {"key": "_orderlink_origin", "value": store.origin()},
    ]
    store.close()
    body = {"transaction_id": order, "line_items": [], "meta_data": stamps}
    woocommerce_orders.create(merchant.woo._store, body)


def test_a_report_that_was_due_in_the_backup_is_read_before_it_is_sent(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace='quarantine = "1m"')  # shorter than a look is fresh
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.later(minutes=5)
    merchant.run("poll")
    early = backup(merchant)
    merchant.run("push")
    merchant.later(minutes=1)
    merchant.run("push")
    assert len(merchant.shipments(order)) == 1
    restored(merchant, early)
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    for _ in range(8):
        merchant.run("push")  # alone, and each within a quarter of an hour of the last look
        merchant.later(minutes=4)
    assert merchant.asked("POST", "/shipments$") == 1
    assert merchant.status(order) is Status.SHIPPED


def test_a_restore_on_a_new_machine_makes_the_next_run_look_again(
    merchant: Merchant, tmp_path: Path
) -> None:
    first = merchant.settled()
    early = backup(merchant)
    merchant.later(minutes=5)
    second = merchant.place()
    merchant.sync()
    other = Merchant(tmp_path / "other")
    other.market, other.woo, other.clock = merchant.market, merchant.woo, merchant.clock
    other.world.clock = merchant.clock
    assert restored(other, early) is None, "nothing was there"
    other.later(minutes=5)
    other.sync_every_five_minutes(0.5)
    for order in (first, second):
        assert other.status(order) is Status.NOT_SHIPPED
        assert len(other.shop_orders(order)) == 1
    assert other.problems() == []


def test_the_mark_of_a_restore_is_in_the_file_and_beside_it(merchant: Merchant) -> None:
    merchant.settled()
    restored(merchant, backup(merchant))
    store = merchant.store()
    assert [one.full_look_at for one in store.connections()] == [None, None]
    assert store.restored_at() == merchant.clock.now()
    last = store.last_run()
    assert last is not None
    next_run = last.number + 1
    assert marker.age(merchant.config.state, store.origin(), next_run) is marker.Age.OLD
    store.close()


def test_every_state_of_orders_and_effects_survives_a_backup_and_a_restore(tmp_path: Path) -> None:
    from tests.process.schemas import played

    merchant, orders = played(tmp_path)
    restored(merchant, backup(merchant))
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(1)
    merchant.complete(orders["open"], "3SKLMN1234567")
    merchant.sync_every_five_minutes(4)
    wanted = dict.fromkeys(("shipped", "late", "waiting", "reported", "open"), Status.SHIPPED)
    wanted |= {"cancelled": Status.CANCELLED, "refused": Status.NEW}
    wanted |= {"unknown": Status.NOT_SHIPPED, "new": Status.NOT_SHIPPED}
    assert {name: merchant.status(order) for name, order in orders.items()} == wanted
    for name, order in orders.items():
        assert len(merchant.shop_orders(order)) == (name != "refused"), name
        assert len(merchant.shipments(order)) == (wanted[name] is Status.SHIPPED), name
    row = merchant.order(orders["unknown"])
    store = merchant.store()
    assert len(store.effects(row.key, Kind.CREATE)) == 1
    store.close()


def test_a_backup_of_an_earlier_schema_is_migrated(
    merchant: Merchant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orderlink.store import copies, database, reading

    old = tmp_path / "old.sqlite3"
    restore(dump_file(newest()).read_text(), old)
    script = "ALTER TABLE orders ADD COLUMN shade TEXT NOT NULL DEFAULT 'grey';"
    coming = [*database.migrations(), (9999, script)]
    for module in (database, reading, copies):
        monkeypatch.setattr(module, "migrations", lambda: coming)
    restored(merchant, old)
    assert rows(merchant.config.state, "PRAGMA user_version") == [(9999,)]
    assert rows(merchant.config.state, "SELECT DISTINCT shade FROM orders") == [("grey",)]


def a_diary(path: Path) -> None:
    path.write_text("dear diary " * 100)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
        connection.execute("PRAGMA user_version = 1")


def a_newer_one(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def a_cut_one(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def a_scratched_one(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 3 + 200] = b"\xff" * 200
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (Path.unlink, "cannot be read: No such file"),
        (a_folder, "cannot be read: Is a directory"),
        (a_diary, "is no state file of orderlink"),
        (another_database, "is no state file of orderlink"),
        (a_newer_one, "newer orderlink"),
        (a_cut_one, "is damaged"),
        (a_scratched_one, "is damaged"),
    ],
    ids=["missing", "folder", "diary", "another", "newer", "cut", "scratched"],
)
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(
    merchant: Merchant, spoil: object, word: str
) -> None:
    merchant.settled()
    target = backup(merchant)
    assert callable(spoil)
    spoil(target)
    before = merchant.config.state.read_bytes()
    there = sorted(path.name for path in merchant.folder.iterdir())
    with pytest.raises(ConfigurationError, match=word):
        restored(merchant, target)
    assert merchant.config.state.read_bytes() == before
    assert sorted(path.name for path in merchant.folder.iterdir()) == there


def test_the_present_state_file_is_no_backup_of_itself(merchant: Merchant) -> None:
    merchant.settled()
    with pytest.raises(ConfigurationError, match="is the present state file"):
        restored(merchant, merchant.config.state)


def test_a_restore_waits_for_no_run_and_disturbs_none(merchant: Merchant) -> None:
    merchant.settled()
    target = backup(merchant)
    with RunLock(merchant.config.state, merchant.clock), pytest.raises(Locked):
        restored(merchant, target)


def test_who_has_the_state_open_during_a_restore_sees_the_one_or_the_other(
    merchant: Merchant,
) -> None:
    first = merchant.settled()
    target = backup(merchant)
    second = merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    looking = merchant.store()
    assert len(looking.orders_named(second)) == 1
    restored(merchant, target)
    assert looking.orders_named(second) == []
    assert len(looking.orders_named(first)) == 1
    looking.put_fact("a", "b")
    looking.close()
    assert rows(merchant.config.state, "PRAGMA integrity_check") == [("ok",)]


def test_a_damaged_state_file_is_put_aside_as_it_is(merchant: Merchant) -> None:
    order = merchant.settled()
    target = backup(merchant)
    merchant.config.state.write_bytes(b"no database at all" * 1000)
    Path(f"{merchant.config.state}-wal").write_bytes(b"left over")
    kept = restored(merchant, target)
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database at all")
    assert Path(f"{kept}-wal").read_bytes() == b"left over"
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert len(merchant.shop_orders(order)) == 1


def test_a_backup_that_was_copied_by_hand_can_be_restored_too(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.store().close()
    by_hand = merchant.folder / "by-hand.sqlite3"
    shutil.copy(merchant.config.state, by_hand)
    Database(by_hand).close()
    restored(merchant, by_hand)
    assert merchant.status(order) is Status.NOT_SHIPPED

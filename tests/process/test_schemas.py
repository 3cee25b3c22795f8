"""A state file of every earlier schema is migrated, after a backup, and its orders go on."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from orderlink.errors import StateError
from orderlink.model import Status
from orderlink.store import Store, database
from orderlink.store.database import Database
from orderlink.store.reading import open_for_reading

from .schemas import CODE, FOLDER, dump_file, newest, played, restore

if TYPE_CHECKING:
    from pathlib import Path

    from .bench import Bench

DUMPS = sorted(FOLDER.glob("*.sql"))
NEXT = 9999
ADDS_A_COLUMN = "ALTER TABLE orders ADD COLUMN shade TEXT NOT NULL DEFAULT 'grey';"


def test_there_is_a_dump_of_every_schema() -> None:
    assert [dump.stem for dump in DUMPS] == [f"{number:04}" for number, _ in database.migrations()]


@pytest.mark.parametrize("dump", DUMPS, ids=[dump.stem for dump in DUMPS])
def test_the_orders_of_a_file_of_this_schema_reach_their_end(tmp_path: Path, dump: Path) -> None:
    merchant, orders = played(tmp_path)
    before = {name: merchant.status(order) for name, order in orders.items()}
    assert set(before.values()) == set(Status) - {Status.PENDING_CANCELLATION, Status.MANUAL}
    origin = merchant.store().origin()
    restore(dump.read_text(), merchant.config.state)
    merchant.store().put_fact("origin", origin)  # as it stands on the orders in this shop
    assert {name: merchant.status(order) for name, order in orders.items()} == before
    created = len(merchant.woo.ledger.created)
    merchant.sync()
    merchant.woo.control("add-code", {"order": orders["waiting"], "code": "3SWAIT0000001"})
    merchant.woo.control("add-code", {"order": orders["late"], "code": "3SLATE0000001"})
    merchant.later(minutes=61)
    for name in ("open", "unknown", "new"):
        merchant.sync()
        merchant.complete(orders[name], CODE)
    merchant.sync_every_five_minutes(1)
    kept = {"cancelled": Status.CANCELLED, "refused": Status.NEW}
    expected = {name: kept.get(name, Status.SHIPPED) for name in orders}
    assert {name: merchant.status(order) for name, order in orders.items()} == expected
    assert len(merchant.woo.ledger.created) == created + 1, "none but the one that was new"
    for name, order in orders.items():
        assert len(merchant.shop_orders(order)) == (name != "refused")
        assert len(merchant.shipments(order)) == (name not in kept)
    assert [one.code for one in merchant.bol.ledger.transports] == ["3SLATE0000001"]
    assert merchant.problems() == ["cancelled_at_marketplace", "product_unknown"]


@pytest.mark.process
@pytest.mark.parametrize("dump", DUMPS, ids=[dump.stem for dump in DUMPS])
def test_the_program_shows_a_file_of_this_schema_and_takes_it_over(
    bench: Bench, dump: Path
) -> None:
    bench.state.parent.mkdir()
    restore(dump.read_text(), bench.state)
    before = bench.state.read_bytes()
    _, out, err = bench.run("orders")
    assert (err, "C000000001" in out) == ("", True)
    assert bench.state.read_bytes() == before, "looking does not migrate"
    bench.place()
    bench.run("sync")
    assert bench.rows("PRAGMA user_version") == [(newest(),)]
    assert sum(bench.created().values()) == 1


def test_a_migration_makes_a_backup_without_tokens_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_a_token(tmp_path)
    coming(monkeypatch, ADDS_A_COLUMN)
    Database(path).close()
    backup = path.with_name(f"{path.name}.before-{NEXT}")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert b"secret-token" not in backup.read_bytes()
    assert (version_of(path), version_of(backup)) == (NEXT, newest())
    assert "shade" in columns(path)
    assert "shade" not in columns(backup)
    restored = dump_file(newest()).read_text().count('INSERT INTO "orders"')
    assert restored == count(backup, "orders") == count(path, "orders")


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_a_token(tmp_path)
    coming(monkeypatch, f"{ADDS_A_COLUMN}\nINSERT INTO no_such_table VALUES (1);")
    with pytest.raises(StateError, match="no_such_table"):
        Database(path)
    assert version_of(path) == newest()
    assert "shade" not in columns(path)
    coming(monkeypatch, ADDS_A_COLUMN)
    Database(path).close()
    assert version_of(path) == NEXT


def test_looking_at_a_file_of_an_earlier_schema_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_a_token(tmp_path)
    before = path.read_bytes()
    coming(monkeypatch, ADDS_A_COLUMN)
    store = open_for_reading(path)
    assert store is not None
    assert store.order_counts()
    store.close()
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_two_programs_that_migrate_at_once_both_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_a_token(tmp_path)
    coming(monkeypatch, ADDS_A_COLUMN)

    class Slower(Database):
        """Another one is done while this one writes its backup."""

        def backup(self, target: str) -> None:
            super().backup(target)
            Database(path).close()

    Store(Slower(path)).close()
    assert version_of(path) == NEXT


def with_a_token(folder: Path) -> Path:
    path = folder / "state.sqlite3"
    restore(dump_file(newest()).read_text(), path)
    with closing(sqlite3.connect(path)) as connection, connection:
        row = ("default", "bol-1", "access_token", "secret-token", None)
        connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?)", row)
    return path


def coming(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let the program be the next one, whose schema this script makes."""
    known = [one for one in database.migrations() if one[0] != NEXT]
    monkeypatch.setattr(database, "migrations", lambda: [*known, (NEXT, script)])
    monkeypatch.setattr("orderlink.store.reading.migrations", database.migrations)


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def columns(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(orders)")]


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        query = f"SELECT COUNT(*) FROM {table}"  # noqa: S608
        return int(connection.execute(query).fetchone()[0])

"""backup, restore and export, through the program as a process."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from orderlink.report.export import COLUMNS

from .installation import MUG, Installation, mounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process

FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One order shipped, one in the shop, one whose article the shop does not have."""
    at_bol, at_shop, one = mounted(tmp_path_factory.mktemp("life"))
    with at_bol, at_shop:
        one.configure()
        shipped = one.place()
        one.place()
        one.place(articles=(type(MUG)(reference=FORMULA, ean="", title="Mug \u00e9 \x1b[31m"),))
        one.lives()
        one.complete(shipped, "3SABCD000000001")
        one.lives()
        one.lives()
        yield one


@pytest.fixture
def lived(life: Installation, tmp_path: Path) -> Installation:
    """A copy of that life, which a test may go on with."""
    return replace(life, folder=shutil.copytree(life.folder, tmp_path / "copy"))


def exported(one: Installation, *arguments: str) -> list[dict[str, str]]:
    ended = one.run("export", *arguments)
    assert (ended.code, ended.err) == (0, "")
    return list(csv.DictReader(io.StringIO(ended.out)))


# backup and restore


def test_a_backup_is_silent_under_cron_and_described_on_a_terminal(lived: Installation) -> None:
    target = lived.folder / "backup.sqlite3"
    ended = lived.run("backup", str(target))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = lived.run("backup", str(target))
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err
    told = lived.on_terminal("backup", "--force", str(target))
    assert told.code == 0
    assert told.out.startswith(f"backup: {target}: 3 orders of bol, webshop, last run 3 at 20")


def test_a_restored_backup_brings_the_orders_back(lived: Installation) -> None:
    target = lived.folder / "backup.sqlite3"
    lived.run("backup", str(target))
    before = lived.run("orders", "--json").json()["orders"]
    taken = [one["order"] for one in before if one["status"] == "not_shipped"]
    lived.run("manual", *taken)
    ended = lived.run("restore", str(target))
    assert (ended.code, ended.err) == (0, "")
    first, second, third = ended.out.splitlines()
    assert first.startswith("restored: 3 orders of bol, webshop, last run 3 at 20")
    kept = second.removeprefix("what was there before is kept: ")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert third == "the next run looks at everything again; for 15m nothing is sent"
    after = lived.run("orders", "--json").json()["orders"]
    assert {one["order"]: one["status"] for one in after} == {
        one["order"]: one["status"] for one in before
    }
    sentence = "A backup was restored: everything is looked up first, and nothing is sent to"
    for command in (["status"], ["sync", "--dry-run"]):
        assert sentence in lived.run(*command).out
        assert lived.run(*command, "--json").json()["nothing_sent_before"]
    assert "  the next run reads it\n" in lived.run("show", taken[0]).out
    assert lived.run("show", taken[0], "--json").json()["seen_at"] is None
    sync = lived.run("sync")
    assert "a backup was restored: everything is looked at again" in sync.err
    assert len(lived.shop.control("orders", {})) == 2


def test_2_for_files_that_cannot_be_used(lived: Installation) -> None:
    (lived.folder / "diary").write_text("dear diary")
    for arguments, word in (
        (["backup", str(lived.state)], "belongs to orderlink"),
        (["backup", str(lived.folder)], "is a folder"),
        (["backup", "/no/where/at/all"], "there is no folder"),
        (["restore", str(lived.folder / "diary")], "is no state file of orderlink"),
        (["restore", str(lived.state)], "is the present state file"),
        (["restore", "/no/where"], "cannot be read"),
        (["export", "orders", str(lived.folder)], "is a folder"),
        (["export", "order"], "did you mean `orders`?"),
        (["export", "orders", "--status", "shippd"], "did you mean `shipped`?"),
        (["export", "problems", "--status", "shipped"], "--status is about orders"),
        (["export", "orders", "--connection", "amazon"], "there are: bol"),
        (["export", "orders", "--since", "soon"], "--since"),
        (["export", "orders", "--json", "--excel"], "--excel"),
    ):
        ended = lived.run(*arguments)
        assert (ended.code, ended.out) == (2, ""), arguments
        assert word in ended.err, arguments
        assert "Traceback" not in ended.err


def test_2_before_the_first_run_and_without_a_configuration(
    installation: Installation, tmp_path: Path
) -> None:
    target = str(tmp_path / "file")
    for command in (["backup", target], ["export", "orders"]):
        ended = installation.run(*command)
        assert (ended.code, ended.out) == (2, "")
        assert "nothing has run yet" in ended.err
    assert not installation.state.parent.exists()
    installation.config.write_text("state = [")
    for command in (["backup", target], ["restore", target], ["export", "orders"]):
        assert installation.run(*command).code == 2


def test_75_where_a_run_is_active(lived: Installation) -> None:
    target = str(lived.folder / "backup.sqlite3")
    lock = os.open(f"{lived.state}.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert lived.run("backup", target).code == 0, "a backup disturbs nobody"
    assert lived.run("restore", target).code == 75
    with lived.start("restore", target, "--wait") as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        fcntl.flock(lock, fcntl.LOCK_UN)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.startswith("restored: ")
    os.close(lock)


@pytest.mark.only_ci
def test_1_where_the_state_file_is_damaged_and_a_restore_mends_it(lived: Installation) -> None:
    target = lived.folder / "backup.sqlite3"
    lived.run("backup", str(target))
    lived.state.write_bytes(b"no database" * 1000)
    broken = lived.run("backup", str(lived.folder / "second"))
    assert broken.code == 1
    assert "is damaged" in broken.err
    assert not (lived.folder / "second").exists()
    ended = lived.run("restore", str(target))
    assert ended.code == 0
    assert "may hold buyers' data: delete it" in ended.out
    assert lived.run("orders").code == 0


# export


def test_orders_shipments_and_problems_are_exported_as_csv(lived: Installation) -> None:
    orders = exported(lived, "orders")
    assert tuple(orders[0]) == COLUMNS["orders"]
    assert [one["status"] for one in orders] == ["shipped", "not_shipped", "new"]
    assert (orders[0]["codes"], orders[0]["total"]) == ("3SABCD000000001", "12.99")
    assert orders[2]["problems"] == "product_unknown"
    (shipment,) = exported(lived, "shipments")
    assert tuple(shipment) == COLUMNS["shipments"]
    assert (shipment["order"], shipment["state"]) == (orders[0]["order"], "done")
    assert (shipment["code"], shipment["pieces"]) == ("3SABCD000000001", "1")
    (problem,) = exported(lived, "problems")
    assert tuple(problem) == COLUMNS["problems"]
    assert (problem["problem"], problem["solved_at"]) == ("product_unknown", "")


def test_json_holds_what_csv_does_and_more_and_as_it_is(lived: Installation) -> None:
    for what, keys in COLUMNS.items():
        ended = lived.run("export", what, "--json")
        assert ended.out.isascii()
        document = ended.json()
        assert (document["version"], ended.code, ended.err) == (1, 0, "")
        assert all(set(keys) <= set(one) for one in document[what])
    order = lived.run("export", "orders", "--json").json()["orders"][2]
    assert order["lines"][0]["sku"] == FORMULA
    assert exported(lived, "problems")[0]["details"].startswith("sku: =HYPERLINK")


def test_what_is_exported_can_be_chosen(lived: Installation) -> None:
    assert len(exported(lived, "orders", "--status", "shipped")) == 1
    assert len(exported(lived, "orders", "--connection", "bol", "--since", "1d")) == 3
    for what in COLUMNS:
        assert exported(lived, what, "--until", "1h") == []
        assert exported(lived, what, "--since", "2020-01-01", "--until", "2020-01-01") == []


def test_an_export_to_a_file_is_for_its_owner_and_takes_no_files_place(
    lived: Installation,
) -> None:
    target = lived.folder / "orders.csv"
    assert lived.run("export", "orders", str(target)).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text("utf-8") == lived.run("export", "orders").out
    assert lived.run("export", "orders", str(target)).code == 2
    assert lived.run("export", "orders", "--excel", "--force", str(target)).code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbfconnection;connection_id;order;")


def test_nothing_of_a_buyer_is_exported_and_nothing_steers_a_terminal(
    lived: Installation,
) -> None:
    for what in COLUMNS:
        for form in ("--csv", "--json"):
            out = lived.run("export", what, form).out
            assert "Havenstraat" not in out
            assert "\x1b" not in out


@pytest.mark.only_ci
def test_a_reader_that_goes_away_and_the_c_locale_are_no_fault(lived: Installation) -> None:
    with lived.start("export", "orders") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0
    ended = lived.run("export", "problems", LANG="C", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.isascii()


@pytest.mark.only_ci
def test_a_mapping_that_looks_like_a_formula_survives_its_csv(lived: Installation) -> None:
    for sku in ("=1+1", "-A", "'=B", "plain"):
        lived.run("map", "--", sku, "MUG-RED")
    text = lived.run("map", "--export", "-").out
    skus = [row["sku"] for row in csv.DictReader(io.StringIO(text))]
    assert not [sku for sku in skus if sku.startswith(("=", "+", "-", "@"))]
    (lived.folder / "map.csv").write_text(text)
    with closing(sqlite3.connect(lived.state)) as connection, connection:
        before = connection.execute("SELECT sku FROM product_map ORDER BY sku").fetchall()
        connection.execute("DELETE FROM product_map")
    assert lived.run("map", "--import", str(lived.folder / "map.csv")).code == 0
    with closing(sqlite3.connect(lived.state)) as connection:
        assert connection.execute("SELECT sku FROM product_map ORDER BY sku").fetchall() == before
    assert len(before) == 4
    assert json.loads(lived.run("orders", "--json").out)

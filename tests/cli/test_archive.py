"""Archived orders through the program as a process: every command finds them, or says so."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from .installation import Installation, mounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process

CODE = "3SABCD000000001"


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One order shipped and one taken over, both years ago and archived; one in the shop."""
    at_bol, at_shop, one = mounted(tmp_path_factory.mktemp("life"))
    with at_bol, at_shop:
        one.configure()
        shipped, taken_over, _ = one.place(), one.place(), one.place()
        one.lives()
        one.complete(shipped, CODE)
        one.run("manual", taken_over)
        one.lives()
        one.lives()
        with closing(sqlite3.connect(one.state)) as connection, connection:
            connection.execute(
                "UPDATE orders SET placed_at = '2019-01-01T00:00:00.000000Z',"
                " closed_at = '2019-01-02T00:00:00.000000Z' WHERE closed_at IS NOT NULL"
            )
        assert one.run("sync").code == 0
        yield one


@pytest.fixture
def lived(life: Installation, tmp_path: Path) -> Installation:
    """A copy of that life, which a test may go on with."""
    return replace(life, folder=shutil.copytree(life.folder, tmp_path / "copy"))


def numbers(one: Installation) -> list[str]:
    return [order.id for order in one.bol.orders()]


def listed(one: Installation, *arguments: str) -> list[str]:
    found = one.run("orders", "--json", *arguments).json()["orders"]
    return [order["order"] for order in found]


def test_lists_leave_archived_orders_out_and_say_so(lived: Installation) -> None:
    shipped, taken_over, in_shop = numbers(lived)
    assert listed(lived) == [in_shop]
    assert set(listed(lived, "--all")) == {shipped, taken_over, in_shop}
    assert listed(lived, "--all", "--status", "shipped") == [shipped]
    assert listed(lived, "--all", "--limit", "1") == [in_shop], "the newest first"
    assert listed(lived, "--all", "--since", "7d") == [in_shop]
    hint = "Archived orders are listed with --all."
    assert hint in lived.run("orders").out
    assert hint not in lived.run("orders", "--all").out
    assert hint not in lived.run("orders", "--limit", "1").out


@pytest.mark.sampled(3)
@pytest.mark.parametrize("by", ["number", "code", "shop id"])
def test_one_archived_order_is_shown_by_each_of_its_names(lived: Installation, by: str) -> None:
    shipped = numbers(lived)[0]
    shop_id = lived.run("show", shipped, "--json").json()["shop_order_id"]
    name = {"number": shipped, "code": CODE, "shop id": shop_id}[by]
    document = lived.run("show", name, "--json").json()
    assert (document["order"], document["status"]) == (shipped, "shipped")
    assert document["archived_at"]
    assert [one["kind"] for one in document["effects"]] == ["create", "ship"]
    assert {"seen", "created", "shipped"} <= {one["event"] for one in document["history"]}
    text = lived.run("show", name).out
    assert "Archived" in text
    assert CODE in text


@pytest.mark.only_ci
def test_the_log_tells_of_archived_orders_what_it_told_before(lived: Installation) -> None:
    shipped = numbers(lived)[0]
    runs = lived.run("log", "--json", "--order", shipped).json()["runs"]
    assert [one["run"] for one in runs] == [1, 2, 3]
    first = lived.run("log", "1", "--json").json()["events"]
    assert shipped in {one["order"] for one in first}
    assert 3 in [
        one["run"] for one in lived.run("log", "--json", "--connection", "webshop").json()["runs"]
    ]
    assert lived.run("log", "4", "--json").json()["counts"]["archived"] == 2


@pytest.mark.only_ci
def test_an_export_holds_archived_orders_in_their_order(lived: Installation) -> None:
    shipped, taken_over, in_shop = numbers(lived)
    for what, expected in (("orders", {shipped, taken_over, in_shop}), ("shipments", {shipped})):
        rows = list(csv.DictReader(io.StringIO(lived.run("export", what).out)))
        assert {row["order"] for row in rows} == expected
        assert len(rows) == len(expected)
    orders = lived.run("export", "orders", "--json").json()["orders"]
    assert orders[-1]["order"] == in_shop, "the oldest first"
    assert [bool(one["archived_at"]) for one in orders] == [True, True, False]
    (shipment,) = lived.run("export", "shipments", "--json").json()["shipments"]
    assert shipment["shop_order_number"], "that of the archived order"


@pytest.mark.only_ci
def test_status_counts_archived_orders_as_before(lived: Installation) -> None:
    connections = lived.run("status", "--json").json()["connections"]
    (bol,) = (one["orders"] for one in connections if one["role"] == "marketplace")
    assert (bol["shipped"], bol["manual"], bol["not_shipped"]) == (1, 1, 1)


def test_a_person_takes_an_archived_order_back(lived: Installation) -> None:
    _, taken_over, in_shop = numbers(lived)
    ended = lived.run("follow", taken_over)
    assert (ended.code, ended.err) == (0, "")
    assert "followed again" in ended.out
    assert set(listed(lived)) == {taken_over, in_shop}


def test_a_decision_that_changes_nothing_is_told_and_archived_again(lived: Installation) -> None:
    shipped = numbers(lived)[0]
    for command in ("retry", "manual", "follow", "release"):
        ended = lived.run(command, shipped)
        assert (ended.code, ended.err) == (1, "")
    lived.run("sync")
    assert shipped not in listed(lived)
    assert lived.run("show", shipped, "--json").json()["archived_at"]


@pytest.mark.only_ci
def test_a_purge_has_nothing_left_to_delete_in_the_archive(lived: Installation) -> None:
    assert (
        lived.run("purge", "--older-than", "1s").out == "buyers' data of 0 closed orders deleted\n"
    )


def test_a_restored_backup_has_its_archive(lived: Installation) -> None:
    shipped = numbers(lived)[0]
    target = lived.folder / "backup.sqlite3"
    assert lived.run("backup", str(target)).code == 0
    lived.state.unlink()
    assert lived.run("restore", str(target)).code == 0
    assert lived.run("show", shipped, "--json").json()["archived_at"]


@pytest.mark.only_ci
def test_a_rebuild_takes_no_archived_order_for_a_new_one(lived: Installation) -> None:
    before = listed(lived, "--all")
    assert lived.run("rebuild").code == 0
    assert listed(lived, "--all") == before
    assert len(lived.shop.ledger.created) == 3


def test_an_archive_before_personal_data_are_gone_is_one_sentence(lived: Installation) -> None:
    text = lived.config.read_text()
    lived.config.write_text('archive_after = "7d"\n' + text)
    ended = lived.run("status")
    assert ended.code == 2
    assert ended.err.count("archive_after") == 1
    assert "must be at least 30d: a day, and as long as keep_personal_data" in ended.err

"""edit, release, map, rebuild and purge from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orderlink.sandbox.bol_records import Article
from tests.support.world import Merchant

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path)


def orderlink(merchant: Merchant, *arguments: str, text: str = "", **environment: str) -> str:
    command = [sys.executable, "-m", "orderlink", "--config", str(merchant.config.path)]
    ended = subprocess.run(  # noqa: S603 - our own program
        [*command, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
    )
    return f"{ended.returncode} {ended.stdout}{ended.stderr}"


def test_an_order_is_mended_in_the_persons_own_editor(merchant: Merchant) -> None:
    order = merchant.settled(Article(reference="NOPE", ean="4006381333931"))
    script = merchant.folder / "editor"
    script.write_text('#!/bin/sh\nsed -i "s/NOPE/SKU-1/" "$1"\n')
    script.chmod(0o700)
    said = orderlink(merchant, "edit", order, EDITOR=str(script))
    assert said.startswith("0 ")
    assert ".sku mended" in said
    assert orderlink(merchant, "retry", order).startswith("0 ")
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1


def test_an_editor_that_fails_changes_nothing(merchant: Merchant) -> None:
    order = merchant.settled(Article(reference="NOPE", ean="4006381333931"))
    assert orderlink(merchant, "edit", order, EDITOR="false").startswith("2 ")
    assert orderlink(merchant, "edit", order, EDITOR="/not/there").startswith("2 ")
    assert orderlink(merchant, "edit", order, EDITOR="true").startswith("1 ")
    assert "2 orderlink: there is no terminal for an editor" in orderlink(merchant, "edit", order)
    assert merchant.order(order).edits == {}


def test_set_wants_a_field_and_a_value(merchant: Merchant) -> None:
    order = merchant.settled()
    assert orderlink(merchant, "edit", order, "--set", "report.code").startswith("2 ")
    said = orderlink(merchant, "edit", order, "--set", "report.carrier=postnl")
    assert said.startswith("0 ")
    assert merchant.order(order).edits == {"report.carrier": "postnl"}


def test_release_says_when_nothing_holds_the_order(merchant: Merchant) -> None:
    order = merchant.settled()
    assert "no rule holds it" in orderlink(merchant, "release", order)


def test_mappings_go_out_and_in_as_csv(merchant: Merchant) -> None:
    merchant.sync()
    assert orderlink(merchant, "map", "MUG-3", "SKU-1", "--quantity", "3").startswith("0 ")
    assert orderlink(merchant, "map", "SET", "SKU-2", "--connection", "bol").startswith("0 ")
    table = orderlink(merchant, "map", "--export", "-")
    assert "MUG-3,SKU-1,3," in table
    assert "SET,SKU-2,1,bol" in table
    assert orderlink(merchant, "map", "MUG-3", "--remove").startswith("0 ")
    assert orderlink(merchant, "map", "MUG-3", "--remove").startswith("1 ")
    assert "MUG-3" not in orderlink(merchant, "map")
    read = orderlink(merchant, "map", "--import", "-", text=table.partition(" ")[2])
    assert read.startswith("0 2 mappings")
    assert "MUG-3" in orderlink(merchant, "map")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "sku and shop_sku"),
        ("sku,shop_sku,quantity\nA,B,0\n", ":2:"),
        ("sku,shop_sku,connection\nA,B,nowhere\n", "no marketplace is called nowhere"),
    ],
)
def test_a_csv_that_is_wrong_is_refused_whole(merchant: Merchant, text: str, says: str) -> None:
    merchant.sync()
    said = orderlink(merchant, "map", "--import", "-", text=text)
    assert said.startswith("2 ")
    assert says in said
    assert "Nothing is mapped" in orderlink(merchant, "map")


def test_a_person_deletes_the_buyers_data_of_closed_orders_now(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(reference="NOPE", ean="4006381333931"))
    merchant.later(minutes=5)
    merchant.sync()
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert orderlink(merchant, "purge", "--older-than", "soon").startswith("2 ")
    said = orderlink(merchant, "purge", "--older-than", "1s")
    assert said.startswith("0 buyers' data of")
    assert (
        json.loads(orderlink(merchant, "status", "--json").partition(" ")[2])[
            "oldest_personal_data"
        ]
        is None
    )

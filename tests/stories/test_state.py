"""A state file that is lost, old, or one of two; and the buyers' data in it."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from orderlink.dryrun import Planned
from orderlink.model import Status
from orderlink.rows import Kind
from orderlink.sandbox.bol_records import Article
from tests.support.faults import lost_before, refused
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

CODE = "3SABCD1234567"


def lose_state(merchant: Merchant) -> None:
    for path in merchant.folder.glob("state.sqlite3*"):
        path.unlink()


def test_a_lost_state_file_is_rebuilt_without_one_double(merchant: Merchant) -> None:
    merchant.sync()
    in_shop = [merchant.place() for _ in range(3)]
    merchant.later(minutes=5)
    merchant.sync()
    fresh = merchant.place()
    lose_state(merchant)
    merchant.later(minutes=5)
    report = merchant.run("rebuild")
    assert (report.counts["found"], report.counts["not_in_shop"]) == (3, 1)
    assert {merchant.status(order) for order in in_shop} == {Status.NOT_SHIPPED}
    assert len(merchant.woo.ledger.created) == 3, "a rebuild creates nothing"
    merchant.complete(in_shop[0], CODE)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(in_shop[0]) is Status.SHIPPED
    assert len(merchant.woo.ledger.created) == 4
    assert len(merchant.shop_orders(fresh)) == 1


def test_a_new_state_file_in_the_place_of_another_asks_for_a_rebuild(merchant: Merchant) -> None:
    merchant.settled()
    for path in merchant.folder.glob("state.sqlite3*"):
        if not path.name.endswith(".run"):
            path.unlink()
    merchant.later(minutes=5)
    report = merchant.sync()
    assert [problem.word for problem in report.problems] == ["state_replaced"]
    merchant.run("rebuild")
    assert merchant.problems() == []
    assert len(merchant.woo.ledger.created) == 1


def test_a_rebuild_after_cron_already_ran_leaves_no_order_of_another_origin(
    tmp_path: Path,
) -> None:
    merchant = Merchant(tmp_path, marketplace='import_from = "open"')
    before = [merchant.settled() for _ in range(2)]
    lose_state(merchant)
    merchant.later(minutes=5)
    meanwhile = merchant.place()
    merchant.sync_every_five_minutes(0.3)
    assert merchant.problems() == ["other_origin", "other_origin"]
    told = len(merchant.told)
    merchant.later(minutes=5)
    report = merchant.run("rebuild")
    assert (report.problems, merchant.problems()) == ([], [])
    assert all(": over: " in line for line in merchant.told[told:])
    later = merchant.place()
    merchant.complete(before[0], CODE)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == []
    assert merchant.status(before[0]) is Status.SHIPPED
    assert len(merchant.woo.ledger.created) == 4
    assert {merchant.status(one) for one in (before[1], meanwhile, later)} == {Status.NOT_SHIPPED}


def test_a_rebuild_takes_no_origin_over_where_there_are_several(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace='import_from = "open"')
    for _ in range(2):
        merchant.settled()
    stored = next(iter(merchant.woo._store.orders.values()))
    for entry in stored.meta:
        if entry["key"] == "_orderlink_origin":
            entry["value"] = "a-living-machine"
    lose_state(merchant)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["other_origin", "other_origin"]
    merchant.run("rebuild")
    assert merchant.problems() == ["other_origin", "other_origin"], "which of them is gone?"


def test_yesterdays_backup_creates_and_reports_nothing_again(merchant: Merchant) -> None:
    first = merchant.settled()
    shutil.copy(merchant.config.state, merchant.folder / "backup")
    merchant.complete(first, CODE)
    merchant.later(minutes=5)
    second = merchant.place()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(first) is Status.SHIPPED
    lose = [path for path in merchant.folder.glob("state.sqlite3*") if path.suffix != ".run"]
    for path in lose:
        path.unlink()
    shutil.copy(merchant.folder / "backup", merchant.config.state)
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.5)
    assert any("older than the last run" in line for line in merchant.told)
    assert merchant.status(first) is Status.SHIPPED
    assert merchant.status(second) is Status.NOT_SHIPPED
    assert len(merchant.shipments(first)) == 1
    assert len(merchant.shop_orders(second)) == 1


def test_a_second_machine_finds_what_the_first_one_created_and_says_so(tmp_path: Path) -> None:
    first = Merchant(tmp_path / "first")
    second = Merchant(tmp_path / "second")
    second.market, second.woo, second.clock = first.market, first.woo, first.clock
    second.world.clock = first.clock
    first.sync()
    second.sync()
    earlier = first.place()
    first.later(minutes=5)
    first.sync()
    second.sync()
    order = first.place()
    first.later(minutes=5)
    first.sync()
    second.sync()
    for one in (earlier, order):
        assert len(first.shop_orders(one)) == 1
    assert "other_origin" in second.problems()


def test_a_late_twin_after_the_quarantine_is_reported_with_both_numbers(
    merchant: Merchant,
) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault("woo", "POST", "/orders(/batch)?$", lost_before)
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.5)
    (created,) = merchant.shop_orders(order)
    # The first request was on its way for an hour, and arrives now.
    stamps = [
        {"key": meta["key"], "value": meta["value"]}
        for meta in created["meta_data"]
        if meta["key"].startswith("_orderlink")
    ]
    from orderlink.sandbox import woocommerce_orders

    body = {"transaction_id": order, "line_items": [], "meta_data": stamps}
    woocommerce_orders.create(merchant.woo._store, body)
    merchant.later(minutes=5)
    report = merchant.sync()
    (problem,) = report.problems
    assert problem.word == "several_in_shop"
    twins = [str(one["id"]) for one in merchant.shop_orders(order)]
    assert all(twin in problem.sentence for twin in twins)


def test_personal_data_of_an_order_that_never_reached_the_shop_are_gone_in_time(
    merchant: Merchant,
) -> None:
    merchant.settled()
    buyer = {"surname": "Canarybuyer", "streetName": "Canarystreet"}
    order = merchant.place(Article(reference="NOPE", ean="4006381333931"), ship_to=buyer)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(days=31)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    raw = b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))
    assert b"Canary" not in raw


@pytest.mark.parametrize("days", [29, 31])
def test_a_taken_over_order_keeps_its_data_for_thirty_days(merchant: Merchant, days: int) -> None:
    from orderlink.people import take_over

    merchant.sync()
    order = merchant.place(ship_to={"surname": "Canarybuyer"})
    merchant.fault("woo", "POST", "/orders(/batch)?$", refused)
    merchant.later(minutes=5)
    merchant.sync()
    take_over(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.later(days=days)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    raw = b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))
    assert (b"Canarybuyer" in raw) is (days == 29)


def test_a_dry_run_plans_what_would_be_sent_and_sends_nothing(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(quantity=2))
    merchant.later(minutes=5)
    merchant.sync(dry_run=True)
    total = Decimal("25.98")
    creation = Planned("bol", order, Kind.CREATE, "woo", pieces=2, total=total, currency="EUR")
    assert merchant.planned == [creation]
    assert merchant.woo.ledger.created == []
    merchant.sync()
    merchant.complete(order, CODE)
    merchant.planned.clear()
    merchant.sync(dry_run=True)
    report = Planned("bol", order, Kind.SHIP, "bol", pieces=2, code=CODE, carrier="TNT")
    assert merchant.planned == [report]
    assert merchant.bol.ledger.accepted == []
    assert merchant.status(order) is Status.NOT_SHIPPED


def test_a_dry_run_before_the_first_run_makes_no_state_file(merchant: Merchant) -> None:
    merchant.configure(marketplace='import_from = "open"')
    merchant.place()
    merchant.sync(dry_run=True)
    assert len(merchant.planned) == 1
    assert [path.name for path in merchant.folder.iterdir()] == ["orderlink.toml"]

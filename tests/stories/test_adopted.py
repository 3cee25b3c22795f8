"""Orders that were taken over from another connector: followed as our own, left as they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import orderlink
from orderlink.decide.adoption import Finding, Outcome, Wish
from orderlink.model import Status
from orderlink.people import follow, retry, take_over
from orderlink.rows import Kind
from orderlink.sandbox.bol_records import Article
from tests.support.faults import answer, refused
from tests.support.others import (
    adopt,
    bring,
    fields_of,
    outcomes,
    without_our_fields,
)
from tests.support.world import Merchant

EXAMPLES = Path(orderlink.__file__).parents[1] / "examples"
CODE, SECOND = "3SABCD1234567", "3SABCD7654321"
BOWL = Article(reference="SKU-2", ean="8718846038683")
STAMP = ("woo", "PUT", "/orders/")


# Several marketplaces

OFFICE = """
[marketplaces.office]
type = "./csv_marketplace.py:CsvFolder"
folder = "orders"
import_from = "open"
default_carrier = "PostNL"
"""
HEADER = "order_id,placed_at,line_id,sku,quantity,unit_price,last_name,city,country"


@pytest.fixture
def office(tmp_path: Path) -> Merchant:
    """A merchant with a second marketplace, which lists whole orders: a folder of CSV files."""
    shutil.copy(EXAMPLES / "csv_marketplace.py", tmp_path)
    (tmp_path / "orders").mkdir()
    return Merchant(tmp_path, marketplace=OFFICE)


def place_at_office(merchant: Merchant, order: str) -> None:
    row = f"{order},{merchant.clock.now().isoformat()},1,SKU-1,1,12.99,de Vries,Utrecht,NL"
    (merchant.folder / "orders" / f"orders_{order}.csv").write_text(f"{HEADER}\n{row}\n")


def test_what_a_list_tells_whole_is_not_read_again(office: Merchant) -> None:
    place_at_office(office, "F-1")
    there = bring(office.woo, "F-1")
    office.later(minutes=1)
    _, plan = office.run("adopt").plans
    assert outcomes(plan.entries) == [("F-1", Finding.FOUND, Outcome.STAMPED)]
    row = office.order("F-1")
    assert (row.shop_order_id, str(row.total)) == (there, "12.99")
    office.sync_every_five_minutes(0.3)
    assert len(office.woo.ledger.created) == 1


UNREADY = """

from orderlink.values import replace

class Unready(CsvFolder):
    def orders(self, look):
        for page in super().orders(look):
            yield Page(tuple(replace(row, not_ready="not paid yet") for row in page.rows))
"""


def test_an_order_that_is_not_ready_is_taken_over_when_the_shop_has_it(tmp_path: Path) -> None:
    source = (EXAMPLES / "csv_marketplace.py").read_text()
    (tmp_path / "csv_marketplace.py").write_text(source + UNREADY)
    (tmp_path / "orders").mkdir()
    merchant = Merchant(tmp_path, marketplace=OFFICE.replace("CsvFolder", "Unready"))
    place_at_office(merchant, "F-1")
    bring(merchant.woo, "F-1")
    merchant.later(minutes=1)
    merchant.run("adopt")
    row = merchant.order("F-1")
    assert (row.status, row.has_details) == (Status.NOT_SHIPPED, True)
    assert merchant.problems() == []


def test_a_shop_order_that_fits_at_two_marketplaces_goes_to_one_of_them(office: Merchant) -> None:
    order = office.place()
    place_at_office(office, order)
    bring(office.woo, meta={"memo": order})
    office.later(minutes=1)
    first, second = office.run("adopt", wish=Wish("meta:memo")).plans
    assert outcomes(first.entries) == [(order, Finding.FOUND, Outcome.STAMPED)]
    assert outcomes(second.entries) == [(order, Finding.OTHERS, Outcome.HELD)]
    office.sync_every_five_minutes(0.3)
    assert len(office.woo.ledger.created) == 1


def test_a_marketplace_that_is_down_keeps_no_other_from_being_taken_over(office: Merchant) -> None:
    place_at_office(office, "F-1")
    bring(office.woo, "F-1")
    office.fault("bol", "GET", "/retailer/orders", refused, times=-1)
    office.later(minutes=1)
    first, second = office.run("adopt").plans
    assert first.failure.startswith("bol: ")
    assert outcomes(second.entries) == [("F-1", Finding.FOUND, Outcome.STAMPED)]


# Afterwards


def test_adopting_counts_as_the_first_run(merchant: Merchant) -> None:
    there, left = merchant.place(), merchant.place()
    bring(merchant.woo, there)
    plan = adopt(merchant)
    assert [entry.taken_in for entry in plan.not_found()] == [False]
    merchant.later(minutes=2)
    placed_since = merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(placed_since)) == 1
    assert merchant.shop_orders(left) == [], "older ones are left alone, as without adopting"


def test_adopting_twice_changes_nothing_more(merchant: Merchant) -> None:
    bring(merchant.woo, merchant.place())
    adopt(merchant)
    plan = adopt(merchant)
    assert (plan.entries, plan.followed) == ((), 1)
    assert merchant.asked("PUT", "/orders/") == 1


def test_a_difference_is_told_and_the_order_is_left_as_it_is(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order, total="20", lines={"SKU-1": 2})
    adopt(merchant)
    before = without_our_fields(merchant, there)
    merchant.sync_every_five_minutes(1)
    assert merchant.problems() == ["total_differs"]
    assert "differs" in merchant.history(order)
    assert without_our_fields(merchant, there) == before, "neither corrected nor held"
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(1)
    assert merchant.problems() == [], "a person has seen it"


def test_a_rebuild_finds_adopted_orders_and_corrects_none_of_them(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, meta={"memo": order}, total="20")
    adopt(merchant, field="meta:memo")
    before = without_our_fields(merchant, there)
    for path in merchant.folder.glob("state.sqlite3*"):
        path.unlink()
    merchant.run("rebuild")
    merchant.sync_every_five_minutes(0.5)
    row = merchant.order(order)
    assert (row.status, row.shop_order_id) == (Status.NOT_SHIPPED, there)
    assert merchant.problems() == ["total_differs"]
    assert without_our_fields(merchant, there) == before
    assert len(merchant.woo.ledger.created) == 1


def test_a_person_may_take_an_adopted_order_in_hand_and_give_it_back(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order)
    merchant.fault(*STAMP, refused)
    adopt(merchant)
    store = merchant.store()
    take_over(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.3)
    assert fields_of(merchant.woo, there)["_orderlink_ref"], "it is marked all the same"
    store = merchant.store()
    follow(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_stamp_that_the_shop_refuses_waits_for_a_person(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order)
    merchant.complete(order, CODE)
    merchant.fault(*STAMP, answer(400, b'{"code":"no","message":"not today"}'))
    (entry,) = adopt(merchant).entries
    assert entry.outcome is Outcome.ADOPTED
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == ["stamp_refused"]
    assert merchant.bol.ledger.accepted == [], "nothing rests on an order that is not marked"
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.3)
    assert merchant.problems() == []
    assert fields_of(merchant.woo, there)["_orderlink_ref"] == f"bol::{order}"
    assert merchant.status(order) is Status.SHIPPED


def test_a_shop_that_drops_our_reference_is_told(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order)
    shown = json.dumps(merchant.woo.order(int(there))).encode()
    merchant.fault(*STAMP, answer(200, shown, Content_Type="application/json"))
    adopt(merchant)
    assert merchant.problems() == ["stamp_refused"]


def test_another_reference_that_came_meanwhile_is_not_written_over(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order)
    merchant.fault(*STAMP, refused)
    adopt(merchant)
    stored = merchant.woo._store.orders[int(there)]
    merchant.woo._store.set_meta(stored, "_orderlink_ref", "bol::OTHER")
    merchant.later(minutes=6)
    merchant.sync()
    assert merchant.problems() == ["stamp_refused"]
    assert fields_of(merchant.woo, there)["_orderlink_ref"] == "bol::OTHER"


def test_another_orderlink_that_stamped_it_meanwhile_is_told(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order)
    merchant.fault(*STAMP, refused)
    adopt(merchant)
    stored = merchant.woo._store.orders[int(there)]
    merchant.woo._store.set_meta(stored, "_orderlink_ref", f"bol::{order}")
    merchant.woo._store.set_meta(stored, "_orderlink_origin", "elsewhere")
    merchant.later(minutes=6)
    merchant.sync()
    assert merchant.problems() == ["other_origin"]


def test_a_shop_order_that_is_deleted_before_its_stamp_is_told(merchant: Merchant) -> None:
    order = merchant.place()
    bring(merchant.woo, order)
    merchant.fault(*STAMP, refused)
    adopt(merchant)
    merchant.woo.control("delete", {"order": order})
    merchant.later(minutes=6)
    merchant.sync()
    assert merchant.problems() == ["shop_order_gone"]


def test_a_dry_run_says_which_stamps_are_due(merchant: Merchant) -> None:
    order = merchant.place()
    bring(merchant.woo, order)
    merchant.fault(*STAMP, refused)
    adopt(merchant)
    merchant.later(minutes=6)
    merchant.sync(dry_run=True)
    assert [one.kind for one in merchant.planned] == [Kind.STAMP_REFERENCE]
    assert merchant.asked("PUT", "/orders/") == 1


# Parcels of adopted orders


@pytest.fixture
def packing(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path, fulfillments=True)


def packed(
    merchant: Merchant, lines: dict[str, int], *parcels: tuple[str, dict[str, int]]
) -> tuple[str, str]:
    """Let an order of two mugs and a bowl be brought in, adopted, and packed."""
    order = merchant.place(Article(quantity=2), BOWL)
    there = bring(merchant.woo, order, lines=lines)
    adopt(merchant)
    for code, pieces in parcels:
        act = {"order": order, "code": code, "place": "fulfillment", "pieces": pieces}
        merchant.woo.control("add-code", act)
    merchant.complete(order)
    return order, there


def reported(merchant: Merchant, order: str) -> list[tuple[str, int]]:
    return [(one.code, sum(count for _, count in one.lines)) for one in merchant.shipments(order)]


def test_parcels_of_an_adopted_order_are_told_apart_by_sku(packing: Merchant) -> None:
    lines = {"SKU-1": 2, "SKU-2": 1}
    order, _ = packed(packing, lines, (CODE, {"SKU-1": 1}), (SECOND, {"SKU-1": 1, "SKU-2": 1}))
    packing.sync_every_five_minutes(0.5)
    assert reported(packing, order) == [(CODE, 1), (SECOND, 2)]
    assert packing.status(order) is Status.SHIPPED


def test_a_parcel_with_an_article_of_another_sku_has_the_order_reported_as_a_whole(
    packing: Merchant,
) -> None:
    # The other program has put another article in, which is no line of the marketplace's order.
    lines = {"SKU-1": 2, "MUG-RED": 1}
    order, _ = packed(packing, lines, (CODE, {"SKU-1": 2}), (SECOND, {"MUG-RED": 1}))
    packing.sync_every_five_minutes(0.5)
    assert reported(packing, order) == [(CODE, 3)]
    assert packing.status(order) is Status.SHIPPED

"""Every order exactly once in the shop, and there as the buyer paid it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.woocommerce import RATES
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.sandbox.woocommerce_tax import SandboxTax
from tests.support.faults import (
    MachineDied,
    answer,
    died_after,
    died_before,
    lost_after,
    lost_before,
    refused,
)
from tests.support.world import MUG, Merchant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.faults import Act

UNKNOWN = Article(reference="NOT-IN-SHOP", ean="4006381333931")
CREATE = ("woo", "POST", "/orders(/batch)?$")


def test_a_lost_answer_does_not_create_the_order_twice(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, lost_after)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NEW
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert len(merchant.shop_orders(order)) == 1
    assert "found_in_shop" in merchant.history(order)


def test_a_request_that_never_arrived_is_sent_again_after_the_quarantine_only(
    merchant: Merchant,
) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, lost_before)
    merchant.later(minutes=5)
    merchant.sync()
    for _ in range(3):
        assert merchant.shop_orders(order) == []
        merchant.later(minutes=5)
        merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.status(order) is Status.NOT_SHIPPED


@pytest.mark.parametrize("act", [died_before, died_after, lost_before, lost_after])
def test_whatever_happens_to_a_creation_there_is_one_order_in_the_end(
    merchant: Merchant, act: Act
) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, act)
    merchant.later(minutes=5)
    try:
        merchant.sync()
    except MachineDied:
        merchant.no_more_faults()
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(1)
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.status(order) is Status.NOT_SHIPPED


def test_retry_does_not_shorten_the_quarantine(merchant: Merchant) -> None:
    from orderlink.people import retry

    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, lost_before)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(minutes=1)
    merchant.sync()
    result = retry(merchant.store(), merchant.order(order), merchant.clock.now())
    assert "may be sent again after" in result.sentence
    merchant.later(minutes=1)
    merchant.sync()
    assert merchant.shop_orders(order) == []


def test_nothing_more_is_written_after_an_ambiguous_answer(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(3)]
    merchant.fault(*CREATE, lost_before)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.asked("POST", "/orders(/batch)?$") == 1
    merchant.sync_every_five_minutes(1)
    assert [len(merchant.shop_orders(order)) for order in orders] == [1, 1, 1]


def test_a_shop_that_is_down_gets_each_order_when_it_is_up_again(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault("woo", "GET", ".", refused, times=-1)
    merchant.fault("woo", "POST", ".", refused, times=-1)
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.told == [], "a hiccup is nobody's business"
    report = merchant.sync_every_five_minutes(0.4)
    assert [problem.word for problem in report.problems] == ["unreachable"]
    assert len(merchant.told) == 1
    merchant.sync_every_five_minutes(1)
    assert len(merchant.told) == 1, "one line when it starts"
    merchant.no_more_faults()
    merchant.later(hours=6)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    assert "over" in merchant.told[-1]
    assert len(merchant.shop_orders(order)) == 1


def test_an_unknown_product_is_a_problem_that_a_person_mends(merchant: Merchant) -> None:
    from orderlink.people import retry

    order = merchant.settled(UNKNOWN)
    good = merchant.place()
    merchant.later(minutes=5)
    report = merchant.sync()
    (problem,) = report.problems
    assert (problem.word, problem.order_id) == ("product_unknown", order)
    assert "NOT-IN-SHOP" in problem.sentence
    assert len(merchant.shop_orders(good)) == 1
    mended = SandboxProduct(777, "NOT-IN-SHOP", "Now there", stock=3)
    merchant.woo._store.products[777] = mended
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.later(minutes=5)
    report = merchant.sync()
    assert report.problems == []
    assert len(merchant.shop_orders(order)) == 1


def test_a_product_without_sku_is_found_by_its_ean(merchant: Merchant) -> None:
    order = merchant.settled(Article(reference="", ean="8712626055143"))
    (shown,) = merchant.shop_orders(order)
    assert shown["line_items"][0]["product_id"] == 501


def test_two_products_that_match_are_a_problem_with_both_ids(tmp_path: Path) -> None:
    twin = replace(MUG, id=601, sku="OTHER")
    merchant = Merchant(tmp_path, products=[twin])
    merchant.settled(Article(reference=""))
    store = merchant.store()
    (problem,) = store.problems()
    store.close()
    assert problem.word == "product_ambiguous"
    assert "501" in problem.sentence
    assert "601" in problem.sentence


def test_an_sku_that_differs_in_case_only_is_not_the_product(merchant: Merchant) -> None:
    merchant.settled(Article(reference="sku-1", ean=""))
    assert merchant.problems() == ["product_unknown"]


def test_a_variation_is_ordered_as_itself(merchant: Merchant) -> None:
    order = merchant.settled(Article(reference="CAP-BLACK", ean=""))
    (shown,) = merchant.shop_orders(order)
    line = shown["line_items"][0]
    assert (line["product_id"], line["variation_id"]) == (13, 14)


def test_no_mail_goes_to_the_buyer(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, "3SABCD1234567")
    assert [mail for mail in merchant.woo.ledger.mails if "bol.com" in mail.to] == []
    (shown,) = merchant.shop_orders(order)
    assert shown["billing"]["email"] == ""
    assert any("@verkopen.bol.com" in str(meta["value"]) for meta in shown["meta_data"])


def test_lines_that_the_shop_taxed_otherwise_are_corrected_once(tmp_path: Path) -> None:
    # The shop's table of rates says 21 %, a plugin makes 9 % of it when the order is created.
    merchant = Merchant(tmp_path)
    merchant.sync()
    order = merchant.place(Article(price=Decimal("10.90")))
    merchant.later(minutes=5)
    merchant.run("import", max_seconds=240)
    (shown,) = merchant.shop_orders(order)
    assert shown["total"] == "10.90"
    reduced = [replace(rate, percent="9.0000") for rate in RATES]
    second = merchant.place(Article(price=Decimal("10.90")))
    merchant.woo.change_taxes(SandboxTax(), reduced)
    merchant.later(minutes=5)
    merchant.sync()
    (shown,) = merchant.shop_orders(second)
    assert shown["total"] == "10.90"
    assert merchant.asked("PUT", "/orders/") == 1
    assert merchant.problems() == []


def test_a_difference_that_stays_is_held_and_shown_with_both_totals(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(price=Decimal("10.90")))
    reduced = [replace(rate, percent="9.0000") for rate in RATES]
    merchant.run("import")
    merchant.woo.change_taxes(SandboxTax(), reduced)
    second = merchant.place(Article(price=Decimal("10.90")))
    merchant.fault("woo", "PUT", "/orders/", answer(400, b'{"code":"no","message":"not today"}'))
    merchant.later(minutes=5)
    report = merchant.sync()
    (problem,) = report.problems
    assert (problem.word, problem.order_id) == ("total_differs", second)
    assert "10.90 EUR" in problem.sentence
    (shown,) = merchant.shop_orders(second)
    assert shown["status"] == "on-hold"
    assert len(merchant.shop_orders(order)) == 1


def test_an_order_number_that_is_taken_is_not_created(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place()
    body: dict[str, Any] = {"transaction_id": order, "line_items": [], "status": "processing"}
    _create_by_hand(merchant, body)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["order_number_taken"]
    assert len(merchant.shop_orders(order)) == 1


def _create_by_hand(merchant: Merchant, body: dict[str, Any]) -> None:
    from orderlink.sandbox import woocommerce_orders

    woocommerce_orders.create(merchant.woo._store, body)


def test_the_first_creation_takes_no_look_through_years_of_orders(merchant: Merchant) -> None:
    for _ in range(3):
        _create_by_hand(merchant, {"line_items": [], "status": "completed"})
    order = merchant.settled()
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.asked("GET", "/orders.*orderby=id.*page=2") == 0


def test_an_order_that_is_in_the_shop_already_is_found_when_older_ones_are_taken(
    tmp_path: Path,
) -> None:
    first = Merchant(tmp_path / "first")
    order = first.settled()
    second = Merchant(tmp_path / "second", marketplace='import_from = "open"')
    second.market, second.woo, second.clock = first.market, first.woo, first.clock
    second.world.clock = first.clock
    second.sync()
    assert len(first.shop_orders(order)) == 1
    assert second.status(order) is Status.NOT_SHIPPED
    assert second.problems() == ["other_origin"]


def test_the_buyers_data_is_gone_from_the_file_once_the_shop_has_the_order(
    merchant: Merchant,
) -> None:
    merchant.sync()
    order = merchant.place(ship_to={"surname": "Canarybuyer"})
    merchant.fault(*CREATE, refused)
    merchant.later(minutes=5)
    merchant.sync()
    assert b"Canarybuyer" in _bytes(merchant)
    merchant.later(minutes=10)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    merchant.later(minutes=5)
    merchant.sync()
    store = merchant.store()
    store.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    assert b"Canarybuyer" not in _bytes(merchant)


def _bytes(merchant: Merchant) -> bytes:
    return b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))

"""What `orderlink check` says about the orders that are open at a marketplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import people
from orderlink.checking.orders import LOOKED_AT
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.woocommerce_state import SandboxProduct
from tests.support.faults import answer
from tests.support.world import Merchant

from .looks import FAILED, OK, WARNING, about, found, not_well

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.model import Finding

POSTER = Article(reference="POSTER-A2", ean="")
OPEN = 'import_from = "open"'


def open_orders(merchant: Merchant) -> list[Finding]:
    return [one for _, one in found(merchant) if one.subject == "open orders"]


def test_an_unknown_product_is_told_with_its_order_and_what_helps(merchant: Merchant) -> None:
    merchant.configure(marketplace=OPEN)
    order = merchant.place(POSTER)
    finding = about(merchant, "bol", "open orders")
    assert finding.state is FAILED
    assert finding.sentence == f"{order}: the shop has no product for SKU POSTER-A2"
    assert finding.advice == "add the product to the shop", "no retry: it was never tried"


def test_an_order_that_a_run_has_tried_needs_a_retry(merchant: Merchant) -> None:
    merchant.configure(marketplace=OPEN)
    order = merchant.place(POSTER)
    merchant.sync()
    advice = about(merchant, "bol", "open orders").advice
    assert advice == f"add the product to the shop, then orderlink retry {order}"


def test_an_order_that_is_left_alone_is_a_warning(merchant: Merchant) -> None:
    merchant.later(minutes=-10)
    order = merchant.place(POSTER)
    merchant.later(minutes=10)
    finding = about(merchant, "bol", "open orders")
    assert finding.state is WARNING
    assert finding.sentence.startswith(order)
    assert finding.sentence.endswith("(left alone: placed before the start)")


def test_the_same_trouble_of_several_orders_is_told_once(merchant: Merchant) -> None:
    merchant.configure(marketplace=OPEN)
    orders = [merchant.place(POSTER) for _ in range(5)]
    merchant.place()
    merchant.place(Article(reference="CAP", ean=""))
    first, second, last = open_orders(merchant)
    assert first.sentence.startswith(f"{', '.join(orders[:3])} and 2 more: the shop has no")
    assert "variable product" in second.sentence
    assert (last.state, last.sentence) == (OK, "1 other can be created")


def test_what_a_person_mapped_and_edited_counts(merchant: Merchant) -> None:
    merchant.configure(marketplace=OPEN)
    mapped = merchant.place(POSTER)
    edited = merchant.place(Article(reference="TYPO", ean=""))
    merchant.sync()
    store = merchant.store()
    store.map_product("", "POSTER-A2", "SKU-1", 1)
    (row,) = store.orders_named(edited)
    people.edit(store, row, {f"lines.{row.lines[0].line_id}.sku": "SKU-2"}, "", row.seen_at)
    store.close()
    assert mapped != edited
    assert not_well(merchant) == []


def test_orders_that_the_shop_has_are_not_looked_at(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.calls.clear()
    assert about(merchant, "bol", "open orders").sentence == (
        "none is open that the shop does not have"
    )
    assert not merchant.asked("GET", f"/retailer/orders/{order}")


def test_nothing_of_the_buyer_is_shown(merchant: Merchant) -> None:
    merchant.configure(marketplace=OPEN)
    merchant.place(ship_to={"countryCode": "Canary"})
    finding = about(merchant, "bol", "open orders")
    assert finding.state is FAILED
    assert "names no country" in finding.sentence
    assert "Canary" not in finding.sentence


def test_no_more_than_twenty_are_looked_at(merchant: Merchant) -> None:
    merchant.configure(marketplace=OPEN)
    for _ in range(LOOKED_AT + 5):
        merchant.place()
    merchant.calls.clear()
    assert about(merchant, "bol", "open orders").sentence.startswith("all 20 that were looked at")
    assert merchant.asked("GET", "/retailer/orders/") == LOOKED_AT


def test_what_bol_sends_itself_is_not_looked_at(merchant: Merchant) -> None:
    merchant.place(Article(reference="POSTER-A2", ean="", method="FBB"))
    assert not_well(merchant) == []


def test_what_bol_sends_itself_is_looked_at_where_it_is_taken(merchant: Merchant) -> None:
    merchant.configure(marketplace=f'{OPEN}\nfulfilled_by_marketplace = "as_shipped"')
    order = merchant.place(Article(reference="POSTER-A2", ean="", method="FBB"))
    assert about(merchant, "bol", "open orders").sentence.startswith(f"{order}: the shop has no")


def test_an_order_that_cannot_be_read_is_told(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.fault("bol", "GET", f"/orders/{order}", answer(200, b'{"orderId": 1}'))
    finding = about(merchant, "bol", "open orders")
    assert finding.state is FAILED
    assert finding.sentence.startswith(f"{order}: ")


def test_a_shop_that_fails_meanwhile_is_no_fault_of_the_order(merchant: Merchant) -> None:
    merchant.place()
    merchant.fault("woo", "GET", "/products[?]sku", answer(500, b"{}"), times=-1)
    finding = about(merchant, "bol", "open orders")
    assert finding.state is FAILED
    assert finding.sentence.startswith("they cannot be prepared for woo: the server failed (500)")


def test_too_few_pieces_are_told_where_the_merchant_wants_that(tmp_path: Path) -> None:
    rare = SandboxProduct(600, "RARE", "Rare", "5.00", stock=1)
    merchant = Merchant(tmp_path, products=[rare], shop='oversold = "hold"', marketplace=OPEN)
    merchant.place(Article(reference="RARE", ean="", quantity=3))
    finding = about(merchant, "bol", "open orders")
    assert finding.state is FAILED
    assert finding.advice.startswith("add stock, or set oversold")

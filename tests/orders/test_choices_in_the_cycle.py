"""What the merchant chose, and what a shop cannot take, in the whole cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlink.model import Status
from orderlink.people import retry
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.woocommerce_state import SandboxSelling
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

SENT_BY_BOL = Article(method="FBB")


def sentences(merchant: Merchant, order: str, word: str) -> list[str]:
    store = merchant.store()
    try:
        (row,) = store.orders_named(order)
        events = [event for event in store.events(row.key) if event.word == word]
        return [text for event in events for text in event.details.values()]
    finally:
        store.close()


def merchant_with(tmp_path: Path, choice: str) -> Merchant:
    return Merchant(tmp_path, marketplace=f'fulfilled_by_marketplace = "{choice}"')


def test_by_default_what_bol_sends_is_none_of_the_merchants_business(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path)
    order = merchant.settled(SENT_BY_BOL)
    assert merchant.shop_orders(order) == merchant.shop_orders(f"{order}-FBM") == []


def test_what_bol_sends_is_in_the_shop_as_completed_and_done_with(tmp_path: Path) -> None:
    merchant = merchant_with(tmp_path, "as_shipped")
    order = merchant.settled(SENT_BY_BOL, Article(reference="SKU-2", method="FBB"))
    (shown,) = merchant.shop_orders(f"{order}-FBM")
    assert (shown["status"], shown["total"]) == ("completed", "25.98")
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.woo.product(501).stock == 1000
    merchant.sync_every_five_minutes(1)
    assert merchant.shipments(order) == []
    assert merchant.problems() == []
    assert len(merchant.woo.ledger.created) == 1


def test_what_bol_has_sent_before_it_was_seen_is_in_the_shop_too(tmp_path: Path) -> None:
    merchant = merchant_with(tmp_path, "as_shipped")
    merchant.sync()
    merchant.later(minutes=5)
    order = merchant.place(SENT_BY_BOL)
    merchant.bol.ship_from_bol(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(f"{order}-FBM")) == 1
    assert merchant.status(order) is Status.SHIPPED


def test_what_bol_sends_may_stay_open_until_bol_has_sent_it(tmp_path: Path) -> None:
    merchant = merchant_with(tmp_path, "open")
    order = merchant.settled(SENT_BY_BOL)
    (shown,) = merchant.shop_orders(f"{order}-FBM")
    assert shown["status"] == "processing"
    assert merchant.status(order) is Status.NOT_SHIPPED
    merchant.complete(f"{order}-FBM", "3SABCD1234567")
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(4)
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    assert merchant.asked("POST", "/retailer/shipments") == 0, "it is not ours to report"
    merchant.bol.ship_from_bol(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_what_bol_sends_beside_the_merchants_own_is_left_out_of_his_order(tmp_path: Path) -> None:
    merchant = merchant_with(tmp_path, "as_shipped")
    order = merchant.settled(SENT_BY_BOL, Article(reference="SKU-2"))
    (shown,) = merchant.shop_orders(order)
    assert [item["sku"] for item in shown["line_items"]] == ["SKU-2"]
    assert (merchant.status(order), shown["total"]) == (Status.NOT_SHIPPED, "12.99")


@pytest.mark.parametrize("choice", ["as_shipped", "open"])
def test_what_bol_sends_is_not_created_once_it_is_cancelled(tmp_path: Path, choice: str) -> None:
    merchant = merchant_with(tmp_path, choice)
    merchant.sync()
    merchant.later(minutes=5)
    order = merchant.place(SENT_BY_BOL)
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.woo.ledger.created == []


def test_a_text_that_the_shop_refuses_goes_in_more_simply_and_once(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, selling=SandboxSelling(narrow_text=True))
    order = merchant.settled(ship_to={"firstName": "Zoë 🚚"})
    (shown,) = merchant.shop_orders(order)
    assert shown["shipping"]["first_name"] == "Zoë ?"
    assert merchant.asked("POST", "/orders(/batch)?$") == 2
    assert merchant.problems() == []
    (how,) = sentences(merchant, order, "adapted")
    assert "shipping.first_name" in how
    assert "Zoë" not in how, "the history holds nothing of the buyer"
    plain = merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.asked("POST", "/orders(/batch)?$") == 3
    assert sentences(merchant, plain, "adapted") == []


def test_a_refusal_that_simpler_texts_do_not_mend_is_a_problem(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, shop='status_after_import = "nonsense"')
    order = merchant.settled(ship_to={"firstName": "Zoë 🚚"})
    assert merchant.problems() == ["shop_refused"]
    assert merchant.asked("POST", "/orders(/batch)?$") == 2
    assert merchant.shop_orders(order) == []


def test_the_lack_of_a_tax_rate_is_in_the_history_and_in_the_order(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path)
    order = merchant.settled(ship_to={"countryCode": "FR"})
    (how,) = sentences(merchant, order, "adapted")
    assert how == "the shop has no tax rate for FR: no tax in the order"
    (shown,) = merchant.shop_orders(order)
    assert how in [entry["value"] for entry in shown["meta_data"]]


def test_a_country_that_the_shop_does_not_sell_to_is_mended_in_the_shop(tmp_path: Path) -> None:
    selling = SandboxSelling(allowed="specific", specific=("NL",))
    merchant = Merchant(tmp_path, selling=selling)
    order = merchant.settled(ship_to={"countryCode": "BE"})
    assert merchant.problems() == ["country_not_sold_to"]
    merchant.woo._store.selling = SandboxSelling()
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.problems() == []


def test_too_few_pieces_hold_an_order_where_that_is_chosen(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace='oversold = "hold"')
    order = merchant.settled(Article(quantity=1001))
    assert merchant.problems() == ["out_of_stock"]
    merchant.woo.product(501).stock = 2000
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.woo.product(501).stock == 999


def test_a_marketplaces_key_holds_against_its_shops(tmp_path: Path) -> None:
    merchant = Merchant(
        tmp_path,
        shop='payment_method_title = "Shop"\ntags = ["all"]',
        marketplace='payment_method_title = "Paid at {marketplace} ({order})"',
    )
    order = merchant.settled()
    (shown,) = merchant.shop_orders(order)
    assert shown["payment_method_title"] == f"Paid at bol ({order})"
    assert {"key": "orderlink_tags", "value": "all"}.items() <= next(
        entry for entry in shown["meta_data"] if entry["key"] == "orderlink_tags"
    ).items()


def test_an_order_that_is_found_is_held_against_what_was_chosen(tmp_path: Path) -> None:
    first = Merchant(tmp_path / "first", marketplace="fee_line = true")
    order = first.settled()
    second = Merchant(tmp_path / "second", marketplace='fee_line = true\nimport_from = "open"')
    second.market, second.woo, second.clock = first.market, first.woo, first.clock
    second.world.clock = first.clock
    second.sync()
    assert len(first.shop_orders(order)) == 1
    assert second.problems() == ["other_origin"]
    assert first.shop_orders(order)[0]["status"] == "processing"


def test_commission_is_booked_where_that_is_chosen(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace="fee_line = true")
    order = merchant.settled()
    (shown,) = merchant.shop_orders(order)
    assert [(fee["name"], fee["total"]) for fee in shown["fee_lines"]] == [("Commission", "-1.30")]
    assert shown["total"] == "11.69"
    assert merchant.problems() == []

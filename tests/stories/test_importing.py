"""What comes in from the marketplace, and what changes there afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from orderlink.model import Status
from orderlink.sandbox.bol_records import Article
from tests.support.faults import MAINTENANCE, answer, refused

if TYPE_CHECKING:
    from tests.support.world import Merchant

FBB = Article(reference="FBB-1", method="FBB", price=Decimal("5.00"))


def test_older_open_orders_are_left_alone_and_counted_in_the_first_run(merchant: Merchant) -> None:
    old = merchant.place()
    merchant.later(minutes=1)
    report = merchant.sync()
    assert report.counts["too_old"] == 1
    assert merchant.shop_orders(old) == []


def test_import_from_open_takes_all_that_are_open(merchant: Merchant) -> None:
    old = merchant.place()
    merchant.later(minutes=1)
    merchant.sync()
    merchant.configure(marketplace='import_from = "open"')
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(old)) == 1


def test_import_from_a_day_takes_what_was_placed_since(merchant: Merchant) -> None:
    merchant.configure(marketplace="import_from = 2026-11-20")
    before = merchant.place(placed_at=merchant.clock.now().replace(day=19))
    since = merchant.place(placed_at=merchant.clock.now().replace(day=20))
    merchant.sync()
    assert merchant.shop_orders(before) == []
    assert len(merchant.shop_orders(since)) == 1


def test_more_than_one_page_is_read(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(120)]
    merchant.later(minutes=5)
    report = merchant.sync()
    assert report.counts["created"] == 120
    assert all(len(merchant.shop_orders(order)) == 1 for order in orders[::17])


def test_a_page_that_fails_is_not_the_end_of_the_list(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(60)]
    merchant.fault("bol", "GET", "page=2", MAINTENANCE)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["unreachable"]
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == []
    assert sum(len(merchant.shop_orders(order)) for order in orders) == 60


def test_details_that_fail_are_fetched_in_the_next_run(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault("bol", "GET", f"/retailer/orders/{order}", refused)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NEW
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NOT_SHIPPED


def test_items_that_bol_sends_itself_are_left_out_one_by_one(merchant: Merchant) -> None:
    order = merchant.settled(Article(), FBB)
    (shown,) = merchant.shop_orders(order)
    assert shown["total"] == "12.99"
    assert [line["sku"] for line in shown["line_items"]] == ["SKU-1"]


def test_an_order_that_bol_sends_whole_is_left_out(merchant: Merchant) -> None:
    merchant.sync()
    merchant.place(FBB)
    merchant.later(minutes=5)
    report = merchant.sync()
    assert (report.counts["left_out"], report.counts["imported"]) == (1, 0)


def test_an_order_with_bols_own_label_is_created_but_not_pushed(merchant: Merchant) -> None:
    order = merchant.settled(Article(distribution_party="BOL"))
    assert "shipping_via_bol" in merchant.order(order).marks
    merchant.complete(order, "3SABCD1234567")
    merchant.sync_every_five_minutes(4)
    assert merchant.shipments(order) == []
    merchant.bol.ship_by_hand(order, "3SBOL", "TNT")
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED
    assert "shipped_with_marketplace_label" in merchant.history(order)


def test_an_order_that_cannot_be_read_is_kept_with_its_problem(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    broken = answer(200, b'{"orderId": 17}', Content_Type="application/vnd.retailer.v10+json")
    merchant.fault("bol", "GET", f"/retailer/orders/{order}", broken)
    good = merchant.place()
    merchant.later(minutes=5)
    report = merchant.sync()
    assert merchant.status(order) is Status.NEW
    assert [problem.word for problem in report.problems] == ["unreadable"]
    assert merchant.status(good) is Status.NOT_SHIPPED


def test_an_order_cancelled_before_creation_is_never_created(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(reference="NOT-IN-SHOP", ean="1"))
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["product_unknown"]
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.problems() == []
    assert merchant.shop_orders(order) == []


def test_a_later_cancellation_names_the_shop_order_to_cancel(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    report = merchant.sync()
    assert merchant.status(order) is Status.CANCELLED
    (problem,) = report.problems
    assert problem.word == "cancelled_at_marketplace"
    assert merchant.order(order).shop_order_number in problem.sentence


def test_a_buyer_who_asks_to_cancel_keeps_the_order_from_being_created(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.bol.request_cancellation(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["cancellation_requested"]
    assert merchant.shop_orders(order) == []


def test_what_left_although_the_buyer_asked_to_cancel_is_reported(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.bol.request_cancellation(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["cancellation_requested"]
    merchant.complete(order, "3SABCD1234567")
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_an_order_shipped_by_hand_is_shipped_here_and_another_code_is_shown(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.woo.control("add-code", {"order": order, "code": "3SOURS1234567"})
    merchant.sync()
    merchant.bol.ship_by_hand(order, "3SHAND7654321", "TNT")
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.SHIPPED
    assert {"shipped_at_marketplace", "codes_at_marketplace"} <= set(merchant.history(order))
    assert merchant.problems() == ["shipped_otherwise"]


def test_too_many_new_orders_wait_for_a_person_who_says_so(merchant: Merchant) -> None:
    merchant.configure(marketplace="max_new_orders = 3")
    earlier = merchant.settled()
    merchant.later(minutes=5)
    orders = [merchant.place() for _ in range(4)]
    merchant.complete(earlier, "3SABCD1234567")
    merchant.later(minutes=5)
    report = merchant.sync()
    assert [problem.word for problem in report.problems] == ["too_many_new_orders"]
    assert merchant.shop_orders(orders[0]) == []
    assert merchant.status(earlier) is Status.PENDING_SHIPMENT, "poll and push go on"
    merchant.later(minutes=5)
    merchant.run("import", force=True)
    assert sum(len(merchant.shop_orders(order)) for order in orders) == 4
    assert merchant.problems() == []


def test_a_gap_longer_than_bols_memory_is_told_and_the_whole_open_list_is_read(
    merchant: Merchant,
) -> None:
    merchant.sync()
    merchant.later(hours=20)
    order = merchant.place()
    merchant.later(hours=31)
    merchant.sync()
    assert any("gap of 51 h" in line for line in merchant.told)
    assert merchant.status(order) is Status.NOT_SHIPPED


def test_an_order_missing_from_the_whole_open_list_is_read_singly(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.later(hours=3)
    merchant.bol.cancel(order)
    merchant.later(hours=22)
    merchant.sync()
    assert merchant.status(order) is Status.CANCELLED


@pytest.mark.parametrize(
    "name", ["Noor 😀 [/red]", "\x1b[31mred", "\u202eright to left", "O'Neill"]
)
def test_a_name_with_odd_characters_arrives_as_it_is(merchant: Merchant, name: str) -> None:
    order = merchant.settled(ship_to={"firstName": name})
    (shown,) = merchant.shop_orders(order)
    assert shown["shipping"]["first_name"] == name


def test_a_list_longer_than_the_rate_limit_goes_on_in_the_next_run(merchant: Merchant) -> None:
    merchant.configure(marketplace='import_from = "open"\nmax_new_orders = 0')
    orders = [merchant.place() for _ in range(900)]
    for _ in range(6):
        merchant.sync()
        merchant.later(minutes=5)
    made = {order["transaction_id"] for order in merchant.woo.control("orders", {})}
    assert made == set(orders)
    assert len(merchant.woo.ledger.created) == len(orders)
    assert not [status for _, status in merchant.bol.ledger.answers if status == 429]


def test_a_list_that_takes_several_runs_delays_no_new_order(merchant: Merchant) -> None:
    merchant.configure(marketplace='import_from = "open"\nmax_new_orders = 0')
    backlog = [merchant.place() for _ in range(120)]
    merchant.later(hours=2)
    merchant.fault("bol", "GET", "status=OPEN.*page=2", answer(429, b"", Retry_After="60"), times=3)
    merchant.sync()
    assert merchant.shop_orders(backlog[-1]) == [], "the list stopped after its first page"
    merchant.later(minutes=5)
    fresh = merchant.place()
    merchant.later(minutes=1)
    merchant.sync()
    assert len(merchant.shop_orders(fresh)) == 1
    assert merchant.shop_orders(backlog[-1]) == []
    merchant.sync_every_five_minutes(0.5)
    made = [order["transaction_id"] for order in merchant.woo.control("orders", {})]
    assert sorted(made) == sorted([*backlog, fresh])
    store = merchant.store()
    (market,) = (row for row in store.connections() if row.role == "marketplace")
    store.close()
    assert market.changes_until == merchant.clock.now(), "the watermark is past the long list"


def test_what_changed_while_a_long_list_is_read_is_not_lost(merchant: Merchant) -> None:
    merchant.configure(marketplace='import_from = "open"\nmax_new_orders = 0')
    backlog = [merchant.place() for _ in range(120)]
    merchant.later(hours=2)
    merchant.fault("bol", "GET", "status=OPEN.*page=2", answer(429, b"", Retry_After="60"), times=5)
    merchant.sync()
    merchant.bol.cancel(backlog[0])
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(backlog[0]) is Status.CANCELLED
    assert merchant.problems() == ["cancelled_at_marketplace"]

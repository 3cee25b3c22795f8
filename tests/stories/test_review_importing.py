"""What a review found about looking, reading and deciding: one story for each finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from orderlink import people
from orderlink.decide.verdict import Verdict
from orderlink.errors import ConfigurationError
from orderlink.model import Status
from orderlink.rows import EffectState, Kind
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.server import Answer
from orderlink.store.database import queries
from tests.support.faults import answer, lost_before, refused
from tests.support.world import Merchant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from orderlink.people import Result
    from orderlink.rows import OrderRow
    from orderlink.sandbox.server import Sandbox
    from tests.support.faults import Act

CODE = "3SABCD1234567"
JSON = "application/vnd.retailer.v10+json"
GATEWAY = answer(502, b"<html>bad gateway</html>", Content_Type="text/html")
FAILED = answer(
    500, b'{"code":"fault","message":"a plugin failed"}', Content_Type="application/json"
)
INCOMPLETE = {"surname": "", "company": "", "streetName": ""}
UNKNOWN_ARTICLE = Article(reference="NOT-IN-THE-SHOP", ean="")


def decide(merchant: Merchant, order: str, decision: Callable[..., Result], **more: Any) -> Result:
    store = merchant.store()
    try:
        return decision(store, merchant.order(order), now=merchant.clock.now(), **more)
    finally:
        store.close()


def edited(merchant: Merchant, row: OrderRow, changes: dict[str, str]) -> Result:
    store = merchant.store()
    try:
        return people.edit(store, row, changes, "anna", merchant.clock.now())
    finally:
        store.close()


def without(shop_id: str) -> Act:
    """Leave one order out of the shop's list."""

    def act(sandbox: Sandbox, request: Any) -> Answer:
        told = sandbox.handle(request)
        rows = [row for row in json.loads(told.body) if str(row["id"]) != shop_id]
        return Answer(told.status, json.dumps(rows).encode(), told.headers)

    return act


def words(merchant: Merchant, order: str) -> list[str]:
    store = merchant.store()
    try:
        return [problem.word for problem in store.problems(merchant.order(order).key)]
    finally:
        store.close()


@pytest.mark.parametrize("act", [GATEWAY, lost_before], ids=["502", "timeout"])
def test_one_order_that_bol_never_shows_keeps_no_other_from_the_shop(
    merchant: Merchant, act: Act
) -> None:
    merchant.sync()
    bad = merchant.place()
    merchant.fault("bol", "GET", f"/retailer/orders/{bad}", act, times=-1)
    good = [merchant.place(), merchant.place()]
    merchant.later(minutes=5)
    merchant.sync()
    assert [len(merchant.shop_orders(one)) for one in good] == [1, 1]
    assert words(merchant, bad) == ["reading_fails"]
    merchant.no_more_faults()
    merchant.later(minutes=10)
    merchant.sync()
    assert merchant.status(bad) is Status.NOT_SHIPPED
    assert merchant.problems() == []


def test_three_orders_in_a_row_that_cannot_be_reached_stop_the_reading(merchant: Merchant) -> None:
    merchant.sync()
    for _ in range(5):
        merchant.place()
    merchant.fault("bol", "GET", r"/retailer/orders/\w", refused, times=-1)
    merchant.later(minutes=5)
    before = merchant.asked("GET", r"/retailer/orders/\w")
    merchant.sync()
    assert merchant.asked("GET", r"/retailer/orders/\w") - before == 3
    assert sorted(merchant.problems()) == ["reading_fails"] * 3 + ["unreachable"]
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == []
    assert len(merchant.woo.ledger.created) == 5


def test_a_rate_limit_stops_the_reading_and_is_no_orders_fault(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(3)]
    merchant.fault("bol", "GET", r"/retailer/orders/\w", answer(429, Retry_After="60"))
    merchant.later(minutes=5)
    before = merchant.asked("GET", r"/retailer/orders/\w")
    merchant.sync()
    assert merchant.asked("GET", r"/retailer/orders/\w") - before == 1
    assert "reading_fails" not in merchant.problems()
    merchant.later(minutes=5)
    merchant.sync()
    assert [len(merchant.shop_orders(one)) for one in orders] == [1] * 3


@pytest.mark.parametrize("act", [FAILED, GATEWAY], ids=["500", "502"])
def test_one_shop_order_that_cannot_be_read_keeps_no_other_from_its_report(
    merchant: Merchant, act: Act
) -> None:
    bad, good = merchant.settled(), merchant.settled()
    shop_id = merchant.order(bad).shop_order_id
    merchant.complete(good, CODE)
    merchant.fault("woo", "GET", rf"/orders/{shop_id}(\?|$)", act, times=-1)
    merchant.fault("woo", "GET", r"/orders\?.*include=", without(shop_id), times=-1)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(good) is Status.SHIPPED
    assert words(merchant, bad) == ["polling_fails"]
    merchant.no_more_faults()
    merchant.later(minutes=5)
    merchant.sync()
    assert words(merchant, bad) == []


def test_pieces_cancelled_before_the_creation_are_not_created(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(quantity=3))
    merchant.fault("woo", "POST", "/orders(/batch)?$", refused)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.bol.cancel(order, quantity=2)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    (shown,) = merchant.shop_orders(order)
    assert [line["quantity"] for line in shown["line_items"]] == [1]
    assert merchant.problems() == []


def test_an_order_cancelled_during_a_gap_is_not_created(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place(), merchant.place()]
    merchant.fault("woo", "POST", "/orders(/batch)?$", refused, times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    assert [merchant.order(one).has_details for one in orders] == [True, True]
    for one in orders:
        merchant.bol.cancel(one)
    merchant.later(days=3)
    merchant.faults["woo"].clear()
    merchant.fault("bol", "GET", r"/retailer/orders/\w", FAILED, times=2)
    merchant.sync()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.woo.ledger.created == []
    assert [merchant.status(one) for one in orders] == [Status.CANCELLED] * 2
    assert merchant.problems() == []


def test_what_the_whole_list_does_not_contain_is_read_until_it_is_read(merchant: Merchant) -> None:
    orders = [merchant.settled(), merchant.settled()]
    for one in orders:
        merchant.bol.ship_by_hand(one, CODE, "TNT")
    merchant.later(days=3)
    merchant.fault("bol", "GET", f"/retailer/orders/{orders[0]}", GATEWAY, times=2)
    merchant.sync()
    assert merchant.status(orders[1]) is Status.SHIPPED, "one failure keeps no other from it"
    assert words(merchant, orders[0]) == ["reading_fails"]
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(orders[0]) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_late_code_entered_while_the_shop_order_is_open_again_is_sent(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3.5)
    assert merchant.status(order) is Status.SHIPPED
    merchant.woo.control("reopen", {"order": order})
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.sync_every_five_minutes(1.2)
    assert merchant.order(order).parcels[0].code == CODE
    merchant.complete(order)
    merchant.sync_every_five_minutes(1.5)
    assert [one.code for one in merchant.bol.ledger.transports] == [CODE]


def test_a_late_code_that_was_refused_is_not_sent_again_by_itself(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3.5)
    problem = b'{"type":"x","title":"Bad request","status":400,"detail":"no"}'
    no = answer(400, problem, Content_Type="application/problem+json")
    merchant.fault("bol", "PUT", "/retailer/transports/", no, times=-1)
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.sync_every_five_minutes(5)
    assert merchant.asked("PUT", "/retailer/transports/") == 1
    assert merchant.history(order).count("late_code") == 1
    assert words(merchant, order) == ["tracking_refused"]


def test_an_order_without_an_address_is_read_again_until_it_has_one(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(ship_to=INCOMPLETE)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["not_ready"]
    (placed,) = [one for one in merchant.bol.orders() if one.id == order]
    placed.ship_to.update({"surname": "Canary", "streetName": "Canarystreet"})
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == []
    assert len(merchant.shop_orders(order)) == 1


def test_a_cancellation_is_seen_although_bol_hides_the_address(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=2))
    (placed,) = [one for one in merchant.bol.orders() if one.id == order]
    placed.ship_to.update(INCOMPLETE)
    merchant.bol.cancel(order)
    merchant.later(days=3)
    merchant.sync()
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.problems() == ["cancelled_at_marketplace"]


def test_a_new_order_that_is_followed_again_is_read_before_it_is_created(
    merchant: Merchant,
) -> None:
    merchant.sync()
    cancelled, kept = (merchant.place(UNKNOWN_ARTICLE), merchant.place(UNKNOWN_ARTICLE))
    merchant.later(minutes=5)
    merchant.sync()
    for one in (cancelled, kept):
        decide(merchant, one, people.take_over)
    merchant.bol.cancel(cancelled)
    merchant.sync_every_five_minutes(2)
    merchant.later(days=31)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.order(kept).document is None, "its data were purged meanwhile"
    for one in (cancelled, kept):
        decide(merchant, one, people.follow)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(cancelled) is Status.CANCELLED
    assert merchant.shop_orders(cancelled) == []
    assert merchant.order(kept).document, "it was read again"
    assert words(merchant, kept) == ["product_unknown"], "and tried again"


def test_an_order_in_the_shop_that_is_followed_again_is_looked_at(merchant: Merchant) -> None:
    order = merchant.settled()
    decide(merchant, order, people.take_over)
    merchant.bol.ship_by_hand(order, CODE, "TNT")
    merchant.sync_every_five_minutes(2)
    decide(merchant, order, people.follow)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.SHIPPED


def test_the_problems_of_an_order_that_is_left_out_are_over(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(reference="FBB-1", method="FBB"))
    row = f'{{"orders":[{{"orderId":"{order}"}}]}}'.encode()
    merchant.fault("bol", "GET", "/retailer/orders\\?", answer(200, row, Content_Type=JSON))
    merchant.fault("bol", "GET", f"/retailer/orders/{order}", refused)
    merchant.later(minutes=5)
    merchant.sync()
    assert set(merchant.problems()) == {"unreadable", "reading_fails"}
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == []


def test_a_row_without_a_number_is_the_connections_problem_and_no_order(
    merchant: Merchant,
) -> None:
    merchant.sync()
    row = b'{"orders":[{"orderPlacedDateTime":"2026-11-23T09:00:00+01:00"}]}'
    merchant.fault("bol", "GET", "/retailer/orders\\?", answer(200, row, Content_Type=JSON), 2)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["unreadable_rows"]
    store = merchant.store()
    assert store.order_counts() == []
    (problem,) = store.problems()
    assert problem.order_id == ""
    store.close()
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["unreadable_rows"], "a list of changes tells nothing about it"
    merchant.later(days=1)
    merchant.sync()
    assert merchant.problems() == []


def test_an_edit_that_was_begun_before_the_creation_leaves_no_buyers_data(
    merchant: Merchant,
) -> None:
    order = merchant.settled(UNKNOWN_ARTICLE)
    before = merchant.order(order)
    line = before.lines[0].line_id
    edited(merchant, before, {f"lines.{line}.sku": "SKU-1"})
    decide(merchant, order, people.retry)
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    with pytest.raises(ConfigurationError, match="cannot be mended"):
        edited(merchant, before, {"shipping.street": "Canarystreet"})
    edited(merchant, before, {"report.code": CODE})
    assert merchant.order(order).edits == {"report.code": CODE}


def test_two_edits_at_once_both_hold(merchant: Merchant) -> None:
    order = merchant.settled(UNKNOWN_ARTICLE)
    before = merchant.order(order)
    edited(merchant, before, {"shipping.street": "Canarystreet"})
    edited(merchant, before, {"shipping.city": "Canarytown"})
    assert set(merchant.order(order).edits) == {"shipping.street", "shipping.city"}


def test_an_edit_in_the_midst_of_the_creation_leaves_no_buyers_data(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place()

    def edits_first(sandbox: Any, request: Any) -> Any:
        row = merchant.order(order)
        edited(merchant, row, {"shipping.city": "Canarytown", "report.code": CODE})
        return sandbox.handle(request)

    merchant.fault("woo", "POST", "/orders(/batch)?$", edits_first)
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.order(order).edits == {"report.code": CODE}


def test_a_retry_does_not_release_what_a_rule_holds(merchant: Merchant) -> None:
    merchant.configure(marketplace="hold_when = { total_over = 1 }")
    order = merchant.settled()
    told = decide(merchant, order, people.retry)
    assert not told.changed
    assert "orderlink release" in told.sentence
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["held"]
    assert merchant.shop_orders(order) == []


def test_a_retry_of_everything_decides_nothing(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.bol.request_cancellation(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert not decide(merchant, order, people.retry, deciding=False).changed
    assert merchant.problems() == ["cancellation_requested"]
    assert decide(merchant, order, people.retry).changed
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1


def test_parcels_that_cannot_be_asked_for_are_told(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, fulfillments=True)
    order, other = merchant.settled(), merchant.settled()
    merchant.fault("woo", "GET", "/fulfillments", FAILED, times=-1)
    merchant.complete(order)
    merchant.complete(other, CODE)
    merchant.sync_every_five_minutes(0.2)
    assert words(merchant, order) == ["polling_fails"]
    assert merchant.status(other) is Status.SHIPPED
    merchant.no_more_faults()
    merchant.later(minutes=5)
    merchant.sync()
    assert words(merchant, order) == []


def test_a_right_that_is_lacking_for_parcels_is_the_connections_problem(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, fulfillments=True)
    order = merchant.settled()
    body = b'{"code":"woocommerce_rest_cannot_view","message":"no"}'
    merchant.fault("woo", "GET", "/fulfillments", answer(403, body), times=-1)
    merchant.complete(order)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["sign_in_failed"]


def test_what_is_closed_stays_closed_whatever_is_decided(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    row = merchant.order(order)
    assert row.status is Status.CANCELLED
    store = merchant.store()
    assert not store.apply(row, Verdict(status=Status.SHIPPED), merchant.clock.now())
    store.close()
    assert merchant.status(order) is Status.CANCELLED


PARTIAL = {
    "open_orders": "orders_open",
    "missing_orders": "orders_open",
    "new_orders": "orders_open",
    "approve_new_orders": "orders_open",
    "waiting_orders": "orders_by_status",
    "dated_orders": "orders_open",
    "followed_orders": "orders_followed",
    "late_orders": "orders_closed_without_code",
    "unpurged_orders": "orders_unpurged",
    "purge_problems": "problems_of_order",
    "archivable_orders": "orders_purged",
}


@pytest.mark.parametrize(("query", "index"), PARTIAL.items(), ids=list(PARTIAL))
def test_what_every_run_asks_for_is_found_by_its_own_index(
    merchant: Merchant, query: str, index: str
) -> None:
    store = merchant.store()
    names = (
        "connection",
        "shop",
        "order_id",
        "closed_after",
        "closed_before",
        "seen_before",
        "day",
    )
    values = {**dict.fromkeys(names, "x"), "limit": 1}
    rows = store.database.execute(f"EXPLAIN QUERY PLAN {queries()[query]}", values).fetchall()
    store.close()
    steps = [str(row["detail"]) for row in rows]
    assert f"USING INDEX {index} " in steps[0], steps


def test_a_purge_leaves_nothing_of_what_the_shop_said(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    said = b'{"code":"rest_invalid_param","message":"Canarystreet 7 is no street"}'
    merchant.fault("woo", "POST", "/orders(/batch)?$", answer(400, said))
    merchant.later(minutes=5)
    merchant.sync()
    assert words(merchant, order) == ["shop_refused"]
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    for _ in range(2):
        merchant.later(days=31)
        merchant.sync()
    raw = b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))
    assert b"Canarystreet 7" not in raw


def test_the_document_of_an_order_that_became_unreadable_is_purged(merchant: Merchant) -> None:
    order = merchant.settled(UNKNOWN_ARTICLE)
    assert merchant.order(order).document
    broken = answer(200, b'{"orderId": 17}', Content_Type=JSON)
    merchant.fault("bol", "GET", f"/retailer/orders/{order}", broken, times=-1)
    merchant.fault("bol", "GET", r"/retailer/orders\?", answer(200, b"{}", Content_Type=JSON), -1)
    for _ in range(3):
        merchant.later(days=16)
        merchant.sync()
    assert "unreadable" in words(merchant, order)
    assert merchant.order(order).document is None
    merchant.no_more_faults()
    decide(merchant, order, people.retry)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.order(order).document, "it is read again as soon as it can be"


def test_a_reopened_shop_order_has_no_report_that_fails(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault("bol", "POST", "/retailer/shipments$", answer(429, Retry_After="60"))
    merchant.later(minutes=5)
    merchant.sync()
    merchant.fault("bol", "POST", "/retailer/shipments$", refused, times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    assert "reporting_fails" in words(merchant, order)
    merchant.woo.control("reopen", {"order": order})
    merchant.later(minutes=5)
    merchant.sync()
    assert words(merchant, order) == []
    store = merchant.store()
    effects = store.effects(merchant.order(order).key, Kind.SHIP)
    store.close()
    assert [one.state for one in effects] == [EffectState.WITHDRAWN]

"""Orders of bol on their way through a Shopify shop, with the real program."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.decide.telling import end_of_api
from orderlink.model import Status
from orderlink.people import retry
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.shopify_records import PLANS, Bag, SandboxShop
from tests.support.faults import (
    MachineDied,
    answer,
    died_after,
    died_before,
    half_created,
    lost_after,
    lost_before,
)
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.sandbox.server import Answer, Request, Sandbox
    from tests.support.faults import Act

FIRST, SECOND = "3SABCD1234567", "3SABCD7654321"
BOWL = Article(reference="SKU-2", ean="8718846038683")
CREATE = ("shopify", "POST", "#CreateOrder$")


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path, shop_type="shopify")


def reported(merchant: Merchant, order: str) -> list[tuple[str, int]]:
    """Give what bol carried out: the code and how many pieces, shipment by shipment."""
    return [(one.code, sum(count for _, count in one.lines)) for one in merchant.shipments(order)]


def only_status(merchant: Merchant, order: str) -> str:
    (shown,) = merchant.shop_orders(order)
    return str(shown["status"])


# Once


def test_an_order_goes_through_the_shop_and_is_reported_once(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=2), BOWL)
    (shown,) = merchant.shop_orders(order)
    placed = next(one for one in merchant.bol.orders() if one.id == order)
    paid = sum(item.article.price * item.article.quantity for item in placed.items)
    assert Decimal(shown["total"]) == paid
    merchant.complete(order, FIRST, provider="PostNL")
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 3)]
    assert merchant.status(order) is Status.SHIPPED
    assert (merchant.problems(), merchant.told) == ([], [])
    assert merchant.order(order).shop_order_number == "1001"


def test_a_run_without_news_asks_the_shop_next_to_nothing(merchant: Merchant) -> None:
    order = merchant.settled()
    before = len(merchant.calls)
    merchant.later(minutes=5)
    merchant.sync()
    asked = [call for call in merchant.calls[before:] if "graphql" in call]
    assert asked == ["POST /admin/api/2026-10/graphql.json#OrdersInBrief"]
    assert merchant.status(order) is Status.NOT_SHIPPED


@pytest.mark.parametrize("act", [died_before, died_after, lost_before, lost_after])
@pytest.mark.parametrize(
    "shop",
    [{}, {"search_lag": 600}, {"search_lag": 3600, "unique_reference": True}],
    ids=["plain", "lagging", "unique"],
)
def test_whatever_happens_to_a_creation_there_is_one_order_in_the_end(
    tmp_path: Path, shop: dict[str, Any], act: Act
) -> None:
    merchant = Merchant(tmp_path, shop_type="shopify", **shop)
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, act)
    merchant.later(minutes=5)
    try:
        merchant.sync()
    except MachineDied:
        merchant.no_more_faults()
    merchant.sync_every_five_minutes(1)
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert len(merchant.shopify.ledger.created) == 1
    assert merchant.problems() == []


def test_a_lost_answer_is_not_sent_again_while_the_index_lags(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, shop_type="shopify", search_lag=600)
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, lost_after)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NEW
    merchant.sync_every_five_minutes(0.25)
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert "found_in_shop" in merchant.history(order)
    assert merchant.asked("POST", "#CreateOrder") == 1


def test_a_unique_reference_finds_a_lost_order_in_the_next_run(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, shop_type="shopify", search_lag=3600, unique_reference=True)
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, lost_after)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.NOT_SHIPPED


def test_the_shop_itself_refuses_a_second_order_whatever_the_index_says(tmp_path: Path) -> None:
    unique: dict[str, Any] = {"unique_reference": True, "reference_type": "url"}
    merchant = Merchant(tmp_path, shop_type="shopify", search_lag=3600, **unique)
    merchant.sync()
    order = merchant.place()
    merchant.fault(*CREATE, lost_after)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.sync_every_five_minutes(0.75)
    assert merchant.asked("POST", "#CreateOrder") > 1, "the look-ups found nothing"
    assert len(merchant.shopify.ledger.created) == 1
    merchant.sync_every_five_minutes(3)
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert len(merchant.shopify.ledger.created) == 1


def test_a_search_that_ignores_its_filter_takes_no_strangers_order(merchant: Merchant) -> None:
    first = merchant.settled()
    merchant.shopify.set_search(ignores_filter=True)
    second = merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    assert [len(merchant.shop_orders(order)) for order in (first, second)] == [1, 1]
    assert merchant.status(second) is Status.NOT_SHIPPED


def test_a_lost_state_file_is_rebuilt_from_the_shop(merchant: Merchant) -> None:
    order = merchant.settled()
    for file in merchant.folder.glob("state.sqlite3*"):
        file.unlink()
    for file in merchant.folder.glob("*.marker"):
        file.unlink()
    merchant.configure(marketplace='import_from = "open"')
    merchant.run("rebuild")
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shopify.ledger.created) == 1
    assert merchant.order(order).shop_order_id == "5001"


# Parts, and what people do


def test_each_parcel_is_reported_as_it_leaves(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=2), BOWL)
    act = {"order": order, "pieces": {"SKU-1": 1}, "code": FIRST, "provider": "PostNL"}
    merchant.shopify.control("fulfil", act)
    merchant.sync_every_five_minutes(0.25)
    assert reported(merchant, order) == [(FIRST, 1)]
    row = merchant.order(order)
    assert (row.status, row.partial) == (Status.NOT_SHIPPED, True)
    merchant.complete(order, SECOND, provider="PostNL")
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 1), (SECOND, 2)]
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.history(order).count("part_shipped") == 1
    assert merchant.problems() == []


def test_two_codes_of_one_fulfillment_are_both_reported(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=2), BOWL)
    codes: dict[str, Any] = {"codes": [FIRST, SECOND], "provider": "PostNL"}
    merchant.shopify.control("complete", {"order": order, **codes})
    merchant.sync_every_five_minutes(0.5)
    assert sum(count for _, count in reported(merchant, order)) == 3, "each piece once"
    assert {code for code, _ in reported(merchant, order)} <= {FIRST, SECOND}
    assert merchant.status(order) is Status.SHIPPED


def test_an_order_that_was_sent_and_then_archived_is_reported(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, FIRST, provider="PostNL")
    merchant.shopify.control("archive", {"order": order})
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 1)]
    assert merchant.problems() == []


@pytest.mark.parametrize(
    ("choice", "left"), [("decrement", -1), ("decrement_obeying_policy", 1), ("bypass", 1)]
)
def test_pieces_are_claimed_as_the_merchant_chose(tmp_path: Path, choice: str, left: int) -> None:
    merchant = Merchant(tmp_path, shop_type="shopify", shop=f'inventory = "{choice}"')
    merchant.shopify.product(501).stock = 1
    merchant.shopify.product(501).policy = "DENY"
    order = merchant.settled(Article(quantity=2))
    assert merchant.shopify.product(501).stock == left
    refused = choice == "decrement_obeying_policy"
    assert merchant.problems() == (["out_of_stock"] if refused else [])
    assert len(merchant.shop_orders(order)) == (0 if refused else 1)


def test_an_order_whose_price_does_not_divide_is_reported_whole(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=3, price=Decimal("3.33"), discount=Decimal("0.02")))
    assert len(merchant.shop_orders(order)[0]["line_items"]) == 2
    merchant.shopify.control("fulfil", {"order": order, "pieces": {"SKU-1": 2}, "code": FIRST})
    merchant.sync_every_five_minutes(0.25)
    merchant.complete(order, SECOND)
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 2), (SECOND, 1)]


def test_a_code_in_its_link_only_is_taken_out_of_it(merchant: Merchant) -> None:
    order = merchant.settled()
    link = f"https://jouw.postnl.nl/track-and-trace/{FIRST}-NL-3511AA"
    merchant.complete(order, url=link)
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 1)]


def test_without_a_code_an_order_waits_three_hours_and_a_late_code_is_sent(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2.5)
    assert merchant.status(order) is Status.WAITING
    merchant.sync_every_five_minutes(1)
    assert reported(merchant, order) == [("", 1)]
    merchant.shopify.control("add-code", {"order": order, "code": FIRST, "provider": "PostNL"})
    merchant.sync_every_five_minutes(2)
    assert [one.code for one in merchant.bol.ledger.transports] == [FIRST]


@pytest.mark.parametrize("act", ["cancel", "delete", "archive", "refund"])
def test_a_shop_order_that_is_gone_is_told_and_never_reported(merchant: Merchant, act: str) -> None:
    kept = merchant.settled()
    order = merchant.settled()
    merchant.shopify.control(act, {"order": order})
    merchant.sync_every_five_minutes(1)
    assert merchant.problems() == ["shop_order_gone"]
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert reported(merchant, order) == []
    assert merchant.status(kept) is Status.NOT_SHIPPED


def test_an_order_that_is_reopened_before_its_code_came_goes_back(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(1)
    merchant.shopify.control("reopen", {"order": order})
    merchant.sync_every_five_minutes(4)
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert reported(merchant, order) == []
    merchant.complete(order, FIRST, provider="PostNL")
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 1)]


def test_a_part_that_was_refunded_needs_a_word_of_a_person(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.shopify.control("refund", {"order": order, "amount": "3.00"})
    merchant.complete(order, FIRST, provider="PostNL")
    merchant.sync_every_five_minutes(1)
    assert merchant.problems() == ["partly_refunded"]
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 1)]


def a_cent_too_little(sandbox: Sandbox, request: Request) -> Answer:
    """Let the shop take a cent off what it is sent."""
    sent = request.json()
    money = sent["variables"]["order"]["lineItems"][0]["priceSet"]["shopMoney"]
    money["amount"] = str(Decimal(money["amount"]) - Decimal("0.01"))
    return sandbox.handle(replace(request, body=json.dumps(sent).encode()))


def test_a_total_that_differs_is_held_so_that_nobody_packs_it(merchant: Merchant) -> None:
    merchant.sync()
    merchant.fault(*CREATE, a_cent_too_little)
    order = merchant.settled()
    assert merchant.problems() == ["total_differs"]
    merchant.sync_every_five_minutes(0.25)
    with pytest.raises(ValueError, match="held"):
        merchant.complete(order)
    assert merchant.order(order).shop_status == "on_hold"
    assert merchant.asked("POST", "#Hold") == 1


def test_an_order_whose_total_differs_is_read_whole_until_it_is_mended(merchant: Merchant) -> None:
    merchant.sync()
    merchant.fault(*CREATE, a_cent_too_little)
    merchant.settled()
    merchant.sync_every_five_minutes(0.25)
    before = merchant.asked("POST", "#OrderById")
    for _ in range(3):
        merchant.later(minutes=5)
        merchant.sync()
    assert merchant.asked("POST", "#OrderById") == before + 3
    assert merchant.problems() == ["total_differs"]
    (stored,) = merchant.shopify._store.orders.values()
    stored.lines[0].price += Bag(Decimal("0.01"), Decimal("0.01"))
    merchant.sync_every_five_minutes(0.25)
    assert merchant.problems() == []


def test_of_a_half_created_order_only_the_parcel_that_left_is_reported(merchant: Merchant) -> None:
    merchant.settled()
    merchant.fault(*CREATE, half_created)
    order = merchant.place(Article(quantity=2), BOWL)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, FIRST, provider="PostNL")
    merchant.sync_every_five_minutes(5)
    assert reported(merchant, order) == [(FIRST, 2)]
    assert merchant.problems() == ["total_differs"]
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(4)
    assert reported(merchant, order) == [(FIRST, 2), ("", 1)]


def test_a_test_order_is_put_into_the_shop_and_taken_back(merchant: Merchant) -> None:
    report = merchant.run("test-order", connections=frozenset({"bol"}), sample="SKU-1=12.99")
    assert report.counts["tried"] == 1
    (made,) = merchant.shopify.ledger.created
    assert made.transaction_id.startswith("TEST-")
    merchant.later(minutes=1)
    assert only_status(merchant, made.transaction_id) == "cancelled"
    assert merchant.shopify.product(501).stock == 1000


# How much the shop allows


THROTTLED = answer(
    200,
    json.dumps(
        {
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {
                "cost": {
                    "requestedQueryCost": 30,
                    "throttleStatus": {
                        "maximumAvailable": 2000.0,
                        "currentlyAvailable": 0,
                        "restoreRate": 100.0,
                    },
                }
            },
        }
    ).encode(),
    Content_Type="application/json",
)


@pytest.mark.parametrize("name", ["CreateOrder", "OrdersByNumber", "VariantsFound", "Calculate"])
def test_a_shop_that_throttles_counts_against_no_order(merchant: Merchant, name: str) -> None:
    merchant.sync()
    merchant.fault("shopify", "POST", f"#{name}$", THROTTLED, times=2)
    order = merchant.place()
    for _ in range(3):
        merchant.later(minutes=5)
        merchant.sync()
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert len(merchant.shop_orders(order)) == 1
    assert (merchant.problems(), merchant.told) == ([], [])


def test_a_throttled_look_at_the_shop_is_made_in_the_next_run(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, FIRST, provider="PostNL")
    merchant.fault("shopify", "POST", "#OrdersInBrief$", THROTTLED)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.sync_every_five_minutes(0.25)
    assert reported(merchant, order) == [(FIRST, 1)]
    assert merchant.told == []


def test_a_shop_for_trying_takes_five_orders_a_run_and_nobody_is_told(tmp_path: Path) -> None:
    trial = SandboxShop(plan=PLANS["Trial"])
    merchant = Merchant(tmp_path, shop_type="shopify", selling=trial)
    merchant.sync()
    orders = [merchant.place() for _ in range(12)]
    for count in (5, 10, 12):
        merchant.later(minutes=5)
        merchant.sync()
        assert len(merchant.shopify.ledger.created) == count
    assert {merchant.status(order) for order in orders} == {Status.NOT_SHIPPED}
    assert (merchant.problems(), merchant.told) == ([], [])


def test_two_hundred_orders_are_created_in_one_run_without_being_throttled(
    tmp_path: Path,
) -> None:
    merchant = Merchant(tmp_path, shop_type="shopify", marketplace="max_new_orders = 0")
    merchant.sync()
    orders = [merchant.place() for _ in range(200)]
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shopify.ledger.created) == 200
    merchant.later(minutes=5)
    merchant.sync()
    assert {merchant.status(order) for order in orders} == {Status.NOT_SHIPPED}
    assert merchant.problems() == []


def test_the_end_of_the_api_is_told_three_months_before(
    merchant: Merchant,
) -> None:
    settings = merchant.config.shops["shopify"]
    assert end_of_api(settings, date(2027, 6, 30)) == ""
    near = end_of_api(settings, date(2027, 7, 15))
    assert "2026-10" in near
    assert "2027-10-01" in near


def test_a_scope_that_was_taken_away_is_told_by_its_name(merchant: Merchant) -> None:
    merchant.settled()
    merchant.shopify.set_scopes("read_products")
    merchant.place()
    merchant.sync_every_five_minutes(1)
    assert set(merchant.problems()) == {"sign_in_failed"}
    assert any("read_orders" in line or "write_orders" in line for line in merchant.told)
    assert not any("canary" in line for line in [*merchant.told, *merchant.said])

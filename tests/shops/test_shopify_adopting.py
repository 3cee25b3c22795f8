"""Orders of other programs in Shopify: listed completely, and stamped without another trace."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.errors import Ambiguous, Refused, SignInFailed, TryLater
from orderlink.model import ShopState, Stamp
from orderlink.sandbox.server import Answer, json_answer
from orderlink.shops import FIELDS, Adopts, adopted_by
from orderlink.shops.shopify_adoption import values_in
from orderlink.shops.shopify_documents import DocumentError
from orderlink.shops.shopify_queries import tag_of
from tests.support.others import bring_to_shopify as bring

from .shopify_world import START, World, order, stamp

if TYPE_CHECKING:
    from orderlink.sandbox.server import Request

LONG_AGO = START - timedelta(days=1)
MUG = {"MUG-RED": 1}


def listed(world: World, field: str = "transaction_id") -> list[tuple[str, tuple[str, ...]]]:
    return [(one.order.id, one.values) for one in world.shop.candidates(field, LONG_AGO)]


def sale(code: str) -> dict[str, Any]:
    money = {"shopMoney": {"amount": "12.99", "currencyCode": "EUR"}}
    return {"kind": "SALE", "status": "SUCCESS", "amountSet": money, "authorizationCode": code}


def test_it_takes_orders_over_by_every_field() -> None:
    shop = World().shop
    assert isinstance(shop, Adopts)
    assert adopted_by(shop) == FIELDS


@pytest.mark.parametrize(
    ("field", "brought", "values"),
    [
        ("transaction_id", {"number": " BOL-1 "}, ("BOL-1",)),
        ("transaction_id", {"transactions": [sale("BOL-1")]}, ("BOL-1",)),
        ("number", {"name": "#BOL-1"}, ("#BOL-1", "BOL-1")),
        ("number", {}, ("#1001", "1001")),
        ("meta:memo", {"meta": {"memo": "BOL-1", "other": "x"}}, ("BOL-1",)),
        ("meta:channel.order", {"meta": {"channel.order": "BOL-1"}}, ("BOL-1",)),
        (
            "meta:custom.order",
            {
                "metafields": [
                    {
                        "namespace": "custom",
                        "key": "order",
                        "type": "single_line_text_field",
                        "value": "BOL-1",
                    }
                ]
            },
            ("BOL-1",),
        ),
        ("tag", {"tags": ["bol", "BOL-1"]}, ("bol", "BOL-1")),
    ],
)
def test_what_stands_in_the_field_is_told(
    field: str, brought: dict[str, Any], values: tuple[str, ...]
) -> None:
    world = World()
    shop_id = bring(world.sandbox, lines=MUG, **brought)
    assert listed(world, field) == [(shop_id, values)]


def test_what_has_nothing_in_the_field_is_not_read_any_further() -> None:
    world = World()
    for _ in range(3):
        bring(world.sandbox, lines=MUG)
    found = bring(world.sandbox, lines=MUG, meta={"memo": "BOL-1"})
    assert listed(world, "meta:memo") == [(found, ("BOL-1",))]
    assert [len(one["ids"]) for one in world.asked("OrdersById")] == [1]


def test_what_is_cancelled_is_listed_as_gone_and_what_has_left_with_its_parcel() -> None:
    world = World()
    lost, left = (bring(world.sandbox, one, lines=MUG) for one in ("lost", "left"))
    world.sandbox.control("cancel", {"order": lost})
    world.sandbox.control("complete", {"order": left, "code": "3SABC"})
    found = {one.values[0]: one.order for one in world.shop.candidates("transaction_id", LONG_AGO)}
    assert found["lost"].state is ShopState.GONE
    assert found["left"].state is ShopState.COMPLETED
    assert [one.code for one in found["left"].parcels] == ["3SABC"]


def test_the_list_goes_back_as_far_as_orders_may_have_come_in_and_no_further() -> None:
    world = World()
    for number in range(120):
        bring(world.sandbox, f"old-{number}", lines=MUG)
    world.clock.advance(10 * 24 * 3600)
    since = world.clock.now() - timedelta(hours=1)
    # Another program may have written the marketplace's day into it, which says nothing.
    bring(world.sandbox, "new", lines=MUG, processedAt="2020-01-01T00:00:00Z")
    found = list(world.shop.candidates("transaction_id", since))
    assert [one.values for one in found] == [("new",)]
    assert len(world.asked("OrdersNewestFirst")) == 1


def test_a_list_over_several_pages_names_each_order_once_whatever_comes_and_goes() -> None:
    world = World()
    for number in range(120):
        bring(world.sandbox, str(number), lines=MUG)
    pages = []

    def meanwhile(request: Request) -> Answer | None:
        if b"OrdersNewestFirst" in request.body:
            pages.append(request)
            if len(pages) > 1:
                bring(world.sandbox, "later", lines=MUG)
                world.sandbox.control("delete", {"order": str(5120 - len(pages))})
        return None

    world.instead = meanwhile
    ids = [one.order.id for one in world.shop.candidates("transaction_id", LONG_AGO)]
    assert len(pages) == 3
    assert ids == [str(number) for number in range(5120, 5000, -1)]


def told(rows: list[Any], *, more: bool = False) -> Answer:
    page = {"nodes": rows, "pageInfo": {"hasNextPage": more, "endCursor": "1"}}
    return json_answer(200, {"data": {"orders": page}}, media_type="application/json")


def row(number: int, **changes: Any) -> dict[str, Any]:
    whole = {"id": f"gid://shopify/Order/{number}", "createdAt": "2026-11-23T09:00:00Z"}
    return {**whole, "name": "#1", **changes}


@pytest.mark.parametrize(
    "rows",
    [
        [row(1), row(2)],
        [row(2), row(2)],
        [row(1, createdAt="soon")],
        [row(1, createdAt=None)],
        [row(1, name=None, id=None)],
        [{}],
        "none",
    ],
)
def test_a_list_that_is_not_as_promised_is_no_list(rows: Any) -> None:
    world = World()
    world.instead = lambda _: told(rows)
    with pytest.raises(TryLater):
        list(world.shop.candidates("number", LONG_AGO))


def test_a_list_that_goes_round_in_circles_is_left() -> None:
    world = World()
    world.instead = lambda request: (
        told([row(2)], more=True) if b"NewestFirst" in request.body else None
    )
    with pytest.raises(TryLater):
        list(world.shop.candidates("number", LONG_AGO))


def test_an_order_that_is_listed_and_cannot_be_read_keeps_the_list_from_being_complete() -> None:
    world = World()
    bring(world.sandbox, "A-1", lines=MUG)

    def without_orders(request: Request) -> Answer | None:
        if b"OrdersById" not in request.body:
            return None
        return json_answer(200, {"data": {"nodes": [None]}}, media_type="application/json")

    world.instead = without_orders
    with pytest.raises(TryLater, match="listed could not be read"):
        listed(world)


def test_orders_that_the_shop_hides_are_not_taken_for_none() -> None:
    world = World()
    before = START - timedelta(days=61)
    with pytest.raises(TryLater, match=r"read_all_orders.*--since"):
        list(world.shop.candidates("number", before))
    world.sandbox.set_scopes("write_orders", "read_products", "read_all_orders")
    assert list(world.shop.candidates("number", before)) == []


@pytest.mark.parametrize("field", ["transaction_id", "meta:memo", "tag", "number"])
def test_a_row_without_the_field_cannot_be_read(field: str) -> None:
    with pytest.raises(DocumentError):
        values_in({"id": "gid://shopify/Order/1"}, field)


# Stamping


@pytest.mark.parametrize("unique", [False, True])
def test_a_stamp_is_one_write_of_a_tag_and_three_fields(*, unique: bool) -> None:
    world = World(unique_reference=unique)
    shop_id = bring(world.sandbox, "theirs", lines=MUG, tags=["mine"], meta={"memo": "BOL-1"})
    before = world.shop.read_one(shop_id)
    answer = world.shop.stamp(shop_id, stamp("BOL-1"))
    (sent,) = world.asked("Stamp")
    assert sent["tags"] == ["bol::BOL-1"]
    assert [(one["key"], one["value"]) for one in sent["fields"]] == [
        ("reference", "bol::BOL-1"),
        ("origin", "origin-1"),
        ("adopted", "yes"),
    ]
    assert sent["fields"][0]["type"] == ("id" if unique else "single_line_text_field")
    assert (answer.reference, answer.origin, answer.adopted) == ("bol::BOL-1", "origin-1", True)
    assert before is not None
    assert (answer.order_number, answer.total, answer.lines) == (
        "theirs",
        before.total,
        before.lines,
    )
    assert world.sandbox._store.orders[int(shop_id)].tags == ["mine", "bol::BOL-1"]
    assert world.shop.stamp(shop_id, stamp("BOL-1")) == answer, "stamping twice is harmless"


def test_an_order_of_our_own_is_not_adopted() -> None:
    world = World()
    assert not world.place(order()).adopted


@pytest.mark.parametrize("unique", [False, True])
def test_a_stamped_order_is_found_by_its_reference_alone(*, unique: bool) -> None:
    world = World(unique_reference=unique, search_lag=60)
    shop_id = bring(world.sandbox, "theirs", lines=MUG)
    world.clock.advance(120)
    world.shop.stamp(shop_id, stamp("BOL-1"))
    found = [one.id for one in world.shop.find([stamp("BOL-1")], "").orders]
    assert found == ([shop_id] if unique else []), "the search's index lags"
    world.clock.advance(60)
    assert [one.id for one in world.shop.find([stamp("BOL-1")], "").orders] == [shop_id]
    assert world.shop.find([stamp("BOL-2")], "").orders == ()


def test_a_tag_that_a_person_copied_is_no_stamp() -> None:
    world = World()
    bring(world.sandbox, "theirs", lines=MUG, tags=["bol::BOL-1"])
    assert world.shop.find([stamp("BOL-1")], "").orders == ()


def test_a_reference_that_is_too_long_for_a_tag_is_found_all_the_same() -> None:
    long = Stamp(f"{'n' * 30}::302-1234567-1234567", "origin-1", "302-1234567-1234567")
    assert len(tag_of(long.reference)) == 40
    assert tag_of(long.reference) != tag_of(f"{long.reference}8")
    world = World()
    shop_id = bring(world.sandbox, "theirs", lines=MUG)
    world.shop.stamp(shop_id, long)
    assert [one.id for one in world.shop.find([long], "").orders] == [shop_id]


def test_a_reference_that_another_order_carries_is_refused() -> None:
    world = World(unique_reference=True)
    first, second = (bring(world.sandbox, one, lines=MUG) for one in "AB")
    world.shop.stamp(first, stamp("BOL-1"))
    with pytest.raises(Refused, match="already taken") as said:
        world.shop.stamp(second, stamp("BOL-1"))
    assert said.value.word == "shop_refused"


def test_an_order_that_was_deleted_cannot_be_stamped() -> None:
    with pytest.raises(Refused) as said:
        World().shop.stamp("999999", stamp("BOL-1"))
    assert said.value.word == "shop_order_gone"


@pytest.mark.parametrize(
    ("status", "document", "error"),
    [
        (
            200,
            {"errors": [{"message": "x", "extensions": {"code": "ACCESS_DENIED"}}]},
            SignInFailed,
        ),
        (200, {"errors": [{"message": "boom"}]}, Ambiguous),
        (200, ["html"], Ambiguous),
        (429, {}, TryLater),
        (400, {"errors": "no"}, Refused),
    ],
)
def test_what_a_stamp_is_answered_is_sorted(
    status: int, document: Any, error: type[Exception]
) -> None:
    world = World()
    shop_id = bring(world.sandbox, lines=MUG)
    world.instead = lambda request: (
        json_answer(status, document, media_type="application/json")
        if "mutation Stamp" in json.loads(request.body)["query"]
        else None
    )
    with pytest.raises(error):
        world.shop.stamp(shop_id, stamp())

"""Orders of other programs in WooCommerce: listed completely, and stamped without another trace."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderlink.errors import Ambiguous, Refused, SignInFailed, TryLater
from orderlink.model import ShopState
from orderlink.sandbox.server import Answer, json_answer
from orderlink.shops import ADOPTED_BY, Adopts, adopted_by
from tests.support.others import bring

from .woocommerce_world import START, World, order, stamp

if TYPE_CHECKING:
    from orderlink.sandbox.server import Request

LONG_AGO = START - timedelta(days=1)


def listed(world: World, field: str = "transaction_id") -> list[tuple[str, tuple[str, ...]]]:
    return [(one.order.id, one.values) for one in world.shop.candidates(field, LONG_AGO)]


def test_it_takes_orders_over_by_every_field() -> None:
    shop = World().shop
    assert isinstance(shop, Adopts)
    assert adopted_by(shop) == ADOPTED_BY


def test_each_order_is_listed_once_with_what_stands_in_the_field() -> None:
    world = World()
    lines = {"MUG-RED": 1}
    bring(world.sandbox, " BOL-1 ", lines=lines)
    numbers = {"_order_number": "1001", "_order_number_formatted": "N-1001"}
    bring(world.sandbox, lines=lines, meta=numbers)
    bring(world.sandbox, lines=lines, meta={"memo": "BOL-3", "other": "x"})
    assert listed(world) == [("18", ()), ("17", ()), ("16", ("BOL-1",))]
    assert listed(world, "number") == [("18", ("18",)), ("17", ("17", "1001", "N-1001")),
                                       ("16", ("16",))]  # fmt: skip
    assert listed(world, "meta:memo") == [("18", ("BOL-3",)), ("17", ()), ("16", ())]
    assert world.writes() == []


def test_a_value_that_is_no_text_is_none() -> None:
    world = World()
    shop_id = bring(world.sandbox, lines={"MUG-RED": 1})
    stored = world.sandbox._store.orders[int(shop_id)]
    world.sandbox._store.set_meta(stored, "memo", {"order": "BOL-1"})
    stored.meta.append({"id": 99, "key": "memo", "value": 1001})
    stored.meta.append({"id": 100, "key": "memo", "value": "BOL-2"})
    assert listed(world, "meta:memo") == [("16", ("1001", "BOL-2"))]


def test_what_is_cancelled_or_in_the_trash_is_listed_as_gone() -> None:
    world = World()
    for act in ("cancel", "trash"):
        world.sandbox.control(act, {"order": bring(world.sandbox, act, lines={"MUG-RED": 1})})
    found = list(world.shop.candidates("transaction_id", LONG_AGO))
    assert [(one.values, one.order.state) for one in found] == [
        (("cancel",), ShopState.GONE),
        (("trash",), ShopState.GONE),
    ]


def test_the_list_goes_back_as_far_as_orders_may_have_come_in_and_no_further() -> None:
    world = World()
    for _ in range(120):
        bring(world.sandbox, "old", lines={"MUG-RED": 1})
    world.clock.advance(10 * 24 * 3600)
    touched = world.sandbox._store.orders[100]
    since = world.clock.now() - timedelta(hours=1)
    bring(world.sandbox, "new", lines={"MUG-RED": 1})
    # Its day of creation says nothing: a plugin may have written the marketplace's.
    world.sandbox._store.orders[136].created_at = START - timedelta(days=99)
    found = list(world.shop.candidates("transaction_id", since))
    assert [one.values for one in found] == [("new",)]
    requests = len(world.requests)
    world.sandbox._store.set_meta(touched, "note", "touched again")
    assert [one.order.id for one in world.shop.candidates("number", since)] == ["136"]
    assert len(world.requests) - requests == 2, "one page, and the trash"


def test_a_list_over_several_pages_names_each_order_once() -> None:
    world = World()
    for number in range(250):
        bring(world.sandbox, str(number), lines={"MUG-RED": 1})
    ids = [one.order.id for one in world.shop.candidates("number", LONG_AGO)]
    assert len(ids) == len(set(ids)) == 250


def test_an_order_that_slips_to_another_page_while_it_is_listed_is_noticed() -> None:
    world = World()
    for number in range(150):
        bring(world.sandbox, str(number), lines={"MUG-RED": 1})
    asked = []

    def delete_one(request: Request) -> Answer | None:
        asked.append(request)
        if len(asked) == 2:
            for shop_id in (165, 164, 163):
                world.sandbox._store.delete(world.sandbox._store.orders[shop_id])
        return None

    world.instead = delete_one
    with pytest.raises(TryLater, match="moved"):
        list(world.shop.candidates("number", LONG_AGO))


@pytest.mark.parametrize("changed", ["soon", 7])
def test_a_day_that_cannot_be_read_is_no_end_of_the_list(changed: object) -> None:
    world = World()
    bring(world.sandbox, lines={"MUG-RED": 1})
    row = {**world.sandbox.order(16), "date_modified_gmt": changed}
    world.instead = lambda _: json_answer(200, [row], media_type="application/json")
    with pytest.raises(TryLater, match="cannot be read"):
        list(world.shop.candidates("number", LONG_AGO))


def test_a_stamp_is_one_write_of_three_fields() -> None:
    world = World()
    shop_id = bring(world.sandbox, lines={"MUG-RED": 1}, meta={"memo": "BOL-1"})
    answer = world.shop.stamp(shop_id, stamp("BOL-1"))
    (request,) = world.writes()
    assert json.loads(request.body) == {
        "meta_data": [
            {"key": "_orderlink_ref", "value": "bol::BOL-1"},
            {"key": "_orderlink_origin", "value": "origin-1"},
            {"key": "_orderlink_adopted", "value": "yes"},
        ]
    }
    assert (answer.reference, answer.origin, answer.adopted) == ("bol::BOL-1", "origin-1", True)
    assert world.shop.read_one(shop_id) == answer
    again = world.shop.stamp(shop_id, stamp("BOL-1"))
    assert again == answer, "stamping twice is harmless"


def test_an_order_of_our_own_is_not_adopted() -> None:
    world = World()
    assert not world.place(order()).adopted


@pytest.mark.parametrize(
    ("status", "document", "error"),
    [
        (400, {"code": "no", "message": "not today"}, Refused),
        (400, {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid"}, Refused),
        (401, {"code": "x", "message": "you have no write permission"}, SignInFailed),
        (200, ["html"], Ambiguous),
    ],
)
def test_what_a_stamp_is_answered_is_sorted(
    status: int, document: object, error: type[Exception]
) -> None:
    world = World()
    shop_id = bring(world.sandbox, lines={"MUG-RED": 1})
    world.instead = lambda request: (
        json_answer(status, document, media_type="application/json")
        if request.method == "PUT"
        else None
    )
    with pytest.raises(error):
        world.shop.stamp(shop_id, stamp())

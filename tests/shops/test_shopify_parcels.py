"""What has left a Shopify shop: parcels with their codes, carriers and contents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderlink.errors import TryLater
from orderlink.model import Parcel, ShopOrder, ShopState
from orderlink.sandbox.shopify_records import SandboxVariant
from orderlink.shops.shopify_documents import DocumentError, parcels_from

from .shopify_world import World, line, order
from .test_shopify import altered

MUGS = line(1, quantity=3, total="38.97")
TEE = line(2, sku="TEE-L", ean="", total="24.95")


def read(world: World, shop_id: str) -> ShopOrder:
    return world.shop.read([shop_id]).orders[shop_id]


def left(world: World, shop_id: str) -> tuple[Parcel, ...]:
    return read(world, shop_id).parcels


def test_a_part_that_left_is_a_parcel_with_its_contents() -> None:
    world = World()
    made = world.place(order(MUGS, TEE))
    act = {"order": made.id, "pieces": {"MUG-RED": 2, "TEE-L": 1}, "code": "3SABC"}
    world.sandbox.control("fulfil", {**act, "provider": "PostNL"})
    shown = read(world, made.id)
    assert (shown.state, shown.status) == (ShopState.OPEN, "partially_fulfilled")
    assert shown.parcels == (Parcel("3SABC", "PostNL", (("MUG-RED", 2), ("TEE-L", 1))),)
    world.sandbox.control("complete", {"order": made.id, "code": "3SDEF"})
    shown = read(world, made.id)
    assert shown.state is ShopState.COMPLETED
    assert shown.parcels[1] == Parcel("3SDEF", "", (("MUG-RED", 1),))
    whole = world.shop.read_one(made.id)
    assert whole
    assert (whole.state, whole.parcels) == (shown.state, shown.parcels)


def test_several_codes_of_one_fulfillment_are_each_told_with_all_of_it() -> None:
    world = World()
    made = world.place(order(MUGS))
    world.sandbox.control("complete", {"order": made.id, "codes": ["1Z1", "1Z2"]})
    assert left(world, made.id) == (
        Parcel("1Z1", "", (("MUG-RED", 3),)),
        Parcel("1Z2", "", (("MUG-RED", 3),)),
    )


def test_a_code_that_stands_at_two_fulfillments_is_one_parcel() -> None:
    world = World()
    made = world.place(order(MUGS, TEE))
    world.sandbox.control("fulfil", {"order": made.id, "pieces": {"MUG-RED": 3}, "code": "3SABC"})
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC", "provider": "DPD"})
    assert left(world, made.id) == (Parcel("3SABC", "DPD", (("MUG-RED", 3), ("TEE-L", 1))),)


def test_a_code_may_stand_in_its_link_only() -> None:
    world = World()
    made = world.place(order())
    link = "https://jouw.postnl.nl/track-and-trace/3SABCD1234567-NL-3511AA"
    world.sandbox.control("complete", {"order": made.id, "url": link, "provider": "PostNL"})
    assert left(world, made.id) == (Parcel(link, "PostNL", (("MUG-RED", 1),)),)


def test_what_left_without_a_code_is_no_parcel_yet() -> None:
    world = World()
    made = world.place(order())
    world.sandbox.control("complete", {"order": made.id})
    assert left(world, made.id) == ()
    world.sandbox.control("add-code", {"order": made.id, "code": "3SABC"})
    assert [one.code for one in left(world, made.id)] == ["3SABC"]


def test_a_fulfillment_that_was_cancelled_is_no_parcel() -> None:
    world = World()
    made = world.place(order())
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC"})
    world.sandbox.control("reopen", {"order": made.id})
    shown = read(world, made.id)
    assert (shown.state, shown.parcels) == (ShopState.OPEN, ())


def test_an_article_without_a_sku_is_told_by_its_variant() -> None:
    world = World(products=[SandboxVariant(77, "", "Poster", barcode="8712345000009")])
    made = world.place(order(line(sku="POSTER", ean="8712345000009")))
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC"})
    assert left(world, made.id)[0].contents == (("77", 1),)


def test_two_lines_of_one_article_are_told_together() -> None:
    world = World()
    made = world.place(order(line(quantity=3, total="10.00")))
    assert len(made.lines) == 2, "it does not divide by three"
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC"})
    assert left(world, made.id)[0].contents == (("MUG-RED", 3),)


def test_parcels_of_many_orders_are_read_with_few_requests() -> None:
    world = World()
    ids = [world.place(order(), f"P-{number}").id for number in range(20)]
    for shop_id in ids[:11]:
        world.sandbox.control("complete", {"order": shop_id, "code": f"3S{shop_id}"})
    world.requests.clear()
    orders = world.shop.read(ids).orders
    assert [len(orders[shop_id].parcels) for shop_id in ids] == [1] * 11 + [0] * 9
    assert len(world.asked("OrdersInBrief")) == 1
    assert [len(one["ids"]) for one in world.asked("FulfillmentsOfOrders")] == [11]


@pytest.mark.parametrize("codes", [1, 12])
def test_many_parcels_and_codes_are_read_piece_by_piece_and_none_is_missing(codes: int) -> None:
    world = World()
    made = world.place(order(line(quantity=7, total="90.93")))
    for number in range(7):
        names = [f"3S{number}C{code}" for code in range(codes)]
        act = {"order": made.id, "pieces": {"MUG-RED": 1}, "codes": names}
        world.sandbox.control("fulfil", act)
    parcels = left(world, made.id)
    assert len(parcels) == 7 * codes
    assert {one.contents for one in parcels} == {(("MUG-RED", 1),)}
    assert len(world.asked("FulfillmentById")) == 7


def test_what_may_be_more_than_was_read_is_read_again_larger() -> None:
    world = World()
    plain = world.place(order(), "P-1").id
    two_articles = world.place(order(MUGS, TEE), "P-2").id
    three_codes = world.place(order(), "P-3").id
    world.sandbox.control("complete", {"order": plain, "code": "3SA"})
    world.sandbox.control("complete", {"order": two_articles, "code": "3SB"})
    world.sandbox.control("complete", {"order": three_codes, "codes": ["3SC", "3SD", "3SE"]})
    orders = world.shop.read([plain, two_articles, three_codes]).orders
    assert orders[two_articles].parcels[0].contents == (("MUG-RED", 3), ("TEE-L", 1))
    assert [one.code for one in orders[three_codes].parcels] == ["3SC", "3SD", "3SE"]
    asked = [len(one["ids"]) for one in world.asked("FulfillmentsOfOrders")]
    assert asked == [3, 2, 1]
    assert world.asked("FulfillmentById") == []


def test_many_articles_in_one_parcel_are_all_told() -> None:
    skus = [f"S{number}" for number in range(120)]
    products = [SandboxVariant(1000 + number, sku, sku) for number, sku in enumerate(skus)]
    world = World(products=products, marketplace={"tax": "none"})
    lines = [line(number, sku=sku, ean="", total="1.01") for number, sku in enumerate(skus)]
    made = world.place(order(*lines))
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC"})
    (parcel,) = left(world, made.id)
    assert parcel.contents == tuple(sorted((sku, 1) for sku in skus))
    assert len(world.asked("FulfillmentById")) == 2


def test_a_shop_that_does_not_tell_what_left_is_asked_again_later() -> None:
    world = World()
    made = world.place(order())
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC"})

    def silent(document: Any) -> Any:
        document["data"]["nodes"] = [None]
        return document

    altered(world, "FulfillmentsOfOrders", silent)
    with pytest.raises(TryLater, match="did not tell"):
        world.shop.read([made.id])


def test_a_parcel_of_articles_that_are_not_told_cannot_be_read() -> None:
    inside = {"nodes": [{"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/9"}}]}
    strange = {"status": "SUCCESS", "trackingInfo": [], "fulfillmentLineItems": inside}
    with pytest.raises(DocumentError):
        parcels_from([strange])
    assert parcels_from([{**strange, "status": "FAILURE"}]) == ()


def test_the_amounts_of_lines_are_what_the_buyer_pays_in_a_shop_with_tax_on_top() -> None:
    from orderlink.sandbox.shopify_records import SandboxShop

    world = World(selling=SandboxShop(taxes_included=False))
    made = world.place(order(MUGS, TEE))
    shown = world.shop.read_one(made.id)
    assert shown
    assert sum(one.total for one in shown.lines) == Decimal("63.92") == made.total

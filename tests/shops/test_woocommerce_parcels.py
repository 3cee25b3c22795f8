"""Tracking codes are found in every place where shops keep them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderlink.errors import NotOffered, TryLater
from orderlink.model import Parcel
from orderlink.shops.woocommerce_documents import (
    DocumentError,
    fulfillments_from,
    order_from,
    parcels_from,
)

from .woocommerce_world import World, line, order

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "woocommerce"


@pytest.mark.parametrize("plugin", ["ast", "shipment-tracking"])
def test_the_tracking_plugins_parcels_stand_in_the_order(plugin: str) -> None:
    world = World(tracking=plugin)
    world.place(order())
    for code in ("3S1", "3S2"):
        act = {"order": "16", "code": code, "provider": "postnl", "place": plugin}
        world.sandbox.control("add-code", act)
    seen = world.shop.read(["16"]).orders["16"]
    assert seen.parcels == (Parcel("3S1", "postnl"), Parcel("3S2", "postnl"))


@pytest.mark.shared
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings (../shared) are not here")
@pytest.mark.parametrize("folder", ["hpos", "orders-as-posts"])
def test_a_real_order_with_advanced_shipment_tracking_is_read(folder: str) -> None:
    text = (RECORDINGS / folder / "43-order-after-ast.response.json").read_text(encoding="utf-8")
    assert order_from(json.loads(text), ("completed",)).parcels == (
        Parcel("3SABCD1234567", "postnl"),
    )


def test_a_carrier_of_the_merchants_own_goes_before_the_plugins() -> None:
    items = [
        {
            "tracking_number": "3SABC",
            "tracking_provider": "postnl",
            "custom_tracking_provider": None,
        },
        {"tracking_number": "421", "tracking_provider": "", "custom_tracking_provider": "Trunkrs"},
    ]
    meta = {"_wc_shipment_tracking_items": items}
    assert parcels_from(meta) == (Parcel("3SABC", "postnl"), Parcel("421", "Trunkrs"))


@pytest.mark.parametrize(
    ("meta", "parcels"),
    [
        ({"ywot_tracking_code": " 3S1 ", "ywot_carrier_name": "PostNL"}, [("3S1", "PostNL")]),
        (
            {"_aftership_tracking_items": [{"tracking_number": "1Z", "slug": "ups"}]},
            [("1Z", "ups")],
        ),
        ({"_tracking_number": "3S1", "_tracking_provider": "PostNL"}, [("3S1", "PostNL")]),
        ({"tracking_number": ["3S1", "3S2"]}, [("3S1", ""), ("3S2", "")]),
        ({"_wc_shipment_tracking_items": {"1": {"tracking_number": 421}}}, [("421", "")]),
        ({"_wc_shipment_tracking_items": '[{"tracking_number": "3S1"}]'}, [("3S1", "")]),
        ({"_wc_shipment_tracking_items": "a:1:{}"}, []),
        ({"_wc_shipment_tracking_items": [{"tracking_number": ""}, "noise", None]}, []),
        ({"_tracking_number": {"surprise": True}}, []),
        ({}, []),
    ],
)
def test_the_other_places(meta: dict[str, Any], parcels: list[tuple[str, str]]) -> None:
    assert [(parcel.code, parcel.shop_carrier) for parcel in parcels_from(meta)] == parcels


def test_a_code_that_stands_in_two_places_is_one_parcel_with_its_carrier() -> None:
    meta = {"tracking_number": "3S1", "_tracking_number": "3S1", "_tracking_provider": "PostNL"}
    assert parcels_from(meta) == (Parcel("3S1", "PostNL"),)


def test_core_fulfillments_are_read_where_they_are_switched_on() -> None:
    world = World(fulfillments=True)
    world.place(order())
    act = {"order": "16", "code": "3S9", "provider": "postnl", "place": "fulfillment"}
    world.sandbox.control("complete", act)
    seen = world.shop.read_one("16")
    assert seen is not None
    assert seen.parcels == ()
    assert world.shop.parcels("16") == (Parcel("3S9", "postnl"),)


def test_a_shop_without_fulfillments_says_so_and_other_404s_do_not() -> None:
    world = World()
    world.place(order())
    with pytest.raises(NotOffered):
        world.shop.parcels("16")
    with pytest.raises(TryLater, match="permalinks"):
        World(plain_permalinks=True).shop.parcels("16")


def test_several_fulfillments_tell_what_is_in_which_parcel() -> None:
    world = World(fulfillments=True)
    made = world.place(order(line(1), line(2, sku="TEE-L", ean="")))
    items = {entry["sku"]: entry["id"] for entry in world.sandbox.order(16)["line_items"]}
    for code, sku in (("3S1", "MUG-RED"), ("3S2", "TEE-L")):
        values = {"_tracking_number": code, "_items": [{"item_id": items[sku], "qty": 1}]}
        meta = [{"id": 0, "key": key, "value": value} for key, value in values.items()]
        path = f"/wp-json/wc/v3/orders/{made.id}/fulfillments"
        world.link.http.write("POST", path, json={"meta_data": meta})
    assert world.shop.parcels(made.id) == (
        Parcel("3S1", contents=(("MUG-RED", 1),)),
        Parcel("3S2", contents=(("TEE-L", 1),)),
    )


def test_a_fulfillment_that_is_deleted_or_not_sent_is_no_parcel() -> None:
    meta = [{"key": "_tracking_number", "value": "3S1"}]
    rows = [
        {"is_fulfilled": False, "meta_data": meta},
        {"is_fulfilled": True, "date_deleted": "2026-11-23 10:00:00", "meta_data": meta},
    ]
    assert fulfillments_from({"fulfillments": rows}, {}) == ()
    with pytest.raises(DocumentError):
        fulfillments_from("maintenance", {})

"""An order that leaves in several parcels is reported parcel by parcel, and closed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlink.model import Status
from orderlink.people import edit, follow, retry, take_over
from orderlink.sandbox.bol_records import Article
from tests.support.faults import answer, lost_after, lost_before
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.faults import Act

FIRST, SECOND = "3SABCD1234567", "3SABCD7654321"
SHIP = ("bol", "POST", "/retailer/shipments$")
BOWL = Article(reference="SKU-2", ean="8718846038683")


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path, fulfillments=True)


def packed(merchant: Merchant, *parcels: tuple[str, dict[str, int]]) -> str:
    """Let two mugs and a bowl be ordered and packed into parcels, and the order be completed."""
    order = merchant.settled(Article(quantity=2), BOWL)
    for code, pieces in parcels:
        act = {"order": order, "code": code, "place": "fulfillment", "pieces": pieces}
        merchant.woo.control("add-code", act)
    merchant.complete(order)
    return order


def reported(merchant: Merchant, order: str) -> list[tuple[str, int]]:
    """Give what bol carried out: the code and how many pieces, shipment by shipment."""
    return [(one.code, sum(count for _, count in one.lines)) for one in merchant.shipments(order)]


def test_each_parcel_is_reported_with_what_is_inside(merchant: Merchant) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 2}), (SECOND, {"SKU-2": 1}))
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 2), (SECOND, 1)]
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.history(order).count("part_shipped") == 1
    assert merchant.problems() == []


def test_the_pieces_of_one_line_may_go_in_two_parcels(merchant: Merchant) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 1}), (SECOND, {"SKU-1": 1, "SKU-2": 1}))
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 1), (SECOND, 2)]
    assert merchant.status(order) is Status.SHIPPED


def test_what_has_no_code_waits_for_three_hours_while_the_rest_is_reported(
    merchant: Merchant,
) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 1}), (SECOND, {"SKU-1": 1}))
    merchant.sync_every_five_minutes(1)
    assert reported(merchant, order) == [(FIRST, 1), (SECOND, 1)]
    row = merchant.order(order)
    assert (row.status, row.partial) == (Status.WAITING, True)
    merchant.sync_every_five_minutes(2)
    assert len(reported(merchant, order)) == 2
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order)[2:] == [("", 1)]
    assert merchant.status(order) is Status.SHIPPED


@pytest.mark.parametrize("act", [lost_before, lost_after, answer(503, b"")])
@pytest.mark.parametrize("which", [0, 1])
def test_whatever_happens_to_the_report_of_a_part_it_is_there_once(
    merchant: Merchant, act: Act, which: int
) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 1}), (SECOND, {"SKU-1": 1, "SKU-2": 1}))
    if which:
        merchant.sync_every_five_minutes(0.1)
    merchant.fault(*SHIP, act)
    merchant.sync_every_five_minutes(2)
    assert sorted(reported(merchant, order)) == [(FIRST, 1), (SECOND, 2)]
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_part_that_is_refused_waits_for_a_person_and_the_rest_with_it(
    merchant: Merchant,
) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 2}), (SECOND, {"SKU-2": 1}))
    merchant.bol.fail_next_shipment("No such carrier today.")
    merchant.sync_every_five_minutes(1)
    assert merchant.problems() == ["marketplace_refused"]
    assert reported(merchant, order) == []
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(1)
    assert reported(merchant, order) == [(FIRST, 2), (SECOND, 1)]


def test_the_rest_is_cancelled_and_the_order_is_over(merchant: Merchant) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 2}), (SECOND, {"SKU-1": 0}))
    merchant.sync_every_five_minutes(0.5)
    (item,) = (
        one.id
        for placed in merchant.bol.orders()
        for one in placed.items
        if one.article.reference == "SKU-2"
    )
    merchant.bol.cancel(order, item)
    merchant.sync_every_five_minutes(0.5)
    assert reported(merchant, order) == [(FIRST, 3)], "one parcel without contents: all goes along"
    assert merchant.status(order) is Status.SHIPPED


def test_what_is_known_of_the_parcels_is_kept_while_they_are_not_asked_for(
    merchant: Merchant,
) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 2}), (SECOND, {"SKU-2": 1}))
    merchant.fault(*SHIP, answer(401, b"{}"), times=4)
    merchant.sync_every_five_minutes(1)
    assert reported(merchant, order) == [(FIRST, 2), (SECOND, 1)], "never without a code"


def test_what_a_person_had_in_hand_is_closed_without_another_report(merchant: Merchant) -> None:
    order = packed(merchant, (FIRST, {"SKU-1": 2, "SKU-2": 1}))
    merchant.sync()
    store = merchant.store()
    take_over(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.2)
    store = merchant.store()
    follow(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.run("poll")
    merchant.run("push")
    assert len(merchant.bol.ledger.accepted) == 1
    assert merchant.status(order) is Status.SHIPPED


def test_a_code_that_is_taken_back_before_the_push_is_waited_for_anew(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, FIRST)
    merchant.run("poll")
    stored = merchant.woo._store.orders[int(merchant.order(order).shop_order_id)]
    merchant.woo._store.set_meta(stored, "_wc_shipment_tracking_items", [])
    merchant.sync_every_five_minutes(2.8)
    assert merchant.shipments(order) == [], "nothing is closed without a code before three hours"
    assert merchant.status(order) is Status.WAITING
    merchant.sync_every_five_minutes(0.5)
    assert [one.code for one in merchant.shipments(order)] == [""]


def test_a_code_that_was_wrong_is_mended_at_the_marketplace(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, FIRST)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED
    store = merchant.store()
    changes = {"report.code": SECOND}
    result = edit(store, merchant.order(order), changes, "jan", merchant.clock.now())
    store.close()
    assert result.changed
    merchant.sync_every_five_minutes(0.2)
    assert [one.code for one in merchant.bol.ledger.transports] == [SECOND]
    assert merchant.problems() == []


def test_the_rate_limit_of_reports_counts_against_no_order(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, FIRST)
    merchant.fault(*SHIP, answer(429, b"", Retry_After="60"))
    merchant.sync()
    assert merchant.problems() == []
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.2)
    assert reported(merchant, order) == [(FIRST, 1)]
    assert merchant.asked("POST", "/retailer/shipments$") == 2

"""What a look at the shop means."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from orderlink.decide.shop import is_followed, on_late_reading, on_reading
from orderlink.decide.verdict import Verdict
from orderlink.model import ShopOrder, ShopState, Status
from orderlink.rows import EffectState, Kind, OrderRow
from orderlink.values import replace
from tests.support.values import CODE, NOW, effect, line, order, parcel, shop_order

HOUR = timedelta(hours=1)
OPEN, COMPLETED, GONE = ShopState.OPEN, ShopState.COMPLETED, ShopState.GONE
NEW_CODE = {"state": COMPLETED, "parcels": (parcel(),)}


def read(row: OrderRow, shop: ShopOrder | None, **changes: Any) -> Verdict:
    facts = {"wait": 3 * HOUR, "trusted": True, **changes}
    return on_reading(row, shop, NOW, **facts)


@pytest.mark.parametrize(
    ("status", "shop", "becomes", "due"),
    [
        (Status.NOT_SHIPPED, {"state": OPEN}, None, ()),
        (Status.NOT_SHIPPED, {"state": COMPLETED}, Status.WAITING, ()),
        (Status.NOT_SHIPPED, NEW_CODE, Status.PENDING_SHIPMENT, (Kind.SHIP,)),
        (Status.WAITING, {"state": COMPLETED}, None, ()),
        (Status.WAITING, NEW_CODE, Status.PENDING_SHIPMENT, (Kind.SHIP,)),
        (Status.WAITING, {"state": OPEN}, Status.NOT_SHIPPED, ()),
        (Status.PENDING_SHIPMENT, NEW_CODE, None, (Kind.SHIP,)),
        (Status.PENDING_SHIPMENT, {"state": COMPLETED}, None, (Kind.SHIP,)),
        (Status.PENDING_SHIPMENT, {"state": OPEN}, Status.NOT_SHIPPED, ()),
        (Status.WAITING, {"state": GONE}, Status.NOT_SHIPPED, ()),
    ],
)
def test_the_shops_answer_moves_the_order(
    status: Status, shop: dict[str, Any], becomes: Status | None, due: tuple[Kind, ...]
) -> None:
    verdict = read(order(status=status, waiting_since=NOW - HOUR), shop_order(**shop))
    assert (verdict.status, verdict.due) == (becomes, due)


@pytest.mark.parametrize("status", [Status.NOT_SHIPPED, Status.WAITING, Status.PENDING_SHIPMENT])
@pytest.mark.parametrize("parcels", [(), (parcel(),)])
def test_an_order_that_lacks_pieces_is_open_whatever_the_shop_calls_it(
    status: Status, parcels: tuple[Any, ...]
) -> None:
    row = order(status=status, waiting_since=NOW - 4 * HOUR)
    lacking = shop_order(state=COMPLETED, parcels=parcels)
    told, as_open = read(row, lacking, lacks_pieces=True), read(row, replace(lacking, state=OPEN))
    assert replace(told, events=as_open.events) == as_open
    assert "reopened" not in {event.word for event in told.events}


@pytest.mark.parametrize(
    ("since", "trusted", "elsewhere", "becomes"),
    [
        (3 * HOUR, True, False, Status.PENDING_SHIPMENT),
        (2 * HOUR, True, False, None),
        (30 * HOUR, False, False, None),
        (3 * HOUR, True, True, None),
        (None, True, False, None),
        (-HOUR, True, False, None),
    ],
)
def test_without_a_code_only_the_whole_wait_closes(
    since: timedelta | None, becomes: Status | None, *, trusted: bool, elsewhere: bool
) -> None:
    row = order(status=Status.WAITING, waiting_since=None if since is None else NOW - since)
    completed = shop_order(state=COMPLETED)
    verdict = read(row, completed, trusted=trusted, has_parcels_elsewhere=elsewhere)
    assert verdict.status is becomes
    if since is None or since < timedelta(0):
        assert verdict.changes["waiting_since"] == NOW, "the wait starts anew"


def test_the_wait_does_not_start_by_a_clock_that_is_not_trusted() -> None:
    verdict = read(order(), shop_order(state=COMPLETED), trusted=False)
    assert (verdict.status, verdict.changes["waiting_since"]) == (Status.WAITING, None)


@pytest.mark.parametrize(
    ("shop", "word"),
    [
        (None, "shop_order_gone"),
        (shop_order(state=GONE, status="trash"), "shop_order_gone"),
        (shop_order(reference="bol::B2"), "shop_order_changed"),
        (shop_order(state=COMPLETED, refunded=Decimal(5)), "partly_refunded"),
    ],
)
def test_what_stands_in_the_way_of_a_shipment_is_a_problem(
    shop: ShopOrder | None, word: str
) -> None:
    verdict = read(order(), shop)
    assert [problem.word for problem in verdict.opens] == [word]
    assert verdict.due == ()


def test_a_refund_that_a_person_confirmed_does_not_stop_the_shipment() -> None:
    shop = shop_order(state=COMPLETED, refunded=Decimal(5), parcels=(parcel(),))
    assert read(order(refund_confirmed=True), shop).status is Status.PENDING_SHIPMENT


def test_an_order_with_the_marketplaces_label_is_never_reported_by_us() -> None:
    row = order(lines=(line(label_by_marketplace=True),))
    verdict = read(row, shop_order(**NEW_CODE))
    assert (verdict.status, verdict.due) == (Status.PENDING_SHIPMENT, ())
    again = read(order(status=Status.PENDING_SHIPMENT, lines=row.lines), shop_order(**NEW_CODE))
    assert again.status is None


@pytest.mark.parametrize("text", ["n/a", "abgeholt", "A1", "8712626055143"])
def test_what_is_no_code_does_not_end_the_wait(text: str) -> None:
    row = order(lines=(line(ean="8712626055143"),))
    verdict = read(row, shop_order(state=COMPLETED, parcels=(parcel(text),)))
    assert verdict.status is Status.WAITING


@pytest.mark.parametrize(
    ("row", "ship", "followed"),
    [
        (order(), None, True),
        (order(shop_order_id=""), None, False),
        (order(status=Status.SHIPPED), None, False),
        (order(status=Status.PENDING_SHIPMENT), effect(), True),
        (order(status=Status.PENDING_SHIPMENT), effect(state=EffectState.REFUSED), True),
        (order(status=Status.PENDING_SHIPMENT), effect(state=EffectState.UNKNOWN), False),
        (order(status=Status.PENDING_SHIPMENT), effect(state=EffectState.ACCEPTED), False),
    ],
)
def test_the_shop_decides_until_a_shipment_was_sent(
    row: OrderRow, ship: Any, *, followed: bool
) -> None:
    assert is_followed(row, ship) is followed


@pytest.mark.parametrize(
    ("shop", "due"),
    [
        (None, ()),
        (shop_order(reference="x", parcels=(parcel(),)), ()),
        (shop_order(state=COMPLETED), ()),
        (shop_order(state=COMPLETED, parcels=(parcel("n/a"),)), ()),
        (shop_order(state=OPEN, parcels=(parcel(),)), ()),
        (shop_order(state=COMPLETED, parcels=(parcel(),)), (Kind.UPDATE_TRACKING,)),
    ],
)
def test_a_late_code_is_sent_when_it_is_one(shop: ShopOrder | None, due: tuple[Kind, ...]) -> None:
    closed = order(status=Status.SHIPPED, closed_without_code=True)
    assert on_late_reading(closed, shop, NOW).due == due


def test_a_verdict_says_whether_anything_changes() -> None:
    assert not Verdict()
    assert Verdict(closes=("unreachable",))
    joined = Verdict(changes={"a": 1, "b": 1}) + Verdict(changes={"b": 2}, status=Status.SHIPPED)
    assert (joined.changes, joined.status) == ({"a": 1, "b": 2}, Status.SHIPPED)


def test_parcels_are_remembered_as_the_shop_wrote_them() -> None:
    dirty = parcel("3s abcd 1234567")
    verdict = read(order(), shop_order(state=COMPLETED, parcels=(dirty,)))
    assert verdict.changes["parcels"] == (dirty,)
    assert verdict.events[-1].details["code"] == CODE

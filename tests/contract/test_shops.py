"""What every shop connector has to do, each held to it against its sandbox."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.codec import dumps, loads
from orderlink.errors import Ambiguous, Refused, RemoteError, TryLater
from orderlink.model import Draft, ShopOrder, ShopState, Stamp
from orderlink.shops import Adopts, Cancels, CreatesMany, Holds, Prepares, Simplifies
from orderlink.values import replace
from tests.contract import SHOPS
from tests.contract.over_http import OverHttp
from tests.contract.spoiling import ways
from tests.support.faults import answer, lost_after, lost_before, refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.sides import ShopSide

SKUS = ("MUG-RED", "MUG-BLUE", "TEE-L", "CAP-BLACK", "CAP-WHITE")
NUMBERS = [f"N-{number}" for number in range(100, 123)]


@pytest.fixture(params=list(SHOPS.values()), ids=list(SHOPS))
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> ShopSide:
    side: ShopSide = request.param(tmp_path)
    return side


def over_http(shop: ShopSide) -> OverHttp:
    if not isinstance(shop, OverHttp):
        pytest.skip("there is no network between")
    return shop


def found(shop: ShopSide, *stamps: Stamp) -> list[str]:
    return [order.id for order in shop.connector.find(stamps, "").orders]


# Creating


def test_a_draft_only_reads_and_a_creation_is_one_write(shop: ShopSide) -> None:
    before = shop.writes()
    draft = shop.draft()
    assert (shop.writes(), shop.created()) == (before, [])
    shop.connector.create(draft)
    assert (shop.writes(), shop.created()) == (before + 1, ["A-1"])


def test_an_order_comes_back_as_it_was_sent_however_it_is_read(shop: ShopSide) -> None:
    draft = shop.draft(quantity=3)
    made = shop.connector.create(draft)
    shop.settle()
    assert (made.reference, made.origin, made.order_number) == ("bol::A-1", "origin-1", "A-1")
    assert (made.state, made.currency, made.total) == (ShopState.OPEN, "EUR", Decimal("38.97"))
    assert (draft.currency, draft.total) == (made.currency, made.total)
    assert [(line.sku, line.quantity, line.total) for line in made.lines] == [
        ("MUG-RED", 3, Decimal("38.97"))
    ]
    assert [(line.sku, line.quantity, line.total) for line in draft.lines] == [
        ("MUG-RED", 3, Decimal("38.97"))
    ]
    assert shop.connector.read_one(made.id) == made
    assert shop.connector.read([made.id]).orders in ({made.id: made}, {made.id: in_brief(made)})
    assert shop.connector.find([shop.stamp()], "").orders == (made,)
    assert made.unlike == ()


def in_brief(made: ShopOrder) -> ShopOrder:
    """Leave out what a shop that reads how an order stands does not tell."""
    return replace(made, origin="", total=Decimal(0), lines=(), whole=False)


def test_a_draft_outlives_the_state_file(shop: ShopSide) -> None:
    draft = shop.draft()
    kept = loads(Draft, dumps(draft))
    assert (kept.total, kept.lines, kept.currency) == (draft.total, draft.lines, draft.currency)
    assert shop.connector.create(kept).total == draft.total


def test_what_is_kept_of_a_draft_holds_nothing_of_the_buyer(shop: ShopSide) -> None:
    draft = shop.draft()
    kept = {name: value for name, value in draft.document.items() if name in draft.public}
    said = dumps(kept) + " ".join(draft.remarks)
    for word in ("Noor", "van der Meer", "Havenstraat", "3511", "noor@example.test"):
        assert word in dumps(draft.document)
        assert word not in said


def test_many_orders_are_one_write_with_an_answer_each(shop: ShopSide) -> None:
    connector = shop.connector
    if not isinstance(connector, CreatesMany):
        pytest.skip("each order is a write of its own there")
    numbers = NUMBERS[: min(connector.MOST_AT_ONCE, len(NUMBERS))]
    drafts = [shop.draft(number) for number in numbers]
    before = shop.writes()
    outcomes = connector.create_many(drafts)
    assert shop.writes() == before + 1
    assert [one.order_number for one in outcomes if not isinstance(one, RemoteError)] == numbers
    assert shop.created() == numbers


def test_looking_up_what_many_need_changes_no_draft_and_costs_less(
    shop: ShopSide, tmp_path: Path
) -> None:
    connector = shop.connector
    if not isinstance(connector, Prepares):
        pytest.skip("each draft looks up what it needs")
    other = type(shop)(tmp_path)
    connector.prepare([shop.order(sku, sku=sku) for sku in SKUS], shop.creation)
    prepared = [shop.draft(sku, sku=sku) for sku in SKUS]
    assert [other.draft(sku, sku=sku) for sku in SKUS] == prepared
    assert len(over_http(shop).wire.requests) < len(over_http(other).wire.requests)


def test_plain_texts_are_simple_already(shop: ShopSide) -> None:
    if not isinstance(shop.connector, Simplifies):
        pytest.skip("it writes all texts as they are")
    assert shop.connector.simplified(shop.draft()) is None


@pytest.mark.parametrize("act", [lost_before, lost_after])
def test_after_a_lost_answer_a_look_tells_whether_it_was_created(shop: ShopSide, act: Any) -> None:
    side = over_http(shop)
    draft = shop.draft()
    side.fail(side.is_write, act)
    with pytest.raises(Ambiguous):
        shop.connector.create(draft)
    shop.mend()
    shop.settle()
    assert len(found(shop, shop.stamp())) == (act is lost_after)


def test_what_was_certainly_not_sent_is_no_unknown_outcome(shop: ShopSide) -> None:
    side = over_http(shop)
    draft = shop.draft()
    side.fail(side.is_write, refused)
    with pytest.raises(TryLater):
        shop.connector.create(draft)


def test_whatever_becomes_of_the_answer_to_a_creation_it_is_read_or_looked_up(
    shop: ShopSide,
) -> None:
    first = shop.create("B-1")
    record = over_http(shop).last_record(first.id)
    side = over_http(shop)
    for number, (way, change) in enumerate(ways(record)):
        draft = shop.draft(f"C-{number}")
        side.wire.is_record = lambda value: side.shows(value, "")
        side.wire.change = change
        try:
            made = shop.connector.create(draft)
        except Ambiguous:
            continue
        finally:
            shop.mend()
        assert isinstance(made, ShopOrder), way
        if number > 200:
            break


# Finding


def test_an_order_is_found_only_when_the_reference_is_its_own(shop: ShopSide) -> None:
    for number in ("A-11", "A-12", "a-1", "XA-1", "A", "A-"):
        draft = shop.connector.draft(shop.order(number), shop.stamp(number), shop.creation)
        shop.connector.create(draft)
    shop.settle()
    for everything in (False, True):
        if everything:
            shop.search_finds_everything()
        assert found(shop, shop.stamp("A-1")) == []
        assert found(shop, Stamp("amazon::Z-1", "origin-1", "")) == []
        assert len(found(shop, shop.stamp("A-11"))) == 1


def test_an_order_without_a_reference_of_ours_is_none(shop: ShopSide) -> None:
    made = shop.connector.create(shop.draft())
    shop.settle()
    assert found(shop, Stamp("", "", "")) == []
    assert found(shop, Stamp("bol::A-1", "another origin", "A-1")) == [made.id]


def test_it_is_found_by_the_marketplaces_number_too(shop: ShopSide) -> None:
    made = shop.create()
    shop.settle()
    assert found(shop, Stamp("amazon::other", "origin-2", "A-1")) == [made.id]


def test_a_look_up_of_many_finds_each_that_is_there_and_no_other(shop: ShopSide) -> None:
    count = shop.rows_per_page + 30
    for number in range(count):
        shop.create(f"M-{number}")
    shop.settle()
    wanted = [f"M-{number}" for number in range(0, count, 3)]
    stamps = [shop.stamp(number) for number in [*wanted, "M-none", "M"]]
    answer = shop.connector.find(stamps, "")
    assert sorted(order.order_number for order in answer.orders) == sorted(wanted)
    assert [int(order.id) for order in answer.orders] == sorted(
        int(order.id) for order in answer.orders
    )


def test_a_look_up_above_an_id_finds_what_is_newer(shop: ShopSide) -> None:
    shop.create("A-1")
    shop.settle()
    above = shop.connector.newest()
    assert found(shop, shop.stamp("A-2")) == []
    made = shop.create("A-2")
    shop.settle()
    answer = shop.connector.find([shop.stamp("A-2")], above)
    assert [order.id for order in answer.orders] == [made.id]
    assert shop.connector.newest() in {"", made.id}


def test_a_look_up_that_could_not_be_finished_never_looks_like_not_found(shop: ShopSide) -> None:
    shop.create()
    shop.settle()
    ways_of_pages = 0
    for way in shop.spoil_pages():
        with pytest.raises(TryLater):
            pytest.fail(f"{way}: {found(shop, shop.stamp())}")
        ways_of_pages += 1
    assert ways_of_pages > 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 429, 500, 502, 503])
def test_a_look_up_that_is_refused_raises(shop: ShopSide, status: int) -> None:
    side = over_http(shop)
    shop.create()
    shop.settle()
    for body in (b"", b"<html>busy</html>", b'{"errors": []}'):
        side.fail(side.is_list, answer(status, body))
        with pytest.raises((TryLater, RemoteError)):
            found(shop, shop.stamp())
        shop.mend()
        shop.connect()


def test_whatever_becomes_of_another_order_the_own_one_is_found_or_nothing_is_known(
    shop: ShopSide,
) -> None:
    own, other = shop.create("A-1"), shop.create("B-1")
    shop.settle()
    for way, change in ways(shop.record(other.id)):
        shop.spoil(other.id, change)
        try:
            assert own.id in found(shop, shop.stamp("A-1"), shop.stamp("B-1")), way
        except RemoteError:
            continue
        finally:
            shop.mend()


# Reading


def test_many_orders_are_read_in_few_requests(shop: ShopSide) -> None:
    made = [shop.create(number).id for number in NUMBERS]
    shop.settle()
    asked = len(over_http(shop).wire.requests)
    reading = shop.connector.read([*made, "999999"])
    assert list(map(str, sorted(map(int, reading.orders)))) == made
    assert reading.absent == ("999999",)
    assert len(over_http(shop).wire.requests) - asked <= 3


def test_whatever_becomes_of_one_order_the_others_are_read(shop: ShopSide) -> None:
    first, broken, last = (shop.create(number).id for number in ("A-1", "A-2", "A-3"))
    shop.settle()
    shop.connector.read([first, broken, last])
    whole = shop.connector.read([first, broken, last]).orders
    absent = 0
    for way, change in ways(over_http(shop).last_record(broken)):
        shop.spoil(broken, change)
        reading = shop.connector.read([first, broken, last])
        assert (reading.orders[first], reading.orders[last]) == (whole[first], whole[last]), way
        assert reading.absent in ((), (broken,)), way
        absent += bool(reading.absent)
        shop.mend()
    assert absent


def test_an_order_that_cannot_be_read_is_never_one_that_is_not_there(shop: ShopSide) -> None:
    made = shop.create()
    shop.settle()
    assert shop.connector.read_one(made.id) is not None
    for way, change in ways(over_http(shop).last_record(made.id)):
        shop.spoil(made.id, change)
        try:
            read = shop.connector.read_one(made.id)
        except TryLater:
            continue
        finally:
            shop.mend()
        assert read is not None or (shop.null_is_none and change({}) is None), way


def test_only_the_shop_itself_can_say_that_there_is_no_such_order(shop: ShopSide) -> None:
    shop.create()
    assert shop.connector.read_one("999999") is None
    side = over_http(shop)
    for status in (200, 403, 404, 410, 500):
        for body in (b"", b"<html>Not found</html>", b"null", b'{"code": "rest_no_route"}'):
            side.fail(lambda _: True, answer(status, body))
            with pytest.raises(RemoteError) as said:
                pytest.fail(f"{status} {body!r}: {shop.connector.read_one('999999')}")
            assert not isinstance(said.value, Refused | Ambiguous)
            shop.mend()


def test_a_completed_order_is_read_with_its_parcel_and_a_cancelled_one_is_gone(
    shop: ShopSide,
) -> None:
    left, lost = shop.create("A-1").id, shop.create("A-2").id
    shop.complete(left, "3SABCD1234567")
    shop.lose(lost)
    shop.settle()
    orders = shop.connector.read([left, lost]).orders
    assert (orders[left].state, orders[lost].state) == (ShopState.COMPLETED, ShopState.GONE)
    assert [parcel.code for parcel in orders[left].parcels] == ["3SABCD1234567"]


# What only some can do


def test_an_order_that_is_set_on_hold_twice_is_on_hold_and_open(shop: ShopSide) -> None:
    if not isinstance(shop.connector, Holds):
        pytest.skip("no order can be set on hold there")
    made = shop.create()
    for _ in range(2):
        assert shop.connector.hold(made.id, "the total differs").state is ShopState.OPEN


def test_an_order_that_is_cancelled_twice_is_gone(shop: ShopSide) -> None:
    connector: Any = shop.connector
    if not isinstance(connector, Cancels):
        pytest.skip("no order can be cancelled there")
    made = shop.create()
    for _ in range(2):
        connector.cancel(made.id)
        shop.settle()
    read = shop.connector.read_one(made.id)
    assert read is not None
    assert read.state is ShopState.GONE


def test_an_order_that_is_adopted_twice_carries_our_reference_and_is_otherwise_the_same(
    shop: ShopSide,
) -> None:
    connector = shop.connector
    if not isinstance(connector, Adopts):
        pytest.skip("orders of others cannot be taken over there")
    made = shop.create("A-1")
    for _ in range(2):
        stamped = connector.stamp(made.id, Stamp("amazon::Z-9", "origin-2", "A-1"))
    assert (stamped.reference, stamped.adopted) == ("amazon::Z-9", True)
    assert (stamped.total, stamped.lines, stamped.state) == (made.total, made.lines, made.state)
    shop.settle()
    assert found(shop, Stamp("amazon::Z-9", "origin-2", "")) == [made.id]


def test_every_failure_is_one_that_the_cycle_knows(shop: ShopSide) -> None:
    side = over_http(shop)
    calls = list(shop.life())
    for status in (200, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503):
        for body in (b"", b"null", b"[]", b"{}", b"<html>", b'{"errors": "?"}', b'{"errors": [1]}'):
            for call in calls:
                side.fail(lambda _: True, answer(status, body))
                with suppress(RemoteError):
                    call()
                side.mend()

"""What every marketplace connector has to do, each held to it against its sandbox."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.codec import dumps, loads
from orderlink.errors import Ambiguous, Refused, RemoteError, TryLater
from orderlink.marketplaces import (
    GivesTickets,
    ListsShipments,
    UpdatesTracking,
    checks_shipments,
    lists_whole_orders,
    longest_look_back,
    needs_code,
    position_lives,
)
from orderlink.model import Accepted, Done, Look, Order, Shipment, Sighting, TicketState, Unreadable
from tests.contract import MARKETPLACES
from tests.contract.over_http import OverHttp
from tests.contract.spoiling import ways
from tests.support.faults import answer, lost_after, lost_before, refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contract.sides import MarketplaceSide


@pytest.fixture(params=list(MARKETPLACES.values()), ids=list(MARKETPLACES))
def market(request: pytest.FixtureRequest, tmp_path: Path) -> MarketplaceSide:
    side: MarketplaceSide = request.param(tmp_path)
    return side


def over_http(market: MarketplaceSide) -> OverHttp:
    if not isinstance(market, OverHttp):
        pytest.skip("there is no network between")
    return market


def id_of(row: Any) -> str:
    return str(row.id if isinstance(row, Order) else row.order_id)


def pieces_of(row: Order | Sighting) -> dict[str, tuple[int, int, int]]:
    return {line.id: (line.quantity, line.shipped, line.cancelled) for line in row.lines}


# Pages


def test_all_pages_together_have_every_order_and_none_twice_on_a_page(
    market: MarketplaceSide,
) -> None:
    placed = {market.place() for _ in range(8)}
    market.settle()
    pages = market.pages()
    assert {id_of(row) for page in pages for row in page.rows} == placed
    for page in pages:
        ids = [id_of(row) for row in page.rows]
        assert len(set(ids)) == len(ids)
    seen: dict[str, Any] = {}
    for page in pages:  # a list that is read twice over says the same again
        assert all(seen.setdefault(id_of(row), row) == row for row in page.rows)
    assert (len(pages) > 1) == bool(market.rows_per_page)
    assert [bool(page.position) for page in pages] == [True] * (len(pages) - 1) + [False]


def test_a_list_goes_on_where_an_earlier_run_stopped(market: MarketplaceSide) -> None:
    placed = {market.place() for _ in range(8)}
    market.settle()
    pages = market.pages()
    for stopped in range(1, len(pages)):
        market.connect()
        before = {id_of(row) for page in pages[:stopped] for row in page.rows}
        rest = market.rows(Look(None, pages[stopped - 1].position))
        assert before | {id_of(row) for row in rest} == placed


def test_a_position_that_is_too_old_or_none_of_its_own_never_looks_like_no_orders(
    market: MarketplaceSide,
) -> None:
    placed = {market.place() for _ in range(8)}
    market.settle()
    first = market.pages()[0]
    before = {id_of(row) for row in first.rows}
    market.clock.advance((position_lives(market.connector) + timedelta(minutes=1)).total_seconds())
    for position in (first.position, "?", "page=x&paginationToken=y"):
        market.connect()
        with suppress(TryLater):
            told = {id_of(row) for row in market.rows(Look(None, position))}
            assert placed == told | (before if position == first.position else set())


def test_orders_that_are_handled_while_the_list_is_read_hide_no_other(
    market: MarketplaceSide,
) -> None:
    placed = [market.place() for _ in range(11)]
    market.settle()
    handled: set[str] = set()
    seen: set[str] = set()
    for page in market.connector.orders(Look(None)):
        seen |= {id_of(row) for row in page.rows}
        left = next((one for one in placed if one in seen - handled), None)
        if left and len(handled) < 5:
            handled.add(left)
            market.ship_by_hand(left)
    assert set(placed) - handled <= seen


def test_a_look_at_the_changes_tells_what_is_new_handled_and_cancelled(
    market: MarketplaceSide,
) -> None:
    handled, cancelled = market.place(), market.place()
    market.settle()
    market.clock.advance(3600)
    since = market.clock.now()
    market.clock.advance(60)
    new = market.place()
    market.ship_by_hand(handled)
    told = {new, handled}
    if market.can_cancel:
        market.cancel(cancelled)
        told |= {cancelled}
    market.settle()
    rows = {id_of(row): row for row in market.rows(Look(since))}
    assert told <= rows.keys()
    assert pieces_of(rows[handled]) == {line.id: (1, 1, 0) for line in rows[handled].lines}
    if market.can_cancel:
        assert pieces_of(rows[cancelled]) == {line.id: (1, 0, 1) for line in rows[cancelled].lines}


def test_it_can_look_back_as_far_as_it_says(market: MarketplaceSide) -> None:
    placed = market.place()
    market.clock.advance(60)
    market.settle()
    since = market.clock.now() - longest_look_back(market.connector)
    assert placed in map(id_of, market.rows(Look(since)))


# What cannot be read


def test_whatever_becomes_of_one_order_in_the_list_the_others_are_read(
    market: MarketplaceSide,
) -> None:
    before, broken, after = market.place(), market.place(2), market.place()
    market.settle()
    whole = {id_of(row): row for row in market.rows()}
    unreadable = 0
    for way, change in ways(market.record(broken)):
        market.spoil(broken, change)
        rows = market.rows()
        by_id = {id_of(row): row for row in rows}
        assert (by_id[before], by_id[after]) == (whole[before], whole[after]), way
        assert len({id_of(row) for row in rows}) == 3, way
        unreadable += any(isinstance(row, Unreadable) for row in rows)
        market.mend()
    assert unreadable
    assert {id_of(row): row for row in market.rows()} == whole


def test_an_order_that_cannot_be_read_says_which_it_is_and_why(market: MarketplaceSide) -> None:
    broken = market.place()
    market.settle()
    said = []
    for _, change in ways(market.record(broken)):
        market.spoil(broken, change)
        said += [row for row in market.rows() if isinstance(row, Unreadable)]
        market.mend()
    assert broken in {row.order_id for row in said}
    assert all(row.why for row in said)


def test_whatever_becomes_of_an_order_asked_for_it_is_read_or_a_value_or_no_answer(
    market: MarketplaceSide,
) -> None:
    order_id = market.place(2)
    market.settle()
    market.rows()
    whole = market.order(order_id)
    record = market.record(order_id)
    if isinstance(market, OverHttp):
        market.connector.order(order_id)
        record = market.last_record(order_id)
    refused_by: list[str] = []
    for way, change in ways(record):
        market.spoil(order_id, change)
        try:
            read = market.connector.order(order_id)
        except TryLater:
            continue
        except Refused:  # its rows have another number now, where they are all that there is
            refused_by += [way]
            continue
        finally:
            market.mend()
        assert (read.order_id if isinstance(read, Unreadable) else read.id) == order_id, way
    assert not isinstance(market, OverHttp) or not refused_by
    assert market.order(order_id) == whole


def test_a_page_that_cannot_be_read_never_looks_like_no_orders(market: MarketplaceSide) -> None:
    market.place()
    market.settle()
    ways_of_pages = 0
    for way in market.spoil_pages():
        with pytest.raises(TryLater):
            pytest.fail(f"{way}: {market.rows()}")
        ways_of_pages += 1
    assert ways_of_pages > 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 429, 500, 502, 503])
def test_a_page_that_is_refused_raises_also_in_the_middle_of_a_list(
    market: MarketplaceSide, status: int
) -> None:
    side = over_http(market)
    for _ in range(8):
        market.place()
    market.settle()
    for body in (b"", b"<html>busy</html>", b'{"errors": []}'):
        side.fail(side.is_list, answer(status, body), after=1)
        pages = market.connector.orders(Look(None))
        assert len(next(pages).rows) == market.rows_per_page
        with pytest.raises(TryLater):
            next(pages)
        market.mend()
        market.connect()


def test_only_the_marketplace_itself_can_say_that_there_is_no_such_order(
    market: MarketplaceSide,
) -> None:
    market.place()
    with pytest.raises(Refused) as said:
        market.connector.order("305-0000000-0000000")
    assert said.value.word == "order_not_found"
    if isinstance(market, OverHttp):
        for body in (b"", b"<html>Not found</html>", b"{}", b'{"message": "no such route"}'):
            market.fail(lambda request: "305-" in request.path, answer(404, body))
            with pytest.raises(TryLater):
                market.connector.order("305-0000000-0000000")


# Documents to the model, and back


def test_an_order_is_read_with_all_that_the_shop_needs_of_it(market: MarketplaceSide) -> None:
    order_id = market.place(1, 3)
    market.settle()
    order = market.order(order_id)
    assert order.id == order_id
    assert [(line.sku, line.quantity, line.open) for line in order.lines] == [
        ("SKU-1", 1, 1),
        ("SKU-2", 3, 3),
    ]
    assert order.currency == "EUR"
    assert str(order.total()) == "51.96"
    ship_to = order.ship_to
    assert f"{ship_to.first_name} {ship_to.last_name}".strip() == "Noor van der Meer"
    assert "Havenstraat" in ship_to.street
    assert (ship_to.city, ship_to.country) == ("Utrecht", "NL")
    assert market.clock.now() - timedelta(hours=1) < order.placed_at <= market.clock.now()
    assert not order.not_ready


def test_the_list_and_the_order_itself_say_the_same(market: MarketplaceSide) -> None:
    order_id = market.place(1, 3)
    market.settle()
    market.connector.ship(market.shipment(order_id, 1, 2))
    market.settle()
    (row,) = [row for row in market.rows() if id_of(row) == order_id]
    order = market.order(order_id)
    assert pieces_of(row).items() <= pieces_of(order).items()  # a list may leave lines out
    assert [line.open for line in order.lines] == [0, 1]
    assert isinstance(row, Order) == lists_whole_orders(market.connector)
    if isinstance(row, Order):
        assert row == order


def test_orders_and_shipments_outlive_the_state_file(market: MarketplaceSide) -> None:
    order_id = market.place(1, 3)
    market.settle()
    order = market.order(order_id)
    assert loads(Order, dumps(order)) == order
    shipment = market.shipment(order_id)
    assert loads(Shipment, dumps(shipment)) == shipment


# Shipments


def test_a_shipment_is_one_write_and_leaves_what_it_says(market: MarketplaceSide) -> None:
    order_id, other = market.place(1, 3), market.place()
    market.settle()
    shipment = market.shipment(order_id, 1, 2)
    before = market.writes()
    done = market.connector.ship(shipment)
    assert isinstance(done, Accepted | Done)
    assert market.writes() == before + 1
    market.settle()
    assert market.shipped(order_id) == {line.line_id: line.quantity for line in shipment.lines}
    assert not market.shipped(other)


def test_what_left_is_seen_again_under_its_reference(market: MarketplaceSide) -> None:
    order_id = market.place(2)
    market.settle()
    shipment = market.shipment(order_id, 1)
    done = market.connector.ship(shipment)
    market.settle()
    connector = market.connector
    told = market.order(order_id).shipments
    assert told is not None or isinstance(connector, ListsShipments)
    seen = connector.shipments(order_id) if told is None else told
    (ours,) = [one for one in seen if one.reference == shipment.reference]
    assert (ours.code, ours.lines) == (shipment.code, shipment.lines)
    assert ours.carrier_code in {shipment.carrier_code, ""}
    if isinstance(connector, GivesTickets):
        assert isinstance(done, Accepted)
        assert connector.tickets([done.ticket])[done.ticket].state is TicketState.DONE
        assert done.ticket in {ticket.id for ticket in connector.tickets_of(shipment)}


def test_shipments_are_those_of_the_order_that_was_asked_for(market: MarketplaceSide) -> None:
    first, second = market.place(), market.place()
    market.settle()
    for order_id in (first, second):
        market.connector.ship(market.shipment(order_id))
    market.settle()
    for order_id in (first, second):
        told = market.order(order_id).shipments
        seen = market.connector.shipments(order_id) if told is None else told
        assert {one.reference for one in seen} == {market.shipment(order_id).reference}


def test_a_shipment_that_is_sent_once_more_ships_nothing_more(market: MarketplaceSide) -> None:
    order_id = market.place(1, 3)
    market.settle()
    shipment = market.shipment(order_id)
    for _ in range(3):
        try:
            market.connector.ship(shipment)
        except Refused:
            continue
        finally:
            market.settle()
    assert market.shipped(order_id) == {line.line_id: line.quantity for line in shipment.lines}


def test_two_shipments_of_one_order_are_two(market: MarketplaceSide) -> None:
    order_id = market.place(2)
    market.settle()
    for number in (1, 2):
        market.connector.ship(market.shipment(order_id, 1, number=number, code=f"{number}SABC"))
        market.settle()
    assert sum(market.shipped(order_id).values()) == 2
    told = market.order(order_id).shipments
    seen = market.connector.shipments(order_id) if told is None else told
    assert sorted(one.code for one in seen) == ["1SABC", "2SABC"]


@pytest.mark.parametrize("act", [lost_before, lost_after])
def test_after_a_lost_answer_a_look_tells_whether_it_left(
    market: MarketplaceSide, act: Any
) -> None:
    side = over_http(market)
    order_id = market.place()
    market.settle()
    shipment = market.shipment(order_id)
    side.fail(side.is_write, act)
    with pytest.raises(Ambiguous):
        market.connector.ship(shipment)
    market.mend()
    market.settle()
    order = market.order(order_id)
    left = bool(market.shipped(order_id))
    assert left == (act is lost_after)
    assert [line.shipped for line in order.lines] == [int(left)]


def test_what_was_certainly_not_sent_is_no_unknown_outcome(market: MarketplaceSide) -> None:
    side = over_http(market)
    order_id = market.place()
    market.settle()
    side.fail(side.is_write, refused)
    with pytest.raises(TryLater):
        market.connector.ship(market.shipment(order_id))


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"no JSON", b"[]", b'{"result": "ok"}'])
def test_an_answer_to_a_shipment_that_is_none_of_its_own_is_never_a_refusal(
    market: MarketplaceSide, body: bytes
) -> None:
    side = over_http(market)
    order_id = market.place()
    market.settle()
    shipment = market.shipment(order_id)
    for status in (400, 404, 500, 503):
        side.fail(side.is_write, answer(status, body))
        with pytest.raises((TryLater, Ambiguous)):
            market.connector.ship(shipment)


def test_a_shipment_without_a_code_is_taken_where_the_class_says_so(
    market: MarketplaceSide,
) -> None:
    order_id = market.place()
    market.settle()
    shipment = market.shipment(order_id, code="", carrier_code=market.carrier_without_code)
    if needs_code(market.connector):
        with pytest.raises(Refused):
            market.connector.ship(shipment)
    else:
        market.connector.ship(shipment)
    market.settle()
    assert bool(market.shipped(order_id)) != needs_code(market.connector)


def test_a_letter_that_the_merchant_allows_goes_without_a_code_and_once(
    market: MarketplaceSide,
) -> None:
    market.connect(letter_post=True)
    order_id = market.place(2)
    market.settle()
    word = market.carrier_without_code or market.carrier
    shipment = market.shipment(order_id, code="", carrier_code=word)
    market.connector.ship(shipment)
    market.settle()
    if checks_shipments(market.connector):
        market.connector.ship(shipment)
        market.settle()
    assert sum(market.shipped(order_id).values()) == 2
    told = market.order(order_id).shipments
    assert [one.code for one in told or ()] in ([], [""])


def test_what_is_not_open_is_refused_where_the_class_says_so(market: MarketplaceSide) -> None:
    if not checks_shipments(market.connector):
        pytest.skip("the order is read before it is reported")
    order_id = market.place()
    market.settle()
    shipment = market.shipment(order_id)
    market.ship_by_hand(order_id)
    market.settle()
    with pytest.raises(Refused):
        market.connector.ship(shipment)


def test_a_late_code_changes_the_shipment_and_ships_nothing_more(market: MarketplaceSide) -> None:
    connector: Any = market.connector
    if not isinstance(connector, UpdatesTracking):
        pytest.skip("no code can be added there")
    order_id = market.place(2)
    market.settle()
    market.connector.ship(market.shipment(order_id, 1))
    market.settle()
    for _ in range(2):
        connector.update_tracking(market.shipment(order_id, 1, code="3SNEW"))
        market.settle()
    told = market.order(order_id).shipments
    seen = market.connector.shipments(order_id) if told is None else told
    assert [one.code for one in seen] == ["3SNEW"]
    assert sum(market.shipped(order_id).values()) == 1


def test_every_failure_is_one_that_the_cycle_knows(market: MarketplaceSide) -> None:
    side = over_http(market)
    for status in (200, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503):
        for body in (b"", b"null", b"[]", b"{}", b"<html>", b'{"errors": "?"}', b'{"errors": [1]}'):
            for call in market.life():
                side.fail(lambda _: True, answer(status, body))
                with suppress(RemoteError):
                    call()
                side.mend()

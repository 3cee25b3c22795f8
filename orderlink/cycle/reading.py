"""Reading orders singly, and writing down what a whole order or its lines say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import plain
from orderlink.cycle.choices import is_left_out
from orderlink.cycle.misses import Misses
from orderlink.cycle.sighting import settle_seen
from orderlink.decide.arrival import on_details, on_listed, on_seen_shipments
from orderlink.decide.editing import on_hold_rule
from orderlink.decide.timing import is_due, is_told_by_list, pause
from orderlink.decide.urgency import in_turn
from orderlink.decide.verdict import Problem, Verdict
from orderlink.errors import Refused, RemoteError, TryLater
from orderlink.marketplaces import ListsShipments, lists_whole_orders
from orderlink.model import CLOSED, Order, Status, Unreadable
from orderlink.rows import Event, Kind, LineRow, OrderRow
from orderlink.steps import ask, together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.steps import Steps


def take_lines(run: Run, row: OrderRow, lines: tuple[LineRow, ...]) -> Status | None:
    """Take over what the marketplace says about an order's lines; give the status it gets."""
    shipped = any(line.shipped for line in lines)  # else no report has to do with it
    ship_open = shipped and _is_reported_now(run, row)
    verdict = on_listed(row, lines, run.now(), ship_open=ship_open)
    run.store.apply(row, verdict, run.now())
    if verdict.status is not None:
        run.counts[str(verdict.status)] += 1
    return verdict.status


def _is_reported_now(run: Run, row: OrderRow) -> bool:
    """Tell whether a report is under way, which none can be before the shop has the order."""
    ship = run.store.last_effect(row.key, Kind.SHIP) if row.shop_order_id else None
    return ship is not None and ship.open


def apply_order(run: Run, row: OrderRow, order: Order) -> None:
    """Take over a whole order: what it is, what became of it, and which reports it shows."""
    market, shop = run.marketplace_of(row), run.shop_of(row)
    if market and shop and is_left_out(order, market, shop) and not row.shop_order_id:
        run.store.leave_out(row.key, run.now())
        run.counts["left_out"] += len(order.lines)
        return
    verdict = on_details(row, order, plain(order), run.now(), ship_open=_is_reported_now(run, row))
    if market is not None and verdict.status is None and row.status is Status.NEW:
        verdict += on_hold_rule(row, order, market.settings.hold_when)
    if verdict.status is Status.SHIPPED and row.shop_order_id and order.shipments is not None:
        verdict += on_seen_shipments(row, order.shipments)
    run.store.apply(row, verdict, run.now())
    if verdict.status is not None:
        run.counts[str(verdict.status)] += 1
    settle_seen(run, row.key, order)


def read_missing(run: Run, market: Connection, full_look_at: datetime | None) -> Steps[None]:
    """Read singly what is open here and was missing from the last whole open list.

    Each run goes on with what the runs before could not read; nothing rests on it meanwhile (see
    `orderlink.decide.timing.looked_at`).
    """
    if full_look_at is None:
        return
    misses = Misses("reading_fails")

    def readings(since: datetime) -> Iterator[Steps[None]]:
        for row in run.store.missing_orders(market.id, since):
            if not run.may_go_on():
                return
            if (row.has_details or row.shop_order_id) and is_due(row.not_before, run.now()):
                yield _read_singly(run, market, row, misses)

    yield from together(market.id, readings(full_look_at))


def _read_singly(run: Run, market: Connection, row: OrderRow, misses: Misses) -> Steps[None]:
    """Read one order; where that fails, it waits, and the others go on."""
    attempts = row.attempts + 1
    later = {"attempts": attempts, "not_before": run.now() + pause(attempts)}
    try:
        after = yield from read_order(run, market, row)
    except TryLater as error:
        misses.note(run, row, error, later)
        return
    misses.reached()
    if after is None:
        with run.store.transaction():
            run.store.apply(row, Verdict(changes=later), run.now())


def read_order(run: Run, market: Connection, row: OrderRow) -> Steps[OrderRow | None]:
    """Read one order at the marketplace and write down what follows.

    None where no order was read (it is not there, or not readable), or where it is not ours.
    Raises `TryLater` and `SignInFailed` as the connector does.
    """
    read = yield from read_whole(run, market, row)
    return None if read is None else read[0]


def read_whole(run: Run, market: Connection, row: OrderRow) -> Steps[tuple[OrderRow, Order] | None]:
    """Read one order as `read_order` does; give what the marketplace said as well."""
    try:
        entry = yield from ask(market.id, lambda: market.connector.order(row.key.order_id))
    except Refused as refusal:
        problem = Problem("unreadable", f"the marketplace does not show it: {refusal}")
        with run.store.transaction():
            run.store.apply(row, Verdict(opens=(problem,)), run.now())
        return None
    with run.store.transaction():
        if isinstance(entry, Unreadable):
            problem = Problem("unreadable", f"it cannot be read: {entry.why}")
            run.store.apply(row, Verdict(opens=(problem,)), run.now())
            return None
        apply_order(run, row, entry)
    after = run.store.order(row.key)
    if after is not None and after.status is Status.SHIPPED and row.status not in CLOSED:
        yield from see_shipments(run, market, after)
    return None if after is None else (after, entry)


def see_shipments(run: Run, market: Connection, row: OrderRow) -> Steps[None]:
    """Show with which codes somebody else shipped an order, where the marketplace can tell."""
    if not isinstance(market.connector, ListsShipments):
        return
    try:
        shipments = yield from ask(market.id, lambda: market.connector.shipments(row.key.order_id))
    except RemoteError as error:
        run.note(row.key, Event("codes_not_seen", {"why": str(error)}))
        return
    with run.store.transaction():
        run.store.apply(row, on_seen_shipments(row, shipments), run.now())


SINGLY_AT_ONCE = 20
"""So many orders that a list will name by itself are read singly in one run."""


def details(run: Run, market: Connection, selection: Selection) -> Steps[None]:
    """Read the new orders that are known by their id only; what fails is tried again later."""
    misses = Misses("reading_fails")
    whole = lists_whole_orders(market.connector) and not selection.orders

    def readings() -> Iterator[Steps[None]]:
        read = 0
        for row in in_turn(run.store.new_orders(market.id)):
            if row.has_details or not selection.takes(row) or not is_due(row.not_before, run.now()):
                continue
            if whole and (read >= SINGLY_AT_ONCE or is_told_by_list(row, run.now())):
                continue
            if not run.may_go_on():
                return
            read += 1
            yield _read_singly(run, market, row, misses)

    yield from together(market.id, readings())

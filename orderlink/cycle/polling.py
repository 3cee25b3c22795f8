"""Poll: which orders does the shop call completed, and with which codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderlink.cycle.mending import expected_in_shop
from orderlink.cycle.misses import Misses
from orderlink.decide.creation import difference
from orderlink.decide.parcels import reported_by
from orderlink.decide.shop import is_followed, on_late_reading, on_reading
from orderlink.decide.timing import LATE_CODE_EVERY, PARCELS_EVERY
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import NotOffered, RemoteError, SignInFailed, TryLater
from orderlink.model import ShopOrder, ShopState, Status
from orderlink.rows import EffectState, Kind, OrderRow
from orderlink.shops import ReadsParcels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.model import ShopLine
    from orderlink.rows import EffectRow

IDS_AT_ONCE = 100
READ = Verdict(closes=("polling_fails",))

NO_PARCELS = "parcels are not offered"
"""On the shelf for a day where a shop has no such function."""


def poll_shop(run: Run, shop: Connection, selection: Selection) -> None:
    """Ask the shop about every order that it decides about, many ids in one request."""
    followed = [row for row in run.store.followed_orders(shop.id) if selection.takes(row)]
    rows = [row for row in followed if _decides(run, row)]
    rows += [row for row in _late(run, shop) if selection.takes(row)]
    for chunk in _chunks(rows):
        if not run.may_go_on():
            return
        read_rows(run, shop, chunk)


def _decides(run: Run, row: OrderRow) -> bool:
    ship = None
    if row.status is Status.PENDING_SHIPMENT or row.parcels:
        ship = run.store.last_effect(row.key, Kind.SHIP)
    return run.marketplace_of(row) is not None and is_followed(row, ship)


def _late(run: Run, shop: Connection) -> list[OrderRow]:
    """List what was closed without a code and has not been asked about for an hour."""
    now = run.now()
    days = [market.settings.late_code_days for market, its in run.marketplaces if its.id == shop.id]
    rows = run.store.late_orders(shop.id, now - timedelta(days=max(days, default=0)))
    kept = []
    for row in rows:
        market = run.marketplace_of(row)
        if market is None or row.closed_at is None:
            continue
        recent = now - row.closed_at <= timedelta(days=market.settings.late_code_days)
        asked = row.shop_seen_at
        if recent and (asked is None or not timedelta(0) <= now - asked < LATE_CODE_EVERY):
            kept.append(row)
    return kept


def _chunks(rows: Sequence[OrderRow]) -> Iterator[Sequence[OrderRow]]:
    for start in range(0, len(rows), IDS_AT_ONCE):
        yield rows[start : start + IDS_AT_ONCE]


def read_rows(
    run: Run, shop: Connection, rows: Sequence[OrderRow], not_there: EffectRow | None = None
) -> None:
    """Read these orders in the shop and write down what follows.

    Raises what the connector raises. An id that the answer left out is read singly, after all
    others; where that fails, it is the problem of that order. `not_there` is a report whose answer
    was lost and of which a complete look-up has just found nothing: it is taken back together with
    its order, where the shop does not call that completed any more.
    """
    reading = shop.connector.read([row.shop_order_id for row in rows])
    misses = Misses("polling_fails")
    for row in sorted(rows, key=lambda row: row.shop_order_id not in reading.orders):
        answer = reading.orders.get(row.shop_order_id)
        try:
            if answer is None:
                answer = shop.connector.read_one(row.shop_order_id)
            _decide(run, shop, row, answer, not_there)
        except TryLater as error:
            misses.note(run, row, error)
        else:
            misses.reached()


def _decide(
    run: Run,
    shop: Connection,
    row: OrderRow,
    answer: ShopOrder | None,
    not_there: EffectRow | None,
) -> None:
    market = run.marketplace_of(row)
    if market is None or _is_unstamped(run, row, answer):
        return
    asked_elsewhere, read = True, READ
    if answer is not None and answer.state is ShopState.COMPLETED and not answer.parcels:
        answer, asked_elsewhere, read = _with_parcels(run, shop, row, answer)
    now = run.now()
    if row.status is Status.SHIPPED:
        sent = run.store.last_effect(row.key, Kind.UPDATE_TRACKING) is not None
        reported = reported_by(run.store.effects(row.key, Kind.SHIP))
        verdict = on_late_reading(row, answer, now, sent=sent, reported=reported)
    else:
        verdict = on_reading(
            row,
            answer,
            now,
            wait=market.settings.tracking_wait,
            trusted=run.trusted(),
            has_parcels_elsewhere=not asked_elsewhere,
            **_parts(run, row, answer),
        )
    verdict += _mended(run, row, answer) + read
    with run.store.transaction():
        if not_there is not None and verdict.status is Status.NOT_SHIPPED:
            run.close_effect(row, not_there, EffectState.WITHDRAWN, NOTHING)
        run.store.apply(row, verdict, now)
    if verdict.status is not None:
        run.counts[str(verdict.status)] += 1
        run.say(shop.label, f"{row.key.order_id}: {verdict.status}")


def _is_unstamped(run: Run, row: OrderRow, answer: ShopOrder | None) -> bool:
    """Tell whether a shop order was taken over and does not carry our reference yet."""
    if answer is None or answer.reference == row.reference:
        return False
    stamp = run.store.last_effect(row.key, Kind.STAMP_REFERENCE)
    return stamp is not None and stamp.state is not EffectState.DONE


def _parts(run: Run, row: OrderRow, answer: ShopOrder | None) -> dict[str, Any]:
    """Give what a parcel is held against: what was made in the shop, and what was reported."""
    if answer is None or not (answer.parcels or answer.state is ShopState.COMPLETED):
        return {}
    after = replace(row, parcels=answer.parcels)
    reported = reported_by(run.store.effects(row.key, Kind.SHIP))
    return {"made": made_in_shop(run, after), "reported": reported}


def made_in_shop(run: Run, row: OrderRow) -> tuple[ShopLine, ...]:
    """Give the lines of the shop order as we made them, where the contents of parcels are told."""
    if not any(parcel.contents for parcel in row.parcels):
        return ()
    return expected_in_shop(run, row).lines


def _mended(run: Run, row: OrderRow, answer: ShopOrder | None) -> Verdict:
    """Close `total_differs` where a person mended the shop order."""
    if answer is None or answer.state is ShopState.GONE:
        return Verdict()
    if "total_differs" not in {problem.word for problem in run.store.problems(row.key)}:
        return Verdict()
    return (
        Verdict()
        if difference(expected_in_shop(run, row), answer)
        else Verdict(closes=("total_differs",))
    )


def _with_parcels(
    run: Run, shop: Connection, row: OrderRow, answer: ShopOrder
) -> tuple[ShopOrder, bool, Verdict]:
    """Ask for parcels that are not in the order itself.

    Gives the order with them (as they were known where they could not be asked for now), False
    where that could not be done now, and what follows from the reading itself. Raises
    `SignInFailed`.
    """
    shelf = run.store.shelf(shop.id, run.clock)
    if not isinstance(shop.connector, ReadsParcels) or shelf.get(NO_PARCELS):
        return answer, True, READ
    now, asked = run.now(), row.parcels_asked_at
    as_known = replace(answer, parcels=row.parcels)
    if asked is not None and timedelta(0) <= now - asked < PARCELS_EVERY:
        return as_known, False, READ
    try:
        parcels = shop.connector.parcels(answer.id)
    except NotOffered:
        shelf.put(NO_PARCELS, "1", now + timedelta(days=1))
        return answer, True, READ
    except SignInFailed:
        raise
    except RemoteError as error:
        return as_known, False, Verdict(opens=(Problem("polling_fails", str(error)),))
    with run.store.transaction():
        run.store.apply(row, Verdict(changes={"parcels_asked_at": now}), now)
    return replace(answer, parcels=parcels), True, READ

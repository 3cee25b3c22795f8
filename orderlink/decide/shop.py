"""PURE: what a look at the shop means for an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.decide.carrier import codes_of
from orderlink.decide.parcels import NOTHING_REPORTED, Part, Reported, next_part, remaining
from orderlink.decide.timing import wait_is_over
from orderlink.decide.verdict import NOTHING, PASSING, Problem, Verdict
from orderlink.model import ShopOrder, ShopState, Status, money_text
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from orderlink.model import ShopLine

FOLLOWED = frozenset({Status.NOT_SHIPPED, Status.WAITING, Status.PENDING_SHIPMENT})
"""The statuses in which the shop is asked, as long as no report is under way."""


def is_followed(row: OrderRow, ship: EffectRow | None) -> bool:
    """Tell whether the shop decides about this order: it is there, and no report is under way.

    `ship` is the last report; one that was carried out was about a part of the order.
    """
    if row.status not in FOLLOWED or not row.shop_order_id:
        return False
    settled = {EffectState.DUE, EffectState.REFUSED, EffectState.DONE}
    return ship is None or ship.state in settled


def on_reading(
    row: OrderRow,
    shop: ShopOrder | None,
    now: datetime,
    *,
    wait: timedelta,
    trusted: bool,
    has_parcels_elsewhere: bool = False,
    made: Sequence[ShopLine] = (),
    reported: Reported = NOTHING_REPORTED,
    lacks_pieces: bool = False,
) -> Verdict:
    """Decide what the shop's answer means. `shop` None: it says that it has no such order.

    `trusted`: time may count in this run. `has_parcels_elsewhere`: the parcels could not be asked
    for in this run, so that the lack of a code proves nothing yet. `made` and `reported` as in
    `orderlink.decide.parcels`. `lacks_pieces`: the shop got less than was ordered, and nobody has
    mended or accepted it: only parcels whose contents are known are reported. For an order that is
    closed, or that a person has in hand, it means nothing any more.
    """
    if row.status not in FOLLOWED:
        return NOTHING
    if shop is None:
        return _gone(row, "the shop does not have it any more") + Verdict(
            changes={"shop_seen_at": now}
        )
    seen = Verdict(changes={"shop_seen_at": now, "shop_status": shop.status})
    if shop.reference != row.reference:
        sentence = f"shop order {shop.number or shop.id} does not carry our reference"
        return seen + Verdict(opens=(Problem("shop_order_changed", sentence),)) + _reopened(row)
    seen += Verdict(closes=("shop_order_changed",))
    if shop.state is ShopState.GONE:
        return seen + _gone(row, f"shop order {shop.number or shop.id} is {shop.status}")
    seen += Verdict(closes=("shop_order_gone",)) + _parcels(row, shop)
    after = replace(row, parcels=shop.parcels)
    if shop.state is ShopState.OPEN or lacks_pieces:
        part = next_part(after, made, reported, completed=False)
        return seen + _reopened(row, event=not lacks_pieces) + _part_due(part)
    if shop.refunded and not row.refund_confirmed:
        amount = money_text(shop.refunded, shop.currency)
        problem = Problem("partly_refunded", f"{amount} of it was refunded: ship it all the same?")
        return seen + Verdict(opens=(problem,))
    if not row.pushable_lines:
        return seen + _completed_without_us(row)
    if reported.pieces and not any(remaining(after, reported).values()):
        return seen + _reported_before(reported)
    part = next_part(after, made, reported, completed=True)
    may_close = not has_parcels_elsewhere
    return seen + _completed(after, part, now, wait=wait, trusted=trusted, may_close=may_close)


def _reported_before(reported: Reported) -> Verdict:
    """Close an order again that was reported while a person had it in hand."""
    return Verdict(
        status=Status.SHIPPED,
        changes={"closed_without_code": not reported.codes, "waiting_since": None},
        events=(Event("reported_before", {"codes": ", ".join(sorted(reported.codes)) or "none"}),),
        closes=PASSING,
        withdrawn=(Kind.SHIP,),
    )


def _part_due(part: Part | None) -> Verdict:
    """Let a part with a code be reported while the rest is open or waits for its own code."""
    return NOTHING if part is None else Verdict(due=(Kind.SHIP,), closes=("code_missing",))


def _parcels(row: OrderRow, shop: ShopOrder) -> Verdict:
    if shop.parcels == row.parcels:
        return NOTHING
    codes = ", ".join(parcel.code for parcel in shop.parcels) or "none"
    return Verdict(changes={"parcels": shop.parcels}, events=(Event("parcels", {"codes": codes}),))


def _gone(row: OrderRow, sentence: str) -> Verdict:
    return _reopened(row, event=False) + Verdict(opens=(Problem("shop_order_gone", sentence),))


def _reopened(row: OrderRow, *, event: bool = True) -> Verdict:
    if row.status is Status.NOT_SHIPPED:
        return NOTHING
    return Verdict(
        status=Status.NOT_SHIPPED,
        changes={"waiting_since": None, "refund_confirmed": False},
        events=(Event("reopened"),) if event else (),
        withdrawn=(Kind.SHIP,),
        closes=("partly_refunded", "marketplace_refused", "carrier_unknown", "reporting_fails"),
    )


def _completed_without_us(row: OrderRow) -> Verdict:
    if row.status is not Status.NOT_SHIPPED:
        return NOTHING
    return Verdict(
        status=Status.PENDING_SHIPMENT, events=(Event("completed", {"label": "marketplace"}),)
    )


def _completed(
    row: OrderRow,
    part: Part | None,
    now: datetime,
    *,
    wait: timedelta,
    trusted: bool,
    may_close: bool,
) -> Verdict:
    if row.status is Status.PENDING_SHIPMENT:
        if part is None and row.waiting_since is None:
            return _reopened(row)  # its code was taken back before it was reported
        return Verdict(due=(Kind.SHIP,), closes=("code_missing",) if part else ())
    if part is not None and part.covered:
        return Verdict(
            status=Status.PENDING_SHIPMENT,
            changes={"waiting_since": None},
            events=(Event("completed", {"code": part.code}),),
            due=(Kind.SHIP,),
        )
    return _part_due(part) + _waiting(row, now, wait=wait, trusted=trusted, may_close=may_close)


def _waiting(
    row: OrderRow, now: datetime, *, wait: timedelta, trusted: bool, may_close: bool
) -> Verdict:
    """Let what is left of a completed order wait for its code, and then go without one.

    `waiting_since` stays with an order whose wait is over: it may be reported without a code.
    """
    if row.status is Status.NOT_SHIPPED:
        since = now if trusted else None
        return Verdict(
            status=Status.WAITING,
            changes={"waiting_since": since},
            events=(Event("completed", {"code": "none yet"}),),
        )
    if trusted and (row.waiting_since is None or row.waiting_since > now):
        return Verdict(changes={"waiting_since": now})
    if may_close and wait_is_over(row.waiting_since, wait, now, trusted=trusted):
        return Verdict(
            status=Status.PENDING_SHIPMENT,
            events=(Event("wait_is_over"),),
            due=(Kind.SHIP,),
        )
    return NOTHING


def on_late_reading(
    row: OrderRow,
    shop: ShopOrder | None,
    now: datetime,
    *,
    sent: bool = False,
    reported: Reported = NOTHING_REPORTED,
) -> Verdict:
    """Decide what the shop's answer means for an order that was closed without a code.

    `sent`: a late code is under way already, or was refused. `reported`: what was reported before.
    """
    seen = Verdict(changes={"shop_seen_at": now})
    if shop is None or shop.reference != row.reference:
        return seen
    seen += _parcels(row, shop)
    code = late_code(replace(row, parcels=shop.parcels), reported)
    if not code or sent or shop.state is not ShopState.COMPLETED:
        return seen
    return seen + Verdict(events=(Event("late_code", {"code": code}),), due=(Kind.UPDATE_TRACKING,))


def late_code(row: OrderRow, reported: Reported) -> str:
    """Give the code that came after the order was closed; empty where none did."""
    return next((code for code in codes_of(row) if code not in reported.codes), "")

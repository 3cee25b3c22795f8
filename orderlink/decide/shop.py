"""PURE: what a look at the shop means for an order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orderlink.decide.carrier import first_code
from orderlink.decide.timing import wait_is_over
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.model import ShopOrder, ShopState, Status, money_text
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow

if TYPE_CHECKING:
    from datetime import datetime, timedelta

FOLLOWED = frozenset({Status.NOT_SHIPPED, Status.WAITING, Status.PENDING_SHIPMENT})
"""The statuses in which the shop is asked, as long as no shipment has been sent."""


def is_followed(row: OrderRow, ship: EffectRow | None) -> bool:
    """Tell whether the shop decides about this order: it is there, and nothing was reported yet."""
    if row.status not in FOLLOWED or not row.shop_order_id:
        return False
    return ship is None or ship.state in {EffectState.DUE, EffectState.REFUSED}


def on_reading(
    row: OrderRow,
    shop: ShopOrder | None,
    now: datetime,
    *,
    wait: timedelta,
    trusted: bool,
    has_parcels_elsewhere: bool = False,
) -> Verdict:
    """Decide what the shop's answer means. `shop` None: it says that it has no such order.

    `trusted`: time may count in this run. `has_parcels_elsewhere`: the parcels could not be asked
    for in this run, so that the lack of a code proves nothing yet. For an order that is closed, or
    that a person has in hand, it means nothing any more.
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
    if shop.state is ShopState.OPEN:
        return seen + _reopened(row)
    if shop.refunded and not row.refund_confirmed:
        amount = money_text(shop.refunded, shop.currency)
        problem = Problem("partly_refunded", f"{amount} of it was refunded: ship it all the same?")
        return seen + Verdict(opens=(problem,))
    after = replace(row, parcels=shop.parcels)
    if not row.pushable_lines:
        return seen + _completed_without_us(row)
    return seen + _completed(
        after, now, wait=wait, trusted=trusted, may_close=not has_parcels_elsewhere
    )


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
    row: OrderRow, now: datetime, *, wait: timedelta, trusted: bool, may_close: bool
) -> Verdict:
    code = first_code(row)
    if code:
        if row.status is Status.PENDING_SHIPMENT:
            return Verdict(due=(Kind.SHIP,))
        return Verdict(
            status=Status.PENDING_SHIPMENT,
            changes={"waiting_since": None},
            events=(Event("completed", {"code": code}),),
            due=(Kind.SHIP,),
        )
    if row.status is Status.PENDING_SHIPMENT:
        return Verdict(due=(Kind.SHIP,))
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
            changes={"waiting_since": None},
            events=(Event("wait_is_over"),),
            due=(Kind.SHIP,),
        )
    return NOTHING


def on_late_reading(
    row: OrderRow, shop: ShopOrder | None, now: datetime, *, sent: bool = False
) -> Verdict:
    """Decide what the shop's answer means for an order that was closed without a code.

    `sent`: a late code is under way already, or was refused.
    """
    seen = Verdict(changes={"shop_seen_at": now})
    if shop is None or shop.reference != row.reference:
        return seen
    seen += _parcels(row, shop)
    code = first_code(replace(row, parcels=shop.parcels))
    if not code or sent or shop.state is not ShopState.COMPLETED:
        return seen
    return seen + Verdict(events=(Event("late_code", {"code": code}),), due=(Kind.UPDATE_TRACKING,))

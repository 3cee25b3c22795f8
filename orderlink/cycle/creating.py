"""Import, second half: every order exactly once in the shop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.cycle.searching import keep_newest, look_above, look_in_shop, take_found
from orderlink.cycle.sending import create_rows, is_ready
from orderlink.decide.creation import judge
from orderlink.decide.timing import Quarantine, is_due, quarantine
from orderlink.decide.urgency import in_turn
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.model import ShopState, Status
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.values import replace

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.model import Found
    from orderlink.steps import Steps

GONE = ShopState.GONE


def create_orders(
    run: Run, market: Connection, shop: Connection, selection: Selection
) -> Steps[None]:
    """Settle what is unknown, then create what is due, each order once.

    One listing of what came into the shop since the last known order settles what is unknown, finds
    what somebody else created (a restored backup, a second machine), and the late twin of an order
    that was created again after its quarantine.
    """
    unknown = _effects(run, market, shop, EffectState.UNKNOWN)
    due = [row for row in run.store.new_orders(market.id) if selection.takes(row)]
    mine = [_in_shop_of_now(run, shop, row) for row in due]
    ready = [row for row in mine if row and is_ready(run, row, only_find=selection.only_find)]
    ready = in_turn(ready)
    again = _created_again(run, market, shop)
    if not unknown and not ready and not again:
        return
    above = look_above(run, shop, [effect for _, effect in unknown + again], ready)
    found = yield from look_in_shop(run, shop, [row for row, _ in unknown + again] + ready, above)
    for row, _ in again:
        _report_twins(run, row, found)
    yield from _settle_all(run, market, shop, unknown, found)
    if selection.only_find:
        yield from _find_only(run, market, shop, ready, found)
        return

    yield from _create_all(run, market, shop, ready, found)


def _create_all(
    run: Run, market: Connection, shop: Connection, rows: list[OrderRow], found: Found
) -> Steps[None]:
    """Create these orders; what the shop answers moves its highest known id at the end only.

    Until then an answer may be lost whose order has a lower id.
    """
    known = shop.row.newest_shop_order
    yield from create_rows(run, market, shop, rows, found)
    created, shop.row = shop.row, replace(shop.row, newest_shop_order=known)
    keep_newest(run, shop, created.newest_shop_order)


def _effects(
    run: Run, market: Connection, shop: Connection, state: EffectState
) -> list[tuple[OrderRow, EffectRow]]:
    pairs = []
    for effect in run.store.open_effects(shop.id, state):
        row = run.store.order(effect.key)
        if row and effect.kind is Kind.CREATE and effect.key.connection == market.id:
            pairs.append((row, effect))
    return pairs


def _in_shop_of_now(run: Run, shop: Connection, row: OrderRow) -> OrderRow | None:
    """Let an order that is not in the shop of then go to the shop that is configured now."""
    if row.shop == shop.id:
        return row
    effect = run.store.last_effect(row.key, Kind.CREATE)
    if effect is not None and effect.state not in {EffectState.DUE, EffectState.REFUSED}:
        return None  # it may be in the shop that was configured then
    with run.store.transaction():
        moved = Verdict(changes={"shop": shop.id}, withdrawn=(Kind.CREATE,))
        run.store.apply(row, moved, run.now())
    return replace(row, shop=shop.id)


TWINS_FOR = timedelta(hours=6)
"""So long after a repeated creation its late twin is looked for."""


def _created_again(
    run: Run, market: Connection, shop: Connection
) -> list[tuple[OrderRow, EffectRow]]:
    effects = run.store.repeated_creations(shop.id, run.now() - TWINS_FOR)
    pairs = [(run.store.order(effect.key), effect) for effect in effects]
    return [(row, one) for row, one in pairs if row and row.key.connection == market.id]


def _report_twins(run: Run, row: OrderRow, found: Found) -> None:
    ids = judge(run.stamp(row), [one for one in found.orders if one.state is not GONE]).ids
    if set(ids) - {row.shop_order_id}:
        everything = ", ".join(sorted({*ids, row.shop_order_id}))
        sentence = f"the shop has it more than once: {everything}; orderlink follows "
        problem = Problem("several_in_shop", sentence + row.shop_order_id, {"ids": everything})
        with run.store.transaction():
            run.store.apply(row, Verdict(opens=(problem,)), run.now())


def _find_only(
    run: Run, market: Connection, shop: Connection, ready: list[OrderRow], found: Found
) -> Steps[None]:
    for listed in ready:
        row = run.store.order(listed.key) or listed
        with run.store.transaction():
            effect = run.store.add_effect(row, Kind.CREATE)
        ours = judge(run.stamp(row), found.orders).ours
        if ours is not None and ours.origin:
            # This state file takes the place of the one that created it.
            with run.store.transaction():
                run.store.put_fact("origin", ours.origin)
        adopted = yield from take_found(run, market, shop, row, effect, found)
        run.counts["not_in_shop"] += not adopted


def _settle_all(
    run: Run,
    market: Connection,
    shop: Connection,
    unknown: list[tuple[OrderRow, EffectRow]],
    found: Found,
) -> Steps[None]:
    """Decide what became of creations whose answers were lost.

    Those whose quarantine is over are looked for once more, and what is not there is created anew.
    """
    over = []
    for row, effect in unknown:
        if not (yield from take_found(run, market, shop, row, effect, found)):
            over += [(row, effect)] if _quarantine_is_over(run, shop, effect) else []
    if not over or run.outbox.is_closed(shop.id):
        return
    above = look_above(run, shop, [effect for _, effect in over], [])
    again = yield from look_in_shop(run, shop, [row for row, _ in over], above)
    free = []
    for row, effect in over:
        if (yield from take_found(run, market, shop, row, effect, again)):
            continue
        withdrawn = row.status is not Status.NEW
        state = EffectState.WITHDRAWN if withdrawn else EffectState.DUE
        run.close_effect(row, effect, state, NOTHING)
        free += [] if withdrawn else [row]
    yield from _create_all(run, market, shop, free, again)


def _quarantine_is_over(run: Run, shop: Connection, effect: EffectRow) -> bool:
    length = shop.common().quarantine
    state = quarantine(effect, length, run.now(), trusted=run.trusted())
    if state is Quarantine.STARTS:
        run.restart_quarantine(effect, length)
    return state is Quarantine.OVER and is_due(effect.not_before, run.now())

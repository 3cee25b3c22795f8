"""What is in the shop already: one listing, and what it shows of the orders to be created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import build, plain
from orderlink.cycle.choices import creation_of
from orderlink.cycle.mending import against_order, public_part
from orderlink.decide.creation import judge, on_created
from orderlink.decide.editing import with_edits
from orderlink.errors import RemoteError
from orderlink.model import Order
from orderlink.rows import EffectState, Kind
from orderlink.steps import ask
from orderlink.values import replace

if TYPE_CHECKING:
    from orderlink.creation import Creation
    from orderlink.cycle.run import Connection, Run
    from orderlink.model import Draft, Found, Json
    from orderlink.rows import EffectRow, OrderRow
    from orderlink.steps import Steps


def look_above(run: Run, shop: Connection, effects: list[EffectRow], ready: list[OrderRow]) -> str:
    """Say above which order id the shop has to be looked through; empty: all of it.

    A copy of an order, whoever made it, came in after the order was placed: so above the highest id
    that was known at that time. Where none was (an order from before the first run), the shop's
    orders are looked through whole, until a first attempt has left a mark of its own.
    """
    marks = [str((effect.document or {}).get("above", "")) for effect in effects]
    for row in ready:
        effect = run.store.last_effect(row.key, Kind.CREATE)
        tried = (effect.document or {}).get("above") if effect else None
        marks.append(tried or run.store.newest_shop_order_at(shop.id, row.placed_at))
    if not all(mark.isdigit() for mark in marks):
        return ""
    return str(min(map(int, marks)))


def meet_shop(run: Run, shop: Connection) -> Steps[None]:
    """Learn the shop's highest order id before the first look at a marketplace that goes there.

    Whatever has a copy of an order placed from now on came in above it. Where this fails, the
    shop's orders are looked through whole before the first creation.
    """
    markets = [market for market, its in run.marketplaces if its.id == shop.id]
    if all(market.row.first_run_at is None for market in markets):
        newest = yield from ask(shop.id, shop.connector.newest)
        keep_newest(run, shop, str(newest))


def keep_newest(run: Run, shop: Connection, newest: str) -> None:
    """Keep the shop's highest order id, where it is higher than what was known."""
    if is_newer(shop, newest):
        with run.store.transaction():
            at = run.now() if run.trusted() else None
            run.store.set_newest_shop_order(shop.id, newest, at)
        shop.row = replace(shop.row, newest_shop_order=newest)


def is_newer(shop: Connection, newest: str) -> bool:
    """Tell whether an id is higher than the highest that is known of the shop."""
    known = shop.row.newest_shop_order
    return newest.isdigit() and (not known or int(newest) > int(known))


def look_in_shop(run: Run, shop: Connection, rows: list[OrderRow], above: str) -> Steps[Found]:
    """Look for these orders among those of the shop whose id is above `above`."""
    stamps = [run.stamp(row) for row in rows]
    found: Found = yield from ask(shop.id, lambda: shop.connector.find(stamps, above))
    keep_newest(run, shop, found.newest)
    return found


def take_found(
    run: Run,
    market: Connection,
    shop: Connection,
    row: OrderRow,
    effect: EffectRow,
    found: Found,
) -> Steps[bool]:
    """Take a shop order that carries our reference as the one that was created."""
    judgement = judge(run.stamp(row), found.orders)
    if judgement.ours is None:
        return False
    verdict = on_created(
        row,
        judgement.ours,
        run.store.origin(),
        judgement.ids,
        how="found_in_shop",
        as_shipped=is_shipped_already(creation_of(market, shop), row),
    )
    kept = public_part(effect.document) or (yield from _foreseen(run, market, shop, row))
    verdict += against_order(run, shop, row, kept, judgement.ours)
    run.close_effect(row, effect, EffectState.DONE, verdict, judgement.ours.id, kept)
    run.counts["found"] += 1
    run.say(shop.label, f"{row.key.order_id}: found in {shop.label} as {judgement.ours.number}")
    return True


def _foreseen(run: Run, market: Connection, shop: Connection, row: OrderRow) -> Steps[Json]:
    """Give what an order that another state file created has to be, where it is not as ordered."""
    creation = creation_of(market, shop)
    if not row.document or not (creation.mapping or creation.fee_line):
        return None
    try:
        draft = yield from draft_of(run, shop, row, creation)
    except RemoteError:
        return None
    return public_part({"draft": plain(draft)})


def order_of(row: OrderRow) -> Order:
    """Give the whole order as a person mended it."""
    return with_edits(build(Order, row.document), row.edits)


def draft_of(run: Run, shop: Connection, row: OrderRow, creation: Creation) -> Steps[Draft]:
    """Prepare an order's creation. Raises what the connector raises."""
    order, stamp = order_of(row), run.stamp(row)
    draft: Draft = yield from ask(shop.id, lambda: shop.connector.draft(order, stamp, creation))
    return draft


def is_shipped_already(creation: Creation, row: OrderRow) -> bool:
    """Tell whether the marketplace sends it all, and the merchant wants to see that as shipped."""
    as_shipped = creation.fulfilled_by_marketplace == "as_shipped"
    return as_shipped and all(line.by_marketplace for line in row.lines)

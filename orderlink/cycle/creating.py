"""Import, second half: every order exactly once in the shop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.codec import build, plain
from orderlink.cycle.choices import creation_of
from orderlink.cycle.mending import against_order, public_part
from orderlink.cycle.reading import read_order
from orderlink.decide.creation import (
    is_blocked,
    judge,
    on_adapted,
    on_created,
    on_creation_refused,
    on_taken,
)
from orderlink.decide.editing import with_edits
from orderlink.decide.timing import Quarantine, is_due, is_fresh, looked_at, quarantine
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import Refused, RemoteError, SignInFailed, TryLater
from orderlink.model import Draft, Order, ShopOrder, ShopState, Status
from orderlink.outbox import Outcome
from orderlink.problems import Block
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.shops import Simplifies
from orderlink.steps import ask, together
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.creation import Creation
    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.model import Found, Json
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
    ready = [row for row in mine if row and _is_ready(run, row, only_find=selection.only_find)]
    again = _created_again(run, market, shop)
    if not unknown and not ready and not again:
        return
    above = _above(run, shop, [effect for _, effect in unknown + again], ready)
    found = yield from _look(run, shop, [row for row, _ in unknown + again] + ready, above)
    for row, _ in again:
        _report_twins(run, row, found)
    for row, effect in unknown:
        yield from _settle(run, market, shop, row, effect, found)
    if selection.only_find:
        yield from _find_only(run, market, shop, ready, found)
        return

    def creations() -> Iterator[Steps[None]]:
        for row in ready:
            if not run.may_go_on() or run.outbox.is_closed(shop.id):
                return
            yield _create(run, market, shop, row, found)

    known = shop.row.newest_shop_order
    yield from together(shop.id, creations())
    created, shop.row = shop.row, replace(shop.row, newest_shop_order=known)
    _keep_newest(run, shop, created.newest_shop_order)


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
    """Let an order that nothing was sent for go to the shop that is configured now."""
    if row.shop == shop.id:
        return row
    if run.store.last_effect(row.key, Kind.CREATE) is not None:
        return None  # it may be in the shop that was configured then
    with run.store.transaction():
        run.store.apply(row, Verdict(changes={"shop": shop.id}), run.now())
    return replace(row, shop=shop.id)


def _is_ready(run: Run, row: OrderRow, *, only_find: bool = False) -> bool:
    approved = row.approved or only_find
    if not (row.has_details and approved and row.document and not row.shop_order_id):
        return False
    words = {problem.word for problem in run.store.problems(row.key)}
    if is_blocked(words, Block.CREATE):
        return False
    effect = run.store.last_effect(row.key, Kind.CREATE)
    if effect is None:
        return True
    return effect.state is EffectState.DUE and is_due(effect.not_before, run.now())


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
    for row in ready:
        with run.store.transaction():
            effect = run.store.add_effect(row, Kind.CREATE)
        ours = judge(run.stamp(row), found.orders).ours
        if ours is not None and ours.origin:
            # This state file takes the place of the one that created it.
            with run.store.transaction():
                run.store.put_fact("origin", ours.origin)
        adopted = yield from _adopt(run, market, shop, row, effect, found)
        run.counts["not_in_shop"] += not adopted


def _above(run: Run, shop: Connection, effects: list[EffectRow], ready: list[OrderRow]) -> str:
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
        _keep_newest(run, shop, str(newest))


def _keep_newest(run: Run, shop: Connection, newest: str) -> None:
    if _is_newer(shop, newest):
        with run.store.transaction():
            at = run.now() if run.trusted() else None
            run.store.set_newest_shop_order(shop.id, newest, at)
        shop.row = replace(shop.row, newest_shop_order=newest)


def _is_newer(shop: Connection, newest: str) -> bool:
    known = shop.row.newest_shop_order
    return newest.isdigit() and (not known or int(newest) > int(known))


def _look(run: Run, shop: Connection, rows: list[OrderRow], above: str) -> Steps[Found]:
    stamps = [run.stamp(row) for row in rows]
    found: Found = yield from ask(shop.id, lambda: shop.connector.find(stamps, above))
    _keep_newest(run, shop, found.newest)
    return found


def _settle(
    run: Run, market: Connection, shop: Connection, row: OrderRow, effect: EffectRow, found: Found
) -> Steps[None]:
    """Decide what became of a creation whose answer was lost."""
    if (yield from _adopt(run, market, shop, row, effect, found)):
        return
    length = shop.common().quarantine
    state = quarantine(effect, length, run.now(), trusted=run.trusted())
    if state is Quarantine.STARTS:
        run.restart_quarantine(effect, length)
    waits = not is_due(effect.not_before, run.now())
    if state is not Quarantine.OVER or waits or run.outbox.is_closed(shop.id):
        return
    again = yield from _look(run, shop, [row], str(effect.document.get("above", "")))
    if (yield from _adopt(run, market, shop, row, effect, again)):
        return
    if row.status is not Status.NEW:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)
        return
    run.close_effect(row, effect, EffectState.DUE, NOTHING)
    if is_blocked({problem.word for problem in run.store.problems(row.key)}, Block.CREATE):
        return
    yield from _create(run, market, shop, row, again)


def _adopt(
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
        as_shipped=_is_shipped_already(market, shop, row),
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
        draft = yield from _draft(run, shop, row, creation)
    except RemoteError:
        return None
    return public_part({"draft": plain(draft)})


def _draft(run: Run, shop: Connection, row: OrderRow, creation: Creation) -> Steps[Draft]:
    """Prepare an order's creation. Raises what the connector raises."""
    order, stamp = with_edits(build(Order, row.document), row.edits), run.stamp(row)
    draft: Draft = yield from ask(shop.id, lambda: shop.connector.draft(order, stamp, creation))
    return draft


def _create(
    run: Run, market: Connection, shop: Connection, row: OrderRow, found: Found
) -> Steps[None]:
    fresh = yield from _fresh_row(run, market, row)
    if fresh is None:
        return
    row, effect = fresh
    if (yield from _adopt(run, market, shop, row, effect, found)):
        return
    taken = judge(run.stamp(row), found.orders).taken
    if taken is not None and not row.create_anyway:
        with run.store.transaction():
            run.store.apply(row, on_taken(row, taken), run.now())
        return
    try:
        creation = creation_of(market, shop, run.store.product_map(market.id))
        draft = yield from _draft(run, shop, row, creation)
    except Refused as refusal:
        _refuse(run, row, effect, refusal)
        return
    except RemoteError as error:
        run.outbox.failed_before(row, effect, error)
        if isinstance(error, SignInFailed) or (isinstance(error, TryLater) and error.transport):
            raise
        return
    outcome = yield from _send(run, market, shop, row, effect, draft)
    simpler = _simpler(run, shop, row, draft, outcome)
    if simpler is not None:
        outcome = yield from _send(run, market, shop, row, *simpler)
    if outcome is not None and outcome.state is EffectState.DONE:
        run.counts["created"] += 1
        run.say(market.label, f"{row.key.order_id}: created in {shop.label}")
        if _is_newer(shop, outcome.remote_ref):
            shop.row = replace(shop.row, newest_shop_order=outcome.remote_ref)


def _send(
    run: Run, market: Connection, shop: Connection, row: OrderRow, effect: EffectRow, draft: Draft
) -> Steps[Outcome | None]:
    document = {"draft": plain(draft), "above": shop.row.newest_shop_order}

    def read_answer(answer: ShopOrder) -> Outcome:
        shipped = _is_shipped_already(market, shop, row)
        kept = public_part(document)
        verdict = on_created(row, answer, run.store.origin(), as_shipped=shipped)
        verdict += on_adapted(draft.remarks, answer.unlike)
        verdict += against_order(run, shop, row, kept, answer)
        return Outcome(EffectState.DONE, verdict, answer.id, kept)

    def read_refusal(refusal: Refused) -> Verdict:
        return on_creation_refused(refusal.word, str(refusal), dict(refusal.details))

    return (
        yield from run.outbox.send(
            row, effect, document, lambda: shop.connector.create(draft), read_answer, read_refusal
        )
    )


def _is_shipped_already(market: Connection, shop: Connection, row: OrderRow) -> bool:
    """Tell whether the marketplace sends it all, and the merchant wants to see that as shipped."""
    as_shipped = creation_of(market, shop).fulfilled_by_marketplace == "as_shipped"
    return as_shipped and all(line.by_marketplace for line in row.lines)


def _simpler(
    run: Run, shop: Connection, row: OrderRow, draft: Draft, outcome: Outcome | None
) -> tuple[EffectRow, Draft] | None:
    """Give a refused creation once more, with simpler texts, where that is any difference."""
    if outcome is None or outcome.state is not EffectState.REFUSED:
        return None
    simpler = shop.connector.simplified(draft) if isinstance(shop.connector, Simplifies) else None
    effect = run.store.last_effect(row.key, Kind.CREATE)
    if simpler is None or effect is None or not run.may_go_on():
        return None
    with run.store.transaction():
        run.store.change_effect(effect, replace(effect, state=EffectState.DUE))
    again = run.store.last_effect(row.key, Kind.CREATE)
    return None if again is None else (again, simpler)


def _fresh_row(
    run: Run, market: Connection, row: OrderRow
) -> Steps[tuple[OrderRow, EffectRow] | None]:
    """Look at the marketplace's order once more where the last look is old, and take the effect."""
    after: OrderRow | None = run.store.order(row.key)
    if after is not None and not is_fresh(looked_at(after, market.row), run.now()):
        after = yield from _looked_at_again(run, market, after)
    if after is None or after.status is not Status.NEW or not _is_ready(run, after):
        return None
    with run.store.transaction():
        effect = run.store.add_effect(after, Kind.CREATE)
    return (after, effect) if effect.state is EffectState.DUE else None


def _looked_at_again(run: Run, market: Connection, row: OrderRow) -> Steps[OrderRow | None]:
    """Read an order at the marketplace; a failure is the marketplace's, and not the shop's."""
    after = None
    if market.id not in run.failed:
        with run.guarded(market, "import"):
            after = yield from read_order(run, market, row)
    return after


def _refuse(run: Run, row: OrderRow, effect: EffectRow, refusal: Refused) -> None:
    verdict = on_creation_refused(refusal.word, str(refusal), dict(refusal.details))
    run.close_effect(row, effect, EffectState.REFUSED, verdict)

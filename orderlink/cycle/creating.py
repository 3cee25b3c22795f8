"""Import, second half: every order exactly once in the shop."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.codec import build, plain
from orderlink.cycle.importing import read_order
from orderlink.decide.creation import (
    Expected,
    difference,
    is_blocked,
    judge,
    on_created,
    on_creation_refused,
    on_difference,
    on_taken,
)
from orderlink.decide.timing import Quarantine, is_due, is_fresh, looked_at, quarantine
from orderlink.decide.verdict import NOTHING, Verdict
from orderlink.errors import Refused, RemoteError, SignInFailed, TryLater
from orderlink.model import Draft, Order, ShopLine, ShopOrder, Status
from orderlink.outbox import Outcome
from orderlink.problems import Block
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.shops import Corrects, Holds

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.model import Found, Json

SHOP_LINES = tuple[ShopLine, ...]


def create_orders(run: Run, market: Connection, shop: Connection, selection: Selection) -> None:
    """Settle what is unknown, then create what is due, each order once."""
    unknown = _effects(run, market, shop, EffectState.UNKNOWN)
    due = [row for row in run.store.new_orders(market.id) if selection.takes(row)]
    ready = [row for row in due if _is_ready(run, row)]
    if not unknown and not ready:
        return
    above = _lowest_unseen(shop, [effect for _, effect in unknown])
    if not above:
        above = _first_contact(run, market, shop, ready)
    found = _look(run, shop, [row for row, _ in unknown] + ready, above)
    for row, effect in unknown:
        _settle(run, market, shop, row, effect, found)
    for row in ready:
        if not run.may_go_on() or run.outbox.is_closed(shop.id):
            return
        _create(run, market, shop, row, found)


def _effects(
    run: Run, market: Connection, shop: Connection, state: EffectState
) -> list[tuple[OrderRow, EffectRow]]:
    pairs = []
    for effect in run.store.open_effects(shop.id, state):
        row = run.store.order(effect.key)
        if row and effect.kind is Kind.CREATE and effect.key.connection == market.id:
            pairs.append((row, effect))
    return pairs


def _is_ready(run: Run, row: OrderRow) -> bool:
    if not (row.has_details and row.approved and row.document and not row.shop_order_id):
        return False
    words = {problem.word for problem in run.store.problems(row.key)}
    if is_blocked(words, Block.CREATE):
        return False
    effect = run.store.last_effect(row.key, Kind.CREATE)
    if effect is None:
        return True
    return effect.state is EffectState.DUE and is_due(effect.not_before, run.now())


def _lowest_unseen(shop: Connection, unknown: list[EffectRow]) -> str:
    """Say above which order id everything has to be looked at."""
    marks = [shop.row.newest_shop_order]
    marks += [str(effect.document.get("above", "")) for effect in unknown if effect.document]
    numbers = [int(mark) for mark in marks if mark.isdigit()]
    return str(min(numbers)) if numbers else ""


def _first_contact(run: Run, market: Connection, shop: Connection, ready: list[OrderRow]) -> str:
    """Learn the shop's highest order id, where nothing older than the first run is to be created.

    Orders from before that may be in the shop already, from another state file or another
    connector: then the shop's orders are looked through once, whole.
    """
    first_run = market.row.first_run_at
    if first_run is None or any(row.placed_at < first_run for row in ready):
        return ""
    newest = str(shop.connector.newest())
    _keep_newest(run, shop, newest)
    return newest


def _keep_newest(run: Run, shop: Connection, newest: str) -> None:
    known = shop.row.newest_shop_order
    if newest.isdigit() and (not known or int(newest) > int(known)):
        with run.store.transaction():
            run.store.set_newest_shop_order(shop.id, newest)
        shop.row = run.store.connection(shop.id)


def _look(run: Run, shop: Connection, rows: list[OrderRow], above: str) -> Found:
    found: Found = shop.connector.find([run.stamp(row) for row in rows], above)
    _keep_newest(run, shop, found.newest)
    return found


def _settle(
    run: Run, market: Connection, shop: Connection, row: OrderRow, effect: EffectRow, found: Found
) -> None:
    """Decide what became of a creation whose answer was lost."""
    if _adopt(run, shop, row, effect, found):
        return
    length = shop.common().quarantine
    state = quarantine(effect, length, run.now(), trusted=run.trusted())
    if state is Quarantine.STARTS:
        run.restart_quarantine(effect, length)
    if state is not Quarantine.OVER or run.outbox.is_closed(shop.id):
        return
    again = _look(run, shop, [row], str(effect.document.get("above", "")))
    if _adopt(run, shop, row, effect, again):
        return
    if row.status is not Status.NEW:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)
        return
    run.close_effect(row, effect, EffectState.DUE, NOTHING)
    if is_blocked({problem.word for problem in run.store.problems(row.key)}, Block.CREATE):
        return
    _create(run, market, shop, row, again)


def _adopt(run: Run, shop: Connection, row: OrderRow, effect: EffectRow, found: Found) -> bool:
    """Take a shop order that carries our reference as the one that was created."""
    judgement = judge(run.stamp(row), found.orders)
    if judgement.ours is None:
        return False
    verdict = on_created(row, judgement.ours, run.store.origin(), judgement.ids, found=True)
    kept = _public_part(effect.document)
    run.close_effect(row, effect, EffectState.DONE, verdict, judgement.ours.id, kept)
    run.counts["found"] += 1
    run.say(shop.label, f"{row.key.order_id}: found in {shop.label} as {judgement.ours.number}")
    _check(run, shop, row, judgement.ours, may_correct=True)
    return True


def _create(run: Run, market: Connection, shop: Connection, row: OrderRow, found: Found) -> None:
    fresh = _fresh_row(run, market, row)
    if fresh is None:
        return
    row, effect = fresh
    if _adopt(run, shop, row, effect, found):
        return
    taken = judge(run.stamp(row), found.orders).taken
    if taken is not None and not row.create_anyway:
        with run.store.transaction():
            run.store.apply(row, on_taken(row, taken), run.now())
        return
    order = build(Order, row.document)
    try:
        draft: Draft = shop.connector.draft(order, run.stamp(row), market.people_name)
    except Refused as refusal:
        _refuse(run, row, effect, refusal)
        return
    except RemoteError as error:
        run.outbox.failed_before(row, effect, error)
        if isinstance(error, SignInFailed) or (isinstance(error, TryLater) and error.transport):
            raise
        return
    answers: list[ShopOrder] = []

    def read_answer(answer: ShopOrder) -> Outcome:
        answers.append(answer)
        verdict = on_created(row, answer, run.store.origin())
        return Outcome(EffectState.DONE, verdict, answer.id, _public_part(document))

    document = {"draft": plain(draft), "above": shop.row.newest_shop_order}
    outcome = run.outbox.send(
        row, effect, document, lambda: shop.connector.create(draft), read_answer
    )
    if outcome is not None and outcome.state is EffectState.REFUSED:
        refused = on_creation_refused("shop_refused", outcome.error, {})
        with run.store.transaction():
            run.store.apply(row, refused, run.now())
    if answers:
        run.counts["created"] += 1
        run.say(market.label, f"{row.key.order_id}: created in {shop.label}")
        _keep_newest(run, shop, answers[0].id)
        _check(run, shop, row, answers[0], may_correct=True)


def _fresh_row(run: Run, market: Connection, row: OrderRow) -> tuple[OrderRow, EffectRow] | None:
    """Look at the marketplace's order once more where the last look is old, and take the effect."""
    after: OrderRow | None = run.store.order(row.key)
    if after is not None and not is_fresh(looked_at(after, market.row), run.now()):
        after = read_order(run, market, after)
    if after is None or after.status is not Status.NEW or not _is_ready(run, after):
        return None
    with run.store.transaction():
        run.store.add_effect(after, Kind.CREATE)
    effect = run.store.last_effect(after.key, Kind.CREATE)
    if effect is None or effect.state is not EffectState.DUE:
        return None
    return after, effect


def _refuse(run: Run, row: OrderRow, effect: EffectRow, refusal: Refused) -> None:
    verdict = on_creation_refused(refusal.word, str(refusal), dict(refusal.details))
    run.close_effect(row, effect, EffectState.REFUSED, verdict)


def _public_part(document: Json) -> Json:
    """Keep of a creation's copy what holds no buyer's data."""
    if not document or "draft" not in document:
        return document
    draft = document["draft"]
    public = {name: draft["document"].get(name) for name in draft["public"]}
    return {**document, "draft": {**draft, "document": public}}


def expected_of(effect: EffectRow | None, row: OrderRow) -> Expected:
    """Give what the shop order has to add up to, by what was sent."""
    if effect is None or not effect.document or "draft" not in effect.document:
        lines = tuple(
            ShopLine(line.sku, line.quantity - line.cancelled, line.total)
            for line in row.own_lines
            if line.quantity > line.cancelled
        )
        return Expected(row.currency, row.total, lines)
    draft = effect.document["draft"]
    return Expected(draft["currency"], Decimal(draft["total"]), build(SHOP_LINES, draft["lines"]))


def _check(
    run: Run, shop: Connection, row: OrderRow, answer: ShopOrder, *, may_correct: bool
) -> None:
    """Hold the shop's answer against what was ordered; correct it once, then set it on hold."""
    effect = run.store.last_effect(row.key, Kind.CREATE)
    sentence = difference(expected_of(effect, row), answer)
    after = run.store.order(row.key)
    if not sentence or after is None:
        return
    corrected = run.store.last_effect(row.key, Kind.CORRECT_IN_SHOP) is not None
    correctable = may_correct and not corrected and isinstance(shop.connector, Corrects)
    verdict = on_difference(
        after, sentence, correctable=correctable, holdable=isinstance(shop.connector, Holds)
    )
    with run.store.transaction():
        run.store.apply(after, verdict, run.now())


def mend_in_shop(run: Run, shop: Connection) -> None:
    """Carry out what is due at shop orders that did not add up: correct once, or hold."""
    for kind in (Kind.CORRECT_IN_SHOP, Kind.HOLD_IN_SHOP):
        for state in (EffectState.UNKNOWN, EffectState.DUE):
            for effect in run.store.open_effects(shop.id, state):
                row = run.store.order(effect.key)
                if effect.kind is kind and row is not None and run.may_go_on():
                    _mend(run, shop, row, effect)


def _mend(run: Run, shop: Connection, row: OrderRow, effect: EffectRow) -> None:
    if not is_due(effect.not_before, run.now()) or run.outbox.is_closed(shop.id):
        return
    length = shop.common().quarantine
    if effect.state is EffectState.UNKNOWN:
        state = quarantine(effect, length, run.now(), trusted=run.trusted())
        if state is Quarantine.STARTS:
            run.restart_quarantine(effect, length)
        if state is not Quarantine.OVER:
            return
    try:
        current = shop.connector.read_one(row.shop_order_id)
    except RemoteError as error:
        if effect.state is EffectState.DUE:
            run.outbox.failed_before(row, effect, error)
        return
    expected = expected_of(run.store.last_effect(row.key, Kind.CREATE), row)
    if current is None or not difference(expected, current):
        verdict = Verdict(closes=("total_differs",))
        run.close_effect(row, effect, EffectState.WITHDRAWN, verdict)
        return
    if effect.state is EffectState.UNKNOWN:
        run.close_effect(row, effect, EffectState.DUE, NOTHING)
        effect = run.store.last_effect(row.key, effect.kind) or effect
    if effect.kind is Kind.CORRECT_IN_SHOP:
        _correct(run, shop, row, effect, current)
    else:
        _hold(run, shop, row, effect, difference(expected, current))


def _correct(
    run: Run, shop: Connection, row: OrderRow, effect: EffectRow, current: ShopOrder
) -> None:
    created = run.store.last_effect(row.key, Kind.CREATE)
    correction: Draft | None = None
    if created is not None and created.document and "draft" in created.document:
        draft = build(Draft, created.document["draft"])
        correction = shop.connector.correction(draft, current)
    if correction is None:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)
        _check(run, shop, row, current, may_correct=False)
        return
    wanted = correction
    answers: list[ShopOrder] = []

    def read_answer(answer: ShopOrder) -> Outcome:
        answers.append(answer)
        return Outcome(EffectState.DONE, NOTHING, answer.id)

    outcome = run.outbox.send(
        row,
        effect,
        plain(wanted),
        lambda: shop.connector.correct(row.shop_order_id, wanted),
        read_answer,
    )
    if outcome is not None and outcome.state is EffectState.REFUSED:
        _check(run, shop, row, current, may_correct=False)
    if answers:
        _check(run, shop, row, answers[0], may_correct=False)


def _hold(run: Run, shop: Connection, row: OrderRow, effect: EffectRow, why: str) -> None:
    run.outbox.send(
        row,
        effect,
        {"why": why},
        lambda: shop.connector.hold(row.shop_order_id, why),
        lambda answer: Outcome(
            EffectState.DONE, Verdict(changes={"shop_status": answer.status}), answer.id
        ),
    )

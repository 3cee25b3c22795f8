"""What the shop made of an order: held against what was ordered, corrected once, or set on hold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.codec import build, plain
from orderlink.decide.creation import Expected, difference, on_difference
from orderlink.decide.timing import Quarantine, is_due, quarantine
from orderlink.decide.verdict import NOTHING, Verdict
from orderlink.errors import RemoteError
from orderlink.model import Draft, ShopLine, ShopOrder
from orderlink.outbox import Outcome
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.shops import Corrects, Holds

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run
    from orderlink.model import Json

SHOP_LINES = tuple[ShopLine, ...]


def public_part(document: Json) -> Json:
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


def hold_against_order(
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
        hold_against_order(run, shop, row, current, may_correct=False)
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
        hold_against_order(run, shop, row, current, may_correct=False)
    if answers:
        hold_against_order(run, shop, row, answers[0], may_correct=False)


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

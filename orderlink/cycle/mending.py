"""What the shop made of an order: held against what was ordered, corrected once, or set on hold."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.codec import build, plain
from orderlink.decide.creation import Expected, difference, on_difference
from orderlink.decide.timing import Quarantine, is_due, quarantine
from orderlink.decide.verdict import NOTHING, Verdict
from orderlink.errors import RemoteError
from orderlink.model import CLOSED, Draft, ShopLine, ShopOrder, ShopState, Status
from orderlink.outbox import Outcome, Sending
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.shops import Corrects, Holds
from orderlink.steps import ask

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run
    from orderlink.model import Json
    from orderlink.steps import Steps

SHOP_LINES = tuple[ShopLine, ...]


def public_part(document: Json) -> Json:
    """Keep of a creation's copy what holds no buyer's data."""
    if not document or "draft" not in document:
        return document
    draft = document["draft"]
    public = {name: draft["document"].get(name) for name in draft["public"]}
    return {**document, "draft": {**draft, "document": public}}


def expected_of(document: Json, row: OrderRow) -> Expected:
    """Give what the shop order has to add up to, by what a creation sent (its `document`)."""
    if not document or "draft" not in document:
        lines = tuple(
            ShopLine(line.sku, line.wanted, line.total, line_id=line.line_id)
            for line in row.own_lines
            if line.wanted
        )
        return Expected(row.currency, row.total, lines)
    draft = document["draft"]
    return Expected(draft["currency"], Decimal(draft["total"]), build(SHOP_LINES, draft["lines"]))


def expected_in_shop(run: Run, row: OrderRow) -> Expected:
    """Give what the shop order of a created order has to add up to."""
    effect = run.store.last_effect(row.key, Kind.CREATE)
    return expected_of(effect.document if effect else None, row)


def against_order(
    run: Run, shop: Connection, row: OrderRow, document: Json, answer: ShopOrder
) -> Verdict:
    """Hold the shop's answer against what was ordered: corrected once, then set on hold.

    `document` is the creation's own. An order that is cancelled is left as it is; one that a person
    took over, that is packed or shipped already, or that was adopted, is only told.
    """
    if row.status is Status.CANCELLED or answer.state is ShopState.GONE:
        return NOTHING
    sentence = difference(expected_of(document, row), answer)
    if not sentence:
        return NOTHING
    in_hand = row.status in {Status.SHIPPED, Status.MANUAL} or answer.adopted
    untouched = answer.state is ShopState.OPEN and not in_hand
    corrected = run.store.last_effect(row.key, Kind.CORRECT_IN_SHOP) is not None
    return on_difference(
        answer,
        sentence,
        correctable=untouched and not corrected and isinstance(shop.connector, Corrects),
        holdable=untouched and isinstance(shop.connector, Holds),
    )


def set_free(run: Run, row: OrderRow, effect: EffectRow) -> EffectRow:
    """Let what was unknown, and is not in the shop as a look has just shown, be sent again."""
    if effect.state is not EffectState.UNKNOWN:
        return effect
    run.close_effect(row, effect, EffectState.DUE, NOTHING)
    return run.store.last_effect(row.key, effect.kind) or effect


def mend_in_shop(run: Run, shop: Connection) -> Steps[None]:
    """Carry out what is due at shop orders that did not add up: correct once, or hold."""
    for kind in (Kind.CORRECT_IN_SHOP, Kind.HOLD_IN_SHOP):
        for state in (EffectState.UNKNOWN, EffectState.DUE):
            for effect in run.store.open_effects(shop.id, state):
                row = run.store.order(effect.key)
                if effect.kind is not kind or row is None or not run.may_go_on():
                    continue
                if run.marketplace_of(row) is not None:  # else it is paused, or gone
                    yield from _mend(run, shop, row, effect)


def _mend(run: Run, shop: Connection, row: OrderRow, effect: EffectRow) -> Steps[None]:
    if has_to_wait(run, shop, effect):
        return
    try:
        current = yield from ask(shop.id, lambda: shop.connector.read_one(row.shop_order_id))
    except RemoteError as error:
        if effect.state is EffectState.DUE:
            run.outbox.failed_before(row, effect, error)
        return
    sentence = difference(expected_in_shop(run, row), current) if current else ""
    if current is None or not sentence:
        verdict = Verdict(closes=("total_differs",))
        run.close_effect(row, effect, EffectState.WITHDRAWN, verdict)
        return
    if not _may_be_mended(row, current):
        created = run.store.last_effect(row.key, Kind.CREATE)
        told = against_order(run, shop, row, created.document if created else None, current)
        run.close_effect(row, effect, EffectState.WITHDRAWN, told)
        return
    effect = set_free(run, row, effect)
    if effect.kind is Kind.CORRECT_IN_SHOP:
        yield from _correct(run, shop, row, effect, current)
    else:
        yield from _hold(run, shop, row, effect, sentence)


def has_to_wait(run: Run, shop: Connection, effect: EffectRow) -> bool:
    """Tell whether nothing may be sent yet: a pause, the quarantine, or a shop that fails."""
    if not is_due(effect.not_before, run.now()) or run.outbox.is_closed(shop.id):
        return True
    if effect.state is not EffectState.UNKNOWN:
        return False
    length = shop.common().quarantine
    state = quarantine(effect, length, run.now(), trusted=run.trusted())
    if state is Quarantine.STARTS:
        run.restart_quarantine(effect, length)
    return state is not Quarantine.OVER


def _may_be_mended(row: OrderRow, current: ShopOrder) -> bool:
    """Tell whether nobody has the order in hand: not completed, not cancelled, not taken over."""
    followed = row.status not in CLOSED and row.status is not Status.MANUAL
    return followed and current.state is ShopState.OPEN


CORRECTIONS = 3
"""So many corrections whose answer was lost, and the order is set on hold instead."""


def _correct(
    run: Run, shop: Connection, row: OrderRow, effect: EffectRow, current: ShopOrder
) -> Steps[None]:
    created = run.store.last_effect(row.key, Kind.CREATE)
    document = created.document if created else None
    correction: Draft | None = None
    if document and "draft" in document and effect.attempts < CORRECTIONS:
        draft = build(Draft, document["draft"])
        correction = yield from ask(shop.id, lambda: shop.connector.correction(draft, current))
    if correction is None:
        verdict = against_order(run, shop, row, document, current)
        run.close_effect(row, effect, EffectState.WITHDRAWN, verdict)
        return
    wanted = correction

    def read_answer(answer: ShopOrder) -> Outcome:
        verdict = against_order(run, shop, row, document, answer)
        return Outcome(EffectState.DONE, verdict, answer.id)

    sending = Sending(
        row,
        effect,
        plain(wanted),
        read_answer,
        lambda _refusal: against_order(run, shop, row, document, current),
    )
    yield from run.outbox.send(sending, lambda: shop.connector.correct(row.shop_order_id, wanted))


def _hold(run: Run, shop: Connection, row: OrderRow, effect: EffectRow, why: str) -> Steps[None]:
    sending = Sending(
        row,
        effect,
        {"why": why},
        lambda answer: Outcome(
            EffectState.DONE, Verdict(changes={"shop_status": answer.status}), answer.id
        ),
    )
    yield from run.outbox.send(sending, lambda: shop.connector.hold(row.shop_order_id, why))

"""Writing our reference into shop orders of other programs that were taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.cycle.mending import has_to_wait, set_free
from orderlink.decide.adoption import on_stamp_refused, on_stamped
from orderlink.decide.timing import is_due
from orderlink.decide.verdict import NOTHING
from orderlink.errors import RemoteError
from orderlink.outbox import Outcome, Sending
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.shops import Adopts
from orderlink.steps import ask

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run
    from orderlink.model import ShopOrder
    from orderlink.steps import Steps


def stamp_in_shop(run: Run, shop: Connection) -> Steps[None]:
    """Settle and send every stamp of a shop that is due, whatever became of its order meanwhile."""
    if not isinstance(shop.connector, Adopts):
        return
    for state in (EffectState.UNKNOWN, EffectState.DUE):
        for effect in run.store.open_effects(shop.id, state):
            row = run.store.order(effect.key)
            if effect.kind is Kind.STAMP_REFERENCE and row is not None and run.may_go_on():
                yield from _stamp(run, shop, row, effect)


def _stamp(run: Run, shop: Connection, row: OrderRow, effect: EffectRow) -> Steps[None]:
    """Look at the shop order, and write the reference into it where it carries none."""
    waits = has_to_wait(run, shop, effect)
    if waits and (effect.state is EffectState.DUE or not is_due(effect.not_before, run.now())):
        return
    try:
        current = yield from ask(shop.id, lambda: shop.connector.read_one(row.shop_order_id))
    except RemoteError as error:
        if effect.state is EffectState.DUE:
            run.outbox.failed_before(row, effect, error)
        return
    stamp = run.stamp(row)
    if current is None:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)  # the poll tells it
    elif current.reference == stamp.reference:
        verdict = on_stamped(current, stamp)
        run.close_effect(row, effect, EffectState.DONE, verdict, current.id)
    elif current.reference:
        sentence = f"the shop order carries the reference of another order: {current.reference}"
        run.close_effect(row, effect, EffectState.REFUSED, on_stamp_refused(sentence))
    elif not waits:
        yield from _send(run, shop, row, set_free(run, row, effect))


def _send(run: Run, shop: Connection, row: OrderRow, effect: EffectRow) -> Steps[None]:
    stamp = run.stamp(row)

    def read_answer(answer: ShopOrder) -> Outcome:
        if answer.reference != stamp.reference:
            sentence = "the shop took our reference, and does not show it"
            return Outcome(EffectState.REFUSED, on_stamp_refused(sentence), error=sentence)
        return Outcome(EffectState.DONE, on_stamped(answer, stamp), answer.id)

    sending = Sending(
        row,
        effect,
        {"shop_order": row.shop_order_id, "reference": stamp.reference, "origin": stamp.origin},
        read_answer,
        lambda refusal: on_stamp_refused(str(refusal)),
    )
    yield from run.outbox.send(sending, lambda: shop.connector.stamp(row.shop_order_id, stamp))

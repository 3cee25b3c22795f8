"""What reporting a shipment and settling a report share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import build, plain
from orderlink.decide.carrier import learnt_from
from orderlink.decide.parcels import remaining, reported_by
from orderlink.decide.shipping import (
    on_reported,
    on_shipment_refused,
    on_shipped_otherwise,
    on_tracking_refused,
    on_tracking_updated,
)
from orderlink.decide.timing import is_fresh
from orderlink.decide.verdict import NOTHING, Verdict
from orderlink.model import Shipment, Status
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.cycle.run import Connection, Run
    from orderlink.decide.shipping import Settled
    from orderlink.model import Json

ORDERS_AT_ONCE = 100


def reports_in(
    run: Run, market: Connection, state: EffectState
) -> Iterator[tuple[OrderRow, EffectRow]]:
    """Give the reports to a marketplace that are in this state, each with its order.

    So that a backlog fits into little memory, the orders are read some at a time, and the copies
    of what the reports send are left out. What was written meanwhile is not seen: whoever acts on
    a report reads it anew, by `with_copy` or `as_now`.
    """
    effects = run.store.open_reports(market.id, state)
    for start in range(0, len(effects), ORDERS_AT_ONCE):
        some = effects[start : start + ORDERS_AT_ONCE]
        rows = run.store.orders_by_id(market.id, [effect.key.order_id for effect in some])
        yield from ((rows[one.key.order_id], one) for one in some if one.key.order_id in rows)


def with_copy(run: Run, effect: EffectRow) -> EffectRow | None:
    """Give a report of `reports_in` with its copy; None where it is not in that state any more."""
    last = run.store.last_effect(effect.key, effect.kind)
    same = last is not None and (last.number, last.state) == (effect.number, effect.state)
    return last if same else None


def shipment_in(effect: EffectRow) -> Shipment:
    """Give the shipment that an effect has its own copy of."""
    return build(Shipment, effect.document["shipment"])


def finish(run: Run, row: OrderRow, effect: EffectRow) -> None:
    """Write down that a report was carried out."""
    verdict = reported_verdict(run, row, effect, shipment_in(effect))
    run.counts["shipped"] += verdict.status is Status.SHIPPED
    run.close_effect(row, effect, EffectState.DONE, verdict)
    learn(run, row, effect.document)
    market = run.marketplace_of(row)
    run.say(market.label if market else row.key.connection, f"{row.key.order_id}: shipped")


def earlier_reports(run: Run, row: OrderRow, effect: EffectRow) -> list[EffectRow]:
    """List the reports of this kind that were there before this one."""
    if effect.number == 1:
        return []
    return [one for one in run.store.effects(row.key, effect.kind) if one.number < effect.number]


def reported_verdict(run: Run, row: OrderRow, effect: EffectRow, shipment: Shipment) -> Verdict:
    """Decide what it means that a report was carried out, by all that was reported before."""
    if effect.kind is Kind.UPDATE_TRACKING:
        return on_tracking_updated(shipment)
    others = earlier_reports(run, row, effect)
    this = replace(effect, state=EffectState.DONE, document={"shipment": plain(shipment)})
    return on_reported(row, shipment, remaining(row, reported_by([*others, this])))


def write_down(run: Run, row: OrderRow, effect: EffectRow, found: Settled) -> None:
    """Write down what a complete look-up found out about a report."""
    if found.ticket:
        event = Event("ticket_found", {"ticket": found.ticket})
        verdict = Verdict(events=(event,))
        run.close_effect(row, effect, EffectState.ACCEPTED, verdict, found.ticket)
    elif found.done:
        finish(run, row, effect)
    elif found.otherwise:
        verdict = on_shipped_otherwise(row, shipment_in(effect), found.otherwise)
        run.close_effect(row, effect, EffectState.WITHDRAWN, verdict)
    elif found.cancelled:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)


def learn(run: Run, row: OrderRow, document: Json) -> None:
    """Keep what a report that the marketplace took teaches about the merchant's own codes."""
    evidence = document.get("evidence", {})
    code = document["shipment"]["code"]
    learnt = learnt_from(evidence.get("word", ""), code, evidence.get("carrier", ""))
    if learnt is not None:
        with run.store.transaction():
            run.store.learn(row.key.connection, learnt.prefix, learnt.carrier, run.now())


def on_refusal(row: OrderRow, effect: EffectRow, sentence: str) -> Verdict:
    """Decide what a refusal means, by what was to be reported."""
    if effect.kind is Kind.UPDATE_TRACKING:
        return on_tracking_refused(sentence)
    return on_shipment_refused(row, sentence)


def as_now(run: Run, row: OrderRow, effect: EffectRow) -> tuple[OrderRow, EffectRow] | None:
    """Give order and effect as the store has them; None without a fresh look at the shop."""
    after = run.store.order(row.key)
    current = run.store.last_effect(row.key, effect.kind)
    if after is None or not is_fresh(after.shop_seen_at, run.now()):
        return None
    if current is None or current.state is not EffectState.DUE:
        return None
    return after, current

"""What reporting a shipment and settling a report share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import build
from orderlink.cycle.importing import read_order
from orderlink.decide.carrier import learnt_from
from orderlink.decide.shipping import (
    on_reported,
    on_shipment_refused,
    on_tracking_refused,
    on_tracking_updated,
)
from orderlink.decide.timing import is_fresh
from orderlink.errors import TryLater
from orderlink.model import Shipment
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run
    from orderlink.decide.verdict import Verdict
    from orderlink.model import Json


REPORTS = frozenset({Kind.SHIP, Kind.UPDATE_TRACKING})


def reports_in(
    run: Run, market: Connection, state: EffectState
) -> list[tuple[OrderRow, EffectRow]]:
    """List the reports to a marketplace that are in this state, each with its order."""
    pairs = []
    for effect in run.store.open_effects(market.id, state):
        row = run.store.order(effect.key)
        if row is not None and effect.kind in REPORTS:
            pairs.append((row, effect))
    return pairs


def shipment_in(effect: EffectRow) -> Shipment:
    """Give the shipment that an effect has its own copy of."""
    return build(Shipment, effect.document["shipment"])


def finish(run: Run, row: OrderRow, effect: EffectRow) -> None:
    """Write down that a report was carried out."""
    shipment = shipment_in(effect)
    if effect.kind is Kind.UPDATE_TRACKING:
        verdict = on_tracking_updated(shipment)
    else:
        verdict = on_reported(row, shipment)
        run.counts["shipped"] += 1
    run.close_effect(row, effect, EffectState.DONE, verdict)
    learn(run, row, effect.document)
    run.say(run.store.connection(row.key.connection).label, f"{row.key.order_id}: shipped")


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


def look_after_refusal(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> None:
    """Read an order whose shipment was refused: one that is closed there already needs nobody."""
    seen = run.store.order(row.key)
    if effect.kind is Kind.SHIP and seen is not None:
        try:
            read_order(run, market, seen)
        except TryLater as error:
            run.note(row.key, Event("not_read_after_refusal", {"why": str(error)}))


def as_now(run: Run, row: OrderRow, effect: EffectRow) -> tuple[OrderRow, EffectRow] | None:
    """Give order and effect as the store has them; None without a fresh look at the shop."""
    after = run.store.order(row.key)
    current = run.store.last_effect(row.key, effect.kind)
    if after is None or not is_fresh(after.shop_seen_at, run.now()):
        return None
    if current is None or current.state is not EffectState.DUE:
        return None
    return after, current

"""Push, second half: every shipment exactly once at the marketplace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink import carriers
from orderlink.codec import plain
from orderlink.cycle.importing import read_order
from orderlink.cycle.polling import read_rows
from orderlink.cycle.reports import (
    as_now,
    learn,
    look_after_refusal,
    on_refusal,
    reports_in,
    shipment_in,
)
from orderlink.decide.carrier import Choice, choose
from orderlink.decide.creation import is_blocked
from orderlink.decide.shipping import (
    known_tickets,
    on_reported,
    on_tracking_refused,
    on_tracking_updated,
    shipment_of,
)
from orderlink.decide.timing import is_due, is_fresh, looked_at
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import SignInFailed, TryLater
from orderlink.marketplaces import ListsCarriers, UpdatesTracking
from orderlink.model import Accepted, Done, Shipment, Status
from orderlink.outbox import Outcome
from orderlink.problems import Block
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run, Selection


def report(run: Run, market: Connection, selection: Selection) -> None:
    """Report what is due, each resting on a fresh look at the shop and at the marketplace."""
    due = [
        (row, effect)
        for row, effect in reports_in(run, market, EffectState.DUE)
        if selection.takes(row) and is_due(effect.not_before, run.now())
    ]
    look_at_shops(run, [row for row, _ in due])
    for row, effect in due:
        if not run.may_go_on() or run.outbox.is_closed(market.id):
            return
        report_one(run, market, row, effect, looked=False)


def look_at_shops(run: Run, rows: list[OrderRow]) -> None:
    """Read these orders in their shops where the last look is too old to act on."""
    for shop in run.shops:
        stale = [
            row for row in rows if row.shop == shop.id and not is_fresh(row.shop_seen_at, run.now())
        ]
        if stale:
            with run.guarded(shop, "poll"):
                read_rows(run, shop, stale)


def report_one(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool
) -> None:
    """Carry out one report that is due. `looked`: a complete look-up was made just now."""
    try:
        if effect.kind is Kind.UPDATE_TRACKING:
            _update_tracking(run, market, row, effect)
        else:
            _ship(run, market, row, effect, looked=looked)
    except TryLater as error:
        current = run.store.last_effect(row.key, effect.kind)
        if current is not None and current.state is EffectState.DUE:
            run.outbox.failed_before(row, current, error)
        if isinstance(error, SignInFailed) or error.transport:
            raise


def _ship(run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool) -> None:
    fresh = _fresh(run, market, row, effect, looked=looked)
    if fresh is None:
        return
    row, effect = fresh
    if is_blocked({problem.word for problem in run.store.problems(row.key)}, Block.SHIP):
        return
    choice = _choice(run, market, row)
    if choice.problem:
        problem = Problem("carrier_unknown", choice.problem)
        with run.store.transaction():
            run.store.apply(row, Verdict(opens=(problem,)), run.now())
        return
    shipment = shipment_of(row, effect.number, choice)
    if shipment.lines:
        _send(run, market, row, effect, shipment, choice)


CARRIERS = "carriers"
"""On the shelf for a day: the carrier codes that a marketplace lists."""


def _choice(run: Run, market: Connection, row: OrderRow) -> Choice:
    learnt = [carriers.LearntPrefix(*pair) for pair in run.store.learnt(market.id)]
    served: list[str] = []
    if isinstance(market.connector, ListsCarriers):
        shelf = run.store.shelf(market.id, run.clock)
        kept = shelf.get(CARRIERS)
        served = json.loads(kept) if kept else list(market.connector.carriers())
        if not kept:
            shelf.put(CARRIERS, json.dumps(served), run.now() + timedelta(days=1))
    return choose(row, market.settings, learnt, served)


def _fresh(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool
) -> tuple[OrderRow, EffectRow] | None:
    """Give order and effect as they are now; None where nothing may be sent."""
    now = as_now(run, row, effect)
    if now is None:
        return None
    # One that is not the first was given up once: why, only the marketplace knows.
    old = effect.number > 1 or not is_fresh(looked_at(now[0], market.row), run.now())
    if not looked and (old or effect.attempts):
        if read_order(run, market, now[0]) is None:
            return None
        now = as_now(run, row, effect)
    return now if now is not None and now[0].status is Status.PENDING_SHIPMENT else None


def _update_tracking(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> None:
    fresh = as_now(run, row, effect)
    if fresh is None:
        return
    row, effect = fresh
    reported = run.store.last_effect(row.key, Kind.SHIP)
    if reported is None or not reported.document:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)
        return
    if not isinstance(market.connector, UpdatesTracking):
        verdict = on_tracking_refused(f"{market.people_name} takes no code after the shipment")
        run.close_effect(row, effect, EffectState.REFUSED, verdict)
        return
    choice = _choice(run, market, row)
    if choice.problem:
        run.close_effect(row, effect, EffectState.REFUSED, on_tracking_refused(choice.problem))
        return
    shipment = replace(
        shipment_in(reported),
        code=choice.code,
        carrier_code=choice.carrier_code,
        carrier_name=choice.carrier_name,
        tracking_page=choice.page,
    )
    _send(run, market, row, effect, shipment, choice)


def _send(
    run: Run,
    market: Connection,
    row: OrderRow,
    effect: EffectRow,
    shipment: Shipment,
    choice: Choice,
) -> None:
    connector, late = market.connector, effect.kind is Kind.UPDATE_TRACKING
    call = connector.update_tracking if late else connector.ship

    def read_answer(answer: Accepted | Done) -> Outcome:
        if isinstance(answer, Accepted):
            told = {"code": shipment.code or "none", "ticket": answer.ticket, "why": choice.why}
            event = Event("accepted", {**told, "carrier": shipment.carrier_code or "none"})
            verdict = Verdict(events=(event,), closes=("reporting_fails",))
            return Outcome(EffectState.ACCEPTED, verdict, answer.ticket)
        verdict = on_tracking_updated(shipment) if late else on_reported(row, shipment)
        learn(run, row, document)
        return Outcome(EffectState.DONE, verdict, answer.remote_ref)

    tickets = sorted(known_tickets(effect))
    evidence = {"word": choice.word, "carrier": choice.carrier, "why": choice.why}
    document = {"shipment": plain(shipment), "tickets": tickets, "evidence": evidence}
    outcome = run.outbox.send(
        row,
        effect,
        document,
        lambda: call(shipment),
        read_answer,
        lambda refusal: on_refusal(row, effect, str(refusal)),
    )
    if outcome is None:
        return
    run.counts["reported"] += outcome.state in {EffectState.ACCEPTED, EffectState.DONE}
    run.say(market.label, f"{row.key.order_id}: reported, {shipment.code or 'without a code'}")
    if outcome.state is EffectState.REFUSED:
        look_after_refusal(run, market, row, effect)

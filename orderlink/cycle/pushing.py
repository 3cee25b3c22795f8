"""Push, second half: every shipment exactly once at the marketplace."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orderlink import carriers
from orderlink.codec import plain
from orderlink.cycle.polling import made_in_shop, read_rows
from orderlink.cycle.reading import read_order
from orderlink.cycle.reports import (
    as_now,
    earlier_reports,
    learn,
    on_refusal,
    reported_verdict,
    reports_in,
    shipment_in,
)
from orderlink.decide.carrier import Choice, choose
from orderlink.decide.creation import is_blocked
from orderlink.decide.parcels import changed_report, next_part, reported_by, whole_rest
from orderlink.decide.shipping import known_tickets, on_tracking_refused, shipment_of
from orderlink.decide.shop import FOLLOWED
from orderlink.decide.timing import is_due, is_fresh, looked_at
from orderlink.decide.urgency import last_day
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import TryLater
from orderlink.marketplaces import ListsCarriers, UpdatesTracking, checks_shipments, needs_code
from orderlink.model import Accepted, Done, Shipment, Status
from orderlink.outbox import Outcome, Sending
from orderlink.problems import Block
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow
from orderlink.steps import ask, together
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.decide.parcels import Part
    from orderlink.steps import Steps


def report(run: Run, market: Connection, selection: Selection) -> Steps[None]:
    """Report what is due, each resting on a fresh look at the shop and at the marketplace."""
    due = [
        (row, effect)
        for row, effect in reports_in(run, market, EffectState.DUE)
        if selection.takes(row) and is_due(effect.not_before, run.now())
    ]
    due.sort(key=lambda pair: last_day(pair[0]) or date.max)
    yield from look_at_shops(run, [row for row, _ in due])

    def reports() -> Iterator[Steps[None]]:
        for row, effect in due:
            if not run.may_go_on() or run.outbox.is_closed(market.id):
                return
            yield report_one(run, market, row, effect, looked=False)

    yield from together(market.id, reports())


def look_at_shops(
    run: Run, rows: list[OrderRow], not_there: EffectRow | None = None
) -> Steps[None]:
    """Read these orders in their shops where the last look is too old to act on.

    `not_there` as in `orderlink.cycle.polling.read_rows`.
    """
    for shop in run.shops:
        stale = [
            row for row in rows if row.shop == shop.id and not is_fresh(row.shop_seen_at, run.now())
        ]
        if stale:
            with run.guarded(shop, "poll"):
                yield from read_rows(run, shop, stale, not_there)


def report_one(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool
) -> Steps[None]:
    """Carry out one report that is due. `looked`: a complete look-up was made just now."""
    try:
        if effect.kind is Kind.UPDATE_TRACKING:
            yield from _update_tracking(run, market, row, effect)
        else:
            yield from _ship(run, market, row, effect, looked=looked)
    except TryLater as error:
        current = run.store.last_effect(row.key, effect.kind)
        if current is not None and current.state is EffectState.DUE:
            run.outbox.failed_before(row, current, error)
        if error.concerns_all:
            raise


def _ship(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool
) -> Steps[None]:
    fresh = yield from _fresh(run, market, row, effect, looked=looked)
    if fresh is None:
        return
    row, effect = fresh
    if is_blocked({problem.word for problem in run.store.problems(row.key)}, Block.SHIP):
        return
    part = _part(run, row, effect)
    if part is None:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)
        return
    choice = yield from _choice(run, market, row, part.code)
    lacks_code = needs_code(market.connector) and not (choice.code or choice.carrier)
    if choice.problem or lacks_code:
        with run.store.transaction():
            run.store.apply(row, Verdict(opens=(_held(choice, market),)), run.now())
        return
    tried = shipment_in(effect) if effect.document else None
    shipment = shipment_of(row, effect.number, choice, part.lines, run.now(), tried)
    if shipment.lines:
        yield from _send(run, market, row, effect, shipment, choice, part.code)


def _part(run: Run, row: OrderRow, effect: EffectRow) -> Part | None:
    """Give what is reported now: a part with its code, or what is left when its wait is over."""
    reported = reported_by(earlier_reports(run, row, effect))
    completed = row.status is Status.PENDING_SHIPMENT
    part = next_part(row, made_in_shop(run, row), reported, completed=completed)
    if part is None and completed and row.waiting_since is not None:
        return whole_rest(row, reported)
    return part


def _held(choice: Choice, market: Connection) -> Problem:
    """Give the problem that keeps a shipment from being reported."""
    if choice.problem:
        return Problem("carrier_unknown", choice.problem)
    sentence = f"{market.people_name} takes no shipment without a tracking code"
    return Problem("code_missing", sentence)


CARRIERS = "carriers"
"""On the shelf for a day: the carrier codes that a marketplace lists."""


def _choice(run: Run, market: Connection, row: OrderRow, code: str) -> Steps[Choice]:
    learnt = [carriers.LearntPrefix(*pair) for pair in run.store.learnt(market.id)]
    served: list[str] = []
    if isinstance(market.connector, ListsCarriers):
        kept = market.memory.get(CARRIERS)
        if kept:
            served = json.loads(kept)
        else:
            served = list((yield from ask(market.id, market.connector.carriers)))
            market.memory.put(CARRIERS, json.dumps(served), run.now() + timedelta(days=1))
    return choose(row, code, market.settings, learnt, served)


def _fresh(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool
) -> Steps[tuple[OrderRow, EffectRow] | None]:
    """Give order and effect as they are now; None where nothing may be sent."""
    now = as_now(run, row, effect)
    if now is None:
        return None
    # Where one was given up before, only the marketplace knows why.
    states = {one.state for one in earlier_reports(run, row, effect)}
    given_up = EffectState.WITHDRAWN in states
    old = not is_fresh(looked_at(now[0], market.row), run.now())
    old = old and not checks_shipments(market.connector)
    if not looked and (old or given_up or effect.attempts):
        if (yield from read_order(run, market, now[0])) is None:
            return None
        now = as_now(run, row, effect)
    return now if now is not None and now[0].status in FOLLOWED else None


def _update_tracking(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> Steps[None]:
    fresh = as_now(run, row, effect)
    if fresh is None:
        return
    row, effect = fresh
    reports = run.store.effects(row.key, Kind.SHIP)
    code, report = changed_report(row, reports)
    if report is None:
        run.close_effect(row, effect, EffectState.WITHDRAWN, NOTHING)
        return
    if not isinstance(market.connector, UpdatesTracking):
        verdict = on_tracking_refused(f"{market.people_name} takes no code after the shipment")
        run.close_effect(row, effect, EffectState.REFUSED, verdict)
        return
    choice = yield from _choice(run, market, row, code)
    if choice.problem:
        run.close_effect(row, effect, EffectState.REFUSED, on_tracking_refused(choice.problem))
        return
    shipment = replace(
        shipment_in(report),
        code=choice.code,
        carrier_code=choice.carrier_code,
        carrier_name=choice.carrier_name,
        tracking_page=choice.page,
    )
    yield from _send(run, market, row, effect, shipment, choice, code)


def _send(
    run: Run,
    market: Connection,
    row: OrderRow,
    effect: EffectRow,
    shipment: Shipment,
    choice: Choice,
    shop_code: str,
) -> Steps[None]:
    connector, late = market.connector, effect.kind is Kind.UPDATE_TRACKING
    call = connector.update_tracking if late else connector.ship

    def read_answer(answer: Accepted | Done) -> Outcome:
        if isinstance(answer, Accepted):
            told = {"code": shipment.code or "none", "ticket": answer.ticket, "why": choice.why}
            event = Event("accepted", {**told, "carrier": shipment.carrier_code or "none"})
            verdict = Verdict(events=(event,), closes=("reporting_fails",))
            return Outcome(EffectState.ACCEPTED, verdict, answer.ticket)
        verdict = reported_verdict(run, row, effect, shipment)
        learn(run, row, document)
        return Outcome(EffectState.DONE, verdict, answer.remote_ref)

    tickets = sorted(known_tickets(effect))
    evidence = {"word": choice.word, "carrier": choice.carrier, "why": choice.why}
    document = {
        "shipment": plain(shipment),
        "tickets": tickets,
        "evidence": {**evidence, "shop_code": shop_code},
        "shipped_before": {line.line_id: line.shipped for line in row.lines if line.shipped},
    }
    sending = Sending(
        row, effect, document, read_answer, lambda refusal: on_refusal(row, effect, str(refusal))
    )
    outcome = yield from run.outbox.send(sending, lambda: call(shipment))
    if outcome is None:
        return
    run.counts["reported"] += outcome.state in {EffectState.ACCEPTED, EffectState.DONE}
    run.say(market.label, f"{row.key.order_id}: reported, {shipment.code or 'without a code'}")
    if outcome.state is EffectState.REFUSED:
        yield from look_after_refusal(run, market, row, effect)


def look_after_refusal(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow
) -> Steps[None]:
    """Read an order whose shipment was refused: one that is closed there already needs nobody."""
    seen = run.store.order(row.key)
    if effect.kind is Kind.SHIP and seen is not None:
        try:
            yield from read_order(run, market, seen)
        except TryLater as error:
            run.note(row.key, Event("not_read_after_refusal", {"why": str(error)}))

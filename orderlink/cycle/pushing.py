"""Push: every shipment exactly once at the marketplace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.carriers import LearntPrefix
from orderlink.codec import build, plain
from orderlink.cycle.importing import read_order
from orderlink.cycle.polling import read_rows
from orderlink.decide.carrier import Choice, choose, learnt_from
from orderlink.decide.creation import is_blocked
from orderlink.decide.shipping import (
    known_tickets,
    on_reported,
    on_shipment_refused,
    on_shipped_otherwise,
    on_tracking_refused,
    on_tracking_updated,
    settle,
    shipment_of,
)
from orderlink.decide.timing import Quarantine, is_due, is_fresh, looked_at, quarantine
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import SignInFailed, TryLater
from orderlink.marketplaces import GivesTickets, ListsCarriers, ListsShipments, UpdatesTracking
from orderlink.model import Accepted, Done, Shipment, Status, Ticket, TicketState
from orderlink.outbox import Outcome
from orderlink.problems import Block
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.model import Json

REPORTS = frozenset({Kind.SHIP, Kind.UPDATE_TRACKING})


def ask_tickets(run: Run, market: Connection) -> None:
    """Ask how the accepted reports went, many in one request."""
    pairs = _pairs(run, market, EffectState.ACCEPTED)
    if not pairs or not isinstance(market.connector, GivesTickets):
        return
    answers = market.connector.tickets([effect.remote_ref for _, effect in pairs])
    for row, effect in pairs:
        ticket = answers.get(effect.remote_ref)
        _on_ticket(run, market, row, effect, ticket or Ticket("", TicketState.UNKNOWN))


def _pairs(run: Run, market: Connection, state: EffectState) -> list[tuple[OrderRow, EffectRow]]:
    pairs = []
    for effect in run.store.open_effects(market.id, state):
        row = run.store.order(effect.key)
        if row is not None and effect.kind in REPORTS:
            pairs.append((row, effect))
    return pairs


def _shipment(effect: EffectRow) -> Shipment:
    return build(Shipment, effect.document["shipment"])


def _on_ticket(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, ticket: Ticket
) -> None:
    if ticket.state is TicketState.PENDING:
        return
    if ticket.state is TicketState.DONE:
        _finish(run, row, effect)
        return
    failed = {**effect.document, "tickets": sorted(known_tickets(effect) | {effect.remote_ref})}
    if ticket.state is TicketState.UNKNOWN:
        event = Event("outcome_unknown", {"why": "the marketplace gave up on it or forgot it"})
        run.close_effect(
            row, effect, EffectState.UNKNOWN, Verdict(events=(event,)), document=failed
        )
        return
    _refused(run, market, row, replace(effect, document=failed), effect, ticket.message)


def _finish(run: Run, row: OrderRow, effect: EffectRow) -> None:
    shipment = _shipment(effect)
    if effect.kind is Kind.UPDATE_TRACKING:
        verdict = on_tracking_updated(shipment)
    else:
        verdict = on_reported(row, shipment)
        run.counts["shipped"] += 1
    run.close_effect(row, effect, EffectState.DONE, verdict)
    _learn(run, row, effect.document)
    run.say(run.store.connection(row.key.connection).label, f"{row.key.order_id}: shipped")


def _learn(run: Run, row: OrderRow, document: Json) -> None:
    """Keep what a report that the marketplace took teaches about the merchant's own codes."""
    evidence = document.get("evidence", {})
    code = document["shipment"]["code"]
    learnt = learnt_from(evidence.get("word", ""), code, evidence.get("carrier", ""))
    if learnt is not None:
        with run.store.transaction():
            run.store.learn(row.key.connection, learnt.prefix, learnt.carrier, run.now())


def _refused(
    run: Run,
    market: Connection,
    row: OrderRow,
    after: EffectRow,
    effect: EffectRow,
    sentence: str,
) -> None:
    """Record a refusal; an order that is closed there already needs nobody."""
    if effect.kind is Kind.UPDATE_TRACKING:
        verdict = on_tracking_refused(sentence)
    else:
        verdict = on_shipment_refused(row, sentence)
    run.close_effect(
        row, effect, EffectState.REFUSED, verdict, document=after.document, error=sentence
    )
    seen = run.store.order(row.key)
    if effect.kind is Kind.SHIP and seen is not None:
        try:
            read_order(run, market, seen)
        except TryLater as error:
            run.note(row.key, Event("not_read_after_refusal", {"why": str(error)}))


def settle_unknown(run: Run, market: Connection) -> None:
    """Find out what became of reports whose answer was lost."""
    for row, effect in _pairs(run, market, EffectState.UNKNOWN):
        if not run.may_go_on():
            return
        length = market.common().quarantine
        state = quarantine(effect, length, run.now(), trusted=run.trusted())
        if state is Quarantine.STARTS:
            run.restart_quarantine(effect, length)
            effect = run.store.last_effect(row.key, effect.kind) or effect  # noqa: PLW2901
        if _settled(run, market, row, effect) or state is not Quarantine.OVER:
            continue
        due = row.status is Status.PENDING_SHIPMENT or effect.kind is Kind.UPDATE_TRACKING
        after = EffectState.DUE if due else EffectState.WITHDRAWN
        run.close_effect(row, effect, after, NOTHING)
        again = run.store.last_effect(row.key, effect.kind)
        if due and again is not None and not run.outbox.is_closed(market.id):
            _report(run, market, row, again, looked=True)


def _settled(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> bool:
    """Look the report up completely; False where nothing of it is there."""
    shipment = _shipment(effect)
    connector = market.connector
    tickets = connector.tickets_of(shipment) if isinstance(connector, GivesTickets) else ()
    after = read_order(run, market, row) or row
    listed = isinstance(connector, ListsShipments)
    shipments = connector.shipments(row.key.order_id) if listed else None
    open_lines = {line.line_id for line in after.lines if line.open}
    if effect.kind is Kind.UPDATE_TRACKING:
        there = {one.code for one in shipments or () if one.reference == shipment.reference}
        if shipment.code in there:
            _finish(run, after, effect)
            return True
        return False
    started = effect.started_at or run.now()
    found = settle(shipment, started, known_tickets(effect), tickets, shipments, open_lines)
    if found.ticket:
        event = Event("ticket_found", {"ticket": found.ticket})
        run.close_effect(
            after, effect, EffectState.ACCEPTED, Verdict(events=(event,)), found.ticket
        )
    elif found.done:
        _finish(run, after, effect)
    elif found.otherwise:
        verdict = on_shipped_otherwise(shipment, found.otherwise)
        run.close_effect(after, effect, EffectState.WITHDRAWN, verdict)
    return bool(found.ticket or found.done or found.otherwise)


def report(run: Run, market: Connection, selection: Selection) -> None:
    """Report what is due, each resting on a fresh look at the shop and at the marketplace."""
    due = [
        (row, effect)
        for row, effect in _pairs(run, market, EffectState.DUE)
        if selection.takes(row) and is_due(effect.not_before, run.now())
    ]
    _look_at_shops(run, [row for row, _ in due])
    for row, effect in due:
        if not run.may_go_on() or run.outbox.is_closed(market.id):
            return
        _report(run, market, row, effect, looked=False)


def _look_at_shops(run: Run, rows: list[OrderRow]) -> None:
    for shop in run.shops:
        stale = [
            row for row in rows if row.shop == shop.id and not is_fresh(row.shop_seen_at, run.now())
        ]
        if stale:
            with run.guarded(shop, "poll"):
                read_rows(run, shop, stale)


def _report(
    run: Run, market: Connection, row: OrderRow, effect: EffectRow, *, looked: bool
) -> None:
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
    learnt = [LearntPrefix(*pair) for pair in run.store.learnt(market.id)]
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
    after: OrderRow | None = run.store.order(row.key)
    current = run.store.last_effect(row.key, effect.kind)
    if after is None or not is_fresh(after.shop_seen_at, run.now()):
        return None
    old = not is_fresh(looked_at(after, market.row), run.now())
    if not looked and (old or effect.attempts):
        after = read_order(run, market, after)
        current = run.store.last_effect(row.key, effect.kind)
    if after is None or current is None or current.state is not EffectState.DUE:
        return None
    return (after, current) if after.status is Status.PENDING_SHIPMENT else None


def _update_tracking(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> None:
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
        _shipment(reported),
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
        _learn(run, row, document)
        return Outcome(EffectState.DONE, verdict, answer.remote_ref)

    tickets = sorted(known_tickets(effect))
    evidence = {"word": choice.word, "carrier": choice.carrier, "why": choice.why}
    document = {"shipment": plain(shipment), "tickets": tickets, "evidence": evidence}
    outcome = run.outbox.send(row, effect, document, lambda: call(shipment), read_answer)
    if outcome is None:
        return
    run.counts["reported"] += outcome.state in {EffectState.ACCEPTED, EffectState.DONE}
    run.say(market.label, f"{row.key.order_id}: reported, {shipment.code or 'without a code'}")
    current = run.store.last_effect(row.key, effect.kind)
    if outcome.state is EffectState.REFUSED and current is not None:
        _refused(run, market, row, current, current, outcome.error)

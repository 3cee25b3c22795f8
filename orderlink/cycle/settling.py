"""Push, first half: what became of the reports that were sent before."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from orderlink.cycle.pushing import look_after_refusal, look_at_shops, report_one
from orderlink.cycle.reading import read_whole
from orderlink.cycle.reports import (
    finish,
    on_refusal,
    reports_in,
    shipment_in,
    with_copy,
    write_down,
)
from orderlink.cycle.sighting import is_unseen
from orderlink.decide.shipping import known_tickets, on_not_settled, settle
from orderlink.decide.shop import FOLLOWED
from orderlink.decide.timing import (
    Quarantine,
    is_dropped,
    is_due,
    is_fresh,
    looked_at,
    quarantine,
)
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import SignInFailed, TryLater
from orderlink.marketplaces import GivesTickets, ListsShipments
from orderlink.model import Ticket, TicketState
from orderlink.outbox import TRANSPORT_FAILURES
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow
from orderlink.steps import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.cycle.run import Connection, Run
    from orderlink.model import Json
    from orderlink.steps import Steps


SENT_AT_MOST = 4
"""So often a report is sent that the marketplace takes and does not show."""

TICKETS_AT_ONCE = 1_000
"""So many tickets are handed to the connector together: as many as bol takes in one request."""


def ask_tickets(run: Run, market: Connection) -> Steps[None]:
    """Ask how the accepted reports went, many in one request."""
    if not isinstance(market.connector, GivesTickets):
        return
    accepted = reports_in(run, market, EffectState.ACCEPTED)
    ticketed = (pair for pair in accepted if pair[1].remote_ref)
    while pairs := list(islice(ticketed, TICKETS_AT_ONCE)):
        yield from _ask_some(run, market, pairs)


def _ask_some(
    run: Run, market: Connection, pairs: Sequence[tuple[OrderRow, EffectRow]]
) -> Steps[None]:
    refs = [effect.remote_ref for _, effect in pairs]
    answers = yield from ask(market.id, lambda: market.connector.tickets(refs))
    refused = []
    with run.store.transaction():
        for row, listed in pairs:
            ticket = answers.get(listed.remote_ref)
            pending = ticket is not None and ticket.state is TicketState.PENDING
            effect = None if pending else with_copy(run, listed)
            if effect is None:
                continue
            if ticket is None:
                _lost_sight(run, row, effect, "the marketplace did not name its ticket")
            elif _on_ticket(run, row, effect, ticket):
                refused.append((row, effect))
    for row, effect in refused:
        yield from look_after_refusal(run, market, row, effect)


def _on_ticket(run: Run, row: OrderRow, effect: EffectRow, ticket: Ticket) -> bool:
    """Write down how an accepted report went; tell whether it was refused."""
    if ticket.state is TicketState.DONE:
        finish(run, row, effect)
        return False
    failed = {**effect.document, "tickets": sorted(known_tickets(effect) | {effect.remote_ref})}
    if ticket.state is TicketState.UNKNOWN:
        _lost_sight(run, row, effect, "the marketplace gave up on it", failed)
        return False
    verdict = on_refusal(row, effect, ticket.message)
    run.close_effect(
        row, effect, EffectState.REFUSED, verdict, document=failed, error=ticket.message
    )
    return True


def _lost_sight(
    run: Run, row: OrderRow, effect: EffectRow, why: str, document: Json = None
) -> None:
    """Make an accepted report unknown: whether it was carried out has to be looked up."""
    event = Event("outcome_unknown", {"why": why})
    problem = Problem("outcome_unknown", f"{effect.kind}: {why}")
    verdict = Verdict(events=(event,), opens=(problem,))
    run.close_effect(row, effect, EffectState.UNKNOWN, verdict, document=document)


def send_dropped_again(run: Run, market: Connection) -> None:
    """Make reports due again that the marketplace took, and that its later looks do not show.

    One that is dropped every time is a refusal: a person has to see it.
    """
    for row, listed in reports_in(run, market, EffectState.ACCEPTED):
        dropped = is_unseen(listed) and is_dropped(listed, looked_at(row, market.row))
        effect = with_copy(run, listed) if dropped else None
        if effect is not None:
            dropped_once_more = Verdict(
                events=(Event("report_dropped", {"number": str(effect.number)}),)
            )
            if effect.attempts < SENT_AT_MOST:
                run.close_effect(row, effect, EffectState.DUE, dropped_once_more)
                continue
            sentence = f"{market.people_name} took it {effect.attempts} times, and does not show it"
            verdict = dropped_once_more + on_refusal(row, effect, sentence)
            run.close_effect(row, effect, EffectState.REFUSED, verdict, error=sentence)


def settle_unknown(run: Run, market: Connection) -> Steps[None]:
    """Find out what became of reports whose answer was lost.

    One that cannot be looked up keeps no other waiting; raises `SignInFailed`, and `TryLater` where
    the marketplace was not reached for several reports in a row.
    """
    failures = 0
    for row, listed in reports_in(run, market, EffectState.UNKNOWN):
        if not run.may_go_on():
            return
        effect = with_copy(run, listed)
        if effect is None:
            continue
        state = _quarantine(run, market, effect)
        try:
            settled = yield from _settled(run, market, row, effect)
        except SignInFailed:
            raise
        except TryLater as error:
            _not_settled(run, row, str(error))
            failures = failures + 1 if error.transport else 0
            if failures >= TRANSPORT_FAILURES:
                raise
            if error.retry_at is not None:
                return
            continue
        failures = 0
        if not settled and state is Quarantine.OVER and is_due(effect.not_before, run.now()):
            yield from _set_free(run, market, row, effect)


def _quarantine(run: Run, market: Connection, effect: EffectRow) -> Quarantine:
    """Say how the quarantine stands before a look-up; one that no run has begun yet begins."""
    length = market.common().quarantine
    state = quarantine(effect, length, run.now(), trusted=run.trusted())
    if state is Quarantine.STARTS:
        run.restart_quarantine(effect, length)
    return state


def _not_settled(run: Run, row: OrderRow, sentence: str) -> None:
    with run.store.transaction():
        run.store.apply(row, on_not_settled(sentence), run.now())


def _set_free(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> Steps[None]:
    """Send a report again of which a complete look-up, made just now, found nothing.

    It stays unknown where the shop cannot be asked now or the marketplace gets no more writes, so
    that the next attempt has a look-up of its own directly before it.
    """
    after = run.store.order(row.key)
    if after is not None and _has_a_use(after, effect):
        if run.outbox.is_closed(market.id):
            return
        yield from look_at_shops(run, [after], effect)
        after = run.store.order(row.key)
    current = run.store.last_effect(row.key, effect.kind)
    if after is None or current is None or current.state is not EffectState.UNKNOWN:
        return
    if not _has_a_use(after, effect):
        run.close_effect(after, effect, EffectState.WITHDRAWN, NOTHING)
    elif is_fresh(after.shop_seen_at, run.now()):
        run.close_effect(after, effect, EffectState.DUE, NOTHING)
        again = run.store.last_effect(row.key, effect.kind)
        if again is not None:
            yield from report_one(run, market, after, again, looked=True)


def _has_a_use(row: OrderRow, effect: EffectRow) -> bool:
    return row.status in FOLLOWED or effect.kind is Kind.UPDATE_TRACKING


def _settled(run: Run, market: Connection, row: OrderRow, effect: EffectRow) -> Steps[bool]:
    """Look the report up completely and write down what is found; False: nothing of it is there.

    Raises `TryLater` where there was no complete answer.
    """
    shipment = shipment_in(effect)
    connector = market.connector
    if effect.kind is Kind.UPDATE_TRACKING and isinstance(connector, ListsShipments):
        listed = yield from ask(market.id, lambda: connector.shipments(row.key.order_id))
        there = {one.code for one in listed if one.reference == shipment.reference}
        if shipment.code in there:
            finish(run, row, effect)
        return shipment.code in there
    tickets: Sequence[Ticket] = ()
    if isinstance(connector, GivesTickets):
        tickets = yield from ask(market.id, lambda: connector.tickets_of(shipment))
    read = yield from read_whole(run, market, row)
    if read is None:
        raise TryLater("the marketplace does not show the order so that it can be read")
    after, order = read
    now = run.store.last_effect(row.key, effect.kind)
    if now is None or now.state is not EffectState.UNKNOWN:
        return True  # what the order itself shows has settled it
    if effect.kind is Kind.UPDATE_TRACKING:
        return False
    shipments = order.shipments
    if shipments is None and isinstance(connector, ListsShipments):
        shipments = yield from ask(market.id, lambda: connector.shipments(row.key.order_id))
    found = settle(
        shipment,
        effect.started_at or run.now(),
        known_tickets(effect),
        tickets,
        shipments,
        after.lines,
        effect.document.get("shipped_before", {}),
    )
    write_down(run, after, effect, found)
    return not found.not_there

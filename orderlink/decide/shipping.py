"""PURE: what is reported to the marketplace, and what its answers mean."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.decide.shop import FOLLOWED
from orderlink.decide.verdict import PASSING, Problem, Verdict
from orderlink.model import Shipment, Status, TicketState, shipment_reference
from orderlink.rows import EffectRow, Event, Kind, LineRow, OrderRow
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from orderlink.decide.carrier import Choice
    from orderlink.model import SeenShipment, ShippedLine, Ticket

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a remote's timestamp of our own attempt may lie before the attempt."""


def shipment_of(
    row: OrderRow,
    number: int,
    choice: Choice,
    lines: tuple[ShippedLine, ...],
    now: datetime,
    tried: Shipment | None = None,
) -> Shipment:
    """Make the shipment that reports these lines, quantities explicit.

    `tried` is the same report as it was sent before: what is sent once more left when it did then.
    """
    left_at = tried.left_at if tried and tried.left_at else row.waiting_since or now
    return Shipment(
        order_id=row.key.order_id,
        reference=shipment_reference(row.key.order_id, number),
        lines=lines,
        code=choice.code,
        carrier_code=choice.carrier_code,
        carrier_name=choice.carrier_name,
        tracking_page=choice.page,
        site=row.site,
        number=number,
        left_at=max(row.placed_at, min(now, left_at)),
    )


def on_reported(row: OrderRow, shipment: Shipment, remaining: Mapping[str, int]) -> Verdict:
    """Decide what it means that a shipment was carried out: a part of the order, or its end.

    `remaining` is what is neither shipped nor reported, this shipment included.
    """
    if row.status not in FOLLOWED:
        return Verdict(events=(Event("reported", _shown(shipment)),))
    if any(remaining.values()):
        again = (Kind.SHIP,) if row.status is Status.PENDING_SHIPMENT else ()
        event = Event("part_shipped", _shown(shipment))
        return Verdict(events=(event,), closes=("reporting_fails",), due=again)
    return Verdict(
        status=Status.SHIPPED,
        changes={"closed_without_code": not shipment.code},
        events=(Event("shipped", _shown(shipment)),),
        closes=PASSING,
    )


def _shown(shipment: Shipment) -> dict[str, str]:
    return {"code": shipment.code or "none", "carrier": shipment.carrier_code or "none"}


def on_shipment_refused(row: OrderRow, sentence: str) -> Verdict:
    """Decide what a refusal in the marketplace's words means: a person has to act."""
    if row.status not in FOLLOWED:
        return Verdict(events=(Event("shipment_refused", {"why": sentence}),))
    return Verdict(
        events=(Event("shipment_refused", {"why": sentence}),),
        opens=(Problem("marketplace_refused", sentence),),
        closes=("reporting_fails",),
    )


class Settled(Value, frozen=True):
    """What complete look-ups found out about a report whose answer was lost.

    `ticket` to ask for, or `done`, or none of these: nothing of it is there. `otherwise` has the
    codes where the order was shipped, but not by this report; `cancelled`: nothing is left to ship.
    """

    ticket: str = ""
    done: bool = False
    otherwise: tuple[str, ...] = ()
    cancelled: bool = False

    @property
    def not_there(self) -> bool:
        """Tell whether nothing of the report is there, so that it may be sent again."""
        return not (self.ticket or self.done or self.otherwise or self.cancelled)


def settle(
    shipment: Shipment,
    attempted_at: datetime,
    known_tickets: Collection[str],
    tickets: Sequence[Ticket],
    shipments: Sequence[SeenShipment] | None,
    lines: Sequence[LineRow],
    shipped_before: Mapping[str, int],
) -> Settled:
    """Decide what became of a report, from what the marketplace says now.

    First a ticket of it, then the quantities of the order's `lines`, then a shipment with our
    reference or our code. `shipments` None: the marketplace cannot list them; then the pieces of a
    part show in what was shipped more than `shipped_before`.
    """
    for ticket in tickets:
        if _is_of(ticket, attempted_at, known_tickets):
            return Settled(ticket=ticket.id)
    seen = shipments or ()
    if any(one.reference == shipment.reference for one in seen):
        return Settled(done=True)
    wanted = {line.line_id: line.quantity for line in shipment.lines}
    named = [line for line in lines if line.line_id in wanted]
    there = {
        line.line_id
        for line in named
        if shipments is None
        and line.shipped >= shipped_before.get(line.line_id, 0) + wanted[line.line_id]
    }
    if any(line.open and line.line_id not in there for line in named):
        return Settled()
    if named and not any(line.shipped for line in named):
        return Settled(cancelled=True)
    if shipments is None or (shipment.code and shipment.code in {one.code for one in seen}):
        return Settled(done=True)
    return Settled(otherwise=tuple(sorted({one.code or "no code" for one in seen})) or ("no code",))


def _is_of(ticket: Ticket, attempted_at: datetime, known_tickets: Collection[str]) -> bool:
    """Tell whether a ticket says how the report goes.

    One that was given up or refused before may still act; its old refusal is no news.
    """
    if ticket.id in known_tickets:
        return ticket.state in {TicketState.PENDING, TicketState.DONE}
    newer = ticket.created_at is None or ticket.created_at >= attempted_at - CLOCKS_DIFFER
    return newer and ticket.state is not TicketState.UNKNOWN


def on_shipped_otherwise(row: OrderRow, shipment: Shipment, codes: Sequence[str]) -> Verdict:
    """Decide what it means that somebody else shipped this at the marketplace."""
    there = ", ".join(codes)
    ours = shipment.code or "no code"
    seen = Verdict(events=(Event("shipped_at_marketplace", {"codes": there}),))
    if row.status not in FOLLOWED:
        return seen
    told = Problem("shipped_otherwise", f"already shipped there with {there}, here with {ours}")
    seen += Verdict(opens=() if set(codes) == {ours} else (told,), withdrawn=(Kind.SHIP,))
    if any(line.open for line in row.pushable_lines):
        return seen
    return seen + Verdict(status=Status.SHIPPED, closes=PASSING)


def on_not_settled(sentence: str) -> Verdict:
    """Decide what it means that a look-up of a report failed: no answer settles nothing."""
    told = f"what became of the report cannot be looked up: {sentence}"
    return Verdict(opens=(Problem("reporting_fails", told),))


def on_tracking_updated(shipment: Shipment) -> Verdict:
    """Decide what it means that a late code was taken."""
    return Verdict(
        changes={"closed_without_code": False},
        events=(Event("late_code_sent", _shown(shipment)),),
        closes=("tracking_refused", "reporting_fails"),
    )


def on_tracking_refused(sentence: str) -> Verdict:
    """Decide what it means that a late code was refused."""
    return Verdict(
        events=(Event("late_code_refused", {"why": sentence}),),
        opens=(Problem("tracking_refused", sentence),),
    )


def known_tickets(effect: EffectRow) -> frozenset[str]:
    """Give the tickets of this effect's attempts that are known to have failed."""
    return frozenset(effect.document.get("tickets", ())) if effect.document else frozenset()

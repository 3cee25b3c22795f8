"""PURE: what a look at the marketplace means for an order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING

from orderlink.decide.carrier import codes_of
from orderlink.decide.timing import pause
from orderlink.decide.verdict import NOTHING, PASSING, Problem, Verdict
from orderlink.model import CLOSED, Order, SeenShipment, Status
from orderlink.rows import Event, Kind, LineRow, OrderRow
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.model import LineSighting, Sighting


class Arrival(Enum):
    """What becomes of an order that is seen for the first time."""

    KEEP = "keep"
    TOO_OLD = "too old"
    NOTHING_OPEN = "nothing open"
    BY_MARKETPLACE = "by marketplace"


def first_sighting(
    sighting: Sighting, oldest: datetime | None, fulfilled_by_marketplace: str = "skip"
) -> Arrival:
    """Decide whether an order that is not known yet is taken in. `oldest` None: all are.

    What the marketplace sends itself may be shipped before it is seen, and is taken in as well
    where it is wanted at all.
    """
    own = [line for line in sighting.lines if not line.by_marketplace]
    if not own and fulfilled_by_marketplace == "skip":
        return Arrival.BY_MARKETPLACE
    if own and not any(line.quantity > line.shipped + line.cancelled for line in own):
        return Arrival.NOTHING_OPEN
    if not any(line.quantity > line.cancelled for line in own or sighting.lines):
        return Arrival.NOTHING_OPEN
    if oldest is not None and sighting.placed_at < oldest:
        return Arrival.TOO_OLD
    return Arrival.KEEP


def oldest_placed(import_from: str, first_run_at: datetime) -> datetime | None:
    """Say from which placing time on orders are taken; None: all that are open."""
    if import_from == "open":
        return None
    if not import_from:
        return first_run_at.replace(microsecond=0)  # marketplaces tell whole seconds
    return datetime.combine(date.fromisoformat(import_from), time(), UTC)


def merge_lines(lines: Sequence[LineRow], seen: Sequence[LineSighting]) -> tuple[LineRow, ...]:
    """Take over what a list says about lines; a line that it does not name stays as it was."""
    merged = {line.line_id: line for line in lines}
    for sighting in seen:
        known = merged.get(sighting.id, LineRow(line_id=sighting.id, quantity=sighting.quantity))
        merged[sighting.id] = replace(
            known,
            quantity=sighting.quantity,
            shipped=sighting.shipped,
            cancelled=sighting.cancelled,
            by_marketplace=sighting.by_marketplace,
            cancellation_requested=sighting.cancellation_requested,
        )
    return tuple(merged.values())


def lines_of(order: Order) -> tuple[LineRow, ...]:
    """Give the lines of a whole order as rows."""
    paid = dict(zip((line.id for line in order.placed_lines()), order.amounts(), strict=True))
    return tuple(
        LineRow(
            line_id=line.id,
            quantity=line.quantity,
            shipped=line.shipped,
            cancelled=line.cancelled,
            sku=line.sku,
            ean=line.ean,
            title=line.title,
            total=paid.get(line.id, line.wanted_share),
            by_marketplace=line.by_marketplace,
            label_by_marketplace=line.label_by_marketplace,
            cancellation_requested=line.cancellation_requested,
        )
        for line in order.lines
    )


def on_sighting(
    row: OrderRow, lines: tuple[LineRow, ...], now: datetime, *, ship_open: bool
) -> Verdict:
    """Decide what it means that the marketplace shows these lines of a known order.

    `ship_open`: a shipment that we reported is under way, so that its own answer settles it.
    """
    seen = Verdict(changes={"lines": lines, "seen_at": now})
    after = replace(row, lines=lines)
    if row.status in CLOSED or row.status is Status.MANUAL:
        return seen
    own = after.own_lines
    wanted = [line for line in own if line.quantity > line.cancelled]
    if row.status is Status.NEW and wanted and all(line.by_marketplace for line in own):
        # The marketplace may send it before it is in the shop.
        return seen
    if any(line.open for line in own) or not own:
        return seen + _on_cancellation_request(row, after) + _on_change(row, after)
    if not any(line.shipped for line in own):
        return seen + _cancelled(row)
    if ship_open:
        return seen
    return seen + _handled_there(row)


def on_listed(
    row: OrderRow, lines: tuple[LineRow, ...], now: datetime, *, ship_open: bool
) -> Verdict:
    """Decide what it means that a list, which tells the lines only, names a known order.

    Where other pieces are wanted than in the order that was read, it is read again before it is
    created. What is listed is not missing, so that it is no matter any more that reading it failed.
    """
    verdict = on_sighting(row, lines, now, ship_open=ship_open)
    if row.status is Status.NEW and row.has_details and _wanted(row.lines) != _wanted(lines):
        return verdict + Verdict(changes={"has_details": False, "not_before": None})
    if row.shop_order_id or row.has_details:
        return verdict + Verdict(closes=("reading_fails",))
    return verdict


def _wanted(lines: Sequence[LineRow]) -> dict[str, int]:
    return {line.line_id: line.wanted for line in lines}


def _cancelled(row: OrderRow) -> Verdict:
    if row.shop_order_id:
        shown = row.shop_order_number or row.shop_order_id
        problem = Problem(
            "cancelled_at_marketplace",
            f"it was cancelled at the marketplace: cancel shop order {shown}",
            {"shop_order": shown},
        )
        event, opens = Event("cancelled", {"shop_order": shown}), [problem]
    else:
        event, opens = Event("cancelled_before_creation"), []
    return Verdict(
        status=Status.CANCELLED,
        events=(event,),
        opens=tuple(opens),
        closes=PASSING,
        withdrawn=(Kind.CREATE, Kind.SHIP),
        changes={"document": None, "waiting_since": None},
    )


def _handled_there(row: OrderRow) -> Verdict:
    with_label = all(line.label_by_marketplace for line in row.own_lines)
    word = "shipped_with_marketplace_label" if with_label else "shipped_at_marketplace"
    return Verdict(
        status=Status.SHIPPED,
        events=(Event(word),),
        closes=PASSING,
        withdrawn=(Kind.CREATE, Kind.SHIP),
        changes={"document": None, "waiting_since": None},
    )


def _on_cancellation_request(row: OrderRow, after: OrderRow) -> Verdict:
    asked = Event("cancellation_requested")
    if after.cancellation_requested:
        problem = Problem("cancellation_requested", "the buyer asks to cancel: decide")
        return Verdict(
            events=() if row.cancellation_requested else (asked,),
            opens=() if row.create_anyway else (problem,),
        )
    if row.cancellation_requested:
        withdrawn = Event("cancellation_request_withdrawn")
        return Verdict(events=(withdrawn,), closes=("cancellation_requested",))
    return NOTHING


def _on_change(row: OrderRow, after: OrderRow) -> Verdict:
    """Show what the marketplace changed after the creation; the shop is not overwritten."""
    if not row.shop_order_id:
        return NOTHING
    before = {line.line_id: line.wanted for line in row.own_lines}
    changed = [
        f"{line.sku or line.line_id}: {before.get(line.line_id, 0)} -> {line.wanted}"
        for line in after.own_lines
        if before.get(line.line_id, 0) != line.wanted
    ]
    if not changed:
        return NOTHING
    sentence = f"the marketplace changed it after the creation: {', '.join(changed)}"
    return Verdict(opens=(Problem("changed_at_marketplace", sentence),))


def on_details(
    row: OrderRow, order: Order, document: object, now: datetime, *, ship_open: bool
) -> Verdict:
    """Decide what a whole order means: the first reading keeps it, later ones only its quantities.

    What the buyer is called and where he lives is never written again once the shop has it. An
    order that is not ready is read again before it is created; later that is no matter.
    """
    seen = on_sighting(row, lines_of(order), now, ship_open=ship_open)
    facts: dict[str, object] = {"attempts": 0, "not_before": None}
    if not row.shop_order_id and row.status is Status.NEW:
        days = [line for line in order.lines if not line.by_marketplace and line.open]
        facts |= {
            "document": document,
            "has_details": True,
            "placed_at": order.placed_at,
            "country": order.ship_to.country,
            "currency": order.currency,
            "total": order.total(),
            "marks": order.marks,
            "site": order.site,
            "ship_by": order.ship_by,
            "deliver_by": min((line.deliver_by for line in days if line.deliver_by), default=None),
            "expires_on": min((line.expires_on for line in days if line.expires_on), default=None),
        }
    read = Verdict(changes=facts, closes=("unreadable", "reading_fails")) + seen
    if order.not_ready and row.status is Status.NEW and seen.status is None:
        return read + _not_ready(row, order, now)
    return read + Verdict(closes=NOT_READY)


NOT_READY = ("not_ready", "not_released")
"""The words for an order that the marketplace does not let be handled yet."""


def _not_ready(row: OrderRow, order: Order, now: datetime) -> Verdict:
    attempts = row.attempts + 1
    word = "not_released" if order.awaits_release else "not_ready"
    return Verdict(
        changes={"has_details": False, "attempts": attempts, "not_before": now + pause(attempts)},
        opens=(Problem(word, order.not_ready),),
        closes=tuple(other for other in NOT_READY if other != word),
    )


def on_seen_shipments(row: OrderRow, shipments: Sequence[SeenShipment]) -> Verdict:
    """Decide what it means with which codes the marketplace shows an order as shipped."""
    there = sorted({shipment.code for shipment in shipments if shipment.code})
    ours = sorted(codes_of(row))
    event = Event("codes_at_marketplace", {"codes": ", ".join(there) or "none"})
    if not there or not ours or set(there) & set(ours):
        return Verdict(events=(event,))
    sentence = f"shipped at the marketplace with {', '.join(there)}, in the shop: {', '.join(ours)}"
    return Verdict(events=(event,), opens=(Problem("shipped_otherwise", sentence),))

"""One order with everything that is known about it, as blocks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderlink.model import money_text
from orderlink.problems import WORDS
from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.report.concerns import Concern, concerns
from orderlink.report.days import day_in_amsterdam, instant, span
from orderlink.report.views import day_text
from orderlink.rows import EffectRow, EventRow, OrderKey, OrderRow
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.config import Config
    from orderlink.report.blocks import Block
    from orderlink.report.places import Places
    from orderlink.store import Store

PERSONAL = ("ship_to", "bill_to")
"""The parts of an order's document that hold a person's data."""


class OrderReport(Value, frozen=True):
    """One order: its row, open problems, effects and history, and what is kept of the buyer."""

    row: OrderRow
    connection: str
    shop: str
    now: datetime
    concerns: tuple[Concern, ...]
    effects: tuple[EffectRow, ...]
    events: tuple[EventRow, ...]

    @property
    def personal(self) -> Mapping[str, Mapping[str, str]]:
        """Give the addresses that are still kept: until the shop has the order."""
        document: Any = self.row.document or {}
        kept = {part: document.get(part) or {} for part in PERSONAL}
        return {
            part: {name: str(value) for name, value in address.items() if value}
            for part, address in kept.items()
            if address
        }


def gather_order(
    config: Config, places: Places, store: Store, row: OrderRow, now: datetime
) -> OrderReport:
    """Gather everything about one order."""
    mine = [one for one in concerns(config, places, store, now) if _key(one) == row.key]
    return OrderReport(
        row=row,
        connection=places.name(row.key.connection),
        shop=places.name(row.shop),
        now=now,
        concerns=tuple(mine),
        effects=tuple(store.effects(row.key)),
        events=tuple(store.events(row.key)),
    )


def _key(concern: Concern) -> OrderKey:
    return OrderKey(concern.problem.connection, concern.problem.order_id)


def order_blocks(report: OrderReport) -> list[Block]:
    """Show one order with its whole history."""
    title = f"{report.connection} {safe_text(report.row.key.order_id, 40)}"
    facts = tuple((name, value) for name, value in _facts(report) if value)
    blocks: list[Block] = [Table(title, (Column(""), Column("", wraps=True)), facts)]
    blocks += [_lines(report.row)] if report.row.lines else []
    blocks += [_parcels(report.row)] if report.row.parcels else []
    blocks += [_problems(report)] if report.concerns else []
    blocks += [_effects(report)] if report.effects else []
    blocks += [_personal(part, address) for part, address in report.personal.items()]
    return [*blocks, _history(report)]


def _facts(report: OrderReport) -> list[tuple[str, str]]:
    row, today = report.row, day_in_amsterdam(report.now)
    shop_order = row.shop_order_number or row.shop_order_id
    return [
        ("Status", row.status + (" (partial)" if row.partial else "")),
        ("Placed", instant(row.placed_at)),
        ("Total", money_text(row.total, row.currency) if row.has_details else ""),
        ("Marks", ", ".join(safe_text(mark, 60) for mark in row.marks)),
        ("Deliver by", day_text(row.deliver_by, today)),
        ("Expires", day_text(row.expires_on, today)),
        ("Shop", report.shop),
        ("Shop order", safe_text(shop_order, 60)),
        ("Shop order id", safe_text(row.shop_order_id, 60) if row.shop_order_number else ""),
        ("Shop status", safe_text(row.shop_status, 60)),
        ("Seen in the shop", instant(row.shop_seen_at) if row.shop_seen_at else ""),
        ("Seen there", instant(seen) if (seen := row.last_seen_at) else "the next run reads it"),
        ("Waiting since", instant(row.waiting_since) if row.waiting_since else ""),
        ("Closed", instant(row.closed_at) if row.closed_at else ""),
        ("Archived", instant(row.archived_at) if row.archived_at else ""),
        ("Reference", safe_text(row.reference)),
    ]


def _lines(row: OrderRow) -> Table:
    columns = (
        Column("SKU"),
        Column("EAN"),
        Column("Title", wraps=True),
        Column("Pieces", number=True),
        Column("Shipped", number=True),
        Column("Cancelled", number=True),
        Column("Total", number=True),
    )
    rows = tuple(
        (
            safe_text(line.sku, 40),
            safe_text(line.ean, 20),
            safe_text(line.title, 120) + (" (sent by the marketplace)" * line.by_marketplace),
            str(line.quantity),
            str(line.shipped),
            str(line.cancelled),
            money_text(line.total, row.currency) if row.has_details else "",
        )
        for line in row.lines
    )
    return Table("Lines", columns, rows)


def _parcels(row: OrderRow) -> Table:
    columns = (Column("Code"), Column("Carrier in the shop"))
    rows = tuple(
        (safe_text(parcel.code, 80), safe_text(parcel.shop_carrier, 60)) for parcel in row.parcels
    )
    return Table("Parcels", columns, rows)


def _problems(report: OrderReport) -> Table:
    columns = (Column("Age"), Column("Problem"), Column("Why, and what helps", wraps=True))
    rows = tuple(
        (
            span(report.now - one.problem.since),
            one.problem.word,
            _why(one),
        )
        for one in report.concerns
    )
    return Table("Open problems", columns, rows, Tone.BAD)


def _why(one: Concern) -> str:
    sentence = safe_text(one.problem.sentence)
    return f"{sentence}{_details(one.problem.details)}\n-> {safe_text(one.advice)}"


def _details(details: Mapping[str, str]) -> str:
    return "".join(f"\n{safe_text(name, 40)}: {safe_text(text)}" for name, text in details.items())


def _effects(report: OrderReport) -> Table:
    columns = (
        Column("Write"),
        Column("State"),
        Column("Tries", number=True),
        Column("Notes", wraps=True),
    )
    rows = tuple(
        (f"{one.kind} {one.number}", one.state, str(one.attempts), _notes(one))
        for one in report.effects
    )
    return Table("Writes to shop and marketplace", columns, rows)


def _notes(effect: EffectRow) -> str:
    until = effect.quarantine_until
    notes = (
        f"started {instant(effect.started_at)}" if effect.started_at else "",
        f"not before {instant(effect.not_before)}" if effect.not_before else "",
        f"only looked up until {instant(until)}" if until else "",
        f"their id {safe_text(effect.remote_ref, 80)}" if effect.remote_ref else "",
        safe_text(effect.error),
    )
    return "\n".join(note for note in notes if note)


def _personal(part: str, address: Mapping[str, str]) -> Table:
    who = "Ship to" if part == "ship_to" else "Bill to"
    rows = tuple((name.replace("_", " "), safe_text(value, 120)) for name, value in address.items())
    title = f"{who}: PERSONAL DATA, kept until the shop has the order"
    return Table(title, (Column(""), Column("", wraps=True)), rows, Tone.BAD)


def _history(report: OrderReport) -> Block:
    if not report.events:
        return Sentence("No history yet.")
    columns = (Column("Time (UTC)"), Column("What"), Column("Details", wraps=True))
    rows = tuple(
        (f"{event.at:%Y-%m-%d %H:%M:%S}", event.word, _said(event)) for event in report.events
    )
    return Table("History", columns, rows, Tone.PLAIN)


def _said(event: EventRow) -> str:
    if event.word == "problem" and event.details.get("word") in WORDS:
        return safe_text(f"{event.details['word']}: {event.details.get('why', '')}")
    return "\n".join(f"{name}: {safe_text(text)}" for name, text in event.details.items())

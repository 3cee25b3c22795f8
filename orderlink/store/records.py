"""Rows of the state file <-> the dataclasses of `orderlink.rows`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.basics import Json, Parcel, Status
from orderlink.codec import dumps, loads, plain, read_time
from orderlink.rows import (
    ConnectionRow,
    EffectRow,
    EffectState,
    EventRow,
    Kind,
    LineRow,
    OrderDays,
    OrderKey,
    OrderRow,
    OrderSteps,
    ProblemRow,
    RunRow,
)

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

LINES = tuple[LineRow, ...]
PARCELS = tuple[Parcel, ...]
MARKS = tuple[str, ...]
TEXTS = dict[str, str]
COUNTS = dict[str, int]


def _time(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _document(text: str | None) -> Json:
    return None if text is None else loads(Any, text)


def order_row(row: sqlite3.Row, *, document: bool = True) -> OrderRow:
    """Read one order, with its document or without: that is most of what an order weighs."""
    return OrderRow(
        key=OrderKey(row["connection"], row["order_id"]),
        shop=row["shop"],
        status=Status(row["status"]),
        placed_at=read_time(row["placed_at"]),
        first_seen_at=read_time(row["first_seen_at"]),
        seen_at=read_time(row["seen_at"]),
        lines=loads(LINES, row["lines"]),
        parcels=loads(PARCELS, row["parcels"]),
        country=row["country"],
        currency=row["currency"],
        total=Decimal(row["total"]),
        reference=row["reference"],
        marks=loads(MARKS, row["marks"]),
        edits=loads(TEXTS, row["edits"]),
        document=_document(row["document"]) if document else None,
        has_details=bool(row["has_details"]),
        approved=bool(row["approved"]),
        create_anyway=bool(row["create_anyway"]),
        released=bool(row["released"]),
        refund_confirmed=bool(row["refund_confirmed"]),
        site=row["site"],
        ship_by=_day(row["ship_by"]),
        deliver_by=_day(row["deliver_by"]),
        expires_on=_day(row["expires_on"]),
        shop_order_id=row["shop_order_id"],
        shop_order_number=row["shop_order_number"],
        shop_status=row["shop_status"],
        shop_seen_at=_time(row["shop_seen_at"]),
        waiting_since=_time(row["waiting_since"]),
        parcels_asked_at=_time(row["parcels_asked_at"]),
        closed_at=_time(row["closed_at"]),
        closed_without_code=bool(row["closed_without_code"]),
        not_before=_time(row["not_before"]),
        attempts=row["attempts"],
        archived_at=_time(row["archived_at"]),
    )


COMPOUND = frozenset({"edits", "lines", "parcels", "marks", "document"})


def column(name: str, value: Any) -> Any:
    """Turn a field of `OrderRow` into what its column holds."""
    if name in COMPOUND:
        return None if value is None else dumps(value)
    return int(value) if isinstance(value, bool) else plain(value)


def effect_row(row: sqlite3.Row, *, document: bool = True) -> EffectRow:
    """Read one effect, with its own copy of what it sends or without."""
    return EffectRow(
        key=OrderKey(row["connection"], row["order_id"]),
        kind=Kind(row["kind"]),
        number=row["number"],
        target=row["target"],
        state=EffectState(row["state"]),
        document=_document(row["document"]) if document else None,
        attempts=row["attempts"],
        not_before=_time(row["not_before"]),
        first_failed_at=_time(row["first_failed_at"]),
        started_at=_time(row["started_at"]),
        quarantine_until=_time(row["quarantine_until"]),
        remote_ref=row["remote_ref"],
        error=row["error"],
    )


def effect_columns(effect: EffectRow) -> dict[str, Any]:
    """Give the columns of an effect that change."""
    return {
        "connection": effect.key.connection,
        "order_id": effect.key.order_id,
        "kind": effect.kind,
        "number": effect.number,
        "state": effect.state,
        "document": None if effect.document is None else dumps(effect.document),
        "attempts": effect.attempts,
        "not_before": plain(effect.not_before),
        "first_failed_at": plain(effect.first_failed_at),
        "started_at": plain(effect.started_at),
        "quarantine_until": plain(effect.quarantine_until),
        "remote_ref": effect.remote_ref,
        "error": effect.error,
    }


def problem_row(row: sqlite3.Row) -> ProblemRow:
    """Read one problem."""
    return ProblemRow(
        id=row["id"],
        connection=row["connection"],
        order_id=row["order_id"],
        word=row["word"],
        since=read_time(row["since"]),
        sentence=row["sentence"],
        details=loads(TEXTS, row["details"]),
        told_at=_time(row["told_at"]),
        solved_at=_time(row["solved_at"]),
    )


def order_days(row: sqlite3.Row) -> OrderDays:
    """Read the days that an order has to keep."""
    return OrderDays(_day(row["ship_by"]), _day(row["expires_on"]), _day(row["deliver_by"]))


def order_steps(row: sqlite3.Row) -> OrderSteps:
    """Read when an order took its steps."""
    return OrderSteps(
        connection=row["connection"],
        placed_at=read_time(row["placed_at"]),
        in_shop_at=_time(row["in_shop_at"]),
        completed_at=_time(row["completed_at"]),
        shipped_at=_time(row["shipped_at"]),
    )


def event_row(row: sqlite3.Row) -> EventRow:
    """Read one event."""
    return EventRow(
        at=read_time(row["at"]),
        connection=row["connection"],
        order_id=row["order_id"],
        word=row["word"],
        details=loads(TEXTS, row["details"]),
        run=row["run"],
    )


def run_row(row: sqlite3.Row) -> RunRow:
    """Read one run."""
    return RunRow(
        number=row["id"],
        command=row["command"],
        started_at=read_time(row["started_at"]),
        ended_at=_time(row["ended_at"]),
        outcome=row["outcome"],
        counts=loads(COUNTS, row["counts"]),
    )


def connection_row(row: sqlite3.Row) -> ConnectionRow:
    """Read one connection."""
    return ConnectionRow(
        id=row["id"],
        role=row["role"],
        type=row["type"],
        binding=row["binding"],
        label=row["label"],
        first_run_at=_time(row["first_run_at"]),
        import_from=row["import_from"],
        changes_until=_time(row["changes_until"]),
        full_look_at=_time(row["full_look_at"]),
        newest_shop_order=row["newest_shop_order"],
    )

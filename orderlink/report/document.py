"""PURE: the status and orders as JSON documents. Version 1: what is there keeps its meaning.

Times are ISO 8601 in UTC, days are ISO 8601, amounts are text, what is not known is null. Text is
written as ASCII with escapes, so that it can steer no terminal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlink.basics import Status
from orderlink.decide.counting import Counted
from orderlink.report.days import timestamp as _time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from orderlink.report.concerns import Concern
    from orderlink.report.order import OrderReport
    from orderlink.report.places import Places
    from orderlink.report.status import Connected, StatusReport, Waiting
    from orderlink.rows import EffectRow, EventRow, LineRow, OrderKey, OrderRow

VERSION = 1


def json_text(document: dict[str, Any]) -> str:
    """Write a document for a program: ASCII, one key a line."""
    return json.dumps({"version": VERSION, **document}, indent=2) + "\n"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def status_document(report: StatusReport) -> dict[str, Any]:
    """Give what `orderlink status --json` prints."""
    return {
        "time": _time(report.now),
        "state": report.state,
        "fine": report.fine,
        "has_run": report.runs,
        "last_good_run": _time(report.last_good),
        "stale": report.stale,
        "clock_trusted": report.clock_trusted,
        "nothing_sent_before": _time(max(report.closed.values(), default=None)),
        "oldest_personal_data": _time(report.oldest_personal_data),
        "personal_data_orders": report.personal_data,
        "last_run": _last_run(report),
        "connections": [_connection(one) for one in report.connections],
        "needs_person": [_concern(one, report.now) for one in report.needs_person],
        "passing": [_concern(one, report.now) for one in report.passing],
        "oldest_waiting": _waiting(report.oldest_waiting, report.now),
        "waiting": [_waiting(one, report.now) for one in report.waiting],
        "dated": [_dated(name, row) for name, row in report.dated],
        "orphans": [
            {"where": one.where, "why": str(one.why), "open_orders": one.open_orders}
            for one in report.orphans
        ],
        "hours": [{"hour": _time(one.begins), **_counted(one.counts)} for one in report.hours],
    }


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(word): counts.get(word, 0) for word in Counted}


def _last_run(report: StatusReport) -> dict[str, Any] | None:
    run = report.last_run
    if run is None:
        return None
    return {
        "run": run.number,
        "command": run.command,
        "started_at": _time(run.started_at),
        "ended_at": _time(run.ended_at),
        "seconds": run.seconds,
        "outcome": report.last_outcome,
    }


def _connection(one: Connected) -> dict[str, Any]:
    is_marketplace = one.place.role == "marketplace"
    counts = {str(status): one.counts.get(status, 0) for status in Status}
    return {
        "id": one.place.id or None,
        "name": one.place.name,
        "role": one.place.role,
        "type": one.place.type,
        "configured": one.place.configured,
        "paused": one.place.paused,
        "orders": counts if is_marketplace else None,
        "partial": one.partial if is_marketplace else None,
        "takes_from": one.takes_from or None,
        "last_good": {stage: _time(at) for stage, at in sorted(one.last_good.items())},
        "last_24_hours": _counted(one.lately),
    }


def _concern(one: Concern, now: datetime) -> dict[str, Any]:
    problem = one.problem
    return {
        "connection": one.connection,
        "connection_id": problem.connection,
        "order": problem.order_id or None,
        "problem": problem.word,
        "meaning": one.meaning,
        "why": problem.sentence,
        "details": dict(problem.details),
        "since": _time(problem.since),
        "age_seconds": int((now - problem.since).total_seconds()),
        "advice": one.advice,
        "told_at": _time(problem.told_at),
        "damage": one.damage.word,
        "last_day": _day(one.last_day),
    }


def _waiting(one: Waiting | None, now: datetime) -> dict[str, Any] | None:
    if one is None:
        return None
    left = (one.until - now).total_seconds() if one.until else None
    return {
        "connection": one.connection,
        "order": one.order.key.order_id,
        "since": _time(one.order.waiting_since),
        "until": _time(one.until),
        "seconds_left": None if left is None else max(0, int(left)),
    }


def _dated(connection: str, row: OrderRow) -> dict[str, Any]:
    return {
        "connection": connection,
        "order": row.key.order_id,
        "status": str(row.status),
        "ship_by": _day(row.ship_by),
        "deliver_by": _day(row.deliver_by),
        "expires_on": _day(row.expires_on),
    }


def orders_document(
    rows: Sequence[OrderRow], places: Places, words: Mapping[OrderKey, Sequence[str]]
) -> dict[str, Any]:
    """Give what `orderlink orders --json` prints; `words` has the open problems of orders."""
    return {
        "orders": [
            {
                **order_record(row, places.name(row.key.connection), places.name(row.shop)),
                "problems": list(words.get(row.key, ())),
            }
            for row in rows
        ]
    }


def order_record(row: OrderRow, connection: str, shop: str) -> dict[str, Any]:
    """Give what every document has of an order."""
    return {
        "connection": connection,
        "connection_id": row.key.connection,
        "order": row.key.order_id,
        "status": str(row.status),
        "partial": row.partial,
        "placed_at": _time(row.placed_at),
        "total": str(row.total) if row.has_details else None,
        "currency": row.currency or None,
        "marks": list(row.marks),
        "deliver_by": _day(row.deliver_by),
        "expires_on": _day(row.expires_on),
        "shop": shop,
        "shop_order_id": row.shop_order_id or None,
        "shop_order_number": row.shop_order_number or None,
        "shop_status": row.shop_status or None,
        "codes": [parcel.code for parcel in row.parcels if parcel.code],
        "waiting_since": _time(row.waiting_since),
        "closed_at": _time(row.closed_at),
        "archived_at": _time(row.archived_at),
    }


def order_document(report: OrderReport) -> dict[str, Any]:
    """Give what `orderlink show ORDER --json` prints; `personal_data` is null once it is gone."""
    row = report.row
    return {
        **order_record(row, report.connection, report.shop),
        "reference": row.reference or None,
        "seen_at": _time(row.last_seen_at),
        "seen_in_shop_at": _time(row.shop_seen_at),
        "lines": [line_record(line, row) for line in row.lines],
        "parcels": [
            {"code": one.code or None, "shop_carrier": one.shop_carrier or None}
            for one in row.parcels
        ],
        "problems": [
            {**_concern(one, report.now), "needs_person": one.needs_person}
            for one in report.concerns
        ],
        "effects": [_effect(one) for one in report.effects],
        "history": [_event(one) for one in report.events],
        "personal_data": report.personal or None,
    }


def line_record(line: LineRow, row: OrderRow) -> dict[str, Any]:
    """Give what every document has of a line of an order."""
    return {
        "line": line.line_id,
        "sku": line.sku or None,
        "ean": line.ean or None,
        "title": line.title or None,
        "quantity": line.quantity,
        "shipped": line.shipped,
        "cancelled": line.cancelled,
        "total": str(line.total) if row.has_details else None,
        "sent_by_marketplace": line.by_marketplace,
        "label_by_marketplace": line.label_by_marketplace,
        "cancellation_requested": line.cancellation_requested,
    }


def _effect(effect: EffectRow) -> dict[str, Any]:
    return {
        "kind": str(effect.kind),
        "number": effect.number,
        "state": str(effect.state),
        "attempts": effect.attempts,
        "started_at": _time(effect.started_at),
        "not_before": _time(effect.not_before),
        "looked_up_until": _time(effect.quarantine_until),
        "remote_ref": effect.remote_ref or None,
        "error": effect.error or None,
    }


def _event(event: EventRow) -> dict[str, Any]:
    return {"at": _time(event.at), "event": event.word, "details": dict(event.details)}

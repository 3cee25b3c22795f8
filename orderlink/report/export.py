"""PURE: what `orderlink export` writes: a record each, as CSV or as JSON. Nothing of a buyer.

The records of CSV and JSON have the same keys; CSV leaves out what is a list of records itself
(`lines`, `parcels`). Times, days and amounts are as in all JSON of orderlink.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from orderlink.problems import WORDS, advice
from orderlink.redact import safe_text
from orderlink.report.days import timestamp
from orderlink.report.document import VERSION, line_record, order_record
from orderlink.report.spreadsheet import tamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from orderlink.report.places import Places
    from orderlink.rows import EffectRow, OrderKey, OrderRow, ProblemRow

Record = dict[str, Any]
LONGEST_CELL = 10_000

ORDERS = (
    "connection",
    "connection_id",
    "order",
    "status",
    "partial",
    "placed_at",
    "first_seen_at",
    "country",
    "total",
    "currency",
    "marks",
    "deliver_by",
    "expires_on",
    "shop",
    "shop_order_id",
    "shop_order_number",
    "shop_status",
    "codes",
    "waiting_since",
    "closed_at",
    "archived_at",
    "reference",
    "problems",
)
SHIPMENTS = (
    "connection",
    "connection_id",
    "order",
    "shop_order_number",
    "shipment",
    "kind",
    "state",
    "sent_at",
    "attempts",
    "code",
    "carrier",
    "carrier_name",
    "pieces",
    "reference",
    "their_id",
    "error",
)
PROBLEMS = (
    "connection",
    "connection_id",
    "order",
    "problem",
    "meaning",
    "why",
    "details",
    "since",
    "solved_at",
    "told_at",
    "advice",
)
COLUMNS = {"orders": ORDERS, "shipments": SHIPMENTS, "problems": PROBLEMS}
"""What can be exported, and the columns of its CSV."""


def order_to_export(
    row: OrderRow, places: Places, words: Mapping[OrderKey, Sequence[str]]
) -> Record:
    """Give the record of an order; `words` has the open problems of orders."""
    return {
        **order_record(row, places.name(row.key.connection), places.name(row.shop)),
        "first_seen_at": timestamp(row.first_seen_at),
        "country": row.country or None,
        "reference": row.reference or None,
        "problems": list(words.get(row.key, ())),
        "lines": [line_record(line, row) for line in row.lines],
        "parcels": [
            {"code": one.code or None, "shop_carrier": one.shop_carrier or None}
            for one in row.parcels
        ],
    }


def shipment_to_export(effect: EffectRow, order: OrderRow | None, places: Places) -> Record:
    """Give the record of what a marketplace was told: a shipment, or a code that came late."""
    shipment = effect.document["shipment"]
    return {
        "connection": places.name(effect.key.connection),
        "connection_id": effect.key.connection,
        "order": effect.key.order_id,
        "shop_order_number": (order.shop_order_number or order.shop_order_id) if order else None,
        "shipment": effect.number,
        "kind": str(effect.kind),
        "state": str(effect.state),
        "sent_at": timestamp(effect.started_at),
        "attempts": effect.attempts,
        "code": shipment["code"] or None,
        "carrier": shipment["carrier_code"] or None,
        "carrier_name": shipment["carrier_name"] or None,
        "pieces": sum(line["quantity"] for line in shipment["lines"]),
        "reference": shipment["reference"],
        "their_id": effect.remote_ref or None,
        "error": effect.error or None,
        "lines": [
            {"line": line["line_id"], "quantity": line["quantity"]} for line in shipment["lines"]
        ],
    }


def problem_to_export(problem: ProblemRow, places: Places) -> Record:
    """Give the record of a problem, open or solved."""
    connection = places.name(problem.connection)
    helps = advice(problem.word, order=problem.order_id, connection=connection)
    return {
        "connection": connection,
        "connection_id": problem.connection,
        "order": problem.order_id or None,
        "problem": problem.word,
        "meaning": WORDS[problem.word].meaning,
        "why": problem.sentence,
        "details": dict(problem.details),
        "since": timestamp(problem.since),
        "solved_at": timestamp(problem.solved_at),
        "told_at": timestamp(problem.told_at),
        "advice": None if problem.solved_at else helps,
    }


def as_json(what: str, records: Iterable[Record], now: datetime) -> Iterator[str]:
    """Write records as one JSON document, loss-free: a record a line, in ASCII."""
    yield f'{{"version": {VERSION}, "exported_at": "{timestamp(now)}", "{what}": ['
    separator = "\n"
    for record in records:
        yield separator + json.dumps(record)
        separator = ",\n"
    yield "\n]}\n"


def as_csv(what: str, records: Iterable[Record], *, european: bool) -> Iterator[str]:
    """Write records as CSV that is safe to open in a spreadsheet.

    `european`: as one opens it by a double click where the comma is the decimal sign: separated by
    semicolons, with the mark that says that it is UTF-8.
    """
    columns = COLUMNS[what]
    row_text = _writer(";" if european else ",")
    yield ("\ufeff" if european else "") + row_text(columns)
    for record in records:
        yield row_text([_cell(record[column]) for column in columns])


def _writer(separator: str) -> Callable[[Iterable[str]], str]:
    def row_text(cells: Iterable[str]) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=separator).writerow(cells)
        return line.getvalue()

    return row_text


def _cell(value: Any) -> str:
    """Write one value: lists by spaces, what is not there as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = " ".join(value)
    elif isinstance(value, dict):
        value = "; ".join(f"{name}: {text}" for name, text in value.items())
    return tamed(safe_text(str(value), LONGEST_CELL))

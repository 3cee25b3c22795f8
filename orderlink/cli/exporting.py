"""Carry out `export`: choose the rows, and write them to a file or to standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.cli.listing import (
    marketplace_ids,
    problem_words,
    reading,
    refuse_unknown_status,
    since_when,
    until_when,
)
from orderlink.complaints import suggestion
from orderlink.errors import ConfigurationError
from orderlink.files import new_file
from orderlink.report.export import (
    COLUMNS,
    as_csv,
    as_json,
    order_to_export,
    problem_to_export,
    shipment_to_export,
)
from orderlink.report.places import Places
from orderlink.store.exports import Span
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.cli.session import Session
    from orderlink.report.export import Record
    from orderlink.store import Store

AT_ONCE = 64 * 1024
"""Characters that are written at a time."""


class Wanted(Value, frozen=True):
    """What to export, as a person wrote it; empty: all."""

    what: str
    status: str = ""
    connection: str = ""
    since: str = ""
    until: str = ""


def write_export(
    session: Session, wanted: Wanted, form: str, file: str, *, overwrite: bool
) -> None:
    """Write what is wanted, as `csv`, `excel` or `json`. Raises `ConfigurationError`."""
    now = session.clock.now()
    _check(wanted)
    span = Span(since_when(wanted.since, now), until_when(wanted.until, now))
    with reading(session) as store:
        places = Places(session.config(), store)
        records = _records(store, places, wanted, span)
        if form == "json":
            text = as_json(wanted.what, records, now)
        else:
            text = as_csv(wanted.what, records, european=form == "excel")
        if file == "-":
            for part in _in_large_parts(text):
                session.output.write(part)
            return
        with (
            new_file(Path(file), overwrite=overwrite) as path,
            path.open("w", encoding="utf-8", newline="") as target,
        ):
            target.writelines(text)


def _check(wanted: Wanted) -> None:
    if wanted.what not in COLUMNS:
        hint = suggestion(wanted.what, COLUMNS) or f"; there are: {', '.join(COLUMNS)}"
        raise ConfigurationError([f"{wanted.what} cannot be exported{hint}"])
    if wanted.status and wanted.what != "orders":
        raise ConfigurationError([f"--status is about orders, and not about {wanted.what}"])
    refuse_unknown_status(wanted.status)


def _records(store: Store, places: Places, wanted: Wanted, span: Span) -> Iterator[Record]:
    for identity in marketplace_ids(places, wanted.connection):
        if wanted.what == "orders":
            words = problem_words(store)
            for row in store.every_order(identity, wanted.status, span):
                yield order_to_export(row, places, words)
        elif wanted.what == "shipments":
            for effect in store.every_shipment(identity, span):
                yield shipment_to_export(effect, store.known_order(effect.key), places)
        else:
            for problem in store.every_problem(identity, span):
                yield problem_to_export(problem, places)


def _in_large_parts(text: Iterator[str]) -> Iterator[str]:
    """Put short texts together, so that each one is no write of its own."""
    parts: list[str] = []
    length = 0
    for part in text:
        parts.append(part)
        length += len(part)
        if length >= AT_ONCE:
            yield "".join(parts)
            parts, length = [], 0
    yield "".join(parts)

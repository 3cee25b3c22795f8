"""Carry out `log`: choose the runs, and show them."""

from __future__ import annotations

import heapq
from itertools import groupby, islice
from typing import TYPE_CHECKING

from orderlink.cli.listing import found_orders, reading, since_when, until_when
from orderlink.errors import ConfigurationError
from orderlink.lock import runs_since
from orderlink.report.blocks import Sentence, Tone
from orderlink.report.document import json_text
from orderlink.report.places import Places
from orderlink.report.runs import (
    folded,
    gather_runs,
    run_blocks,
    run_document,
    runs_blocks,
    runs_document,
)
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.cli.session import Session
    from orderlink.report.runs import RunReport
    from orderlink.rows import OrderKey, RunRow
    from orderlink.store import Store


class Wanted(Value, frozen=True):
    """Which runs to show, as a person wrote it; empty: all."""

    order: str = ""
    connection: str = ""
    since: str = ""
    until: str = ""
    limit: int = 20
    failed: bool = False


def show_runs(session: Session, wanted: Wanted, *, as_json: bool) -> None:
    """Print the runs that are wanted. Raises `ConfigurationError` for a filter that cannot be."""
    config = session.config()
    with reading(session) as store:
        places = Places(config, store)
        key = None
        if wanted.order:
            key = found_orders(session, store, places, [wanted.order])[0].key
        rows = _chosen(session, store, places, wanted, key)
        reports = gather_runs(store, rows, runs_since(config.state))
        if wanted.failed:
            reports = (report for report in reports if not report.fine)
        if key is not None:
            reports = _with_events(store, key, reports)
        if as_json:
            chosen = list(islice(reports, wanted.limit))
            document = runs_document(chosen, places)
            session.output.write(json_text({**document, "log_file": str(session.log_path())}))
        else:
            blocks = runs_blocks(folded(reports, wanted.limit), places)
            log_file = Sentence(f"The log file: {session.log_path()}", Tone.QUIET)
            session.output.show([*blocks, log_file])


def show_run(session: Session, number: int, *, as_json: bool) -> None:
    """Print one run with everything that happened in it. Raises `ConfigurationError`."""
    config = session.config()
    with reading(session) as store:
        row = store.run(number)
        if row is None:
            last = store.last_run()
            known = f"the last one is {last.number}" if last else "there was none yet"
            raise ConfigurationError([f"no run has the number {number}: {known}"])
        places = Places(config, store)
        (report,) = gather_runs(store, [row], runs_since(config.state))
        report = replace(report, events=tuple(store.events_of_run(number)))
    if as_json:
        session.output.write(json_text(run_document(report, places)))
    else:
        session.output.show(run_blocks(report, places))


def _chosen(
    session: Session, store: Store, places: Places, wanted: Wanted, key: OrderKey | None
) -> Iterator[RunRow]:
    """Give the runs that the filters leave, the newest first."""
    now = session.clock.now()
    since, until = since_when(wanted.since, now), until_when(wanted.until, now)
    found = [
        store.runs(since=since, until=until, place=place, order=key)
        for place in _ids(places, wanted.connection)
    ]
    merged = heapq.merge(*found, key=lambda row: -row.number)
    return (next(same) for _, same in groupby(merged, key=lambda row: row.number))


def _ids(places: Places, name: str) -> Sequence[str]:
    """Give the ids of the connections with this name; the empty id means all."""
    if not name:
        return ("",)
    named = [place for place in places.all if name in {place.name, place.id}]
    if not named:
        known = ", ".join(place.name for place in places.all)
        raise ConfigurationError([f"--connection: nothing is called {name}; there are: {known}"])
    return [place.id for place in named if place.id]


def _with_events(store: Store, key: OrderKey, reports: Iterator[RunReport]) -> Iterator[RunReport]:
    """Add to each run what happened to one order in it."""
    events = store.events(key)
    for report in reports:
        mine = tuple(event for event in events if event.run == report.row.number)
        yield replace(report, events=mine)

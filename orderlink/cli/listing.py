"""Orders and times as people name them: what the commands that look and decide share."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import typer

from orderlink.basics import Status
from orderlink.complaints import suggestion
from orderlink.errors import ConfigurationError
from orderlink.report.blocks import Sentence, Tone
from orderlink.report.document import json_text, orders_document
from orderlink.report.places import Places
from orderlink.report.views import matches_blocks, orders_blocks
from orderlink.rows import OrderKey
from orderlink.settings import duration_from
from orderlink.store import Store
from orderlink.store.database import Database
from orderlink.store.reading import open_for_reading
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.cli.session import Session
    from orderlink.rows import OrderRow

EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Filters(Value, frozen=True):
    """Which orders to list, as a person wrote it; empty: all."""

    status: str = ""
    connection: str = ""
    since: str = ""
    limit: int = 50
    archived: bool = False  # those in the archive as well


@contextmanager
def reading(session: Session) -> Iterator[Store]:
    """Open the state to look at it. Raises `ConfigurationError` where there is none yet."""
    path = session.config().state
    store = open_for_reading(path)
    if store is None:
        raise ConfigurationError([f"nothing has run yet (there is no {path}): orderlink sync"])
    try:
        yield store
    finally:
        store.close()


@contextmanager
def writing(session: Session) -> Iterator[Store]:
    """Open the state to change it; it is made where there is none."""
    store = Store(Database(session.config().state))
    try:
        yield store
    finally:
        store.close()


def list_orders(session: Session, filters: Filters, *, as_json: bool) -> None:
    """Print the orders that match. Raises `ConfigurationError` for a filter that cannot be."""
    since = since_when(filters.since, session.clock.now())
    refuse_unknown_status(filters.status)
    with reading(session) as store:
        places = Places(session.config(), store)
        rows = _listed(store, filters, since, marketplace_ids(places, filters.connection))
        words = problem_words(store)
        unseen = not filters.archived and len(rows) < filters.limit and store.has_archived()
    if as_json:
        session.output.write(json_text(orders_document(rows, places, words)))
        return
    hint = [Sentence("Archived orders are listed with --all.", Tone.QUIET)] if unseen else []
    session.output.show([*orders_blocks(rows, places, words), *hint])


def _listed(
    store: Store, filters: Filters, since: datetime, connections: Sequence[str]
) -> list[OrderRow]:
    rows = [
        row
        for connection in connections
        for row in store.list_orders(
            status=filters.status,
            connection=connection,
            since=since,
            limit=filters.limit,
            archived=filters.archived,
        )
    ]
    return sorted(rows, key=lambda row: row.placed_at, reverse=True)[: filters.limit]


def refuse_unknown_status(status: str) -> None:
    """Raise `ConfigurationError` for a status that there is not; empty means all."""
    if status and status not in set(Status):
        hint = suggestion(status, list(Status)) or f"; there are: {', '.join(Status)}"
        raise ConfigurationError([f"--status: there is no status {status}{hint}"])


def problem_words(store: Store) -> dict[OrderKey, list[str]]:
    """Give the words of the open problems by order."""
    words: dict[OrderKey, list[str]] = {}
    for problem in store.problems():
        key = OrderKey(problem.connection, problem.order_id)
        words.setdefault(key, []).append(problem.word)
    return words


def marketplace_ids(places: Places, name: str) -> Sequence[str]:
    """Give the ids of a marketplace's rows; the empty id means all."""
    if not name:
        return ("",)
    names = {place.name for place in places.all if place.role == "marketplace"}
    if name not in names and not places.ids(name):
        known = ", ".join(sorted(names))
        raise ConfigurationError(
            [f"--connection: no marketplace is called {name}; there are: {known}"]
        )
    return places.ids(name)


def since_when(text: str, now: datetime) -> datetime:
    """Read `--since`: the beginning of a day, or so long ago; empty: ever.

    Raises `ConfigurationError`.
    """
    return _instant("--since", text, now) if text else EVER


def until_when(text: str, now: datetime) -> datetime | None:
    """Read `--until`: the end of a day, or so long ago; empty: until now.

    Raises `ConfigurationError`.
    """
    if not text:
        return None
    instant = _instant("--until", text, now)
    return instant + timedelta(days=1) if _day(text) else instant


def _instant(option: str, text: str, now: datetime) -> datetime:
    day = _day(text)
    if day is not None:
        return datetime.combine(day, time(), UTC)
    try:
        return now - duration_from(text)
    except ValueError:
        problem = f"{option}: {text} is neither a day, as 2026-01-31, nor a span, as 7d or 12h"
        raise ConfigurationError([problem]) from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def found_orders(
    session: Session, store: Store, places: Places, names: Sequence[str]
) -> list[OrderRow]:
    """Find the one order that each name means.

    Where a name means several they are listed, and the command ends with exit code 2.
    """
    found: dict[OrderKey, OrderRow] = {}
    problems = []
    for name in names:
        rows = store.orders_named(name)
        if len(rows) == 1:
            found[rows[0].key] = rows[0]
        elif rows:
            problems.append(f"{name} is more than one order; nothing was done:")
            session.errors.write(f"orderlink: {problems[-1]}\n")
            session.errors.show(matches_blocks(rows, places))
        else:
            raise ConfigurationError([f"no order is called {name}: see `orderlink orders`"])
    if problems:
        raise typer.Exit(2)
    return list(found.values())

"""Carry out what a person decided: one short transaction for each order, and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from orderlink import people
from orderlink.cli.listing import found_orders, reading
from orderlink.people import Result
from orderlink.redact import safe_text
from orderlink.report.places import Places
from orderlink.rows import OrderRow
from orderlink.store import Store
from orderlink.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.cli.session import Session

Decision = Callable[[Store, OrderRow, datetime], Result]


def decide(session: Session, names: Sequence[str], decision: Decision) -> bool:
    """Carry a decision out for each order; True where at least one changed.

    Raises `ConfigurationError` and `typer.Exit` where a name does not mean one order; then nothing
    is done for the others either.
    """
    with _writing(session) as store:
        places = Places(session.config(), store)
        rows = found_orders(session, store, places, names)
        return _report(session, [decision(store, row, session.clock.now()) for row in rows])


def retry_all(session: Session) -> bool:
    """Retry every order that has a problem, and close the problems of connections."""
    with _writing(session) as store:
        now = session.clock.now()
        places = Places(session.config(), store)
        results = [people.retry(store, row, now) for row in people.orders_with_problems(store)]
        for problem in store.problems():
            if not problem.order_id:
                people.retry_connection(store, problem, now)
                sentence = f"{places.name(problem.connection)}: the next run tries again"
                results.append(Result(changed=True, sentence=sentence))
    return _report(session, results or [Result(changed=False, sentence="nothing to retry")])


@contextmanager
def _writing(session: Session) -> Iterator[Store]:
    """Open the state to change it; a look comes first, so that none is made where there is none."""
    with reading(session):
        pass
    store = Store(Database(session.config().state))
    try:
        yield store
    finally:
        store.close()


def _report(session: Session, results: Sequence[Result]) -> bool:
    for result in results:
        session.output.write(f"{safe_text(result.sentence)}\n")
    return any(result.changed for result in results)

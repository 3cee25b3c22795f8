"""Carry out what a person decided: one short transaction for each order, and a sentence."""

from __future__ import annotations

import getpass
import tomllib
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import tomli_w

from orderlink import people
from orderlink.cli.editor import edited
from orderlink.cli.listing import found_orders, reading, writing
from orderlink.codec import build
from orderlink.cycle.purging import purge
from orderlink.decide.editing import mendable
from orderlink.errors import ConfigurationError
from orderlink.model import Order
from orderlink.people import Result
from orderlink.redact import safe_text
from orderlink.report.idle import why_idle, why_waiting
from orderlink.report.places import Places
from orderlink.rows import OrderRow, ProblemRow
from orderlink.settings import duration_from
from orderlink.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderlink.cli.session import Session

Decision = Callable[[Store, OrderRow, datetime], Result]


def decide(
    session: Session, names: Sequence[str], decision: Decision, *, for_next_run: bool = False
) -> bool:
    """Carry a decision out for each order; True where at least one changed.

    Raises `ConfigurationError` and `typer.Exit` where a name does not mean one order, or no run
    works on an order that the decision is for (`for_next_run`); then nothing is done for the others
    either.
    """
    with _writing(session) as store:
        places = Places(session.config(), store)
        rows = found_orders(session, store, places, names)
        idle = [sentence for row in rows if (sentence := why_idle(places, row))]
        if for_next_run and idle:
            raise ConfigurationError(idle)
        results = [_carried_out(store, row, decision, session.clock.now()) for row in rows]
        return _report(session, results)


def _carried_out(store: Store, row: OrderRow, decision: Decision, now: datetime) -> Result:
    """Carry a decision out; an archived order comes back from the archive for it.

    In one transaction, so that no run archives it in this very moment. Where nothing came of it,
    the next run archives it again.
    """
    with store.transaction():
        store.recall(row.key)
        return decision(store, store.order(row.key) or row, now)


def retry_all(session: Session) -> bool:
    """Retry every order that has a problem, and close the problems of connections.

    What no run works on is left as it is, and said.
    """
    with _writing(session) as store:
        now = session.clock.now()
        places = Places(session.config(), store)
        results = [
            Result(changed=False, sentence=idle)
            if (idle := why_idle(places, row))
            else people.retry(store, row, now, deciding=False)
            for row in people.orders_with_problems(store)
        ]
        results += [
            _retry_connection(store, places, problem, now)
            for problem in store.problems()
            if not problem.order_id
        ]
    return _report(session, results or [Result(changed=False, sentence="nothing to retry")])


def _retry_connection(store: Store, places: Places, problem: ProblemRow, now: datetime) -> Result:
    waiting = why_waiting(places, problem)
    if waiting:
        return Result(changed=False, sentence=waiting)
    people.retry_connection(store, problem, now)
    sentence = f"{places.name(problem.connection)}: the next run tries again"
    return Result(changed=True, sentence=sentence)


@contextmanager
def _writing(session: Session) -> Iterator[Store]:
    """Open the state to change it; a look comes first, so that none is made where there is none."""
    with reading(session):
        pass
    with writing(session) as store:
        yield store


def _report(session: Session, results: Sequence[Result]) -> bool:
    for result in results:
        session.output.write(f"{safe_text(result.sentence)}\n")
    return any(result.changed for result in results)


def purge_now(session: Session, older_than: str) -> None:
    """Delete buyers' data of orders closed longer ago than that. Raises `ConfigurationError`."""
    keep = session.config().keep_personal_data
    if older_than:
        try:
            keep = duration_from(older_than)
        except ValueError as error:
            raise ConfigurationError([f"--older-than {error}"]) from None
    with _writing(session) as store:
        count = 0
        while purged := purge(store, session.clock.now(), keep):
            count += purged
    session.output.write(f"buyers' data of {count} closed orders deleted\n")


def edit_order(session: Session, name: str, changes: Sequence[str]) -> bool:
    """Mend an order by `FIELD=VALUE`, or in an editor. Raises `ConfigurationError`."""
    with _writing(session) as store:
        places = Places(session.config(), store)
        (row,) = found_orders(session, store, places, [name])
        order = build(Order, row.document) if row.document and not row.shop_order_id else None
        present = mendable(row, order)
        wanted = (
            _from_options(changes) if changes else _from_editor(row, present, session.environment)
        )
        by = getpass.getuser()
        result = _carried_out(
            store,
            row,
            lambda store, row, now: people.edit(store, row, wanted, by, now),
            session.clock.now(),
        )
    return _report(session, [result])


def _from_options(changes: Sequence[str]) -> dict[str, str]:
    wanted, problems = {}, []
    for change in changes:
        field, sign, value = change.partition("=")
        if not sign:
            problems.append(f'--set {change}: write FIELD=VALUE, as shipping.city="Utrecht"')
        wanted[field.strip()] = value
    if problems:
        raise ConfigurationError(problems)
    return wanted


def _from_editor(
    row: OrderRow, present: dict[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """Let a person change the fields in his editor, as TOML; give what he changed."""
    document: dict[str, dict[str, Any]] = {}
    for name, value in present.items():
        table, _, field = name.partition(".")
        if table == "lines":
            line, _, field = field.rpartition(".")
            document.setdefault("lines", {}).setdefault(line, {})[field] = value
        else:
            document.setdefault(table, {})[field] = value
    head = f"# Order {row.key.order_id}: change what is wrong, save and leave the editor.\n\n"
    try:
        tables = tomllib.loads(edited(head + tomli_w.dumps(document), environment))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"what the editor left is no TOML: {error}"]) from None
    left = _flat(tables, "")
    return {name: value for name, value in left if present.get(name) != value}


def _flat(tables: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def try_order(session: Session, connection: str, sku: str, price: str) -> int:
    """Put a test order through; give the exit code. Raises `ConfigurationError`."""
    try:
        amount = Decimal(price)
        fits = amount > 0 and amount == round(amount, 2)
    except InvalidOperation:
        fits = False
    if not fits or "=" in sku:
        raise ConfigurationError([f"--price {price}: give an amount, as 12.99"])
    from orderlink.cli.running import run_test_order  # noqa: PLC0415
    from orderlink.runner import Order as Asked  # noqa: PLC0415

    asked = Asked("test-order", frozenset({connection}), sample=f"{sku}={price}")
    return run_test_order(session, asked)

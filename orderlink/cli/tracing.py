"""Carry out `carrier` and `carriers`: with a configuration where there is one, else without."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from orderlink.carriers import LearntPrefix
from orderlink.config import find_config
from orderlink.errors import ConfigurationError
from orderlink.report.carriers import (
    Asked,
    carrier_blocks,
    carrier_document,
    carriers_blocks,
    carriers_document,
    detection,
)
from orderlink.report.document import json_text
from orderlink.store import Store
from orderlink.store.database import Database
from orderlink.store.reading import open_for_reading

if TYPE_CHECKING:
    from orderlink.cli.session import Session
    from orderlink.config import MarketplaceSettings


def what_is_asked(session: Session, origin: str, destination: str, connection: str) -> Asked:
    """Gather what is known beside the code. Raises `ConfigurationError`."""
    countries = {"--from": origin.upper(), "--to": destination.upper()}
    for option, country in countries.items():
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ConfigurationError([f"{option}: {country} is no country's two letters, as NL"])
    if not connection:
        return Asked(countries["--from"], countries["--to"])
    marketplaces = session.config().marketplaces
    if connection not in marketplaces:
        known = ", ".join(marketplaces)
        sentence = f"--connection: no marketplace is called {connection}; there are: {known}"
        raise ConfigurationError([sentence])
    learnt = [LearntPrefix(*pair) for pair in _learnt(session).get(connection, ())]
    return Asked(countries["--from"], countries["--to"], marketplaces[connection], learnt)


def answer_one(session: Session, code: str, asked: Asked, *, as_json: bool) -> None:
    """Answer about one code."""
    found = detection(code, asked)
    if as_json:
        session.output.write(json_text(carrier_document(found, asked)))
    else:
        session.output.show(carrier_blocks(found, asked))


def answer_many(session: Session, asked: Asked) -> None:
    """Answer each line of standard input with one line of JSON, in order."""
    for line in sys.stdin:
        document = carrier_document(detection(line.rstrip("\n"), asked), asked)
        session.output.write(json.dumps(document) + "\n")


def list_carriers(session: Session, *, as_json: bool) -> None:
    """List the carriers, by the configuration where there is one."""
    configured: dict[str, MarketplaceSettings] = {}
    learnt: dict[str, list[tuple[str, str]]] = {}
    if find_config(session.option, session.environment).exists():
        configured = dict(session.config().marketplaces)
        learnt = _learnt(session)
    if as_json:
        session.output.write(json_text(carriers_document(configured, learnt)))
    else:
        session.output.show(carriers_blocks(configured, learnt))


def forget_prefix(session: Session, prefix: str) -> bool:
    """Forget a learnt prefix; False where it was not known."""
    path = session.config().state
    if not path.exists():
        raise ConfigurationError([f"nothing has run yet (there is no {path}): orderlink sync"])
    store = Store(Database(path))
    try:
        forgotten = store.forget_learnt(prefix)
    finally:
        store.close()
    session.output.write(f"{prefix}: {'forgotten' if forgotten else 'was not learnt'}\n")
    return bool(forgotten)


def _learnt(session: Session) -> dict[str, list[tuple[str, str]]]:
    store = open_for_reading(session.config().state)
    if store is None:
        return {}
    try:
        rows = [row for row in store.connections() if row.role == "marketplace"]
        return {row.label: store.learnt(row.id) for row in rows}
    finally:
        store.close()

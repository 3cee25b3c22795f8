"""Carry out `map`: what the marketplaces' SKUs are in the shop, one by one or as CSV."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.cli.listing import reading, writing
from orderlink.errors import ConfigurationError
from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table
from orderlink.report.spreadsheet import tamed, untamed
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.cli.session import Session
    from orderlink.store import Store


class Entry(Value, frozen=True):
    """One row of the table; an empty `shop_sku` takes the mapping of `sku` back."""

    sku: str
    shop_sku: str
    quantity: int = 1
    connection: str = ""  # the marketplace's name; empty: all


def show(session: Session) -> bool:
    """List the mappings."""
    entries = _entries(session)
    if not entries:
        session.output.show([Sentence("Nothing is mapped: each SKU is looked for as it is.")])
        return True
    columns = (
        Column("sku"),
        Column("shop sku"),
        Column("pieces", number=True),
        Column("marketplace"),
    )
    rows = tuple(
        (safe_text(one.sku), safe_text(one.shop_sku), str(one.quantity), one.connection or "all")
        for one in entries
    )
    session.output.show([Table("", columns, rows)])
    return True


def change(session: Session, entry: Entry) -> bool:
    """Add, change or (without a shop SKU) take back one mapping."""
    with writing(session) as store:
        connection = _connection_id(store, entry.connection)
        if entry.shop_sku:
            store.map_product(connection, entry.sku, entry.shop_sku, entry.quantity)
            text = f"{entry.sku} is {entry.quantity} x {entry.shop_sku}"
        else:
            known = store.unmap_product(connection, entry.sku)
            text = f"{entry.sku}: {'forgotten' if known else 'was not mapped'}"
    session.output.write(f"{safe_text(text)}\n")
    return bool(entry.shop_sku) or bool(known)


def write_csv(session: Session, target: str) -> bool:
    """Write all mappings as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(Entry.__struct_fields__)
    writer.writerows(_tamed(entry) for entry in _entries(session))
    if target == "-":
        session.output.write(text.getvalue())
    else:
        Path(target).write_text(text.getvalue(), "utf-8")
    return True


def _tamed(entry: Entry) -> list[str]:
    """Give the cells of a row, safe to open in a spreadsheet."""
    return [tamed(str(getattr(entry, name))) for name in Entry.__struct_fields__]


def read_csv(session: Session, source: str) -> bool:
    """Add the mappings of a CSV file, all or none. Raises `ConfigurationError`."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{source} cannot be read: {error}"]) from None
    entries = _parsed(source, text)
    with writing(session) as store, store.transaction():
        for entry in entries:
            connection = _connection_id(store, entry.connection)
            store.map_product(connection, entry.sku, entry.shop_sku, entry.quantity)
    session.output.write(f"{len(entries)} mappings read\n")
    return True


def _parsed(source: str, text: str) -> list[Entry]:
    reader = csv.DictReader(io.StringIO(text))
    if not {"sku", "shop_sku"} <= set(reader.fieldnames or ()):
        sentence = f"{source}: the first line must name the columns sku and shop_sku"
        raise ConfigurationError([f"{sentence} (and, if needed, quantity and connection)"])
    entries, problems = [], []
    for number, row in enumerate(reader, 2):
        quantity = row.get("quantity") or "1"
        if not (row["sku"] and row["shop_sku"] and quantity.isdigit() and int(quantity)):
            problems.append(f"{source}:{number}: needs sku, shop_sku and a quantity of 1 or more")
            continue
        connection = row.get("connection") or ""
        sku, shop_sku = untamed(row["sku"]), untamed(row["shop_sku"])
        entries.append(Entry(sku, shop_sku, int(quantity), connection))
    if problems:
        raise ConfigurationError(problems)
    return entries


def _entries(session: Session) -> list[Entry]:
    with reading(session) as store:
        labels = {row.id: row.label for row in store.connections()}
        return [
            Entry(sku, shop_sku, quantity, labels.get(connection, connection))
            for connection, sku, shop_sku, quantity in store.mapped_products()
        ]


def _connection_id(store: Store, name: str) -> str:
    if not name:
        return ""
    rows = [row for row in store.connections() if row.role == "marketplace"]
    found = [row.id for row in rows if name in {row.label, row.id}]
    if not found:
        known = ", ".join(row.label for row in rows) or "none has run yet"
        raise ConfigurationError([f"no marketplace is called {name}; there are: {known}"])
    return found[0]

"""A folder of CSV files as a marketplace: a connector of your own, in one file.

    [marketplaces.office]
    type = "./csv_marketplace.py:CsvFolder"
    folder = "orders"
    shipments_folder = "shipped"

Orders are read from `orders_*.csv`, a row for each line of an order; put a file there under another
name and rename it when it is complete. Needed columns: order_id, placed_at (ISO 8601 with an
offset), line_id, sku, quantity, unit_price; others: currency (EUR), title, first_name, last_name,
street, house_number, postal_code, city, country, email, phone.

Shipments are appended to `shipments.csv`, one row for each, which is never changed or removed. One
that is there already is not written again.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, unquote

from pydantic import Field

from orderlink.config import MarketplaceSettings
from orderlink.errors import Ambiguous, Refused, TryLater
from orderlink.model import (
    Address,
    Done,
    Line,
    Order,
    Page,
    SeenShipment,
    Shipment,
    ShippedLine,
    Unreadable,
)
from orderlink.settings import FilePath  # noqa: TC001 - pydantic reads the annotation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.model import Look

Row = dict[str, str]
NEEDED = {"order_id", "placed_at", "line_id", "sku", "quantity", "unit_price"}
COLUMNS = ("reference", "order_id", "lines", "carrier", "code")
ADDRESS = (
    "first_name",
    "last_name",
    "street",
    "house_number",
    "postal_code",
    "city",
    "country",
    "email",
    "phone",
)


class CsvSettings(MarketplaceSettings):
    """The keys of a connection, beside those that every marketplace has."""

    label: ClassVar[str] = "CSV"

    folder: FilePath = Field(description="Where the files of orders are.")
    shipments_folder: FilePath = Field(
        default=None, description="Where shipments.csv is; left out: beside the orders."
    )

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows in the state file."""
        return (str(self.folder),)


class CsvFolder:
    """The connector: Marketplace and ListsShipments. All it does is translate, read and append."""

    settings_model = CsvSettings
    LISTS_WHOLE_ORDERS = True

    def __init__(self, settings: CsvSettings, link: object) -> None:
        del link  # the way to the network and to values kept across runs
        self._folder = settings.folder or Path()
        self._shipments = (settings.shipments_folder or self._folder) / "shipments.csv"

    def orders(self, look: Look) -> Iterator[Page]:
        """Give all orders as one page, whatever is asked for: a folder tells no changes.

        Raises `TryLater` where a file cannot be read: that must never look like "no orders".
        """
        del look
        sent = self._pieces_sent()
        rows = (order_from(name, lines, sent) for name, lines in self._orders().items())
        yield Page(tuple(rows))

    def order(self, order_id: str) -> Order | Unreadable:
        """Read one order. Raises `Refused` where there is none."""
        rows = self._orders().get(order_id)
        if rows is None:
            raise Refused("order_not_found", f"no file has an order {order_id}")
        return order_from(order_id, rows, self._pieces_sent())

    def ship(self, shipment: Shipment) -> Done:
        """Append one row, by one write; none where this shipment has its row already.

        Raises `Refused` and `TryLater` where nothing was written, `Ambiguous` where it may be.
        """
        row = row_from(shipment)
        if any(shipment.reference == one.reference for one in self.shipments(shipment.order_id)):
            return Done(shipment.reference)
        try:
            file = os.open(self._shipments, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise TryLater(f"{self._shipments} cannot be opened: {error.strerror}") from error
        try:
            document = beginning(file) + row
            complete = os.write(file, document) == len(document)
            os.fsync(file)
        except OSError as error:
            raise Ambiguous(f"{self._shipments} was perhaps not written: {error}") from error
        finally:
            os.close(file)
        if not complete:
            raise Ambiguous(f"{self._shipments}: a part of a row was written: is the disk full?")
        return Done(shipment.reference)

    def shipments(self, order_id: str) -> tuple[SeenShipment, ...]:
        """List the shipments of one order: so is found what was written before a crash."""
        return tuple(shipment for order, shipment in self._sent() if order == order_id)

    def _sent(self) -> list[tuple[str, SeenShipment]]:
        try:
            return shipments_from(self._shipments.read_text("utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise TryLater(f"{self._shipments} cannot be read: {error}") from error

    def _pieces_sent(self) -> Counter[tuple[str, str]]:
        """Count the pieces that were sent, by order and line."""
        pieces: Counter[tuple[str, str]] = Counter()
        for order, shipment in self._sent():
            pieces.update({(order, line.line_id): line.quantity for line in shipment.lines})
        return pieces

    def _orders(self) -> dict[str, list[Row]]:
        """Read the rows of all files, by order; a row that is there twice counts once."""
        found: dict[str, list[Row]] = {}
        if not self._folder.is_dir():
            raise TryLater(f"there is no folder {self._folder}")
        for path in sorted(self._folder.glob("orders_*.csv")):
            for number, row in enumerate(rows_of(path), start=2):
                rows = found.setdefault(row["order_id"] or f"{path.name} line {number}", [])
                rows += [row] if row not in rows else []
        return found


# Translation, apart from files: document -> model


def rows_of(path: Path) -> list[Row]:
    """Read a file of orders. Raises `TryLater` where it is not one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [
                {name: (value or "").strip() for name, value in row.items() if name}
                for row in reader
            ]
            missing = NEEDED - set(reader.fieldnames or ())
    except (OSError, ValueError, csv.Error) as error:
        raise TryLater(f"{path} cannot be read: {error}") from error
    if missing:
        raise TryLater(f"{path} lacks the columns {', '.join(sorted(missing))}")
    return rows


def order_from(
    order_id: str, rows: Sequence[Row], sent: Counter[tuple[str, str]]
) -> Order | Unreadable:
    """Make an order out of its rows; one that cannot be read is a value, too."""
    try:
        lines = tuple(line_from(row, sent[order_id, row["line_id"]]) for row in rows)
        placed_at = datetime.fromisoformat(rows[0]["placed_at"])
    except (ValueError, InvalidOperation) as error:
        return Unreadable(order_id, f"a number or a time is none: {error}")
    if placed_at.tzinfo is None:
        return Unreadable(order_id, "placed_at has no offset (as in 2026-01-31T09:00+01:00)")
    if len({line.id for line in lines}) != len(lines):
        return Unreadable(order_id, "a line_id is there twice, with different words")
    return Order(
        id=order_id,
        placed_at=placed_at.astimezone(UTC),
        currency=rows[0].get("currency") or "EUR",
        lines=lines,
        ship_to=Address(**{name: rows[0].get(name, "") for name in ADDRESS}),
    )


def line_from(row: Row, shipped: int) -> Line:
    """Make a line out of a row. Raises ValueError or InvalidOperation."""
    quantity, price = int(row["quantity"]), Decimal(row["unit_price"])
    if not row["line_id"] or quantity < 1 or not price.is_finite() or price < 0:
        raise ValueError("line_id, quantity or unit_price")
    return Line(
        id=row["line_id"],
        quantity=quantity,
        unit_price=price,
        total=price * quantity,
        sku=row["sku"],
        title=row.get("title", ""),
        shipped=shipped,
    )


# A shipment is one row, every cell in quotes: so a row that was cut short can be told.


def row_from(shipment: Shipment) -> bytes:
    """Write a shipment as a row. Raises `Refused` for what would not stay one row."""
    lines = " ".join(f"{quote(line.line_id, safe='')}={line.quantity}" for line in shipment.lines)
    cells = (shipment.reference, shipment.order_id, lines, shipment.carrier_code, shipment.code)
    if any(mark in cell for cell in cells for mark in '"\r\n'):
        raise Refused("marketplace_refused", "the code holds a quote or a line break")
    return row_text(cells)


def row_text(cells: Sequence[str]) -> bytes:
    """Write a row that holds neither quotes nor line breaks."""
    return (",".join(f'"{cell}"' for cell in cells) + "\n").encode()


def beginning(file: int) -> bytes:
    """Give what stands before the next row: the names, or an end for a row that was cut short."""
    size = os.fstat(file).st_size
    if not size:
        return row_text(COLUMNS)
    return b"" if os.pread(file, 1, size - 1) == b"\n" else b"\n"


def shipments_from(text: str) -> list[tuple[str, SeenShipment]]:
    """Read the rows that are whole, each with its order's number. Raises ValueError."""
    found = []
    for line in text.split("\n")[1:]:
        cells = line[1:-1].split('","')
        if len(line) > 1 and line.endswith('"') and len(cells) == len(COLUMNS):
            reference, order_id, lines, carrier, code = cells
            shipped = tuple(shipped_line_from(part) for part in lines.split())
            found.append((order_id, SeenShipment(reference, code, carrier, shipped)))
    return found


def shipped_line_from(text: str) -> ShippedLine:
    """Read `LINE=PIECES`. Raises ValueError."""
    line_id, _, quantity = text.rpartition("=")
    return ShippedLine(unquote(line_id), int(quantity))

"""A third party's connector in the contract suite: `examples/csv_marketplace.py`, as it stands."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.values import replace
from tests.contract.sides import MarketplaceSide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

COLUMNS = (
    *("order_id", "placed_at", "line_id", "sku", "quantity", "unit_price"),
    *("first_name", "last_name", "street", "house_number", "postal_code", "city", "country"),
)
BUYER = ("Noor", "van der Meer", "Havenstraat", "12", "3511EV", "Utrecht", "NL")
WRONG_FILES = {
    "no columns": b"",
    "other columns": b"order_id,sku\nA-1,MUG-RED\n",
    "a quote that does not end": b'"order_id',
    "no text": b"\xff\xfe\x00",
    "zeros": b"\x00" * 512,
}


class CsvSide(MarketplaceSide):
    """A folder with one file of orders, and a folder with the shipments."""

    word = "./csv_marketplace.py:CsvFolder"
    settings: ClassVar[Mapping[str, Any]] = {"folder": "orders", "shipments_folder": "shipped"}
    carrier = "PostNL"
    rows_per_page = 0
    can_cancel = False

    def prepare(self, *, rate_limits: bool) -> None:
        del rate_limits  # a folder has none
        self._orders: dict[str, list[dict[str, str]]] = {}
        for name in ("orders", "shipped"):
            (self.folder / name).mkdir()
        self._path = self.folder / "orders" / "orders_1.csv"
        self._write()

    def _write(self) -> None:
        with self._path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(row for rows in self._orders.values() for row in rows)

    def place(self, *pieces: int) -> str:
        order_id = f"A-{len(self._orders) + 1}"
        placed_at = self.clock.now().isoformat()
        self._orders[order_id] = []
        for number, count in enumerate(pieces or (1,), start=1):
            article = (str(number), f"SKU-{number}", str(count), "12.99")
            cells = (order_id, placed_at, *article, *BUYER)
            self._orders[order_id].append(dict(zip(COLUMNS, cells, strict=True)))
        self._write()
        return order_id

    def _sent(self) -> list[list[str]]:
        path = self.folder / "shipped" / "shipments.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))[1:]

    def ship_by_hand(self, order_id: str) -> None:
        self.connector.ship(replace(self.shipment(order_id), reference=f"by hand {order_id}"))

    def shipped(self, order_id: str) -> Counter[str]:
        pieces: Counter[str] = Counter()
        for _, order, lines, *_ in self._sent():
            if order == order_id:
                for part in lines.split():
                    line_id, _, count = part.partition("=")
                    pieces[line_id] += int(count)
        return pieces

    def writes(self) -> int:
        return len(self._sent())

    def record(self, order_id: str) -> Any:
        return self._orders[order_id]

    def spoil(self, order_id: str, change: Callable[[Any], Any]) -> None:
        self._write()
        changed = change(self._orders[order_id])
        rows = changed if isinstance(changed, list) and changed else [None]
        with self._path.open("a", encoding="utf-8", newline="") as file:
            content = self._path.read_text("utf-8").splitlines(keepends=True)
            kept = [line for line in content if not line.startswith(f"{order_id},")]
            file.truncate(0)
            file.write("".join(kept))
            writer = csv.writer(file)
            for row in rows:
                cells = row if isinstance(row, dict) else {"order_id": order_id, "quantity": "?"}
                writer.writerow(
                    "" if (cell := cells.get(name)) is None else cell for name in COLUMNS
                )

    def mend(self) -> None:
        self._write()

    def spoil_pages(self) -> Iterator[str]:
        for name, content in WRONG_FILES.items():
            self._path.write_bytes(content)
            yield name
        self._path.unlink()
        (self.folder / "orders").rmdir()
        yield "no folder"

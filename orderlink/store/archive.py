"""The archive: what was closed long ago stands in cold tables of the same file.

An order is moved whole, with its effects, problems, events and codes, and comes back whole; it is
either hot or cold, and each move is part of one transaction. What a run reads and writes are the
hot tables, so that they stay as small as the orders of the time before `archive_after`.

Exactly once holds across both. The key (account, connection, order id) is unique in each, and the
one statement that adds an order (`add_order`) looks for the key in the archive, too, by its unique
index: whoever lists an archived order again, whatever made it so (a late change, a window that was
opened again, a rebuild), no second row is made, and without a row that is `new` nothing is created.
The effects with their numbers and remote references come back with the order before anything is
decided about it, so that a new effect never takes the place of one that was carried out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import time_text
from orderlink.store.exports import Exports
from orderlink.store.records import order_row

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.rows import OrderKey, OrderRow

TABLES = ("orders", "codes", "outbox", "problems", "events")
"""What hangs on an order; each has a cold table with the same columns, called `archived_...`."""


class Archive(Exports):
    """Moving orders into the archive and out of it."""

    def archivable_orders(self, closed_before: datetime, limit: int) -> list[OrderRow]:
        """List orders closed before then that may be archived, the longest closed first.

        Their personal data are gone, no problem is open or was told and not yet told to be over,
        and nothing is to be written for them or was with an outcome that is not known.
        """
        rows = self.database.all(
            "archivable_orders", closed_before=time_text(closed_before), limit=limit
        )
        return [order_row(row) for row in rows]

    def has_archived(self) -> bool:
        """Tell whether there is any order in the archive."""
        return self.database.one("has_archived") is not None

    def archived_order(self, key: OrderKey) -> OrderRow | None:
        """Give an order that is in the archive; None where there is none with this key."""
        row = self.database.one("archived_order", connection=key.connection, order_id=key.order_id)
        return None if row is None else order_row(row)

    def known_order(self, key: OrderKey) -> OrderRow | None:
        """Give an order wherever it is; None where there never was one with this key."""
        row = self.database.one("order", connection=key.connection, order_id=key.order_id)
        return self.archived_order(key) if row is None else order_row(row)

    def archive(self, key: OrderKey, now: datetime) -> None:
        """Move an order into the archive, with everything that hangs on it."""
        with self.transaction():
            self._date_archiving(key, now)
            for table in TABLES:
                self._move(key, table, f"archived_{table}")

    def recall(self, key: OrderKey) -> bool:
        """Bring an order back from the archive, with everything; False where it is not there."""
        with self.transaction():
            if self.archived_order(key) is None:
                return False
            for table in TABLES:
                self._move(key, f"archived_{table}", table)
            self._date_archiving(key, None)
        return True

    def _date_archiving(self, key: OrderKey, at: datetime | None) -> None:
        where = {"connection": key.connection, "order_id": key.order_id}
        self.database.run("date_archiving", at=time_text(at) if at else None, **where)

    def _move(self, key: OrderKey, source: str, target: str) -> None:
        these = "account = :account AND connection = :connection AND order_id = :order_id"
        where = {"connection": key.connection, "order_id": key.order_id}
        copy = f"INSERT INTO {target} SELECT * FROM {source} WHERE {these}"  # noqa: S608 - our own names
        self.database.execute(copy, where)
        self.database.execute(f"DELETE FROM {source} WHERE {these}", where)  # noqa: S608

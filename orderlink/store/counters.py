"""Counters: how many orders stand where, and what happened in each hour.

They are written in the transactions that change the orders themselves, at their end, so that a look
at them costs the same however many years of orders are in the file.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from orderlink.codec import read_time, time_text
from orderlink.rows import OrderCount, Tally
from orderlink.store.keeping import Keeping

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.basics import Status
    from orderlink.decide.counting import Counted
    from orderlink.store.database import Database


class Counters(Keeping):
    """What is counted when it happens."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._counted: Counter[tuple[str, str, str]] = Counter()
        self._tallied: Counter[tuple[str, str, str, str]] = Counter()
        database.before_commit = self._write_counts
        database.after_rollback = self._forget_counts

    def order_counts(self) -> list[OrderCount]:
        """Tell how many orders there are in each status, by marketplace and shop."""
        return [OrderCount(*row) for row in self.database.all("order_counts")]

    def partial_orders(self) -> dict[str, int]:
        """Count the open orders of which a part is shipped or cancelled, by marketplace."""
        rows = self.database.all("partial_orders")
        return {row["connection"]: row["orders"] for row in rows}

    def personal_data(self) -> tuple[int, datetime | None]:
        """Tell of how many orders buyers' data are kept, and since when the oldest of them."""
        row = self.database.one("personal_data")
        if row is None or row["oldest"] is None:
            return 0, None
        return row["orders"], read_time(row["oldest"])

    def tallies(self, since: datetime) -> list[Tally]:
        """List what happened in each hour, from the one that `since` lies in."""
        return [
            Tally(read_time(row["hour"]), row["connection"], row["word"], row["kind"], row["times"])
            for row in self.database.all("tallies", since=_hour(since))
        ]

    def _write_counts(self) -> None:
        orders, times = dict(self._counted), dict(self._tallied)
        self._forget_counts()
        for (connection, shop, status), difference in orders.items():
            where = {"connection": connection, "shop": shop, "status": status}
            if difference:
                self.database.run("count_order", difference=difference, **where)
        for (connection, hour, word, kind), count in times.items():
            values = {"hour": hour, "word": word, "kind": kind, "times": count}
            self.database.run("tally", connection=connection, **values)

    def _forget_counts(self) -> None:
        self._counted.clear()
        self._tallied.clear()

    def _count(self, connection: str, shop: str, status: Status, difference: int) -> None:
        self._counted[connection, shop, str(status)] += difference
        if not self.database.in_transaction:
            self._write_counts()

    def _tally(
        self, connection: str, what: tuple[Counted, str] | None, at: datetime, times: int = 1
    ) -> None:
        if what is not None:
            self._tallied[connection, _hour(at), str(what[0]), what[1]] += times
            if not self.database.in_transaction:
                self._write_counts()


def _hour(moment: datetime) -> str:
    return time_text(moment.replace(minute=0, second=0, microsecond=0))

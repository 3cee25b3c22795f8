"""Counters: how many orders stand where, and what happened in each hour.

They are written in the transactions that change the orders themselves, so that a look at them costs
the same however many years of orders are in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import read_time, time_text
from orderlink.rows import OrderCount, Tally

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.basics import Status
    from orderlink.decide.counting import Counted
    from orderlink.store.database import Database


class Counters:
    """What is counted when it happens."""

    database: Database

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

    def _count(self, connection: str, shop: str, status: Status, difference: int) -> None:
        where = {"connection": connection, "shop": shop, "status": status}
        self.database.run("count_order", difference=difference, **where)

    def _tally(
        self, connection: str, what: tuple[Counted, str] | None, at: datetime, times: int = 1
    ) -> None:
        if what is not None:
            word, kind = what
            values = {"word": word, "kind": kind, "times": times}
            self.database.run("tally", connection=connection, hour=_hour(at), **values)


def _hour(moment: datetime) -> str:
    return time_text(moment.replace(minute=0, second=0, microsecond=0))

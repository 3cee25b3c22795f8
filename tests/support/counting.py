"""The counters of a state file held against what is in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from orderlink.basics import CLOSED, Status
from orderlink.store.records import order_row

if TYPE_CHECKING:
    from orderlink.rows import OrderRow
    from orderlink.store import Store

Where = tuple[str, ...]


def miscounted(store: Store) -> dict[str, tuple[object, object]]:
    """Give what the counters say and what is there, wherever the two differ."""
    rows = [order_row(row) for row in store.database.execute("SELECT * FROM all_orders", {})]
    counters, counts = _counters(store), _counts(store, rows)
    return {
        name: (counters[name], counts[name])
        for name in counts
        if +counters[name] != +counts[name] or any(value < 0 for value in counters[name].values())
    }


def _counters(store: Store) -> dict[str, Counter[Where]]:
    found: dict[str, Counter[Where]] = {
        "orders": Counter(
            {(one.connection, one.shop, one.status): one.orders for one in store.order_counts()}
        ),
        "partial": Counter({(place,): count for place, count in store.partial_orders().items()}),
    }
    by_word: dict[str, Counter[Where]] = {}
    for row in store.database.execute("SELECT * FROM tallies", {}):
        hourly = row["word"] in {"imported", "created", "problem"}
        where = (row["connection"], row["hour"]) if hourly else (row["connection"],)
        by_word.setdefault(row["word"], Counter())[where] += row["times"]
    words = ("imported", "created", "shipped", "cancelled", "problem")
    return found | {word: by_word.get(word, Counter()) for word in words}


def _counts(store: Store, rows: list[OrderRow]) -> dict[str, Counter[Where]]:
    closed = {*CLOSED, Status.MANUAL}
    return {
        "orders": Counter((row.key.connection, row.shop, str(row.status)) for row in rows),
        "partial": Counter(
            (row.key.connection,) for row in rows if row.partial and row.status not in closed
        ),
        "imported": Counter((row.key.connection, _hour(str(row.first_seen_at))) for row in rows),
        "created": _events(store, "created", "found_in_shop"),
        "problem": _events(store, "problem"),
        "shipped": Counter((row.key.connection,) for row in rows if row.status is Status.SHIPPED),
        "cancelled": Counter(
            (row.key.connection,) for row in rows if row.status is Status.CANCELLED
        ),
    }


def _events(store: Store, *words: str) -> Counter[Where]:
    rows = store.database.execute("SELECT connection, at, word FROM all_events", {})
    return Counter((row["connection"], _hour(row["at"])) for row in rows if row["word"] in words)


def _hour(moment: str) -> str:
    return f"{moment[:10]}T{moment[11:13]}:00:00.000000Z"

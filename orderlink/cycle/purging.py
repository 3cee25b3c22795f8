"""Personal data: kept as long as they are needed, and then gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.cycle.mending import public_part
from orderlink.rows import Kind
from orderlink.values import replace

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from orderlink.rows import OrderRow
    from orderlink.store import Store

AT_ONCE = 500
"""So many orders in one run, so that a first purge does not hold up the orders."""


def purge(store: Store, now: datetime, keep: timedelta, limit: int = AT_ONCE) -> int:
    """Empty what is personal of orders closed longer ago than `keep`; tell of how many."""
    store.correct_closed_at(now)
    rows = store.unpurged_orders(now - keep, limit)
    for row in rows:
        with store.transaction():
            empty_creations(store, row)
            store.purge(row)
    if rows:
        store.database.shrink_log()
    return len(rows)


def empty_creations(store: Store, row: OrderRow) -> None:
    """Take the buyer's data out of what was, or was to be, sent to create an order."""
    for effect in store.effects(row.key, Kind.CREATE):
        store.change_effect(effect, replace(effect, document=public_part(effect.document)))

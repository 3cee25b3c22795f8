"""Growth: orders that were closed long ago leave the tables that the runs work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from orderlink.store import Store

AT_ONCE = 300
"""So many orders in one run and one commit, so that a first archiving holds up nothing for long."""


def archive(store: Store, now: datetime, after: timedelta, limit: int = AT_ONCE) -> int:
    """Archive orders that were closed longer ago than `after`; tell how many.

    What was noted of them after their personal data were deleted is looked through once more. With
    nothing to archive nothing is written.
    """
    if not store.archivable_orders(now - after, 1):
        return 0
    with store.transaction():
        # In the transaction: a person may decide about one in this very moment.
        rows = store.archivable_orders(now - after, limit)
        for row in rows:
            store.purge(row)
            store.archive(row.key, now)
    store.database.shrink_log()
    return len(rows)

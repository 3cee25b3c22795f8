"""Years of orders in a moment: a closed order with all its rows, copied over and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.basics import Status
from orderlink.codec import time_text

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.rows import OrderRow
    from orderlink.store import Store

NUMBERS = (
    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT :times)"
)
"""The numbers from 1 on."""
BACK = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', :newest, '-' || (n * :minutes) || ' minutes')"
"""As text: so many minutes before the newest copy."""
NEXT_EVENT = "(SELECT seq FROM sqlite_sequence WHERE name = 'events') + row_number() OVER ()"
"""An id that no event has or had, in the archive either."""


def multiply(
    store: Store,
    row: OrderRow,
    times: int,
    newest: datetime,
    *,
    minutes: float = 1.0,
    name: str = "COPY",
    archived: bool = False,
) -> None:
    """Copy a closed order so many times, each placed so many minutes before the one before it.

    `archived`: the copies stand in the archive, as if a run had moved them there.
    """
    number = f"'{name}-' || printf('%07d', n)"  # in the order of the indexes, to be quick
    unlike = {
        "orders": {
            "order_id": number,
            "shop_order_id": f"'shop-' || {number}",
            "shop_order_number": f"'shop-' || {number}",
            "reference": f"'bol::' || {number}",
            "placed_at": BACK,
            "first_seen_at": BACK,
            "seen_at": BACK,
            "closed_at": BACK,
            "purged": "1",
            "archived_at": BACK if archived else "NULL",
        },
        "codes": {"order_id": number, "code": "code || n"},
        "outbox": {"order_id": number, "started_at": BACK},
        "events": {"id": NEXT_EVENT, "order_id": number, "at": BACK},
    }
    values = {"times": times, "newest": time_text(newest), "minutes": minutes}
    with store.transaction():
        for table, changed in unlike.items():
            target = f"archived_{table}" if archived else table
            _copy(store, (table, target), changed, {**values, **_where(row)})
        store._count(row.key.connection, row.shop, Status(row.status), times)
        _tally(store, {**values, "connection": row.key.connection})


def _where(row: OrderRow) -> dict[str, str]:
    return {"connection": row.key.connection, "order_id": row.key.order_id}


def _copy(
    store: Store, tables: tuple[str, str], changed: dict[str, str], values: dict[str, object]
) -> None:
    table, target = tables
    columns = [one["name"] for one in store.database.execute(f"PRAGMA table_info({table})", {})]
    copied = ", ".join(changed.get(name, name) for name in columns)
    store.database.execute(
        f"{NUMBERS} INSERT INTO {target} ({', '.join(columns)}) SELECT {copied}"  # noqa: S608
        f" FROM {table}, numbers WHERE account = :account AND connection = :connection"
        " AND order_id = :order_id",
        values,
    )
    if target == "archived_events":
        store.database.execute(
            "UPDATE sqlite_sequence SET seq = seq + changes() WHERE name = 'events'", {}
        )


def _tally(store: Store, values: dict[str, object]) -> None:
    hour = f"substr({BACK}, 1, 13) || ':00:00.000000Z'"
    for word, kind in (("imported", ""), ("created", ""), ("shipped", "with_code")):
        store.database.execute(
            f"{NUMBERS} INSERT INTO tallies (account, hour, connection, word, kind, times)"  # noqa: S608
            f" SELECT :account, {hour}, :connection, '{word}', '{kind}', COUNT(*) FROM numbers"
            " WHERE true GROUP BY 2 ON CONFLICT (account, hour, connection, word, kind)"
            " DO UPDATE SET times = tallies.times + excluded.times",
            values,
        )

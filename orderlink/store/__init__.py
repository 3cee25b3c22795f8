"""The only SQL: the state file as rows and verdicts.

Everything that changes about an order goes through `Store.apply`, in one transaction. Readers get
the frozen values of `orderlink.rows`.
"""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING, Any

from orderlink.basics import Status
from orderlink.codec import dumps, read_time, time_text
from orderlink.decide.counting import Counted, counted_closing
from orderlink.rows import Event, OrderKey, OrderRow, is_partial
from orderlink.store.archive import Archive
from orderlink.store.records import column, connection_row, effect_row, order_row
from orderlink.values import replace

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from orderlink.decide.verdict import Verdict
    from orderlink.rows import ConnectionRow, EffectRow, LineRow


class Store(Archive):
    """The state of one installation."""

    def connections(self) -> list[ConnectionRow]:
        """List all connections that were ever used."""
        return [connection_row(row) for row in self.database.all("connections")]

    def connection(self, identity: str) -> ConnectionRow:
        """Give one connection by its id."""
        row = self.database.one("connection", id=identity)
        if row is None:
            raise LookupError(f"there is no connection {identity}")
        return connection_row(row)

    def bind(self, role: str, kind: str, binding: str, label: str) -> ConnectionRow:
        """Give the connection with this binding; it is added, or its label renewed, as needed."""
        rows = self.connections()
        for row in rows:
            if (row.role, row.binding) == (role, binding):
                if row.label != label:
                    self.database.run("label_connection", id=row.id, label=label)
                return replace(row, label=label)
        short = kind.rsplit(":", 1)[-1].lower()
        taken = {row.id for row in rows}
        number = next(n for n in range(1, len(rows) + 2) if f"{short}-{n}" not in taken)
        values = {"id": f"{short}-{number}", "role": role, "type": kind}
        self.database.run("add_connection", binding=binding, label=label, **values)
        return self.connection(values["id"])

    def first_run(self, connection: str, at: datetime) -> None:
        """Keep the instant of a connection's first run; later ones change nothing."""
        self.database.run("first_run", id=connection, at=time_text(at))

    def correct_first_run(self, connection: str, at: datetime) -> None:
        """Put the instant of a connection's first run right, which a wrong clock gave."""
        self.database.run("correct_first_run", id=connection, at=time_text(at))

    def looked(
        self,
        connection: str,
        until: datetime,
        import_from: str | None,
        *,
        began: datetime | None = None,
    ) -> None:
        """Move the watermark; `import_from` is given after a look at the whole open list.

        `began` is when that look did (`until` if not given): what was seen last before it was
        missing from the list.
        """
        if import_from is None:
            self.database.run("looked", id=connection, until=time_text(until))
        else:
            self.database.run(
                "looked_at_all",
                id=connection,
                until=time_text(until),
                began=time_text(began or until),
                import_from=import_from,
            )

    def forget_looks(self) -> None:
        """Let everything be read again in the next run: open lists, and each order and shop order.

        Nothing that was seen of an open order counts any more.
        """
        self.database.run("forget_looks")
        self.database.run("forget_sightings")

    def set_newest_shop_order(self, connection: str, newest: str, at: datetime | None) -> None:
        """Keep the highest order id that is known of a shop, and when it was; None: not known."""
        self.database.run("newest_shop_order", id=connection, newest=newest)
        if at is not None:
            self.database.run("mark_shop", id=connection, newest=newest, at=time_text(at))

    def newest_shop_order_at(self, connection: str, at: datetime) -> str:
        """Give the highest order id that a shop was known to have by then; empty: not known."""
        row = self.database.one("shop_mark", id=connection, at=time_text(at))
        return "" if row is None else str(row["newest"])

    def order(self, key: OrderKey) -> OrderRow | None:
        """Give one order."""
        row = self.database.one("order", connection=key.connection, order_id=key.order_id)
        return None if row is None else order_row(row)

    def add_order(
        self,
        key: OrderKey,
        shop: str,
        placed_at: datetime,
        now: datetime,
        lines: Sequence[LineRow],
        reference: str,
    ) -> bool:
        """Take in an order as `new`; False where it was known already, if only by the archive."""
        with self.transaction():
            added = self.database.run(
                "add_order",
                connection=key.connection,
                order_id=key.order_id,
                shop=shop,
                status=Status.NEW,
                placed_at=time_text(placed_at),
                first_seen_at=time_text(now),
                seen_at=time_text(now),
                lines=dumps(lines),
                partial=is_partial(tuple(lines)),
                reference=reference,
            )
            if added:
                self._count(key.connection, shop, Status.NEW, 1)
                self._tally(key.connection, (Counted.IMPORTED, ""), now)
                self.add_event(key, Event("seen"), now)
        return bool(added)

    def leave_out(self, key: OrderKey, now: datetime) -> None:
        """Drop a new order that turns out to be none of ours: the marketplace sends it."""
        with self.transaction():
            where = {"connection": key.connection, "order_id": key.order_id}
            gone = self.database.one("leave_out_order", **where)
            if gone is not None:
                self._count(key.connection, gone["shop"], Status.NEW, -1)
                seen_at = read_time(gone["first_seen_at"])
                self._tally(key.connection, (Counted.IMPORTED, ""), seen_at, -1)
                self.solve(key, [problem.word for problem in self.problems(key)], now)

    def apply(self, row: OrderRow, verdict: Verdict, now: datetime) -> bool:
        """Write a verdict down; False where the status had changed meanwhile.

        Facts and events are recorded in any case; status, problems and effects only where the row
        still has the status on which the verdict was taken.
        """
        with self.transaction():
            self._write_facts(row.key, verdict.changes)
            for event in verdict.events:
                self.add_event(row.key, event, now)
            if verdict.status is not None and not self._change_status(row, verdict, now):
                return False
            for problem in verdict.opens:
                self.open_problem(row.key, problem, now)
            opened = {problem.word for problem in verdict.opens}
            self.solve(row.key, [word for word in verdict.closes if word not in opened], now)
            for kind in verdict.withdrawn:
                self._withdraw(row.key, kind)
            for kind in verdict.due:
                self.add_effect(row, kind)
        return True

    def _write_facts(self, key: OrderKey, changes: Mapping[str, Any]) -> None:
        if changes.get("shop_order_id"):
            # A person may have mended more of it than was known when it was sent.
            self.database.run("keep_report_edits", connection=key.connection, order_id=key.order_id)
            changes = {name: value for name, value in changes.items() if name != "edits"}
        if not changes:
            return
        known = OrderRow.__struct_fields__
        if "lines" in changes:
            changes = {**changes, "partial": is_partial(changes["lines"])}
        columns = ", ".join(f"{name} = :{name}" for name in changes if name in {*known, "partial"})
        values = {name: column(name, value) for name, value in changes.items()}
        self.database.execute(
            f"UPDATE orders SET {columns} WHERE account = :account"  # noqa: S608 - our own names
            " AND connection = :key_connection AND order_id = :key_order_id",
            {**values, "key_connection": key.connection, "key_order_id": key.order_id},
        )
        for parcel in changes.get("parcels", ()):
            values = {"connection": key.connection, "order_id": key.order_id}
            code = "".join(parcel.code.split()).upper()
            self.database.run("add_code", code=code, **values)

    def _change_status(self, row: OrderRow, verdict: Verdict, now: datetime) -> bool:
        # A clock that went back must not make what is closed now look closed long ago.
        now = max(now, self.newest_time() or now)
        status = verdict.status or row.status
        changed = self.database.run(
            "change_status",
            connection=row.key.connection,
            order_id=row.key.order_id,
            status=status,
            old=row.status,
            at=time_text(now),
        )
        if changed and status is not row.status:
            self._count(row.key.connection, row.shop, row.status, -1)
            self._count(row.key.connection, row.shop, status, 1)
            self._tally(row.key.connection, counted_closing(verdict), now)
        return bool(changed)

    def correct_closed_at(self, now: datetime) -> None:
        """Let what a clock that was ahead closed count from now."""
        self.database.run("correct_closed_at", now=time_text(now))

    def unpurged_orders(self, closed_before: datetime, limit: int) -> list[OrderRow]:
        """List orders closed before then whose personal data were not looked through yet.

        An unreadable order that was last seen before then counts as closed.
        """
        before = time_text(closed_before)
        rows = self._orders("unpurged_orders", closed_before=before, limit=limit)
        rest = limit - len(rows)
        return rows + self._orders("unpurged_unreadable", seen_before=before, limit=rest)

    def purge(self, row: OrderRow) -> None:
        """Empty what is personal of one order, in its events, problems and effects, too."""
        where = {"connection": row.key.connection, "order_id": row.key.order_id}
        for query in ("purged_order", "purge_events", "purge_problems", "purge_effects"):
            self.database.run(query, **where)

    def forget_buyers(self, meanings: Mapping[str, str]) -> None:
        """Empty what is personal of all orders, and take them as not read yet.

        Of an open problem the meaning of its word is left. What creations sent that are not done is
        left to who knows which part of it is public: see `unsettled_creations`.
        """
        for query in (
            "forget_documents",
            "forget_edits",
            "forget_events",
            "forget_problems",
            "forget_errors",
        ):
            self.database.run(query)
        for word, meaning in meanings.items():
            self.database.run("shorten_problems", word=word, meaning=meaning)

    def unsettled_creations(self) -> list[EffectRow]:
        """List the creations that are not done and have a copy of what they send."""
        return [effect_row(row) for row in self.database.all("unsettled_creations")]

    def open_orders(self, connection: str) -> list[OrderRow]:
        """List the orders of a marketplace that are still followed, oldest first."""
        return self._orders("open_orders", connection=connection)

    def missing_orders(self, connection: str, full_look_at: datetime) -> list[OrderRow]:
        """List the orders that are still followed and were not seen since then, oldest first."""
        seen_before = time_text(full_look_at)
        return self._orders("missing_orders", connection=connection, seen_before=seen_before)

    def new_orders(self, connection: str) -> list[OrderRow]:
        """List the orders that are not in the shop yet; those that keep failing come last.

        Their documents are left out, so that a backlog fits into little memory: `orders_by_id`.
        """
        rows = self.database.each("new_orders", connection=connection)
        return [order_row(row, document=False) for row in rows]

    def count_unapproved(self, connection: str) -> int:
        """Count the new orders that have not passed the brake."""
        row = self.database.one("count_unapproved", connection=connection)
        return 0 if row is None else int(row["orders"])

    def approve_new_orders(self, connection: str) -> None:
        """Let all orders that are new now pass the brake."""
        self.database.run("approve_new_orders", connection=connection)

    def followed_orders(self, shop: str) -> list[OrderRow]:
        """List the orders of a shop that are not closed."""
        return self._orders("followed_orders", shop=shop)

    def late_orders(self, shop: str, closed_after: datetime) -> list[OrderRow]:
        """List the orders of a shop that were closed without a code since then."""
        return self._orders("late_orders", shop=shop, closed_after=time_text(closed_after))

    def known_orders(self, connection: str, ids: Sequence[str]) -> dict[str, OrderRow]:
        """Give those of these orders of a marketplace that are known, wherever they are, by id."""
        found = self.orders_by_id(connection, ids)
        rest = [order_id for order_id in ids if order_id not in found]
        return found | self._orders_by_id("archived_orders", connection, rest)

    def orders_by_id(self, connection: str, ids: Sequence[str]) -> dict[str, OrderRow]:
        """Give those of these orders of a marketplace that are known and not archived, by id."""
        return self._orders_by_id("orders", connection, ids)

    def _orders_by_id(self, table: str, connection: str, ids: Sequence[str]) -> dict[str, OrderRow]:
        if not ids:
            return {}
        names = {f"id_{number}": order_id for number, order_id in enumerate(ids)}
        places = ", ".join(f":{name}" for name in names)
        rows = self.database.execute(
            f"SELECT * FROM {table} WHERE account = :account"  # noqa: S608 - our own names
            f" AND connection = :connection AND order_id IN ({places})",
            {"connection": connection, **names},
        )
        return {row["order_id"]: order_row(row) for row in rows}

    def orders_named(self, name: str) -> list[OrderRow]:
        """Find orders by marketplace number, shop id, shown number (with or without #) or code.

        Those in the archive are found, too. One of several connections' orders is named with the
        connection's id before it: `bol-1/NUMBER`.
        """
        connection, slash, rest = name.partition("/")
        found = self._named(name)
        if found or not slash:
            return found
        return [row for row in self._named(rest) if row.key.connection == connection]

    def _named(self, name: str) -> list[OrderRow]:
        code = "".join(name.split()).upper()
        return self._orders("orders_named", name=name, number=name.lstrip("#"), code=code)

    def numbers_like(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """List numbers of orders that begin like this, with connection and status.

        Those that are followed come first, the newest first; others by their numbers, where the
        beginning of one is given.
        """
        values = {"prefix": prefix, "end": f"{prefix}\U0010ffff", "limit": limit}
        rows = self.database.all("followed_numbers", **values)
        if prefix and len(rows) < limit:
            rows += self.database.all("numbers", **{**values, "limit": limit - len(rows)})
        return [tuple(row) for row in rows]

    def list_orders(
        self, *, status: str, connection: str, since: datetime, limit: int, archived: bool = False
    ) -> list[OrderRow]:
        """List orders by placing time, newest first; empty filters take all.

        `archived`: those in the archive as well.
        """
        query = "all_listed_orders" if archived else "listed_orders"
        statuses = (status,) if status else tuple(Status)
        connections = (connection,) if connection else [row.id for row in self.connections()]
        values = {"since": time_text(since), "limit": limit}
        lists = [
            self.database.each(query, connection=one, status=word, **values)
            for one in connections
            for word in statuses
        ]
        newest_first = heapq.merge(*lists, key=_placing, reverse=True)
        return [order_row(row) for row in islice(newest_first, limit)]

    def waiting_orders(self, limit: int) -> list[OrderRow]:
        """List the orders that wait for a code, the longest waiting first."""
        return self._orders("waiting_orders", limit=limit)

    def dated_orders(self, day: str, limit: int) -> list[OrderRow]:
        """List open orders that leave, arrive or expire by that day (YYYY-MM-DD)."""
        return self._orders("dated_orders", day=day, limit=limit)

    def _orders(self, query: str, **values: Any) -> list[OrderRow]:
        return [order_row(row) for row in self.database.each(query, **values)]


def _placing(row: sqlite3.Row) -> tuple[str, str]:
    return row["placed_at"], row["order_id"]

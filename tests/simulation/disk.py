"""A disk that fails: SQLite connections whose commits are counted and struck.

A commit is an explicit COMMIT or a statement that changes something outside of a transaction. Every
change of an order's status is written down as it is committed: the history that is checked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.faults import MachineDied

CHANGES = ("INSERT", "UPDATE", "DELETE")
TRIGGER = """
CREATE TEMP TRIGGER write_status_down AFTER UPDATE OF status ON orders
WHEN old.status <> new.status BEGIN
    SELECT write_status_down(new.order_id, old.status, new.status, (
        SELECT COUNT(*) FROM outbox WHERE outbox.connection = new.connection
        AND outbox.order_id = new.order_id AND kind = 'ship'
        AND state IN ('started', 'accepted', 'unknown', 'done')));
END
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A committed change of an order's status; `reported`: a ship effect had been started."""

    order_id: str
    before: str
    after: str
    reported: bool


@dataclass
class Disk:
    """What all connections of a life share. `strike` tells what befalls the next commit."""

    strike: Callable[[], str] = lambda: ""
    commits: int = 0
    moves: list[Move] = field(default_factory=list)
    dead: bool = False  # the process is gone: nothing is written any more
    broken: str = ""  # what every further write of this run meets

    def connect(self, *arguments: Any, **keywords: Any) -> sqlite3.Connection:
        """Open a connection on this disk."""
        connection = sqlite3.connect(*arguments, factory=Connection, **keywords)
        connection.disk = self
        return connection

    def before_commit(self) -> str:
        """Count a commit and do what befalls it; give what is to happen after it."""
        self.commits += 1
        kind = self.broken or self.strike()
        if kind == "crash before":
            self.dead = True
            raise MachineDied
        if kind == "busy":
            raise sqlite3.OperationalError("database is locked")
        if kind == "full":
            self.broken = kind
            raise sqlite3.OperationalError("database or disk is full")
        if kind == "corrupt":
            self.broken = kind
            raise sqlite3.DatabaseError("database disk image is malformed")
        return kind

    def after_commit(self, kind: str) -> None:
        """Do what befalls a commit that was made."""
        if kind == "crash after":
            self.dead = True
            raise MachineDied


class Connection(sqlite3.Connection):
    """One open file on a `Disk`."""

    disk: Disk
    _watches = False

    def _watch(self) -> None:
        self._moves: list[Move] = []
        self.create_function("write_status_down", 4, self._note)
        super().execute(TRIGGER)
        self._watches = True

    def _note(self, order_id: str, before: str, after: str, reported: int) -> None:
        self._moves.append(Move(order_id, before, after, bool(reported)))

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement, as far as the disk lets it."""
        word = sql.lstrip()[:8].split(None, 1)[0].upper()
        if self.disk.dead:
            raise MachineDied
        if word == "BEGIN" and not self._watches:
            self._watch()
        if word == "ROLLBACK" and self._watches:
            self._moves.clear()
        commits = word == "COMMIT" or (word in CHANGES and not self.in_transaction)
        after = self.disk.before_commit() if commits else ""
        cursor = super().execute(sql, *arguments)
        if commits:
            if self._watches:
                self.disk.moves += self._moves
                self._moves.clear()
            self.disk.after_commit(after)
        return cursor

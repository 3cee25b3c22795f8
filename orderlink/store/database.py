"""The SQLite file: opening, migrating, transactions, and what its errors mean for a person."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from orderlink.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

ACCOUNT = "default"
"""The account in every key, until several merchants share a database."""

BUSY_MILLISECONDS = 30_000
ROWS_AT_ONCE = 100


@cache
def queries() -> Mapping[str, str]:
    """Read the named queries: `-- name --` stands above each."""
    text = resources.files("orderlink.sql").joinpath("queries.sql").read_text("utf-8")
    parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def migrations() -> list[tuple[int, str]]:
    """List the migrations as (number, script), in order."""
    files = (file for file in resources.files("orderlink.sql").iterdir())
    found = [
        (int(file.name[:4]), file.read_text("utf-8"))
        for file in files
        if re.fullmatch(r"\d{4}_\w+\.sql", file.name)
    ]
    return sorted(found)


class Database:
    """One open state file: the only writer, short transactions, never a network call inside one.

    `connect` opens SQLite; the tests hand in one whose disk is full or whose machine dies.
    """

    def __init__(
        self, path: Path | str, connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    ) -> None:
        self.path = path
        self._connect = connect
        self.in_transaction = False
        """Whether a transaction is open."""
        self.before_commit: Callable[[], None] = _nothing
        """Called in every transaction before it is committed."""
        self.after_rollback: Callable[[], None] = _nothing
        with self._explained():
            self.connection = self._open()
            try:
                self._migrate()
            except BaseException:
                self.connection.close()
                raise

    def _open(self) -> sqlite3.Connection:
        if self.path != ":memory:":
            prepare_file(str(self.path))
        connection = self._connect(
            str(self.path), isolation_level=None, timeout=BUSY_MILLISECONDS / 1000
        )
        connection.row_factory = sqlite3.Row
        # WAL with FULL: a power cut must not take back the intent of a write that was sent.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _migrate(self) -> None:
        version = self._version()
        known = migrations()
        newest = known[-1][0]
        if version > newest:
            raise StateError(
                f"{self.path} was written by a newer orderlink (schema {version}, this one knows "
                f"{newest}): update orderlink"
            )
        if version and version < newest:
            self.backup(f"{self.path}.before-{newest}")
        for number, script in known:
            if number > version:
                self._change_schema(number, script)

    def _change_schema(self, number: int, script: str) -> None:
        """Carry one migration out, unless another process was faster: not all of them lock."""
        self.connection.executescript("BEGIN IMMEDIATE")
        try:
            if self._version() < number:
                for statement in _statements(script):
                    self.connection.execute(statement)
                self.connection.execute(f"PRAGMA user_version = {number}")
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise

    def _version(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def backup(self, target: str) -> None:
        """Keep what is about to be migrated."""
        self.copy_to(target)

    def copy_to(self, target: str) -> None:
        """Write a consistent copy without access tokens, readable by its owner only."""
        prepare_file(target)
        try:
            copy = sqlite3.connect(target)
            try:
                self._copy(copy)
            finally:
                copy.close()
        except sqlite3.DatabaseError as error:
            raise StateError(explain(error, target)) from error

    def _copy(self, copy: sqlite3.Connection) -> None:
        self.connection.backup(copy)
        copy.execute("PRAGMA secure_delete = ON")
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'tokens'").fetchone():
            copy.execute("DELETE FROM tokens")
            copy.commit()

    def shrink_log(self) -> None:
        """Empty the write-ahead log, so that what was deleted does not stand there any more."""
        with self._explained():
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def seal(self) -> None:
        """Close a file that is to be kept: all of it in one file, which may be read anywhere."""
        with self._explained():
            self.connection.execute("PRAGMA journal_mode = DELETE")
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block as one transaction; inside another one it is part of that."""
        return nullcontext() if self.in_transaction else self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self.connection.execute("BEGIN IMMEDIATE")
        self.in_transaction = True
        try:
            yield
            self.before_commit()
            with self._explained():
                self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self.after_rollback()
            raise
        finally:
            self.in_transaction = False

    def run(self, query: str, /, **values: Any) -> int:
        """Execute a named statement; tell how many rows it touched."""
        return self.execute(queries()[query], values).rowcount

    def one(self, query: str, /, **values: Any) -> sqlite3.Row | None:
        """Execute a named query for its first row."""
        row: sqlite3.Row | None = self.execute(queries()[query], values).fetchone()
        return row

    def all(self, query: str, /, **values: Any) -> list[sqlite3.Row]:
        """Execute a named query for all its rows."""
        return self.execute(queries()[query], values).fetchall()

    def each(self, query: str, /, **values: Any) -> Iterator[sqlite3.Row]:
        """Execute a named query and give its rows one by one, as of one moment."""
        cursor = self.execute(queries()[query], values)
        while rows := self._next(cursor):
            yield from rows

    def _next(self, cursor: sqlite3.Cursor) -> list[sqlite3.Row]:
        with self._explained():
            return cursor.fetchmany(ROWS_AT_ONCE)

    def execute(self, sql: str, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Execute a statement; `:account` is filled in."""
        try:  # not `_explained`: every statement comes through here
            return self.connection.execute(sql, {"account": ACCOUNT, **values})
        except sqlite3.DatabaseError as error:
            raise StateError(explain(error, str(self.path))) from error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StateError(explain(error, str(self.path))) from error


def _nothing() -> None:
    """Do nothing."""


def explain(error: sqlite3.DatabaseError, path: str) -> str:
    """Say in one sentence what SQLite's error means and what to do."""
    text = str(error)
    if "full" in text:
        return f"the disk is full: {path} cannot be written; make room, nothing was lost"
    if "readonly" in text or "unable to open" in text:
        return f"{path} cannot be written: check its owner, its mode and its file system"
    if "not a database" in text or "malformed" in text:
        mends = "orderlink restore BACKUP, or move it away and: orderlink rebuild"
        return f"{path} is damaged ({text}): {mends}"
    if "locked" in text:
        return f"{path} is locked by another program: nothing was sent"
    return f"{path} cannot be used: {text}"


def _statements(script: str) -> Iterator[str]:
    """Take a script apart; no line of it may hold the end of one statement and another one."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def prepare_file(path: str) -> None:
    """Make a file where there is none, for its owner only. Raises `StateError`."""
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - a plain string here
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        os.chmod(path, 0o600)  # noqa: PTH101
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from error

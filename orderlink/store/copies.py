"""Whole state files: whether one can be restored, and putting it into its place."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from orderlink.errors import ConfigurationError, StateError
from orderlink.store.database import BUSY_MILLISECONDS, Database, explain, migrations, prepare_file
from orderlink.store.reading import open_for_reading

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.store import Store

MAGIC = b"SQLite format 3\0"


def open_backup(path: Path) -> Store:
    """Open a file that a person calls a backup, once it is known to be one, whole and undamaged.

    Raises `ConfigurationError`.
    """
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise ConfigurationError([f"{path} cannot be read: {error.strerror}"]) from None
    if not is_sqlite:
        raise ConfigurationError([f"{path} is no state file of orderlink; nothing was changed"])
    problem = what_is_wrong_with(path)
    try:
        store = None if problem else open_for_reading(path)
    except StateError as error:
        problem, store = f"is damaged ({error})", None
    if problem or store is None:
        raise ConfigurationError([f"{path} {problem}; nothing was changed"])
    return store


def is_sound(path: Path) -> bool:
    """Tell whether a state file can be read by this program, and is not damaged."""
    try:
        store = open_for_reading(path)
        if store is None:
            return False
        try:
            return _complaint(store.database.connection) == ""
        finally:
            store.close()
    except (StateError, sqlite3.DatabaseError):
        return False


def put_in_place(source: Database, path: Path) -> None:
    """Make the state file at `path` what `source` is.

    In one transaction of SQLite's, so that it is the one or the other whatever happens, and so that
    nobody who has it open meanwhile can do it harm. Raises `StateError`.
    """
    prepare_file(str(path))
    try:
        target = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
        try:
            target.execute("PRAGMA synchronous = FULL")
            target.execute("PRAGMA secure_delete = ON")
            source.connection.backup(target)
        finally:
            target.close()
    except sqlite3.DatabaseError as error:
        raise StateError(explain(error, str(path))) from error
    database = Database(path)
    database.shrink_log()
    database.close()


def what_is_wrong_with(path: Path) -> str:
    """Say why a file is no state file that this program can use; empty: it is one."""
    try:
        with closing(_opened(path)) as connection:
            return _fault_of(connection)
    except sqlite3.DatabaseError as error:
        return f"is damaged ({error})"


def _fault_of(connection: sqlite3.Connection) -> str:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = migrations()[-1][0]
    if version > newest:
        known = f"schema {version}, this one knows {newest}"
        return f"was written by a newer orderlink ({known}): update orderlink"
    complaint = _complaint(connection)
    if complaint:
        return f"is damaged ({complaint})"
    missing = _columns_of(version) - _columns(connection)
    return "is no state file of orderlink" if missing or not version else ""


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file to look at it, also on a disk that nobody can write."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        return sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _complaint(connection: sqlite3.Connection) -> str:
    """Give the first thing that SQLite finds wrong with a file; empty: nothing."""
    said = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if said == "ok" else " ".join(said.split())[:200]


def _columns_of(version: int) -> set[tuple[str, str]]:
    """Give the columns that a state file of this schema has."""
    with closing(sqlite3.connect(":memory:")) as empty:
        for number, script in migrations():
            if number <= version:
                empty.executescript(script)
        return _columns(empty)


def _columns(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    query = (
        "SELECT tables.name, columns.name FROM sqlite_master AS tables"
        " JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
    )
    return {(table, column) for table, column in connection.execute(query)}

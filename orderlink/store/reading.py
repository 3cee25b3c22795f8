"""The state file for those who only look: never created, changed or waited for."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from orderlink.errors import StateError
from orderlink.store import Store
from orderlink.store.database import Database, migrations

if TYPE_CHECKING:
    from pathlib import Path


def open_for_reading(path: Path) -> Store | None:
    """Open the state file as it is, also while a run is active; None where there is none.

    A file of an older schema is read through a copy in memory. Raises `StateError`.
    """
    try:
        if not path.exists():
            return None
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}") from error
    return Store(_ReadOnly(path))


class _ReadOnly(Database):
    """A database that is opened without any right to write."""

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connected("mode=ro")
        except sqlite3.OperationalError as error:
            if "unable to open" not in str(error) and "readonly" not in str(error):
                raise
        # WAL needs a file beside it; on a file system that nobody can write there is nobody to
        # write the state either, so that it may be read as it lies there.
        return self._connected("immutable=1")

    def _connected(self, how: str) -> sqlite3.Connection:
        connection: sqlite3.Connection = self._connect(
            f"file:{quote(str(self.path))}?{how}", uri=True, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA user_version").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self) -> None:
        if self._version() < migrations()[-1][0]:
            self._read_a_copy()
        super()._migrate()

    def _read_a_copy(self) -> None:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        copy.row_factory = sqlite3.Row
        self.connection.backup(copy)
        self.connection.close()
        self.connection = copy

    def backup(self, target: str) -> None:
        """Write nothing: the copy in memory is migrated, the file is not."""

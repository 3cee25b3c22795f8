"""What a report of a fault needs to say about this installation."""

from __future__ import annotations

import os
import sys
from sqlite3 import sqlite_version

from orderlink import __version__


def about() -> str:
    """Name the versions of orderlink, Python and SQLite, and the platform; two lines."""
    system = os.uname()
    platform = f"{system.sysname} {system.release} {system.machine}"
    python = sys.version.split(maxsplit=1)[0]
    return f"orderlink {__version__}\nPython {python}, SQLite {sqlite_version}, {platform}"

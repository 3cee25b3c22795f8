"""State files as they were at each schema, and the life that they are taken from.

`python -m tests.process.schemas` writes the dump of the newest schema; earlier ones are kept.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from orderlink.sandbox.bol_records import Article
from orderlink.store.database import migrations
from tests.support.faults import lost_after, refused
from tests.support.world import Merchant

FOLDER = Path(__file__).parent
CODE = "3SABCD1234567"
UNKNOWN_ARTICLE = Article(reference="NOT-IN-THE-SHOP", ean="")


def played(folder: Path) -> tuple[Merchant, dict[str, str]]:
    """Play a life in which every state of an order and of an effect occurs; name its orders.

    Played again, with any program, it leads to the same orders, ids and times at both sandboxes.
    """
    merchant = Merchant(folder)
    merchant.sync()
    names = ("shipped", "late", "cancelled", "waiting", "reported", "open")
    orders = {name: merchant.place() for name in names}
    orders["refused"] = merchant.place(UNKNOWN_ARTICLE)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(orders["shipped"], CODE)
    merchant.complete(orders["late"])
    merchant.bol.cancel(orders["cancelled"])
    merchant.sync_every_five_minutes(3.5)
    orders["new"] = merchant.place()
    merchant.fault("woo", "POST", "/orders$", refused)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(orders["waiting"])
    merchant.complete(orders["reported"], "3SZZZZ7654321")
    orders["unknown"] = merchant.place()
    merchant.fault("woo", "POST", "/orders$", lost_after)
    merchant.later(minutes=2)  # the other one is tried again after five
    merchant.sync()
    return merchant, orders


def dump(path: Path) -> str:
    """Write a state file as SQL, without the access tokens."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM tokens")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        return "\n".join([*connection.iterdump(), f"PRAGMA user_version = {version};", ""])


def restore(script: str, path: Path) -> None:
    """Make a state file from SQL, in the place of the one that is there."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def dump_file(version: int) -> Path:
    """Tell where the dump of a schema is."""
    return FOLDER / f"{version:04}.sql"


def newest() -> int:
    """Give the number of the program's own schema."""
    return migrations()[-1][0]

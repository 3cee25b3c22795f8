"""A configuration and a state file with a few orders, for tests of what is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.config import load_config
from orderlink.decide.verdict import Verdict
from orderlink.rows import LineRow, OrderKey
from orderlink.store import Store
from orderlink.store.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.model import Status

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TABLES = """
state = "state.sqlite3"
[shops.webshop]
type = "woocommerce"
base_url = "https://shop.example.com"
consumer_key = "key-of-the-shop"
consumer_secret = "secret"
[marketplaces.{name}]
type = "bol"
client_id = "{client}"
client_secret = "secret"
tracking_wait = "3h"
"""


def configured(folder: Path, name: str = "bol", client: str = "client-1") -> Config:
    path = folder / "orderlink.toml"
    path.write_text(TABLES.format(name=name, client=client))
    path.chmod(0o600)
    return load_config(path)


def opened(config: Config) -> Store:
    """Make the state file as it is after a first run an hour ago."""
    store = Store(Database(config.state))
    store.start_run("sync", NOW - HOUR)
    with store.transaction():
        store.bind("shop", "woocommerce", config.shops["webshop"].binding(), "webshop")
        store.bind("marketplace", "bol", config.marketplaces["bol"].binding(), "bol")
        store.succeeded("bol-1", "import", NOW)
    return store


def add(
    store: Store, order: str, status: Status, shop: str = "woocommerce-1", **changes: object
) -> OrderKey:
    """Add an order that stands there, with other facts by keyword."""
    key = OrderKey("bol-1", order)
    with store.transaction():
        lines = (LineRow("1", 2, total=Decimal("12.50")),)
        store.add_order(key, shop, NOW - HOUR, NOW - HOUR, lines, f"bol::{order}")
        row = store.order(key)
        assert row is not None
        store.apply(row, Verdict(status=status, changes=changes), NOW)
    return key

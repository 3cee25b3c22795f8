"""What connections keep across runs, and what a merchant's own products and codes are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderlink.codec import read_time, time_text
from orderlink.shelves import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from orderlink.basics import Json
    from orderlink.clock import Clock
    from orderlink.store.database import Database


class Keeping:
    """Shelves, tokens, budgets, mapped products and learnt prefixes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def shelf(self, connection: str, clock: Clock) -> Shelf:
        """Give what a connection keeps across runs."""
        return self._loaded("shelf_values", connection, clock)

    def token_shelf(self, connection: str, clock: Clock) -> Shelf:
        """Give where a connection keeps its access tokens, and nothing else does."""
        return self._loaded("token_values", connection, clock)

    def _loaded(self, query: str, connection: str, clock: Clock) -> Shelf:
        rows = self.database.all(query, connection=connection)
        ends = {row["name"]: row["until"] and read_time(row["until"]) for row in rows}
        return Shelf({row["name"]: (row["value"], ends[row["name"]]) for row in rows}, clock)

    def keep_shelf(self, connection: str, shelf: Shelf) -> None:
        """Keep what was put on a shelf since it was kept last."""
        self._keep("put_on_shelf", connection, shelf)

    def keep_tokens(self, connection: str, shelf: Shelf) -> None:
        """Keep the access tokens that were put on a shelf since it was kept last."""
        self._keep("put_token", connection, shelf)

    def _keep(self, query: str, connection: str, shelf: Shelf) -> None:
        changes = shelf.changes()
        if not changes:
            return
        with self.database.transaction():
            for name, (value, until) in changes.items():
                end = None if until is None else time_text(until)
                values = {"connection": connection, "value": value, "until": end}
                self.database.run(query, name=name, **values)

    def empty_shelves(self) -> None:
        """Forget what connections keep across runs, but for their access tokens."""
        self.database.run("empty_shelves")

    def product_map(self, connection: str) -> dict[str, tuple[tuple[str, int], ...]]:
        """Give what each SKU or EAN of a marketplace is in the shop: SKUs with their pieces.

        What is mapped for one connection goes before what is mapped for all (the empty id).
        """
        found: dict[str, dict[str, list[tuple[str, int]]]] = {}
        for row in self.database.all("product_map", connection=connection):
            places = found.setdefault(row["sku"], {})
            places.setdefault(row["connection"], []).append((row["shop_sku"], row["quantity"]))
        return {sku: tuple(places.get(connection) or places[""]) for sku, places in found.items()}

    def mapped_products(self) -> list[tuple[str, str, str, int]]:
        """List every mapping as (connection, sku, shop SKU, pieces)."""
        rows = self.database.all("product_map", connection="*")
        return [tuple(row) for row in rows]

    def map_product(self, connection: str, sku: str, shop_sku: str, quantity: int) -> None:
        """Say what a SKU is in the shop; several for one SKU make a bundle."""
        where = {"connection": connection, "sku": sku, "shop_sku": shop_sku}
        self.database.run("map_product", quantity=quantity, **where)

    def unmap_product(self, connection: str, sku: str) -> int:
        """Forget what a SKU is in the shop; tell how many rows that were."""
        return self.database.run("unmap_product", connection=connection, sku=sku)

    def learnt(self, connection: str) -> list[tuple[str, str]]:
        """List the prefixes of codes that were learnt, each with its carrier's id."""
        rows = self.database.all("learnt", connection=connection)
        return [(row["prefix"], row["carrier"]) for row in rows]

    def learn(self, connection: str, prefix: str, carrier: str, now: datetime) -> None:
        """Keep whose prefix this is; what was learnt last holds."""
        where = {"connection": connection, "prefix": prefix, "carrier": carrier}
        self.database.run("learn", at=time_text(now), **where)

    def forget_learnt(self, prefix: str) -> int:
        """Forget a prefix; tell for how many connections it was known."""
        return self.database.run("forget_learnt", prefix=prefix)

    def budgets(self, connection: str) -> dict[str, Json]:
        """Give the state of a connection's rate budgets."""
        rows = self.database.all("budgets", connection=connection)
        return {row["name"]: json.loads(row["state"]) for row in rows}

    def put_budgets(self, connection: str, states: Mapping[str, Json]) -> None:
        """Keep the state of a connection's rate budgets."""
        known = self.budgets(connection)
        for name, state in states.items():
            if state != known.get(name):
                text = json.dumps(state)
                self.database.run("put_budget", connection=connection, name=name, state=text)

"""Connections as people know them: the names are the configuration's, the ids the state's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.errors import SecretError
from orderlink.rows import ConnectionRow
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.config import Config, ConnectionSettings
    from orderlink.rows import ProblemRow
    from orderlink.store import Store

NAMED = "name:"
"""Stands before a name where a connection's own id could not be known."""


class Place(Value, frozen=True):
    """One connection: `id` is empty before its first run, `configured` False for a left-over.

    `shop` is the name of a marketplace's shop, `paused` what `enabled = false` says of it.
    """

    id: str
    role: str  # "marketplace" or "shop"
    type: str
    name: str
    configured: bool
    row: ConnectionRow | None = None
    paused: bool = False
    shop: str = ""


class Places:
    """All connections: those of the configuration in its order, then those only the state has."""

    def __init__(self, config: Config, store: Store | None) -> None:
        rows = store.connections() if store else []
        found: list[Place] = []
        for role, tables in (("marketplace", config.marketplaces), ("shop", config.shops)):
            mine = [row for row in rows if row.role == role]
            found += _configured(role, tables, mine)
        known = {place.id for place in found}
        left = [row for row in rows if row.id not in known]
        found += [
            Place(row.id, row.role, row.type, row.label, configured=False, row=row) for row in left
        ]
        self.all = tuple(found)
        self._by_id = {place.id: place for place in found if place.id}
        self._paused = {place.name for place in found if place.paused}

    def name(self, identity: str) -> str:
        """Give the name of a connection for people."""
        place = self._by_id.get(identity)
        return place.name if place else identity.removeprefix(NAMED)

    def of(self, identity: str) -> Place | None:
        """Give a connection of the state by its id."""
        return self._by_id.get(identity)

    def is_gone(self, problem: ProblemRow) -> bool:
        """Tell whether a problem is that of a connection which is not configured any more."""
        if problem.order_id:
            return False
        name = problem.connection.removeprefix(NAMED)
        if name != problem.connection:
            return name not in {one.name for one in self.all if one.configured}
        place = self._by_id.get(problem.connection)
        return place is not None and not place.configured

    def is_paused(self, problem: ProblemRow) -> bool:
        """Tell whether a problem waits until a person enables a connection again.

        Those of a marketplace's orders also wait for its shop.
        """
        place = self._by_id.get(problem.connection)
        if place is None:
            return problem.connection.removeprefix(NAMED) in self._paused
        return place.paused or (bool(problem.order_id) and place.shop in self._paused)

    def paused_tables(self, identity: str, *, with_shop: bool) -> list[str]:
        """Name the tables that are paused: a connection's own, and that of a marketplace's shop."""
        place = self._by_id.get(identity)
        names = {place.name if place else identity.removeprefix(NAMED)}
        names |= {place.shop} if place and with_shop else set()
        return [f"[{one.role}s.{one.name}]" for one in self.all if one.paused and one.name in names]

    def ids(self, name: str) -> tuple[str, ...]:
        """Give the ids of the marketplaces with this name (or id)."""
        named = [one for one in self.all if one.role == "marketplace" and one.id]
        return tuple(one.id for one in named if name in {one.name, one.id})

    def concerns(self, problem: ProblemRow) -> str:
        """Say where a problem is: the connection's name, and the order if it is an order's."""
        return f"{self.name(problem.connection)} {problem.order_id}".rstrip()


def _configured(
    role: str, tables: Mapping[str, ConnectionSettings], rows: list[ConnectionRow]
) -> list[Place]:
    """Find each table's row by its name, or by its binding where names have changed."""
    labels = [row.label for row in rows]
    by_name = {row.label: row for row in rows if labels.count(row.label) == 1}
    if len(by_name) != len(rows) or set(by_name) - set(tables):
        by_name = _by_binding(tables, rows, by_name)
    found = []
    for name, settings in tables.items():
        row = by_name.get(name)
        found.append(
            Place(
                id=row.id if row else "",
                role=role,
                type=settings.type,
                name=name,
                configured=True,
                row=row,
                paused=not settings.enabled,
                shop=str(getattr(settings, "shop", "")),
            )
        )
    return found


def _by_binding(
    tables: Mapping[str, ConnectionSettings],
    rows: list[ConnectionRow],
    by_name: Mapping[str, ConnectionRow],
) -> dict[str, ConnectionRow]:
    # Here and not above: it brings the network's libraries along, and secrets may be slow.

    by_bound = {row.binding: row for row in rows}
    found: dict[str, ConnectionRow | None] = {}
    for name, settings in tables.items():
        try:
            found[name] = by_bound.get(settings.binding())
        except SecretError:
            found[name] = by_name.get(name)
    return {name: row for name, row in found.items() if row is not None}

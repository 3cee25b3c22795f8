"""PURE: why runs leave an order alone until a person changes the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.basics import CLOSED, Status
from orderlink.redact import safe_text
from orderlink.report.orphans import has_runs

if TYPE_CHECKING:
    from orderlink.report.places import Places
    from orderlink.rows import OrderRow, ProblemRow


def why_idle(places: Places, row: OrderRow) -> str:
    """Say why no run does anything for an order, and what to do; empty: runs work on it."""
    order = safe_text(row.key.order_id, 40)
    paused = places.paused_tables(row.key.connection, with_shop=True)
    if paused:
        return _paused(order, paused)
    is_open = row.status not in {*CLOSED, Status.MANUAL}
    shop = None if row.status is Status.NEW else row.shop  # it goes to the shop of now
    if is_open and not has_runs(places, row.key.connection, shop):
        return f"{order}: nobody follows it; `orderlink status` says why, and what to do"
    return ""


def why_waiting(places: Places, problem: ProblemRow) -> str:
    """Say why a connection's own problem waits, and what to do; empty: it does not."""
    paused = places.paused_tables(problem.connection, with_shop=False)
    return _paused(places.name(problem.connection), paused) if paused else ""


def _paused(what: str, tables: list[str]) -> str:
    listed = " and ".join(tables)
    verb = "is" if len(tables) == 1 else "are"
    line = "that line" if len(tables) == 1 else "those lines"
    return f"{what}: {listed} {verb} paused (`enabled = false`): remove {line} first"

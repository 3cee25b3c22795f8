"""Everything of a kind, one after another: for files of any length."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderlink.codec import time_text
from orderlink.store.effects import Effects
from orderlink.store.records import effect_row, order_row, order_steps, problem_row
from orderlink.store.runs import NEVER
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.rows import EffectRow, OrderRow, OrderSteps, ProblemRow


class Span(Value, frozen=True):
    """From an instant on, and until another one or (None) without an end."""

    since: datetime
    until: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Give it as queries take it."""
        until = NEVER if self.until is None else time_text(self.until)
        return {"since": time_text(self.since), "until": until}


class Exports(Effects):
    """The rows as they are exported, the oldest first; an empty connection means all."""

    def every_order(self, connection: str, status: str, placed: Span) -> Iterator[OrderRow]:
        """Give the orders placed within that time, in a status or (empty) in any."""
        values = {"connection": connection, "status": status, **placed.values()}
        return map(order_row, self.database.each("exported_orders", **values))

    def every_shipment(self, connection: str, sent: Span) -> Iterator[EffectRow]:
        """Give what was reported to marketplaces within that time, whatever became of it."""
        values = {"connection": connection, **sent.values()}
        return map(effect_row, self.database.each("exported_shipments", **values))

    def every_problem(self, connection: str, opened: Span) -> Iterator[ProblemRow]:
        """Give the problems that began within that time, solved or not."""
        values = {"connection": connection, **opened.values()}
        return map(problem_row, self.database.each("exported_problems", **values))

    def order_steps(self, since: datetime) -> Iterator[OrderSteps]:
        """Give the steps of every order that was placed since then."""
        return map(order_steps, self.database.each("order_steps", since=time_text(since)))

"""The outbox's rows: what is to be written to the outside, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import time_text
from orderlink.rows import REPORTS, EffectRow, EffectState, Kind
from orderlink.store.alerts import Alerts
from orderlink.store.records import effect_columns, effect_row
from orderlink.values import replace

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.rows import OrderKey, OrderRow

UNDER_WAY = frozenset(EffectState) - {EffectState.DONE, EffectState.WITHDRAWN}
"""An effect in one of these gets no second one beside it; a refused one waits for `retry`."""


class Effects(Alerts):
    """The journal of remote writes."""

    def effects(self, key: OrderKey, kind: Kind | None = None) -> list[EffectRow]:
        """List an order's effects, of one kind or all, in the order of their numbers.

        All of them are also had of an archived order.
        """
        where = {"connection": key.connection, "order_id": key.order_id}
        if kind is None:
            rows = self.database.all("effects_of_order", **where)
        else:
            rows = self.database.all("effects_of_kind", kind=kind, **where)
        return [effect_row(row) for row in rows]

    def last_effect(self, key: OrderKey, kind: Kind) -> EffectRow | None:
        """Give the effect of that kind with the highest number that was not taken back."""
        kept = [one for one in self.effects(key, kind) if one.state is not EffectState.WITHDRAWN]
        return kept[-1] if kept else None

    def open_effects(self, target: str, state: EffectState) -> list[EffectRow]:
        """List what is to be written to a connection, or was and is not settled."""
        rows = self.database.each("open_effects", target=target, state=state)
        return [effect_row(row) for row in rows]

    def open_reports(self, target: str, state: EffectState) -> list[EffectRow]:
        """List the reports of `open_effects` without their copies of what they send."""
        rows = self.database.each("open_effects", target=target, state=state)
        effects = (effect_row(row, document=False) for row in rows)
        return [effect for effect in effects if effect.kind in REPORTS]

    def repeated_creations(self, target: str, since: datetime) -> list[EffectRow]:
        """List the creations that were sent more than once, the last time since then."""
        rows = self.database.all("repeated_creations", target=target, since=time_text(since))
        return [effect_row(row) for row in rows]

    def add_effect(self, row: OrderRow, kind: Kind) -> EffectRow:
        """Make an effect due, unless one of its kind is under way; give the one there is now."""
        earlier = self.effects(row.key, kind)
        if earlier and earlier[-1].state in UNDER_WAY:
            return earlier[-1]
        effect = EffectRow(
            key=row.key,
            kind=kind,
            number=earlier[-1].number + 1 if earlier else 1,
            target=row.key.connection if kind in REPORTS else row.shop,
            state=EffectState.DUE,
        )
        self.database.run(
            "add_effect",
            connection=row.key.connection,
            order_id=row.key.order_id,
            kind=kind,
            number=effect.number,
            target=effect.target,
            state=effect.state,
            document=None,
        )
        return effect

    def change_effect(self, old: EffectRow, new: EffectRow) -> bool:
        """Write an effect's new state; False where it is not any more what it was."""
        return bool(
            self.database.run(
                "change_effect",
                **effect_columns(replace(new, error=self.clean(new.error))),
                old_state=old.state,
                old_attempts=old.attempts,
            )
        )

    def _withdraw(self, key: OrderKey, kind: Kind) -> None:
        for effect in self.effects(key, kind):
            if effect.state in {EffectState.DUE, EffectState.REFUSED}:
                self.change_effect(effect, replace(effect, state=EffectState.WITHDRAWN))

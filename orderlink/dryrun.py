"""A dry run: the real pipeline on a copy of the state, with the remote writes replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from orderlink.codec import build
from orderlink.model import Done, Draft, Shipment, ShopOrder, ShopState, money_text
from orderlink.outbox import Outbox, Sending
from orderlink.rows import Kind
from orderlink.store import Store
from orderlink.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta

    from orderlink.clock import Clock
    from orderlink.rows import EffectRow, OrderRow
    from orderlink.steps import Steps

T = TypeVar("T")


def copy_of(store: Store) -> Store:
    """Copy a state file into memory, without its access tokens."""
    copy = Database(":memory:")
    store.database.connection.backup(copy.connection)
    copy.execute("DELETE FROM tokens", {})
    return Store(copy)


class DryOutbox(Outbox):
    """Says what would be sent, and pretends that it was."""

    def __init__(
        self,
        say: Callable[[str], None],
        store: Store,
        clock: Clock,
        quarantine: Callable[[str], timedelta | None],
    ) -> None:
        super().__init__(store, clock, quarantine)
        self._say = say

    def call_many(
        self,
        going: Sequence[tuple[Sending, EffectRow]],
        call: Callable[[], Sequence[Any]],  # noqa: ARG002
    ) -> Steps[Sequence[Any]]:
        """Say what the call would have sent, order by order."""
        answers: list[Any] = []
        for one, effect in going:
            answer: Any = yield from self.call(one.row, effect, _nothing)
            answers.append(answer)
        return answers

    def call(self, row: OrderRow, effect: EffectRow, call: Callable[[], T]) -> Steps[T]:  # noqa: ARG002
        """Say what the call would have sent."""
        target = self._store.connection(effect.target).label
        sentence, answer = _pretend(row, effect, target)
        label = self._store.connection(row.key.connection).label
        self._say(f"{label} {row.key.order_id}: {sentence}")
        yield from ()
        return answer  # type: ignore[no-any-return]


def _nothing() -> Any:
    """Stand in for a call that is not made."""


def _pretend(row: OrderRow, effect: EffectRow, target: str) -> tuple[str, Any]:
    if effect.kind is Kind.CREATE:
        draft = build(Draft, effect.document["draft"])
        pieces = sum(line.quantity for line in draft.lines)
        total = money_text(draft.total, draft.currency)
        answer = _pretended_order(row, draft)
        return f"would be created in {target}: {pieces} pieces, {total}", answer
    if effect.kind is Kind.CORRECT_IN_SHOP:
        correction = build(Draft, effect.document)
        return "its lines would be corrected in the shop", _pretended_order(row, correction)
    if effect.kind is Kind.HOLD_IN_SHOP:
        answer = ShopOrder(row.shop_order_id, row.shop_order_number, "on-hold", ShopState.OPEN)
        return "would be set on hold in the shop", answer
    shipment = build(Shipment, effect.document["shipment"])
    code = f"code {shipment.code}" if shipment.code else "no code"
    verb = "get" if effect.kind is Kind.UPDATE_TRACKING else "be reported with"
    return f"would {verb} {code}, carrier {shipment.carrier_code or 'none'}", Done()


def _pretended_order(row: OrderRow, draft: Draft) -> ShopOrder:
    # Without an id, so that the later stages of this run do not ask the shop about it.
    return ShopOrder(
        id="",
        number="",
        status="",
        state=ShopState.OPEN,
        reference=row.reference,
        order_number=row.key.order_id,
        currency=draft.currency,
        total=draft.total,
        lines=draft.lines,
    )

"""A dry run: the real pipeline on a copy of the state, with the remote writes replaced."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from orderlink.codec import build
from orderlink.model import Done, Draft, Shipment, ShopOrder, ShopState
from orderlink.outbox import Outbox, Sending
from orderlink.rows import Kind
from orderlink.store import Store
from orderlink.store.database import Database
from orderlink.store.reading import open_for_reading
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import timedelta
    from pathlib import Path

    from orderlink.clock import Clock
    from orderlink.rows import EffectRow, OrderRow
    from orderlink.steps import Steps

T = TypeVar("T")


class Planned(Value, frozen=True):
    """One write that a run would make: for which order, what, and where.

    `connection` is the order's marketplace and `target` what would be written to, both by their
    names. A creation has pieces and a `total` with its currency, a report pieces, code and carrier.
    """

    connection: str
    order_id: str
    kind: Kind
    target: str
    pieces: int = 0
    total: Decimal | None = None
    currency: str = ""
    code: str = ""
    carrier: str = ""


def copy_of(state: Path) -> Store:
    """Copy a state file into memory, without its access tokens; it is not made where none is."""
    copy = Database(":memory:")
    real = open_for_reading(state)
    if real is not None:
        real.database.connection.backup(copy.connection)
        real.close()
    copy.execute("DELETE FROM tokens", {})
    return Store(copy)


class DryOutbox(Outbox):
    """Notes what would be sent, and pretends that it was."""

    def __init__(
        self,
        note: Callable[[Planned], None],
        store: Store,
        clock: Clock,
        quarantine: Callable[[str], timedelta | None],
    ) -> None:
        super().__init__(store, clock, quarantine)
        self._note = note

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
        """Note what the call would have sent."""
        planned = Planned(
            connection=self._store.connection(row.key.connection).label,
            order_id=row.key.order_id,
            kind=effect.kind,
            target=self._store.connection(effect.target).label,
        )
        details, answer = _pretend(row, effect)
        self._note(replace(planned, **details))
        yield from ()
        return answer  # type: ignore[no-any-return]


def _nothing() -> Any:
    """Stand in for a call that is not made."""


def _pretend(row: OrderRow, effect: EffectRow) -> tuple[dict[str, Any], Any]:
    """Give what a plan tells of a write, and the answer that it would have had."""
    if effect.kind is Kind.CREATE:
        draft = build(Draft, effect.document["draft"])
        pieces = sum(line.quantity for line in draft.lines)
        details = {"pieces": pieces, "total": draft.total, "currency": draft.currency}
        return details, _pretended_order(row, draft)
    if effect.kind is Kind.CORRECT_IN_SHOP:
        return {}, _pretended_order(row, build(Draft, effect.document))
    if effect.kind is Kind.HOLD_IN_SHOP:
        answer = ShopOrder(row.shop_order_id, row.shop_order_number, "on-hold", ShopState.OPEN)
        return {}, answer
    if effect.kind is Kind.STAMP_REFERENCE:
        document = effect.document
        answer = ShopOrder(row.shop_order_id, row.shop_order_number, "", ShopState.OPEN)
        stamped = replace(answer, reference=document["reference"], origin=document["origin"])
        return {}, stamped
    shipment = build(Shipment, effect.document["shipment"])
    pieces = sum(line.quantity for line in shipment.lines)
    carrier = shipment.carrier_name or shipment.carrier_code
    return {"pieces": pieces, "code": shipment.code, "carrier": carrier}, Done()


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

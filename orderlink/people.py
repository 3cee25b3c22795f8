"""What people decide about orders: retry, manual, follow. One short transaction each, no lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import build
from orderlink.decide.editing import on_edit
from orderlink.decide.verdict import PASSING, Verdict
from orderlink.errors import ConfigurationError
from orderlink.model import CLOSED, Order, Status
from orderlink.problems import WORDS
from orderlink.rows import LONG_AGO, EffectState, Event, Kind, OrderKey, OrderRow
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from orderlink.rows import EffectRow, ProblemRow
    from orderlink.store import Store


class Result(Value, frozen=True):
    """What became of one order: `changed`, and a sentence that says it."""

    changed: bool
    sentence: str


DECISIONS = frozenset(
    {"cancellation_requested", "partly_refunded", "order_number_taken", "total_differs"}
)
"""Problems whose retry decides something about this one order: named ones only."""


def retry(store: Store, row: OrderRow, now: datetime, *, deciding: bool = True) -> Result:
    """Close an order's problems and make due what was refused; the unknown is only looked up.

    What one of the merchant's rules holds is let pass by `release` only. `deciding` False: what a
    retry would decide is left alone, too.
    """
    with store.transaction():
        open_words = {problem.word for problem in store.problems(row.key)}
        words = sorted(open_words - {"held"} - (frozenset() if deciding else DECISIONS))
        effects = [one for one in store.effects(row.key) if _may_be_sent_again(row, one)]
        unknown = [one for one in store.effects(row.key) if one.state is EffectState.UNKNOWN]
        paused = [one for one in store.effects(row.key) if _is_paused(one, now)]
        if not words and not effects and not unknown and not paused:
            return Result(changed=False, sentence=_left_alone(row.key.order_id, open_words))
        verdict = Verdict(
            changes=_decided(row, words),
            events=(Event("retry", {"problems": ", ".join(words)}),),
            closes=tuple(words),
        )
        store.apply(row, verdict, now)
        for effect in effects:
            again = replace(effect, state=EffectState.DUE, not_before=None, first_failed_at=None)
            store.change_effect(effect, again)
        for effect in paused:
            store.change_effect(effect, replace(effect, not_before=None))
    return Result(changed=True, sentence=f"{row.key.order_id}: {_what_next(unknown)}")


def _left_alone(order: str, words: Collection[str]) -> str:
    if DECISIONS & set(words):
        return f"{order}: it needs a decision of its own: orderlink retry {order}"
    if "held" in words:
        return f"{order}: one of your rules holds it: orderlink release {order}"
    return f"{order}: nothing to retry"


def _may_be_sent_again(row: OrderRow, effect: EffectRow) -> bool:
    """Tell whether a refused effect has a use yet: a closed order takes a late code only."""
    followed = row.status not in {*CLOSED, Status.MANUAL}
    return effect.state is EffectState.REFUSED and (followed or effect.kind is Kind.UPDATE_TRACKING)


def _is_paused(effect: EffectRow, now: datetime) -> bool:
    waiting = effect.not_before is not None and effect.not_before > now
    return effect.state is EffectState.DUE and waiting


def _decided(row: OrderRow, words: list[str]) -> dict[str, object]:
    """Give what a person's retry decides beyond trying again."""
    changes: dict[str, object] = {"not_before": None}
    if {"cancellation_requested", "order_number_taken"} & set(words):
        changes["create_anyway"] = True
    if "partly_refunded" in words:
        changes["refund_confirmed"] = True
    if "unreadable" in words:
        changes["has_details"] = bool(row.document)
    return changes


def _what_next(unknown: list[EffectRow]) -> str:
    if not unknown:
        return "the next run tries again"
    until = max((one.quarantine_until for one in unknown if one.quarantine_until), default=None)
    if until is None:
        return "its outcome is unknown; the next run looks it up and sends nothing yet"
    return (
        "its outcome is unknown; it is looked up in every run, and may be sent again "
        f"after {until:%Y-%m-%d %H:%M} UTC if nothing of it is found"
    )


def release(store: Store, row: OrderRow, now: datetime) -> Result:
    """Let an order pass that the merchant's own rules hold."""
    if "held" not in {problem.word for problem in store.problems(row.key)}:
        return Result(changed=False, sentence=f"{row.key.order_id}: no rule holds it")
    verdict = Verdict(changes={"released": True}, events=(Event("released"),), closes=("held",))
    with store.transaction():
        store.apply(row, verdict, now)
    return Result(changed=True, sentence=f"{row.key.order_id}: the next run creates it")


def edit(store: Store, row: OrderRow, changes: Mapping[str, str], by: str, now: datetime) -> Result:
    """Mend fields of an order. Raises `ConfigurationError` with what is wrong; nothing is changed.

    What the marketplace said stays as it is: the changes are laid over it, and over those that
    were made since `row` was read.
    """
    with store.transaction():
        row = store.order(row.key) or row
        order = build(Order, row.document) if row.document and not row.shop_order_id else None
        verdict, problems = on_edit(row, order, changes, by)
        if problems:
            raise ConfigurationError(problems)
        if not verdict:
            return Result(changed=False, sentence=f"{row.key.order_id}: nothing was changed")
        store.apply(row, verdict, now)
    named = ", ".join(event.details["field"] for event in verdict.events)
    hint = f"orderlink retry {row.key.order_id}" if store.problems(row.key) else "the next run"
    return Result(changed=True, sentence=f"{row.key.order_id}: {named} mended; then {hint}")


def take_over(store: Store, row: OrderRow, now: datetime) -> Result:
    """Let a person handle the order: it is no longer followed."""
    if row.status in CLOSED or row.status is Status.MANUAL:
        return Result(changed=False, sentence=f"{row.key.order_id}: it is {row.status}")
    verdict = Verdict(
        status=Status.MANUAL,
        events=(Event("manual", {"was": row.status}),),
        closes=(*PASSING, *(word for word, entry in WORDS.items() if entry.lasting)),
        withdrawn=(Kind.CREATE, Kind.SHIP, Kind.CORRECT_IN_SHOP, Kind.HOLD_IN_SHOP),
        changes={"waiting_since": None},
    )
    if not store.apply(row, verdict, now):
        return _changed_meanwhile(row)
    return Result(changed=True, sentence=f"{row.key.order_id}: you handle it from now on")


def follow(store: Store, row: OrderRow, now: datetime) -> Result:
    """Take an order back that a person had taken over; it is read again before anything is done."""
    if row.status is not Status.MANUAL:
        return Result(changed=False, sentence=f"{row.key.order_id}: it is {row.status}, not manual")
    status = Status.NOT_SHIPPED if row.shop_order_id else Status.NEW
    again = {"has_details": False, "seen_at": LONG_AGO, "attempts": 0, "not_before": None}
    verdict = Verdict(status=status, events=(Event("followed"),), changes=again)
    if not store.apply(row, verdict, now):
        return _changed_meanwhile(row)
    return Result(changed=True, sentence=f"{row.key.order_id}: followed again, {status}")


def _changed_meanwhile(row: OrderRow) -> Result:
    sentence = f"{row.key.order_id}: a run changed it in this very moment; look and try again"
    return Result(changed=False, sentence=sentence)


def orders_with_problems(store: Store) -> list[OrderRow]:
    """List the orders that have an open problem."""
    keys = {
        OrderKey(problem.connection, problem.order_id)
        for problem in store.problems()
        if problem.order_id
    }
    rows = (store.order(key) for key in sorted(keys))
    return [row for row in rows if row is not None]


def retry_connection(store: Store, problem: ProblemRow, now: datetime) -> None:
    """Close a connection's problem; the next run opens it again where it is still there."""
    with store.transaction():
        store.solve(OrderKey(problem.connection, ""), [problem.word], now)

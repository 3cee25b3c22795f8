"""The only place where a remote write is carried out.

Intent committed, call, outcome committed: a crash between any two lines leaves a `started` effect,
which the next run makes `unknown`, and an unknown effect is looked up, never sent again blindly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from orderlink.decide.timing import pause
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import (
    Ambiguous,
    NotOffered,
    Refused,
    RemoteError,
    SignInFailed,
    TryLater,
)
from orderlink.model import Json
from orderlink.rows import EffectRow, EffectState, Event, Kind, OrderRow
from orderlink.steps import ask
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from orderlink.clock import Clock
    from orderlink.steps import Steps
    from orderlink.store import Store

T = TypeVar("T")

FAILING = {
    Kind.CREATE: "creating_fails",
    Kind.CORRECT_IN_SHOP: "mending_fails",
    Kind.HOLD_IN_SHOP: "mending_fails",
    Kind.CANCEL_IN_SHOP: "mending_fails",
    Kind.STAMP_REFERENCE: "mending_fails",
    Kind.SHIP: "reporting_fails",
    Kind.UPDATE_TRACKING: "reporting_fails",
}
TRANSPORT_FAILURES = 3
"""So many in a row, and a connection gets no more writes in this run."""


class Outcome(Value, frozen=True):
    """What an answer means: the effect's new state and what changes about the order.

    `document` replaces the effect's copy of what it sent (which may hold a buyer's data).
    `retry_at` is set where the rate limit kept it from being sent, which counts against no order.
    """

    state: EffectState
    verdict: Verdict
    remote_ref: str = ""
    document: Json = None
    error: str = ""
    retry_at: datetime | None = None


class Sending(Value, frozen=True):
    """One effect that is to be carried out, and what its answer or its refusal means.

    `document` is the effect's own copy of what is sent.
    """

    row: OrderRow
    effect: EffectRow
    document: Json
    read_answer: Callable[[Any], Outcome]
    read_refusal: Callable[[Refused], Verdict] = lambda _refusal: NOTHING


class Outbox:
    """Carries effects out: each is one write, or a part of one."""

    def __init__(
        self, store: Store, clock: Clock, quarantine: Callable[[str], timedelta | None]
    ) -> None:
        """Take the way to the rows, and what tells a connection's quarantine.

        `quarantine` gives None while the clock is not trusted: then it counts from a later run.
        """
        self._store = store
        self._clock = clock
        self._quarantine = quarantine
        self.restored_at: datetime | None = None
        """When a backup was restored. What the lost life sent last may still be on its way: for a
        quarantine it is only looked."""
        self._closed: dict[str, str] = {}
        self._failures: Counter[str] = Counter()

    def is_closed(self, target: str) -> bool:
        """Tell whether a connection gets no more writes in this run."""
        return target in self._closed or self._only_looks(target)

    def _only_looks(self, target: str) -> bool:
        if self.restored_at is None:
            return False
        length = self._quarantine(target)
        return length is None or self._clock.now() < self.restored_at + length

    def send(self, sending: Sending, call: Callable[[], Any]) -> Steps[Outcome | None]:
        """Carry one effect out and record how it went, whatever that was.

        `call` sends it. What follows from an answer or a refusal is recorded in one transaction
        with it. Returns None where the effect was not what it was read as, so that nothing was
        sent.
        """
        started = self._start(sending)
        if started is None:
            return None
        try:
            answer = yield from self.call(sending.row, started, call)
        except RemoteError as error:
            answer = error
        except Exception:
            self._broken(sending.row, started)
            raise
        return self._settle(sending, started, answer)

    def send_many(
        self, sendings: Sequence[Sending], call: Callable[[Sequence[Sending]], Sequence[Any]]
    ) -> Steps[list[Outcome | None]]:
        """Carry effects to one connection out with a single write; give an outcome each.

        `call` takes those that were started, and gives an answer or an error each. What it raises
        concerns all of them. Raises `NotOffered` and `Refused` where the write as a whole was not
        taken, so that nothing was done: each may be sent by itself.
        """
        with self._store.transaction():
            started = [(one, self._start(one)) for one in sendings]
        going = [(one, effect) for one, effect in started if effect is not None]
        if not going:
            return [None] * len(started)
        try:
            sent = [one for one, _ in going]
            answers = yield from self.call_many(going, lambda: call(sent))
        except (NotOffered, Refused) as error:
            with self._store.transaction():
                for one, effect in going:
                    self.record(one.row, effect, Outcome(EffectState.DUE, NOTHING))
            raise error from None
        except RemoteError as error:
            answers = [error] * len(going)
        except Exception:
            for one, effect in going:
                self._broken(one.row, effect)
            raise
        told = {id(one): answer for (one, _), answer in zip(going, answers, strict=True)}
        with self._store.transaction():
            return [
                None if effect is None else self._settle(one, effect, told[id(one)])
                for one, effect in started
            ]

    def _start(self, sending: Sending) -> EffectRow | None:
        """Write the intent down; None where it is not to be sent."""
        effect = sending.effect
        started = replace(
            effect,
            state=EffectState.STARTED,
            document=sending.document,
            attempts=effect.attempts + 1,
            started_at=self._clock.now(),
            quarantine_until=None,
            not_before=None,
            error="",
        )
        if self.is_closed(effect.target) or not self._store.change_effect(effect, started):
            return None
        return started

    def _settle(self, sending: Sending, started: EffectRow, answer: Any) -> Outcome:
        """Write down what an answer, or an error in its place, means."""
        row = sending.row
        try:
            if isinstance(answer, Refused):
                self._failures[started.target] = 0
                told = _without_buyer(answer, row)
                verdict = sending.read_refusal(told)
                outcome = Outcome(EffectState.REFUSED, verdict, error=str(told))
            elif isinstance(answer, RemoteError):
                outcome = self._failed(row, started, answer)
            else:
                self._failures[started.target] = 0
                outcome = sending.read_answer(answer)
        except Exception:
            self._broken(row, started)
            raise
        self.record(row, started, outcome)
        return outcome

    def _broken(self, row: OrderRow, started: EffectRow) -> None:
        """Record a bug after the call: it may have acted, so it is settled like a lost answer."""
        self.record(row, started, self._unknown(started, "orderlink failed in reading it"))

    def call_many(
        self, going: Sequence[tuple[Sending, EffectRow]], call: Callable[[], Sequence[Any]]
    ) -> Steps[Sequence[Any]]:
        """Make the call for many. A dry run does something else in this place."""
        return (yield from ask(going[0][1].target, call))

    def call(self, row: OrderRow, effect: EffectRow, call: Callable[[], T]) -> Steps[T]:  # noqa: ARG002
        """Make the call. A dry run does something else in this place."""
        return (yield from ask(effect.target, call))

    def record(self, row: OrderRow, effect: EffectRow, outcome: Outcome) -> None:
        """Write an outcome down, with everything that follows from it, in one transaction."""
        now = self._clock.now()
        failing = outcome.state is EffectState.DUE and bool(outcome.error)
        after = replace(
            effect,
            state=outcome.state,
            attempts=effect.attempts - (1 if outcome.retry_at else 0),
            document=effect.document if outcome.document is None else outcome.document,
            remote_ref=outcome.remote_ref or effect.remote_ref,
            error=outcome.error,
            first_failed_at=(effect.first_failed_at or now) if failing else None,
            not_before=self._not_before(effect, outcome, now),
            quarantine_until=self._quarantine_end(outcome, now, effect),
        )
        with self._store.transaction():
            self._store.change_effect(effect, after)
            if outcome.verdict:
                self._store.apply(row, outcome.verdict, now)
            if outcome.state not in {EffectState.UNKNOWN, EffectState.DUE}:
                settled = ("outcome_unknown", FAILING[effect.kind])
                self._store.solve(effect.key, settled, now)

    def _not_before(self, effect: EffectRow, outcome: Outcome, now: datetime) -> datetime | None:
        """Say when it may be tried again: later and later where it keeps failing.

        What a look-up sets free has not failed: it is sent directly after that look-up. But an
        effect whose answer is lost every time stays unknown for longer than its quarantine.
        """
        if outcome.retry_at is not None:
            return outcome.retry_at
        failed = outcome.state is EffectState.DUE and bool(outcome.error)
        lost_again = outcome.state is EffectState.UNKNOWN and effect.attempts > 1
        return now + pause(effect.attempts) if failed or lost_again else None

    def _quarantine_end(
        self, outcome: Outcome, now: datetime, effect: EffectRow
    ) -> datetime | None:
        length = self._quarantine(effect.target)
        return now + length if outcome.state is EffectState.UNKNOWN and length else None

    def failed_before(self, row: OrderRow, effect: EffectRow, error: RemoteError) -> None:
        """Record that what an effect needs could not be had, so that nothing was sent."""
        if isinstance(error, TryLater) and error.limited:
            return
        attempted = replace(effect, attempts=effect.attempts + 1)
        if self._store.change_effect(effect, attempted):
            self.record(row, attempted, self._failed(row, attempted, error))

    def _failed(self, row: OrderRow, effect: EffectRow, error: RemoteError) -> Outcome:
        sentence = without_buyer(str(error), row.document)
        if isinstance(error, Ambiguous):
            return self._unknown(effect, sentence)
        if isinstance(error, TryLater) and error.limited:
            self._closed[effect.target] = sentence
            return Outcome(EffectState.DUE, NOTHING, retry_at=error.retry_at)
        if isinstance(error, SignInFailed):
            self._closed[effect.target] = sentence
        if isinstance(error, TryLater):
            self._failures[effect.target] += 1 if error.transport else 0
            if self._failures[effect.target] >= TRANSPORT_FAILURES:
                self._closed[effect.target] = sentence
        opens = (Problem(FAILING[effect.kind], sentence),)
        return Outcome(EffectState.DUE, Verdict(opens=opens), error=sentence)

    def _unknown(self, effect: EffectRow, sentence: str) -> Outcome:
        self._closed[effect.target] = sentence
        event = Event("outcome_unknown", {"kind": effect.kind, "why": sentence})
        opens = (Problem("outcome_unknown", f"{effect.kind}: {sentence}"),)
        verdict = Verdict(events=(event,), opens=opens)
        return Outcome(EffectState.UNKNOWN, verdict, error=sentence)


def _without_buyer(refusal: Refused, row: OrderRow) -> Refused:
    details = {name: without_buyer(value, row.document) for name, value in refusal.details.items()}
    return Refused(refusal.word, without_buyer(str(refusal), row.document), **details)


SHORTEST_NAME = 3


def without_buyer(sentence: str, order: Json) -> str:
    """Take out of a remote's words what they repeat of the buyer; `order` as the row has it."""
    addresses = [(order or {}).get(name) or {} for name in ("ship_to", "bill_to")]
    values = {str(value) for address in addresses for value in address.values()}
    words = values | {word for value in values for word in re.findall(r"\w+", value)}
    told = sorted((word for word in words if len(word) >= SHORTEST_NAME), key=len, reverse=True)
    if not told:
        return sentence
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, told))})(?!\w)"
    return re.sub(pattern, "[buyer]", sentence, flags=re.IGNORECASE)

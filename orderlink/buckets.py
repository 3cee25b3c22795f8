"""The rate budgets of one remote system: what is left of each, for whoever sends a request."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink import answers, budget

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from orderlink.budget import Budget, BudgetState
    from orderlink.clock import Clock


class Buckets:
    """Token buckets by name, which live across runs. May be used by several threads.

    `declared` are what the remote allows. What is drawn on a name that is not among them is free.
    """

    def __init__(self, declared: Mapping[str, Budget], clock: Clock) -> None:
        self._declared = dict(declared)
        self._clock = clock
        self._lock = threading.Lock()
        now = clock.now()
        self._buckets = {name: budget.full(one, now) for name, one in self._declared.items()}

    def states(self) -> dict[str, BudgetState]:
        """Give what is to be kept across runs, JSON values only."""
        with self._lock:
            return {
                name: budget.to_state(bucket, self._declared[name])
                for name, bucket in self._buckets.items()
            }

    def load(self, states: Mapping[str, Mapping[str, object]]) -> None:
        """Go on with what was kept; names that are not declared are left alone."""
        now = self._clock.now()
        with self._lock:
            for name in self._buckets.keys() & states.keys():
                self._buckets[name] = budget.from_state(self._declared[name], states[name], now)

    def know(self, name: str, tokens: float, capacity: float, per_second: float) -> None:
        """Correct one with what the remote says about it elsewhere than in its headers."""
        with self._lock:
            told = budget.Budget(max(capacity, 1.0), per_second, self._declared[name].pause)
            bucket = self._buckets[name]
            self._buckets[name] = budget.known(bucket, tokens, told, self._clock.now())

    def is_told(self, name: str) -> bool:
        """Tell whether the remote names a limit, so that one is declared."""
        return name in self._declared and not self._declared[name].pause

    def take(self, name: str, cost: float) -> datetime | None:
        """Take tokens, or tell when there will be enough."""
        with self._lock:
            bucket = self._buckets.get(name)
            if bucket is None:
                return None
            taken = budget.take(bucket, self._clock.now(), cost)
            if not isinstance(taken, budget.Bucket):
                return taken
            self._buckets[name] = taken
            return None

    def learn(self, name: str, status: int, headers: Mapping[str, str]) -> None:
        """Learn from the status and the headers of an answer."""
        now = self._clock.now()
        with self._lock:
            bucket = self._buckets.get(name)
            if bucket is None:
                return
            pause = self._declared[name].pause
            if not pause:  # else what the headers of others count is not known
                bucket = budget.learn(bucket, headers, now)
            if status == 429:
                until = answers.retry_at(headers, now) or budget.reset_at(headers, now)
                if until is None and pause:
                    until = now + timedelta(seconds=pause)
                bucket = budget.block(bucket, until, now)
            self._buckets[name] = bucket

"""PURE: rate budgets as token buckets, which live across runs and learn from what the remote says.

Sources: https://api.bol.com/retailer/public/ratelimits and what bol answers (`X-RateLimit-*`);
Amazon's Selling Partner API gives the refill per second as `x-amzn-RateLimit-Limit`.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NotRequired, TypedDict

from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_BLOCK = timedelta(days=1)
"""No answer of a server, and no jump of the clock, makes orderlink wait longer than this."""

_UNIX_TIMES_BEGIN = 10**8
_ROUNDING = timedelta(milliseconds=1)


class Budget(Value, frozen=True):
    """What a remote allows: `capacity` requests at once, `per_second` more with every second.

    `pause`: for so many seconds nothing is asked after a 429 that names no time.
    """

    capacity: float
    per_second: float
    pause: float = 0.0

    def __post_init__(self) -> None:
        if self.capacity < 1 or self.per_second <= 0:
            raise ValueError("a budget allows at least one request, and more as time passes")


UNTOLD = Budget(1000, 1000, pause=60)
"""Of a remote that names no limit and may have one: nothing is held back but after a 429.

Such a 429 counts as any other failure, so that one that never ends is told.
"""

SIGN_IN = "sign-in"
"""What a connector calls the budget of its sign-ins, for which few platforms name a limit."""


class BudgetState(TypedDict):
    """What is kept of a bucket across runs: JSON values, instants in ISO 8601, UTC.

    `capacity` and `per_second` are what the remote told, where that is not what is declared.
    """

    tokens: float
    at: str
    until: str | None
    capacity: NotRequired[float]
    per_second: NotRequired[float]


class Bucket(Value, frozen=True):
    """How many requests may be sent: `tokens` of them at the instant `at`.

    None is given before `until`, where the remote named such an instant, and at least one then.
    """

    budget: Budget
    tokens: float
    at: datetime
    until: datetime | None = None


def full(budget: Budget, now: datetime) -> Bucket:
    """Give the bucket of a remote that was never asked."""
    return Bucket(budget, budget.capacity, now)


def take(bucket: Bucket, now: datetime, cost: float = 1.0) -> Bucket | datetime:
    """Take tokens: give the bucket that is left, or the instant when there will be enough.

    What costs more than the bucket can hold takes all that it can.
    """
    bucket = _refilled(bucket, now)
    cost = min(cost, bucket.budget.capacity)
    if bucket.until is not None:
        return bucket.until
    if bucket.tokens >= cost:
        return replace(bucket, tokens=bucket.tokens - cost)
    seconds = (cost - bucket.tokens) / bucket.budget.per_second
    longest = LONGEST_BLOCK.total_seconds()
    return now + timedelta(seconds=min(seconds, longest)) + _ROUNDING


def block(bucket: Bucket, until: datetime | None, now: datetime) -> Bucket:
    """Empty the bucket, as a 429 tells, until the instant that the remote named, if it did."""
    return replace(_refilled(bucket, now), tokens=0.0, until=until and _bounded(until, now))


def learn(bucket: Bucket, headers: Mapping[str, str], now: datetime) -> Bucket:
    """Correct the bucket with what the remote says about it; `headers` ignore case.

    Headers that cannot be understood change nothing.
    """
    rate = _positive(headers.get("x-amzn-RateLimit-Limit"))
    if rate:
        bucket = replace(bucket, budget=replace(bucket.budget, per_second=rate))
    remaining = _positive(headers.get("X-RateLimit-Remaining"))
    if remaining is None:
        return bucket
    capacity = _positive(headers.get("X-RateLimit-Limit")) or bucket.budget.capacity
    budget = replace(bucket.budget, capacity=max(capacity, 1.0))
    until = reset_at(headers, now) if remaining < 1 else None
    return Bucket(budget, min(remaining, budget.capacity), now, until)


def known(bucket: Bucket, tokens: float, budget: Budget, now: datetime) -> Bucket:
    """Take over what the remote says about its bucket; `until` as it was."""
    return Bucket(budget, min(max(tokens, 0.0), budget.capacity), now, bucket.until)


def reset_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Read `X-RateLimit-Reset`, which bol gives in seconds or as unix time; `headers` ignore case.

    None where it is missing or of no use.
    """
    value = _positive(headers.get("X-RateLimit-Reset"))
    if value is None:
        return None
    if value < _UNIX_TIMES_BEGIN:
        return _bounded(now + timedelta(seconds=value), now)
    try:
        instant = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return _bounded(instant, now) if instant > now else None


def to_state(bucket: Bucket, declared: Budget) -> BudgetState:
    """Translate a bucket into what is kept."""
    state: BudgetState = {
        "tokens": bucket.tokens,
        "at": bucket.at.isoformat(),
        "until": bucket.until.isoformat() if bucket.until else None,
    }
    if bucket.budget != declared:
        state["capacity"] = bucket.budget.capacity
        state["per_second"] = bucket.budget.per_second
    return state


def from_state(declared: Budget, state: Mapping[str, object], now: datetime) -> Bucket:
    """Translate what was kept into a bucket; what cannot be read counts as never asked.

    One that lies in the clock's future was kept by a clock that was ahead: what it waits for is as
    far away as it was then.
    """
    try:
        tokens = float(str(state["tokens"]))
        at = datetime.fromisoformat(str(state["at"])).astimezone(UTC)
        until = state.get("until")
        until_instant = datetime.fromisoformat(str(until)).astimezone(UTC) if until else None
        capacity = float(str(state.get("capacity", declared.capacity)))
        per_second = float(str(state.get("per_second", declared.per_second)))
        budget = Budget(capacity, per_second, declared.pause)
    except (KeyError, ValueError, OverflowError):
        return full(declared, now)
    if not all(map(math.isfinite, (tokens, budget.capacity, budget.per_second))):
        return full(declared, now)
    ahead = max(at - now, timedelta(0))
    until_instant = until_instant and until_instant - ahead
    return Bucket(budget, min(max(tokens, 0.0), budget.capacity), at - ahead, until_instant)


def _refilled(bucket: Bucket, now: datetime) -> Bucket:
    """Bring a bucket up to now. One that lies in the clock's future has not gained anything."""
    seconds = max((now - bucket.at).total_seconds(), 0.0)
    gained = bucket.tokens + seconds * bucket.budget.per_second
    tokens = min(max(gained, 0.0), bucket.budget.capacity)
    until = bucket.until
    if until is not None and (until <= now or until - now > LONGEST_BLOCK):
        tokens, until = max(tokens, 1.0), None
    return replace(bucket, tokens=tokens, at=now, until=until)


def _bounded(instant: datetime, now: datetime) -> datetime:
    return min(max(instant, now), now + LONGEST_BLOCK)


def _positive(text: str | None) -> float | None:
    """Read a finite number that is zero or more."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None

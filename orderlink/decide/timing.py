"""PURE: what is due when: back-off, quarantine, freshness, full looks, and whether time counts."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from orderlink.rows import EffectState

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.rows import ConnectionRow, EffectRow, OrderRow

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
FRESH = timedelta(minutes=15)
"""Nothing is sent that rests on an older look than this."""
SKEW = timedelta(minutes=5)
"""A clock that differs more than this from the servers' is not trusted."""
FULL_LOOK_EVERY = timedelta(hours=24)
GAP = timedelta(hours=48)
"""A marketplace keeps handled orders in its list about this long (bol)."""
DROPPED_AFTER = timedelta(minutes=30)
"""A write that was taken is seen in the marketplace's looks within this time, or it was dropped."""
SINGLY_AFTER = timedelta(hours=1)
LATE_CODE_EVERY = timedelta(hours=1)
PARCELS_EVERY = timedelta(minutes=15)


def pause(attempts: int) -> timedelta:
    """Say how long to wait after so many failed attempts: 5 minutes doubling to 6 hours."""
    doubled: timedelta = FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 10))
    return min(doubled, LONGEST_PAUSE)


def is_due(not_before: datetime | None, now: datetime) -> bool:
    """Tell whether a pause is over; one that is too long to be true came from a wrong clock."""
    return not_before is None or not_before <= now or not_before > now + 4 * LONGEST_PAUSE


def is_fresh(seen_at: datetime | None, now: datetime) -> bool:
    """Tell whether a look is recent enough to act on."""
    return seen_at is not None and timedelta(0) <= now - seen_at <= FRESH


def looked_at(row: OrderRow, connection: ConnectionRow) -> datetime:
    """Say when the marketplace last told about this order.

    A complete list of changes that does not name an order is a look at it, too; but where the last
    whole open list did not name it, something became of it that nobody has read yet.
    """
    until, full = connection.changes_until, connection.full_look_at
    missing = full is not None and row.seen_at < full
    return row.seen_at if until is None or missing else max(row.seen_at, until)


def is_told_by_list(row: OrderRow, now: datetime) -> bool:
    """Tell whether it is early to read an order singly that a list of whole orders will name.

    As soon as something becomes of it, it is in the list of what changed; what the marketplace
    withholds for a while may come without that, so that it is asked for once an hour.
    """
    return timedelta(0) <= now - row.seen_at < SINGLY_AFTER


def is_dropped(effect: EffectRow, looked: datetime) -> bool:
    """Tell whether a report that was taken should have been seen in a look by now."""
    return effect.started_at is not None and looked - effect.started_at > DROPPED_AFTER


def clock_is_trusted(now: datetime, newest: datetime | None, skews: list[timedelta]) -> bool:
    """Tell whether time may count in this run.

    It does not when the clock lies before the newest time in the state file, or differs from a
    server's `Date` by more than five minutes.
    """
    if newest is not None and now < newest - SKEW:
        return False
    return all(abs(skew) <= SKEW for skew in skews)


def first_run_is_wrong(noted: datetime, now: datetime, *, first: bool) -> bool:
    """Tell whether a wrong clock gave the instant of a connection's first run.

    `now` is the servers' time. An instant that lies ahead was; one that lies back is old, unless
    this is the `first` run itself.
    """
    return noted - now > SKEW or (first and now - noted > SKEW)


class Quarantine(Enum):
    """How the quarantine of an unknown effect stands."""

    STARTS = "starts"
    RUNS = "runs"
    OVER = "over"


def quarantine(effect: EffectRow, length: timedelta, now: datetime, *, trusted: bool) -> Quarantine:
    """Say whether an unknown effect is still in quarantine.

    The time counts from the first trusted moment; an end that lies too far ahead was written by a
    wrong clock, and the quarantine starts anew.
    """
    if effect.state is not EffectState.UNKNOWN or not trusted:
        return Quarantine.RUNS
    until = effect.quarantine_until
    if until is None or until > now + length:
        return Quarantine.STARTS
    return Quarantine.OVER if until <= now else Quarantine.RUNS


def wait_is_over(
    waiting_since: datetime | None, wait: timedelta, now: datetime, *, trusted: bool
) -> bool:
    """Tell whether an order without a code has waited long enough."""
    return trusted and waiting_since is not None and waiting_since + wait <= now


def needs_full_look(
    connection: ConnectionRow, import_from: str, now: datetime, look_back: timedelta
) -> str:
    """Say why the whole open list has to be read instead of the changes; empty: it need not be.

    `look_back`: how far back the marketplace can tell what changed.
    """
    until, full = connection.changes_until, connection.full_look_at
    if until is None or full is None:
        return "first run"
    if connection.import_from != import_from:
        return "import_from was changed"
    if until > now or full > now:
        return "the clock was set back"
    if now - until > look_back:
        return "gap"
    return "daily" if now - full >= FULL_LOOK_EVERY else ""

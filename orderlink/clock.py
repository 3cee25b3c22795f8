"""Time, handed in: nobody else asks the machine what time it is, and nobody else sleeps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the program may know about time. Instants are aware UTC."""

    def now(self) -> datetime:
        """Tell the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Tell seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Tell the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Tell seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class ManualClock:
    """A clock that moves only when it is told to: for the demo, the sandbox and the tests."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._ticks = 0.0

    def now(self) -> datetime:
        """Tell the instant it was last moved to."""
        return self._now

    def monotonic(self) -> float:
        """Tell the seconds that were slept or advanced; a jump does not count."""
        return self._ticks

    def sleep(self, seconds: float) -> None:
        """Move on by that many seconds at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._ticks += seconds

    def jump(self, to: datetime) -> None:
        """Set the wall clock without any time passing, as a wrong NTP server would."""
        self._now = to

"""One run at a time for each state file: a kernel lock, which no crash leaves behind."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from orderlink.codec import read_time, time_text
from orderlink.errors import OrderlinkError, StateError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from orderlink.clock import Clock

LOOK_AGAIN = 0.2
"""Seconds between two tries, where a run is told to wait."""


class Locked(OrderlinkError):  # noqa: N818 - a state, not a fault
    """Another run holds the lock. `pid` and `since` tell which, where it said so."""

    def __init__(self, pid: int | None, since: datetime | None, now: datetime) -> None:
        who = f"pid {pid}" if pid else "another process"
        minutes = int((now - since).total_seconds() // 60) if since else None
        when = f", since {minutes} min" if minutes is not None else ""
        super().__init__(f"another run ({who}{when}) is active; --wait waits for it")
        self.pid = pid
        self.since = since


def runs_since(state: Path) -> datetime | None:
    """Tell since when a run is active, by what its lock says; None: none is, as far as is known.

    The lock itself is not touched: a run that starts in this moment must get it.
    """
    try:
        with open(f"{state}.lock", encoding="utf-8") as file:  # noqa: PTH123 - a plain string
            note = json.loads(file.read(200))
        since = read_time(note["since"])
        with suppress(PermissionError):  # another user's process, but there it is
            os.kill(int(note["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return since


class RunLock:
    """The lock of one state file. A context manager; raises `Locked`."""

    def __init__(self, state: Path, clock: Clock, *, wait: bool = False) -> None:
        self._path = f"{state}.lock"
        self._clock = clock
        self._wait = wait
        self._file = -1

    def __enter__(self) -> None:
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError(f"{self._path} cannot be written: {error.strerror}") from error
        while not self._taken():
            if not self._wait:
                locked = self._holder()
                os.close(self._file)
                raise locked
            self._clock.sleep(LOOK_AGAIN)
        with suppress(OSError):  # a full disk: the lock itself holds all the same
            os.ftruncate(self._file, 0)
            note = {"pid": os.getpid(), "since": time_text(self._clock.now())}
            os.pwrite(self._file, json.dumps(note).encode(), 0)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> Locked:
        now = self._clock.now()
        try:
            note = json.loads(os.pread(self._file, 200, 0))
            return Locked(int(note["pid"]), read_time(note["since"]), now)
        except (ValueError, KeyError, TypeError):
            return Locked(None, None, now)

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

"""Small values that a connection keeps across runs: in memory during one, kept at its ends."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from orderlink.clock import Clock

Kept = tuple[str, "datetime | None"]


class Shelf:
    """Values by name, each with an end if it has one. May be used by several threads.

    `values` are those that were kept before. What is put on it is given by `changes`, to be kept
    by whoever owns the state file.
    """

    def __init__(self, values: Mapping[str, Kept], clock: Clock) -> None:
        self._values = dict(values)
        self._clock = clock
        self._changed: set[str] = set()
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        """Give the value, or None where there is none or it has expired."""
        with self._lock:
            value, until = self._values.get(name, (None, None))
        return None if until is not None and until <= self._clock.now() else value

    def put(self, name: str, value: str, until: datetime | None = None) -> None:
        """Keep a value, until an instant or for good."""
        with self._lock:
            self._values[name] = value, until
            self._changed.add(name)

    def changes(self) -> dict[str, Kept]:
        """Give what was put since this was last asked."""
        with self._lock:
            changed, self._changed = self._changed, set()
            return {name: self._values[name] for name in changed}

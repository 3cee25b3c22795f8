"""Threads that wait for remote systems, and how many of them one host is asked with at once.

Only calls are made on them (see `orderlink.steps`); the database stays with the main thread.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from orderlink.steps import Answered, answered

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.steps import Call

ALL = 1_000
"""Connections do not keep each other waiting: this many calls may be under way in all."""


class Threads:
    """Makes calls on threads, which are started when they are needed and never before.

    `limit` tells how many calls a connection, by its id, takes at once.
    """

    def __init__(self, limit: Callable[[str], int]) -> None:
        self._limit = limit
        self._begun: queue.SimpleQueue[tuple[int, Call]] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[tuple[int, Answered | BaseException]] = queue.SimpleQueue()
        self._threads = 0
        self._under_way = 0

    def limit(self, connection: str) -> int:
        """Tell how many calls to a connection may be under way."""
        return self._limit(connection) if connection else ALL

    def begin(self, number: int, call: Call) -> None:
        """Give the call to a thread."""
        self._under_way += 1
        if self._under_way > self._threads:
            self._threads += 1
            # A daemon: where the program ends at once, nobody waits for what is under way. It was
            # written down before it was begun, and is looked up by the next run.
            threading.Thread(target=self._work, name="orderlink-worker", daemon=True).start()
        self._begun.put((number, call))

    def ended(self) -> tuple[int, Answered]:
        """Wait for a call to end. What ends the program on a thread ends it here."""
        number, answer = self._ended.get()
        self._under_way -= 1
        if isinstance(answer, BaseException):
            raise answer
        return number, answer

    def _work(self) -> None:
        while True:
            number, call = self._begun.get()
            try:
                answer: Answered | BaseException = answered(call)
            except BaseException as error:  # noqa: BLE001 - it is raised on the main thread
                answer = error
            self._ended.put((number, answer))

"""Signals: SIGTERM and the first Ctrl-C end a run after the effect in hand."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Stopping:
    """Whether somebody asked to stop. A context manager; call it to ask.

    A second Ctrl-C raises KeyboardInterrupt at once: what was under way is then looked up by the
    next run before anything is sent again.
    """

    def __init__(self, say: Callable[[], None]) -> None:
        self._say = say
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}
        self.interrupted = False

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self._asked

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before[signal.SIGINT])
        # The run is over and the process about to end with its own code: nothing is left to stop.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def _on_signal(self, number: int, _frame: object) -> None:
        if number == signal.SIGINT:
            if self.interrupted:
                raise KeyboardInterrupt
            self.interrupted = True
        if not self._asked:
            self._asked = True
            self._say()

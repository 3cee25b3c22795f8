"""The progress of a run on a terminal: one line for each connection, written over as it goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from orderlink.report.screen import OutputClosed, OutputFailed

if TYPE_CHECKING:
    from orderlink.report.screen import Screen


class Progress:
    """What is said on stderr while a run is under way. Writing never fails: the run goes on.

    `quiet`: the log stands on the terminal already, and tells the same.
    """

    def __init__(self, screen: Screen, *, quiet: bool = False) -> None:
        self._screen = screen
        self._terminal = screen.is_terminal and not quiet
        self._in_place = self._terminal and screen.can_redraw
        self._label = ""
        self._shown = ""
        self._count = 0

    def say(self, label: str, text: str) -> None:
        """Say on a terminal what was done for a connection."""
        if not self._terminal:
            return
        if label != self._label:
            self.end()
            self._label, self._count = label, 0
        self._count += 1
        number = f" ({self._count})" if self._count > 1 else ""
        line = f"{label}{number}: {text}"[: self._screen.width - 1]
        if self._in_place:
            self._write("\r" + line.ljust(len(self._shown)))
            self._shown = line
        else:
            self._write(f"{line}\n")

    def note(self, text: str) -> None:
        """Say something else on a terminal."""
        if self._terminal:
            self.line(text)

    def line(self, text: str) -> None:
        """Say something in any case, on a line of its own."""
        self.end()
        self._write(f"{text}\n")

    def end(self) -> None:
        """Leave the line that is being written over."""
        if self._shown:
            self._write("\n")
        self._label, self._shown, self._count = "", "", 0

    def _write(self, text: str) -> None:
        with suppress(OutputClosed, OutputFailed):
            self._screen.write(text)

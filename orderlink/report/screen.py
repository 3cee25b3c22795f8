"""Where output goes: rich tables on a terminal, aligned text elsewhere, and never a crash.

A closed pipe ends the output quietly, and a character that the encoding does not have is written
as its escape.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

from orderlink.errors import OrderlinkError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.report.blocks import Block


PLAIN_TERMINALS = frozenset({"", "dumb", "unknown"})
"""Values of TERM that stand for a terminal which can do no more than print."""


class OutputClosed(Exception):  # noqa: N818 - nothing went wrong: the reader has what it wanted
    """The reader of our output has gone (`| head`)."""


class OutputFailed(OrderlinkError):  # noqa: N818 - as the errors of orderlink.errors
    """The output cannot be written (a full disk)."""


class Screen:
    """One of the process's streams, None where it is closed; `environment` says how it may look."""

    def __init__(self, stream: TextIO | None, environment: Mapping[str, str]) -> None:
        self.stream = stream
        self.environment = environment

    @property
    def is_terminal(self) -> bool:
        """A person is looking."""
        return self.stream is not None and self.stream.isatty()

    @property
    def can_redraw(self) -> bool:
        """What was written can be written over."""
        return self.is_terminal and self.environment.get("TERM", "") not in PLAIN_TERMINALS

    @property
    def width(self) -> int:
        """Cells in a line."""
        return max(40, shutil.get_terminal_size((80, 24)).columns)

    @property
    def height(self) -> int:
        """Lines that are seen at once."""
        return max(5, shutil.get_terminal_size((80, 24)).lines)

    def write(self, text: str) -> None:
        """Write a text at once. Raises `OutputClosed` and `OutputFailed`."""
        if self.stream is None:
            return
        try:
            self.stream.write(self._showable(text))
            self.stream.flush()
        except BrokenPipeError:
            self._give_up()
            raise OutputClosed from None
        except OSError as error:
            self._give_up()
            raise OutputFailed(f"the output cannot be written: {error.strerror}") from error

    def show(self, blocks: Sequence[Block]) -> None:
        """Write blocks as this stream can show them."""
        self.write(self.text(blocks))

    def text(self, blocks: Sequence[Block]) -> str:
        """Lay blocks out as this stream can show them."""
        from orderlink.report.plain import encoded, render  # noqa: PLC0415 - not for JSON

        blocks = encoded(blocks, self._showable)
        if not self.is_terminal:
            return render(blocks)
        return self._rich(blocks) if self.can_redraw else render(blocks, self.width)

    def _rich(self, blocks: Sequence[Block]) -> str:
        from orderlink.report.tables import rich_text  # noqa: PLC0415 - on a terminal only

        colours = not self.environment.get("NO_COLOR")
        ascii_only = _is_ascii(self._encoding(), self.environment)
        return rich_text(blocks, self.width, colours, ascii_only)

    def _encoding(self) -> str:
        return (self.stream and self.stream.encoding) or "utf-8"

    def _showable(self, text: str) -> str:
        encoding = self._encoding()
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def _give_up(self) -> None:
        """Let Python's own flush at the end of the process go nowhere instead of complaining."""
        if self.stream is not None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)


def output() -> Screen:
    """Give what a command's answer is written to."""
    return Screen(sys.stdout, os.environ)


def errors() -> Screen:
    """Give what a person has to see, and the progress."""
    return Screen(sys.stderr, os.environ)


def _is_ascii(encoding: str, environment: Mapping[str, str]) -> bool:
    """Tell whether lines are drawn in ASCII: by the encoding, and by a locale that says C."""
    if not encoding.lower().replace("-", "").startswith("utf"):
        return True
    said = [environment[name] for name in ("LC_ALL", "LANG") if environment.get(name)]
    return bool(said) and said[0] in {"C", "POSIX"}

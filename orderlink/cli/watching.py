"""The status kept on the screen: it is read anew for each picture, and nothing is ever changed.

A state file that is locked, damaged, gone or another one than before is said in the picture, and
looked at again.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from orderlink.errors import ConfigurationError, StateError
from orderlink.redact import safe_text
from orderlink.report.blocks import Sentence, Tone
from orderlink.report.status import look
from orderlink.report.views import watch_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.cli.session import Session
    from orderlink.report.blocks import Block
    from orderlink.report.screen import Screen

OTHER_SCREEN = "\x1b[?1049h\x1b[?25l"
"""To the terminal's second screen, and away with the cursor."""
FIRST_SCREEN = "\x1b[?25h\x1b[?1049l"
TO_TOP, TO_LINE_END, TO_SCREEN_END = "\x1b[H", "\x1b[K", "\x1b[J"


def watch_status(session: Session, every: float) -> NoReturn:
    """Draw the status every so many seconds, until Ctrl-C or SIGTERM.

    Raises `ConfigurationError` where there is no terminal.
    """
    screen = session.output
    if not screen.is_terminal:
        raise ConfigurationError(["--watch needs a terminal; without one: orderlink status"])
    session.config()
    with _ended_by_sigterm(), _own_screen(screen):
        while True:
            _draw(screen, screen.text(_picture(session, every)))
            session.clock.sleep(every)


def _picture(session: Session, every: float) -> list[Block]:
    config, now = session.config(), session.clock.now()
    title = f"orderlink status, {now:%Y-%m-%d %H:%M:%S} UTC, every {every:g} s; Ctrl-C ends it"
    blocks: list[Block] = [Sentence(title, Tone.QUIET)]
    try:
        return blocks + watch_blocks(look(config, now), config.alert_after)
    except StateError as error:
        return [*blocks, Sentence(safe_text(str(error)), Tone.BAD), Sentence("Looking again.")]


def _draw(screen: Screen, text: str) -> None:
    """Write a picture over the one before; what does not fit is said in the last line."""
    if not screen.can_redraw:
        screen.write(f"{text}\n")
        return
    lines = text.rstrip("\n").split("\n")
    if len(lines) > screen.height:
        fit = screen.height - 1
        lines = [*lines[:fit], f"... {len(lines) - fit} more lines: orderlink status"]
    over = f"{TO_LINE_END}\n".join(lines)
    screen.write(f"{TO_TOP}{over}{TO_LINE_END}{TO_SCREEN_END}")


@contextmanager
def _own_screen(screen: Screen) -> Iterator[None]:
    """Leave what is on the terminal as it is, and come back to it in the end."""
    if not screen.can_redraw:
        yield
        return
    screen.write(OTHER_SCREEN)
    try:
        yield
    finally:
        screen.write(FIRST_SCREEN)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the process in order, so that the terminal is as it was."""

    def end(_number: int, _frame: object) -> NoReturn:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

"""A person at a terminal: reads what a command asks, and answers it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

from .installation import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 60
CTRL_C, CTRL_D = "\x03", "\x04"


def converse(
    command: Sequence[str],
    answers: Sequence[tuple[str, str]],
    environment: Mapping[str, str],
    columns: int = 80,
) -> Answer:
    """Run a command on a terminal; each answer is typed when its question is the last thing shown.

    A question is what the shown text ends with, before the colon. One that is not asked in time, or
    another than was expected, ends with an AssertionError that says what was shown.
    """
    mother, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(  # noqa: S603
        list(command),
        env={"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        cwd="/",
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - Ctrl-C needs it
    )
    os.close(child)
    shown = b""
    try:
        for question, answer in answers:
            shown = _read_until(mother, shown, f"{question}: ".encode())
            typed = answer if answer in {CTRL_C, CTRL_D} else f"{answer}\n"
            os.write(mother, typed.encode())
            shown += b"\x00"  # so that no question is found again
        shown = _read_until(mother, shown, None)
        code = process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(mother)
    text = shown.replace(b"\x00", b"").decode("utf-8", "backslashreplace")
    return Answer(code, text.replace("\r\n", "\n"))


def _read_until(terminal: int, shown: bytes, end: bytes | None) -> bytes:
    """Read until the text ends like that, or (None) until there is no more."""
    while end is None or not shown.endswith(end):
        ready, _, _ = select.select([terminal], [], [], PATIENCE)
        try:
            part = os.read(terminal, 65536) if ready else b""
        except OSError:  # Linux: the terminal has no more users
            part = b""
        if not part:
            assert end is None, f"{end.decode()!r} was not asked:\n{shown.decode()}"
            break
        shown += part
    return shown

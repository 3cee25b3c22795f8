"""PURE: orderlink's line in a crontab: written, found again, replaced and taken out.

A crontab is bytes here: whatever else stands in it is kept as it is. The line is known again by the
comment at its end and by the configuration that it names, so that each installation has its own.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from orderlink.errors import ConfigurationError

if TYPE_CHECKING:
    from orderlink.schedule.job import Job

MARK: Final = "# orderlink cron"
"""Stands at the end of the line; the shell takes it for a comment."""
LONGEST: Final = 998
"""Bytes that a line may have: what Vixie's cron reads as a command."""

_RUNS_ORDERLINK: Final = re.compile(rb"\borderlink\b.*\bsync\b")


def line_of(job: Job) -> bytes:
    """Write the line, without its end. Raises `ConfigurationError` where cron could not read it."""
    settings = [f"{name}={_word(value)}" for name, value in sorted(job.environment.items())]
    words = [*settings, *map(_word, job.program), _names(job), "sync", MARK]
    when = "*" if job.minutes == 1 else f"*/{job.minutes}"
    line = _bytes(f"{when} * * * * {' '.join(words)}")
    if len(line) > LONGEST:
        sentence = f"the line would have more than the {LONGEST} bytes that cron reads"
        raise ConfigurationError([f"{sentence}: take shorter paths"])
    return line


def with_line(crontab: bytes, job: Job) -> bytes:
    """Put the line into a crontab, in the place of the one that is there already."""
    line = line_of(job)
    lines = _lines(crontab)
    own = [number for number, one in enumerate(lines) if is_own(one, job)]
    if not own:
        end = b"" if not crontab or crontab.endswith(b"\n") else b"\n"
        return crontab + end + line + b"\n"
    kept = [one for number, one in enumerate(lines) if number not in own[1:]]
    kept[own[0]] = line + b"\n"
    return b"".join(kept)


def without_line(crontab: bytes, job: Job) -> bytes:
    """Take the line out of a crontab."""
    return b"".join(one for one in _lines(crontab) if not is_own(one, job))


def others(crontab: bytes, job: Job) -> list[str]:
    """List the lines that seem to run orderlink, too, and were not written by it."""
    found = (one.strip() for one in _lines(crontab) if not is_own(one, job))
    return [
        one.decode("utf-8", "backslashreplace")
        for one in found
        if _RUNS_ORDERLINK.search(one) and not _is_comment(one) and not _is_marked(one)
    ]


def is_own(line: bytes, job: Job) -> bool:
    """Tell whether a line is the one of this installation; one that is commented out is not."""
    names = _bytes(f" {_names(job)} ")
    return _is_marked(line) and names in line and not _is_comment(line)


def _lines(crontab: bytes) -> list[bytes]:
    return re.findall(rb"[^\n]*\n|[^\n]+", crontab)


def _is_marked(line: bytes) -> bool:
    return line.rstrip().endswith(MARK.encode())


def _is_comment(line: bytes) -> bool:
    return line.lstrip().startswith(b"#")


def _names(job: Job) -> str:
    return f"--config {_word(job.config)}"


def _word(text: str) -> str:
    """Write a word for the shell; cron would take a bare % for the end of the command."""
    return shlex.quote(text).replace("%", r"\%")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

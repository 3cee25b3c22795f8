"""The log file: what runs do, warnings and faults, for its owner only.

No secret stands in it and nothing of a buyer, also where a connector or a library fails with words
of its own (see `orderlink.faults`). It is made when the first record is written, and put aside when
it is large. A log that cannot be written never stops a run.

As JSON each record is a line with `time`, `level`, `logger`, `process`, `message` and, where a bug
is told, `traceback` (a list of lines).
"""

from __future__ import annotations

import io
import json
import linecache
import logging
import logging.handlers
import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from orderlink.faults import LEFT_OUT, PYTHONS_OWN, masked, told, words_in
from orderlink.redact import RedactingFilter, safe_text
from orderlink.report.screen import OutputClosed, OutputFailed

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.file_settings import LogStyle
    from orderlink.redact import Redactor
    from orderlink.report.screen import Screen

LARGEST = 1024 * 1024
"""Bytes after which the file is put aside, where the configuration could not be read."""
KEPT = 3
"""So many older files are kept then, `.1` being the newest."""
LONGEST_LINE = 2000
OURS = "orderlink"
"""The logger of the program itself; its debug records tell each request, never its content."""


def log_path(config: Config) -> Path:
    """Tell where the log is: where the configuration says, else beside the state file."""
    return config.log or config.state.with_suffix(".log")


def write_log_to(path: Path, redactor: Redactor, style: LogStyle | None = None) -> LogFile:
    """Let every logger of the process write to this file, and none of them to stderr."""
    largest, kept = (style.largest, style.files) if style else (LARGEST, KEPT)
    handler = LogFile(path, maxBytes=largest, backupCount=kept, encoding="utf-8", delay=True)
    handler.setFormatter(_JsonLines() if style and style.format == "json" else _Formatter())
    _attach(handler, redactor, style.level if style else "info")
    return handler


def show_log_on(screen: Screen, redactor: Redactor) -> None:
    """Let everything that is logged be seen at once, too, however detailed."""
    handler = _OnScreen(screen)
    handler.setFormatter(_Formatter("%(asctime)sZ %(levelname)s: %(message)s"))
    _attach(handler, redactor, "debug")


def _attach(handler: logging.Handler, redactor: Redactor, level: str) -> None:
    handler.addFilter(_Careful(redactor))
    handler.setLevel(level.upper())
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(capture=True)
    ours = logging.getLogger(OURS)  # of libraries only the warnings are wanted
    ours.setLevel(min(handler.level, ours.level or handler.level))


class LogFile(logging.handlers.RotatingFileHandler):
    """A rotating file, 0600, in a folder that is 0700 where it had to be made.

    `failed` tells that something could not be written to it.
    """

    failed = False

    def _open(self) -> io.TextIOWrapper:
        os.makedirs(os.path.dirname(self.baseFilename), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        number = os.open(self.baseFilename, flags, 0o600)
        stream = os.fdopen(number, "ab")
        return io.TextIOWrapper(stream, "utf-8", "backslashreplace", write_through=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802
        """Remember that the log cannot be written; the run goes on."""
        self.failed = True


class _OnScreen(logging.Handler):
    """Shows records to a person."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record; a run does not stop because nobody looks."""
        with suppress(OutputClosed, OutputFailed):
            self._screen.write(f"{self.format(record)}\n")


class _Careful(RedactingFilter):
    """Takes out of a record what may be a secret or a buyer's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean one record, and let it pass."""
        if getattr(record, "is_clean", False):  # by the filter of another handler
            return True
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = told(record.exc_info[1], self._redactor.clean)
        record.exc_info = None
        if record.name.partition(".")[0] != OURS:
            record.msg, record.args = _of_another(record), None
        record.is_clean = True
        return super().filter(record)


def _of_another(record: logging.LogRecord) -> str:
    """Give of another's message what stands in its source: its data may be anything."""
    if record.name == "py.warnings":
        place = re.match(r".*?:[0-9]+: \w+", record.getMessage())
        return place[0] if place else LEFT_OUT
    line = linecache.getline(record.pathname, record.lineno)
    known = PYTHONS_OWN | words_in(line) | words_in(str(record.msg) if record.args else "")
    return masked(record.getMessage(), known)


class _Formatter(logging.Formatter):
    """One line a record; a traceback is indented, so that no line of it passes for a record."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03d"

    def __init__(
        self, line: str = "%(asctime)sZ [%(process)d] %(levelname)s %(name)s: %(message)s"
    ) -> None:
        super().__init__(line)

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        head, *rest = super().format(record).split("\n")
        return "\n".join([safe_text(head, LONGEST_LINE), *map(_indented, rest)])


class _JsonLines(_Formatter):
    """One JSON document a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        document: dict[str, object] = {
            "time": f"{self.formatTime(record)}Z".replace(" ", "T"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": safe_text(record.getMessage(), LONGEST_LINE),
        }
        if record.exc_text:
            lines = record.exc_text.splitlines()
            document["traceback"] = [safe_text(line, LONGEST_LINE) for line in lines]
        return json.dumps(document)


def _indented(line: str) -> str:
    depth = len(line) - len(line.lstrip(" "))
    return "    " + " " * min(depth, 40) + safe_text(line, LONGEST_LINE)

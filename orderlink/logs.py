"""The log file: warnings and faults with their tracebacks, without secrets, for its owner only.

It is made when the first record is written. A log that cannot be written never stops a run.
"""

from __future__ import annotations

import io
import logging
import logging.handlers
import os
import time
from typing import TYPE_CHECKING

from orderlink.redact import RedactingFilter, safe_text

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.redact import Redactor

LARGEST = 1024 * 1024
"""Bytes after which the file is put aside."""
KEPT = 3
"""So many older files are kept, `.1` being the newest."""
LONGEST_LINE = 2000


def log_path(config: Config) -> Path:
    """Tell where the log is: where the configuration says, else beside the state file."""
    return config.log or config.state.with_suffix(".log")


def write_log_to(path: Path, redactor: Redactor) -> LogFile:
    """Let every logger of the process write to this file, and none of them to stderr."""
    handler = LogFile(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.addFilter(RedactingFilter(redactor))
    handler.setFormatter(_Formatter("%(asctime)sZ %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(capture=True)
    return handler


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


class _Formatter(logging.Formatter):
    """One line a record; a traceback is indented, so that no line of it passes for a record."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        head, *rest = super().format(record).split("\n")
        return "\n".join([safe_text(head, LONGEST_LINE), *map(_indented, rest)])


def _indented(line: str) -> str:
    depth = len(line) - len(line.lstrip(" "))
    return "    " + " " * min(depth, 40) + safe_text(line, LONGEST_LINE)

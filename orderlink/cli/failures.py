"""What goes wrong -> one sentence on stderr and an exit code: the only place that maps them."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from orderlink.errors import ConfigurationError, StateError
from orderlink.lock import Locked
from orderlink.redact import safe_text
from orderlink.report.screen import OutputClosed, OutputFailed

if TYPE_CHECKING:
    from orderlink.cli.session import Session

NEEDS_PERSON = 1
USAGE = 2
FAULT = 3
LOCKED = 75

log = logging.getLogger("orderlink")


def report_failure(error: Exception, session: Session) -> int:
    """Say what went wrong; give the exit code."""
    if isinstance(error, OutputClosed):
        return 0
    if isinstance(error, ConfigurationError):
        for problem in error.problems:
            _say(session, problem)
        return USAGE
    if isinstance(error, Locked):
        if session.errors.is_terminal:  # cron starts the next one soon enough
            _say(session, str(error))
        return LOCKED
    if isinstance(error, StateError | OutputFailed):
        _say(session, str(error))
        return NEEDS_PERSON
    return _fault(error, session)


def _fault(error: Exception, session: Session) -> int:
    """Put the traceback of a bug into the log file, and tell the person where that is."""
    kind = type(error).__name__
    place = f"the traceback is in {session.log_path()}"
    handler = session.open_log()
    log.critical("a fault of orderlink", exc_info=error)
    if handler.failed:
        place = f"and {session.log_path()} cannot be written"
    _say(session, f"a fault of orderlink ({kind}): nothing is lost; {place}")
    return FAULT


def _say(session: Session, sentence: str) -> None:
    with suppress(OutputClosed, OutputFailed):
        text = session.redactor.clean(sentence)
        session.errors.write(f"orderlink: {safe_text(text, 1000)}\n")

"""Carry out `init`: gather what is needed, write it, and check what came of it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.cli.asking import Asking
from orderlink.cli.findings import show_findings
from orderlink.cli.gathering import Gathering, Options
from orderlink.config import find_config, load_config
from orderlink.redact import safe_text
from orderlink.secrets import Secret
from orderlink.setup.writing import write
from orderlink.where import absolute

if TYPE_CHECKING:
    from orderlink.cli.session import Session
    from orderlink.setup.text import Table
    from orderlink.setup.writing import Written


def initialize(session: Session, options: Options) -> int:
    """Write a configuration or add to one, and check it; give the exit code of the check.

    Raises `ConfigurationError` and `OutputFailed`; then nothing was written.
    """
    path = find_config(session.option, session.environment)
    existing = load_config(path) if path.exists() else None
    asking = Asking(session.errors) if _somebody_answers(session) else None
    if asking:
        asking.say(_opening(path, new=existing is None))
    gathering = Gathering(path, existing, options, asking)
    tables = gathering.tables()
    _hide(session, tables)
    state = str(absolute(options.state, Path.cwd())) if options.state else ""
    written = write(path, tables, plain=gathering.plain, state=state)
    session.output.write(_told(written))
    code = show_findings(session, frozenset(table.name for table in tables))
    session.output.write(_next(session))
    return code


def _somebody_answers(session: Session) -> bool:
    """Tell whether a person sees what is asked, and can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and session.errors.is_terminal


def _opening(path: Path, *, new: bool) -> str:
    does = "This writes" if new else "This adds a connection at the end of"
    return f"{does} {path}. Ctrl-C leaves everything as it is."


def _hide(session: Session, tables: list[Table]) -> None:
    """Keep what was typed in from everything that is shown or logged."""
    for table in tables:
        for value in table.values.values():
            if isinstance(value, Secret):
                session.redactor.add(value.reveal())


def _told(written: Written) -> str:
    lines = [f"{'written' if written.new else 'added to'}: {written.path}"]
    lines += [f"written: {path}" for path in written.secrets]
    return "\n".join(safe_text(line, 1000) for line in lines) + "\n\n"


def _next(session: Session) -> str:
    """Say what comes next, for this very configuration."""
    named = f" --config {shlex.quote(session.option)}" if session.option else ""
    return f"\nNext, see what would be sent: orderlink{named} sync --dry-run\n"

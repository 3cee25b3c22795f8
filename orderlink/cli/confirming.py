"""A question to a person on the terminal, whose answer is yes or no."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlink.cli.session import Session


def somebody_answers(session: Session) -> bool:
    """Tell whether a person sees what is asked, and can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and session.errors.is_terminal


def confirmed(session: Session, question: str) -> bool:
    """Ask; what is not a yes is a no."""
    session.errors.write(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}

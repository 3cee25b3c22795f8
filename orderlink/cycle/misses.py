"""Readings of single orders that fail, so that one order keeps no other from its turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderlink.decide.verdict import Problem, Verdict
from orderlink.errors import SignInFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.cycle.run import Run
    from orderlink.errors import TryLater
    from orderlink.rows import OrderRow

IN_A_ROW = 3
"""After so many different orders at which a system was not reached, it is the system's fault."""


@dataclass
class Misses:
    """How the readings of one stage go, order by order."""

    word: str  # of the problem that an order gets
    in_a_row: int = 0

    def reached(self) -> None:
        """Note that the system was reached."""
        self.in_a_row = 0

    def note(
        self, run: Run, row: OrderRow, error: TryLater, changes: Mapping[str, Any] | None = None
    ) -> None:
        """Write a failed reading down at its order, with what else changes about it.

        Raises the error where it is not the order's fault: the rate limit (which counts against no
        order), the sign-in, or a system that was not reached three times in a row.
        """
        if error.limited:
            raise error
        signed_in = not isinstance(error, SignInFailed)
        opens = (Problem(self.word, str(error)),) if signed_in else ()
        with run.store.transaction():
            run.store.apply(row, Verdict(changes=changes or {}, opens=opens), run.now())
        self.in_a_row = self.in_a_row + 1 if error.transport else 0
        if not signed_in or self.in_a_row >= IN_A_ROW:
            raise error

"""Several calls under way at once without threads: which of them ends next is drawn from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.steps import answered

if TYPE_CHECKING:
    from random import Random

    from orderlink.steps import Answered, Call

AT_ONCE = 4
ALL = 1_000


class Shuffled:
    """Makes one of the calls that were begun, any of them, each time that it is asked for one.

    A call is made when its answer is asked for: that one of them dies means that others which were
    begun were never made.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._begun: list[tuple[int, Call]] = []

    def limit(self, connection: str) -> int:
        """Let four calls to a connection be under way."""
        return AT_ONCE if connection else ALL

    def begin(self, number: int, call: Call) -> None:
        """Note a call."""
        self._begun.append((number, call))

    def ended(self) -> tuple[int, Answered]:
        """Make any of the calls that were begun."""
        number, call = self._begun.pop(self._random.randrange(len(self._begun)))
        return number, answered(call)

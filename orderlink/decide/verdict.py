"""What a decision comes to: one value, written down in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlink.basics import Status
from orderlink.problems import WORDS
from orderlink.rows import Event, Kind
from orderlink.values import Value, field


class Problem(Value, frozen=True):
    """A problem to open: its word, a sentence for people, and details."""

    word: str
    sentence: str
    details: Mapping[str, str] = field(default_factory=dict)


class Verdict(Value, frozen=True):
    """What changes about one order.

    `status` is written only where the row still has the status that the decision was taken on.
    `changes` are fields of `OrderRow`. `due` effects are added unless one of that kind is under
    way; `withdrawn` kinds are taken back where they are due (which means that nothing was sent).
    """

    status: Status | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    opens: tuple[Problem, ...] = ()
    closes: tuple[str, ...] = ()
    due: tuple[Kind, ...] = ()
    withdrawn: tuple[Kind, ...] = ()

    def __add__(self, other: Verdict) -> Verdict:
        """Join two verdicts; where both set the same thing, the second one holds."""
        return Verdict(
            status=other.status or self.status,
            changes={**self.changes, **other.changes},
            events=self.events + other.events,
            opens=self.opens + other.opens,
            closes=self.closes + other.closes,
            due=self.due + other.due,
            withdrawn=self.withdrawn + other.withdrawn,
        )

    def __bool__(self) -> bool:
        """Tell whether anything changes at all."""
        return self != NOTHING


NOTHING = Verdict()

PASSING = tuple(word for word, entry in WORDS.items() if not entry.lasting)
"""Problems that an order no longer has once it is closed."""

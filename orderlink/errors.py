"""What can go wrong with a remote system, sorted by what may be done next.

`http.py` raises these for transport and HTTP, connectors raise them for what a document says, and
`outbox.py` and `cycle.py` decide by the class alone. A message is one sentence for a person; it
holds no secret and no buyer's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class OrderlinkError(Exception):
    """Say one clear sentence to a person."""


class ConfigurationError(OrderlinkError):
    """The configuration cannot be used; nothing was sent. `problems` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StateError(OrderlinkError):
    """The state file cannot be used (full disk, damaged, newer than the program)."""


class RemoteError(OrderlinkError):
    """A remote system did not do what was asked."""


class TryLater(RemoteError):
    """Nothing happened there; the same request may succeed later.

    `retry_at` is the earliest useful time, where the remote named one.
    `transport` tells that the system was not reached at all (three in a row stop its writes).
    """

    def __init__(
        self, sentence: str, *, retry_at: datetime | None = None, transport: bool = False
    ) -> None:
        super().__init__(sentence)
        self.retry_at = retry_at
        self.transport = transport

    @property
    def limited(self) -> bool:
        """The rate limit is reached, which counts against no order."""
        return self.retry_at is not None and not self.transport

    @property
    def concerns_all(self) -> bool:
        """The system cannot be used at all, whichever order it is about."""
        return self.transport


class PositionLost(TryLater):
    """A position in a list that an earlier run left is not known any more: begin the list anew."""


class SignInFailed(TryLater):
    """The credentials were refused or lack a right; a person must mend the connection."""

    @property
    def concerns_all(self) -> bool:
        """Without a sign-in nothing goes on."""
        return True


class Refused(RemoteError):
    """Nothing happened there, and the same request would be refused again: a person must act.

    `word` is the problem's word (see `orderlink.problems`), `details` what a person needs to see.
    """

    def __init__(self, word: str, sentence: str, **details: str) -> None:
        super().__init__(sentence)
        self.word = word
        self.details = details


class Ambiguous(RemoteError):
    """The write may have been carried out: only look-ups are allowed until that is known."""


class AlertFailed(OrderlinkError):
    """A message or a ping did not go out."""


class SecretError(OrderlinkError):
    """A secret cannot be had (variable not set, file missing, command failed)."""


class NotOffered(RemoteError):
    """The remote does not have this function (an API that is switched off, a missing plugin)."""

"""The only network: one session per connection, deadlines, caps, error sorting, rate budgets.

SKELETON OF THE INTERFACE: the implementation follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from orderlink.clock import Clock
    from orderlink.model import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read whole. `document` is its JSON, None where it had no body."""

    status: int
    headers: Mapping[str, str]  # names are matched without regard to case
    document: Json


class Shelf(Protocol):
    """Small values that a connection keeps across runs."""

    def get(self, name: str) -> str | None:
        """Give the value, or None where there is none or it has expired."""
        ...

    def put(self, name: str, value: str, until: datetime | None = None) -> None:
        """Keep a value, until an instant or for good."""
        ...


class Http:
    """The way to one remote system."""

    authorize: Callable[[bool], Mapping[str, str]] | None = None
    """Set by the connector: gives the headers that sign a request in. It is called with True after
    a 401, once, to sign in anew; the request is then repeated (a 401 was not carried out)."""

    def read(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        budget: str = "",
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """GET `path` below the base URL (or an absolute URL of an allowed origin).

        Raises `TryLater` or `SignInFailed` for everything that is no 2xx JSON answer, but for the
        statuses in `accept`, which are given back (with `document` None where it is no JSON).
        """
        raise NotImplementedError

    def write(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
        budget: str = "",
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        safe: bool = False,
    ) -> Answer:
        """Send one write, once.

        Raises `TryLater`/`SignInFailed` where it was certainly not carried out, `Ambiguous` where
        it may have been, `Refused("refused", ...)` for a 4xx that is not in `accept`. `safe` says
        that the POST only reads (a token, a bulk status query): failures are then `TryLater`.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Link:
    """What a connector is handed: its only way to the outside, and what it keeps across runs."""

    http: Http
    clock: Clock
    tokens: Shelf
    memory: Shelf

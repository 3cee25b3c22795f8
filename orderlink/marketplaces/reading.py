"""PURE: read JSON documents strictly; a part of the wrong kind is an error that names its path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

from orderlink.errors import TryLater
from orderlink.model import Json
from orderlink.values import Value

_LARGEST_WHOLE = 2**31 - 1
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9])?")


class DocumentError(ValueError):
    """Say which part of a document is missing or of the wrong kind, never what stood there."""


class Part(Value, frozen=True):
    """A JSON object of a document, with the path that leads to it for the messages.

    Every reading method raises `DocumentError`; a part that is null counts as missing.
    """

    document: Mapping[str, Json]
    path: str = ""

    @classmethod
    def of(cls, document: Json, path: str = "") -> Part:
        """Take a JSON value that must be an object."""
        if not isinstance(document, dict):
            raise DocumentError(f"{path or 'the document'} is not an object")
        return cls(document, path)

    def _wrong(self, name: str, what: str) -> DocumentError:
        return DocumentError(f"{self.path}{'.' if self.path else ''}{name} {what}")

    def text(self, name: str) -> str:
        """Read a text exactly as it stands, empty where it is missing."""
        value = self.document.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self._wrong(name, "is not a text")
        return str(value)

    def identifier(self, name: str) -> str:
        """Read a text that must be there."""
        value = self.text(name)
        if not value:
            raise self._wrong(name, "is missing")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """Read a whole number that is not negative."""
        value = self.document.get(name, default)
        if value is None and default is not None:
            return default
        if value is None:
            raise self._wrong(name, "is missing")
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(name, "is not a whole number")
        if not 0 <= value <= _LARGEST_WHOLE:
            raise self._wrong(name, "is out of range")
        if value != int(value):
            raise self._wrong(name, "is not a whole number")
        return int(value)

    def money(self, name: str) -> Decimal | None:
        """Read an amount, None where it is missing."""
        value = self.document.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(name, "is not an amount")
        return Decimal(value)

    def decimal(self, name: str) -> Decimal:
        """Read a number that must be there, written as a number or as a text."""
        value = self.document.get(name)
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return Decimal(value)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(name, "is not a number")
        return Decimal(value)

    def flag(self, name: str) -> bool:
        """Read a yes or no, no where it is missing."""
        value = self.document.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "is neither true nor false")
        return bool(value)

    def day(self, name: str) -> date | None:
        """Read a calendar day, None where it is missing."""
        value = self.text(name)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise self._wrong(name, "is not a date") from error

    def instant(self, name: str) -> datetime | None:
        """Read a time with its offset, as UTC; None where it is missing."""
        value = self.text(name)
        if not value:
            return None
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None:
                raise self._wrong(name, "has no offset")
            return instant.astimezone(UTC)
        except OverflowError as error:
            raise self._wrong(name, "is out of range") from error
        except ValueError as error:
            if isinstance(error, DocumentError):
                raise
            raise self._wrong(name, "is not a time") from error

    def part(self, name: str) -> Part:
        """Read an object; an empty one where it is missing."""
        value = self.document.get(name)
        return Part.of({} if value is None else value, self._below(name))

    def parts(self, name: str) -> tuple[Part, ...]:
        """Read a list of objects; an empty one where it is missing."""
        value = self.document.get(name)
        if value is not None and not isinstance(value, list):
            raise self._wrong(name, "is not a list")
        return tuple(
            Part.of(entry, f"{self._below(name)}[{index}]")
            for index, entry in enumerate(value or ())
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts; an empty one where it is missing."""
        value = self.document.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._wrong(name, "is not a list of texts")
        return tuple(str(one) for one in value)

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Turn a document that cannot be read into `TryLater`: it is no answer. `what` names it."""
    try:
        yield
    except DocumentError as error:
        raise TryLater(f"{what} cannot be read: {error}") from error


def token_from(document: Json) -> tuple[str, int]:
    """Read an access token and the seconds that it holds (RFC 6749). Raises `DocumentError`."""
    answer = Part.of(document)
    token, kind = answer.identifier("access_token"), answer.text("token_type")
    if kind.lower() != "bearer":
        raise DocumentError("token_type is not Bearer")
    seconds = answer.whole("expires_in")
    if not seconds:
        raise DocumentError("the token has already expired")
    return token, seconds

"""PURE: domain values <-> JSON text, for the state file.

Decimals and times are text; an unknown field of a newer version is an error, not a loss.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from orderlink.basics import Json

T = TypeVar("T")

_encoder = msgspec.json.Encoder()


def time_text(moment: datetime) -> str:
    """Write an instant so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """Read an instant that `time_text` wrote."""
    return datetime.fromisoformat(text)


def plain(value: Any) -> Json:
    """Turn a domain value into what `json` can write."""
    return msgspec.to_builtins(value)


def dumps(value: Any) -> str:
    """Write a domain value as JSON text."""
    return _encoder.encode(value).decode()


def loads(kind: type[T], text: str) -> T:
    """Read a value of that type that `dumps` wrote. Raises ValueError."""
    value: T = _decoder(kind).decode(text)  # type: ignore[arg-type]
    return value


def build(kind: type[T], value: Json) -> T:
    """Turn what `json` read into a value of that type. Raises ValueError."""
    return msgspec.convert(value, kind)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # making one costs more than it reads
    return msgspec.json.Decoder(kind)

"""PURE: domain values <-> JSON text, for the state file.

Written by hand with `dataclasses` alone, since a run that has nothing to do must not pay for more.
Decimals and times are text; an unknown field of a newer version is an error, not a loss.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from orderlink.model import Json

T = TypeVar("T")


def time_text(moment: datetime) -> str:
    """Write an instant so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """Read an instant that `time_text` wrote."""
    return datetime.fromisoformat(text)


def plain(value: Any) -> Json:
    """Turn a domain value into what `json` can write."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, StrEnum) or value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} does not go into the state file")


def dumps(value: Any) -> str:
    """Write a domain value as JSON text."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """Read a dataclass (or a tuple of them) that `dumps` wrote."""
    return build(kind, json.loads(text))


def build(kind: type[T], value: Json) -> T:
    """Turn what `json` read into a value of that type."""
    return _build(kind, value)  # type: ignore[no-any-return]


def _build(kind: Any, value: Json) -> Any:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return None if value is None else _build(get_args(kind)[0], value)
    if origin is tuple:
        arguments = get_args(kind)
        if len(arguments) == 2 and arguments[1] is ...:
            return tuple(_build(arguments[0], item) for item in value)
        return tuple(_build(part, item) for part, item in zip(arguments, value, strict=True))
    if kind is datetime:
        return read_time(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], item) for name, item in value.items()})
    return value


@cache
def _hints(kind: type[DataclassInstance]) -> dict[str, Any]:
    return get_type_hints(kind)

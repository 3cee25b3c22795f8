"""PURE: strict JSON. What a remote system sends is either exactly understood or refused.

Numbers with a fraction become `Decimal`, so no amount ever passes through a float.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlink.model import Json

DEEPEST = 100
"""Levels of nesting that are read."""

MOST_DIGITS = 1000
"""Digits of one number that are read, written out without an exponent."""

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):  # noqa: N818 - it says what the text is not
    """The text is not one whole, unambiguous JSON document of reasonable size."""


def loads(body: bytes) -> Json:
    """Read one JSON document in UTF-8, with or without a byte order mark.

    Lone surrogates, which no database takes, become U+FFFD. Raises `NotJson` for everything else
    that RFC 8259 does not allow, for duplicate keys, and for what exceeds the bounds above.
    """
    try:
        text = body.decode("utf-8-sig")
        document = _DECODER.decode(text)
    except NotJson:
        raise
    except (ValueError, DecimalException) as error:
        raise NotJson("it is no valid JSON") from error
    except RecursionError as error:
        raise NotJson("it is nested too deeply") from error
    if text.count("[") + text.count("{") > DEEPEST:
        _refuse_depth(document)
    if _SURROGATE_ESCAPE.search(text):
        return _without_lone_surrogates(document)
    return document


def dumps(document: Json) -> bytes:
    """Write a JSON document in UTF-8. Raises ValueError for a number that JSON cannot carry."""
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_number
    )
    return text.encode("utf-8", "replace")


def _number(value: object) -> int | float:
    """Give a Decimal as the number that is written with the same digits."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON")
    if not value.is_finite():
        raise ValueError(f"{value} is not JSON")
    if value == value.to_integral_value():
        return int(value)
    written = float(value)
    if Decimal(repr(written)) != value:
        raise ValueError(f"{value} has more digits than a JSON number carries safely")
    return written


def _refuse_constant(name: str) -> Any:
    raise NotJson(f"{name} is no number")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NotJson("a number has too many digits")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    value = Decimal(digits)
    if len(digits) > MOST_DIGITS or abs(value.adjusted()) > MOST_DIGITS:
        raise NotJson("a number has too many digits")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise NotJson("a key occurs twice")
    return document


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_fraction,
    parse_int=_integer,
    parse_constant=_refuse_constant,
)


def _refuse_depth(document: Json) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise NotJson("it is nested too deeply")


def _without_lone_surrogates(document: Json) -> Json:
    if isinstance(document, str):
        return _LONE_SURROGATE.sub("\ufffd", document)
    if isinstance(document, list):
        return [_without_lone_surrogates(item) for item in document]
    if isinstance(document, dict):
        return _object(
            [
                (_without_lone_surrogates(key), _without_lone_surrogates(value))
                for key, value in document.items()
            ]
        )
    return document

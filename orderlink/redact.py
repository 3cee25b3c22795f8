"""PURE: texts that may be shown: without secrets, and without what steers a terminal or a log."""

from __future__ import annotations

import base64
import json
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REPLACEMENT = "[secret]"

_SHORTEST_SECRET = 4
_SHORTEST_IN_BASE64 = 8
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSAFE: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *map(ord, _BIDI)]),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **dict.fromkeys(map(ord, _SPACES), " "),
}


def safe_text(text: str, limit: int = 300) -> str:
    """Make a text of others showable: one line, no control or bidi characters, capped.

    `limit` is the number of characters; where the text was cut, the last of them is "…".
    """
    clean = " ".join(text[: 8 * limit].translate(_UNSAFE).split())
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


class Redactor:
    """Takes secrets out of texts.

    Each secret is found as it is, as it stands in a URL or in JSON, and inside base64 (as in a
    Basic `Authorization` header), whatever stands before or after it there.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Take this secret out of texts, too, from now on."""
        forms = set(_forms(secret))
        if forms <= self._forms:
            return
        self._forms |= forms
        longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(longest_first)) if longest_first else None

    def clean(self, text: str) -> str:
        """Give the text with every secret replaced."""
        return self._pattern.sub(REPLACEMENT, text) if self._pattern else text


class RedactingFilter(logging.Filter):
    """Takes secrets out of log records; add it to handlers, which see the records of all loggers.

    It changes the record itself, traceback included, so nothing after it sees a secret.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean one record, and let it pass."""
        record.msg = self._redactor.clean(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = record.exc_text or logging.Formatter().formatException(
                record.exc_info
            )
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.clean(record.stack_info)
        return True


def _forms(secret: str) -> Iterator[str]:
    """List regular expressions for the ways in which a secret may appear."""
    if len(secret) < _SHORTEST_SECRET:
        return
    as_json = json.dumps(secret)[1:-1]
    for form in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret), as_json):
        yield re.escape(form)
    if len(secret) >= _SHORTEST_IN_BASE64:
        for core in _in_base64(secret.encode()):
            yield f"[A-Za-z0-9+/_-]*{re.escape(core)}[A-Za-z0-9+/_-]*=*"


def _in_base64(secret: bytes) -> Iterator[str]:
    """List what is always the same in base64, for each way the secret may lie in its triplets."""
    for before in range(3):
        whole = secret[-before % 3 :]
        whole = whole[: len(whole) // 3 * 3]
        yield base64.b64encode(whole).decode()
        yield base64.urlsafe_b64encode(whole).decode()

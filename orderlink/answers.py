"""PURE: what an HTTP answer means, sorted by what may be done next, and one sentence about it.

A sentence names the connection, what happened and what to do. It holds no query string, and of a
body only what the remote itself calls its message, or the visible beginning of a web page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orderlink.budget import LONGEST_BLOCK, reset_at
from orderlink.errors import Ambiguous, Refused, RemoteError, SignInFailed, TryLater
from orderlink.jsontext import NotJson, loads
from orderlink.redact import safe_text
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlink.model import Json

LONGEST_WORDS = 300
LONGEST_EXCERPT = 80
LONGEST_TEXT = 2_000

_NOT_SEEN = frozenset({408, 425})
"""The request was given up; whether anything behind the server saw it is not known."""

_GATEWAY = frozenset({502, 503, 504})
"""What stands before the system answers, because the system does not."""

_MOVED = frozenset({301, 307, 308})
"""Redirects that tell where to send the same request; others may follow a write that was done."""

_MESSAGE_KEYS = (
    "detail",
    "message",
    "longMessage",
    "error_description",
    "reason",
    "title",
    "error",
)
_LIST_KEYS = ("violations", "errors")

_INVISIBLE = re.compile(
    r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_WHOLE_PAGE = re.compile(rb"<(?:!doctype|html|head|body)\b", re.IGNORECASE)


class Asked(Value, frozen=True):
    """A request, as far as its answer must be judged. `unsafe` tells that it may change things."""

    label: str
    method: str
    path: str
    unsafe: bool

    def __str__(self) -> str:
        return f"{self.method} {safe_text(self.path, 120)}"


class Raw(Value, frozen=True):
    """An answer as it came: `body` inflated, or None where its end was never seen."""

    status: int
    headers: Mapping[str, str]  # names are matched without regard to case
    body: bytes | None


def document_of(asked: Asked, raw: Raw) -> Json:
    """Read the document of a 2xx answer, None where it has none.

    Raises `TryLater` or, for a write, `Ambiguous` where there is anything but one JSON document:
    that must never look like "no orders".
    """
    body = raw.body or b""
    if not body.strip():
        if asked.method == "GET" and raw.status != 204:
            raise unsure(asked, "the answer was empty")
        return None
    if is_html(raw):
        text = visible_text(body)
        excerpt = f' ("{text}")' if text else ""
        raise unsure(
            asked,
            f"answered a web page instead of data{excerpt}, maintenance?",
            transport=out_of_reach(raw),
        )
    try:
        return loads(body)
    except NotJson as error:
        raise unsure(asked, f"what it answered cannot be used, {error}") from error


def failure(asked: Asked, raw: Raw, now: datetime) -> RemoteError:
    """Sort an answer that is no success and was not asked for."""
    status = raw.status
    if 300 <= status < 400:
        return _redirected(asked, status, redirect_host(raw.headers))
    if status == 429:
        return TryLater(
            f"{asked.label}: too many requests (429); it goes on when more are allowed.",
            retry_at=retry_at(raw.headers, now) or reset_at(raw.headers, now),
        )
    if status == 401 or (status == 403 and not is_html(raw)):
        return _sign_in_failed(asked, raw)
    if status in _NOT_SEEN or not 400 <= status < 500:
        return unsure(
            asked,
            f"the server failed ({status}{_said(raw)})",
            retry_at=retry_at(raw.headers, now),
            transport=out_of_reach(raw),
        )
    return _refused(asked, raw)


def unsure(
    asked: Asked, happened: str, *, retry_at: datetime | None = None, transport: bool = False
) -> RemoteError:
    """Sort a failure after which it is not known whether the request was carried out."""
    if asked.unsafe:
        return Ambiguous(
            f"{asked.label}: {happened}; whether {asked} was carried out is not known, "
            "so it is looked up before anything is sent again."
        )
    return TryLater(
        f"{asked.label}: {happened}; {asked} is tried again in the next run.",
        retry_at=retry_at,
        transport=transport,
    )


def out_of_reach(raw: Raw) -> bool:
    """Tell whether something in front of the system answered instead of the system."""
    if raw.status in _GATEWAY:
        return True
    return 200 <= raw.status < 300 and is_html(raw) and _is_whole_page(raw.body or b"")


def is_html(raw: Raw) -> bool:
    """Tell whether the answer is a web page, by its media type or its first character."""
    if "html" in raw.headers.get("Content-Type", "").lower():
        return not (raw.body or b"").lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    return (raw.body or b"").lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def visible_text(body: bytes) -> str:
    """Give the beginning of what a person would read on a web page, safe to be shown.

    It ends where data begins: a PHP notice may stand before a document with a buyer's name.
    """
    text = unescape(_INVISIBLE.sub(" ", body[:20_000].decode("utf-8", "replace")))
    before_data = re.split(r"[{\[]", text, maxsplit=1)[0]
    return safe_text(before_data, LONGEST_EXCERPT)


def words(document: Json) -> str:
    """Give the remote's own words for a failure, safe to be shown; empty where it has none."""
    found = list(dict.fromkeys(_messages(document)))
    return safe_text("; ".join(found), LONGEST_WORDS)


def with_texts(document: Json, change: Callable[[str], str]) -> Json:
    """Give a refusal's document with its texts changed, and those that are very long cut."""
    if isinstance(document, str):
        return change(document[:LONGEST_TEXT])
    if isinstance(document, list):
        return [with_texts(one, change) for one in document]
    if isinstance(document, dict):
        return {name: with_texts(value, change) for name, value in document.items()}
    return document


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Read `Retry-After`, in seconds or as a date by the server's own clock, at most a day."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        seconds = min(int(text[:9]), int(LONGEST_BLOCK.total_seconds()))
        return now + timedelta(seconds=seconds)
    instant = http_date(text)
    if instant is None:
        return None
    wait = instant - (http_date(headers.get("Date", "")) or now)
    return now + min(max(wait, timedelta(0)), LONGEST_BLOCK)


def skew(headers: Mapping[str, str], sent: datetime, received: datetime) -> timedelta | None:
    """Tell how far the server's clock is ahead of ours, zero where the two may agree.

    The server may have read its clock at any time between `sent` and `received`. None where it
    did not tell, or where what it told is that of a cache.
    """
    instant = told_time(headers)
    if instant is None:
        return None
    return instant - min(max(instant, sent), received)


def told_time(headers: Mapping[str, str]) -> datetime | None:
    """Tell what time it was at the server; None where it did not tell, or a cache answered."""
    return None if "Age" in headers else http_date(headers.get("Date", ""))


def http_date(text: str) -> datetime | None:
    """Read a date as HTTP writes it; None where it cannot be read."""
    if not text:
        return None
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def redirect_host(headers: Mapping[str, str]) -> str:
    """Name the host that a redirect points to; empty where it stays on the same one."""
    try:
        return safe_text(urlsplit(headers.get("Location", "")).hostname or "", 100)
    except ValueError:
        return ""


def _is_whole_page(body: bytes) -> bool:
    return _WHOLE_PAGE.search(body[:20_000]) is not None


def _redirected(asked: Asked, status: int, host: str) -> RemoteError:
    where = f"to {host}" if host else "elsewhere on the same host"
    if asked.unsafe and status not in _MOVED:
        return unsure(asked, f"the answer was a redirect {where} ({status})")
    return TryLater(
        f"{asked.label}: {asked} was redirected {where} ({status}), which is not followed; "
        "check base_url in the configuration."
    )


def _sign_in_failed(asked: Asked, raw: Raw) -> SignInFailed:
    cause = "the credentials were refused" if raw.status == 401 else "a right is missing"
    return SignInFailed(
        f"{asked.label}: {cause} ({raw.status}{_said(raw)}); "
        "check the credentials and their rights there and in the configuration."
    )


def _refused(asked: Asked, raw: Raw) -> RemoteError:
    if is_html(raw):
        cause = f"a web page refused {asked} ({raw.status}), a firewall or security plugin?"
    else:
        cause = f"{asked} was refused ({raw.status}{_said(raw)})"
    if not asked.unsafe:
        return TryLater(f"{asked.label}: {cause}; check the connection if this lasts.")
    return Refused("refused", f"{asked.label}: {cause}; mend the cause there, then retry.")


def _said(raw: Raw) -> str:
    try:
        said = words(loads(raw.body or b""))
    except NotJson:
        return ""
    return f": {said}" if said else ""


def _messages(document: Json, depth: int = 0) -> Iterator[str]:
    """List messages: the details first, since titles repeat the status."""
    if depth > 3:
        return
    if isinstance(document, list):
        for item in document[:5]:
            yield from _messages(item, depth + 1)
    elif isinstance(document, dict):
        for key in _LIST_KEYS:
            yield from _messages(document.get(key), depth + 1)
        for key in _MESSAGE_KEYS:
            value = document.get(key)
            if isinstance(value, str) and value.strip():
                yield value.strip()
                return

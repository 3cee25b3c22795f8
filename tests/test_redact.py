from __future__ import annotations

import base64
import io
import json
import logging
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.redact import REPLACEMENT, RedactingFilter, Redactor, safe_text

SECRET = "cs_9f/8+é \"x\\7'tail"


@pytest.mark.parametrize(
    "shown",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        json.dumps({"key": SECRET}),
    ],
)
def test_a_secret_is_replaced_however_it_is_written(shown: str) -> None:
    clean = Redactor([SECRET]).clean(f"before {shown} after")
    assert "8+" not in clean
    assert "tail" not in clean
    assert REPLACEMENT in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_a_secret_is_found_in_base64_wherever_it_lies(before: bytes, after: bytes) -> None:
    redactor = Redactor(["canary-secret-1"])
    whole = before + b"canary-secret-1" + after
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(whole).decode()
        assert redactor.clean(f"Basic {text}") == f"Basic {REPLACEMENT}"


def test_a_long_secret_that_contains_a_short_one_is_replaced_whole() -> None:
    clean = Redactor(["abcd", "abcd-and-more"]).clean("x abcd-and-more y abcd z")
    assert clean == f"x {REPLACEMENT} y {REPLACEMENT} z"


def test_without_secrets_nothing_changes() -> None:
    assert Redactor([]).clean("as it is") == "as it is"
    assert Redactor(["", "abc"]).clean("abc") == "abc"


def test_a_log_record_is_cleaned_with_its_arguments_and_traceback() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter(Redactor([SECRET, "canary-secret-1"])))
    logger = logging.getLogger("test_redact")
    logger.addHandler(handler)
    error = RuntimeError(f"token canary-secret-1 and {SECRET}")
    logger.error("calling with %s", "canary-secret-1", exc_info=error, stack_info=True)
    logger.removeHandler(handler)
    written = stream.getvalue()
    assert "canary-secret-1" not in written
    assert "tail" not in written
    assert f"calling with {REPLACEMENT}" in written
    assert "RuntimeError" in written


def test_a_plain_log_record_passes() -> None:
    record = logging.LogRecord("name", logging.INFO, "file", 1, "hello %s", ("you",), None)
    assert RedactingFilter(Redactor([])).filter(record)
    assert record.getMessage() == "hello you"


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_safe_text_is_one_short_line_without_controls(text: str, limit: int) -> None:
    safe = safe_text(text, limit)
    assert len(safe) <= limit
    assert len(safe.splitlines()) <= 1
    assert not any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 for one in safe)
    assert not any(0x202A <= ord(one) <= 0x202E or 0x2066 <= ord(one) <= 0x2069 for one in safe)
    safe.encode()


def test_safe_text_keeps_what_people_write() -> None:
    assert safe_text("Zoë 👩‍👧 Škoda\n2 x Ü") == "Zoë 👩‍👧 Škoda 2 x Ü"


def test_safe_text_takes_away_what_steers_a_terminal() -> None:
    assert safe_text("a\x1b[31mb\x9bc\u202ed\x00e\ud800") == "a[31mbcde\ufffd"


def test_safe_text_shows_where_it_was_cut() -> None:
    assert safe_text("x" * 400) == "x" * 299 + "…"

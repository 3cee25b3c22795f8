from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from requests.structures import CaseInsensitiveDict

from orderlink.answers import (
    Asked,
    Raw,
    document_of,
    failure,
    http_date,
    retry_at,
    skew,
    told_time,
    visible_text,
    words,
)
from orderlink.errors import Ambiguous, Refused, RemoteError, SignInFailed, TryLater

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READ = Asked("my shop", "GET", "/orders/7", unsafe=False)
WRITE = Asked("my shop", "POST", "/orders", unsafe=True)
PAGE = b"<!DOCTYPE html><html><style>p{}</style><body><p>Back &amp; soon</p></body></html>"


def raw(status: int, body: bytes | None = b"", **headers: str) -> Raw:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Raw(status, CaseInsensitiveDict(named), body)


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (100, TryLater, Ambiguous),
        (300, TryLater, Ambiguous),
        (301, TryLater, TryLater),
        (302, TryLater, Ambiguous),
        (303, TryLater, Ambiguous),
        (307, TryLater, TryLater),
        (308, TryLater, TryLater),
        (400, TryLater, Refused),
        (401, SignInFailed, SignInFailed),
        (403, SignInFailed, SignInFailed),
        (404, TryLater, Refused),
        (408, TryLater, Ambiguous),
        (409, TryLater, Refused),
        (413, TryLater, Refused),
        (422, TryLater, Refused),
        (425, TryLater, Ambiguous),
        (429, TryLater, TryLater),
        (500, TryLater, Ambiguous),
        (502, TryLater, Ambiguous),
        (503, TryLater, Ambiguous),
        (504, TryLater, Ambiguous),
        (599, TryLater, Ambiguous),
    ],
)
def test_every_status_says_what_may_be_done_next(
    status: int, read: type[RemoteError], write: type[RemoteError]
) -> None:
    for asked, kind in ((READ, read), (WRITE, write)):
        error = failure(asked, raw(status, b'{"message": "no"}'), NOW)
        assert type(error) is kind
        assert str(error).startswith("my shop: ")
        assert "\n" not in str(error)


@pytest.mark.parametrize(("status", "transport"), [(500, False), (502, True), (503, True)])
def test_only_a_gateway_says_that_the_system_was_not_reached(
    status: int, *, transport: bool
) -> None:
    error = failure(READ, raw(status), NOW)
    assert isinstance(error, TryLater)
    assert error.transport is transport


def test_a_503_names_when_to_come_back() -> None:
    error = failure(READ, raw(503, Retry_After="90"), NOW)
    assert isinstance(error, TryLater)
    assert error.retry_at == NOW + timedelta(seconds=90)


def test_a_firewall_is_named_as_such() -> None:
    refused = failure(WRITE, raw(403, PAGE), NOW)
    assert isinstance(refused, Refused)
    assert "firewall" in str(refused)
    assert type(failure(READ, raw(403, PAGE), NOW)) is TryLater


def test_a_redirect_names_the_host_and_nothing_more() -> None:
    location = "https://www.shop.example/login?token=canary"
    error = failure(READ, raw(302, Location=location), NOW)
    assert "www.shop.example" in str(error)
    assert "canary" not in str(error)
    assert "same host" in str(failure(READ, raw(302, Location="/login"), NOW))
    assert "same host" in str(failure(READ, raw(302, Location="https://[bad"), NOW))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4", 4),
        ("0", 0),
        (" 7 ", 7),
        ("99999999999999", 86400),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Mon, 01 Mar 2027 12:01:00 GMT", 86400),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_at(CaseInsensitiveDict({"retry-after": text}), NOW) == expected


def test_a_retry_date_is_read_by_the_clock_of_the_server() -> None:
    headers = {
        "Retry-After": "Sun, 01 Mar 2026 15:00:30 GMT",
        "Date": "Sun, 01 Mar 2026 15:00:00 GMT",
    }
    assert retry_at(headers, NOW) == NOW + timedelta(seconds=30)


def test_skew_counts_only_what_the_duration_of_the_request_does_not_explain() -> None:
    later = NOW + timedelta(seconds=100)
    within = {"Date": "Sun, 01 Mar 2026 12:01:00 GMT"}
    assert skew(told_time(within), NOW, later) == timedelta(0)
    assert skew(told_time(within), NOW, NOW) == timedelta(seconds=60)
    assert skew(told_time(within), later, later) == timedelta(seconds=-40)
    assert skew(told_time({**within, "Age": "3600"}), NOW, NOW) is None
    assert skew(told_time({}), NOW, NOW) is None
    assert skew(told_time({"Date": "yesterday"}), NOW, NOW) is None


def test_a_date_without_a_zone_is_utc() -> None:
    assert http_date("Sun, 01 Mar 2026 12:00:00 -0000") == NOW


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"title": "Bad Request", "detail": "The order is closed."}, "The order is closed."),
        (
            {"detail": "Invalid", "violations": [{"name": "q", "reason": "too many"}]},
            "too many; Invalid",
        ),
        ({"code": "x", "message": "No such order.", "data": {"status": 404}}, "No such order."),
        (
            {"errors": [{"code": "Q", "message": "One\x1b[2J"}, {"longMessage": "Two"}]},
            "One[2J; Two",
        ),
        ({"error": "invalid_client", "error_description": "Bad client"}, "Bad client"),
        ({"message": {"buyer": "Jan"}, "billing": {"name": "Jan"}}, ""),
        ([{"message": "listed"}], "listed"),
        ({"errors": {"errors": {"errors": {"errors": {"message": "deep"}}}}}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_only_what_the_remote_calls_its_message_is_shown(document: object, said: str) -> None:
    assert words(document) == said


def test_the_words_of_a_remote_are_capped() -> None:
    assert len(words({"message": "x" * 5000})) == 300


def test_a_refusal_shows_the_words_of_the_remote() -> None:
    body = json.dumps({"detail": "Order item 12 is already shipped."}).encode()
    assert "already shipped" in str(failure(WRITE, raw(400, body), NOW))


@pytest.mark.parametrize(
    ("asked", "kind"), [(READ, TryLater), (WRITE, Ambiguous)], ids=["read", "write"]
)
@pytest.mark.parametrize(
    "answer",
    [
        raw(200, PAGE),
        raw(200, PAGE, Content_Type="text/html; charset=utf-8"),
        raw(200, b"Down for maintenance", Content_Type="text/html"),
        raw(200, b'<br />\n<b>Notice</b>: x in y\n{"orders": []}'),
        raw(200, b'Notice: x in y\n{"orders": []}'),
        raw(200, b'{"orders": ['),
        raw(200, b'{"total": NaN}'),
        raw(200, b"\x1f\x8bgarbage"),
    ],
)
def test_a_success_without_one_document_is_no_answer(
    asked: Asked, kind: type[RemoteError], answer: Raw
) -> None:
    with pytest.raises(RemoteError) as caught:
        document_of(asked, answer)
    assert type(caught.value) is kind


def test_a_maintenance_page_is_shown_by_its_beginning_and_counts_as_not_reached() -> None:
    with pytest.raises(TryLater, match=r'"Back & soon"') as caught:
        document_of(READ, raw(200, PAGE))
    assert caught.value.transport


def test_a_notice_before_the_data_shows_no_data_and_counts_as_reached() -> None:
    body = b'<br /><b>Warning</b>: Undefined {"first_name": "Canary"}'
    with pytest.raises(TryLater) as caught:
        document_of(READ, raw(200, body))
    assert "Undefined" in str(caught.value)
    assert "Canary" not in str(caught.value)
    assert not caught.value.transport


def test_json_with_the_wrong_media_type_is_read() -> None:
    assert document_of(READ, raw(200, b' {"a": 1}', Content_Type="text/html")) == {"a": 1}


def test_an_empty_success_is_no_document_for_a_write_and_no_answer_for_a_read() -> None:
    assert document_of(WRITE, raw(201)) is None
    assert document_of(READ, raw(204)) is None
    with pytest.raises(TryLater, match="empty"):
        document_of(READ, raw(200))


def test_visible_text_is_short_and_safe() -> None:
    page = (
        b"<script>alert(1)</script><!-- hidden --><h1>Be\x1b\x07 right&nbsp;back</h1>" + b"x" * 200
    )
    text = visible_text(page)
    assert text.startswith("Be right back xxx")
    assert "alert" not in text
    assert "hidden" not in text
    assert "\x1b" not in text
    assert len(text) <= 80

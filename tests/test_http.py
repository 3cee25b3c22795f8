"""What `Http` makes of answers: sign-in, budgets, origins, counting; played in-process."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import NewConnectionError

from orderlink.budget import UNTOLD, Budget
from orderlink.clock import ManualClock
from orderlink.errors import (
    Ambiguous,
    ConfigurationError,
    Refused,
    RemoteError,
    SignInFailed,
    TryLater,
)
from orderlink.http import Http
from orderlink.redact import Redactor
from orderlink.sandbox.server import Answer, InProcess, Loopback, Request, build_response

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BASE = "https://shop.example/wp"
PAGE = b"<!doctype html><p>We are in maintenance</p>"
CONNECTION_FAILED = requests.ConnectionError(NewConnectionError(None, "x"))  # type: ignore[arg-type]


@dataclass
class Remote:
    """Answers with what it was given, in this order, the last one for ever."""

    answers: list[Answer | Exception]
    asked: list[Request] = field(default_factory=list)

    def handle(self, request: Request) -> Answer:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def remote(*answers: Answer | Exception) -> Remote:
    return Remote(list(answers) or [ok()])


def ok(document: Any = None, status: int = 200, **headers: str) -> Answer:
    body = json.dumps({"a": 1} if document is None else document).encode()
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def http_to(one: Remote, clock: ManualClock | None = None, **options: Any) -> Http:
    options = {"remaining": lambda: 240.0, "adapter": InProcess(one), **options}
    return Http("my shop", BASE, clock=clock or ManualClock(NOW), **options)


def failing(call: Any, *arguments: Any, **options: Any) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        call(*arguments, **options)
    return caught.value


def test_a_read_asks_below_the_base_url_and_gives_the_document() -> None:
    one = remote(ok({"orders": []}, X_Total="0"))
    answer = http_to(one).read("/orders", {"page": 2, "search": "a&b é"})
    assert answer.document == {"orders": []}
    assert answer.headers["x-total"] == "0"
    assert one.asked[0].path == "/wp/orders"
    assert one.asked[0].query == {"page": ["2"], "search": ["a&b é"]}
    assert one.asked[0].headers["accept"] == "application/json"
    assert one.asked[0].headers["accept-encoding"] == "gzip"


def test_a_write_sends_json_or_a_form_or_nothing() -> None:
    one = remote(Answer(204))
    http = http_to(one)
    http.write("PUT", "orders/1", json={"name": "Zoë"}, query={"force": 1})
    http.write("POST", "token", form={"grant": "a b"}, headers={"content-type": "x/y"})
    assert http.write("DELETE", "orders/1").document is None
    put, post, delete = one.asked
    assert (put.method, put.body, put.query) == ("PUT", '{"name":"Zoë"}'.encode(), {"force": ["1"]})
    assert put.headers["content-type"] == "application/json"
    assert (post.body, post.headers["content-type"]) == (b"grant=a+b", "x/y")
    assert (delete.method, delete.body) == ("DELETE", b"")


@pytest.mark.parametrize(
    "path",
    [
        "https://shop.example/orders?cursor=x",
        "https://SHOP.example:443/orders?cursor=x#top",
        "https://login.example/orders?cursor=x",
    ],
)
def test_links_of_the_configured_origins_are_followed(path: str) -> None:
    one = remote()
    http = http_to(one, allowed_urls=["https://login.example/token"])
    http.read(path, {"limit": 5})
    assert one.asked[0].path == "/orders"
    assert one.asked[0].query == {"cursor": ["x"], "limit": ["5"]}


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/orders",
        "http://shop.example/orders",
        "https://shop.example:8443/orders",
        "https://shop.example@evil.example/",
        "https://shop.example\\@evil.example/",
        "https://user@shop.example/",
        "https://sub.shop.example/",
        "//evil.example/orders",
        "https://[::1/orders",
        "HTTPS://evil.example",
    ],
)
def test_links_to_other_origins_are_never_asked(path: str) -> None:
    one = remote()
    for call in (http_to(one).read, lambda path: http_to(one).write("POST", path)):
        assert isinstance(failing(call, path), TryLater)
    assert one.asked == []


@pytest.mark.parametrize("path", ["@evil.example/", ".evil.example/", ":8443/", "\r\nHost: evil/"])
def test_a_path_cannot_change_the_origin(path: str) -> None:
    sent: list[str] = []

    class Recording(InProcess):
        def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
            sent.append(str(request.url))
            return super().send(request)

    http_to(remote(), adapter=Recording(remote())).read(path)
    assert sent[0].startswith(BASE + "/")
    assert "\r" not in sent[0]


def test_a_link_is_not_shown_with_its_query() -> None:
    error = failing(http_to(remote()).read, "https://evil.example/a?token=canary")
    assert "evil.example" in str(error)
    assert "canary" not in str(error)


@pytest.mark.parametrize("url", ["http://shop.example", "shop.example"])
def test_a_base_url_that_cannot_be_used_is_a_problem_of_the_configuration(url: str) -> None:
    for options in ({}, {"allowed_urls": [url]}):
        base = BASE if options else url
        with pytest.raises(ConfigurationError):
            Http("x", base, clock=ManualClock(NOW), remaining=lambda: 1.0, **options)  # type: ignore[arg-type]


def signed(http: Http) -> list[bool]:
    calls: list[bool] = []

    def authorize(renew: bool) -> Mapping[str, str]:
        calls.append(renew)
        return {"Authorization": f"Bearer {len(calls)}"}

    http.authorize = authorize
    return calls


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_sign_in_is_renewed_once_and_the_request_repeated(method: str) -> None:
    one = remote(Answer(401), ok())
    http = http_to(one)
    calls = signed(http)
    if method == "GET":
        http.read("orders")
    else:
        http.write(method, "orders", json={})
    assert calls == [False, True]
    assert [request.headers["authorization"] for request in one.asked] == ["Bearer 1", "Bearer 2"]


def test_a_second_401_is_a_failed_sign_in() -> None:
    one = remote(Answer(401))
    http = http_to(one)
    signed(http)
    assert isinstance(failing(http.write, "POST", "orders"), SignInFailed)
    assert len(one.asked) == 2


def test_a_401_is_not_repeated_where_nobody_can_sign_in_anew() -> None:
    one = remote(Answer(401))
    assert isinstance(failing(http_to(one).read, "orders"), SignInFailed)
    http = http_to(one)
    calls = signed(http)
    failing(http.read, "orders", headers={"authorization": "own"})
    assert http.read("orders", accept=[401]).status == 401
    assert len(one.asked) == 3
    assert calls == [False]


def test_a_remote_may_say_otherwise_that_a_sign_in_is_over() -> None:
    one = remote(Answer(403, b'{"why": "expired"}'), ok())
    http = http_to(one)
    asked_anew: list[bool] = []
    http.authorize = lambda anew: asked_anew.append(anew) or {"X-Token": "t"}  # type: ignore[func-returns-value]
    http.signed_out = lambda answer: answer.document == {"why": "expired"}
    assert http.read("orders", accept=[403]).status == 200
    assert asked_anew == [False, True]
    one.answers = [Answer(403, b'{"why": "no right"}')]
    assert http.read("orders", accept=[403]).status == 403
    assert asked_anew == [False, True, False], "that is another matter"


def test_the_requests_of_the_sign_in_itself_are_not_signed() -> None:
    one = remote(ok({"token": "t"}), ok(), Answer(400, b'{"error": "invalid_client"}'))
    http = http_to(one)

    def authorize(_: bool) -> Mapping[str, str]:
        answer = http.write("POST", "token", form={"id": "x"}, safe=True)
        return {"Authorization": answer.document["token"]}

    http.authorize = authorize
    http.read("orders")
    assert "authorization" not in one.asked[0].headers
    assert one.asked[1].headers["authorization"] == "t"
    assert "invalid_client" in str(failing(http.read, "orders"))
    failing(http.read, "orders")
    assert [request.path for request in one.asked[2:]] == ["/wp/token", "/wp/token"]


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "key€", "tab\t"])
def test_credentials_that_no_header_can_carry_are_not_sent(value: str) -> None:
    one = remote()
    http = http_to(one)
    http.authorize = lambda _: {"Authorization": value}
    error = failing(http.read, "orders")
    assert isinstance(error, SignInFailed)
    assert "credentials" in str(error)
    assert one.asked == []


@pytest.mark.parametrize(
    ("answer", "read", "write", "transport"),
    [
        (CONNECTION_FAILED, TryLater, TryLater, True),
        (requests.ReadTimeout(), TryLater, Ambiguous, True),
        (requests.ConnectionError(ConnectionResetError()), TryLater, Ambiguous, True),
        (Answer(200, b"{}", {"Content-Length": "9"}), TryLater, Ambiguous, True),
        (Answer(200, b"{}", {"Content-Encoding": "gzip"}), TryLater, Ambiguous, True),
        (Answer(200, PAGE), TryLater, Ambiguous, True),
        (Answer(503, PAGE, {"Retry-After": "5"}), TryLater, Ambiguous, True),
        (Answer(200, b'{"a": 1, "a": 2}'), TryLater, Ambiguous, False),
        (Answer(200, b'<b>Notice</b> {"a": 1}'), TryLater, Ambiguous, False),
        (Answer(500, b""), TryLater, Ambiguous, False),
        (Answer(404, b"{}"), TryLater, Refused, False),
        (Answer(302, b"", {"Location": "https://x.example"}), TryLater, Ambiguous, False),
        (Answer(403, b"{}"), SignInFailed, SignInFailed, False),
    ],
)
def test_a_failure_says_what_may_be_done_next(
    answer: Answer | Exception,
    read: type[RemoteError],
    write: type[RemoteError],
    *,
    transport: bool,
) -> None:
    http = http_to(remote(answer))
    error = failing(http.read, "orders", {"secret": "canary"})
    assert type(error) is read
    assert isinstance(error, TryLater)
    assert error.transport is transport
    assert http.failures_in_a_row == int(transport)
    one = remote(answer)
    error = failing(http_to(one).write, "POST", "orders", query={"secret": "canary"}, json={})
    assert type(error) is write
    assert len(one.asked) == 1, "a write is never repeated"
    assert "canary" not in str(error)
    safe = failing(http_to(one).write, "POST", "orders", safe=True)
    assert isinstance(safe, TryLater), "a POST that only reads fails as a read does"


def test_accepted_statuses_are_given_back_with_their_document() -> None:
    http = http_to(remote(Answer(404, b'{"code": "gone"}'), Answer(409, PAGE), ok()))
    assert http.read("orders/1", accept=[404]).document == {"code": "gone"}
    answer = http.write("POST", "orders", accept=[404, 409])
    assert (answer.status, answer.document) == (409, None)
    assert http.read("orders", accept=[404]).status == 200


def test_an_accepted_success_must_still_be_a_document() -> None:
    assert isinstance(failing(http_to(remote(Answer(200, PAGE))).read, "x", accept=[200]), TryLater)


def test_failures_in_a_row_end_with_the_first_answer() -> None:
    http = http_to(remote(CONNECTION_FAILED, Answer(502), requests.ReadTimeout(), Answer(404)))
    for expected in (1, 2, 3, 0):
        failing(http.read, "orders")
        assert http.failures_in_a_row == expected
    assert http.requests == 4


def test_the_largest_difference_of_the_clocks_is_remembered() -> None:
    http = http_to(
        remote(
            ok(),
            ok(Date="Sun, 01 Mar 2026 12:00:30 GMT"),
            ok(Date="Sun, 01 Mar 2026 11:50:00 GMT"),
            ok(Date="Sun, 01 Mar 2026 12:00:00 GMT"),
        )
    )
    seen = []
    for _ in range(4):
        http.read("orders")
        seen.append(http.skew)
    earlier = timedelta(minutes=-10)
    assert seen == [None, timedelta(seconds=30), earlier, earlier]


def test_secrets_are_taken_out_of_what_the_remote_says() -> None:
    answer = Answer(401, b'{"message": "Key ck_canary_1 is unknown"}')
    http = http_to(remote(answer), clean=Redactor(["ck_canary_1"]).clean)
    error = failing(http.read, "orders")
    assert "ck_canary_1" not in str(error)
    assert "is unknown" in str(error)
    assert "ck_canary_1" not in "".join(traceback.format_exception(error))


BUDGETS = {"list": Budget(capacity=2, per_second=0.5)}


def test_a_request_waits_for_its_budget_where_that_is_short() -> None:
    clock = ManualClock(NOW)
    http = http_to(remote(), clock, budgets=BUDGETS)
    for _ in range(4):
        http.read("orders", budget="list")
    assert timedelta(seconds=4) <= clock.now() - NOW < timedelta(seconds=4.1)


def test_a_request_without_a_budget_of_that_name_is_not_held_up() -> None:
    clock = ManualClock(NOW)
    http = http_to(remote(), clock, budgets=BUDGETS)
    for name in ["", "other"] * 5:
        http.read("orders", budget=name)
    assert clock.now() == NOW


@pytest.mark.parametrize(("per_second", "remaining"), [(0.1, 240.0), (0.5, 1.0)])
def test_a_request_that_would_wait_too_long_is_put_off_unsent(
    per_second: float, remaining: float
) -> None:
    one = remote()
    budgets = {"list": Budget(1, per_second)}
    http = http_to(one, budgets=budgets, remaining=lambda: remaining)
    http.read("orders", budget="list")
    error = failing(http.write, "POST", "orders", budget="list")
    assert isinstance(error, TryLater)
    assert error.retry_at is not None
    assert timedelta(seconds=1) <= error.retry_at - NOW <= timedelta(seconds=10.1)
    assert not error.transport
    assert (len(one.asked), http.requests) == (1, 1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "90"}, 90),
        ({"Retry-After": "Sun, 01 Mar 2026 12:02:00 GMT"}, 120),
        ({"x-ratelimit-reset": "60", "x-ratelimit-remaining": "0"}, 60),
        ({"Retry-After": "90", "x-ratelimit-reset": "60", "x-ratelimit-remaining": "0"}, 90),
        ({}, 20),
    ],
)
def test_a_429_empties_the_budget_until_more_is_allowed(
    headers: dict[str, str], seconds: int
) -> None:
    one = remote(Answer(429, b"", headers))
    http = http_to(one, budgets={"list": Budget(5, 0.05)})
    for _ in range(2):
        error = failing(http.write, "POST", "orders", budget="list")
        assert isinstance(error, TryLater)
        assert error.retry_at is not None
        assert abs(error.retry_at - NOW - timedelta(seconds=seconds)) < timedelta(seconds=0.1)
    assert len(one.asked) == 1, "the second was not sent"


@pytest.mark.parametrize(("headers", "seconds"), [({}, 60), ({"Retry-After": "90"}, 90)])
def test_a_429_of_a_remote_that_names_no_limit_holds_the_next_runs_back_too(
    headers: dict[str, str], seconds: int
) -> None:
    one = remote(Answer(429, b"", headers))
    first = http_to(one, budgets={"all": UNTOLD})
    error = failing(first.read, "orders", budget="all")
    assert isinstance(error, TryLater)
    assert error.limited is bool(headers), "without a time it counts as a failure"
    second = http_to(one, budgets={"all": UNTOLD})
    second.load_budgets(first.budget_states())
    later = failing(second.read, "orders", budget="all")
    assert isinstance(later, TryLater)
    assert later.retry_at == NOW + timedelta(seconds=seconds)
    assert len(one.asked) == 1, "the second was not sent"


def test_what_others_count_in_their_headers_holds_nothing_back_where_no_limit_is_named() -> None:
    theirs = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"}
    http = http_to(remote(*(Answer(200, b"[]", theirs) for _ in range(2))), budgets={"all": UNTOLD})
    assert http.read("orders", budget="all").document == []
    assert http.read("orders", budget="all").document == []


def test_a_429_without_a_budget_or_an_instant_names_none() -> None:
    error = failing(http_to(remote(Answer(429))).read, "orders")
    assert isinstance(error, TryLater)
    assert error.retry_at is None


def test_budgets_go_on_where_the_last_run_left_them() -> None:
    first = http_to(remote(), budgets=BUDGETS)
    first.read("orders", budget="list")
    first.read("orders", budget="list")
    kept = json.loads(json.dumps(first.budget_states()))
    clock = ManualClock(NOW)
    second = http_to(remote(), clock, budgets=BUDGETS)
    second.load_budgets({**kept, "unknown": {}})
    second.read("orders", budget="list")
    assert clock.now() - NOW >= timedelta(seconds=2)
    assert second.budget_states().keys() == {"list"}


class Slow(BaseAdapter):
    """Tells what time a request is given, and takes longer than that to answer."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        self.given: list[float] = []

    def send(
        self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **__: Any
    ) -> requests.Response:
        self.given.append(timeout[1])
        self.clock.advance(timeout[1] + 1)
        return build_response(request, ok())

    def close(self) -> None:
        """Nothing is open."""


def test_reads_end_with_the_run_and_writes_have_their_full_time() -> None:
    clock = ManualClock(NOW)
    slow = Slow(clock)
    left = iter([240.0, 20.0, -3.0])
    http = http_to(remote(), clock, adapter=slow, remaining=lambda: next(left))
    for _ in range(3):
        assert "seconds" in str(failing(http.read, "orders"))
    assert isinstance(failing(http.write, "POST", "orders"), Ambiguous)
    assert slow.given == [60.0, 20.0, 5.0, 120.0]


def test_the_same_is_true_over_real_loopback_http() -> None:
    one = remote(ok({"orders": [1]}), Answer(401), ok({"orders": [2]}))
    with (
        Loopback(one) as server,
        Http("my shop", server.url, clock=ManualClock(NOW), remaining=lambda: 240.0) as http,
    ):
        calls = signed(http)
        assert http.read("/orders", {"page": 1}).document == {"orders": [1]}
        assert http.write("POST", "/orders", json={"a": "b"}).document == {"orders": [2]}
    assert calls == [False, False, True]
    assert one.asked[2].body == b'{"a":"b"}'

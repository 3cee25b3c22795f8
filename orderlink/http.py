"""The only network: one session per connection, deadlines, caps, error sorting, rate budgets.

Nothing but this module and what it stands on (`orderlink.transport`) opens a connection. Which URLs
may be used is decided in `orderlink.origins`, what answers mean in `orderlink.answers`, how fast
requests may follow each other in `orderlink.budget`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from orderlink import __version__, answers, jsontext, kindness, origins
from orderlink.answers import Asked, Raw
from orderlink.buckets import Buckets
from orderlink.clock import Clock
from orderlink.errors import RemoteError, SignInFailed, TryLater
from orderlink.kindness import Kindness
from orderlink.model import Json
from orderlink.redact import Redactor, safe_text
from orderlink.shelves import Shelf
from orderlink.transport import CutShortError, NotSentError, Transport
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from requests.adapters import BaseAdapter

    from orderlink.budget import Budget, BudgetState

log = logging.getLogger("orderlink.http")

LONGEST_BUDGET_WAIT = 6.0
"""Seconds that a request waits for its budget before it is put off to a later run."""

SHORTEST_READ = 5.0
"""Seconds that a read may take even where the run's time is nearly over."""

_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
"""What stands for itself in a URL that was built or given; all else is percent-encoded."""

_STANDARD_HEADERS = {
    "User-Agent": f"orderlink/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}


class Answer(Value, frozen=True):
    """An answer that was read whole. `document` is its JSON, None where it had no body."""

    status: int
    headers: Mapping[str, str]  # names are matched without regard to case
    document: Json


class Link(Value, frozen=True):
    """What a connector is handed: its only way to the outside, and what it keeps across runs."""

    http: Http
    clock: Clock
    tokens: Shelf
    memory: Shelf


class _Request(Value, frozen=True):
    """What is sent, sign-in apart, and the bucket that it draws on."""

    asked: Asked
    url: str
    body: bytes | None
    headers: Mapping[str, str]
    budget: str
    cost: float
    seconds: float


class _Signing(threading.local):
    """Tells, thread by thread, that the connector is signing in right now."""

    active = False


class Http:
    """The way to one remote system. May be used by several threads; close it when done.

    `label` names the connection in messages. Requests go below `base_url`, or to absolute URLs of
    its origin and of those of `allowed_urls`. `remaining` tells the seconds that are left of the
    run. `adapter` takes the place of the network. `budgets` are what the remote allows, by the
    names that requests give. `parallel` requests at once are made at most. `clean` takes secrets
    out of messages. Raises `ConfigurationError`,
    with a sentence for what cannot be used.

    `requests` counts requests sent, `failures_in_a_row` those that did not reach the system since
    one last did, and `skew` is the largest difference between a server's clock and ours, positive
    where the server's is ahead, None before a server told its time.
    """

    authorize: Callable[[bool], Mapping[str, str]] | None = None
    """Set by the connector: gives the headers that sign a request in. It is called with True after
    a 401, once, to sign in anew; the request is then repeated (a 401 was not carried out). The
    requests that it makes itself are not signed in."""

    signed_out: Callable[[Answer], bool] | None = None
    """Set by the connector where its remote says otherwise than by a 401 that a sign-in is over: it
    tells whether a 4xx answer means that. Such a request was not carried out either."""

    def __init__(
        self,
        label: str,
        base_url: str,
        *,
        clock: Clock,
        remaining: Callable[[], float],
        allowed_urls: Collection[str] = (),
        proxy: str | None = None,
        ca_bundle: str | None = None,
        adapter: BaseAdapter | None = None,
        budgets: Mapping[str, Budget] | None = None,
        parallel: int = 1,
        clean: Callable[[str], str] = str,
        connect_seconds: float = 10.0,
        read_seconds: float = 60.0,
        write_seconds: float = 120.0,
    ) -> None:
        self.requests = 0
        self.failures_in_a_row = 0
        self.skew: timedelta | None = None
        self._told: tuple[datetime, float] | None = None  # a server's time, and our seconds then
        self._label, self._clock, self._remaining, self._clean = label, clock, remaining, clean
        self._read_seconds, self._write_seconds = read_seconds, write_seconds
        self._base = origins.checked_base(label, base_url)
        allowed = [self._base, *(origins.checked_base(label, url) for url in allowed_urls)]
        self._origins = {origins.origin_of(url) for url in allowed}
        self._transport = Transport(
            label,
            clock,
            connect_seconds=connect_seconds,
            secure=any(origin.startswith("https:") for origin in self._origins),
            proxy=proxy,
            ca_bundle=ca_bundle,
            adapter=adapter,
        )
        self._lock = threading.Lock()
        self._signing = _Signing()
        self._signatures = Redactor()
        self._kindness = Kindness(most=parallel, at_once=parallel)
        self._buckets = Buckets(budgets or {}, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._transport.close()

    def read(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        budget: str = "",
        cost: float = 1.0,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """GET `path` below the base URL (or an absolute URL of an allowed origin).

        Raises `TryLater` or `SignInFailed` for everything that is no 2xx JSON answer, but for the
        statuses in `accept`, which are given back (with `document` None where it is no JSON).
        """
        url = self._url(path, query)
        asked = self._asked("GET", url, unsafe=False)
        seconds = min(self._read_seconds, max(self._remaining(), SHORTEST_READ))
        request = _Request(asked, url, None, headers or {}, budget, cost, seconds)
        return self._answer(request, accept)

    def write(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
        budget: str = "",
        cost: float = 1.0,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
        safe: bool = False,
    ) -> Answer:
        """Send one write, once; `cost` is what it takes from its budget.

        Raises `TryLater`/`SignInFailed` where it was certainly not carried out, `Ambiguous` where
        it may have been, `Refused("refused", ...)` for a 4xx that is not in `accept`. `safe` says
        that the POST only reads (a token, a bulk status query): failures are then `TryLater`.
        """
        url = self._url(path, query)
        asked = self._asked(method, url, unsafe=not safe)
        body, media_type = _body(json, form)
        all_headers = {**media_type, **(headers or {})}
        request = _Request(asked, url, body, all_headers, budget, cost, self._write_seconds)
        return self._answer(request, accept)

    def server_time(self) -> datetime | None:
        """Tell the time as the server does, however our clock jumps; None before it told it."""
        if self._told is None:
            return None
        told, ticks = self._told
        return told + timedelta(seconds=self._clock.monotonic() - ticks)

    @property
    def at_once(self) -> int:
        """How many requests at once the host is asked now."""
        return self._kindness.at_once

    def ask_at_once(self, requests: int) -> None:
        """Go on with as many requests at once as the host was found to take."""
        with self._lock:
            most = self._kindness.most
            self._kindness = Kindness(most=most, at_once=min(max(requests, 1), most))

    def budget_states(self) -> dict[str, BudgetState]:
        """Give what is to be kept of the budgets across runs, JSON values only."""
        return self._buckets.states()

    def load_budgets(self, states: Mapping[str, Mapping[str, object]]) -> None:
        """Go on with the budgets that were kept; names that are not declared are left alone."""
        self._buckets.load(states)

    def know_budget(self, name: str, tokens: float, capacity: float, per_second: float) -> None:
        """Correct a budget with what the remote says about it elsewhere than in its headers."""
        self._buckets.know(name, tokens, capacity, per_second)

    def _asked(self, method: str, url: str, *, unsafe: bool) -> Asked:
        return Asked(self._label, method, unquote(urlsplit(url).path), unsafe)

    def _url(self, path: str, query: Mapping[str, str | int] | None) -> str:
        """Build the URL; whatever `path` is, its origin is one of those that are allowed."""
        if path.lower().startswith(("http://", "https://", "//")):
            url = self._allowed(path)
        else:
            url = f"{self._base}/{path.lstrip('/')}" if path else self._base
        url = quote(url, safe=_URL_CHARACTERS)
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        return url

    def _allowed(self, url: str) -> str:
        try:
            origin = origins.origin_of(url)
        except ValueError:
            origin = "an unreadable URL"
        if origin not in self._origins:
            raise TryLater(
                f"{self._label}: a link to {safe_text(origin, 100)} was not followed, since "
                "credentials go to the configured host only; check base_url in the configuration."
            )
        return origin + origins.target_of(url)

    def _answer(self, request: _Request, accept: Collection[int]) -> Answer:
        """Send a request, once more after a new sign-in, and judge the answer."""
        try:
            raw = self._send(request, renew=False)
            if self._signs(request) and self._is_signed_out(raw, accept):
                raw = self._send(request, renew=True)
            if 200 <= raw.status < 300:
                return Answer(raw.status, raw.headers, answers.document_of(request.asked, raw))
            if raw.status in accept:
                return Answer(raw.status, raw.headers, self._without_secrets(raw))
            raise self._failure(request, raw)
        except RemoteError as error:
            error.args = (self._cleaned(str(error)),)
            raise

    def _cleaned(self, text: str) -> str:
        """Take the secrets out of a text, and what signed requests in."""
        return self._signatures.clean(self._clean(text))

    def _without_secrets(self, raw: Raw) -> Json:
        """Read a refusal, whose words a connector may quote."""
        return answers.with_texts(_document_or_none(raw), self._cleaned)

    def _is_signed_out(self, raw: Raw, accept: Collection[int]) -> bool:
        if raw.status == 401:
            return 401 not in accept
        if self.signed_out is None or not 400 <= raw.status < 500:
            return False
        return self.signed_out(Answer(raw.status, raw.headers, _document_or_none(raw)))

    def _failure(self, request: _Request, raw: Raw) -> RemoteError:
        error = answers.failure(request.asked, raw, self._clock.now())
        told = raw.status == 429 and self._buckets.is_told(request.budget)
        if told and isinstance(error, TryLater) and error.retry_at is None:
            error.retry_at = self._buckets.take(request.budget, request.cost)
        return error

    def _send(self, request: _Request, *, renew: bool) -> Raw:
        """Send a request once and read its answer whole; count it, and learn from its headers."""
        headers = self._headers(request, renew=renew)
        self._await_budget(request)
        began = self._clock.now()
        with self._lock:
            self.requests += 1
        asked = request.asked
        try:
            raw = self._transport.carry(
                asked.method, request.url, request.body, headers, request.seconds
            )
        except NotSentError as error:
            self._count_failure()
            log.debug("%s: %s: nothing was sent", self._label, asked)
            raise TryLater(
                f"{self._label}: no connection, {error}; nothing was sent, it is tried again "
                "in the next run.",
                transport=True,
            ) from error
        except CutShortError as error:
            self._count_failure()
            log.debug("%s: %s: no whole answer", self._label, asked)
            raise answers.unsure(asked, str(error), transport=True) from error
        self._learn(request, raw, began)
        passed = int((self._clock.now() - began).total_seconds() * 1000)
        log.debug("%s: %s: %s, %s ms", self._label, asked, raw.status, passed)
        return raw

    def _count_failure(self) -> None:
        with self._lock:
            self.failures_in_a_row += 1

    def _learn(self, request: _Request, raw: Raw, began: datetime) -> None:
        now = self._clock.now()
        told = answers.told_time(raw.headers)
        skew = answers.skew(told, began, now)
        seconds = (now - began).total_seconds() if request.asked.method == "GET" else None
        with self._lock:
            self._kindness = kindness.after(self._kindness, raw.status, seconds)
            self.failures_in_a_row = self.failures_in_a_row + 1 if answers.out_of_reach(raw) else 0
            if told is not None:
                self._told = told, self._clock.monotonic()
            if skew is not None and (self.skew is None or abs(skew) > abs(self.skew)):
                self.skew = skew
        self._buckets.learn(request.budget, raw.status, raw.headers)

    def _await_budget(self, request: _Request) -> None:
        """Take a token, and wait for it where that is short; else put the request off."""
        waited = 0.0
        while (instant := self._buckets.take(request.budget, request.cost)) is not None:
            wait = max((instant - self._clock.now()).total_seconds(), 0.001)
            if waited + wait > LONGEST_BUDGET_WAIT or wait > self._remaining():
                raise TryLater(
                    f"{self._label}: no more requests are allowed for now; it goes on in a later "
                    "run.",
                    retry_at=instant,
                )
            self._clock.sleep(wait)
            waited += wait

    def _signs(self, request: _Request) -> bool:
        own = any(name.lower() == "authorization" for name in request.headers)
        return self.authorize is not None and not self._signing.active and not own

    def _headers(self, request: _Request, *, renew: bool) -> dict[str, str]:
        headers = dict(_STANDARD_HEADERS)
        if self.authorize is not None and self._signs(request):
            self._signing.active = True
            try:
                signed = self.authorize(renew)
            finally:
                self._signing.active = False
            with self._lock:
                for value in signed.values():
                    self._signatures.add(value.rpartition(" ")[2])
            headers.update(signed)
        headers.update(request.headers)
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise SignInFailed(
                f"{self._label}: a header cannot be sent as it is; check that the credentials in "
                "the configuration hold no line break and no other than ASCII characters."
            )
        return headers


def _body(document: Json, form: Mapping[str, str] | None) -> tuple[bytes | None, dict[str, str]]:
    if form is not None:
        return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    if document is not None:
        return jsontext.dumps(document), {"Content-Type": "application/json"}
    return None, {}


def _document_or_none(raw: Raw) -> Json:
    try:
        return jsontext.loads(raw.body or b"")
    except jsontext.NotJson:
        return None

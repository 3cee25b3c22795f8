"""What can go wrong, by name: at every HTTP exchange, at every commit, and at any time.

An exchange's fault is a function of the world, the sandbox and the request that gives the answer,
or raises what a network raises. Which names can strike a request is told by `kinds_for`. What only
one platform does stands in `platform_faults`.
"""

from __future__ import annotations

import gzip
import json
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import requests
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import NameResolutionError

from orderlink.sandbox.server import Answer, Request, Sandbox
from orderlink.sandbox.shopify import ShopifySandbox
from tests.simulation import platform_faults as platforms
from tests.support import faults as acts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.simulation.world import SimulatedWorld

HTML = {"Content-Type": "text/html; charset=UTF-8"}
PAGE = b"<html><body><h1>Service Unavailable</h1></body></html>"
NOTICE = b"<br />\n<b>Warning</b>: Undefined array key in <b>/srv/plugin.php</b><br />\n"
BOMB = gzip.compress(b" " * (33 * 1024 * 1024), 6)


class Cut(bytes):
    """A body that ends before its Content-Length."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One planned fault: the `at`-th exchange (or commit) of a life, counted from 1.

    With `where`, a regular expression on what `exchange_of` tells, only the exchanges that match
    are counted. `times` strikes so many of them in a row.
    """

    kind: str
    at: int
    where: str = ""
    times: int = 1

    @property
    def at_commit(self) -> bool:
        """Tell whether it strikes a commit."""
        return self.kind in COMMIT_KINDS


Handler = Callable[["SimulatedWorld", Sandbox, Request], Answer]


def _plain(act: acts.Act) -> Handler:
    return lambda _world, sandbox, request: act(sandbox, request)


def _unresolved(_: Sandbox, __: Any) -> Answer:
    pool = HTTPConnectionPool("sandbox.example")
    raise requests.ConnectionError(
        NameResolutionError("sandbox.example", pool, OSError("not known"))  # type: ignore[arg-type]
    )


def _no_tls(_: Sandbox, __: Any) -> Answer:
    raise requests.exceptions.SSLError(ssl.SSLError("certificate verify failed"))


def _later(seconds: float) -> Handler:
    def act(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
        world.act_later(seconds, sandbox, request)
        raise requests.ReadTimeout("timed out")

    return act


def _status(status: int, body: bytes = b"", **headers: str) -> Handler:
    return _plain(acts.answer(status, body, **headers))


def _problem(status: int) -> Handler:
    """Refuse in the platform's own words."""
    return lambda _world, sandbox, _request: platforms.refusal(sandbox, status)


def _too_many_until(world: SimulatedWorld, _: Sandbox, __: Request) -> Answer:
    now = world.clock.now()
    until = format_datetime(now + timedelta(seconds=60), usegmt=True)
    return Answer(429, b"", {"Date": format_datetime(now, usegmt=True), "Retry-After": until})


def _changed(change: Callable[[Answer], Answer]) -> Handler:
    """Carry the request out, and change its answer on the way back."""
    return lambda _world, sandbox, request: change(sandbox.handle(request))


def _with_notice(answer: Answer) -> Answer:
    return replace(answer, body=NOTICE + answer.body)


def _truncated(answer: Answer) -> Answer:
    half = Cut(answer.body[: len(answer.body) // 2])
    headers = {**answer.headers, "Content-Length": str(max(len(answer.body), 2))}
    return Answer(answer.status, half, headers)


def _bomb(answer: Answer) -> Answer:
    return Answer(answer.status, BOMB, {**answer.headers, "Content-Encoding": "gzip"})


def _dripping(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    answer = sandbox.handle(request)
    world.let_pass(120)
    return _truncated(answer)


def _second_run(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    world.start_second_run()
    return sandbox.handle(request)


def _stop(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    world.stop()
    return sandbox.handle(request)


def _jump(**time: float) -> Handler:
    def act(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
        answer = sandbox.handle(request)
        world.program_clock.offset += timedelta(**time)
        return answer

    return act


def _killed_and_late(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    world.act_later(300, sandbox, request)
    raise acts.MachineDied


def _slow(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    world.let_pass(50)
    return sandbox.handle(request)


def _meanwhile(word: str) -> Handler:
    """Let a person, or the buyer, be quicker than the request."""

    def act(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
        world.people_interfere(word, request)
        return sandbox.handle(request)

    return act


# Lists


def _rows(answer: Answer) -> tuple[Any, list[Any] | None]:
    try:
        document = json.loads(answer.body)
    except ValueError:
        return None, None
    return document, _first_list(document)


def _first_list(document: Any) -> list[Any] | None:
    """Give the rows of an answer: the list that is met first, however deep it lies."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    return next(filter(None, map(_first_list, document.values())), None)


def _with_rows(change: Callable[[list[Any]], None]) -> Handler:
    def changed(answer: Answer) -> Answer:
        document, rows = _rows(answer)
        if rows is None:
            return answer
        change(rows)
        return replace(answer, body=json.dumps(document).encode())

    return _changed(changed)


def _repeat_rows(rows: list[Any]) -> None:
    rows.extend(rows[:2])


def _lose_newest(rows: list[Any]) -> None:
    del rows[:1]


def _turn_round(rows: list[Any]) -> None:
    rows.reverse()


def _unfiltered(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    """Ignore every filter: the search answers all that there is."""
    if isinstance(sandbox, ShopifySandbox):
        sandbox.set_search(ignores_filter=True)
        answer = sandbox.handle(request)
        sandbox.set_search(ignores_filter=False)
        return answer
    kept = {key: value for key, value in request.query.items() if key in {"page", "offset"}}
    return sandbox.handle(replace(request, query=kept)) if world else Answer(500)


ANY: Mapping[str, Handler] = {
    "refused": _plain(acts.refused),
    "no name": _plain(_unresolved),
    "no tls": _plain(_no_tls),
    "lost before": _plain(acts.lost_before),
    "401": _problem(401),
    "403": _problem(403),
    "404": _problem(404),
    "409": _problem(409),
    "422": _problem(422),
    "429": _status(429),
    "429 seconds": _status(429, Retry_After="60"),
    "429 date": _too_many_until,
    "500": _status(500, b'{"code":"internal_server_error","message":"There has been an error"}'),
    "502": _status(502, PAGE, Content_Type="text/html"),
    "503": _status(503, PAGE, Content_Type="text/html"),
    "504": _status(504, PAGE, Content_Type="text/html"),
    "html": _status(200, PAGE, Content_Type="text/html"),
    "errors in 200": _status(200, b'{"errors":[{"message":"not today"}]}'),
    "notice": _changed(_with_notice),
    "truncated": _changed(_truncated),
    "dripping": _dripping,
    "bomb": _changed(_bomb),
    "killed before": _plain(acts.died_before),
    "killed after": _plain(acts.died_after),
    "slow": _slow,
    "sigterm": _stop,
    "second run": _second_run,
    "hour ahead": _jump(hours=1),
    "hour back": _jump(hours=-1),
    "day ahead": _jump(days=1),
    "day back": _jump(days=-1),
    "year ahead": _jump(days=365),
    "year back": _jump(days=-365),
}
WRITES: Mapping[str, Handler] = {
    "lost after": _plain(acts.lost_after),
    "30 s late": _later(30),
    "300 s late": _later(300),
    "600 s late": _later(600),
    "half created": _plain(acts.half_created),
    "killed, 300 s late": _killed_and_late,
    "500 after": _changed(lambda _: Answer(500, b"")),
    "503 after": _changed(lambda _: Answer(503, PAGE, HTML)),
    "html after": _changed(lambda _: Answer(200, PAGE, HTML)),
    "errors in 200 after": _changed(lambda _: Answer(200, b'{"errors":[{"message":"no"}]}')),
}
PEOPLE: Mapping[str, Handler] = {
    "taken over": _meanwhile("take over"),
    "cancelled": _meanwhile("cancel"),
    "reopened": _meanwhile("reopen"),
}
LISTS: Mapping[str, Handler] = {
    "duplicate rows": _with_rows(_repeat_rows),
    "missing page": _with_rows(list.clear),
    "moved rows": _with_rows(_turn_round),
    "lagging": _with_rows(_lose_newest),
    "unfiltered": _unfiltered,
}
COMMIT_KINDS = ("crash before", "crash after", "full", "busy", "corrupt")
HANDLERS: Mapping[str, Handler] = {
    **ANY,
    **WRITES,
    **PEOPLE,
    **LISTS,
    **platforms.GRAPHQL,
    **platforms.GRAPHQL_WRITES,
    **platforms.CONFIRMATIONS,
}

LOUD = frozenset(
    ["401", "403", "404", "409", "422", "errors in 200", "missing page", "lagging"]
    + ["half created", "user errors", "error with data"]
    + ["full", "busy", "corrupt"]
    + [f"{unit} {way}" for unit in ("hour", "day", "year") for way in ("ahead", "back")]
)
"""After these somebody may have to be told; after all others a person hears nothing."""

SPECIAL: Mapping[str, tuple[str, ...]] = {
    "shopify": (*platforms.GRAPHQL, *platforms.GRAPHQL_WRITES),
    "amazon": (*platforms.CONFIRMATIONS,),
}
"""By the type of a connector, the kinds that strike only its writes or all that it is asked."""

READING = ("GET", "QUERY")
LISTING = frozenset({"orders", "shipments", "process-status", "products"})
_OPERATION = re.compile(r"\s*(query|mutation) (\w+)")


def exchange_of(name: str, request: Request, target: str) -> str:
    """Write an exchange down: "NAME METHOD /path?query".

    What asks in GraphQL is a "NAME QUERY /path#Operation" or a "NAME MUTATION ...".
    """
    try:
        document = json.loads(request.body or b"null")
        found = _OPERATION.match(document["query"])
    except (ValueError, KeyError, TypeError):
        found = None
    if found is None:
        return f"{name} {request.method} {target}"
    return f"{name} {found[1].upper()} {target}#{found[2]}"


def operation_of(exchange: str) -> str:
    """Tell what an exchange asks for, whatever the order: "NAME METHOD last-of-the-path"."""
    name, method, path = exchange.split(" ", 2)
    target = path.partition("?")[0]
    return f"{name} {method} {target.replace('#', '/').rsplit('/', 1)[-1]}"


def kinds_for(exchange: str) -> Iterator[str]:
    """List what can strike an exchange, as `exchange_of` writes it."""
    for kind in HANDLERS:
        if can_strike(kind, exchange) and (kind not in PEOPLE or is_write(exchange)):
            yield kind


def can_strike(kind: str, exchange: str) -> bool:
    """Tell whether a kind of fault makes sense at an exchange."""
    if kind in WRITES:
        return is_write(exchange)
    if kind in platforms.GRAPHQL:
        return "#" in exchange
    if kind in platforms.GRAPHQL_WRITES:
        return "#" in exchange and is_write(exchange)
    if kind in platforms.CONFIRMATIONS:
        return exchange.endswith("/shipmentConfirmation")
    if kind == "unfiltered" and exchange.startswith("amazon"):
        return False  # a search that says nothing is refused
    return kind not in LISTS or is_list(exchange)


def is_write(exchange: str) -> bool:
    """Tell whether an exchange changes anything outside."""
    _, method, path = exchange.split(" ", 2)
    if method == "MUTATION":
        return not path.endswith("#Calculate")  # of a draft that nobody keeps
    reads = "/token" in path or "process-status" in path
    return method not in READING and not reads


def is_list(exchange: str) -> bool:
    """Tell whether an exchange lists orders, shipments, products or process statuses."""
    _, method, path = exchange.split(" ", 2)
    if method == "QUERY":
        return path.rpartition("#")[2] in platforms.SEARCHES
    name = path.partition("?")[0].rsplit("/", 1)[-1]
    return method == "GET" and name in LISTING

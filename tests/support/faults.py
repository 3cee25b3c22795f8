"""Faults at HTTP exchanges: what a network and a server can do to one request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import requests
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import NewConnectionError, ProtocolError

from orderlink.sandbox.server import Answer, InProcess, build_response, parse_prepared

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from orderlink.sandbox.server import Sandbox

Act = Callable[["Sandbox", Any], Answer]


class MachineDied(BaseException):
    """The process is gone: no handler of the program survives this."""


def refused(_: Sandbox, __: Any) -> Answer:
    """Not sent: nobody listens."""
    pool = HTTPConnectionPool("sandbox.example")
    raise requests.ConnectionError(NewConnectionError(pool, "refused"))  # type: ignore[arg-type]


def lost_before(_: Sandbox, __: Any) -> Answer:
    """Sent, and never arrived; the sender cannot tell."""
    raise requests.ReadTimeout("timed out")


def lost_after(sandbox: Sandbox, request: Any) -> Answer:
    """Carried out, and the answer was lost."""
    sandbox.handle(request)
    raise requests.ConnectionError(ProtocolError("Connection aborted."))


def died_before(_: Sandbox, __: Any) -> Answer:
    """The machine dies before the request arrives."""
    raise MachineDied


def died_after(sandbox: Sandbox, request: Any) -> Answer:
    """The machine dies when the request was carried out."""
    sandbox.handle(request)
    raise MachineDied


def answer(status: int, body: bytes = b"", **headers: str) -> Act:
    """Answer without acting."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _sandbox, _request: Answer(status, body, names)


def answer_after(status: int, body: bytes = b"") -> Act:
    """Act, and answer something else."""

    def act(sandbox: Sandbox, request: Any) -> Answer:
        sandbox.handle(request)
        return Answer(status, body)

    return act


def half_created(sandbox: Sandbox, request: Any) -> Answer:
    """Keep the first line only, and fail: what a shop does that has no transactions."""
    body = json.loads(request.body)
    order = body.get("variables", {}).get("order", body)
    for lines in {"line_items", "lineItems"} & order.keys():
        order[lines] = order[lines][:1]
    sandbox.handle(replace(request, body=json.dumps(body).encode()))
    return Answer(500, b"")


MAINTENANCE = answer(
    200, b"<html><body>Down for maintenance</body></html>", Content_Type="text/html"
)
UNAVAILABLE = answer(503, b"<html>busy</html>", Content_Type="text/html")


@dataclass
class Fault:
    """One planned fault: which requests it strikes, and how often (a negative number: always)."""

    method: str
    path: str
    act: Act
    times: int = 1

    def strikes(self, method: str, url: str) -> bool:
        """Tell whether it strikes this request, and use it up."""
        if self.times == 0 or method != self.method or not re.search(self.path, url):
            return False
        self.times -= 1
        return True


def operation(request: PreparedRequest) -> str:
    """Give `#NAME` for a GraphQL operation, all of which go to one URL."""
    body = request.body.decode() if isinstance(request.body, bytes) else ""
    match = re.search(r'"query":"(?:\\n|\s)*(?:query|mutation) (\w+)', body)
    return f"#{match[1]}" if match else ""


class FaultyInProcess(InProcess):
    """A sandbox under `requests`, with faults. `calls` lists what was asked for."""

    def __init__(self, sandbox: Sandbox, faults: list[Fault], calls: list[str]) -> None:
        super().__init__(sandbox)
        self.faults = faults
        self.calls = calls

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer, or do what is planned for this request."""
        url = str(request.url).partition("://")[2].partition("/")[2] + operation(request)
        self.calls.append(f"{request.method} /{url}")
        for fault in self.faults:
            if fault.strikes(str(request.method), "/" + url):
                parsed = parse_prepared(request)
                return build_response(request, fault.act(self.sandbox, parsed))
        return super().send(request)

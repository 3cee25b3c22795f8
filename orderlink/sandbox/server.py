"""Mount a sandbox: on loopback HTTP, or in-process under `requests`.

A sandbox is anything with `handle(request) -> response`. It keeps its own state behind its own
lock, takes the time from the clock that it was given, and never touches disk or network.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse


@dataclass(frozen=True)
class Request:
    """One HTTP request as a sandbox sees it; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def one(self, name: str, default: str = "") -> str:
        """Give the last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def json(self) -> Any:
        """Read the body as JSON. Raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer of a sandbox."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(
    status: int, document: Any, headers: Mapping[str, str] | None = None, *, media_type: str
) -> Answer:
    """Make an answer out of a JSON document."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": media_type, **(headers or {})})


class Sandbox(Protocol):
    """A small server."""

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        ...


class InProcess(BaseAdapter):
    """Answer the requests of a `requests` session from a sandbox, without a socket."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Hand the request to the sandbox and its answer back, as a socket would have."""
        answer = self.sandbox.handle(parse_prepared(request))
        return build_response(request, answer)

    def close(self) -> None:
        """Nothing is open."""


def parse_prepared(request: PreparedRequest) -> Request:
    """Translate a prepared `requests` request into a sandbox's request."""
    parts = urlsplit(request.url or "")
    body = request.body or b""
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    return Request(
        method=str(request.method),
        path=str(parts.path),
        query=parse_qs(str(parts.query), keep_blank_values=True),
        headers=headers,
        body=body.encode() if isinstance(body, str) else bytes(body),
    )


def build_response(request: PreparedRequest, answer: Answer) -> Response:
    """Translate a sandbox's answer into a `requests` response that can be streamed."""
    response = Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.url = request.url or ""
    response.request = request
    response.raw = HTTPResponse(
        body=io.BytesIO(answer.body),
        headers=dict(answer.headers),
        status=answer.status,
        preload_content=False,
    )
    return response


class Loopback:
    """Serve a sandbox on 127.0.0.1 in a background thread. `url` is where. A context manager."""

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"sandbox": sandbox})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body leave at once
    sandbox: Sandbox

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        if len(request.body) < length:  # the sender died: a real server does not act on half of it
            self.close_connection = True
            return
        answer = self.sandbox.handle(request)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing: a sandbox has its own ledger."""

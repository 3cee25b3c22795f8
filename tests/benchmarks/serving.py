"""Sandboxes in processes of their own, behind TLS: so their CPU time is not the client's.

`Served` is the side of the benchmark; `python -m tests.benchmarks.serving` the side that serves,
told by lines of JSON what to do.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from orderlink.clock import SystemClock
from orderlink.sandbox.server import Loopback
from tests.benchmarks.platforms import MARKETPLACES, SHOPS, Marketplace, Shop

if TYPE_CHECKING:
    from orderlink.sandbox.server import Answer, Request, Sandbox
    from tests.benchmarks.certificate import Certificate


GENEROUS = {
    "X-RateLimit-Limit": "1000000",
    "X-RateLimit-Remaining": "1000000",
    "x-amzn-RateLimit-Limit": "1000000",
}


class Recorded:
    """A sandbox that keeps what it was asked, and answers late where it is told to.

    It says that it would take any number of requests: a limit is not what is measured.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self.requests: list[Request] = []
        self.latency = 0.0

    def handle(self, request: Request) -> Answer:
        """Answer one request; those that are under way wait side by side."""
        with self._lock:
            self.requests.append(request)
        if self.latency:
            time.sleep(self.latency)
        answer = self._sandbox.handle(request)
        return replace(answer, headers={**answer.headers, **GENEROUS})


class Server:
    """What a line of JSON may ask of a platform that is served."""

    def __init__(self, platform: Marketplace | Shop, recorded: Recorded) -> None:
        self._platform, self._recorded = platform, recorded
        self._placed = 0

    def act(self, line: dict[str, Any]) -> Any:
        """Do it, and give what is answered."""
        return getattr(self, f"_{line.pop('act')}")(**line)

    def _place(self, count: int) -> None:
        assert isinstance(self._platform, Marketplace)
        for number in range(self._placed, self._placed + count):
            self._platform.place(number)
        self._placed += count

    def _settle(self) -> None:
        assert isinstance(self._platform, Marketplace)
        self._platform.settle()

    def _rest(self) -> None:
        assert isinstance(self._platform, Marketplace)
        self._platform.rest()

    def _complete(self, skipped: int) -> None:
        assert isinstance(self._platform, Shop)
        self._platform.complete(skipped)

    def _latency(self, seconds: float) -> None:
        self._recorded.latency = seconds

    def _take(self) -> list[dict[str, Any]]:
        taken, self._recorded.requests = self._recorded.requests, []
        return [
            {
                "method": one.method,
                "path": one.path,
                "query": dict(one.query),
                "headers": dict(one.headers),
                "body": one.body.decode(),
            }
            for one in taken
        ]

    def _count(self) -> dict[str, int]:
        taken, self._recorded.requests = self._recorded.requests, []
        return dict(Counter(f"{one.method} {one.path}" for one in taken))


class Served:
    """A platform that is served at `url` by a process of its own. A context manager."""

    def __init__(self, word: str, certificate: Certificate) -> None:
        files = (str(certificate.chain), str(certificate.key))
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.benchmarks.serving", word, *files],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.url = str(self._answer())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def place(self, count: int) -> None:
        """Let buyers order one piece each."""
        self._act("place", count=count)

    def settle(self) -> None:
        """Let so much time pass as the marketplace needs to show what happened."""
        self._act("settle")

    def rest(self) -> None:
        """Let all that happened lie a day back."""
        self._act("rest")

    def complete(self, skipped: int = 0) -> None:
        """Let the warehouse complete all orders but the first so many."""
        self._act("complete", skipped=skipped)

    def answer_after(self, seconds: float) -> None:
        """Let every answer take so long."""
        self._act("latency", seconds=seconds)

    def take(self) -> list[dict[str, Any]]:
        """Give the requests since they were last taken."""
        taken: list[dict[str, Any]] = self._act("take")
        return taken

    def count(self) -> Counter[str]:
        """Count the requests since they were last taken, by method and path."""
        return Counter(self._act("count"))

    def _act(self, act: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"act": act, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a sandbox of the benchmark has ended")
        return json.loads(line)


def main() -> None:
    """Serve until standard input ends."""
    word, chain, key = sys.argv[1:]
    made = (MARKETPLACES.get(word) or SHOPS[word])(SystemClock())
    recorded = Recorded(made.sandbox)
    loopback = Loopback(recorded)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    # The handshake is left to the thread of each connection: the one that accepts must not wait.
    loopback._server.socket = context.wrap_socket(
        loopback._server.socket, server_side=True, do_handshake_on_connect=False
    )
    loopback._server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server = Server(made, recorded)
    with loopback:
        _say(loopback.url.replace("http:", "https:"))
        for line in sys.stdin:
            _say(server.act(json.loads(line)))


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

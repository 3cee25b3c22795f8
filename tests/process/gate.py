"""A gate before the sandboxes: it holds one request exactly where a test wants the process dead."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from orderlink.sandbox.server import Answer, Request, Sandbox

PATIENCE = 60.0
"""Seconds after which a test that waits has failed."""


class Point(Enum):
    """Where in the course of one write the process dies."""

    BEFORE = "it never arrives"
    RECORDED = "its outcome is committed, the next request is under way"
    LATE = "it arrives after the next run has looked for it"
    ACTED = "it is carried out, not answered"
    ANSWERED = "it is answered, and the answer cannot be committed"


@dataclass
class Held:
    """A request to be held: the first one that `matches`."""

    matches: Callable[[Request], bool]
    point: Point
    prepare: Callable[[], None] = lambda: None  # done before the answer is let go
    passed: bool = False
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


@dataclass
class Gate:
    """What all sandboxes of a bench stand behind. `requests` counts what came."""

    requests: int = 0
    refuse: Callable[[Request], Answer | None] = lambda _request: None
    _held: Held | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, held: Held) -> Held:
        """Hold the next request that it matches."""
        self._held = held
        return held

    def pass_on(self, sandbox: Sandbox, request: Request) -> Answer:
        """Let a request through, or do with it what was planned."""
        if int(request.headers.get("content-length", 0)) > len(request.body):
            return Answer(400)  # who sent it was killed half-way, and no web server acts on that
        refusal = self.refuse(request)
        if refusal is not None:
            return refusal
        held = self._struck(request)
        if held is None:
            return sandbox.handle(request)
        if held.point is Point.ANSWERED:
            answer = sandbox.handle(request)
            held.prepare()
            held.arrived.set()
            return answer
        answer = Answer(500)
        if held.point is Point.ACTED:
            answer = sandbox.handle(request)
        held.arrived.set()
        held.released.wait(PATIENCE)
        return sandbox.handle(request) if held.point is Point.LATE else answer

    def _struck(self, request: Request) -> Held | None:
        with self._lock:
            self.requests += 1
            held = self._held
            if held is None or not (held.passed or held.matches(request)):
                return None
            if held.point is Point.RECORDED and not held.passed:
                held.passed = True
                return None
            self._held = None
            return held


@dataclass
class Gated:
    """One sandbox behind the gate."""

    gate: Gate
    sandbox: Sandbox

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        return self.gate.pass_on(self.sandbox, request)


def asks(method: str, path: str, body: bytes = b"") -> Callable[[Request], bool]:
    """Match requests by method, path (a regular expression) and a part of the body."""
    pattern = re.compile(path)
    return lambda request: (
        request.method == method and bool(pattern.search(request.path)) and body in request.body
    )

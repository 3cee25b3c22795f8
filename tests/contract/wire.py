"""Between a connector and its sandbox: what is asked is kept, what is answered can be spoiled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlink.http import Http
from orderlink.sandbox.server import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from orderlink.sandbox.server import Sandbox
    from tests.support.faults import Act


class Wire:
    """A sandbox under a connector.

    `act` tells what is done instead of answering a request, None: nothing. `is_record` tells the
    JSON objects that `change` turns into something else, wherever they stand in an answer.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.act: Callable[[Request], Act | None] = lambda _: None
        self.is_record: Callable[[Any], bool] = lambda _: False
        self.change: Callable[[Any], Any] = lambda record: record

    def handle(self, request: Request) -> Answer:
        """Answer as the sandbox does, or as it was planned."""
        self.requests.append(request)
        act = self.act(request)
        answer = act(self.sandbox, request) if act else self.sandbox.handle(request)
        answer = self._changed(answer)
        self.answers.append(answer)
        return answer

    def works_again(self) -> None:
        """Let everything be answered as the sandbox does."""
        self.act, self.is_record = lambda _: None, lambda _: False

    def _changed(self, answer: Answer) -> Answer:
        try:
            document = json.loads(answer.body)
        except ValueError:
            return answer
        if not any(map(self.is_record, values_in(document))):
            return answer
        body = json.dumps(replaced(document, self.is_record, self.change)).encode()
        return Answer(answer.status, body, answer.headers)


def values_in(document: Any) -> Iterator[Any]:
    """Yield a JSON value, and every value in it."""
    yield document
    inner = document.values() if isinstance(document, dict) else document
    for value in inner if isinstance(document, dict | list) else ():
        yield from values_in(value)


def replaced(document: Any, is_record: Callable[[Any], bool], change: Callable[[Any], Any]) -> Any:
    """Give a JSON value with other records in it."""
    if is_record(document):
        return change(document)
    if isinstance(document, dict):
        return {name: replaced(value, is_record, change) for name, value in document.items()}
    if isinstance(document, list):
        return [replaced(value, is_record, change) for value in document]
    return document


class WatchedHttp(Http):
    """The way outside, which keeps what each request is paid from: (budget, cost)."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.paid: list[tuple[str, float]] = []

    def read(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        budget: str = "",
        cost: float = 1.0,
        **others: Any,
    ) -> Any:
        """Read, and keep what it is paid from."""
        self.paid.append((budget, cost))
        return super().read(path, query, budget=budget, cost=cost, **others)

    def write(
        self, method: str, path: str, *, budget: str = "", cost: float = 1.0, **others: Any
    ) -> Any:
        """Write, and keep what it is paid from."""
        self.paid.append((budget, cost))
        return super().write(method, path, budget=budget, cost=cost, **others)

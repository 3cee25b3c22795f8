"""What the sides have in common that speak HTTP to a sandbox: spoiling what it answers."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from tests.contract.sides import Side
from tests.contract.wire import Wire, values_in
from tests.support.faults import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from orderlink.sandbox.server import Answer, Request, Sandbox
    from tests.support.faults import Act

WRONG_PAGES = {
    "a web page": b"<!doctype html><html><body>Down for maintenance</body></html>",
    "nothing": b"",
    "no JSON": b"orders: none",
    "JSON that was cut short": b'{"orders": [',
    "null": b"null",
    "a text": b'"none"',
    "a number": b"0",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "another object": b'{"result": "ok"}',
}
"""What a proxy, a plugin or a bad day may put in the place of a page, answered with 200."""

SIGNING = ("authorization", "x-amz-access-token", "x-shopify-access-token")
"""The headers that hold what signs a request in."""


class OverHttp(Side):
    """A side whose other end is a sandbox over HTTP."""

    wire: Wire
    sandbox: Any
    empty_pages: ClassVar[Collection[str]] = ()
    """Those of the wrong pages that are a list without orders in this platform's own dialect."""

    @abstractmethod
    def make(self, *, rate_limits: bool) -> Sandbox:
        """Make the sandbox."""

    @abstractmethod
    def is_list(self, request: Request) -> bool:
        """Tell whether a request asks for a page of the list."""

    @abstractmethod
    def is_write(self, request: Request) -> bool:
        """Tell whether a request changes something there."""

    @abstractmethod
    def is_sign_in(self, request: Request) -> bool:
        """Tell whether a request signs in."""

    @abstractmethod
    def shows(self, value: Any, order_id: str) -> bool:
        """Tell whether a JSON value is the record of this order; of any, for an empty id."""

    @abstractmethod
    def look(self) -> None:
        """Ask for all that the list has."""

    def is_too_many(self, answer: Answer) -> bool:
        """Tell whether an answer says that there were too many requests."""
        return answer.status == 429

    def prepare(self, *, rate_limits: bool) -> None:
        self.sandbox = self.make(rate_limits=rate_limits)
        self.wire = Wire(self.sandbox)

    def writes(self) -> int:
        return sum(map(self.is_write, self.wire.requests))

    def signatures(self) -> set[str]:
        """Give what signed the requests so far in."""
        sent = [request.headers.get(name, "") for request in self.wire.requests for name in SIGNING]
        return {text.rpartition(" ")[2] for text in sent if text}

    def record(self, order_id: str) -> Any:
        self.look()
        return self.last_record(order_id)

    def last_record(self, order_id: str) -> Any:
        """Give the record of an order as it was last shown."""
        for told in reversed(self.wire.answers):
            for value in values_in(json.loads(told.body)):
                if self.shows(value, order_id):
                    return value
        raise AssertionError(f"no answer shows {order_id}")

    def spoil(self, order_id: str, change: Callable[[Any], Any]) -> None:
        self.wire.is_record = lambda value: self.shows(value, order_id)
        self.wire.change = change

    def mend(self) -> None:
        self.wire.works_again()

    def spoil_pages(self) -> Iterator[str]:
        for name, body in WRONG_PAGES.items():
            if name not in self.empty_pages:
                self.fail(self.is_list, answer(200, body, Content_Type="application/json"))
                yield name
        self.wire.works_again()

    def fail(self, which: Callable[[Request], bool], act: Act, *, after: int = 0) -> None:
        """Let requests of a kind fail, but for the first `after` of them."""
        left = [after]

        def chosen(request: Request) -> Act | None:
            if not which(request):
                return None
            left[0] -= 1
            return act if left[0] < 0 else None

        self.wire.act = chosen

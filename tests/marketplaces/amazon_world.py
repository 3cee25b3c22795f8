"""An Amazon sandbox, a clock, a connector, and what went over the wire; all held to Amazon's
descriptions: requests and answers, closed, so that no field of our own would go unnoticed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jsonschema

from orderlink.clock import ManualClock
from orderlink.http import Http, Link
from orderlink.marketplaces.amazon import Amazon
from orderlink.marketplaces.amazon_settings import AmazonSettings
from orderlink.model import Look, Order, Shipment, ShippedLine, Unreadable
from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.server import Answer, InProcess, Request
from orderlink.shelves import Shelf
from tests.sandbox.amazon_calls import KEYS, KNOWN, NOW, SPECS, check, check_exchange, operations

if TYPE_CHECKING:
    from orderlink.model import Page
    from orderlink.sandbox.amazon_records import PlacedOrder

TABLE = {"type": "amazon", "region": "eu", "countries": ["NL", "DE"], **KEYS}
OPEN = Look(None)
CODE = "3SABCD1234567"


def check_request(request: Request) -> None:
    """Hold a request to Amazon's description: its parameters, or its body."""
    if not SPECS.is_dir():
        return
    for name, pattern, method, operation in operations(*KNOWN):
        if not (pattern.fullmatch(request.path) and method == request.method):
            continue
        described = {one["name"]: one for one in operation["parameters"]}
        for parameter, (text,) in request.query.items():
            _check_parameter(described[parameter], text)
        bodies = [one for one in operation["parameters"] if one["in"] == "body"]
        assert bool(bodies) == bool(request.body)
        for body in bodies:
            check(json.loads(request.body), name, body["schema"])


def _check_parameter(described: Any, text: str) -> None:
    assert described["in"] == "query"
    value: Any = text
    if described["type"] == "array":
        assert described.get("collectionFormat", "csv") == "csv"
        value = text.split(",")
    if described["type"] == "integer":
        value = int(text)
    schema = {key: one for key, one in described.items() if key in {"type", "items", "maxItems"}}
    jsonschema.validate(value, schema)


def ids_of(page: Page) -> list[str]:
    """Give the ids of a page's orders, all of which can be read."""
    assert all(isinstance(row, Order) for row in page.rows)
    return [row.id for row in page.rows if isinstance(row, Order)]


@dataclass
class AmazonWorld:
    """`instead` may answer a request in the sandbox's place (None: it does not)."""

    options: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    requests: list[Request] = field(default_factory=list)
    instead: Callable[[Request], Answer | None] = lambda _: None
    sandbox: AmazonSandbox = field(init=False)
    link: Link = field(init=False)
    amazon: Amazon = field(init=False)

    def __post_init__(self) -> None:
        options = {"rate_limits": False, "index_seconds": 0, **self.options}
        self.sandbox = AmazonSandbox(self.clock, **{**KEYS, **options})
        self.amazon = self.connect(Shelf({}, self.clock), **self.keys)

    def connect(self, tokens: Shelf, **keys: Any) -> Amazon:
        """Connect, as a run does."""
        settings = AmazonSettings.model_validate({**TABLE, **keys})
        http = Http(
            "amazon",
            settings.base_url,
            clock=self.clock,
            remaining=lambda: math.inf,
            allowed_urls=[settings.login_url],
            adapter=InProcess(self),
            budgets=Amazon.BUDGETS if self.options.get("rate_limits") else None,
        )
        self.link = Link(http, self.clock, tokens, Shelf({}, self.clock))
        return Amazon(settings, self.link)

    def handle(self, request: Request) -> Answer:
        """Answer as the sandbox does, and hold both sides to the descriptions."""
        self.requests.append(request)
        answer = self.instead(request)
        if answer is None:
            check_request(request)
            answer = self.sandbox.handle(request)
            check_exchange(request, answer)
        return answer

    def asked(self, path: str) -> list[Request]:
        """List the requests whose path ends so."""
        return [request for request in self.requests if request.path.endswith(path)]

    def later(self, seconds: float = 121) -> None:
        """Let so much time pass that a search sees what happened until now."""
        self.clock.advance(seconds)

    def rows(self, look: Look = OPEN) -> list[Any]:
        """List all rows of a look."""
        return [row for page in self.amazon.orders(look) for row in page.rows]

    def orders(self, look: Look = OPEN) -> list[Order]:
        """List all orders of a look, all of which can be read."""
        rows = self.rows(look)
        assert all(isinstance(row, Order) for row in rows), rows
        return rows

    def order(self, order_id: str) -> Order:
        """Read one order, which can be read."""
        found = self.amazon.order(order_id)
        assert not isinstance(found, Unreadable), found.why
        return found

    def placed(self, order_id: str) -> PlacedOrder:
        """Give an order as the sandbox has it."""
        (order,) = (one for one in self.sandbox.orders() if one.id == order_id)
        return order

    def shipment(self, order_id: str, *pieces: int, **values: Any) -> Shipment:
        """Make a shipment of these pieces of each item, of one each unless said otherwise."""
        order = self.placed(order_id)
        counts = pieces or [1] * len(order.items)
        lines = tuple(
            ShippedLine(item.id, count)
            for item, count in zip(order.items, counts, strict=True)
            if count
        )
        number = values.get("number", 1)
        usual = {"code": CODE, "carrier_code": "PostNL", "left_at": self.clock.now()}
        reference = f"orderlink-{order_id}-{number}"
        site = order.marketplace.id
        return Shipment(order_id, reference, lines, site=site, **{**usual, **values})

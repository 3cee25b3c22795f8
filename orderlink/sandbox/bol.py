"""bol in small: the Retailer API v10 and the shared API v10 as far as the order cycle needs them.

Answers token, orders, shipments, transports and process statuses, with bol's media types, problems
and rate limits. `POST /token` is answered at any origin, so that one sandbox serves as login and
API. Where bol's documents leave a choice it takes the one that is hardest on a client: the list of
orders has the oldest first and shrinks while it is read, a process is found under the first item of
a shipment only, a transport without a code is taken for `BRIEFPOST` and `OTHER` only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from orderlink.sandbox import bol_answers as answers
from orderlink.sandbox.bol_access import Access
from orderlink.sandbox.bol_records import Item, Ledger, Outcome, Purchase
from orderlink.sandbox.bol_requests import (
    INVALID,
    INVALID_VALUE,
    MEDIA_TYPE,
    TRANSPORTERS,
    Problem,
    body_of,
    check_media_types,
    choice,
    purchase_from,
    shipment_violations,
    whole,
)
from orderlink.sandbox.bol_state import BolState
from orderlink.sandbox.control import CONTROL_PATH, controlled
from orderlink.sandbox.server import Answer, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.clock import Clock
    from orderlink.sandbox.bol_records import PlacedOrder, Process, SentShipment

LISTED_AFTER_HANDLING = timedelta(hours=48)

Handler = Callable[[Request, str], Answer]
"""Answers a request; its second argument is the id in the path, or empty."""


@dataclass(frozen=True)
class Endpoint:
    """What is answered where, and how many requests are allowed in how many seconds."""

    name: str
    method: str
    path: re.Pattern[str]
    capacity: int
    seconds: int
    handler: Handler


class BolSandbox:
    """A merchant's account at bol, behind `handle`. Safe for threads.

    `process_seconds` is how long a process status stays PENDING, `rate_limits` switches the 429s,
    `page_size` is how many orders or shipments a page holds (at bol 50), `control` lets
    `POST /_sandbox/NAME` play the buyer and the warehouse. `ledger` records all that happens.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        client_id: str,
        client_secret: str,
        process_seconds: float = 60.0,
        rate_limits: bool = True,
        control: bool = False,
        page_size: int = 50,
    ) -> None:
        self._clock = clock
        self._control = control
        self._page_size = page_size
        self._state = BolState(process_seconds)
        self._access = Access(clock, client_id, client_secret, rate_limits=rate_limits)
        self._lock = threading.RLock()
        self._endpoints = self._routes()

    def _routes(self) -> tuple[Endpoint, ...]:
        def route(
            name: str, method: str, path: str, capacity: int, seconds: int, handler: Handler
        ) -> Endpoint:
            pattern = re.compile(path.replace("{id}", "([^/]+)"))
            return Endpoint(name, method, pattern, capacity, seconds, handler)

        return (
            route("orders", "GET", "/retailer/orders", 25, 60, self._orders),
            route("order", "GET", "/retailer/orders/{id}", 25, 1, self._order),
            route("ship", "POST", "/retailer/shipments", 25, 1, self._ship),
            route("shipments", "GET", "/retailer/shipments", 25, 60, self._shipments),
            route("shipment", "GET", "/retailer/shipments/{id}", 50, 60, self._shipment),
            route("transport", "PUT", "/retailer/transports/{id}", 25, 1, self._transport),
            route("process_of", "GET", "/shared/process-status", 25, 1, self._processes_of),
            route("processes", "POST", "/shared/process-status", 2, 1, self._processes),
            route("process", "GET", "/shared/process-status/{id}", 25, 1, self._process),
        )

    # The person's side

    @property
    def ledger(self) -> Ledger:
        """Give all that ever happened."""
        return self._state.ledger

    def place(self, purchase: Purchase | None = None) -> str:
        """Place an order and give its id. Raises ValueError for an id that is taken."""
        with self._lock:
            return self._state.place(purchase or Purchase(), self._settled())

    def cancel(self, order_id: str, item_id: str = "", quantity: int = 0) -> None:
        """Cancel what is open: of one item or all, that many pieces or (0) all."""
        with self._lock:
            self._state.cancel(order_id, item_id, quantity, self._settled())

    def request_cancellation(self, order_id: str, item_id: str = "") -> None:
        """Let the buyer ask to cancel what is open of one item or all."""
        with self._lock:
            self._state.request_cancellation(order_id, item_id, self._settled())

    def ship_by_hand(self, order_id: str, code: str = "", transporter: str = "OTHER") -> str:
        """Ship all that the merchant has open, as in bol's own pages; give the shipment's id."""
        with self._lock:
            return self._state.ship_open(order_id, "FBR", code, transporter, self._settled())

    def ship_from_bol(self, order_id: str, code: str = "", transporter: str = "TNT") -> str:
        """Ship what bol itself stores and sends; give the shipment's id."""
        with self._lock:
            return self._state.ship_open(order_id, "FBB", code, transporter, self._settled())

    def fail_next_shipment(self, message: str) -> None:
        """Let the process of the next accepted shipment end with FAILURE and this message."""
        with self._lock:
            self._state.plan(Outcome("FAILURE", message, acts=False))

    def time_out_next_shipment(self, *, acts: bool) -> None:
        """Let the process of the next accepted shipment end with TIMEOUT, having acted or not."""
        with self._lock:
            self._state.plan(Outcome("TIMEOUT", "Processing timed out.", acts=acts))

    def forget_tokens(self) -> None:
        """Make every token that was given invalid at once."""
        with self._lock:
            self._access.forget_tokens()

    def orders(self) -> tuple[PlacedOrder, ...]:
        """Give every order as it stands now, copied, in the order of placing."""
        with self._lock:
            self._settled()
            return tuple(
                replace(order, items=[replace(item) for item in order.items])
                for order in self._state.orders.values()
            )

    def control(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Play the buyer or the warehouse from outside, JSON in and out.

        `place` {articles?: [{reference, ean, quantity, price, title, method...}], ship_to?,
        order_id?}, `cancel` {order_id, item_id?, quantity?}, `request-cancellation` {order_id,
        item_id?}, `ship-by-hand` {order_id, code?, transporter?}, `orders` {}. Raises ValueError.
        """
        try:
            if name == "place":
                return {"order_id": self.place(purchase_from(arguments))}
            if name == "cancel":
                self.cancel(**arguments)
            elif name == "request-cancellation":
                self.request_cancellation(**arguments)
            elif name == "ship-by-hand":
                return {"shipment_id": self.ship_by_hand(**arguments)}
            elif name == "orders":
                return {"orders": [answers.order_state(order) for order in self.orders()]}
            else:
                raise ValueError(f"there is no {name}")
        except (TypeError, ArithmeticError) as error:
            raise ValueError(f"{name} does not take these arguments: {error}") from error
        return {}

    # The server's side

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        with self._lock:
            name, answer = self._answer(request)
            self.ledger.answers[name, answer.status] += 1
            date = format_datetime(self._clock.now(), usegmt=True)
            return Answer(answer.status, answer.body, {"Date": date, **answer.headers})

    def _settled(self) -> datetime:
        now = self._clock.now()
        self._state.settle(now)
        return now

    def _answer(self, request: Request) -> tuple[str, Answer]:
        self._settled()
        if request.path == "/token" and request.method == "POST":
            answer, signed_in = self._access.give_token(request)
            self.ledger.tokens.extend([self._clock.now()] if signed_in else [])
            return "token", answer
        if request.path.startswith(CONTROL_PATH) and self._control:
            return "control", controlled(request, self.control)
        for endpoint in self._endpoints:
            match = endpoint.path.fullmatch(request.path)
            if match and endpoint.method == request.method:
                given = match.group(1) if match.groups() else ""
                return endpoint.name, self._endpoint(endpoint, request, given)
        detail = f"No resource at {request.path}."
        return "", _json(404, answers.problem(404, "Not Found", detail))

    def _endpoint(self, endpoint: Endpoint, request: Request, given: str) -> Answer:
        headers: Mapping[str, str] = {}
        try:
            self._access.check_token(request)
            check_media_types(request)
            headers = self._access.enter(endpoint.name, endpoint.capacity, endpoint.seconds)
            answer = endpoint.handler(request, given)
        except Problem as problem:
            answer = _json(problem.status, problem.document)
            headers = problem.headers or headers
        return replace(answer, headers={**answer.headers, **headers})

    # Orders

    def _orders(self, request: Request, _: str) -> Answer:
        status = choice(request, "status", "OPEN", ("OPEN", "SHIPPED", "ALL"))
        method = choice(request, "fulfilment-method", "FBR", ("FBR", "FBB", "ALL"))
        interval = whole(request, "change-interval-minute", 0, 60)
        now = self._clock.now()
        earliest = now - (timedelta(minutes=interval) if interval else LISTED_AFTER_HANDLING)
        rows = []
        for order in sorted(self._state.orders.values(), key=lambda order: order.placed_at):
            items = [
                item
                for item in order.items
                if method in {"ALL", item.article.method}
                and _has_status(item, status)
                and (item.changed_at >= earliest or (item.open and not interval))
            ]
            if items:
                rows.append((order, items))
        page = self._page(request, "orders", rows)
        return _json(
            200, {name: [answers.reduced_order(*row) for row in page[name]] for name in page}
        )

    def _page(self, request: Request, name: str, rows: list[Any]) -> dict[str, Any]:
        """Cut a page out of a list; an empty page has no list at all."""
        start = (whole(request, "page", 1, None) - 1) * self._page_size
        page = rows[start : start + self._page_size]
        return {name: page} if page else {}

    def _order(self, _: Request, order_id: str) -> Answer:
        order = self._state.orders.get(order_id)
        if order is None:
            raise Problem(404, "Not Found", f"Order for order id {order_id} not found.")
        return _json(200, answers.order_document(order))

    # Shipments

    def _ship(self, request: Request, _: str) -> Answer:
        document = body_of(request)
        violations = list(shipment_violations(document))
        if violations:
            raise Problem(400, INVALID, "Bad request", violations)
        process = self._state.accept_shipment(
            lines=tuple(
                (item["orderItemId"], item.get("quantity") or 0) for item in document["orderItems"]
            ),
            reference=document.get("shipmentReference") or "",
            transporter=document["transport"]["transporterCode"],
            code=document["transport"].get("trackAndTrace") or "",
            now=self._clock.now(),
        )
        return self._accepted(process)

    def _accepted(self, process: Process) -> Answer:
        answer = _json(202, answers.process_document(process))
        self._settled()
        return answer

    def _shipments(self, request: Request, _: str) -> Answer:
        order_id = request.one("order-id")
        rows = [
            answers.reduced_shipment(shipment, self._state.orders[shipment.order_id])
            for shipment in sorted(self._state.shipments, key=_newest_first)
            if order_id in {"", shipment.order_id}
        ]
        return _json(200, self._page(request, "shipments", rows))

    def _shipment(self, _: Request, shipment_id: str) -> Answer:
        for shipment in self._state.shipments:
            if shipment.id == shipment_id:
                order = self._state.orders[shipment.order_id]
                return _json(200, answers.shipment_document(shipment, order))
        raise Problem(404, "Not Found", f"Shipment {shipment_id} not found.")

    def _transport(self, request: Request, transport_id: str) -> Answer:
        document = body_of(request)
        code, transporter = document.get("trackAndTrace"), document.get("transporterCode")
        violations = []
        if not isinstance(code, str) or not code:
            violations.append(("trackAndTrace", "must not be empty"))
        if transporter is not None and transporter not in TRANSPORTERS:
            violations.append(("transporterCode", INVALID_VALUE))
        if violations:
            raise Problem(400, INVALID, "Bad request", violations)
        now = self._clock.now()
        process = self._state.accept_transport(transport_id, transporter or "", str(code), now)
        return self._accepted(process)

    # Process statuses

    def _process(self, _: Request, process_id: str) -> Answer:
        process = self._state.processes.get(process_id)
        if process is None:
            raise Problem(404, "Not Found", f"Process status {process_id} not found.")
        return _json(200, answers.process_document(process))

    def _processes_of(self, request: Request, _: str) -> Answer:
        entity, event = request.one("entity-id"), request.one("event-type")
        missing = [
            (name, "must not be empty")
            for name, value in (("entity-id", entity), ("event-type", event))
            if not value
        ]
        if missing:
            raise Problem(400, INVALID, "Bad request", missing)
        rows = [
            answers.process_document(process)
            for process in reversed(self._state.processes.values())
            if (process.entity_id, process.event_type) == (entity, event)
        ]
        page = self._page(request, "processStatuses", rows)
        return _json(200, page or {"processStatuses": []})

    def _processes(self, request: Request, _: str) -> Answer:
        asked = body_of(request).get("processStatusQueries")
        if not isinstance(asked, list) or not 1 <= len(asked) <= 1000:
            violation = ("processStatusQueries", "size must be between 1 and 1000")
            raise Problem(400, INVALID, "Bad request", [violation])
        ids = dict.fromkeys(str(dict(one).get("processStatusId")) for one in asked)
        known = (self._state.processes.get(one) for one in ids)
        rows = [answers.process_document(process) for process in known if process]
        return _json(200, {"processStatuses": rows})


def _newest_first(shipment: SentShipment) -> tuple[float, int]:
    return -shipment.at.timestamp(), -int(shipment.id)


def _has_status(item: Item, status: str) -> bool:
    if status == "OPEN":
        return item.open > 0
    return status == "ALL" or (item.shipped > 0 and not item.open)


def _json(status: int, document: Any) -> Answer:
    return json_answer(status, document, media_type=f"{MEDIA_TYPE};charset=UTF-8")

"""The operations of the Selling Partner API that the Amazon sandbox knows.

Sources: `orders_2026-01-01`, `ordersV0` and `sellers` of
https://github.com/amzn/selling-partner-api-models; what stands in none of them has its source where
it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from orderlink.sandbox import amazon_answers as answers
from orderlink.sandbox.amazon_access import DELIVERY_ROLE, ORDERS_ROLE
from orderlink.sandbox.amazon_marketplaces import participations
from orderlink.sandbox.amazon_requests import (
    Problem,
    confirmation,
    datasets,
    invalid,
    unauthorized,
)
from orderlink.sandbox.amazon_search import Pages, read_query
from orderlink.sandbox.amazon_state import ORDER_ID, AmazonState
from orderlink.sandbox.server import Answer, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.clock import Clock
    from orderlink.sandbox.amazon_access import Access
    from orderlink.sandbox.amazon_records import PlacedOrder

_ORDERS = "/orders/2026-01-01/orders"
_CONFIRMATION = "/orders/v0/orders/([^/]+)/shipmentConfirmation"
_PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
_ANY_ROLE: frozenset[str] = frozenset()
_ORDER_ROLES = frozenset({ORDERS_ROLE, DELIVERY_ROLE})

Handler = Callable[[Request, str], Answer]
"""Answers a request; its second argument is the order id in the path, or empty."""


@dataclass(frozen=True)
class Operation:
    """What is answered where, and which roles (one of them is enough) it takes."""

    name: str
    method: str
    path: re.Pattern[str]
    roles: frozenset[str]
    handler: Handler


class Operations:
    """Everything that takes an access token. `page_size` is how many orders a page may hold."""

    def __init__(
        self,
        clock: Clock,
        state: AmazonState,
        access: Access,
        manner: answers.Manner,
        page_size: int,
    ) -> None:
        self._clock = clock
        self._state = state
        self._access = access
        self._manner = manner
        self._pages = Pages(page_size)

        def known(
            name: str, method: str, path: str, roles: frozenset[str], handler: Handler
        ) -> Operation:
            return Operation(name, method, re.compile(path), roles, handler)

        self._known = (
            known("searchOrders", "GET", _ORDERS, _ORDER_ROLES, self._search),
            known("getOrder", "GET", f"{_ORDERS}/([^/]+)", _ORDER_ROLES, self._one),
            known("confirmShipment", "POST", _CONFIRMATION, _ORDER_ROLES, self._confirm),
            known(
                "getMarketplaceParticipations",
                "GET",
                _PARTICIPATIONS,
                _ANY_ROLE,
                self._participations,
            ),
        )

    def answer(self, request: Request) -> tuple[str, Answer]:
        """Answer a request, and name the operation, empty where there is none."""
        for operation in self._known:
            match = operation.path.fullmatch(request.path)
            if match and operation.method == request.method:
                given = match.group(1) if match.groups() else ""
                return operation.name, self._carry_out(operation, request, given)
        # Amazon's gateway calls everything that it does not know forbidden (sellers.json, 403).
        return "", _problem(unauthorized())

    def _carry_out(self, operation: Operation, request: Request, given: str) -> Answer:
        headers: Mapping[str, str] = {}
        try:
            self._access.check_token(request)
            if operation.roles and not operation.roles & self._access.roles:
                raise unauthorized()
            headers = self._access.enter(operation.name)
            if request.method == "GET" and request.body:
                raise invalid("a GET request must have no body")
            answer = operation.handler(request, given)
        except Problem as problem:
            answer = _problem(problem)
        return replace(answer, headers={**answer.headers, **headers})

    def _search(self, request: Request, _: str) -> Answer:
        now = self._clock.now()
        query = read_query(request, now, {place.id for place in self._state.marketplaces})
        orders, beside = self._pages.page(self._state.orders.values(), query, now)
        rows = [self._shown(order, query.datasets) for order in orders]
        return _json(200, {"orders": rows, **beside})

    def _one(self, request: Request, order_id: str) -> Answer:
        asked = datasets(request)
        return _json(200, {"order": self._shown(self._order(order_id), asked)})

    def _shown(self, order: PlacedOrder, asked: frozenset[str]) -> dict[str, Any]:
        personal = DELIVERY_ROLE in self._access.roles
        view = answers.View(asked, self._clock.now(), personal=personal, manner=self._manner)
        document = answers.order_document(order, view)
        if order.withheld and "recipient" in document:
            order.withheld -= 1
        return document

    def _order(self, order_id: str) -> PlacedOrder:
        if not ORDER_ID.fullmatch(order_id):
            raise invalid("an order id has 3, 7 and 7 digits")
        if order_id not in self._state.orders:
            raise Problem(404, "NotFound", f"Order {order_id} does not exist.")
        return self._state.orders[order_id]

    def _confirm(self, request: Request, order_id: str) -> Answer:
        now = self._clock.now()
        marketplace_id, package = confirmation(request, now, letters=self._manner.takes_letters)
        order = self._order(order_id)
        if marketplace_id != order.marketplace.id:
            raise invalid("marketplaceId is not that of the order")
        problem = self._state.confirm(order, package, now)
        if problem:
            raise invalid("", problem)
        self._state.settle(now)
        return Answer(204)

    def _participations(self, _: Request, __: str) -> Answer:
        return _json(200, participations(self._state.marketplaces))


def _json(status: int, document: Any) -> Answer:
    return json_answer(status, document, media_type="application/json")


def _problem(problem: Problem) -> Answer:
    return json_answer(
        problem.status, problem.document, problem.headers, media_type="application/json"
    )

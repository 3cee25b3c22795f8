"""What only one platform does: refusals in its own words, and failures that look like answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.server import Answer
from orderlink.sandbox.shopify import ShopifySandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Request, Sandbox
    from tests.simulation.faults import Handler
    from tests.simulation.world import SimulatedWorld

JSON = {"Content-Type": "application/json; charset=utf-8"}
BOL_JSON = {"Content-Type": "application/vnd.retailer.v10+json;charset=UTF-8"}
SEARCHES = frozenset(
    {"OrdersByReference", "OrdersByNumber", "OrdersById", "OrdersInBrief", "VariantsFound"}
)


def refusal(sandbox: Sandbox, status: int) -> Answer:
    """Refuse in the platform's own words."""
    said = "not today"
    document: Any = {"code": "rest_not_today", "message": said, "data": {"status": status}}
    headers = JSON
    if isinstance(sandbox, BolSandbox):
        document = {"type": "x", "title": "No", "status": status, "detail": said}
        headers = BOL_JSON
    elif isinstance(sandbox, AmazonSandbox):
        document = {"errors": [{"code": "NotToday", "message": said, "details": ""}]}
    elif isinstance(sandbox, ShopifySandbox):
        document = {"errors": said}
    return Answer(status, json.dumps(document).encode(), headers)


# Shopify: whatever happens is a 200


def _failed(code: str, **beside: Any) -> Answer:
    error = {"message": "not today", "extensions": {"code": code}}
    return Answer(200, json.dumps({"errors": [error], **beside}).encode(), JSON)


def _throttled(_: SimulatedWorld, __: Sandbox, ___: Request) -> Answer:
    bucket = {"maximumAvailable": 2000.0, "currentlyAvailable": 5, "restoreRate": 100.0}
    cost = {"requestedQueryCost": 150, "actualQueryCost": None, "throttleStatus": bucket}
    return _failed("THROTTLED", extensions={"cost": cost})


def _internal_error(_: SimulatedWorld, __: Sandbox, ___: Request) -> Answer:
    return _failed("INTERNAL_SERVER_ERROR", data=None)


def _internal_error_after(_: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    sandbox.handle(request)
    return _failed("INTERNAL_SERVER_ERROR", data=None)


def _error_with_data(_: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    """Answer in part: one field failed, and what it belongs to is null."""
    answer = sandbox.handle(request)
    data = json.loads(answer.body).get("data") or {}
    error = {"message": "not today", "path": [*data][:1], "extensions": {"code": "TIMEOUT"}}
    document = {"data": dict.fromkeys(data), "errors": [error]}
    return Answer(200, json.dumps(document).encode(), JSON)


def _user_errors(_: SimulatedWorld, __: Sandbox, request: Request) -> Answer:
    """Refuse a mutation in its own payload."""
    field = "orderCreate" if b"mutation CreateOrder" in request.body else "orderCancel"
    errors = "userErrors" if field == "orderCreate" else "orderCancelUserErrors"
    fault = {"field": ["order"], "message": "not today", "code": "INVALID"}
    document = {"data": {field: {"order": None, errors: [fault]}}}
    return Answer(200, json.dumps(document).encode(), JSON)


# Amazon


def _dropped(world: SimulatedWorld, sandbox: Sandbox, request: Request) -> Answer:
    """Answer 204 and do nothing (amzn/selling-partner-api-models #5232)."""
    world.amazon.drop_next_confirmation()
    return sandbox.handle(request)


GRAPHQL: Mapping[str, Handler] = {
    "throttled": _throttled,
    "internal error": _internal_error,
    "error with data": _error_with_data,
}
GRAPHQL_WRITES: Mapping[str, Handler] = {
    "user errors": _user_errors,
    "internal error after": _internal_error_after,
}
CONFIRMATIONS: Mapping[str, Handler] = {"dropped": _dropped}

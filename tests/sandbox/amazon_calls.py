"""Somebody who asks the Amazon sandbox, and Amazon's own descriptions that every answer is held to.

Without ../shared the answers are not checked against the descriptions; the tests marked `shared`
say so.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jsonschema
import pytest

from orderlink.clock import ManualClock
from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.server import Answer, Request

if TYPE_CHECKING:
    from orderlink.sandbox.amazon_records import Item, PlacedOrder

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
SPECS = Path(__file__).parents[3] / "shared/specs/amazon"
needs_specs = pytest.mark.skipif(
    not SPECS.is_dir(), reason="Amazon's API descriptions (../shared) are not here"
)
KEYS = {"client_id": "client", "client_secret": "secret", "refresh_token": "Atzr|refresh"}
EVERYTHING = "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"
SEARCH = "/orders/2026-01-01/orders"
KNOWN = ("orders_2026-01-01", "ordersV0", "sellers")
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_an_instant(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@cache
def description(name: str) -> Any:
    return json.loads((SPECS / f"{name}.json").read_text("utf-8"))


@cache
def _validator(name: str, schema: str, *, closed: bool) -> jsonschema.Draft4Validator:
    definitions = description(name)["definitions"]
    if closed:
        definitions = {
            kind: one | ({"additionalProperties": False} if "properties" in one else {})
            for kind, one in definitions.items()
        }
    whole = json.loads(schema) | {"definitions": definitions}
    jsonschema.Draft4Validator.check_schema(whole)
    return jsonschema.Draft4Validator(whole, format_checker=FORMATS)


def check(document: object, name: str, schema: dict[str, Any], *, closed: bool = True) -> None:
    """Validate a document by a description; `closed` allows no fields but those described."""
    _validator(name, json.dumps(schema), closed=closed).validate(document)


@cache
def operations(*names: str) -> tuple[tuple[str, re.Pattern[str], str, Any], ...]:
    """List (description, path, method, operation) of those descriptions."""
    found = []
    for name in names:
        for path, methods in description(name)["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
            for method, operation in methods.items():
                if method != "parameters":
                    found.append((name, pattern, method.upper(), operation))
    return tuple(found)


def check_exchange(request: Request, answer: Answer) -> None:
    """Hold one exchange against Amazon's description of it."""
    if not SPECS.is_dir():
        return
    for name, pattern, method, operation in operations(*KNOWN):
        if not (pattern.fullmatch(request.path) and method == request.method):
            continue
        described = operation["responses"].get(str(answer.status))
        assert described, f"{answer.status} is not described"
        promised = set(described["headers"]) - {"x-amzn-RateLimit-Limit"}
        assert promised <= set(answer.headers)
        if answer.status == 204:
            (body,) = (one for one in operation["parameters"] if one["in"] == "body")
            check(json.loads(request.body), name, body["schema"])
            assert not answer.body
        else:
            check(json.loads(answer.body), name, described["schema"])
        return


class Caller:
    """Somebody who asks the sandbox, with a fresh token each time unless told otherwise."""

    def __init__(self, now: datetime = NOW, **options: Any) -> None:
        self.clock = ManualClock(now)
        self.sandbox = AmazonSandbox(self.clock, **{**KEYS, "rate_limits": False, **options})

    def ask(
        self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
        request = Request(method, parts.path, query, headers or {}, body)
        answer = self.sandbox.handle(request)
        check_exchange(request, answer)
        return answer

    def sign_in(self, **form: str) -> Answer:
        sent = {"grant_type": "refresh_token", **KEYS, **form}
        return self.ask("POST", "/auth/o2/token", urlencode(sent).encode())

    def token(self) -> str:
        return str(json.loads(self.sign_in().body)["access_token"])

    def call(self, method: str, url: str, document: object = None, **headers: str) -> Answer:
        body = b"" if document is None else json.dumps(document).encode()
        usual = {"x-amz-access-token": self.token(), "content-type": "application/json"}
        return self.ask(method, url, body, usual | headers)

    def search(self, **query: str) -> Answer:
        asked = {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "includedData": EVERYTHING} | query
        return self.call("GET", f"{SEARCH}?{urlencode({k: v for k, v in asked.items() if v})}")

    def found(self, **query: str) -> Any:
        """Search what there was two minutes ago."""
        answer = self.search(**query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def listed(self, **query: str) -> list[str]:
        return [order["orderId"] for order in self.found(**query)["orders"]]

    def later(self) -> None:
        """Let so much time pass that a search sees what happened until now."""
        self.clock.advance(120)

    def order(self, order_id: str, included: str = EVERYTHING) -> Any:
        answer = self.call("GET", f"{SEARCH}/{order_id}?includedData={included}")
        assert answer.status == 200, answer.body
        return json.loads(answer.body)["order"]

    def placed(self, order_id: str) -> PlacedOrder:
        (order,) = (one for one in self.sandbox.orders() if one.id == order_id)
        return order

    def items(self, order_id: str) -> list[Item]:
        return self.placed(order_id).items

    def confirmation(self, order_id: str, *lines: tuple[str, int], **detail: Any) -> Any:
        """Write a confirmation, of all that was ordered unless told otherwise."""
        order = self.placed(order_id)
        whole = [(item.id, item.article.quantity) for item in order.items]
        return {
            "marketplaceId": order.marketplace.id,
            "packageDetail": {
                "packageReferenceId": "1",
                "carrierCode": "PostNL",
                "trackingNumber": "3SABCD1234567",
                "shipDate": self.clock.now().isoformat(),
                "orderItems": [
                    {"orderItemId": item_id, "quantity": quantity}
                    for item_id, quantity in lines or whole
                ],
                **detail,
            },
        }

    def confirm(self, order_id: str, *lines: tuple[str, int], **detail: Any) -> Answer:
        document = self.confirmation(order_id, *lines, **detail)
        return self.call("POST", confirmation_path(order_id), document)


def confirmation_path(order_id: str) -> str:
    return f"/orders/v0/orders/{order_id}/shipmentConfirmation"


def error(answer: Answer) -> tuple[int, str, str, str]:
    """Give an answer's status and the code, message and details of its only error."""
    (one,) = json.loads(answer.body)["errors"]
    return answer.status, one["code"], one["message"], one.get("details", "")

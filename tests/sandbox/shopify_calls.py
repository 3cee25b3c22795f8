"""Somebody who asks the Shopify sandbox; every answer is held to Shopify's own schema.

Without ../shared the answers are not checked; the tests marked `shared` say so.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orderlink.clock import ManualClock
from orderlink.sandbox.server import Answer, Request
from orderlink.sandbox.shopify import ShopifySandbox
from orderlink.shops import shopify_order_queries as order_queries
from orderlink.shops import shopify_queries as queries
from tests.shops.shopify_schema import SCHEMA, Walk

if TYPE_CHECKING:
    from orderlink.shops.shopify_queries import Operation

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TOKEN = "shpat_canary"
PATH = "/admin/api/2026-10/graphql.json"
EUR = {"currencyCode": "EUR"}


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def line(variant: int = 10, quantity: int = 1, price: str = "12.99", **more: Any) -> dict[str, Any]:
    variant_id = queries.gid("ProductVariant", str(variant))
    return {"variantId": variant_id, "quantity": quantity, "priceSet": money(price), **more}


def order(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "lineItems": list(lines) or [line()],
        "taxesIncluded": True,
        "sourceIdentifier": "A-1",
        "metafields": [reference("bol::A-1")],
        **more,
    }


def reference(value: str, kind: str = "single_line_text_field") -> dict[str, str]:
    return {"namespace": "orderlink", "key": "reference", "type": kind, "value": value}


class Caller:
    """Somebody who asks, with the right token unless told otherwise."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock(NOW)
        self.sandbox = ShopifySandbox(self.clock, **{"access_token": TOKEN, **options})

    def send(self, path: str, body: Any, token: str = TOKEN, method: str = "POST") -> Answer:
        headers = {"x-shopify-access-token": token, "content-type": "application/json"}
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.sandbox.handle(Request(method, path, {}, headers, sent))

    def ask(self, text: str, **variables: Any) -> Any:
        """Ask with a document; give the whole answer."""
        answer = self.send(PATH, {"query": text, "variables": variables})
        assert answer.status == 200
        document = json.loads(answer.body)
        if SCHEMA.is_file() and document.get("data"):
            faults = Walk.of(text, variables).faults(document["data"])
            assert not faults, faults
        return document

    def do(self, operation: Operation) -> Any:
        """Carry an operation of the connector out; give what it told."""
        document = self.ask(operation.text, **operation.variables)
        assert "errors" not in document, document
        assert document["extensions"]["cost"]["requestedQueryCost"] == operation.points
        return document["data"]

    def create(self, sent: dict[str, Any] | None = None, **options: Any) -> Any:
        """Create an order; give what the mutation answered."""
        operation = queries.create_order(sent or order(), options)
        return self.do(operation)["orderCreate"]

    def made(self, sent: dict[str, Any] | None = None, **options: Any) -> str:
        """Create an order; give its number."""
        answer = self.create(sent, **options)
        assert answer["userErrors"] == []
        return queries.number_of(answer["order"]["id"])

    def refused(self, sent: dict[str, Any], **options: Any) -> Any:
        """Create an order that is refused; give the first error."""
        answer = self.create(sent, **options)
        assert answer["order"] is None
        return answer["userErrors"][0]

    def read(self, number: str) -> Any:
        """Read an order; None where there is none."""
        return self.do(order_queries.order_by_id(number))["order"]

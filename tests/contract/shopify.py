"""Shopify in the contract suite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.sandbox.shopify import ShopifySandbox
from tests.contract.over_http import OverHttp
from tests.contract.sides import ShopSide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Answer, Request

ORDER = "gid://shopify/Order/"
LISTS = ("OrdersByNumber", "OrdersByReference", "OrdersById", "OrdersInBrief")


class ShopifySide(OverHttp, ShopSide):
    """A Shopify shop, whose search can be made to find everything."""

    word = "shopify"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://bench.myshopify.example",
        "client_id": "canary-client",
        "client_secret": "canary-secret",
    }
    rows_per_page = 50
    null_is_none = True

    def make(self, *, rate_limits: bool) -> ShopifySandbox:
        keys = {name: self.settings[name] for name in ("client_id", "client_secret")}
        return ShopifySandbox(self.clock, rate_limits=rate_limits, **keys)

    def is_sign_in(self, request: Request) -> bool:
        return request.path == "/admin/oauth/access_token"

    def is_list(self, request: Request) -> bool:
        return not self.is_sign_in(request) and any(
            f"query {name}" in request.json()["query"] for name in LISTS
        )

    def is_write(self, request: Request) -> bool:
        if self.is_sign_in(request):
            return False
        asked = request.json()["query"]
        return "mutation" in asked and "draftOrderCalculate" not in asked  # which keeps nothing

    def is_too_many(self, answer: Answer) -> bool:
        errors = json.loads(answer.body).get("errors") or []
        return any(one["extensions"]["code"] == "THROTTLED" for one in errors)

    def shows(self, value: Any, order_id: str) -> bool:
        if not isinstance(value, dict) or "displayFulfillmentStatus" not in value:
            return False
        return order_id == "" or value.get("id") == f"{ORDER}{order_id}"

    def look(self) -> None:
        self.connector.read([str(order.id) for order in self.sandbox.ledger.created])

    def created(self) -> list[str]:
        return [order.transaction_id for order in self.sandbox.ledger.created]

    def complete(self, shop_id: str, code: str) -> None:
        self.sandbox.control("complete", {"order": shop_id, "code": code})

    def lose(self, shop_id: str) -> None:
        self.sandbox.control("cancel", {"order": shop_id})

    def search_finds_everything(self) -> None:
        self.sandbox.set_search(ignores_filter=True)

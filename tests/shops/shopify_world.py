"""A connector, wired to a sandbox Shopify in-process, and what its tests are made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlink.clock import ManualClock
from orderlink.creation import CreationSettings, creation_from
from orderlink.http import Http, Link
from orderlink.sandbox.server import InProcess
from orderlink.sandbox.shopify import ShopifySandbox
from orderlink.shelves import Shelf
from orderlink.shops.shopify import Shopify
from orderlink.shops.shopify_settings import ShopifySettings
from tests.shops.shopify_schema import SCHEMA, Walk
from tests.shops.woocommerce_world import NETHERLANDS, START, line, order, stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.model import Draft, Order
    from orderlink.sandbox.server import Answer, Request

__all__ = ["NETHERLANDS", "START", "World", "line", "order", "stamp"]

TOKEN = "shpat_canary_token"


class World:
    """One shop, one connector, and all requests that went between them.

    What the shop answers is held to Shopify's schema, where that is at hand.
    """

    def __init__(
        self,
        *,
        settings: dict[str, Any] | None = None,
        marketplace: dict[str, Any] | None = None,
        mapping: dict[str, tuple[tuple[str, int], ...]] | None = None,
        **options: Any,
    ) -> None:
        self.clock = ManualClock(START)
        self.sandbox = ShopifySandbox(self.clock, **{"access_token": TOKEN, **options})
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.instead: Callable[[Request], Answer | None] = lambda _: None
        values = {
            "type": "shopify",
            "base_url": "https://bench.myshopify.example",
            "access_token": TOKEN,
            **(settings or {}),
        }
        self.settings = ShopifySettings.model_validate(
            {name: value for name, value in values.items() if value is not None}
        )
        chosen = CreationSettings.model_validate(marketplace or {})
        self.creation = creation_from(chosen, self.settings, "bol", mapping)
        self.http = Http(
            "shop",
            self.settings.base_url,
            clock=self.clock,
            remaining=lambda: 240.0,
            adapter=InProcess(self),
            budgets=Shopify.BUDGETS,
        )
        shelves = Shelf({}, self.clock), Shelf({}, self.clock)
        self.link = Link(self.http, self.clock, *shelves)
        self.shop = Shopify(self.settings, self.link)

    def handle(self, request: Request) -> Answer:
        self.requests.append(request)
        answer = self.instead(request)
        if answer is not None:
            return answer
        answer = self.sandbox.handle(request)
        self.answers.append(answer)
        if SCHEMA.is_file() and request.path.endswith("graphql.json") and answer.status == 200:
            sent, told = request.json(), json.loads(answer.body)
            if told.get("data"):
                faults = Walk.of(sent["query"], sent["variables"]).faults(told["data"])
                assert not faults, faults
        return answer

    def asked(self, name: str) -> list[Any]:
        """Give the variables of every operation of this name that was asked."""
        documents = [one.json() for one in self.requests if one.path.endswith("graphql.json")]
        return [one["variables"] for one in documents if f" {name}" in one["query"].split("{")[0]]

    def draft(self, order: Order, number: str = "A-1") -> Draft:
        return self.shop.draft(order, stamp(number), self.creation)

    def place(self, order: Order, number: str = "A-1") -> Any:
        return self.shop.create(self.draft(order, number))

    def shown(self, order: Order) -> dict[str, Any]:
        """Place an order, and show it as the controls do."""
        return self.sandbox.order(int(self.place(order).id))

    def attributes(self, shown: dict[str, Any]) -> dict[str, str]:
        return {entry["key"]: entry["value"] for entry in shown["meta_data"]}

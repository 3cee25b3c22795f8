"""A connector, wired to a sandbox shop in-process, and what its tests are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.clock import ManualClock
from orderlink.creation import CreationSettings, creation_from
from orderlink.http import Http, Link
from orderlink.model import Address, Line, Order, Stamp
from orderlink.sandbox.server import InProcess
from orderlink.sandbox.woocommerce import WooCommerceSandbox
from orderlink.shelves import Shelf
from orderlink.shops.woocommerce import WooCommerce
from orderlink.shops.woocommerce_settings import WooCommerceSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.model import Draft
    from orderlink.sandbox.server import Answer, Request

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY, SECRET = "ck_rw", "cs_rw"
NETHERLANDS = Address(
    first_name="Jan",
    last_name="de Vries",
    street="Dorpsstraat",
    house_number="1",
    house_number_extension="A",
    extra="Achterom",
    postal_code="3511 AA",
    city="Utrecht",
    country="NL",
    email="abc@verkopen.bol.com",
    phone="+31612345678",
)


class World:
    """One shop, one connector, and all requests that went between them."""

    def __init__(
        self,
        *,
        settings: dict[str, Any] | None = None,
        marketplace: dict[str, Any] | None = None,
        mapping: dict[str, tuple[tuple[str, int], ...]] | None = None,
        **options: Any,
    ) -> None:
        self.clock = ManualClock(START)
        self.sandbox = WooCommerceSandbox(
            self.clock,
            consumer_key=KEY,
            consumer_secret=SECRET,
            read_only_key="ck_r",
            read_only_secret="cs_r",
            **options,
        )
        self.requests: list[Request] = []
        self.instead: Callable[[Request], Answer | None] = lambda _: None
        values = {
            "type": "woocommerce",
            "base_url": "https://shop.example",
            "consumer_key": KEY,
            "consumer_secret": SECRET,
            **(settings or {}),
        }
        self.settings = WooCommerceSettings.model_validate(values)
        chosen = CreationSettings.model_validate(marketplace or {})
        self.creation = creation_from(chosen, self.settings, "bol", mapping)
        http = Http(
            "shop",
            self.settings.base_url,
            clock=self.clock,
            remaining=lambda: 240.0,
            adapter=InProcess(self),
        )
        self.link = Link(http, self.clock, Shelf({}, self.clock), Shelf({}, self.clock))
        self.shop = WooCommerce(self.settings, self.link)

    def handle(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.instead(request) or self.sandbox.handle(request)

    def writes(self) -> list[Request]:
        return [request for request in self.requests if request.method != "GET"]

    def place(self, order: Order, number: str = "A-1") -> Any:
        return self.shop.create(self.draft(order, number))

    def draft(self, order: Order, number: str = "A-1") -> Draft:
        return self.shop.draft(order, stamp(number), self.creation)

    def shown(self, order: Order) -> dict[str, Any]:
        """Place an order, and show it as the shop does."""
        return self.sandbox.order(int(self.place(order).id))


def stamp(number: str = "A-1") -> Stamp:
    return Stamp(f"bol::{number}", "origin-1", number)


def line(number: int = 1, quantity: int = 1, total: str = "12.99", **values: Any) -> Line:
    amount = Decimal(total)
    known = {"sku": "MUG-RED", "ean": "8712345000000", **values}
    return Line(str(number), quantity, amount / quantity, amount, **known)


def order(*lines: Line, ship_to: Address = NETHERLANDS, **values: Any) -> Order:
    return Order("A-1", START, "EUR", lines or (line(),), ship_to, **values)

"""Amazon in the contract suite."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.amazon_records import Article, Purchase
from tests.contract.over_http import OverHttp
from tests.contract.sides import MarketplaceSide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Request

BUYER = {"name": "Noor van der Meer", "addressLine1": "Havenstraat 12", "city": "Utrecht"}


class AmazonSide(OverHttp, MarketplaceSide):
    """A merchant's account at Amazon in Europe."""

    word = "amazon"
    settings: ClassVar[Mapping[str, Any]] = {
        "region": "eu",
        "countries": ["NL", "DE"],
        "client_id": "canary-client",
        "client_secret": "canary-secret",
        "refresh_token": "canary-refresh",
    }
    carrier = "PostNL"

    def make(self, *, rate_limits: bool) -> AmazonSandbox:
        keys = {name: self.settings[name] for name in self.settings if "_" in name}
        return AmazonSandbox(
            self.clock,
            **keys,
            page_size=self.rows_per_page,
            rate_limits=rate_limits,
            manner=Manner(takes_letters=True),
        )

    def is_sign_in(self, request: Request) -> bool:
        return request.path == "/auth/o2/token"

    def is_list(self, request: Request) -> bool:
        return request.path == "/orders/2026-01-01/orders"

    def is_write(self, request: Request) -> bool:
        return request.path.endswith("/shipmentConfirmation")

    def shows(self, value: Any, order_id: str) -> bool:
        if not isinstance(value, dict) or "orderItems" not in value:
            return False
        return order_id in {"", value.get("orderId")}

    def look(self) -> None:
        self.rows()

    def place(self, *pieces: int) -> str:
        basket = [
            Article(reference=f"SKU-{number}", ean=f"871262605514{number}", quantity=count)
            for number, count in enumerate(pieces or (1,), start=1)
        ]
        order_id: str = self.sandbox.place(Purchase(articles=basket, ship_to=BUYER))
        return order_id

    def ship_by_hand(self, order_id: str) -> None:
        self.sandbox.ship_by_hand(order_id)

    def cancel(self, order_id: str) -> None:
        self.sandbox.cancel(order_id)

    def shipped(self, order_id: str) -> Counter[str]:
        (order,) = (one for one in self.sandbox.orders() if one.id == order_id)
        return Counter({item.id: item.shipped for item in order.items if item.shipped})

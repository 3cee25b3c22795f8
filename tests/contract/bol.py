"""bol in the contract suite."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_records import Article, Purchase
from tests.contract.over_http import OverHttp
from tests.contract.sides import MarketplaceSide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Request


class BolSide(OverHttp, MarketplaceSide):
    """An account at bol."""

    word = "bol"
    settings: ClassVar[Mapping[str, Any]] = {
        "client_id": "canary-client",
        "client_secret": "canary-secret",
    }
    carrier = "TNT"
    carrier_without_code = "BRIEFPOST"
    empty_pages = ("an empty object",)

    def make(self, *, rate_limits: bool) -> BolSandbox:
        return BolSandbox(
            self.clock, **self.settings, page_size=self.rows_per_page, rate_limits=rate_limits
        )

    def is_sign_in(self, request: Request) -> bool:
        return request.path == "/token"

    def is_list(self, request: Request) -> bool:
        return request.path == "/retailer/orders"

    def is_write(self, request: Request) -> bool:
        return request.method != "GET" and request.path.startswith("/retailer/")

    def shows(self, value: Any, order_id: str) -> bool:
        return (
            isinstance(value, dict) and value.get("orderId") == order_id and "orderItems" in value
        )

    def look(self) -> None:
        self.rows()

    def place(self, *pieces: int) -> str:
        basket = [
            Article(reference=f"SKU-{number}", ean=f"871262605514{number}", quantity=count)
            for number, count in enumerate(pieces or (1,), start=1)
        ]
        order_id: str = self.sandbox.place(Purchase(articles=basket))
        return order_id

    def ship_by_hand(self, order_id: str) -> None:
        self.sandbox.ship_by_hand(order_id)

    def cancel(self, order_id: str) -> None:
        self.sandbox.cancel(order_id)

    def shipped(self, order_id: str) -> Counter[str]:
        self.sandbox.orders()  # what is due is carried out when somebody looks
        done = [one for one in self.sandbox.ledger.executed if one.order_id == order_id]
        pieces: Counter[str] = Counter()
        for one in done:
            pieces.update(dict(one.lines))
        return pieces

"""WooCommerce in the contract suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.sandbox.woocommerce import WooCommerceSandbox
from tests.contract.over_http import OverHttp
from tests.contract.sides import ShopSide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Request

LIST = "/wp-json/wc/v3/orders"


class WooCommerceSide(OverHttp, ShopSide):
    """A WooCommerce shop, which ignores filters that it does not know."""

    word = "woocommerce"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://shop.example",
        "consumer_key": "ck_canary_key",
        "consumer_secret": "cs_canary_secret",
    }
    empty_pages = ("an empty list",)
    rows_per_page = 100

    def make(self, *, rate_limits: bool) -> WooCommerceSandbox:
        del rate_limits  # WooCommerce has none
        keys = {name: self.settings[name] for name in ("consumer_key", "consumer_secret")}
        return WooCommerceSandbox(self.clock, **keys)

    def is_sign_in(self, request: Request) -> bool:
        del request  # each request signs itself in
        return False

    def is_list(self, request: Request) -> bool:
        return request.method == "GET" and request.path == LIST

    def is_write(self, request: Request) -> bool:
        return request.method != "GET"

    def shows(self, value: Any, order_id: str) -> bool:
        if not isinstance(value, dict) or "line_items" not in value:
            return False
        return order_id in {"", str(value.get("id"))}

    def look(self) -> None:
        self.connector.find([self.stamp()], "")

    def created(self) -> list[str]:
        return [order.transaction_id for order in self.sandbox.ledger.created]

    def complete(self, shop_id: str, code: str) -> None:
        self.sandbox.control("complete", {"order": shop_id, "code": code})

    def lose(self, shop_id: str) -> None:
        self.sandbox.control("cancel", {"order": shop_id})

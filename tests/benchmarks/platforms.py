"""The platforms that are measured: sandbox, configuration, floor, and the client people use.

A floor is what the API allows at best, in requests per order, from each platform's documentation
(`../shared/reference/speed-and-scale.md`, 3.1): lists and reads count by their share of a full
page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.woocommerce import WooCommerceSandbox
from orderlink.sandbox.woocommerce_state import SandboxProduct

if TYPE_CHECKING:
    from orderlink.clock import Clock
    from orderlink.sandbox.server import Sandbox

KEY, SECRET = "benchmark-key", "benchmark-secret"
DAY = timedelta(days=1)
STOCK = 10_000_000
SKUS = [f"SKU-{number:02}" for number in range(20)]
"""What is sold: enough that a product is looked up more than once, as in a shop."""


def code_of(number: int) -> str:
    """Give the tracking code of the parcel with this number."""
    return f"3SABCD{number:07d}"


class Marketplace(ABC):
    """An account at a marketplace, in the process that serves it."""

    word: ClassVar[str]
    name: ClassVar[str]
    client: ClassVar[str]  # what people use from Python
    patched: ClassVar[str] = ""  # the constant of the client that names its host
    floor: ClassVar[Decimal]
    sandbox: Sandbox

    @abstractmethod
    def __init__(self, clock: Clock) -> None:
        """Open the account, with the sandbox's limits switched off."""

    @staticmethod
    @abstractmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""

    @abstractmethod
    def place(self, number: int) -> None:
        """Let a buyer order one piece."""

    @abstractmethod
    def rest(self) -> None:
        """Let all that happened lie a day back."""


class Shop(ABC):
    """A shop, in the process that serves it."""

    word: ClassVar[str]
    name: ClassVar[str]
    client: ClassVar[str]
    patched: ClassVar[str] = ""
    floor: ClassVar[Decimal]
    sandbox: Sandbox

    @abstractmethod
    def __init__(self, clock: Clock) -> None:
        """Open the account, with the sandbox's limits switched off."""

    @staticmethod
    @abstractmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""

    @abstractmethod
    def complete(self, skipped: int) -> None:
        """Let the warehouse complete all orders but the first so many, each with its own code."""


class Bol(Marketplace):
    """bol: lists of 50, one read and one write for each order, process statuses by the 1,000."""

    word, name, client = "bol", "bol", "a session of requests (bol has no client)"
    floor = 1 / Decimal(50) + 1 + 1 + 1 / Decimal(1000)

    def __init__(self, clock: Clock) -> None:
        self.sandbox: BolSandbox = BolSandbox(
            clock, client_id=KEY, client_secret=SECRET, process_seconds=0, rate_limits=False
        )

    @staticmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""
        return {
            "type": "bol",
            "base_url": url,
            "login_url": url,
            "ca_bundle": bundle,
            "client_id": KEY,
            "client_secret": SECRET,
            "import_from": "open",
            "max_new_orders": 0,
            "default_carrier": "TNT",
        }

    def place(self, number: int) -> None:
        """Let a buyer order one piece."""
        article = Article(reference=SKUS[number % len(SKUS)], ean="", price=Decimal("10.90"))
        self.sandbox.place(Purchase(articles=(article,)))

    def rest(self) -> None:
        """Let all that happened lie a day back."""
        for order in self.sandbox._state.orders.values():
            order.placed_at -= DAY
            for item in order.items:
                item.changed_at -= DAY


class WooCommerce(Shop):
    """WooCommerce: 100 orders in a batch, and 100 in a page that is read."""

    word, name, client = "woocommerce", "WooCommerce", "woocommerce 3.0.0"
    floor = 1 / Decimal(100) + 1 / Decimal(100)

    def __init__(self, clock: Clock) -> None:
        products = [
            SandboxProduct(100 + number, sku, f"Article {sku}", "10.90", stock=STOCK)
            for number, sku in enumerate(SKUS)
        ]
        self.sandbox: WooCommerceSandbox = WooCommerceSandbox(
            clock, consumer_key=KEY, consumer_secret=SECRET, products=products
        )

    @staticmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""
        return {
            "type": "woocommerce",
            "base_url": url,
            "ca_bundle": bundle,
            "consumer_key": KEY,
            "consumer_secret": SECRET,
        }

    def complete(self, skipped: int) -> None:
        """Let the warehouse complete all orders but the first so many, each with its own code."""
        ids = [row["id"] for row in self.sandbox.control("orders", {})]
        for number, order in enumerate(ids[skipped:], skipped):
            act = {"order": order, "code": code_of(number), "provider": "PostNL"}
            self.sandbox.control("complete", act)


MARKETPLACES: dict[str, type[Marketplace]] = {"bol": Bol}
SHOPS: dict[str, type[Shop]] = {"woocommerce": WooCommerce}
PAIRS = [(market, shop) for market in MARKETPLACES for shop in SHOPS]

"""The platforms that are measured: sandbox, configuration, floor, and the client people use.

A floor is what the API allows at best, in requests per order, from each platform's documentation
(`../shared/reference/speed-and-scale.md`, 3.1): lists and reads count by their share of a full
page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from orderlink.sandbox import amazon_records, bol_records
from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.server import Sandbox
from orderlink.sandbox.shopify import ShopifySandbox
from orderlink.sandbox.shopify_records import Plan, SandboxShop, SandboxVariant
from orderlink.sandbox.woocommerce import WooCommerceSandbox
from orderlink.sandbox.woocommerce_state import SandboxProduct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.clock import Clock

KEY, SECRET = "benchmark-key", "benchmark-secret"
DAY = timedelta(days=1)
PRICE = Decimal("10.90")
STOCK = 10_000_000
UNSEEN = timedelta(minutes=3)
"""Longer than what happened stays out of Amazon's search, and shorter than its window."""
POINTS_A_SECOND = 1_000_000.0
"""Of Shopify's: a limit is not what is measured."""
SKUS = [f"SKU-{number:02}" for number in range(20)]
"""What is sold: enough that a product is looked up more than once, as in a shop."""


def code_of(number: int) -> str:
    """Give the tracking code of the parcel with this number."""
    return f"3SABCD{number:07d}"


class Warehouse(Sandbox, Protocol):
    """A shop's sandbox, in which people may act."""

    def control(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Play the warehouse."""
        ...


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
    def settle(self) -> None:
        """Let so much time pass as the marketplace takes until it shows what happened."""

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
    sandbox: Warehouse

    @abstractmethod
    def __init__(self, clock: Clock) -> None:
        """Open the account, with the sandbox's limits switched off."""

    @staticmethod
    @abstractmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""

    def complete(self, skipped: int) -> None:
        """Let the warehouse complete all orders but the first so many, each with its own code."""
        ids = [row["id"] for row in self.sandbox.control("orders", {})]
        for number, order in enumerate(ids[skipped:], skipped):
            act = {"order": order, "code": code_of(number), "provider": "PostNL"}
            self.sandbox.control("complete", act)


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
        sku = SKUS[number % len(SKUS)]
        article = bol_records.Article(reference=sku, ean="", price=PRICE)
        self.sandbox.place(bol_records.Purchase(articles=(article,)))

    def settle(self) -> None:
        """Show it at once."""

    def rest(self) -> None:
        """Let all that happened lie a day back."""
        for order in self.sandbox._state.orders.values():
            order.placed_at -= DAY
            for item in order.items:
                item.changed_at -= DAY


class Amazon(Marketplace):
    """Amazon: 100 whole orders in a page, and one write for each order."""

    word, name, client = "amazon", "Amazon", "python-amazon-sp-api 2.1.35"
    patched = "python-amazon-sp-api's Marketplaces.NL.endpoint and AccessTokenClient.host"
    floor = 1 / Decimal(100) + 1

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sandbox: AmazonSandbox = AmazonSandbox(
            clock,
            client_id=KEY,
            client_secret=SECRET,
            refresh_token=SECRET,
            index_seconds=0,
            rate_limits=False,
        )

    @staticmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""
        return {
            "type": "amazon",
            "region": "eu",
            "countries": ["NL"],
            "base_url": url,
            "login_url": url,
            "ca_bundle": bundle,
            "client_id": KEY,
            "client_secret": SECRET,
            "refresh_token": SECRET,
            "import_from": "open",
            "max_new_orders": 0,
        }

    def place(self, number: int) -> None:
        """Let a buyer order one piece, long enough ago for a search."""
        article = amazon_records.Article(reference=SKUS[number % len(SKUS)], price=PRICE)
        placed_at = self._clock.now() - UNSEEN
        self.sandbox.place(amazon_records.Purchase(articles=(article,), placed_at=placed_at))

    def settle(self) -> None:
        """Let what happened be seen: a search ends two minutes ago."""
        self._back(UNSEEN)

    def rest(self) -> None:
        """Let all that happened lie a day back."""
        self._back(DAY)

    def _back(self, time: timedelta) -> None:
        for order in self.sandbox._state.orders.values():
            order.placed_at -= time
            order.updated_at -= time


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


class Shopify(Shop):
    """Shopify: one mutation for each order, and 250 ids in a query."""

    word, name, client = "shopify", "Shopify", "ShopifyAPI 12.7.0"
    patched = "ShopifyAPI's Session.myshopify_domain and Session.port"
    floor = Decimal(1) + 1 / Decimal(250)

    def __init__(self, clock: Clock) -> None:
        variants = [
            SandboxVariant(100 + number, sku, f"Article {sku}", "10.90", stock=STOCK)
            for number, sku in enumerate(SKUS)
        ]
        self.sandbox: ShopifySandbox = ShopifySandbox(
            clock,
            access_token=SECRET,
            products=variants,
            selling=SandboxShop(plan=Plan("Plus", POINTS_A_SECOND)),
        )

    @staticmethod
    def table(url: str, bundle: str) -> dict[str, Any]:
        """Give the table of the configuration."""
        return {
            "type": "shopify",
            "base_url": url,
            "ca_bundle": bundle,
            "access_token": SECRET,
        }


MARKETPLACES: dict[str, type[Marketplace]] = {"bol": Bol, "amazon": Amazon}
SHOPS: dict[str, type[Shop]] = {"woocommerce": WooCommerce, "shopify": Shopify}
PAIRS = [(market, shop) for market in MARKETPLACES for shop in SHOPS]

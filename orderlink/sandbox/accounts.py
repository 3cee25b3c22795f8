"""The marketplaces and shops to play with: a sandbox each, and the table that connects it.

What differs between the platforms stands here, so that a playground and a story are told once for
all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from orderlink.sandbox.amazon import AmazonSandbox
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.shopify import VARIANTS, ShopifySandbox
from orderlink.sandbox.shopify_records import SandboxVariant
from orderlink.sandbox.woocommerce import PRODUCTS, WooCommerceSandbox
from orderlink.sandbox.woocommerce_state import SandboxProduct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from orderlink.clock import Clock
    from orderlink.sandbox.server import Answer, Request
    from orderlink.sandbox.shop_ledger import Ledger

CLIENT: Final[dict[str, Any]] = {
    "client_id": "sandbox-client-id",
    "client_secret": "sandbox-client-secret",
}
REFRESH: Final[dict[str, Any]] = {"refresh_token": "sandbox-refresh-token"}
SHOP_KEYS: Final[dict[str, Any]] = {
    "consumer_key": "ck_sandbox_key",
    "consumer_secret": "cs_sandbox_secret",
}
"""What opens the sandboxes, and nothing else anywhere."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product that a shop has beside its usual ones; without a `sku` nobody finds it."""

    id: int
    sku: str
    title: str
    price: str
    stock: int = 50


@dataclass(frozen=True, slots=True)
class Reported:
    """A shipment that the marketplace's ledger has, or a code that came later."""

    at: datetime
    order_id: str
    code: str


class Entry(Protocol):
    """An entry of a marketplace's ledger."""

    @property
    def at(self) -> datetime:
        """Give the instant."""
        ...

    @property
    def order_id(self) -> str:
        """Give the order's number."""
        ...

    @property
    def code(self) -> str:
        """Give the tracking code; empty for none."""
        ...


class Played(Protocol):
    """A sandbox with controls."""

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        ...

    def control(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Play a person. Raises ValueError."""
        ...


class PlayedShop(Played, Protocol):
    """A shop with controls."""

    @property
    def ledger(self) -> Ledger:
        """Give all that ever happened."""
        ...

    def product(self, product_id: int, /) -> SandboxProduct | SandboxVariant:
        """Give a product, to be changed."""
        ...


class Market(Protocol):
    """A merchant's account at a marketplace.

    `number` is how its order numbers look, to be filled with a count; `needs_code` tells that its
    API takes no shipment without a code.
    """

    label: str
    number: str
    needs_code: bool

    @property
    def sandbox(self) -> Played:
        """Give the server behind the account."""
        ...

    def table(self, url: str) -> dict[str, Any]:
        """Write the table that connects it, all but the common keys."""
        ...

    def accepted(self) -> list[Reported]:
        """List the shipments that were asked for and not refused."""
        ...

    def executed(self) -> list[Reported]:
        """List the shipments that were carried out, by whomever."""
        ...

    def corrected(self) -> list[Reported]:
        """List the codes that came later, for a shipment that was there."""
        ...


class Shop(Protocol):
    """A merchant's shop."""

    label: str

    @property
    def sandbox(self) -> PlayedShop:
        """Give the server behind the shop."""
        ...

    def table(self, url: str) -> dict[str, Any]:
        """Write the table that connects it."""
        ...


class BolMarket:
    """An account at bol; a shipment is carried out so many seconds after it was accepted."""

    label = "bol"
    number = "C{:09}"
    needs_code = False

    def __init__(self, clock: Clock, process_seconds: float) -> None:
        self.sandbox = BolSandbox(clock, **CLIENT, process_seconds=process_seconds, control=True)

    def table(self, url: str) -> dict[str, Any]:
        """Write the table that connects it, all but the common keys."""
        return {"type": "bol", "base_url": url, "login_url": url, **CLIENT}

    def accepted(self) -> list[Reported]:
        """List the shipments that were asked for and not refused."""
        return _reported(self.sandbox.ledger.accepted)

    def executed(self) -> list[Reported]:
        """List the shipments that were carried out."""
        return _reported(self.sandbox.ledger.executed)

    def corrected(self) -> list[Reported]:
        """List the codes that were added to a transport."""
        return _reported(self.sandbox.ledger.transports)


class AmazonMarket:
    """An account at Amazon; a package is seen so many seconds after it was accepted."""

    label = "Amazon"
    number = "302-{:07}-4400551"
    needs_code = True

    def __init__(self, clock: Clock, process_seconds: float) -> None:
        self.sandbox = AmazonSandbox(
            clock,
            **CLIENT,
            **REFRESH,
            countries=("NL",),
            index_seconds=process_seconds,
            control=True,
        )

    def table(self, url: str) -> dict[str, Any]:
        """Write the table that connects it, all but the common keys."""
        where = {"region": "eu", "countries": ["NL"], "base_url": url, "login_url": url}
        return {"type": "amazon", **where, **CLIENT, **REFRESH}

    def accepted(self) -> list[Reported]:
        """List the confirmations that were answered 204."""
        return _reported(self.sandbox.ledger.accepted)

    def executed(self) -> list[Reported]:
        """List the packages that were added."""
        return _reported(self.sandbox.ledger.executed)

    def corrected(self) -> list[Reported]:
        """List the packages that were changed."""
        return _reported(self.sandbox.ledger.updated)


class WooCommerceShop:
    """A WooCommerce shop."""

    label = "WooCommerce"

    def __init__(self, clock: Clock, further: Iterable[Product]) -> None:
        added = [
            SandboxProduct(one.id, one.sku, one.title, one.price, stock=one.stock)
            for one in further
        ]
        self.sandbox = WooCommerceSandbox(
            clock, **SHOP_KEYS, products=[*PRODUCTS, *added], control=True
        )

    def table(self, url: str) -> dict[str, Any]:
        """Write the table that connects it."""
        return {"type": "woocommerce", "base_url": url, **SHOP_KEYS}


class ShopifyShop:
    """A Shopify shop with an app of the Dev Dashboard."""

    label = "Shopify"

    def __init__(self, clock: Clock, further: Iterable[Product]) -> None:
        added = [
            SandboxVariant(one.id, one.sku, one.title, one.price, stock=one.stock)
            for one in further
        ]
        self.sandbox = ShopifySandbox(clock, **CLIENT, products=[*VARIANTS, *added], control=True)

    def table(self, url: str) -> dict[str, Any]:
        """Write the table that connects it."""
        return {"type": "shopify", "base_url": url, **CLIENT}


MARKETS: Final[Mapping[str, Callable[[Clock, float], Market]]] = {
    "bol": BolMarket,
    "amazon": AmazonMarket,
}
SHOPS: Final[Mapping[str, Callable[[Clock, Iterable[Product]], Shop]]] = {
    "woocommerce": WooCommerceShop,
    "shopify": ShopifyShop,
}
"""By the words of the configuration's `type`."""


def _reported(entries: Iterable[Entry]) -> list[Reported]:
    return [Reported(one.at, one.order_id, one.code) for one in entries]

"""WooCommerce and Shopify as the sides of a life; see `sides`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shopify import ShopifySandbox
from orderlink.sandbox.shopify_records import SandboxTaxes
from orderlink.sandbox.woocommerce import RATES, WooCommerceSandbox
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.sandbox.woocommerce_tax import SandboxTax
from tests.simulation.sides import IN_SHOP, ShopSide
from tests.support.world import variant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.shop_ledger import Ledger

HABITS: Mapping[str, Mapping[str, Any]] = {"shopify": {"search_lag": 90}}
"""How the sandbox of a shop behaves unless a life says otherwise: Shopify's searches always lag."""

ADDED = SandboxProduct(777, "NOT-IN-SHOP", "New", "7.00")


class WooCommerceSide:
    """WooCommerce: a code is a note of the order, whatever its status."""

    name = "woo"
    forgets_codes = False

    def __init__(self, sandbox: WooCommerceSandbox) -> None:
        self.sandbox = sandbox

    @property
    def ledger(self) -> Ledger:
        """Give everything that ever happened there."""
        return self.sandbox.ledger

    def act(self, word: str, order_id: str, code: str) -> None:
        """Let the warehouse do something."""
        self.sandbox.control(IN_SHOP[word], {"order": order_id, "code": code})

    def add_product(self) -> None:
        """Add the product that was not in the shop."""
        self.sandbox._store.products[ADDED.id] = replace(ADDED)

    def change_tax(self) -> None:
        """Let the shop tax otherwise."""
        reduced = [replace(rate, percent="9.0000") for rate in RATES]
        self.sandbox.change_taxes(SandboxTax(), reduced)

    def orders(self) -> list[Mapping[str, Any]]:
        """Show all orders."""
        return list(self.sandbox.control("orders", {}))


class ShopifySide:
    """Shopify: a code belongs to a fulfillment, and is gone with it; the trash is the archive.

    What is stuck on parcels before anything has left is written down when it leaves.
    """

    name = "shopify"
    forgets_codes = True

    def __init__(self, sandbox: ShopifySandbox) -> None:
        self.sandbox = sandbox
        self._stuck: defaultdict[str, list[str]] = defaultdict(list)

    @property
    def ledger(self) -> Ledger:
        """Give everything that ever happened there."""
        return self.sandbox.ledger

    def act(self, word: str, order_id: str, code: str) -> None:
        """Let the warehouse do something."""
        stuck = self._stuck[order_id]
        if word == "add code" and self._is_open(order_id):
            stuck.append(code)
            return
        codes = [*stuck, code] if code else list(stuck)
        given = {"order": order_id, "code": code, "codes": codes}
        self.sandbox.control(IN_SHOP[word], given)
        if word in {"complete", "reopen"}:
            stuck.clear()

    def _is_open(self, order_id: str) -> bool:
        shown = [one for one in self.orders() if one["transaction_id"] == order_id]
        if not shown:
            raise ValueError(f"there is no order {order_id} in this shop")
        return str(shown[0]["status"]) != "completed"

    def add_product(self) -> None:
        """Add the product that was not in the shop."""
        self.sandbox._store.variants[ADDED.id] = variant_of(ADDED)

    def change_tax(self) -> None:
        """Let the shop tax otherwise."""
        self.sandbox.change_taxes([SandboxTaxes("NL", "9", "BTW"), SandboxTaxes("DE", "9", "MwSt")])

    def orders(self) -> list[Mapping[str, Any]]:
        """Show all orders."""
        return list(self.sandbox.control("orders", {}))


def shop_side(sandbox: WooCommerceSandbox | ShopifySandbox) -> ShopSide:
    """Give the side of a shop."""
    if isinstance(sandbox, ShopifySandbox):
        return ShopifySide(sandbox)
    return WooCommerceSide(sandbox)

"""A merchant with an account at a marketplace and a shop, and a clock that obeys.

Both are sandboxes: bol and WooCommerce unless said otherwise.

The real program runs against them: configuration file, SQLite file, HTTP sessions. Only the network
is replaced, by the sandboxes mounted in-process.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderlink.clock import ManualClock
from orderlink.config import Config, load_config
from orderlink.runner import Order, Report, World, run
from orderlink.sandbox.server import Request
from orderlink.sandbox.shopify import VARIANTS, ShopifySandbox
from orderlink.sandbox.shopify_records import SandboxVariant
from orderlink.sandbox.woocommerce import PRODUCTS, WooCommerceSandbox
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.store import Store
from orderlink.store.database import Database
from tests.support.faults import Act, Fault, FaultyInProcess
from tests.support.markets import AmazonMarket, BolMarket, Market

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from requests.adapters import BaseAdapter

    from orderlink.dryrun import Planned
    from orderlink.model import Status
    from orderlink.rows import OrderRow
    from orderlink.sandbox.amazon import AmazonSandbox
    from orderlink.sandbox.bol import BolSandbox

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CYCLE = timedelta(minutes=5)
MUG = SandboxProduct(501, "SKU-1", "Mug, blue", "99.00", stock=1000, ean="8712626055143")
BOWL = SandboxProduct(502, "SKU-2", "Bowl", "5.00", stock=1000, ean="8718846038683")

SHOPS = {
    "woocommerce": """
[shops.woo]
type = "woocommerce"
base_url = "https://shop.example"
consumer_key = "ck_canary_key"
consumer_secret = "cs_canary_secret"
""",
    "shopify": """
[shops.shopify]
type = "shopify"
base_url = "https://bench.myshopify.example"
access_token = "shpat_canary_token"
""",
}
HEAD = """
state = "state.sqlite3"
{connection}
{shop}
"""


def variant_of(product: SandboxProduct) -> SandboxVariant:
    """Give a product of the sandbox WooCommerce as Shopify has it."""
    return SandboxVariant(
        product.id,
        product.sku,
        product.name,
        product.price,
        product_id=product.parent_id,
        stock=product.stock,
        barcode=product.ean,
        taxable=product.tax_status == "taxable",
        tax_kind="reduced-rate" if product.parent_id else product.tax_class,
    )


class Merchant:
    """One merchant's whole world. `sync()` is one cron run; time passes with `later`.

    `shop_type` is what the shop is: its sandbox is `woo` or `shopify`, and in any case `in_shop`.
    """

    woo: WooCommerceSandbox
    shopify: ShopifySandbox

    def __init__(
        self,
        folder: Path,
        *,
        market: Callable[[ManualClock], Market] = BolMarket,
        marketplace: str = "",
        shop: str = "",
        shop_type: str = "woocommerce",
        products: Iterable[Any] = (),
        **sandbox: Any,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.clock = ManualClock(START)
        self.market = market(self.clock)
        self.shop_type = shop_type
        if shop_type == "shopify":
            self.shopify = ShopifySandbox(
                self.clock,
                access_token="shpat_canary_token",
                products=[*VARIANTS, *map(variant_of, (MUG, BOWL)), *products],
                **sandbox,
            )
        else:
            self.woo = WooCommerceSandbox(
                self.clock,
                consumer_key="ck_canary_key",
                consumer_secret="cs_canary_secret",
                products=[*PRODUCTS, MUG, BOWL, *products],
                **sandbox,
            )
        self.faults: dict[str, list[Fault]] = {}
        self.calls: list[str] = []
        self.said: list[str] = []
        self.told: list[str] = []
        self.planned: list[Planned] = []
        self.world = World(
            clock=self.clock,
            say=lambda label, text: self.said.append(f"{label}: {text}"),
            tell=self.told.append,
            plan=self.planned.append,
            adapter=self.adapter,
        )
        self.configure(marketplace=marketplace, shop=shop)

    @property
    def bol(self) -> BolSandbox:
        """Give the account, where it is at bol."""
        assert isinstance(self.market, BolMarket)
        return self.market.sandbox

    @property
    def amazon(self) -> AmazonSandbox:
        """Give the account, where it is at Amazon."""
        assert isinstance(self.market, AmazonMarket)
        return self.market.sandbox

    def configure(self, *, marketplace: str = "", shop: str = "") -> None:
        """Write the configuration file anew, with further keys."""
        path = self.folder / "orderlink.toml"
        head = HEAD.format(connection=SHOPS[self.shop_type], shop=shop)
        path.write_text(f"{head}{self.market.table}{marketplace}\n")
        path.chmod(0o600)
        self.config: Config = load_config(path)

    def reload(self) -> None:
        """Read the configuration file again, as every run does."""
        self.config = load_config(self.config.path)

    @property
    def in_shop(self) -> WooCommerceSandbox | ShopifySandbox:
        """Give the shop's sandbox."""
        return self.shopify if self.shop_type == "shopify" else self.woo

    @property
    def shop_name(self) -> str:
        """Give what the shop's connection is called."""
        return "shopify" if self.shop_type == "shopify" else "woo"

    def adapter(self, name: str) -> BaseAdapter:
        """Mount the sandbox of a connection."""
        sandbox = self.in_shop if name in {"woo", "shopify"} else self.market.sandbox
        return FaultyInProcess(sandbox, self.faults.setdefault(name, []), self.calls)

    def fault(self, name: str, method: str, path: str, act: Act, times: int = 1) -> None:
        """Plan a fault for the next requests to a connection that match."""
        self.faults.setdefault(name, []).append(Fault(method, path, act, times))

    def no_more_faults(self) -> None:
        """Let everything work again."""
        for faults in self.faults.values():
            faults.clear()

    def asked(self, method: str, path: str) -> int:
        """Count the requests so far that match."""
        pattern = re.compile(f"{method} .*{path}")
        return sum(bool(pattern.match(call)) for call in self.calls)

    def run(self, stage: str, **order: Any) -> Report:
        """Run one stage."""
        return run(self.config, Order(stage, **order), self.world)

    def sync(self, **order: Any) -> Report:
        """Run the whole cycle, as cron does."""
        return self.run("sync", **order)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**time).total_seconds())

    def sync_every_five_minutes(self, hours: float) -> Report:
        """Let cron run for some hours; give the last report."""
        report = self.sync()
        for _ in range(round(hours * 12)):
            self.later(minutes=5)
            report = self.sync()
        return report

    def place(self, *articles: Any, **purchase: Any) -> str:
        """Let a buyer order; one mug unless said otherwise."""
        return self.market.place(*articles, **purchase)

    def settled(self, *articles: Any, **purchase: Any) -> str:
        """Let a buyer order, and cron bring it into the shop."""
        self.sync()
        self.later(minutes=5)
        order_id = self.place(*articles, **purchase)
        self.later(minutes=5)
        self.sync()
        return order_id

    def complete(self, order_id: str, code: str = "", **arguments: str) -> None:
        """Let the warehouse complete an order in the shop."""
        self.in_shop.control("complete", {"order": order_id, "code": code, **arguments})

    def store(self) -> Store:
        """Open the state file, to look."""
        return Store(Database(self.config.state))

    def order(self, order_id: str) -> OrderRow:
        """Give an order as the state file has it."""
        store = self.store()
        try:
            (row,) = store.orders_named(order_id)
            return row
        finally:
            store.close()

    def status(self, order_id: str) -> Status:
        """Give an order's status."""
        return self.order(order_id).status

    def history(self, order_id: str) -> list[str]:
        """Give the words of what happened to an order."""
        store = self.store()
        try:
            (row,) = store.orders_named(order_id)
            return [event.word for event in store.events(row.key)]
        finally:
            store.close()

    def problems(self) -> list[str]:
        """Give the words of the open problems."""
        store = self.store()
        try:
            return [problem.word for problem in store.problems()]
        finally:
            store.close()

    def shop_orders(self, order_id: str) -> list[dict[str, Any]]:
        """Give every shop order ever made for a marketplace order, by the shop itself."""
        shown = self.in_shop.control("orders", {})
        return [order for order in shown if order["transaction_id"] == order_id]

    def ask_bol(self, method: str, path: str, document: Any) -> tuple[int, str]:
        """Ask bol as another program would; give status and body."""
        media = "application/vnd.retailer.v10+json"
        pair = b64encode(b"canary-client:canary-secret").decode()
        query = {"grant_type": ["client_credentials"]}
        login = Request("POST", "/token", query, {"authorization": f"Basic {pair}"}, b"")
        token = json.loads(self.bol.handle(login).body)["access_token"]
        headers = {"authorization": f"Bearer {token}", "accept": media, "content-type": media}
        answer = self.bol.handle(Request(method, path, {}, headers, json.dumps(document).encode()))
        return answer.status, answer.body.decode()

    def shipments(self, order_id: str) -> list[Any]:
        """Give what the marketplace carried out for an order."""
        return self.market.shipments(order_id)

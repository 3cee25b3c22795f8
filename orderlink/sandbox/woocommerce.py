"""A small stateful WooCommerce that speaks REST v3 as real ones do (10.0 and 8.9), traps included.

Its traps, all seen on real shops: an unknown SKU makes an empty line and 201; filters that do not
exist (`meta_key`) answer everything; SKUs are compared without regard to case; nothing is
idempotent; the trash is not in `status=any`; stock goes below zero; whoever stands in
`billing.email` is mailed.

On loopback it behaves as behind a proxy that speaks TLS; `require_tls` makes it behave as on plain
http, where no key is looked at.
"""

from __future__ import annotations

import re
import threading
from base64 import b64decode
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from orderlink.sandbox import woocommerce_orders as orders
from orderlink.sandbox.control import CONTROL_PATH, controlled
from orderlink.sandbox.server import Answer, Request, json_answer
from orderlink.sandbox.woocommerce_control import Control
from orderlink.sandbox.woocommerce_routes import Routes
from orderlink.sandbox.woocommerce_state import (
    RestError,
    SandboxProduct,
    SandboxSelling,
    Store,
)
from orderlink.sandbox.woocommerce_tax import SandboxTax, SandboxTaxRate, Taxes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orderlink.clock import Clock
    from orderlink.sandbox.shop_ledger import Ledger

PRODUCTS = (
    SandboxProduct(10, "MUG-RED", "Red mug", "12.50", stock=40, ean="8712345000000"),
    SandboxProduct(11, "MUG-BLUE", "Blue mug", "12.50", stock=3, ean="8712345000001"),
    SandboxProduct(12, "TEE-L", "T-shirt L", "24.95", stock=100, ean="8712345000002"),
    SandboxProduct(13, "CAP", "Cap", "9.95", kind="variable"),
    SandboxProduct(
        14,
        "CAP-BLACK",
        "Black",
        "9.95",
        "variation",
        13,
        stock=8,
        tax_class="parent",
        attributes={"colour": "Black"},
    ),
    SandboxProduct(
        15,
        "CAP-WHITE",
        "White",
        "9.95",
        "variation",
        13,
        stock=8,
        tax_class="parent",
        attributes={"colour": "White"},
    ),
)
RATES = (
    SandboxTaxRate(1, "NL", "21.0000", "BTW"),
    SandboxTaxRate(2, "DE", "19.0000", "MwSt"),
)
HTML = {"Content-Type": "text/html; charset=UTF-8"}


class WooCommerceSandbox:
    """A WooCommerce shop in memory.

    `storage` is `hpos` or `posts` (a search finds transaction ids only in the former), `tracking`
    the plugin there is (`ast`, `shipment-tracking` or none), `search_lag` how many seconds a new
    order is missing in lists. `ledger` is for checkers. `control` opens POST /_sandbox/NAME.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        consumer_key: str,
        consumer_secret: str,
        read_only_key: str = "",
        read_only_secret: str = "",
        products: Iterable[SandboxProduct] = PRODUCTS,
        rates: Iterable[SandboxTaxRate] = RATES,
        tax: SandboxTax | None = None,
        version: str = "10.0.2",
        storage: str = "hpos",
        tracking: str = "ast",
        fulfillments: bool = False,
        search_lag: int = 0,
        custom_statuses: Iterable[str] = (),
        selling: SandboxSelling | None = None,
        require_tls: bool = False,
        plain_permalinks: bool = False,
        control: bool = False,
        shop_name: str = "Bench shop",
        admin_email: str = "admin@example.test",
    ) -> None:
        self._clock = clock
        self._keys = {consumer_key: (consumer_secret, True)}
        if read_only_key:
            self._keys[read_only_key] = (read_only_secret, False)
        copies = [SandboxProduct(**vars(product)) for product in products]
        self._store = Store(
            clock,
            Taxes(tax or SandboxTax(), rates),
            copies,
            shop_name=shop_name,
            admin_email=admin_email,
            version=version,
            custom_statuses=custom_statuses,
            selling=selling,
        )
        self._routes = Routes(
            self._store,
            storage=storage,
            tracking=tracking,
            fulfillments=fulfillments,
            search_lag=timedelta(seconds=search_lag),
        )
        self._control = Control(self._store)
        self._require_tls = require_tls
        self._plain_permalinks = plain_permalinks
        self._control_is_open = control
        self._lock = threading.RLock()

    @property
    def ledger(self) -> Ledger:
        """Everything that ever happened in this shop."""
        return self._store.ledger

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        with self._lock:
            answer = self._answer(request)
        date = format_datetime(self._clock.now(), usegmt=True)
        return Answer(answer.status, answer.body, {**answer.headers, "Date": date})

    def control(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Play the warehouse or the merchant; see `woocommerce_control`. Raises `ValueError`."""
        with self._lock:
            return self._control.carry_out(name, arguments)

    def order(self, order_id: int) -> dict[str, Any]:
        """Show an order as the API does, for tests. Raises `KeyError`."""
        with self._lock:
            return orders.show(self._store, self._store.orders[order_id])

    def product(self, product_id: int) -> SandboxProduct:
        """Give a product, to be changed as a person in the shop would. Raises `KeyError`."""
        return self._store.products[product_id]

    def change_taxes(self, tax: SandboxTax, rates: Iterable[SandboxTaxRate]) -> None:
        """Change the shop's tax settings; orders that exist keep theirs."""
        with self._lock:
            self._store.taxes = Taxes(tax, rates)

    def _answer(self, request: Request) -> Answer:
        path = request.path.rstrip("/")
        if path.startswith(CONTROL_PATH) and self._control_is_open and request.method == "POST":
            return controlled(request, self._control.carry_out)
        under, found, route = path.partition("/wp-json")
        without_permalinks = "rest_route" in request.query
        if without_permalinks:
            route = request.one("rest_route")
        elif not found or under or self._plain_permalinks:
            return Answer(404, b"<!DOCTYPE html><title>Page not found</title>", HTML)
        try:
            self._authenticate(request, signed=not without_permalinks)
            status, document, headers = self._routes.serve(request, route)
        except RestError as error:
            status, document, headers = error.status, error.body, {}
        return json_answer(status, document, headers, media_type="application/json; charset=UTF-8")

    def _authenticate(self, request: Request, *, signed: bool) -> None:
        key, secret = self._credentials(request)
        encrypted = not self._require_tls or request.headers.get("x-forwarded-proto") == "https"
        known = self._keys.get(key) if signed and encrypted else None
        if known is None:
            view = request.method == "GET"
            code = f"woocommerce_rest_cannot_{'view' if view else 'create'}"
            allowed = "you cannot list" if view else "you are not allowed to create"
            raise RestError(401, code, f"Sorry, {allowed} resources.")
        code = "woocommerce_rest_authentication_error"
        if known[0] != secret:
            raise RestError(401, code, "Consumer secret is invalid.")
        if request.method != "GET" and not known[1]:
            message = "The API key provided does not have write permissions."
            raise RestError(401, code, message)

    @staticmethod
    def _credentials(request: Request) -> tuple[str, str]:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and re.fullmatch(r"[A-Za-z0-9+/]+=*", encoded):
            key, _, secret = b64decode(encoded + "==").decode(errors="replace").partition(":")
            return key, secret
        return request.one("consumer_key"), request.one("consumer_secret")

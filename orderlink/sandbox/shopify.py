"""A small stateful Shopify that speaks the Admin GraphQL API 2026-10, traps included.

Its traps: `orderCreate` is never idempotent, and claims no stock unless it is told to; the search
finds more than was meant and what is new only later; a mutation's refusals stand in a 200; an
operation is paid for before it is carried out; a cancellation is a job; an order that was paid and
sent is archived; variables that do not fit come back whole in the error. Built from Shopify's
documentation and schema: no real shop was asked.
"""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.control import CONTROL_PATH, controlled
from orderlink.sandbox.server import Answer, Request, json_answer
from orderlink.sandbox.shopify_access import JSON, SCOPES, Access
from orderlink.sandbox.shopify_control import Control, shown
from orderlink.sandbox.shopify_graphql import GraphQLError, Operation, parse
from orderlink.sandbox.shopify_inputs import check
from orderlink.sandbox.shopify_operations import Operations
from orderlink.sandbox.shopify_points import actual_points, requested_points
from orderlink.sandbox.shopify_records import SandboxShop, SandboxTaxes, SandboxVariant
from orderlink.sandbox.shopify_state import REFERENCE, Store, UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from orderlink.clock import Clock
    from orderlink.sandbox.shop_ledger import Ledger

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
LOGIN = "/admin/oauth/access_token"
PATH = re.compile(r"/admin/api/(\d{4}-\d{2})/graphql\.json")
SIGN_IN_REFUSED = "[API] Invalid API key or access token (unrecognized login or wrong password)"
VARIANTS = (
    SandboxVariant(10, "MUG-RED", "Red mug", "12.50", stock=40, barcode="8712345000000"),
    SandboxVariant(11, "MUG-BLUE", "Blue mug", "12.50", stock=3, barcode="8712345000001"),
    SandboxVariant(12, "TEE-L", "T-shirt L", "24.95", stock=100, barcode="8712345000002"),
    SandboxVariant(14, "CAP-BLACK", "Cap, black", "9.95", product_id=13, stock=8),
    SandboxVariant(15, "CAP-WHITE", "Cap, white", "9.95", product_id=13, stock=8),
)
TAXES = (SandboxTaxes("NL", "21", "BTW"), SandboxTaxes("DE", "19", "MwSt"))


class ShopifySandbox:
    """A Shopify shop in memory, with one app. Thread-safe.

    `access_token` is an older app's; `client_id` and `client_secret` those of an app of the Dev
    Dashboard. `scopes` are what it may do, `search_lag` how many seconds a new order is missing in
    searches, `unique_reference` tells that there is a definition of the metafield that holds our
    reference (`reference_type` its type), `job_seconds` how long a cancellation takes,
    `rate_limits` switches THROTTLED. `ledger` is for checkers. `control` opens POST
    /_sandbox/NAME.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        access_token: str = "",
        client_id: str = "",
        client_secret: str = "",
        products: Iterable[SandboxVariant] = VARIANTS,
        taxes: Iterable[SandboxTaxes] = TAXES,
        selling: SandboxShop | None = None,
        scopes: Collection[str] = SCOPES,
        unique_reference: bool = False,
        reference_type: str = "id",
        search_lag: float = 0,
        job_seconds: float = 2.0,
        rate_limits: bool = True,
        control: bool = False,
    ) -> None:
        self._clock = clock
        shop = selling or SandboxShop()
        copies = [SandboxVariant(**vars(product)) for product in products]
        unique = {REFERENCE: reference_type} if unique_reference else {}
        self._store = Store(clock, shop, copies, taxes, unique, job_seconds)
        self._access = Access(
            clock,
            shop.plan,
            access_token=access_token,
            client_id=client_id,
            client_secret=client_secret,
            scopes=scopes,
            rate_limits=rate_limits,
        )
        self._operations = Operations(self._store, self._access, timedelta(seconds=search_lag))
        self._control = Control(self._store)
        self._control_is_open = control
        self._lock = threading.RLock()

    # The people's side

    @property
    def ledger(self) -> Ledger:
        """Everything that ever happened in this shop."""
        return self._store.ledger

    def control(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Play the warehouse or the merchant; see `shopify_control`. Raises `ValueError`."""
        with self._lock:
            self._store.settle()
            try:
                return self._control.carry_out(name, arguments)
            except UserError as error:
                raise ValueError(str(error)) from error

    def order(self, order_id: int) -> dict[str, Any]:
        """Show an order as the controls do, for tests. Raises `KeyError`."""
        with self._lock:
            self._store.settle()
            return shown(self._store.orders[order_id])

    def product(self, variant_id: int) -> SandboxVariant:
        """Give a variant, to be changed as a person in the shop would. Raises `KeyError`."""
        return self._store.variants[variant_id]

    def change_taxes(self, taxes: Iterable[SandboxTaxes]) -> None:
        """Change the shop's taxes; orders that exist keep theirs."""
        with self._lock:
            self._store.taxes = tuple(taxes)

    def set_scopes(self, *scopes: str) -> None:
        """Give the app these scopes instead of those that it has."""
        with self._lock:
            self._access.scopes = frozenset(scopes)

    def set_search(self, *, ignores_filter: bool) -> None:
        """Let searches find everything, whatever is asked for, or go well again."""
        with self._lock:
            self._operations.ignore_filter = ignores_filter

    def forget_tokens(self) -> None:
        """Make every access token that was given for a day invalid at once."""
        with self._lock:
            self._access.forget_tokens()

    # The server's side

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        with self._lock:
            self._store.settle()
            answer = self._answer(request)
        date = format_datetime(self._clock.now(), usegmt=True)
        return Answer(answer.status, answer.body, {**answer.headers, "Date": date})

    def _answer(self, request: Request) -> Answer:
        if request.method != "POST":
            return json_answer(404, {"errors": "Not Found"}, media_type=JSON)
        if request.path.startswith(CONTROL_PATH) and self._control_is_open:
            return controlled(request, self.control)
        if request.path == LOGIN:
            return self._access.give_token(request)
        match = PATH.fullmatch(request.path)
        if match is None or match[1] > VERSIONS[-1]:
            return json_answer(404, {"errors": "Not Found"}, media_type=JSON)
        if not self._access.knows(request):
            return json_answer(401, {"errors": SIGN_IN_REFUSED}, media_type=JSON)
        served = match[1] if match[1] in VERSIONS else VERSIONS[0]
        headers = {"X-Shopify-API-Version": served}
        try:
            sent = request.json()
            text, variables = str(sent["query"]), dict(sent.get("variables") or {})
        except (ValueError, KeyError, TypeError):
            document = {"errors": "query: Required parameter missing or invalid"}
            return json_answer(400, document, headers, media_type=JSON)
        return json_answer(200, self._carried_out(text, variables), headers, media_type=JSON)

    def _carried_out(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            operation = parse(text, variables)
            check(operation.inputs, variables)
        except GraphQLError as error:
            return {"errors": [error.document()]}
        requested = requested_points(operation)
        try:
            self._access.take(requested)
        except GraphQLError as error:
            cost = self._access.cost(requested, None)
            return {"errors": [error.document()], "extensions": {"cost": cost}}
        return self._paid(operation, requested)

    def _paid(self, operation: Operation, requested: int) -> dict[str, Any]:
        """Carry out what was paid for, and give back what it did not need."""
        document: dict[str, Any]
        try:
            data = self._operations.carry_out(operation)
            actual, document = actual_points(operation, data), {"data": data}
        except GraphQLError as error:
            actual, document = 0, {"errors": [error.document()]}
            if error.path:
                document["data"] = None
        self._access.give_back(requested - actual)
        return {**document, "extensions": {"cost": self._access.cost(requested, actual)}}

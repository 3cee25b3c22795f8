"""Who may ask the Shopify sandbox for what, and how often: tokens, scopes, points, trial shops."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from orderlink.sandbox.server import Answer, json_answer
from orderlink.sandbox.shopify_graphql import GraphQLError
from orderlink.sandbox.shopify_state import UserError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from orderlink.clock import Clock
    from orderlink.sandbox.server import Request
    from orderlink.sandbox.shopify_records import Plan

JSON = "application/json; charset=utf-8"
MOST_POINTS = 1000
"""One operation may cost so much, whatever the plan."""
TOKEN_SECONDS = 86399
ORDERS_A_MINUTE = 5
DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits"
SCOPES = (
    "write_orders",
    "read_products",
    "read_inventory",
    "write_draft_orders",
    "write_merchant_managed_fulfillment_orders",
)
"""What an app needs for everything that orderlink does."""

NEEDED = {
    "orders": "read_orders",
    "order": "read_orders",
    "orderByIdentifier": "read_orders",
    "metafieldDefinition": "read_orders",
    "orderCreate": "write_orders",
    "orderCancel": "write_orders",
    "tagsAdd": "write_orders",
    "metafieldsSet": "write_orders",
    "productVariants": "read_products",
    "inventoryItem": "read_inventory",
    "draftOrderCalculate": "write_draft_orders",
    "fulfillmentOrders": "read_merchant_managed_fulfillment_orders",
    "fulfillmentOrderHold": "write_merchant_managed_fulfillment_orders",
}
"""Field -> the scope that it needs, wherever it stands."""


class Access:
    """The tokens, the scopes that were granted, and the bucket of points.

    `access_token` is an older app's, which lasts; `client_id` and `client_secret` get one that
    lasts for a day. `rate_limits` switches the refusals for too many points.
    """

    def __init__(
        self,
        clock: Clock,
        plan: Plan,
        *,
        access_token: str,
        client_id: str,
        client_secret: str,
        scopes: Collection[str],
        rate_limits: bool,
    ) -> None:
        self._clock = clock
        self._plan = plan
        self._client = client_id, client_secret
        self._rate_limits = rate_limits
        self._tokens: dict[str, datetime | None] = {access_token: None} if access_token else {}
        self._given = 0
        self._points, self._at = plan.capacity, clock.monotonic()
        self._created: list[float] = []
        self.scopes = frozenset(scopes)

    # Tokens

    def give_token(self, request: Request) -> Answer:
        """Answer a sign-in with client credentials."""
        form = {name: one[-1] for name, one in parse_qs(request.body.decode("utf-8")).items()}
        if form.get("grant_type") != "client_credentials":
            return _oauth_error("unsupported_grant_type", "The grant type is not supported")
        sent = form.get("client_id", ""), form.get("client_secret", "")
        if not all(self._client) or not _same(sent, self._client):
            return _oauth_error("invalid_client", "Client authentication failed")
        self._given += 1
        token = f"shpat_sandbox{self._given}"
        self._tokens[token] = self._clock.now() + timedelta(seconds=TOKEN_SECONDS)
        scope = ",".join(sorted(self.scopes))
        document = {"access_token": token, "scope": scope, "expires_in": TOKEN_SECONDS}
        return json_answer(200, document, media_type=JSON)

    def knows(self, request: Request) -> bool:
        """Tell whether a request has a token that is valid."""
        token = request.headers.get("x-shopify-access-token", "")
        until = self._tokens.get(token)
        return token in self._tokens and (until is None or until > self._clock.now())

    def forget_tokens(self) -> None:
        """Make every token that was given for a day invalid."""
        self._tokens = {token: until for token, until in self._tokens.items() if until is None}

    # Scopes

    def check(self, field: str) -> None:
        """Insist on the scope that a field needs. Raises `GraphQLError`."""
        scope = NEEDED.get(field, "")
        writing = scope.replace("read_", "write_", 1)
        if scope and not self.scopes & {scope, writing}:
            required = f"`{scope}` access scope."
            raise GraphQLError(
                f"Access denied for {field} field. Required access: {required}",
                "ACCESS_DENIED",
                [field],
                documentation="https://shopify.dev/api/usage/access-scopes",
                requiredAccess=required,
            )

    # Points

    def take(self, points: int) -> None:
        """Take the points that an operation costs at most. Raises `GraphQLError`."""
        if points > MOST_POINTS:
            raise GraphQLError(
                f"Query cost is {points}, which exceeds the single query max cost limit"
                f" ({MOST_POINTS}).",
                "MAX_COST_EXCEEDED",
                cost=points,
                maxCost=MOST_POINTS,
                documentation=DOCUMENTATION,
            )
        self._refill()
        if self._rate_limits and points > self._points:
            raise GraphQLError("Throttled", "THROTTLED", documentation=DOCUMENTATION)
        self._points -= points

    def give_back(self, points: int) -> None:
        """Give points back that were not needed after all."""
        self._points = min(self._points + points, self._plan.capacity)

    def cost(self, requested: int, actual: int | None) -> dict[str, Any]:
        """Write what an operation cost, and how the bucket stands."""
        self._refill()
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self._plan.capacity,
                "currentlyAvailable": int(self._points),
                "restoreRate": self._plan.per_second,
            },
        }

    def _refill(self) -> None:
        now = self._clock.monotonic()
        gained = (now - self._at) * self._plan.per_second
        self._points, self._at = min(self._points + gained, self._plan.capacity), now

    def count_creation(self) -> None:
        """Count an order towards what a trial shop may create. Raises `UserError`."""
        now = self._clock.monotonic()
        self._created = [at for at in self._created if now - at < 60]
        if self._plan.is_trial and len(self._created) >= ORDERS_A_MINUTE:
            raise UserError(
                "Exceeded order API rate limit, please try again in a minute."
                " Upgrade to a paid account to remove this limit.",
                code="",
            )
        self._created.append(now)


def _same(sent: tuple[str, str], known: tuple[str, str]) -> bool:
    return all(hmac.compare_digest(*pair) for pair in zip(sent, known, strict=True))


def _oauth_error(error: str, description: str) -> Answer:
    document = {"error": error, "error_description": description}
    return json_answer(400, document, media_type=JSON)

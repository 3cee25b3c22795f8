"""Who may ask the Amazon sandbox, and how often: Login with Amazon, roles and token buckets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from orderlink.sandbox.amazon_requests import Problem, unauthorized
from orderlink.sandbox.server import Answer, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from orderlink.clock import Clock

TOKEN_SECONDS = 3600
ORDERS_ROLE = "Inventory and Order Tracking"
DELIVERY_ROLE = "Direct-to-Consumer Delivery (Restricted)"
_MEDIA_TYPE = "application/json;charset=UTF-8"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: how many tokens a second it gains, and how many it holds."""

    per_second: float
    burst: int


PUBLISHED = {
    "searchOrders": Rate(0.0056, 20),
    "getOrder": Rate(0.5, 30),
    "confirmShipment": Rate(2.0, 10),
    "getMarketplaceParticipations": Rate(0.016, 15),
}
"""The default usage plans, as the API descriptions have them."""


class Access:
    """The access tokens that were given, the roles of the application, and its buckets."""

    def __init__(
        self,
        clock: Clock,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        roles: Collection[str],
        rates: Mapping[str, Rate],
        rate_limits: bool,
    ) -> None:
        self._clock = clock
        self._client = client_id, client_secret
        self._refresh_token = refresh_token
        self._rates = PUBLISHED | dict(rates)
        self._rate_limits = rate_limits
        self._authorized = True
        self._given = 0
        self._tokens: dict[str, datetime] = {}
        self._buckets: dict[str, tuple[float, float]] = {}
        self.roles = frozenset(roles)

    # Login with Amazon

    def give_token(self, request: Request) -> tuple[Answer, bool]:
        """Answer a sign-in, and tell whether it got a token. Parameters come as a form only."""
        form = parse_qs(request.body.decode("ascii", "replace"))
        sent = {name: texts[-1] for name, texts in form.items()}
        if sent.get("grant_type") != "refresh_token":
            return _refusal(400, "unsupported_grant_type", _GRANT_TYPE), False
        if "refresh_token" not in sent:
            return _refusal(400, "invalid_request", _MISSING), False
        if (sent.get("client_id"), sent.get("client_secret")) != self._client:
            return _refusal(401, "invalid_client", "Client authentication failed"), False
        if sent["refresh_token"] != self._refresh_token or not self._authorized:
            return _refusal(400, "invalid_grant", _GRANT), False
        now = self._clock.now()
        self._given += 1
        token = f"Atza|sandbox-{self._given}"
        self._tokens[token] = now + timedelta(seconds=TOKEN_SECONDS)
        document = {
            "access_token": token,
            "refresh_token": self._refresh_token,
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
        }
        return json_answer(200, document, media_type=_MEDIA_TYPE), True

    def forget_tokens(self) -> None:
        """Make every access token that was given invalid."""
        self._tokens.clear()

    def revoke(self) -> None:
        """Take the merchant's authorization back: the refresh token is good for nothing."""
        self._authorized = False
        self._tokens.clear()

    def check_token(self, request: Request) -> None:
        """Insist on an access token that is valid. Raises `Problem`."""
        token = request.headers.get("x-amz-access-token", "")
        if not token:
            raise unauthorized("Access token is missing in the request header.")
        if token not in self._tokens:
            raise unauthorized("The access token you provided is revoked, malformed or invalid.")
        if self._tokens[token] <= self._clock.now():
            raise unauthorized("The access token you provided has expired.")

    # Usage plans

    def enter(self, operation: str) -> dict[str, str]:
        """Take a token out of an operation's bucket, and give the header that tells its rate.

        Raises `Problem` where there is none; such an answer does not tell the rate.
        """
        rate = self._rates[operation]
        headers = {"x-amzn-RateLimit-Limit": f"{rate.per_second:g}"}
        if not self._rate_limits:
            return headers
        now = self._clock.monotonic()
        tokens, at = self._buckets.get(operation, (float(rate.burst), now))
        tokens = min(tokens + (now - at) * rate.per_second, float(rate.burst))
        if tokens < 1 - _ROUNDING:
            self._buckets[operation] = tokens, now
            message = "You exceeded your quota for the requested resource."
            raise Problem(429, "QuotaExceeded", message, kind="TooManyRequestsException")
        self._buckets[operation] = tokens - 1, now
        return headers


_GRANT_TYPE = "The authorization grant type is not supported by the authorization server"
_MISSING = "The request is missing a required parameter : refresh_token"
_GRANT = (
    "The request has an invalid grant parameter : refresh_token. "
    "User may have revoked or didn't grant the permission."
)


def _refusal(status: int, error: str, description: str) -> Answer:
    document = {"error_description": description, "error": error}
    return json_answer(status, document, media_type=_MEDIA_TYPE)

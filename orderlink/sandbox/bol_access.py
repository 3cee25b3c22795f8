"""Who may ask the bol sandbox, and how often: tokens and rate limits."""

from __future__ import annotations

import math
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.sandbox.bol_requests import Problem
from orderlink.sandbox.server import Answer, Request, json_answer

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.clock import Clock

TOKEN_SECONDS = 299
_MEDIA_TYPE = "application/json;charset=UTF-8"


class Access:
    """The tokens that were given, and the requests of each endpoint's present window."""

    def __init__(
        self, clock: Clock, client_id: str, client_secret: str, *, rate_limits: bool
    ) -> None:
        self._clock = clock
        self._basic = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._rate_limits = rate_limits
        self._given = 0
        self._tokens: dict[str, datetime] = {}
        self._windows: dict[str, tuple[float, int]] = {}

    def give_token(self, request: Request) -> tuple[Answer, bool]:
        """Answer a sign-in, and tell whether it got a token."""
        if request.headers.get("authorization") != f"Basic {self._basic}":
            refusal = {"error": "invalid_client", "error_description": "Bad client credentials"}
            return json_answer(401, refusal, media_type=_MEDIA_TYPE), False
        if request.one("grant_type") != "client_credentials":
            refusal = {"error": "unsupported_grant_type"}
            return json_answer(400, refusal, media_type=_MEDIA_TYPE), False
        now = self._clock.now()
        self._given += 1
        token = f"sandbox-token-{self._given}"
        self._tokens = {one: until for one, until in self._tokens.items() if until > now}
        self._tokens[token] = now + timedelta(seconds=TOKEN_SECONDS)
        document = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": "RETAILER",
        }
        return json_answer(200, document, media_type=_MEDIA_TYPE), True

    def forget_tokens(self) -> None:
        """Make every token that was given invalid."""
        self._tokens.clear()

    def check_token(self, request: Request) -> None:
        """Insist on a token that is valid. Raises `Problem`."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        until = self._tokens.get(token)
        now = self._clock.now()
        if kind != "Bearer" or until is None or until <= now:
            detail = f"JWT expired or unknown. Current time: {now:%Y-%m-%dT%H:%M:%SZ}."
            raise Problem(401, "Expired JWT", detail)

    def enter(self, name: str, capacity: int, seconds: int) -> dict[str, str]:
        """Count a request to an endpoint, and give the headers that tell what is left.

        A window begins with the first request in it. Raises `Problem` where it is full.
        """
        if not self._rate_limits:
            return {}
        now = self._clock.monotonic()
        start, used = self._windows.get(name, (now, 0))
        if now - start >= seconds:
            start, used = now, 0
        reset = str(max(1, math.ceil(start + seconds - now)))
        headers = {"X-RateLimit-Limit": str(capacity), "X-RateLimit-Reset": reset}
        if used >= capacity:
            headers |= {"X-RateLimit-Remaining": "0", "Retry-After": reset}
            detail = f"Too many requests, retry in {reset} seconds."
            raise Problem(429, "Too Many Requests", detail, headers=headers)
        self._windows[name] = (start, used + 1)
        return headers | {"X-RateLimit-Remaining": str(capacity - used - 1)}

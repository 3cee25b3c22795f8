"""Search the Amazon sandbox's orders: windows, filters, pages and the tokens that lead on.

A search ends two minutes ago at the latest. The next page comes by a token, which is good for a day
and only with the parameters it was given for; an order that changes meanwhile leaves the window and
is found by a later search.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderlink.sandbox import amazon_answers as answers
from orderlink.sandbox.amazon_requests import datasets, instant, invalid, values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderlink.sandbox.amazon_records import PlacedOrder
    from orderlink.sandbox.server import Request

LATEST_END = timedelta(minutes=2)
TOKEN_LIFE = timedelta(hours=24)
PER_PAGE = 100
STATUSES = frozenset({
    "PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED",
    "UNFULFILLABLE",
})  # fmt: skip
FULFILLERS = frozenset({"MERCHANT", "AMAZON"})
_CHANGEABLE = frozenset({"maxResultsPerPage", "includedData", "paginationToken"})
_KNOWN = _CHANGEABLE | {
    "createdAfter",
    "createdBefore",
    "lastUpdatedAfter",
    "lastUpdatedBefore",
    "fulfillmentStatuses",
    "marketplaceIds",
    "fulfilledBy",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A search. `kind` is `created` or `lastUpdated`, empty filters let everything through.

    `fixed` is everything that must stay the same from page to page, as it was sent.
    """

    kind: str
    after: datetime
    before: datetime
    statuses: Collection[str]
    marketplaces: Collection[str]
    fulfilled_by: Collection[str]
    per_page: int
    token: str
    datasets: frozenset[str]
    fixed: frozenset[tuple[str, tuple[str, ...]]]

    def at(self, order: PlacedOrder) -> datetime:
        """Give the time of an order that the search goes by."""
        return order.placed_at if self.kind == "created" else order.updated_at

    def finds(self, order: PlacedOrder, before: datetime) -> bool:
        """Tell whether an order belongs to the result, which ends at `before`."""
        return (
            self.after <= self.at(order) <= before
            and (not self.statuses or order.status in self.statuses)
            and (not self.marketplaces or order.marketplace.id in self.marketplaces)
            and (not self.fulfilled_by or order.purchase.fulfilled_by in self.fulfilled_by)
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where a token leads: behind which order, in the result that ends at `before`."""

    fixed: frozenset[tuple[str, tuple[str, ...]]]
    before: datetime
    last: tuple[datetime, str]
    given_at: datetime


def read_query(request: Request, now: datetime, marketplaces: Collection[str]) -> Query:
    """Read a search. Raises `Problem`; `marketplaces` are the ids that the account may name."""
    unknown = set(request.query) - _KNOWN
    if unknown:
        raise invalid(f"there is no parameter {', '.join(sorted(unknown))}")
    given = [kind for kind in ("created", "lastUpdated") if f"{kind}After" in request.query]
    if len(given) != 1:
        raise invalid("exactly one of createdAfter and lastUpdatedAfter must be given")
    (kind,) = given
    other = "lastUpdated" if kind == "created" else "created"
    if f"{other}Before" in request.query:
        raise invalid(f"{other}Before does not go with {kind}After")
    after = instant(request.one(f"{kind}After"), f"{kind}After")
    latest = now - LATEST_END
    before = latest
    if f"{kind}Before" in request.query:
        before = instant(request.one(f"{kind}Before"), f"{kind}Before")
    if before > latest:
        raise invalid(f"{kind}Before must be at least two minutes ago")
    if after > before:
        raise invalid(f"{kind}After must not be later than {kind}Before")
    return Query(
        kind=kind,
        after=after,
        before=before,
        statuses=_choices(request, "fulfillmentStatuses", STATUSES),
        marketplaces=_choices(request, "marketplaceIds", marketplaces),
        fulfilled_by=_choices(request, "fulfilledBy", FULFILLERS),
        per_page=_per_page(request),
        token=request.one("paginationToken"),
        datasets=datasets(request),
        fixed=frozenset(
            (name, tuple(sorted(values(request, name))))
            for name in request.query
            if name not in _CHANGEABLE
        ),
    )


def _choices(request: Request, name: str, allowed: Collection[str]) -> tuple[str, ...]:
    asked = values(request, name)
    wrong = [value for value in asked if value not in allowed]
    if wrong:
        raise invalid(f"{name} knows no {', '.join(wrong)}")
    return asked


def _per_page(request: Request) -> int:
    text = request.one("maxResultsPerPage", str(PER_PAGE))
    if not text.isdecimal() or not 1 <= int(text) <= PER_PAGE:
        raise invalid(f"maxResultsPerPage must be a whole number from 1 to {PER_PAGE}")
    return int(text)


class Pages:
    """The tokens that were given, and the pages that they lead to."""

    def __init__(self, page_size: int) -> None:
        self._page_size = page_size
        self._given = 0
        self._positions: dict[str, Position] = {}

    def page(
        self, orders: Iterable[PlacedOrder], query: Query, now: datetime
    ) -> tuple[list[PlacedOrder], dict[str, Any]]:
        """Give a page of the result, and what stands beside it in the answer.

        Raises `Problem` for a token that is too old, unknown, or for another search.
        """
        position = self._position(query, now)
        before = position.before if position else query.before
        found = [
            (query.at(order), order.id, order)
            for order in orders
            if query.finds(order, before)
            and (not position or (query.at(order), order.id) > position.last)
        ]
        found.sort(key=lambda entry: entry[:2])
        cut = min(query.per_page, self._page_size)
        page, rest = found[:cut], found[cut:]
        beside: dict[str, Any] = {f"{query.kind}Before": answers.time_text(before)}
        if rest:
            last = Position(query.fixed, before, page[-1][:2], now)
            beside["pagination"] = {"nextToken": self._token(last)}
        return [order for _, _, order in page], beside

    def _position(self, query: Query, now: datetime) -> Position | None:
        if not query.token:
            return None
        position = self._positions.get(query.token)
        if position is None or now - position.given_at > TOKEN_LIFE:
            raise invalid("", "The paginationToken you have submitted is not valid or expired.")
        if position.fixed != query.fixed:
            # so an answer that was quoted: https://github.com/amzn/selling-partner-api-sdk/issues/717
            raise invalid(
                "",
                "The paginationToken you have submitted is not valid. All parameters must match "
                "the original request except maxResultsPerPage.",
            )
        return position

    def _token(self, position: Position) -> str:
        self._given += 1
        token = b64encode(hashlib.sha256(f"page {self._given}".encode()).digest()).decode()
        self._positions = {
            given: kept
            for given, kept in self._positions.items()
            if position.given_at - kept.given_at <= TOKEN_LIFE
        }
        self._positions[token] = position
        return token

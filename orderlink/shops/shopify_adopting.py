"""Orders that another program brought into a Shopify shop: listed, and marked as ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from orderlink.errors import Refused, TryLater
from orderlink.model import Candidate
from orderlink.shops import shopify_adoption as adoption
from orderlink.shops.shopify_documents import refusals_from
from orderlink.shops.shopify_facts import ALL_ORDERS
from orderlink.shops.shopify_queries import number_of
from orderlink.shops.shopify_reading import understood

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from orderlink.clock import Clock
    from orderlink.model import Json, ShopOrder, Stamp
    from orderlink.shops.shopify_calls import Calls
    from orderlink.shops.shopify_facts import ShopFacts
    from orderlink.shops.shopify_reading import Orders

SHOWN: Final = timedelta(days=60)
"""Older orders are hidden from an app without the scope for all of them."""


class Others:
    """The orders of other programs. Everything here raises `TryLater` and `SignInFailed`."""

    def __init__(self, calls: Calls, orders: Orders, facts: ShopFacts, clock: Clock) -> None:
        self._calls = calls
        self._orders = orders
        self._facts = facts
        self._clock = clock

    def candidates(self, field: str, since: datetime) -> Iterator[Candidate]:
        """List the orders that came in since then and have something in the field.

        Only these are read whole: what has nothing there fits no number.
        """
        hidden = since < self._clock.now() - SHOWN
        if hidden and ALL_ORDERS not in self._facts.get(anew=True).scopes:
            raise TryLater(
                "the shop does not show orders that are older than 60 days: give the app the scope"
                f" {ALL_ORDERS}, or adopt later ones only (--since)"
            )
        for rows in self._newest_first(field):
            with understood():
                fresh = [row for row in rows if not adoption.came_before(row, since)]
                values = {number_of(row["id"]): adoption.values_in(row, field) for row in fresh}
            wanted = [number for number, texts in values.items() if texts]
            orders = self._orders.by_ids(wanted)
            if len(orders) < len(wanted):
                raise TryLater("an order that was listed could not be read")
            for number, order in orders.items():
                yield Candidate(order, values[number])
            if len(fresh) < len(rows):
                return

    def _newest_first(self, field: str) -> Iterator[list[Mapping[str, Json]]]:
        """List all orders page by page; ids ascend, and so do the times of coming in."""
        last: int | None = None
        after: str | None = None
        more = True
        while more:
            page = self._calls.ask(adoption.orders_newest_first(field, after))
            with understood():
                rows, more = (
                    list(page["orders"]["nodes"]),
                    page["orders"]["pageInfo"]["hasNextPage"],
                )
                after = page["orders"]["pageInfo"]["endCursor"]
                ids = [int(number_of(row["id"])) for row in rows]
            falling = [*([] if last is None else [last]), *ids]
            if falling != sorted(set(falling), reverse=True) or (more and not ids):
                raise TryLater("the shop's orders moved while they were listed")
            last = ids[-1] if ids else last
            yield rows

    def stamp(self, number: str, stamp: Stamp) -> ShopOrder:
        """Write our marks into an order, and read it. Raises `Refused` in the shop's own words."""
        kind = self._facts.get().reference_type
        answers = self._calls.carry_out(adoption.stamp_order(number, stamp, kind))
        faults = [
            fault
            for payload in answers.values()
            for fault in refusals_from((payload or {}).get("userErrors"))
        ]
        order = self._orders.by_id(number)
        if order is None:
            raise Refused("shop_order_gone", "the shop has no such order any more")
        if faults:
            said = "; ".join(fault.message for fault in faults)
            raise Refused("shop_refused", f"the shop refused it: {said}", code=faults[0].code)
        return order

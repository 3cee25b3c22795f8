"""The two sides of a life, whatever they are: what people do there, and the ledgers in one wording.

A side stands before a sandbox. The world plays it, and the checker reads it: neither needs to know
which marketplace or which shop it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Request, Sandbox
    from orderlink.sandbox.shop_ledger import Ledger


@dataclass(frozen=True, slots=True)
class Pair:
    """A marketplace and a shop by their types."""

    marketplace: str = "bol"
    shop: str = "woocommerce"

    def __str__(self) -> str:
        return f"{self.marketplace}/{self.shop}"


BOL_TO_WOOCOMMERCE = Pair()
OTHER_PAIRS = (Pair("bol", "shopify"), Pair("amazon", "woocommerce"), Pair("amazon", "shopify"))
PAIRS = (BOL_TO_WOOCOMMERCE, *OTHER_PAIRS)


def pair_named(text: str) -> Pair:
    """Read a pair as `str` writes it. Raises ValueError."""
    for pair in PAIRS:
        if str(pair) == text:
            return pair
    raise ValueError(f"there is no pair {text!r}: {', '.join(map(str, PAIRS))}")


CREATES: Mapping[str, str] = {
    "woocommerce": r"^woo POST .*/orders(/batch)?$",
    "shopify": r"^shopify MUTATION .*#CreateOrder$",
}
REPORTS: Mapping[str, str] = {
    "bol": r"^bol POST /retailer/shipments$",
    "amazon": r"^amazon POST .*/shipmentConfirmation$",
}
"""By the type of a connector, what an exchange looks like that creates an order or reports one."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One line of an order as it stands at the marketplace; `price` is for one piece, tax included.

    `is_ours`: the merchant keeps the article, so it goes into the shop. `is_reported`: he sends it
    himself, so that the marketplace waits to be told.
    """

    id: str
    reference: str
    price: Decimal
    quantity: int
    cancelled: int
    open: int
    is_ours: bool
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """One order as it stands at the marketplace."""

    id: str
    placed_at: datetime
    lines: tuple[PlacedLine, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A report of a shipment that the marketplace accepted; `lines` are (line id, pieces).

    `parcel` is what the marketplace tells one from another by: the same parcel again is the same
    shipment. `took`: it was carried out.
    """

    at: datetime
    order_id: str
    lines: tuple[tuple[str, int], ...]
    code: str
    parcel: str
    took: bool


@dataclass(frozen=True, slots=True)
class LateCode:
    """A code that a shipment got after it had been reported."""

    at: datetime
    order_id: str
    code: str


class MarketSide(Protocol):
    """A marketplace: what buyers and the merchant do there, and what was reported to it.

    `needs_code`: without a code it takes no shipment, so such an order stays open, and somebody is
    told. `shows_after`: so late its list shows what is new.
    """

    name: str
    needs_code: bool
    shows_after: timedelta

    @property
    def sandbox(self) -> Sandbox:
        """Give the server."""
        ...

    def buy(self, basket: str) -> str:
        """Let a buyer order a basket of the plan; give the order's id."""
        ...

    def cancel(self, order_id: str) -> None:
        """Cancel all that is open."""
        ...

    def cancel_piece(self, order_id: str) -> None:
        """Cancel one piece of the first line."""
        ...

    def ask_to_cancel(self, order_id: str) -> None:
        """Let the buyer ask to cancel."""
        ...

    def ship_by_hand(self, order_id: str, code: str) -> None:
        """Let the merchant report it on the marketplace's own pages. Raises ValueError."""
        ...

    def placed(self) -> list[Placed]:
        """List every order as it stands now, in the order of placing."""
        ...

    def sent(self) -> list[Sent]:
        """List the reports that were accepted, by the true time."""
        ...

    def late_codes(self) -> list[LateCode]:
        """List the codes that shipments got later."""
        ...

    def codes_of(self, order_id: str) -> list[str]:
        """List the codes that an order's shipments ever had."""
        ...

    def trace(self) -> tuple[int, ...]:
        """Count what has happened; the same counts mean that nothing did."""
        ...

    def signed_in(self, request: Request) -> Request:
        """Renew the token of a request that was let in long ago."""
        ...


class ShopSide(Protocol):
    """A shop: what the warehouse and the merchant do there, and its ledger.

    `forgets_codes`: an order that is opened again has lost its codes.
    """

    name: str
    forgets_codes: bool

    @property
    def sandbox(self) -> Sandbox:
        """Give the server."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Give everything that ever happened there."""
        ...

    def act(self, word: str, order_id: str, code: str) -> None:
        """Let the warehouse do one of `IN_SHOP`. Raises ValueError where it cannot be done."""
        ...

    def add_product(self) -> None:
        """Let the merchant add the product that was not in the shop."""
        ...

    def change_tax(self) -> None:
        """Let the shop tax otherwise."""
        ...

    def orders(self) -> list[Mapping[str, Any]]:
        """Show all orders: `id` and `total` among other things."""
        ...


IN_SHOP: Mapping[str, str] = {
    "complete": "complete",
    "reopen": "reopen",
    "trash": "trash",
    "add code": "add-code",
    "cancel in shop": "cancel",
}
"""What people do in a shop, in a plan's words -> the words of the sandboxes' controls."""

"""What a shop connector is: the protocols, and the registry of those that come along.

A connector is constructed as `Connector(settings, link)`, as a marketplace's is (see
`orderlink.marketplaces`), and raises the classes of `orderlink.errors` and no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from orderlink.marketplaces import Checks as Checks  # a shop may have it, too

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from orderlink.creation import Creation
    from orderlink.errors import RemoteError
    from orderlink.model import Candidate, Draft, Found, Order, Parcel, Reading, ShopOrder, Stamp

BUILTIN = {
    "woocommerce": "orderlink.shops.woocommerce:WooCommerce",
    "shopify": "orderlink.shops.shopify:Shopify",
}
"""The word for `type` in the configuration -> where the class is."""

SETTINGS = {
    "woocommerce": "orderlink.shops.woocommerce_settings:WooCommerceSettings",
    "shopify": "orderlink.shops.shopify_settings:ShopifySettings",
}
"""The same word -> where its keys are, which are read without importing the connector."""

ADOPTED_BY: Final = ("transaction_id", "number", "meta")
FIELDS: Final = (*ADOPTED_BY, "tag")
"""Every field by which an order of another program may be found somewhere."""


def adopted_by(connector: Any) -> tuple[str, ...]:
    """Tell by which fields orders of another program are found: a connector's `ADOPTED_BY`."""
    fields: tuple[str, ...] = getattr(connector, "ADOPTED_BY", ADOPTED_BY)
    return fields


class Shop(Protocol):
    """What every shop connector can do."""

    def draft(self, order: Order, stamp: Stamp, creation: Creation) -> Draft:
        """Prepare what `create` will send: look up products and tax, reads only.

        `creation` is how the orders of this marketplace connection are created. Raises `Refused`
        with the problem's word where the order cannot be created as it is (`product_unknown`,
        `country_not_sold_to`, ...).
        """
        ...

    def create(self, draft: Draft) -> ShopOrder:
        """Create the order: exactly one write. Returns the shop's answer, read as `read` reads."""
        ...

    def find(self, stamps: Sequence[Stamp], above: str) -> Found:
        """Look completely for orders that carry one of these references or order numbers.

        A match is decided on the row's own fields, never on a search having answered something.
        Only orders with an id above `above` need be looked at; empty: all of them. A look-up that
        could not be finished raises.
        """
        ...

    def newest(self) -> str:
        """Tell the highest order id in the shop, "0" where there is none; one request.

        A shop whose orders are found by a search for their reference returns "".
        """
        ...

    def read(self, ids: Sequence[str]) -> Reading:
        """Read orders by id, many in one request; what the list leaves out is `absent`.

        How an order stands is enough, where the rest costs more: `ShopOrder.whole` is False then.
        """
        ...

    def read_one(self, shop_id: str) -> ShopOrder | None:
        """Read one order; None only where the shop itself says that it has no such order."""
        ...


@runtime_checkable
class Prepares(Protocol):
    """What the drafts of many orders need can be looked up in few requests."""

    def prepare(self, orders: Sequence[Order], creation: Creation) -> None:
        """Look up what `draft` will need for these orders, reads only; it is kept for a while.

        What cannot be found is no error here: the `draft` of the order that needs it says so.
        """
        ...


@runtime_checkable
class CreatesMany(Protocol):
    """Many orders can be created with one write."""

    MOST_AT_ONCE: int
    """So many orders at most in one write."""

    def create_many(self, drafts: Sequence[Draft]) -> Sequence[ShopOrder | RemoteError]:
        """Create these orders: exactly one write. Gives an answer each, in the same order.

        A draft that was refused has `Refused`, one of which the answer does not tell `Ambiguous`.
        Raises what `create` raises, where that concerns all of them.
        """
        ...


@runtime_checkable
class Corrects(Protocol):
    """Lines can be corrected once where the shop computed them differently than foreseen."""

    def correction(self, draft: Draft, answer: ShopOrder) -> Draft | None:
        """Prepare what would make `answer` add up to `draft`, or None; reads only."""
        ...

    def correct(self, shop_id: str, correction: Draft) -> ShopOrder:
        """Carry a correction out: exactly one write."""
        ...


@runtime_checkable
class Simplifies(Protocol):
    """What a shop refused may be written more simply, once."""

    def simplified(self, draft: Draft) -> Draft | None:
        """Write a draft's texts with simpler signs, and note that in it; None: they are simple."""
        ...


@runtime_checkable
class Holds(Protocol):
    """An order can be set on hold, so that nobody packs it."""

    def hold(self, shop_id: str, why: str) -> ShopOrder:
        """Set the order on hold: exactly one write, harmless when repeated."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """An order can be cancelled, so that its pieces are back in stock."""

    def cancel(self, shop_id: str) -> ShopOrder:
        """Cancel the order: exactly one write, harmless when repeated."""
        ...


@runtime_checkable
class ReadsParcels(Protocol):
    """Some parcels are not in the order itself and must be asked for, order by order."""

    def parcels(self, shop_id: str) -> tuple[Parcel, ...]:
        """Read the parcels of one order. Raises `NotOffered` where the shop cannot tell."""
        ...


@runtime_checkable
class Adopts(Protocol):
    """Orders that another program, or a person, brought into the shop can be taken over.

    A class that knows others of `FIELDS` than `ADOPTED_BY` above says so in an attribute of that
    name.
    """

    def candidates(self, field: str, since: datetime) -> Iterator[Candidate]:
        """List every order that came in since then, each once, with what stands in `field`.

        `field` is `transaction_id` (of the payment), `number` (what people see, in each form that
        the shop keeps), `meta:KEY` (a field of the shop's or a plugin's, by its key) or `tag`. The
        list is complete, cancelled and deleted orders among it where the shop still shows them;
        older ones may be in it, and those with nothing in the field may be left out. Values are the
        orders' own, since a server may ignore a filter. A list that could not be finished raises.
        """
        ...

    def stamp(self, shop_id: str, stamp: Stamp) -> ShopOrder:
        """Write reference and origin into an order: exactly one write, harmless when repeated.

        Beside them stands a mark that the order was adopted, which is read back as
        `ShopOrder.adopted`. Nothing else of it changes: no price, status, address or number.
        """
        ...

"""What the merchant chose for the orders of one marketplace connection in its shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.creation import creation_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.creation import Creation
    from orderlink.cycle.run import Connection
    from orderlink.model import Order


def creation_of(
    market: Connection,
    shop: Connection,
    mapping: Mapping[str, tuple[tuple[str, int], ...]] | None = None,
) -> Creation:
    """Give how orders of this marketplace are created in this shop; `mapping` as in `Creation`."""
    return creation_from(market.settings, shop.settings, market.people_name, mapping)


def is_left_out(order: Order, market: Connection, shop: Connection) -> bool:
    """Tell whether an order is none of the merchant's: the marketplace sends all of it."""
    return order.by_marketplace and creation_of(market, shop).fulfilled_by_marketplace == "skip"

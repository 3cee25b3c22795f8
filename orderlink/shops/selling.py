"""PURE: what every shop refuses alike: a currency that it does not know, an address of nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.address import country_code
from orderlink.errors import Refused

if TYPE_CHECKING:
    from orderlink.model import Order


def currency_unknown(order: Order) -> Refused:
    """Say that the shop does not know the order's currency."""
    return Refused(
        "currency_unknown",
        f"the shop does not know the currency {order.currency or '(none given)'}",
        currency=order.currency,
    )


def country_of(order: Order) -> str:
    """Give the country that the order goes to. Raises `Refused("address_incomplete")`."""
    country = country_code(order.ship_to.country)
    if not country:
        given = order.ship_to.country[:10]
        raise Refused(
            "address_incomplete",
            f"the address names no country that there is: {given!r}",
            country=given,
        )
    return country

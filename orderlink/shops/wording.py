"""PURE: what every shop's orders say in words: numbers, notes, methods, the lines of an address."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.address import split_street
from orderlink.creation import Creation, filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.model import Address, Order, Stamp

SUFFIX = "-FBM"
"""At the end of the number of an order that the marketplace stores and sends."""


def number_of(order: Order, stamp: Stamp) -> str:
    """Give the order's number for people."""
    return stamp.order_number + (SUFFIX if order.by_marketplace else "")


def commission_of(order: Order) -> Decimal | None:
    """Tell what the marketplace takes of an order; None where it does not say."""
    taken = [line.commission for line in order.placed_lines()] + [order.fees]
    known = [amount for amount in taken if amount is not None]
    return sum(known, Decimal(0)) if known else None


def address_lines(address: Address) -> tuple[str, str]:
    """Write the two lines of an address that most shops have; nothing is left out."""
    first = (address.street, address.house_number, address.house_number_extension)
    second = (address.extra, address.pickup_point)
    return " ".join(part for part in first if part), ", ".join(part for part in second if part)


def street_parts(address: Address) -> dict[str, str]:
    """Give street, house number and addition apart, by the names that carriers' plugins use."""
    if address.house_number:
        name, number, addition = (
            address.street,
            address.house_number,
            address.house_number_extension,
        )
    else:
        street = split_street(address.street)
        name, number, addition = street.name, street.number, street.addition
    return {"street_name": name, "house_number": number, "house_number_suffix": addition}


def shipping_choice(order: Order, creation: Creation, number: str) -> tuple[str, str]:
    """Choose the shipping method and its title: the most particular that fits the order."""
    methods = [order.shipping_method, *order.marks]
    country = order.ship_to.country
    keys = [f"{method}/{country}" for method in methods if method]
    keys += [method for method in methods if method] + [country, "*"]
    chosen = next((key for key in keys if key in creation.shipping_methods), "")
    title = filled(creation.shipping_method_title, creation.marketplace, number)
    if not chosen:
        return creation.shipping_method, title
    method, _, its_title = creation.shipping_methods[chosen].partition(":")
    return method.strip(), its_title.strip() or title


def note_of(order: Order, creation: Creation, number: str) -> str:
    """Write the note: the merchant's own words, then what the marketplace says beside the lines.

    The buyer may get to see it.
    """
    first = filled(creation.note, creation.marketplace, number)
    return "\n".join([*([first] if first else []), *_said(order)])


def _said(order: Order) -> Iterator[str]:
    bill_to = order.bill_to or order.ship_to
    days = [line.deliver_by for line in order.placed_lines() if line.deliver_by]
    said = {
        "Marks": ", ".join(mark.replace("_", " ") for mark in order.marks),
        "Message": order.message,
        "Gift message": order.gift_message,
        "Deliver on": order.delivery_day and order.delivery_day.isoformat(),
        "Deliver by": min(days).isoformat() if days else "",
        "Ship by": order.ship_by and order.ship_by.isoformat(),
        "VAT id": bill_to.vat_id,
        "Company registration": bill_to.company_registration,
        "Buyer's reference": bill_to.buyer_reference,
    }
    for line in order.placed_lines():
        if line.services:
            said[f"Services for {line.title or line.sku or line.ean}"] = ", ".join(line.services)
    return (f"{name}: {value}" for name, value in said.items() if value)

"""The orders of the table in Amazon's dialect: what its sandbox makes a document of."""

from __future__ import annotations

from dataclasses import replace as changed
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.currency import unit_of
from orderlink.sandbox.amazon_records import Article, Purchase
from orderlink.values import replace

if TYPE_CHECKING:
    from orderlink.model import Address, Line, Order
    from tests.orders.table import Case

FREE_SHIPPING = "Free shipping"
COUNTRIES = {"EUR": "NL", "GBP": "GB", "JPY": "JP", "USD": "US", "SEK": "SE"}
"""Where a currency is paid in, of the marketplaces that the sandbox has."""


def can_be_amazons(order: Order) -> bool:
    """Tell whether Amazon can have such an order, and tell everything that the table is about.

    It knows no EANs, no fractions of the smallest coin, no second address, no charges but gift wrap
    and discounts on items, and it sends an order as a whole or not at all.
    """
    charges = {charge.name for charge in order.charges}
    unit = unit_of(order.currency)
    return (
        order.currency in COUNTRIES
        and all(line.sku and line.unit_price % unit == 0 for line in order.lines)
        and len({line.by_marketplace for line in order.lines}) == 1
        and charges <= {"Gift wrap", FREE_SHIPPING}
        and not (order.reverse_charge or order.message or order.delivery_day)
        and not any(line.tax == 0 or line.commission for line in order.lines)
        and (order.bill_to is None or order.bill_to.city == order.ship_to.city)
        and (order.bill_to is None or bool(order.bill_to.company))
    )


def amazons(case: Case) -> tuple[Case, Purchase]:
    """Give a case as Amazon has it, and what a buyer does to make it.

    Numbers are of its own kind, a name is in one piece, and what a discount is off is known.
    """
    order = replace(case.order, id=f"302-{int(case.order.id[1:]):07}-0000000")
    off = sum((one.amount for one in order.charges if one.name == FREE_SHIPPING), Decimal(0))
    charges = tuple(one for one in order.charges if one.name != FREE_SHIPPING)
    told = replace(order, shipping_cost=order.shipping_cost + off, charges=charges)
    shown = dict(case.shown)
    if {"shipping.first_name", "shipping.last_name"} & shown.keys():
        shown |= {"shipping.first_name": "", "shipping.last_name": _name(order.ship_to)}
    return changed(case, order=told, shown=shown), purchase_of(order)


def purchase_of(order: Order) -> Purchase:
    """Turn an order into what a buyer at Amazon does."""
    bill_to = order.bill_to or order.ship_to
    labelled = any(line.label_by_marketplace for line in order.lines)
    first, *others = [_article(line, order) for line in order.lines]
    amounts = {charge.name: charge.amount for charge in order.charges}
    first = changed(
        first,
        shipping=order.shipping_cost,
        shipping_discount=-amounts.get(FREE_SHIPPING, Decimal(0)),
        gift_wrap=amounts.get("Gift wrap", Decimal(0)),
        gift_message=order.gift_message,
    )
    buyer = {"buyerName": _name(bill_to), "buyerCompanyName": bill_to.company}
    return Purchase(
        articles=(first, *others),
        ship_to=_address(order.ship_to),
        buyer={name: text for name, text in buyer.items() if text},
        marketplace=COUNTRIES[order.currency],
        fulfilled_by="AMAZON" if order.by_marketplace else "MERCHANT",
        programs=["DELIVERY_BY_AMAZON"] if labelled else [],
        tax_number=bill_to.vat_id,
        order_id=order.id,
    )


def _article(line: Line, order: Order) -> Article:
    rate = line.tax_rate or Decimal(0)
    if line.tax:
        rate = line.tax * 100 / (line.total - line.tax)
    return Article(
        reference=line.sku,
        quantity=line.quantity,
        price=line.unit_price,
        title=line.title,
        discount=line.discount,
        tax_rate=rate,
        tax_collected=order.tax_collected,
    )


def _name(address: Address) -> str:
    return " ".join(part for part in (address.first_name, address.last_name) if part)


def _address(address: Address) -> dict[str, str]:
    street = (address.street, address.house_number, address.house_number_extension)
    return {
        "name": _name(address),
        "companyName": address.company,
        "addressLine1": " ".join(part for part in street if part),
        "addressLine2": address.extra or address.pickup_point,
        "postalCode": address.postal_code,
        "city": address.city,
        "stateOrRegion": address.region,
        "countryCode": address.country,
        "phone": address.phone,
        "addressType": "PICKUP_POINT" if address.pickup_point else "RESIDENTIAL",
    }

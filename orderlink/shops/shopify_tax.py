"""PURE: the tax of each part of an order: what the marketplace told, else the shop's own rates.

Shopify adds no tax to an order that is created by an app: the lines say what theirs is. So what the
marketplace tells is taken over to the cent. What it does not tell is worked out with the rates that
the shop has for that product and place.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from orderlink.currency import split_by_largest_remainder, unit_of
from orderlink.shops.shopify_products import Item
from orderlink.shops.taxes import exemption_remarks, is_exempt, told_percent
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.creation import Creation
    from orderlink.model import Line, Order
    from orderlink.shops.shopify_facts import Facts

ANY_PRODUCT: Final = ""
"""In the place of a variant's number: what is no product of the shop."""
FINEST: Final = Decimal("0.0001")


class Rate(Value, frozen=True):
    """A tax of the shop: its name, and its share of what it is added to."""

    title: str
    share: Decimal


class Tax(Value, frozen=True):
    """A tax within what the buyer pays for a part of an order."""

    title: str
    share: Decimal
    amount: Decimal


class Part(Value, frozen=True):
    """What the buyer pays for a part of an order, and the taxes within it."""

    gross: Decimal
    taxes: tuple[Tax, ...] = ()

    @property
    def tax(self) -> Decimal:
        """Give all tax within it."""
        return sum((one.amount for one in self.taxes), Decimal(0))

    @property
    def net(self) -> Decimal:
        """Give what is left without tax."""
        return self.gross - self.tax


class Taxing(Value, frozen=True):
    """The tax of a whole order: of its items, its surcharges, and its shipping."""

    items: tuple[tuple[Item, Part], ...]
    surcharges: tuple[Part, ...]
    shipping: Part
    remarks: tuple[str, ...] = ()


Rates = Mapping[str, tuple[Rate, ...]]
"""Variant's number (or `ANY_PRODUCT`) -> the shop's taxes on it at the buyer's place."""


def rates_needed(order: Order, items: Sequence[Item], creation: Creation) -> list[str]:
    """Name the variants whose taxes the shop has to be asked for."""
    if is_exempt(order, creation):
        return []
    unknown = [item for item in items if _told(item.line, creation) is None and _is_taxable(item)]
    return list(dict.fromkeys(_key(item) for item in unknown))


def _key(item: Item) -> str:
    return item.product.number if item.product else ANY_PRODUCT


def _is_taxable(item: Item) -> bool:
    return item.product is None or item.product.taxable


def _told(line: Line, creation: Creation) -> Decimal | None:
    return told_percent(line) if creation.tax == "marketplace" else None


def taxing_of(
    order: Order, items: Sequence[Item], creation: Creation, rates: Rates, facts: Facts
) -> Taxing:
    """Decide the tax of each part of an order. `rates` has those that `rates_needed` named."""
    if is_exempt(order, creation):
        return Taxing(
            tuple((item, Part(item.amount)) for item in items),
            tuple(Part(one.amount) for one in order.surcharges()),
            Part(order.shipping_paid()),
            exemption_remarks(order, creation),
        )
    unit = unit_of(order.currency)
    taxed: list[tuple[Item, Part]] = []
    for line in order.placed_lines():
        its = [item for item in items if item.line is line]
        taxed += zip(its, _taxed(line, its, creation, rates, unit), strict=True)
    usual = _usual(taxed)
    told = creation.tax == "marketplace"
    surcharges = tuple(
        _told_part(one.amount, one.tax, unit)
        if told and one.tax is not None
        else part_of(one.amount, usual, unit)
        for one in order.surcharges()
    )
    paid = order.shipping_paid()
    if told and order.shipping_tax is not None and 0 <= order.shipping_tax < paid:
        shipping = _told_part(paid, order.shipping_tax, unit)
    else:
        shipping = part_of(paid, usual if facts.tax_shipping else (), unit)
    return Taxing(tuple(taxed), surcharges, shipping, _remarks(order, rates))


def _taxed(
    line: Line, items: Sequence[Item], creation: Creation, rates: Rates, unit: Decimal
) -> list[Part]:
    """Tax what a line is in the shop: one product, or the parts of a bundle."""
    percent = _told(line, creation)
    if percent is None:
        return [
            part_of(item.amount, rates.get(_key(item), ()) if _is_taxable(item) else (), unit)
            for item in items
        ]
    paid = sum((item.amount for item in items), Decimal(0))
    if line.tax is not None and paid == line.total:
        whole = _told_part(paid, line.tax, unit, line.tax_rate)
    else:
        whole = part_of(paid, (_told_rate(percent),), unit)
    return split_part(whole, [item.amount for item in items], unit)


def _told_rate(percent: Decimal) -> Rate:
    share = (percent / 100).quantize(FINEST, ROUND_HALF_UP).normalize()
    return Rate(f"Tax {(share * 100).normalize():f}%", share)


def _told_part(gross: Decimal, tax: Decimal, unit: Decimal, percent: Decimal | None = None) -> Part:
    """Take over a tax in money as it was told; `percent` is its rate, where that was told."""
    if not tax:
        return Part(gross)
    rate = _told_rate(_likely_percent(gross, tax, unit) if percent is None else percent)
    return Part(gross, (Tax(rate.title, rate.share, tax),))


def _likely_percent(gross: Decimal, tax: Decimal, unit: Decimal) -> Decimal:
    """Give the roundest rate that makes this tax, but for a cent."""
    exact = tax * 100 / (gross - tax) if gross > tax else Decimal(0)
    for digits in (Decimal(1), Decimal("0.1")):
        percent = exact.quantize(digits, ROUND_HALF_UP)
        if abs(gross * percent / (100 + percent) - tax) <= unit:
            return percent
    return exact


def part_of(gross: Decimal, rates: Sequence[Rate], unit: Decimal) -> Part:
    """Work out the taxes within what is paid; cents are split by largest remainder."""
    rates = [rate for rate in rates if rate.share > 0 and gross]
    shares = [rate.share for rate in rates]
    within = sum(shares, Decimal(0))
    tax = (gross * within / (1 + within)).quantize(unit, ROUND_HALF_UP)
    amounts = split_by_largest_remainder(tax, shares, unit)
    return Part(
        gross,
        tuple(
            Tax(rate.title, rate.share, amount) for rate, amount in zip(rates, amounts, strict=True)
        ),
    )


def split_part(part: Part, grosses: Sequence[Decimal], unit: Decimal) -> list[Part]:
    """Split the taxes of a part in proportion to what it is split into."""
    columns = [split_by_largest_remainder(tax.amount, grosses, unit) for tax in part.taxes]
    return [
        Part(
            gross,
            tuple(
                Tax(tax.title, tax.share, column[index])
                for tax, column in zip(part.taxes, columns, strict=True)
            ),
        )
        for index, gross in enumerate(grosses)
    ]


def _usual(taxed: Sequence[tuple[Item, Part]]) -> tuple[Rate, ...]:
    """Give the taxes of the dearest item: shipping and surcharges go with it."""
    parts = [part for _, part in taxed]
    dearest = max(parts, key=lambda part: part.gross, default=Part(Decimal(0)))
    return tuple(Rate(tax.title, tax.share) for tax in dearest.taxes)


def _remarks(order: Order, rates: Rates) -> tuple[str, ...]:
    if not rates or any(rates.values()):
        return ()
    return (f"the shop has no tax for {order.ship_to.country}: no tax in the order",)

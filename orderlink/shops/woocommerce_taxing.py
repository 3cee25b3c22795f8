"""PURE: which tax class of the shop a line goes by, so that the marketplace's tax comes out."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from orderlink.model import money_text
from orderlink.shops.taxes import exemption_remarks, is_exempt, told_percent, told_tax
from orderlink.shops.woocommerce_products import Item
from orderlink.shops.woocommerce_tax import (
    Part,
    Place,
    TaxRules,
    rates_at,
    shares_of,
    shipping_rates_at,
    tax_in,
)
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderlink.creation import Creation
    from orderlink.model import Order

FAIRLY_EQUAL = Decimal("0.05")
"""So many per cent points two rates may lie apart that are told as one."""


class TaxedItem(Value, frozen=True):
    """An item with its tax class, and whether that is another than its product's own."""

    item: Item
    gross: Part
    tax_class: str
    chosen: bool = False


class Taxing(Value, frozen=True):
    """How an order is taxed in the shop. `exempt`: not at all."""

    items: tuple[TaxedItem, ...]
    shipping: Part
    fees: tuple[Part, ...]
    exempt: bool
    remarks: tuple[str, ...]


def taxing_of(
    order: Order, items: Sequence[Item], creation: Creation, rules: TaxRules, place: Place
) -> Taxing:
    """Decide which tax each part of an order gets, and say where it is not the marketplace's."""
    surcharges = order.surcharges()
    if is_exempt(order, creation) or not rules.enabled:
        exempt = rules.enabled
        return Taxing(
            tuple(TaxedItem(item, Part(item.amount), _own_class(item)) for item in items),
            Part(order.shipping_paid(), shipping=True),
            tuple(Part(one.amount, fee=True) for one in surcharges),
            exempt,
            exemption_remarks(order, creation) if exempt else (),
        )
    taxed = tuple(_taxed(item, creation, rules, place) for item in items)
    classes = [one.tax_class for one in taxed if _is_taxable(one.item)]
    on_shipping = shares_of(shipping_rates_at(rules, place, classes))
    standard = shares_of(rates_at(rules, place, ""))
    shipping = Part(order.shipping_paid(), on_shipping, shipping=True)
    fees = tuple(Part(one.amount, standard, fee=True) for one in surcharges)
    remarks = _remarks(order, creation, rules, place, [one.gross for one in taxed], shipping, fees)
    return Taxing(taxed, shipping, fees, exempt=False, remarks=remarks)


def _own_class(item: Item) -> str:
    return item.product.tax_class if item.product else ""


def _is_taxable(item: Item) -> bool:
    return item.product is None or item.product.taxable


def _taxed(item: Item, creation: Creation, rules: TaxRules, place: Place) -> TaxedItem:
    own = _own_class(item)
    if not _is_taxable(item):
        return TaxedItem(item, Part(item.amount), own)
    gross = Part(item.amount, shares_of(rates_at(rules, place, own)))
    told = told_percent(item.line) if creation.tax == "marketplace" else None
    if told is None or abs(_percent(gross) - told) <= FAIRLY_EQUAL:
        return TaxedItem(item, gross, own)
    others = [
        (one, Part(item.amount, shares_of(rates_at(rules, place, one)))) for one in rules.classes
    ]
    name, nearest = min(others, key=lambda other: abs(_percent(other[1]) - told))
    if abs(_percent(nearest) - told) >= abs(_percent(gross) - told):
        return TaxedItem(item, gross, own)
    return TaxedItem(item, nearest, name, chosen=True)


def _percent(part: Part) -> Decimal:
    return sum(part.shares, Decimal(0)) * 100


def _remarks(
    order: Order,
    creation: Creation,
    rules: TaxRules,
    place: Place,
    lines: Sequence[Part],
    shipping: Part,
    fees: Sequence[Part],
) -> tuple[str, ...]:
    remarks = []
    if not any(rate.country in {"", place.country} for rate in rules.rates):
        remarks.append(f"the shop has no tax rate for {place.country}: no tax in the order")
    told = told_tax(order) if creation.tax == "marketplace" else None
    if told is not None:
        made = _sum(tax_in(part) for part in (*lines, shipping, *fees))
        allowed = rules.unit * (len(lines) + len(fees) + 1) / 2
        if abs(told - made) > allowed:
            there = money_text(told.quantize(rules.unit, ROUND_HALF_UP), order.currency)
            here = money_text(made.quantize(rules.unit, ROUND_HALF_UP), order.currency)
            remarks.append(f"tax: {there} by the marketplace, {here} by the shop's classes")
    return tuple(remarks)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))

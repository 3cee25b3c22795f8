"""Write what an order brings in as Amazon tells it: pure.

`ITEM`, `SHIPPING` and `GIFT_WRAP` contain the tax where the marketplace's prices do (Europe,
Japan), and `TAX` says how much of it there is; elsewhere `TAX` comes on top. How the old field
names became these types and subtypes: `orders-api-migration-data.json` of
https://github.com/amzn/selling-partner-api-samples. Whether a discount is told as a negative number
is written nowhere, so that both can be had.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlink.sandbox.amazon_records import Item, PlacedOrder

Breakdown = dict[str, dict[str, Decimal]]
"""By type and subtype; here what is taken off is negative."""

DETAILED = frozenset({"TAX", "DISCOUNT"})


def money(order: PlacedOrder, amount: Decimal) -> dict[str, str]:
    """Write an amount in an order's currency, with as many decimals as that has."""
    text = str(amount.quantize(order.marketplace.smallest))
    return {"amount": text, "currencyCode": order.marketplace.currency}


def item_proceeds(order: PlacedOrder, item: Item, *, negative_discounts: bool) -> dict[str, Any]:
    """Write the `proceeds` of an item: of the pieces that are not cancelled."""
    breakdown = _breakdown(order, item)
    rows = []
    for kind, parts in breakdown.items():
        told = {
            subtype: amount if negative_discounts or "DISCOUNT" not in {kind, subtype} else -amount
            for subtype, amount in parts.items()
        }
        subtotal = sum((told if kind == "DISCOUNT" else parts).values(), Decimal(0))
        row: dict[str, Any] = {"type": kind, "subtotal": money(order, subtotal)}
        if kind in DETAILED:
            row["detailedBreakdowns"] = [
                {"subtype": subtype, "value": money(order, amount)}
                for subtype, amount in told.items()
            ]
        rows.append(row)
    return {"proceedsTotal": money(order, _total(order, breakdown)), "breakdowns": rows}


def order_proceeds(order: PlacedOrder, *, negative_discounts: bool) -> dict[str, Any]:
    """Write the `proceeds` of an order: the sums over its items."""
    total = Decimal(0)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for item in order.items:
        breakdown = _breakdown(order, item)
        total += _total(order, breakdown)
        for kind, parts in breakdown.items():
            sums[kind] += sum(parts.values(), Decimal(0))
    if not negative_discounts and "DISCOUNT" in sums:
        sums["DISCOUNT"] = -sums["DISCOUNT"]
    rows = [{"type": kind, "subtotal": money(order, amount)} for kind, amount in sums.items()]
    return {"grandTotal": money(order, total), "breakdowns": rows}


def _total(order: PlacedOrder, breakdown: Breakdown) -> Decimal:
    parts = (
        amount
        for kind, amounts in breakdown.items()
        if kind != "TAX" or not _prices_include_tax(order)
        for amount in amounts.values()
    )
    return sum(parts, Decimal(0))


def _prices_include_tax(order: PlacedOrder) -> bool:
    said = order.purchase.prices_include_tax
    return order.marketplace.prices_include_tax if said is None else said


def _breakdown(order: PlacedOrder, item: Item) -> Breakdown:
    article = item.article
    left = article.quantity - item.cancelled

    def share(amount: Decimal) -> Decimal:
        return (amount * left / article.quantity).quantize(order.marketplace.smallest)

    found: Breakdown = {"ITEM": {"ITEM": article.price * left}}
    if article.shipping:
        found["SHIPPING"] = {"SHIPPING": share(article.shipping)}
    if article.gift_wrap:
        found["GIFT_WRAP"] = {"GIFT_WRAP": share(article.gift_wrap)}
    discounts = {"ITEM": -share(article.discount), "SHIPPING": -share(article.shipping_discount)}
    discounts = {subtype: amount for subtype, amount in discounts.items() if amount}
    if discounts:
        found["DISCOUNT"] = discounts
    if article.tax_rate:
        sums = {kind: sum(parts.values(), Decimal(0)) for kind, parts in found.items()}
        found["TAX"] = {
            kind: _tax(order, amount, article.tax_rate) for kind, amount in sums.items()
        }
    return found


def _tax(order: PlacedOrder, amount: Decimal, rate: Decimal) -> Decimal:
    base = 100 + rate if _prices_include_tax(order) else Decimal(100)
    return (amount * rate / base).quantize(order.marketplace.smallest)

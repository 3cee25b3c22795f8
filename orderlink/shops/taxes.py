"""PURE: what the marketplace says about tax, and who owes it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlink.creation import Creation
    from orderlink.model import Line, Order


def is_exempt(order: Order, creation: Creation) -> bool:
    """Tell whether the merchant owes no tax for this order."""
    if creation.tax == "none":
        return True
    return creation.tax == "marketplace" and (order.tax_collected or order.reverse_charge)


def told_percent(line: Line) -> Decimal | None:
    """Give the rate that the marketplace told for a line, or the one that its tax comes to."""
    if line.tax_rate is not None:
        return line.tax_rate
    if line.tax is None or line.total <= line.tax:
        return None
    return line.tax * 100 / (line.total - line.tax)


def told_tax(order: Order) -> Decimal | None:
    """Add up the tax that the marketplace told; None where it leaves a part out."""
    told: list[Decimal | None] = []
    for line, amount in zip(order.placed_lines(), order.amounts(), strict=True):
        percent = told_percent(line)
        told.append(None if percent is None else amount * percent / (100 + percent))
    told += [one.tax for one in order.surcharges()]
    if order.shipping_paid():
        told.append(order.shipping_tax)
    known = [tax for tax in told if tax is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(told) else None


def exemption_remarks(order: Order, creation: Creation) -> tuple[str, ...]:
    """Say why an order that is exempt stands without tax."""
    if creation.tax == "none":
        return ()
    why = "the marketplace collects the tax" if order.tax_collected else "reverse charge"
    return (f"{why}: the order stands without tax",)

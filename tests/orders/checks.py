"""What has to be true of the shop's answer to an order of the table."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.orders.table import Case


def check_shown(case: Case, shown: dict[str, Any]) -> None:
    """Hold the shop's order against what the table says."""
    assert shown["total"] == case.total
    assert shown["currency"] == case.order.currency
    if case.tax is not None:
        assert shown["total_tax"] == case.tax
    lines = case.order.placed_lines()
    assert [entry["quantity"] for entry in shown["line_items"]] == [line.wanted for line in lines]
    for line, amount, entry in zip(lines, case.order.amounts(), shown["line_items"], strict=True):
        paid = Decimal(entry["total"]) + Decimal(entry["total_tax"])
        assert abs(paid - amount) <= Decimal("0.01"), line.sku
    for path, value in case.shown.items():
        part, name = path.split(".")
        assert shown[part][name] == value, path

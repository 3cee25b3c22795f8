"""What has to be true of the shop's answer to an order of the table."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.orders.table import Case


def check_shown(case: Case, shown: dict[str, Any]) -> None:
    """Hold the shop's order against what the table says."""
    assert shown["total"] == case.total
    check_sums(case, shown)
    lines = case.order.placed_lines()
    assert [entry["quantity"] for entry in shown["line_items"]] == [line.wanted for line in lines]
    for line, amount, entry in zip(lines, case.order.amounts(), shown["line_items"], strict=True):
        assert abs(_paid(entry) - amount) <= Decimal("0.01"), line.sku


def check_sums(case: Case, shown: dict[str, Any]) -> None:
    """Hold what a shop's order adds up to against the table, and its addresses.

    A shop may have a line as two, of different prices a piece, or several alike as one.
    """
    assert Decimal(shown["total"]) == Decimal(case.total)
    assert shown["currency"] == case.order.currency
    if case.tax is not None:
        assert Decimal(shown["total_tax"]) == Decimal(case.tax)
    for path, value in case.shown.items():
        part, name = path.split(".")
        assert shown[part][name] == value, path


def check_pieces(case: Case, shown: dict[str, Any]) -> None:
    """Check that all pieces of an order are there, and cost to the cent what was paid for them."""
    wanted = Counter[str]()
    paid = defaultdict[str, Decimal](Decimal)
    for line, amount in zip(case.order.placed_lines(), case.order.amounts(), strict=True):
        wanted[line.sku] += line.wanted
        paid[line.sku] += amount
    for entry in shown["line_items"]:
        known = entry["sku"] if entry["sku"] in wanted else ""
        wanted[known] -= entry["quantity"]
        paid[known] -= _paid(entry)
    assert not any(wanted.values())
    assert not any(paid.values())


def _paid(entry: dict[str, Any]) -> Decimal:
    return Decimal(entry["total"]) + Decimal(entry["total_tax"])

"""Every order of the table, those that bol cannot have too, goes from the model to WooCommerce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlink.sandbox.woocommerce_tax import SandboxTax
from tests.orders.checks import check_shown
from tests.orders.table import CASES, PRODUCTS, RATES
from tests.shops.woocommerce_world import World

if TYPE_CHECKING:
    from tests.orders.table import Case


@pytest.mark.sampled(3)
@pytest.mark.parametrize("round_at_subtotal", [False, True], ids=["by line", "at subtotal"])
@pytest.mark.parametrize("with_tax", [True, False], ids=["prices with tax", "prices without"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_shop_has_what_the_buyer_paid(
    case: Case, with_tax: bool, round_at_subtotal: bool
) -> None:
    tax = SandboxTax(prices_include_tax=with_tax, round_at_subtotal=round_at_subtotal)
    world = World(products=PRODUCTS, rates=RATES, tax=tax)
    shown = world.shown(case.order)
    if round_at_subtotal:
        assert shown["total"] == case.total
    else:
        check_shown(case, shown)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_shop_without_taxes_has_it_too(case: Case) -> None:
    world = World(products=PRODUCTS, rates=RATES, tax=SandboxTax(enabled=False))
    shown = world.shown(case.order)
    assert (shown["total"], shown["total_tax"]) == (case.total, "0.00")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("tax", ["shop", "none"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whatever_the_source_of_tax_the_total_is_the_same(case: Case, tax: str) -> None:
    world = World(products=PRODUCTS, rates=RATES, marketplace={"tax": tax})
    shown = world.shown(case.order)
    assert shown["total"] == case.total
    if tax == "none":
        assert shown["total_tax"] == "0.00"

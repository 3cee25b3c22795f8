"""Every order of the table goes from the model to Shopify, in both of its tax modes."""

from __future__ import annotations

from dataclasses import replace as changed
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.sandbox.shopify_records import SandboxShop, SandboxTaxes
from tests.orders.checks import check_pieces, check_sums
from tests.orders.table import CASES, PRODUCTS, RATES
from tests.shops.shopify_world import World
from tests.support.world import variant_of

if TYPE_CHECKING:
    from tests.orders.table import Case

VARIANTS = tuple(variant_of(one) for one in PRODUCTS if one.kind != "variable")
TAXES = tuple(SandboxTaxes(one.country, one.percent, one.name, one.tax_class) for one in RATES)

EXACT_TAX = {"a rate that the shop does not have": "2.50", "JPY": "91"}
"""Where the tax is the marketplace's as it is, and not that of the nearest rate; and whole yen."""
LONGER_THAN_A_FIELD = {"a name of 300 characters"}
"""Shopify refuses it: it is written shorter, which the order says."""
ANYWHERE = SandboxShop(ships_to=())


@pytest.mark.sampled(3)
@pytest.mark.parametrize("within", [True, False], ids=["prices with tax", "prices without"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_shop_has_what_the_buyer_paid(case: Case, within: bool) -> None:
    world = World(products=VARIANTS, taxes=TAXES, selling=changed(ANYWHERE, taxes_included=within))
    case = changed(case, tax=EXACT_TAX.get(case.name, case.tax))
    if case.name in LONGER_THAN_A_FIELD:
        case = changed(case, shown={})
    shown = shown_simply(world, case)
    check_sums(case, shown)
    check_pieces(case, shown)


def shown_simply(world: World, case: Case) -> dict[str, Any]:
    """Place an order, and once more, simplified, where the shop refuses it: as the core does."""
    draft = world.draft(case.order)
    if case.name in LONGER_THAN_A_FIELD:
        with pytest.raises(Exception, match="too long"):
            world.shop.create(draft)
        simple = world.shop.simplified(draft)
        assert simple
        draft = simple
    made = world.shop.create(draft)
    assert made.total == Decimal(case.total) == draft.total
    assert made.currency == case.order.currency
    pieces = {line.product_id: 0 for line in draft.lines}
    for line in draft.lines:
        pieces[line.product_id] += line.quantity
    for line in made.lines:
        pieces[line.product_id] -= line.quantity
    assert not any(pieces.values())
    return world.sandbox.order(int(made.id))


@pytest.mark.parametrize("tax", ["shop", "none"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whatever_the_source_of_tax_the_total_is_the_same(case: Case, tax: str) -> None:
    world = World(products=VARIANTS, taxes=TAXES, selling=ANYWHERE, marketplace={"tax": tax})
    shown = shown_simply(world, case)
    assert Decimal(shown["total"]) == Decimal(case.total)
    if tax == "none":
        assert Decimal(shown["total_tax"]) == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_shop_without_taxes_has_it_too(case: Case) -> None:
    world = World(products=VARIANTS, taxes=(), selling=ANYWHERE, marketplace={"tax": "shop"})
    shown = shown_simply(world, case)
    assert Decimal(shown["total_tax"]) == 0

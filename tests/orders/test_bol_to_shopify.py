"""Every order of the table goes from bol's documents through the core to Shopify's answer."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from orderlink.sandbox.shopify_records import SandboxShop
from tests.orders.bol import live_through, shown_in
from tests.orders.checks import check_pieces, check_sums
from tests.orders.test_bol_to_woocommerce import FROM_BOL
from tests.orders.test_model_to_shopify import LONGER_THAN_A_FIELD, TAXES, VARIANTS
from tests.support.world import Merchant

if TYPE_CHECKING:
    from tests.orders.table import Case


@pytest.fixture(scope="module", params=[True, False], ids=["prices with tax", "prices without"])
def merchant(request: Any, tmp_path_factory: Any) -> Merchant:
    merchant = Merchant(
        tmp_path_factory.mktemp("orders") / "merchant",
        marketplace="max_new_orders = 0",
        shop_type="shopify",
        products=VARIANTS,
        taxes=TAXES,
        selling=SandboxShop(ships_to=(), taxes_included=request.param),
    )
    live_through(merchant, FROM_BOL)
    return merchant


@pytest.fixture(scope="module")
def shown(merchant: Merchant) -> dict[str, dict[str, Any]]:
    return shown_in(merchant)


@pytest.mark.parametrize("case", FROM_BOL, ids=lambda case: case.name)
def test_the_shop_has_what_the_buyer_paid(
    case: Case, merchant: Merchant, shown: dict[str, dict[str, Any]]
) -> None:
    if case.name in LONGER_THAN_A_FIELD:
        case = changed(case, shown={})
        assert "adapted" in merchant.history(case.order.id)
    check_sums(case, shown[case.order.id])
    check_pieces(case, shown[case.order.id])
    assert merchant.status(case.order.id) is Status.NOT_SHIPPED


def test_nothing_needs_a_person(merchant: Merchant) -> None:
    assert merchant.problems() == []
    assert merchant.shopify.ledger.mails == []

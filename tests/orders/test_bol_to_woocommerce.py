"""Every order of the table goes from bol's documents through the core to WooCommerce's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from orderlink.sandbox.woocommerce_tax import SandboxTax
from tests.orders.bol import live_through, shown_in
from tests.orders.checks import check_shown
from tests.orders.table import CASES, PRODUCTS, RATES
from tests.support.world import Merchant

if TYPE_CHECKING:
    from tests.orders.table import Case

FROM_BOL = [case for case in CASES if not case.only_model]


@pytest.fixture(scope="module", params=[True, False], ids=["prices with tax", "prices without"])
def merchant(request: Any, tmp_path_factory: Any) -> Merchant:
    merchant = Merchant(
        tmp_path_factory.mktemp("orders") / "merchant",
        marketplace="max_new_orders = 0",
        products=PRODUCTS,
        rates=RATES,
        tax=SandboxTax(prices_include_tax=request.param),
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
    check_shown(case, shown[case.order.id])
    assert merchant.status(case.order.id) is Status.NOT_SHIPPED


def test_the_table_is_large_enough_and_nothing_needs_a_person(merchant: Merchant) -> None:
    assert len(FROM_BOL) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert merchant.problems() == []
    assert merchant.asked("PUT", "/orders/") == 0, "every total was right at once"

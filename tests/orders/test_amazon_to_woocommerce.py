"""What Amazon can have of the table goes from its documents through the core to WooCommerce."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.woocommerce_tax import SandboxTax
from tests.orders.amazon import amazons, can_be_amazons
from tests.orders.bol import shown_in
from tests.orders.checks import check_shown
from tests.orders.table import CASES, PRODUCTS, RATES
from tests.support.markets import AmazonMarket
from tests.support.world import Merchant

if TYPE_CHECKING:
    from tests.orders.table import Case

PURCHASES = {
    case.order.id: (case, purchase)
    for case, purchase in (amazons(case) for case in CASES if can_be_amazons(case.order))
}
EUROPEAN = [case for case, _ in PURCHASES.values() if case.order.currency != "JPY"]
JAPANESE = [case for case, _ in PURCHASES.values() if case.order.currency == "JPY"]
MANNERS = {
    "as Amazon seems to": (Manner(), True),
    "otherwise": (Manner(negative_discounts=True, shrink_cancelled=True), False),
}
"""How Amazon may tell what its documents leave open, and whether the shop's prices include tax."""


@pytest.fixture(scope="module", params=MANNERS)
def merchant(request: Any, tmp_path_factory: Any) -> Merchant:
    manner, with_tax = MANNERS[request.param]
    merchant = Merchant(
        tmp_path_factory.mktemp("orders") / "merchant",
        market=partial(AmazonMarket, sells_in=["NL", "GB", "SE"], manner=manner),
        marketplace="max_new_orders = 0",
        products=PRODUCTS,
        rates=RATES,
        tax=SandboxTax(prices_include_tax=with_tax),
    )
    merchant.sync()
    for case in EUROPEAN:
        _place(merchant, case)
    for _ in range(3):
        merchant.later(minutes=5)
        merchant.sync()
    return merchant


def _place(merchant: Merchant, case: Case) -> None:
    merchant.amazon.place(PURCHASES[case.order.id][1])
    (placed,) = (one for one in merchant.amazon.orders() if one.id == case.order.id)
    for item, line in zip(placed.items, case.order.lines, strict=True):
        if line.cancelled:
            merchant.amazon.cancel(case.order.id, item.id, line.cancelled)


@pytest.fixture(scope="module")
def japan(tmp_path_factory: Any) -> Merchant:
    """Give a merchant who sells in Japan, which is a region of its own."""
    merchant = Merchant(
        tmp_path_factory.mktemp("orders") / "japan",
        market=partial(AmazonMarket, region="fe", sells_in=["JP"]),
        products=PRODUCTS,
        rates=RATES,
    )
    merchant.sync()
    for case in JAPANESE:
        _place(merchant, case)
    merchant.later(minutes=5)
    merchant.sync()
    return merchant


@pytest.fixture(scope="module")
def shown(merchant: Merchant) -> dict[str, dict[str, Any]]:
    return shown_in(merchant)


@pytest.mark.parametrize("case", EUROPEAN, ids=lambda case: case.name)
def test_the_shop_has_what_the_buyer_paid(
    case: Case, merchant: Merchant, shown: dict[str, dict[str, Any]]
) -> None:
    check_shown(case, shown[case.order.id])
    assert merchant.status(case.order.id) is Status.NOT_SHIPPED


@pytest.mark.parametrize("case", JAPANESE, ids=lambda case: case.name)
def test_in_japan_too(case: Case, japan: Merchant) -> None:
    check_shown(case, shown_in(japan)[case.order.id])


def test_most_of_the_table_is_played_and_nothing_needs_a_person(
    merchant: Merchant, japan: Merchant
) -> None:
    assert len(PURCHASES) >= 70
    assert merchant.problems() == japan.problems() == []
    assert merchant.asked("PUT", "/orders/") == 0, "every total was right at once"

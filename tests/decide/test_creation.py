"""What the shop's answers to a creation mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderlink.decide.creation import (
    Expected,
    difference,
    judge,
    on_created,
    on_creation_refused,
    on_difference,
)
from orderlink.model import ShopLine, ShopState, Stamp, Status
from orderlink.rows import Kind
from tests.support.values import order, shop_order

STAMP = Stamp("bol::A1", "here", "A1")
LINES = (ShopLine("SKU-1", 2, Decimal("25.98"), "501"),)
EXPECTED = Expected("EUR", Decimal("25.98"), LINES)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"total": Decimal("25.97")}, "25.97 EUR"),
        ({"currency": "USD"}, "25.98 USD"),
        ({"lines": ()}, "incomplete: 2 of 2"),
        ({"lines": (ShopLine("SKU-1", 1, Decimal(1), "501"),)}, "incomplete: 1 of 2"),
        ({"lines": (*LINES, ShopLine("X", 1, Decimal(0), "9"))}, "incomplete: other"),
    ],
)
def test_a_shop_order_is_right_to_the_cent_and_to_the_piece(
    changes: dict[str, Any], says: str
) -> None:
    found = difference(EXPECTED, shop_order(**changes))
    assert says in found
    assert bool(found) == bool(says)


def test_a_found_order_is_compared_by_pieces_where_products_are_not_known() -> None:
    by_sku = Expected("EUR", Decimal("25.98"), (ShopLine("SKU-1", 2, Decimal("25.98")),))
    assert difference(by_sku, shop_order()) == ""
    assert "incomplete" in difference(by_sku, shop_order(lines=()))


def test_only_our_own_reference_makes_an_order_ours() -> None:
    other = shop_order(id="20", reference="bol::B2", order_number="B2")
    assert judge(STAMP, [other]).ours is None
    assert judge(STAMP, [other, shop_order()]).ours == shop_order()


def test_the_lowest_of_several_is_followed_and_all_are_named() -> None:
    twin = shop_order(id="17")
    judgement = judge(STAMP, [shop_order(), twin])
    assert (judgement.ours, judgement.ids) == (shop_order(), ("16", "17"))
    verdict = on_created(order(status=Status.NEW), shop_order(), "here", judgement.ids)
    (problem,) = verdict.opens
    assert problem.word == "several_in_shop"
    assert "16, 17" in problem.sentence


def test_the_number_without_our_reference_is_taken_unless_that_order_is_gone() -> None:
    foreign = shop_order(reference="")
    assert judge(STAMP, [foreign]).taken == foreign
    assert judge(STAMP, [shop_order(reference="", state=ShopState.GONE)]).taken is None


@pytest.mark.parametrize(
    ("status", "becomes", "opens"),
    [
        (Status.NEW, Status.NOT_SHIPPED, []),
        (Status.MANUAL, None, []),
        (Status.CANCELLED, None, ["cancelled_at_marketplace"]),
        (Status.NOT_SHIPPED, None, []),
    ],
)
def test_a_creation_is_recorded_whatever_became_of_the_order_meanwhile(
    status: Status, becomes: Status | None, opens: list[str]
) -> None:
    verdict = on_created(order(status=status), shop_order(), "here")
    assert verdict.status is becomes
    assert verdict.changes["shop_order_id"] == "16"
    assert [problem.word for problem in verdict.opens] == opens


def test_another_installations_order_is_told() -> None:
    verdict = on_created(order(status=Status.NEW), shop_order(origin="there"), "here")
    assert [problem.word for problem in verdict.opens] == ["other_origin"]


def test_a_difference_is_corrected_before_it_is_held() -> None:
    first = on_difference(shop_order(), "off", correctable=True, holdable=True)
    assert (first.due, first.opens) == ((Kind.CORRECT_IN_SHOP,), ())
    then = on_difference(shop_order(), "off", correctable=False, holdable=True)
    assert then.due == (Kind.HOLD_IN_SHOP,)
    assert [problem.word for problem in then.opens] == ["total_differs"]
    assert on_difference(shop_order(), "off", correctable=False, holdable=False).due == ()


def test_a_word_that_nobody_knows_is_the_shops_refusal() -> None:
    assert on_creation_refused("odd", "why", {}).opens[0].word == "shop_refused"
    assert on_creation_refused("product_unknown", "why", {}).opens[0].word == "product_unknown"

"""Taking over from another connector in a Shopify shop: what is Shopify's own about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderlink.decide.adoption import ANY, Finding, Outcome, Spelling
from orderlink.model import Status
from tests.support.others import adopt, bring, bring_to_shopify, mark_of, outcomes
from tests.support.others import without_our_fields as unmarked
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

CODE = "3SABCD1234567"


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path, shop_type="shopify")


def test_an_order_that_is_in_the_shop_is_linked_stamped_and_followed(merchant: Merchant) -> None:
    order = merchant.place()
    there = bring(merchant.shopify, order)
    before = unmarked(merchant, there)
    assert outcomes(adopt(merchant).entries) == [(order, Finding.FOUND, Outcome.STAMPED)]
    assert mark_of(merchant.shopify, there) == f"bol::{order}"
    assert unmarked(merchant, there) == before, "nothing else of it changes"
    merchant.complete(there, CODE)
    merchant.sync_every_five_minutes(0.5)
    assert [one.code for one in merchant.shipments(order)] == [CODE]
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.shopify.ledger.created) == 1
    assert merchant.problems() == []


@pytest.mark.parametrize(
    ("field", "spelling", "brought"),
    [
        ("transaction_id", Spelling("BOL-"), {"number": "BOL-{}"}),
        ("number", Spelling("B"), {"name": "#B{}"}),
        ("tag", Spelling("bol "), {"tags": ["marketplace", "bol {}"]}),
        ("meta:Order", Spelling(ANY, ANY), {"meta": {"Order": "bol.com {} (NL)"}}),
    ],
)
def test_the_number_is_found_where_the_other_program_put_it(
    merchant: Merchant, field: str, spelling: Spelling, brought: dict[str, Any]
) -> None:
    order, other = merchant.place(), merchant.place()
    there = bring_to_shopify(merchant.shopify, **_filled(brought, order))
    bring(merchant.shopify)
    plan = adopt(merchant, field=field, spelling=spelling)
    assert outcomes(plan.found()) == [(order, Finding.FOUND, Outcome.STAMPED)]
    assert [entry.order_id for entry in plan.not_found()] == [other]
    assert merchant.order(order).shop_order_id == there


def _filled(value: Any, order: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, order) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, order) for one in value]
    return value.format(order)


@pytest.mark.parametrize("unique", [False, True])
def test_after_the_state_file_was_lost_adopted_orders_are_found_by_their_stamp(
    tmp_path: Path, *, unique: bool
) -> None:
    merchant = Merchant(
        tmp_path,
        shop_type="shopify",
        marketplace='import_from = "open"',
        unique_reference=unique,
        search_lag=120,
    )
    order = merchant.place()
    there = bring(merchant.shopify, meta={"memo": order}, total="20")
    adopt(merchant, field="meta:memo")
    before = unmarked(merchant, there)
    for path in merchant.folder.glob("state.sqlite3*"):
        path.unlink()
    merchant.later(minutes=5)
    merchant.run("rebuild")
    merchant.sync_every_five_minutes(0.5)
    row = merchant.order(order)
    assert (row.status, row.shop_order_id) == (Status.NOT_SHIPPED, there)
    assert merchant.problems() == ["total_differs"], "it is told, and neither corrected nor held"
    assert unmarked(merchant, there) == before
    assert len(merchant.shopify.ledger.created) == 1


def test_a_look_writes_nothing(merchant: Merchant) -> None:
    order = merchant.place()
    bring(merchant.shopify, order)
    plan = adopt(merchant, only_look=True)
    assert outcomes(plan.entries) == [(order, Finding.FOUND, Outcome.NOTHING)]
    assert merchant.asked("POST", "#Stamp") == 0

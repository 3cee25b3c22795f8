"""What the Shopify sandbox lets be asked: points, plans, trial shops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderlink.sandbox.shopify_records import PLANS, SandboxShop
from orderlink.shops import shopify_order_queries as order_queries
from orderlink.shops import shopify_queries as queries
from tests.sandbox.shopify_calls import Caller, order

if TYPE_CHECKING:
    from orderlink.shops.shopify_queries import Operation


def cost(caller: Caller, operation: Operation) -> Any:
    return caller.ask(operation.text, **operation.variables)["extensions"]["cost"]


@pytest.mark.parametrize(
    ("plan", "capacity", "rate"),
    [("Basic", 2000, 100), ("Advanced", 4000, 200), ("Plus", 20000, 1000)],
)
def test_a_plan_decides_how_much_may_be_asked(plan: str, capacity: int, rate: int) -> None:
    caller = Caller(selling=SandboxShop(plan=PLANS[plan]))
    status = cost(caller, queries.shop_facts())["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (capacity, rate)


def test_what_was_not_needed_is_given_back() -> None:
    caller = Caller()
    caller.made()
    told = cost(caller, order_queries.orders_by_number(["A-1"]))
    assert told["requestedQueryCost"] == 102
    assert told["actualQueryCost"] == 2 + 2
    spent = 23 + 7 + 4
    assert told["throttleStatus"]["currentlyAvailable"] >= 2000 - spent


def test_who_asks_too_much_is_throttled_until_the_bucket_has_filled() -> None:
    caller = Caller()
    number = caller.made(order(*[order()["lineItems"][0]] * 130))
    dear = order_queries.further_lines(number, "0")
    answers = [caller.ask(dear.text, **dear.variables) for _ in range(8)]
    throttled = next(one for one in answers if "errors" in one)
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in throttled
    status = throttled["extensions"]["cost"]["throttleStatus"]
    assert status["currentlyAvailable"] < dear.points
    caller.clock.advance((dear.points - status["currentlyAvailable"]) / status["restoreRate"])
    assert "errors" not in caller.ask(dear.text, **dear.variables)


def test_nobody_is_throttled_where_that_is_switched_off() -> None:
    caller = Caller(rate_limits=False)
    for _ in range(30):
        caller.do(order_queries.fulfillment_ids("5001"))


def test_a_single_question_may_be_too_dear() -> None:
    operation = order_queries.orders_by_id([str(number) for number in range(23)])
    document = Caller().ask(operation.text, **operation.variables)
    assert document["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_a_trial_shop_takes_five_orders_a_minute() -> None:
    caller = Caller(selling=SandboxShop(plan=PLANS["Trial"]))
    for _ in range(5):
        caller.made()
        caller.clock.advance(10)
    assert "rate limit" in caller.refused(order())["message"]
    caller.clock.advance(10)
    caller.made()
    assert len(caller.sandbox.ledger.created) == 6

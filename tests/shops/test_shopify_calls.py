"""How often Shopify is asked: points known and taken before, corrected after, kept across runs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from orderlink.errors import TryLater
from orderlink.sandbox.shopify_records import PLANS, SandboxShop
from orderlink.shops.shopify import Shopify
from orderlink.shops.shopify_calls import POINTS, TRIAL

from .shopify_world import START, World, line, order
from .test_shopify import instead_of, refused_with


def tokens(world: World, name: str = POINTS) -> float:
    return world.http.budget_states()[name]["tokens"]


def test_each_answer_corrects_what_is_known_of_the_bucket() -> None:
    world = World()
    assert tokens(world) == 1000
    world.shop.read(["5001"])
    state = world.http.budget_states()[POINTS]
    assert (state["capacity"], state["per_second"]) == (2000, 100)
    assert 1900 < state["tokens"] <= 2000, "what was not there cost nothing"


@pytest.mark.parametrize(("plan", "rate"), [("Advanced", 200), ("Plus", 1000)])
def test_a_better_plan_is_used(plan: str, rate: int) -> None:
    world = World(selling=SandboxShop(plan=PLANS[plan]))
    world.shop.read(["5001"])
    assert world.http.budget_states()[POINTS]["per_second"] == rate


def test_the_points_of_an_operation_are_taken_before_it_is_sent() -> None:
    world = World()
    seen: list[float] = []
    world.instead = lambda _: seen.append(tokens(world))
    world.shop.read([str(number) for number in range(1, 100)])
    assert seen == [1000 - 495]


def test_nothing_is_sent_for_which_there_are_no_points() -> None:
    world = World()
    world.http.know_budget(POINTS, 0, 2000, 50)
    with pytest.raises(TryLater) as raised:
        world.shop.read([str(number) for number in range(1, 102)])
    assert raised.value.retry_at is not None
    assert world.requests == []


def test_a_short_wait_for_points_is_waited() -> None:
    world = World()
    world.http.know_budget(POINTS, 0, 2000, 100)
    world.shop.read(["5001"])
    assert 0 < (world.clock.now() - START).total_seconds() < 1


def test_the_bucket_lives_across_runs() -> None:
    world = World()
    world.http.know_budget(POINTS, 10, 2000, 100)
    kept = world.http.budget_states()
    later = World()
    later.http.load_budgets(kept)
    assert tokens(later) == 10
    assert later.http.budget_states()[POINTS]["per_second"] == 100


def test_a_shop_full_of_work_is_never_asked_too_much() -> None:
    world = World()
    ids = [world.place(order(line(sku="TEE-L", ean="")), f"N-{number}").id for number in range(60)]
    for shop_id in ids:
        world.sandbox.control("complete", {"order": shop_id, "codes": [f"3S{shop_id}", "1Z"]})
    for _ in range(30):
        assert len(world.shop.read(ids).orders) == 60
    assert not [one for one in world.answers if b"THROTTLED" in one.body]
    assert (world.clock.now() - START).total_seconds() > 60, "it waited for its points"


def throttled(*, coded: bool) -> Any:
    error: dict[str, Any] = {"message": "Throttled"}
    if coded:
        error["extensions"] = {"code": "THROTTLED"}
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": 40, "restoreRate": 100.0}
    cost = {"requestedQueryCost": 540, "actualQueryCost": None, "throttleStatus": status}
    return {"errors": [error], "extensions": {"cost": cost}}


@pytest.mark.parametrize("coded", [True, False])
def test_who_is_throttled_goes_on_when_there_are_enough_points(coded: bool) -> None:
    world = World()
    world.instead = instead_of("OrdersInBrief", throttled(coded=coded))
    with pytest.raises(TryLater) as raised:
        world.shop.read(["5001"])
    assert raised.value.retry_at is not None
    assert (raised.value.retry_at - START).total_seconds() == 5
    assert tokens(world) == 40


def test_a_creation_that_is_throttled_was_not_carried_out() -> None:
    world = World()
    draft = world.draft(order())
    world.instead = instead_of("CreateOrder", throttled(coded=True))
    with pytest.raises(TryLater) as raised:
        world.shop.create(draft)
    assert raised.value.retry_at is not None
    assert world.sandbox.control("orders", {}) == []


def test_a_shop_for_trying_is_given_five_orders_and_then_left_alone() -> None:
    world = World(selling=SandboxShop(plan=PLANS["Trial"]))
    for number in range(5):
        world.place(order(), f"T-{number}")
    draft = world.draft(order())
    asked = len(world.requests)
    with pytest.raises(TryLater) as raised:
        world.shop.create(draft)
    assert raised.value.retry_at is not None
    assert 50 < (raised.value.retry_at - world.clock.now()).total_seconds() < 61
    assert len(world.requests) == asked, "it was not even tried"
    world.clock.advance(61)
    world.shop.create(draft)
    assert len(world.sandbox.ledger.created) == 6


def test_in_an_hour_a_shop_for_trying_never_has_to_refuse() -> None:
    world = World(selling=SandboxShop(plan=PLANS["Trial"]))
    for minute in range(60):
        draft = world.draft(order(), f"H-{minute}")
        with suppress(TryLater):
            for _ in range(10):
                world.shop.create(draft)
        world.clock.advance(60)
    assert len(world.sandbox.ledger.created) >= 60
    assert not [one for one in world.answers if b"rate limit" in one.body]


@pytest.mark.parametrize("where", ["userErrors", "errors"])
def test_a_shop_that_takes_no_more_orders_is_left_alone_for_a_minute(where: str) -> None:
    world = World()
    draft = world.draft(order())
    said = "Exceeded order API rate limit, please try again in a minute."
    document = refused_with([], said) if where == "userErrors" else {"errors": [{"message": said}]}
    world.instead = instead_of("CreateOrder", document)
    with pytest.raises(TryLater, match="takes no more orders") as raised:
        world.shop.create(draft)
    assert raised.value.retry_at is not None
    assert (raised.value.retry_at - START).total_seconds() == 60


def test_a_question_that_is_too_dear_is_a_fault_and_not_a_lost_answer() -> None:
    world = World()
    dear = {"message": "Query cost is 1010", "extensions": {"code": "MAX_COST_EXCEEDED"}}
    world.instead = instead_of("OrdersInBrief", {"errors": [dear]})
    with pytest.raises(TryLater, match="Query cost is 1010"):
        world.shop.read(["5001"])


@pytest.mark.parametrize(
    "cost",
    [None, {}, {"throttleStatus": {}}, {"throttleStatus": {"currentlyAvailable": "many"}}],
)
def test_an_answer_that_does_not_tell_its_cost_changes_nothing(cost: Any) -> None:
    world = World()
    document = {"data": {"nodes": [None]}, "extensions": {"cost": cost}}
    world.instead = instead_of("OrdersInBrief", document)
    world.shop.read(["5001"])
    assert tokens(world) == 1000 - 5


def test_the_budgets_begin_with_the_least_that_any_shop_has() -> None:
    assert Shopify.BUDGETS[POINTS].capacity == 1000
    assert Shopify.BUDGETS[TRIAL].capacity == 5

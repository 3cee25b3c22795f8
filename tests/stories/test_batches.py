"""Many orders in one write to the shop: each still exactly once, and none for another's sake."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.decide.batches import FIRST_SIZE
from orderlink.model import Status
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.server import Answer
from tests.support.faults import MachineDied, answer, died_after, lost_after, lost_before

if TYPE_CHECKING:
    from tests.support.faults import Act
    from tests.support.world import Merchant

BATCH = ("woo", "POST", "/orders/batch$")
UNKNOWN = Article(reference="NOT-IN-SHOP", ean="4006381333931")


def placed(merchant: Merchant, count: int) -> list[str]:
    """Let buyers order while nobody looks."""
    merchant.sync()
    merchant.later(minutes=5)
    return [merchant.place() for _ in range(count)]


def in_shop(merchant: Merchant, orders: list[str]) -> list[int]:
    """Count the shop's orders for each."""
    return [len(merchant.shop_orders(order)) for order in orders]


def one_by_one(merchant: Merchant) -> int:
    """Count the writes of a single order."""
    return merchant.asked("POST", "/orders$")


def test_what_comes_together_goes_with_one_write(merchant: Merchant) -> None:
    orders = placed(merchant, FIRST_SIZE)
    merchant.sync()
    assert in_shop(merchant, orders) == [1] * FIRST_SIZE
    assert (merchant.asked("POST", "/orders/batch$"), one_by_one(merchant)) == (1, 0)
    assert {merchant.status(order) for order in orders} == {Status.NOT_SHIPPED}


def test_a_single_order_goes_by_itself(merchant: Merchant) -> None:
    (order,) = placed(merchant, 1)
    merchant.sync()
    assert in_shop(merchant, [order]) == [1]
    assert (merchant.asked("POST", "/orders/batch$"), one_by_one(merchant)) == (0, 1)


def test_writes_grow_while_the_shop_is_quick(merchant: Merchant) -> None:
    orders = placed(merchant, 70)
    merchant.sync()
    assert in_shop(merchant, orders) == [1] * 70
    assert merchant.asked("POST", "/orders/batch$") == 3, "10, 20 and 40"
    more = placed(merchant, 70)
    merchant.sync()
    assert in_shop(merchant, more) == [1] * 70
    assert merchant.asked("POST", "/orders/batch$") == 4, "what was learnt is kept"


def test_writes_shrink_where_the_shop_is_slow(merchant: Merchant) -> None:
    def slow(sandbox: Any, request: Any) -> Answer:
        served: Answer = sandbox.handle(request)
        merchant.clock.advance(12)
        return served

    orders = placed(merchant, 17)
    sizes: list[int] = []

    def counted(sandbox: Any, request: Any) -> Answer:
        sizes.append(len(json.loads(request.body)["create"]))
        return slow(sandbox, request)

    merchant.fault(*BATCH, counted, times=-1)
    merchant.sync()
    assert sizes == [10, 5, 2]
    assert in_shop(merchant, orders) == [1] * 17


@pytest.mark.parametrize("fault", [lost_after, lost_before])
def test_a_lost_answer_to_many_orders_creates_none_twice(merchant: Merchant, fault: Act) -> None:
    orders = placed(merchant, 4)
    merchant.fault(*BATCH, fault)
    merchant.sync()
    assert merchant.problems() == ["outcome_unknown"] * 4
    merchant.sync_every_five_minutes(1)
    assert in_shop(merchant, orders) == [1] * 4
    assert merchant.problems() == []


def test_the_machine_dies_after_many_orders_were_taken(merchant: Merchant) -> None:
    orders = placed(merchant, 4)
    merchant.fault(*BATCH, died_after)
    with pytest.raises(MachineDied):
        merchant.sync()
    merchant.sync_every_five_minutes(1)
    assert in_shop(merchant, orders) == [1] * 4


def test_half_of_many_orders_were_taken_when_the_shop_died(merchant: Merchant) -> None:
    def half(sandbox: Any, request: Any) -> Answer:
        entries = json.loads(request.body)["create"]
        body = json.dumps({"create": entries[: len(entries) // 2]}).encode()
        sandbox.handle(replace(request, body=body))
        return Answer(500, b"<html>memory exhausted</html>")

    orders = placed(merchant, 6)
    merchant.fault(*BATCH, half)
    merchant.sync()
    assert sum(in_shop(merchant, orders)) == 3
    merchant.sync_every_five_minutes(1)
    assert in_shop(merchant, orders) == [1] * 6


def test_one_that_is_refused_keeps_no_other_back(merchant: Merchant) -> None:
    def refuses_second(sandbox: Any, request: Any) -> Answer:
        entries = json.loads(request.body)["create"]
        entries[1]["currency"] = "no currency"
        body = json.dumps({"create": entries}).encode()
        served: Answer = sandbox.handle(replace(request, body=body))
        return served

    orders = placed(merchant, 3)
    merchant.fault(*BATCH, refuses_second)
    merchant.sync()
    assert sorted(in_shop(merchant, orders)) == [0, 1, 1]
    assert merchant.problems() == ["shop_refused"]


def test_one_whose_product_is_unknown_keeps_no_other_back(merchant: Merchant) -> None:
    orders = placed(merchant, 2)
    bad = merchant.place(UNKNOWN)
    merchant.sync()
    assert in_shop(merchant, [*orders, bad]) == [1, 1, 0]
    assert merchant.problems() == ["product_unknown"]


@pytest.mark.parametrize("status", [404, 405, 413, 501])
def test_a_shop_that_takes_no_batches_gets_each_by_itself_for_a_day(
    merchant: Merchant, status: int
) -> None:
    orders = placed(merchant, 3)
    merchant.fault(*BATCH, answer(status, b"<html>no</html>"), times=-1)
    merchant.sync()
    assert in_shop(merchant, orders) == [1] * 3
    more = placed(merchant, 3)
    merchant.sync()
    assert in_shop(merchant, more) == [1] * 3
    assert merchant.asked("POST", "/orders/batch$") == 1
    assert merchant.problems() == []
    merchant.later(days=1)
    placed(merchant, 2)
    merchant.sync()
    assert merchant.asked("POST", "/orders/batch$") == 2


def test_a_batch_that_is_refused_as_a_whole_is_sent_one_by_one(merchant: Merchant) -> None:
    orders = placed(merchant, 3)
    merchant.fault(*BATCH, answer(400, b'{"code":"rest_invalid_param","message":"create"}'))
    merchant.sync()
    assert in_shop(merchant, orders) == [1] * 3
    assert merchant.problems() == []


def test_what_failed_before_is_sent_by_itself(merchant: Merchant) -> None:
    orders = placed(merchant, 3)
    merchant.fault(*BATCH, answer(503, b"<html>busy</html>"))
    merchant.sync()
    merchant.sync_every_five_minutes(1)
    assert in_shop(merchant, orders) == [1] * 3
    assert (merchant.asked("POST", "/orders/batch$"), one_by_one(merchant)) == (1, 3)


def test_a_fault_of_orderlink_with_one_order_keeps_no_other_back(merchant: Merchant) -> None:
    merchant.fault("woo", "POST", "/orders(/batch)?$", answer(503, b"<html>busy</html>"))
    orders = placed(merchant, 3)
    merchant.sync()
    store = merchant.store()
    store.database.connection.execute(
        "UPDATE orders SET document = ? WHERE order_id = ?", ('{"id": 1}', orders[0])
    )
    store.close()
    bugs = set()
    for _ in range(6):
        merchant.later(minutes=5)
        bugs |= set(merchant.sync().bugs)
    assert in_shop(merchant, orders) == [0, 1, 1]
    assert bugs == {"woo: create failed by a fault of orderlink"}
    assert "creating_fails" in merchant.problems()

"""After a 429 nothing is asked before the time that was named, in this run and in the next ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlink.model import Status
from tests.support.faults import answer

if TYPE_CHECKING:
    from tests.support.faults import Act
    from tests.support.world import Merchant

CODE = "3SABCD1234567"
NO_MORE = answer(429, b"<html>slow down</html>", Retry_After="900", Content_Type="text/html")
UNTOLD = answer(429, b"", Content_Type="text/html")


def asked_of_shop(merchant: Merchant) -> list[str]:
    return [call for call in merchant.calls if "/wp-json/" in call]


@pytest.mark.parametrize(("act", "runs"), [(NO_MORE, 3), (UNTOLD, 1)], ids=["named", "unnamed"])
def test_a_shop_behind_a_firewall_is_left_alone_as_long_as_it_says(
    merchant: Merchant, act: Act, runs: int
) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(3)]
    merchant.later(minutes=5)
    merchant.fault("woo", "GET", "/products", act)
    merchant.sync()
    assert "/products?" in asked_of_shop(merchant)[-1], "nothing more was asked in this run"
    refused = len(asked_of_shop(merchant))
    for _ in range(runs - 1):
        merchant.later(minutes=5)
        merchant.sync()
        assert len(asked_of_shop(merchant)) == refused, "it was left alone"
    merchant.later(minutes=5, seconds=1)
    merchant.sync()
    for order in orders:
        assert len(merchant.shop_orders(order)) == 1
        assert merchant.status(order) is Status.NOT_SHIPPED
    assert merchant.problems() == []


def test_a_write_that_was_too_many_is_sent_again_when_its_time_has_come(
    merchant: Merchant,
) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(2)]
    merchant.later(minutes=5)
    merchant.fault("woo", "POST", "/orders(/batch)?$", NO_MORE)
    merchant.sync()
    asked = len(asked_of_shop(merchant))
    merchant.later(minutes=10)
    merchant.sync()
    assert len(asked_of_shop(merchant)) == asked
    merchant.later(minutes=6)
    merchant.sync()
    assert [len(merchant.shop_orders(order)) for order in orders] == [1, 1]
    assert merchant.problems() == []


def test_writes_that_are_too_many_for_ever_stop_no_reading_and_are_told(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    late = merchant.place()
    merchant.fault("woo", "POST", "/orders(/batch)?$", UNTOLD, times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(1)
    assert merchant.status(order) is Status.SHIPPED, "the shop is read all the while"
    assert merchant.problems() == ["creating_fails"]
    assert any(late in line for line in merchant.told)
    assert merchant.asked("POST", "/orders") < 8, "it is tried ever more seldom"


def test_a_sign_in_that_was_too_many_waits_as_well(merchant: Merchant) -> None:
    merchant.fault("bol", "POST", "/token", NO_MORE)
    merchant.sync()
    assert merchant.asked("POST", "/token") == 1
    for _ in range(2):
        merchant.later(minutes=5)
        merchant.sync()
    assert merchant.asked("POST", "/token") == 1
    merchant.later(minutes=6)
    merchant.sync()
    assert merchant.asked("POST", "/token") == 2
    order = merchant.place()
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED

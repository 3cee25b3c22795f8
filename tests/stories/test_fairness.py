"""Nobody waits for somebody else's backlog."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderlink.decide.urgency import TURN
from orderlink.model import Status

if TYPE_CHECKING:
    from orderlink.sandbox.server import Answer
    from tests.support.world import Merchant

CREATE = ("woo", "POST", "/orders(/batch)?$")


def slowly(merchant: Merchant, seconds: float) -> Any:
    """Let a request take its time."""

    def act(sandbox: Any, request: Any) -> Answer:
        merchant.clock.advance(seconds)
        served: Answer = sandbox.handle(request)
        return served

    return act


def test_a_backlog_of_creations_leaves_time_to_report_what_has_left(merchant: Merchant) -> None:
    packed = merchant.settled()
    merchant.complete(packed, "3SABCD1234567")
    backlog = [merchant.place() for _ in range(40)]
    merchant.fault(*CREATE, slowly(merchant, 60), times=-1)
    merchant.later(minutes=5)
    report = merchant.sync()
    assert not report.finished
    assert any(not merchant.shop_orders(order) for order in backlog)
    reported = [one.order_id for one in merchant.bol.ledger.accepted]
    assert reported == [packed], "it was asked about and reported in the same run"


def test_a_backlog_delays_a_new_order_by_one_turn_at_most(merchant: Merchant) -> None:
    merchant.sync()
    backlog = [merchant.place() for _ in range(3 * TURN)]
    merchant.later(hours=1)
    newest = merchant.place()
    merchant.fault(*CREATE, slowly(merchant, 2.9), times=-1)
    merchant.sync()
    created = [one.transaction_id for one in merchant.woo.ledger.created]
    assert sorted(created) == sorted([*backlog, newest])
    assert created.index(newest) <= TURN


def test_what_must_leave_first_is_created_and_reported_first(merchant: Merchant) -> None:
    merchant.configure(marketplace='import_from = "open"')
    calm = [merchant.place() for _ in range(2)]
    pressing = merchant.place(placed_at=merchant.clock.now() - timedelta(days=1))
    merchant.sync()
    created = [one.transaction_id for one in merchant.woo.ledger.created]
    assert created[0] == pressing
    assert sorted(created) == sorted([*calm, pressing])
    for order in (*calm, pressing):
        merchant.complete(order, f"3SABCD{order[-7:]}")
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.bol.ledger.accepted[0].order_id == pressing
    merchant.sync_every_five_minutes(0.5)
    assert {merchant.status(one) for one in (*calm, pressing)} == {Status.SHIPPED}

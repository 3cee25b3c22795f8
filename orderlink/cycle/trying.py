"""A test order: one clearly marked order goes to the shop, is looked at, and is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import plain
from orderlink.cycle.creating import create_orders
from orderlink.cycle.mending import mend_in_shop
from orderlink.cycle.run import Selection
from orderlink.decide.arrival import lines_of, on_details
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.model import Address, Line, Order, Status
from orderlink.outbox import Outcome, Sending
from orderlink.rows import EffectState, Event, Kind, OrderKey, OrderRow
from orderlink.shops import Cancels

if TYPE_CHECKING:
    from decimal import Decimal

    from orderlink.cycle.run import Connection, Run
    from orderlink.steps import Steps

PREFIX = "TEST-"


def sample(number: str, sku: str, price: Decimal, run: Run) -> Order:
    """Make an order that nobody takes for a real one."""
    address = Address(
        first_name="TEST",
        last_name="do not ship",
        company="orderlink test order",
        street="Teststraat",
        house_number="1",
        postal_code="1234AB",
        city="Teststad",
        country="NL",
    )
    line = Line("1", 1, price, price, sku=sku, title="orderlink test order")
    return Order(number, run.now(), "EUR", (line,), address, marks=("test",))


def try_order(
    run: Run, market: Connection, shop: Connection, sku: str, price: Decimal
) -> Steps[bool]:
    """Put one marked order into the shop and cancel it there; False where that did not work.

    Everything on the way is said through `run.say`, and what went wrong stands in the order's
    history and problems.
    """
    number = f"{PREFIX}{run.now():%Y%m%d-%H%M%S}"
    key = OrderKey(market.id, number)
    order = sample(number, sku, price, run)
    with run.store.transaction():
        reference = market.reference_of(number)
        run.store.add_order(key, shop.id, run.now(), run.now(), lines_of(order), reference)
        row = run.store.order(key)
        if row is not None:
            details = on_details(row, order, plain(order), run.now(), ship_open=False)
            approved = Verdict(changes={"approved": True}, events=(Event("test_order"),))
            run.store.apply(row, details + approved, run.now())
    yield from create_orders(run, market, shop, Selection(orders=frozenset({key})))
    yield from mend_in_shop(run, shop)
    made = run.store.order(key)
    if made is None or not made.shop_order_id:
        _give_up(run, key)
        return False
    problems = run.store.problems(key)
    run.say(shop.label, f"{number}: created as {made.shop_order_number}")
    return (yield from _take_back(run, shop, made)) and not problems


def _give_up(run: Run, key: OrderKey) -> None:
    row = run.store.order(key)
    for problem in run.store.problems(key):
        run.say(key.order_id, problem.sentence)
    if row is not None:
        closed = Verdict(
            status=Status.CANCELLED,
            closes=tuple(problem.word for problem in run.store.problems(key)),
            withdrawn=(Kind.CREATE,),
        )
        with run.store.transaction():
            run.store.apply(row, closed, run.now())


def _take_back(run: Run, shop: Connection, row: OrderRow) -> Steps[bool]:
    """Cancel the test order in the shop, or say that a person has to."""
    taken_over = Verdict(status=Status.MANUAL, events=(Event("test_order_taken_back"),))
    shown = row.shop_order_number or row.shop_order_id
    if isinstance(shop.connector, Cancels):
        with run.store.transaction():
            run.store.add_effect(row, Kind.CANCEL_IN_SHOP)
        effect = run.store.last_effect(row.key, Kind.CANCEL_IN_SHOP)
        outcome = None
        if effect is not None:
            sending = Sending(
                row,
                effect,
                {"shop_order": row.shop_order_id},
                lambda answer: Outcome(EffectState.DONE, taken_over, answer.id),
            )
            outcome = yield from run.outbox.send(
                sending, lambda: shop.connector.cancel(row.shop_order_id)
            )
        if outcome and outcome.state is EffectState.DONE:
            run.say(shop.label, f"{row.key.order_id}: cancelled in the shop")
            return True
    problem = Problem("cancelled_at_marketplace", f"cancel test order {shown} in the shop")
    with run.store.transaction():
        run.store.apply(row, NOTHING + Verdict(status=Status.MANUAL), run.now())
        run.store.open_problem(row.key, problem, run.now())
    return False

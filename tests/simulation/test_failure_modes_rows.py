"""Rows of failure-modes.md that no other test provokes, as short lives."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orderlink.model import Status
from orderlink.people import retry
from orderlink.sandbox.bol_records import Article
from tests.simulation.checker import violations
from tests.simulation.faults import Strike
from tests.simulation.guards import CREATE, LIST, REPORT
from tests.simulation.plan import Act, Step, code
from tests.simulation.world import SimulatedWorld

POISON = Article(reference="NOT-IN-SHOP", ean="4006381333931")


def test_two_runs_started_together_import_each_order_once() -> None:
    with SimulatedWorld([Strike("second run", number) for number in range(1, 40)]) as world:
        world.play(Step(0))
        world.play(Step(5, (Act("place", 1, "one"), Act("place", 2, "two"))))
        assert world.second_runs == 0, "the lock lets no second run in"
        world.until_quiet()
        assert violations(world) == []


def test_an_order_that_a_list_repeats_is_imported_once() -> None:
    with SimulatedWorld([Strike("duplicate rows", 1, LIST, times=99)]) as world:
        world.live((Step(0), Step(5, (Act("place", 1, "one"), Act("place", 2, "two"))), Step(5)))
        assert len(world.woo.ledger.created) == 2
        assert violations(world) == []


def test_a_run_that_outlives_its_time_ends_and_the_next_one_goes_on() -> None:
    orders = tuple(Act("place", number, "one") for number in range(1, 31))
    with SimulatedWorld([Strike("slow", 1, CREATE, times=99)]) as world:
        world.play(Step(0))
        world.play(Step(5, orders))
        assert 0 < len(world.woo.ledger.created) < 30
        world.until_quiet()
        assert len(world.woo.ledger.created) == 30
        assert violations(world) == []


def test_150_orders_placed_in_one_second_are_all_imported() -> None:
    with SimulatedWorld() as world:
        world.play(Step(0))
        world.let_pass(300)
        orders = [world.place() for _ in range(150)]
        world.play(Step(0))
        world.play(Step(5))
        assert {one.transaction_id for one in world.woo.ledger.created} == set(orders)
        assert len(world.woo.ledger.created) == 150


def test_rows_that_move_between_pages_lose_nothing() -> None:
    with SimulatedWorld([Strike("lagging", 2, LIST), Strike("moved rows", 3, LIST)]) as world:
        world.play(Step(0))
        world.let_pass(300)
        orders = [world.place() for _ in range(60)]
        for _ in range(4):
            world.play(Step(5))
        assert {one.transaction_id for one in world.woo.ledger.created} == set(orders)


@pytest.mark.parametrize("kind", ["crash before", "crash after"])
def test_a_kill_between_the_page_and_the_watermark_loses_nothing(kind: str) -> None:
    for commit in range(8, 30, 3):
        with SimulatedWorld([Strike(kind, commit)]) as world:
            world.live((Step(0), Step(5, (Act("place", 1, "one"),)), Step(5)))
            assert violations(world) == [], commit


def test_an_order_that_is_cancelled_before_it_is_read_whole_is_never_created() -> None:
    with SimulatedWorld([Strike("cancelled", 1, r"^bol GET /retailer/orders/C")]) as world:
        world.live((Step(0), Step(5, (Act("place", 1, "one"),)), Step(5)))
        assert world.status(world.ids[1]) is Status.CANCELLED
        assert world.woo.ledger.created == []
        assert world.told == []


def test_an_order_that_is_cancelled_while_it_is_created_is_told_with_its_shop_order() -> None:
    with SimulatedWorld([Strike("cancelled", 1, CREATE)]) as world:
        world.live((Step(0), Step(5, (Act("place", 1, "one"),)), Step(5)))
        order = world.ids[1]
        assert world.status(order) is Status.CANCELLED
        assert world.bol.ledger.accepted == []
        assert f"cancel shop order {world.order(order).shop_order_number}" in world.told[0]


def test_200_orders_that_cannot_be_created_keep_no_other_waiting() -> None:
    with SimulatedWorld() as world:
        world.play(Step(0))
        world.let_pass(300)
        for _ in range(95):
            world.place(POISON)
        world.play(Step(0))
        world.let_pass(300)
        for _ in range(95):
            world.place(POISON)
        good = world.place()
        world.play(Step(0))
        world.play(Step(5))
        assert len(world.shop_orders(good)) == 1


def test_an_order_of_a_thousand_pieces_on_many_lines_arrives_whole() -> None:
    with SimulatedWorld() as world:
        world.play(Step(0))
        world.let_pass(300)
        order = world.place(*(Article(quantity=10, price=Decimal("1.01")) for _ in range(100)))
        world.play(Step(0))
        (shown,) = world.shop_orders(order)
        assert sum(line["quantity"] for line in shown["line_items"]) == 1000
        assert shown["total"] == "1010.00"


def test_a_token_that_expires_in_the_midst_of_a_run_is_renewed_unseen() -> None:
    orders = tuple(Act("place", number, "one") for number in range(1, 4))
    with SimulatedWorld([Strike("slow", 1, CREATE, times=3)]) as world:
        world.play(Step(0))
        world.play(Step(5, orders))
        world.bol.forget_tokens()
        world.play(Step(5, tuple(Act("complete", number, code(number)) for number in range(1, 4))))
        world.until_quiet()
        assert violations(world) == []
        assert world.told == []


def test_one_answer_in_twenty_is_lost_for_a_day_and_nothing_else_is() -> None:
    strikes = [Strike("lost before", number) for number in range(20, 900, 20)]
    with SimulatedWorld(strikes) as world:
        world.play(Step(0))
        for number in range(1, 25):
            world.play(Step(5, (Act("place", number, "one"),)))
            world.play(Step(5, (Act("complete", number, code(number)),)))
            world.play(Step(50))
        world.until_quiet()
        assert len(world.bol.ledger.executed) == 24
        assert [line for line in violations(world) if "told" not in line] == []


def test_an_order_that_was_created_by_half_is_held_and_told() -> None:
    with SimulatedWorld([Strike("half created", 1, CREATE)]) as world:
        world.live((Step(0), Step(5, (Act("place", 1, "two"),)), Step(5)))
        (shown,) = world.shop_orders(world.ids[1])
        assert shown["status"] == "on-hold"
        assert any(world.ids[1] in line for line in world.told)


def test_a_retry_reports_the_code_that_the_shop_has_by_then() -> None:
    with SimulatedWorld([Strike("422", 1, REPORT)]) as world:
        world.play(Step(0))
        world.play(Step(5, (Act("place", 1, "one"),)))
        world.play(Step(5, (Act("complete", 1, code(1)),)))
        order = world.ids[1]
        assert world.problems() == ["marketplace_refused"]
        (stored,) = world.woo._store.orders.values()
        stored.meta = [entry for entry in stored.meta if "tracking" not in entry["key"]]
        world.do(Act("add code", 1, code(1, 5)))
        store = world.store()
        retry(store, world.order(order), world.clock.now())
        store.close()
        world.play(Step(5))
        world.play(Step(5))
        (shipment,) = world.shipments(order)
        assert shipment.code == code(1, 5)


def test_a_position_that_nobody_understands_is_read_anew() -> None:
    with SimulatedWorld() as world:
        world.play(Step(0))
        store = world.store()
        shelf = store.shelf("bol-1", world.clock)
        now = f'"{world.clock.now():%Y-%m-%dT%H:%M:%SZ}"'
        since = f'"since": null, "until": {now}, "started": {now}'
        shelf.put("unfinished look", f'{{{since}, "reason": "gap", "position": "b3BhcXVl"}}')
        store.keep_shelf("bol-1", shelf)
        store.close()
        world.live((Step(5, (Act("place", 1, "one"),)), Step(5)))
        assert violations(world) == []


@pytest.mark.parametrize("kind", ["full", "busy", "corrupt", "crash before", "crash after"])
def test_a_disk_that_fails_after_a_creation_leads_to_no_second_one(kind: str) -> None:
    plan = (Step(0), Step(5, (Act("place", 1, "one"),)), Step(5))
    with SimulatedWorld() as calm:
        calm.play(plan[0])
        before = calm.disk.commits
        calm.play(plan[1])
        commits = range(before + 1, calm.disk.commits + 1)
    for commit in commits[::4]:
        with SimulatedWorld([Strike(kind, commit)]) as world:
            world.live(plan)
            assert violations(world) == [], commit
            assert len(world.woo.ledger.created) == 1


def test_a_connection_that_fails_is_no_good_run_although_the_others_go_on() -> None:
    with SimulatedWorld([Strike("503", 1, "^woo", times=99)]) as world:
        world.play(Step(0))
        world.play(Step(5, (Act("place", 1, "one"),)))
        assert "unreachable" in world.problems()
        store = world.store()
        last = store.last_run()
        store.close()
        assert last is not None
        assert last.outcome == "failed"
        assert world.status(world.ids[1]) is Status.NEW

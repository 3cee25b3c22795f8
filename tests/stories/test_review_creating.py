"""What a stern reader found about creations, corrections and alerts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.model import Status
from orderlink.people import retry, take_over
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.woocommerce import RATES
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.sandbox.woocommerce_tax import SandboxTax
from tests.support.faults import (
    UNAVAILABLE,
    MachineDied,
    answer,
    answer_after,
    half_created,
    lost_after,
    lost_before,
    refused,
)

if TYPE_CHECKING:
    from tests.support.world import Merchant

CODE = "3SABCD1234567"
CREATE = ("woo", "POST", "/orders(/batch)?$")


def restore(merchant: Merchant) -> None:
    for path in merchant.folder.glob("state.sqlite3*"):
        if path.suffix != ".run":
            path.unlink()
    shutil.copy(merchant.folder / "backup", merchant.config.state)


def test_a_restored_backup_creates_nothing_twice_though_one_order_is_read_late(
    merchant: Merchant,
) -> None:
    merchant.settled()
    shutil.copy(merchant.config.state, merchant.folder / "backup")
    merchant.later(minutes=5)
    orders = [merchant.place(), merchant.place()]
    merchant.later(minutes=5)
    merchant.sync()
    restore(merchant)
    merchant.fault("bol", "GET", f"/orders/{orders[1]}$", answer(500, b"{}"))
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.5)
    assert [len(merchant.shop_orders(order)) for order in orders] == [1, 1]


def test_an_answer_that_is_lost_every_time_is_told_and_tried_ever_more_seldom(
    merchant: Merchant,
) -> None:
    merchant.settled()
    order = merchant.place()
    merchant.fault(*CREATE, answer(500, b"{}"), times=-1)
    merchant.later(minutes=5)
    before = merchant.asked("POST", "/orders(/batch)?$")
    report = merchant.sync_every_five_minutes(24)
    assert [problem.word for problem in report.problems] == ["outcome_unknown"]
    assert merchant.asked("POST", "/orders(/batch)?$") - before < 12
    merchant.no_more_faults()
    merchant.sync_every_five_minutes(7)
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.problems() == []


def test_a_correction_whose_answer_is_always_lost_ends_on_hold(merchant: Merchant) -> None:
    merchant.settled()
    reduced = [replace(rate, percent="9.0000") for rate in RATES]
    merchant.woo.change_taxes(SandboxTax(), reduced)
    order = merchant.place(Article(price=Decimal("10.90")))
    no_answer = lost_before
    merchant.fault("woo", "PUT", "/orders/", no_answer, times=3)
    merchant.later(minutes=5)
    report = merchant.sync_every_five_minutes(6)
    assert "total_differs" in [problem.word for problem in report.problems]
    (shown,) = merchant.shop_orders(order)
    assert shown["status"] == "on-hold"


def test_a_stage_that_fails_in_every_run_is_told_though_the_others_go_well(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault("bol", "POST", "/shared/process-status", UNAVAILABLE, times=-1)
    report = merchant.sync_every_five_minutes(1)
    assert [problem.word for problem in report.problems] == ["unreachable"]
    assert len(merchant.told) == 1
    merchant.no_more_faults()
    merchant.later(minutes=5)
    assert merchant.sync().problems == []


def test_a_crash_at_a_refusal_leaves_the_problem_with_it(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place()
    merchant.fault(*CREATE, answer(400, b'{"code":"rest_invalid_param","message":"No"}'))
    merchant.later(minutes=5)
    from orderlink import outbox

    kept = outbox.Outbox.record

    def record_and_die(self: outbox.Outbox, *arguments: object) -> None:
        kept(self, *arguments)  # type: ignore[arg-type]
        raise MachineDied

    outbox.Outbox.record = record_and_die  # type: ignore[method-assign, assignment]
    try:
        merchant.sync()
    except MachineDied:
        pass
    finally:
        outbox.Outbox.record = kept  # type: ignore[method-assign]
    assert merchant.problems() == ["shop_refused"]
    assert merchant.status(order) is Status.NEW


def test_a_crash_right_after_the_creation_does_not_skip_the_check_of_the_total(
    merchant: Merchant,
) -> None:
    merchant.settled()
    reduced = [replace(rate, percent="9.0000") for rate in RATES]
    merchant.woo.change_taxes(SandboxTax(), reduced)
    order = merchant.place(Article(price=Decimal("10.90")))
    merchant.fault(*CREATE, lost_after)
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(0.5)
    (shown,) = merchant.shop_orders(order)
    assert shown["total"] == "10.90"
    assert merchant.asked("PUT", "/orders/") == 1


def test_a_shop_that_moved_gets_the_new_orders_and_follows_them(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault("woo", "GET", ".", refused, times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.no_more_faults()
    path = merchant.config.path
    path.write_text(path.read_text().replace("https://shop.example", "https://new.example"))
    from orderlink.config import load_config

    merchant.config = load_config(path)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.SHIPPED


def test_a_due_hold_leaves_an_order_alone_that_a_person_cancelled(merchant: Merchant) -> None:
    merchant.settled()
    reduced = [replace(rate, percent="9.0000") for rate in RATES]
    merchant.woo.change_taxes(SandboxTax(), reduced)
    order = merchant.place(Article(price=Decimal("10.90")))
    merchant.fault("woo", "PUT", "/orders/", answer(400, b'{"code":"no","message":"no"}'))
    merchant.fault("woo", "PUT", "/orders/", refused)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.woo.control("cancel", {"order": order})
    merchant.sync_every_five_minutes(1)
    (shown,) = merchant.shop_orders(order)
    assert shown["status"] == "cancelled"


def test_a_rebuild_is_not_asked_for_again(merchant: Merchant) -> None:
    merchant.settled()
    for path in merchant.folder.glob("state.sqlite3*"):
        if path.suffix != ".run":
            path.unlink()
    merchant.later(minutes=5)
    merchant.run("rebuild")
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == []


def test_a_rebuild_leaves_the_brake_on_many_new_orders(merchant: Merchant) -> None:
    merchant.configure(marketplace="max_new_orders = 2")
    orders = [merchant.place() for _ in range(4)]
    merchant.later(minutes=5)
    merchant.run("rebuild")
    merchant.later(minutes=5)
    report = merchant.sync()
    assert [problem.word for problem in report.problems] == ["too_many_new_orders"]
    assert [merchant.shop_orders(order) for order in orders] == [[], [], [], []]


def test_a_marketplace_that_fails_is_not_blamed_on_the_shop(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place(Article(reference="NOPE", ean="4006381333931"))
    merchant.later(minutes=5)
    merchant.sync()
    line = merchant.order(order).lines[0].line_id
    from orderlink.people import edit

    fields = {f"lines.{line}.sku": "SKU-1"}
    edit(merchant.store(), merchant.order(order), fields, "anna", merchant.clock.now())
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.fault("bol", "GET", ".", UNAVAILABLE, times=-1)
    merchant.later(minutes=30)
    merchant.sync()
    store = merchant.store()
    places = {problem.connection for problem in store.problems() if problem.word == "unreachable"}
    store.close()
    assert places == {"bol-1"}


def test_an_order_taken_over_while_its_answer_was_lost_is_found_and_left_alone(
    merchant: Merchant,
) -> None:
    merchant.settled()
    order = merchant.place()
    merchant.fault(*CREATE, answer_after(500, b"{}"))
    merchant.later(minutes=5)
    merchant.sync()
    take_over(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.sync_every_five_minutes(1)
    assert merchant.status(order) is Status.MANUAL
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.problems() == []


def test_what_the_shop_of_then_refused_goes_to_the_shop_of_now(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(Article(reference="SKU-9", ean="8718846038690"))
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["product_unknown"]
    path = merchant.config.path
    path.write_text(path.read_text().replace("ck_canary_key", "ck_another_key"))
    merchant.woo._keys["ck_another_key"] = merchant.woo._keys["ck_canary_key"]
    merchant.reload()
    merchant.woo._store.products[509] = SandboxProduct(509, "SKU-9", "Plate", "4.00")
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.3)
    assert len(merchant.shop_orders(order)) == 1
    assert merchant.problems() == []
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED


def test_only_a_retry_by_name_accepts_what_the_shop_lacks(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place(Article(), Article(reference="SKU-2", ean="8718846038683"))
    merchant.fault(*CREATE, half_created)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.5)
    store = merchant.store()
    (problem,) = store.problems()
    result = retry(store, merchant.order(order), merchant.clock.now(), deciding=False)
    store.close()
    assert "it lacks 1 of 2 pieces" in problem.sentence
    assert not result.changed
    merchant.sync_every_five_minutes(0.5)
    assert merchant.shipments(order) == []
    assert merchant.problems() == ["total_differs"]

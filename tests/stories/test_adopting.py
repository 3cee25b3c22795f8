"""Taking over from another connector: found, linked instead of created, stamped, followed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.decide.adoption import ANY, Finding, Outcome, Spelling, Wish
from orderlink.model import Status
from orderlink.people import retry
from orderlink.rows import EffectState, Kind
from orderlink.sandbox.bol_records import Article
from tests.support.faults import answer, lost_before, refused
from tests.support.others import (
    adopt,
    bring,
    fields_of,
    outcomes,
    ship_one_piece,
    without_our_fields,
)
from tests.support.world import START, Merchant

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.sandbox.server import Answer

CODE = "3SABCD1234567"
OPEN = 'import_from = "open"'


def test_an_order_that_is_in_the_shop_is_linked_and_stamped_and_not_created(
    merchant: Merchant,
) -> None:
    order = merchant.place()
    there = bring(merchant.woo, order)
    before = without_our_fields(merchant, there)
    assert outcomes(adopt(merchant).entries) == [(order, Finding.FOUND, Outcome.STAMPED)]
    row = merchant.order(order)
    assert (row.status, row.shop_order_id) == (Status.NOT_SHIPPED, there)
    fields = fields_of(merchant.woo, there)
    assert fields["_orderlink_ref"] == f"bol::{order}"
    assert fields["_orderlink_adopted"] == "yes"
    assert without_our_fields(merchant, there) == before, "nothing else of it changes"
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.woo.ledger.created) == 1
    assert merchant.problems() == []
    assert merchant.history(order)[:3] == ["seen", "adopted", "stamped"]
    assert row.document is None, "no buyer's data is kept"


def test_a_look_writes_nothing_anywhere(merchant: Merchant) -> None:
    order = merchant.place()
    bring(merchant.woo, order)
    report = merchant.run("adopt", wish=Wish(only_look=True), dry_run=True)
    assert outcomes(report.plans[0].entries) == [(order, Finding.FOUND, Outcome.NOTHING)]
    assert sorted(path.name for path in merchant.folder.iterdir()) == ["orderlink.toml"]
    writes = [call for call in merchant.calls if not call.startswith("GET ")]
    assert [call.partition("?")[0] for call in writes] == ["POST /token"]


@pytest.mark.parametrize(
    ("field", "spelling", "brought"),
    [
        ("transaction_id", Spelling("BOL-"), {"number": "BOL-{}"}),
        ("transaction_id", Spelling(suffix=ANY), {"number": "{}-1"}),
        ("number", Spelling("B"), {"meta": {"_order_number": "B{}"}}),
        ("number", Spelling("#", "-NL"), {"meta": {"_order_number_formatted": "#{}-NL"}}),
        ("meta:_channable_order_id", Spelling(), {"meta": {"_channable_order_id": "{}"}}),
        ("meta:memo", Spelling(ANY, ANY), {"meta": {"memo": "bol.com order {} (NL)"}}),
    ],
)
def test_the_number_is_found_where_the_other_program_put_it(
    merchant: Merchant, field: str, spelling: Spelling, brought: dict[str, Any]
) -> None:
    order, other = merchant.place(), merchant.place()
    values: dict[str, Any] = {
        name: value.format(order)
        if isinstance(value, str)
        else {key: text.format(order) for key, text in value.items()}
        for name, value in brought.items()
    }
    there = bring(merchant.woo, **values)
    bring(merchant.woo, meta={"something": "else"})
    plan = adopt(merchant, field=field, spelling=spelling)
    assert outcomes(plan.found()) == [(order, Finding.FOUND, Outcome.STAMPED)]
    assert [entry.order_id for entry in plan.not_found()] == [other]
    assert merchant.order(order).shop_order_id == there


def test_what_is_completed_in_the_shop_is_reported_by_the_next_run(merchant: Merchant) -> None:
    with_code, without = merchant.place(), merchant.place()
    for order in (with_code, without):
        bring(merchant.woo, order)
    merchant.complete(with_code, CODE)
    merchant.complete(without)
    adopt(merchant)
    assert merchant.bol.ledger.accepted == [], "adopting itself reports nothing"
    merchant.later(minutes=5)
    merchant.sync()
    assert [one.code for one in merchant.bol.ledger.accepted] == [CODE]
    assert merchant.status(without) is Status.WAITING
    merchant.sync_every_five_minutes(3.2)
    assert [one.code for one in merchant.shipments(without)] == [""]


def test_what_left_through_the_other_program_is_not_looked_for(merchant: Merchant) -> None:
    order = merchant.place()
    bring(merchant.woo, order)
    merchant.complete(order, CODE)
    merchant.bol.ship_by_hand(order, CODE, "TNT")
    assert adopt(merchant).entries == ()
    assert merchant.asked("GET", "/orders") == 2, "nothing is asked of the shop but its newest id"


def test_a_shop_whose_clock_is_behind_hides_no_order(merchant: Merchant) -> None:
    order = merchant.place()
    stored = merchant.woo._store.orders[int(bring(merchant.woo, order))]
    stored.modified_at -= timedelta(hours=14)
    assert outcomes(adopt(merchant).entries) == [(order, Finding.FOUND, Outcome.STAMPED)]


def test_only_orders_placed_since_then_are_taken_over(merchant: Merchant) -> None:
    early = merchant.place()
    merchant.later(hours=30)
    late = merchant.place()
    for order in (early, late):
        bring(merchant.woo, order)
    plan = adopt(merchant, since=START + timedelta(hours=24))
    assert outcomes(plan.entries) == [(late, Finding.FOUND, Outcome.STAMPED)]
    merchant.sync_every_five_minutes(0.3)
    assert len(merchant.woo.ledger.created) == 2


# What is not taken over


def test_two_shop_orders_that_fit_are_told_and_no_third_one_is_made(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    order = merchant.place()
    first, second = (bring(merchant.woo, meta={"memo": order}) for _ in range(2))
    (entry,) = adopt(merchant, field="meta:memo").entries
    assert (entry.finding, entry.outcome) == (Finding.SEVERAL, Outcome.HELD)
    assert first in entry.why
    assert second in entry.why
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.woo.ledger.created) == 2
    assert merchant.problems() == ["order_number_taken"]
    merchant.woo.control("cancel", {"order": first})
    assert adopt(merchant, field="meta:memo").found()
    assert merchant.order(order).shop_order_id == second
    assert merchant.problems() == []


def test_one_shop_order_that_fits_two_is_told(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    orders = [merchant.place(), merchant.place()]
    bring(merchant.woo, meta={"memo": " ".join(orders)})
    entries = adopt(merchant, field="meta:memo", spelling=Spelling(ANY, ANY)).entries
    assert [entry.finding for entry in entries] == [Finding.SHARED, Finding.SHARED]
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.woo.ledger.created) == 1


@pytest.mark.parametrize("act", ["cancel", "trash"])
def test_what_a_person_cancelled_in_the_shop_is_not_created_without_asking(
    tmp_path: Path, act: str
) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    order = merchant.place()
    bring(merchant.woo, order)
    merchant.woo.control(act, {"order": order})
    (entry,) = adopt(merchant).entries
    assert (entry.finding, entry.outcome) == (Finding.GONE, Outcome.HELD)
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.woo.ledger.created) == 1
    store = merchant.store()
    retry(store, merchant.order(order), merchant.clock.now())
    store.close()
    merchant.sync_every_five_minutes(0.2)
    assert len(merchant.woo.ledger.created) == 2, "a person decided that it is created"


@pytest.mark.parametrize(
    ("reference", "finding", "held"),
    [("bol::C999", Finding.OTHERS, True), ("", Finding.OTHERS, True), (None, Finding.OURS, False)],
)
def test_what_carries_a_reference_of_others_is_told_and_not_taken(
    tmp_path: Path, reference: str | None, finding: Finding, held: bool
) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    order = merchant.place()
    carried = f"bol::{order}" if reference is None else reference
    meta = {"_orderlink_ref": carried, "_orderlink_origin": "elsewhere"}
    there = bring(merchant.woo, order, meta=meta)
    (entry,) = adopt(merchant).entries
    assert (entry.finding, entry.outcome is Outcome.HELD) == (finding, held)
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.woo.ledger.created) == 1
    assert fields_of(merchant.woo, there)["_orderlink_ref"] == carried
    assert merchant.problems() == ["order_number_taken" if held else "other_origin"]


def test_an_order_that_left_in_part_is_finished_where_that_was_begun(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    order = merchant.place(Article(quantity=2))
    bring(merchant.woo, order, lines={"SKU-1": 2})
    merchant.woo.control("add-code", {"order": order, "code": CODE})
    ship_one_piece(merchant, order, CODE)
    (entry,) = adopt(merchant).entries
    assert (entry.finding, entry.outcome) == (Finding.PARTLY_SHIPPED, Outcome.HELD)
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.woo.ledger.created) == 1
    assert len(merchant.bol.ledger.accepted) == 1, "the first code is not reported once more"


def test_while_a_creation_of_ours_is_not_settled_nothing_is_taken_over(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.fault("woo", "POST", "/orders(/batch)?$", lost_before)
    merchant.later(minutes=5)
    merchant.sync()
    bring(merchant.woo, meta={"memo": order})
    (entry,) = adopt(merchant, field="meta:memo").entries
    assert (entry.finding, entry.outcome) == (Finding.UNDER_WAY, Outcome.HELD)
    merchant.sync_every_five_minutes(1)
    assert len(merchant.woo.ledger.created) == 1, "what a person typed in stays the only one"
    assert adopt(merchant, field="meta:memo").found()
    assert merchant.problems() == []


def test_an_order_that_was_refused_and_then_typed_in_is_taken_over(merchant: Merchant) -> None:
    merchant.fault(
        "woo", "POST", "/orders(/batch)?$", answer(400, b'{"code":"no","message":"not today"}')
    )
    order = merchant.settled(ship_to={"surname": "Canarybuyer"})
    assert merchant.problems() == ["shop_refused"]
    there = bring(merchant.woo, order)
    adopt(merchant)
    row = merchant.order(order)
    assert row.shop_order_id == there
    store = merchant.store()
    (creation,) = store.effects(row.key, Kind.CREATE)
    store.close()
    assert creation.state is EffectState.WITHDRAWN
    assert "Canarybuyer" not in str(creation.document)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == []
    assert len(merchant.woo.ledger.created) == 1


def test_what_leaves_while_the_list_is_read_is_not_taken(merchant: Merchant) -> None:
    whole, part = merchant.place(), merchant.place(Article(quantity=2))
    for order in (whole, part):
        bring(merchant.woo, order)

    def leave(sandbox: Any, request: Any) -> Answer:
        merchant.bol.ship_by_hand(whole, CODE, "TNT")
        ship_one_piece(merchant, part, CODE)
        merchant.later(minutes=1)
        shown: Answer = sandbox.handle(request)
        return shown

    merchant.fault("bol", "GET", f"/retailer/orders/{whole}", leave)
    findings = {entry.order_id: entry.finding for entry in adopt(merchant).entries}
    assert findings == {whole: Finding.UNREADABLE, part: Finding.PARTLY_SHIPPED}


def test_what_came_up_after_a_person_saw_the_list_is_not_taken(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    seen, fresh = merchant.place(), merchant.place()
    ids = {order: bring(merchant.woo, meta={"memo": order}) for order in (seen, fresh)}
    approved = frozenset({("bol", seen, ids[seen]), ("bol", fresh, "999")})
    entries = adopt(merchant, field="meta:memo", approved=approved).entries
    assert outcomes(entries) == [
        (seen, Finding.FOUND, Outcome.STAMPED),
        (fresh, Finding.NEWER, Outcome.HELD),
    ]
    merchant.sync_every_five_minutes(0.3)
    assert len(merchant.woo.ledger.created) == 2


def test_an_order_that_cannot_be_read_now_is_told_and_the_others_are_taken(
    tmp_path: Path,
) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    orders = [merchant.place() for _ in range(3)]
    for order in orders:
        bring(merchant.woo, meta={"memo": order})
    merchant.fault("bol", "GET", f"/retailer/orders/{orders[1]}$", answer(500, b"{}"))
    entries = adopt(merchant, field="meta:memo").entries
    assert [entry.outcome for entry in entries] == [
        Outcome.STAMPED,
        Outcome.HELD,
        Outcome.STAMPED,
    ]
    merchant.sync_every_five_minutes(0.3)
    assert len(merchant.woo.ledger.created) == 3


def test_a_run_that_is_stopped_takes_nothing_over(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    orders = [merchant.place() for _ in range(2)]
    for order in orders:
        bring(merchant.woo, order)
    merchant.world.stopping = lambda: merchant.asked("GET", f"/retailer/orders/{orders[0]}") > 0
    plan = adopt(merchant)
    assert plan.entries == ()
    assert "stopped before every order was read" in plan.failure
    store = merchant.store()
    assert store.new_orders("bol-1") == []
    store.close()


def test_the_rate_limit_lets_the_rest_be_taken_over_later(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, marketplace=OPEN)
    orders = [merchant.place() for _ in range(3)]
    for order in orders:
        bring(merchant.woo, meta={"memo": order})
    limit = answer(429, b"", Retry_After="60")
    merchant.fault("bol", "GET", f"/retailer/orders/{orders[1]}$", limit)
    entries = adopt(merchant, field="meta:memo").entries
    assert [entry.outcome for entry in entries] == [
        Outcome.STAMPED,
        Outcome.HELD,
        Outcome.HELD,
    ]
    assert merchant.asked("GET", f"/retailer/orders/{orders[2]}$") == 0
    assert "adopt again" in entries[2].why
    merchant.later(minutes=5)
    merchant.sync()
    assert [entry.outcome for entry in adopt(merchant, field="meta:memo").entries] == [
        Outcome.STAMPED,
        Outcome.STAMPED,
    ]
    assert merchant.problems() == []
    assert len(merchant.woo.ledger.created) == 3


@pytest.mark.parametrize("part", ["list", "order"])
def test_an_order_that_nobody_can_read_is_told_and_the_others_are_taken(
    merchant: Merchant, part: str
) -> None:
    odd, good = merchant.place(), merchant.place()
    for order in (odd, good):
        bring(merchant.woo, order)

    def without_items(sandbox: Any, request: Any) -> Answer:
        shown: Answer = sandbox.handle(request)
        document = json.loads(shown.body)
        rows = document["orders"] if part == "list" else [document]
        for row in rows:
            if row["orderId"] == odd:
                row["orderItems"] = "none"
        return replace(shown, body=json.dumps(document).encode())

    path = {"list": r"/retailer/orders\?", "order": f"/retailer/orders/{odd}$"}[part]
    merchant.fault("bol", "GET", path, without_items)
    found = {entry.order_id: entry for entry in adopt(merchant).entries}
    assert found[good].outcome is Outcome.STAMPED
    assert found[odd].finding is Finding.UNREADABLE
    merchant.fault("bol", "GET", path, without_items)
    assert adopt(merchant).followed == 1


@pytest.mark.parametrize(
    ("name", "path"), [("bol", "/retailer/orders"), ("woo", "/orders"), ("bol", "/token")]
)
def test_a_system_that_is_down_is_told_and_nothing_is_taken(
    merchant: Merchant, name: str, path: str
) -> None:
    order = merchant.place()
    bring(merchant.woo, order)
    method = "POST" if path == "/token" else "GET"
    merchant.fault(name, method, path, refused, times=-1)
    plan = adopt(merchant)
    assert plan.entries == ()
    assert plan.failure.startswith(f"{name}: ")
    store = merchant.store()
    assert store.orders_named(order) == []
    store.close()

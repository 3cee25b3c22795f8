"""What a person mends, so that an order goes through."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from orderlink.errors import ConfigurationError
from orderlink.model import Status
from orderlink.people import edit, release, retry
from orderlink.sandbox.bol_records import Article
from tests.support.faults import answer

if TYPE_CHECKING:
    from tests.support.world import Merchant

CODE = "3SABCD1234567"
CREATE = ("woo", "POST", "/orders(/batch)?$")
BAD_ADDRESS = answer(
    400, b'{"code":"rest_invalid_param","message":"Invalid parameter(s): billing"}'
)


def mend(merchant: Merchant, order: str, **changes: str) -> str:
    fields = {name.replace("__", "."): value for name, value in changes.items()}
    store = merchant.store()
    try:
        row = merchant.order(order)
        return edit(store, row, fields, "anna", merchant.clock.now()).sentence
    finally:
        store.close()


def test_a_wrong_sku_is_mended_and_the_order_goes_through(merchant: Merchant) -> None:
    order = merchant.settled(Article(reference="MUG-OLD", ean="4006381333931"))
    assert merchant.problems() == ["product_unknown"]
    line = merchant.order(order).lines[0].line_id
    mend(merchant, order, **{f"lines__{line}__sku": "SKU-1"})
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    merchant.later(minutes=5)
    merchant.sync()
    (shown,) = merchant.shop_orders(order)
    assert shown["line_items"][0]["sku"] == "SKU-1"


def test_a_mended_address_goes_to_the_shop_and_stands_in_the_history(merchant: Merchant) -> None:
    merchant.settled()
    order = merchant.place(ship_to={"streetName": "Canarystreat"})
    merchant.fault(*CREATE, BAD_ADDRESS)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["shop_refused"]
    mend(merchant, order, shipping__street="Canarystreet")
    retry(merchant.store(), merchant.order(order), merchant.clock.now())
    store = merchant.store()
    (edited,) = [e for e in store.events(merchant.order(order).key) if e.word == "edited"]
    store.close()
    assert edited.details == {
        "field": "shipping.street",
        "from": "Canarystreat",
        "to": "Canarystreet",
        "by": "anna",
    }
    merchant.later(minutes=5)
    merchant.sync()
    (shown,) = merchant.shop_orders(order)
    assert "Canarystreet" in shown["shipping"]["address_1"]
    assert merchant.order(order).edits == {}, "no buyer's data stay once the shop has the order"
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.2)
    merchant.later(days=31)
    merchant.sync()
    merchant.later(minutes=5)
    merchant.sync()
    raw = b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))
    assert b"Canarystre" not in raw


def test_carrier_and_code_can_be_mended_until_the_order_is_closed(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(0.1)
    assert merchant.status(order) is Status.WAITING
    mend(merchant, order, report__code="jvgl 0612 3456 7890", report__carrier="dhl_parcel_nl")
    merchant.sync_every_five_minutes(0.2)
    (shipment,) = merchant.shipments(order)
    assert (shipment.code, shipment.transporter) == ("JVGL061234567890", "DHLFORYOU")
    merchant.bol.cancel(other := merchant.settled())
    merchant.sync_every_five_minutes(0.1)
    with pytest.raises(ConfigurationError, match="nothing can be mended"):
        mend(merchant, other, report__code="3SABCD1234567")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("shipping__streat", "x", "did you mean"),
        ("report__carrier", "postln", "did you mean"),
        ("shipping__country", "Nederland", "two letters"),
    ],
)
def test_what_cannot_be_mended_is_said_and_changes_nothing(
    merchant: Merchant, field: str, value: str, says: str
) -> None:
    order = merchant.settled(Article(reference="NOPE", ean="4006381333931"))
    with pytest.raises(ConfigurationError, match=says):
        mend(merchant, order, **{field: value})
    assert merchant.order(order).edits == {}


def test_an_address_cannot_be_mended_here_once_the_shop_has_the_order(merchant: Merchant) -> None:
    order = merchant.settled()
    with pytest.raises(ConfigurationError, match="cannot be mended"):
        mend(merchant, order, shipping__street="x")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("{ total_over = 12.98 }", "12.99 EUR is over 12.98 EUR"),
        ('{ countries = ["NL"] }', "goes to NL"),
        ('{ skus = ["SKU-1"] }', "has SKU-1"),
    ],
)
def test_an_order_that_a_rule_holds_waits_for_its_release(
    merchant: Merchant, rule: str, why: str
) -> None:
    merchant.configure(marketplace=f"hold_when = {rule}")
    order = merchant.settled()
    store = merchant.store()
    (problem,) = store.problems()
    assert problem.word == "held"
    assert why in problem.sentence
    assert merchant.shop_orders(order) == []
    assert release(store, merchant.order(order), merchant.clock.now()).changed
    assert not release(store, merchant.order(order), merchant.clock.now()).changed
    store.close()
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1


def test_an_order_that_no_rule_meets_is_not_held(merchant: Merchant) -> None:
    merchant.configure(marketplace='hold_when = { total_over = 12.99, countries = ["CH"] }')
    order = merchant.settled()
    assert len(merchant.shop_orders(order)) == 1


def test_what_the_marketplace_changes_after_the_creation_is_shown(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=3))
    merchant.bol.cancel(order, quantity=1)
    merchant.later(minutes=5)
    report = merchant.sync()
    (problem,) = report.problems
    assert problem.word == "changed_at_marketplace"
    assert "SKU-1: 3 -> 2" in problem.sentence
    (shown,) = merchant.shop_orders(order)
    assert shown["line_items"][0]["quantity"] == 3, "the shop is not overwritten"


def test_a_mapped_sku_becomes_what_it_is_in_the_shop(merchant: Merchant) -> None:
    merchant.sync()
    store = merchant.store()
    store.map_product("", "MUGS-3", "SKU-1", 3)
    store.map_product("", "SET", "SKU-1", 1)
    store.map_product("", "SET", "SKU-2", 2)
    store.close()
    pack = merchant.place(Article(reference="MUGS-3", ean="", price=Decimal("29.99")))
    bundle = merchant.place(Article(reference="SET", ean="", price=Decimal("20.00")))
    merchant.later(minutes=5)
    merchant.sync()
    (shown,) = merchant.shop_orders(pack)
    assert (shown["total"], shown["line_items"][0]["quantity"]) == ("29.99", 3)
    (shown,) = merchant.shop_orders(bundle)
    assert shown["total"] == "20.00"
    pieces = {line["sku"]: line["quantity"] for line in shown["line_items"]}
    assert pieces == {"SKU-1": 1, "SKU-2": 2}
    assert merchant.problems() == []


def test_a_test_order_goes_through_and_is_taken_back(merchant: Merchant) -> None:
    report = merchant.run("test-order", connections=frozenset({"bol"}), sample="SKU-1=12.99")
    assert report.counts["tried"] == 1
    (created,) = merchant.woo.ledger.created
    assert created.transaction_id.startswith("TEST-")
    (shown,) = merchant.shop_orders(created.transaction_id)
    assert (shown["status"], shown["total"]) == ("cancelled", "12.99")
    assert merchant.status(created.transaction_id) is Status.MANUAL
    assert merchant.asked("GET", "/retailer") == 0, "the marketplace is not asked"
    merchant.sync_every_five_minutes(0.2)
    merchant.later(days=1)
    merchant.sync()
    assert merchant.problems() == []


def test_a_test_order_that_the_shop_cannot_take_says_why_and_leaves_nothing(
    merchant: Merchant,
) -> None:
    report = merchant.run("test-order", connections=frozenset({"bol"}), sample="NOPE=12.99")
    assert report.counts["tried"] == 0
    assert any("NOPE" in line for line in merchant.said)
    assert merchant.problems() == []
    assert merchant.woo.ledger.created == []

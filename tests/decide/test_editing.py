"""What a person mends, and a few decisions that only rare orders come to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orderlink.config import MarketplaceSettings
from orderlink.decide.arrival import Arrival, first_sighting
from orderlink.decide.carrier import choose
from orderlink.decide.creation import on_adapted, on_created
from orderlink.decide.editing import hold_reason, kept_edits, mendable, on_edit, with_edits
from orderlink.decide.shop import on_reading
from orderlink.decide.timing import GAP
from orderlink.model import Address, Line, LineSighting, Order, ShopState, Sighting, Status
from orderlink.settings import HoldRule
from tests.support.values import CODE, NOW, order, shop_order

PLACED = Order(
    "A1",
    NOW,
    "EUR",
    (Line("L1", 1, Decimal("12.99"), Decimal("12.99"), sku="SKU-1"),),
    Address(street="Dorpsstraat", country="NL"),
    Address(street="Kerkstraat", country="BE"),
)


def test_both_addresses_the_skus_and_the_report_can_be_mended_before_the_creation() -> None:
    fields = mendable(order(status=Status.NEW, shop_order_id=""), PLACED)
    assert fields["shipping.street"] == "Dorpsstraat"
    assert fields["billing.street"] == "Kerkstraat"
    assert fields["lines.L1.sku"] == "SKU-1"
    assert {"report.carrier", "report.code"} <= set(fields)


def test_without_a_billing_address_there_is_none_to_mend() -> None:
    from orderlink.values import replace

    assert "billing.street" not in mendable(order(), replace(PLACED, bill_to=None))
    assert set(mendable(order(), None)) == {"report.carrier", "report.code"}


def test_edits_are_laid_over_what_the_marketplace_said() -> None:
    edits = {
        "shipping.street": "Molenweg",
        "billing.city": "Gent",
        "lines.L1.sku": "SKU-2",
        "report.code": CODE,
    }
    edited = with_edits(PLACED, edits)
    assert (edited.ship_to.street, edited.ship_to.country) == ("Molenweg", "NL")
    assert edited.bill_to is not None
    assert (edited.bill_to.city, edited.bill_to.street) == ("Gent", "Kerkstraat")
    assert edited.lines[0].sku == "SKU-2"
    assert kept_edits(edits) == {"report.code": CODE}


def test_the_same_value_again_is_no_change() -> None:
    verdict, problems = on_edit(order(), PLACED, {"shipping.street": "Dorpsstraat"}, "anna")
    assert not verdict
    assert problems == []


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        (HoldRule(), False),
        (HoldRule(total_over=Decimal("12.98")), True),
        (HoldRule(total_over=Decimal("12.99")), False),
        (HoldRule(countries=("NL",)), True),
        (HoldRule(countries=("BE",)), False),
        (HoldRule(skus=("SKU-1",)), True),
        (HoldRule(skus=("SKU-2",)), False),
    ],
)
def test_a_hold_rule_says_why(rule: HoldRule, *, held: bool) -> None:
    assert bool(hold_reason(PLACED, rule)) is held


def test_a_mended_code_goes_out_with_the_carrier_that_its_shape_names() -> None:
    choice = choose(order(edits={"report.code": CODE}), CODE, MarketplaceSettings(type="bol"))
    assert (choice.code, choice.carrier_code) == (CODE, "TNT")


def test_an_order_that_is_cancelled_whole_is_not_taken_in() -> None:
    lines = (LineSighting("L1", 1, cancelled=1), LineSighting("L2", 1, by_marketplace=True))
    assert first_sighting(Sighting("A1", NOW, lines), None) is Arrival.NOTHING_OPEN


def test_what_the_marketplace_sends_itself_is_shipped_once_it_is_in_the_shop() -> None:
    row = order(status=Status.NEW, shop_order_id="")
    verdict = on_created(row, shop_order(), "here", as_shipped=True)
    assert verdict.status is Status.SHIPPED


def test_what_was_not_taken_over_stands_in_the_history() -> None:
    assert not on_adapted((), ())
    verdict = on_adapted(("emoji left out",), ("first name",))
    assert [event.word for event in verdict.events] == ["adapted", "stored_otherwise"]


@pytest.mark.parametrize("status", [Status.SHIPPED, Status.CANCELLED, Status.MANUAL, Status.NEW])
def test_the_shop_moves_only_what_is_followed(status: Status) -> None:
    completed = shop_order(state=ShopState.COMPLETED)
    assert not on_reading(order(status=status), completed, NOW, wait=GAP, trusted=True)

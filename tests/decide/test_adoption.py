"""Which shop orders of other programs are which orders of a marketplace, exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.decide.adoption import (
    ANY,
    Finding,
    Spelling,
    differences,
    fitting,
    judged,
    on_adopted,
    on_stamped,
)
from orderlink.model import (
    Address,
    Candidate,
    Line,
    LineSighting,
    Order,
    ShopLine,
    ShopState,
    Sighting,
    Stamp,
    Status,
)
from orderlink.rows import EffectState, Kind
from tests.support.values import NOW, effect, order, shop_order

STAMP = Stamp("bol::A1", "here", "A1")
AMAZON = "302-1234567-7654321"


@pytest.mark.parametrize(
    ("spelling", "number", "value", "fits"),
    [
        (Spelling(), "1234567890", "1234567890", True),
        (Spelling(), "1234567890", "12345678901", False),
        (Spelling(), "1234567890", "BOL-1234567890", False),
        (Spelling(), "A1", "a1", False),
        (Spelling("BOL-"), "1234567890", "BOL-1234567890", True),
        (Spelling("BOL-"), "1234567890", "bol-1234567890", False),
        (Spelling("BOL-"), "1234567890", "1234567890", False),
        (Spelling("BOL-", "-NL"), "1234567890", "BOL-1234567890-NL", True),
        (Spelling(suffix="-AFN"), AMAZON, f"{AMAZON}-AFN", True),
        (Spelling("A."), "1", "AB1", False),
        (Spelling(), AMAZON, "30212345677654321", True),
        (Spelling("AMZ"), AMAZON, "AMZ30212345677654321", True),
        (Spelling(), "30212345677654321", AMAZON, False),
        (Spelling(suffix=ANY), "1234567890", "1234567890-1", True),
        (Spelling(suffix=ANY), "1234567890", "1234567890", True),
        (Spelling(suffix=ANY), "1234567890", "12345678901", False),
        (Spelling(suffix=ANY), "1234567890", "BOL-1234567890", False),
        (Spelling(ANY), "1234567890", "bol.com 1234567890", True),
        (Spelling(ANY), "1234567890", "X1234567890", False),
        (Spelling(ANY), "1234567890", "_1234567890", True),
        (Spelling(ANY, ANY), "1234567890", "order 1234567890,\nby Channable", True),
        (Spelling(ANY, ANY), "1234567890", "911234567890", False),
        (Spelling("#", ANY), "1234567890", "#1234567890 (bol)", True),
    ],
)
def test_a_value_fits_when_it_is_the_number_as_it_was_said_to_be_spelled(
    spelling: Spelling, number: str, value: str, fits: bool
) -> None:
    assert bool(spelling.fits(number).fullmatch(value)) == fits


NUMBERS = st.text("0123456789ABC-", min_size=1, max_size=12).filter(
    lambda text: any(sign.isalnum() for sign in text)
)
TEXTS = st.text("BOL-# *.[\n", max_size=4).filter(lambda text: text != ANY)


@given(NUMBERS, TEXTS, TEXTS)
def test_what_is_spelled_as_it_was_said_fits(number: str, prefix: str, suffix: str) -> None:
    pattern = Spelling(prefix, suffix).fits(number)
    assert pattern.fullmatch(f"{prefix}{number}{suffix}")
    assert not pattern.fullmatch(f"{prefix}{number}{suffix}!")


@given(NUMBERS, st.sampled_from("0123456789ABCx"))
def test_with_any_text_around_it_a_longer_number_never_fits(number: str, more: str) -> None:
    whole = number.strip("-")
    pattern = Spelling(ANY, ANY).fits(whole)
    assert not pattern.fullmatch(whole + more)
    assert not pattern.fullmatch(more + whole)
    assert pattern.fullmatch(f"say {whole}, please")


def candidate(shop_id: str, *values: str, **changes: Any) -> Candidate:
    made = {"reference": "", "origin": "", "number": shop_id, **changes}
    return Candidate(shop_order(id=shop_id, **made), values)


def sighting(number: str = "A1", **line: Any) -> Sighting:
    return Sighting(number, NOW, (LineSighting("L1", 2, **line),))


def found(*candidates: Candidate, numbers: tuple[str, ...] = ("A1", "B2"), **known: Any) -> Any:
    """Judge the order A1 among these numbers and shop orders."""
    fits = fitting(numbers, candidates, known.pop("spelling", Spelling()))
    seen = known.pop("seen", sighting())
    return judged(seen, fits, STAMP, known.pop("linked", {}), known.pop("creation", None))


def test_one_that_fits_is_found_by_any_of_its_values() -> None:
    entry = found(candidate("16", "16", "A1"), candidate("17", "C3"))
    assert (entry.finding, [one.id for one in entry.shop_orders]) == (Finding.FOUND, ["16"])


@pytest.mark.parametrize(
    ("candidates", "finding", "says"),
    [
        ([], Finding.NOT_FOUND, ""),
        ([candidate("9", "A1"), candidate("16", "A1")], Finding.SEVERAL, "9, 16"),
        ([candidate("16", "A1", "B2")], Finding.SHARED, "B2"),
        ([candidate("16", "A1", reference="bol::B2")], Finding.OTHERS, "another order"),
        ([candidate("16", "A1", origin="there")], Finding.OTHERS, "another order"),
        ([candidate("16", "A1", reference="bol::A1", origin="here")], Finding.OURS, "our "),
        ([candidate("16", "A1", reference="bol::A1", origin="x")], Finding.OURS, "another orderl"),
        ([candidate("16", "A1", state=ShopState.GONE, status="trash")], Finding.GONE, "trash"),
    ],
)
def test_what_is_not_clear_is_told(
    candidates: list[Candidate], finding: Finding, says: str
) -> None:
    entry = found(*candidates)
    assert entry.finding is finding
    assert says in entry.why


def test_a_cancelled_one_beside_a_living_one_does_not_count() -> None:
    gone = candidate("16", "A1", state=ShopState.GONE, status="cancelled")
    entry = found(gone, candidate("17", "A1"))
    assert (entry.finding, [one.id for one in entry.shop_orders]) == (Finding.FOUND, ["17"])


def test_one_that_is_followed_here_as_another_order_is_not_taken() -> None:
    entry = found(candidate("16", "A1"), linked={"16": "B2"})
    assert entry.finding is Finding.OTHERS
    assert "B2" in entry.why


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        (EffectState.UNKNOWN, Finding.UNDER_WAY),
        (EffectState.DUE, Finding.FOUND),
        (EffectState.REFUSED, Finding.FOUND),
    ],
)
def test_a_creation_of_ours_counts_as_long_as_it_may_have_acted(
    state: EffectState, finding: Finding
) -> None:
    creation = effect(kind=Kind.CREATE, state=state)
    assert found(candidate("16", "A1"), creation=creation).finding is finding


def test_what_left_in_part_is_not_taken_and_what_is_cancelled_in_part_is() -> None:
    assert found(candidate("16", "A1"), seen=sighting(shipped=1)).finding is Finding.PARTLY_SHIPPED
    assert found(candidate("16", "A1"), seen=sighting(cancelled=1)).finding is Finding.FOUND


BOUGHT = Order(
    "A1",
    NOW,
    "EUR",
    (Line("L1", 2, Decimal("12.99"), Decimal("25.98"), sku="SKU-1"),),
    Address(country="NL"),
)


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, {}),
        ({"total": Decimal("20.00")}, {"total": "25.98 EUR there, 20.00 EUR in the shop"}),
        (
            {"lines": (ShopLine("SKU-1", 1, Decimal("25.98")),)},
            {"lines": "2 x SKU-1 there, 1 x SKU-1 in the shop"},
        ),
        (
            {"lines": (ShopLine("MUG", 2, Decimal("25.98")),)},
            {"lines": "2 x SKU-1 there, 2 x MUG in the shop"},
        ),
        ({"lines": ()}, {"lines": "2 x SKU-1 there, nothing in the shop"}),
        ({"refunded": Decimal(5)}, {"refunded": "5.00 EUR"}),
    ],
)
def test_what_differs_is_named_with_both_sides(
    changes: dict[str, Any], differs: dict[str, str]
) -> None:
    assert differences(BOUGHT, shop_order(**changes)) == differs


def test_an_adopted_order_is_linked_stamped_and_never_corrected_or_held() -> None:
    row = order(status=Status.NEW, shop_order_id="", shop_order_number="")
    shop = shop_order(reference="", origin="", total=Decimal("20.00"))
    verdict = on_adopted(row, BOUGHT, shop, as_shipped=False)
    assert verdict.status is Status.NOT_SHIPPED
    assert verdict.changes["shop_order_id"] == "16"
    assert (verdict.due, verdict.withdrawn) == ((Kind.STAMP_REFERENCE,), (Kind.CREATE,))
    assert [problem.word for problem in verdict.opens] == ["total_differs"]
    assert [event.word for event in verdict.events] == ["adopted", "differs"]


def test_what_the_marketplace_sends_itself_is_over_when_it_is_adopted() -> None:
    row = order(status=Status.NEW, shop_order_id="", shop_order_number="")
    shop = shop_order(reference="", origin="")
    assert on_adopted(row, BOUGHT, shop, as_shipped=True).status is Status.SHIPPED


def test_a_stamp_by_another_state_file_is_a_problem() -> None:
    assert on_stamped(shop_order(), STAMP).opens == ()
    (problem,) = on_stamped(shop_order(origin="there"), STAMP).opens
    assert problem.word == "other_origin"

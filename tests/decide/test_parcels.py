"""Which part of an order is reported next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.basics import Parcel
from orderlink.decide.parcels import (
    NOTHING_REPORTED,
    Part,
    Reported,
    changed_report,
    next_part,
    remaining,
    reported_by,
    whole_rest,
)
from orderlink.model import ShippedLine, ShopLine
from orderlink.rows import EffectState
from tests.support.values import CODE, effect, line, order

SECOND = "3SABCD7654321"
LINES = (line(line_id="L1", sku="A", quantity=2), line(line_id="L2", sku="B", quantity=1))
MADE = (
    ShopLine("A", 2, Decimal(2), "501", "L1"),
    ShopLine("B", 1, Decimal(1), "502", "L2"),
)


def inside(code: str, **contents: int) -> Parcel:
    return Parcel(code, contents=tuple(contents.items()))


def part(*parcels: Parcel, completed: bool = True, **changes: Any) -> Part | None:
    reported = changes.pop("reported", NOTHING_REPORTED)
    made = changes.pop("made", MADE)
    row = order(lines=LINES, parcels=parcels, **changes)
    return next_part(row, made, reported, completed=completed)


def lines(**pieces: int) -> tuple[ShippedLine, ...]:
    return tuple(ShippedLine(name, count) for name, count in pieces.items())


def test_a_shop_that_does_not_say_what_is_inside_has_all_reported_with_the_first_code() -> None:
    parcels = (Parcel(CODE), Parcel(SECOND))
    assert part(*parcels) == Part(lines(L1=2, L2=1), CODE)
    assert part(*parcels, completed=False) is None


def test_one_parcel_of_which_nothing_is_known_makes_the_order_go_whole() -> None:
    assert part(inside(CODE, A=1), Parcel(SECOND)) == Part(lines(L1=2, L2=1), CODE)
    assert part(inside(CODE, A=1), inside(SECOND, X=1)) == Part(lines(L1=2, L2=1), CODE)


def test_each_parcel_whose_contents_are_known_goes_by_itself() -> None:
    parcels = (inside(CODE, A=2), inside(SECOND, B=1))
    first = part(*parcels)
    assert first == Part(lines(L1=2), CODE)
    reported = Reported({"L1": 2}, frozenset({CODE}))
    assert part(*parcels, reported=reported) == Part(lines(L2=1), SECOND)
    everything = Reported({"L1": 2, "L2": 1}, frozenset({CODE, SECOND}))
    assert part(*parcels, reported=everything) is None


def test_a_parcel_goes_before_the_order_is_completed() -> None:
    assert part(inside(CODE, A=1), completed=False) == Part(lines(L1=1), CODE, covered=False)


def test_a_parcel_without_a_code_waits_while_the_other_goes() -> None:
    first = part(inside(CODE, A=2), inside("", B=1))
    assert first == Part(lines(L1=2), CODE, covered=False)
    reported = Reported({"L1": 2}, frozenset({CODE}))
    assert part(inside(CODE, A=2), inside("", B=1), reported=reported) is None


def test_a_product_without_a_sku_is_known_by_its_id() -> None:
    made = (ShopLine("", 2, Decimal(2), "501", "L1"), MADE[1])
    assert part(inside(CODE, **{"501": 1}), made=made) == Part(lines(L1=1), CODE, covered=False)


def test_a_pack_leaves_when_all_its_pieces_do() -> None:
    made = (ShopLine("A", 6, Decimal(2), "501", "L1"), MADE[1])
    assert part(inside(CODE, A=3), made=made) == Part(lines(L1=1), CODE, covered=False)
    assert part(inside(CODE, A=5, B=1), made=made) == Part(lines(L1=1, L2=1), CODE, covered=False)


def test_a_bundle_leaves_when_all_its_parts_do() -> None:
    made = (
        ShopLine("X", 2, Decimal(1), "1", "L1"),
        ShopLine("Y", 4, Decimal(1), "2", "L1"),
        MADE[1],
    )
    first = part(inside(CODE, X=1, Y=2), inside(SECOND, X=1, Y=2, B=1), made=made)
    assert first == Part(lines(L1=1), CODE)


def test_two_lines_of_one_article_are_filled_one_after_the_other() -> None:
    twins = (line(line_id="L1", sku="A", quantity=1), line(line_id="L2", sku="A", quantity=1))
    made = (ShopLine("A", 1, Decimal(1), "1", "L1"), ShopLine("A", 1, Decimal(1), "1", "L2"))
    parcels = (inside(CODE, A=1), inside(SECOND, A=1))
    row = order(lines=twins, parcels=parcels)
    assert next_part(row, made, NOTHING_REPORTED, completed=True) == Part(lines(L1=1), CODE)
    reported = Reported({"L1": 1}, frozenset({CODE}))
    assert next_part(row, made, reported, completed=True) == Part(lines(L2=1), SECOND)


def test_a_mended_code_is_the_code_of_all_that_is_left() -> None:
    reported = Reported({"L1": 2}, frozenset({CODE}))
    parcels = (inside(CODE, A=2), inside("", B=1))
    mended = part(*parcels, edits={"report.code": SECOND}, reported=reported)
    assert mended == Part(lines(L2=1), SECOND)


def sent(state: EffectState, code: str = CODE, shop_code: Any = "", **pieces: Any) -> Any:
    shipment = {
        "code": code,
        "lines": [{"line_id": one, "quantity": count} for one, count in pieces.items()],
    }
    document = {"shipment": shipment, "evidence": {"shop_code": shop_code}}
    return effect(state=state, document=document)


def test_only_what_was_carried_out_counts_as_reported() -> None:
    reports = [sent(state, L1=1) for state in EffectState]
    assert reported_by(reports).pieces == {"L1": 1}
    assert reported_by([effect()]) == NOTHING_REPORTED


def test_the_shops_own_code_counts_as_reported_where_a_rule_stripped_it() -> None:
    assert reported_by([sent(EffectState.DONE, CODE, "X" + CODE)]).codes == {CODE, "X" + CODE}


def test_what_others_shipped_is_not_counted_twice() -> None:
    row = order(lines=(line(quantity=3, shipped=1),))
    assert remaining(row, Reported({"L1": 1})) == {"L1": 2}
    assert whole_rest(row, Reported({"L1": 3})) == Part(())


def test_a_late_code_belongs_to_the_report_without_one() -> None:
    with_code, without = sent(EffectState.DONE, CODE, L1=2), sent(EffectState.DONE, "", L2=1)
    row = order(parcels=(inside(CODE, A=2), inside(SECOND, B=1)))
    assert changed_report(row, [without, with_code]) == (SECOND, without)


def test_a_mended_code_belongs_to_the_last_report() -> None:
    row = order(parcels=(Parcel(CODE),), edits={"report.code": SECOND})
    report = sent(EffectState.DONE, CODE, L1=2)
    assert changed_report(row, [report]) == (SECOND, report)
    assert changed_report(row, []) == ("", None)


@given(
    shares=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=4),
    pieces=st.integers(1, 3),
)
def test_whatever_is_in_the_parcels_no_piece_is_reported_twice(
    shares: list[tuple[int, int]], pieces: int
) -> None:
    ordered = (line(line_id="L1", sku="A", quantity=pieces), LINES[1])
    made = (ShopLine("A", pieces, Decimal(1), "501", "L1"), MADE[1])
    parcels = tuple(
        inside(f"3SABCD123456{number}", A=first, B=second)
        for number, (first, second) in enumerate(shares)
    )
    row = order(lines=ordered, parcels=parcels)
    reports: list[Any] = []
    while one := next_part(row, made, reported_by(reports), completed=True):
        assert one.lines
        reports.append(
            sent(EffectState.DONE, one.code, **{line.line_id: line.quantity for line in one.lines})
        )
        assert len(reports) <= len(shares)
    counted = reported_by(reports).pieces
    assert all(counted.get(line.line_id, 0) <= line.quantity for line in ordered)


@pytest.mark.parametrize("completed", [True, False])
def test_nothing_left_is_no_part(*, completed: bool) -> None:
    row = order(lines=(line(shipped=2),), parcels=(inside(CODE, A=1), Parcel(SECOND)))
    assert next_part(row, MADE, NOTHING_REPORTED, completed=completed) is None

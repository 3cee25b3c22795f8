from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.jsontext import DEEPEST, MOST_DIGITS, NotJson, dumps, loads

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=10**9)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_what_is_written_is_read_again_as_it_was(document: object) -> None:
    assert loads(dumps(document)) == document


def test_a_fraction_is_read_as_the_decimal_that_was_written() -> None:
    document = loads(b'{"total": 12.90, "rate": 1e-2, "pieces": 3}')
    assert str(document["total"]) == "12.90"
    assert isinstance(document["rate"], Decimal)
    assert isinstance(document["pieces"], int)


def test_a_byte_order_mark_is_tolerated() -> None:
    assert loads(b"\xef\xbb\xbf[]") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "\\u0062": 2}}',
        b"<br /><b>Notice</b> []",
        b"Notice: undefined index []",
        b"[] <!-- cached -->",
        b'{"cut": ',
        b'"\xff"',
        b"[1e99999]",
        b"[1e-99999]",
        b"[1e99999999999999999999]",
        b"9" * (MOST_DIGITS + 1),
        b"0." + b"9" * MOST_DIGITS,
        b"9" * 6000,
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        b"[" * 200_000,
    ],
)
def test_what_could_be_misread_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        loads(body)


def test_the_bounds_themselves_are_within() -> None:
    assert loads(b"9" * MOST_DIGITS) == int("9" * MOST_DIGITS)
    assert loads(b"[" * DEEPEST + b"]" * DEEPEST)[0]


def test_many_shallow_values_are_not_deep() -> None:
    assert len(loads(b"[" + b"[]," * 1000 + b"{}]")) == 1001


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    document = loads(rb'{"name": "J\ud83dan", "list": ["\udc00", 1, null], "k\ud800": 1}')
    assert document == {"name": "J\ufffdan", "list": ["\ufffd", 1, None], "k\ufffd": 1}


def test_an_escaped_emoji_is_no_lone_surrogate() -> None:
    assert loads(rb'"\ud83d\ude00"') == "\U0001f600"


def test_keys_that_become_equal_by_replacing_surrogates_are_refused() -> None:
    with pytest.raises(NotJson):
        loads(rb'{"\ud800": 1, "\ud801": 2}')


def test_a_decimal_is_written_as_the_number_it_is() -> None:
    assert dumps({"price": Decimal("12.99"), "pieces": Decimal(3)}) == b'{"price":12.99,"pieces":3}'


@pytest.mark.parametrize(
    "number", [Decimal("0.1000000000000000055511151231257827"), Decimal("NaN"), float("inf")]
)
def test_a_number_that_json_cannot_carry_is_not_written(number: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json says it in its own words
        dumps([number])


def test_what_is_no_json_is_not_written() -> None:
    with pytest.raises(TypeError):
        dumps({"when": object()})


def test_a_lone_surrogate_is_not_sent() -> None:
    assert json.loads(dumps("a\ud800b")) == "a?b"

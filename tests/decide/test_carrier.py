"""Which code and which carrier go to the marketplace."""

from __future__ import annotations

from typing import Any

import pytest

from orderlink.carriers import LearntPrefix
from orderlink.config import MarketplaceSettings
from orderlink.decide.carrier import Choice, choose, codes_of, first_code, learnt_from
from tests.support.values import CODE, line, order, parcel


def settings(**changes: Any) -> MarketplaceSettings:
    return MarketplaceSettings(**{"type": "bol", **changes})


def chosen(row: Any, *settled: Any, **known: Any) -> Choice:
    return choose(row, first_code(row), *settled, **known)


@pytest.mark.parametrize(
    ("code", "carrier", "keys", "sent", "word"),
    [
        (CODE, "", {}, "TNT", "shape"),
        ("3S abcd 1234567", "", {}, "TNT", "shape"),
        (CODE, "", {"carrier_rules": ({"pattern": "^3S", "carrier": "gls"},)}, "GLS", "rule"),
        ("123456789012", "DPD", {"ship_from": "NL"}, "DPD-NL", "shop"),
        ("123456789012", "Ours", {"carrier_names": {"Ours": "gls"}}, "GLS", "shop"),
        ("123456789012", "", {"default_carrier": "postnl"}, "TNT", "default"),
        ("123456789012", "", {"default_carrier": "COURIER"}, "COURIER", "default"),
    ],
)
def test_the_first_evidence_that_answers_names_the_carrier(
    code: str, carrier: str, keys: dict[str, Any], sent: str, word: str
) -> None:
    choice = chosen(order(parcels=(parcel(code, carrier),)), settings(**keys))
    assert (choice.carrier_code, choice.word, choice.problem) == (sent, word, "")


def test_what_is_sent_is_the_cleaned_code() -> None:
    assert chosen(order(parcels=(parcel("3s abcd 1234567"),)), settings()).code == CODE


def test_without_a_carrier_nothing_is_sent_and_the_sentence_says_what_to_set() -> None:
    choice = chosen(order(parcels=(parcel("123456789012"),)), settings())
    assert "default_carrier" in choice.problem


def test_a_code_that_the_marketplace_does_not_know_is_not_sent() -> None:
    row = order(parcels=(parcel("123456789012"),))
    assert "does not know" in chosen(row, settings(default_carrier="POSTNLL")).problem


def test_a_carrier_that_the_marketplace_does_not_list_goes_as_other() -> None:
    row = order(parcels=(parcel("123456789012", "inpost"),))
    assert chosen(row, settings()).carrier_code == "OTHER"
    assert chosen(row, settings(), served=["TNT"]).problem


def test_a_third_partys_marketplace_gets_our_own_word() -> None:
    row = order(parcels=(parcel(),))
    assert chosen(row, settings(type="./theirs.py:Market")).carrier_code == "postnl"
    assert chosen(row, settings(type="x:Y", default_carrier="Theirs")).carrier == "postnl"


@pytest.mark.parametrize(("letter_post", "sent"), [(False, ""), (True, "BRIEFPOST")])
def test_letter_post_without_a_code_is_a_choice(sent: str, *, letter_post: bool) -> None:
    choice = chosen(order(), settings(letter_post=letter_post))
    assert (choice.code, choice.carrier_code) == ("", sent)


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        ({"type": "bol", "letter_carrier": "bpost_letter"}, ("BPOST_BRIEF", "")),
        ({"type": "amazon", "letter_carrier": "deutsche_post"}, ("Deutsche Post", "")),
        ({"type": "amazon"}, ("Other", "Letter post without tracking")),
    ],
)
def test_letters_go_with_their_carrier_and_what_has_no_word_by_its_name(
    keys: dict[str, Any], sent: tuple[str, str]
) -> None:
    choice = chosen(order(), settings(letter_post=True, **keys))
    assert (choice.carrier_code, choice.carrier_name) == sent
    assert choice.code == ""


def test_letters_of_a_carrier_that_there_is_not_wait_for_a_person() -> None:
    keys = {"type": "amazon", "letter_post": True, "letter_carrier": "deutsche_pst"}
    choice = chosen(order(), settings(**keys))
    assert choice.problem == "amazon has no code for letters by deutsche_pst: set letter_carrier"


def test_several_codes_in_one_field_are_several_codes() -> None:
    row = order(parcels=(parcel("3SABCD1234567 / 3SABCD7654321"), parcel("n/a")))
    assert codes_of(row) == ("3SABCD1234567", "3SABCD7654321")
    assert first_code(row) == "3SABCD1234567"


def test_each_of_several_codes_in_one_field_has_a_carrier_of_its_own() -> None:
    row = order(parcels=(parcel("3SABCD1234567 / 3SABCD7654321", "PostNL"),))
    choices = [choose(row, code, settings()) for code in codes_of(row)]
    assert [choice.code for choice in choices] == ["3SABCD1234567", "3SABCD7654321"]
    assert {choice.carrier_code for choice in choices} == {"TNT"}


def test_the_orders_own_numbers_are_no_codes() -> None:
    row = order(lines=(line(ean="8712626055143"),), parcels=(parcel("8712626055143"),))
    assert first_code(row) == ""


def test_only_what_the_merchant_named_is_learnt() -> None:
    learnt = learnt_from("shop", CODE, "postnl")
    assert learnt is not None
    assert CODE.startswith(learnt.prefix)
    assert learnt_from("shape", CODE, "postnl") is None
    assert learnt_from("rule", CODE, "") is None
    assert learnt_from("shop", "??", "postnl") is None


def test_a_learnt_prefix_answers() -> None:
    row = order(parcels=(parcel("05212345678901"),))
    before = chosen(row, settings())
    after = chosen(row, settings(ship_from="NL"), learnt=[LearntPrefix("0521", "dpd")])
    assert before.carrier_code != "DPD-NL"
    assert after.carrier_code == "DPD-NL"

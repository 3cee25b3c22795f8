from __future__ import annotations

import pytest

from orderlink.carriers import Rule, Word, detect, is_code

# The carriers whose plain shapes take most numbers: what is none stays none with them as well.
GREEDY = ("brt", "mondial_relay", "seur", "gls", "dpd", "tnt", "dhl_express", "fedex", "ups")


@pytest.mark.parametrize("carriers", [(), GREEDY], ids=["no carriers", "greedy carriers"])
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("8710400311140", "an EAN"),
        ("04012345678901", "an EAN with a zero before it"),
        ("NL91ABNA0417164300", "an IBAN"),
        ("NL91 ABNA 0417 1643 00", "an IBAN"),
        ("DE89370400440532013000", "an IBAN"),
        ("+31 6 12345678", "a phone number"),
        ("+31612345678", "a phone number"),
        ("(030) 1234567", "a phone number"),
        ("06-12345678", "a phone number"),
        ("030 1234567", "a phone number"),
        ("4111111111111111", "a payment card number"),
        ("01-09-2026", "a date"),
        ("2026-09-01 12:30", "a date"),
        ("302-1234567-1234567", "an Amazon order number"),
        ("12-34567-89012", "an eBay order number"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "a universally unique id"),
        ("n/a", "text without any digit"),
        ("abgeholt", "text without any digit"),
        ("PostNL", "text without any digit"),
        ("", "text without any digit"),
    ],
)
def test_what_is_no_tracking_code_is_none(text: str, what: str, carriers: tuple[str, ...]) -> None:
    found = detect(text, carriers=carriers, shop_carrier="DPD", default_carrier="gls")
    assert (found.carrier, found.code, found.evidence.word) == (None, "", Word.NO_CODE)
    assert what in found.evidence.sentence
    assert not is_code(text)


@pytest.mark.parametrize(
    "text",
    ["1Z999AA10123456785", "RB123456786US", "NL123456789B01", "SW1A 1AA", "1012", "0612345678"],
)
def test_what_nobody_numbers_like_is_left_without_a_carrier(text: str) -> None:
    assert detect(text, carriers=GREEDY).carrier is None


@pytest.mark.parametrize("number", ["12345678", "1234-5678", "0012345678"])
def test_the_orders_own_number_is_none_however_it_is_written(number: str) -> None:
    found = detect("12345678", carriers=GREEDY, not_codes=[number, "other"])
    assert found.evidence.word is Word.NO_CODE
    assert is_code("12345678")
    assert not is_code("12345678", [number, "other"])


def test_a_merchants_rule_knows_better_than_a_check_digit_but_not_than_the_order() -> None:
    rules = [Rule("^87", "fadello")]
    assert detect("8710400311140", rules=rules).carrier == "fadello"
    assert detect("8710400311140", rules=rules, not_codes=["8710400311140"]).carrier is None

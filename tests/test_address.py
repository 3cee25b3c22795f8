"""No character of an address is lost, and nothing is taken apart that is not certain."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.address import (
    LONGEST,
    Street,
    country_code,
    region_code,
    simplified,
    split_street,
)

CERTAIN = [
    ("Bankastraat 23 - II", ("Bankastraat", "23", "- II")),
    ("Dorpsstraat 23 B 03", ("Dorpsstraat", "23", "B 03")),
    ("Musterstraße12", ("Musterstraße", "12", "")),
    ("Musterstr.12a", ("Musterstr.", "12", "a")),
    ("Havenstraat 12 bis", ("Havenstraat", "12", "bis")),
    ("Laan van Meerdervoort 23hs", ("Laan van Meerdervoort", "23", "hs")),
    ("'s-Gravenweg 5A", ("'s-Gravenweg", "5", "A")),
    ("O.L. Vrouwestraat 7", ("O.L. Vrouwestraat", "7", "")),
    ("Kerkstraat 5 bus 12", ("Kerkstraat", "5", "bus 12")),
    ("Dorpsstraat 1-3", ("Dorpsstraat", "1", "-3")),
    ("ul. Marszałkowska 140/2", ("ul. Marszałkowska", "140", "/2")),
]
NOT_CERTAIN = [
    "Amperelaan 7 8",
    "1 1/3",
    "Hauptstraße 1 1/3",
    "13 2e Avenue",
    "Jana Pawła 2 222 m.2",
    "Plein 1944 nr. 2",
    "Plein 1944",
    "Plein 1940-1945 3",
    "Postfach 12 34",
    "Postbus 123",
    "PO Box 12",
    "Packstation 123",
    "Paketshop 5",
    "c/o Jansen, Dorpsstraat 1",
    "Bakkerij Smit BV, Havenstraat 12",
    "Straße des 17. Juni 135",
    "Rue du 8 Mai 1945",
    "1e Jan Steenstraat 5",
    "Route 66",
    "Appartement 4",
    "12",
    "Dorpsstraat",
    "Dorpsstraat  1",
    "Dorpsstraat 1 ",
    " Dorpsstraat 1",
    "Dorpsstraat\n1",
    "Dorpsstraat 0",
    "Dorpsstraat 12345",
    "Dorpsstraat ١٢",
    "",
]


@pytest.mark.parametrize(("text", "parts"), CERTAIN)
def test_a_street_is_taken_apart_where_that_is_certain(
    text: str, parts: tuple[str, str, str]
) -> None:
    street = split_street(text)
    assert (street.name, street.number, street.addition) == parts
    assert street.join() == text


@pytest.mark.parametrize("text", NOT_CERTAIN)
def test_a_street_stays_whole_where_it_is_not(text: str) -> None:
    assert split_street(text) == Street(text)


anything = st.text() | st.from_regex(r"[A-Za-zß. '-]{0,12} ?[0-9]{0,5} ?[-/A-Za-z0-9 .]{0,8}\Z")


@given(anything)
def test_joining_what_was_split_gives_back_the_original(text: str) -> None:
    assert split_street(text).join() == text


@given(anything)
def test_a_number_begins_with_a_figure_and_a_name_has_none(text: str) -> None:
    street = split_street(text)
    if street.number:
        assert street.number.isdecimal()
        assert not any(sign.isdigit() for sign in street.name)


@pytest.mark.parametrize(
    ("text", "code"),
    [("NL", "NL"), ("nld", "NL"), (" DEU ", "DE"), ("GBR", "GB"), ("XKX", "XK"), ("UK", "")],
)
def test_a_country_is_told_by_two_or_three_letters(text: str, code: str) -> None:
    assert country_code(text) == code


def test_every_country_that_the_machine_knows_is_known() -> None:
    path = "/usr/share/zoneinfo/iso3166.tab"
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a path of the system
            codes = [row.split("\t")[0] for row in file if not row.startswith("#")]
    except OSError:
        pytest.skip(f"{path} is not here")
    assert [code for code in codes if country_code(code) != code] == []


REGIONS = {"MI": "Milano", "C": "A Coruña", "VI": "Araba/Álava"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MI", "MI"),
        ("it-mi", "MI"),
        ("milano", "MI"),
        ("A Coruna", "C"),
        ("Araba / Álava", "VI"),
        ("Ultramar", "Ultramar"),
        ("", ""),
    ],
)
def test_a_region_is_told_by_code_or_name(text: str, code: str) -> None:
    assert region_code(text, "IT", REGIONS) == code


def test_a_name_that_two_regions_share_is_left_as_it_is() -> None:
    assert region_code("Centro", "XX", {"1": "Centro", "2": "Centro"}) == "Centro"


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("Zoë 🚚", "Zoë ?"),
        ("\U0001d409\U0001d41a\U0001d427", "Jan"),
        ("Vri\x1b[31mes\t", "Vri [31mes "),
        ("O\u2019Neill & Søn", "O\u2019Neill & Søn"),
        ("x" * 300, "x" * 187 + "..."),
    ],
)
def test_a_text_is_written_more_simply(text: str, simple: str) -> None:
    assert simplified(text) == simple


@given(st.text())
def test_what_is_simple_can_be_stored_anywhere_and_stays_as_it_is(text: str) -> None:
    simple = simplified(text)
    assert len(simple) <= LONGEST
    assert all(ord(sign) <= 0xFFFF and unicodedata.category(sign) != "Cc" for sign in simple)
    assert simplified(simple) == simple

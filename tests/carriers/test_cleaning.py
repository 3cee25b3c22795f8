from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.carriers import clean, detect

DIRTY = st.text(
    alphabet=st.sampled_from(
        "0123456789ABCDEFabcdef3SNLtrackT&:/.,;|-+%?=# \n()\u00df\u0131\uff11"
    ),
    max_size=60,
)
LINKS = st.builds(
    "{}{}/{}?{}={}".format,
    st.sampled_from(["https://", "http://", "www.", "HTTPS://[", ""]),
    st.sampled_from(["postnl.nl", "www.dhl.de", "example.org", ""]),
    DIRTY,
    st.sampled_from(["B", "piececode", "x", ""]),
    DIRTY,
)
ANY_TEXT = st.one_of(st.text(), DIRTY, LINKS)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("3SABCD1234567", ("3SABCD1234567",)),
        (" 3S ABCD 1234567 ", ("3SABCD1234567",)),
        ("3sabcd1234567", ("3SABCD1234567",)),
        ("99.60.013217.00005959", ("996001321700005959",)),
        ("1LS7119013618127-1", ("1LS71190136181271",)),
        ("Track & Trace: 3SABCD1234567", ("3SABCD1234567",)),
        ("T&T 3SABCD1234567", ("3SABCD1234567",)),
        ("DHL Sendungsnummer 00340434161094015902", ("00340434161094015902",)),
        ("UPS 1Z 999 AA1 01 2345 6784", ("1Z999AA10123456784",)),
        ("Tracking nr. 3SABCD1234567", ("3SABCD1234567",)),
        ("Num\u00e9ro de suivi : 6A61031888418", ("6A61031888418",)),
        ("rr 123 456 785 de", ("RR123456785DE",)),
        ("RR 123456785 NO", ("RR123456785NO",)),
        ("(00) 340434161094015902", ("00340434161094015902",)),
        ("3SABCD1234567 (2 pakketten)", ("3SABCD1234567",)),
        ("3SABCD1234567 / 3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567, 3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567;3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567\n3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567 en 3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567 und 3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567 + 3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567 3SABCD1234568", ("3SABCD1234567", "3SABCD1234568")),
        ("3SABCD1234567, 3SABCD1234567", ("3SABCD1234567",)),
        ("PostNL: 3SABCD1234567 verzonden op 01-09-2026", ("3SABCD1234567",)),
        ("12345", ("12345",)),
        ("", ()),
        ("n/a", ()),
        ("abgeholt", ()),
        ("zie mail", ()),
        ("01-09-2026", ()),
    ],
)
def test_codes_come_out_of_what_shops_write(text: str, codes: tuple[str, ...]) -> None:
    assert clean(text) == codes


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("3SABCD1234567", "https://postnl.nl/tracktrace/?B=", "&P=1234AB&D=NL&T=C"),
        ("3SABCD1234567", "https://jouw.postnl.nl/track-and-trace/", "-NL-1234AB"),
        ("00340434161094015902", "http://www.dhl.de/x/verfolgen.html?lang=de&piececode=", ""),
        ("JVGL0637312004304176", "https://my.dhlecommerce.nl/home/tracktrace/", "/1234AB"),
        ("323299901059912015293050", "https://track.bpost.cloud/btr/web/#/search?itemCode=", ""),
        ("RQ221150289GB", "https://www.royalmail.com/track-your-item#/tracking-results/", ""),
        ("1Z999AA10123456784", "https://www.ups.com/track?loc=nl_NL&tracknum=", "&requester=WT"),
        ("H1234567890123456789", "www.myhermes.de/empfangen/sendungsinformation#", ""),
        ("05308801410058", "Volg uw pakket: https://tracking.dpd.de/status/nl/parcel/", ""),
        ("50346007538", "https://gls-group.eu/DE/de/paketverfolgung?match=", "&postalCode=1234"),
        ("3SABCD1234567", "https://shop.example/t/", "?utm_source=mail"),
    ],
)
def test_a_link_is_searched_for_the_code_it_carries(code: str, before: str, after: str) -> None:
    assert clean(before + code + after) == (code,)


def test_a_code_beside_a_link_without_one_is_found() -> None:
    assert clean("3SABCD1234567 https://postnl.nl") == ("3SABCD1234567",)


@given(ANY_TEXT)
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    for code in clean(text):
        assert clean(code) == (code,)


@given(ANY_TEXT)
def test_cleaning_never_invents_a_character(text: str) -> None:
    for code in clean(text):
        rest = iter(text.casefold())
        assert all(character in rest for character in code.casefold())
        assert code.isascii()
        assert code.isalnum()


@given(ANY_TEXT, st.sampled_from(["NL", "de", "EU", "", None, "\u00df"]))
def test_detection_never_raises_whatever_the_text(text: str, country: str | None) -> None:
    found = detect(
        text, origin=country, destination=country, carriers=("postnl", "nobody"), shop_carrier=text
    )
    assert found.original == text
    assert found.code in {"", *clean(text)}

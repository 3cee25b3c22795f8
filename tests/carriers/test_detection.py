"""The order of evidence: what is asked first answers, and says which it was."""

from __future__ import annotations

import re
import time

import pytest

from orderlink.carriers import LearntPrefix, Rule, Word, carriers, detect, learn
from orderlink.carriers.loading import catalogue, shapes_by_length

# Both number like this: three letters and eight digits behind 3S.
SHARED = "3SBOL12345678"
POSTNL = "3SABCD1234567"
BOTH = ("postnl", "dhl_parcel_nl")


def test_a_rule_goes_before_all_else_and_strips_what_it_says() -> None:
    rules = [Rule("^WEB-", "fadello", strip="WEB-")]
    found = detect(f"web-{POSTNL}", rules=rules, shop_carrier="PostNL", carriers=("postnl",))
    assert (found.carrier, found.evidence.word, found.code) == ("fadello", Word.RULE, POSTNL)


def test_a_rule_also_sees_the_cleaned_code() -> None:
    found = detect("3s ab-cd 1234567", rules=[Rule("^3SABCD", "postnl")])
    assert found.evidence.word is Word.RULE


def test_a_rule_that_is_no_regular_expression_is_refused_when_it_is_made() -> None:
    with pytest.raises(re.error):
        Rule("(", "postnl")


def test_the_shops_word_goes_before_the_shape_and_the_merchants_table_before_its_aliases() -> None:
    named = detect("1Z999AA10123456784", shop_carrier="PostNL Pakket (binnenland)")
    assert (named.carrier, named.evidence.word) == ("postnl", Word.SHOP)
    table = {"PostNL Pakket (binnenland)": "dpd"}
    mapped = detect(POSTNL, shop_carrier="postnl pakket binnenland", shop_carrier_table=table)
    assert (mapped.carrier, mapped.evidence.word) == ("dpd", Word.SHOP)


@pytest.mark.parametrize(
    ("code", "origin", "carrier"),
    [
        ("JVGL0637312004304176", None, "dhl_parcel_nl"),
        ("00340434161094015902", None, "dhl_paket_de"),
        ("7633033634", "NL", "dhl_express"),
        ("ABC1", "PL", "dhl_parcel_pl"),
        ("ABC1", None, None),
    ],
)
def test_the_shops_bare_dhl_is_told_apart_by_the_code_then_by_the_country(
    code: str, origin: str | None, carrier: str | None
) -> None:
    assert detect(code, shop_carrier="DHL", origin=origin).carrier == carrier


def test_a_method_that_names_no_carrier_says_nothing() -> None:
    assert detect(POSTNL, shop_carrier="flat_rate").evidence.word is Word.SHAPE


def test_the_page_a_link_leads_to_names_the_carrier() -> None:
    found = detect("https://tracking.dpd.de/status/nl/parcel/05308801410058")
    assert (found.carrier, found.evidence.word) == ("dpd", Word.SHOP)


def test_a_shared_shape_is_the_configured_carriers() -> None:
    for carrier in BOTH:
        found = detect(SHARED, carriers=(carrier, "ups"))
        assert (found.carrier, found.evidence.word) == (carrier, Word.CONFIGURED)


def test_two_equally_good_candidates_are_no_answer() -> None:
    found = detect(SHARED, carriers=BOTH, origin="NL")
    assert (found.carrier, found.evidence.word) == (None, Word.NONE)
    assert found.candidates == ("dhl_parcel_nl", "postnl")
    assert "equally well" in found.evidence.sentence


def test_the_country_decides_between_configured_carriers() -> None:
    code = "422891590640"
    both = ("dhl_paket_de", "dhl_parcel_pl")
    assert detect(code, carriers=both).carrier is None
    for origin, carrier in (("DE", "dhl_paket_de"), ("PL", "dhl_parcel_pl")):
        found = detect(code, carriers=(*both, "dhl_express"), origin=origin)
        assert found.carrier == carrier


def test_a_depot_of_one_country_answers_for_parcels_from_there_only() -> None:
    found = detect("10774000248377", origin="fr")
    assert (found.carrier, found.evidence.word) == ("dpd", Word.COUNTRY)
    assert detect("10774000248377", origin="ES").carrier is None


def test_a_learnt_prefix_decides_where_shapes_and_countries_do_not() -> None:
    learnt = [LearntPrefix("3SBOL", "dhl_parcel_nl"), LearntPrefix("3SXYZ", "postnl")]
    found = detect(SHARED, carriers=BOTH, origin="NL", learnt=learnt)
    assert (found.carrier, found.evidence.word) == ("dhl_parcel_nl", Word.LEARNT)
    both = [LearntPrefix("3SBOL", carrier) for carrier in BOTH]
    assert detect(SHARED, carriers=BOTH, learnt=both).carrier is None


@pytest.mark.parametrize(
    ("code", "carrier", "prefix"),
    [
        (POSTNL, "postnl", "3SABCD"),
        (SHARED, "dhl_parcel_nl", "3SBOL"),
        ("05308801410058", "dpd", "0530"),
        ("01015026003653C", "dpd", "0101"),
        ("323299901059912015293050", "bpost", "323299901"),
        (POSTNL, "dpd", None),
        ("1Z999AA10123456784", "ups", None),
        (POSTNL, "nobody", None),
    ],
)
def test_what_is_learnt_is_the_part_that_tells_the_sender(
    code: str, carrier: str, prefix: str | None
) -> None:
    assert learn(code, carrier) == prefix


def test_a_certain_shape_answers_though_its_carrier_is_not_configured() -> None:
    found = detect("1Z999AA10123456784", carriers=("postnl",))
    assert (found.carrier, found.evidence.word) == ("ups", Word.SHAPE)


def test_the_default_answers_last_and_without_one_nobody_does() -> None:
    found = detect("12345678", default_carrier="postnl")
    assert (found.carrier, found.evidence.word) == ("postnl", Word.DEFAULT)
    assert detect("12345678").carrier is None


def test_an_answer_brings_the_page_and_the_other_candidates() -> None:
    found = detect(SHARED, carriers=("postnl",), destination="NL", postcode="1234 AB")
    assert found.candidates == ("dhl_parcel_nl",)
    assert found.page == "https://postnl.nl/tracktrace/?B=3SBOL12345678&P=1234%20AB&D=NL&T=C"


def test_a_thousand_codes_take_under_a_tenth_of_a_second() -> None:
    codes = [f"{start}{number:07}" for number in range(250) for start in START_OF_CODES]
    detect("warm up")
    took = min(_time_to_detect(codes) for _ in range(5))
    assert len(codes) == 1000
    assert took < 0.1


def test_the_data_is_read_in_a_few_milliseconds() -> None:
    def read() -> float:
        catalogue.cache_clear()
        shapes_by_length.cache_clear()
        start = time.process_time()
        shapes_by_length()
        for carrier in carriers():
            for shape in carrier.shapes:
                shape.fits("")
        return time.process_time() - start

    assert min(read() for _ in range(5)) < 0.03


START_OF_CODES = ("3SABCD", "0034043", "1Z999AA1012", "7")


def _time_to_detect(codes: list[str]) -> float:
    start = time.process_time()
    for code in codes:
        detect(code, origin="NL", carriers=("postnl", "dpd"), shop_carrier="flat_rate")
    return time.process_time() - start

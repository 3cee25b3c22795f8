from __future__ import annotations

import pytest

from orderlink.carriers import (
    MarketplaceCode,
    carriers,
    is_known_code,
    marketplace_code,
    marketplaces,
    tracking_page,
)


@pytest.mark.parametrize(
    ("carrier", "marketplace", "country", "code", "name"),
    [
        ("postnl", "bol", "NL", "TNT", None),
        ("tnt", "bol", "NL", "TNT-EXPRESS", None),
        ("dpd", "bol", "NL", "DPD-NL", None),
        ("dpd", "bol", "BE", "DPD-BE", None),
        ("dpd", "bol", "DE", "OTHER", None),
        ("hermes_de", "bol", None, "OTHER", None),
        ("letter_no_tracking", "bol", None, "BRIEFPOST", None),
        ("dpd", "amazon", "GB", "DPD Local", None),
        ("dpd", "amazon", None, "DPD", None),
        ("trunkrs", "amazon", "NL", "Other", "Trunkrs"),
        ("trunkrs", "ebay", "NL", "Other", None),
        ("other_post", "allegro", None, "OTHER", "Another postal operator (UPU S"),
        ("postnl", "mirakl", None, "", "PostNL"),
    ],
)
def test_a_carrier_has_the_code_a_marketplace_gives_it_else_other(
    carrier: str, marketplace: str, country: str | None, code: str, name: str | None
) -> None:
    found = marketplace_code(carrier, marketplace, country=country)
    assert found == MarketplaceCode(code, name)


def test_the_list_a_marketplace_serves_goes_before_the_packaged_one() -> None:
    served = ["DHL Paket", "Hermes", "Other"]
    assert marketplace_code("dhl_paket_de", "kaufland", served=served) == MarketplaceCode(
        "DHL Paket"
    )
    assert marketplace_code("postnl", "kaufland", served=served) == MarketplaceCode("Other")
    assert marketplace_code("ups", "amazon", served=["USPS"]) is None
    assert is_known_code("kaufland", "Hermes", served)
    assert not is_known_code("amazon", "UPS", served)


def test_an_unknown_carrier_or_marketplace_has_no_code() -> None:
    assert marketplace_code("nobody", "bol") is None
    assert marketplace_code("postnl", "nowhere") is None
    assert not is_known_code("nowhere", "TNT")


def test_a_code_is_checked_letter_by_letter() -> None:
    assert is_known_code("bol", "TNT")
    assert not is_known_code("bol", "tnt")
    assert not is_known_code("bol", "POSTNL")


def test_every_code_of_a_mapping_is_on_the_marketplaces_list_and_every_carrier_known() -> None:
    known = {carrier.identifier for carrier in carriers()}
    for codes in marketplaces().values():
        assert codes.mapping.keys() <= known
        for by_country in codes.mapping.values():
            assert all(is_known_code(codes.marketplace, code) for code in by_country.values())
        assert codes.other is None or is_known_code(codes.marketplace, codes.other)
        assert codes.source
        assert codes.date


def test_every_carrier_has_a_code_for_every_marketplace_that_insists_on_one() -> None:
    for carrier in carriers():
        for marketplace in marketplaces():
            assert marketplace_code(carrier.identifier, marketplace) is not None


@pytest.mark.parametrize(
    ("carrier", "given", "page"),
    [
        ("postnl", {}, "https://postnl.nl/tracktrace/?B=X1"),
        ("trunkrs", {}, None),
        ("trunkrs", {"postcode": "1234AB"}, "https://parcel.trunkrs.nl/X1/1234AB"),
        ("dpd", {"country": "GB"}, "https://track.dpd.co.uk/?reference=X1"),
        ("dpd", {"language": "nl"}, "https://tracking.dpd.de/status/nl/parcel/X1"),
        ("budbee", {}, None),
        ("nobody", {}, None),
    ],
)
def test_a_page_is_filled_in_only_when_all_it_needs_is_given(
    carrier: str, given: dict[str, str], page: str | None
) -> None:
    assert tracking_page(carrier, "X1", **given) == page


def test_what_goes_into_a_page_cannot_break_out_of_its_place() -> None:
    page = tracking_page("trunkrs", "../?a=b", postcode="&c#d")
    assert page == "https://parcel.trunkrs.nl/..%2F%3Fa%3Db/%26c%23d"

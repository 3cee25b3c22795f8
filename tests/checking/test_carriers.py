"""The carriers of a configuration, held against what its marketplace takes."""

from __future__ import annotations

from typing import Any

import pytest

from orderlink.checking.carriers import findings
from orderlink.marketplaces.bol_settings import BolSettings
from orderlink.model import FindingState
from orderlink.settings import MarketplaceSettings

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED


def looked_at(served: tuple[str, ...] = (), **keys: Any) -> list[tuple[str, FindingState, str]]:
    known = {"type": "bol", "client_id": "id", "client_secret": "s", **keys}
    settings = BolSettings.model_validate(known)
    return [(one.subject, one.state, one.sentence) for one in findings(settings, served)]


@pytest.mark.parametrize(
    ("keys", "subject", "state", "sentence"),
    [
        (
            {"carriers": ["postnl", "dpd"], "ship_from": "NL"},
            "carriers",
            OK,
            "sent are postnl as TNT, dpd as DPD-NL",
        ),
        ({"carriers": ["colissimo"]}, "carriers", OK, "sent are colissimo as OTHER"),
        (
            {"carriers": ["postnll"]},
            "carriers",
            FAILED,
            "no carrier is called postnll; did you mean `postnl`?",
        ),
        (
            {"carrier_names": {"Pakje": "post-nl"}},
            "carriers",
            FAILED,
            "no carrier is called post-nl; did you mean `postnl`?",
        ),
        (
            {"carrier_rules": [{"pattern": "^P", "carrier": "nobody"}]},
            "carriers",
            FAILED,
            "no carrier is called nobody",
        ),
        ({}, "carriers", WARNING, "none is named: a code that several carriers could have waits"),
        ({"default_carrier": "TNT"}, "carriers", OK, "only the default is named"),
        (
            {"default_carrier": "TNT"},
            "default carrier",
            OK,
            "TNT, by the marketplace's own code",
        ),
        ({"default_carrier": "postnl"}, "default carrier", OK, "postnl, sent as TNT"),
        (
            {"default_carrier": "PostNL"},
            "default carrier",
            FAILED,
            "bol does not know the carrier code PostNL, and no carrier has this id",
        ),
    ],
)
def test_carriers_are_held_against_the_marketplaces_codes(
    keys: dict[str, Any], subject: str, state: FindingState, sentence: str
) -> None:
    found = {one[0]: one for one in looked_at(**keys)}
    assert found[subject][1] is state
    assert found[subject][2].startswith(sentence)


def test_the_list_that_a_marketplace_serves_holds() -> None:
    served = ("GLS", "UPS")
    (finding,) = looked_at(served, carriers=["gls", "postnl"])
    assert finding == ("carriers", FAILED, "bol has no code for postnl")
    (_, default) = looked_at(served, carriers=["gls"], default_carrier="TNT")
    assert default[1] is FAILED


def test_letter_post_needs_a_code() -> None:
    (_, letters) = looked_at(carriers=["postnl"], letter_post=True)
    assert letters == ("letter_post", OK, "an order without a code is sent as BRIEFPOST")
    found = looked_at(("TNT",), carriers=["postnl"], letter_post=True)
    assert found[1][:2] == ("letter_post", FAILED)


def test_who_carries_letters_is_looked_at() -> None:
    (_, letters) = looked_at(carriers=["gls"], letter_post=True, letter_carrier="bpost_letter")
    assert letters == ("letter_post", OK, "an order without a code is sent as BPOST_BRIEF")
    settings = MarketplaceSettings(
        type="amazon",
        shop="shop",
        carriers=("gls",),
        letter_post=True,
        letter_carrier="bpost_leter",
    )
    (_, wrong) = findings(settings, ())
    assert (wrong.subject, wrong.state) == ("letter_carrier", FAILED)
    assert "did you mean `bpost_letter`" in wrong.sentence


def test_bol_takes_letters_from_those_that_need_no_code() -> None:
    with pytest.raises(ValueError, match=r"at bol letters go by one of .*, not by postnl"):
        looked_at(letter_post=True, letter_carrier="postnl")


def test_a_marketplace_of_a_third_party_gets_our_own_ids() -> None:
    keys = {"type": "./their.py:Theirs", "carriers": ["postnl"], "default_carrier": "Our van"}
    settings = MarketplaceSettings.model_validate(keys)
    found = list(findings(settings, ()))
    assert [one.state for one in found] == [OK, OK]
    assert found[0].sentence == "sent are postnl as postnl"
    assert found[1].sentence == "Our van, by the marketplace's own code"

"""`orderlink check` of an Amazon account: sign-in, where it sells, and each right by its name."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from orderlink.sandbox.amazon_access import DELIVERY_ROLE, ORDERS_ROLE
from tests.support.faults import answer
from tests.support.markets import AmazonMarket
from tests.support.world import Merchant

from .looks import FAILED, OK, WARNING, about, found, not_well

if TYPE_CHECKING:
    from pathlib import Path

PLACES = "/sellers/v1/marketplaceParticipations"
NO_ROLE = (
    b'{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}'
)
HARMLESS = re.compile(r"GET |POST /auth/o2/token|PUT /wp-json/wc/v3/orders/0$")


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path, market=AmazonMarket)


def test_a_good_account_has_nothing_that_is_not_well(merchant: Merchant) -> None:
    merchant.place()
    merchant.place(status="PENDING")
    merchant.later(minutes=5)
    merchant.calls.clear()
    assert not_well(merchant) == []
    subjects = {one.subject for place, one in found(merchant) if place == "amazon"}
    assert {
        "sign-in",
        "countries",
        "right to read where you sell",
        "right to read orders",
        "right to read addresses",
    } <= subjects
    assert [call for call in merchant.calls if not HARMLESS.match(call)] == []


def test_no_end_of_its_api_is_known(merchant: Merchant) -> None:
    finding = about(merchant, "amazon", "API")
    assert finding.state is OK
    assert finding.sentence.startswith("Orders API 2026-01-01, confirmShipment v0")


@pytest.mark.parametrize(
    ("roles", "right", "named"),
    [([ORDERS_ROLE], "addresses", DELIVERY_ROLE), ([], "orders", ORDERS_ROLE)],
)
def test_a_role_that_lacks_is_named(
    tmp_path: Path, roles: list[str], right: str, named: str
) -> None:
    merchant = Merchant(tmp_path, market=partial(AmazonMarket, roles=roles))
    merchant.place()
    merchant.later(minutes=5)
    finding = about(merchant, "amazon", f"right to read {right}")
    assert finding.state is FAILED
    assert f"give your application the role {named}" in finding.advice


def test_without_an_order_nobody_knows_whether_addresses_are_shown(merchant: Merchant) -> None:
    merchant.place(status="PENDING")
    merchant.place(fulfilled_by="AMAZON")
    merchant.later(minutes=5)
    finding = about(merchant, "amazon", "right to read addresses")
    assert finding.state is WARNING
    assert DELIVERY_ROLE in finding.advice


def test_a_country_where_the_account_does_not_sell_is_named(tmp_path: Path) -> None:
    market = partial(AmazonMarket, sells_in=["NL", "IT"])
    merchant = Merchant(tmp_path, market=market)
    merchant.place()
    merchant.later(minutes=5)
    finding = about(merchant, "amazon", "countries")
    assert (finding.state, finding.sentence) == (FAILED, "the account does not sell in IT")
    assert about(merchant, "amazon", "right to read addresses").state is OK, "the others are asked"


def test_inactive_listings_are_a_warning(merchant: Merchant) -> None:
    rows = ",".join(
        f'{{"marketplace":{{"id":"{site}"}},"participation":'
        f'{{"isParticipating":true,"hasSuspendedListings":{suspended}}}}}'
        for site, suspended in (("A1805IZSGTT6HS", "true"), ("A1PA6795UKMFR9", "false"))
    )
    body = f'{{"payload":[{rows}]}}'.encode()
    merchant.fault("amazon", "GET", PLACES, answer(200, body), times=-1)
    finding = about(merchant, "amazon", "countries")
    assert finding.state is WARNING
    assert "the listings in NL are inactive" in finding.sentence


def test_an_application_that_may_read_nothing_is_told_so(merchant: Merchant) -> None:
    merchant.fault("amazon", "GET", PLACES, answer(403, NO_ROLE), times=-1)
    assert "amazon right to read where you sell: failed" in not_well(merchant)


def test_an_authorisation_that_was_taken_back_is_told(merchant: Merchant) -> None:
    merchant.sync()
    merchant.amazon.revoke_authorization()
    finding = about(merchant, "amazon", "sign-in")
    assert finding.state is FAILED, "the kept token still holds"
    assert "authorise your application anew" in finding.sentence

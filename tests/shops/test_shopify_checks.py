"""What `orderlink check` finds in a Shopify shop, each against a shop that is so."""

from __future__ import annotations

from dataclasses import replace as changed

import pytest

from orderlink.errors import SignInFailed, TryLater
from orderlink.marketplaces import Checks
from orderlink.model import Finding, FindingState
from orderlink.sandbox.server import Answer
from orderlink.sandbox.shopify_access import SCOPES
from orderlink.sandbox.shopify_records import PLANS, SandboxShop

from .shopify_world import World, order

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED
EVERY_SCOPE = (*SCOPES, "read_all_orders")


def findings(world: World) -> dict[str, Finding]:
    assert isinstance(world.shop, Checks)
    return {finding.subject: finding for finding in world.shop.check()}


def test_a_good_shop_is_well_in_all_that_is_needed() -> None:
    found = findings(World(scopes=EVERY_SCOPE, unique_reference=True))
    assert [subject for subject, one in found.items() if one.state is not OK] == []
    assert list(found) == [
        "Admin API",
        "sign-in",
        *(f"scope {scope}" for scope in EVERY_SCOPE),
        "statuses",
        "currency",
        "tax",
        "countries",
        "reference",
        "plan",
    ]
    assert found["Admin API"].sentence == "it answers at https://bench.myshopify.example"
    assert found["currency"].sentence.startswith("EUR")


def test_nothing_in_the_shop_is_changed() -> None:
    world = World()
    world.place(order())
    before = world.sandbox.control("orders", {})
    world.requests.clear()
    findings(world)
    queries = [request.json()["query"] for request in world.requests]
    assert [text.split()[1] for text in queries] == ["GrantedScopes", "ShopFacts"]
    assert [text for text in queries if "mutation" in text] == []
    assert world.sandbox.control("orders", {}) == before


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_is_missing_is_told_by_its_name(scope: str) -> None:
    found = findings(World(scopes=set(EVERY_SCOPE) - {scope}, unique_reference=True))
    missing = [subject for subject, one in found.items() if one.state is not OK]
    assert missing == [f"scope {scope}"]
    assert found[f"scope {scope}"].state is FAILED
    assert "the app lacks it, and cannot " in found[f"scope {scope}"].sentence
    assert "release the version" in found[f"scope {scope}"].advice


def test_an_app_that_may_do_nothing_is_told_all_of_it() -> None:
    found = findings(World(scopes=()))
    failed = [subject for subject, one in found.items() if one.state is FAILED]
    assert failed == [f"scope {scope}" for scope in SCOPES]


def test_who_may_read_only_is_told_so() -> None:
    found = findings(World(scopes=("read_orders", *SCOPES[1:])))
    assert found["scope write_orders"].state is FAILED
    assert found["currency"].state is OK


def test_without_the_scope_for_old_orders_it_warns() -> None:
    found = findings(World())
    assert found["scope read_all_orders"].state is WARNING
    assert "60 days" in found["scope read_all_orders"].sentence


def test_a_shop_without_a_unique_reference_is_warned_how_to_get_one() -> None:
    found = findings(World())
    assert found["reference"].state is WARNING
    assert "orderlink.reference" in found["reference"].advice
    found = findings(World(unique_reference=True, reference_type="url"))
    assert found["reference"].state is WARNING
    assert "type url" in found["reference"].sentence


@pytest.mark.parametrize("plan", ["Trial", "Development"])
def test_a_shop_for_trying_is_warned_of_its_pace(plan: str) -> None:
    found = findings(World(selling=changed(SandboxShop(), plan=PLANS[plan])))
    assert found["plan"].state is WARNING
    assert "five orders a minute" in found["plan"].sentence


def test_a_status_that_shopify_does_not_have_is_told() -> None:
    found = findings(World(settings={"completed_statuses": ("completed", "fulfilled")}))
    assert found["statuses"].state is FAILED
    assert found["statuses"].sentence == "Shopify has no fulfillment status completed"


def test_a_token_that_is_not_taken_ends_the_check() -> None:
    with pytest.raises(SignInFailed):
        findings(World(settings={"access_token": "shpat_wrong"}))


def test_a_client_signs_in_anew_whatever_token_is_kept() -> None:
    client = {"access_token": None, "client_id": "id", "client_secret": "secret"}
    world = World(settings=client, access_token="", client_id="id", client_secret="secret")
    world.place(order())
    world.requests.clear()
    assert findings(world)["sign-in"].state is OK
    assert world.requests[0].path == "/admin/oauth/access_token"


def test_a_shop_that_is_not_there_ends_the_check() -> None:
    world = World()
    world.instead = lambda _: Answer(404, b'{"errors": "Not Found"}')
    with pytest.raises(TryLater, match=r"myshopify\.com"):
        findings(world)

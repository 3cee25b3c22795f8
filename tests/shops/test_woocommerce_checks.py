"""What `orderlink check` finds in a WooCommerce shop, each against a shop that is so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.errors import SignInFailed, TryLater
from orderlink.marketplaces import Checks
from orderlink.model import Finding, FindingState
from orderlink.sandbox.server import Answer
from orderlink.sandbox.woocommerce_tax import SandboxTax

from .woocommerce_world import World, order

if TYPE_CHECKING:
    from orderlink.sandbox.server import Request

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED


def findings(world: World) -> dict[str, Finding]:
    assert isinstance(world.shop, Checks)
    return {finding.subject: finding for finding in world.shop.check()}


def test_a_good_shop_is_well_in_all_that_is_needed() -> None:
    found = findings(World())
    assert [subject for subject, one in found.items() if one.state is not OK] == []
    assert list(found) == [
        "REST API",
        "sign-in",
        "right to write",
        "right to read products",
        "right to read settings",
        "version",
        "right to read taxes",
        "currency",
        "tax",
        "statuses",
    ]
    assert found["version"].sentence == (
        "WooCommerce 10.0.2, orders are kept in tables of their own (HPOS)"
    )
    assert found["REST API"].sentence == "it answers at https://shop.example, over https"
    assert found["currency"].sentence == "EUR, with 2 decimals"
    assert found["tax"].sentence == "2 rates (DE, NL), prices include it"


def test_nothing_in_the_shop_is_changed() -> None:
    world = World()
    world.place(order())
    before = world.sandbox.control("orders", {})
    created = len(world.sandbox.ledger.created)
    world.requests.clear()
    findings(world)
    assert [f"{one.method} {one.path}" for one in world.writes()] == ["PUT /wp-json/wc/v3/orders/0"]
    assert world.sandbox.control("orders", {}) == before
    assert len(world.sandbox.ledger.created) == created


def test_a_key_that_may_only_read_is_told_with_where_to_change_it() -> None:
    found = findings(World(settings={"consumer_key": "ck_r", "consumer_secret": "cs_r"}))
    assert found["right to write"].state is FAILED
    assert "may only read" in found["right to write"].sentence
    assert "choose Read/Write" in found["right to write"].advice
    assert found["right to read taxes"].state is OK


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ({}, {"consumer_key": "ck_unknown"}, "does not know the consumer key"),
        ({}, {"consumer_secret": "cs_wrong"}, "Consumer secret is invalid"),
        ({"require_tls": True}, {}, "X-Forwarded-Proto"),
    ],
)
def test_a_key_that_is_not_taken_ends_the_check(
    options: dict[str, Any], settings: dict[str, str], said: str
) -> None:
    with pytest.raises(SignInFailed, match=said):
        findings(World(settings=settings, **options))


def test_plain_permalinks_are_told() -> None:
    with pytest.raises(TryLater, match="permalinks"):
        findings(World(plain_permalinks=True))


FORBIDDEN = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 403}}


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/products", "right to read products"),
        ("/system_status", "right to read settings"),
        ("/settings/tax", "right to read taxes"),
    ],
)
def test_a_right_that_the_keys_user_lacks_is_named(path: str, right: str) -> None:
    world = World()

    def instead(request: Request) -> Answer | None:
        return Answer(403, json.dumps(FORBIDDEN).encode()) if path in request.path else None

    world.instead = instead
    found = findings(world)
    assert found[right].state is FAILED
    assert "administrator or shop manager" in found[right].advice
    assert found["statuses"].state is OK, "the rest is asked all the same"


@pytest.mark.parametrize(
    ("version", "settings", "state", "said"),
    [
        ("10.0.2", {}, OK, "WooCommerce 10.0.2"),
        ("9.4.0", {}, OK, "WooCommerce 9.4.0"),
        ("8.9.3", {}, WARNING, "no EANs before 9.4"),
        ("8.9.3", {"product_match": ["sku"]}, OK, "WooCommerce 8.9.3"),
        ("7.1", {}, WARNING, "tried are 8.9 and 10.0"),
        ("trunk", {}, OK, "WooCommerce trunk"),
    ],
)
def test_a_version_that_is_old_is_told(
    version: str, settings: dict[str, Any], state: FindingState, said: str
) -> None:
    finding = findings(World(version=version, settings=settings))["version"]
    assert finding.state is state
    assert said in finding.sentence


def test_orders_kept_as_posts_are_no_fault() -> None:
    finding = findings(World(storage="posts"))["version"]
    assert (finding.state, finding.sentence[-8:]) == (OK, "as posts")


@pytest.mark.parametrize(
    ("options", "subject", "state", "said"),
    [
        ({"tax": SandboxTax(decimals=0)}, "currency", FAILED, "EUR, with 0 decimals: it cannot"),
        ({"tax": SandboxTax(enabled=False)}, "tax", OK, "switched off"),
        ({"rates": ()}, "tax", WARNING, "has no rate"),
        ({"tax": SandboxTax(prices_include_tax=False)}, "tax", OK, "prices are without it"),
    ],
)
def test_money_that_cannot_be_right_is_told(
    options: dict[str, Any], subject: str, state: FindingState, said: str
) -> None:
    finding = findings(World(**options))[subject]
    assert finding.state is state
    assert said in finding.sentence


def test_statuses_that_the_shop_does_not_have_are_named() -> None:
    settings = {"completed_statuses": ["completed", "sent"], "status_after_import": "to-pack"}
    finding = findings(World(settings=settings))["statuses"]
    assert finding.state is FAILED
    assert finding.sentence == "the shop has no status sent, to-pack"
    known = findings(World(settings=settings, custom_statuses=["sent", "to-pack"]))["statuses"]
    assert known.sentence == "the shop has completed, sent, to-pack"


def test_taxes_are_read_anew() -> None:
    world = World()
    findings(world)
    world.sandbox.change_taxes(SandboxTax(enabled=False), ())
    assert "switched off" in findings(world)["tax"].sentence

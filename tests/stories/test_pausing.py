"""Connections that are paused, renamed or removed: nothing is done twice, and nothing forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlink.errors import ConfigurationError
from orderlink.model import Status
from orderlink.report.plain import render
from orderlink.report.status import look
from orderlink.report.views import status_blocks, warnings
from orderlink.sandbox.bol_records import Article
from tests.support.faults import answer

if TYPE_CHECKING:
    from tests.support.world import Merchant

CODE = "3SABCD1234567"
PAUSED = "enabled = false"
UNKNOWN = Article(reference="NOT-THERE", ean="")


def test_a_paused_marketplace_is_passed_over_and_goes_on_where_it_was(merchant: Merchant) -> None:
    before = merchant.settled()
    merchant.complete(before, CODE)
    merchant.configure(marketplace=PAUSED)
    meanwhile = merchant.place()
    merchant.calls.clear()
    report = merchant.sync_every_five_minutes(3)
    assert merchant.calls == []
    assert report.finished
    assert merchant.status(before) is Status.NOT_SHIPPED
    merchant.configure()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(before) is Status.SHIPPED
    assert len(merchant.shipments(before)) == 1
    assert len(merchant.shop_orders(meanwhile)) == 1


def test_a_paused_shop_is_asked_nothing_while_new_orders_are_noted(merchant: Merchant) -> None:
    before = merchant.settled()
    merchant.complete(before, CODE)
    merchant.configure(shop=PAUSED)
    meanwhile = merchant.place()
    merchant.calls.clear()
    merchant.sync_every_five_minutes(1)
    assert merchant.asked("GET", "/wp-json") + merchant.asked("POST", "/wp-json") == 0
    assert merchant.status(meanwhile) is Status.NEW
    assert merchant.shipments(before) == []
    merchant.configure()
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.shop_orders(meanwhile)) == 1
    assert len(merchant.shipments(before)) == 1


def test_what_is_to_be_reported_waits_for_a_paused_shop(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.run("poll")
    merchant.configure(shop=PAUSED)
    merchant.later(minutes=20)
    merchant.calls.clear()
    merchant.sync()
    assert merchant.asked("GET", "/wp-json") == 0
    assert merchant.shipments(order) == []
    merchant.configure()
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.shipments(order)) == 1


def test_a_first_run_with_a_paused_shop_creates_nothing_twice_later(merchant: Merchant) -> None:
    merchant.configure(shop=PAUSED)
    merchant.sync()
    merchant.later(minutes=5)
    order = merchant.place()
    merchant.sync_every_five_minutes(0.5)
    assert merchant.shop_orders(order) == []
    merchant.configure()
    merchant.sync_every_five_minutes(0.5)
    assert len(merchant.shop_orders(order)) == 1


@pytest.mark.parametrize("keys", [{"marketplace": PAUSED}, {"shop": PAUSED}])
def test_who_asks_for_a_paused_one_is_told(merchant: Merchant, keys: dict[str, str]) -> None:
    merchant.configure(**keys)
    with pytest.raises(ConfigurationError, match=r"`enabled = false` pauses it, and nothing is"):
        merchant.sync(connections=frozenset({"bol"}))


@pytest.mark.parametrize(
    ("keys", "table"),
    [({"marketplace": PAUSED}, "marketplaces.bol"), ({"shop": PAUSED}, "shops.woo")],
)
@pytest.mark.parametrize("stage", ["import", "poll", "push", "sync"])
def test_who_names_an_order_of_a_paused_one_is_told(
    merchant: Merchant, stage: str, keys: dict[str, str], table: str
) -> None:
    order = merchant.settled()
    merchant.configure(**keys)
    merchant.calls.clear()
    told = rf"{order}: \[{table}\] is paused \(`enabled = false`\): remove that line first"
    for dry_run in (False, True):
        with pytest.raises(ConfigurationError, match=told):
            merchant.run(stage, orders=(order,), dry_run=dry_run)
    assert merchant.calls == []
    merchant.configure()
    merchant.run(stage, orders=(order,))


def test_who_names_an_order_that_nobody_follows_is_told(merchant: Merchant) -> None:
    order, new = merchant.settled(), merchant.place(UNKNOWN)
    merchant.later(minutes=5)
    merchant.sync()
    path = merchant.config.path
    path.write_text(path.read_text().replace("ck_canary_key", "ck_another_key"))
    merchant.reload()
    with pytest.raises(ConfigurationError, match=f"{order}: nobody follows it; `orderlink status`"):
        merchant.run("poll", orders=(order,))
    merchant.run("import", orders=(new,))  # it was in no shop yet


@pytest.mark.parametrize("stage", ["rebuild", "adopt", "test-order"])
def test_what_needs_every_connection_is_refused(merchant: Merchant, stage: str) -> None:
    merchant.sync()
    merchant.configure(shop=PAUSED)
    with pytest.raises(ConfigurationError, match=rf"\[shops.woo\]: .*{stage} needs it"):
        merchant.run(stage)


def test_a_paused_connections_problems_wait_too(merchant: Merchant) -> None:
    order = merchant.settled(UNKNOWN)
    assert len(merchant.told) == 1
    merchant.configure(marketplace=PAUSED)
    merchant.later(days=2)
    report = merchant.sync()
    assert report.problems == []
    status = look(merchant.config, merchant.clock.now())
    assert status.needs_person == ()
    assert not status.stale, "nothing is meant to run"
    assert warnings(status) == [
        "The marketplace bol is paused: remove `enabled = false` from [marketplaces.bol] to go on."
    ]
    text = render(status_blocks(status, merchant.config.alert_after))
    assert "bol (paused)" in text
    merchant.configure()
    assert [one.order_id for one in merchant.sync().problems] == [order]
    assert merchant.told[-1] == merchant.told[0]


def test_a_renamed_connection_is_the_same_one(merchant: Merchant) -> None:
    order = merchant.settled()
    path = merchant.config.path
    path.write_text(path.read_text().replace("[marketplaces.bol]", "[marketplaces.bol_nl]"))
    merchant.reload()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED
    assert len(merchant.shipments(order)) == 1
    assert len(merchant.shop_orders(order)) == 1
    (market,) = [
        one.place
        for one in look(merchant.config, merchant.clock.now()).connections
        if one.place.role == "marketplace"
    ]
    assert (market.id, market.name) == ("bol-1", "bol_nl")


def test_a_removed_connections_own_problems_are_over(merchant: Merchant) -> None:
    order = merchant.settled(UNKNOWN)
    path = merchant.config.path
    whole = path.read_text()
    path.write_text(whole.replace("canary-client", "another-client"))
    merchant.reload()
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.problems() == ["product_unknown", "sign_in_failed"], "of the new key"
    path.write_text(whole.replace('"canary-client"', '{ env = "NOT_THERE" }'))
    merchant.reload()
    merchant.sync()
    assert "secret_missing" in merchant.problems()
    path.write_text(whole.replace("[marketplaces.bol]", "[marketplaces.other]"))
    merchant.reload()
    merchant.sync()
    assert merchant.problems() == ["product_unknown"], "an order's own stays"
    assert merchant.order(order).status is Status.NEW


def test_the_open_orders_of_a_removed_marketplace_are_not_forgotten(merchant: Merchant) -> None:
    merchant.settled()
    path = merchant.config.path
    text = path.read_text().replace("[marketplaces.bol]", "[marketplaces.other]")
    path.write_text(text.replace("canary-client", "another-client"))
    merchant.reload()
    merchant.fault("other", "POST", "/token", answer(401), times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    status = look(merchant.config, merchant.clock.now())
    assert not status.fine
    (sentence,) = warnings(status)
    assert sentence.startswith("1 open order of the marketplace bol is followed by nobody")
    assert "orderlink orders --connection bol" in sentence

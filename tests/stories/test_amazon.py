"""The whole cycle between Amazon and WooCommerce, and what is Amazon's own about it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.model import Status
from orderlink.people import edit, retry
from orderlink.sandbox.amazon_access import DELIVERY_ROLE, ORDERS_ROLE
from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.amazon_records import Article
from orderlink.sandbox.woocommerce_state import SandboxSelling
from tests.support.faults import UNAVAILABLE, answer, lost_after, lost_before
from tests.support.markets import AmazonMarket
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

    from orderlink.sandbox.amazon_records import PlacedOrder
    from tests.support.faults import Act

CODE = "3SABCD1234567"
SECOND = "3SABCD7654321"
BOWL = Article(reference="SKU-2")
SEARCH = r"/orders/2026-01-01/orders\?"
ONE = "/orders/2026-01-01/orders/302"
CONFIRM = ("amazon", "POST", "/shipmentConfirmation")


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path, market=AmazonMarket)


@pytest.fixture
def packer(tmp_path: Path) -> Merchant:
    """Give a merchant whose shop says what is in each parcel."""
    return Merchant(tmp_path, market=AmazonMarket, fulfillments=True)


def placed(merchant: Merchant, order: str) -> PlacedOrder:
    (found,) = (one for one in merchant.amazon.orders() if one.id == order)
    return found


def packages(merchant: Merchant, order: str) -> list[tuple[str, str, int]]:
    """Give an order's packages as Amazon has them: reference, code, pieces."""
    return [
        (one.reference, one.code, sum(count for _, count in one.lines))
        for one in placed(merchant, order).packages.values()
    ]


def pack(merchant: Merchant, order: str, *parcels: tuple[str, dict[str, int]]) -> None:
    """Put pieces into parcels in the shop, each with its code."""
    for code, pieces in parcels:
        act = {"order": order, "code": code, "place": "fulfillment", "pieces": pieces}
        merchant.woo.control("add-code", act)


def act(merchant: Merchant, what: Any, order: str, *arguments: Any) -> Any:
    """Let a person decide something about an order."""
    store = merchant.store()
    try:
        return what(store, merchant.order(order), *arguments, merchant.clock.now())
    finally:
        store.close()


# The life of an order


def test_an_order_goes_into_the_shop_and_its_shipment_goes_back(merchant: Merchant) -> None:
    order = merchant.settled(Article(quantity=2))
    assert merchant.status(order) is Status.NOT_SHIPPED
    (shown,) = merchant.shop_orders(order)
    assert (shown["total"], shown["shipping"]["last_name"]) == ("25.98", "Noor van der Meer")

    merchant.complete(order, CODE)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.PENDING_SHIPMENT, "a 204 is not believed"

    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.status(order) is Status.SHIPPED
    assert packages(merchant, order) == [("1500000001", CODE, 2)]
    assert merchant.asked("GET", ONE) == 0, "what was confirmed is seen in the list"
    assert (merchant.problems(), merchant.told) == ([], [])


def test_an_order_costs_its_confirmation_and_its_place_in_the_list(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place() for _ in range(50)]
    merchant.calls.clear()
    merchant.later(minutes=5)
    merchant.sync()
    for number, order in enumerate(orders):
        merchant.complete(order, f"3SABCD{number:07}")
    for _ in range(3):
        merchant.later(minutes=5)
        merchant.sync()
    assert {merchant.status(order) for order in orders} == {Status.SHIPPED}
    asked = [call for call in merchant.calls if "/wp-json/" not in call]
    assert len(asked) == 4 + 50


def test_an_idle_run_asks_amazon_once_and_the_shop_not_at_all(merchant: Merchant) -> None:
    merchant.sync()
    merchant.calls.clear()
    merchant.later(minutes=5)
    merchant.sync()
    (call,) = merchant.calls
    assert call.startswith("GET /orders/2026-01-01/orders?")
    assert "lastUpdatedAfter=2026-11-23T08%3A55%3A00Z" in call


# Before the creation


def test_an_order_that_is_not_paid_is_known_and_created_when_it_is(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(status="PENDING_AVAILABILITY")
    report = merchant.sync_every_five_minutes(5)
    assert merchant.status(order) is Status.NEW
    assert merchant.problems() == ["not_released"]
    assert (report.problems, merchant.told) == ([], []), "that is nobody's matter"
    merchant.amazon.confirm_payment(order)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == ["not_released"], "a pre-order is paid when it is sent"
    merchant.amazon.confirm_payment(order)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert merchant.problems() == []


def test_an_order_that_is_never_paid_is_never_created(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place(status="PENDING")
    merchant.later(minutes=5)
    merchant.sync()
    merchant.amazon.cancel(order)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.shop_orders(order) == []
    assert merchant.problems() == []


def test_orders_that_wait_are_asked_for_in_the_list_and_hourly_by_themselves(
    merchant: Merchant,
) -> None:
    merchant.sync()
    for _ in range(7):
        merchant.place(status="PENDING")
    merchant.sync_every_five_minutes(3.2)
    assert merchant.asked("GET", SEARCH) == 40
    assert merchant.asked("GET", ONE) <= 3 * 7


def test_without_the_role_for_addresses_orders_wait_and_say_why(tmp_path: Path) -> None:
    market = partial(AmazonMarket, roles=[ORDERS_ROLE])
    merchant = Merchant(tmp_path, market=market)
    merchant.sync()
    order = merchant.place()
    merchant.sync_every_five_minutes(1)
    assert merchant.status(order) is Status.NEW
    assert merchant.shop_orders(order) == []
    assert merchant.problems() == ["not_ready"]
    (told,) = merchant.told
    assert f"give your application the role {DELIVERY_ROLE}" in told

    merchant.amazon.set_roles(ORDERS_ROLE, DELIVERY_ROLE)
    merchant.sync_every_five_minutes(1.1)
    assert merchant.status(order) is Status.NOT_SHIPPED
    assert merchant.problems() == []


def test_an_address_that_is_empty_for_a_while_makes_no_order_without_one(
    merchant: Merchant,
) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.amazon.withhold_address(order, 2)
    merchant.later(minutes=5)
    merchant.sync()
    assert merchant.shop_orders(order) == []
    merchant.sync_every_five_minutes(2.5)
    (shown,) = merchant.shop_orders(order)
    assert shown["shipping"]["address_1"] == "Havenstraat 12 bis"
    assert merchant.problems() == []


def test_a_buyer_who_asks_to_cancel_before_the_creation_is_heard(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    merchant.amazon.request_cancellation(order)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.problems() == ["cancellation_requested"]
    assert merchant.shop_orders(order) == []
    merchant.amazon.cancel(order, by="MERCHANT")
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.problems() == []


def test_a_buyer_who_asks_to_cancel_later_is_told_and_what_left_is_reported(
    merchant: Merchant,
) -> None:
    order = merchant.settled()
    merchant.amazon.request_cancellation(order)
    merchant.sync_every_five_minutes(0.2)
    assert merchant.problems() == ["cancellation_requested"]
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.4)
    assert packages(merchant, order) == [("1500000001", CODE, 1)]
    assert merchant.status(order) is Status.SHIPPED


def test_what_does_not_add_up_is_not_created(merchant: Merchant) -> None:
    merchant.sync()
    order = merchant.place()
    real = merchant.amazon.handle

    def dearer(request: Any) -> Any:
        found = real(request)
        body = found.body.replace(
            b'"grandTotal": {"amount": "12.99"', b'"grandTotal": {"amount": "13.99"'
        )
        return type(found)(found.status, body, found.headers)

    merchant.amazon.handle = dearer  # type: ignore[method-assign]
    merchant.sync_every_five_minutes(1)
    assert merchant.shop_orders(order) == []
    assert merchant.problems() == ["not_ready"]
    assert "12.99 EUR, Amazon says 13.99 EUR" in merchant.told[0]


# Parcels


def test_each_parcel_is_a_package_of_its_own(packer: Merchant) -> None:
    order = packer.settled(Article(quantity=2), BOWL)
    pack(packer, order, (CODE, {"SKU-1": 2}), (SECOND, {"SKU-2": 1}))
    packer.complete(order)
    packer.sync_every_five_minutes(0.7)
    assert packages(packer, order) == [("1500000001", CODE, 2), ("1500000002", SECOND, 1)]
    assert packer.status(order) is Status.SHIPPED
    assert packer.problems() == []


def test_a_part_is_reported_while_the_rest_waits_for_its_code(packer: Merchant) -> None:
    order = packer.settled(Article(quantity=3), BOWL)
    pack(packer, order, (CODE, {"SKU-1": 2}))
    pack(packer, order, ("later", {"SKU-1": 1, "SKU-2": 1}))
    packer.complete(order)
    packer.sync_every_five_minutes(0.5)
    row = packer.order(order)
    assert (row.status, row.partial) == (Status.WAITING, True)
    assert packages(packer, order) == [("1500000001", CODE, 2)]
    assert placed(packer, order).status == "PARTIALLY_SHIPPED"

    packer.sync_every_five_minutes(3)
    assert packer.problems() == ["code_missing"]
    assert len(packages(packer, order)) == 1
    act(packer, edit, order, {"report.code": SECOND}, "anna")
    act(packer, retry, order)
    packer.sync_every_five_minutes(0.5)
    assert packages(packer, order)[1:] == [("1500000002", SECOND, 2)]
    assert packer.status(order) is Status.SHIPPED
    assert packer.problems() == []


def test_one_line_that_is_cancelled_keeps_no_other_from_leaving(packer: Merchant) -> None:
    order = packer.settled(Article(quantity=2), BOWL)
    packer.amazon.cancel(order, placed(packer, order).items[1].id)
    packer.sync_every_five_minutes(0.2)
    assert packer.problems() == ["changed_at_marketplace"]
    pack(packer, order, (CODE, {"SKU-1": 2}))
    packer.complete(order)
    packer.sync_every_five_minutes(0.5)
    assert packages(packer, order) == [("1500000001", CODE, 2)]
    assert packer.status(order) is Status.SHIPPED


def test_a_carrier_that_amazon_does_not_list_goes_with_its_name(merchant: Merchant) -> None:
    merchant.configure(marketplace='default_carrier = "trunkrs"')
    order = merchant.settled()
    merchant.complete(order, "FK12345678")
    merchant.sync_every_five_minutes(0.3)
    assert merchant.problems() == []
    (package,) = placed(merchant, order).packages.values()
    assert (package.carrier, package.carrier_name) == ("Other", "Trunkrs")


# Codes


def test_without_a_code_nothing_is_reported_and_a_person_is_told(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2.9)
    assert merchant.problems() == []
    merchant.sync_every_five_minutes(0.3)
    assert merchant.problems() == ["code_missing"]
    assert merchant.asked("POST", "/shipmentConfirmation") == 0
    assert "Amazon takes no shipment without a tracking code" in merchant.told[0]

    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.sync_every_five_minutes(0.3)
    assert packages(merchant, order) == [("1500000001", CODE, 1)]
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


LETTERS = 'letter_post = true\nletter_carrier = "postnl"\n'


def almost_sent_as_a_letter(folder: Path) -> tuple[Merchant, str]:
    """Let an order without a code wait for nearly three hours, where Amazon takes letters."""
    market = partial(AmazonMarket, manner=Manner(takes_letters=True))
    merchant = Merchant(folder, market=market, marketplace=LETTERS)
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(2.9)
    return merchant, order


def test_a_letter_is_confirmed_after_the_wait_and_believed_when_it_is_seen(tmp_path: Path) -> None:
    merchant, order = almost_sent_as_a_letter(tmp_path)
    assert merchant.asked("POST", "/shipmentConfirmation") == 0
    merchant.amazon.drop_next_confirmation()
    merchant.sync_every_five_minutes(0.2)
    assert merchant.status(order) is Status.PENDING_SHIPMENT, "Amazon dropped it"
    merchant.sync_every_five_minutes(1)
    assert packages(merchant, order) == [("1500000001", "", 1)]
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.order(order).closed_without_code
    (package,) = placed(merchant, order).packages.values()
    assert (package.carrier, package.carrier_name) == ("PostNL", "")

    merchant.woo.control("add-code", {"order": order, "code": CODE})
    merchant.sync_every_five_minutes(2)
    assert packages(merchant, order) == [("1500000001", CODE, 1)], "it had a code after all"
    assert len(merchant.shipments(order)) == 1
    assert merchant.problems() == []


def test_what_amazon_drops_every_time_is_told(tmp_path: Path) -> None:
    merchant, order = almost_sent_as_a_letter(tmp_path)
    for _ in range(24):
        merchant.amazon.drop_next_confirmation()
        merchant.sync_every_five_minutes(0.25)
    assert merchant.asked("POST", "/shipmentConfirmation") == 4
    assert merchant.problems() == ["marketplace_refused"]
    assert "Amazon took it 4 times, and does not show it" in merchant.told[0]
    merchant.amazon.ship_by_hand(order, "", "PostNL")
    merchant.sync_every_five_minutes(0.5)
    assert (merchant.status(order), merchant.problems()) == (Status.SHIPPED, [])


def test_a_letter_that_amazon_refuses_is_confirmed_by_hand(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, market=AmazonMarket, marketplace=LETTERS)
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(4)
    assert merchant.problems() == ["marketplace_refused"]
    assert "confirm it in Seller Central" in merchant.told[0]
    assert merchant.asked("POST", "/shipmentConfirmation") == 1
    merchant.amazon.ship_by_hand(order, "", "PostNL")
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []
    assert merchant.asked("POST", "/shipmentConfirmation") == 1


def test_a_code_that_a_person_types_in_goes_to_amazon(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order)
    merchant.sync_every_five_minutes(3.2)
    act(merchant, edit, order, {"report.code": CODE}, "anna")
    act(merchant, retry, order)
    merchant.sync_every_five_minutes(0.3)
    assert packages(merchant, order) == [("1500000001", CODE, 1)]
    assert merchant.problems() == []


def test_a_code_and_a_carrier_that_were_wrong_are_corrected(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED
    act(merchant, edit, order, {"report.code": "JVGL06123456789"}, "anna")
    merchant.sync_every_five_minutes(0.3)
    assert packages(merchant, order) == [("1500000001", "JVGL06123456789", 1)]
    assert merchant.history(order)[-1] == "late_code_sent", "it was seen at Amazon"
    assert len(merchant.shipments(order)) == 1
    assert merchant.problems() == []


# What goes wrong on the way


def test_a_confirmation_that_amazon_drops_is_sent_again(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.amazon.drop_next_confirmation()
    merchant.sync_every_five_minutes(0.5)
    assert packages(merchant, order) == []
    assert merchant.status(order) is Status.PENDING_SHIPMENT
    merchant.sync_every_five_minutes(0.5)
    assert packages(merchant, order) == [("1500000001", CODE, 1)]
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.history(order).count("report_dropped") == 1
    assert merchant.problems() == []
    first, second = merchant.amazon.ledger.accepted
    (package,) = placed(merchant, order).packages.values()
    assert (first.act, second.act) == ("dropped", "added")
    assert package.shipped_at == first.at.replace(microsecond=0), "it left when it left"


def test_a_correction_that_amazon_drops_is_sent_again(merchant: Merchant) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    act(merchant, edit, order, {"report.code": SECOND}, "anna")
    merchant.amazon.drop_next_confirmation()
    merchant.sync_every_five_minutes(1.2)
    assert packages(merchant, order) == [("1500000001", SECOND, 1)]
    assert merchant.problems() == []


@pytest.mark.parametrize("happens", [lost_before, lost_after, UNAVAILABLE])
def test_whatever_happens_to_a_confirmation_it_is_there_once(
    merchant: Merchant, happens: Act
) -> None:
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.fault(*CONFIRM, happens)
    merchant.sync_every_five_minutes(1)
    assert packages(merchant, order) == [("1500000001", CODE, 1)]
    assert len(merchant.shipments(order)) == 1
    assert merchant.status(order) is Status.SHIPPED
    assert merchant.problems() == []


@pytest.mark.parametrize("happens", [lost_before, lost_after, UNAVAILABLE, answer(429)])
def test_whatever_happens_to_one_of_two_parcels_each_is_there_once(
    packer: Merchant, happens: Act
) -> None:
    order = packer.settled(Article(quantity=2), BOWL)
    pack(packer, order, (CODE, {"SKU-1": 1}), (SECOND, {"SKU-1": 1, "SKU-2": 1}))
    packer.complete(order)
    packer.fault(*CONFIRM, happens)
    packer.sync_every_five_minutes(1.5)
    found = [(code, pieces) for _, code, pieces in packages(packer, order)]
    assert sorted(found) == [(CODE, 1), (SECOND, 2)]
    assert packer.amazon.ledger.updated == []
    assert packer.status(order) is Status.SHIPPED
    assert packer.problems() == []


def completed(merchant: Merchant) -> str:
    """Let an order be completed in the shop, and known to be, with nothing reported yet."""
    order = merchant.settled()
    merchant.complete(order, CODE)
    merchant.later(minutes=5)
    merchant.run("poll")
    return order


@pytest.mark.parametrize("stages", [["push"], ["sync"]], ids=["refused", "seen first"])
@pytest.mark.parametrize(("code", "problems"), [(CODE, []), (SECOND, ["shipped_otherwise"])])
def test_what_was_shipped_by_hand_needs_somebody_only_where_the_codes_differ(
    merchant: Merchant, stages: list[str], code: str, problems: list[str]
) -> None:
    order = completed(merchant)
    merchant.amazon.ship_by_hand(order, code, "PostNL")
    merchant.later(minutes=4)
    for stage in stages:
        merchant.run(stage)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.SHIPPED
    assert [one for _, one, _ in packages(merchant, order)] == [code]
    assert merchant.problems() == problems
    assert merchant.history(order).count("codes_at_marketplace") == 1


@pytest.mark.parametrize("stages", [["push"], ["sync"]], ids=["refused", "seen first"])
def test_what_was_cancelled_at_amazon_before_the_report_is_told(
    merchant: Merchant, stages: list[str]
) -> None:
    order = completed(merchant)
    merchant.amazon.cancel(order)
    merchant.later(minutes=4)
    for stage in stages:
        merchant.run(stage)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(order) is Status.CANCELLED
    assert merchant.problems() == ["cancelled_at_marketplace"]


def test_a_refusal_is_told_in_amazons_words_and_stops_no_other_order(merchant: Merchant) -> None:
    first = merchant.settled()
    second = merchant.settled()
    body = b'{"errors":[{"code":"InvalidInput","message":"carrierCode is on strike"}]}'
    merchant.fault("amazon", "POST", f"{first}/shipmentConfirmation", answer(400, body))
    merchant.complete(first, CODE)
    merchant.complete(second, SECOND)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(second) is Status.SHIPPED
    assert merchant.problems() == ["marketplace_refused"]
    assert "carrierCode is on strike" in merchant.told[0]
    act(merchant, retry, first)
    merchant.sync_every_five_minutes(0.5)
    assert merchant.status(first) is Status.SHIPPED
    assert merchant.problems() == []


def test_a_token_that_expires_in_the_middle_of_a_run_is_no_trouble(merchant: Merchant) -> None:
    merchant.settled()
    for _ in range(3):
        merchant.amazon.forget_tokens()
        merchant.later(minutes=5)
        merchant.sync()
    assert merchant.problems() == []
    assert merchant.amazon.ledger.answers["searchOrders", 403] == 3


def test_an_authorisation_that_was_taken_back_is_told_with_what_helps(merchant: Merchant) -> None:
    merchant.sync()
    merchant.amazon.revoke_authorization()
    merchant.later(hours=1)
    merchant.sync()
    assert merchant.problems() == ["sign_in_failed"]
    assert "authorise your application anew" in merchant.told[0]


def test_the_place_in_a_long_list_that_is_lost_costs_a_new_list(tmp_path: Path) -> None:
    market = partial(AmazonMarket, page_size=1)
    keys = 'import_from = "open"'
    merchant = Merchant(tmp_path, market=market, marketplace=keys)
    orders = [merchant.place() for _ in range(25)]
    merchant.later(minutes=3)
    merchant.sync()
    assert sum(bool(merchant.shop_orders(order)) for order in orders) == 20
    body = b'{"errors":[{"code":"InvalidInput","message":"The paginationToken is not valid"}]}'
    merchant.fault("amazon", "GET", "paginationToken", answer(400, body))
    merchant.later(hours=2)
    merchant.sync()
    merchant.sync_every_five_minutes(3)
    assert all(len(merchant.shop_orders(order)) == 1 for order in orders)
    assert merchant.problems() == []


def test_what_is_new_during_a_long_list_is_read_to_its_end_although_it_takes_several_runs(
    tmp_path: Path,
) -> None:
    market = partial(AmazonMarket, page_size=1)
    merchant = Merchant(tmp_path, market=market, marketplace='import_from = "open"')
    old = [merchant.place() for _ in range(24)]
    merchant.later(hours=1)
    merchant.sync()
    new = [merchant.place() for _ in range(12)]
    merchant.later(minutes=5)
    merchant.sync_every_five_minutes(3)
    assert all(len(merchant.shop_orders(order)) == 1 for order in old + new)
    numbers = [order["transaction_id"] for order in merchant.woo.control("orders", {})]
    assert set(numbers[20:31]) < set(new), "what is new goes before the rest of the list"
    assert merchant.problems() == []
    assert merchant.amazon.ledger.answers["getOrder", 200] == 0


def test_a_list_that_ends_two_minutes_ago_is_believed_no_further(merchant: Merchant) -> None:
    merchant.sync()
    merchant.later(seconds=60)
    order = merchant.place()
    merchant.later(seconds=60)
    merchant.sync()
    assert merchant.asked("POST", "/wp-json/wc/v3/orders") == 0
    store = merchant.store()
    (until,) = {row.changes_until for row in store.connections() if row.role == "marketplace"}
    store.close()
    assert until == merchant.clock.now() - timedelta(minutes=2)
    merchant.later(seconds=90)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1


# What Amazon sends itself


@pytest.mark.parametrize(
    ("choice", "status"), [("skip", None), ("as_shipped", "completed"), ("open", "processing")]
)
def test_what_amazon_sends_itself_becomes_what_the_merchant_chose(
    tmp_path: Path, choice: str, status: str | None
) -> None:
    shop = f'fulfilled_by_marketplace = "{choice}"'
    merchant = Merchant(tmp_path, market=AmazonMarket, shop=shop)
    merchant.sync()
    order = merchant.place(fulfilled_by="AMAZON")
    merchant.later(minutes=5)
    merchant.sync()
    shown = merchant.shop_orders(f"{order}-FBM")
    assert [one["status"] for one in shown] == ([status] if status else [])
    assert merchant.shop_orders(order) == []
    merchant.amazon.ship_from_amazon(order)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.asked("POST", "/shipmentConfirmation") == 0
    assert merchant.problems() == []


# Elsewhere


def test_an_american_order_stands_in_the_shop_with_all_that_was_paid(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path, market=partial(AmazonMarket, region="na", sells_in=["US"]))
    merchant.sync()
    article = Article(price=Decimal("39.99"), shipping=Decimal("4.00"), tax_rate=Decimal(25))
    order = merchant.place(article, marketplace="US", ship_to={"countryCode": "US"})
    merchant.later(minutes=5)
    merchant.sync()
    (shown,) = merchant.shop_orders(order)
    assert (shown["currency"], shown["total"]) == ("USD", "54.99")
    merchant.complete(order, CODE)
    merchant.sync_every_five_minutes(0.3)
    assert merchant.status(order) is Status.SHIPPED


def test_two_countries_of_an_account_are_confirmed_each_at_its_own(merchant: Merchant) -> None:
    merchant.sync()
    orders = [merchant.place(marketplace=country) for country in ("NL", "DE")]
    merchant.later(minutes=5)
    merchant.sync()
    assert [merchant.order(order).site for order in orders] == ["A1805IZSGTT6HS", "A1PA6795UKMFR9"]
    for order, code in zip(orders, (CODE, SECOND), strict=True):
        merchant.complete(order, code)
    merchant.sync_every_five_minutes(0.3)
    assert {merchant.status(order) for order in orders} == {Status.SHIPPED}
    assert merchant.problems() == []


# What the shop does not sell in


@pytest.mark.parametrize(
    ("lacking", "word"),
    [
        (SandboxSelling(currencies=("EUR", "USD")), "currency_unknown"),
        (SandboxSelling(allowed="specific", specific=("NL",)), "country_not_sold_to"),
    ],
)
def test_a_currency_or_country_that_the_shop_lacks_keeps_one_order_back_until_it_has_it(
    tmp_path: Path, lacking: SandboxSelling, word: str
) -> None:
    merchant = Merchant(tmp_path, market=partial(AmazonMarket, region="fe", sells_in=["JP"]))
    merchant.woo._store.selling = lacking
    merchant.sync()
    order = merchant.place(
        Article(quantity=2, price=Decimal(1333)), marketplace="JP", ship_to={"countryCode": "JP"}
    )
    merchant.sync_every_five_minutes(0.25)
    assert (merchant.problems(), merchant.shop_orders(order)) == ([word], [])
    merchant.woo._store.selling = SandboxSelling()
    act(merchant, retry, order)
    merchant.later(minutes=5)
    merchant.sync()
    (made,) = merchant.shop_orders(order)
    assert (made["currency"], Decimal(made["total"])) == ("JPY", Decimal(2666))
    assert merchant.problems() == []

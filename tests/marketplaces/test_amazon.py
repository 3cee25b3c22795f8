"""The Amazon connector against the Amazon sandbox, every exchange held to Amazon's descriptions."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.budget import SIGN_IN
from orderlink.errors import Ambiguous, PositionLost, Refused, SignInFailed, TryLater
from orderlink.marketplaces import (
    ListsShipments,
    UpdatesTracking,
    checks_shipments,
    lists_whole_orders,
    longest_look_back,
    needs_code,
    position_lives,
)
from orderlink.marketplaces.amazon import Amazon
from orderlink.model import Accepted, Look, SeenShipment, ShippedLine, Unreadable
from orderlink.sandbox.amazon_access import DELIVERY_ROLE, ORDERS_ROLE, PUBLISHED
from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.amazon_records import Article, Purchase
from orderlink.sandbox.server import Answer, Request, json_answer
from orderlink.shelves import Shelf
from tests.marketplaces.amazon_world import CODE, OPEN, AmazonWorld, ids_of
from tests.sandbox.amazon_calls import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

SEARCH = "/orders/2026-01-01/orders"
LOGIN = "/auth/o2/token"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> AmazonWorld:
    return AmazonWorld()


def answering(path: str, answer: Answer) -> Callable[[Request], Answer | None]:
    return lambda request: answer if request.path == path else None


def amazons(status: int, *errors: dict[str, str]) -> Answer:
    return json_answer(status, {"errors": list(errors)}, media_type="application/json")


def test_it_says_what_it_can_do(world: AmazonWorld) -> None:
    assert isinstance(world.amazon, UpdatesTracking)
    assert not isinstance(world.amazon, ListsShipments), "its orders tell their shipments"
    assert lists_whole_orders(world.amazon)
    assert needs_code(world.amazon)
    assert checks_shipments(world.amazon)
    assert longest_look_back(world.amazon) >= timedelta(days=7)
    assert position_lives(world.amazon) < timedelta(hours=24)


def test_its_budgets_are_the_published_ones() -> None:
    for name, budget in Amazon.BUDGETS.items():
        if name == SIGN_IN:  # Login with Amazon publishes none
            continue
        published = PUBLISHED[name]
        assert (budget.capacity, budget.per_second) == (published.burst, published.per_second)


# Signing in


def test_one_token_serves_many_requests_and_the_next_run(world: AmazonWorld) -> None:
    tokens = Shelf({}, world.clock)
    for connector in (world.connect(tokens), world.connect(tokens)):
        for _ in range(3):
            list(connector.orders(OPEN))
    assert len(world.sandbox.ledger.tokens) == 1
    (request,) = world.asked(LOGIN)
    assert not request.query, "nothing secret stands in an address"


def test_a_token_is_renewed_a_minute_before_it_expires(world: AmazonWorld) -> None:
    world.rows()
    world.clock.advance(3600 - 61)
    world.rows()
    assert len(world.sandbox.ledger.tokens) == 1
    world.clock.advance(1)
    world.rows()
    assert len(world.sandbox.ledger.tokens) == 2


@pytest.mark.parametrize("method", ["search", "get", "confirm"])
def test_a_token_that_amazon_does_not_take_any_more_is_renewed_once(
    world: AmazonWorld, method: str
) -> None:
    order_id = world.sandbox.place()
    world.later()
    world.rows()
    world.sandbox.forget_tokens()
    act: dict[str, Callable[[], object]] = {
        "search": world.rows,
        "get": lambda: world.amazon.order(order_id),
        "confirm": lambda: world.amazon.ship(world.shipment(order_id)),
    }
    act[method]()
    assert len(world.sandbox.ledger.tokens) == 2
    assert sum(world.sandbox.ledger.answers[name, 403] for name in PUBLISHED) == 1


def test_a_token_that_is_refused_twice_is_told(world: AmazonWorld) -> None:
    why = "The access token you provided has expired."
    error = {"code": "Unauthorized", "message": "Access is denied.", "details": why}
    world.instead = answering(SEARCH, amazons(403, error))
    with pytest.raises(SignInFailed, match="has expired"):
        world.rows()
    assert len(world.asked(SEARCH)) == 2


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ({"refresh_token": "Atzr|wrong"}, "authorise your application anew"),
        ({"client_secret": "wrong-secret"}, "180 days"),
    ],
)
def test_credentials_that_are_refused_are_told_with_what_helps(
    world: AmazonWorld, keys: dict[str, str], advice: str
) -> None:
    connector = world.connect(Shelf({}, world.clock), **keys)
    with pytest.raises(SignInFailed, match=advice) as raised:
        list(connector.orders(OPEN))
    assert "wrong" not in str(raised.value).replace("is wrong", "")
    assert len(world.requests) == 1


def test_an_authorisation_that_the_merchant_took_back_is_told(world: AmazonWorld) -> None:
    world.sandbox.revoke_authorization()
    with pytest.raises(SignInFailed, match="refresh_token"):
        world.rows()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, b"{}"), TryLater),
        (Answer(200, b'{"access_token": "a", "token_type": "mac", "expires_in": 9}'), TryLater),
        (Answer(200, b'{"access_token": "a", "token_type": "bearer"}'), TryLater),
        (Answer(200, b'{"access_token": "a", "token_type": "bearer", "expires_in": 0}'), TryLater),
        (Answer(400, b"<html>Proxy</html>", {"Content-Type": "text/html"}), TryLater),
        (Answer(400, b'{"error": "unsupported"}'), SignInFailed),
        (Answer(400, b'{"error": "unauthorized_client"}'), SignInFailed),
        (Answer(500), TryLater),
    ],
)
def test_an_unusable_answer_to_the_sign_in_is_told(
    world: AmazonWorld, answer: Answer, error: type[Exception]
) -> None:
    world.instead = answering(LOGIN, answer)
    with pytest.raises(error) as raised:
        world.rows()
    assert type(raised.value) is error


def test_a_missing_role_is_told_by_its_name(world: AmazonWorld) -> None:
    order_id = world.sandbox.place()
    world.sandbox.set_roles()
    for act in (
        world.rows,
        lambda: world.amazon.order(order_id),
        lambda: world.amazon.ship(world.shipment(order_id)),
    ):
        with pytest.raises(SignInFailed, match=ORDERS_ROLE) as raised:
            act()
        assert "Access to requested resource is denied" in str(raised.value)
    assert len(world.sandbox.ledger.tokens) == 1, "a new token would not help"


def test_a_403_of_something_else_is_no_verdict_on_the_roles(world: AmazonWorld) -> None:
    world.instead = answering(SEARCH, Answer(403, b"<html>Firewall</html>"))
    with pytest.raises(TryLater, match="base_url") as raised:
        world.rows()
    assert not isinstance(raised.value, SignInFailed)


# Listing orders


def test_a_full_look_asks_for_what_is_open(world: AmazonWorld) -> None:
    for status in ("UNSHIPPED", "PENDING", "PENDING_AVAILABILITY"):
        world.sandbox.place(Purchase(status=status))
    part = world.sandbox.place(Purchase((Article(), Article())))
    world.amazon.ship(world.shipment(part, 1, 0))
    world.sandbox.ship_by_hand(world.sandbox.place())
    world.sandbox.cancel(world.sandbox.place())
    world.sandbox.place(Purchase(fulfilled_by="AMAZON"))
    world.sandbox.place(Purchase(marketplace="GB"))
    world.later()
    found = world.orders()
    assert [len(order.lines) for order in found] == [1, 1, 1, 2]
    assert [bool(order.not_ready) for order in found] == [False, True, True, False]
    assert len(world.asked(SEARCH)) == 1


def test_what_changed_since_tells_whatever_became_of_an_order(world: AmazonWorld) -> None:
    quiet, cancelled, handled, asked, paid = (
        world.sandbox.place(Purchase(status=status))
        for status in ("UNSHIPPED", "UNSHIPPED", "UNSHIPPED", "UNSHIPPED", "PENDING")
    )
    world.clock.advance(3600)
    new = world.sandbox.place()
    world.sandbox.cancel(cancelled)
    world.sandbox.ship_by_hand(handled)
    world.sandbox.request_cancellation(asked)
    world.sandbox.confirm_payment(paid)
    world.later()
    found = {order.id: order for order in world.orders(Look(NOW + 55 * MINUTE))}
    assert quiet not in found
    assert found.keys() == {cancelled, handled, asked, paid, new}
    assert (found[cancelled].lines[0].cancelled, found[handled].lines[0].shipped) == (1, 1)
    assert found[asked].lines[0].cancellation_requested
    assert not found[paid].not_ready


def test_a_page_says_up_to_when_it_speaks(world: AmazonWorld) -> None:
    world.later(600)
    for look in (OPEN, Look(NOW)):
        (page,) = world.amazon.orders(look)
        assert page.until == world.clock.now() - 2 * MINUTE


@pytest.mark.parametrize("seconds", [-300, 0, 1, 119, 300, 86400])
def test_a_look_at_changes_overlaps_the_last_one_and_is_never_refused(
    world: AmazonWorld, seconds: int
) -> None:
    since = NOW - timedelta(seconds=seconds)
    world.rows(Look(since))
    begin = world.requests[-1].one("lastUpdatedAfter")
    assert begin == f"{min(since - 3 * MINUTE, NOW - 8 * MINUTE):%Y-%m-%dT%H:%M:%SZ}"


def test_nothing_is_lost_between_two_looks_that_believe_the_first_one(world: AmazonWorld) -> None:
    seen: set[str] = set()
    placed = set()
    until = NOW
    for _ in range(40):
        placed.add(world.sandbox.place())
        world.clock.advance(37)
        for page in world.amazon.orders(Look(until)):
            seen.update(ids_of(page))
            until = page.until or until
    world.later()
    assert {order.id for order in world.orders(Look(until))} | seen == placed


def test_whether_what_amazon_sends_is_listed_is_the_merchants_choice() -> None:
    for choice, wanted in ((None, False), ("skip", False), ("as_shipped", True), ("open", True)):
        world = AmazonWorld(keys={"fulfilled_by_marketplace": choice} if choice else {})
        world.sandbox.place(Purchase(fulfilled_by="AMAZON"))
        world.later()
        for look in (OPEN, Look(NOW)):
            assert [order.by_marketplace for order in world.orders(look)] == [True] * wanted


def test_what_was_ordered_elsewhere_is_none_of_amazons_orders(world: AmazonWorld) -> None:
    world.sandbox.place()
    world.later()
    answer = world.sandbox.handle

    def from_the_shop(request: Request) -> Answer | None:
        if request.path != SEARCH:
            return None
        document = json.loads(answer(request).body)
        document["orders"][0]["salesChannel"] = {"channelName": "NON_AMAZON"}
        return json_answer(200, document, media_type="application/json")

    world.instead = from_the_shop
    assert world.rows() == []


def test_every_page_is_read_with_the_parameters_of_the_first() -> None:
    world = AmazonWorld({"page_size": 3})
    ids = {world.sandbox.place() for _ in range(8)}
    world.later()
    pages = list(world.amazon.orders(OPEN))
    assert [len(page.rows) for page in pages] == [3, 3, 2]
    assert {order_id for page in pages for order_id in ids_of(page)} == ids
    assert [bool(page.position) for page in pages] == [True, True, False]
    assert len({page.until for page in pages}) == 1
    queries = [{**request.query, "paginationToken": []} for request in world.asked(SEARCH)]
    assert queries == [queries[0]] * 3


@pytest.mark.parametrize("look", [OPEN, Look(NOW)], ids=["open", "changes"])
def test_a_look_goes_on_in_a_later_run_where_it_stopped(look: Look) -> None:
    world = AmazonWorld({"page_size": 2})
    ids = [world.sandbox.place() for _ in range(5)]
    world.later()
    first = next(iter(world.amazon.orders(look)))
    world.clock.advance(3600)
    late = world.sandbox.place()
    world.amazon = world.connect(Shelf({}, world.clock), countries=["DE", "NL", "FR"])
    rest = [order.id for order in world.orders(Look(look.since, first.position))]
    assert ids_of(first) + rest == ids
    assert late not in rest, "a search ends where it began to end"


def test_a_place_in_the_list_that_amazon_forgot_is_lost() -> None:
    world = AmazonWorld({"page_size": 1})
    for _ in range(3):
        world.sandbox.place()
    world.later()
    first = next(iter(world.amazon.orders(OPEN)))
    world.clock.advance(24 * 3600 + 1)
    with pytest.raises(PositionLost, match="not valid or expired"):
        world.rows(Look(None, first.position))


def test_a_search_that_is_refused_is_no_empty_list(world: AmazonWorld) -> None:
    why = {"code": "InvalidInput", "message": "No", "details": "wrong parameter"}
    world.instead = answering(SEARCH, amazons(400, why))
    with pytest.raises(TryLater, match="No; wrong parameter") as raised:
        world.rows()
    assert not isinstance(raised.value, PositionLost)


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"[]",
        b'{"orders": null}',
        b'{"orders": {}}',
        b'{"payload": {"orders": []}}',
        b'{"orders": [], "pagination": []}',
        b'{"orders": [], "lastUpdatedBefore": "soon"}',
        b'{"orders": [], "createdBefore": "2026-01-05T10:00:00"}',
    ],
)
def test_a_page_that_cannot_be_read_never_looks_like_no_orders(
    world: AmazonWorld, document: bytes
) -> None:
    world.instead = answering(SEARCH, Answer(200, document))
    with pytest.raises(TryLater, match="Amazon's list of orders cannot be read"):
        world.rows()


def test_a_list_that_never_ends_is_noticed(world: AmazonWorld) -> None:
    world.instead = answering(SEARCH, Answer(200, b'{"orders":[],"pagination":{"nextToken":"A"}}'))
    with pytest.raises(TryLater, match="next one"):
        world.rows()
    assert len(world.asked(SEARCH)) == 2


def test_an_order_that_cannot_be_read_is_a_row_beside_the_others(world: AmazonWorld) -> None:
    good = world.sandbox.place()
    world.later()
    answer = world.sandbox.handle

    def with_bad_rows(request: Request) -> Answer | None:
        if request.path != SEARCH:
            return None
        document = json.loads(answer(request).body)
        broken = [{"orderId": "302-1"}, {"orderId": 7}, "order", None]
        document["orders"] = [*broken, *document["orders"]]
        return json_answer(200, document, media_type="application/json")

    world.instead = with_bad_rows
    *bad, order = world.rows()
    assert order.id == good
    assert [row.order_id for row in bad] == ["302-1", "", "", ""]
    assert bad[0].why == "createdTime is missing"


# One order


def test_one_order_is_read_whole(world: AmazonWorld) -> None:
    order_id = world.sandbox.place()
    world.later()
    (listed,) = world.orders()
    assert world.order(order_id) == listed


def test_an_order_that_amazon_does_not_know_is_refused(world: AmazonWorld) -> None:
    for order_id in ("302-0000009-0000009", "TEST-1", "../x"):
        with pytest.raises(Refused) as raised:
            world.amazon.order(order_id)
        assert raised.value.word == "order_not_found"


@pytest.mark.parametrize("status", [400, 404])
def test_a_web_page_is_no_verdict_on_an_order(world: AmazonWorld, status: int) -> None:
    order_id = "302-0000001-0000001"
    page = Answer(status, b"<html>no route</html>", {"Content-Type": "text/html"})
    world.instead = answering(f"{SEARCH}/{order_id}", page)
    with pytest.raises(TryLater, match="base_url"):
        world.amazon.order(order_id)


@pytest.mark.parametrize("document", [b"{}", b"[]", b'{"order": null}', b'{"order": []}'])
def test_an_answer_without_an_order_is_none(world: AmazonWorld, document: bytes) -> None:
    world.instead = answering(f"{SEARCH}/302-1", Answer(200, document))
    with pytest.raises(TryLater, match="302-1"):
        world.amazon.order("302-1")


def test_an_answer_with_another_order_is_not_taken_for_it(world: AmazonWorld) -> None:
    asked, other = world.sandbox.place(), world.sandbox.place()
    answer = world.sandbox.handle

    def mixed_up(request: Request) -> Answer | None:
        if not request.path.endswith(asked):
            return None
        path = request.path.replace(asked, other)
        return answer(Request(request.method, path, request.query, request.headers, b""))

    world.instead = mixed_up
    found = world.amazon.order(asked)
    assert found == Unreadable(asked, "Amazon answered with another order")


# Confirming


def test_a_shipment_is_confirmed_as_a_package_of_its_own(world: AmazonWorld) -> None:
    order_id = world.sandbox.place(Purchase((Article(quantity=3),)))
    world.later()
    answer = world.amazon.ship(world.shipment(order_id, 2))
    assert answer == Accepted("")
    assert len(world.asked("shipmentConfirmation")) == 1
    (package,) = world.sandbox.ledger.executed
    assert (package.reference, package.code, package.carrier) == ("1500000001", CODE, "PostNL")
    assert package.lines == ((world.placed(order_id).items[0].id, 2),)
    world.later(60)
    order = world.order(order_id)
    assert order.shipments == (
        SeenShipment(
            f"orderlink-{order_id}-1",
            CODE,
            "PostNL",
            (ShippedLine(order.lines[0].id, 2),),
        ),
    )
    assert (order.lines[0].shipped, order.lines[0].open) == (2, 1)


def test_several_packages_of_an_order_stand_side_by_side(world: AmazonWorld) -> None:
    order_id = world.sandbox.place(Purchase((Article(quantity=3),)))
    for number, pieces in ((1, 1), (2, 2)):
        world.amazon.ship(world.shipment(order_id, pieces, number=number, code=f"3S{number}"))
    shipments = world.order(order_id).shipments or ()
    assert [(one.reference[-2:], one.code) for one in shipments] == [("-1", "3S1"), ("-2", "3S2")]


def test_what_is_confirmed_again_changes_the_package_and_adds_none(world: AmazonWorld) -> None:
    order_id = world.sandbox.place()
    world.amazon.ship(world.shipment(order_id))
    world.amazon.ship(world.shipment(order_id))
    changed = world.shipment(order_id, code="JVGL01", carrier_code="DHL eCommerce")
    assert world.amazon.update_tracking(changed) == Accepted("")
    assert len(world.sandbox.ledger.executed) == 1
    assert [one.code for one in world.sandbox.ledger.updated] == [CODE, "JVGL01"]
    (seen,) = world.order(order_id).shipments or ()
    assert (seen.code, seen.carrier_code) == ("JVGL01", "DHL eCommerce")


def test_a_carrier_that_is_none_of_the_list_goes_with_its_name(world: AmazonWorld) -> None:
    order_id = world.sandbox.place()
    world.amazon.ship(world.shipment(order_id, carrier_code="Other", carrier_name="Fietskoerier"))
    (package,) = world.sandbox.ledger.executed
    assert (package.carrier, package.carrier_name) == ("Other", "Fietskoerier")


@pytest.mark.parametrize("code", ["", "Other"])
def test_a_carrier_without_a_name_is_refused_before_anything_is_sent(
    world: AmazonWorld, code: str
) -> None:
    order_id = world.sandbox.place()
    with pytest.raises(Refused, match="default_carrier"):
        world.amazon.ship(world.shipment(order_id, carrier_code=code))
    assert world.requests == []


def test_a_shipment_without_a_code_is_refused_before_anything_is_sent(world: AmazonWorld) -> None:
    order_id = world.sandbox.place()
    with pytest.raises(Refused, match="tracking code"):
        world.amazon.ship(world.shipment(order_id, code=""))
    assert world.requests == []


def test_a_letter_goes_with_an_empty_code_and_never_with_one_that_was_made_up() -> None:
    world = AmazonWorld({"manner": Manner(takes_letters=True)}, {"letter_post": True})
    order_id = world.sandbox.place()
    world.amazon.ship(world.shipment(order_id, code="", carrier_code="Deutsche Post"))
    detail = world.asked("/shipmentConfirmation")[0].json()["packageDetail"]
    assert (detail["trackingNumber"], detail["carrierCode"]) == ("", "Deutsche Post")
    assert "carrierName" not in detail
    world.later()
    assert [one.code for one in world.order(order_id).shipments or ()] == [""]


def test_a_letter_that_amazon_refuses_says_what_to_do() -> None:
    world = AmazonWorld(keys={"letter_post": True})
    order_id = world.sandbox.place()
    with pytest.raises(Refused, match=r"must not be empty.*letter.*Seller Central"):
        world.amazon.ship(world.shipment(order_id, code=""))
    assert world.sandbox.ledger.executed == []


@pytest.mark.parametrize("left_at", [None, NOW + 30 * MINUTE])
def test_a_package_left_when_the_shop_said_so(world: AmazonWorld, left_at: Any) -> None:
    order_id = world.sandbox.place()
    world.clock.advance(3600)
    world.amazon.ship(world.shipment(order_id, left_at=left_at))
    package = world.placed(order_id).packages["1500000001"]
    assert package.shipped_at == (left_at or world.clock.now())


def refusals() -> dict[str, Callable[[AmazonWorld], str]]:
    def cancelled(world: AmazonWorld) -> str:
        order_id = world.sandbox.place()
        world.sandbox.cancel(order_id)
        return order_id

    def shipped_by_hand(world: AmazonWorld) -> str:
        order_id = world.sandbox.place()
        world.sandbox.ship_by_hand(order_id, "3SHAND")
        return order_id

    return {
        "Failed to find order item list": cancelled,
        "PackageToUpdateNotFound": shipped_by_hand,
        "is pending": lambda world: world.sandbox.place(Purchase(status="PENDING")),
        "fulfilled by Amazon": lambda world: world.sandbox.place(Purchase(fulfilled_by="AMAZON")),
    }


@pytest.mark.parametrize("words", refusals())
def test_a_refusal_is_told_in_amazons_words(world: AmazonWorld, words: str) -> None:
    order_id = refusals()[words](world)
    for act, word in (
        (world.amazon.ship, "marketplace_refused"),
        (world.amazon.update_tracking, "tracking_refused"),
    ):
        with pytest.raises(Refused, match=words) as raised:
            act(world.shipment(order_id))
        assert raised.value.word == word


def test_an_order_that_amazon_does_not_know_any_more_is_a_refusal_too(world: AmazonWorld) -> None:
    order_id = world.sandbox.place()
    shipment = world.shipment(order_id)
    unknown = type(shipment)("302-0000009-0000009", shipment.reference, shipment.lines, CODE, "DHL")
    with pytest.raises(Refused):
        world.amazon.ship(unknown)


@pytest.mark.parametrize("status", [400, 404])
def test_a_web_page_refuses_no_shipment(world: AmazonWorld, status: int) -> None:
    order_id = world.sandbox.place()
    path = f"/orders/v0/orders/{order_id}/shipmentConfirmation"
    world.instead = answering(path, Answer(status, b"<html>proxy</html>"))
    with pytest.raises(TryLater, match="base_url"):
        world.amazon.ship(world.shipment(order_id))


@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_of_the_server_leaves_it_open_whether_it_was_confirmed(
    world: AmazonWorld, status: int
) -> None:
    order_id = world.sandbox.place()
    path = f"/orders/v0/orders/{order_id}/shipmentConfirmation"
    world.instead = answering(path, amazons(status, {"code": "X", "message": "broken"}))
    with pytest.raises(Ambiguous):
        world.amazon.ship(world.shipment(order_id))


# Limits


def test_a_429_without_retry_after_waits_for_the_bucket() -> None:
    world = AmazonWorld({"rate_limits": True})
    quota = {"code": "QuotaExceeded", "message": "You exceeded your quota"}
    world.instead = answering(SEARCH, amazons(429, quota))
    with pytest.raises(TryLater) as raised:
        world.rows()
    assert raised.value.retry_at is not None
    wait = (raised.value.retry_at - world.clock.now()).total_seconds()
    assert wait == pytest.approx(1 / 0.0056, abs=0.1)


def test_what_amazon_says_about_its_limits_holds() -> None:
    world = AmazonWorld({"rate_limits": True})
    slower = {"x-amzn-RateLimit-Limit": "0.001"}
    page = json_answer(200, {"orders": []}, slower, media_type="application/json")
    world.instead = answering(SEARCH, page)
    for _ in range(20):
        world.rows()
    with pytest.raises(TryLater) as raised:
        world.rows()
    assert raised.value.retry_at is not None
    assert raised.value.retry_at - world.clock.now() > timedelta(seconds=999)


def test_no_request_is_sent_above_the_limits_and_all_below_them() -> None:
    world = AmazonWorld({"rate_limits": True})
    order_id = world.sandbox.place(Purchase((Article(quantity=100),)))
    began = world.clock.monotonic()
    for number in range(1, 101):
        world.amazon.ship(world.shipment(order_id, 1, number=number))
    assert world.clock.monotonic() - began == pytest.approx(45, abs=0.2)
    assert world.sandbox.ledger.answers["confirmShipment", 204] == 100
    assert not [key for key in world.sandbox.ledger.answers if key[1] == 429]


def test_no_secret_stands_in_an_error(world: AmazonWorld) -> None:
    world.sandbox.set_roles(DELIVERY_ROLE)
    secrets = ("Atzr|refresh", "Atza|")
    world.instead = answering(SEARCH, amazons(500, {"code": "X", "message": "broken"}))
    with pytest.raises(TryLater) as raised:
        world.rows()
    assert not any(secret in str(raised.value) for secret in secrets)

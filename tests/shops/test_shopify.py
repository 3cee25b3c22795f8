"""The Shopify connector against the sandbox: creating, finding, reading, and taking back."""

from __future__ import annotations

import json
from dataclasses import replace as changed
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from orderlink.codec import build, plain
from orderlink.errors import Ambiguous, NotOffered, Refused, RemoteError, SignInFailed, TryLater
from orderlink.model import Draft, ShopState
from orderlink.sandbox.server import Answer
from orderlink.sandbox.shopify import VARIANTS
from orderlink.sandbox.shopify_access import SCOPES
from orderlink.sandbox.shopify_records import PLANS, SandboxShop, SandboxVariant
from orderlink.shops import Cancels, Corrects, Holds, Prepares, ReadsParcels, Shop, Simplifies
from orderlink.shops.shopify import Shopify
from orderlink.shops.shopify_settings import ShopifySettings
from orderlink.values import replace

from .shopify_world import NETHERLANDS, TOKEN, World, line, order, stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.sandbox.server import Request

GRAPHQL = "/admin/api/2026-10/graphql.json"


def answer(document: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


def instead_of(name: str, document: Any, status: int = 200) -> Any:
    """Answer the operations of one name otherwise."""

    def act(request: Request) -> Answer | None:
        asks = request.path == GRAPHQL and f" {name}" in request.json()["query"].split("{")[0]
        return answer(document, status) if asks else None

    return act


def test_it_is_all_that_it_says_to_be() -> None:
    shop = World().shop
    assert isinstance(shop, Prepares)
    assert isinstance(shop, Simplifies)
    assert isinstance(shop, Holds)
    assert isinstance(shop, Cancels)
    assert not isinstance(shop, Corrects | ReadsParcels)
    one: Shop = shop
    assert one.newest() == ""


# Creating


def test_an_order_is_created_with_one_mutation_and_read_from_its_answer() -> None:
    world = World()
    made = world.place(order(line(quantity=2, total="25.98")))
    assert (made.id, made.number, made.status) == ("5001", "1001", "unfulfilled")
    assert (made.state, made.total, made.currency) == (ShopState.OPEN, Decimal("25.98"), "EUR")
    assert (made.reference, made.origin, made.order_number) == ("bol::A-1", "origin-1", "A-1")
    (its,) = made.lines
    assert (its.sku, its.quantity, its.total, its.product_id) == (
        "MUG-RED",
        2,
        Decimal("25.98"),
        "10",
    )
    assert len(world.asked("CreateOrder")) == 1


def test_what_is_sent_survives_the_state_file() -> None:
    world = World()
    draft = world.draft(order())
    again = build(Draft, json.loads(json.dumps(plain(draft))))
    assert again == draft
    assert world.shop.create(again).total == draft.total


def test_what_is_kept_after_the_creation_holds_nothing_of_the_buyer() -> None:
    draft = World().draft(order())
    kept = json.dumps({name: draft.document[name] for name in draft.public})
    assert "Vries" not in kept
    assert "Dorpsstraat" not in kept


def test_the_shop_shows_who_paid_and_where_it_came_from() -> None:
    world = World()
    world.place(order())
    (sent,) = world.asked("CreateOrder")
    assert sent["order"]["financialStatus"] == "PAID"
    assert sent["order"]["transactions"][0]["gateway"] == "Paid at bol"
    assert sent["order"]["sourceName"] == "bol"
    assert sent["order"]["processedAt"] == "2026-11-23T09:00:00Z"
    assert sent["options"] == {
        "inventoryBehaviour": "DECREMENT_IGNORING_POLICY",
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }
    assert world.sandbox.ledger.mails == []


def test_an_order_without_a_price_has_no_payment() -> None:
    world = World()
    made = world.place(order(line(total="0.00")))
    assert made.total == 0
    assert "transactions" not in world.asked("CreateOrder")[0]["order"]


@pytest.mark.parametrize(
    ("inventory", "stock"),
    [("decrement", 1), ("decrement_obeying_policy", 1), ("bypass", 3)],
)
def test_stock_is_claimed_as_the_merchant_wants_it(inventory: str, stock: int) -> None:
    world = World(settings={"inventory": inventory})
    world.place(order(line(sku="MUG-BLUE", ean="", quantity=2)))
    assert world.sandbox.product(11).stock == stock


def test_too_few_pieces_are_a_problem_where_the_policy_is_obeyed() -> None:
    world = World(settings={"inventory": "decrement_obeying_policy"})
    draft = world.draft(order(line(sku="MUG-BLUE", ean="", quantity=9)))
    with pytest.raises(Refused) as raised:
        world.shop.create(draft)
    assert raised.value.word == "out_of_stock"
    assert world.sandbox.control("orders", {}) == []


def refused_with(field: list[str], message: str, code: str | None = None) -> Any:
    errors = [{"code": code, "field": field, "message": message}]
    return {"data": {"orderCreate": {"order": None, "userErrors": errors}}}


@pytest.mark.parametrize(
    ("field", "word"),
    [
        (["order", "lineItems", "0", "variantId"], "product_unknown"),
        (["order", "shippingAddress", "zip"], "address_incomplete"),
        (["order", "presentmentCurrency"], "currency_unknown"),
        (["order", "note"], "shop_refused"),
        (["order", "metafields", "0", "type"], "shop_refused"),
        ([], "shop_refused"),
    ],
)
def test_a_refusal_has_the_word_of_its_place(field: list[str], word: str) -> None:
    world = World()
    draft = world.draft(order())
    world.instead = instead_of("CreateOrder", refused_with(field, "It is wrong.", "INVALID"))
    with pytest.raises(Refused, match="the shop refused it: It is wrong") as raised:
        world.shop.create(draft)
    assert raised.value.word == word
    assert raised.value.details["field"] == ".".join(field)


def test_a_reference_that_is_there_already_is_looked_up_and_never_a_refusal() -> None:
    world = World(unique_reference=True)
    first = world.place(order())
    with pytest.raises(Ambiguous, match="looked up"):
        world.place(order())
    assert [one.id for one in world.shop.find([stamp()], "").orders] == [first.id]


@pytest.mark.parametrize(
    "document",
    [
        {"data": None},
        {"data": {"orderCreate": None}},
        {"data": {"orderCreate": {"order": {}, "userErrors": []}}},
        {"data": None, "errors": [{"message": "Internal error", "path": ["orderCreate"]}]},
        {"errors": [{"message": "Oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]},
        [],
    ],
    ids=str,
)
def test_an_answer_that_does_not_tell_what_happened_is_ambiguous(document: Any) -> None:
    world = World()
    draft = world.draft(order())
    world.instead = instead_of("CreateOrder", document)
    with pytest.raises(Ambiguous):
        world.shop.create(draft)


def test_variables_that_do_not_fit_are_a_refusal_that_repeats_no_buyer() -> None:
    world = World()
    draft = world.draft(order())
    broken = {**draft.document["order"], "nonsense": 1}
    with pytest.raises(Refused) as raised:
        world.shop.create(replace(draft, document={**draft.document, "order": broken}))
    assert "Field is not defined" in str(raised.value)
    assert "Vries" not in str(raised.value)


# Products


def refusal(wanted: Any, **options: Any) -> Refused:
    world = World(**options)
    with pytest.raises(Refused) as raised:
        world.draft(wanted)
    assert world.sandbox.control("orders", {}) == []
    return raised.value


def test_an_unknown_product_is_a_problem_before_anything_is_created() -> None:
    raised = refusal(order(line(sku="NOPE", ean="1")))
    assert raised.word == "product_unknown"
    assert "SKU NOPE / EAN 1" in str(raised)


def test_a_sku_is_compared_exactly_whatever_the_search_finds() -> None:
    assert refusal(order(line(sku="mug-red", ean=""))).word == "product_unknown"
    assert refusal(order(line(sku="MUG", ean=""))).word == "product_unknown"


def test_several_variants_with_one_sku_are_named() -> None:
    twin = SandboxVariant(99, "MUG-RED", "Another mug")
    raised = refusal(order(line(ean="")), products=[*VARIANTS, twin])
    assert raised.word == "product_ambiguous"
    assert raised.details["ids"] == "10, 99"


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
def test_a_product_that_is_not_for_sale_is_a_problem(status: str) -> None:
    draft = SandboxVariant(98, "OLD", "Old mug", status=status)
    raised = refusal(order(line(sku="OLD", ean="")), products=[draft])
    assert raised.word == "product_unusable"
    assert status.lower() in str(raised)


@pytest.mark.parametrize(
    ("sku", "ean", "rules", "variant"),
    [
        ("", "8712345000002", ["ean"], "12"),
        ("", "TEE-L", ["ean"], "12"),
        ("12", "", ["id"], "12"),
        ("1000012", "", ["id"], "12"),
        ("CAP-BLACK", "", ["sku"], "14"),
    ],
)
def test_a_product_is_found_by_barcode_sku_or_id(
    sku: str, ean: str, rules: list[str], variant: str
) -> None:
    world = World(marketplace={"product_match": rules})
    made = world.place(order(line(sku=sku, ean=ean)))
    assert made.lines[0].product_id == variant


def test_a_product_of_several_variants_is_ambiguous_by_its_id() -> None:
    raised = refusal(order(line(sku="13", ean="")), marketplace={"product_match": ["id"]})
    assert raised.word == "product_ambiguous"


def test_the_products_of_many_lines_are_looked_up_in_one_request_and_kept() -> None:
    world = World()
    wanted = order(line(1, ean=""), line(2, sku="TEE-L", ean=""), line(3, sku="CAP-WHITE", ean=""))
    world.place(wanted)
    world.place(wanted, "A-2")
    assert len(world.asked("VariantsFound")) == 1
    world.clock.advance(timedelta(minutes=10).total_seconds())
    world.place(wanted, "A-3")
    assert len(world.asked("VariantsFound")) == 2


def test_a_search_of_many_pages_is_read_to_its_end() -> None:
    many = [SandboxVariant(1000 + number, f"SHIRT {number}") for number in range(120)]
    world = World(products=[*many, SandboxVariant(2000, "SHIRT", "Shirt")])
    made = world.place(order(line(sku="SHIRT", ean="")))
    assert made.lines[0].product_id == "2000"
    assert len(world.asked("VariantsFound")) == 3


# Finding


def test_an_order_is_found_by_its_own_fields_among_those_that_a_search_finds() -> None:
    world = World()
    for number in ("A-1", "A-1-B", "A-2"):
        world.place(order(), number)
    found = world.shop.find([stamp("A-1")], "")
    assert [one.order_number for one in found.orders] == ["A-1"]
    assert found.newest == ""


def test_a_search_that_ignores_its_filter_finds_nothing_that_was_not_meant() -> None:
    world = World()
    for number in range(120):
        world.place(order(), f"X-{number}")
    world.sandbox.set_search(ignores_filter=True)
    assert world.shop.find([stamp("A-1")], "").orders == ()
    assert len(world.asked("OrdersByNumber")) == 3, "all pages were looked at"
    assert [one.order_number for one in world.shop.find([stamp("X-0")], "").orders] == ["X-0"]


def test_a_search_without_an_end_is_no_answer() -> None:
    world = World()
    page = {"hasNextPage": True, "endCursor": "0"}
    endless = {"data": {"orders": {"nodes": [], "pageInfo": page}}}
    world.instead = instead_of("OrdersByNumber", endless)
    with pytest.raises(TryLater, match="was not asked for"):
        world.shop.find([stamp()], "")


def test_what_the_index_does_not_know_yet_is_found_by_its_unique_reference() -> None:
    lagging = World(search_lag=120)
    lagging.place(order())
    assert lagging.shop.find([stamp()], "").orders == ()
    exact = World(search_lag=120, unique_reference=True)
    exact.place(order())
    assert [one.id for one in exact.shop.find([stamp()], "").orders] == ["5001"]


def test_a_definition_that_cannot_be_looked_up_by_is_only_written_to() -> None:
    world = World(unique_reference=True, reference_type="single_line_text_field")
    world.place(order())
    assert world.shop.find([stamp()], "").orders
    assert world.asked("OrdersByReference") == []
    with pytest.raises(Ambiguous):
        world.place(order())


def test_many_orders_are_looked_up_with_few_requests() -> None:
    world = World(unique_reference=True)
    for number in range(30):
        world.place(order(), f"B-{number}")
    found = world.shop.find([stamp(f"B-{number}") for number in range(40)], "")
    assert len(found.orders) == 30
    assert [int(one.id) for one in found.orders] == sorted(int(one.id) for one in found.orders)
    assert len(world.asked("OrdersByReference")) == 1
    assert len(world.asked("OrdersByNumber")) == 2


def test_an_order_with_the_number_but_another_reference_is_shown() -> None:
    world = World()
    world.place(order())
    other = replace(stamp(), reference="bol:second:A-1")
    (taken,) = world.shop.find([other], "").orders
    assert taken.reference == "bol::A-1"


def test_doubles_come_lowest_id_first() -> None:
    world = World()
    world.place(order())
    world.place(order())
    assert [one.id for one in world.shop.find([stamp()], "").orders] == ["5001", "5002"]


def test_an_order_that_was_found_and_cannot_be_read_is_no_answer() -> None:
    world = World()
    world.place(order())
    world.instead = instead_of("OrdersById", {"data": {"nodes": [None]}})
    with pytest.raises(TryLater, match="could not be read"):
        world.shop.find([stamp()], "")


# Reading


def test_many_orders_are_read_with_few_requests_and_what_is_not_there_is_absent() -> None:
    world = World()
    ids = [world.place(order(), f"C-{number}").id for number in range(30)]
    world.requests.clear()
    reading = world.shop.read([*ids, "999999"])
    assert list(reading.orders) == ids
    assert reading.absent == ("999999",)
    assert [len(one["ids"]) for one in world.asked("OrdersInBrief")] == [31]
    assert len(world.requests) == 1, "nothing had left, so nobody asked for parcels"


def test_as_many_orders_are_read_whole_at_once_as_their_cost_allows() -> None:
    world = World()
    stamps = [stamp(f"C-{number}") for number in range(30)]
    made = [world.place(order(), one.order_number) for one in stamps]
    world.requests.clear()
    assert list(world.shop.find(stamps, "").orders) == made
    assert [len(one["ids"]) for one in world.asked("OrdersById")] == [10, 10, 10]


def altered(world: World, name: str, change: Callable[[Any], Any]) -> None:
    """Let the shop answer operations of one name, and alter what it says."""

    def act(request: Request) -> Answer | None:
        if f" {name}" not in request.json()["query"].split("{")[0]:
            return None
        return answer(change(json.loads(world.sandbox.handle(request).body)))

    world.instead = act


def test_one_order_that_cannot_be_read_does_not_hide_the_others() -> None:
    world = World()
    first, second = (world.place(order(), number).id for number in ("D-1", "D-2"))

    def broken(document: Any) -> Any:
        document["data"]["nodes"][0]["totalRefundedSet"] = None
        return document

    altered(world, "OrdersInBrief", broken)
    assert list(world.shop.read([first, second]).orders) == [second]


def test_an_order_of_which_a_part_failed_is_read_singly() -> None:
    world = World()
    first, second = (world.place(order(), number).id for number in ("D-1", "D-2"))

    def partial(document: Any) -> Any:
        document["data"]["nodes"][0]["reference"] = None
        failed = {"message": "Internal error", "path": ["nodes", 0, "reference"]}
        return {**document, "errors": [failed]}

    altered(world, "OrdersInBrief", partial)
    reading = world.shop.read([first, second])
    assert (list(reading.orders), reading.absent) == ([second], (first,))
    altered(world, "OrderById", lambda document: {**document, "errors": [{"message": "Oops"}]})
    with pytest.raises(TryLater, match="Oops"):
        world.shop.read_one(first)


def test_an_answer_with_other_rows_than_were_asked_for_is_no_answer() -> None:
    world = World()
    made = world.place(order())
    world.instead = instead_of("OrdersInBrief", {"data": {"nodes": []}})
    with pytest.raises(TryLater, match="other rows"):
        world.shop.read([made.id])
    world.instead = instead_of("OrdersInBrief", {"data": "?"})
    with pytest.raises(TryLater, match="no answer of Shopify's"):
        world.shop.read([made.id])


def test_only_the_shops_own_word_means_that_an_order_is_gone() -> None:
    world = World()
    world.place(order())
    made = world.place(order(), "A-2")
    assert world.shop.read_one(made.id)
    world.sandbox.control("delete", {"order": made.id})
    assert world.shop.read_one(made.id) is None
    world.instead = instead_of("OrderById", {"errors": "Not Found"}, 404)
    with pytest.raises(TryLater, match="base_url"):
        world.shop.read_one(made.id)


def test_an_order_that_is_too_old_to_be_seen_is_not_gone() -> None:
    world = World()
    old = world.place(order())
    world.clock.advance(timedelta(days=61).total_seconds())
    with pytest.raises(TryLater, match="read_all_orders"):
        world.shop.read_one(old.id)
    young = world.place(order(), "A-2")
    world.sandbox.control("delete", {"order": young.id})
    world.place(order(), "A-3")
    assert world.shop.read_one("999999") is None, "younger than some that are there"
    sees_all = World(scopes=(*SCOPES, "read_all_orders"))
    made = sees_all.place(order())
    sees_all.clock.advance(timedelta(days=61).total_seconds())
    assert sees_all.shop.read_one(made.id)
    assert sees_all.shop.read_one("999999") is None


@pytest.mark.parametrize(
    ("acts", "status", "state"),
    [
        ([], "unfulfilled", ShopState.OPEN),
        (["complete"], "fulfilled", ShopState.COMPLETED),
        (["complete", "archive"], "fulfilled", ShopState.COMPLETED),
        (["complete", "reopen"], "unfulfilled", ShopState.OPEN),
        (["archive"], "archived", ShopState.GONE),
        (["cancel"], "cancelled", ShopState.GONE),
        (["refund"], "refunded", ShopState.GONE),
        (["complete", "refund"], "refunded", ShopState.GONE),
    ],
)
def test_what_the_shops_words_mean(acts: list[str], status: str, state: ShopState) -> None:
    world = World()
    made = world.place(order())
    for act in acts:
        world.sandbox.control(act, {"order": made.id})
    shown = world.shop.read_one(made.id)
    assert shown
    assert (shown.status, shown.state) == (status, state)


def test_a_part_that_was_refunded_is_told() -> None:
    world = World()
    made = world.place(order())
    world.sandbox.control("refund", {"order": made.id, "amount": "3.00"})
    shown = world.shop.read([made.id]).orders[made.id]
    assert (shown.refunded, shown.total, shown.state) == (
        Decimal("3.00"),
        Decimal("12.99"),
        ShopState.OPEN,
    )


def test_an_order_that_is_read_with_others_tells_how_it_stands() -> None:
    world = World()
    made, cancelled, refunded = (world.place(order(), f"A-{number}") for number in range(3))
    world.sandbox.control("cancel", {"order": cancelled.id})
    world.sandbox.control("refund", {"order": refunded.id, "amount": "12.99"})
    orders = world.shop.read([made.id, cancelled.id, refunded.id]).orders
    assert [one.state for one in orders.values()] == [ShopState.OPEN, *[ShopState.GONE] * 2]
    assert [one.reference for one in orders.values()] == ["bol::A-0", "bol::A-1", "bol::A-2"]
    assert not orders[made.id].whole
    assert orders[refunded.id] == world.shop.read_one(refunded.id)


def test_the_merchant_says_which_statuses_mean_completed() -> None:
    world = World(settings={"completed_statuses": ["fulfilled", "partially_fulfilled"]})
    made = world.place(order(line(quantity=2, total="25.98")))
    world.sandbox.control("fulfil", {"order": made.id, "pieces": {"MUG-RED": 1}})
    assert world.shop.read([made.id]).orders[made.id].state is ShopState.COMPLETED


def test_an_order_of_many_lines_is_read_page_by_page() -> None:
    skus = [f"S{number}" for number in range(110)]
    products = [SandboxVariant(1000 + number, sku, sku) for number, sku in enumerate(skus)]
    world = World(products=products, marketplace={"tax": "none"})
    lines = [line(number, sku=sku, ean="", total="1.01") for number, sku in enumerate(skus)]
    made = world.place(order(*lines))
    world.requests.clear()
    read = world.shop.read_one(made.id)
    assert read == made
    assert len(world.asked("FurtherLines")) == 2


# Holding and cancelling


def test_a_hold_is_one_write_that_says_why_and_may_be_repeated() -> None:
    world = World()
    made = world.place(order())
    for _ in range(2):
        held = world.shop.hold(made.id, "the shop says 12.98 EUR")
        assert (held.status, held.state) == ("on_hold", ShopState.OPEN)
    asked = world.asked("Hold")
    assert len(asked) == 2
    assert asked[0]["hold"]["reasonNotes"] == "the shop says 12.98 EUR"
    assert asked[0]["tags"] == ["orderlink-hold"]


def test_an_order_that_is_not_there_cannot_be_held() -> None:
    world = World()
    world.place(order())
    with pytest.raises(Refused) as raised:
        world.shop.hold("999999", "why")
    assert raised.value.word == "shop_order_gone"


def test_what_was_sent_already_is_not_held_and_not_refused() -> None:
    world = World()
    made = world.place(order())
    world.sandbox.control("complete", {"order": made.id})
    assert world.shop.hold(made.id, "why").state is ShopState.COMPLETED
    assert world.asked("Hold") == []


def test_an_order_is_cancelled_once_and_its_pieces_are_back() -> None:
    world = World()
    made = world.place(order(line(sku="MUG-BLUE", ean="", quantity=2)))
    assert world.sandbox.product(11).stock == 1
    assert world.shop.cancel(made.id).state is ShopState.OPEN, "the job has not run yet"
    world.clock.advance(2)
    assert world.shop.cancel(made.id).state is ShopState.GONE
    assert world.sandbox.product(11).stock == 3
    assert world.sandbox.ledger.mails == []


def test_an_order_that_has_left_cannot_be_cancelled() -> None:
    world = World()
    made = world.place(order())
    world.sandbox.control("complete", {"order": made.id})
    with pytest.raises(Refused, match="outstanding fulfillments"):
        world.shop.cancel(made.id)


# Signing in


def test_an_older_apps_token_is_sent_and_a_wrong_one_is_told() -> None:
    world = World(settings={"access_token": "shpat_wrong"})
    with pytest.raises(SignInFailed, match="still installed") as raised:
        world.shop.read(["5001"])
    assert "shpat_wrong" not in str(raised.value)


def client_world(**settings: str) -> World:
    mine = {"access_token": None, "client_id": "id", "client_secret": "secret", **settings}
    return World(settings=mine, access_token="", client_id="id", client_secret="secret")


def test_client_credentials_get_a_token_that_is_kept_for_a_day() -> None:
    world = client_world()
    world.place(order())
    world.place(order(), "A-2")
    logins = [one for one in world.requests if one.path.endswith("access_token")]
    assert len(logins) == 1
    world.clock.advance(86400)
    world.place(order(), "A-3")
    assert len([one for one in world.requests if one.path.endswith("access_token")]) == 2


def test_a_token_that_was_taken_back_is_renewed_once() -> None:
    world = client_world()
    world.shop.read(["5001"])
    world.sandbox.forget_tokens()
    assert world.shop.read(["5001"]).absent == ("5001",)


def test_wrong_client_credentials_are_told_without_them() -> None:
    world = client_world(client_secret="hush")
    with pytest.raises(SignInFailed, match="client id and secret") as raised:
        world.shop.read(["5001"])
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("document", [{}, {"access_token": "x", "expires_in": "soon"}, []])
def test_an_answer_to_the_sign_in_that_cannot_be_read_is_tried_again(document: Any) -> None:
    world = client_world()
    world.instead = lambda request: (
        answer(document) if request.path.endswith("access_token") else None
    )
    with pytest.raises(TryLater, match="cannot be read"):
        world.shop.read(["5001"])


def test_another_address_than_a_shops_is_told() -> None:
    world = client_world()
    world.instead = lambda _: answer({"errors": "Not Found"}, 404)
    with pytest.raises(TryLater, match="NAME"):
        world.shop.read(["5001"])


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (("read_orders", "read_products"), "write_orders"),
        (("write_orders",), "read_products"),
        (("write_orders", "read_products"), "read_inventory"),
        (("write_orders", "read_products", "read_inventory"), "write_draft_orders"),
    ],
)
def test_a_scope_that_is_missing_is_named(scopes: tuple[str, ...], said: str) -> None:
    world = World(scopes=scopes)
    with pytest.raises(SignInFailed, match=said):
        world.draft(order())


def test_a_hold_without_its_scope_names_it() -> None:
    world = World(scopes=[one for one in SCOPES if "fulfillment" not in one])
    made = world.place(order())
    with pytest.raises(SignInFailed, match="merchant_managed_fulfillment_orders"):
        world.shop.hold(made.id, "why")


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (402, TryLater, "frozen"),
        (403, SignInFailed, "refuses the app"),
        (404, TryLater, "myshopify.com"),
        (423, TryLater, "locked"),
        (400, Refused, "refused it"),
        (503, Ambiguous, "503"),
    ],
)
def test_other_statuses_are_sorted_by_what_may_be_done_next(
    status: int, kind: type[RemoteError], said: str
) -> None:
    world = World()
    draft = world.draft(order())
    world.instead = lambda _: answer({"errors": "No."}, status)
    with pytest.raises(kind, match=said):
        world.shop.create(draft)
    assert NotOffered not in kind.__mro__


# The settings


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"client_id": "id"},
        {"client_id": "id", "client_secret": "s", "access_token": "t"},
        {"access_token": "t", "inventory": "all"},
        {"access_token": "t", "source_name": "{buyer}"},
        {"access_token": "t", "status_after_import": "processing"},
        {"access_token": "t", "base_url": "http://shop.example"},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ShopifySettings.model_validate(
            {"type": "shopify", "base_url": "https://bench.myshopify.com", **wrong}
        )


def test_a_connection_is_bound_to_its_shop_whatever_app_asks_it() -> None:
    by_token = World().settings
    by_client = client_world().settings
    assert by_token.identity() == by_client.identity()


def test_the_version_is_pinned_and_its_end_is_known() -> None:
    assert ShopifySettings.api_version == "2026-10"
    assert ShopifySettings.api_ends.isoformat() == "2027-10-01"
    world = World()
    world.shop.read(["1"])
    assert world.requests[0].path == GRAPHQL
    assert Shopify.settings_model is ShopifySettings


def test_no_error_holds_a_secret_or_the_buyer() -> None:
    world = World()
    draft = world.draft(order())
    refused = refused_with(["order", "shippingAddress"], f"wrong for {NETHERLANDS.last_name}")
    world.instead = instead_of("CreateOrder", refused)
    with pytest.raises(Refused) as raised:
        world.shop.create(draft)
    assert TOKEN not in str(raised.value)


def test_a_trial_shop_says_what_it_is() -> None:
    world = World(selling=changed(SandboxShop(), plan=PLANS["Development"]))
    world.draft(order())
    assert world.shop._facts.is_trial()

"""The WooCommerce connector against the sandbox shop, whose traps are those of real ones."""

from __future__ import annotations

import json
from dataclasses import replace as changed
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from orderlink.errors import Ambiguous, NotOffered, Refused, SignInFailed, TryLater
from orderlink.model import Address, ShopState
from orderlink.sandbox.server import Answer, Request, json_answer
from orderlink.sandbox.woocommerce import PRODUCTS
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.shops import Corrects, Holds, ReadsParcels
from orderlink.values import replace

from .woocommerce_world import NETHERLANDS, SECRET, World, line, order, stamp

if TYPE_CHECKING:
    from collections.abc import Callable


def body_of(request: Request) -> Any:
    return json.loads(request.body)


def answering(path: str, status: int, document: Any) -> Callable[[Request], Answer | None]:
    def instead(request: Request) -> Answer | None:
        if not request.path.endswith(path):
            return None
        if isinstance(document, bytes):
            return Answer(status, document, {"Content-Type": "text/html"})
        return json_answer(status, document, media_type="application/json")

    return instead


def test_it_is_all_that_it_says_to_be() -> None:
    shop = World().shop
    for protocol in (Corrects, Holds, ReadsParcels):
        assert isinstance(shop, protocol)


# Creating


def test_an_order_is_created_with_one_request_and_read_from_its_answer() -> None:
    world = World()
    made = world.place(order())
    assert len(world.writes()) == 1
    assert (made.id, made.number, made.status, made.state) == (
        "16",
        "16",
        "processing",
        ShopState.OPEN,
    )
    assert (made.reference, made.origin, made.order_number) == ("bol::A-1", "origin-1", "A-1")
    assert [(entry.sku, entry.quantity, entry.product_id) for entry in made.lines] == [
        ("MUG-RED", 1, "10")
    ]
    assert made == world.shop.read_one("16")


def test_nothing_of_an_address_is_lost() -> None:
    world = World()
    pickup = replace(NETHERLANDS, pickup_point="Locker 7", company="Bakkerij", region="Utrecht")
    bill_to = Address(first_name="Els", last_name="Bos", vat_id="NL1", email="els@example.test")
    world.place(order(ship_to=pickup, bill_to=bill_to))
    shown = world.sandbox.order(16)
    assert shown["shipping"] == {
        "first_name": "Jan",
        "last_name": "de Vries",
        "company": "Bakkerij",
        "address_1": "Dorpsstraat 1 A",
        "address_2": "Achterom, Locker 7",
        "city": "Utrecht",
        "state": "Utrecht",
        "postcode": "3511 AA",
        "country": "NL",
        "phone": "+31612345678",
    }
    assert (shown["billing"]["first_name"], shown["billing"]["last_name"]) == ("Els", "Bos")
    meta = {entry["key"]: entry["value"] for entry in shown["meta_data"]}
    assert meta["_orderlink_vat_id"] == "NL1"


def test_the_buyer_is_not_mailed_and_the_address_goes_into_the_meta_data() -> None:
    world = World()
    world.place(order())
    world.sandbox.control("complete", {"order": "16"})
    shown = world.sandbox.order(16)
    assert shown["billing"]["email"] == ""
    assert {"key": "_orderlink_buyer_email", "value": "abc@verkopen.bol.com"}.items() <= next(
        entry for entry in shown["meta_data"] if entry["key"] == "_orderlink_buyer_email"
    ).items()
    assert {mail.to for mail in world.sandbox.ledger.mails} == {"admin@example.test"}


def test_the_merchant_may_have_the_buyer_mailed() -> None:
    world = World(settings={"buyer_email": "billing"})
    world.place(order())
    assert "abc@verkopen.bol.com" in {mail.to for mail in world.sandbox.ledger.mails}
    assert not any("email" in entry["key"] for entry in world.sandbox.order(16)["meta_data"])


def test_the_texts_and_the_status_are_the_merchants() -> None:
    world = World(
        settings={
            "status_after_import": "on-hold",
            "payment_method_title": "Betaald bij {marketplace}",
            "order_note": "{order} van {marketplace}",
        }
    )
    assert world.place(order()).status == "on-hold"
    shown = world.sandbox.order(16)
    assert shown["payment_method_title"] == "Betaald bij bol"
    assert shown["customer_note"] == "A-1 van bol"


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_note": "{buyer}"},
        {"order_note": "{"},
        {"status_after_import": "completed"},
        {"status_after_import": "trash"},
        {"product_match": ["name"]},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        World(settings=wrong)


def test_what_is_kept_for_a_correction_holds_nothing_of_the_buyer() -> None:
    draft = World().draft(order())
    kept = json.dumps({name: draft.document.get(name) for name in draft.public})
    for personal in ("Vries", "Dorpsstraat", "3511", "Utrecht", "verkopen", "+316"):
        assert personal not in kept
        assert personal in json.dumps(draft.document)


def test_an_answer_to_a_creation_that_cannot_be_read_is_ambiguous() -> None:
    world = World()
    draft = world.draft(order())
    world.instead = answering("/orders", 201, {"surprise": True})
    with pytest.raises(Ambiguous):
        world.shop.create(draft)


def test_a_critical_error_of_the_shop_is_ambiguous() -> None:
    world = World()
    draft = world.draft(order())
    world.instead = answering("/orders", 500, {"code": "internal_server_error", "message": "<p>"})
    with pytest.raises(Ambiguous):
        world.shop.create(draft)


def test_a_refusal_is_given_in_the_shops_own_words_without_markup() -> None:
    world = World(settings={"buyer_email": "billing"})
    strange = order(ship_to=replace(NETHERLANDS, email="not-an-email"))
    with pytest.raises(Refused, match=r"billing \(Invalid email address\.\)") as raised:
        world.place(strange)
    assert raised.value.word == "shop_refused"
    assert "not-an-email" not in str(raised.value)


# Products


def refusal(lines: Any, **options: Any) -> Refused:
    world = World(**options)
    with pytest.raises(Refused) as raised:
        world.draft(order(*lines))
    assert not world.writes()
    return raised.value


def test_an_unknown_product_is_a_problem_before_anything_is_created() -> None:
    refused = refusal([line(sku="NOPE", ean="123")])
    assert refused.word == "product_unknown"
    assert refused.details == {"sku": "NOPE", "ean": "123"}
    assert "SKU NOPE / EAN 123" in str(refused)


def test_a_sku_that_differs_in_case_only_is_unknown() -> None:
    assert refusal([line(sku="mug-red", ean="")]).word == "product_unknown"


def test_a_line_with_neither_sku_nor_ean_is_unknown() -> None:
    assert refusal([line(sku="", ean="")]).word == "product_unknown"


def test_several_products_with_one_sku_are_named() -> None:
    twins = [*PRODUCTS, SandboxProduct(20, "MUG-RED", "Another")]
    refused = refusal([line()], products=twins)
    assert refused.word == "product_ambiguous"
    assert refused.details["ids"] == "10, 20"


@pytest.mark.parametrize("status", ["draft", "pending", "trash"])
def test_a_product_that_is_not_for_sale_is_a_problem_that_names_its_id(status: str) -> None:
    refused = refusal([line(ean="")], products=[SandboxProduct(30, "MUG-RED", status=status)])
    assert refused.word == "product_unusable"
    assert refused.details["ids"] == "30"


def test_a_variable_parent_is_a_problem_that_names_its_id() -> None:
    refused = refusal([line(sku="CAP", ean="")])
    assert (refused.word, refused.details["ids"]) == ("product_unusable", "13")


def test_a_trashed_product_does_not_stand_in_the_way_of_a_live_one() -> None:
    products = [SandboxProduct(30, "MUG-RED", status="trash"), SandboxProduct(31, "MUG-RED")]
    assert World(products=products).place(order(line(ean=""))).lines[0].product_id == "31"


def test_a_variation_goes_as_its_parent_and_itself() -> None:
    world = World()
    made = world.place(order(line(sku="CAP-BLACK", ean="")))
    item = body_of(world.writes()[0])["line_items"][0]
    assert (item["product_id"], item["variation_id"]) == (13, 14)
    assert (made.lines[0].product_id, made.lines[0].sku) == ("14", "CAP-BLACK")


def test_a_variation_is_taxed_as_its_parent() -> None:
    products = [
        SandboxProduct(13, "CAP", kind="variable", tax_class="zero-rate"),
        SandboxProduct(14, "CAP-BLACK", kind="variation", parent_id=13, tax_class="parent"),
    ]
    world = World(products=products)
    draft = world.draft(order(line(sku="CAP-BLACK")))
    assert draft.document["line_items"][0]["total"] == "12.990000"
    assert world.shop.create(draft).total == draft.total


def test_a_product_is_found_by_ean_as_gtin_or_as_sku() -> None:
    by_gtin = World().place(order(line(sku="", ean="8712345000001")))
    assert by_gtin.lines[0].product_id == "11"
    by_sku = World(products=[SandboxProduct(40, "8712345000009")])
    assert by_sku.place(order(line(sku="", ean="8712345000009"))).lines[0].product_id == "40"


def test_a_product_and_a_variation_are_found_by_id() -> None:
    world = World(settings={"product_match": ["id"]})
    made = world.place(order(line(1, sku="12", ean=""), line(2, sku="15", ean="")))
    assert [entry.product_id for entry in made.lines] == ["12", "15"]
    assert refusal([line(sku="99", ean="")], settings={"product_match": ["id"]}).word == (
        "product_unknown"
    )


def test_a_number_that_is_the_id_of_another_article_by_chance_is_not_taken() -> None:
    refused = refusal([line(sku="12", ean="8712345099999")])
    assert refused.word == "product_unknown"


def test_the_products_of_many_lines_are_looked_up_in_one_request() -> None:
    products = [SandboxProduct(100 + number, f"SKU-{number}") for number in range(40)]
    world = World(products=products)
    world.place(order(*(line(number, sku=f"SKU-{number}", ean="") for number in range(40))))
    assert len([request for request in world.requests if "products" in request.path]) == 1


def test_a_sku_with_a_comma_is_found() -> None:
    world = World(products=[SandboxProduct(50, "A,B"), SandboxProduct(51, "A")])
    made = world.place(order(line(1, sku="A,B", ean=""), line(2, sku="A", ean="")))
    assert [entry.product_id for entry in made.lines] == ["50", "51"]


# Looking up


def test_an_order_is_found_by_its_own_fields_among_many() -> None:
    world = World(products=[SandboxProduct(10, "MUG-RED")])
    for number in range(250):
        world.place(order(), f"A-{number}")
    world.requests.clear()
    found = world.shop.find([stamp("A-3"), stamp("A-249"), stamp("nobody")], "")
    assert [entry.order_number for entry in found.orders] == ["A-3", "A-249"]
    assert found.newest == world.shop.newest() == str(10 + 250)
    assert all("meta_key" not in request.query for request in world.requests)
    assert len({request.one("_orderlink") for request in world.requests}) == len(world.requests)


def test_a_look_up_goes_down_to_the_known_id_only() -> None:
    world = World()
    for number in range(120):
        world.place(order(), f"A-{number}")
    world.requests.clear()
    known = str(16 + 100)
    assert world.shop.find([stamp("A-5")], known).orders == ()
    assert len(world.shop.find([stamp("A-110")], known).orders) == 1
    assert [request.one("status") for request in world.requests] == ["any", "trash"] * 2


@pytest.mark.parametrize("number", [99, 100, 101, 199, 200])
def test_a_list_that_ends_at_a_page_is_read_to_its_end(number: int) -> None:
    world = World()
    for one in range(number):
        world.place(order(), f"A-{one}")
    assert len(world.shop.find([stamp("A-0")], "0").orders) == 1


def test_an_order_in_the_trash_is_found() -> None:
    world = World()
    world.place(order())
    world.sandbox.control("trash", {"order": "16"})
    found = world.shop.find([stamp()], "")
    assert [entry.state for entry in found.orders] == [ShopState.GONE]


def test_an_order_with_the_number_but_another_reference_is_shown() -> None:
    world = World()
    world.place(order(), "A-1")
    other = replace(stamp("A-1"), reference="amazon::A-1")
    assert [entry.reference for entry in world.shop.find([other], "").orders] == ["bol::A-1"]


def test_doubles_come_lowest_id_first() -> None:
    world = World()
    for _ in range(3):
        world.place(order())
    assert [entry.id for entry in world.shop.find([stamp()], "").orders] == ["16", "17", "18"]


def test_rows_that_slip_between_two_pages_are_noticed() -> None:
    world = World()
    for number in range(150):
        world.place(order(), f"A-{number}")

    def trash_between_pages(request: Request) -> None:
        if request.one("offset") not in {"", "0"} and request.one("status") == "any":
            for number in range(140, 150):
                world.sandbox.control("trash", {"order": f"A-{number}"})

    world.instead = trash_between_pages
    with pytest.raises(TryLater, match="moved"):
        world.shop.find([stamp("A-45")], "")


def test_a_server_that_answers_the_same_page_again_is_noticed() -> None:
    world = World()
    for number in range(150):
        world.place(order(), f"A-{number}")
    world.instead = lambda request: (
        world.sandbox.handle(changed(request, query={**request.query, "offset": ["0"]}))
        if request.one("offset")
        else None
    )
    with pytest.raises(TryLater, match="moved"):
        world.shop.find([stamp("A-45")], "")


def test_a_page_that_fails_is_no_answer() -> None:
    world = World()
    world.place(order())
    world.instead = answering("/orders", 200, [{"id": 16}])
    with pytest.raises(TryLater):
        world.shop.find([stamp()], "")
    world.instead = answering("/orders", 200, {"orders": []})
    with pytest.raises(TryLater):
        world.shop.find([stamp()], "")


def test_an_empty_shop_has_no_newest_order() -> None:
    assert World().shop.newest() == "0"
    assert World().shop.find([stamp()], "").newest == "0"


# Reading


def test_many_orders_are_read_in_one_request_and_the_trash_is_asked_for_the_rest() -> None:
    world = World()
    for number in range(3):
        world.place(order(), f"A-{number}")
    world.sandbox.control("trash", {"order": "17"})
    world.sandbox.control("delete", {"order": "18"})
    world.requests.clear()
    reading = world.shop.read(["16", "17", "18"])
    assert {shop_id: entry.state for shop_id, entry in reading.orders.items()} == {
        "16": ShopState.OPEN,
        "17": ShopState.GONE,
    }
    assert reading.absent == ("18",)
    assert len(world.requests) == 2
    assert world.shop.read([]).orders == {}


def test_more_than_a_hundred_ids_are_read_in_hundreds() -> None:
    world = World()
    ids = [world.place(order(), f"A-{number}").id for number in range(130)]
    world.requests.clear()
    assert len(world.shop.read(ids).orders) == 130
    assert len(world.requests) == 2


def test_a_list_that_ignores_the_ids_asked_for_adds_nothing() -> None:
    world = World()
    ids = [world.place(order(), f"A-{number}").id for number in range(2)]
    world.instead = lambda request: (
        world.sandbox.handle(changed(request, query={"status": ["any"]}))
        if request.one("include")
        else None
    )
    assert list(world.shop.read(ids[:1]).orders) == ids[:1]


def test_one_order_that_cannot_be_read_does_not_hide_the_others() -> None:
    world = World()
    for number in range(2):
        world.place(order(), f"A-{number}")
    good = world.sandbox.order(16)
    world.instead = answering("/orders", 200, [good, {"id": 17, "total": "many"}])
    reading = world.shop.read(["16", "17"])
    assert (list(reading.orders), reading.absent) == (["16"], ("17",))


def test_only_the_shops_own_word_means_that_an_order_is_gone() -> None:
    world = World()
    assert world.shop.read_one("987654") is None
    other = [
        b"<html>not found</html>",
        {"code": "rest_no_route", "message": "No route", "data": {"status": 404}},
        {"code": "some_plugin", "message": "?"},
    ]
    for document in other:
        world.instead = answering("/orders/987654", 404, document)
        with pytest.raises(NotOffered):
            world.shop.read_one("987654")


@pytest.mark.parametrize(
    ("act", "arguments", "state", "refunded"),
    [
        ("complete", {}, ShopState.COMPLETED, "0"),
        ("cancel", {}, ShopState.GONE, "0"),
        ("trash", {}, ShopState.GONE, "0"),
        ("refund", {"amount": "5.00"}, ShopState.OPEN, "5.00"),
        ("refund", {}, ShopState.GONE, "12.99"),
        ("reopen", {}, ShopState.OPEN, "0"),
    ],
)
def test_what_the_shops_words_mean(
    act: str, arguments: dict[str, str], state: ShopState, refunded: str
) -> None:
    world = World()
    world.place(order())
    world.sandbox.control(act, {"order": "16", **arguments})
    seen = world.shop.read_one("16")
    assert seen is not None
    assert (seen.state, f"{seen.refunded}") == (state, refunded)


def test_the_merchant_says_which_statuses_mean_completed() -> None:
    world = World(
        custom_statuses=["delivered"],
        settings={"completed_statuses": ["wc-delivered"]},
    )
    world.place(order())
    world.link.http.write("PUT", "/wp-json/wc/v3/orders/16", json={"status": "delivered"})
    seen = world.shop.read_one("16")
    assert seen is not None
    assert seen.state is ShopState.COMPLETED


# Holding


def test_a_hold_is_one_write_that_says_why_and_may_be_repeated() -> None:
    world = World()
    world.place(order())
    world.requests.clear()
    for _ in range(2):
        held = world.shop.hold("16", "the total differs")
    assert held.status == "on-hold"
    assert [request.method for request in world.requests] == ["PUT", "PUT"]
    meta = world.sandbox.order(16)["meta_data"]
    assert [entry["value"] for entry in meta if entry["key"] == "orderlink_hold"] == [
        "the total differs"
    ]


def test_an_order_that_is_not_there_cannot_be_held() -> None:
    with pytest.raises(Refused) as raised:
        World().shop.hold("4711", "why")
    assert raised.value.word == "shop_order_gone"


# Signing in


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"consumer_secret": "wrong"}, "Consumer secret is invalid"),
        ({"consumer_key": "ck_unknown"}, "does not know the consumer key"),
    ],
)
def test_a_wrong_key_and_a_wrong_secret_are_told_apart(
    settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SignInFailed, match=sentence) as raised:
        World(settings=settings).shop.newest()
    assert SECRET not in str(raised.value)


def test_a_key_that_may_only_read_is_told_at_the_first_write() -> None:
    world = World(settings={"consumer_key": "ck_r", "consumer_secret": "cs_r"})
    with pytest.raises(SignInFailed, match="read and write permission"):
        world.place(order())
    assert not world.sandbox.ledger.created


def test_a_shop_behind_a_proxy_that_hides_https_is_told() -> None:
    with pytest.raises(SignInFailed, match="X-Forwarded-Proto"):
        World(require_tls=True).shop.newest()


def test_plain_permalinks_are_told() -> None:
    with pytest.raises(TryLater, match="permalinks"):
        World(plain_permalinks=True).shop.newest()


def test_a_shop_without_woocommerce_is_told() -> None:
    world = World()
    world.instead = answering("/orders", 404, {"code": "rest_no_route", "message": "No route"})
    with pytest.raises(TryLater, match="REST API v3"):
        world.shop.newest()


def test_tax_settings_that_make_no_sense_are_a_fault_of_the_connection() -> None:
    world = World()
    world.instead = answering("/settings/general", 200, {"message": "maintenance"})
    with pytest.raises(TryLater, match="tax settings"):
        world.draft(order())

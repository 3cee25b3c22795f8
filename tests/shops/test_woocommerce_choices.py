"""What the merchant chose is what the shop order looks like, and what cannot be is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from orderlink.creation import CreationSettings, creation_from
from orderlink.errors import Refused
from orderlink.model import Charge, Draft, ShopState
from orderlink.sandbox.woocommerce import PRODUCTS, RATES
from orderlink.sandbox.woocommerce_state import SandboxProduct, SandboxSelling
from orderlink.sandbox.woocommerce_tax import SandboxTax, SandboxTaxRate
from orderlink.shops import Simplifies
from orderlink.shops.woocommerce_people import unlike
from orderlink.values import replace

from .woocommerce_world import NETHERLANDS, World, line, order, stamp

if TYPE_CHECKING:
    from orderlink.model import Order


def meta_of(shown: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry["value"] for entry in shown["meta_data"]}


def refusal(wanted: Order, **options: Any) -> Refused:
    world = World(**options)
    with pytest.raises(Refused) as raised:
        world.draft(wanted)
    assert not world.writes()
    return raised.value


def asked(world: World, path: str) -> int:
    return sum(path in request.path for request in world.requests)


# Which key holds


def test_a_marketplaces_own_key_holds_against_its_shops_and_the_default() -> None:
    shop = CreationSettings(tags=("shop",), tax="shop")
    joined = creation_from(CreationSettings(tags=("bol",)), shop, "bol")
    assert (joined.tags, joined.tax, joined.oversold) == (("bol",), "shop", "create")
    assert creation_from(CreationSettings(tags=()), shop, "bol").tags == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax": "mine"},
        {"product_match": []},
        {"unknown_product": ""},
        {"order_number": "{buyer}"},
        {"payment_method_title": "{"},
        {"fulfilled_by_marketplace": "yes"},
    ],
)
def test_a_key_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CreationSettings.model_validate(wrong)


# Products


def test_a_pack_is_so_many_pieces_of_the_shops_product() -> None:
    world = World(mapping={"SIX-PACK": (("MUG-RED", 6),)})
    shown = world.shown(order(line(quantity=2, total="60.00", sku="SIX-PACK", ean="")))
    (item,) = shown["line_items"]
    assert (item["sku"], item["quantity"], shown["total"]) == ("MUG-RED", 12, "60.00")
    assert world.sandbox.product(10).stock == 40 - 12


def test_a_bundle_is_several_products_that_share_its_price_by_what_they_cost() -> None:
    world = World(mapping={"8712345000000": (("MUG-RED", 1), ("TEE-L", 1), ("CAP-BLACK", 2))})
    shown = world.shown(order(line(total="50.00", sku="SET")))
    paid = {
        item["sku"]: Decimal(item["total"]) + Decimal(item["total_tax"])
        for item in shown["line_items"]
    }
    # 12.50 + 24.95 + 2 x 9.95 = 57.35
    wanted = {"MUG-RED": "10.90", "TEE-L": "21.75", "CAP-BLACK": "17.35"}
    assert paid == {sku: Decimal(amount) for sku, amount in wanted.items()}
    assert [item["quantity"] for item in shown["line_items"]] == [1, 1, 2]
    assert shown["total"] == "50.00"


def test_a_mapping_that_leads_nowhere_is_an_unknown_product_whatever_is_chosen() -> None:
    refused = refusal(
        order(line(sku="SET", ean="")),
        mapping={"SET": (("GONE", 1),)},
        marketplace={"unknown_product": "free_line"},
    )
    assert refused.word == "product_unknown"
    assert "GONE (mapped from SET)" in str(refused)


def test_all_unknown_products_of_an_order_are_named_at_once() -> None:
    refused = refusal(order(line(1, sku="A", ean=""), line(2), line(3, sku="B", ean="123")))
    assert refused.word == "product_unknown"
    assert "SKU A, SKU B / EAN 123" in str(refused)


def test_an_unknown_product_may_become_a_line_of_its_own_title() -> None:
    world = World(marketplace={"unknown_product": "free_line"})
    shown = world.shown(order(line(2, 2, "10.00", sku="NOPE", ean="", title="Rare thing"), line()))
    free, known = shown["line_items"]
    assert (free["product_id"], free["name"], free["quantity"]) == (0, "Rare thing", 2)
    assert [(entry["key"], entry["value"]) for entry in free["meta_data"]] == [("SKU", "NOPE")]
    assert known["sku"] == "MUG-RED"
    assert shown["total"] == "22.99"


def test_a_free_line_counts_as_what_was_expected() -> None:
    world = World(marketplace={"unknown_product": "free_line"})
    draft = world.draft(order(line(sku="NOPE", ean="")))
    made = world.shop.create(draft)
    assert [one.product_id for one in made.lines] == [one.product_id for one in draft.lines]


def test_one_product_may_stand_for_all_that_are_unknown() -> None:
    products = [*PRODUCTS, SandboxProduct(90, "OTHER", "Other", tax_class="zero-rate")]
    world = World(products=products, marketplace={"unknown_product": "OTHER"})
    shown = world.shown(order(line(1, sku="A", ean=""), line(2, sku="B", ean="")))
    assert [item["product_id"] for item in shown["line_items"]] == [90, 90]
    refused = refusal(order(line(sku="A", ean="")), marketplace={"unknown_product": "OTHER"})
    assert "unknown_product names" in str(refused)


def test_what_was_found_is_kept_for_a_while() -> None:
    world = World()
    for number in range(3):
        world.place(order(), f"A-{number}")
    assert asked(world, "/products") == 1
    world.clock.advance(601)
    world.place(order(), "A-9")
    assert asked(world, "/products") == 2


def test_what_is_kept_is_forgotten_when_it_was_wrong() -> None:
    world = World()
    world.place(order())
    world.sandbox._store.products.pop(10)
    made = world.place(order(), "A-2")
    assert made.lines[0].product_id == "0", "the shop made an empty line of it"
    with pytest.raises(Refused, match="no product"):
        world.draft(order(), "A-3")


def test_more_pieces_than_there_are_may_be_a_problem() -> None:
    blue = {"sku": "MUG-BLUE", "ean": ""}
    wanted = order(line(1, 2, **blue), line(2, 2, **blue))
    refused = refusal(wanted, marketplace={"oversold": "hold"})
    assert refused.word == "out_of_stock"
    assert "MUG-BLUE (4 ordered, 3 there)" in str(refused)
    assert World(marketplace={"oversold": "hold"}).place(order(line(1, 3, **blue)))
    world = World()
    world.place(wanted)
    assert world.sandbox.product(11).stock == -1


# Money


def test_commission_is_shown_and_not_booked() -> None:
    fees = order(line(commission=Decimal("1.30")), fees=Decimal("0.99"))
    shown = World().shown(fees)
    assert shown["total"] == "12.99"
    assert shown["fee_lines"] == []
    assert meta_of(shown)["orderlink_commission"] == "2.29 EUR"
    assert "2.29" not in shown["customer_note"], "the buyer may get to see the note"


def test_commission_is_booked_where_that_is_chosen_and_survives_a_correction() -> None:
    world = World(marketplace={"fee_line": True})
    wanted = order(
        line(commission=Decimal("1.30")),
        charges=(Charge("Gift wrap", Decimal("2.41")),),
        shipping_cost=Decimal("2.99"),
    )
    draft = world.draft(wanted)
    world.sandbox.change_taxes(SandboxTax(), [SandboxTaxRate(7, "NL", "19.0000")])
    made = world.shop.create(draft)
    assert made.total != draft.total
    correction = world.shop.correction(draft, made)
    assert correction is not None
    assert world.shop.correct(made.id, correction).total == draft.total == Decimal("17.09")
    fees = world.sandbox.order(int(made.id))["fee_lines"]
    booked = {fee["name"]: (fee["tax_status"], fee["total"]) for fee in fees}
    assert booked == {
        "Gift wrap": ("taxable", "2.03"),
        "Commission": ("none", "-1.30"),
        "Rounding": ("none", "-0.01"),  # 2.03 and 19 % are 2.42, 2.02 and 19 % are 2.40
    }


def test_a_draft_that_was_kept_can_still_be_read() -> None:
    from orderlink.codec import build, plain

    draft = World(marketplace={"fee_line": True}).draft(order(line(commission=Decimal("1.30"))))
    kept = plain(draft)
    assert build(Draft, kept) == draft
    del kept["fees"], kept["remarks"]
    assert build(Draft, kept).total == draft.total


@pytest.mark.parametrize(
    ("flag", "remark"),
    [("reverse_charge", "reverse charge"), ("tax_collected", "the marketplace collects the tax")],
)
def test_an_order_that_owes_no_tax_has_none_and_says_why(flag: str, remark: str) -> None:
    values: dict[str, Any] = {flag: True}
    wanted = order(**values)
    draft = World().draft(wanted)
    assert draft.remarks == (f"{remark}: the order stands without tax",)
    shown = World().shown(wanted)
    assert (shown["total"], shown["total_tax"]) == ("12.99", "0.00")
    assert remark in meta_of(shown)["orderlink_remarks"]
    assert World(marketplace={"tax": "shop"}).shown(wanted)["total_tax"] == "2.25"


def test_a_shop_that_taxes_an_exempt_order_all_the_same_gets_the_total_right_by_correction() -> (
    None
):
    world = World()
    draft = world.draft(replace(order(), reverse_charge=True))
    document = dict(draft.document)
    document["meta_data"] = [
        entry for entry in document["meta_data"] if entry["key"] != "is_vat_exempt"
    ]
    made = world.shop.create(replace(draft, document=document))
    assert made.total != draft.total
    correction = world.shop.correction(draft, made)
    assert correction is not None
    assert world.shop.correct(made.id, correction).total == Decimal("12.99")


def test_the_difference_to_the_marketplaces_tax_is_said() -> None:
    odd = order(line(total="12.50", tax_rate=Decimal(25)))
    assert World().draft(odd).remarks == (
        "tax: 2.50 EUR by the marketplace, 2.17 EUR by the shop's classes",
    )
    told = order(shipping_cost=Decimal("2.99"), shipping_tax=Decimal(0))
    assert World().draft(told).remarks == (), "what is not told whole is not compared"
    whole = replace(told, lines=(line(tax=Decimal("2.25")),))
    assert World().draft(whole).remarks == (
        "tax: 2.25 EUR by the marketplace, 2.77 EUR by the shop's classes",
    )
    assert World(marketplace={"tax": "shop"}).draft(whole).remarks == ()


def test_a_country_without_a_rate_is_said() -> None:
    abroad = order(ship_to=replace(NETHERLANDS, country="FR"))
    assert World().draft(abroad).remarks == (
        "the shop has no tax rate for FR: no tax in the order",
    )
    assert World(tax=SandboxTax(enabled=False)).draft(abroad).remarks == ()


def test_discounts_above_the_whole_order_are_refused() -> None:
    refused = refusal(order(charges=(Charge("Voucher", Decimal("-20.00")),)))
    assert (refused.word, str(refused)) == (
        "shop_refused",
        "its discounts are more than the order costs",
    )


@pytest.mark.parametrize("currency", ["XXX", "", "eur", "CZK"])
def test_a_currency_that_the_shop_does_not_know_is_a_problem(currency: str) -> None:
    assert refusal(replace(order(), currency=currency)).word == "currency_unknown"


def test_the_shops_own_currency_needs_no_look_at_all_of_them() -> None:
    world = World()
    world.place(order())
    assert asked(world, "/data/") == 0


@pytest.mark.parametrize(
    ("selling", "country", "sold"),
    [
        (SandboxSelling(), "JP", True),
        (SandboxSelling(allowed="specific", specific=("NL", "BE")), "BE", True),
        (SandboxSelling(allowed="specific", specific=("NL", "BE")), "DE", False),
        (SandboxSelling(allowed="all_except", except_for=("CH",)), "DE", True),
        (SandboxSelling(allowed="all_except", except_for=("CH",)), "CH", False),
        (SandboxSelling(ship_to="specific", ship_to_specific=("NL",)), "NL", True),
        (SandboxSelling(ship_to="specific", ship_to_specific=("NL",)), "BE", False),
        (SandboxSelling(ship_to="disabled"), "BE", True),
    ],
)
def test_a_country_that_the_shop_does_not_sell_to_is_a_problem(
    selling: SandboxSelling, country: str, *, sold: bool
) -> None:
    abroad = order(ship_to=replace(NETHERLANDS, country=country))
    if sold:
        assert World(selling=selling).place(abroad)
    else:
        refused = refusal(abroad, selling=selling)
        assert (refused.word, refused.details) == ("country_not_sold_to", {"country": country})


@pytest.mark.parametrize("country", ["", "XX", "Nederland"])
def test_an_address_without_a_country_is_incomplete(country: str) -> None:
    refused = refusal(order(ship_to=replace(NETHERLANDS, country=country)))
    assert refused.word == "address_incomplete"


# How it looks


def test_the_order_looks_as_the_merchant_chose() -> None:
    chosen = {
        "order_number": "BOL-{order}",
        "status_after_import": "on-hold",
        "payment_method": "bacs",
        "shipping_method": "flat_rate",
        "customer": "17",
        "tags": ["bol", "rush"],
    }
    shown = World(marketplace=chosen).shown(order())
    meta = meta_of(shown)
    assert (meta["_order_number"], meta["orderlink_tags"]) == ("BOL-A-1", "bol, rush")
    assert (shown["status"], shown["payment_method"], shown["customer_id"]) == (
        "on-hold",
        "bacs",
        17,
    )
    assert shown["shipping_lines"][0]["method_id"] == "flat_rate"
    assert shown["transaction_id"] == "A-1"


def test_by_default_the_buyer_is_a_guest_and_the_shop_counts_by_itself() -> None:
    shown = World().shown(order())
    assert shown["customer_id"] == 0
    assert not {"_order_number", "orderlink_tags", "is_vat_exempt"} & set(meta_of(shown))


@pytest.mark.parametrize(
    "wrong", [{"customer": "jan@example.test"}, {"status_after_import": "completed"}]
)
def test_a_choice_that_woocommerce_cannot_have_is_refused(wrong: dict[str, Any]) -> None:
    assert refusal(order(), marketplace=wrong).word == "shop_refused"


METHODS = {"evening/BE": "local: Evening bpost", "evening": "local", "BE": "flat_rate: bpost"}


@pytest.mark.parametrize(
    ("marks", "country", "method", "title"),
    [
        (("evening",), "BE", "local", "Evening bpost"),
        (("evening",), "NL", "local", "bol"),
        ((), "BE", "flat_rate", "bpost"),
        ((), "NL", "orderlink", "bol"),
    ],
)
def test_the_shipping_method_is_that_of_the_marketplaces_and_the_country(
    marks: tuple[str, ...], country: str, method: str, title: str
) -> None:
    world = World(marketplace={"shipping_methods": METHODS})
    wanted = order(ship_to=replace(NETHERLANDS, country=country), marks=marks)
    (shipping,) = world.shown(wanted)["shipping_lines"]
    assert (shipping["method_id"], shipping["method_title"]) == (method, title)


def test_the_note_says_what_woocommerce_has_no_place_for() -> None:
    business = replace(
        NETHERLANDS, vat_id="NL1", company_registration="KVK 2", buyer_reference="P3"
    )
    wanted = order(
        line(services=("GIFT_WRAP",), title="Red mug"),
        bill_to=business,
        marks=("business", "shipping_via_bol"),
        message="Bel de buren",
        gift_message="Gefeliciteerd",
        delivery_day=date(2026, 11, 27),
        ship_by=date(2026, 11, 25),
    )
    assert World().shown(wanted)["customer_note"].split("\n") == [
        "bol A-1",
        "Marks: business, shipping via bol",
        "Message: Bel de buren",
        "Gift message: Gefeliciteerd",
        "Deliver on: 2026-11-27",
        "Ship by: 2026-11-25",
        "VAT id: NL1",
        "Company registration: KVK 2",
        "Buyer's reference: P3",
        "Services for Red mug: GIFT_WRAP",
    ]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (NETHERLANDS, ("Dorpsstraat", "1", "A")),
        (
            replace(NETHERLANDS, street="Bankastraat 23 - II", house_number=""),
            ("Bankastraat", "23", "- II"),
        ),
        (replace(NETHERLANDS, street="Plein 1944 nr. 2", house_number=""), ("Plein 1944 nr. 2",)),
    ],
)
def test_the_parts_of_a_street_are_given_where_a_carrier_needs_them(
    address: Any, parts: tuple[str, ...]
) -> None:
    meta = meta_of(World(marketplace={"address_parts": True}).shown(order(ship_to=address)))
    names = ("street_name", "house_number", "house_number_suffix")
    found = tuple(meta[f"_shipping_{name}"] for name in names if f"_shipping_{name}" in meta)
    assert found == parts
    assert meta["_billing_street_name"] == parts[0]
    assert not any("street" in key for key in meta_of(World().shown(order(ship_to=address))))


# Sent by the marketplace


@pytest.mark.parametrize(
    ("choice", "status", "state"),
    [("as_shipped", "completed", ShopState.COMPLETED), ("open", "processing", ShopState.OPEN)],
)
def test_an_order_that_the_marketplace_sends_moves_no_stock(
    choice: str, status: str, state: ShopState
) -> None:
    world = World(marketplace={"fulfilled_by_marketplace": choice})
    wanted = order(line(by_marketplace=True, title="Red mug"), line(2, by_marketplace=True))
    made = world.place(wanted)
    shown = world.sandbox.order(int(made.id))
    assert (made.status, made.state) == (status, state)
    assert (shown["transaction_id"], shown["total"]) == ("A-1-FBM", "25.98")
    assert shown["line_items"][0]["name"] == "Red mug"
    assert world.sandbox.product(10).stock == 40
    assert {mail.to for mail in world.sandbox.ledger.mails} <= {"admin@example.test"}


# What the shop cannot store


def test_a_refused_text_is_written_more_simply_and_that_is_noted() -> None:
    narrow = SandboxSelling(narrow_text=True)
    world = World(selling=narrow)
    assert isinstance(world.shop, Simplifies)
    rich = order(
        ship_to=replace(NETHERLANDS, first_name="Zoë 🚚", last_name="x" * 300),
        gift_message="Voor jou 🎁",
    )
    draft = world.draft(rich)
    with pytest.raises(Refused):
        world.shop.create(draft)
    simple = world.shop.simplified(draft)
    assert simple is not None
    made = world.shop.create(simple)
    shown = world.sandbox.order(int(made.id))
    assert (shown["shipping"]["first_name"], made.total) == ("Zoë ?", Decimal("12.99"))
    assert shown["shipping"]["last_name"].endswith("x...")
    names = "billing.first_name, billing.last_name, shipping.first_name, shipping.last_name, note"
    remark = f"written more simply, since the shop refused it: {names}"
    assert meta_of(shown)["orderlink_remarks"] == remark
    assert simple.remarks == (remark,)
    assert world.shop.simplified(simple) is None


def test_a_plain_text_has_nothing_to_be_simplified() -> None:
    world = World()
    assert world.shop.simplified(world.draft(order())) is None


def test_a_shop_that_stores_something_else_than_was_sent_is_noticed() -> None:
    world = World()
    draft = world.draft(order())
    assert world.shop.create(draft).unlike == ()
    answer = {"shipping": {**draft.document["shipping"], "last_name": "de Vri"}}
    assert unlike(draft.document, answer) == ("shipping.last_name",)


def test_the_shop_is_asked_no_more_than_it_has_to_be() -> None:
    world = World(rates=RATES)
    world.shop.draft(order(), stamp(), world.creation)
    assert asked(world, "/settings/") + asked(world, "/taxes") + asked(world, "/products") == 5
    assert len(world.requests) == 5

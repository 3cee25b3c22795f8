"""What the merchant chose is what the order looks like in Shopify, and what cannot be is said."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orderlink.errors import Refused, TryLater
from orderlink.model import Address, Charge, Order, ShopState
from orderlink.sandbox.shopify import VARIANTS
from orderlink.sandbox.shopify_records import SandboxShop, SandboxTaxes, SandboxVariant
from orderlink.shops.shopify_people import address_document, unlike
from orderlink.values import replace

from .shopify_world import NETHERLANDS, World, line, order
from .test_shopify import altered, instead_of, refusal

TAXES = (
    SandboxTaxes("NL", "21", "BTW"),
    SandboxTaxes("NL", "9", "BTW laag", "reduced"),
    SandboxTaxes("US", "4", "State tax", province="NY"),
    SandboxTaxes("US", "4.5", "City tax", province="NY"),
)


def sent(wanted: Order, **options: Any) -> dict[str, Any]:
    """Place an order, and give what was sent to create it."""
    world = World(**options)
    world.place(wanted)
    (variables,) = world.asked("CreateOrder")
    return dict(variables["order"])


def attributes(document: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in document["customAttributes"]}


def metafields(document: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in document["metafields"]}


# Products


def test_a_pack_is_so_many_pieces_of_the_shops_product() -> None:
    world = World(mapping={"PACK": (("MUG-RED", 3),)})
    made = world.place(order(line(sku="PACK", ean="", quantity=2, total="20.00")))
    assert sum(one.quantity for one in made.lines) == 6
    assert made.total == Decimal("20.00")


def test_a_bundle_is_several_products_that_share_its_price_by_what_they_cost() -> None:
    world = World(mapping={"SET": (("MUG-RED", 1), ("TEE-L", 1))})
    draft = world.draft(order(line(7, sku="SET", ean="", total="30.00")))
    assert [(one.sku, one.total, one.line_id) for one in draft.lines] == [
        ("MUG-RED", Decimal("10.01"), "7"),
        ("TEE-L", Decimal("19.99"), "7"),
    ]
    assert world.shop.create(draft).total == Decimal("30.00")


def test_an_unknown_product_may_become_a_line_of_its_own_title() -> None:
    world = World(marketplace={"unknown_product": "free_line"})
    draft = world.draft(order(line(sku="NOPE", ean="", title="A thing", quantity=2, total="9.00")))
    made = world.shop.create(draft)
    (shown,) = world.sandbox.order(int(made.id))["line_items"]
    assert (shown["name"], shown["sku"], shown["variation_id"]) == ("A thing", "NOPE", 0)
    assert made.lines[0].product_id == draft.lines[0].product_id == "0"
    world.sandbox.control("complete", {"order": made.id, "code": "3SABC"})
    read = world.shop.read([made.id]).orders[made.id]
    assert read.parcels[0].contents == (("NOPE", 2),)


def test_one_product_may_stand_for_all_that_are_unknown() -> None:
    world = World(marketplace={"unknown_product": "TEE-L"})
    made = world.place(order(line(sku="NOPE", ean="")))
    assert made.lines[0].sku == "TEE-L"


def test_more_pieces_than_there_are_may_be_a_problem() -> None:
    wanted = order(line(sku="MUG-BLUE", ean="", quantity=4))
    raised = refusal(wanted, marketplace={"oversold": "hold"})
    assert raised.word == "out_of_stock"
    assert "MUG-BLUE (4 ordered, 3 there)" in str(raised)
    world = World()
    world.place(wanted)
    assert world.sandbox.product(11).stock == -1


@pytest.mark.parametrize(("policy", "stock"), [("CONTINUE", 0), ("DENY", None)])
def test_what_may_be_oversold_or_is_not_counted_is_there(policy: str, stock: int | None) -> None:
    cap = SandboxVariant(50, "CAP", "Cap", stock=stock, policy=policy)
    world = World(marketplace={"oversold": "hold"}, products=[cap])
    made = world.place(order(line(sku="CAP", ean="", quantity=9, total="9.00")))
    assert made.lines[0].quantity == 9


# Money


def test_a_price_that_does_not_divide_becomes_two_lines() -> None:
    document = sent(order(line(quantity=3, total="10.00")))
    assert [
        (one["quantity"], one["priceSet"]["shopMoney"]["amount"]) for one in document["lineItems"]
    ] == [(1, "3.34"), (2, "3.33")]


def test_an_order_of_too_many_lines_has_one_for_each_article() -> None:
    lines = [line(number, total="1.01") for number in range(200)]
    document = sent(order(*lines))
    assert [one["quantity"] for one in document["lineItems"]] == [200]
    skus = [f"S{number}" for number in range(140)]
    products = [SandboxVariant(1000 + number, sku, sku) for number, sku in enumerate(skus)]
    wanted = order(*[line(number, sku=sku, ean="") for number, sku in enumerate(skus)])
    raised = refusal(wanted, products=products, marketplace={"tax": "none"})
    assert "140 lines, and an order at Shopify takes 130" in str(raised)


@pytest.mark.parametrize(
    ("total", "tax", "title", "rate"),
    [
        ("25.98", "4.51", "Tax 21%", "0.21"),
        ("25.98", "1.35", "Tax 5.5%", "0.055"),
        ("2598.00", "460.00", "Tax 21.52%", "0.2152"),
    ],
)
def test_the_tax_that_the_marketplace_told_is_taken_over_to_the_cent(
    total: str, tax: str, title: str, rate: str
) -> None:
    document = sent(order(line(quantity=2, total=total, tax=Decimal(tax))))
    (told,) = document["lineItems"][0]["taxLines"]
    assert told == {
        "title": title,
        "rate": rate,
        "priceSet": {"shopMoney": {"amount": tax, "currencyCode": "EUR"}},
    }


def test_the_rate_that_the_marketplace_told_needs_no_look_at_the_shops() -> None:
    world = World()
    world.place(order(line(tax_rate=Decimal(9))))
    (variables,) = world.asked("CreateOrder")
    (tax,) = variables["order"]["lineItems"][0]["taxLines"]
    assert (tax["title"], tax["rate"]) == ("Tax 9%", "0.09")
    assert world.asked("Calculate") == []


def test_the_shops_own_rates_hold_where_that_is_chosen() -> None:
    document = sent(order(line(tax_rate=Decimal(9))), marketplace={"tax": "shop"})
    (tax,) = document["lineItems"][0]["taxLines"]
    assert (tax["title"], tax["rate"]) == ("BTW", "0.21")


def test_a_product_that_is_not_taxed_has_no_tax() -> None:
    voucher = SandboxVariant(60, "VOUCHER", "Voucher", taxable=False)
    document = sent(order(line(sku="VOUCHER", ean="")), products=[voucher])
    assert document["lineItems"][0]["taxLines"] == []
    assert document["lineItems"][0]["taxable"] is False


def test_several_taxes_of_one_place_are_each_told() -> None:
    york = replace(NETHERLANDS, country="US", region="NY", postal_code="10001")
    world = World(taxes=TAXES, marketplace={"tax": "shop"})
    made = world.place(order(line(total="108.50"), ship_to=york))
    (variables,) = world.asked("CreateOrder")
    taxes = variables["order"]["lineItems"][0]["taxLines"]
    amounts = [one["priceSet"]["shopMoney"]["amount"] for one in taxes]
    assert [one["title"] for one in taxes] == ["State tax", "City tax"]
    assert [Decimal(one) for one in amounts] == [Decimal("4.00"), Decimal("4.50")]
    assert made.total == Decimal("108.50")


@pytest.mark.parametrize(("taxed", "amount"), [(True, "0.52"), (False, None)])
def test_shipping_goes_with_the_dearest_article_where_the_shop_taxes_it(
    taxed: bool, amount: str | None
) -> None:
    products = [*VARIANTS, SandboxVariant(70, "BOOK", "Book", tax_kind="reduced")]
    wanted = order(
        line(1, total="3.00"),
        line(2, sku="BOOK", ean="", total="9.00"),
        shipping_cost=Decimal("6.30"),
    )
    shop = SandboxShop(tax_shipping=taxed)
    document = sent(wanted, products=products, taxes=TAXES, selling=shop)
    taxes = document["shippingLines"][0]["taxLines"]
    assert [one["priceSet"]["shopMoney"]["amount"] for one in taxes] == ([amount] if amount else [])


def test_tax_that_was_told_for_shipping_and_surcharges_is_taken_over() -> None:
    wanted = order(
        shipping_cost=Decimal("3.00"),
        shipping_tax=Decimal("0.50"),
        charges=(Charge("Gift wrap", Decimal("2.00"), Decimal("0.30")),),
    )
    shipping, wrap = sent(wanted)["shippingLines"]
    assert shipping["taxLines"][0]["priceSet"]["shopMoney"]["amount"] == "0.50"
    assert wrap["taxLines"][0]["priceSet"]["shopMoney"]["amount"] == "0.30"
    assert (wrap["title"], wrap["priceSet"]["shopMoney"]["amount"]) == ("Gift wrap", "2.00")


@pytest.mark.parametrize(
    ("flag", "remark"),
    [("reverse_charge", "reverse charge"), ("tax_collected", "the marketplace collects the tax")],
)
def test_an_order_that_owes_no_tax_has_none_and_says_why(flag: str, remark: str) -> None:
    world = World()
    wanted = replace(order(shipping_cost=Decimal("2.00")), **{flag: True})
    draft = world.draft(wanted)
    assert draft.remarks == (f"{remark}: the order stands without tax",)
    made = world.shop.create(draft)
    assert world.sandbox.order(int(made.id))["total_tax"] == "0"
    assert attributes(world.asked("CreateOrder")[0]["order"])["Remarks"] == draft.remarks[0]
    assert world.asked("Calculate") == []


def test_a_country_without_a_tax_is_said() -> None:
    world = World()
    draft = world.draft(order(ship_to=replace(NETHERLANDS, country="FR")))
    assert draft.remarks == ("the shop has no tax for FR: no tax in the order",)


def test_the_shops_taxes_are_kept_for_an_hour_by_place_and_product() -> None:
    world = World(taxes=TAXES)
    for number in range(3):
        world.place(order(), f"K-{number}")
    world.place(order(ship_to=replace(NETHERLANDS, postal_code="3500 BB")), "K-3")
    assert len(world.asked("Calculate")) == 1
    world.place(order(ship_to=replace(NETHERLANDS, postal_code="9000")), "K-4")
    world.place(order(line(sku="TEE-L", ean="")), "K-5")
    assert len(world.asked("Calculate")) == 3
    world.clock.advance(3600)
    world.place(order(), "K-6")
    assert len(world.asked("Calculate")) == 4


def test_nothing_of_the_buyer_is_told_to_work_out_the_tax() -> None:
    world = World()
    world.draft(order())
    (variables,) = world.asked("Calculate")
    address = variables["draft0"]["shippingAddress"]
    assert address == {"city": "Utrecht", "zip": "3511 AA", "countryCode": "NL"}


def test_another_currency_is_sent_with_what_the_shop_makes_of_it() -> None:
    pounds = replace(order(line(total="12.00")), currency="GBP")
    document = sent(pounds)
    assert document["presentmentCurrency"] == "GBP"
    assert document["lineItems"][0]["priceSet"] == {
        "shopMoney": {"amount": "13.80", "currencyCode": "EUR"},
        "presentmentMoney": {"amount": "12.00", "currencyCode": "GBP"},
    }


def test_commission_is_shown_and_not_booked_or_booked_as_a_discount() -> None:
    wanted = order(line(commission=Decimal("1.30")))
    document = sent(wanted)
    assert attributes(document)["Commission"] == "1.30 EUR"
    assert "discountCode" not in document
    world = World(marketplace={"fee_line": True})
    draft = world.draft(wanted)
    made = world.shop.create(draft)
    assert made.total == draft.total == Decimal("11.69")
    assert draft.fees == (("Commission", Decimal("-1.30")),)
    assert made.lines[0].total == Decimal("12.99")
    too_much = order(line(commission=Decimal("99.00")))
    assert "cannot be booked" in str(refusal(too_much, marketplace={"fee_line": True}))


@pytest.mark.parametrize(
    ("within", "commission", "affordable"),
    [(True, "0.03", True), (True, "0.04", False), (False, "0.02", True), (False, "0.03", False)],
)
def test_a_commission_is_booked_as_far_as_the_goods_cost_it_where_the_shop_takes_it_off(
    within: bool, commission: str, affordable: bool
) -> None:
    world = World(
        selling=SandboxShop(ships_to=(), taxes_included=within),
        marketplace={"fee_line": True, "tax": "marketplace"},
    )
    goods = line(total="0.03", commission=Decimal(commission), tax_rate=Decimal(21))
    wanted = order(goods, shipping_cost=Decimal(90))
    if affordable:
        assert world.place(wanted).total == Decimal("90.03") - Decimal(commission)
    else:
        with pytest.raises(Refused, match="cannot be booked"):
            world.draft(wanted)


def test_discounts_above_the_whole_order_are_refused() -> None:
    raised = refusal(order(charges=(Charge("Voucher", Decimal("-99.00")),)))
    assert "discounts" in str(raised)


# Places and people


@pytest.mark.parametrize("currency", ["SEK", ""])
def test_a_currency_that_the_shop_does_not_know_is_a_problem(currency: str) -> None:
    assert refusal(replace(order(), currency=currency)).word == "currency_unknown"


def test_a_country_that_the_shop_does_not_ship_to_is_a_problem_until_it_does() -> None:
    world = World(selling=SandboxShop(ships_to=("NL",)))
    wanted = order(ship_to=replace(NETHERLANDS, country="BE"))
    with pytest.raises(Refused) as raised:
        world.draft(wanted)
    assert raised.value.word == "country_not_sold_to"
    world.sandbox._store.shop = changed(world.sandbox._store.shop, ships_to=("NL", "BE"))
    assert world.draft(wanted), "it was asked anew, although it had been kept"


@pytest.mark.parametrize("country", ["", "Nederland", "XQ"])
def test_an_address_without_a_country_is_incomplete(country: str) -> None:
    raised = refusal(order(ship_to=replace(NETHERLANDS, country=country)))
    assert raised.word == "address_incomplete"


def test_nothing_of_an_address_is_lost() -> None:
    address = Address(
        first_name="Jan",
        last_name="de Vries",
        company="Bakkerij Smit",
        street="Dorpsstraat",
        house_number="12",
        house_number_extension="bis",
        extra="Achterom",
        pickup_point="AH Centraal",
        postal_code="3511 AA",
        city="Utrecht",
        region="Utrecht",
        country="NLD",
        phone="+31 (0)6 1",
    )
    assert address_document(address) == {
        "firstName": "Jan",
        "lastName": "de Vries",
        "company": "Bakkerij Smit",
        "address1": "Dorpsstraat 12 bis",
        "address2": "Achterom, AH Centraal",
        "phone": "+31 (0)6 1",
        "city": "Utrecht",
        "zip": "3511 AA",
        "countryCode": "NL",
        "province": "Utrecht",
    }
    assert address_document(replace(address, country="Nowhere"))["country"] == "Nowhere"


@pytest.mark.parametrize(
    ("country", "region", "told"),
    [
        ("US", "NY", {"provinceCode": "NY"}),
        ("ES", "ES-C", {"provinceCode": "C"}),
        ("IT", "Milano", {"province": "Milano"}),
        ("US", "Rio", {"province": "Rio"}),
        ("NL", "NH", {"province": "NH"}),
        ("NL", "", {}),
    ],
)
def test_a_region_is_told_as_a_code_where_the_shop_knows_it_so(
    country: str, region: str, told: dict[str, str]
) -> None:
    document = address_document(Address(country=country, region=region))
    assert {name: document[name] for name in document if "province" in name} == told


def test_the_buyer_is_not_mailed_and_the_address_is_kept_out_of_the_shops_sight() -> None:
    document = sent(order())
    assert "email" not in document
    assert metafields(document)["buyer_email"] == "abc@verkopen.bol.com"


def test_the_merchant_may_give_the_shop_the_buyers_mail_address() -> None:
    world = World(marketplace={"buyer_email": "billing"})
    made = world.place(order())
    document = world.asked("CreateOrder")[0]["order"]
    assert document["email"] == "abc@verkopen.bol.com"
    assert "buyer_email" not in metafields(document)
    assert world.sandbox.ledger.mails == [], "the creation itself mails nobody"
    assert world.shop.read_one(made.id)


def test_the_order_looks_as_the_merchant_chose() -> None:
    document = sent(
        order(marks=("business",), shipping_method="evening"),
        marketplace={
            "order_number": "BOL-{order}",
            "payment_method_title": "Betaald bij {marketplace}",
            "shipping_methods": {"evening/NL": "courier: Evening"},
            "customer": "17",
            "tags": ["bol", "marketplace"],
            "order_note": "From {marketplace}",
            "address_parts": True,
        },
        settings={"source_name": "channel-{marketplace}"},
    )
    assert document["name"] == "BOL-A-1"
    assert document["transactions"][0]["gateway"] == "Betaald bij bol"
    assert document["shippingLines"][0]["code"] == "courier"
    assert document["shippingLines"][0]["title"] == "Evening"
    assert document["customer"] == {"toAssociate": {"id": "gid://shopify/Customer/17"}}
    assert document["tags"] == ["bol", "marketplace"]
    assert document["note"] == "From bol\nMarks: business"
    assert document["sourceName"] == "channel-bol"
    its = attributes(document)
    assert its["Marks"] == "business"
    assert (its["shipping_street_name"], its["shipping_house_number"]) == ("Dorpsstraat", "1")


@pytest.mark.parametrize("wrong", [{"customer": "Jan"}, {"status_after_import": "processing"}])
def test_a_choice_that_shopify_cannot_have_is_refused(wrong: dict[str, Any]) -> None:
    assert refusal(order(), marketplace=wrong).word == "shop_refused"


def test_the_note_and_the_details_say_what_shopify_has_no_place_for() -> None:
    buyer = replace(
        NETHERLANDS, vat_id="NL1B01", company_registration="123", buyer_reference="PO-7"
    )
    document = sent(
        order(
            line(services=("GIFT_WRAP",), title="Mug", deliver_by=date(2026, 11, 28)),
            bill_to=buyer,
            message="Bel aan",
            gift_message="Voor jou",
            delivery_day=date(2026, 11, 27),
            ship_by=date(2026, 11, 25),
        )
    )
    for said in ("Bel aan", "Voor jou", "2026-11-27", "2026-11-28", "2026-11-25", "GIFT_WRAP"):
        assert said in document["note"]
    its = attributes(document)
    assert (its["VAT id"], its["Company registration"]) == ("NL1B01", "123")
    assert document["poNumber"] == its["Buyer's reference"] == "PO-7"


@pytest.mark.parametrize(
    ("choice", "state"), [("as_shipped", ShopState.COMPLETED), ("open", ShopState.OPEN)]
)
def test_an_order_that_the_marketplace_sends_moves_no_stock(choice: str, state: ShopState) -> None:
    world = World(marketplace={"fulfilled_by_marketplace": choice})
    wanted = order(line(sku="MUG-BLUE", ean="", quantity=2, by_marketplace=True))
    made = world.place(wanted)
    assert made.state is state
    assert world.sandbox.product(11).stock == 3
    assert (made.order_number, made.lines[0].product_id) == ("A-1", "0")
    document = world.asked("CreateOrder")[0]["order"]
    assert attributes(document)["Marketplace order"] == "A-1-FBM"


# What the shop cannot store


def test_a_refused_text_is_written_more_simply_and_that_is_noted() -> None:
    world = World(selling=SandboxShop(plain_addresses=True))
    wanted = order(ship_to=replace(NETHERLANDS, first_name="Zoë 🚚", last_name="Vri\x1bes"))
    draft = world.draft(wanted)
    with pytest.raises(Refused) as raised:
        world.shop.create(draft)
    assert raised.value.word == "address_incomplete"
    simple = world.shop.simplified(draft)
    assert simple
    made = world.shop.create(simple)
    shown = world.sandbox.order(int(made.id))
    assert (shown["shipping"]["first_name"], shown["shipping"]["last_name"]) == ("Zoë ?", "Vri es")
    (remark,) = simple.remarks
    assert "shippingAddress.firstName" in remark
    assert remark in world.attributes(shown)["Remarks"]
    assert world.shop.simplified(simple) is None


def test_a_region_that_the_shop_refuses_is_told_as_a_name() -> None:
    world = World()
    draft = world.draft(order(ship_to=replace(NETHERLANDS, country="ES", region="ZZ")))
    with pytest.raises(Refused, match="Province is not valid"):
        world.shop.create(draft)
    simple = world.shop.simplified(draft)
    assert simple
    made = world.shop.create(simple)
    assert world.sandbox.order(int(made.id))["shipping"]["state"] == "ZZ"


def test_a_note_that_is_too_long_is_shortened_once_and_that_is_said() -> None:
    world = World()
    draft = world.draft(order(message="\n".join(["x" * 150] * 60)))
    with pytest.raises(Refused, match="too long"):
        world.shop.create(draft)
    simple = world.shop.simplified(draft)
    assert simple
    assert world.shop.create(simple)
    assert "note" in simple.remarks[0]


def test_a_plain_text_has_nothing_to_be_simplified() -> None:
    world = World()
    assert world.shop.simplified(world.draft(order())) is None


def test_a_shop_that_stores_something_else_than_was_sent_is_noticed() -> None:
    world = World()

    def change(document: Any) -> Any:
        address = document["data"]["orderCreate"]["order"]["shippingAddress"]
        address["city"], address["phone"] = "UTRECHT", None
        return document

    draft = world.draft(order())
    altered(world, "CreateOrder", change)
    assert set(world.shop.create(draft).unlike) == {
        "shippingAddress.city",
        "shippingAddress.phone",
    }
    assert unlike({}, {}) == ()


# How often it is asked


def test_the_shop_is_asked_no_more_than_it_has_to_be() -> None:
    world = World()
    world.place(order())
    world.requests.clear()
    world.place(order(), "A-2")
    assert len(world.requests) == 1, "everything else is kept"


def test_what_many_orders_need_is_looked_up_in_two_requests() -> None:
    world = World(taxes=TAXES)
    skus = ("MUG-RED", "TEE-L", "CAP-BLACK", "NOPE")
    orders = [
        order(line(sku=sku, ean=""), ship_to=replace(NETHERLANDS, postal_code=code))
        for sku in skus
        for code in ("1000 AA", "2000 AA", "3000 AA")
    ]
    world.shop.prepare(orders, world.creation)
    assert [len(world.asked(name)) for name in ("VariantsFound", "Calculate")] == [1, 1]
    world.requests.clear()
    for number, wanted in enumerate(orders[:9]):
        world.place(wanted, f"M-{number}")
    assert len(world.requests) == 9
    with pytest.raises(Refused, match="NOPE"):
        world.draft(orders[-1])


def test_preparing_does_not_stumble_over_what_the_shop_cannot_work_out() -> None:
    world = World()
    errors = [{"field": ["input"], "message": "Too strange."}]
    payload = {"calculatedDraftOrder": None, "userErrors": errors}
    world.instead = instead_of("Calculate", {"data": {"draft0": payload}})
    world.shop.prepare([order()], world.creation)
    world.shop.prepare([order()], replace(world.creation, oversold="hold"))


@pytest.mark.parametrize(
    ("name", "document", "said"),
    [
        ("ShopFacts", {"data": {"shop": {}}}, "says about itself"),
        ("VariantsFound", {"data": {"productVariants": {}}}, "products cannot be read"),
        ("Calculate", {"data": {"draft0": {}}}, "taxes cannot be read"),
        ("Calculate", {"data": {}}, "taxes cannot be read"),
    ],
)
def test_an_answer_that_makes_no_sense_is_asked_for_again_later(
    name: str, document: Any, said: str
) -> None:
    world = World()
    world.instead = instead_of(name, document)
    with pytest.raises(TryLater, match=said):
        world.draft(order())


def test_an_order_that_the_shop_cannot_work_out_is_a_problem() -> None:
    world = World()
    errors = [{"field": ["input"], "message": "Too strange."}]
    payload = {"calculatedDraftOrder": None, "userErrors": errors}
    world.instead = instead_of("Calculate", {"data": {"draft0": payload}})
    with pytest.raises(Refused, match="Too strange"):
        world.draft(order())


def test_what_is_kept_never_grows_without_end_and_loses_nothing_that_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from orderlink.shops import shopify_rates

    monkeypatch.setattr(shopify_rates, "MOST_KEPT", 2)
    world = World(taxes=TAXES)
    for number, code in enumerate(("1000", "2000", "3000")):
        world.place(order(ship_to=replace(NETHERLANDS, postal_code=code)), f"G-{number}")
    both = order(
        line(1), line(2, sku="TEE-L", ean=""), ship_to=replace(NETHERLANDS, postal_code="2000")
    )
    assert world.place(both, "G-9").total == Decimal("25.98")
    assert len(world.asked("Calculate")) == 4

"""What an Amazon order costs: worked out by hand, and whatever is in the basket."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.currency import unit_of
from orderlink.marketplaces.amazon_documents import order_from
from orderlink.model import Charge, Order
from orderlink.sandbox.amazon_answers import DATASETS, Manner, View, order_document
from orderlink.sandbox.amazon_marketplaces import MARKETPLACES
from orderlink.sandbox.amazon_records import Article, Purchase
from orderlink.sandbox.amazon_state import AmazonState
from tests.sandbox.amazon_calls import NOW
from tests.support.examples import examples


def euro(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currencyCode": currency}


def rows(currency: str, **subtotals: str) -> list[Any]:
    return [
        {"type": kind, "subtotal": euro(amount, currency)} for kind, amount in subtotals.items()
    ]


def detailed(kind: str, subtotal: str, currency: str = "EUR", **parts: str) -> dict[str, Any]:
    details = [
        {"subtype": subtype, "value": euro(amount, currency)} for subtype, amount in parts.items()
    ]
    return {"type": kind, "subtotal": euro(subtotal, currency), "detailedBreakdowns": details}


def item(total: str, *breakdowns: Any, currency: str = "EUR", **values: Any) -> dict[str, Any]:
    ordered = values.pop("ordered", 1)
    return {
        "orderItemId": values.pop("id", "1"),
        "quantityOrdered": ordered,
        "product": {"sellerSku": "A", "price": values.pop("price", {})},
        "proceeds": {
            **({"proceedsTotal": euro(total, currency)} if total else {}),
            "breakdowns": list(breakdowns),
        },
        "fulfillment": {
            "quantityFulfilled": 0,
            "quantityUnfulfilled": values.pop("left", ordered),
        },
        **values,
    }


def order(*items: Any, grand: str = "", currency: str = "EUR", **values: Any) -> Order:
    proceeds = {"grandTotal": euro(grand, currency)} if grand else {}
    found = order_from(
        {
            "orderId": "302-0000001-0000001",
            "createdTime": "2026-01-05T10:00:00Z",
            "salesChannel": {"channelName": "AMAZON", "marketplaceId": "A1PA6795UKMFR9"},
            "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
            "recipient": {
                "deliveryAddress": {"name": "N", "addressLine1": "S 1", "city": "C"},
            },
            "proceeds": proceeds | values.pop("proceeds", {}),
            "orderItems": list(items),
            **values,
        }
    )
    assert isinstance(found, Order), found.why
    return found


def paid(found: Order) -> tuple[Decimal, ...]:
    assert found.not_ready == ""
    return tuple(line.total for line in found.lines)


def test_a_price_without_a_tax_row_is_what_is_paid() -> None:
    found = order(item("25.98", *rows("EUR", ITEM="25.98"), ordered=2), grand="25.98")
    assert paid(found) == (Decimal("25.98"),)
    assert found.lines[0].tax is None


def test_a_tax_that_is_inside_stays_inside() -> None:
    found = order(item("12.99", *rows("EUR", ITEM="12.99", TAX="2.25")), grand="12.99")
    assert paid(found) == (Decimal("12.99"),)
    assert found.lines[0].tax == Decimal("2.25")


def test_a_tax_on_top_is_paid_too() -> None:
    found = order(
        item("49.99", *rows("USD", ITEM="39.99", TAX="10.00"), currency="USD"),
        grand="49.99",
        currency="USD",
    )
    assert paid(found) == (Decimal("49.99"),)
    assert (found.lines[0].tax, found.total()) == (Decimal("10.00"), Decimal("49.99"))


def test_each_part_gets_its_own_tax_on_top() -> None:
    parts = rows("USD", ITEM="40.00", SHIPPING="5.00", GIFT_WRAP="3.00")
    tax = detailed("TAX", "4.55", "USD", ITEM="4.00", SHIPPING="0.25", GIFT_WRAP="0.30")
    found = order(item("52.55", *parts, tax, currency="USD"), grand="52.55", currency="USD")
    assert paid(found) == (Decimal("44.00"),)
    assert (found.shipping_cost, found.shipping_tax) == (Decimal("5.25"), Decimal("0.25"))
    assert found.charges == (Charge("Gift wrap", Decimal("3.30"), Decimal("0.30")),)


def test_several_tax_rates_stand_with_their_lines() -> None:
    standard = item("12.10", *rows("EUR", ITEM="12.10", TAX="2.10"), id="1")
    reduced = item("10.90", *rows("EUR", ITEM="10.90", TAX="0.90"), id="2")
    untaxed = item("5.00", *rows("EUR", ITEM="5.00"), id="3")
    found = order(standard, reduced, untaxed, grand="28.00")
    assert [line.tax for line in found.lines] == [Decimal("2.10"), Decimal("0.90"), None]
    assert found.total() == Decimal("28.00")


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_discount_takes_off_however_it_is_written(sign: str) -> None:
    off = detailed("DISCOUNT", f"{sign}5.99", ITEM=f"{sign}3.00", SHIPPING=f"{sign}2.99")
    found = order(item("9.99", *rows("EUR", ITEM="12.99", SHIPPING="2.99"), off), grand="9.99")
    assert paid(found) == (Decimal("9.99"),)
    assert (found.lines[0].discount, found.shipping_cost) == (Decimal("3.00"), Decimal("0.00"))


def test_a_discount_without_details_is_off_the_goods() -> None:
    found = order(item("10.00", *rows("EUR", ITEM="12.00", SHIPPING="3.00", DISCOUNT="5.00")))
    assert paid(found) == (Decimal("7.00"),)
    assert found.shipping_cost == Decimal("3.00")


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_tax_that_a_discount_saves_is_saved_where_the_discount_is(sign: str) -> None:
    off = detailed("DISCOUNT", "7.00", ITEM="2.00", SHIPPING="5.00")
    tax = detailed("TAX", "3.00", ITEM="3.36", SHIPPING="0.81", DISCOUNT=f"{sign}1.17")
    found = order(item("17.00", *rows("EUR", ITEM="19.00", SHIPPING="5.00"), off, tax))
    assert paid(found) == (Decimal("17.00"),)
    assert found.lines[0].tax == Decimal("3.36") - Decimal("0.33") - Decimal("0.03")
    assert found.shipping_tax == 0, "what costs nothing has no tax"


def test_a_tax_whose_details_do_not_come_to_it_is_shared_by_the_amounts() -> None:
    tax = detailed("TAX", "3.00", ITEM="1.00")
    found = order(item("23.00", *rows("EUR", ITEM="15.00", SHIPPING="5.00"), tax), grand="23.00")
    assert paid(found) == (Decimal("17.25"),)
    assert found.shipping_cost == Decimal("5.75")


def test_yen_have_no_cents() -> None:
    parts = rows("JPY", ITEM="999", SHIPPING="300")
    tax = detailed("TAX", "118", "JPY", ITEM="91", SHIPPING="27")
    found = order(item("1299", *parts, tax, currency="JPY"), grand="1299", currency="JPY")
    assert paid(found) == (Decimal(999),)
    assert (found.currency, found.total()) == ("JPY", Decimal(1299))


def test_a_fee_that_amazon_invents_is_a_charge_by_its_name() -> None:
    found = order(item("15.50", *rows("EUR", ITEM="12.00", COD_FEE="3.00", BOTTLE_DEPOSIT="0.50")))
    assert found.charges == (
        Charge("Cash on delivery", Decimal("3.00")),
        Charge("Bottle deposit", Decimal("0.50")),
    )
    assert found.total() == Decimal("15.50")


@pytest.mark.parametrize(("grand", "charged"), [("14.99", True), ("12.99", False)])
def test_a_tip_counts_where_amazon_counts_it(grand: str, charged: bool) -> None:
    tip = {"breakdowns": rows("EUR", DELIVERY_TIP="2.00")}
    found = order(item("12.99", *rows("EUR", ITEM="12.99")), grand=grand, proceeds=tip)
    assert found.not_ready == ""
    assert found.charges == ((Charge("Delivery tip", Decimal("2.00")),) if charged else ())
    assert found.total() == Decimal(grand)


@pytest.mark.parametrize(
    ("goods", "left", "total"),
    [("20.00", 2, "20.00"), ("30.00", 2, "20.00"), ("0.00", 2, "0.00"), ("6.67", 1, "6.67")],
    ids=["of what is left", "of all pieces", "of nothing", "not divisible"],
)
def test_a_partly_cancelled_item_costs_what_is_left(goods: str, left: int, total: str) -> None:
    price = {"unitPrice": euro("10.00")}
    found = order(item(goods, *rows("EUR", ITEM=goods), ordered=3, left=left, price=price))
    assert (found.lines[0].cancelled, found.total()) == (3 - left, Decimal(total))


@pytest.mark.parametrize("grand", ["12.99", "17.99"], ids=["it is not counted", "it is counted"])
def test_an_item_that_was_cancelled_costs_nothing(grand: str) -> None:
    gone = item("5.00", *rows("EUR", ITEM="5.00", SHIPPING="1.00", DISCOUNT="1.00"), id="2", left=0)
    found = order(item("12.99", *rows("EUR", ITEM="12.99")), gone, grand=grand)
    assert (found.not_ready, found.total()) == ("", Decimal("12.99"))
    assert found.shipping_cost == 0


def test_a_replacement_costs_nothing_although_amazon_tells_nothing() -> None:
    free = item("")
    original = {"orderId": "302-1", "associationType": "REPLACEMENT_ORIGINAL_ID"}
    found = order(free, associatedOrders=[original])
    assert (found.not_ready, found.total()) == ("", Decimal(0))
    assert "replacement" in found.marks
    assert order(free).not_ready == "Amazon does not tell what was paid"


@pytest.mark.parametrize(
    ("total", "breakdowns", "grand", "why"),
    [
        (
            "13.00",
            rows("EUR", ITEM="12.99", TAX="2.25"),
            "",
            "the parts of an item come to 12.99 EUR, Amazon says 13.00 EUR",
        ),
        (
            "",
            rows("EUR", ITEM="12.99", TAX="2.25"),
            "",
            "the parts of an item come to 12.99 EUR, Amazon says no total",
        ),
        (
            "12.99",
            rows("EUR", ITEM="12.99"),
            "13.99",
            "its items come to 12.99 EUR, Amazon says 13.99 EUR",
        ),
    ],
)
def test_what_does_not_add_up_is_not_guessed(
    total: str, breakdowns: Any, grand: str, why: str
) -> None:
    assert order(item(total, *breakdowns), grand=grand).not_ready == why


def test_points_are_what_amazon_takes() -> None:
    granted = {"pointsGranted": {"pointsNumber": 60, "pointsMonetaryValue": euro("60", "JPY")}}
    one = item("5980", *rows("JPY", ITEM="5980"), currency="JPY", expense={"pointsCost": granted})
    assert order(one, currency="JPY").lines[0].commission == Decimal(60)


def test_tax_that_amazon_owes_is_none_of_the_merchants() -> None:
    collected = {"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}]}
    one = item("12.99", *rows("EUR", ITEM="12.99", TAX="2.25"))
    assert order({**one, "tax": collected}).tax_collected
    assert not order({**one, "tax": {"taxCollections": []}}).tax_collected


# Whatever is in the basket


amounts = st.integers(0, 30_000)


@st.composite
def articles(draw: st.DrawFn) -> dict[str, Any]:
    quantity = draw(st.integers(1, 12))
    price = draw(amounts)
    return {
        "quantity": quantity,
        "price": price,
        "discount": draw(st.integers(0, price * quantity)),
        "shipping": draw(st.integers(0, 2_000)),
        "gift_wrap": draw(st.integers(0, 500)),
        "tax_rate": draw(st.sampled_from([0, 5, 7, 9, 19, 21])),
        "cancelled": draw(st.integers(0, quantity)),
        "free_shipping": draw(st.booleans()),
    }


def article_of(given_: dict[str, Any], unit: Decimal) -> Article:
    names = ("price", "discount", "shipping", "gift_wrap")
    money = {name: given_[name] * unit for name in names}
    free = money["shipping"] if given_["free_shipping"] else Decimal(0)
    return Article(
        quantity=given_["quantity"],
        tax_rate=Decimal(given_["tax_rate"]),
        shipping_discount=free,
        **money,
    )


@examples(400)
@given(
    basket=st.lists(articles(), min_size=1, max_size=5),
    country=st.sampled_from(["DE", "GB", "SE", "US", "JP"]),
    with_tax=st.none() | st.booleans(),
    manner=st.builds(Manner, negative_discounts=st.booleans(), shrink_cancelled=st.booleans()),
)
def test_the_order_costs_what_amazon_says(
    basket: list[dict[str, Any]], country: str, with_tax: bool | None, manner: Manner
) -> None:
    state = AmazonState([country], 0)
    unit = unit_of(MARKETPLACES[country].currency)
    purchase = Purchase(
        tuple(article_of(one, unit) for one in basket),
        marketplace=country,
        prices_include_tax=with_tax,
    )
    placed = state.order(state.place(purchase, NOW))
    for item_, one in zip(placed.items, basket, strict=True):
        if one["cancelled"]:
            state.cancel(placed.id, item_.id, one["cancelled"], "BUYER", NOW)
    document = order_document(placed, View(DATASETS, NOW, personal=True, manner=manner))
    found = order_from(document)
    assert isinstance(found, Order)
    if placed.status == "CANCELLED":
        assert not any(line.wanted for line in found.lines)
        return
    assert found.not_ready == ""
    assert found.total() == Decimal(document["proceeds"]["grandTotal"]["amount"])
    assert found.shipping_cost >= 0
    for line in found.lines:
        left = (line.tax or Decimal(0)) * line.wanted / (line.quantity or 1)
        assert left >= -unit, "but for a cent that was rounded, no tax is below nothing"

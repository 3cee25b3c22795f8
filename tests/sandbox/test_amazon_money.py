"""The Amazon sandbox tells prices, taxes and discounts as the proceeds of the Orders API do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderlink.sandbox.amazon_answers import Manner
from orderlink.sandbox.amazon_records import Article, Purchase
from tests.sandbox.amazon_calls import Caller

FULL = Article(
    quantity=2,
    price=Decimal("10.00"),
    discount=Decimal("3.00"),
    shipping=Decimal("4.00"),
    shipping_discount=Decimal("1.00"),
    gift_wrap=Decimal("2.00"),
    tax_rate=Decimal(21),
)


def rows(part: Any) -> dict[str, str]:
    return {row["type"]: row["subtotal"]["amount"] for row in part["breakdowns"]}


def details(item: Any, kind: str) -> dict[str, str]:
    (row,) = (row for row in item["proceeds"]["breakdowns"] if row["type"] == kind)
    return {one["subtype"]: one["value"]["amount"] for one in row["detailedBreakdowns"]}


def shown(article: Article, manner: Manner | None = None, **purchase: Any) -> Any:
    amazon = Caller(manner=manner)
    return amazon.order(amazon.sandbox.place(Purchase((article,), **purchase)))


def test_a_plain_article_has_one_row_and_no_tax() -> None:
    order = shown(Article(quantity=3, price=Decimal("12.99")))
    (item,) = order["orderItems"]
    assert item["product"]["price"]["unitPrice"] == {"amount": "12.99", "currencyCode": "EUR"}
    assert item["proceeds"] == {
        "proceedsTotal": {"amount": "38.97", "currencyCode": "EUR"},
        "breakdowns": [
            {"type": "ITEM", "subtotal": {"amount": "38.97", "currencyCode": "EUR"}},
        ],
    }
    assert order["proceeds"]["grandTotal"] == {"amount": "38.97", "currencyCode": "EUR"}


def test_in_europe_prices_contain_the_tax() -> None:
    order = shown(FULL, marketplace="DE")
    (item,) = order["orderItems"]
    assert rows(item["proceeds"]) == {
        "ITEM": "20.00",
        "SHIPPING": "4.00",
        "GIFT_WRAP": "2.00",
        "DISCOUNT": "4.00",
        "TAX": "3.82",
    }
    assert details(item, "DISCOUNT") == {"ITEM": "3.00", "SHIPPING": "1.00"}
    assert details(item, "TAX") == {
        "ITEM": "3.47",
        "SHIPPING": "0.69",
        "GIFT_WRAP": "0.35",
        "DISCOUNT": "0.69",
    }
    assert item["proceeds"]["proceedsTotal"]["amount"] == "22.00"
    assert rows(order["proceeds"]) == rows(item["proceeds"])


def test_in_the_united_states_the_tax_comes_on_top() -> None:
    order = shown(FULL, marketplace="US")
    (item,) = order["orderItems"]
    assert rows(item["proceeds"])["ITEM"] == "20.00"
    assert rows(item["proceeds"])["TAX"] == "4.62"
    assert order["proceeds"]["grandTotal"] == {"amount": "26.62", "currencyCode": "USD"}
    assert order["payment"]["paymentExecutions"][0]["paymentAmount"]["amount"] == "26.62"


def test_an_order_may_be_told_without_tax_in_europe_too() -> None:
    order = shown(FULL, marketplace="DE", prices_include_tax=False)
    assert order["proceeds"]["grandTotal"]["amount"] == "26.62"


def test_discounts_may_be_told_below_zero() -> None:
    order = shown(FULL, Manner(negative_discounts=True))
    (item,) = order["orderItems"]
    assert rows(item["proceeds"])["DISCOUNT"] == rows(order["proceeds"])["DISCOUNT"] == "-4.00"
    assert details(item, "DISCOUNT") == {"ITEM": "-3.00", "SHIPPING": "-1.00"}
    assert details(item, "TAX")["DISCOUNT"] == "-0.69"
    assert rows(item["proceeds"])["TAX"] == "3.82"
    assert order["proceeds"]["grandTotal"]["amount"] == "22.00"


@pytest.mark.parametrize(
    ("country", "currency", "amount"),
    [
        ("NL", "EUR", "25.98"),
        ("GB", "GBP", "25.98"),
        ("SE", "SEK", "25.98"),
        ("US", "USD", "25.98"),
        ("JP", "JPY", "26"),
    ],
)
def test_every_marketplace_has_its_currency(country: str, currency: str, amount: str) -> None:
    price = Decimal(13) if country == "JP" else Decimal("12.99")
    order = shown(Article(quantity=2, price=price), marketplace=country)
    assert order["proceeds"]["grandTotal"] == {"amount": amount, "currencyCode": currency}


def test_tax_that_amazon_collects_is_named() -> None:
    article = Article(tax_rate=Decimal(10), tax_collected=True, tax_scheme="IOSS")
    (item,) = shown(article, marketplace="US")["orderItems"]
    assert item["tax"]["taxCollections"][0]["model"] == "MARKETPLACE_FACILITATOR"
    assert item["tax"]["taxCalculationBreakdowns"] == [{"reportingScheme": "IOSS"}]


def test_a_promotion_has_an_id() -> None:
    (item,) = shown(FULL)["orderItems"]
    ids = [row["promotionId"] for row in item["promotion"]["breakdowns"]]
    assert ids == ["ITEM-PROMOTION", "FREE-SHIPPING"]


def test_cancelled_pieces_bring_nothing_in() -> None:
    amazon = Caller()
    order_id = amazon.sandbox.place(Purchase((FULL, Article(price=Decimal(5)))))
    first, second = amazon.items(order_id)
    amazon.sandbox.cancel(order_id, first.id, 1)
    item, _ = amazon.order(order_id)["orderItems"]
    assert item["product"]["price"]["unitPrice"]["amount"] == "10.00"
    assert rows(item["proceeds"])["ITEM"] == "10.00"
    assert item["proceeds"]["proceedsTotal"]["amount"] == "11.00"
    amazon.sandbox.cancel(order_id, second.id)
    order = amazon.order(order_id)
    assert order["orderItems"][1]["proceeds"]["proceedsTotal"]["amount"] == "0.00"
    assert order["proceeds"]["grandTotal"]["amount"] == "11.00"


def test_the_items_add_up_to_the_order() -> None:
    amazon = Caller()
    articles = (FULL, Article(quantity=3, price=Decimal("0.33"), tax_rate=Decimal(9)))
    order = amazon.order(amazon.sandbox.place(Purchase(articles)))
    totals = [Decimal(one["proceeds"]["proceedsTotal"]["amount"]) for one in order["orderItems"]]
    assert sum(totals) == Decimal(order["proceeds"]["grandTotal"]["amount"])

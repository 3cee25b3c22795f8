"""Whatever the buyer paid, the shop's total is that, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.errors import Refused
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.sandbox.woocommerce_tax import Item, SandboxTax, SandboxTaxRate, Taxes
from orderlink.shops.woocommerce_tax import Part, TaxRules, nets_for, shop_total
from orderlink.values import replace
from tests.support.examples import examples

from .woocommerce_world import NETHERLANDS, World, line, order

PRODUCTS = (
    SandboxProduct(10, "STANDARD"),
    SandboxProduct(11, "REDUCED", tax_class="reduced-rate"),
    SandboxProduct(12, "ZERO", tax_class="zero-rate"),
    SandboxProduct(13, "NOT-TAXED", tax_status="none"),
)
PERCENTS = ["21.0000", "9.0000", "19.0000", "5.5000", "0.0000", "20.0000", "25.5", "4", "12", "8.1"]
percents = st.sampled_from(PERCENTS)
cents = st.integers(min_value=0, max_value=2_000_000)
some_cents = st.integers(min_value=1, max_value=2_000_000)


def rates(standard: str, reduced: str, second: str | None, *, compound: bool) -> Any:
    yield SandboxTaxRate(1, "NL", standard)
    yield SandboxTaxRate(2, "NL", reduced, tax_class="reduced-rate")
    yield SandboxTaxRate(3, "NL", "0.0000", tax_class="zero-rate")
    if second is not None:
        yield SandboxTaxRate(4, "NL", second, priority=2, compound=compound)


def amount(number: int) -> Decimal:
    return Decimal(number).scaleb(-2)


@examples(300)
@given(
    standard=percents,
    reduced=percents,
    second=st.none() | percents,
    compound=st.booleans(),
    prices_include_tax=st.booleans(),
    round_at_subtotal=st.booleans(),
    shipping_tax_class=st.sampled_from(["inherit", "", "reduced-rate", "zero-rate"]),
    shipping=cents,
    lines=st.lists(
        st.tuples(
            st.sampled_from([product.sku for product in PRODUCTS]),
            st.integers(min_value=1, max_value=30),
            cents,
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_the_shops_total_is_the_marketplaces(
    standard: str,
    reduced: str,
    second: str | None,
    lines: list[tuple[str, int, int]],
    shipping: int,
    *,
    compound: bool,
    prices_include_tax: bool,
    round_at_subtotal: bool,
    shipping_tax_class: str,
) -> None:
    tax = SandboxTax(
        prices_include_tax=prices_include_tax,
        round_at_subtotal=round_at_subtotal,
        shipping_tax_class=shipping_tax_class,
    )
    chosen = list(rates(standard, reduced, second, compound=compound))
    world = World(products=PRODUCTS, tax=tax, rates=chosen)
    wanted = order(
        *(
            line(number, quantity, str(amount(paid)), sku=sku, ean="")
            for number, (sku, quantity, paid) in enumerate(lines)
        ),
        shipping_cost=amount(shipping),
    )
    made = world.place(wanted)
    assert made.total == wanted.total()
    assert world.sandbox.ledger.created[0].total == f"{wanted.total():.2f}"


@examples(300)
@given(percent=percents, paid=cents, prices_include_tax=st.booleans())
def test_with_one_rate_a_line_needs_no_rounding_line(
    percent: str, paid: int, *, prices_include_tax: bool
) -> None:
    tax = SandboxTax(prices_include_tax=prices_include_tax)
    world = World(products=PRODUCTS, tax=tax, rates=[SandboxTaxRate(1, "NL", percent)])
    draft = world.draft(order(line(total=str(amount(paid)), sku="STANDARD")))
    assert draft.document["fee_lines"] == []
    assert world.shop.create(draft).lines[0].total == amount(paid)


@examples(200)
@given(percent=percents, shipping=cents, paid=st.lists(some_cents, min_size=1, max_size=4))
def test_where_only_the_sum_is_rounded_it_lies_in_the_middle_between_two_roundings(
    percent: str, shipping: int, paid: list[int]
) -> None:
    tax = SandboxTax(round_at_subtotal=True)
    rate = SandboxTaxRate(1, "NL", percent)
    world = World(products=PRODUCTS, tax=tax, rates=[rate])
    lines = [
        line(number, total=str(amount(one)), sku="STANDARD") for number, one in enumerate(paid)
    ]
    wanted = order(*lines, shipping_cost=amount(shipping))
    draft = world.draft(wanted)
    items = [
        Item(number, kind, total=Fraction(entry["total"]))
        for kind, name in (("line", "line_items"), ("shipping", "shipping_lines"))
        for number, entry in enumerate(draft.document[name])
    ]
    totals = Taxes(tax, [rate]).apply(items, {"country": "NL"})
    exact = totals.cart_tax + totals.shipping_tax + totals.shipping_total
    exact += sum(item.total for item in items if item.kind == "line")
    assert draft.document["fee_lines"] == []
    assert abs(exact - Fraction(wanted.total())) < Fraction(1, 10_000)


@pytest.mark.parametrize("paid", ["0.99", "1.00"])
def test_three_pieces_at_a_third_of_a_euro_add_up(paid: str) -> None:
    assert World().place(order(line(quantity=3, total=paid))).total == Decimal(paid)


@pytest.mark.parametrize("prices_include_tax", [True, False])
def test_at_20_percent_where_both_roundings_meet_a_half_9_99_is_still_9_99(
    prices_include_tax: bool,
) -> None:
    tax = SandboxTax(prices_include_tax=prices_include_tax)
    world = World(tax=tax, rates=[SandboxTaxRate(1, "NL", "20.0000")])
    assert world.place(order(line(total="9.99"))).total == Decimal("9.99")


def test_two_equal_taxes_that_skip_a_cent_get_a_rounding_line() -> None:
    twice = [SandboxTaxRate(1, "NL", "10"), SandboxTaxRate(2, "NL", "10", priority=2)]
    world = World(rates=twice)
    with_rounding = 0
    for paid in range(1, 60):
        made = world.place(order(line(total=str(amount(paid)))))
        assert made.total == amount(paid)
        shown = world.sandbox.order(int(made.id))
        with_rounding += bool(shown["fee_lines"])
    assert with_rounding


@pytest.mark.parametrize("percent", ["21", "19", "9", "25.5"])
def test_a_fee_gets_a_rounding_line_only_where_no_net_makes_its_amount(percent: str) -> None:
    share = Decimal(percent) / 100
    rules = TaxRules(enabled=True, prices_include_tax=True)
    for paid in map(amount, range(1, 300)):
        parts = (Part(amount(net), (share,), fee=True) for net in range(1, 300))
        possible = any(shop_total([part], rules) == paid for part in parts)
        nets = nets_for([Part(paid, (share,), fee=True)], rules)
        assert (shop_total(nets, rules) == paid) is possible, paid


def test_without_taxes_the_gross_is_sent() -> None:
    world = World(tax=SandboxTax(enabled=False))
    draft = world.draft(order(line(total="12.99")))
    assert Decimal(draft.document["line_items"][0]["total"]) == Decimal("12.99")
    assert world.shop.create(draft).total == Decimal("12.99")


@pytest.mark.parametrize(
    ("based_on", "net"),
    [("shipping", "10.915966"), ("billing", "10.735537"), ("base", "10.735537")],
)
def test_the_rate_is_that_of_the_address_that_the_shop_looks_at(based_on: str, net: str) -> None:
    world = World(tax=SandboxTax(based_on=based_on))
    abroad = order(ship_to=replace(NETHERLANDS, country="DE"), bill_to=NETHERLANDS)
    draft = world.draft(abroad)
    assert draft.document["line_items"][0]["total"] == net
    assert world.shop.create(draft).total == Decimal("12.99")


def test_a_rate_that_spares_the_shipping_is_not_taken_out_of_it() -> None:
    world = World(rates=[SandboxTaxRate(1, "NL", "21.0000", shipping=False)])
    draft = world.draft(order(shipping_cost=Decimal("2.99")))
    assert Decimal(draft.document["shipping_lines"][0]["total"]) == Decimal("2.99")
    assert world.shop.create(draft).total == Decimal("15.98")


def test_a_country_without_a_rate_is_not_taxed() -> None:
    world = World()
    made = world.place(order(ship_to=replace(NETHERLANDS, country="US")))
    assert made.total == Decimal("12.99")


POSTCODES = [
    (("3511AA",), True),
    (("3511*",), True),
    (("3000...3999",), True),
    (("3511AA...3511ZZ",), True),
    (("4000...4999",), False),
    (("12*",), False),
]


@pytest.mark.parametrize(("postcodes", "applies"), POSTCODES)
def test_postcodes_are_matched_exactly_by_wildcard_and_by_range(
    postcodes: tuple[str, ...],
    applies: bool,
) -> None:
    special = SandboxTaxRate(2, "NL", "9.0000", postcodes=postcodes)
    world = World(rates=[SandboxTaxRate(1, "NL", "21.0000"), special])
    made = world.place(order())
    shown = world.sandbox.order(int(made.id))
    assert shown["tax_lines"][0]["rate_id"] == (2 if applies else 1)
    assert made.total == Decimal("12.99")


def test_fbb_lines_and_cancelled_pieces_are_not_in_the_shop() -> None:
    world = World()
    made = world.place(
        order(
            line(1, 3, "30.00", cancelled=1),
            line(2, 1, "99.00", by_marketplace=True),
            shipping_cost=Decimal("2.99"),
        )
    )
    assert made.total == Decimal("22.99")
    assert [entry.quantity for entry in made.lines] == [2]


def test_a_shop_without_decimals_is_told_so_before_anything_is_sent() -> None:
    world = World(tax=SandboxTax(decimals=0))
    with pytest.raises(Refused, match="0 decimals") as raised:
        world.place(order())
    assert raised.value.word == "shop_refused"
    assert not world.writes()


def test_tax_settings_are_asked_once_an_hour() -> None:
    world = World()
    for _ in range(2):
        world.draft(order())
    asked = [request for request in world.requests if "/settings/" in request.path]
    assert len(asked) == 2
    world.clock.advance(3600)
    world.draft(order())
    assert len([request for request in world.requests if "/settings/" in request.path]) == 4


def test_a_rate_that_changed_meanwhile_is_corrected_once_from_the_answer() -> None:
    world = World()
    draft = world.draft(order(shipping_cost=Decimal("2.99")))
    world.sandbox.change_taxes(SandboxTax(), [SandboxTaxRate(7, "NL", "19.0000")])
    made = world.shop.create(draft)
    assert made.total != draft.total
    correction = world.shop.correction(draft, made)
    assert correction is not None
    assert world.shop.correct(made.id, correction).total == draft.total == Decimal("15.98")
    assert [request.method for request in world.writes()] == ["POST", "PUT"]


def test_an_order_whose_lines_are_others_is_not_corrected() -> None:
    world = World()
    draft = world.draft(order())
    made = world.shop.create(replace(draft, document={**draft.document, "line_items": []}))
    assert made.total != draft.total
    assert world.shop.correction(draft, made) is None


def test_an_order_that_is_not_there_is_not_corrected() -> None:
    world = World()
    draft = world.draft(order())
    made = world.shop.create(draft)
    world.sandbox.control("delete", {"order": made.id})
    assert world.shop.correction(draft, made) is None


def test_a_rounding_line_is_corrected_too() -> None:
    twice = [SandboxTaxRate(1, "NL", "10"), SandboxTaxRate(2, "NL", "10", priority=2)]
    world = World(rates=twice)
    for paid in range(1, 20):
        draft = world.draft(order(line(total=str(amount(paid)))))
        world.sandbox.change_taxes(SandboxTax(), [SandboxTaxRate(1, "NL", "21.0000")])
        made = world.shop.create(draft)
        correction = world.shop.correction(draft, made)
        assert correction is not None
        assert world.shop.correct(made.id, correction).total == amount(paid)
        world.sandbox.change_taxes(SandboxTax(), twice)
        world.clock.advance(3600)

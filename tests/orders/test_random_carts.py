"""Whatever is in the cart, the shop's total is what the buyer paid."""

from __future__ import annotations

import json
from dataclasses import replace as changed
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from orderlink.clock import ManualClock
from orderlink.currency import decimals_of, split_by_largest_remainder, unit_of
from orderlink.marketplaces.bol_documents import order_from
from orderlink.model import Charge, Line, Order
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_answers import order_document
from orderlink.sandbox.woocommerce_tax import SandboxTax
from orderlink.values import replace
from tests.orders.bol import purchase_of
from tests.orders.table import HOME, PLACED, PRODUCTS, RATES
from tests.shops.woocommerce_world import START, World
from tests.support.examples import examples

skus = st.sampled_from(["STANDARD", "REDUCED", "ZERO", "VOUCHER", "SHIRT-M"])
countries = st.sampled_from(["NL", "BE", "DE", "LU", "FR"])


@st.composite
def lines(draw: st.DrawFn, decimals: int = 2) -> tuple[Line, ...]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        quantity = draw(st.integers(1, 20))
        price = Decimal(draw(st.integers(0, 30_000))).scaleb(-decimals)
        discount = Decimal(draw(st.integers(0, int(price.scaleb(decimals))))).scaleb(-decimals)
        cancelled = draw(st.integers(0, quantity - 1))
        told = draw(st.none() | st.sampled_from([0, 6, 7, 9, 19, 21, 25]))
        found.append(
            Line(
                id=str(number),
                quantity=quantity,
                unit_price=price,
                total=price * quantity - discount,
                sku=draw(skus),
                title="Thing",
                cancelled=cancelled,
                discount=discount,
                tax_rate=None if told is None else Decimal(told),
            )
        )
    return tuple(found)


def charges(decimals: int) -> st.SearchStrategy[tuple[Charge, ...]]:
    amounts = st.integers(-3_000, 3_000).map(lambda cents: Decimal(cents).scaleb(-decimals))
    named = st.builds(Charge, name=st.sampled_from(["Gift wrap", "Voucher", "Fee"]), amount=amounts)
    return st.lists(named, max_size=3).map(tuple)


modes = st.builds(
    SandboxTax,
    prices_include_tax=st.booleans(),
    round_at_subtotal=st.booleans(),
    shipping_tax_class=st.sampled_from(["inherit", "", "reduced-rate"]),
)


@examples(200)
@given(
    cart=lines(),
    extra=charges(2),
    shipping=st.integers(0, 2_000),
    country=countries,
    mode=modes,
    tax=st.sampled_from(["marketplace", "shop", "none"]),
    reverse_charge=st.booleans(),
)
def test_a_cart_in_euro(
    cart: tuple[Line, ...],
    extra: tuple[Charge, ...],
    shipping: int,
    country: str,
    mode: SandboxTax,
    tax: str,
    reverse_charge: bool,
) -> None:
    wanted = Order(
        "A-1",
        PLACED,
        "EUR",
        cart,
        replace(HOME, country=country),
        shipping_cost=Decimal(shipping + 9_000).scaleb(-2),
        charges=extra,
        reverse_charge=reverse_charge,
    )
    world = World(products=PRODUCTS, rates=RATES, tax=mode, marketplace={"tax": tax})
    made = world.place(wanted)
    exact = sum((line.wanted_share for line in cart), wanted.shipping_cost)
    paid = (exact + sum(one.amount for one in extra)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert abs(wanted.total() - paid) <= Decimal("0.01") * len(extra)
    assert made.total == wanted.total()
    if tax == "none":
        assert world.sandbox.order(int(made.id))["total_tax"] == "0.00"


@examples(100)
@given(currency=st.sampled_from(["JPY", "KWD", "GBP"]), data=st.data(), mode=modes)
def test_a_cart_in_a_currency_with_other_decimals(
    currency: str, data: st.DataObject, mode: SandboxTax
) -> None:
    decimals = decimals_of(currency)
    cart = data.draw(lines(decimals))
    wanted = Order("A-1", PLACED, currency, cart, HOME, charges=data.draw(charges(decimals)))
    wanted = replace(wanted, shipping_cost=Decimal(10_000).scaleb(-decimals))
    shop = changed(mode, decimals=max(2, decimals))
    made = World(products=PRODUCTS, rates=RATES, tax=shop).place(wanted)
    assert made.total == wanted.total()
    assert wanted.total() % unit_of(currency) == 0


@examples(100)
@given(cart=lines(), country=countries, mode=modes)
def test_a_cart_that_bol_writes(cart: tuple[Line, ...], country: str, mode: SandboxTax) -> None:
    bol = BolSandbox(ManualClock(START), client_id="a", client_secret="b")
    placed = Order("A-1", PLACED, "EUR", cart, replace(HOME, country=country))
    bol.place(purchase_of(placed))
    for item, line in zip(bol.orders()[0].items, cart, strict=True):
        if line.cancelled:
            bol.cancel("A-1", item.id, line.cancelled)
    text = json.dumps(order_document(bol.orders()[0]))
    order = order_from(json.loads(text, parse_float=Decimal), "A-1")
    assert isinstance(order, Order)
    assert order.total() == placed.total()
    made = World(products=PRODUCTS, rates=RATES, tax=mode).place(order)
    assert made.total == placed.total()


cents = st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-2))
weights = st.lists(st.integers(0, 10**6).map(Decimal), min_size=1, max_size=30)


@given(total=cents, shares=weights)
def test_a_sum_that_is_split_is_there_to_the_cent(total: Decimal, shares: list[Decimal]) -> None:
    parts = split_by_largest_remainder(total, shares)
    assert sum(parts) == total
    whole = sum(shares) or Decimal(len(shares))
    for part, share in zip(parts, shares, strict=True):
        exact = total * (share if sum(shares) else 1) / whole
        assert abs(part - exact) < Decimal("0.01") + Decimal("1e-9")

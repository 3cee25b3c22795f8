"""Whatever is in the cart, Shopify's total is what the buyer paid, in both of its tax modes."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orderlink.currency import decimals_of
from orderlink.model import Charge, Line, Order
from orderlink.sandbox.shopify_records import SandboxShop
from orderlink.shops.shopify_lines import pieces_of
from orderlink.shops.shopify_tax import Part, Rate, part_of, split_part
from orderlink.values import replace
from tests.orders.table import HOME, PLACED
from tests.orders.test_model_to_shopify import TAXES, VARIANTS
from tests.orders.test_random_carts import charges, countries, lines
from tests.shops.shopify_world import World
from tests.support.examples import examples


@examples(200)
@given(
    cart=lines(),
    extra=charges(2),
    shipping=st.integers(0, 2_000),
    country=countries,
    within=st.booleans(),
    tax=st.sampled_from(["marketplace", "shop", "none"]),
    reverse_charge=st.booleans(),
    commission=st.none() | st.integers(0, 100),
)
def test_a_cart_in_euro(
    cart: tuple[Line, ...],
    extra: tuple[Charge, ...],
    shipping: int,
    country: str,
    within: bool,
    tax: str,
    reverse_charge: bool,
    commission: int | None,
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
        fees=None if commission is None else Decimal(commission).scaleb(-2),
    )
    booked = Decimal(commission or 0).scaleb(-2)
    affordable = 2 * booked <= sum(wanted.amounts())  # whatever tax is within them
    shop = SandboxShop(ships_to=(), taxes_included=within)
    choices = {"tax": tax, "fee_line": affordable}
    world = World(products=VARIANTS, taxes=TAXES, selling=shop, marketplace=choices)
    made = world.place(wanted)
    assert made.total == wanted.total() - (booked if affordable else 0)
    assert sum(line.total for line in made.lines) == sum(wanted.amounts())
    shown = world.sandbox.order(int(made.id))
    if tax == "none":
        assert Decimal(shown["total_tax"]) == 0


@examples(100)
@given(currency=st.sampled_from(["JPY", "KWD", "GBP"]), data=st.data(), within=st.booleans())
def test_a_cart_in_the_buyers_own_currency(
    currency: str, data: st.DataObject, within: bool
) -> None:
    decimals = decimals_of(currency)
    cart = data.draw(lines(decimals))
    wanted = Order("A-1", PLACED, currency, cart, HOME, charges=data.draw(charges(decimals)))
    wanted = replace(wanted, shipping_cost=Decimal(10_000).scaleb(-decimals))
    shop = SandboxShop(ships_to=(), taxes_included=within)
    made = World(products=VARIANTS, taxes=TAXES, selling=shop).place(wanted)
    assert (made.total, made.currency) == (wanted.total(), currency)


amounts = st.integers(0, 10**7).map(lambda cents: Decimal(cents).scaleb(-2))
shares = st.lists(
    st.integers(0, 300).map(lambda mille: Rate("Tax", Decimal(mille).scaleb(-3))), max_size=3
)
CENT = Decimal("0.01")


@given(amount=amounts, quantity=st.integers(1, 1000))
def test_a_price_of_several_pieces_adds_up(amount: Decimal, quantity: int) -> None:
    groups = pieces_of(amount, quantity, CENT)
    assert sum(count * price for count, price in groups) == amount
    assert sum(count for count, _ in groups) == quantity
    assert len(groups) <= 2
    assert max(price for _, price in groups) - min(price for _, price in groups) <= CENT


@given(gross=amounts, rates=shares, weights=st.lists(amounts, min_size=1, max_size=5))
def test_a_tax_is_within_what_is_paid_and_splits_to_the_cent(
    gross: Decimal, rates: list[Rate], weights: list[Decimal]
) -> None:
    part = part_of(gross, rates, CENT)
    exact = gross - gross / (1 + sum(rate.share for rate in rates))
    assert abs(part.tax - exact) <= CENT
    assert part.net + part.tax == gross
    split = split_part(part, weights, CENT)
    assert sum(one.tax for one in split) == part.tax
    assert [one.gross for one in split] == weights
    assert split_part(Part(gross), weights, CENT) == [Part(weight) for weight in weights]

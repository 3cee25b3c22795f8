"""What only the shop can work out: its taxes at the buyer's place, and what a currency is worth.

There is no list of tax rates to be read. The shop is given draft orders to calculate, which are
never made: one for each product, since an answer does not say which tax is whose.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.errors import Refused, TryLater
from orderlink.shops.shopify_documents import refusals_from
from orderlink.shops.shopify_people import place_document
from orderlink.shops.shopify_queries import CALCULATIONS_AT_ONCE, calculate, gid, in_parts
from orderlink.shops.shopify_tax import ANY_PRODUCT, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.model import Address, Json
    from orderlink.shops.shopify_calls import Calls
    from orderlink.shops.shopify_facts import Facts
    from orderlink.shops.shopify_tax import Rates

SAMPLE = Decimal(100)
"""A price at which every tax shows."""


def rates_at(calls: Calls, variants: Sequence[str], place: Address, facts: Facts) -> Rates:
    """Ask for the taxes on these variants at a place. Raises `Refused`, `TryLater`..."""
    drafts = [_draft_of(variant, place, facts) for variant in variants]
    answers = _calculated(calls, drafts)
    try:
        return {
            variant: tuple(
                Rate(str(tax["title"]), Decimal(str(tax["rate"]))) for tax in answer["taxLines"]
            )
            for variant, answer in zip(variants, answers, strict=True)
        }
    except (KeyError, TypeError, ArithmeticError) as error:
        raise TryLater("the shop's taxes cannot be read") from error


def worth(calls: Calls, currency: str, total: Decimal, facts: Facts) -> Decimal:
    """Ask what one of a currency is worth in the shop's own; 1 where it is that."""
    if currency == facts.currency:
        return Decimal(1)
    asked = total or SAMPLE
    line = _custom_line(asked, currency) | {"taxable": False}
    draft = {"lineItems": [line], "presentmentCurrencyCode": currency, "taxExempt": True}
    (answer,) = _calculated(calls, [draft])
    try:
        bag = answer["totalPriceSet"]
        own, theirs = (Decimal(bag[name]["amount"]) for name in ("shopMoney", "presentmentMoney"))
        return own / theirs
    except (KeyError, TypeError, ArithmeticError) as error:
        raise TryLater("the shop's exchange rate cannot be read") from error


def _draft_of(variant: str, place: Address, facts: Facts) -> dict[str, Json]:
    if variant == ANY_PRODUCT:
        line = _custom_line(SAMPLE, facts.currency)
    else:
        price = {"amount": f"{SAMPLE:f}", "currencyCode": facts.currency}
        variant_id = gid("ProductVariant", variant)
        line = {"variantId": variant_id, "quantity": 1, "priceOverride": price}
    return {"lineItems": [line], "shippingAddress": place_document(place)}


def _custom_line(amount: Decimal, currency: str) -> dict[str, Json]:
    price = {"amount": f"{amount:f}", "currencyCode": currency}
    return {"title": "-", "quantity": 1, "originalUnitPriceWithCurrency": price, "taxable": True}


def _calculated(calls: Calls, drafts: Sequence[Mapping[str, Json]]) -> list[Any]:
    found: list[Any] = []
    for some in in_parts(drafts, CALCULATIONS_AT_ONCE):
        data = calls.ask(calculate(some))
        for number in range(len(some)):
            payload = data.get(f"draft{number}") or {}
            faults = refusals_from(payload.get("userErrors"))
            if faults:
                said = faults[0].message
                raise Refused("shop_refused", f"the shop cannot work out the order: {said}")
            found.append(payload.get("calculatedDraftOrder"))
    return found

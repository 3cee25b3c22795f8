"""What only the shop can work out: its taxes at the buyer's place, and what a currency is worth.

There is no list of tax rates to be read. The shop is given draft orders to calculate, which are
never made: one for each product, since an answer does not say which tax is whose.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from orderlink.codec import dumps, loads
from orderlink.errors import Refused, TryLater
from orderlink.shops.shopify_documents import refusals_from
from orderlink.shops.shopify_people import place_document
from orderlink.shops.shopify_queries import CALCULATIONS_AT_ONCE, calculate, gid, in_parts
from orderlink.shops.shopify_tax import ANY_PRODUCT, Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from orderlink.clock import Clock
    from orderlink.model import Address, Json
    from orderlink.shelves import Shelf
    from orderlink.shops.shopify_calls import Calls
    from orderlink.shops.shopify_facts import Facts
    from orderlink.shops.shopify_tax import Rates

SAMPLE: Final = Decimal(100)
"""A price at which every tax shows."""
KEPT: Final = timedelta(hours=1)
MOST_KEPT: Final = 2000
SHELF: Final = "rates"
TAXED_BY_POSTCODE: Final = frozenset({"US", "CA"})
Known = tuple[tuple[str, tuple[Rate, ...]], ...]


class ShopRates:
    """The shop's own taxes, kept for an hour by place and product."""

    def __init__(self, calls: Calls, memory: Shelf, clock: Clock) -> None:
        self._calls = calls
        self._memory = memory
        self._clock = clock

    def at(self, place: Address, variants: Sequence[str], facts: Facts) -> Rates:
        """Give the taxes on these variants at a place.

        Raises `Refused("shop_refused")`, `TryLater` and `SignInFailed`.
        """
        known, where = self.learn([(place, variants)], facts), place_document(place)
        return {variant: known[_key(variant, where)] for variant in variants}

    def learn(self, wanted: Iterable[tuple[Address, Sequence[str]]], facts: Facts) -> Rates:
        """Ask for the taxes on variants at places, as far as they are not known; they are kept.

        Gives all that is known. Raises as `at` does.
        """
        known = self._kept()
        missing: dict[str, dict[str, Json]] = {}
        for place, variants in wanted:
            where = place_document(place)
            for variant in variants:
                key = _key(variant, where)
                if key not in known:
                    missing.setdefault(key, _draft_of(variant, where, facts))
        for keys in in_parts(list(missing), CALCULATIONS_AT_ONCE):
            answers = _calculated(self._calls, [missing[key] for key in keys])
            known |= dict(zip(keys, map(_rates_from, answers), strict=True))
            self._keep(known)
        return known

    def _kept(self) -> dict[str, tuple[Rate, ...]]:
        text = self._memory.get(SHELF)
        return dict(loads(Known, text)) if text else {}

    def _keep(self, known: Mapping[str, tuple[Rate, ...]]) -> None:
        entries = tuple(known.items())[-MOST_KEPT:]
        self._memory.put(SHELF, dumps(entries), self._clock.now() + KEPT)


def _key(variant: str, where: Mapping[str, Json]) -> str:
    """Name what decides about a tax: product, country, region, and the area of the postcode."""
    country, code = str(where.get("countryCode", "")), str(where.get("zip", ""))
    region = str(where.get("provinceCode") or where.get("province") or "")
    area = code if country in TAXED_BY_POSTCODE else code[:2].upper()
    return f"{variant}|{country}|{region}|{area}"


def worth(calls: Calls, currency: str, total: Decimal, facts: Facts) -> Decimal:
    """Ask what one of a currency is worth in the shop's own; 1 where it is that.

    Raises as `ShopRates.at` does.
    """
    if currency == facts.currency:
        return Decimal(1)
    line = _custom_line(total or SAMPLE, currency) | {"taxable": False}
    draft = {"lineItems": [line], "presentmentCurrencyCode": currency, "taxExempt": True}
    (answer,) = _calculated(calls, [draft])
    try:
        bag = answer["totalPriceSet"]
        own, theirs = (Decimal(bag[name]["amount"]) for name in ("shopMoney", "presentmentMoney"))
        return own / theirs
    except (KeyError, TypeError, ArithmeticError) as error:
        raise TryLater("the shop's exchange rate cannot be read") from error


def _rates_from(answer: Json) -> tuple[Rate, ...]:
    try:
        return tuple(
            Rate(str(tax["title"]), Decimal(str(tax["rate"]))) for tax in answer["taxLines"]
        )
    except (KeyError, TypeError, ArithmeticError) as error:
        raise TryLater("the shop's taxes cannot be read") from error


def _draft_of(variant: str, where: Mapping[str, Json], facts: Facts) -> dict[str, Json]:
    line = _custom_line(SAMPLE, facts.currency)
    if variant != ANY_PRODUCT:
        price = line["originalUnitPriceWithCurrency"]
        variant_id = gid("ProductVariant", variant)
        line = {"variantId": variant_id, "quantity": 1, "priceOverride": price}
    return {"lineItems": [line], "shippingAddress": dict(where)}


def _custom_line(amount: Decimal, currency: str) -> dict[str, Json]:
    price = {"amount": f"{amount:f}", "currencyCode": currency}
    return {"title": "-", "quantity": 1, "originalUnitPriceWithCurrency": price, "taxable": True}


def _calculated(calls: Calls, drafts: Sequence[Mapping[str, Json]]) -> list[Any]:
    data = calls.ask(calculate(drafts))
    found: list[Any] = []
    for number in range(len(drafts)):
        payload = data.get(f"draft{number}") or {}
        for fault in refusals_from(payload.get("userErrors")):
            raise Refused("shop_refused", f"the shop cannot work out the order: {fault.message}")
        found.append(payload.get("calculatedDraftOrder"))
    return found

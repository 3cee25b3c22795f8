"""How a WooCommerce computes tax and totals, in exact fractions, as the recordings show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True)
class SandboxTaxRate:
    """One row of the shop's table of tax rates. `percent` is a number in text."""

    id: int
    country: str
    percent: str
    name: str = "VAT"
    state: str = ""
    postcodes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    priority: int = 1
    order: int = 0
    compound: bool = False
    shipping: bool = True
    tax_class: str = ""

    @property
    def share(self) -> Fraction:
        """Give the rate as a share of what it is taken from."""
        return Fraction(self.percent) / 100

    @property
    def code(self) -> str:
        """Give the code that an order's tax line shows."""
        parts = (self.country, self.state, self.name or "TAX", str(self.priority))
        return "-".join(part for part in parts if part).upper()


@dataclass(frozen=True)
class SandboxTax:
    """The shop's settings that decide about tax; `country` and so on are where the shop is."""

    enabled: bool = True
    prices_include_tax: bool = True
    based_on: str = "shipping"
    round_at_subtotal: bool = False
    shipping_tax_class: str = "inherit"
    country: str = "NL"
    state: str = ""
    postcode: str = ""
    city: str = ""
    decimals: int = 2
    classes: tuple[str, ...] = ("reduced-rate", "zero-rate")


@dataclass
class Item:
    """A line, a shipping line or a fee of an order, amounts net."""

    id: int
    kind: str
    name: str = ""
    product_id: int = 0
    variation_id: int = 0
    sku: str | None = None
    parent_name: str | None = None
    method_id: str = ""
    quantity: int = 1
    tax_class: str = ""
    tax_status: str = "taxable"
    subtotal: Fraction = Fraction(0)
    total: Fraction = Fraction(0)
    taxes: dict[int, Fraction] = field(default_factory=dict)
    subtotal_taxes: dict[int, Fraction] = field(default_factory=dict)
    meta: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Totals:
    """What an order adds up to; `by_rate` has what goods and shipping pay of each rate."""

    total: Fraction = Fraction(0)
    cart_tax: Fraction = Fraction(0)
    shipping_total: Fraction = Fraction(0)
    shipping_tax: Fraction = Fraction(0)
    by_rate: dict[int, tuple[Fraction, Fraction]] = field(default_factory=dict)


def rounded(amount: Fraction, digits: int, *, half_down: bool = False) -> Fraction:
    """Round, half away from zero or towards it."""
    return Fraction(_units(amount, digits, half_down=half_down), 10**digits)


def _units(amount: Fraction, digits: int, *, half_down: bool = False) -> int:
    """Count the units of the last decimal; in whole numbers, which a shop does for each amount."""
    twice: int = 2 * abs(amount.numerator) * 10**digits
    unit = amount.denominator
    units = -((unit - twice) // (2 * unit)) if half_down else (twice + unit) // (2 * unit)
    return units if amount.numerator >= 0 else -units


def text(amount: Fraction, digits: int = 2) -> str:
    """Write an amount with this many decimals."""
    units = _units(amount, digits)
    sign, figures = "-" if units < 0 else "", str(abs(units)).rjust(digits + 1, "0")
    return f"{sign}{figures[:-digits]}.{figures[-digits:]}" if digits else f"{sign}{figures}"


class Taxes:
    """The tax of one shop."""

    def __init__(self, settings: SandboxTax, rates: Iterable[SandboxTaxRate]) -> None:
        self.settings = settings
        self.rates = {rate.id: rate for rate in rates}

    def place_of(
        self, billing: Mapping[str, str], shipping: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Choose the address that decides."""
        based_on = self.settings.based_on
        if based_on == "shipping" and not shipping.get("country"):
            based_on = "billing"
        chosen = billing if based_on == "billing" else shipping
        if based_on == "base" or not chosen.get("country"):
            shop = self.settings
            return {
                "country": shop.country,
                "state": shop.state,
                "postcode": shop.postcode,
                "city": shop.city,
            }
        return chosen

    def rates_for(self, place: Mapping[str, str], tax_class: str) -> list[SandboxTaxRate]:
        """Give one rate of each priority, the most particular first."""
        chosen: dict[int, SandboxTaxRate] = {}
        if self.settings.enabled:
            for rate in sorted(self.rates.values(), key=_particular_first):
                if rate.tax_class == tax_class and _covers(rate, place):
                    chosen.setdefault(rate.priority, rate)
        return list(chosen.values())

    def net_price(self, gross: Fraction, tax_class: str) -> Fraction:
        """Take the shop's own tax out of a catalogue price."""
        if not (self.settings.enabled and self.settings.prices_include_tax):
            return gross
        home = self.place_of({}, {})
        # An amount of a million carries the rates out to twelve digits.
        of_million = self._amounts(Fraction(10**6), self.rates_for(home, tax_class))
        return rounded(gross / (1 + sum(of_million.values(), Fraction(0)) / 10**6), 6)

    def apply(
        self, items: Sequence[Item], place: Mapping[str, str], *, exempt: bool = False
    ) -> Totals:
        """Put taxes on the items, unless the order is exempt, and add everything up."""
        for item in items:
            rates = [] if exempt else self._rates_of(item, items, place)
            item.taxes = self._amounts(item.total, rates)
            item.subtotal_taxes = self._amounts(item.subtotal, rates)
        return self._totals(items)

    def _rates_of(
        self, item: Item, items: Sequence[Item], place: Mapping[str, str]
    ) -> list[SandboxTaxRate]:
        if item.tax_status != "taxable":
            return []
        if item.kind != "shipping":
            return self.rates_for(place, item.tax_class)
        tax_class = self.settings.shipping_tax_class
        if tax_class == "inherit":
            lines = [other for other in items if other.kind == "line"]
            classes = {line.tax_class for line in lines if line.tax_status != "none"}
            if not classes:
                return []
            tax_class = "" if "" in classes else min(classes)
        return [rate for rate in self.rates_for(place, tax_class) if rate.shipping]

    @staticmethod
    def _amounts(net: Fraction, rates: Sequence[SandboxTaxRate]) -> dict[int, Fraction]:
        amounts = {rate.id: net * rate.share for rate in rates if not rate.compound}
        for rate in rates:
            if rate.compound:
                amounts[rate.id] = (net + sum(amounts.values())) * rate.share
        return {rate_id: rounded(amount, 6) for rate_id, amount in amounts.items()}

    def tax_shown(self, amount: Fraction) -> Fraction:
        """Round one tax as it counts in the sums."""
        if self.settings.round_at_subtotal:
            return amount
        half_down = self.settings.prices_include_tax
        return rounded(amount, self.settings.decimals, half_down=half_down)

    def _totals(self, items: Sequence[Item]) -> Totals:
        digits = self.settings.decimals
        totals = Totals()
        goods = Fraction(0)
        for item in items:
            if item.kind == "shipping":
                totals.shipping_total += rounded(item.total, digits)
            elif item.kind == "line" and not self.settings.round_at_subtotal:
                goods += rounded(item.total, digits)
            else:
                goods += item.total
            for rate_id, amount in item.taxes.items():
                on_goods, on_shipping = totals.by_rate.get(rate_id, (Fraction(0), Fraction(0)))
                if item.kind == "shipping":
                    on_shipping += self.tax_shown(amount)
                else:
                    on_goods += self.tax_shown(amount)
                totals.by_rate[rate_id] = (on_goods, on_shipping)
        totals.cart_tax = sum((goods for goods, _ in totals.by_rate.values()), Fraction(0))
        totals.shipping_tax = sum((ship for _, ship in totals.by_rate.values()), Fraction(0))
        exact = goods + totals.cart_tax + totals.shipping_total + totals.shipping_tax
        totals.total = rounded(exact, digits)
        return totals


def _particular_first(rate: SandboxTaxRate) -> tuple[Any, ...]:
    vague = (rate.country == "", rate.state == "", not rate.postcodes, not rate.cities)
    return (rate.priority, *vague, rate.order, rate.id)


def _covers(rate: SandboxTaxRate, place: Mapping[str, str]) -> bool:
    for wanted, key in ((rate.country, "country"), (rate.state, "state")):
        if wanted and wanted.upper() != place.get(key, "").upper():
            return False
    code = place.get("postcode", "").upper().replace(" ", "").replace("-", "")
    if rate.postcodes and not any(_covers_code(pattern, code) for pattern in rate.postcodes):
        return False
    cities = [city.upper() for city in rate.cities]
    return not cities or place.get("city", "").upper() in cities


def _covers_code(pattern: str, code: str) -> bool:
    pattern = pattern.upper().replace(" ", "")
    if "..." in pattern:
        low, high = pattern.split("...")
        return low <= code <= high
    return code == pattern or (pattern.endswith("*") and code.startswith(pattern.rstrip("*")))

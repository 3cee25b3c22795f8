"""PURE: WooCommerce's tax and rounding, as far as they decide what an order adds up to.

An order is sent with net amounts and the shop adds the tax, from its own rates and for the address
that it looks at. Seen on real shops (10.0 and 8.9): a line's net and each of its taxes are rounded
to the shop's decimals by themselves, taxes having been cut to six decimals before; a shop whose
prices include tax rounds half a cent of tax down, another one up; with "round at subtotal" only
the sums are rounded, but for the net of the shipping. `nets_for` goes the way back.
"""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import TYPE_CHECKING

from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from orderlink.model import Json

FINEST = Decimal("0.000001")
NUDGES = [FINEST * step for step in (0, 1, -1, 2, -2)] + [
    Decimal("0.001") * step for step in (1, -1, 2, -2, 3, -3, 4, -4)
]
"""How far a net amount may lie from the exact one so that the shop's roundings come out right."""


class Place(Value, frozen=True):
    """What of an address decides about tax."""

    country: str = ""
    state: str = ""
    postcode: str = ""
    city: str = ""


class TaxRate(Value, frozen=True):
    """One row of the shop's tax rates; an empty place means everywhere, an empty class standard."""

    id: int
    percent: Decimal
    country: str = ""
    state: str = ""
    postcodes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    priority: int = 1
    order: int = 0
    compound: bool = False
    shipping: bool = True
    tax_class: str = ""


class TaxRules(Value, frozen=True):
    """How the shop adds tax and rounds. `based_on` is `shipping`, `billing` or `base`."""

    enabled: bool = False
    prices_include_tax: bool = False
    based_on: str = "shipping"
    round_at_subtotal: bool = False
    shipping_class: str = "inherit"
    base: Place = Place()
    decimals: int = 2
    rates: tuple[TaxRate, ...] = ()
    classes: tuple[str, ...] = ("",)

    @property
    def unit(self) -> Decimal:
        """The smallest amount that the shop knows."""
        return Decimal(1).scaleb(-self.decimals)


class Part(Value, frozen=True):
    """A line, the shipping or a fee: an amount, and each tax on it as a share of its net."""

    amount: Decimal
    shares: tuple[Decimal, ...] = ()
    shipping: bool = False
    fee: bool = False


def rules_from(
    settings: Mapping[str, str], rates: Iterable[Mapping[str, Json]], classes: Iterable[str] = ()
) -> TaxRules:
    """Translate the values of `/settings/general` and `/settings/tax`, the rows of `/taxes`.

    `classes` are the slugs of `/taxes/classes`.

    Raises `KeyError`, `ValueError`, `TypeError` or `ArithmeticError` where they are not these.
    """
    country, _, state = settings.get("woocommerce_default_country", "").partition(":")
    return TaxRules(
        enabled=settings["woocommerce_calc_taxes"] == "yes",
        prices_include_tax=settings.get("woocommerce_prices_include_tax") == "yes",
        based_on=settings.get("woocommerce_tax_based_on", "shipping"),
        round_at_subtotal=settings.get("woocommerce_tax_round_at_subtotal") == "yes",
        shipping_class=settings.get("woocommerce_shipping_tax_class", "inherit"),
        base=Place(
            country,
            state,
            settings.get("woocommerce_store_postcode", ""),
            settings.get("woocommerce_store_city", ""),
        ),
        decimals=int(settings.get("woocommerce_price_num_decimals") or 2),
        rates=tuple(_rate_from(row) for row in rates),
        classes=("", *(str(one) for one in classes if one != "standard")),
    )


def _rate_from(row: Mapping[str, Json]) -> TaxRate:
    tax_class = str(row["class"])
    return TaxRate(
        id=int(row["id"]),
        percent=Decimal(str(row["rate"])),
        country=str(row["country"]).upper(),
        state=str(row["state"]).upper(),
        postcodes=_places(row.get("postcodes") or row.get("postcode")),
        cities=_places(row.get("cities") or row.get("city")),
        priority=int(row["priority"]),
        order=int(row["order"]),
        compound=bool(row["compound"]),
        shipping=bool(row["shipping"]),
        tax_class="" if tax_class == "standard" else tax_class,
    )


def _places(value: Json) -> tuple[str, ...]:
    names = value if isinstance(value, list) else str(value or "").split(";")
    return tuple(str(name).strip().upper() for name in names if str(name).strip())


def place_of(rules: TaxRules, billing: Place, shipping: Place) -> Place:
    """Tell which place the shop looks at."""
    place = shipping if rules.based_on == "shipping" and shipping.country else billing
    return rules.base if rules.based_on == "base" or not place.country else place


def rates_at(rules: TaxRules, place: Place, tax_class: str) -> tuple[TaxRate, ...]:
    """Pick the rates that apply: of each priority the one that fits the place most closely."""
    if not rules.enabled:
        return ()
    fitting = [rate for rate in rules.rates if rate.tax_class == tax_class and _fits(rate, place)]
    fitting.sort(
        key=lambda rate: (
            rate.priority,
            not rate.country,
            not rate.state,
            not rate.postcodes,
            not rate.cities,
            rate.order,
            rate.id,
        )
    )
    first: dict[int, TaxRate] = {}
    for rate in fitting:
        first.setdefault(rate.priority, rate)
    return tuple(first.values())


def _fits(rate: TaxRate, place: Place) -> bool:
    return (
        rate.country in {"", place.country.upper()}
        and rate.state in {"", place.state.upper()}
        and (not rate.cities or place.city.strip().upper() in rate.cities)
        and (
            not rate.postcodes
            or any(_fits_postcode(pattern, place.postcode) for pattern in rate.postcodes)
        )
    )


def _fits_postcode(pattern: str, postcode: str) -> bool:
    pattern, code = _plain_postcode(pattern), _plain_postcode(postcode)
    lowest, dots, highest = pattern.partition("...")
    if dots:
        return _in_range(code, lowest, highest)
    if pattern.endswith("*"):
        return code.startswith(pattern[:-1])
    return code == pattern


def _in_range(code: str, lowest: str, highest: str) -> bool:
    if lowest.isdigit() and highest.isdigit():
        if code.isdigit():
            return int(lowest) <= int(code) <= int(highest)
        return lowest <= code <= highest
    number, low, high = (_sortable_postcode(text) for text in (code, lowest, highest))
    return low.ljust(len(number), "0") <= number <= high.ljust(len(number), "0")


def _plain_postcode(code: str) -> str:
    return code.upper().replace(" ", "").replace("-", "")


def _sortable_postcode(code: str) -> str:
    return "".join(
        f"{int(sign) if sign.isdigit() else max(0, ord(sign) - ord('A') + 1):02d}" for sign in code
    )


def shares_of(rates: Iterable[TaxRate]) -> tuple[Decimal, ...]:
    """Give each tax as a share of the net; a compound one is on top of those before it."""
    rates = list(rates)
    shares = [rate.percent / 100 for rate in rates if not rate.compound]
    for rate in rates:
        if rate.compound:
            shares.append((1 + sum(shares)) * rate.percent / 100)
    return tuple(share for share in shares if share)


def shipping_rates_at(
    rules: TaxRules, place: Place, line_classes: Iterable[str]
) -> tuple[TaxRate, ...]:
    """Pick the rates for the shipping, `line_classes` being the classes of the taxed lines.

    "Inherit" takes the standard class if a line has it, else the first by the alphabet.
    """
    tax_class = rules.shipping_class
    if tax_class == "inherit":
        classes = sorted(set(line_classes))
        if not classes:
            return ()
        tax_class = classes[0]
    return tuple(rate for rate in rates_at(rules, place, tax_class) if rate.shipping)


def shop_total(nets: Sequence[Part], rules: TaxRules) -> Decimal:
    """Foretell the total of an order with these net amounts."""
    return _exact_total(nets, rules).quantize(rules.unit, ROUND_HALF_UP)


def _exact_total(nets: Iterable[Part], rules: TaxRules) -> Decimal:
    return sum((_gross(part, rules) for part in nets), Decimal(0))


def _gross(part: Part, rules: TaxRules) -> Decimal:
    half = ROUND_HALF_DOWN if rules.prices_include_tax else ROUND_HALF_UP
    taxes = [(part.amount * share).quantize(FINEST, ROUND_HALF_UP) for share in part.shares]
    net = part.amount
    if not part.fee and (part.shipping or not rules.round_at_subtotal):
        net = net.quantize(rules.unit, ROUND_HALF_UP)
    if not rules.round_at_subtotal:
        taxes = [tax.quantize(rules.unit, half) for tax in taxes]
    return sum(taxes, net)


def nets_for(grosses: Sequence[Part], rules: TaxRules) -> tuple[Part, ...]:
    """Find net amounts with six decimals out of which the shop makes these gross amounts.

    Where the shop rounds the sums only, what the rounding of the shipping leaves over is put on the
    largest line, so that the sum lies in the middle between two roundings.
    """
    nets = [_net(part, rules) for part in grosses]
    lines = [index for index, part in enumerate(nets) if not part.shipping and not part.fee]
    if rules.round_at_subtotal and lines:
        wanted = sum((part.amount for part in grosses), Decimal(0))
        rest = wanted - _exact_total(nets, rules)
        largest = max(lines, key=lambda index: nets[index].amount)
        line = nets[largest]
        amount = max(Decimal(0), line.amount + rest / (1 + sum(line.shares)))
        nets[largest] = Part(amount.quantize(FINEST, ROUND_HALF_UP), line.shares)
    return tuple(nets)


def tax_in(gross: Part) -> Decimal:
    """Tell how much tax the shares make of a gross amount, not rounded."""
    share = sum(gross.shares, Decimal(0))
    return gross.amount * share / (1 + share)


def _net(gross: Part, rules: TaxRules) -> Part:
    exact = gross.amount / (1 + sum(gross.shares))
    if gross.fee:
        # The net of a fee is not rounded by itself: only whole units keep the sum from drifting.
        return replace(gross, amount=exact.quantize(rules.unit, ROUND_HALF_UP))
    exact = exact.quantize(FINEST, ROUND_HALF_UP)
    nets = (replace(gross, amount=max(Decimal(0), exact + nudge)) for nudge in NUDGES)
    tried = []
    for net in nets:
        off = abs(_gross(net, rules) - gross.amount)
        if not off:
            return net
        tried.append((off, net))
    return min(tried, key=itemgetter(0))[1]

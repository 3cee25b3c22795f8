"""What `orderlink check` asks a WooCommerce shop. Nothing there is changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from orderlink.currency import decimals_of
from orderlink.errors import SignInFailed, TryLater
from orderlink.model import Finding, FindingState, Json
from orderlink.shops.woocommerce_facts import Selling
from orderlink.shops.woocommerce_tax import TaxRules
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.shops.woocommerce_settings import WooCommerceSettings

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

Read = Callable[[str, Mapping[str, str | int]], Json]
FEW: Final[Mapping[str, str | int]] = {"per_page": 1, "_fields": "id"}
OLDEST_TRIED: Final = (8, 9)
KNOWS_EANS: Final = (9, 4)
"""The first version whose products have an EAN of their own (`global_unique_id`)."""
KEYS: Final = "WooCommerce, Settings, Advanced, REST API"
MANAGER_ADVICE: Final = f"{KEYS}: give the key to a user who is administrator or shop manager"
WRITE_ADVICE: Final = f"{KEYS}: edit the key, and choose Read/Write"


class Questions(Value, frozen=True):
    """What can be asked of the shop.

    `read` gives the document of a path below the API's root, `may_write` raises `SignInFailed`
    where the key may only read, `has_status` tells whether the shop has a status, and `tax_rules`
    reads anew how it adds tax.
    """

    read: Read
    may_write: Callable[[], None]
    has_status: Callable[[str], bool]
    tax_rules: Callable[[], TaxRules]


def findings(settings: WooCommerceSettings, ask: Questions) -> Iterator[Finding]:
    """Look at everything that the cycle needs of the shop.

    Raises `TryLater` and `SignInFailed` where nothing further can be asked.
    """
    ask.read("/orders", FEW)
    way = "https" if settings.base_url.startswith("https:") else "plain http, on this machine"
    yield Finding("REST API", OK, f"it answers at {settings.base_url}, over {way}")
    yield Finding("sign-in", OK, "the shop takes the key, and shows its orders")
    yield _right("write", ask.may_write, "the key may write", WRITE_ADVICE)
    yield _right("read products", lambda: ask.read("/products", FEW), "it shows its products")
    yield from _about_shop(settings, ask.read)
    yield from _about_money(ask)
    yield _statuses(settings, ask)


def _right(
    right: str, attempt: Callable[[], object], sentence: str, advice: str = MANAGER_ADVICE
) -> Finding:
    """Try one right. Raises what is no matter of rights."""
    try:
        attempt()
    except SignInFailed as error:
        return Finding(f"right to {right}", FAILED, str(error), advice)
    return Finding(f"right to {right}", OK, sentence)


def _about_shop(settings: WooCommerceSettings, read: Read) -> Iterator[Finding]:
    try:
        document = read("/system_status", {"_fields": "environment,settings"})
    except SignInFailed as error:
        yield Finding("right to read settings", FAILED, str(error), MANAGER_ADVICE)
        return
    yield Finding("right to read settings", OK, "it shows its settings")
    environment, shop = _part(document, "environment"), _part(document, "settings")
    version = str(environment.get("version") or "")
    tables = "in tables of their own (HPOS)" if shop.get("HPOS_enabled") else "as posts"
    told = f"WooCommerce {version or 'of an unknown version'}, orders are kept {tables}"
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers and numbers < OLDEST_TRIED:
        yield Finding("version", WARNING, f"{told}: tried are 8.9 and 10.0", "update WooCommerce")
    elif numbers and numbers < KNOWS_EANS and "ean" in (settings.product_match or ("ean",)):
        advice = "update WooCommerce to 9.4, or see that every product has its SKU"
        yield Finding("version", WARNING, f"{told}; products have no EANs before 9.4", advice)
    else:
        yield Finding("version", OK, told)


def _part(document: Json, name: str) -> Mapping[str, Json]:
    part = document.get(name) if isinstance(document, dict) else None
    return part if isinstance(part, dict) else {}


def _about_money(ask: Questions) -> Iterator[Finding]:
    try:
        rules = ask.tax_rules()
        rows = ask.read("/settings/general", {"_fields": "id,value"})
        currency = Selling({row["id"]: row["value"] for row in rows}).currency
    except SignInFailed as error:
        yield Finding("right to read taxes", FAILED, str(error), MANAGER_ADVICE)
        return
    except (TypeError, KeyError) as error:
        raise TryLater("the shop's settings cannot be read") from error
    yield Finding("right to read taxes", OK, "it shows its tax rates")
    yield _currency(currency, rules)
    yield _tax(rules)


def _currency(currency: str, rules: TaxRules) -> Finding:
    told = f"{currency or 'unknown'}, with {rules.decimals} decimals"
    if currency and rules.decimals < decimals_of(currency):
        advice = f"WooCommerce, Settings, General: {decimals_of(currency)} decimals"
        return Finding("currency", FAILED, f"{told}: it cannot hold what buyers pay", advice)
    return Finding("currency", OK, told)


def _tax(rules: TaxRules) -> Finding:
    if not rules.enabled:
        return Finding("tax", OK, "the shop adds none: it is switched off in its settings")
    if not rules.rates:
        advice = "WooCommerce, Settings, Tax: add the rates, or switch taxes off"
        return Finding("tax", WARNING, "taxes are on, but the shop has no rate for them", advice)
    prices = "prices include it" if rules.prices_include_tax else "prices are without it"
    places = sorted({rate.country or "everywhere" for rate in rules.rates})
    count = "1 rate" if len(rules.rates) == 1 else f"{len(rules.rates)} rates"
    listed = ", ".join(places[:8]) + (", ..." if len(places) > 8 else "")
    return Finding("tax", OK, f"{count} ({listed}), {prices}")


def _statuses(settings: WooCommerceSettings, ask: Questions) -> Finding:
    words = [*settings.completed_statuses, settings.status_after_import or ""]
    words = [word for word in dict.fromkeys(words) if word]
    unknown = [word for word in words if not ask.has_status(word)]
    if unknown:
        advice = "mend completed_statuses or status_after_import, or switch their plugin on"
        return Finding("statuses", FAILED, f"the shop has no status {', '.join(unknown)}", advice)
    return Finding("statuses", OK, f"the shop has {', '.join(words)}")

"""What a Shopify shop says about itself: currencies, countries, tax; kept for an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from orderlink.codec import dumps, loads
from orderlink.errors import Refused, SignInFailed, TryLater
from orderlink.shops.selling import country_of, currency_unknown
from orderlink.shops.shopify_documents import DocumentError
from orderlink.shops.shopify_queries import granted_scopes, shop_facts
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection

    from orderlink.clock import Clock
    from orderlink.model import Json, Order
    from orderlink.shelves import Shelf
    from orderlink.shops.shopify_calls import Calls

KEPT: Final = timedelta(hours=1)
SHELF: Final = "facts"
TRIALS: Final = frozenset({"Trial", "Plus Trial", "Development"})
ALL_ORDERS: Final = "read_all_orders"
SCOPES: Final = ("write_orders", "read_products")
"""Without these nothing can be created; what lacks another is told by the shop."""


class Facts(Value, frozen=True):
    """How a shop sells, and what the app may do.

    `trial`: it takes five orders a minute. `reference_type` is the type of the metafield that holds
    our references where the shop sees to it that each is there once; empty: it does not.
    """

    currency: str
    taxes_included: bool
    tax_shipping: bool
    currencies: frozenset[str]
    countries: frozenset[str]
    trial: bool
    scopes: frozenset[str]
    reference_type: str = ""

    @property
    def is_exact(self) -> bool:
        """Tell whether an order is found by its reference itself, at once (type `id` alone)."""
        return self.reference_type == "id"


def facts_from(data: Json) -> Facts:
    """Translate the answer to `shop_facts`. Raises `DocumentError`."""
    try:
        shop, definition = data["shop"], data["metafieldDefinition"]
        unique = bool(definition) and definition["capabilities"]["uniqueValues"]["enabled"] is True
        return Facts(
            currency=str(shop["currencyCode"]),
            taxes_included=shop["taxesIncluded"] is True,
            tax_shipping=shop["taxShipping"] is True,
            currencies=frozenset({shop["currencyCode"], *shop["enabledPresentmentCurrencies"]}),
            countries=frozenset(map(str, shop["shipsToCountries"])),
            trial=shop["plan"]["publicDisplayName"] in TRIALS
            or shop["plan"]["partnerDevelopment"] is True,
            scopes=scopes_from(data),
            reference_type=str(definition["type"]["name"]) if unique else "",
        )
    except (KeyError, TypeError) as error:
        raise DocumentError("what the shop says about itself cannot be read") from error


class ShopFacts:
    """Asks the shop about itself, and keeps what it said."""

    def __init__(self, calls: Calls, memory: Shelf, clock: Clock) -> None:
        self._calls = calls
        self._memory = memory
        self._clock = clock

    def scopes(self) -> frozenset[str]:
        """Ask what the app may do, which needs no scope. Raises `TryLater` and `SignInFailed`."""
        try:
            return scopes_from(self._calls.ask(granted_scopes()))
        except DocumentError as error:
            raise TryLater(f"the shop's answer cannot be read: {error}") from error

    def get(self, *, anew: bool = False) -> Facts:
        """Give what the shop says. Raises `TryLater` and `SignInFailed`."""
        text = None if anew else self._memory.get(SHELF)
        if text:
            return loads(Facts, text)
        try:
            facts = facts_from(self._calls.ask(shop_facts()))
        except DocumentError as error:
            raise TryLater(f"the shop's answer cannot be read: {error}") from error
        self._memory.put(SHELF, dumps(facts), self._clock.now() + KEPT)
        return facts

    def is_trial(self) -> bool:
        """Tell whether the shop said that it is one for trying; it is not asked."""
        text = self._memory.get(SHELF)
        return bool(text) and loads(Facts, text or "").trial

    def check(self, order: Order) -> Facts:
        """Check that the shop knows the order's currency and ships to its country.

        What is kept never refuses an order: the shop is asked anew before. Raises `Refused`
        (`currency_unknown`, `country_not_sold_to`, `address_incomplete`), and `SignInFailed` where
        the app lacks a scope that every order needs.
        """
        facts = self.get()
        try:
            return _checked(facts, order)
        except (Refused, SignInFailed):
            return _checked(self.get(anew=True), order)


def _checked(facts: Facts, order: Order) -> Facts:
    missing = [scope for scope in SCOPES if not is_granted(facts.scopes, scope)]
    if missing:
        raise SignInFailed(f"the app lacks the access scope {', '.join(missing)}: give it these")
    if order.currency not in facts.currencies:
        raise currency_unknown(order)
    country = country_of(order)
    if facts.countries and country not in facts.countries:
        raise Refused(
            "country_not_sold_to",
            f"the shop has no shipping zone for {country}",
            country=country,
        )
    return facts


def is_granted(scopes: Collection[str], scope: str) -> bool:
    """Tell whether an app with these scopes may do that: who may write may read."""
    return scope in scopes or scope.replace("read_", "write_", 1) in scopes


def scopes_from(data: Json) -> frozenset[str]:
    """Translate what an app may do. Raises `DocumentError`."""
    try:
        scopes = data["currentAppInstallation"]["accessScopes"]
        return frozenset(str(scope["handle"]) for scope in scopes)
    except (KeyError, TypeError) as error:
        raise DocumentError("what the app may do cannot be read") from error

"""What `orderlink check` asks a Shopify shop. Nothing there is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orderlink.model import Finding, FindingState
from orderlink.shops.shopify_facts import ALL_ORDERS, is_granted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from orderlink.shops.shopify_facts import Facts
    from orderlink.shops.shopify_settings import ShopifySettings

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

NEEDED: Final = {
    "write_orders": "create orders, and read them",
    "read_products": "look up what was ordered",
    "read_inventory": "see how many pieces there are",
    "write_draft_orders": "let the shop work out its taxes and exchange rates",
    "write_merchant_managed_fulfillment_orders": "put an order on hold",
}
"""The access scopes that an app needs, and what for
(https://shopify.dev/docs/api/usage/access-scopes)."""

STATUSES: Final = (
    "fulfilled",
    "fulfillment_not_required",
    "in_progress",
    "on_hold",
    "open",
    "partially_fulfilled",
    "pending_fulfillment",
    "request_declined",
    "restocked",
    "scheduled",
    "unfulfilled",
)
"""Shopify's words for how far an order is (`OrderDisplayFulfillmentStatus`), in small letters."""

APP: Final = "Shopify's Dev Dashboard, your app, Versions"
SCOPE_ADVICE: Final = f"{APP}: add the scope, release the version, and accept it in the shop"
UNIQUE_ADVICE: Final = (
    "Shopify admin, Settings, Metafields and metaobjects, Orders: add a definition with the"
    " namespace and key orderlink.reference and the type ID"
)


def findings(
    settings: ShopifySettings, scopes: Callable[[], Collection[str]], facts: Callable[[], Facts]
) -> Iterator[Finding]:
    """Look at everything that the cycle needs of the shop.

    `scopes` asks what the app may do, `facts` how the shop sells. Raises `TryLater` and
    `SignInFailed` where nothing further can be asked.
    """
    granted = scopes()
    yield Finding("Admin API", OK, f"it answers at {settings.base_url}")
    yield Finding("sign-in", OK, "the shop takes the app's token")
    for scope, purpose in NEEDED.items():
        yield _scope(scope, purpose, granted)
    yield _all_orders(granted)
    yield _statuses(settings)
    if is_granted(granted, "read_orders"):
        yield from _about_shop(facts())


def _scope(scope: str, purpose: str, granted: Collection[str]) -> Finding:
    subject = f"scope {scope}"
    if is_granted(granted, scope):
        return Finding(subject, OK, f"the app may {purpose}")
    return Finding(subject, FAILED, f"the app lacks it, and cannot {purpose}", SCOPE_ADVICE)


def _all_orders(granted: Collection[str]) -> Finding:
    subject = f"scope {ALL_ORDERS}"
    if ALL_ORDERS in granted:
        return Finding(subject, OK, "the app may read orders of any age")
    told = "the app lacks it: orders cannot be followed for more than 60 days"
    return Finding(subject, WARNING, told, SCOPE_ADVICE)


def _statuses(settings: ShopifySettings) -> Finding:
    unknown = [word for word in settings.completed_statuses if word not in STATUSES]
    if unknown:
        advice = f"mend completed_statuses: there are {', '.join(STATUSES)}"
        told = f"Shopify has no fulfillment status {', '.join(unknown)}"
        return Finding("statuses", FAILED, told, advice)
    listed = ", ".join(settings.completed_statuses)
    return Finding("statuses", OK, f"an order has left when it is {listed}")


def _about_shop(facts: Facts) -> Iterator[Finding]:
    others = sorted(facts.currencies - {facts.currency})
    beside = f", and {', '.join(others)} for its markets" if others else ""
    yield Finding("currency", OK, f"{facts.currency}{beside}")
    prices = "prices include it" if facts.taxes_included else "prices are without it"
    shipping = "it is on shipping, too" if facts.tax_shipping else "none is on shipping"
    yield Finding("tax", OK, f"{prices}, {shipping}")
    countries = sorted(facts.countries)
    listed = ", ".join(countries[:8]) + (", ..." if len(countries) > 8 else "")
    yield Finding("countries", OK, f"the shop ships to {listed or 'any country'}")
    yield _reference(facts)
    if facts.trial:
        told = "this is a shop for trying: it takes five orders a minute, and orderlink waits"
        yield Finding("plan", WARNING, told, "choose a plan before many orders come in")
    else:
        yield Finding("plan", OK, "the shop takes as many orders as its points allow")


def _reference(facts: Facts) -> Finding:
    if facts.is_exact:
        told = "the shop keeps each of our references once, and finds orders by it at once"
        return Finding("reference", OK, told)
    if facts.reference_type:
        told = (
            "the shop keeps each of our references once, but finds orders by a search that lags,"
            f" since its definition has the type {facts.reference_type}"
        )
    else:
        told = "orders are found again by a search that lags: a lost answer takes longer to settle"
    return Finding("reference", WARNING, told, UNIQUE_ADVICE)

"""What `orderlink check` asks an Amazon account. Nothing there is changed.

Which operation wants which role:
https://developer-docs.amazon.com/sp-api/docs/selling-partner-api-roles
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from orderlink.errors import SignInFailed
from orderlink.marketplaces.amazon_answers import DEVELOP, ORDERS_ROLE
from orderlink.marketplaces.amazon_people import DELIVERY_ROLE, EMPTY, WITHHELD
from orderlink.marketplaces.amazon_sites import Site
from orderlink.marketplaces.reading import Part
from orderlink.model import Finding, FindingState, Json, Order, Unreadable
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.marketplaces.amazon_settings import AmazonSettings

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

RIGHTS_ADVICE: Final = (
    "{develop}: give your application the role {role}, authorise it anew, and set refresh_token to"
    " what it is given then"
)


class Questions(Value, frozen=True):
    """What can be asked of the account.

    `places` tells where it sells, and `recent` gives orders that the merchant ships himself, at
    these of Amazon's marketplaces, none of which waits for its payment.
    """

    places: Callable[[], tuple[Place, ...]]
    recent: Callable[[Collection[Site]], Sequence[Order | Unreadable]]


class Place(Value, frozen=True):
    """One of Amazon's marketplaces as the account has it."""

    id: str
    takes_part: bool
    is_suspended: bool


def places_from(document: Json) -> tuple[Place, ...]:
    """Read where an account sells (`GetMarketplaceParticipationsResponse` of the Sellers API v1).

    Raises `orderlink.marketplaces.reading.DocumentError`.
    """
    return tuple(
        Place(
            id=row.part("marketplace").identifier("id"),
            takes_part=row.part("participation").flag("isParticipating"),
            is_suspended=row.part("participation").flag("hasSuspendedListings"),
        )
        for row in Part.of(document).parts("payload")
    )


def findings(settings: AmazonSettings, ask: Questions) -> Iterator[Finding]:
    """Look at everything that the cycle needs of the account.

    Raises `TryLater` where nothing further can be asked.
    """
    right = "right to read where you sell"
    try:
        places = {place.id: place for place in ask.places() if place.takes_part}
    except SignInFailed as error:
        yield Finding(right, FAILED, str(error), _advice(ORDERS_ROLE))
        return
    yield Finding(right, OK, "Amazon shows where the account sells")
    yield _sites(settings, places)
    sites = [site for site in settings.sites() if site.id in places]
    if sites:
        yield from _orders(ask, sites)


def _sites(settings: AmazonSettings, places: dict[str, Place]) -> Finding:
    """Hold the countries of the configuration against those where the account sells."""
    wanted = settings.sites()
    missing = [site.country for site in wanted if site.id not in places]
    if missing:
        sentence = f"the account does not sell in {', '.join(missing)}"
        advice = "mend countries, or see that refresh_token and region are those of this account"
        return Finding("countries", FAILED, sentence, advice)
    suspended = [site.country for site in wanted if places[site.id].is_suspended]
    if suspended:
        sentence = f"the listings in {', '.join(suspended)} are inactive: no orders come from there"
        return Finding("countries", WARNING, sentence, "see the notices in Seller Central")
    sells = ", ".join(site.country for site in wanted)
    return Finding("countries", OK, f"the account sells in {sells}")


def _orders(ask: Questions, sites: Sequence[Site]) -> Iterator[Finding]:
    right = "right to read orders"
    try:
        recent = ask.recent(sites)
    except SignInFailed as error:
        yield Finding(right, FAILED, str(error), _advice(ORDERS_ROLE))
        return
    yield Finding(right, OK, "Amazon shows its orders")
    yield _addresses([one for one in recent if isinstance(one, Order)])


def _addresses(orders: Sequence[Order]) -> Finding:
    """Tell from orders whether the application is shown where they go."""
    right = "right to read addresses"
    if any(one.not_ready not in {WITHHELD, EMPTY} for one in orders):
        return Finding(right, OK, "Amazon shows where its orders go")
    if any(one.not_ready == WITHHELD for one in orders):
        sentence = "Amazon withholds the delivery addresses, and orders wait for them"
        return Finding(right, FAILED, sentence, _advice(DELIVERY_ROLE))
    return Finding(
        right,
        WARNING,
        "no order of the last 30 days shows whether addresses can be read",
        f"see that your application has the role {DELIVERY_ROLE}, and check again after an order",
    )


def _advice(role: str) -> str:
    return RIGHTS_ADVICE.format(develop=DEVELOP, role=role)

"""What a marketplace connector is: the protocols, and the registry of those that come along.

A connector is constructed as `Connector(settings, link)`: its own typed settings (declared beside
it, a subclass of `orderlink.config.MarketplaceSettings`) and an `orderlink.http.Link`, which is its
only way to the outside. It translates. It never retries, sleeps, keeps state or decides.

Every method raises the classes of `orderlink.errors` and no others: a read that fails raises
`TryLater` or `SignInFailed`, a write that may have been carried out `Ambiguous`, a write that was
refused in words `Refused`. `orderlink.http` already sorts whatever happens in transport.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderlink.model import (
        Accepted,
        Done,
        Finding,
        Look,
        Order,
        Page,
        SeenShipment,
        Shipment,
        Ticket,
        Unreadable,
    )

BUILTIN = {
    "amazon": "orderlink.marketplaces.amazon:Amazon",
    "bol": "orderlink.marketplaces.bol:Bol",
}
"""The word for `type` in the configuration -> where the class is."""

SETTINGS = {
    "amazon": "orderlink.marketplaces.amazon_settings:AmazonSettings",
    "bol": "orderlink.marketplaces.bol_settings:BolSettings",
}
"""The same word -> where its keys are, which are read without importing the connector."""

LOOK_BACK: Final = timedelta(minutes=50)
POSITION_LIVES: Final = timedelta(hours=6)


def longest_look_back(connector: Any) -> timedelta:
    """Tell how far back a connector can list what changed: its `LONGEST_LOOK_BACK`."""
    back: timedelta = getattr(connector, "LONGEST_LOOK_BACK", LOOK_BACK)
    return back


def position_lives(connector: Any) -> timedelta:
    """Tell how long a position in a list is good: a connector's `POSITION_LIVES`."""
    lives: timedelta = getattr(connector, "POSITION_LIVES", POSITION_LIVES)
    return lives


def lists_whole_orders(connector: Any) -> bool:
    """Tell whether a connector's list has whole orders: its `LISTS_WHOLE_ORDERS`."""
    return bool(getattr(connector, "LISTS_WHOLE_ORDERS", False))


def needs_code(connector: Any) -> bool:
    """Tell whether a marketplace takes no shipment without a code: a connector's `NEEDS_CODE`."""
    return bool(getattr(connector, "NEEDS_CODE", False))


def checks_shipments(connector: Any) -> bool:
    """Tell whether a marketplace refuses to have shipped what is not open: its `CHECKS_SHIPMENTS`.

    Nobody has to look there first then.
    """
    return bool(getattr(connector, "CHECKS_SHIPMENTS", False))


class Marketplace(Protocol):
    """What every marketplace connector can do.

    A class may say more about its marketplace: `BUDGETS` (name -> `orderlink.budget.Budget`), and
    what the functions above read.
    """

    def orders(self, look: Look) -> Iterator[Page]:
        """List orders page by page.

        A look with `since` tells everything that changed since then (new, cancelled, handled); one
        without tells every order that is open. An order that cannot be read is an `Unreadable` row;
        a page that cannot be read raises, for it must never look like "no orders".
        """
        ...

    def order(self, order_id: str) -> Order | Unreadable:
        """Read one order whole. Raises `Refused("order_not_found", ...)` if there is none."""
        ...

    def ship(self, shipment: Shipment) -> Accepted | Done:
        """Report one shipment: exactly one write. Quantities are explicit."""
        ...


@runtime_checkable
class GivesTickets(Protocol):
    """The marketplace carries some writes out later and tells how they went when asked."""

    def tickets(self, tickets: Sequence[str]) -> Mapping[str, Ticket]:
        """Tell how these tickets stand, as few requests as possible; unknown ones are left out."""
        ...

    def tickets_of(self, shipment: Shipment) -> tuple[Ticket, ...]:
        """Find the tickets of earlier attempts to report this shipment, newest first."""
        ...


@runtime_checkable
class ListsShipments(Protocol):
    """The marketplace can be asked which shipments of an order it knows."""

    def shipments(self, order_id: str) -> tuple[SeenShipment, ...]:
        """List the shipments of one order."""
        ...


@runtime_checkable
class ListsCarriers(Protocol):
    """The marketplace serves the list of the carrier codes that it takes."""

    def carriers(self) -> tuple[str, ...]:
        """List the carrier codes; asked at most once a day."""
        ...


@runtime_checkable
class UpdatesTracking(Protocol):
    """A code can be added to a shipment that was reported without one."""

    def update_tracking(self, shipment: Shipment) -> Accepted | Done:
        """Give the code and carrier of `shipment` to what was reported under its reference."""
        ...


@runtime_checkable
class Checks(Protocol):
    """A marketplace or a shop that `orderlink check` can ask more than whether it answers."""

    def check(self) -> Iterator[Finding]:
        """Sign in anew and look at everything that the cycle needs, one finding for each.

        Each right that is needed has a finding of its own, as far as reading tells. Nothing is
        changed there, and nothing that is kept is believed. What is raised becomes a failed finding
        by itself, and nothing more is asked.
        """
        ...

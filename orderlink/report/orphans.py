"""PURE: open orders that no run follows, since their connection is not what it was."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from orderlink.basics import CLOSED, Status
from orderlink.redact import safe_text
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.report.places import Place, Places
    from orderlink.rows import OrderCount


class Left(StrEnum):
    """Why nobody follows them."""

    REMOVED = "removed"  # the configuration has no such table any more
    OTHER_KEY = "other_key"  # the table of this name has another address, account or key now
    NOT_USED = "not_used"  # the shop is there, but no marketplace goes to it


class Orphans(Value, frozen=True):
    """So many open orders of a marketplace or in a shop that nobody follows."""

    role: str  # "marketplace" or "shop"
    name: str
    why: Left
    open_orders: int

    @property
    def where(self) -> str:
        """Say where they are."""
        return f"{self.role} {self.name}"


def orphans(places: Places, counts: Sequence[OrderCount]) -> tuple[Orphans, ...]:
    """Count the open orders that no run follows, in the order of `counts`."""
    found: Counter[tuple[str, str, Left]] = Counter()
    for one in counts:
        if one.status in {*CLOSED, Status.MANUAL}:
            continue
        shop = None if one.status == Status.NEW else one.shop  # it goes to the shop of now
        for left in _left(places, one.connection, shop):
            found[left] += one.orders
    return tuple(Orphans(*left, count) for left, count in found.items())


def has_runs(places: Places, marketplace: str, shop: str | None) -> bool:
    """Tell whether runs work on an open order of these connections, given by their ids.

    `shop` None: it is in none yet.
    """
    return not _left(places, marketplace, shop)


def _left(places: Places, marketplace: str, shop: str | None) -> list[tuple[str, str, Left]]:
    """Give the connection that is not what it was, if one is: role, name and why."""
    found = [
        (role, places.name(identity), why)
        for role, identity in (("marketplace", marketplace), ("shop", shop))
        if identity is not None and (why := _why(places, role, places.of(identity)))
    ]
    return found[:1]


def _why(places: Places, role: str, place: Place | None) -> Left | None:
    if place is None:
        return Left.REMOVED
    if not place.configured:
        there = {one.name for one in places.all if one.role == role and one.configured}
        return Left.OTHER_KEY if place.name in there else Left.REMOVED
    used = {one.shop for one in places.all if one.role == "marketplace" and one.configured}
    return Left.NOT_USED if role == "shop" and place.name not in used else None


def sentence_of(one: Orphans) -> str:
    """Say what happened to them and what a person can do."""
    name = safe_text(one.name)
    orders = "1 open order" if one.open_orders == 1 else f"{one.open_orders} open orders"
    verb = "is" if one.open_orders == 1 else "are"
    return (
        f"{orders} of the {one.role} {name} {verb} followed by nobody ({_listed(one.role, name)}):"
        f" {_happened(one, name)}, or take each over with: orderlink manual ORDER"
    )


def _listed(role: str, name: str) -> str:
    if role == "marketplace":
        return f"orderlink orders --connection {name}"
    return "orderlink orders --json names the shop of each"


def _happened(one: Orphans, name: str) -> str:
    """Say what was changed in the configuration, and how to change it back."""
    shop = one.role == "shop"
    if one.why is Left.NOT_USED:
        return (
            "no marketplace goes to it any more. Let one go to it again"
            f' (`shop = "{name}"`) until all is closed'
        )
    if one.why is Left.OTHER_KEY:
        what = "shop or key" if shop else "account or key"
        where = "back" if shop else "into a table of its own, under another name,"
        return (
            f"[{one.role}s.{name}] has another {what} now. Put the earlier one {where} until all is"
            " closed"
        )
    needed = ', let a marketplace go to it (`shop = "NAME"`)' if shop else ""
    return (
        f"[{one.role}s.{name}] is not in the configuration any more. Put it back, under any name"
        f" but with the same address and key{needed}"
    )

"""PURE: which orders of another program in the shop are which open orders of a marketplace.

A shop order is taken over where exactly one fits an order, and it fits no other. Nothing is
guessed: a value fits when it is the marketplace's number, spelled as a person said.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from orderlink.decide.creation import Expected, difference, on_created, on_difference
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.model import Order, ShopLine, ShopOrder, ShopState, money_text
from orderlink.rows import Event, Kind
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.model import Candidate, Sighting, Stamp
    from orderlink.rows import EffectRow, OrderRow

ANY = "*"
"""As a prefix or suffix: any text, as long as no letter or digit stands beside the number."""


class Spelling(Value, frozen=True):
    """How a field of the shop spells a marketplace's number: with what before and behind it."""

    prefix: str = ""
    suffix: str = ""

    def fits(self, number: str) -> re.Pattern[str]:
        """Give the pattern that a whole value must match to be this number.

        The number stands there as the marketplace has it, or as some programs store it: its letters
        and digits alone.
        """
        bare = "".join(sign for sign in number if sign.isalnum())
        forms = "|".join(re.escape(form) for form in dict.fromkeys([number, bare]) if form)
        before = r"(?:.*[\W_])?" if self.prefix == ANY else re.escape(self.prefix)
        behind = r"(?:[\W_].*)?" if self.suffix == ANY else re.escape(self.suffix)
        return re.compile(f"{before}(?:{forms}){behind}", re.DOTALL)


class Wish(Value, frozen=True):
    """What a person asked to take over: by which field and spelling, of orders placed since when.

    `only_look`: nothing is written. `approved` are the pairs (connection's name, order, shop order)
    that he has seen and agreed to; None: all that are found.
    """

    field: str = "transaction_id"
    spelling: Spelling = Spelling()
    since: datetime | None = None
    only_look: bool = False
    approved: frozenset[tuple[str, str, str]] | None = None


class Finding(StrEnum):
    """What became of the search for one open order."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    SEVERAL = "several"  # more than one shop order fits
    SHARED = "shared"  # the shop order fits other orders as well
    OURS = "ours"  # the shop order carries our reference already
    OTHERS = "others"  # the shop order belongs to another order
    GONE = "gone"  # the shop order is cancelled, deleted or refunded
    PARTLY_SHIPPED = "partly_shipped"
    UNDER_WAY = "under_way"  # whether we created it ourselves is not known yet
    UNREADABLE = "unreadable"
    NEWER = "newer"  # it came up after the person had seen the list


class Outcome(StrEnum):
    """What was done about an order that was looked for."""

    NOTHING = "nothing"
    ADOPTED = "adopted"  # linked; the reference is still to be written
    STAMPED = "stamped"
    HELD = "held"  # no run creates it until a person decides


class Entry(Value, frozen=True):
    """One open order, and what was found of it in the shop.

    `taken_in`: a run would create it (or has it waiting to be created) if it is left alone.
    """

    order_id: str
    placed_at: datetime | None
    finding: Finding
    shop_orders: tuple[ShopOrder, ...] = ()
    why: str = ""
    order: Order | None = None
    taken_in: bool = False
    outcome: Outcome = Outcome.NOTHING

    @property
    def is_held_back(self) -> bool:
        """Tell whether it must not be created: it is in the shop, where no run would find it."""
        overlooked = self.finding not in {Finding.FOUND, Finding.OURS}
        return bool(self.shop_orders) and overlooked and self.taken_in


class Plan(Value, frozen=True):
    """What was found for one marketplace, by the names in the configuration.

    `followed` counts the open orders that need no search: they are in the shop by our own doing, or
    a person has them in hand. `failure`: it could not be looked to the end, and nothing was done.
    """

    marketplace: str
    shop: str
    entries: tuple[Entry, ...] = ()
    followed: int = 0
    failure: str = ""

    def found(self) -> tuple[Entry, ...]:
        """Give what can be taken over, or was."""
        return tuple(one for one in self.entries if one.finding is Finding.FOUND)

    def pairs(self) -> frozenset[tuple[str, str, str]]:
        """Give what was found as `Wish.approved` has it."""
        return frozenset(
            (self.marketplace, one.order_id, one.shop_orders[0].id) for one in self.found()
        )

    def not_taken(self) -> tuple[Entry, ...]:
        """Give what needs a person's look: it is in the shop, or may be, and is not taken over."""
        usual = {Finding.FOUND, Finding.NOT_FOUND}
        return tuple(one for one in self.entries if one.finding not in usual)

    def not_found(self) -> tuple[Entry, ...]:
        """Give what the shop does not have."""
        return tuple(one for one in self.entries if one.finding is Finding.NOT_FOUND)


def fitting(
    numbers: Sequence[str], candidates: Sequence[Candidate], spelling: Spelling
) -> dict[str, tuple[ShopOrder, ...]]:
    """Give for each marketplace number the shop orders that fit it, lowest id first."""
    values: dict[str, list[ShopOrder]] = {}
    for candidate in candidates:
        for value in candidate.values:
            values.setdefault(value, []).append(candidate.order)
    found = {}
    for number in numbers:
        pattern = spelling.fits(number)
        orders = [order for value in values if pattern.fullmatch(value) for order in values[value]]
        once = {order.id: order for order in orders}
        found[number] = tuple(once[one] for one in sorted(once, key=lambda one: (len(one), one)))
    return found


def judged(
    sighting: Sighting,
    fits: Mapping[str, Sequence[ShopOrder]],
    stamp: Stamp,
    linked: Mapping[str, str],
    creation: EffectRow | None,
) -> Entry:
    """Decide what an open order's search came to.

    `fits` has the shop orders of every open order, `linked` leads from the ids of shop orders that
    are followed here to the orders that they belong to, `creation` is our own last attempt.
    """
    number = sighting.order_id
    there = fits.get(number, ())
    live = [order for order in there if order.state is not ShopState.GONE]
    entry = Entry(number, sighting.placed_at, Finding.FOUND, tuple(live or there))
    if not there:
        return replace(entry, finding=Finding.NOT_FOUND)
    if not live:
        listed = ", ".join(f"{shown(order)} is {order.status}" for order in there)
        return replace(entry, finding=Finding.GONE, why=f"shop order {listed}")
    if len(live) > 1:
        listed = ", ".join(map(shown, live))
        return replace(entry, finding=Finding.SEVERAL, why=f"several shop orders fit: {listed}")
    (order,) = live
    others = [one for one, orders in fits.items() if one != number and order in orders]
    if others:
        why = f"shop order {shown(order)} fits {', '.join(sorted(others))} as well"
        return replace(entry, finding=Finding.SHARED, why=why)
    if order.reference == stamp.reference:
        whose = "our" if order.origin == stamp.origin else "another orderlink's"
        why = f"shop order {shown(order)} carries {whose} reference already: orderlink rebuild"
        return replace(entry, finding=Finding.OURS, why=why)
    if order.reference or order.origin:
        why = f"shop order {shown(order)} carries the reference of another order"
        return replace(entry, finding=Finding.OTHERS, why=why)
    if order.id in linked:
        why = f"shop order {shown(order)} is followed here as {linked[order.id]}"
        return replace(entry, finding=Finding.OTHERS, why=why)
    if creation is not None and creation.open:
        why = "a creation of ours is under way, whose outcome is not known yet"
        return replace(entry, finding=Finding.UNDER_WAY, why=why)
    if any(line.shipped for line in sighting.lines if not line.by_marketplace):
        why = "a part of it has left already: ship the rest where that was done"
        return replace(entry, finding=Finding.PARTLY_SHIPPED, why=why)
    return entry


def shown(order: ShopOrder) -> str:
    """Give what people call a shop order."""
    return order.number or order.id


# Differences


def expected_of_order(order: Order) -> Expected:
    """Give what a shop order of this order has to add up to, by SKU."""
    lines = tuple(
        ShopLine(line.sku, line.wanted, amount, line_id=line.id)
        for line, amount in zip(order.placed_lines(), order.amounts(), strict=True)
    )
    return Expected(order.currency, order.total(), lines)


def differences(order: Order, shop: ShopOrder) -> dict[str, str]:
    """Say in which ways a shop order is not what the marketplace says, each under its word."""
    found = {}
    total = order.total()
    if shop.currency != order.currency or shop.total != total:
        there, here = money_text(total, order.currency), money_text(shop.total, shop.currency)
        found["total"] = f"{there} there, {here} in the shop"
    wanted, made = _by_sku(expected_of_order(order).lines), _by_sku(shop.lines)
    if wanted != made:
        unlike = [sku for sku in {*wanted, *made} if wanted[sku] != made[sku]]
        there, here = _listed(wanted, unlike), _listed(made, unlike)
        found["lines"] = f"{there} there, {here} in the shop"
    if shop.refunded:
        found["refunded"] = money_text(shop.refunded, shop.currency)
    return found


def _by_sku(lines: Sequence[ShopLine]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.sku or "?"] += line.quantity
    return pieces


def _listed(pieces: Counter[str], skus: Sequence[str]) -> str:
    return ", ".join(f"{pieces[sku]} x {sku}" for sku in sorted(skus) if pieces[sku]) or "nothing"


# Verdicts


def on_adopted(row: OrderRow, order: Order, shop: ShopOrder, *, as_shipped: bool) -> Verdict:
    """Decide what it means that a shop order of another program is this order's from now on.

    It is linked, and our reference is due to be written into it. What differs is told, and left as
    it is: neither corrected nor held. `as_shipped` as in `orderlink.decide.creation.on_created`.
    """
    sentence = difference(expected_of_order(order), shop)
    differs = on_difference(shop, sentence, correctable=False, holdable=False)
    return (
        on_created(row, shop, shop.origin, how="adopted", as_shipped=as_shipped)
        + Verdict(due=(Kind.STAMP_REFERENCE,), withdrawn=(Kind.CREATE,))
        + (differs if sentence else NOTHING)
    )


def on_held_back(entry: Entry) -> Verdict:
    """Decide what it means that an order is in the shop and not taken over: nobody creates it."""
    sentence = f"it may be in the shop already, not created: {entry.why}"
    listed = ", ".join(map(shown, entry.shop_orders))
    return Verdict(opens=(Problem("order_number_taken", sentence, {"shop_order": listed}),))


def on_stamped(answer: ShopOrder, stamp: Stamp) -> Verdict:
    """Decide what it means that a shop order carries our reference."""
    event = Event("stamped", {"shop_order": shown(answer)})
    if answer.origin == stamp.origin:
        return Verdict(events=(event,), closes=("stamp_refused",))
    sentence = "another orderlink, with another state file, took it over in this shop"
    problem = Problem("other_origin", sentence, {"origin": answer.origin})
    return Verdict(events=(event,), opens=(problem,), closes=("stamp_refused",))


def on_stamp_refused(sentence: str) -> Verdict:
    """Decide what it means that our reference is not in the shop order: a person has to act."""
    return Verdict(
        events=(Event("stamp_refused", {"why": sentence}),),
        opens=(Problem("stamp_refused", sentence),),
        closes=("mending_fails",),
    )

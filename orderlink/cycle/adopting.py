"""Taking over from another connector: its orders are found in the shop, linked and stamped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.cycle.choices import creation_of
from orderlink.cycle.purging import empty_creations
from orderlink.cycle.run import Connection, Run, Selection
from orderlink.cycle.searching import meet_shop
from orderlink.cycle.stamping import stamp_in_shop
from orderlink.decide.adoption import (
    Entry,
    Finding,
    Outcome,
    Plan,
    Wish,
    fitting,
    judged,
    on_adopted,
    on_held_back,
)
from orderlink.decide.arrival import (
    Arrival,
    first_sighting,
    merge_lines,
    oldest_placed,
    on_details,
)
from orderlink.decide.verdict import Verdict
from orderlink.errors import Refused, RemoteError, SignInFailed, TryLater
from orderlink.model import Look, Order, ShopOrder, Sighting, Stamp, Status, Unreadable
from orderlink.outbox import TRANSPORT_FAILURES
from orderlink.rows import EffectState, Kind, OrderKey
from orderlink.steps import ask
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.rows import OrderRow
    from orderlink.steps import Steps

CLOCKS_DIFFER = timedelta(days=1)
"""So much before its placing an order may have come into the shop, by the shop's clock."""


def adopt_orders(run: Run, selection: Selection) -> Steps[None]:
    """Look for each marketplace's open orders in its shop, and take over what was asked for."""
    for market, shop in run.marketplaces:
        if run.may_go_on():
            plan = yield from _adopt(run, market, shop, selection.wish)
            run.plans.append(plan)


def _adopt(run: Run, market: Connection, shop: Connection, wish: Wish) -> Steps[Plan]:
    search = Search(run, market, shop, wish)
    steps: tuple[tuple[Connection, Callable[[], Steps[None]]], ...] = (
        (shop, search.meet_shop),
        (market, search.list_open_orders),
        (shop, search.look_in_shop),
        (market, search.judge),
    )
    for connection, step in steps:
        failure = yield from _failure(run, connection, step)
        if failure:
            return Plan(market.label, shop.label, failure=failure)
    plan = Plan(market.label, shop.label, tuple(search.entries), len(search.followed))
    if wish.only_look:
        return plan
    with run.store.transaction():
        entries = tuple(_carry_out(search, entry) for entry in plan.entries)
        if any(entry.outcome is not Outcome.NOTHING for entry in entries):
            # What is placed from now on is for the runs to take in.
            run.store.first_run(market.id, search.began)
    with run.guarded(shop, "create"):
        yield from stamp_in_shop(run, shop)
    return replace(plan, entries=tuple(_as_stamped(search, entry) for entry in entries))


def _failure(run: Run, connection: Connection, step: Callable[[], Steps[None]]) -> Steps[str]:
    """Carry a step out and say what failed; empty: nothing did. Other marketplaces go on."""
    failure = f"{connection.label}: it failed by a fault of orderlink"
    with run.guarded(connection, "adopt"):
        try:
            yield from step()
            failure = ""
        except RemoteError as error:
            sentence = str(error).removeprefix(f"{connection.label}: ")
            failure = f"{connection.label}: {sentence}"
            raise
    return failure


@dataclass
class Search:
    """The search for one marketplace's open orders in its shop: four steps, which only read."""

    run: Run
    market: Connection
    shop: Connection
    wish: Wish
    began: datetime = field(init=False)
    seen: dict[str, Sighting] = field(default_factory=dict)  # what is open and not followed yet
    whole: dict[str, Order] = field(default_factory=dict)  # of these, what the list told whole
    unreadable: list[Unreadable] = field(default_factory=list)
    followed: set[str] = field(default_factory=set)
    fits: dict[str, tuple[ShopOrder, ...]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    _failures: int = 0  # readings in a row that did not reach the marketplace
    _given_up: str = ""

    def meet_shop(self) -> Steps[None]:
        """Learn the shop's highest order id, if this is the first that is done with it."""
        if not self.wish.only_look:
            yield from meet_shop(self.run, self.shop)

    def list_open_orders(self) -> Steps[None]:
        """Read the marketplace's whole open list. Raises where it does not come to its end."""
        began = self.run.now()
        pages = iter(self.market.connector.orders(Look(since=None)))
        while page := (yield from ask(self.market.id, lambda: next(pages, None))):
            for entry in page.rows:
                self._take(entry)
            if page.position and not self.run.may_go_on():
                raise TryLater("its list of open orders was not read to the end in time")
        self.began = self.run.server_time(self.market) - (self.run.now() - began)

    def _take(self, entry: Sighting | Order | Unreadable) -> None:
        number = entry.id if isinstance(entry, Order) else entry.order_id
        sighting = entry.sighting() if isinstance(entry, Order) else entry
        if isinstance(sighting, Sighting) and not self._is_open(sighting):
            return
        row = self.run.store.known_order(OrderKey(self.market.id, number))
        if row is not None and (row.shop_order_id or row.status is not Status.NEW):
            self.followed.add(number)
        elif isinstance(sighting, Unreadable):
            self.unreadable.append(sighting)
        else:
            self.seen[number] = sighting
            if isinstance(entry, Order):
                self.whole[number] = entry

    def _is_open(self, sighting: Sighting) -> bool:
        sent_there = creation_of(self.market, self.shop).fulfilled_by_marketplace
        return first_sighting(sighting, None, sent_there) is Arrival.KEEP

    def _asked_for(self) -> list[Sighting]:
        since = self.wish.since
        asked = [one for one in self.seen.values() if since is None or one.placed_at >= since]
        return sorted(asked, key=lambda one: (one.placed_at, one.order_id))

    def look_in_shop(self) -> Steps[None]:
        """List what came into the shop since the oldest of these orders, and find what fits."""
        asked = self._asked_for()
        if not asked:
            return
        since = asked[0].placed_at - CLOCKS_DIFFER
        candidates, field = self.shop.connector.candidates, self.wish.field
        listed = yield from ask(self.shop.id, lambda: list(candidates(field, since)))
        once = {candidate.order.id: candidate for candidate in listed}
        self.fits = fitting(list(self.seen), list(once.values()), self.wish.spelling)

    def judge(self) -> Steps[None]:
        """Decide what each order's search came to, and read whole what can be taken over."""
        for sighting in self._asked_for():
            entry = self._judged(sighting)
            if entry.finding is Finding.FOUND:
                entry = yield from self._read(entry)
            self.entries.append(replace(entry, taken_in=self._is_taken_in(sighting)))
        for row in self.unreadable:
            why = f"it cannot be read: {row.why}"
            self.entries.append(Entry(row.order_id, None, Finding.UNREADABLE, why=why))

    def _judged(self, sighting: Sighting) -> Entry:
        number = sighting.order_id
        key = OrderKey(self.market.id, number)
        reference = self.market.reference_of(number)
        stamp = Stamp(reference, self.run.store.origin(), number)
        creation = self.run.store.last_effect(key, Kind.CREATE)
        entry = judged(sighting, self.fits, stamp, self._linked(number), creation)
        if entry.finding is Finding.FOUND and not self._is_approved(entry):
            why = "it came up after the list was shown: adopt again"
            return replace(entry, finding=Finding.NEWER, why=why)
        return entry

    def _linked(self, number: str) -> dict[str, str]:
        """Give which of the shop orders that fit are followed here, and as which orders."""
        return {
            order.id: row.key.order_id
            for order in self.fits.get(number, ())
            for row in self.run.store.orders_named(order.id)
            if (row.shop, row.shop_order_id) == (self.shop.id, order.id)
        }

    def _is_approved(self, entry: Entry) -> bool:
        pair = (self.market.label, entry.order_id, entry.shop_orders[0].id)
        return self.wish.approved is None or pair in self.wish.approved

    def _read(self, entry: Entry) -> Steps[Entry]:
        """Read an order whole, and judge once more by what it says."""
        order: Order | str | None = self.whole.get(entry.order_id)
        if order is None:
            order = yield from self._read_singly(entry.order_id)
        if isinstance(order, str):
            return replace(entry, finding=Finding.UNREADABLE, why=order)
        if not self._is_open(order.sighting()):
            return replace(entry, finding=Finding.UNREADABLE, why="it is not open any more")
        return replace(self._judged(order.sighting()), order=order)

    def _read_singly(self, number: str) -> Steps[Order | str]:
        """Read an order; give in words why it cannot be read. Raises where the run has to end."""
        if not self.run.may_go_on():
            raise TryLater("it was stopped before every order was read")
        if self._given_up:
            return self._given_up
        try:
            entry = yield from ask(self.market.id, lambda: self.market.connector.order(number))
        except SignInFailed:
            raise
        except Refused as refusal:
            return f"it cannot be read: {refusal}"
        except TryLater as error:
            sentence = f"it cannot be read now, adopt again: {error}"
            self._failures += error.transport
            if error.limited or self._failures >= TRANSPORT_FAILURES:
                self._given_up = sentence
            return sentence
        self._failures = 0
        self.run.say(self.market.label, f"{number}: read")
        return f"it cannot be read: {entry.why}" if isinstance(entry, Unreadable) else entry

    def _is_taken_in(self, sighting: Sighting) -> bool:
        """Tell whether the runs would create this order, if it were left alone."""
        if self.run.store.order(OrderKey(self.market.id, sighting.order_id)) is not None:
            return True
        first_run = self.market.row.first_run_at or self.began
        oldest = oldest_placed(self.market.settings.import_from, first_run)
        return oldest is None or sighting.placed_at >= oldest


def _carry_out(search: Search, entry: Entry) -> Entry:
    """Take one order over, or hold it back; part of the one transaction that does it for all."""
    if entry.finding is Finding.FOUND and entry.order is not None:
        return _link(search, entry, entry.order)
    if entry.is_held_back:
        row = _row(search, entry)
        search.run.store.apply(row, on_held_back(entry), search.run.now())
        search.run.counts["held_back"] += 1
        return replace(entry, outcome=Outcome.HELD)
    return entry


def _link(search: Search, entry: Entry, order: Order) -> Entry:
    run, row = search.run, _row(search, entry)
    if row.status is not Status.NEW or row.shop_order_id:
        why = "somebody took it in hand in this very moment"
        return replace(entry, finding=Finding.NEWER, why=why)
    creation = creation_of(search.market, search.shop)
    as_shipped = order.by_marketplace and creation.fulfilled_by_marketplace == "as_shipped"
    row = replace(row, shop=search.shop.id)
    facts = on_details(row, replace(order, not_ready=""), None, run.now(), ship_open=False)
    moved = Verdict(changes={"shop": search.shop.id})
    adopted = on_adopted(row, order, entry.shop_orders[0], as_shipped=as_shipped)
    run.store.apply(row, facts + moved + adopted, run.now())
    empty_creations(run.store, row)
    run.counts["adopted"] += 1
    return replace(entry, outcome=Outcome.ADOPTED)


def _row(search: Search, entry: Entry) -> OrderRow:
    """Give an order's row, which is made where there is none yet."""
    run, market = search.run, search.market
    key = OrderKey(market.id, entry.order_id)
    seen, reference = search.seen[entry.order_id], market.reference_of(entry.order_id)
    lines = merge_lines((), seen.lines)
    run.store.add_order(key, search.shop.id, seen.placed_at, run.now(), lines, reference)
    row = run.store.order(key)
    if row is None:
        raise LookupError(f"{key} was not written")
    return row


def _as_stamped(search: Search, entry: Entry) -> Entry:
    key = OrderKey(search.market.id, entry.order_id)
    effect = search.run.store.last_effect(key, Kind.STAMP_REFERENCE)
    if entry.outcome is not Outcome.ADOPTED or effect is None:
        return entry
    done = effect.state is EffectState.DONE
    return replace(entry, outcome=Outcome.STAMPED) if done else entry

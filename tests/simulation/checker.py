"""The independent checker: the sandboxes' ledgers and what people did, never orderlink's database.

`violations` says in sentences what a life did wrong; an empty list means that all invariants held.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from tests.simulation.faults import LOUD
from tests.simulation.world import MAX_SECONDS, SimulatedWorld, told_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.sandbox.shop_ledger import CreatedOrder
    from tests.simulation.disk import Move
    from tests.simulation.sides import Placed, PlacedLine, Sent
    from tests.simulation.world import Deed

WAIT = timedelta(hours=3)
FRESH = timedelta(minutes=20)
"""How old a look may be that something is sent on: fifteen minutes, and what a run may take."""

LONGEST_REQUEST = 125.0
ALERT_AFTER = timedelta(minutes=30)
NEXT_RUN = timedelta(minutes=5)

TROUBLE = frozenset(
    (
        "cancel",
        "cancel one",
        "ask to cancel",
        "trash",
        "cancel in shop",
        "ship by hand",
        "tax change",
        "reopen",
    )
)
"""Deeds after which somebody has to be told of an order."""

BACK = {("waiting", "not_shipped"), ("pending_shipment", "not_shipped")}
FORWARD = (
    {("new", after) for after in ("not_shipped", "shipped", "cancelled", "manual")}
    | {("not_shipped", after) for after in ("waiting", "pending_shipment")}
    | {("waiting", "pending_shipment")}
    | {
        (before, after)
        for before in ("not_shipped", "waiting", "pending_shipment")
        for after in ("shipped", "cancelled", "manual")
    }
    | {("manual", "new"), ("manual", "not_shipped")}
)


def violations(world: SimulatedWorld) -> list[str]:
    """Say everything that a life did wrong."""
    return [*_Check(world).all(), *bad_moves(world.disk.moves)]


def losses(world: SimulatedWorld) -> list[str]:
    """Say what is still missing in the shop or at the marketplace."""
    return list(_Check(world).missing())


def doubles(world: SimulatedWorld) -> list[str]:
    """Say what was done twice."""
    check = _Check(world)
    return [*check.created_once(), *check.shipped_once()]


def early_closes(world: SimulatedWorld) -> list[str]:
    """Say what was closed without a code too early."""
    return list(_Check(world).closed_in_time())


def bad_moves(moves: list[Move]) -> Iterator[str]:
    """Check status histories: forward, or back by the moves that the design names."""
    for move in moves:
        pair = (move.before, move.after)
        if pair in FORWARD or (pair in BACK and not move.reported):
            continue
        how = ", a report had been started" if move.reported else ""
        yield f"{move.order_id}: {move.before} became {move.after}{how}"


@dataclass
class _Check:
    """One life, as its ledgers tell it."""

    world: SimulatedWorld

    @cached_property
    def placed(self) -> dict[str, Placed]:
        return {order.id: order for order in self.world.at_market.placed()}

    @cached_property
    def created(self) -> dict[str, list[CreatedOrder]]:
        made: dict[str, list[CreatedOrder]] = {order_id: [] for order_id in self.placed}
        for one in self.world.at_shop.ledger.created:
            made.setdefault(one.transaction_id, []).append(one)
        return made

    @cached_property
    def accepted(self) -> dict[str, list[Sent]]:
        sent: dict[str, list[Sent]] = {order_id: [] for order_id in self.placed}
        for one in self.world.at_market.sent():
            sent.setdefault(one.order_id, []).append(one)
        return sent

    def deeds(self, order_id: str, *words: str) -> list[Deed]:
        return [
            deed
            for deed in self.world.deeds
            if deed.order_id == order_id and (not words or deed.word in words)
        ]

    def words(self, order_id: str) -> set[str]:
        return {deed.word for deed in self.deeds(order_id)}

    def all(self) -> Iterator[str]:
        yield from self.created_once()
        yield from self.shipped_once()
        yield from self.missing()
        yield from self.created_in_time()
        yield from self.reported_what_the_shop_said()
        yield from self.closed_in_time()
        yield from self.left_alone()
        yield from self.totals()
        yield from self.silent()
        yield from self.ended_in_time()
        for run in self.world.runs:
            yield from run.bugs

    # Nothing twice

    def created_once(self) -> Iterator[str]:
        for order_id, made in self.created.items():
            if order_id not in self.placed:
                yield f"the shop got an order {order_id!r} that nobody placed"
            if len(made) > 1:
                yield f"{order_id}: {len(made)} shop orders"
            if made and not self.own_lines(order_id):
                yield f"{order_id}: the marketplace sends it, but the shop got it"

    def shipped_once(self) -> Iterator[str]:
        for order_id, sent in self.accepted.items():
            for number, one in enumerate(sent):
                before = [earlier for earlier in sent[:number] if earlier.parcel != one.parcel]
                if self.never_got(order_id) and self._are_apart(one, before):
                    continue
                if any(earlier.took for earlier in before):
                    yield f"{order_id}: reported again at {one.at:%d %H:%M}"
        changes = Counter((one.order_id, one.code) for one in self.world.at_market.late_codes())
        for (order_id, code), count in changes.items():
            if count > 1:
                yield f"{order_id}: the late code {code} was sent {count} times"

    def never_got(self, order_id: str) -> set[str]:
        """Give the ids of the lines that a shop which kept half of an order never had."""
        made = self.created[order_id]
        if not made or not any(one.kind == "half created" for one in self.world.struck):
            return set()
        (shown,) = (one for one in self.world.at_shop.orders() if one["id"] == made[0].id)
        there = {line["sku"] for line in shown["line_items"]}
        return {line.id for line in self.own_lines(order_id) if line.reference not in there}

    def is_accepted(self, order_id: str, at: datetime) -> bool:
        """Tell whether a person had let go on, by then, what does not add up."""
        return any(deed.at <= at for deed in self.deeds(order_id, "retry"))

    def _are_apart(self, sent: Sent, others: list[Sent]) -> bool:
        reported = {line_id for other in others for line_id, pieces in other.lines if pieces}
        return not any(line_id in reported for line_id, pieces in sent.lines if pieces)

    # Nothing lost

    @cached_property
    def first_run(self) -> datetime:
        """When a run first reached the marketplace; what was placed before is no business of it."""
        return next((run.start for run in self.world.runs if run.asked), self.world.clock.now())

    def own_lines(self, order_id: str) -> list[PlacedLine]:
        return [line for line in self.placed[order_id].lines if line.is_ours]

    def has_unknown(self, order_id: str) -> bool:
        return any(line.reference == "NOT-IN-SHOP" for line in self.own_lines(order_id))

    def is_excused(self, order_id: str) -> bool:
        """Tell whether a person, the buyer or the catalogue keeps an order from its usual way."""
        words = self.words(order_id)
        if words & {"cancel", "ask to cancel", "trash", "cancel in shop", "ship by hand"}:
            return True
        if all(line.cancelled == line.quantity for line in self.own_lines(order_id)):
            return True
        if self.has_unknown(order_id) and not {"add product", "retry"} <= words:
            return True
        decisions = [deed.word for deed in self.deeds(order_id, "take over", "follow")]
        return bool(decisions) and decisions[-1] == "take over"

    def missing(self) -> Iterator[str]:
        """Say what should be in the shop or at the marketplace by the end, and is not."""
        first = self.first_run
        for order_id, order in self.placed.items():
            if order.placed_at < first or not self.own_lines(order_id) or self.is_excused(order_id):
                continue
            if not self.created[order_id]:
                yield f"{order_id}: not in the shop"
                continue
            yield from self._unreported(order_id)

    def _unreported(self, order_id: str) -> Iterator[str]:
        pushable = [line for line in self.own_lines(order_id) if line.is_reported]
        shop_id = self.created[order_id][0].id
        if not pushable or self.shop_status(shop_id, self.world.clock.now()) != "completed":
            return
        codes = self.codes(order_id, self.world.clock.now())
        if self.world.at_market.needs_code and not codes:
            return
        accepted = self.is_accepted(order_id, self.world.clock.now())
        if self.never_got(order_id) and (not accepted or self.world.at_market.needs_code):
            return  # a person has to mend the shop order, or to give what is left a code
        if any(line.open for line in pushable):
            yield f"{order_id}: completed in the shop, open at the marketplace"
            return
        there = self.world.at_market.codes_of(order_id)
        if codes and codes[0] not in there:
            yield f"{order_id}: the shop's code {codes[0]} is not at the marketplace, {there} is"

    def created_in_time(self) -> Iterator[str]:
        """Check that an order that no fault befell is in the shop after two good runs."""
        world = self.world
        for order_id, order in self.placed.items():
            troubled = self.words(order_id) - {"place", "complete", "add code"}
            touched = [one for one in world.struck if one.orders is None or order_id in one.orders]
            if troubled or touched or self.has_unknown(order_id) or not self.own_lines(order_id):
                continue
            shown = order.placed_at + world.at_market.shows_after
            runs = [run for run in world.runs if run.good and run.start >= shown]
            made = self.created[order_id]
            late = len(runs) > 1 and (not made or made[0].at > runs[1].end)
            if late and order.placed_at >= self.first_run:
                yield f"{order_id}: not in the shop after two good runs, though nothing befell it"

    # Only what the shop said

    def shop_status(self, shop_id: int, at: datetime) -> str:
        status = "pending"
        for change in self.world.at_shop.ledger.changes:
            if change.order_id == shop_id and change.at <= at:
                status = change.after
        return status

    def completed_since(self, shop_id: int, at: datetime) -> datetime | None:
        """Tell since when the order was completed at an instant, without a break to be seen.

        What was reopened and completed again while no run could look was never seen open.
        """
        since: datetime | None = None
        left: datetime | None = None
        for change in self.world.at_shop.ledger.changes:
            if change.order_id != shop_id or change.at > at:
                continue
            if change.after != "completed":
                left = left or change.at
            elif since is None or left is None or self._looked_between(left, change.at):
                since, left = change.at, None
            else:
                left = None
        return None if left else since

    def _looked_between(self, start: datetime, end: datetime) -> bool:
        return any(run.good and start <= run.start < end for run in self.world.runs)

    def codes(self, order_id: str, at: datetime) -> list[str]:
        """List the codes that the shop had at an instant, the first one first."""
        found: list[str] = []
        for deed in self.deeds(order_id, "complete", "add code", "reopen"):
            if deed.at > at:
                break
            if deed.value:
                found.append(deed.value)
            elif deed.word == "reopen" and self.world.at_shop.forgets_codes:
                found.clear()
        return found

    def recent_codes(self, order_id: str, at: datetime) -> list[str]:
        """List the codes that the shop had at an instant, or so shortly before that it may be."""
        deeds = self.deeds(order_id, "complete", "add code")
        lately = [deed.value for deed in deeds if at - FRESH <= deed.at <= at]
        return [*self.codes(order_id, at - FRESH), *lately]

    def reported_what_the_shop_said(self) -> Iterator[str]:
        for order_id, sent in self.accepted.items():
            for one in sent:
                yield from self._unsaid(order_id, one)
        for change in self.world.at_market.late_codes():
            if change.code not in self.recent_codes(change.order_id, change.at):
                yield f"{change.order_id}: late code {change.code!r} is not the shop's"

    def _unsaid(self, order_id: str, sent: Sent) -> Iterator[str]:
        made = self.created.get(order_id)
        if not made:
            yield f"{order_id}: reported, and the shop has no such order"
            return
        looks = (sent.at, sent.at - FRESH)
        changes = [
            one
            for one in self.world.at_shop.ledger.changes
            if one.order_id == made[0].id and looks[1] <= one.at <= sent.at
        ]
        said = [self.shop_status(made[0].id, looks[1]), *(one.after for one in changes)]
        if "completed" not in said:
            yield f"{order_id}: reported at {sent.at:%d %H:%M}, the shop said {said}"
        if sent.code and sent.code not in self.recent_codes(order_id, sent.at):
            yield f"{order_id}: code {sent.code!r} is not the shop's"
        yield from self._wrong_quantities(order_id, sent)

    def _wrong_quantities(self, order_id: str, sent: Sent) -> Iterator[str]:
        cancelled = [deed.at for deed in self.deeds(order_id, "cancel", "cancel one")]
        missing = self.never_got(order_id)
        for line in self.placed[order_id].lines:
            pieces = dict(sent.lines).get(line.id, 0)
            if line.id in missing and pieces and not self.is_accepted(order_id, sent.at):
                yield f"{order_id}: reported {pieces} of {line.id}, which the shop never got"
            if missing and not pieces:
                continue
            if not line.is_reported and pieces:
                yield f"{order_id}: reported {pieces} of what the marketplace sends itself"
            if not line.is_reported or any(at > sent.at - FRESH for at in cancelled):
                continue
            if any(self._was_kept_back(at, sent.at) for at in cancelled):
                continue
            if pieces != line.quantity - line.cancelled:
                yield f"{order_id}: reported {pieces} pieces of {line.id}"

    def _was_kept_back(self, since: datetime, until: datetime) -> bool:
        """Tell whether the marketplace's list left rows out meanwhile, which nobody can notice."""
        return any(
            one.kind in {"missing page", "lagging"} and since <= one.at <= until
            for one in self.world.struck
        )

    def closed_in_time(self) -> Iterator[str]:
        """Check that nothing was closed without a code before three hours, or beside a code."""
        for order_id, sent in self.accepted.items():
            for one in sent:
                made = self.created.get(order_id)
                if one.code or not made:
                    continue
                since = self.completed_since(made[0].id, one.at)
                if since is not None and one.at - since < WAIT:
                    minutes = (one.at - since).total_seconds() / 60
                    yield f"{order_id}: closed without a code after {minutes:.0f} minutes"
                if self.codes(order_id, one.at - FRESH) and not self.never_got(order_id):
                    yield f"{order_id}: closed without its code, which the shop had"

    def left_alone(self) -> Iterator[str]:
        """Check that what a person took over is not handled any more, and is given back by him."""
        for order_id, sent in self.accepted.items():
            decisions = self.deeds(order_id, "take over", "follow")
            for one in sent:
                before = [deed for deed in decisions if deed.at <= one.at]
                if before and before[-1].word == "take over" and before[-1].at < one.at - FRESH:
                    yield f"{order_id}: reported although a person had taken it over"
        given = Counter(deed.order_id for deed in self.world.deeds if deed.word == "follow")
        taken = Counter(move.order_id for move in self.world.disk.moves if move.before == "manual")
        for order_id, count in taken.items():
            if count > given[order_id]:
                yield f"{order_id}: taken out of a person's hands"

    def ended_in_time(self) -> Iterator[str]:
        """Check that a run ends at its deadline, but for the request that is under way."""
        for run in self.world.runs:
            lasted = (run.end - run.start).total_seconds()
            if lasted > MAX_SECONDS + LONGEST_REQUEST:
                yield f"the run of {run.start:%d %H:%M} lasted {lasted:.0f} s"

    # Money and silence

    def totals(self) -> Iterator[str]:
        shown = {order["id"]: order for order in self.world.at_shop.orders()}
        told = {told_order(line) for line in self.world.told}
        for order_id, made in self.created.items():
            wanted = {self._total(order_id, partly) for partly in (True, False)}
            for one in made:
                order = shown.get(one.id)
                if order is None or Decimal(order["total"]) in wanted:
                    continue
                if order_id in told:
                    continue
                yield f"{order_id}: the shop says {order['total']}, the buyer paid {wanted}"

    def _total(self, order_id: str, cancelled: bool) -> Decimal:
        return sum(
            (
                line.price * (line.quantity - line.cancelled * cancelled)
                for line in self.own_lines(order_id)
            ),
            Decimal(0),
        )

    def silent(self) -> Iterator[str]:
        """Check that nobody is told anything while nothing is wrong."""
        struck = self.world.struck
        loud = [one for one in struck if one.kind in LOUD]
        # What is over is seen by the next run only.
        lasting = bool(struck) and struck[-1].at - struck[0].at > ALERT_AFTER - NEXT_RUN
        for line in self.world.told:
            order_id = told_order(line)
            if order_id:
                touched = any(one.orders is None or order_id in one.orders for one in loud)
                troubled = bool(self.words(order_id) & TROUBLE) or self.has_unknown(order_id)
                excused = touched or lasting or troubled or self.lacks_code(order_id)
            else:
                excused = bool(loud) or lasting or re.search(r"\bgap of\b", line) is not None
            if not excused:
                yield f"a person was told without need: {line}"

    def lacks_code(self, order_id: str) -> bool:
        """Tell whether an order was sent without the code that the marketplace insists on."""
        uncoded = any(not deed.value for deed in self.deeds(order_id, "complete"))
        return uncoded and self.world.at_market.needs_code

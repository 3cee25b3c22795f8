"""Import, first half: what is open at the marketplace, and what changed there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.codec import dumps, loads
from orderlink.cycle.choices import creation_of
from orderlink.cycle.reading import apply_order, read_missing, see_shipments, take_lines
from orderlink.decide.arrival import (
    Arrival,
    first_sighting,
    merge_lines,
    oldest_placed,
)
from orderlink.decide.timing import GAP, first_run_is_wrong, needs_full_look
from orderlink.decide.verdict import Problem, Verdict
from orderlink.errors import PositionLost, RemoteError, TryLater
from orderlink.marketplaces import longest_look_back, position_lives
from orderlink.model import Look, Order, Page, Sighting, Status, Unreadable
from orderlink.rows import Event, LineRow, OrderKey, OrderRow
from orderlink.steps import ask
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.steps import Steps


LOOK = "unfinished look"
"""On the shelf: a list that was too long for one run, and where to go on."""


class Unfinished(Value, frozen=True):
    """A look at the marketplace's list that has begun. `reason` empty: at the changes only.

    `until`: what changed up to then is known when the list is read to its end; later looks at the
    news move it on. `news_begun` and `news_position` are of such a look that is not finished.
    """

    started: datetime
    since: datetime | None
    reason: str
    until: datetime
    position: str = ""
    news_begun: datetime | None = None
    news_position: str = ""
    gap_hours: int = 0  # since the last look, where that was too long ago
    everything: bool = False  # older orders, too, whatever import_from says
    nameless: bool = False  # a row did not say which order it is


def look(run: Run, market: Connection, shop: Connection, selection: Selection) -> Steps[None]:
    """Read the marketplace's list and commit it page by page; the last page moves the watermark.

    A list that is longer than a run or the rate limit allows goes on in the next run, after what is
    new since it was begun.
    """
    first = market.row.first_run_at is None
    if first:
        with run.store.transaction():
            run.store.first_run(market.id, run.now())
        market.row = run.store.connection(market.id)
    this = _begun(run, market, selection)
    try:
        finished = yield from _look(run, market, shop, this, first=first)
    except PositionLost:
        market.memory.put(LOOK, "")
        raise
    except RemoteError:
        if market.http.server_time() is not None:  # who fails tells the time all the same
            _put_first_run_right(run, market, first=False)
        raise
    if finished:
        market.row = run.store.connection(market.id)
        since = this.started if this.reason else market.row.full_look_at
        yield from read_missing(run, market, since)


def _look(
    run: Run, market: Connection, shop: Connection, this: Unfinished, *, first: bool
) -> Steps[bool]:
    """Go on with a look as far as the run and the rate limit allow; tell whether it is finished."""
    pages = 0
    try:
        if this.position:
            begun, where = this.news_begun or run.now(), this.news_position
            news = market.connector.orders(Look(since=this.until, position=where))
            while page := (yield from ask(market.id, lambda: next(news, None))):
                this = yield from _take_news(run, market, shop, this, page, begun)
                pages += 1
                if page.position and not run.may_go_on():
                    return False
        listed = market.connector.orders(Look(since=this.since, position=this.position))
        while page := (yield from ask(market.id, lambda: next(listed, None))):
            _put_first_run_right(run, market, first=first)
            this = yield from _take(run, market, shop, this, page)
            pages += 1
            if page.position and not run.may_go_on():
                return False
    except TryLater as error:
        if error.retry_at is None or not pages:
            raise
        run.say(market.label, "the list goes on in the next run: the rate limit is reached")
        return False
    return True


def _take_news(
    run: Run,
    market: Connection,
    shop: Connection,
    this: Unfinished,
    page: Page,
    begun: datetime,
) -> Steps[Unfinished]:
    """Take in a page of what changed meanwhile, so that a long look delays no new order."""
    with run.store.transaction():
        closed = _take_page(run, market, shop, this, page)
        if page.position:
            this = replace(this, news_begun=begun, news_position=page.position)
        else:
            until = _told_until(run, page, begun)
            this = replace(this, until=until, news_begun=None, news_position="")
        market.memory.put(LOOK, dumps(this))
        run.store.keep_shelf(market.id, market.memory)
    for row in closed:
        yield from see_shipments(run, market, row)
    return this


def _told_until(run: Run, page: Page, begun: datetime) -> datetime:
    """Say up to when a list speaks: as it says itself, by a clock that may be ahead of ours."""
    return begun if page.until is None else min(page.until, run.now())


def _put_first_run_right(run: Run, market: Connection, *, first: bool) -> None:
    """Correct the instant of the first run where a wrong clock gave it.

    Else every order placed before it would be too old for ever, or old ones would be taken in.
    """
    now, noted = run.server_time(market), market.row.first_run_at
    if noted is not None and first_run_is_wrong(noted, now, first=first):
        with run.store.transaction():
            run.store.correct_first_run(market.id, now)
        market.row = run.store.connection(market.id)


def _begun(run: Run, market: Connection, selection: Selection) -> Unfinished:
    """Go on with a look that an earlier run had to leave, or begin one."""
    now = run.now()
    if selection.only_find:
        return Unfinished(now, None, "rebuild", until=now, everything=True)
    text = market.memory.get(LOOK)
    if text:
        earlier = loads(Unfinished, text)
        if _may_go_on(earlier, market, now):
            return earlier
    back = longest_look_back(market.connector)
    reason = needs_full_look(market.row, market.settings.import_from, now, back)
    gap = timedelta(0)
    if reason == "gap" and market.row.changes_until is not None:
        gap = now - market.row.changes_until
    since = None if reason else market.row.changes_until
    return Unfinished(now, since, reason, now, gap_hours=int(gap.total_seconds() // 3600))


def _may_go_on(earlier: Unfinished, market: Connection, now: datetime) -> bool:
    """Tell whether a look of an earlier run is still good for something."""
    back = longest_look_back(market.connector)
    young = timedelta(0) <= now - earlier.started <= position_lives(market.connector)
    return (
        young
        and now - earlier.until <= back
        and (earlier.since is None or now - earlier.since <= back)
    )


def _take(
    run: Run, market: Connection, shop: Connection, this: Unfinished, page: Page
) -> Steps[Unfinished]:
    with run.store.transaction():
        this = _note_nameless(run, market, this, page)
        closed = _take_page(run, market, shop, this, page)
        if not this.position:
            this = replace(this, until=_told_until(run, page, this.started))
        this = replace(this, position=page.position)
        if page.position:
            market.memory.put(LOOK, dumps(this))
        else:
            if market.memory.get(LOOK):
                market.memory.put(LOOK, "")
            if run.trusted():
                full = market.settings.import_from if this.reason else None
                run.store.looked(market.id, this.until, full, began=this.started)
        run.store.keep_shelf(market.id, market.memory)
    for row in closed:
        yield from see_shipments(run, market, row)
    if not page.position:
        _tell_gap(run, market, this)
    return this


def _note_nameless(run: Run, market: Connection, this: Unfinished, page: Page) -> Unfinished:
    """Tell of rows that do not say which order they are; a whole list without any ends that."""
    place = OrderKey(market.id, "")
    rows = (entry for entry in page.rows if isinstance(entry, Unreadable) and not entry.order_id)
    nameless = next(rows, None)
    if nameless is not None:
        problem = Problem("unreadable_rows", f"an order in its list: {nameless.why}")
        run.store.open_problem(place, problem, run.now())
        return replace(this, nameless=True)
    if this.reason and not page.position and not this.nameless:
        run.store.solve(place, ["unreadable_rows"], run.now())
    return this


def _tell_gap(run: Run, market: Connection, this: Unfinished) -> None:
    if timedelta(hours=this.gap_hours) >= GAP and run.trusted():
        text = f"gap of {this.gap_hours} h: orders that were handled meanwhile may be missing"
        run.note(OrderKey(market.id, ""), Event("gap", {"hours": str(this.gap_hours)}))
        run.tell(f"{market.label}: {text}")


def _take_page(
    run: Run, market: Connection, shop: Connection, this: Unfinished, page: Page
) -> list[OrderRow]:
    """Write a page down; give the orders of the shop that somebody shipped at the marketplace."""
    closed = []
    ids = [entry.id if isinstance(entry, Order) else entry.order_id for entry in page.rows]
    known = run.store.known_orders(market.id, ids)
    taken: set[str] = set()  # one may be on the page twice, and is not any more what it was
    for order_id, entry in zip(ids, page.rows, strict=True):
        again = order_id in taken
        taken.add(order_id)
        if isinstance(entry, Unreadable):
            _take_unreadable(run, market, shop, entry)
            continue
        sighting = entry.sighting() if isinstance(entry, Order) else entry
        key = OrderKey(market.id, order_id)
        row = run.store.known_order(key) if again else known.get(order_id)
        if row is None:
            row = _take_new(run, market, shop, this, sighting)
        elif row.archived_at:
            row = _recalled(run, row, sighting)
        if row is None:
            continue
        if isinstance(entry, Order):
            apply_order(run, row, entry)
        else:
            status = take_lines(run, row, merge_lines(row.lines, sighting.lines))
            if status is Status.SHIPPED and row.shop_order_id:
                closed.append(row)
    return closed


def _recalled(run: Run, row: OrderRow, sighting: Sighting) -> OrderRow | None:
    """Bring an order back from the archive where something new is said of it; else None."""
    if merge_lines(row.lines, sighting.lines) == row.lines:
        return None
    run.store.recall(row.key)
    run.counts["recalled"] += 1
    return run.store.order(row.key)


def _take_new(
    run: Run, market: Connection, shop: Connection, this: Unfinished, sighting: Sighting
) -> OrderRow | None:
    first_run = market.row.first_run_at or run.now()
    since = "open" if this.everything else market.settings.import_from
    oldest = oldest_placed(since, first_run)
    sent_there = creation_of(market, shop).fulfilled_by_marketplace
    arrival = first_sighting(sighting, oldest, sent_there)
    if any(line.by_marketplace for line in sighting.lines) and sent_there == "skip":
        run.counts["left_out"] += sum(line.by_marketplace for line in sighting.lines)
    if arrival is Arrival.TOO_OLD:
        run.counts["too_old"] += 1
    if arrival is not Arrival.KEEP:
        return None
    key = OrderKey(market.id, sighting.order_id)
    _add(run, market, shop, key, sighting.placed_at, merge_lines((), sighting.lines))
    run.counts["imported"] += 1
    return run.store.order(key)


def _add(
    run: Run,
    market: Connection,
    shop: Connection,
    key: OrderKey,
    placed_at: datetime,
    lines: tuple[LineRow, ...],
) -> None:
    reference = market.reference_of(key.order_id)
    run.store.add_order(key, shop.id, placed_at, run.now(), lines, reference)


def _take_unreadable(run: Run, market: Connection, shop: Connection, entry: Unreadable) -> None:
    key = OrderKey(market.id, entry.order_id)
    if not key.order_id:
        return
    if run.store.order(key) is None:
        _add(run, market, shop, key, run.now(), ())
    row = run.store.order(key)
    if row is not None and row.status is Status.NEW and not row.shop_order_id:
        problem = Problem("unreadable", f"it cannot be read: {entry.why}")
        run.store.apply(row, Verdict(opens=(problem,)), run.now())


def brake(run: Run, market: Connection, selection: Selection) -> bool:
    """Tell whether creation is stopped: more new orders at once than a person said to expect."""
    place = OrderKey(market.id, "")
    limit = market.settings.max_new_orders
    fresh = run.store.count_unapproved(market.id)
    if limit and fresh > limit and not selection.force:
        text = (
            f"{fresh} new orders, more than max_new_orders = {limit}: "
            "nothing is created for this connection until a person says so"
        )
        run.note_problem(place, "too_many_new_orders", text)
        return True
    if fresh or run.store.problems(place):
        with run.store.transaction():
            run.store.approve_new_orders(market.id)
            run.store.solve(place, ["too_many_new_orders"], run.now())
    return False

"""The creations themselves: what they need is looked up, then they are sent, some at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.codec import plain
from orderlink.creation import Creation
from orderlink.cycle.choices import creation_of
from orderlink.cycle.mending import against_order, public_part
from orderlink.cycle.reading import read_order
from orderlink.cycle.run import Connection
from orderlink.cycle.searching import draft_of, is_newer, is_shipped_already, order_of, take_found
from orderlink.decide.batches import FIRST_SIZE, next_size
from orderlink.decide.creation import (
    is_blocked,
    judge,
    on_adapted,
    on_created,
    on_creation_refused,
    on_taken,
)
from orderlink.decide.timing import is_due, is_fresh, looked_at
from orderlink.errors import NotOffered, Refused, RemoteError, StateError, TryLater
from orderlink.model import Draft, Found, Status
from orderlink.outbox import Outcome, Sending
from orderlink.problems import Block
from orderlink.rows import EffectRow, EffectState, Kind, OrderRow
from orderlink.shops import CreatesMany, Prepares, Simplifies
from orderlink.steps import ask, together
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.cycle.run import Run
    from orderlink.decide.verdict import Verdict
    from orderlink.model import ShopOrder
    from orderlink.steps import Steps

PREPARED_AT_ONCE = 100
"""What so many orders need is looked up together."""

SIZE = "orders in one write"
"""On the shelf: how many orders a shop is given with one write."""
ONE_DAY = timedelta(days=1)
NO_BATCHES = "batches are not offered"
"""On the shelf for a day where a shop takes no write of many orders."""


class Ready(Value, frozen=True):
    """An order whose creation can be sent as it is."""

    row: OrderRow
    effect: EffectRow
    draft: Draft


class Place(Value, frozen=True):
    """Where orders come from and go to, what was chosen for them, and what is there already."""

    market: Connection
    shop: Connection
    creation: Creation
    found: Found


def is_ready(run: Run, row: OrderRow, *, only_find: bool = False) -> bool:
    """Tell whether nothing keeps an order from being created now, if it has its document."""
    approved = row.approved or only_find
    if not (row.has_details and approved and not row.shop_order_id):
        return False
    words = {problem.word for problem in run.store.problems(row.key)}
    if is_blocked(words, Block.CREATE):
        return False
    effect = run.store.last_effect(row.key, Kind.CREATE)
    if effect is None:
        return True
    return effect.state is EffectState.DUE and is_due(effect.not_before, run.now())


def create_rows(
    run: Run, market: Connection, shop: Connection, rows: Sequence[OrderRow], found: Found
) -> Steps[None]:
    """Create these orders, each exactly once.

    `found` is a look-up in the shop, made just now, of all of them.
    """
    creation = creation_of(market, shop, run.store.product_map(market.id))
    place = Place(market, shop, creation, found)
    for start in range(0, len(rows), PREPARED_AT_ONCE):
        if not _goes_on(run, place):
            return
        page = rows[start : start + PREPARED_AT_ONCE]
        ids = [row.key.order_id for row in page]
        yield from _prepare(place, list(run.store.orders_by_id(market.id, ids).values()))
        yield from together(shop.id, _creations(run, place, page))


def _goes_on(run: Run, place: Place) -> bool:
    return run.may_go_on() and not run.outbox.is_closed(place.shop.id)


def _prepare(place: Place, rows: Sequence[OrderRow]) -> Steps[None]:
    """Look up together what several orders need; where that fails, each looks up its own."""
    connector = place.shop.connector
    if len(rows) < 2 or not isinstance(connector, Prepares):
        return
    orders = []
    for row in rows:
        with suppress(Exception):  # what is wrong with it is told when it is its turn
            orders.append(order_of(row))
    try:
        yield from ask(place.shop.id, lambda: connector.prepare(orders, place.creation))
    except RemoteError as error:
        if _concerns_all(error):
            raise


def _concerns_all(error: RemoteError) -> bool:
    return isinstance(error, TryLater) and error.concerns_all


def _on_refused(refusal: Refused) -> Verdict:
    return on_creation_refused(refusal.word, str(refusal), dict(refusal.details))


def _creations(run: Run, place: Place, rows: Sequence[OrderRow]) -> Iterator[Steps[None]]:
    start = 0
    while start < len(rows) and _goes_on(run, place):
        size = _size(place.shop)
        yield _create(run, place, rows[start : start + size])
        start += size


def _size(shop: Connection) -> int:
    """Say how many orders go into one write."""
    if not isinstance(shop.connector, CreatesMany) or shop.memory.get(NO_BATCHES):
        return 1
    known = shop.memory.get(SIZE) or ""
    return min(int(known) if known.isdigit() else FIRST_SIZE, shop.connector.MOST_AT_ONCE)


def _create(run: Run, place: Place, rows: Sequence[OrderRow]) -> Steps[None]:
    """Create these orders; several that are sent for the first time go with one write."""
    ready = []
    for row in rows:
        one = yield from _ready(run, place, row)
        if one is not None:
            ready.append(one)
    untried = [one for one in ready if not one.effect.attempts]
    if len(untried) > 1:
        tried = [one for one in ready if one.effect.attempts]
        ready = (yield from _send_together(run, place, untried)) + tried
    for one in ready:
        if not _goes_on(run, place):
            return
        outcome = yield from _send(run, place, one)
        simpler = _took(run, place, one, outcome)
        if simpler is not None:
            _took(run, place, simpler, (yield from _send(run, place, simpler)))


def _ready(run: Run, place: Place, row: OrderRow) -> Steps[Ready | None]:
    """Make one order ready to be sent; None where it is not to be sent now.

    Raises `TryLater` and `SignInFailed` where the shop cannot be reached at all. A fault of
    orderlink itself keeps the one order back, and no other.
    """
    fresh = yield from _fresh_row(run, place.market, row)
    if fresh is None:
        return None
    row, effect = fresh
    if (yield from take_found(run, place.market, place.shop, row, effect, place.found)):
        return None
    taken = judge(run.stamp(row), place.found.orders).taken
    if taken is not None and not row.create_anyway:
        with run.store.transaction():
            run.store.apply(row, on_taken(row, taken), run.now())
        return None
    try:
        return Ready(row, effect, (yield from draft_of(run, place.shop, row, place.creation)))
    except Refused as refusal:
        run.close_effect(row, effect, EffectState.REFUSED, _on_refused(refusal))
    except RemoteError as error:
        run.outbox.failed_before(row, effect, error)
        if _concerns_all(error):
            raise
    except StateError:
        raise
    except Exception as error:  # noqa: BLE001 - it is noted, and the others go on
        run.note_fault(place.shop, "create", error)
        run.outbox.failed_before(row, effect, TryLater("orderlink failed in preparing it"))
    return None


def _fresh_row(
    run: Run, market: Connection, row: OrderRow
) -> Steps[tuple[OrderRow, EffectRow] | None]:
    """Look at the marketplace's order once more where the last look is old, and take the effect."""
    after: OrderRow | None = run.store.order(row.key)
    if after is not None and not is_fresh(looked_at(after, market.row), run.now()):
        after = yield from _looked_at_again(run, market, after)
    if after is None or after.status is not Status.NEW or not after.document:
        return None
    if not is_ready(run, after):
        return None
    with run.store.transaction():
        effect = run.store.add_effect(after, Kind.CREATE)
    return (after, effect) if effect.state is EffectState.DUE else None


def _looked_at_again(run: Run, market: Connection, row: OrderRow) -> Steps[OrderRow | None]:
    """Read an order at the marketplace; a failure is the marketplace's, and not the shop's."""
    after = None
    if market.id not in run.failed:
        with run.guarded(market, "import"):
            after = yield from read_order(run, market, row)
    return after


def _send(run: Run, place: Place, one: Ready) -> Steps[Outcome | None]:
    sending = _sending(run, place, one)
    return (yield from run.outbox.send(sending, lambda: place.shop.connector.create(one.draft)))


def _sending(run: Run, place: Place, one: Ready) -> Sending:
    row, draft = one.row, one.draft
    document = {"draft": plain(draft), "above": place.shop.row.newest_shop_order}

    def read_answer(answer: ShopOrder) -> Outcome:
        shipped = is_shipped_already(place.creation, row)
        kept = public_part(document)
        verdict = on_created(row, answer, run.store.origin(), as_shipped=shipped)
        verdict += on_adapted(draft.remarks, answer.unlike)
        verdict += against_order(run, place.shop, row, kept, answer)
        return Outcome(EffectState.DONE, verdict, answer.id, kept)

    return Sending(row, one.effect, document, read_answer, _on_refused)


def _send_together(run: Run, place: Place, many: Sequence[Ready]) -> Steps[list[Ready]]:
    """Send several creations with one write; give those that are still to be sent singly.

    How long the shop took says how many go into the next one.
    """
    shop, clock = place.shop, run.clock
    drafts = {one.row.key: one.draft for one in many}
    took: list[float] = []

    def call(sendings: Sequence[Sending]) -> Sequence[ShopOrder | RemoteError]:
        began = clock.monotonic()
        try:
            answers: Sequence[ShopOrder | RemoteError] = shop.connector.create_many(
                [drafts[one.row.key] for one in sendings]
            )
        finally:
            took.append(clock.monotonic() - began)
        return answers

    sendings = [_sending(run, place, one) for one in many]
    try:
        outcomes = yield from run.outbox.send_many(sendings, call)
    except (NotOffered, Refused) as error:
        if isinstance(error, NotOffered):
            shop.memory.put(NO_BATCHES, "1", run.now() + ONE_DAY)
        return [again for one in many if (again := _due_again(run, one))]
    if took:
        lost = all(one is None or one.state is EffectState.UNKNOWN for one in outcomes)
        shop.memory.put(SIZE, str(next_size(len(many), took[0], _size(shop), lost=lost)))
    simpler = [_took(run, place, *pair) for pair in zip(many, outcomes, strict=True)]
    return [one for one in simpler if one]


def _due_again(run: Run, one: Ready) -> Ready | None:
    effect = run.store.last_effect(one.row.key, Kind.CREATE)
    due = effect is not None and effect.state is EffectState.DUE
    return replace(one, effect=effect) if due else None


def _took(run: Run, place: Place, one: Ready, outcome: Outcome | None) -> Ready | None:
    """Note what became of a creation; where it was refused, give it with simpler texts, once."""
    if outcome is None:
        return None
    if outcome.state is EffectState.REFUSED:
        return _simpler(run, place.shop, one)
    if outcome.state is EffectState.DONE:
        shop = place.shop
        run.counts["created"] += 1
        run.say(place.market.label, f"{one.row.key.order_id}: created in {shop.label}")
        if is_newer(shop, outcome.remote_ref):
            shop.row = replace(shop.row, newest_shop_order=outcome.remote_ref)
    return None


def _simpler(run: Run, shop: Connection, one: Ready) -> Ready | None:
    """Write a refused creation with simpler texts, where that is any difference."""
    if not isinstance(shop.connector, Simplifies) or not run.may_go_on():
        return None
    draft = shop.connector.simplified(one.draft)
    effect = run.store.last_effect(one.row.key, Kind.CREATE)
    if draft is None or effect is None:
        return None
    with run.store.transaction():
        run.store.change_effect(effect, replace(effect, state=EffectState.DUE))
    return _due_again(run, replace(one, draft=draft))

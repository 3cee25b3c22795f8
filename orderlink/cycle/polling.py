"""Poll: which orders does the shop call completed, and with which codes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderlink.cycle.mending import expected_in_shop
from orderlink.cycle.misses import Misses
from orderlink.decide.creation import difference, lacks_pieces
from orderlink.decide.parcels import reported_by
from orderlink.decide.shop import is_followed, on_late_reading, on_reading
from orderlink.decide.timing import LATE_CODE_EVERY, PARCELS_EVERY
from orderlink.decide.verdict import NOTHING, Problem, Verdict
from orderlink.errors import NotOffered, RemoteError, SignInFailed, TryLater
from orderlink.model import ShopOrder, ShopState, Status
from orderlink.rows import EffectState, Kind, OrderRow
from orderlink.shops import ReadsParcels
from orderlink.steps import ask, together
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.cycle.run import Connection, Run, Selection
    from orderlink.model import Reading, ShopLine
    from orderlink.rows import EffectRow
    from orderlink.steps import Steps

IDS_AT_ONCE = 100
READ = Verdict(closes=("polling_fails",))

NO_PARCELS = "parcels are not offered"
"""On the shelf for a day where a shop has no such function."""


def poll_shop(run: Run, shop: Connection, selection: Selection) -> Steps[None]:
    """Ask the shop about every order that it decides about, many ids in one request."""
    followed = [row for row in run.store.followed_orders(shop.id) if selection.takes(row)]
    rows = [row for row in followed if _decides(run, row)]
    rows += [row for row in _late(run, shop) if selection.takes(row)]

    def readings() -> Iterator[Steps[None]]:
        for chunk in _chunks(rows):
            if not run.may_go_on():
                return
            yield read_rows(run, shop, chunk)

    yield from together(shop.id, readings())


def _decides(run: Run, row: OrderRow) -> bool:
    ship = None
    if row.status is Status.PENDING_SHIPMENT or row.parcels:
        ship = run.store.last_effect(row.key, Kind.SHIP)
    return run.marketplace_of(row) is not None and is_followed(row, ship)


def _late(run: Run, shop: Connection) -> list[OrderRow]:
    """List what was closed without a code and has not been asked about for an hour."""
    now = run.now()
    days = [market.settings.late_code_days for market, its in run.marketplaces if its.id == shop.id]
    rows = run.store.late_orders(shop.id, now - timedelta(days=max(days, default=0)))
    kept = []
    for row in rows:
        market = run.marketplace_of(row)
        if market is None or row.closed_at is None:
            continue
        recent = now - row.closed_at <= timedelta(days=market.settings.late_code_days)
        asked = row.shop_seen_at
        if recent and (asked is None or not timedelta(0) <= now - asked < LATE_CODE_EVERY):
            kept.append(row)
    return kept


def _chunks(rows: Sequence[OrderRow]) -> Iterator[Sequence[OrderRow]]:
    for start in range(0, len(rows), IDS_AT_ONCE):
        yield rows[start : start + IDS_AT_ONCE]


def read_rows(
    run: Run, shop: Connection, rows: Sequence[OrderRow], not_there: EffectRow | None = None
) -> Steps[None]:
    """Read these orders in the shop and write down what follows.

    Raises what the connector raises. An id that the answer left out is read singly, after all
    others; where that fails, it is the problem of that order. `not_there` is a report whose answer
    was lost and of which a complete look-up has just found nothing: it is taken back together with
    its order, where the shop does not call that completed any more.
    """
    ids = [row.shop_order_id for row in rows]
    reading: Reading = yield from ask(shop.id, lambda: shop.connector.read(ids))
    answers = [(row, _enough(run, row, reading.orders.get(row.shop_order_id))) for row in rows]
    told = [(row, answer) for row, answer in answers if answer and not _hides_parcels(answer)]
    rest = [pair for pair in answers if pair[1] is None or _hides_parcels(pair[1])]
    with run.store.transaction():
        for row, answer in told:
            with run.guarded(shop, "poll"):
                _decide(run, shop, row, Answer(answer), not_there)
    yield from _ask_singly(run, shop, rest, not_there)


def _ask_singly(
    run: Run,
    shop: Connection,
    answers: Sequence[tuple[OrderRow, ShopOrder | None]],
    not_there: EffectRow | None,
) -> Steps[None]:
    """Ask about orders one by one: where the shop hides their parcels, and where it left them out.

    Raises what the connector raises when it does not concern the one order.
    """
    misses = Misses("polling_fails")
    for row, answer in sorted(answers, key=lambda pair: pair[1] is None):
        try:
            order = answer or (yield from read_in_shop(shop, row))
            found = Answer(order)
            if order is not None and _hides_parcels(order):
                found = yield from _with_parcels(run, shop, row, order)
            _decide(run, shop, row, found, not_there)
        except TryLater as error:
            misses.note(run, row, error)
        else:
            misses.reached()


def _enough(run: Run, row: OrderRow, answer: ShopOrder | None) -> ShopOrder | None:
    """Give an answer that tells all that there is to decide; None: the order is read singly."""
    return answer if answer is None or answer.whole or not _is_in_doubt(run, row) else None


class Answer(Value, frozen=True):
    """What the shop says about an order; None: it has no such order.

    `complete`: its parcels are all there, as far as the shop can tell. `reading` is what follows
    from the reading itself.
    """

    order: ShopOrder | None
    complete: bool = True
    reading: Verdict = READ


def _hides_parcels(answer: ShopOrder) -> bool:
    """Tell whether parcels may be somewhere else than in the order itself."""
    return answer.state is ShopState.COMPLETED and not answer.parcels


def read_in_shop(shop: Connection, row: OrderRow) -> Steps[ShopOrder | None]:
    """Read one shop order; None where the shop says that it has no such order."""
    answer: ShopOrder | None = yield from ask(
        shop.id, lambda: shop.connector.read_one(row.shop_order_id)
    )
    return answer


def _decide(
    run: Run, shop: Connection, row: OrderRow, found: Answer, not_there: EffectRow | None
) -> None:
    market = run.marketplace_of(row)
    if market is None or _is_unstamped(run, row, found.order):
        return
    answer, now = found.order, run.now()
    if row.status is Status.SHIPPED:
        sent = run.store.last_effect(row.key, Kind.UPDATE_TRACKING) is not None
        reported = reported_by(run.store.effects(row.key, Kind.SHIP))
        verdict = on_late_reading(row, answer, now, sent=sent, reported=reported)
    else:
        verdict = on_reading(
            row,
            answer,
            now,
            wait=market.settings.tracking_wait,
            trusted=run.trusted(),
            has_parcels_elsewhere=not found.complete,
            **_parts(run, row, answer),
        )
    verdict += _mended(run, row, answer) + found.reading
    with run.store.transaction():
        if not_there is not None and verdict.status is Status.NOT_SHIPPED:
            run.close_effect(row, not_there, EffectState.WITHDRAWN, NOTHING)
        run.store.apply(row, verdict, now)
    if verdict.status is not None:
        run.counts[str(verdict.status)] += 1
        run.say(shop.label, f"{row.key.order_id}: {verdict.status}")


def _is_unstamped(run: Run, row: OrderRow, answer: ShopOrder | None) -> bool:
    """Tell whether a shop order was taken over and does not carry our reference yet."""
    if answer is None or answer.reference == row.reference:
        return False
    stamp = run.store.last_effect(row.key, Kind.STAMP_REFERENCE)
    return stamp is not None and stamp.state is not EffectState.DONE


def _parts(run: Run, row: OrderRow, answer: ShopOrder | None) -> dict[str, Any]:
    """Give what a parcel is held against: what was made in the shop, and what was reported."""
    if answer is None or not (answer.parcels or answer.state is ShopState.COMPLETED):
        return {}
    after = replace(row, parcels=answer.parcels)
    return {
        "made": made_in_shop(run, after),
        "reported": reported_by(run.store.effects(row.key, Kind.SHIP)),
        "lacks_pieces": _is_in_doubt(run, row) and lacks_pieces(expected_in_shop(run, row), answer),
    }


def _is_in_doubt(run: Run, row: OrderRow) -> bool:
    """Tell whether the shop order did not add up when it was made, and is not mended yet."""
    if _differs(run, row):
        return True
    correction = run.store.last_effect(row.key, Kind.CORRECT_IN_SHOP)
    return correction is not None and correction.state in {EffectState.DUE, EffectState.UNKNOWN}


def _differs(run: Run, row: OrderRow) -> bool:
    return "total_differs" in {problem.word for problem in run.store.problems(row.key)}


def made_in_shop(run: Run, row: OrderRow) -> tuple[ShopLine, ...]:
    """Give the lines of the shop order as we made them, where the contents of parcels are told."""
    if not any(parcel.contents for parcel in row.parcels):
        return ()
    return expected_in_shop(run, row).lines


def _mended(run: Run, row: OrderRow, answer: ShopOrder | None) -> Verdict:
    """Close `total_differs` where a person mended the shop order."""
    if answer is None or answer.state is ShopState.GONE:
        return Verdict()
    if not _differs(run, row):
        return Verdict()
    return (
        Verdict()
        if difference(expected_in_shop(run, row), answer)
        else Verdict(closes=("total_differs",))
    )


def _with_parcels(run: Run, shop: Connection, row: OrderRow, answer: ShopOrder) -> Steps[Answer]:
    """Ask for parcels that are not in the order itself; else they are as known before.

    Raises `SignInFailed`.
    """
    if not isinstance(shop.connector, ReadsParcels) or shop.memory.get(NO_PARCELS):
        return Answer(answer)
    now, asked = run.now(), row.parcels_asked_at
    as_known = replace(answer, parcels=row.parcels)
    if asked is not None and timedelta(0) <= now - asked < PARCELS_EVERY:
        return Answer(as_known, complete=False)
    try:
        parcels = yield from ask(shop.id, lambda: shop.connector.parcels(answer.id))
    except NotOffered:
        shop.memory.put(NO_PARCELS, "1", now + timedelta(days=1))
        return Answer(answer)
    except SignInFailed:
        raise
    except RemoteError as error:
        fails = Verdict(opens=(Problem("polling_fails", str(error)),))
        return Answer(as_known, complete=False, reading=fails)
    with run.store.transaction():
        run.store.apply(row, Verdict(changes={"parcels_asked_at": now}), now)
    return Answer(replace(answer, parcels=parcels))

"""What is open at a marketplace, prepared as a run would, without creating anything.

So the products of real orders are looked for in the shop before the first of them is to be created,
and those of orders that are left alone as well: they are the articles that will be sold next.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from orderlink.checking.wording import words_of
from orderlink.codec import plain
from orderlink.cycle.choices import creation_of, is_left_out
from orderlink.decide.arrival import Arrival, first_sighting, oldest_placed
from orderlink.decide.editing import with_edits
from orderlink.errors import Refused, RemoteError
from orderlink.model import Finding, FindingState, Look, Order, Stamp, Status, Unreadable
from orderlink.outbox import without_buyer
from orderlink.problems import WORDS, advice
from orderlink.rows import OrderKey
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from orderlink.cycle.run import Connection
    from orderlink.rows import OrderRow
    from orderlink.store import Store

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

LOOKED_AT = 20
"""So many open orders are prepared at most."""
NAMED = 3
"""So many orders with the same problem are named."""


class Trouble(Value, frozen=True):
    """What keeps an order from the shop. `taken`: it would be created by the next run."""

    order_id: str
    word: str
    sentence: str
    taken: bool


def findings(
    store: Store, market: Connection, shop: Connection, now: datetime
) -> Iterator[Finding]:
    """Prepare the open orders that the shop does not have yet.

    Raises what the marketplace's connector raises; what the shop's raises is told.
    """
    troubles: list[Trouble] = []
    count = 0
    for entry in islice(_not_in_shop(store, market, shop), LOOKED_AT):
        if isinstance(entry, Order) and (entry.not_ready or is_left_out(entry, market, shop)):
            continue
        count += 1
        try:
            trouble = _trouble(store, market, shop, entry, now)
        except RemoteError as error:
            sentence = f"they cannot be prepared for {shop.label}: {words_of(shop.label, error)}"
            yield Finding("open orders", FAILED, sentence, f"mend {shop.label}, and check again")
            return
        troubles += [trouble] if trouble else []
    if not count:
        yield Finding("open orders", OK, "none is open that the shop does not have")
    elif not troubles:
        told = f"all {count} that were looked at can be created: the shop has their products"
        if count == 1:
            told = "the only one can be created: the shop has its products"
        yield Finding("open orders", OK, told)
    else:
        yield from _told(store, market, troubles, count)


def _not_in_shop(
    store: Store, market: Connection, shop: Connection
) -> Iterator[Order | Unreadable]:
    """Read the orders that are open at the marketplace and that the shop does not have yet."""
    fulfilled = creation_of(market, shop).fulfilled_by_marketplace
    seen: set[str] = set()
    for page in market.connector.orders(Look(since=None)):
        for entry in page.rows:
            order_id = entry.id if isinstance(entry, Order) else entry.order_id
            row = store.known_order(OrderKey(market.id, order_id))
            if order_id in seen or not _is_wanted(entry, row, fulfilled):
                continue
            seen.add(order_id)
            if isinstance(entry, Order | Unreadable):
                yield entry
            else:
                yield market.connector.order(order_id)


def _is_wanted(entry: Any, row: OrderRow | None, fulfilled_by_marketplace: str) -> bool:
    if row is not None and (row.shop_order_id or row.status is not Status.NEW):
        return False
    if isinstance(entry, Unreadable):
        return True
    # However old it is: also what is left alone, for it was placed too early.
    sighting = entry.sighting() if isinstance(entry, Order) else entry
    return first_sighting(sighting, None, fulfilled_by_marketplace) is Arrival.KEEP


def _trouble(
    store: Store, market: Connection, shop: Connection, entry: Order | Unreadable, now: datetime
) -> Trouble | None:
    if isinstance(entry, Unreadable):
        return Trouble(entry.order_id, "unreadable", entry.why, taken=True)
    row = store.order(OrderKey(market.id, entry.id))
    order = with_edits(entry, row.edits) if row else entry
    reference = f"{market.row.type}:{market.instance}:{order.id}"
    creation = creation_of(market, shop, store.product_map(market.id))
    try:
        shop.connector.draft(order, Stamp(reference, store.origin(), order.id), creation)
    except Refused as refusal:
        oldest = oldest_placed(market.settings.import_from, market.row.first_run_at or now)
        taken = row is not None or oldest is None or order.placed_at >= oldest
        sentence = without_buyer(str(refusal), plain(order))
        return Trouble(order.id, refusal.word, sentence, taken=taken)
    return None


def _told(
    store: Store, market: Connection, troubles: list[Trouble], count: int
) -> Iterator[Finding]:
    """Tell the same trouble of several orders once."""
    alike: dict[tuple[str, str, bool], list[str]] = {}
    for one in troubles:
        alike.setdefault((one.word, one.sentence, one.taken), []).append(one.order_id)
    for (word, sentence, taken), orders in alike.items():
        listed = ", ".join(orders[:NAMED]) + (
            f" and {len(orders) - NAMED} more" if len(orders) > NAMED else ""
        )
        old = "" if taken else " (left alone: placed before the start)"
        state = FAILED if taken else WARNING
        told = f"{listed}: {sentence}{old}"
        yield Finding("open orders", state, told, _advice(store, market, word, orders))
    good = count - len(troubles)
    if good:
        told = "1 other" if good == 1 else f"{good} others"
        yield Finding("open orders", OK, f"{told} can be created")


def _advice(store: Store, market: Connection, word: str, orders: list[str]) -> str:
    name = orders[0] if len(orders) == 1 else "ORDER"
    if word not in WORDS:
        return ""
    tried = any(store.problems(OrderKey(market.id, one)) for one in orders)
    return advice(word, order=name, connection=market.label, tried=tried)

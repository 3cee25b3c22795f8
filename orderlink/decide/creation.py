"""PURE: what the shop's answers mean for the creation of an order."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.decide.editing import kept_edits
from orderlink.decide.verdict import PASSING, Problem, Verdict
from orderlink.model import CLOSED, ShopLine, ShopOrder, ShopState, Status, money_text
from orderlink.problems import WORDS, Block
from orderlink.rows import Event, Kind, OrderRow
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from orderlink.model import Stamp


BEFORE_CREATION = tuple(word for word, entry in WORDS.items() if entry.blocks is Block.CREATE)


class Expected(Value, frozen=True):
    """What a shop order has to add up to."""

    currency: str
    total: Decimal
    lines: tuple[ShopLine, ...]


def is_blocked(words: Collection[str], what: Block) -> bool:
    """Tell whether one of these open problems keeps something from happening."""
    return any(WORDS[word].blocks is what for word in words)


def difference(expected: Expected, shop: ShopOrder) -> str:
    """Say in which way a shop order is not what it has to be; empty: it is right."""
    wanted, there_are = _compared(expected, shop)
    missing = (wanted - there_are).total()
    pieces = f"{missing or 'other'} of {wanted.total()} pieces"
    if shop.currency != expected.currency or shop.total != expected.total:
        there = money_text(shop.total, shop.currency)
        lacking = f"; it lacks {pieces}" if missing else ""
        return f"the shop says {there}, the marketplace {expected_text(expected)}{lacking}"
    return f"the shop order is incomplete: {pieces}" if wanted != there_are else ""


def lacks_pieces(expected: Expected, shop: ShopOrder) -> bool:
    """Tell whether a shop order holds fewer pieces of something than it has to."""
    wanted, there_are = _compared(expected, shop)
    return bool(wanted - there_are)


def _compared(expected: Expected, shop: ShopOrder) -> tuple[Counter[str], Counter[str]]:
    wanted, there_are = _pieces(expected.lines), _pieces(shop.lines)
    if all(line.product_id for line in expected.lines):
        return wanted, there_are
    # Found without what was sent: which product the shop has for a line is not known.
    return Counter(all=wanted.total()), Counter(all=there_are.total())


def expected_text(expected: Expected) -> str:
    """Write the expected total for a person."""
    return money_text(expected.total, expected.currency)


def _pieces(lines: Sequence[ShopLine]) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.product_id or line.sku] += line.quantity
    return pieces


class Judgement(Value, frozen=True):
    """What a look-up in the shop came to.

    `ours` is the order that carries our reference (the lowest id where there are several, whose ids
    are all in `ids`), `taken` one that has the order number but not our reference.
    """

    ours: ShopOrder | None = None
    ids: tuple[str, ...] = ()
    taken: ShopOrder | None = None


def judge(stamp: Stamp, orders: Sequence[ShopOrder]) -> Judgement:
    """Decide which of these shop orders is the one that this stamp marks."""
    ours = [order for order in orders if order.reference == stamp.reference]
    if ours:
        return Judgement(ours=ours[0], ids=tuple(order.id for order in ours))
    taken = [
        order
        for order in orders
        if order.order_number == stamp.order_number and order.state is not ShopState.GONE
    ]
    return Judgement(taken=taken[0] if taken else None)


def on_created(
    row: OrderRow,
    shop: ShopOrder,
    origin: str,
    ids: Sequence[str] = (),
    *,
    how: str = "created",
    as_shipped: bool = False,
) -> Verdict:
    """Decide what it means that the shop has the order.

    `how` is the event's word: `created` by its answer, `found_in_shop` by a look-up, `adopted` from
    another program. `as_shipped`: the marketplace sends all of it, and nothing is left to do.
    """
    shown = shop.number or shop.id
    facts = Verdict(
        changes={
            "shop_order_id": shop.id,
            "shop_order_number": shop.number,
            "shop_status": shop.status,
            "document": None,
            "edits": kept_edits(row.edits),
        },
        events=(Event(how, {"shop_order": shown}),),
        closes=("creating_fails", *BEFORE_CREATION),
        opens=_surprises(shop, origin, ids),
    )
    if row.status is Status.NEW and as_shipped:
        event = Event("sent_by_marketplace", {"shop_order": shown})
        return facts + Verdict(status=Status.SHIPPED, events=(event,), closes=PASSING)
    if row.status is Status.NEW:
        return facts + Verdict(status=Status.NOT_SHIPPED)
    if row.status is Status.MANUAL or _ended_alike(row, shop):
        return facts
    sentence = f"it is {row.status} at the marketplace, but shop order {shown} was created"
    problem = Problem("cancelled_at_marketplace", sentence, {"shop_order": shown})
    return facts + Verdict(opens=(problem,)) if row.status in CLOSED else facts


def _ended_alike(row: OrderRow, shop: ShopOrder) -> bool:
    """Tell whether shop and marketplace agree about how it ended: the warehouse had it already."""
    return (row.status, shop.state) in {
        (Status.SHIPPED, ShopState.COMPLETED),
        (Status.CANCELLED, ShopState.GONE),
    }


def on_adapted(remarks: Sequence[str], unlike: Sequence[str]) -> Verdict:
    """Write down what was not taken over as the marketplace has it: by us, and by the shop."""
    events = [Event("adapted", {"how": remark}) for remark in remarks]
    if unlike:
        events.append(Event("stored_otherwise", {"parts": ", ".join(unlike)}))
    return Verdict(events=tuple(events))


def _surprises(shop: ShopOrder, origin: str, ids: Sequence[str]) -> tuple[Problem, ...]:
    problems = []
    if len(ids) > 1:
        listed = ", ".join(ids)
        problems.append(
            Problem(
                "several_in_shop",
                f"the shop has it more than once: {listed}; orderlink follows {shop.id}",
                {"ids": listed},
            )
        )
    if shop.origin and shop.origin != origin:
        problems.append(
            Problem(
                "other_origin",
                "another orderlink, with another state file, created it in this shop",
                {"origin": shop.origin},
            )
        )
    return tuple(problems)


def on_difference(shop: ShopOrder, sentence: str, *, correctable: bool, holdable: bool) -> Verdict:
    """Decide what happens to a shop order that does not add up: corrected once, then held."""
    event = Event("differs", {"how": sentence})
    if correctable:
        return Verdict(events=(event,), due=(Kind.CORRECT_IN_SHOP,))
    problem = Problem("total_differs", sentence, {"shop_order": shop.number or shop.id})
    held = (Kind.HOLD_IN_SHOP,) if holdable else ()
    return Verdict(events=(event,), opens=(problem,), due=held)


def on_taken(row: OrderRow, taken: ShopOrder) -> Verdict:
    """Decide what it means that another order of the shop has this order's number."""
    shown = taken.number or taken.id
    sentence = f"shop order {shown} has the number {row.key.order_id}, but is not ours: not created"
    return Verdict(opens=(Problem("order_number_taken", sentence, {"shop_order": shown}),))


def on_creation_refused(word: str, sentence: str, details: dict[str, str]) -> Verdict:
    """Decide what a refusal of the shop means: a person has to act."""
    known = word if word in WORDS else "shop_refused"
    return Verdict(
        events=(Event("creation_refused", {"why": sentence}),),
        opens=(Problem(known, sentence, details),),
        closes=("creating_fails",),
    )

"""PURE: what needs a person first: what a day's delay does most damage to."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum
from itertools import islice
from typing import TYPE_CHECKING

from orderlink.problems import WORDS, Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.rows import OrderDays, OrderKey, OrderRow, ProblemRow

ON_ITS_WAY = timedelta(days=1)
"""A parcel that has to be there on a day must leave the day before at the latest."""


class Damage(IntEnum):
    """What a day's delay does, the worst first."""

    EXPIRING = 1  # an order misses its date, or has missed it
    SHIPPING = 2  # parcels are not sent or not reported, or goods leave that must not
    CREATION = 3  # orders do not come into the shop
    REST = 4

    @property
    def word(self) -> str:
        """The word for programs."""
        return self.name.lower()


SHIPPING = frozenset(
    {
        # a connection's own: nothing of it goes on, shipments neither
        "unreachable",
        "sign_in_failed",
        "secret_missing",
        "clock_wrong",
        # an order's: it is not reported, or its parcels leave although they must not
        "polling_fails",
        "reporting_fails",
        "cancelled_at_marketplace",
        "several_in_shop",
    }
)
"""Words that do damage to shipping without blocking it by themselves."""
CREATION = frozenset(
    {
        "too_many_new_orders",
        "state_replaced",
        "unreadable_rows",
        "reading_fails",
        "creating_fails",
        "outcome_unknown",
    }
)
"""Words that keep orders from the shop without blocking the creation by themselves."""


def last_day(order: OrderRow | OrderDays) -> date | None:
    """Give the last day on which an order must leave, so that none of its dates is missed."""
    arrives = order.deliver_by and order.deliver_by - ON_ITS_WAY
    days = [day for day in (order.ship_by, order.expires_on, arrives) if day]
    return min(days, default=None)


def damage(word: str, last: date | None, today: date) -> Damage:
    """Say what a day's delay of a problem does.

    `last` is the last day of its order, or of a connection's most urgent order; None: there is no
    date. `today` is the day where the dates are meant.
    """
    if last is not None and last <= today:
        return Damage.EXPIRING
    blocks = WORDS[word].blocks
    if blocks is Block.SHIP or word in SHIPPING:
        return Damage.SHIPPING
    if blocks is Block.CREATE or word in CREATION:
        return Damage.CREATION
    return Damage.REST


def urgency(problem: ProblemRow, last: date | None, today: date) -> tuple[object, ...]:
    """Give what problems are sorted by: the damage, the date, and then the age."""
    return (
        damage(problem.word, last, today),
        last or date.max,
        problem.since,
        problem.connection,
        problem.order_id,
        problem.word,
    )


TURN = 20
"""So many orders of one queue come before the other queue has its turn."""


def in_turn(orders: Sequence[OrderRow], turn: int = TURN) -> list[OrderRow]:
    """Say in which order orders get their turn.

    Those that have to leave first come first, but the newest get every other turn: so neither does
    a backlog keep a new order waiting for more than one turn, nor do new orders keep an old one
    from ever being handled. What keeps failing comes last.
    """
    untried = [one for one in orders if not one.attempts]
    pressing = sorted(untried, key=lambda one: (last_day(one) or date.max, one.placed_at))
    newest = sorted(untried, key=lambda one: one.placed_at, reverse=True)
    taken: dict[OrderKey, OrderRow] = {}
    queues = [(one for one in queue if one.key not in taken) for queue in (pressing, newest)]
    while len(taken) < len(untried):
        for queue in queues:
            taken.update({one.key: one for one in islice(queue, turn)})
    return [*taken.values(), *(one for one in orders if one.attempts)]

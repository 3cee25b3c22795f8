"""What people do in a life: buyers, the warehouse, the merchant. Drawn from one seed, as values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from orderlink.sandbox.bol_records import Article

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does to the `order`-th order of the life, before a run."""

    word: str
    order: int = 0
    value: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Minutes that pass, what people do then, and one cron run."""

    minutes: float
    acts: tuple[Act, ...] = ()


Plan = tuple[Step, ...]

CRON = 5.0
LONG_STEP = 45.0
"""Minutes between runs where nothing but waiting happens: shorter than bol's window of changes."""

MUG = Article()
TWO_MUGS = Article(quantity=2, price=Decimal("12.50"))
BOWL = Article(reference="SKU-2", ean="8718846038683", price=Decimal("5.95"), title="Bowl")
CAP = Article(reference="CAP-BLACK", ean="", price=Decimal("9.95"), title="Cap")
BY_BOL = Article(reference="FBB-1", ean="", price=Decimal("5.00"), method="FBB")
LABEL_BY_BOL = Article(distribution_party="BOL")
NOT_IN_SHOP = Article(reference="NOT-IN-SHOP", ean="4006381333931", price=Decimal("7.00"))

BASKETS: Mapping[str, tuple[Article, ...]] = {
    "one": (MUG,),
    "two": (TWO_MUGS, BOWL),
    "three": (MUG, BOWL, CAP),
    "mixed": (TWO_MUGS, BY_BOL),
    "by bol": (BY_BOL,),
    "label": (LABEL_BY_BOL,),
    "unknown": (NOT_IN_SHOP,),
}
BASKET_WEIGHTS = (6, 3, 2, 2, 1, 1, 1)
FIRST_ORDER = 1


def code(order: int, number: int = 0) -> str:
    """Give the code that the warehouse sticks on a parcel of an order."""
    return f"3SLIFE{order:04d}{number:03d}"


def short_life() -> Plan:
    """Give the life of which every single point is struck: a code at once, and a code too late."""
    late = Act("add code", 2, code(2))
    waiting = tuple(Step(LONG_STEP) for _ in range(4))
    return (
        Step(0),
        Step(CRON, (Act("place", 1, "one"), Act("place", 2, "mixed"))),
        Step(CRON, (Act("complete", 1, code(1)), Act("complete", 2))),
        Step(CRON, (Act("place", 3, "two"),)),
        Step(CRON, (Act("complete", 3, code(3)),)),
        *waiting,
        Step(CRON, (late,)),
        Step(61),
        Step(CRON),
    )


FATES = (
    "coded",
    "waits for its code",
    "late code",
    "never a code",
    "several parcels",
    "reopened",
    "reopened in the wait",
    "cancelled early",
    "cancelled in part",
    "cancelled late",
    "asked to cancel",
    "trashed and restored",
    "cancelled in the shop",
    "taken over",
    "taken over and back",
    "shipped by hand",
    "retried",
)
WEIGHTS = (6, 4, 3, 2, 2, 3, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2)


def drawn(seed: int, orders: int = 4) -> Plan:
    """Draw a life: some orders with a basket and a fate each, over a morning of cron runs."""
    random = Random(seed)  # noqa: S311 - a simulation wants to be repeated
    minutes = [0.0, *random.choices((CRON, 10.0, 16.0), (6, 2, 1), k=9)]
    minutes += [LONG_STEP] * 4 + random.choices((CRON, LONG_STEP, 61.0), (4, 2, 1), k=3)
    acts: list[list[Act]] = [[] for _ in minutes]
    for number in range(FIRST_ORDER, FIRST_ORDER + orders):
        placed = random.randint(1, 4)
        basket = random.choices(list(BASKETS), BASKET_WEIGHTS)[0]
        fate = random.choices(FATES, WEIGHTS)[0]
        acts[placed].append(Act("place", number, basket))
        if basket == "unknown":
            acts[placed + random.randint(2, 4)] += [
                Act("add product", number),
                Act("retry", number),
            ]
        packed = placed + random.randint(1, 4)
        for when, act in _acts_of(fate, number, packed, random):
            acts[min(when, len(acts) - 1)].append(act)
    return tuple(Step(time, tuple(what)) for time, what in zip(minutes, acts, strict=True))


def _acts_of(fate: str, number: int, packed: int, random: Random) -> list[tuple[int, Act]]:
    """Give what happens to an order: (step, act), `packed` being when the warehouse has it done."""

    def at(step: int, word: str, value: str = "") -> tuple[int, Act]:
        return step, Act(word, number, value)

    done = at(packed, "complete", code(number))
    open_done = at(packed, "complete")
    after = packed + random.randint(1, 3)
    stories = {
        "coded": [done],
        "waits for its code": [
            open_done,
            at(packed + random.randint(1, 6), "add code", code(number)),
        ],
        "late code": [open_done, at(14, "add code", code(number))],
        "never a code": [open_done],
        "several parcels": [
            at(packed, "add code", code(number)),
            at(packed, "add code", code(number, 1)),
            open_done,
        ],
        "reopened": [done, at(after, "reopen"), at(after + 2, "complete")],
        "reopened in the wait": [open_done, at(after, "reopen"), at(after + 1, "complete")],
        "cancelled early": [at(max(packed - 2, 2), "cancel")],
        "cancelled in part": [at(max(packed - 1, 2), "cancel one"), done],
        "cancelled late": [open_done, at(after, "cancel")],
        "asked to cancel": [
            at(packed, "ask to cancel"),
            at(after, "retry"),
            at(after + 2, "complete", code(number)),
        ],
        "trashed and restored": [
            at(packed, "trash"),
            at(after, "reopen"),
            at(after + 1, "complete", code(number)),
        ],
        "cancelled in the shop": [at(packed, "cancel in shop")],
        "taken over": [at(max(packed - random.randint(0, 1), 2), "take over"), done],
        "taken over and back": [
            at(max(packed - random.randint(0, 1), 2), "take over"),
            at(after, "follow"),
            at(after + 1, "complete", code(number)),
        ],
        "shipped by hand": [at(packed, "ship by hand", code(number, 9))],
        "retried": [done, at(after, "retry")],
    }
    return stories[fate]

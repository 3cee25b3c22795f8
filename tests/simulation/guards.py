"""The guards, each removed in a copy of the package: the scene that it guards must go wrong then.

    python -m tests.simulation.guards SCENE...

plays scenes and prints what they violate, as JSON by scene. With a mutated package first on
PYTHONPATH, it is that one's doing.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulation.checker import violations
from tests.simulation.faults import Strike
from tests.simulation.plan import Act, Plan, Step, code
from tests.simulation.sides import BOL_TO_WOOCOMMERCE, CREATES, REPORTS, Pair
from tests.simulation.world import LONGEST_TAIL, SimulatedWorld

if TYPE_CHECKING:
    from collections.abc import Callable

CREATE = CREATES["woocommerce"]
REPORT = REPORTS["bol"]
TO_SHOPIFY, FROM_AMAZON = Pair(shop="shopify"), Pair(marketplace="amazon")
LIST = r"^bol GET /retailer/orders\?"
SHOP_READS = r"^woo GET"


@dataclass(frozen=True, slots=True)
class Edit:
    """One place of the package, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: how it is removed, and the scene that needs it.

    `beside` are guards that stand before or behind it and are removed as well, so that it is seen
    alone: with these edits only, the scene must still go well.
    """

    name: str
    scene: str
    edits: tuple[Edit, ...]
    beside: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A life that is written by hand."""

    plan: Plan
    strikes: tuple[Strike, ...] = ()
    sandbox: Mapping[str, Any] = field(default_factory=dict)
    longest: int = LONGEST_TAIL  # so many clean runs have to be enough
    pair: Pair = BOL_TO_WOOCOMMERCE


def _life(*steps: tuple[float, tuple[Act, ...]]) -> Plan:
    return tuple(Step(minutes, acts) for minutes, acts in ((0, ()), *steps))


ORDER = (Act("place", 1, "one"),)
PACKED = (Act("complete", 1, code(1)),)
TWO = (Act("place", 1, "one"), Act("place", 2, "one"))
MANY = tuple(Act("place", number, "one") for number in range(1, 31))
QUIET: tuple[Act, ...] = ()
LIST_DOWN = Act("breaks", value=f"503 at {LIST}")
SHOP_DOWN = Act("breaks", value=f"503 at {SHOP_READS}")

SCENES: Mapping[str, Scene] = {
    "an answer that is lost while the search lags": Scene(
        _life((5, ORDER), (5, QUIET), (5, QUIET)),
        (Strike("killed after", 1, CREATE),),
        {"search_lag": 600},
    ),
    "an answer of Shopify that is lost while its search lags": Scene(
        _life((5, ORDER), (5, QUIET), (5, QUIET)),
        (Strike("killed after", 1, CREATES["shopify"]),),
        {"search_lag": 600},
        pair=TO_SHOPIFY,
    ),
    "a search of Shopify that finds everything": Scene(
        _life((5, ORDER), (5, (Act("place", 2, "two"),)), (5, QUIET)),
        (Strike("unfiltered", 1, "#OrdersByNumber$", times=9),),
        pair=TO_SHOPIFY,
    ),
    "Amazon drops what it confirmed": Scene(
        _life((5, ORDER), (5, QUIET), (5, PACKED), (5, QUIET)),
        (Strike("dropped", 1, REPORTS["amazon"]),),
        pair=FROM_AMAZON,
    ),
    "a creation that acts late": Scene(
        _life((5, ORDER), (2, QUIET), (6, QUIET), (5, QUIET)), (Strike("600 s late", 1, CREATE),)
    ),
    "two orders, the answer of the first is lost": Scene(
        _life((5, TWO), (5, QUIET)), (Strike("lost after", 1, CREATE),)
    ),
    "a piece is cancelled while bol is out of reach": Scene(
        _life(
            (5, (Act("place", 1, "two"),)),
            (5, PACKED),
            (1, (Act("cancel one", 1), LIST_DOWN)),
            (25, QUIET),
        ),
        (Strike("refused", 1, REPORT),),
    ),
    "a code comes while bol and then the shop are out of reach": Scene(
        _life(
            (5, ORDER),
            (5, (Act("complete", 1),)),
            *((45, QUIET) for _ in range(4)),
            (2, (*PACKED, SHOP_DOWN)),
            (25, QUIET),
        ),
        (Strike("refused", 1, REPORT),),
    ),
    "a second run in the midst of a creation": Scene(
        _life((5, ORDER), (5, QUIET)), (Strike("second run", 1, r"^woo GET .*/products"),)
    ),
    "a person takes over in the midst of a creation": Scene(
        _life((5, ORDER), (5, PACKED), (5, QUIET)), (Strike("taken over", 1, CREATE),)
    ),
    "the list of orders fails for an hour": Scene(
        _life(
            (5, QUIET),
            (5, (*ORDER, LIST_DOWN)),
            *((5, QUIET) for _ in range(11)),
            (5, (Act("is mended"),)),
            (5, QUIET),
        ),
    ),
    "the list of orders lags": Scene(
        _life(
            (5, QUIET),
            (10, QUIET),
            (1, (*ORDER, Act("breaks", value=f"lagging at {LIST}"))),
            (9, QUIET),
            (5, (Act("is mended"),)),
            (5, QUIET),
        ),
        longest=12,
    ),
    "the list of orders is empty for half an hour": Scene(
        _life((5, QUIET), (5, ORDER), *((5, QUIET) for _ in range(6))),
        (Strike("missing page", 2, LIST, times=12),),
    ),
    "every creation takes a minute": Scene(_life((5, MANY)), (Strike("slow", 1, CREATE, 99),)),
    "the shop taxes otherwise": Scene(
        _life((5, ORDER), (5, (Act("tax change"), Act("place", 2, "one"))), (5, QUIET))
    ),
    "the clock is a year ahead while an order waits": Scene(
        _life((5, ORDER), (5, (Act("complete", 1),)), (5, QUIET), (5, QUIET)),
        (Strike("year ahead", 2, LIST),),
    ),
}

PUSHING = "orderlink/cycle/pushing.py"
LOCKED = Edit(
    "orderlink/lock.py", "            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
    "            pass\n",
)  # fmt: skip
SETTLED = Edit(
    "orderlink/sql/queries.sql", " AND state = +:old_state AND attempts = +:old_attempts", ""
)
LOOK_BEFORE = Edit(
    "orderlink/cycle/importing.py",
    "run.store.known_order(key) if again else known.get(order_id)\n",
    "None\n",
)
INTENT = Edit("orderlink/outbox.py", " or not self._store.change_effect(effect, started):", ":")
VERIFIED = Edit(
    "orderlink/decide/creation.py",
    "ours = [order for order in orders if order.reference == stamp.reference]",
    "ours = list(orders)",
)

GUARDS: tuple[Guard, ...] = (
    Guard(
        "the unique key of orders",
        "two orders, the answer of the first is lost",
        (
            Edit(
                "orderlink/sql/0001_first.sql",
                "    PRIMARY KEY (account, connection, order_id)\n);\n\n-- What a run asks for",
                "    nothing TEXT\n);\n\n-- What a run asks for",
            ),
            Edit(
                "orderlink/sql/queries.sql",
                " AND connection = :connection AND order_id = :order_id)\n"
                "ON CONFLICT (account, connection, order_id) DO NOTHING",
                " AND connection = :connection AND order_id = :order_id)",
            ),
        ),
        (LOOK_BEFORE,),
    ),
    Guard(
        "the intent before the call",
        "an answer that is lost while the search lags",
        (INTENT,),
    ),
    Guard(
        "the intent before the call to Shopify",
        "an answer of Shopify that is lost while its search lags",
        (INTENT,),
    ),
    Guard(
        "the comparison of what Shopify's search found",
        "a search of Shopify that finds everything",
        (
            Edit(
                "orderlink/shops/shopify_reading.py",
                'if row["sourceIdentifier"] in numbers or reference in references:',
                "if reference:",
            ),
        ),
        (
            VERIFIED,
            Edit(
                "orderlink/shops/shopify.py",
                "if order.reference in references or order.order_number in numbers",
                "if references or numbers",
            ),
        ),
    ),
    Guard(
        "the look for what Amazon confirmed",
        "Amazon drops what it confirmed",
        (
            Edit(
                "orderlink/decide/timing.py",
                "looked - effect.started_at > DROPPED_AFTER",
                "False",
            ),
        ),
    ),
    Guard(
        "the quarantine",
        "a creation that acts late",
        (
            Edit(
                "orderlink/decide/timing.py",
                "return Quarantine.OVER if until <= now else Quarantine.RUNS",
                "return Quarantine.OVER",
            ),
        ),
    ),
    Guard(
        "the verification of the found row",
        "two orders, the answer of the first is lost",
        (VERIFIED,),
    ),
    Guard(
        "the look at the marketplace before a shipment",
        "a piece is cancelled while bol is out of reach",
        (Edit(PUSHING, "if not looked and (old or given_up or effect.attempts):", "if False:"),),
    ),
    Guard(
        "the fresh look at the shop before a shipment without a code",
        "a code comes while bol and then the shop are out of reach",
        (
            Edit(
                "orderlink/cycle/reports.py",
                "if after is None or not is_fresh(after.shop_seen_at, run.now()):",
                "if after is None:",
            ),
        ),
    ),
    Guard("the lock", "a second run in the midst of a creation", (LOCKED,), (SETTLED,)),
    Guard(
        "the compare-and-set of effects",
        "a second run in the midst of a creation",
        (SETTLED,),
        (LOCKED,),
    ),
    Guard(
        "the compare-and-set of the status",
        "a person takes over in the midst of a creation",
        (Edit("orderlink/sql/queries.sql", " AND status = +:old", ""),),
    ),
    Guard(
        "the watermark after the rows",
        "the list of orders fails for an hour",
        (
            Edit(
                "orderlink/cycle/importing.py",
                "    pages = 0\n    try:\n",
                "    pages = 0\n"
                "    with run.store.transaction():\n"
                "        full = market.settings.import_from\n"
                "        run.store.looked(market.id, this.started, full)\n"
                "    try:\n",
            ),
        ),
    ),
    Guard(
        "the overlap of the windows",
        "the list of orders lags",
        (
            Edit(
                "orderlink/marketplaces/bol.py",
                "OVERLAP = timedelta(minutes=15)",
                "OVERLAP = timedelta(0)",
            ),
            Edit(
                "orderlink/marketplaces/bol.py", "SHORTEST_INTERVAL = 10", "SHORTEST_INTERVAL = 1"
            ),
        ),
    ),
    Guard(
        "the daily look at the whole list",
        "the list of orders is empty for half an hour",
        (
            Edit(
                "orderlink/decide/timing.py",
                'return "daily" if now - full >= FULL_LOOK_EVERY else ""',
                'return ""',
            ),
        ),
    ),
    Guard(
        "the deadline of a run",
        "every creation takes a minute",
        (
            Edit(
                "orderlink/cycle/run.py",
                "may = not self.stopping() and self.remaining() > self._kept_back",
                "may = not self.stopping()",
            ),
        ),
    ),
    Guard(
        "the check of the total",
        "the shop taxes otherwise",
        (
            Edit(
                "orderlink/decide/creation.py",
                "    if shop.currency != expected.currency or shop.total != expected.total:",
                '    return ""\n'
                "    if shop.currency != expected.currency or shop.total != expected.total:",
            ),
        ),
    ),
    Guard(
        "the distrust of a wrong clock",
        "the clock is a year ahead while an order waits",
        (
            Edit(
                "orderlink/decide/timing.py",
                "    return all(abs(skew) <= SKEW for skew in skews)",
                "    return True",
            ),
        ),
    ),
)


def play(name: str) -> list[str]:
    """Play a scene; give what it violates."""
    scene = SCENES[name]
    with SimulatedWorld(scene.strikes, pair=scene.pair, **scene.sandbox) as world:
        world.live(scene.plan, scene.longest)
        return violations(world)


def outcome(name: str, playing: Callable[[str], list[str]] = play) -> list[str]:
    """Play a scene; one in which the program breaks altogether went wrong, too."""
    try:
        return playing(name)
    except Exception as error:  # noqa: BLE001 - a mutated package may fail in any way
        return [f"{type(error).__name__}: {error}"]


if __name__ == "__main__":
    logging.getLogger("orderlink").setLevel(logging.CRITICAL)
    json.dump({name: outcome(name) for name in sys.argv[1:]}, sys.stdout)

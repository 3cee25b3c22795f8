"""The story that `orderlink demo` tells: five orders on their way, with the real program.

The sandboxes are real servers on loopback, `sync` is the real one; only time is played. Nothing is
printed here: `Story.scenes` gives what there is to show, `Story.faults` what the sandboxes' own
ledgers hold against the promise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

from orderlink import people
from orderlink.clock import ManualClock
from orderlink.config import load_config
from orderlink.runner import Order, World, open_store, run
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.play import Playground, articles_text, shop_text
from orderlink.sandbox.woocommerce import PRODUCTS
from orderlink.sandbox.woocommerce_state import SandboxProduct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.sandbox.bol_records import PlacedOrder
    from orderlink.sandbox.shop_ledger import Mail

BEGIN: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CRON: Final = timedelta(minutes=5)
WAIT: Final = timedelta(hours=3)
SHOP_KEEPER: Final = "admin@example.test"
POSTER: Final = SandboxProduct(16, "", "Poster A2", "19.00", stock=50)
"""The shop has it, but does not know its article number: to a marketplace's order, unknown."""

BASKETS: Final = {
    "C000000001": Article("MUG-RED", "8712345000000", 1, Decimal("12.99"), "Red mug"),
    "C000000002": Article("TEE-L", "8712345000002", 2, Decimal("24.95"), "T-shirt L"),
    "C000000003": Article("CAP-BLACK", "8712345000003", 1, Decimal("9.95"), "Black cap"),
    "C000000004": Article("MUG-BLUE", "8712345000001", 1, Decimal("12.99"), "Blue mug"),
    "C000000005": Article("POSTER-A2", "8712345000004", 1, Decimal("19.00"), "Poster A2"),
}
MUG, TEES, LETTER, LATE, UNKNOWN = BASKETS
CODES: Final = {MUG: "3SDEMO1000017", TEES: "3SDEMO1000024", UNKNOWN: "3SDEMO1000031"}
LATE_CODES: Final = {LATE: "3SDEMO1000048"}
COLUMNS: Final = ("ORDER", "ARTICLE", "IN THE SHOP", "AT BOL", "ORDERLINK SAYS")


@dataclass(frozen=True, slots=True)
class Scene:
    """One step: when it is over, what happened in one line, and the orders, a row each.

    `told` is what orderlink said to the person meanwhile: what cron would mail.
    """

    at: datetime
    what: str
    told: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Story:
    """The story, told step by step in an empty folder. A context manager.

    `playground` has the sandboxes, whose ledgers tell what truly happened.
    """

    def __init__(self, folder: Path) -> None:
        self._clock = ManualClock(BEGIN)
        self.playground = Playground(self._clock, folder, products=[*PRODUCTS, POSTER])
        self._told: list[str] = []
        self._bugs: list[str] = []
        self._world = World(clock=self._clock, tell=self._told.append)
        self._config: Config

    def __enter__(self) -> Self:
        self.playground.__enter__()
        self._config = load_config(self.playground.configuration)
        return self

    def __exit__(self, *_: object) -> None:
        self.playground.__exit__()

    def scenes(self) -> Iterator[Scene]:
        """Play the story; each scene is given when it has been played."""
        yield self._scene(self._buyers_order())
        yield self._scene(self._orders_are_imported())
        yield self._scene(self._warehouse_ships())
        yield self._scene(self._shipments_are_confirmed())
        yield self._scene(self._problem_is_mended())
        yield self._scene(self._wait_ends())
        yield self._scene(self._code_comes_late())

    def _buyers_order(self) -> str:
        for order_id, article in BASKETS.items():
            self.playground.bol.place(Purchase(articles=(article,), order_id=order_id))
        return "Five buyers order at bol."

    def _orders_are_imported(self) -> str:
        self._cron()
        return "`orderlink sync` runs: four are in the shop, one article is unknown."

    def _warehouse_ships(self) -> str:
        for order_id in (MUG, TEES):
            self._complete(order_id, CODES[order_id])
        for order_id in (LETTER, LATE):
            self._complete(order_id)
        self._cron()
        return "The warehouse ships four; two have no code yet: those wait for one."

    def _shipments_are_confirmed(self) -> str:
        self._cron()
        return "bol took its time, and confirms the two shipments."

    def _problem_is_mended(self) -> str:
        self.playground.shop.product(POSTER.id).sku = BASKETS[UNKNOWN].reference
        store = open_store(self._config, self._world)
        try:
            (row,) = store.orders_named(UNKNOWN)
            people.retry(store, row, self._clock.now())
        finally:
            store.close()
        self._cron()
        self._complete(UNKNOWN, CODES[UNKNOWN])
        self._cron(times=2)
        return f"The shop learns the SKU; `orderlink retry {UNKNOWN}`; it ships, too."

    def _wait_ends(self) -> str:
        self._cron(times=WAIT // CRON)
        return "Three hours have passed without a code: both are reported without one."

    def _code_comes_late(self) -> str:
        act = {"order": LATE, "code": LATE_CODES[LATE], "provider": "PostNL"}
        self.playground.shop.control("add-code", act)
        self._cron(times=timedelta(minutes=75) // CRON)
        return "One code comes after all: bol gets it, for the same shipment."

    def _complete(self, order_id: str, code: str = "") -> None:
        act = {"order": order_id, "code": code, "provider": "PostNL"}
        self.playground.shop.control("complete", act)

    def _cron(self, times: int = 1) -> None:
        """Let the real sync run every five minutes, that many times."""
        for _ in range(times):
            self._clock.advance(CRON.total_seconds())
            report = run(self._config, Order("sync"), self._world)
            self._bugs += report.bugs

    # What there is to see

    def _scene(self, what: str) -> Scene:
        told, self._told[:] = tuple(self._told), []
        rows = tuple(self._row(order) for order in self.playground.bol.orders())
        return Scene(self._clock.now(), what, told, rows)

    def _row(self, order: PlacedOrder) -> tuple[str, ...]:
        items = [
            {"reference": item.article.reference, "quantity": item.article.quantity}
            for item in order.items
        ]
        shown = self.playground.shop.control("orders", {})
        in_shop = [one for one in shown if one["transaction_id"] == order.id]
        return (
            order.id,
            articles_text(items),
            shop_text(in_shop),
            self._at_bol(order),
            self._said_of(order.id),
        )

    def _at_bol(self, order: PlacedOrder) -> str:
        if any(item.open for item in order.items):
            return "open"
        ledger = self.playground.bol.ledger
        codes = [one.code for one in ledger.executed if one.order_id == order.id]
        codes += [one.code for one in ledger.transports if one.order_id == order.id]
        return codes[-1] or "shipped, no code"

    def _said_of(self, order_id: str) -> str:
        store = open_store(self._config, self._world)
        try:
            rows = store.orders_named(order_id)
            words = [problem.word for row in rows for problem in store.problems(row.key)]
            return ": ".join([*(str(row.status) for row in rows), *words]) or "-"
        finally:
            store.close()

    # Whether it is true

    def faults(self) -> list[str]:
        """Compare the ledgers of bol and the shop with the story: what is wrong, in words."""
        bol, shop = self.playground.bol.ledger, self.playground.shop.ledger
        paid = [(key, one.price * one.quantity) for key, one in BASKETS.items()]
        created = [(one.transaction_id, Decimal(one.total)) for one in shop.created]
        codes = [(order_id, CODES.get(order_id, "")) for order_id in BASKETS]
        reported = [(one.order_id, one.code) for one in bol.executed]
        late = [(one.order_id, one.code) for one in bol.transports]
        return [
            *self._bugs,
            *_differences("orders in the shop", created, paid),
            *_differences("shipments at bol", reported, codes),
            *_differences("late codes at bol", late, list(LATE_CODES.items())),
            *(f"{key} was closed too early without a code" for key in self._closed_too_early()),
            *(f"the shop mailed a buyer: {mail.subject}" for mail in _to_buyers(shop.mails)),
        ]

    def _closed_too_early(self) -> list[str]:
        shop = self.playground.shop.ledger
        order_of = {one.id: one.transaction_id for one in shop.created}
        completed = {
            order_of[one.order_id]: one.at for one in shop.changes if one.after == "completed"
        }
        return [
            one.order_id
            for one in self.playground.bol.ledger.accepted
            if not one.code and one.at - completed[one.order_id] < WAIT
        ]


def _differences(
    what: str, there: Sequence[tuple[object, ...]], wanted: Sequence[tuple[object, ...]]
) -> list[str]:
    missing, surplus = Counter(wanted), Counter(there)
    return [
        *(f"{what}: {_words(one)} is missing" for one in (missing - surplus).elements()),
        *(f"{what}: {_words(one)} is too much" for one in (surplus - missing).elements()),
    ]


def _words(values: tuple[object, ...]) -> str:
    return " ".join(str(value) or "without a code" for value in values)


def _to_buyers(mails: Sequence[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.to != SHOP_KEEPER]

"""The story that `orderlink demo` tells: five orders on their way, with the real program.

The sandboxes are real servers on loopback, `sync` is the real one; only time is played. Nothing is
printed here: `Story.scenes` gives what there is to show, `Story.faults` what the sandboxes' own
ledgers hold against the promise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from orderlink import people
from orderlink.clock import ManualClock
from orderlink.config import load_config
from orderlink.runner import Order, World, open_store, run
from orderlink.sandbox.accounts import Product
from orderlink.sandbox.play import Playground, articles_text, shop_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.sandbox.shop_ledger import Mail

BEGIN: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CRON: Final = timedelta(minutes=5)
WAIT: Final = timedelta(hours=3)
SHOP_KEEPER: Final = "admin@example.test"
POSTER: Final = Product(16, "", "Poster A2", "19.00")
"""The shop has it, but does not know its article number: to a marketplace's order, unknown."""


@dataclass(frozen=True, slots=True)
class Basket:
    """What one of the buyers orders; `price` is for a piece, tax included."""

    reference: str
    ean: str
    quantity: int
    price: Decimal
    title: str


MUG: Final = Basket("MUG-RED", "8712345000000", 1, Decimal("12.99"), "Red mug")
TEES: Final = Basket("TEE-L", "8712345000002", 2, Decimal("24.95"), "T-shirt L")
LETTER: Final = Basket("CAP-BLACK", "8712345000003", 1, Decimal("9.95"), "Black cap")
LATE: Final = Basket("MUG-BLUE", "8712345000001", 1, Decimal("12.99"), "Blue mug")
UNKNOWN: Final = Basket("POSTER-A2", "8712345000004", 1, Decimal("19.00"), "Poster A2")
BASKETS: Final = (MUG, TEES, LETTER, LATE, UNKNOWN)
CODES: Final = {MUG: "3SDEMO1000017", TEES: "3SDEMO1000024", UNKNOWN: "3SDEMO1000031"}
LATE_CODES: Final = {LATE: "3SDEMO1000048"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One step: when it is over, what happened in one line, and the orders, a row each.

    `told` is what orderlink said to the person meanwhile: what cron would mail.
    """

    at: datetime
    what: str
    told: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Story:
    """The story, told step by step in an empty folder. A context manager.

    `marketplace` and `shop` are words of the configuration's `type`. `playground` has the
    sandboxes, whose ledgers tell what truly happened; `numbers` are the orders' at the marketplace.
    """

    def __init__(self, folder: Path, marketplace: str = "bol", shop: str = "woocommerce") -> None:
        self._clock = ManualClock(BEGIN)
        self.playground = Playground(
            self._clock, folder, marketplace=marketplace, shop=shop, further=[POSTER]
        )
        self.market, self.shop = self.playground.market, self.playground.shop
        self.numbers = {
            basket: self.market.number.format(count) for count, basket in enumerate(BASKETS, 1)
        }
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
        yield self._scene(self._buyers_order(), with_articles=True)
        yield self._scene(self._orders_are_imported())
        yield self._scene(self._warehouse_ships())
        yield self._scene(self._shipments_are_confirmed())
        yield self._scene(self._problem_is_mended())
        yield self._scene(self._wait_ends())
        yield self._scene(self._code_comes_late())
        if self.market.needs_code:
            yield self._scene(self._letter_is_confirmed_by_hand())

    def _buyers_order(self) -> str:
        for basket, number in self.numbers.items():
            article = asdict(basket) | {"price": str(basket.price)}
            self.market.sandbox.control("place", {"articles": [article], "order_id": number})
        return f"Five buyers order at {self.market.label}."

    def _orders_are_imported(self) -> str:
        self._cron()
        return "`orderlink sync` runs: four are in the shop, one article is unknown."

    def _warehouse_ships(self) -> str:
        for basket in (MUG, TEES):
            self._complete(basket, CODES[basket])
        for basket in (LETTER, LATE):
            self._complete(basket)
        self._cron()
        return "The warehouse ships four; two have no code yet: those wait for one."

    def _shipments_are_confirmed(self) -> str:
        self._cron()
        return f"{self.market.label} took its time, and now shows the two shipments."

    def _problem_is_mended(self) -> str:
        self.shop.sandbox.product(POSTER.id).sku = UNKNOWN.reference
        number = self.numbers[UNKNOWN]
        store = open_store(self._config, self._world)
        try:
            (row,) = store.orders_named(number)
            people.retry(store, row, self._clock.now())
        finally:
            store.close()
        self._cron()
        self._complete(UNKNOWN, CODES[UNKNOWN])
        self._cron(times=2)
        return f"The SKU is set; `orderlink retry {number}`; it ships, too."

    def _wait_ends(self) -> str:
        self._cron(times=WAIT // CRON)
        without = "both are reported without one"
        if self.market.needs_code:
            without = f"{self.market.label} takes neither"
        return f"Three hours have passed without a code: {without}."

    def _code_comes_late(self) -> str:
        self._act("add-code", LATE, LATE_CODES[LATE])
        self._cron(times=timedelta(minutes=75) // CRON)
        same = "" if self.market.needs_code else ", for the same shipment"
        return f"One code comes after all: {self.market.label} gets it{same}."

    def _letter_is_confirmed_by_hand(self) -> str:
        self.market.sandbox.control("ship-by-hand", {"order_id": self.numbers[LETTER]})
        self._cron(times=2)
        return f"The letter has no code: it is confirmed at {self.market.label} by hand."

    def _complete(self, basket: Basket, code: str = "") -> None:
        self._act("complete", basket, code)

    def _act(self, act: str, basket: Basket, code: str) -> None:
        """Let the warehouse do something in the shop."""
        arguments = {"order": self.numbers[basket], "code": code, "provider": "PostNL"}
        self.shop.sandbox.control(act, arguments)

    def _cron(self, times: int = 1) -> None:
        """Let the real sync run every five minutes, that many times."""
        for _ in range(times):
            self._clock.advance(CRON.total_seconds())
            report = run(self._config, Order("sync"), self._world)
            self._bugs += report.bugs

    # What there is to see

    def _scene(self, what: str, *, with_articles: bool = False) -> Scene:
        told, self._told[:] = tuple(self._told), []
        columns = (
            "ORDER",
            *(["ARTICLE"] if with_articles else []),
            "IN THE SHOP",
            f"AT {self.market.label.upper()}",
            "ORDERLINK SAYS",
        )
        in_shop = self.shop.sandbox.control("orders", {})
        placed = self.market.sandbox.control("orders", {})["orders"]
        rows = tuple(self._row(order, in_shop, with_articles=with_articles) for order in placed)
        return Scene(self._clock.now(), what, told, columns, rows)

    def _row(
        self,
        order: Mapping[str, Any],
        in_shop: Iterable[Mapping[str, Any]],
        *,
        with_articles: bool,
    ) -> tuple[str, ...]:
        number = str(order["order_id"])
        return (
            number,
            *([articles_text(order["items"])] if with_articles else []),
            shop_text(one for one in in_shop if one["transaction_id"] == number),
            self._at_market(order),
            self._said_of(number),
        )

    def _at_market(self, order: Mapping[str, Any]) -> str:
        if any(item["quantity"] > item["shipped"] + item["cancelled"] for item in order["items"]):
            return "open"
        reports = [*self.market.executed(), *self.market.corrected()]
        codes = [one.code for one in reports if one.order_id == order["order_id"]]
        return codes[-1] or "shipped, no code"

    def _said_of(self, order_id: str) -> str:
        store = open_store(self._config, self._world)
        try:
            rows = store.orders_named(order_id)
            words = [problem.word for row in rows for problem in store.problems(row.key)]
            if words:
                return f"error: {', '.join(words)}"
            return ", ".join(str(row.status) for row in rows) or "-"
        finally:
            store.close()

    # Whether it is true

    def faults(self) -> list[str]:
        """Compare the ledgers of both sides with the story: what is wrong, in words."""
        label, shop = self.market.label, self.shop.sandbox.ledger
        late = {self.numbers[basket]: code for basket, code in LATE_CODES.items()}
        first = {number: CODES.get(basket, "") for basket, number in self.numbers.items()}
        if self.market.needs_code:
            first, late = first | late, {}
        paid = [(number, one.price * one.quantity) for one, number in self.numbers.items()]
        created = [(one.transaction_id, Decimal(one.total)) for one in shop.created]
        reported = [(one.order_id, one.code) for one in self.market.executed()]
        corrected = [(one.order_id, one.code) for one in self.market.corrected()]
        return [
            *self._bugs,
            *_differences("orders in the shop", created, paid),
            *_differences(f"shipments at {label}", reported, list(first.items())),
            *_differences(f"late codes at {label}", corrected, list(late.items())),
            *(f"{key} was closed too early without a code" for key in self._closed_too_early()),
            *(f"the shop mailed a buyer: {mail.subject}" for mail in _to_buyers(shop.mails)),
        ]

    def _closed_too_early(self) -> list[str]:
        shop = self.shop.sandbox.ledger
        order_of = {one.id: one.transaction_id for one in shop.created}
        completed = {
            order_of[one.order_id]: one.at for one in shop.changes if one.after == "completed"
        }
        return [
            one.order_id
            for one in self.market.accepted()
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

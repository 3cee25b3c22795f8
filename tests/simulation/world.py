"""One life: the real program against the sandboxes, with people, a clock and a plan of faults.

The program's own clock stands beside the true one, by which the servers go. A crash is a
BaseException that no handler survives; then the state file is opened anew by the next run.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from orderlink.config import Config, load_config
from orderlink.errors import OrderlinkError, StateError
from orderlink.lock import Locked
from orderlink.people import follow, orders_with_problems, retry, take_over
from orderlink.runner import Order, Report, World, run
from orderlink.sandbox.server import InProcess, build_response, parse_prepared
from orderlink.steps import Alone
from orderlink.values import replace as changed
from tests.simulation.disk import Disk
from tests.simulation.faults import HANDLERS, Strike, can_strike, exchange_of
from tests.simulation.market_sides import MARKETS, market_side
from tests.simulation.plan import Act, Plan, Step
from tests.simulation.shop_sides import HABITS, shop_side
from tests.simulation.sides import BOL_TO_WOOCOMMERCE, IN_SHOP, Pair
from tests.support.faults import MachineDied
from tests.support.workers import Shuffled
from tests.support.world import HEAD, SHOPS, Merchant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from requests import PreparedRequest, Response
    from requests.adapters import BaseAdapter

    from orderlink.clock import ManualClock
    from orderlink.rows import OrderRow
    from orderlink.sandbox.server import Request, Sandbox
    from orderlink.steps import Workers
    from orderlink.store import Store

MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made below it
QUIET_STEP = 45.0
LONGEST_TAIL = 46
"""So many clean runs reach past the daily look at the whole list, and the wait after it."""
MAX_SECONDS = 240.0
DECISIONS = {"retry": retry, "take over": take_over, "follow": follow}


class ProgramClock:
    """The clock of the machine that the program runs on; `offset` is how wrong it is."""

    def __init__(self, true_clock: ManualClock) -> None:
        self._true = true_clock
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """Tell the time as this machine has it."""
        return self._true.now() + self.offset

    def monotonic(self) -> float:
        """Tell seconds that never run backwards."""
        return self._true.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._true.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did, by the true time."""

    at: datetime
    word: str
    order_id: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that befell an exchange or a commit; `orders`: whom it concerned, None: all."""

    at: datetime
    run: int
    kind: str
    orders: frozenset[str] | None


@dataclass
class RunRecord:
    """One cron run, by the true time; `good`: nothing befell it; `asked`: it came to ask."""

    start: datetime
    end: datetime
    good: bool = True
    asked: bool = False
    told: list[str] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)


@cache
def _parsed_configuration(shop_type: str, table: str) -> Config:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orderlink.toml"
        path.write_text(HEAD.format(connection=SHOPS[shop_type], shop="") + table)
        path.chmod(0o600)
        return load_config(path)


def _workers(seed: int) -> Callable[[Callable[[str], int]], Workers]:
    random = Random(seed)  # noqa: S311 - a simulation wants to be repeated
    return lambda _limit: Shuffled(random) if seed else Alone()


def _new_folder() -> Path:
    where = MEMORY if MEMORY.is_dir() else None
    return Path(tempfile.mkdtemp(prefix="orderlink-life-", dir=where))


class SimulatedWorld(Merchant):
    """A merchant whose world follows a plan and is struck by faults. A context manager."""

    def __init__(
        self,
        strikes: Sequence[Strike] = (),
        workers: int = 0,
        pair: Pair = BOL_TO_WOOCOMMERCE,
        **sandbox: Any,
    ) -> None:
        """Take what befalls it. `workers`: the seed of several workers; 0: there is one."""
        self._own_folder = _new_folder()
        market = MARKETS[pair.marketplace]
        sandbox = {**HABITS.get(pair.shop, {}), **sandbox}
        super().__init__(self._own_folder, market=market, shop_type=pair.shop, **sandbox)
        self.at_market = market_side(self.market)
        self.at_shop = shop_side(self.in_shop)
        self.strikes = list(strikes)
        self.program_clock = ProgramClock(self.clock)
        self.disk = Disk(strike=self._strike_commit)
        self.exchanges: list[str] = []
        self.commits_without_exchange: list[int] = []  # before them only a commit happened
        self._exchanges_at_commit = -1
        self._matches = dict.fromkeys(self.strikes, 0)  # exchanges or commits that were counted
        self.deeds: list[Deed] = []
        self.struck: list[Struck] = []
        self.runs: list[RunRecord] = []
        self.ids: dict[int, str] = {}  # number in the plan -> marketplace order id
        self.second_runs = 0
        self._late: list[tuple[datetime, Sandbox, Request]] = []
        self._undone: list[Act] = []
        self._stopping = self._in_second_run = False
        self._mend_clock_after = -1
        self.world = World(
            clock=self.program_clock,
            tell=self._hear,
            stopping=lambda: self._stopping,
            adapter=self.adapter,
            connect=self.disk.connect,
            workers=_workers(workers),
        )

    def configure(self, *, marketplace: str = "", shop: str = "") -> None:
        """Take the usual configuration, which is read once for all lives."""
        assert not marketplace
        assert not shop
        usual = _parsed_configuration(self.shop_type, self.market.table)
        self.config = changed(
            usual, state=self.folder / "state.sqlite3", path=self.folder / "orderlink.toml"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._own_folder, ignore_errors=True)

    def branch(self, strikes: Sequence[Strike]) -> Self:
        """Go on in a copy of the folder with these strikes, as if they had been planned at first.

        For a process that was forked off: it leaves the folder to the one that it comes from.
        """
        copy = _new_folder()
        shutil.copytree(self._own_folder, copy, dirs_exist_ok=True)
        self._own_folder = self.folder = copy
        self.configure()
        assert not any(strike.where for strike in strikes), "what went before was not looked at"
        self.strikes = list(strikes)
        self._matches = {
            strike: self.disk.commits if strike.at_commit else len(self.exchanges)
            for strike in strikes
        }
        return self

    # Time

    def created(self, number: int) -> bool:
        """Tell whether the shop has the order with this number in the plan."""
        order = self.ids.get(number, "")
        return any(one.transaction_id == order for one in self.at_shop.ledger.created)

    def let_pass(self, seconds: float) -> None:
        """Let time pass, and what was delayed happen at its instant."""
        until = self.clock.now() + timedelta(seconds=seconds)
        for late in sorted(self._late, key=lambda one: one[0]):
            due, sandbox, request = late
            if due <= until:
                self._late.remove(late)
                self.clock.advance(max((due - self.clock.now()).total_seconds(), 0))
                sandbox.handle(self._signed_in(sandbox, request))
        self.clock.advance(max((until - self.clock.now()).total_seconds(), 0))

    def act_later(self, seconds: float, sandbox: Sandbox, request: Request) -> None:
        """Let a request be carried out when so much time has passed."""
        self._late.append((self.clock.now() + timedelta(seconds=seconds), sandbox, request))

    def _signed_in(self, sandbox: Sandbox, request: Request) -> Request:
        """Renew the token of a request that was let in long ago."""
        return self.at_market.signed_in(request) if sandbox is self.market.sandbox else request

    # Faults

    def adapter(self, name: str) -> BaseAdapter:
        """Mount the sandbox of a connection, with what befalls it."""
        of_shop = name == self.at_shop.name
        return _Struck(self, name, self.in_shop if of_shop else self.market.sandbox)

    def plan_strike(self, strike: Strike) -> None:
        """Plan a fault from now on: its `at` counts from here."""
        self.strikes = [one for one in self.strikes if one != strike]
        self.strikes.append(strike)
        self._matches[strike] = 0

    def handler_of(self, exchange: str, request: Request) -> str:
        """Count an exchange, and give the kind of fault that strikes it, or an empty text."""
        if self._in_second_run:
            return ""
        self.exchanges.append(exchange)
        self.runs[-1].asked = self.runs[-1].asked or exchange.startswith(self.at_market.name)
        hit = [one for one in self.strikes if not one.at_commit and self._hits(one, exchange)]
        kinds = [one.kind for one in hit if can_strike(one.kind, exchange)]
        if kinds:
            self._note_strike(kinds[0], self._concerned(request))
        return kinds[0] if kinds else ""

    def _hits(self, strike: Strike, exchange: str) -> bool:
        if strike.where and not re.search(strike.where, exchange):
            return False
        self._matches[strike] += 1
        return strike.at <= self._matches[strike] < strike.at + strike.times

    def _strike_commit(self) -> str:
        if self._in_second_run:
            return ""
        if self._exchanges_at_commit == len(self.exchanges):
            self.commits_without_exchange.append(self.disk.commits)
        self._exchanges_at_commit = len(self.exchanges)
        kinds = [one.kind for one in self.strikes if one.at_commit and self._hits(one, "")]
        if kinds:
            self._note_strike(kinds[0], None)
        return kinds[0] if kinds else ""

    def _note_strike(self, kind: str, orders: frozenset[str] | None) -> None:
        everyone = kind in {"sigterm", "killed before", "killed after"} or kind.endswith(
            (" ahead", " back")
        )
        concerned = None if everyone else orders
        self.struck.append(Struck(self.clock.now(), len(self.runs), kind, concerned))
        if kind.endswith((" ahead", " back")):
            self._mend_clock_after = len(self.runs) + 1
        if self.runs and kind != "second run":
            self.runs[-1].good = False

    def _concerned(self, request: Request) -> frozenset[str] | None:
        """Tell which orders a request is about; None: all, or it cannot be told."""
        text = f"{request.path}?{request.query}{request.body.decode(errors='replace')}"
        found = {
            order.id
            for order in self.at_market.placed()
            if order.id in text or any(line.id in text for line in order.lines)
        }
        return frozenset(found) or None

    def stop(self) -> None:
        """Send the program SIGTERM."""
        self._stopping = True

    def start_second_run(self) -> None:
        """Let cron start the program once more, in the midst of a run."""
        if self._in_second_run:
            return
        self._in_second_run = True
        try:
            with suppress(Locked):
                world = replace(self.world, stopping=lambda: False)
                run(self.config, Order("sync"), world)
                self.second_runs += 1
        finally:
            self._in_second_run = False

    def people_interfere(self, word: str, request: Request) -> None:
        """Let somebody do something to the order that is being handled in this very moment."""
        for order in sorted(self._concerned(request) or ()):
            with suppress(ValueError, LookupError):
                self._do(Act(word), order)
                if word not in DECISIONS:
                    self.deeds.append(Deed(self.clock.now(), word, order))

    def _hear(self, line: str) -> None:
        self.told.append(line)
        if self.runs:
            self.runs[-1].told.append(line)

    # Living

    def live(self, plan: Plan, longest: int = LONGEST_TAIL) -> None:
        """Play a whole plan, then clean runs (`longest` at most) until nothing happens any more."""
        for step in plan:
            self.play(step)
        self.until_quiet(longest)

    def play(self, step: Step) -> None:
        """Let time pass, people act, and cron run once."""
        self.let_pass(step.minutes * 60)
        waiting, self._undone = self._undone, []
        for act in (*waiting, *step.acts):
            self.do(act)
        self.cron()

    def until_quiet(self, longest: int = LONGEST_TAIL) -> None:
        """Let cron run without faults, a person retry what he is told of, until all is still."""
        from tests.simulation.checker import losses  # the checker reads this module's types

        self.strikes.clear()
        still = 0
        for number in range(longest):
            before = self._trace()
            if number in {3, 6, 9, 12}:
                self._retry_all()
            self.play(Step(5 if number < 3 else 20 if number < 5 else QUIET_STEP))
            still = still + 1 if self._trace() == before else 0
            if number > 3 and still >= 2 and not self._late and not losses(self):
                return

    def _trace(self) -> tuple[int, ...]:
        shop = self.at_shop.ledger
        return (*self.at_market.trace(), len(shop.created), len(shop.changes))

    def cron(self, stage: str = "sync") -> Report | None:
        """Run the program once, as cron does; None where it did not come to its end."""
        record = RunRecord(self.clock.now(), self.clock.now())
        self.runs.append(record)
        self._exchanges_at_commit = -1
        if self._mend_clock_after >= 0 and len(self.runs) > self._mend_clock_after:
            self.program_clock.offset, self._mend_clock_after = timedelta(0), -1
        if self.program_clock.offset:
            record.good = False
        self._stopping = self.disk.dead = False
        self.disk.broken = ""
        report = None
        try:
            report = run(self.config, Order(stage, max_seconds=MAX_SECONDS), self.world)
        except MachineDied:
            record.good = False
        except StateError as error:
            record.good = False
            if not any(one.run == len(self.runs) for one in self.struck):
                record.bugs.append(f"StateError without a fault: {error}")
        record.end = self.clock.now()
        if report is not None:
            record.bugs += report.bugs
            record.good = record.good and report.finished
        return report

    # People

    def do(self, act: Act) -> None:
        """Let somebody do something; what cannot be done yet is tried again before each run."""
        try:
            done = self._do(act, self.ids.get(act.order, ""))
        except (ValueError, LookupError):
            done = False
        if not done:
            self._undone.append(act)
        elif act.word not in {"place", *DECISIONS}:
            self.deeds.append(
                Deed(self.clock.now(), act.word, self.ids.get(act.order, ""), act.value)
            )

    def _do(self, act: Act, order: str) -> bool:
        if act.word in DECISIONS:
            return self._decide(act.word, order)
        if act.word in IN_SHOP:
            self.at_shop.act(act.word, order, act.value)
            return True
        market = self.at_market
        acts: dict[str, Callable[[], object]] = {
            "place": lambda: self._buy(act),
            "cancel": lambda: market.cancel(order),
            "cancel one": lambda: market.cancel_piece(order),
            "ask to cancel": lambda: market.ask_to_cancel(order),
            "ship by hand": lambda: market.ship_by_hand(order, act.value),
            "add product": self.at_shop.add_product,
            "tax change": self.at_shop.change_tax,
            "breaks": lambda: self.plan_strike(_lasting_strike(act.value)),
            "is mended": self.strikes.clear,
        }
        acts[act.word]()
        return True

    def _buy(self, act: Act) -> None:
        self.ids[act.order] = self.at_market.buy(act.value)
        self.deeds.append(Deed(self.clock.now(), "place", self.ids[act.order], act.value))

    def _decide(self, word: str, order: str) -> bool:
        """Let the merchant decide about an order; False where the program does not know it yet."""
        with self._state() as store:
            rows: list[OrderRow] = store.orders_named(order)
            if not rows:
                return False
            result = DECISIONS[word](store, rows[0], self.program_clock.now())
            if result.changed:
                self.deeds.append(Deed(self.clock.now(), word, order))
            return True

    def _retry_all(self) -> None:
        with self._state() as store:
            for row in orders_with_problems(store):
                retry(store, row, self.program_clock.now())
                self.deeds.append(Deed(self.clock.now(), "retry", row.key.order_id))

    def _state(self) -> _Opened:
        return _Opened(self.store)


def _lasting_strike(value: str) -> Strike:
    """Read what breaks until it is mended: "KIND at WHERE"."""
    kind, where = value.split(" at ")
    return Strike(kind, 1, where, times=999)


class _Opened:
    """The state file, open for a person for a moment."""

    def __init__(self, opening: Any) -> None:
        self._store: Store = opening()

    def __enter__(self) -> Store:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


class _Struck(InProcess):
    """A sandbox under `requests`, struck by what is planned."""

    def __init__(self, world: SimulatedWorld, name: str, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self._world = world
        self._name = name

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer a request, or do what is planned for it."""
        if self._world.disk.dead:
            raise MachineDied
        parsed = parse_prepared(request)
        parts = urlsplit(str(request.url))
        query = f"?{parts.query}" if parts.query else ""
        exchange = exchange_of(self._name, parsed, f"{parts.path}{query}")
        kind = self._world.handler_of(exchange, parsed)
        if not kind:
            return build_response(request, self.sandbox.handle(parsed))
        try:
            return build_response(request, HANDLERS[kind](self._world, self.sandbox, parsed))
        except MachineDied:
            self._world.disk.dead = True
            raise


def told_order(line: str) -> str:
    """Give the order that a told line is about; empty where it is about a connection."""
    found = re.match(r"\S+ (C\d{9}|\d{3}-\d{7}-\d{7}):", line)
    return found.group(1) if found else ""


__all__ = ["Deed", "OrderlinkError", "RunRecord", "SimulatedWorld", "Struck", "told_order"]

"""One run: what every stage is handed, and what one connection's failure means for the others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from orderlink.clock import Clock
from orderlink.decide.adoption import Plan, Wish
from orderlink.decide.timing import clock_is_trusted
from orderlink.decide.verdict import Problem
from orderlink.errors import RemoteError, SignInFailed, StateError
from orderlink.model import Stamp
from orderlink.outbox import Outbox, Outcome
from orderlink.rows import ConnectionRow, OrderKey
from orderlink.shelves import Shelf
from orderlink.store import Store
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.config import ConnectionSettings
    from orderlink.decide.verdict import Verdict
    from orderlink.model import Json
    from orderlink.rows import EffectRow, EffectState, Event, OrderRow

log = logging.getLogger("orderlink")

AT_ONCE = "requests at once"
"""On the shelf for a day: how many requests at once a host takes."""


class Remote(Protocol):
    """What the stages ask of a connection's way outside."""

    requests: int
    """How many were sent."""

    @property
    def at_once(self) -> int:
        """How many at once the host is asked now."""
        ...

    skew: timedelta | None
    """The largest difference seen between a server's clock and ours."""

    def server_time(self) -> datetime | None:
        """Tell the time as the server does; None before it told it."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...

    def budget_states(self) -> dict[str, Any]:
        """Give the state of the rate budgets."""
        ...


@dataclass
class Connection:
    """One connection in this run: its row, its settings, its connector and its way outside."""

    row: ConnectionRow
    settings: Any  # a subclass of ConnectionSettings, by the connector's own model
    connector: Any  # what it can do is asked of the protocols
    http: Remote
    tokens: Shelf
    memory: Shelf  # what is kept of it across runs, by the connector and by the stages

    @property
    def id(self) -> str:
        """The id in the state file."""
        return self.row.id

    @property
    def label(self) -> str:
        """The name in the configuration."""
        return self.row.label

    @property
    def people_name(self) -> str:
        """The platform's name for people."""
        return str(self.settings.label or self.row.type)

    @property
    def instance(self) -> str:
        """What tells several marketplaces of one type apart in references (Mirakl's operator)."""
        return str(getattr(self.connector, "instance", ""))

    def reference_of(self, order_id: str) -> str:
        """Give the reference that the shop order of a marketplace's order carries."""
        return f"{self.row.type}:{self.instance}:{order_id}"

    @property
    def paused(self) -> bool:
        """The configuration says that it is to be left alone (`enabled = false`)."""
        return not self.common().enabled

    def keep_at_once(self, until: datetime) -> None:
        """Keep how many requests at once the host takes, where that was learnt anew."""
        most, now = str(self.common().parallel), str(self.http.at_once)
        if now != (self.memory.get(AT_ONCE) or most):
            self.memory.put(AT_ONCE, now, until)

    def common(self) -> ConnectionSettings:
        """Give the settings that every connection has."""
        settings: ConnectionSettings = self.settings
        return settings


class Selection(Value, frozen=True):
    """Which orders a person asked for; empty: all. `force` lets the new ones pass the brake.

    `only_find`: what is in the shop is taken over, nothing is created.
    """

    orders: frozenset[OrderKey] = frozenset()
    force: bool = False
    only_find: bool = False
    sample: str = ""  # of a test order: SKU=PRICE
    wish: Wish = Wish()  # of taking over what another program created

    def takes(self, row: OrderRow) -> bool:
        """Tell whether an order is meant."""
        return not self.orders or row.key in self.orders


@dataclass
class Run:
    """What the stages of one run share."""

    store: Store
    clock: Clock
    marketplaces: list[tuple[Connection, Connection]]  # each with its shop
    remaining: Callable[[], float]  # seconds left
    stopping: Callable[[], bool]  # somebody asked to stop
    make_outbox: Callable[[Store, Clock, Callable[[str], timedelta | None]], Outbox] = Outbox
    say: Callable[[str, str], None] = lambda _label, _text: None  # progress, on a terminal
    tell: Callable[[str], None] = lambda _text: None  # what a person has to see in any case
    counts: Counter[str] = field(default_factory=Counter)
    failed: set[str] = field(default_factory=set)  # connections of which something failed
    went_well: set[tuple[str, str]] = field(default_factory=set)  # connection and stage
    went_wrong: set[tuple[str, str]] = field(default_factory=set)
    bugs: list[str] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)  # what `adopt` found, for each marketplace
    cut_short: bool = False  # something was left to a later run
    outbox: Outbox = field(init=False)
    _kept_back: float = 0.0  # seconds of the run that the stages to come need
    _began: tuple[datetime, float] = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.clock.now(), self.clock.monotonic()
        self.outbox = self.make_outbox(self.store, self.clock, self.quarantine_length)

    @property
    def shops(self) -> list[Connection]:
        """Every shop that may be asked, once."""
        return list({shop.id: shop for _, shop in self.marketplaces if not shop.paused}.values())

    def at_once(self, connection: str) -> int:
        """Tell how many calls a connection takes at once."""
        pairs = (one for pair in self.marketplaces for one in pair)
        return next((one.http.at_once for one in pairs if one.id == connection), 1)

    def now(self) -> datetime:
        """Tell the time."""
        return self.clock.now()

    def may_go_on(self) -> bool:
        """Tell whether another effect may be begun; where not, the run is cut short."""
        may = not self.stopping() and self.remaining() > self._kept_back
        self.cut_short = self.cut_short or not may
        return may

    def keep_back(self, share: float) -> None:
        """Keep this share of the seconds that are left for what comes after the next stage."""
        self._kept_back = share * max(self.remaining(), 0.0)

    def trusted(self) -> bool:
        """Tell whether time may count, as far as is known by now."""
        skews = [
            connection.http.skew
            for pair in self.marketplaces
            for connection in pair
            if connection.http.skew is not None
        ]
        skews.append(self._jumped())
        return clock_is_trusted(self.now(), self.store.newest_time(), skews)

    def _jumped(self) -> timedelta:
        """Tell by how much the clock was set since the run began."""
        began, ticks = self._began
        passed = timedelta(seconds=self.clock.monotonic() - ticks)
        return self.now() - began - passed

    def server_time(self, connection: Connection) -> datetime:
        """Tell the time as the connection's servers do, where ours is not to be trusted."""
        told = connection.http.server_time()
        return self.now() if told is None or self.trusted() else told

    def quarantine_length(self, connection: str) -> timedelta | None:
        """Give how long an unknown effect is only looked up; None where time does not count."""
        for pair in self.marketplaces:
            for one in pair:
                if one.id == connection and self.trusted():
                    return one.common().quarantine
        return None

    def stamp(self, row: OrderRow) -> Stamp:
        """Give what marks this order's shop order as ours."""
        return Stamp(row.reference, self.store.origin(), row.key.order_id)

    def shop_of(self, row: OrderRow) -> Connection | None:
        """Give the shop that has this order; None where it is not in the configuration any more."""
        return next((shop for _, shop in self.marketplaces if shop.id == row.shop), None)

    def marketplace_of(self, row: OrderRow) -> Connection | None:
        """Give the marketplace of this order; None where it is not in the configuration."""
        found = (market for market, _ in self.marketplaces if market.id == row.key.connection)
        return next(found, None)

    @contextmanager
    def guarded(self, connection: Connection, stage: str) -> Iterator[None]:
        """Keep what goes wrong with one connection from reaching the others.

        What went well is noted, and counts at the end of the run: one step that went well says
        nothing about a step that fails in every run.
        """
        place = OrderKey(connection.id, "")
        try:
            yield
        except SignInFailed as error:
            self._failed(place, stage, "sign_in_failed", error)
        except RemoteError as error:
            self._failed(place, stage, "unreachable", error)
        except StateError:
            raise
        except Exception as error:  # noqa: BLE001 - it is noted, and the others go on
            self.note_fault(connection, stage, error)
        else:
            self.went_well.add((connection.id, stage))

    def note_fault(self, connection: Connection, stage: str, error: Exception) -> None:
        """Note a fault of orderlink itself."""
        log.error("%s: %s failed", connection.label, stage, exc_info=error)
        self.failed.add(connection.id)
        self.went_wrong.add((connection.id, stage))
        self.bugs.append(f"{connection.label}: {stage} failed by a fault of orderlink")

    def _failed(self, place: OrderKey, stage: str, word: str, error: RemoteError) -> None:
        self.failed.add(place.connection)
        self.went_wrong.add((place.connection, stage))
        log.warning("%s: %s", place.connection, error)
        self.note_problem(place, word, str(error))

    def note_problem(self, place: OrderKey, word: str, sentence: str) -> None:
        """Open a problem outside of a verdict."""
        with self.store.transaction():
            self.store.open_problem(place, Problem(word, sentence), self.now())

    def close_effect(
        self,
        row: OrderRow,
        effect: EffectRow,
        state: EffectState,
        verdict: Verdict,
        remote_ref: str = "",
        document: Json = None,
        error: str = "",
    ) -> None:
        """Record what look-ups found out about an effect, with what follows for its order."""
        outcome = Outcome(state, verdict, remote_ref, document, error)
        self.outbox.record(row, effect, outcome)

    def restart_quarantine(self, effect: EffectRow, length: timedelta) -> None:
        """Let the quarantine of an unknown effect count from now."""
        with self.store.transaction():
            until = self.now() + length
            self.store.change_effect(effect, replace(effect, quarantine_until=until))

    def note(self, place: OrderKey, event: Event) -> None:
        """Add to the history outside of a verdict."""
        with self.store.transaction():
            self.store.add_event(place, event, self.now())

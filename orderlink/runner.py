"""One run of a stage from the outside: lock, state, connections, stage, what a person is told."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from orderlink import housekeeping
from orderlink.clock import Clock
from orderlink.cycle.connecting import Connector, connect_all, refuse_paused
from orderlink.cycle.run import Run, Selection
from orderlink.cycle.stages import STAGES, finish
from orderlink.decide.adoption import Plan, Wish
from orderlink.decide.telling import to_tell, wants_person
from orderlink.decide.verdict import Problem
from orderlink.dryrun import DryOutbox, Planned, copy_of
from orderlink.errors import ConfigurationError, OrderlinkError, StateError
from orderlink.lock import RunLock
from orderlink.outbox import Outbox
from orderlink.redact import Redactor
from orderlink.report.idle import why_idle
from orderlink.report.places import Places
from orderlink.rows import Event, OrderKey, ProblemRow
from orderlink.steps import Alone, Workers, carry_out
from orderlink.store import Store
from orderlink.store.database import Database
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.alerts.alerting import Alerting
    from orderlink.alerts.settings import AlertSettings
    from orderlink.config import Config

log = logging.getLogger("orderlink")
log.addHandler(logging.NullHandler())  # without a log file nothing goes to stderr by itself


class Order(Value, frozen=True):
    """What a person or cron asked for."""

    stage: str
    connections: frozenset[str] = frozenset()  # names in the configuration; empty: all
    orders: tuple[str, ...] = ()  # marketplace numbers, shop ids or numbers, or codes
    force: bool = False
    sample: str = ""  # of a test order: SKU=PRICE
    wish: Wish = Wish()  # of taking over what another program created
    dry_run: bool = False
    wait: bool = False
    max_seconds: float = 240.0


@dataclass
class World:
    """What a run is handed: time, network, disk, and where to say things."""

    clock: Clock
    say: Callable[[str, str], None] = lambda _label, _text: None
    tell: Callable[[str], None] = lambda _text: None
    plan: Callable[[Planned], None] = lambda _planned: None  # what a dry run would send
    stopping: Callable[[], bool] = lambda: False
    unattended: bool = False  # nobody looks at what is told here: what [alerts] tells is left to it
    adapter: Callable[[str], Any] = lambda _name: None  # takes the place of the network
    connect: Callable[..., Any] | None = None  # opens the state file, where it is not SQLite's own
    redactor: Redactor = field(default_factory=lambda: Redactor(()))
    workers: Callable[[Callable[[str], int]], Workers] = lambda _limit: Alone()  # who makes calls


class Report(Value, frozen=True):
    """How a run went: what was counted, what needs a person, and faults of orderlink itself.

    `open_problems` are all there are, also those that may pass; `places` has the connections' names
    by their ids.
    """

    counts: Counter[str]
    problems: list[ProblemRow]
    bugs: list[str]
    finished: bool  # False: it stopped at its deadline or on request
    open_problems: list[ProblemRow]
    places: Mapping[str, str]
    plans: tuple[Plan, ...] = ()  # what `adopt` found
    restored_at: datetime | None = None  # for a quarantine from then on it was only looked


def open_store(config: Config, world: World) -> Store:
    """Open the state file. Raises `StateError`."""
    arguments: dict[str, Any] = {"connect": world.connect} if world.connect else {}
    return Store(Database(config.state, **arguments))


def run(config: Config, order: Order, world: World) -> Report:
    """Run one stage, or all three.

    Raises `Locked`, `ConfigurationError` and `StateError`; whatever else goes wrong is a problem in
    the state file.
    """
    if order.dry_run:
        return _run(config, order, world)
    with RunLock(config.state, world.clock, wait=order.wait):
        if config.alerts is None or order.stage not in CYCLE or order.orders:
            return _run(config, order, world)
        return _alerted(config, config.alerts, order, world)


def _alerted(config: Config, settings: AlertSettings, order: Order, world: World) -> Report:
    """Run, and tell by the ways of [alerts] what there is to tell; they never break the run."""
    from orderlink.alerts.alerting import Alerting  # noqa: PLC0415 - seldom configured

    alerting = Alerting(config, settings, world.clock, world.redactor)
    alerting.begins()
    try:
        report = _run(config, order, world)
    except ConfigurationError:
        raise
    except Exception as error:
        fault = not isinstance(error, OrderlinkError)
        _tell_alerts(config, alerting, order, world, fault=fault)
        raise
    _tell_alerts(config, alerting, order, world, report, fault=bool(report.bugs))
    return report


def _tell_alerts(
    config: Config,
    alerting: Alerting,
    order: Order,
    world: World,
    report: Report | None = None,
    *,
    fault: bool,
) -> None:
    """Tell what there is, and note whether a way failed; `report` None: the run ended early."""
    try:
        store = open_store(config, world)
    except StateError:
        alerting.broke_off(order.stage)
        return
    store.clean = world.redactor.clean
    last = store.last_run()
    store.run_number = last.number if last else None  # what is noted belongs to this run
    try:
        counts = report.counts if report else {}
        alerting.ended(store, order.stage, counts, fault=fault, broken=report is None)
        _note_failures(store, alerting, world)
    except StateError as error:
        log.warning("alerts: %s", error)
    except Exception:  # what is told never breaks what was done
        log.exception("alerts failed")
    finally:
        store.close()


def _note_failures(store: Store, alerting: Alerting, world: World) -> None:
    failures = [f"{way}: {why}" for way, why in alerting.failures.items()]
    for failure in failures:
        log.warning("alerts: %s", world.redactor.clean(failure))
    with store.transaction():
        if failures:
            problem = Problem("alert_fails", "; ".join(failures))
            store.open_problem(ALERTS, problem, world.clock.now())
        elif alerting.went_out:
            store.solve(ALERTS, ["alert_fails"], world.clock.now())


def _run(config: Config, order: Order, world: World) -> Report:
    store = copy_of(config.state) if order.dry_run else open_store(config, world)
    try:
        store.clean = world.redactor.clean
        return _stage(config, order, world, store)
    finally:
        store.close()


def _stage(config: Config, order: Order, world: World, store: Store) -> Report:
    number = store.start_run(order.stage, world.clock.now())
    log.debug("%s starts", _title(order, number))
    try:
        logged = _logged(world, dry_run=order.dry_run)
        return _carry_out(config, order, logged, store, number)
    except (Exception, KeyboardInterrupt) as error:
        _note_end(store, number, world.clock, error)
        raise


def _title(order: Order, number: int) -> str:
    return f"dry run ({order.stage})" if order.dry_run else f"run {number} ({order.stage})"


def _logged(world: World, *, dry_run: bool) -> World:
    """Let the log file have what is said and told, too; in a dry run nothing of it was done."""

    def say(label: str, text: str) -> None:
        log.log(logging.DEBUG if dry_run else logging.INFO, "%s: %s", label, text)
        world.say(label, text)

    def tell(text: str) -> None:
        log.warning("%s", text)
        world.tell(text)

    return replace(world, say=say, tell=tell)


def _note_end(store: Store, number: int, clock: Clock, error: BaseException) -> None:
    """Note that a run could not go on; a bug's own words may hold a buyer's data."""
    why = str(error) if isinstance(error, OrderlinkError) else type(error).__name__
    log.error("run %s is broken off: %s", number, why)
    with suppress(StateError), store.transaction():
        store.add_event(NOWHERE, Event("broken_off", {"why": why}), clock.now())
        store.end_run(number, "broken_off", {}, clock.now())


def _carry_out(config: Config, order: Order, world: World, store: Store, number: int) -> Report:
    clock = world.clock
    end = clock.monotonic() + order.max_seconds
    if store.recovered:
        text = f"{store.recovered} interrupted: looked up before anything is sent again"
        world.say("state", text)
    connector = Connector(
        store, clock, lambda: end - clock.monotonic(), world.redactor, world.adapter
    )
    if order.stage not in CYCLE:
        refuse_paused(config, order.connections, f"{order.stage} needs it")
    pairs, missing = connect_all(config, connector, order.connections)
    dry = partial(DryOutbox, world.plan)
    this = Run(
        store=store,
        clock=clock,
        make_outbox=dry if order.dry_run else Outbox,
        marketplaces=pairs,
        remaining=lambda: end - clock.monotonic(),
        stopping=world.stopping,
        say=world.say,
        tell=world.tell,
    )
    housekeeping.begin(config, store, this, number, dry_run=order.dry_run)
    selection = Selection(
        _keys(config, store, order.orders), order.force, sample=order.sample, wish=order.wish
    )
    try:
        carry_out(STAGES[order.stage](this, selection), world.workers(this.at_once))
    finally:
        for pair in pairs:
            for connection in pair:
                connection.http.close()
    housekeeping.end(config, store, this, number, rebuilt=order.stage == "rebuild")
    _write_end(order, store, this, number, failed=bool(missing))
    problems = tell(store, config, world, quiet=order.dry_run)
    places = {row.id: row.label for row in store.connections()}
    return Report(
        counts=this.counts,
        problems=problems,
        bugs=this.bugs,
        finished=not this.cut_short,
        open_problems=store.problems(),
        places=places,
        plans=tuple(this.plans),
        restored_at=this.outbox.restored_at,
    )


def _write_end(order: Order, store: Store, this: Run, number: int, *, failed: bool) -> None:
    """Write down what the next run needs and how this one went, in one commit.

    `failed`: a connection could not be opened.
    """
    this.counts["recovered"] += store.recovered
    failed = bool(this.failed or this.bugs or failed)
    outcome = "failed" if failed else "stopped" if this.cut_short else "ok"
    with store.transaction():
        finish(this)
        for bug in dict.fromkeys(this.bugs):
            store.add_event(NOWHERE, Event("fault", {"why": bug}), this.now())
        store.end_run(number, outcome, this.counts, this.now())
    log.info("%s ended: %s%s", _title(order, number), outcome, _counted(this.counts))


def _counted(counts: Counter[str]) -> str:
    return "".join(f", {count} {name}" for name, count in sorted(counts.items()) if count)


CYCLE = ("import", "poll", "push", "sync")
"""The stages that cron runs, and that tell by the ways of [alerts]."""
ALERTS = OrderKey("alerts", "")
"""The place of the problem that these ways fail."""
NOWHERE = OrderKey("", "")
"""The place of what happened to a run as a whole."""


def _keys(config: Config, store: Store, names: tuple[str, ...]) -> frozenset[OrderKey]:
    if not names:
        return frozenset()
    keys = set()
    places = Places(config, store)
    for name in names:
        rows = store.orders_named(name)
        if not rows:
            raise ConfigurationError([f"no order is called {name}: see `orderlink orders`"])
        if len(rows) > 1:
            listed = ", ".join(row.key.name for row in rows)
            raise ConfigurationError([f"{name} is more than one order; name one: {listed}"])
        if idle := why_idle(places, rows[0]):
            raise ConfigurationError([idle])
        keys.add(rows[0].key)
    return frozenset(keys)


def tell(store: Store, config: Config, world: World, *, quiet: bool) -> list[ProblemRow]:
    """Tell a person what he has not been told today; give everything that needs one."""
    now = world.clock.now()
    places = Places(config, store)
    problems = [one for one in store.problems() if not places.is_paused(one)]
    labels = {row.id: row.label for row in store.connections()}
    if not quiet:
        alerts = world.unattended and config.alerts is not None and config.alerts.tells
        for problem in to_tell(problems, now, config.alert_after):
            if not alerts or problem.word == "alert_fails":
                world.tell(f"{_place(problem, labels)}: {problem.sentence}")
            with store.transaction():
                store.told(problem, now)
        for problem in store.solved_and_told():
            if not alerts or problem.word == "alert_fails":
                world.tell(f"{_place(problem, labels)}: over: {problem.sentence}")
            with store.transaction():
                store.told(problem, None)
    return [one for one in problems if wants_person(one, now, config.alert_after)]


def _place(problem: ProblemRow, labels: dict[str, str]) -> str:
    label = labels.get(problem.connection, problem.connection.removeprefix("name:"))
    return f"{label} {problem.order_id}".rstrip()

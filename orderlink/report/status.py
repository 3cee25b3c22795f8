"""How everything stands: gathered from the state file and the configuration, decided nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.basics import CLOSED, Status
from orderlink.codec import read_time
from orderlink.decide.telling import is_stale, wants_person
from orderlink.decide.timing import clock_is_trusted
from orderlink.decide.urgency import Damage, damage, last_day, urgency
from orderlink.problems import WORDS, advice
from orderlink.report.days import day_in_amsterdam
from orderlink.report.places import Place, Places
from orderlink.rows import OrderKey, OrderRow, ProblemRow, Tally
from orderlink.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orderlink.config import Config
    from orderlink.rows import OrderCount
    from orderlink.store import Store

SHOWN = 20
"""So many orders at most in each list of the status."""
NEAR = timedelta(days=1)
"""A date counts as near from the day before."""
HOURS = 24
HOUR = timedelta(hours=1)
STAGES = {"marketplace": ("import", "push"), "shop": ("create", "poll")}
"""The stages that succeed or fail for a connection of each role."""


class Concern(Value, frozen=True):
    """An open problem with what a person needs to know about it."""

    problem: ProblemRow
    connection: str  # the name in the configuration
    meaning: str
    advice: str
    needs_person: bool
    damage: Damage = Damage.REST
    last_day: date | None = None  # on which an order must leave: this one, or the most urgent one


class Connected(Value, frozen=True):
    """One connection: how many orders in which status, what is missing, and its last good runs."""

    place: Place
    counts: Mapping[str, int]
    partial: int
    last_good: Mapping[str, datetime]
    takes_from: str = ""  # of a marketplace: "open", a day, or the instant of its first run
    lately: Mapping[str, int] = field(default_factory=dict)  # what happened in the hours shown


class Hour(Value, frozen=True):
    """What happened in the hour that begins then, as `orderlink.decide.counting` names it."""

    begins: datetime
    counts: Mapping[str, int]


class LastRun(Value, frozen=True):
    """The run that was started last; `ended_at` None: it is under way, or was broken off."""

    command: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str

    @property
    def seconds(self) -> int | None:
        """How long it took; None where it has not ended, or a clock was set meanwhile."""
        if self.ended_at is None or self.ended_at < self.started_at:
            return None
        return int((self.ended_at - self.started_at).total_seconds())


class Waiting(Value, frozen=True):
    """An order that waits for its code, and when that ends."""

    order: OrderRow
    connection: str
    until: datetime | None


class StatusReport(Value, frozen=True):
    """Everything that `orderlink status` tells."""

    now: datetime
    today: date  # in Europe/Amsterdam
    state: str
    runs: bool  # a run was ever started
    last_good: datetime | None
    stale: bool
    clock_trusted: bool
    connections: tuple[Connected, ...]
    concerns: tuple[Concern, ...]
    waiting: tuple[Waiting, ...]  # the longest waiting first
    dated: tuple[tuple[str, OrderRow], ...]  # with the connection's name, the most urgent first
    personal_data: int  # the orders of which buyers' data are kept
    oldest_personal_data: datetime | None
    orphans: Mapping[str, int]  # what is not in the configuration -> its open orders
    hours: tuple[Hour, ...] = ()  # the last 24, the present one included
    last_run: LastRun | None = None

    @property
    def needs_person(self) -> tuple[Concern, ...]:
        """What waits for a person."""
        return tuple(one for one in self.concerns if one.needs_person)

    @property
    def passing(self) -> tuple[Concern, ...]:
        """What may go away by itself, and does not need a person yet."""
        return tuple(one for one in self.concerns if not one.needs_person)

    @property
    def oldest_waiting(self) -> Waiting | None:
        """The order that waits for its code for the longest time."""
        return next(iter(self.waiting), None)

    @property
    def fine(self) -> bool:
        """Nothing needs a person, and runs go well."""
        return not (self.needs_person or self.stale or self.orphans)


def gather(config: Config, store: Store | None, now: datetime) -> StatusReport:
    """Gather the status; `store` None: nothing has run yet."""
    places = Places(config, store)
    counts = store.order_counts() if store else []
    successes = dict(_successes(store)) if store else {}
    good = [at for stages in successes.values() for at in stages.values()]
    first_start = store.first_start() if store else None
    last_good = max(good, default=None)
    today = day_in_amsterdam(now)
    first_hour = now.replace(minute=0, second=0, microsecond=0) - (HOURS - 1) * HOUR
    tallies = store.tallies(first_hour) if store else []
    personal_data, oldest_personal_data = store.personal_data() if store else (0, None)
    return StatusReport(
        now=now,
        today=today,
        state=str(config.state),
        runs=first_start is not None,
        last_good=last_good,
        stale=is_stale(last_good or first_start, now),
        clock_trusted=not store or clock_is_trusted(now, store.newest_time(), []),
        connections=tuple(_connections(config, places, store, successes, counts, tallies)),
        concerns=concerns(config, places, store, now) if store else (),
        waiting=_waiting(config, places, store) if store else (),
        dated=_dated(places, store, today) if store else (),
        personal_data=personal_data,
        oldest_personal_data=oldest_personal_data,
        orphans=_orphans(places, counts),
        hours=_hours(first_hour, tallies),
        last_run=_last_run(store) if store else None,
    )


def gone_stale(store: Store, now: datetime) -> bool:
    """Tell whether no stage went well for any connection for too long."""
    good = [at for _, _, at in store.successes()]
    return is_stale(max(good, default=store.first_start()), now)


def concerns(config: Config, places: Places, store: Store, now: datetime) -> tuple[Concern, ...]:
    """List the open problems, what does most damage first; those of gone connections are kept."""
    today = day_in_amsterdam(now)
    last_days = _last_days(store, today)
    found = [
        Concern(
            problem=problem,
            connection=places.name(problem.connection),
            meaning=WORDS[problem.word].meaning,
            advice=advice(
                problem.word,
                order=problem.order_id,
                connection=places.name(problem.connection),
            ),
            needs_person=wants_person(problem, now, config.alert_after),
            damage=damage(problem.word, last, today),
            last_day=last,
        )
        for problem in store.problems()
        for last in [last_days.get(OrderKey(problem.connection, problem.order_id))]
    ]
    return tuple(sorted(found, key=lambda one: urgency(one.problem, one.last_day, today)))


def _last_days(store: Store, today: date) -> dict[OrderKey, date]:
    """Give the last day of each order with a problem, and of each connection's urgent orders."""
    found = {key: last_day(days) for key, days in store.problem_days().items()}
    for row in store.dated_orders((today + NEAR).isoformat(), SHOWN):
        for place in (OrderKey(row.key.connection, ""), OrderKey(row.shop, "")):
            found[place] = min(found.get(place) or date.max, last_day(row) or date.max)
    return {key: day for key, day in found.items() if day is not None}


def _successes(store: Store) -> Mapping[str, dict[str, datetime]]:
    found: dict[str, dict[str, datetime]] = {}
    for connection, stage, at in store.successes():
        found.setdefault(connection, {})[stage] = at
    return found


def _connections(
    config: Config,
    places: Places,
    store: Store | None,
    successes: Mapping[str, Mapping[str, datetime]],
    counts: Sequence[OrderCount],
    tallies: Sequence[Tally],
) -> Iterator[Connected]:
    partial = store.partial_orders() if store else {}
    for place in places.all:
        statuses: Counter[str] = Counter()
        for one in counts:
            if one.connection == place.id:
                statuses[one.status] += one.orders
        yield Connected(
            place=place,
            counts=statuses,
            partial=partial.get(place.id, 0),
            last_good=successes.get(place.id, {}),
            takes_from=_takes_from(config, place),
            lately=_by_word(one for one in tallies if one.connection == place.id),
        )


def _by_word(tallies: Iterable[Tally]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in tallies:
        found[one.word] += one.times
    return found


def _hours(first: datetime, tallies: Sequence[Tally]) -> tuple[Hour, ...]:
    found: dict[datetime, list[Tally]] = {first + number * HOUR: [] for number in range(HOURS)}
    for one in tallies:
        found.get(one.hour, []).append(one)
    return tuple(Hour(begins, _by_word(these)) for begins, these in found.items())


def _last_run(store: Store) -> LastRun | None:
    row = store.last_run()
    if row is None:
        return None
    ended_at = read_time(row["ended_at"]) if row["ended_at"] else None
    return LastRun(row["command"], read_time(row["started_at"]), ended_at, row["outcome"])


def _takes_from(config: Config, place: Place) -> str:
    if place.role != "marketplace" or not place.configured:
        return ""
    first_run = place.row.first_run_at if place.row else None
    since_first_run = first_run.isoformat(timespec="seconds") if first_run else ""
    return config.marketplaces[place.name].import_from or since_first_run


def _waiting(config: Config, places: Places, store: Store) -> tuple[Waiting, ...]:
    found = []
    for row in store.waiting_orders(SHOWN):
        name = places.name(row.key.connection)
        settings = config.marketplaces.get(name)
        since = row.waiting_since
        until = since + settings.tracking_wait if since and settings else None
        found.append(Waiting(row, name, until))
    return tuple(found)


def _dated(places: Places, store: Store, today: date) -> tuple[tuple[str, OrderRow], ...]:
    rows = store.dated_orders((today + NEAR).isoformat(), SHOWN)
    rows.sort(key=lambda row: (last_day(row) or date.max, row.placed_at, row.key))
    return tuple((places.name(row.key.connection), row) for row in rows)


def _orphans(places: Places, counts: Sequence[OrderCount]) -> dict[str, int]:
    """Count the open orders that no run follows, since a connection is not configured any more."""
    found: Counter[str] = Counter()
    for one in counts:
        if one.status in {*CLOSED, Status.MANUAL}:
            continue
        if not places.is_configured(one.connection):
            found[f"marketplace {places.name(one.connection)}"] += one.orders
        elif not places.is_configured(one.shop):
            found[f"shop {places.name(one.shop)}"] += one.orders
    return dict(found)

"""How everything stands: gathered from the state file and the configuration, decided nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.decide.telling import end_of_api, is_stale
from orderlink.decide.timing import clock_is_trusted
from orderlink.decide.urgency import last_day
from orderlink.lock import runs_since
from orderlink.report.concerns import NEAR, SHOWN, Concern, concerns
from orderlink.report.days import day_in_amsterdam
from orderlink.report.orphans import Orphans, orphans
from orderlink.report.places import Place, Places
from orderlink.report.restored import closed_until, restored_at
from orderlink.rows import OrderRow, RunRow, Tally
from orderlink.store.reading import open_for_reading
from orderlink.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orderlink.config import Config
    from orderlink.rows import OrderCount
    from orderlink.store import Store

HOURS = 24
HOUR = timedelta(hours=1)
STAGES = {"marketplace": ("import", "push"), "shop": ("create", "poll")}
"""The stages that succeed or fail for a connection of each role."""


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
    orphans: tuple[Orphans, ...]  # open orders that nobody follows
    hours: tuple[Hour, ...] = ()  # the last 24, the present one included
    last_run: RunRow | None = None
    last_outcome: str = ""  # what became of it, as in `orderlink.rows.RunRow`
    closed: Mapping[str, datetime] = field(default_factory=dict)
    """After a restore: before when nothing is sent to a connection, by its name."""
    ends: tuple[str, ...] = ()  # which APIs end soon, or did, a sentence each

    @property
    def needs_person(self) -> tuple[Concern, ...]:
        """What waits for a person."""
        return tuple(one for one in self.concerns if one.needs_person and not one.paused)

    @property
    def passing(self) -> tuple[Concern, ...]:
        """What may go away by itself, and does not need a person yet."""
        return tuple(one for one in self.concerns if not one.needs_person and not one.paused)

    @property
    def oldest_waiting(self) -> Waiting | None:
        """The order that waits for its code for the longest time."""
        return next(iter(self.waiting), None)

    @property
    def fine(self) -> bool:
        """Nothing needs a person, and runs go well."""
        return not (self.needs_person or self.stale or self.orphans)


def look(config: Config, now: datetime) -> StatusReport:
    """Gather the status from the state file as it is now. Raises `StateError`."""
    store = open_for_reading(config.state)
    try:
        return gather(config, store, now)
    finally:
        if store:
            store.close()


def gather(config: Config, store: Store | None, now: datetime) -> StatusReport:
    """Gather the status; `store` None: nothing has run yet."""
    places = Places(config, store)
    counts = store.order_counts() if store else []
    successes = dict(_successes(store)) if store else {}
    good = [at for stages in successes.values() for at in stages.values()]
    first_start = store.first_start() if store else None
    last_good = max(good, default=None)
    run = store.last_run() if store else None
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
        stale=may_run(config) and is_stale(last_good or first_start, now),
        clock_trusted=not store or clock_is_trusted(now, store.newest_time(), []),
        connections=tuple(_connections(config, places, store, successes, counts, tallies)),
        concerns=concerns(config, places, store, now) if store else (),
        waiting=_waiting(config, places, store) if store else (),
        dated=_dated(places, store, today) if store else (),
        personal_data=personal_data,
        oldest_personal_data=oldest_personal_data,
        orphans=orphans(places, counts),
        hours=_hours(first_hour, tallies),
        last_run=run,
        last_outcome=run.became(runs_since(config.state)) if run else "",
        closed=closed_until(config, restored_at(config, store, now), now) if store else {},
        ends=tuple(filter(None, (end_of_api(one, today) for one in config.connections()))),
    )


def may_run(config: Config) -> bool:
    """Tell whether there is anything that is not paused, so that runs are to go well."""
    return any(one.enabled for one in config.marketplaces.values())


def gone_stale(config: Config, store: Store, now: datetime) -> bool:
    """Tell whether no stage went well for any connection for too long."""
    if not may_run(config):
        return False
    good = [at for _, _, at in store.successes()]
    return is_stale(max(good, default=store.first_start()), now)


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

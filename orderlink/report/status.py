"""How everything stands: gathered from the state file and the configuration, decided nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.decide.telling import end_of_api, is_stale, wants_person
from orderlink.decide.timing import clock_is_trusted
from orderlink.problems import WORDS, advice
from orderlink.report.days import day_in_amsterdam
from orderlink.report.places import Place, Places
from orderlink.rows import OrderRow, ProblemRow
from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.config import Config
    from orderlink.store import Store

SHOWN = 20
"""So many orders at most in each list of the status."""
NEAR = timedelta(days=1)
"""A date counts as near from the day before."""
STAGES = {"marketplace": ("import", "push"), "shop": ("create", "poll")}
"""The stages that succeed or fail for a connection of each role."""


class Concern(Value, frozen=True):
    """An open problem with what a person needs to know about it."""

    problem: ProblemRow
    connection: str  # the name in the configuration
    meaning: str
    advice: str
    needs_person: bool


class Connected(Value, frozen=True):
    """One connection: how many orders in which status, what is missing, and its last good runs."""

    place: Place
    counts: Mapping[str, int]
    partial: int
    last_good: Mapping[str, datetime]
    takes_from: str = ""  # of a marketplace: "open", a day, or the instant of its first run


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
    oldest_waiting: Waiting | None
    dated: tuple[tuple[str, OrderRow], ...]  # with the connection's name
    oldest_personal_data: datetime | None
    orphans: Mapping[str, int]  # what is not in the configuration -> its open orders
    ends: tuple[str, ...] = ()  # which APIs end soon, or did, a sentence each

    @property
    def needs_person(self) -> tuple[Concern, ...]:
        """What waits for a person."""
        return tuple(one for one in self.concerns if one.needs_person)

    @property
    def passing(self) -> tuple[Concern, ...]:
        """What may go away by itself, and does not need a person yet."""
        return tuple(one for one in self.concerns if not one.needs_person)

    @property
    def fine(self) -> bool:
        """Nothing needs a person, and runs go well."""
        return not (self.needs_person or self.stale or self.orphans)


def gather(config: Config, store: Store | None, now: datetime) -> StatusReport:
    """Gather the status; `store` None: nothing has run yet."""
    places = Places(config, store)
    open_orders = _open_orders(places, store) if store else {}
    successes = dict(_successes(store)) if store else {}
    good = [at for stages in successes.values() for at in stages.values()]
    first_start = store.first_start() if store else None
    last_good = max(good, default=None)
    today = day_in_amsterdam(now)
    return StatusReport(
        now=now,
        today=today,
        state=str(config.state),
        runs=first_start is not None,
        last_good=last_good,
        stale=is_stale(last_good or first_start, now),
        clock_trusted=not store or clock_is_trusted(now, store.newest_time(), []),
        connections=_connections(config, places, store, successes, open_orders),
        concerns=concerns(config, places, store, now) if store else (),
        oldest_waiting=_oldest_waiting(config, places, store) if store else None,
        dated=_dated(places, store, today) if store else (),
        oldest_personal_data=store.oldest_personal_data() if store else None,
        orphans=_orphans(places, open_orders),
        ends=tuple(filter(None, (end_of_api(one, today) for one in config.connections()))),
    )


def gone_stale(store: Store, now: datetime) -> bool:
    """Tell whether no stage went well for any connection for too long."""
    good = [at for _, _, at in store.successes()]
    return is_stale(max(good, default=store.first_start()), now)


def concerns(config: Config, places: Places, store: Store, now: datetime) -> tuple[Concern, ...]:
    """List the open problems, oldest first; those of connections that are gone are kept."""
    return tuple(
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
        )
        for problem in store.problems()
    )


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
    open_orders: Mapping[str, list[OrderRow]],
) -> tuple[Connected, ...]:
    counts = store.count_orders() if store else {}
    return tuple(
        Connected(
            place=place,
            counts=counts.get(place.id, {}),
            partial=sum(row.partial for row in open_orders.get(place.id, ())),
            last_good=successes.get(place.id, {}),
            takes_from=_takes_from(config, place),
        )
        for place in places.all
    )


def _open_orders(places: Places, store: Store) -> dict[str, list[OrderRow]]:
    markets = [place.id for place in places.all if place.role == "marketplace" and place.id]
    return {identity: store.open_orders(identity) for identity in markets}


def _takes_from(config: Config, place: Place) -> str:
    if place.role != "marketplace" or not place.configured:
        return ""
    first_run = place.row.first_run_at if place.row else None
    since_first_run = first_run.isoformat(timespec="seconds") if first_run else ""
    return config.marketplaces[place.name].import_from or since_first_run


def _oldest_waiting(config: Config, places: Places, store: Store) -> Waiting | None:
    for row in store.waiting_orders(1):
        name = places.name(row.key.connection)
        settings = config.marketplaces.get(name)
        since = row.waiting_since
        return Waiting(row, name, since + settings.tracking_wait if since and settings else None)
    return None


def _dated(places: Places, store: Store, today: date) -> tuple[tuple[str, OrderRow], ...]:
    rows = store.dated_orders((today + NEAR).isoformat(), SHOWN)
    return tuple((places.name(row.key.connection), row) for row in rows)


def _orphans(places: Places, open_orders: Mapping[str, list[OrderRow]]) -> dict[str, int]:
    """Count the open orders that no run follows, since a connection is not configured any more."""
    found: Counter[str] = Counter()
    for identity, rows in open_orders.items():
        for row in rows:
            if not places.is_configured(identity):
                found[f"marketplace {places.name(identity)}"] += 1
            elif not places.is_configured(row.shop):
                found[f"shop {places.name(row.shop)}"] += 1
    return dict(found)

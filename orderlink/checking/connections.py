"""What is checked of each connection, by asking the remote system itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from orderlink.checking import carriers, orders
from orderlink.checking.wording import words_of
from orderlink.complaints import suggestion
from orderlink.cycle.connecting import Connector
from orderlink.decide.telling import end_of_api
from orderlink.errors import ConfigurationError, RemoteError, SecretError, SignInFailed, TryLater
from orderlink.marketplaces import Checks, ListsCarriers
from orderlink.model import Finding, FindingState, Look
from orderlink.problems import advice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, timedelta

    from orderlink.alerts.settings import AlertSettings
    from orderlink.config import Config, ConnectionSettings
    from orderlink.cycle.run import Connection
    from orderlink.runner import World
    from orderlink.store import Store

log = logging.getLogger("orderlink")

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

SECONDS = 120.0
"""So long all of it may take."""


def chosen(config: Config, names: frozenset[str]) -> frozenset[str]:
    """Give the connections that are meant; empty: all. A marketplace brings its shop along.

    Raises `ConfigurationError` for a name that there is not.
    """
    known = {*config.marketplaces, *config.shops}
    for name in sorted(names - known):
        hint = suggestion(name, known) or f"; there are: {', '.join(sorted(known))}"
        raise ConfigurationError([f"no connection is called {name}{hint}"])
    shops = {config.marketplaces[name].shop for name in names & {*config.marketplaces}}
    return frozenset(names | shops or known)


class Checker:
    """Asks the remote systems, each shop before the marketplaces that need it. Close it when done.

    `store` is a copy of the state, which may be changed. `skews` has by connection how far its
    server's clock is ahead of ours, None where it did not say.
    """

    def __init__(self, config: Config, world: World, store: Store) -> None:
        clock = world.clock
        end = clock.monotonic() + SECONDS
        self._config, self._world, self._store = config, world, store
        self._connector = Connector(
            store, clock, lambda: end - clock.monotonic(), world.redactor, world.adapter
        )
        self._open: list[Connection] = []
        self._sound: dict[str, Connection] = {}
        self.skews: dict[str, timedelta | None] = {}

    def close(self) -> None:
        """Close the connections."""
        for connection in self._open:
            connection.http.close()

    def shop(self, name: str) -> Iterator[Finding]:
        """Check one shop."""
        settings, kind = self._config.shops[name], self._config.shop_classes[name]
        yield from self._connection("shop", name, settings, kind)

    def marketplace(self, name: str) -> Iterator[Finding]:
        """Check one marketplace: itself, its carriers, and its open orders against its shop."""
        settings, kind = self._config.marketplaces[name], self._config.marketplace_classes[name]
        yield from self._connection("marketplace", name, settings, kind)
        market, shop = self._sound.get(name), self._sound.get(settings.shop)
        if market is None:
            yield from carriers.findings(settings, ())
            return
        yield from self._guarded(market, _carriers(market))
        if shop is not None:
            found = orders.findings(self._store, market, shop, self._world.clock.now())
            yield from self._guarded(market, found)

    def _connection(
        self, role: str, name: str, settings: ConnectionSettings, kind: type[Any]
    ) -> Iterator[Finding]:
        secrets = _secrets(settings)
        yield from secrets
        if settings.api_version:
            yield _api(settings, self._world.clock.now().date())
        if any(one.state is FAILED for one in secrets):
            return
        self._world.say(name, "is asked")
        connection = self._connector.connect(role, name, settings, kind)
        if connection is None:
            return
        self._open.append(connection)
        failed = False
        for finding in self._guarded(connection, _findings_of(connection, role)):
            failed |= finding.state is FAILED
            yield finding
        self.skews[name] = connection.http.skew
        if not failed:
            self._sound[name] = connection

    def _guarded(self, connection: Connection, findings: Iterator[Finding]) -> Iterator[Finding]:
        """Give what is found, and a failed finding for what is raised."""
        try:
            yield from findings
        except RemoteError as error:
            yield _raised(connection.label, error)
        except Exception as error:
            log.exception("%s: its check failed", connection.label)
            sentence = f"the connector failed by a fault of its own ({type(error).__name__})"
            yield Finding("connector", FAILED, sentence, "report it; see the log file")


def _api(settings: ConnectionSettings, today: date) -> Finding:
    ends = settings.api_ends
    near = end_of_api(settings, today)
    if near:
        state = FAILED if ends and ends < today else WARNING
        return Finding("API", state, near, "update orderlink, which may know the next version")
    until = f"until {ends}" if ends else "no end of it is known"
    return Finding("API", OK, f"{settings.api_version}, {until}")


def _secrets(settings: ConnectionSettings | AlertSettings) -> list[Finding]:
    """Look every secret up; a connection without any has none that could fail."""
    usual = "make it available, also where cron or systemd runs orderlink"
    secrets = settings.own_secrets()
    faults = []
    for secret in secrets.values():
        try:
            secret.reveal()
        except SecretError as error:
            fault, _, helps = str(error).partition("; ")
            faults.append(Finding("secrets", FAILED, fault, helps or usual))
    listed = ", ".join(f"{key} from {secret.origin}" for key, secret in secrets.items())
    return faults or ([Finding("secrets", OK, listed)] if listed else [])


def alerts(settings: AlertSettings | None) -> Iterator[Finding]:
    """Say which ways of [alerts] there are; nothing is sent on them."""
    if settings is None:
        return
    yield from _secrets(settings)
    ways = {
        "a command": bool(settings.command),
        "mail": settings.mails,
        "Apprise": bool(settings.apprise),
        "a ping": settings.ping is not None,
    }
    listed = ", ".join(way for way, there in ways.items() if there)
    yield Finding("alerts", OK, f"by {listed}; to try them: orderlink alert --test")


def _findings_of(connection: Connection, role: str) -> Iterator[Finding]:
    """Ask a connector what it can check by itself, or else read what every one can read."""
    connector = connection.connector
    if isinstance(connector, Checks):
        yield from connector.check()
    elif role == "shop":
        connector.newest()
        yield Finding("sign-in", OK, "the shop answers")
    else:
        next(iter(connector.orders(Look(since=None))), None)
        yield Finding("sign-in", OK, "the marketplace lists its orders")


def _carriers(market: Connection) -> Iterator[Finding]:
    connector = market.connector
    served = connector.carriers() if isinstance(connector, ListsCarriers) else ()
    yield from carriers.findings(market.settings, served)


def _raised(name: str, error: RemoteError) -> Finding:
    sentence = words_of(name, error)
    if isinstance(error, SignInFailed):
        helps = advice("sign_in_failed", order="", connection=name)
        return Finding("sign-in", FAILED, sentence, helps)
    if isinstance(error, TryLater) and error.limited:
        return Finding("requests", WARNING, sentence, "check again in a few minutes")
    return Finding("connection", FAILED, sentence, advice("unreachable", order="", connection=name))

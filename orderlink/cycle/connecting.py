"""Settings -> connections: each bound to its rows, with its own way outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.cycle.run import AT_ONCE, Connection
from orderlink.decide.verdict import Problem
from orderlink.errors import ConfigurationError, SecretError
from orderlink.http import Http, Link
from orderlink.rows import OrderKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests.adapters import BaseAdapter

    from orderlink.clock import Clock
    from orderlink.config import Config, ConnectionSettings
    from orderlink.redact import Redactor
    from orderlink.store import Store

NAMED = "name:"
"""Before the place of a problem stands this, where the connection's own id cannot be known."""


class Connector:
    """Makes connections. `adapter` gives what a session is mounted on; None: the network."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        remaining: Callable[[], float],
        redactor: Redactor,
        adapter: Callable[[str], BaseAdapter | None] = lambda _name: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._remaining = remaining
        self._redactor = redactor
        self._adapter = adapter

    def connect(
        self, role: str, name: str, settings: ConnectionSettings, kind: type[Any]
    ) -> Connection | None:
        """Open one connection; None, and a problem, where its secrets cannot be had."""
        place = OrderKey(NAMED + name, "")
        now = self._clock.now()
        try:
            bound = settings.binding()
            for secret in settings.own_secrets().values():
                self._redactor.add(secret.reveal())
        except SecretError as error:
            with self._store.transaction():
                self._store.open_problem(place, Problem("secret_missing", str(error)), now)
            return None
        row = self._store.bind(role, settings.type, bound, name)
        if self._store.problems(place):
            with self._store.transaction():
                self._store.solve(place, ["secret_missing"], now)
        http = self._open(name, settings, kind)
        http.load_budgets(self._store.budgets(row.id))
        tokens = self._store.token_shelf(row.id, self._clock)
        memory = self._store.shelf(row.id, self._clock)
        kept = memory.get(AT_ONCE)
        if kept:
            http.ask_at_once(int(kept))
        link = Link(http=http, clock=self._clock, tokens=tokens, memory=memory)
        return Connection(row, settings, kind(settings, link), http, tokens, memory)

    def _open(self, name: str, settings: ConnectionSettings, kind: type[Any]) -> Http:
        """Open the way to the addresses that the settings name, and to no others."""
        urls = {
            field: getattr(settings, field)
            for field in type(settings).model_fields
            if field.endswith("_url") and getattr(settings, field)
        }
        return Http(
            name,
            urls.pop("base_url", "http://localhost"),  # a connector may need no network at all
            clock=self._clock,
            remaining=self._remaining,
            allowed_urls=list(urls.values()),
            proxy=settings.proxy,
            ca_bundle=settings.ca_bundle,
            adapter=self._adapter(name),
            budgets=getattr(kind, "BUDGETS", None),
            parallel=settings.parallel,
            clean=self._redactor.clean,
        )


def connect_all(
    config: Config, connector: Connector, names: frozenset[str]
) -> tuple[list[tuple[Connection, Connection]], list[str]]:
    """Open the marketplaces (all, or those named) and their shops; tell which could not be.

    A paused marketplace is passed over; a paused shop is opened, but nothing is asked of it.
    """
    _check_names(config, names)
    shops: dict[str, Connection | None] = {}
    pairs, missing = [], []
    for name, settings in config.marketplaces.items():
        if not settings.enabled or (names and name not in names):
            continue
        if settings.shop not in shops:
            shops[settings.shop] = connector.connect(
                "shop",
                settings.shop,
                config.shops[settings.shop],
                config.shop_classes[settings.shop],
            )
        shop = shops[settings.shop]
        market = connector.connect("marketplace", name, settings, config.marketplace_classes[name])
        if market is None or shop is None:
            missing.append(name)
        else:
            pairs.append((market, shop))
    return pairs, missing


def _check_names(config: Config, names: frozenset[str]) -> None:
    """See that a person asked for marketplaces that there are. Raises `ConfigurationError`."""
    unknown = names - set(config.marketplaces)
    if unknown:
        known = ", ".join(sorted(config.marketplaces)) or "none"
        listed = ", ".join(sorted(unknown))
        raise ConfigurationError([f"no marketplace is called {listed}; there are: {known}"])
    if names:
        refuse_paused(config, names, "nothing is done for it")


def refuse_paused(config: Config, names: frozenset[str], why: str) -> None:
    """Refuse what needs a connection that is paused. Raises `ConfigurationError`.

    `names` are the marketplaces that it is about; empty: all.
    """
    asked = names or frozenset(config.marketplaces)
    markets = {name: one for name, one in config.marketplaces.items() if name in asked}
    shops = {one.shop: config.shops[one.shop] for one in markets.values()}
    paused = [f"marketplaces.{name}" for name, one in markets.items() if not one.enabled]
    paused += [f"shops.{name}" for name, one in shops.items() if not one.enabled]
    if paused:
        listed = ", ".join(f"[{one}]" for one in paused)
        raise ConfigurationError(
            [f"{listed}: `enabled = false` pauses it, and {why}: remove that line first"]
        )

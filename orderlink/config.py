"""TOML -> typed configuration: where the file is, and everything that is wrong with it at once.

Loading imports the connectors that the file names, but neither `requests` nor `rich`; it looks no
secret up and changes nothing. Relative paths in the file are relative to the file, `~` is the home
directory. `orderlink.settings` has the keys of connections, `orderlink.secrets` those of secrets.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from orderlink.complaints import dotted, sentences, suggestion
from orderlink.errors import ConfigurationError, SecretError
from orderlink.file_settings import FileSettings, LogStyle, archive_after, soonest_archive
from orderlink.registry import MARKETPLACE, SHOP, Connectors, Kind, settings_of
from orderlink.schema import schema_of
from orderlink.secret_places import open_to_others
from orderlink.secrets import Reading, Secret
from orderlink.settings import (
    NAME,
    ConnectionSettings,
    Duration,
    MarketplaceSettings,
    ShopSettings,
    StrictModel,
    duration_text,
)
from orderlink.values import Value
from orderlink.where import VARIABLE, find_config, usual_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orderlink.alerts.settings import AlertSettings  # noqa: TC004 - where it is used only

__all__ = [
    "Config",
    "ConnectionSettings",
    "Duration",
    "MarketplaceSettings",
    "Secret",
    "ShopSettings",
    "config_schema",
    "find_config",
    "load_config",
    "refuse_same_bindings",
]

_LARGEST: Final = 1024 * 1024


class Config(Value, frozen=True):
    """A configuration that holds together; paths are absolute, the order is that of the file.

    `shop_classes` and `marketplace_classes` give the connector's class by the connection's name.
    """

    path: Path
    state: Path
    log: Path | None
    log_style: LogStyle
    alert_after: timedelta
    keep_personal_data: timedelta
    archive_after: timedelta | None  # None: never
    shops: Mapping[str, ShopSettings]
    marketplaces: Mapping[str, MarketplaceSettings]
    shop_classes: Mapping[str, type[Any]]
    marketplace_classes: Mapping[str, type[Any]]
    alerts: AlertSettings | None = None

    def connections(self) -> list[ConnectionSettings]:
        """List the settings of all connections."""
        return [*self.shops.values(), *self.marketplaces.values()]

    def secrets(self) -> list[Secret]:
        """List the secrets of all connections, and of the alerts."""
        found = [secret for one in self.connections() for secret in one.own_secrets().values()]
        return [*found, *(self.alerts.own_secrets().values() if self.alerts else ())]


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises `ConfigurationError` with every problem there is, one sentence each.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - links are kept: paths count from the link
    content, open_file = _read(path)
    return config_from(path, content, open_file=open_file)


def config_from(path: Path, content: bytes, *, open_file: bool = False) -> Config:
    """Check what stands, or is to stand, in the file at `path`, an absolute one.

    `open_file` tells that other users may read or change it. Raises as `load_config`.
    """
    loader = _Loader(path)
    config = loader.load(_document(path, content))
    if loader.plain_secrets and open_file:
        loader.problems.append(
            f"{path}: holds a secret as plain text and can be read or changed by other users;"
            f" run `chmod 600 {path}`"
        )
    if loader.problems or config is None:
        raise ConfigurationError(loader.problems)
    return config


def refuse_same_bindings(config: Config) -> None:
    """Refuse two connections to the same account or shop: each would do the other's work twice.

    Looks up the secrets that tell accounts apart, where there are two of a kind; a connection whose
    secret cannot be had is passed over. Raises `ConfigurationError`.
    """
    problems = [
        *_same_bindings(config, SHOP, config.shops),
        *_same_bindings(config, MARKETPLACE, config.marketplaces),
    ]
    if problems:
        raise ConfigurationError(problems)


def config_schema() -> dict[str, Any]:
    """Describe the file for editors: JSON Schema, draft 2020-12, every builtin key included."""
    return schema_of(FileSettings)


def _same_bindings(
    config: Config,
    kind: Kind,
    connections: Mapping[str, ConnectionSettings],
) -> Iterator[str]:
    seen: dict[tuple[type[Any], tuple[str, ...]], str] = {}
    models = [type(settings) for settings in connections.values()]
    for name, settings in connections.items():
        if models.count(type(settings)) == 1:
            continue
        try:
            first = seen.setdefault((type(settings), settings.identity()), name)
        except SecretError:
            continue
        if first != name:
            place = dotted((kind.group, name))
            other = dotted((kind.group, first))
            yield f"{config.path}: {place}: is the same account as {other}; remove one of the two"


def _read(path: Path) -> tuple[bytes, bool]:
    """Read the file, and tell whether other users may read or change it."""
    try:
        with path.open("rb") as file:
            open_file = open_to_others(os.fstat(file.fileno()))
            return file.read(_LARGEST + 1), open_file
    except FileNotFoundError:
        raise ConfigurationError(
            [f"{path}: there is no such file; write one, or name yours with --config or {VARIABLE}"]
        ) from None
    except OSError as error:
        raise ConfigurationError([f"{path}: cannot be read: {error.strerror}"]) from None


def _document(path: Path, content: bytes) -> dict[str, Any]:
    if len(content) > _LARGEST:
        raise ConfigurationError([f"{path}: is longer than 1 MiB and can be no configuration"])
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError([f"{path}: is not UTF-8 text (line {line})"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{path}: is no valid TOML: {error}"]) from None
    except RecursionError:
        raise ConfigurationError([f"{path}: is nested too deeply"]) from None
    except ValueError:
        raise ConfigurationError([f"{path}: holds a number with too many digits"]) from None


def _tables(document: Mapping[str, Any], group: str) -> dict[str, Any]:
    tables = document.get(group)
    return tables if isinstance(tables, dict) else {}


def _linked(
    settings: MarketplaceSettings, shops: Mapping[str, ConnectionSettings]
) -> MarketplaceSettings:
    """Give a marketplace its shop, and what its connector has to know of that one's settings."""
    name = settings.shop or next(iter(shops))
    shop = cast("ShopSettings", shops[name])
    by_marketplace = settings.fulfilled_by_marketplace or shop.fulfilled_by_marketplace
    known = {"shop": name, "fulfilled_by_marketplace": by_marketplace}
    return settings.model_copy(update=known)


class _Loader:
    """One reading of one document; gathers problems instead of stopping at the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self.plain_secrets = False

    def load(self, document: dict[str, Any]) -> Config | None:
        """Give the configuration, or None where it could not be put together."""
        top = self._validated(FileSettings, document, ())
        shops = self._connections(SHOP, document)
        marketplaces = self._connections(MARKETPLACE, document)
        alerts = self._alerts(document.get("alerts"))
        self._check_names(document)
        self._check_shops(document)
        if isinstance(top, FileSettings):
            self._check_keeping(SHOP, shops, top.keep_personal_data)
            self._check_keeping(MARKETPLACE, marketplaces, top.keep_personal_data)
        if not isinstance(top, FileSettings) or self.problems:
            return None
        state = top.state or usual_state(self.path)
        if len({self.path, state, top.log}) < 3:
            self._complain(("state",), "must be another file than the configuration and the log")
        if "archive_after" in top.model_fields_set and top.archive_after < soonest_archive(top):
            least = duration_text(soonest_archive(top))
            sentence = f"must be at least {least}: a day, and as long as keep_personal_data"
            self._complain(("archive_after",), sentence)
        return Config(
            path=self.path,
            state=state,
            log=top.log,
            log_style=LogStyle(
                top.log_level, top.log_format, top.log_megabytes * 1024 * 1024, top.log_files
            ),
            alert_after=top.alert_after,
            keep_personal_data=top.keep_personal_data,
            archive_after=archive_after(top),
            shops=cast("dict[str, ShopSettings]", shops),
            marketplaces={
                name: _linked(cast("MarketplaceSettings", settings), shops)
                for name, settings in marketplaces.items()
            },
            shop_classes=self._classes(shops, SHOP),
            marketplace_classes=self._classes(marketplaces, MARKETPLACE),
            alerts=alerts,
        )

    def _alerts(self, table: object) -> AlertSettings | None:
        if not isinstance(table, dict):
            return None
        from orderlink.alerts.settings import AlertSettings  # noqa: PLC0415 - where it is used only

        return cast("AlertSettings | None", self._validated(AlertSettings, table, ("alerts",)))

    def _classes(self, connections: Mapping[str, ConnectionSettings], kind: Kind) -> Connectors:
        words = {name: settings.type for name, settings in connections.items()}
        return Connectors(words, kind, self.path.parent)

    def _connections(
        self, kind: Kind, document: Mapping[str, Any]
    ) -> dict[str, ConnectionSettings]:
        """Read the tables of one kind; those with problems are left out."""
        found: dict[str, ConnectionSettings] = {}
        group = kind.group
        if document.get(group) == {}:
            self._complain((group,), f"is empty; add a table [{group}.NAME]")
        for name, table in _tables(document, group).items():
            model = self._model((group, name), kind, table)
            if model is not None:
                settings = self._validated(model, table, (group, name))
                if isinstance(settings, ConnectionSettings):
                    found[name] = settings
        return found

    def _model(
        self, place: tuple[str, str], kind: Kind, table: object
    ) -> type[ConnectionSettings] | None:
        word = table.get("type") if isinstance(table, dict) else None
        if not isinstance(table, dict):
            self._complain(place, "must be a table")
        elif not isinstance(word, str):
            known = ", ".join(f'"{known}"' for known in kind.builtin)
            is_there = "must be text" if "type" in table else "is missing"
            self._complain((*place, "type"), f"{is_there}: one of {known}, or module:Class")
        else:
            try:
                return settings_of(word, kind, self.path.parent)
            except ConfigurationError as error:
                self._complain((*place, "type"), str(error))
        return None

    def _validated(
        self, model: type[StrictModel], table: Mapping[str, Any], place: tuple[str, ...]
    ) -> StrictModel | None:
        reading = Reading(self.path.parent, dotted(place))
        try:
            return model.model_validate(table, context=reading)
        except ValidationError as error:
            for where, sentence in sentences(error, model):
                self._complain((*place, *where), sentence)
            return None
        finally:
            self.plain_secrets |= bool(reading.plain_secrets)

    def _check_names(self, document: Mapping[str, Any]) -> None:
        """Hold names to what a shell, a table and a log can show, one connection for each name."""
        shops = _tables(document, SHOP.group)
        marketplaces = _tables(document, MARKETPLACE.group)
        for kind, tables in ((SHOP, shops), (MARKETPLACE, marketplaces)):
            for name in tables:
                if not re.fullmatch(NAME, name):
                    self._complain((kind.group, name), "a name is letters, digits, `-`, `_`")
        for name in marketplaces:
            if name in shops:
                self._complain((MARKETPLACE.group, name), "a shop has this name already")

    def _check_shops(self, document: Mapping[str, Any]) -> None:
        """See that every marketplace has its shop; whether the shop's own table is right or not."""
        shops = _tables(document, SHOP.group)
        names = ", ".join(shops)
        for name, table in _tables(document, MARKETPLACE.group).items():
            place = (MARKETPLACE.group, name, "shop")
            shop = table.get("shop", "") if isinstance(table, dict) else None
            if not isinstance(shop, str) or not shops or shop in shops:
                continue
            if shop:
                hint = suggestion(shop, shops) or f"; there is {names}"
                self._complain(place, f"there is no shop `{shop}`{hint}")
            elif len(shops) > 1:
                self._complain(place, f"is missing; name one of the shops: {names}")

    def _check_keeping(
        self, kind: Kind, connections: Mapping[str, ConnectionSettings], kept: timedelta
    ) -> None:
        """Hold how long buyers' data are kept to what the platforms allow."""
        for name, settings in connections.items():
            longest = settings.longest_personal_data
            if longest is not None and kept > longest:
                place = dotted((kind.group, name))
                sentence = (
                    f'must be "{duration_text(longest)}" at most: the data protection rules of'
                    f" {settings.type} ({place}) allow no more after an order was shipped"
                )
                self._complain(("keep_personal_data",), sentence)

    def _complain(self, place: Sequence[str | int], sentence: str) -> None:
        self.problems.append(f"{self.path}: {dotted(place)}: {sentence}")

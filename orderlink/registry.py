"""From the word for `type` to the class: `bol`, `their_module:TheirShop` or `./file.py:TheirShop`.

A connector is imported when a configuration names it, and not before. Its class names the model of
its keys in `settings_model`, a subclass of `MarketplaceSettings` or `ShopSettings`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from orderlink import marketplaces, shops
from orderlink.complaints import suggestion
from orderlink.errors import ConfigurationError
from orderlink.settings import ConnectionSettings, MarketplaceSettings, ShopSettings
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType


class Kind(Value, frozen=True):
    """One of the two kinds of connectors: its name, its words, and what a class must have."""

    name: str
    builtin: Mapping[str, str]
    settings: Mapping[str, str]
    base: type[ConnectionSettings]
    protocol: type

    @property
    def group(self) -> str:
        """Name the table of the configuration that has the connections of this kind."""
        return f"{self.name}s"

    def required_methods(self) -> tuple[str, ...]:
        """List the methods that every connector of this kind has."""
        return tuple(name for name in vars(self.protocol) if not name.startswith("_"))


MARKETPLACE: Final = Kind(
    "marketplace",
    marketplaces.BUILTIN,
    marketplaces.SETTINGS,
    MarketplaceSettings,
    marketplaces.Marketplace,
)
SHOP: Final = Kind("shop", shops.BUILTIN, shops.SETTINGS, ShopSettings, shops.Shop)


class Connectors(Mapping[str, type[Any]]):
    """The connectors' classes by the connections' names, each imported when it is first asked for.

    `words` has what `type` is. A look at the status reads the settings, and needs no connector.
    """

    def __init__(self, words: Mapping[str, str], kind: Kind, folder: Path) -> None:
        self._words, self._kind, self._folder = words, kind, folder

    def __getitem__(self, name: str) -> type[Any]:
        return connector_class(self._words[name], self._kind, self._folder)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def connector_class(word: str, kind: Kind, folder: Path) -> type[Any]:
    """Import the class that `word` names; a file is relative to `folder`.

    Raises `ConfigurationError` with one sentence that says what is wrong with the word.
    """
    reference = kind.builtin.get(word, word)
    place, colon, name = reference.rpartition(":")
    if not colon:
        raise _wrong(_unknown_word(word, kind))
    if not place or not name.isidentifier():
        raise _wrong(f"`{word}` must be `module:Class` or `./file.py:Class`")
    module = _module_in_file(place, folder) if _is_file(place) else _module_named(place)
    found = getattr(module, name, None)
    if found is None:
        raise _wrong(f"`{place}` has no class `{name}`{suggestion(name, _classes_in(module))}")
    return _checked(found, word, kind)


def settings_of(word: str, kind: Kind, folder: Path) -> type[ConnectionSettings]:
    """Give the model of the keys for what `word` names, without the connector where that can be.

    Raises `ConfigurationError` as `connector_class` does.
    """
    reference = kind.settings.get(word)
    if reference is None:
        return settings_model(connector_class(word, kind, folder))
    place, _, name = reference.rpartition(":")
    model: type[ConnectionSettings] = getattr(importlib.import_module(place), name)
    return model


def settings_model(connector: type[Any]) -> type[ConnectionSettings]:
    """Give the model of a connector's keys, which `connector_class` has checked."""
    model: type[ConnectionSettings] = connector.settings_model
    return model


def _checked(found: Any, word: str, kind: Kind) -> type[Any]:
    if not isinstance(found, type):
        raise _wrong(f"`{word}` is not a class")
    model = getattr(found, "settings_model", None)
    if model is None:
        raise _wrong(
            f"`{word}` lacks `settings_model`: the class attribute with the model of its keys"
        )
    if not isinstance(model, type) or not issubclass(model, kind.base):
        raise _wrong(
            f"`{word}` is no {kind.name}: its `settings_model` must be a subclass of"
            f" orderlink.config.{kind.base.__name__}"
        )
    methods = kind.required_methods()
    missing = [method for method in methods if not callable(getattr(found, method, None))]
    if missing:
        raise _wrong(f"`{word}` is no {kind.name}: it lacks {', '.join(missing)}")
    return found


def _unknown_word(word: str, kind: Kind) -> str:
    other = SHOP if kind is MARKETPLACE else MARKETPLACE
    if word in other.builtin:
        return f"`{word}` is a {other.name}; its table is [{other.group}.NAME]"
    known = ", ".join(sorted(kind.builtin))
    hint = suggestion(word, kind.builtin)
    return f"`{word}` is no {kind.name} that orderlink knows ({known}){hint}"


def _classes_in(module: ModuleType) -> list[str]:
    return [name for name, value in vars(module).items() if isinstance(value, type)]


def _is_file(place: str) -> bool:
    return place.endswith(".py") or "/" in place


def _module_named(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise _wrong(
                f"there is no module `{name}` in the Python that runs orderlink ({sys.executable})"
            ) from None
        raise _import_failed(name, error) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a third party's code may raise anything
        raise _import_failed(name, error) from None


def _module_in_file(place: str, folder: Path) -> ModuleType:
    """Import a file, once; its module stays known, since its annotations are looked up there."""
    path = (folder / place).resolve()
    if not path.is_file():
        raise _wrong(f"there is no file {path}")
    import hashlib  # noqa: PLC0415 - for a third party's file only

    name = "orderlink_connector_" + hashlib.sha256(str(path).encode()).hexdigest()[:16]
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _wrong(f"{path} is no Python file (its name must end in .py)")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a third party's code may raise anything
        del sys.modules[name]
        raise _import_failed(str(path), error) from None
    return module


def _import_failed(what: str, error: BaseException) -> ConfigurationError:
    said = " ".join(str(error).split())[:200]
    return _wrong(f"{what} cannot be imported: {type(error).__name__}: {said}")


def _wrong(sentence: str) -> ConfigurationError:
    return ConfigurationError([sentence])

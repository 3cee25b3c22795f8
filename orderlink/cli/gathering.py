"""What `init` needs to know: taken from the options, asked for on a terminal, or missed.

All that is missing or wrong in the options is told at once; what is typed on a terminal is asked
for until it can be used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderlink import carriers
from orderlink.cli.asking import INDENT
from orderlink.cli.keys import KEPT, Keys, parsed_sets
from orderlink.complaints import suggestion
from orderlink.errors import ConfigurationError
from orderlink.registry import MARKETPLACE, SHOP, settings_of
from orderlink.settings import NAME
from orderlink.setup.given import FORMS, start_given
from orderlink.setup.text import Table
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from orderlink.cli.asking import Asking
    from orderlink.config import Config
    from orderlink.registry import Kind

NONE, NEW = "none", "new"
STARTS = (
    ("now", "orders placed from the first run on"),
    ("open", "all that are open"),
    ("a day", "orders placed on that day or later, as 2026-01-31"),
)


class Options(Value, frozen=True):
    """What the command line said; empty: nothing. `types` and `names` by the kind of connection."""

    types: Mapping[str, str]
    names: Mapping[str, str]
    sets: tuple[str, ...] = ()
    keep: str = ""
    carriers: tuple[str, ...] = ()
    ship_from: str = ""
    start: str = ""
    state: str = ""


class Gathering:
    """Gathers the tables of one connection or two, for the configuration at `path`.

    `existing` is what stands there, None where nothing does yet. `asking` None: nothing can be
    asked.
    """

    def __init__(
        self, path: Path, existing: Config | None, options: Options, asking: Asking | None
    ) -> None:
        self._folder = path.parent
        self._shops = list(existing.shops) if existing else []
        self._taken = {*self._shops, *(existing.marketplaces if existing else ())}
        self._options = options
        self._asking = asking
        self._problems: list[str] = []
        sets = parsed_sets(options.sets, self._wrong)
        self._keys = Keys(self._folder, sets, options.keep, asking, self._wrong)
        if options.keep not in {"", *KEPT}:
            self._wrong("--keep", f"must be {' or '.join(KEPT)}")
        if options.state and existing:
            self._wrong("--state", f"is for a new configuration; change the key state in {path}")

    @property
    def plain(self) -> bool:
        """Secrets that were typed in are to stand in the configuration itself."""
        return self._keys.place == "plain"

    def tables(self) -> list[Table]:
        """Gather everything. Raises `ConfigurationError` with all that is missing or wrong."""
        market = self._connection(MARKETPLACE, optional=bool(self._taken))
        shop, orders_go_to = self._shop(wanted=market is not None)
        tables = [] if shop is None else [shop]
        if market is not None:
            values = {"type": market.values["type"], "shop": orders_go_to}
            values |= {**market.values, **self._choices()}
            tables.append(replace(market, values=values))
        added = [table.name for table in tables]
        for place in self._keys.unused(added):
            listed = ", ".join(added) or "none"
            self._wrong(f"--set {place}", f"no connection of this name is added, but {listed}")
        if self._keys.lacks_secret:
            self._wrong("PLACE", f"is where a secret is: {FORMS}")
        if self._problems:
            raise ConfigurationError(self._problems)
        return tables

    def _wrong(self, option: str, why: str) -> None:
        self._problems.append(f"{option}: {why}")

    def _connection(self, kind: Kind, *, optional: bool = False) -> Table | None:
        """Gather a new connection; None where there is none, or its type cannot be used."""
        if self._asking:
            self._asking.title(f"The {kind.name}")
        word = self._type(kind, optional=optional)
        if not word:
            return None
        model = settings_of(word, kind, self._folder)
        name = self._name(kind, word)
        values = {"type": word, **self._keys.of(name, word, model)}
        return Table(kind.group, name, f"A {kind.name}: {model.label or word}.", model, values)

    def _type(self, kind: Kind, *, optional: bool) -> str:
        def complain(word: str) -> str:
            if optional and word == NONE:
                return ""
            try:
                settings_of(word, kind, self._folder)
            except ConfigurationError as error:
                return str(error)
            return ""

        option, given = f"--{kind.name}", self._options.types[kind.name]
        known = ", ".join([*kind.builtin, "./file.py:Class"])
        if not given and self._asking:
            none = f", or {NONE}" if optional else ""
            self._asking.say(f"It may be {known} (your own){none}.", INDENT)
            word = self._asking.text(f"Which {kind.name}", next(iter(kind.builtin)), complain)
            return "" if word == NONE else word
        if not given and not optional:
            self._wrong(option, f"is missing: {known}")
        return self._checked(option, given, complain)

    def _name(self, kind: Kind, word: str) -> str:
        def complain(name: str) -> str:
            if name in self._taken:
                return f"there is a connection {name} already: give this one another name"
            return "" if re.fullmatch(NAME, name) else "a name is letters, digits, `-`, `_`"

        option, given = f"--{kind.name}-name", self._options.names[kind.name]
        usual = re.sub("[^a-z0-9]+", "-", word.rpartition(":")[2].lower()).strip("-") or kind.name
        if not given and self._asking:
            numbered = (f"{usual}-{number}" for number in range(2, len(self._taken) + 3))
            free = next(one for one in (usual, *numbered) if one not in self._taken)
            name = self._asking.text("Its name in the configuration", free, complain)
        else:
            name = self._checked(option, given or usual, complain) or usual
        self._taken.add(name)
        return name

    def _shop(self, *, wanted: bool) -> tuple[Table | None, str]:
        """Give a new shop, or none, and the name of the one that the orders go to."""
        word, name = self._options.types["shop"], self._options.names["shop"]
        if not word and self._shops and (wanted or self._asking is None):
            if not name and self._asking:
                words = [*((one, "") for one in self._shops), (NEW, "one that is not here yet")]
                self._asking.title("The shop that the orders go to")
                name = self._asking.choice("Which shop", words, self._shops[0])
            elif not name and not wanted and not self._options.types["marketplace"]:
                self._wrong("--marketplace", "is missing, or --shop: there is nothing to add")
            elif not name and len(self._shops) > 1:
                self._wrong("--shop-name", f"is missing: {', '.join(self._shops)}")
            if name != NEW and (not name or name in self._shops):
                return None, name or self._shops[0]
        shop = self._connection(SHOP)
        return shop, shop.name if shop else ""

    def _choices(self) -> dict[str, object]:
        """Give what a person decides about a marketplace, as keys of its table."""
        if self._asking:
            self._asking.title("Parcels, and the first orders (an empty answer leaves it out)")
        values = {"ship_from": self._ship_from()}
        chosen = self._carriers(values["ship_from"])
        start = start_given(self._start())
        every = {**values, "carriers": chosen, "import_from": start}
        return {key: value for key, value in every.items() if value}

    def _ship_from(self) -> str:
        def complain(text: str) -> str:
            fits = re.fullmatch("[A-Za-z]{2}|", text)
            return "" if fits else "must be the two letters of a country, as NL"

        given = self._options.ship_from
        if not given and self._asking:
            prompt = "The country that parcels leave from, as NL"
            given = self._asking.text(prompt, "", complain)
        return self._checked("--ship-from", given, complain).upper()

    def _carriers(self, country: str) -> list[str]:
        known = {one.identifier: one for one in carriers.carriers()}

        def complain(text: str) -> str:
            unknown = next((word for word in _words(text) if word not in known), "")
            return f"no carrier is called {unknown}{suggestion(unknown, known)}" if unknown else ""

        given = ",".join(self._options.carriers)
        if not given and self._asking:
            near = [name for name, one in known.items() if country and one.is_home_in(country)]
            listed = f"; of {country}: {', '.join(near)}" if near else ""
            self._asking.say(f"All carriers are listed by: orderlink carriers{listed}.", INDENT)
            prompt = "The carriers that you ship with, with commas between"
            given = self._asking.text(prompt, "", complain)
        return _words(self._checked("--carrier", given, complain))

    def _start(self) -> str:
        def complain(text: str) -> str:
            try:
                start_given(text)
            except ValueError as error:
                return str(error)
            return ""

        given = self._options.start
        if not given and self._asking:
            for word, meaning in STARTS:
                self._asking.say(f"{word.ljust(5)}  {meaning}", INDENT)
            return self._asking.text("Which orders are taken", "now", complain)
        return self._checked("--start", given or "now", complain) or "now"

    def _checked(self, option: str, given: str, complain: Callable[[str], str]) -> str:
        """Give what an option said, nothing where it cannot be used, which is noted."""
        wrong = complain(given) if given else ""
        if wrong:
            self._wrong(option, wrong)
        return "" if wrong else given


def _words(text: str) -> list[str]:
    return [word for word in re.split("[ ,]+", text) if word]

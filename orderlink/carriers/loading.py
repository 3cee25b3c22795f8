"""Read the packaged data: carriers at once, marketplaces one by one, both when first asked for."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from orderlink.carriers.model import Carrier, MarketplaceCodes, Page, Shape, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATA = "data"
MARKETPLACES = "marketplaces"


@cache
def catalogue() -> Mapping[str, Carrier]:
    """Read every carrier, by id, in the order of the ids."""
    entries = dict(item for table in _tables(DATA) for item in table.items())
    return MappingProxyType({key: _carrier(key, entries[key]) for key in sorted(entries)})


@cache
def shapes_by_length() -> Mapping[int, tuple[Shape, ...]]:
    """Sort all shapes by the lengths they can have, so that few need be tried."""
    found: defaultdict[int, list[Shape]] = defaultdict(list)
    for carrier in catalogue().values():
        for shape in carrier.shapes:
            for length in shape.lengths:
                found[length].append(shape)
    return MappingProxyType({length: tuple(shapes) for length, shapes in found.items()})


@cache
def words_around() -> Mapping[str, frozenset[str]]:
    """Read the words that stand around codes: `parameters` of links, `labels` before codes."""
    text = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: frozenset(words) for key, words in tomllib.loads(text).items()})


@cache
def marketplaces() -> Mapping[str, MarketplaceCodes]:
    """Read the carrier codes of every marketplace there is a file for."""
    tables = map(_marketplace, _tables(MARKETPLACES))
    return MappingProxyType({codes.marketplace: codes for codes in tables})


def _tables(folder: str) -> Iterator[dict[str, Any]]:
    files = resources.files(__package__).joinpath(folder).iterdir()
    for file in sorted(files, key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            yield tomllib.loads(file.read_text(encoding="utf-8"))


def _carrier(identifier: str, entry: Mapping[str, Any]) -> Carrier:
    return Carrier(
        identifier=identifier,
        name=entry["name"],
        family=entry.get("family", identifier),
        countries=tuple(entry["countries"]),
        aliases=tuple(entry.get("aliases", ())),
        shapes=tuple(_shape(identifier, shape) for shape in entry.get("shapes", ())),
        pages=tuple(
            Page(page["template"], frozenset(page.get("countries", ())))
            for page in entry.get("pages", ())
        ),
        hosts=tuple(entry.get("hosts", ())),
        prefix=entry.get("prefix"),
    )


def _shape(identifier: str, entry: Mapping[str, Any]) -> Shape:
    return Shape(
        carrier=identifier,
        name=entry["name"],
        form=entry["form"],
        lengths=tuple(entry["lengths"]),
        strength=Strength[entry["strength"].upper()],
        check=entry.get("check"),
        before_check=entry.get("before_check", ""),
        countries=frozenset(entry.get("countries", ())),
    )


def _marketplace(entry: Mapping[str, Any]) -> MarketplaceCodes:
    return MarketplaceCodes(
        marketplace=entry["marketplace"],
        source=entry["source"],
        date=entry["date"],
        listed=frozenset(entry["codes"]),
        mapping={
            carrier: {"*": code} if isinstance(code, str) else dict(code)
            for carrier, code in entry["carriers"].items()
        },
        other=entry.get("other"),
        takes_name=entry.get("takes_name", False),
        takes_page=entry.get("takes_page", False),
        name_limit=entry.get("name_limit"),
    )

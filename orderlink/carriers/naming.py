"""Read the carrier out of what a shop calls it: its own field, a plugin's provider, a method."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from orderlink.carriers.loading import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping


def named(text: str, table: Mapping[str, str]) -> tuple[str, ...]:
    """Return the carriers a shop's words can mean: one of the merchant's table, else by alias.

    A short name such as "DHL" stands for several; a longer one within it goes before it.
    """
    wanted = words(text)
    for key, carrier in table.items():
        if words(key) == wanted:
            return (carrier,)
    if text.strip() in catalogue():
        return (text.strip(),)
    return _by_alias(wanted)


def named_by_host(host: str | None) -> tuple[str, ...]:
    """Return the carriers whose tracking pages are at a host or one level above it."""
    if not host:
        return ()
    return tuple(
        carrier.identifier
        for carrier in catalogue().values()
        if any(host == known or host.endswith("." + known) for known in carrier.hosts)
    )


def words(text: str) -> str:
    """Return a name as plain lower-case words, accents and signs dropped, with spaces around."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " " + " ".join(re.findall(r"[a-z0-9]+", bare)) + " "


@cache
def _aliases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Pair every alias with its carriers, longest first."""
    found: dict[str, list[str]] = {}
    for carrier in catalogue().values():
        for alias in {words(alias) for alias in (*carrier.aliases, carrier.name)}:
            found.setdefault(alias, []).append(carrier.identifier)
    ordered = sorted(found.items(), key=lambda item: (-len(item[0]), item[0]))
    return tuple((alias, tuple(identifiers)) for alias, identifiers in ordered)


def _by_alias(wanted: str) -> tuple[str, ...]:
    carriers: dict[str, None] = {}
    left = wanted
    for alias, identifiers in _aliases():
        if alias in left:
            carriers.update(dict.fromkeys(identifiers))
            left = left.replace(alias, "  ")
    return tuple(carriers)

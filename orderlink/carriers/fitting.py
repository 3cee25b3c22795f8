"""Hold a code against the carriers' shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderlink.carriers.loading import catalogue, shapes_by_length
from orderlink.carriers.model import Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


def fitting(code: str, origin: str | None) -> dict[str, Strength]:
    """Return every carrier with a shape that fits a cleaned code, with the strongest of them.

    A plain shape does not count from a country its carrier does not serve.
    """
    found: dict[str, Strength] = {}
    for shape in shapes_by_length().get(len(code), ()):
        strength = shape.strength_from(origin)
        if strength is Strength.PLAIN and not catalogue()[shape.carrier].serves(origin):
            continue
        if strength > found.get(shape.carrier, 0) and shape.fits(code):
            found[shape.carrier] = strength
    return found


def is_particular(code: str, carrier: str, country: str | None) -> bool:
    """Tell whether a shape of the carrier that fits the code is particular to a country."""
    return any(
        shape.carrier == carrier and country in shape.countries and shape.fits(code)
        for shape in shapes_by_length().get(len(code), ())
    )


def strongest(fits: Mapping[str, Strength]) -> tuple[str, ...]:
    """Return the carriers that share the highest strength."""
    highest = max(fits.values(), default=None)
    return tuple(sorted(carrier for carrier, fit in fits.items() if fit is highest))


def by_strength(fits: Mapping[str, Strength]) -> tuple[str, ...]:
    """Return all carriers, strongest first."""
    return tuple(sorted(fits, key=lambda carrier: (-fits[carrier], carrier)))


def narrowed(
    carriers: Collection[str], origin: str | None, destination: str | None
) -> tuple[str, ...]:
    """Keep the carriers the countries speak for: who serves the origin, who is at home there.

    Then who is at home where it goes. What would leave nobody is not asked.
    """
    known = catalogue()
    tests: tuple[Callable[[str], bool], ...] = (
        lambda carrier: known[carrier].serves(origin),
        lambda carrier: known[carrier].is_home_in(origin),
        lambda carrier: known[carrier].is_home_in(destination),
    )
    left = tuple(carriers)
    for test in tests:
        left = tuple(carrier for carrier in left if test(carrier)) or left
    return left


def learn(code: str, carrier: str) -> str | None:
    """Return the part of a cleaned code that tells its sender, or None where there is none.

    A PostNL or DHL customer code, a DPD depot, a bpost account.
    """
    known = catalogue().get(carrier)
    if known is None or known.prefix is None:
        return None
    match = re.match(known.prefix, code)
    return match[0] if match else None

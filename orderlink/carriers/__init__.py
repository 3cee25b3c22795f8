"""Tracking codes and their carriers: cleaning, detection, tracking pages, marketplace codes.

Pure: no network, no clock, no database; the data files of this package are read when first needed.
What this package offers is imported when it is first used: a run that reports nothing needs none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlink.carriers.cleaning import clean
    from orderlink.carriers.codes import is_known_code, marketplace_code
    from orderlink.carriers.detection import detect, is_code
    from orderlink.carriers.fitting import learn
    from orderlink.carriers.loading import marketplaces
    from orderlink.carriers.model import (
        Carrier,
        Detection,
        Evidence,
        LearntPrefix,
        MarketplaceCode,
        MarketplaceCodes,
        Rule,
        Word,
    )
    from orderlink.carriers.pages import tracking_page

__all__ = [
    "Carrier",
    "Detection",
    "Evidence",
    "LearntPrefix",
    "MarketplaceCode",
    "MarketplaceCodes",
    "Rule",
    "Word",
    "carriers",
    "clean",
    "detect",
    "is_code",
    "is_known_code",
    "learn",
    "marketplace_code",
    "marketplaces",
    "tracking_page",
]

PLACES = {
    "Carrier": "model",
    "Detection": "model",
    "Evidence": "model",
    "LearntPrefix": "model",
    "MarketplaceCode": "model",
    "MarketplaceCodes": "model",
    "Rule": "model",
    "Word": "model",
    "clean": "cleaning",
    "detect": "detection",
    "is_code": "detection",
    "is_known_code": "codes",
    "learn": "fitting",
    "marketplace_code": "codes",
    "marketplaces": "loading",
    "tracking_page": "pages",
}
"""Name -> the module of this package that has it."""


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{PLACES[name]}"), name)
    globals()[name] = value  # so that it is asked for once
    return value


def carriers() -> list[Carrier]:
    """List every known carrier, in the order of the ids."""
    from orderlink.carriers.loading import catalogue  # noqa: PLC0415 - when it is first used

    return list(catalogue().values())

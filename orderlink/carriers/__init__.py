"""Tracking codes and their carriers: cleaning, detection, tracking pages, marketplace codes.

Pure: no network, no clock, no database; the data files of this package are read when first needed.
"""

from __future__ import annotations

from orderlink.carriers.cleaning import clean
from orderlink.carriers.codes import is_known_code, marketplace_code
from orderlink.carriers.detection import detect
from orderlink.carriers.fitting import learn
from orderlink.carriers.loading import catalogue, marketplaces
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
    "is_known_code",
    "learn",
    "marketplace_code",
    "marketplaces",
    "tracking_page",
]


def carriers() -> list[Carrier]:
    """List every known carrier, in the order of the ids."""
    return list(catalogue().values())

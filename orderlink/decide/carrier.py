"""PURE: which carrier goes to the marketplace with a code. The one place where that is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlink.config import MarketplaceSettings


def carrier_code(code: str, settings: MarketplaceSettings) -> str:
    """Give the marketplace's own word for the carrier of a code; empty where none is known."""
    del code  # detection comes with its own module
    return settings.default_carrier

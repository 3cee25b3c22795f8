"""Three days of a merchant, played through the sandboxes, and what the report tells of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.report.figures import Figures, gather_figures
from orderlink.report.places import Places
from orderlink.sandbox.bol_records import Article
from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path

CODE = "3SABCD1234567"


def three_days(folder: Path) -> Merchant:
    """Play: orders shipped with and without a code, one cancelled, one that cannot be created."""
    merchant = Merchant(folder)
    first, second, third = (merchant.settled() for _ in range(3))
    merchant.later(hours=2)
    merchant.complete(first, CODE)
    merchant.complete(second)
    merchant.bol.cancel(third)
    merchant.sync_every_five_minutes(4)
    merchant.later(days=1)
    merchant.place(Article(reference="NOT-IN-THE-SHOP", ean=""))
    merchant.sync_every_five_minutes(0.5)
    merchant.later(days=1)
    merchant.sync()
    return merchant


def figures(merchant: Merchant, days: int = 30) -> Figures:
    """Gather what the report tells of so many days."""
    store = merchant.store()
    now = merchant.clock.now()
    places = Places(merchant.config, store)
    try:
        return gather_figures(merchant.config, places, store, now - timedelta(days=days), now)
    finally:
        store.close()

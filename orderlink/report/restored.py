"""What a restored backup means for what is sent: for a quarantine everything is only looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import marker
from orderlink.marker import Age
from orderlink.redact import safe_text
from orderlink.report.days import instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from orderlink.config import Config
    from orderlink.store import Store


def restored_at(config: Config, store: Store, now: datetime) -> datetime | None:
    """Tell since when the quarantine counts; None: no backup was restored, or it counts no more.

    It counts from the first run on the restored file: as long as that is to come, from now.
    """
    run = store.last_run()
    if run and marker.age(config.state, store.fact("origin"), run.number + 1) is Age.OLD:
        return now
    return store.restored_at()


def closed_until(config: Config, restored: datetime | None, now: datetime) -> dict[str, datetime]:
    """Give for each connection before when nothing is sent to it, where that is to come."""
    if restored is None:
        return {}
    since = min(restored, now)  # a wrong clock may have written it
    tables = {**config.shops, **config.marketplaces}
    ends = {name: since + one.quarantine for name, one in tables.items() if one.enabled}
    return {name: end for name, end in ends.items() if end > now}


def closed_sentence(closed: Mapping[str, datetime]) -> str:
    """Say what `closed_until` found; empty: everything is sent."""
    if not closed:
        return ""
    parts = []
    for end in sorted(set(closed.values())):
        names = " and ".join(safe_text(name) for name, its in closed.items() if its == end)
        parts.append(f"to {names} before {instant(end)}")
    return (
        "A backup was restored: everything is looked up first, and nothing is sent"
        f" {', '.join(parts)}."
    )

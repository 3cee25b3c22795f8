"""What a person was told on which way of `[alerts]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.codec import read_time, time_text
from orderlink.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderlink.decide.alerting import Told, Topic


class Alerts(Runs):
    """What went out, by the way."""

    def told_alerts(self, way: str) -> list[Told]:
        """List what was told on a way, and what was to be told and did not go out."""
        from orderlink.decide.alerting import Told  # noqa: PLC0415 - most runs have no alerts

        return [
            Told(row["topic"], row["sentence"], row["told_at"] and read_time(row["told_at"]))
            for row in self.database.all("alerts", way=way)
        ]

    def note_alerts(self, way: str, topics: Iterable[Topic], at: datetime | None) -> None:
        """Keep that these were told then on a way; None: they are to be told."""
        told_at = None if at is None else time_text(at)
        with self.transaction():
            for topic in topics:
                values = {"topic": topic.key, "sentence": self.clean(topic.sentence)}
                self.database.run("note_alert", way=way, told_at=told_at, **values)

    def forget_alerts(self, way: str, keys: Iterable[str]) -> None:
        """Forget what is over."""
        with self.transaction():
            for key in keys:
                self.database.run("forget_alert", way=way, topic=key)

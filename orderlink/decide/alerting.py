"""PURE: what the alerts tell, and when: at the start, once a day, and at the end, all in one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

AGAIN = timedelta(days=1)
LISTED = 20
"""So many lines at most in each part of a message."""


class Topic(Value, frozen=True):
    """Something that a person should know as long as it lasts; `key` is the same in every run.

    `stops`: it keeps runs from going well, and does so for longer than a passing failure may.
    `waits`: its connection is paused: it is neither told nor over.
    """

    key: str
    sentence: str
    stops: bool = False
    waits: bool = False


class Told(Value, frozen=True):
    """A topic that was to be told on one way. `told_at` None: it never went out."""

    key: str
    sentence: str
    told_at: datetime | None = None


class Alert(Value, frozen=True):
    """What one message tells: what is new, what still lasts, and what is over."""

    started: tuple[Topic, ...] = ()
    lasting: tuple[Topic, ...] = ()
    over: tuple[Topic, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.started or self.lasting or self.over)


class Message(Value, frozen=True):
    """What goes out."""

    subject: str
    text: str


def to_alert(topics: Sequence[Topic], told: Iterable[Told], now: datetime) -> Alert:
    """Choose what to tell on a way that was told `told` so far.

    Once a day everything that lasts is told again, in one message: then the day counts anew for all
    of it. What ended before it ever went out is not told.
    """
    known = {one.key: one.told_at for one in told if one.told_at is not None}
    there = {topic.key for topic in topics}
    telling = [topic for topic in topics if not topic.waits]
    started = tuple(topic for topic in telling if topic.key not in known)
    lasting = tuple(topic for topic in telling if topic.key in known)
    due = any(not timedelta(0) <= now - known[topic.key] < AGAIN for topic in lasting)
    over = tuple(
        Topic(one.key, one.sentence)
        for one in told
        if one.told_at is not None and one.key not in there
    )
    return Alert(started, lasting if due else (), over)


def message_of(alert: Alert, place: str) -> Message:
    """Put an alert into words. `place` says which installation it comes from."""
    parts = [("New", alert.started), ("Still there", alert.lasting), ("Over", alert.over)]
    text = "\n\n".join("\n".join(_part(title, topics)) for title, topics in parts if topics)
    return Message(f"orderlink: {_subject(alert)}", f"{text}\n\n{place}\n")


def _subject(alert: Alert) -> str:
    if alert.started:
        count = len(alert.started)
        return f"{count} new {'thing needs' if count == 1 else 'things need'} you"
    if alert.lasting:
        count = len(alert.lasting)
        return f"{count} {'thing still needs' if count == 1 else 'things still need'} you"
    count = len(alert.over)
    return f"{count} {'thing is' if count == 1 else 'things are'} over"


def _part(title: str, topics: Sequence[Topic]) -> Iterator[str]:
    yield f"{title}:"
    for topic in topics[:LISTED]:
        yield f"- {topic.sentence}"
    if len(topics) > LISTED:
        yield f"- and {len(topics) - LISTED} more"

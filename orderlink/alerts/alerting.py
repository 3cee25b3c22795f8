"""The alerts of one run: what happens at its beginning and at its end.

What was told on which way is kept in the state file, so that each way is told once, and one that
fails is tried again by the next run.
"""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import TYPE_CHECKING

from orderlink.alerts.topics import topics
from orderlink.alerts.ways import ping, ways_of
from orderlink.decide.alerting import Message, message_of, to_alert
from orderlink.errors import AlertFailed, SecretError, StateError
from orderlink.report.runs import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderlink.alerts.settings import AlertSettings
    from orderlink.clock import Clock
    from orderlink.config import Config
    from orderlink.decide.alerting import Topic
    from orderlink.redact import Redactor
    from orderlink.store import Store

log = logging.getLogger("orderlink")


class Alerting:
    """The alerts of one run. Nothing that goes wrong with them is raised: it is in `failures`."""

    def __init__(
        self, config: Config, settings: AlertSettings, clock: Clock, redactor: Redactor
    ) -> None:
        self._config = config
        self._settings = settings
        self._clock = clock
        self._redactor = redactor
        self.failures: dict[str, str] = {}
        self.went_out: set[str] = set()

    def begins(self) -> None:
        """Ping that a run begins."""
        self._ping("start")

    def ended(
        self, store: Store, what: str, counts: Mapping[str, int], *, fault: bool, broken: bool
    ) -> None:
        """Tell what is new, and ping how the run went.

        `what` is the stage; `fault`: orderlink itself failed; `broken`: the run ended early. Raises
        `StateError` where what was told cannot be kept; nothing is told then.
        """
        ahead = self._settings.late_ahead
        now = self._clock.now()
        found = topics(self._config, store, now, ahead=ahead, fault=fault)
        failed = broken or any(one.stops for one in found)
        try:
            for way, send in ways_of(self._settings, self._clock, self._redactor).items():
                self._tell(store, way, send, found)
        finally:
            self._ping(
                "fail" if failed else "",
                _summary(what, counts, sum(not one.waits for one in found)),
            )

    def broke_off(self, what: str) -> None:
        """Ping that a run ended early and that nothing can be told of it, for lack of a state."""
        self._ping("fail", f"{what}: the state file cannot be used; see the log")

    def test(self) -> dict[str, str]:
        """Send a test message on each way; give why it failed by the way, empty: it went out."""
        message = Message("orderlink: a test", f"This is a test of [alerts].\n\n{_place()}\n")
        for way, send in ways_of(self._settings, self._clock, self._redactor).items():
            self._send(way, partial(send, message))
        self._ping("", "a test")
        return dict.fromkeys(sorted(self.went_out), "") | self.failures

    def _tell(
        self, store: Store, way: str, send: Callable[[Message], None], found: list[Topic]
    ) -> None:
        told = store.told_alerts(way)
        alert = to_alert(found, told, self._clock.now())
        there = {topic.key for topic in found}
        unsaid = [one.key for one in told if one.told_at is None and one.key not in there]
        if not alert:
            if unsaid:
                store.forget_alerts(way, unsaid)
            return
        store.note_alerts(way, alert.started, None)  # proves that it can be kept
        message = message_of(alert, _place())
        if self._send(way, partial(send, message)):
            store.note_alerts(way, (*alert.started, *alert.lasting), self._clock.now())
            store.forget_alerts(way, [*unsaid, *(topic.key for topic in alert.over)])

    def _ping(self, event: str, text: str = "") -> None:
        if self._settings.ping is not None:
            settings, clock, redactor = self._settings, self._clock, self._redactor
            self._send("ping", lambda: ping(settings, clock, redactor, event, text))

    def _send(self, way: str, send: Callable[[], None]) -> bool:
        try:
            send()
        except StateError:
            raise
        except (AlertFailed, SecretError) as error:
            self.failures[way] = str(error)
        except Exception:  # the run itself went well
            log.exception("alerts: %s failed", way)
            self.failures[way] = "a fault of orderlink, see the log"
        else:
            self.went_out.add(way)
            self.failures.pop(way, None)
            return True
        return False


def _summary(what: str, counts: Mapping[str, int], needs: int) -> str:
    parts = counted(counts) or ["nothing to do"]
    if needs:
        parts.append("1 thing needs a person" if needs == 1 else f"{needs} things need a person")
    return f"{what}: {', '.join(parts)}"


def _place() -> str:
    return f"On {os.uname().nodename}; `orderlink status` tells more."

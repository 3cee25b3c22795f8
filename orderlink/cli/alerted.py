"""Send a test message on each way of [alerts], and say which went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.alerts.alerting import Alerting
from orderlink.cli.failures import NEEDS_PERSON
from orderlink.errors import ConfigurationError
from orderlink.redact import safe_text
from orderlink.runner import ALERTS, World, open_store

if TYPE_CHECKING:
    from orderlink.cli.session import Session


def try_alerts(session: Session) -> int:
    """Try each way; give the exit code. Raises `ConfigurationError` without [alerts]."""
    config = session.config()
    if config.alerts is None:
        raise ConfigurationError(
            [f"{config.path}: has no table [alerts]; examples/orderlink.toml shows its keys"]
        )
    session.open_log()
    outcomes = Alerting(config, config.alerts, session.clock, session.redactor).test()
    for way, why in outcomes.items():
        said = f"{way}: {why or 'went out'}"
        session.output.write(f"{safe_text(session.redactor.clean(said))}\n")
    if any(outcomes.values()):
        return NEEDS_PERSON
    _solved(session)
    return 0


def _solved(session: Session) -> None:
    """Close the problem that a way failed."""
    config = session.config()
    if not config.state.exists():
        return
    store = open_store(config, World(session.clock))
    try:
        with store.transaction():
            store.solve(ALERTS, ["alert_fails"], session.clock.now())
    finally:
        store.close()

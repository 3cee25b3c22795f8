"""Whether an installation is as it should be: everything that can be known without sending.

`machine` looks at files, state and disk, `connections` asks each remote system, `orders` prepares
what is open as a run would, and `carriers` holds the configured carriers against what a marketplace
takes. The state is read and copied into memory, so that nothing is changed or locked, also while a
run is active.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from orderlink.checking import machine
from orderlink.checking.connections import Checker, alerts, chosen
from orderlink.dryrun import copy_of
from orderlink.errors import StateError
from orderlink.model import Finding, FindingState
from orderlink.store import Store
from orderlink.store.database import Database
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.config import Config
    from orderlink.runner import World


class Checked(Value, frozen=True):
    """One check: the connection that it was about, empty for the machine, and what it found."""

    connection: str
    finding: Finding


def check(config: Config, world: World, names: frozenset[str] = frozenset()) -> Iterator[Checked]:
    """Check everything, or the machine and these connections (a marketplace with its shop).

    What is found is given one by one. Raises `ConfigurationError` for a name that there is not.
    """
    wanted = chosen(config, names)
    state = machine.state(config.state)
    yield Checked("", machine.configuration(config))
    yield Checked("", state)
    for finding in (*machine.modes(config), machine.disk(config), *alerts(config.alerts)):
        yield Checked("", finding)
    whole = state.state is not FindingState.FAILED
    with (
        closing(_copy_of(config, whole=whole)) as store,
        closing(Checker(config, world, store)) as asked,
    ):
        for names_of, ask in ((config.shops, asked.shop), (config.marketplaces, asked.marketplace)):
            for name in (one for one in names_of if one in wanted):
                paused = not names_of[name].enabled and name not in names
                for finding in (_paused(),) if paused else ask(name):
                    yield Checked(name, finding)
        yield Checked("", machine.clock(world.clock.now(), store.newest_time(), asked.skews))


def _paused() -> Finding:
    sentence = "it is paused (`enabled = false`), and nothing was asked of it"
    return Finding("paused", FindingState.WARNING, sentence, "check it by name: --connection NAME")


def _copy_of(config: Config, *, whole: bool) -> Store:
    """Give the state in memory, an empty one where it is not whole.

    Nothing that connections have kept is in it, so that everything is asked anew.
    """
    try:
        copy = copy_of(config.state) if whole else None
    except StateError:  # it was damaged in this moment
        copy = None
    if copy is None:
        return Store(Database(":memory:"))
    copy.empty_shelves()
    return copy

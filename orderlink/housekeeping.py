"""What a run does about the state file itself, before its stages and after them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink import marker
from orderlink.cycle.archiving import archive
from orderlink.cycle.purging import purge
from orderlink.dryrun import DryOutbox
from orderlink.marker import Age
from orderlink.report.places import Places
from orderlink.rows import OrderKey

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.config import Config
    from orderlink.cycle.run import Run
    from orderlink.store import Store

STATE = OrderKey("state", "")
"""The place of problems with the state file itself."""


def begin(config: Config, store: Store, this: Run, number: int, *, dry_run: bool) -> None:
    """Notice a state file that is not the one of the last run, and leave the mark of this one."""
    _hold_against_marker(config, store, this, number)
    _only_look_after_restore(store, this)
    if not dry_run:
        marker.leave(config.state, store.origin(), number)


def end(config: Config, store: Store, this: Run, number: int, *, rebuilt: bool) -> None:
    """Do what is due in the state file itself once the stages are through."""
    places = Places(config, store)
    for problem in filter(places.is_gone, store.problems()):  # no run would ever close them
        with store.transaction():
            store.solve(OrderKey(problem.connection, ""), [problem.word], this.now())
    if rebuilt:
        with store.transaction():
            store.solve(STATE, ["state_replaced"], this.now())
        marker.leave(config.state, store.origin(), number)
    if this.trusted():
        this.counts["purged"] += purge(store, this.now(), config.keep_personal_data)
        this.counts["archived"] += _archived(config, store, this.now())
        _end_of_restore(config, store, this.now())


def _hold_against_marker(config: Config, store: Store, this: Run, number: int) -> None:
    """Notice a state file that is older than the last run, or another one than before."""
    found = marker.age(config.state, store.origin(), number)
    if found is Age.OLD:
        older = f"{config.state} is older than the last run that is known (a backup was restored?)"
        what = "a backup was restored" if store.restored_at() else older
        with store.transaction():
            store.forget_looks()
            store.note_restored(this.now())
        if not isinstance(this.outbox, DryOutbox):  # a plan says it itself
            this.tell(f"{what}: everything is looked at again before anything is sent")
    if found is Age.REPLACED:
        sentence = f"{config.state} is a new one, an earlier one was here: what is in the shop "
        this.note_problem(STATE, "state_replaced", sentence + "already is not known")


def _only_look_after_restore(store: Store, this: Run) -> None:
    """Let nothing be sent for a quarantine after a backup was restored."""
    restored = store.restored_at()
    if restored is not None and restored > this.now():  # a wrong clock wrote it
        restored = this.now()
        with store.transaction():
            store.note_restored(restored)
    if restored is not None:
        this.outbox.restored_at = restored
        this.say("state", "a backup was restored: for now everything is only looked up")


def _end_of_restore(config: Config, store: Store, now: datetime) -> None:
    restored = store.restored_at()
    settings = [*config.shops.values(), *config.marketplaces.values()]
    if restored and restored + max(one.quarantine for one in settings) <= now:
        with store.transaction():
            store.note_restored(None)


def _archived(config: Config, store: Store, now: datetime) -> int:
    """Archive what is due; not while a code may still come late."""
    if config.archive_after is None:
        return 0
    late = max((one.late_code_days for one in config.marketplaces.values()), default=0)
    return archive(store, now, max(config.archive_after, timedelta(days=late)))

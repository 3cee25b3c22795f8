"""Backups of the state file: what they hold, and how one is put into its place again.

A backup may be kept for as long as its owner likes, so it holds nothing that has an end: no access
tokens, and nothing of a buyer. It is what the state file would be if every order had been closed
and purged, but that its orders are still followed. What is left out is had again: orders that the
shop has not got yet are read at the marketplace once more. Only what a person mended of such an
order's addresses is lost.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink import marker
from orderlink.cycle.mending import public_part
from orderlink.errors import ConfigurationError
from orderlink.files import new_file
from orderlink.lock import RunLock
from orderlink.problems import WORDS
from orderlink.store import Store
from orderlink.store.copies import is_sound, open_backup, put_in_place
from orderlink.store.database import Database
from orderlink.store.reading import open_for_reading
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from orderlink.clock import Clock
    from orderlink.config import Config

PARTS = ("", "-wal", "-shm")
"""The files of a state file, by what stands after its name."""


class Contents(Value, frozen=True):
    """What is in a state file, for a person to recognize it."""

    orders: int
    connections: tuple[str, ...]
    last_run: int
    last_started: datetime | None


class Restored(Value, frozen=True):
    """What was restored, and where that is which it took the place of (None: there was nothing).

    `as_it_was`: that could not be read, and is kept with all that is in it.
    """

    contents: Contents
    kept: Path | None
    as_it_was: bool = False


def write_backup(config: Config, target: Path, *, overwrite: bool) -> Contents:
    """Write a backup, also while a run is active: as things stand at this moment.

    Raises `ConfigurationError`, `StateError` and `OutputFailed`; then there is none, and what was
    at `target` is as it was.
    """
    ours = {config.path, *_companions(config.state)}
    if target.expanduser().resolve() in {path.resolve() for path in ours}:
        raise ConfigurationError([f"{target} belongs to orderlink itself: name another file"])
    store = open_for_reading(config.state)
    if store is None:
        sentence = f"nothing has run yet (there is no {config.state}): orderlink sync"
        raise ConfigurationError([sentence])
    try:
        return _write(store, target, overwrite=overwrite)
    finally:
        store.close()


def _companions(state: Path) -> list[Path]:
    return [Path(f"{state}{end}") for end in (*PARTS, ".run", ".lock")]


def _write(store: Store, target: Path, *, overwrite: bool = False) -> Contents:
    with new_file(target, overwrite=overwrite) as part:
        store.database.copy_to(str(part))
        copy = Store(Database(part))
        try:
            _forget_buyers(copy)
            contents = contents_of(copy)
        finally:
            copy.database.seal()
    return contents


def _forget_buyers(copy: Store) -> None:
    with copy.transaction():
        copy.forget_buyers({word: entry.meaning for word, entry in WORDS.items()})
        for effect in copy.unsettled_creations():
            copy.change_effect(effect, replace(effect, document=public_part(effect.document)))


def contents_of(store: Store) -> Contents:
    """Tell what is in a state file."""
    run = store.last_run()
    return Contents(
        orders=sum(count.orders for count in store.order_counts()),
        connections=tuple(dict.fromkeys(row.label for row in store.connections())),
        last_run=run.number if run else 0,
        last_started=run.started_at if run else None,
    )


def restore_backup(config: Config, file: Path, clock: Clock, *, wait: bool = False) -> Restored:
    """Put a backup into the place of the state file, and keep what was there.

    The next run looks at everything again, at the marketplaces and in the shop, and nothing is sent
    for a quarantine: what was sent last before the restore may still be on its way. Raises
    `Locked`, `ConfigurationError`, `StateError` and `OutputFailed`; then nothing was changed.
    """
    file = file.expanduser()
    if file.resolve() in {path.resolve() for path in _companions(config.state)}:
        raise ConfigurationError([f"{file} is the present state file: name a backup of it"])
    backup = open_backup(file)
    try:
        with RunLock(config.state, clock, wait=wait):
            return _put(config.state, backup, clock.now())
    finally:
        backup.close()


def _put(state: Path, backup: Store, now: datetime) -> Restored:
    staged_at = state.with_name(f"{state.name}.restoring")
    _remove(staged_at)  # what is left of one that was interrupted
    try:
        backup.database.copy_to(str(staged_at))
        staged = Store(Database(staged_at))
        try:
            with staged.transaction():
                staged.forget_looks()
                staged.note_restored(now)
            contents, origin = contents_of(staged), staged.origin()
            sound = is_sound(state)
            kept = _keep_aside(state, now, sound=sound)
            put_in_place(staged.database, state)
        finally:
            staged.close()
    finally:
        _remove(staged_at)
    marker.expect_old(state, origin, contents.last_run + 1)
    return Restored(contents, kept, as_it_was=not sound)


def _keep_aside(state: Path, now: datetime, *, sound: bool) -> Path | None:
    """Keep what is in the place of the state file: as a backup of it, or as it is if damaged."""
    if not any(path.exists() for path in _parts(state)):
        return None
    kept = state.with_name(f"{state.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    store = open_for_reading(state) if sound else None
    if store is None:
        for path, end in zip(_parts(state), PARTS, strict=True):
            if path.exists():
                path.replace(f"{kept}{end}")
        return kept
    try:
        _write(store, kept)
    finally:
        store.close()
    return kept


def _parts(path: Path) -> list[Path]:
    return [Path(f"{path}{end}") for end in PARTS]


def _remove(path: Path) -> None:
    for part in _parts(path):
        part.unlink(missing_ok=True)

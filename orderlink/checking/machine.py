"""What is checked of the machine: files and who may read them, the state, the disk, the clock."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.config import refuse_same_bindings
from orderlink.decide.timing import SKEW
from orderlink.errors import ConfigurationError
from orderlink.lock import runs_since
from orderlink.model import Finding, FindingState
from orderlink.report.days import instant, length
from orderlink.store.copies import what_is_wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from orderlink.config import Config

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED

MEGABYTE = 1_000_000
LITTLE = 200 * MEGABYTE
"""A disk with less than this is soon full."""
TOO_LITTLE = 20 * MEGABYTE
"""With less than this a run may not be able to write down what it does."""
CLOCK_ADVICE = "set this machine's clock (NTP): until then what needs time to pass is not done"


def configuration(config: Config) -> Finding:
    """Say which file it is and what it connects; two tables for one account are a failure."""
    try:
        refuse_same_bindings(config)
    except ConfigurationError as error:
        return Finding("configuration", FAILED, " ".join(error.problems), "keep one of the two")
    names = ", ".join([*config.marketplaces, *config.shops])
    return Finding("configuration", OK, f"{config.path} ({names})")


def modes(config: Config) -> Iterator[Finding]:
    """Look at who else may read buyers' data, or change where secrets are sent to."""
    complaints = []
    kept = sorted(config.state.parent.glob(f"{config.state.name}*"))
    readable = [str(path) for path in kept if _mode(path) & 0o077]
    if readable:
        told = f"other users can read or change what holds buyers' data: {', '.join(readable)}"
        complaints.append(Finding("file modes", FAILED, told, f"chmod 600 {' '.join(readable)}"))
    for path in dict.fromkeys((config.path, config.path.parent, config.state.parent)):
        if _mode(path) & 0o022 and not _mode(path) & stat.S_ISVTX:
            told = f"other users can change {path}"
            complaints.append(Finding("file modes", FAILED, told, f"chmod go-w {path}"))
    yield from complaints or [Finding("file modes", OK, "nobody else can change the files")]


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def state(path: Path) -> Finding:
    """See that the state file is whole and can be written, or that one can be made."""
    if not _is_there(path):
        folder = _folder_of(path)
        if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            return Finding(
                "state file", FAILED, f"{path} cannot be made in {folder}", _whose(folder)
            )
        return Finding("state file", OK, f"there is none yet: the first run makes {path}")
    fault = what_is_wrong_with(path)
    if fault:
        advice = "orderlink restore BACKUP, or move it away and: orderlink rebuild"
        return Finding("state file", FAILED, f"{path} {fault}", advice)
    for needed in (path, path.parent):
        if not os.access(needed, os.W_OK):
            return Finding("state file", FAILED, f"{needed} cannot be written", _whose(needed))
    since = runs_since(path)
    active = f"; a run is active, since {instant(since)}" if since else ""
    return Finding("state file", OK, f"{path} is whole and can be written{active}")


def _is_there(path: Path) -> bool:
    """Tell whether there is a state file; an empty one is about to be made."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _folder_of(path: Path) -> Path:
    """Give the folder that a file is in, or the nearest above it that is there."""
    return next(folder for folder in path.parents if folder.exists())


def _whose(path: Path) -> str:
    return f"let the user who runs orderlink write {path}, or name another place: state = PATH"


def disk(config: Config) -> Finding:
    """See that there is room for the state file."""
    folder = _folder_of(config.state)
    free = shutil.disk_usage(folder).free
    sentence = f"{free // MEGABYTE} MB are free for the state file"
    if free >= LITTLE:
        return Finding("disk", OK, sentence)
    how = WARNING if free >= TOO_LITTLE else FAILED
    return Finding("disk", how, sentence, f"make room on the disk of {folder}")


def clock(now: datetime, newest: datetime | None, skews: Mapping[str, timedelta | None]) -> Finding:
    """Hold the clock against the newest time of the state file, and against the servers' own.

    `skews` has by connection how far the server is ahead of this machine; None: it did not say.
    """
    if newest is not None and now < newest - SKEW:
        sentence = f"it says {instant(now)}, and a run was at {instant(newest)} already"
        return Finding("clock", FAILED, sentence, CLOCK_ADVICE)
    told = {name: skew for name, skew in skews.items() if skew is not None}
    if not told:
        sentence = "no server told its time"
        return Finding("clock", WARNING, sentence, "mend the connections, and check again")
    name, skew = max(told.items(), key=lambda pair: abs(pair[1]))
    off = length(abs(skew).total_seconds())
    if abs(skew) > SKEW:
        where = "behind" if skew > timedelta(0) else "ahead of"
        return Finding("clock", FAILED, f"it is {off} {where} the server of {name}", CLOCK_ADVICE)
    return Finding("clock", OK, f"{off} off at most, held against {', '.join(told)}")

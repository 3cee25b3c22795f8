"""A small file beside the state file that tells an old or a new state file from the real one."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING

from orderlink.errors import StateError

if TYPE_CHECKING:
    from pathlib import Path


class Age(Enum):
    """What the marker says about the state file."""

    RIGHT = "right"
    OLD = "old"  # a backup or a snapshot was brought back: later runs are known
    REPLACED = "replaced"  # another state file was here before


def _path(state: Path) -> str:
    return f"{state}.run"


def age(state: Path, origin: str, run: int) -> Age:
    """Hold a state file's id and the number of its present run against the marker."""
    try:
        with open(_path(state), encoding="utf-8") as file:  # noqa: PTH123 - a plain string
            note = json.load(file)
        if note["origin"] != origin:
            return Age.REPLACED
        return Age.OLD if int(note["run"]) >= run else Age.RIGHT
    except (OSError, ValueError, KeyError, TypeError):
        return Age.RIGHT


def leave(state: Path, origin: str, run: int) -> None:
    """Keep the number of the last run; a disk that is full loses the marker, not the run."""
    with suppress(OSError):
        _write(state, origin, run)


def expect_old(state: Path, origin: str, run: int) -> None:
    """Let the next run, which has this number, find the state file old. Raises `StateError`."""
    try:
        _write(state, origin, run)
    except OSError as error:
        raise StateError(f"{_path(state)} cannot be written: {error.strerror}") from error


def _write(state: Path, origin: str, run: int) -> None:
    temporary = f"{_path(state)}.new"
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, json.dumps({"origin": origin, "run": run}).encode())
        os.fsync(file)
    finally:
        os.close(file)
    os.replace(temporary, _path(state))  # noqa: PTH105

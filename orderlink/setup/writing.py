"""Putting a configuration, and secrets, into files: whole or not at all, and over nothing."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.config import config_from, refuse_same_bindings
from orderlink.errors import ConfigurationError
from orderlink.files import new_file
from orderlink.report.screen import OutputFailed
from orderlink.secrets import Secret
from orderlink.setup.text import HEAD, Table, state_text, table_text
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = "secrets"
"""Beside the configuration: the folder of the secrets that were typed in."""


class Written(Value, frozen=True):
    """The files that were written: the configuration, which may be a new one, and secrets."""

    path: Path
    new: bool
    secrets: tuple[Path, ...]


def write(path: Path, tables: Sequence[Table], *, plain: bool, state: str = "") -> Written:
    """Write a configuration with these tables, or add them at the end of the one that is there.

    `state` is where a new one keeps its state; empty: in the usual place. A value that is a
    `Secret` was typed in: it gets a file of its own (0600, in a folder that is 0700), or with
    `plain` stands in the configuration. Raises `ConfigurationError` for what cannot be used, and
    `OutputFailed`; then everything is as it was.
    """
    before = _content(path)
    files: dict[Path, Secret] = {}
    placed = [_placed(path, table, files, plain=plain) for table in tables]
    text = "".join(map(table_text, placed)).encode()
    content = _joined(before, text, state)
    try:
        config = config_from(path, content)
    except ConfigurationError as error:
        if before is None:
            raise
        told = f"{path}: so nothing was added; mend that, or add the table by hand"
        raise ConfigurationError([*error.problems, told]) from None
    with ExitStack() as undo:
        _make_folder(path.parent)
        for file, secret in files.items():
            _make_folder(file.parent)
            _write_new(file, f"{secret.reveal()}\n".encode())
            undo.callback(_remove, file)
        refuse_same_bindings(config)
        if _content(path) != before:
            raise ConfigurationError([f"{path} was changed meanwhile: start again"])
        _write_new(path, content, overwrite=before is not None)
        undo.pop_all()
    return Written(path, before is None, tuple(files))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError([f"{path}: cannot be read: {error.strerror}"]) from None


def _joined(before: bytes | None, text: bytes, state: str) -> bytes:
    if before is None:
        return HEAD.encode() + state_text(state).encode() + text
    return before + (b"" if before.endswith(b"\n") or not before else b"\n") + text


def _placed(path: Path, table: Table, files: dict[Path, Secret], *, plain: bool) -> Table:
    """Put what stands for each typed secret in its place, and note the file that it goes to."""
    values: dict[str, object] = {}
    for key, value in table.values.items():
        if not isinstance(value, Secret):
            values[key] = value
        elif plain:
            values[key] = value.reveal()
        else:
            file = _free(path.parent / FOLDER / f"{table.name}.{key}")
            files[file] = value
            values[key] = {"file": f"{FOLDER}/{file.name}"}
    return replace(table, values=values)


def _free(path: Path) -> Path:
    """Give a name that no file has; one may be left from a run that was killed."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(f"{folder} cannot be made: {error.strerror}") from error


def _write_new(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    with new_file(path, overwrite=overwrite) as part:
        part.write_bytes(content)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
        path.parent.rmdir()  # where nothing else is in it

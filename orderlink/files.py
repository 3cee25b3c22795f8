"""Files that a person asked for: written whole or not at all, and for their owner only."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.errors import ConfigurationError
from orderlink.report.screen import OutputFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def new_file(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give the path of an empty file, 0600, that becomes `target` when the block has ended well.

    Until then, and where the block fails, `target` is as it was. Raises `ConfigurationError` where
    it must not be written, and `OutputFailed` where it cannot be.
    """
    target = target.expanduser().resolve()
    _check(target, overwrite=overwrite)
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise OutputFailed(f"{target} cannot be written: {error.strerror}") from error
    os.close(number)
    part = Path(name)
    try:
        yield part
        _put(part, target, overwrite=overwrite)
    except OSError as error:
        raise OutputFailed(f"{target} cannot be written: {error.strerror}") from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _check(target: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise ConfigurationError([f"{target}: there is no folder {target.parent}"])
    if target.is_dir():
        raise ConfigurationError([f"{target} is a folder: name a file in it"])
    if target.exists() and not target.is_file():
        raise ConfigurationError([f"{target} is no file that can be written anew"])
    if target.exists() and not overwrite:
        raise _exists(target)


def _exists(target: Path) -> ConfigurationError:
    return ConfigurationError([f"{target} is there already: name another file, or give --force"])


def _put(part: Path, target: Path, *, overwrite: bool) -> None:
    """Give a file its name, once all of it is on the disk."""
    _sync(part)
    if overwrite:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)
        except FileExistsError:
            raise _exists(target) from None
        except OSError:  # a file system without links, as on a stick
            if target.exists():
                raise _exists(target) from None
            part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)

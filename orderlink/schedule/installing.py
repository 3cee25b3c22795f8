"""The crontab and systemd's units as they are on this machine: read, and written.

Their programs are looked for on PATH; each gets ten seconds. What cannot be done raises
`ConfigurationError` with what the program said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orderlink.errors import ConfigurationError
from orderlink.files import new_file
from orderlink.redact import safe_text
from orderlink.schedule import crontab, units
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.schedule.job import Job
    from orderlink.schedule.units import Manager

SECONDS: Final = 10.0

_NO_CRONTAB: Final = ("no crontab for", "no such file", "can't open")
"""What `crontab -l` says, in various programs of that name, where a user has none yet."""


class Change(Value, frozen=True):
    """What would become of one file (or of the crontab); None: it is not there."""

    name: str
    before: bytes | None
    after: bytes | None

    @property
    def changes(self) -> bool:
        """Something would be different."""
        return self.before != self.after


class Crontab:
    """The crontab of the user who runs this."""

    def __init__(self, job: Job, user: str) -> None:
        self._job, self._user = job, user
        self._program = _found("crontab", "install cron, or take: orderlink cron --systemd")

    def installing(self) -> tuple[Change, ...]:
        """Tell what an installation would change."""
        before = self._read()
        return (self._change(before, crontab.with_line(before, self._job)),)

    def removing(self) -> tuple[Change, ...]:
        """Tell what a removal would change."""
        before = self._read()
        return (self._change(before, crontab.without_line(before, self._job)),)

    def others(self) -> list[str]:
        """List the lines that run orderlink, too, and are not this installation's."""
        return crontab.others(self._read(), self._job)

    def carry_out(self, changes: Sequence[Change]) -> None:
        """Write what was shown, unless the crontab has changed meanwhile."""
        (change,) = changes
        if self._read() != change.before:
            raise ConfigurationError(["the crontab was changed meanwhile: nothing was written"])
        if change.after:
            _run([self._program, "-"], change.after)
        else:  # nothing is left in it
            _run([self._program, "-r"])
        if self._read() != change.after:
            raise ConfigurationError(["the crontab is not what was written: look at crontab -l"])

    def _change(self, before: bytes, after: bytes) -> Change:
        return Change(f"the crontab of {self._user}", before, after)

    def _read(self) -> bytes:
        """Read the crontab; empty where the user has none."""
        ended = _ended([self._program, "-l"])
        if ended.returncode == 0:
            return ended.stdout
        said = ended.stderr.decode("utf-8", "replace").lower()
        if not ended.stdout and any(words in said for words in _NO_CRONTAB):
            return b""
        raise _failed([self._program, "-l"], ended)


class Units:
    """The service and the timer, in the folder of a systemd that `manager` describes."""

    def __init__(self, job: Job, manager: Manager, name: str, folder: Path) -> None:
        self._job, self._name, self._folder = job, name, folder
        self._wanted = {
            f"{name}.service": units.service_of(job, manager),
            f"{name}.timer": units.timer_of(job),
        }
        program = _found("systemctl", "this machine has no systemd; take: orderlink cron")
        self._control = [program] if manager.user else [program, "--user"]

    def installing(self) -> tuple[Change, ...]:
        """Tell what an installation would change."""
        return tuple(
            Change(str(self._folder / name), self._present(name), text.encode())
            for name, text in self._wanted.items()
        )

    def removing(self) -> tuple[Change, ...]:
        """Tell what a removal would change."""
        return tuple(
            Change(str(self._folder / name), self._present(name), None) for name in self._wanted
        )

    def others(self) -> list[str]:
        """List nothing: units of others have other names."""
        return []

    def carry_out(self, changes: Sequence[Change]) -> None:
        """Write or remove the units, and let systemd know."""
        timer = f"{self._name}.timer"
        gone = [change for change in changes if change.after is None]
        if gone and any(change.before is not None for change in gone):
            _run([*self._control, "disable", "--now", timer])
        for change in changes:
            self._write(Path(change.name), change.after)
        try:
            _run([*self._control, "daemon-reload"])
            if not gone:
                _run([*self._control, "enable", "--now", timer])
        except ConfigurationError as error:
            done = "removed" if gone else "written"
            raise ConfigurationError([f"the units are {done}, but systemd said: {error}"]) from None

    def _present(self, name: str) -> bytes | None:
        """Give the unit of that name. Raises `ConfigurationError` where it is another's."""
        path = self._folder / name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError([f"{path} cannot be read: {error.strerror}"]) from None
        if not units.is_own(content.decode("utf-8", "replace"), self._job):
            raise ConfigurationError(
                [f"{path} is not of this installation: move it away, or give another --name"]
            )
        return content

    def _write(self, path: Path, content: bytes | None) -> None:
        try:
            if content is None:
                path.unlink(missing_ok=True)
                return
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError([f"{path} cannot be written: {error.strerror}"]) from None
        with new_file(path, overwrite=True) as part:
            part.write_bytes(content)
            part.chmod(0o644)


def _found(program: str, otherwise: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise ConfigurationError([f"there is no program `{program}` on this machine: {otherwise}"])
    return path


def _run(words: Sequence[str], content: bytes | None = None) -> None:
    ended = _ended(words, content)
    if ended.returncode:
        raise _failed(words, ended)


def _ended(
    words: Sequence[str], content: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - crontab or systemctl, found on PATH
            words,
            input=content if content is not None else b"",
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError([f"{_named(words)}: no end within {SECONDS:g} seconds"]) from None
    except OSError as error:
        raise ConfigurationError([f"{_named(words)}: {error.strerror}"]) from None


def _failed(words: Sequence[str], ended: subprocess.CompletedProcess[bytes]) -> ConfigurationError:
    said = safe_text(ended.stderr.decode("utf-8", "replace")) or f"it failed ({ended.returncode})"
    return ConfigurationError([f"{_named(words)}: {said}"])


def _named(words: Sequence[str]) -> str:
    return " ".join([Path(words[0]).name, *words[1:]])

"""The places where a secret can be: each knows how to fetch its value, and how to name itself."""

from __future__ import annotations

import os
import selectors
import stat
import subprocess
from pathlib import Path
from typing import Final, Protocol

from orderlink.clock import Clock, SystemClock
from orderlink.errors import SecretError
from orderlink.values import Value, field

_LARGEST: Final = 64 * 1024


def open_to_others(status: os.stat_result) -> bool:
    """Tell whether users other than the owner may read or change a file."""
    return bool(stat.S_IMODE(status.st_mode) & 0o066)


class Source(Protocol):
    """Where a secret is."""

    def look_up(self) -> str:
        """Fetch the value. Raises `SecretError` with what is wrong and what to do."""
        ...

    def __str__(self) -> str:
        """Name the place for a person; never the value."""
        ...


class PlainText(Value, frozen=True):
    """The value itself."""

    value: str

    def __repr__(self) -> str:
        return "PlainText()"

    def look_up(self) -> str:
        """Give the value."""
        return self.value

    def __str__(self) -> str:
        return "plain text"


class EnvironmentVariable(Value, frozen=True):
    """A variable of the process."""

    name: str

    def look_up(self) -> str:
        """Read the variable."""
        value = os.environ.get(self.name)
        if value is None:
            raise SecretError(
                f"the {self} is not set; set it where orderlink runs"
                " (cron and systemd do not read your shell's profile)"
            )
        return value

    def __str__(self) -> str:
        return f"environment variable {self.name}"


class SecretFile(Value, frozen=True):
    """A file that only its owner can read; `path` is absolute."""

    path: Path

    def look_up(self) -> str:
        """Read the file whole."""
        try:
            with self.path.open("rb") as file:
                if open_to_others(os.fstat(file.fileno())):
                    raise SecretError(
                        f"the {self} can be read or changed by other users;"
                        f" run `chmod 600 {self.path}`"
                    )
                content = file.read(_LARGEST + 1)
        except OSError as error:
            raise SecretError(f"the {self} cannot be read: {error.strerror}") from None
        return _text(content, f"the {self}")

    def __str__(self) -> str:
        return f"file {self.path}"


class Credential(Value, frozen=True):
    """A credential that systemd hands to the service (LoadCredential=)."""

    name: str

    def look_up(self) -> str:
        """Read the credential.

        Its mode is not looked at: systemd lets the service in by an access list, which shows as
        a right of the group, and keeps the folder closed to others.
        """
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise SecretError(
                f"the {self} is not there, for systemd did not start this program with"
                f" credentials; add `LoadCredential={self.name}:PATH` to the unit"
            )
        try:
            with (Path(folder) / self.name).open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as error:
            raise SecretError(
                f"the {self} cannot be read: {error.strerror};"
                f" add `LoadCredential={self.name}:PATH` to the unit"
            ) from None
        return _text(content, f"the {self}")

    def __str__(self) -> str:
        return f"systemd credential {self.name}"


class Command(Value, frozen=True):
    """A program that prints the secret as its first line, run without a shell.

    Its errors are thrown away, for they may hold what must not be shown. `seconds` is the limit.
    """

    words: tuple[str, ...]
    folder: Path
    seconds: float = 30
    clock: Clock = field(default_factory=SystemClock)

    def __repr__(self) -> str:
        return f"Command(folder={self.folder!r})"

    def look_up(self) -> str:
        """Run the program and read its first line."""
        try:
            process = subprocess.Popen(  # noqa: S603 - the merchant's own program, no shell
                self.words,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it cannot be run"
            raise SecretError(f"the {self} cannot be started: {why}") from None
        try:
            first_line = self._output_of(process).split(b"\n", 1)[0]
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        return _text(first_line, f"what the {self} printed")

    def _output_of(self, process: subprocess.Popen[bytes]) -> bytes:
        """Read what the program prints until it ends; whatever exceeds the limit is dropped."""
        until = self.clock.monotonic() + self.seconds
        late = SecretError(
            f"the {self} took longer than {self.seconds:g} seconds; run it by hand to see why"
        )
        output = b""
        with selectors.DefaultSelector() as selector:
            assert process.stdout is not None  # noqa: S101 - asked for with PIPE
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0, until - self.clock.monotonic())):
                    raise late
                part = os.read(process.stdout.fileno(), _LARGEST)
                output += part[: _LARGEST + 1 - len(output)]
                if not part:
                    break
                if self.clock.monotonic() > until:
                    raise late
        try:
            code = process.wait(max(0, until - self.clock.monotonic()))
        except subprocess.TimeoutExpired:
            raise late from None
        if code:
            raise SecretError(f"the {self} failed with code {code}; run it by hand to see why")
        return output

    def __str__(self) -> str:
        return f"command `{self.words[0]}`"


def _text(content: bytes, what: str) -> str:
    if len(content) > _LARGEST:
        raise SecretError(f"{what} is longer than 64 KiB and can be no secret")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SecretError(f"{what} is not UTF-8 text") from None

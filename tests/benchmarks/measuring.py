"""What a program costs: CPU, wall time and peak memory of its process alone."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MEASURED = Path(__file__).parent / "programs" / "measured.py"


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU (user and system) and of the clock on the wall, and MiB at the peak."""

    cpu: float
    wall: float
    memory: float

    def __add__(self, other: Cost) -> Cost:
        """Give what both cost, one after the other."""
        memory = max(self.memory, other.memory)
        return Cost(self.cpu + other.cpu, self.wall + other.wall, memory)


class Program:
    """A program that runs while its standard input is open, and is measured. A context manager."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        allowed: frozenset[int] = frozenset({0}),
    ) -> None:
        self._report = folder / "cost.json"
        self._allowed = allowed
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, "-I", "-S", str(MEASURED), str(self._report), *words],
            env=dict(environment),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def wait_until_ready(self) -> None:
        """Wait until it says so. Ends the benchmark where it ended instead."""
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self.end()
            raise SystemExit(f"{self._process.args!r} ended too early")

    def go_on(self) -> None:
        """Let it go on by a line on its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self) -> Cost:
        """Wait for its end. Ends the benchmark where it failed."""
        _, said = self._process.communicate()
        if not self._report.exists():
            raise SystemExit(f"{self._process.args!r} was not measured: {said}")
        told = json.loads(self._report.read_text())
        self._report.unlink()
        if told["code"] not in self._allowed:
            raise SystemExit(f"{self._process.args!r} ended with {told['code']}: {said}")
        return Cost(told["cpu"], told["wall"], told["memory"])


def measure(
    words: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    *,
    allowed: frozenset[int] = frozenset({0}),
) -> Cost:
    """Run a program to its end. Ends the benchmark where it fails."""
    return Program(words, environment, folder, allowed=allowed).end()

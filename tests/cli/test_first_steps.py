"""The README's first steps, as a new user takes them: the commands are read from its text."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orderlink.sandbox.play import MARKET_PORT, SHOP_PORT
from tests.readme import README

from .installation import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

ORDERLINK = """#!/bin/sh
if [ "$1" = sandbox ]; then
    exec {python} -m orderlink "$@" --port-marketplace "$PORT_MARKETPLACE" --port-shop "$PORT_SHOP"
fi
exec {python} -m orderlink "$@"
"""
"""Stands for the installed program; so that many tests may run at once, the ports are others."""


@dataclass
class Step:
    """One command, and lines of which each must be a part of what it prints, in their order."""

    command: str
    shown: list[str]


def steps() -> list[Step]:
    """Read the commands of the README's section, each with what it shows."""
    text = README.read_text("utf-8").partition("<!-- first steps -->")[2]
    blocks = re.findall(
        r"```console\n(.*?)```", text.partition("<!-- /first steps -->")[0], re.DOTALL
    )
    found: list[Step] = []
    for line in "".join(blocks).replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:], []))
        else:
            found[-1].shown.append(line.removeprefix("... "))
    return found


@dataclass
class Shell:
    """A new user's terminal: what is exported in one command holds for those after it."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> tuple[int, str]:
        script = f"{command}\ncode=$?; env > {self.folder}/environment; exit $code"
        ended = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", script],
            env=self.environment,
            cwd=self.folder / "home",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        lines = (self.folder / "environment").read_text().splitlines()
        self.environment = dict(line.split("=", 1) for line in lines)
        return ended.returncode, ended.stdout

    def start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", f"exec {command}"],
            env=self.environment,
            cwd=self.folder / "home",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A home directory with nothing in it but the program on the PATH; the sandbox is running."""
    home, programs = tmp_path / "home", tmp_path / "bin"
    home.mkdir(mode=0o700)
    programs.mkdir()
    program = programs / "orderlink"
    program.write_text(ORDERLINK.format(python=sys.executable))
    program.chmod(0o755)
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PORT_MARKETPLACE": "0",
        "PORT_SHOP": "0",
    }
    found = Shell(tmp_path, environment)
    with found.start(steps()[0].command) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() == steps()[0].shown[0]
            while "--port-marketplace" not in (line := process.stdout.readline()):
                assert line, "the sandbox says how it is reached"
            market, shop = re.findall(r"--port-[a-z]+ ([0-9]+)", line)
            found.environment |= {"PORT_MARKETPLACE": market, "PORT_SHOP": shop}
            yield found
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def test_the_readmes_first_steps_go_as_they_are_written(shell: Shell) -> None:
    usual = (str(MARKET_PORT), str(SHOP_PORT))
    here = (shell.environment["PORT_MARKETPLACE"], shell.environment["PORT_SHOP"])
    for step in steps()[1:]:
        command = step.command
        for port, instead in zip(usual, here, strict=True):
            command = command.replace(port, instead)
        code, said = shell.run(command)
        assert code == (1 if needs_person(step) else 0), f"{command}\n{said}"
        rest = said.replace(f"{shell.folder / 'home'}/", "")
        for line in step.shown:
            _, part, rest = rest.partition(line)
            assert part, f"{command}: {line!r} is not in\n{said}"
        if command == "orderlink sync" and not step.shown:
            assert said == "", "cron hears nothing"


def needs_person(step: Step) -> bool:
    """Tell by what is shown whether the exit code says that something needs a person."""
    told = r"^orderlink: (?!.*: over: )|^[0-9]+ things? need"
    return any(re.search(told, line) for line in step.shown)


def test_they_are_the_way_of_a_new_user() -> None:
    words = [step.command.split() for step in steps()]
    way = [" ".join(one[1:2]) for one in words if one[0] == "orderlink" and one[1] != "sandbox"]
    once = list(dict.fromkeys(way))
    assert once == ["init", "check", "sync", "status", "cron", "map", "retry", "orders"]
    assert ["orderlink", "sync", "--dry-run"] in words

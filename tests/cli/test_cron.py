"""cron as a person calls it: printed, installed, removed; crontab and systemctl are stand-ins."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from .installation import SECRETS, Installation

if TYPE_CHECKING:
    from pathlib import Path

    from .installation import Answer

pytestmark = pytest.mark.process

CRONTAB = """#!/bin/sh
[ -e "{refuses}" ] && {{ cat "{refuses}" >&2; exit 1; }}
case "$1" in
-l) if [ -e "{tab}" ]; then cat "{tab}"; else echo "no crontab for you" >&2; exit 1; fi;;
-) cat > "{tab}";;
-r) rm "{tab}";;
*) exit 2;;
esac
"""
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "{calls}"
[ -e "{refuses}" ] && {{ cat "{refuses}" >&2; exit 1; }}
exit 0
"""
MINE = b"# mine\nMAILTO=me@example.com\n\n0 3 * * * /usr/bin/backup 100\\% \xff # nightly"


@dataclass
class Machine:
    """An installation beside a crontab and a systemd of its own."""

    installation: Installation

    @property
    def tab(self) -> Path:
        return self.installation.folder / "tab"

    @property
    def calls(self) -> Path:
        return self.installation.folder / "calls"

    @property
    def refuses(self) -> Path:
        return self.installation.folder / "refuses"

    @property
    def units(self) -> Path:
        return self.installation.folder / "units"

    @property
    def path(self) -> str:
        return f"{self.installation.folder / 'bin'}:/usr/bin:/bin"

    def program(self, name: str, text: str) -> None:
        path = self.installation.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(tab=self.tab, calls=self.calls, refuses=self.refuses))
        path.chmod(0o755)

    def cron(self, *arguments: str) -> Answer:
        return self.installation.run("cron", *arguments, PATH=self.path)

    def systemd(self, *arguments: str) -> Answer:
        return self.cron("--systemd", "--folder", str(self.units), *arguments)


@pytest.fixture
def machine(installation: Installation) -> Machine:
    installation.configure()
    machine = Machine(installation)
    machine.program("crontab", CRONTAB)
    machine.program("systemctl", SYSTEMCTL)
    return machine


def test_the_line_is_printed_and_what_cron_lacks_is_told(machine: Machine) -> None:
    answer = machine.cron()
    assert answer.code == 0
    (line,) = answer.out.splitlines()
    assert line.startswith("*/5 * * * * ")
    assert line.endswith(f"--config {machine.installation.config} sync # orderlink cron")
    for name in SECRETS:
        assert name in answer.err
    for secret in SECRETS.values():
        assert secret not in answer.out + answer.err
    assert "logrotate" in answer.err
    assert not machine.tab.exists()


def test_the_line_does_a_run_that_says_nothing_with_the_environment_of_cron(
    machine: Machine,
) -> None:
    order = machine.installation.place()
    command = machine.cron().out.split(" ", 5)[5].replace(r"\%", "%")
    of_cron = {"HOME": "/nowhere", "PATH": "/usr/bin:/bin", "LOGNAME": "you", "SHELL": "/bin/sh"}
    environment = {**of_cron, **SECRETS, "PYTHONPATH": machine.installation.environ()["PYTHONPATH"]}
    ended = subprocess.run(  # noqa: S603 - what cron does
        ["/bin/sh", "-c", command], cwd="/", env=environment, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert [one["transaction_id"] for one in machine.installation.shop.control("orders", {})] == [
        order
    ]


def test_without_the_secrets_the_run_says_what_is_missing(machine: Machine) -> None:
    command = machine.cron().out.split(" ", 5)[5].replace(r"\%", "%")
    environment = {"HOME": "/", "PYTHONPATH": machine.installation.environ()["PYTHONPATH"]}
    ended = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "environment variable BOL_ID is not set" in ended.stderr


def test_it_is_installed_once_replaced_and_removed_and_the_rest_is_kept(machine: Machine) -> None:
    machine.tab.write_bytes(MINE)
    first = machine.cron("--install", "--yes")
    assert first.code == 0, first.err
    assert first.out.splitlines()[1].startswith("+ */5 * * * * ")
    assert first.out.endswith("Installed.\n")
    assert "backup" not in first.out, "other lines are not shown"
    before, line = machine.tab.read_bytes().rsplit(b"\n", 2)[:2]
    assert before == MINE
    again = machine.cron("--install", "--yes")
    assert again.out == "It is there already, as it should be.\n"
    changed = machine.cron("--install", "--yes", "--every", "10")
    marks = [shown[:1] for shown in changed.out.splitlines()[1:-1]]
    assert marks == ["-", "+"]
    assert machine.tab.read_bytes() == MINE + b"\n" + line.replace(b"*/5", b"*/10") + b"\n"
    assert machine.cron("--remove", "--yes").out.endswith("Removed.\n")
    assert machine.tab.read_bytes() == MINE + b"\n"
    assert machine.cron("--remove", "--yes").out == "There is nothing to remove.\n"


def test_a_user_without_a_crontab_gets_one_and_has_none_again(machine: Machine) -> None:
    assert machine.cron("--install", "--yes").code == 0
    assert machine.tab.read_bytes().count(b"\n") == 1
    assert machine.cron("--remove", "--yes").code == 0
    assert not machine.tab.exists()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("typed", "installed"), [("y", True), ("n", False), ("", False)])
def test_a_person_is_asked_first(machine: Machine, typed: str, *, installed: bool) -> None:
    machine.tab.write_bytes(MINE)
    terminal = machine.installation.at_terminal("cron", "--install", PATH=machine.path)
    shown = terminal.until("Write this? [y/N] ")
    assert "+ */5 * * * *" in shown
    os.write(terminal.mother, f"{typed}\n".encode())
    answer = terminal.ended()
    assert answer.code == 0
    assert ("Installed." in answer.out) is installed
    assert (machine.tab.read_bytes() == MINE) is not installed
    words = [len(line) for line in answer.out.splitlines() if "/" not in line]
    assert max(words) < 80
    assert ("logrotate" in answer.out) is installed


def test_what_was_changed_while_a_person_thought_is_not_written_over(machine: Machine) -> None:
    terminal = machine.installation.at_terminal("cron", "--install", PATH=machine.path)
    terminal.until("[y/N] ")
    machine.tab.write_bytes(MINE)
    os.write(terminal.mother, b"y\n")
    answer = terminal.ended()
    assert answer.code == 2
    assert "changed meanwhile" in answer.out
    assert machine.tab.read_bytes() == MINE


@pytest.mark.sampled(3)
@pytest.mark.parametrize("arguments", [("--install",), ("--remove",), ("--systemd", "--install")])
def test_where_nobody_answers_nothing_is_done_without_yes(
    machine: Machine, arguments: tuple[str, ...]
) -> None:
    answer = machine.cron(*arguments)
    assert answer.code == 2
    assert "give --yes" in answer.err
    assert not machine.tab.exists()


def test_a_line_that_a_person_wrote_is_named(machine: Machine) -> None:
    machine.tab.write_bytes(b"*/5 * * * * /home/you/bin/orderlink sync\n")
    answer = machine.cron("--install", "--yes")
    assert "Another line runs orderlink, too" in answer.err
    assert b"/home/you/bin/orderlink sync\n" in machine.tab.read_bytes()


def test_without_the_program_crontab_there_is_one_clear_sentence(machine: Machine) -> None:
    (machine.installation.folder / "bin" / "crontab").unlink()
    answer = machine.installation.run("cron", "--install", "--yes", PATH="/nowhere")
    assert answer.code == 2
    assert answer.err.startswith("orderlink: there is no program `crontab` on this machine")
    assert answer.err.count("\n") == 1


def test_a_crontab_that_cannot_be_read_is_not_taken_for_an_empty_one(machine: Machine) -> None:
    machine.refuses.write_text("You (you) are not allowed to use this program (crontab)")
    answer = machine.cron("--install", "--yes")
    assert answer.code == 2
    assert "crontab -l: You (you) are not allowed" in answer.err
    assert not machine.tab.exists()


def test_a_configuration_that_is_broken_is_told_before_anything_is_written(
    machine: Machine,
) -> None:
    machine.installation.config.write_text("shops = 1")
    answer = machine.cron("--install", "--yes")
    assert answer.code == 2
    assert "shops" in answer.err
    assert not machine.tab.exists()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--every", "7"), "take one of 1, 2, 3, 4, 5, 6, 10, 12, 15"),
        (("--systemd", "--name", "../x"), "a name is letters, digits"),
        (("--install", "--remove"), "opposites"),
        (("--yes",), "--install or --remove"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    machine: Machine, arguments: tuple[str, ...], sentence: str
) -> None:
    answer = machine.cron(*arguments)
    assert answer.code == 2
    assert sentence in " ".join(answer.err.split())


def test_units_are_written_started_replaced_and_removed(machine: Machine) -> None:
    answer = machine.systemd("--install", "--yes")
    assert answer.code == 0, answer.err
    service, timer = (machine.units / f"orderlink.{kind}" for kind in ("service", "timer"))
    assert f"--config {machine.installation.config} sync" in service.read_text()
    assert service.stat().st_mode & 0o777 == 0o644
    assert "OnCalendar=*:0/5" in timer.read_text()
    user = [] if os.getuid() == 0 else ["--user"]
    calls = [line.removeprefix("--user ") for line in machine.calls.read_text().splitlines()]
    assert calls == ["daemon-reload", "enable --now orderlink.timer"]
    assert all(line.startswith(" ".join(user)) for line in machine.calls.read_text().splitlines())
    assert machine.systemd("--install", "--yes").out == "It is there already, as it should be.\n"
    changed = machine.systemd("--install", "--yes", "--every", "15")
    assert "+ OnCalendar=*:0/15" in changed.out
    assert machine.systemd("--remove", "--yes").code == 0
    assert not list(machine.units.iterdir())
    last = machine.calls.read_text().splitlines()[-2:]
    assert [line.removeprefix("--user ") for line in last] == [
        "disable --now orderlink.timer",
        "daemon-reload",
    ]


def test_units_of_somebody_else_are_not_written_over(machine: Machine) -> None:
    machine.units.mkdir()
    foreign = machine.units / "orderlink.service"
    foreign.write_text("[Service]\nExecStart=/bin/true\n")
    answer = machine.systemd("--install", "--yes")
    assert answer.code == 2
    assert "is not of this installation" in answer.err
    assert foreign.read_text() == "[Service]\nExecStart=/bin/true\n"
    other = machine.systemd("--install", "--yes", "--name", "second")
    assert other.code == 0, other.err
    assert {path.name for path in machine.units.iterdir()} == {
        "orderlink.service",
        "second.service",
        "second.timer",
    }


def test_a_systemd_that_refuses_is_quoted(machine: Machine) -> None:
    machine.refuses.write_text("Failed to connect to bus: Host is down\n")
    answer = machine.systemd("--install", "--yes")
    assert answer.code == 2
    assert "the units are written, but systemd said: systemctl" in answer.err
    assert "Failed to connect to bus" in answer.err


def test_the_printed_program_exists(machine: Machine) -> None:
    words = shlex.split(machine.cron().out.split(" ", 5)[5], comments=True)
    program = next(word for word in words if "=" not in word)
    assert shutil.which(program) == program

"""systemd's units: held against systemd itself where it is there, and against the example."""

from __future__ import annotations

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import orderlink
from orderlink.cli.failures import LOCKED
from orderlink.runner import Order
from orderlink.schedule.job import EVERY, Job, Needs, cron_notes, systemd_notes
from orderlink.schedule.units import Manager, is_own, service_of, timer_of

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(orderlink.__file__).parents[1] / "examples"
JOB = Job(("/bin/echo",), "/etc/orderlink/orderlink.toml", 5, {})
SYSTEM = Manager("root", confined=True)
OWN = Manager("", confined=True)


class UnitFile(ConfigParser):
    """A file of systemd: keys keep their letters."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read(text: str) -> UnitFile:
    parser = UnitFile(interpolation=None, delimiters=("=",))
    parser.read_string(text)
    return parser


def test_the_service_runs_the_program_with_its_configuration() -> None:
    service = read(service_of(JOB, SYSTEM))["Service"]
    assert service["ExecStart"] == "/bin/echo --config /etc/orderlink/orderlink.toml sync"
    assert service["Type"] == "oneshot"
    assert service["User"] == "root"
    assert int(service["SuccessExitStatus"]) == LOCKED
    assert float(service["TimeoutStartSec"]) > Order("sync").max_seconds + 60
    assert service["UMask"] == "0077"


def test_a_user_of_his_own_systemd_needs_no_user_and_waits_for_no_network_of_the_system() -> None:
    unit = read(service_of(JOB, OWN))
    assert "User" not in unit["Service"]
    assert "After" not in unit["Unit"]
    assert "ProtectSystem" not in unit["Service"], "an ordinary user may not ask for that"


@pytest.mark.parametrize("confined", [True, False])
def test_a_run_that_starts_programs_is_not_kept_from_what_they_need(*, confined: bool) -> None:
    service = read(service_of(JOB, Manager("you", confined=confined)))["Service"]
    assert ("NoNewPrivileges" in service) is confined


def test_what_is_special_to_systemd_is_written_so_that_it_is_not() -> None:
    job = Job(("/opt/my apps/orderlink", "-m", "x$y"), "/a b/100% $x.toml", 5, {"HOME": '/h "q" %'})
    service = read(service_of(job, SYSTEM))["Service"]
    command = '"/opt/my apps/orderlink" -m x$$y --config "/a b/100%% $$x.toml" sync'
    assert service["ExecStart"] == command
    assert service["Environment"] == r'"HOME=/h \"q\" %%"'


@pytest.mark.parametrize("minutes", EVERY)
def test_the_timer_starts_it_so_often(minutes: int) -> None:
    timer = read(timer_of(Job(JOB.program, JOB.config, minutes, {})))
    assert timer["Timer"]["OnCalendar"] == f"*:0/{minutes}"
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.parametrize("make", [lambda job: service_of(job, SYSTEM), timer_of])
def test_a_unit_is_known_again_by_its_configuration(make: Callable[[Job], str]) -> None:
    other = Job(JOB.program, "/etc/other.toml", 5, {})
    assert is_own(make(JOB), JOB)
    assert not is_own(make(other), JOB)
    assert not is_own(f"# mine\n{make(JOB)}", JOB)
    assert not is_own("", JOB)


def test_the_example_differs_in_nothing_that_matters() -> None:
    example = UnitFile(strict=False, interpolation=None, delimiters=("=",))
    example.read(EXAMPLES / "orderlink.service")
    ours = read(service_of(JOB, SYSTEM))["Service"]
    for key in ("Type", "SuccessExitStatus", "TimeoutStartSec", "TimeoutStopSec", "UMask"):
        assert example["Service"][key] == ours[key]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
@pytest.mark.parametrize("manager", [SYSTEM, OWN, Manager("root", confined=False)])
def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path, manager: Manager) -> None:
    job = Job(("/bin/echo", "x$y"), "/a b/100% $x;#.toml", 15, {"HOME": "/h %"})
    (tmp_path / "orderlink.service").write_text(service_of(job, manager))
    (tmp_path / "orderlink.timer").write_text(timer_of(job))
    units = [str(tmp_path / f"orderlink.{kind}") for kind in ("service", "timer")]
    ended = subprocess.run(  # noqa: S603 - only reads
        ["systemd-analyze", "verify", *units],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in ended.stderr.splitlines() if str(tmp_path) in line]
    assert not complaints
    assert ended.returncode == 0, ended.stderr


EVERYTHING = Needs(("BOL_SECRET", "WOO_KEY"), ("bol",), ("pass", "/usr/bin/op"), ("pass",))


def test_what_cron_would_lack_is_told_and_nothing_else() -> None:
    full = " ".join(cron_notes(EVERYTHING, "/var/o.log"))
    for words in ("BOL_SECRET, WOO_KEY", "--systemd", "of pass in", "/var/o.log", "MAILTO"):
        assert words in full
    assert "/usr/bin/op" not in full
    assert len(list(cron_notes(Needs(), "/var/o.log"))) == 2


@pytest.mark.parametrize("option", ["", "--user"])
def test_what_systemd_would_lack_is_told_and_nothing_else(option: str) -> None:
    full = " ".join(systemd_notes(EVERYTHING, "/var/o.log", "orderlink", option))
    for words in ("EnvironmentFile=", "BOL_SECRET, WOO_KEY", "LoadCredential=bol:", "of pass in"):
        assert words in full
    assert ("systemctl --user edit orderlink" in full) is bool(option)
    assert ("enable-linger" in full) is bool(option)
    assert "  " not in full
    assert len(list(systemd_notes(Needs(), "/var/o.log", "o", option))) == 2 + bool(option)

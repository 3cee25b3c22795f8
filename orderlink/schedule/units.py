"""PURE: the service and the timer of systemd (systemd.service(5), systemd.timer(5)).

A unit of ours begins with a comment that names the configuration, by which it is known again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orderlink.values import Value

if TYPE_CHECKING:
    from orderlink.schedule.job import Job

MARK: Final = "# orderlink cron: "
"""How the first line of our units begins; the configuration's path follows."""

_SERVICE: Final = """\
{mark}
# Runs once; the timer of the same name starts it.

[Unit]
Description=orderlink: marketplace orders into the webshop, shipments back
{network}
[Service]
Type=oneshot
{user}{environment}ExecStart={command}
# 75: another run is active, which is no failure.
SuccessExitStatus=75
# A run stops by itself after 240 seconds; SIGTERM lets it finish the order in hand.
TimeoutStartSec=360
TimeoutStopSec=150
UMask=0077
{hardening}"""
_NETWORK: Final = """\
Wants=network-online.target
After=network-online.target
"""
_HARDENING: Final = """\
NoNewPrivileges=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
"""
_TIMER: Final = """\
{mark}

[Unit]
Description=Run orderlink every {every}

[Timer]
OnCalendar=*:0/{minutes}
RandomizedDelaySec=20
Persistent=true

[Install]
WantedBy=timers.target
"""


class Manager(Value, frozen=True):
    """Which systemd starts the runs: the system's as `user`, or (`user` empty) one's own.

    `confined`: the service may be kept from what a run never needs. Not where it starts programs of
    the person's choice, which may need more.
    """

    user: str
    confined: bool


def service_of(job: Job, manager: Manager) -> str:
    """Write the service."""
    settings = (f"{name}={value}" for name, value in sorted(job.environment.items()))
    program, *words = job.program
    # The program itself is looked for as it stands: systemd takes no $ there.
    command = [_quoted(program), *(_quoted(word.replace("$", "$$")) for word in words)]
    command += ["--config", _quoted(job.config.replace("$", "$$")), "sync"]
    return _SERVICE.format(
        mark=_mark(job),
        network=_NETWORK if manager.user else "",
        user=f"User={manager.user}\n" if manager.user else "",
        environment="".join(f"Environment={_quoted(one)}\n" for one in settings),
        command=" ".join(command),
        hardening=_HARDENING if manager.user and manager.confined else "",
    )


def timer_of(job: Job) -> str:
    """Write the timer."""
    every = "minute" if job.minutes == 1 else f"{job.minutes} minutes"
    return _TIMER.format(mark=_mark(job), every=every, minutes=job.minutes)


def is_own(unit: str, job: Job) -> bool:
    """Tell whether a unit is the one of this installation."""
    return unit.split("\n", 1)[0] == _mark(job)


def _mark(job: Job) -> str:
    return f"{MARK}{job.config}"


def _quoted(word: str) -> str:
    """Write a word as units have it: % is doubled, and spaces and quotes are kept in quotes."""
    word = word.replace("%", "%%")
    if not set(word) & set(" \t\"';#"):
        return word
    return '"' + word.replace('"', '\\"') + '"'

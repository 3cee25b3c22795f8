"""PURE: what is to be started again and again, and what a person has to know about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from orderlink.errors import ConfigurationError
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

EVERY: Final = (1, 2, 3, 4, 5, 6, 10, 12, 15)
"""Minutes between two runs: they part an hour evenly, and are short of what status calls stale."""

_UNUSABLE: Final = re.compile(r"[\x00-\x1f\x7f\\]")


class Job(Value, frozen=True):
    """A run every so many minutes.

    `program` are the words that start orderlink, the first one absolute; `config` is the absolute
    path of the configuration; `environment` is what a run needs and cron would not have.
    """

    program: tuple[str, ...]
    config: str
    minutes: int
    environment: Mapping[str, str]


class Needs(Value, frozen=True):
    """What a configuration takes from outside of its file, by the kinds of its secrets."""

    variables: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    unfound: tuple[str, ...] = ()  # programs that are not found where a run looks for them


def checked(job: Job) -> Job:
    """Give a job that a crontab and a unit can hold. Raises `ConfigurationError`."""
    words = (*job.program, job.config, *job.environment.values())
    problems = [
        f"{word!r} has a backslash or a line break in it, which neither a crontab nor systemd"
        " takes: move it to another path"
        for word in words
        if _UNUSABLE.search(word)
    ]
    if problems:
        raise ConfigurationError(problems)
    return job


def cron_notes(needs: Needs, log: str) -> Iterator[str]:
    """Say what a person has to know who lets cron start the runs."""
    yield (
        "A run prints nothing while all is well, or while [alerts] tells you; what it does print,"
        " cron mails to the user, or to MAILTO."
    )
    yield _about_the_log(log)
    if needs.variables:
        yield (
            f"cron has none of your shell's variables: {_listed(needs.variables)} will not be set."
            ' Better take { file = "..." } for these secrets (mode 0600), or write NAME=value above'
            " the line: crontab -e"
        )
    if needs.credentials:
        yield (
            f"Only systemd hands out credentials: {_listed(needs.credentials)} will be missing;"
            " orderlink cron --systemd"
        )
    if needs.unfound:
        yield (
            f"cron looks for programs in /usr/bin and /bin only: give the whole path of"
            f" {_listed(needs.unfound)} in the configuration."
        )


def systemd_notes(needs: Needs, log: str, service: str, option: str) -> Iterator[str]:
    """Say what a person has to know who lets systemd start the runs.

    `option` is `--user` for a user's own systemd, else empty.
    """
    control = f"systemctl {option}".strip()
    yield f"What a run says stands in the journal: journalctl {option} -u {service}".replace(
        "  ", " "
    )
    yield _about_the_log(log)
    if option:
        yield "Your timers stop when you log out, unless you say: loginctl enable-linger"
    if needs.variables:
        yield (
            f"systemd has none of your shell's variables: {_listed(needs.variables)} will not be"
            f" set. Write them as NAME=value into a file (mode 0600), then: {control} edit"
            f" {service}, with [Service] and EnvironmentFile=/path/of/the/file"
        )
    if needs.credentials:
        loads = " ".join(f"LoadCredential={name}:/path" for name in needs.credentials)
        yield f"Say where the credentials are: {control} edit {service}, with [Service] and {loads}"
    if needs.unfound:
        yield (
            "systemd looks for programs in the system's folders only: give the whole path of"
            f" {_listed(needs.unfound)} in the configuration."
        )


def _about_the_log(log: str) -> str:
    return f"orderlink puts its log aside by itself, logrotate is not needed: {log}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)

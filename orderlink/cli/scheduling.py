"""Carry out `cron`: what is to be started, what would change, the question, and the change."""

from __future__ import annotations

import difflib
import os
import pwd
import re
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.cli.confirming import confirmed, somebody_answers
from orderlink.errors import ConfigurationError
from orderlink.logs import log_path
from orderlink.redact import safe_text
from orderlink.schedule.crontab import line_of
from orderlink.schedule.installing import Crontab, Units
from orderlink.schedule.job import EVERY, Job, Needs, checked, cron_notes, systemd_notes
from orderlink.schedule.units import Manager, service_of, timer_of
from orderlink.secret_places import Command, Credential, EnvironmentVariable
from orderlink.settings import NAME
from orderlink.values import Value
from orderlink.where import usual_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderlink.cli.session import Session
    from orderlink.config import Config
    from orderlink.schedule.installing import Change

SEARCHED_BY_CRON = "/usr/bin:/bin"
SEARCHED_BY_SYSTEMD = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where programs are looked for, unless somebody says otherwise."""


class Asked(Value, frozen=True):
    """What a person asked for; `action` is print, install or remove."""

    action: str
    every: int
    name: str
    folder: str
    systemd: bool
    yes: bool


def schedule(session: Session, asked: Asked) -> None:
    """Do what was asked. Raises `ConfigurationError` and `OutputFailed`."""
    _check(asked)
    changes_something = asked.action != "print"
    if changes_something and not asked.yes and not somebody_answers(session):
        sentence = f"--{asked.action} asks before it writes: give --yes where nobody answers"
        raise ConfigurationError([sentence])
    config = session.config()
    me, owner = _user(os.getuid()), _user(config.path.stat().st_uid)
    needs = _needs(config, SEARCHED_BY_SYSTEMD if asked.systemd else SEARCHED_BY_CRON)
    job = checked(_job(config, asked.every, me, owner))
    manager = Manager("" if me.number else owner.name, confined=not needs.programs)
    if changes_something:
        folder = _folder(asked.folder, me)
        place = Units(job, manager, asked.name, folder) if asked.systemd else None
        if not _change(session, asked, place or Crontab(job, me.name)):
            return
    else:
        _print(session, job, manager, systemd=asked.systemd)
    if asked.action != "remove":
        notes = _notes(config, needs, manager, asked)
        _say(session, [*notes, *_whose_crontab(me, owner, asked)])
    if asked.action == "print":
        how = "--systemd --install" if asked.systemd else "--install"
        _say(session, [f"This puts it in its place: orderlink cron {how}"])


def _check(asked: Asked) -> None:
    problems = []
    if asked.every not in EVERY:
        problems.append(f"--every {asked.every}: take one of {', '.join(map(str, EVERY))}")
    if not re.fullmatch(NAME, asked.name):
        problems.append(f"--name {asked.name}: a name is letters, digits, `-`, `_`")
    if problems:
        raise ConfigurationError(problems)


class User(Value, frozen=True):
    """A user of this machine; `home` is empty where it is not known."""

    number: int
    name: str
    home: str


def _user(number: int) -> User:
    try:
        known = pwd.getpwuid(number)
    except KeyError:  # as in a container
        return User(number, str(number), "")
    return User(number, known.pw_name, known.pw_dir)


def _job(config: Config, minutes: int, me: User, owner: User) -> Job:
    """Make the job; with cron's own environment it could find another state file than we do."""
    kept: dict[str, str] = {}
    if me == owner:
        home, states = os.environ.get("HOME", ""), os.environ.get("XDG_STATE_HOME", "")
        if home and home != me.home:
            kept["HOME"] = home
        if states and config.state == usual_state(config.path):
            kept["XDG_STATE_HOME"] = states
    return Job(_program(), str(config.path), minutes, kept)


def _program() -> tuple[str, ...]:
    """Give the words that start this orderlink again, from wherever."""
    started, beside = Path(sys.argv[0]), Path(sys.executable).parent / "orderlink"
    for path in (started, beside):
        if path.name == "orderlink" and path.is_file() and os.access(path, os.X_OK):
            return (os.path.abspath(path),)  # noqa: PTH100 - links are kept: they outlive updates
    return (sys.executable, "-m", "orderlink")


def _needs(config: Config, path: str) -> Needs:
    sources = [secret.source for secret in config.secrets()]
    programs = _names(one.words[0] for one in sources if isinstance(one, Command))
    return Needs(
        variables=_names(one.name for one in sources if isinstance(one, EnvironmentVariable)),
        credentials=_names(one.name for one in sources if isinstance(one, Credential)),
        programs=programs,
        unfound=tuple(one for one in programs if not shutil.which(one, path=path)),
    )


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))


def _folder(named: str, user: User) -> Path:
    if named:
        return Path(named).expanduser().absolute()
    if user.number == 0:
        return Path("/etc/systemd/system")
    import platformdirs  # noqa: PLC0415 - for this alone

    return platformdirs.user_config_path("systemd") / "user"


def _print(session: Session, job: Job, manager: Manager, *, systemd: bool) -> None:
    if systemd:
        session.output.write(f"{service_of(job, manager)}\n{timer_of(job)}")
    else:
        session.output.write(os.fsdecode(line_of(job)) + "\n")


def _change(session: Session, asked: Asked, place: Crontab | Units) -> bool:
    """Show what would change, ask, and do it; False where a person did not want it."""
    installs = asked.action == "install"
    changes = place.installing() if installs else place.removing()
    if not any(change.changes for change in changes):
        session.output.write(
            "It is there already, as it should be.\n"
            if installs
            else "There is nothing to remove.\n"
        )
        return True
    for change in changes:
        session.output.write("".join(f"{line}\n" for line in _difference(change)))
    for line in place.others():
        _say(session, [f"Another line runs orderlink, too; remove it by hand: {line}"])
    if not asked.yes and not confirmed(session, "Write this?" if installs else "Remove this?"):
        session.output.write("Nothing was changed.\n")
        return False
    place.carry_out(changes)
    session.output.write("Installed.\n" if installs else "Removed.\n")
    return True


def _difference(change: Change) -> Iterator[str]:
    """Show the lines that go (-) and come (+); others may hold what is nobody's business."""
    if not change.changes:
        return
    yield f"{change.name}:"
    before, after = (
        (content or b"").decode("utf-8", "backslashreplace").splitlines()
        for content in (change.before, change.after)
    )
    for line in difflib.ndiff(before, after):
        if line[:1] in {"-", "+"}:
            yield safe_text(line, 2000)


def _notes(config: Config, needs: Needs, manager: Manager, asked: Asked) -> Iterator[str]:
    log = str(log_path(config))
    if asked.systemd:
        return systemd_notes(needs, log, asked.name, "" if manager.user else "--user")
    return cron_notes(needs, log)


def _whose_crontab(me: User, owner: User, asked: Asked) -> Iterator[str]:
    if me != owner and not asked.systemd:
        yield (
            f"This is the crontab of {me.name}, but the configuration belongs to {owner.name}:"
            f" rather run this command as {owner.name}."
        )


def _say(session: Session, sentences: Iterable[str]) -> None:
    """Say on stderr what a person should know, wrapped for a terminal."""
    screen = session.errors
    for sentence in sentences:
        clean = safe_text(sentence, 2000)
        width = min(screen.width - 1, 98)
        lines = textwrap.wrap(clean, width, break_long_words=False, break_on_hyphens=False)
        screen.write("\n".join(lines if screen.is_terminal else [clean]) + "\n")

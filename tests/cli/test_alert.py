"""orderlink alert --test, and a run that alerts, through the program as a process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from orderlink.sandbox.server import Loopback
from tests.support.mailbox import Mailbox, Pings

from .installation import CLOSED, MUG, Installation

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

MAIL = """
mail_host = "127.0.0.1"
mail_port = {port}
mail_security = "{security}"
mail_from = "orderlink@example.com"
mail_to = ["me@example.com"]
"""
UNKNOWN = type(MUG)(reference="NOT-IN-THE-SHOP", ean="")


def alerts(installation: Installation, text: str) -> None:
    with installation.config.open("a") as file:
        file.write(f"[alerts]\n{text}\n")
    installation.config.chmod(0o600)


def command(path: Path, code: int = 0) -> str:
    """Write a program that keeps what it is told, and give the key that names it."""
    script = path / "tell.py"
    script.write_text(
        "import os, pathlib, sys\n"
        "text = os.environ['ORDERLINK_SUBJECT'] + '\\n' + sys.stdin.read()\n"
        f"pathlib.Path({str(path / 'told.txt')!r}).write_text(text)\n"
        "print('chatter')\n"
        f"sys.exit({code})\n"
    )
    return f'command = ["{sys.executable}", "{script}"]'


def test_each_way_says_that_it_went_out(installation: Installation, tmp_path: Path) -> None:
    pings = Pings()
    with Mailbox() as mailbox, Loopback(pings) as loopback:
        mail = MAIL.format(port=mailbox.port, security="none")
        alerts(installation, f'{command(tmp_path)}\n{mail}ping = "{loopback.url}/uuid?a=b"')
        ended = installation.run("alert", "--test")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        "command: went out",
        "mail to me@example.com: went out",
        "ping: went out",
    ]
    assert ended.err == ""
    assert mailbox.texts()[0].startswith("orderlink: a test\nThis is a test of [alerts].\n")
    assert (tmp_path / "told.txt").read_text().startswith("orderlink: a test\nThis is a test")
    assert pings.heard == ["/uuid a test"]


def test_each_way_that_fails_says_why(installation: Installation, tmp_path: Path) -> None:
    with Mailbox() as mailbox:
        mail = MAIL.format(port=mailbox.port, security="starttls")
        apprise = 'apprise = ["nonsense://canary-token"]'
        alerts(installation, f'{command(tmp_path, 3)}\n{mail}{apprise}\nping = "{CLOSED}/uuid"')
        ended = installation.run("alert", "--test")
    assert ended.code == 1
    said = dict(line.split(": ", 1) for line in ended.out.splitlines())
    assert said["command"] == "the command failed with code 3"
    assert said["mail to me@example.com"].startswith("the mail server does not offer")
    assert said["apprise 1"] in {
        "it is not installed: pip install 'orderlink[alerts]'",
        "Apprise does not know such an address",
    }
    assert said["ping"] == "the address does not answer"
    logged = installation.log.read_text() if installation.log.exists() else ""
    assert "canary" not in ended.out + ended.err + logged


def test_a_secret_that_is_not_there_is_said(installation: Installation) -> None:
    alerts(installation, 'ping = { env = "NOT_SET" }')
    ended = installation.run("alert", "--test")
    assert ended.code == 1
    assert ended.out.startswith("ping: alerts.ping: the environment variable NOT_SET is not set")


def test_check_names_the_ways_and_sends_nothing(installation: Installation, tmp_path: Path) -> None:
    alerts(installation, f'{command(tmp_path)}\nping = {{ env = "NOT_SET" }}')
    ended = installation.run("check", "--json")
    found = {one["subject"]: one for one in ended.json()["checks"] if one["connection"] is None}
    assert found["alerts"]["sentence"].startswith("by a command, a ping; to try them:")
    assert found["secrets"]["state"] == "failed"
    assert "alerts.ping" in found["secrets"]["sentence"]
    assert not (tmp_path / "told.txt").exists()


def test_a_way_whose_secret_is_missing_keeps_no_other_from_telling(
    installation: Installation, tmp_path: Path
) -> None:
    alerts(installation, f'{command(tmp_path)}\nping = {{ env = "NOT_SET" }}')
    ended = installation.run("alert", "--test")
    assert ended.code == 1
    assert "command: went out" in ended.out.splitlines()


def test_without_alerts_and_without_the_option_nothing_is_tried(
    installation: Installation,
) -> None:
    ended = installation.run("alert", "--test")
    assert ended.code == 2
    assert "has no table [alerts]" in ended.err
    assert installation.run("alert").code == 2


def test_a_run_tells_and_cron_hears_nothing(installation: Installation, tmp_path: Path) -> None:
    alerts(installation, command(tmp_path))
    order = installation.place(articles=(UNKNOWN,))
    ended = installation.run("sync")
    assert (ended.code, ended.out, ended.err) == (1, "", "")
    told = (tmp_path / "told.txt").read_text()
    assert told.startswith(f"orderlink: 1 new thing needs you\nNew:\n- bol {order}: the shop has")
    (tmp_path / "told.txt").unlink()
    assert installation.run("sync").err == ""
    assert not (tmp_path / "told.txt").exists()


def test_a_run_without_alerts_loads_nothing_of_them(installation: Installation) -> None:
    ended = installation.run("sync", PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in ended.err.splitlines()}
    assert "orderlink.runner" in loaded
    assert not {one for one in loaded if one.startswith(("orderlink.alerts", "smtplib"))}

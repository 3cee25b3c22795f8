"""`orderlink check` as a process: what it prints where, and its exit code."""

from __future__ import annotations

import fcntl
import subprocess
import sys

import pytest

from orderlink.report.plain import cells

from .installation import CLOSED, MUG, ROOT, SECRETS, Installation

pytestmark = pytest.mark.process

POSTER = type(MUG)(reference="POSTER-A2", ean="")


@pytest.fixture
def checked(installation: Installation) -> Installation:
    """An installation in which nothing is wrong."""
    text = installation.config.read_text()
    installation.config.write_text(text + 'carriers = ["postnl"]\nship_from = "NL"\n')
    return installation


def test_0_and_a_line_for_each_check_when_all_is_well(checked: Installation) -> None:
    checked.place()
    ended = checked.run("check")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0] == "This machine"
    assert lines[-1].endswith("checks, 0 failed. Nothing was sent.")
    assert sum(line.startswith("  ok ") for line in lines) == int(lines[-1].split()[0])
    assert "webshop (shop)" in lines
    assert "bol (marketplace)" in lines


def test_1_and_what_helps_when_something_fails(checked: Installation) -> None:
    order = checked.place(articles=(POSTER,))
    checked.configure(shop=CLOSED)
    ended = checked.run("check")
    assert ended.code == 1
    assert "-> check that it is up, that the address is right" in ended.out
    checked.configure()
    ended = checked.run("check")
    assert ended.code == 1
    assert f"{order}: the shop has no product for SKU POSTER-A2" in ended.out
    assert "-> add the product to the shop\n" in ended.out


def test_2_when_the_configuration_cannot_be_used(checked: Installation) -> None:
    text = checked.config.read_text()
    checked.config.write_text(text.replace("base_url", "bas_url") + 'tracking_wait = "soon"\n')
    ended = checked.run("check")
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) >= 3
    document = checked.run("check", "--json")
    assert document.code == 2
    told = document.json()
    assert told["fine"] is False
    assert {one["subject"] for one in told["checks"]} == {"configuration"}
    assert len(told["checks"]) == len(ended.err.splitlines())
    assert not checked.bol.ledger.answers
    checked.config.unlink()
    assert checked.run("check").code == 2
    assert checked.run("check", "--connection", "bol", "--json").code == 2


def test_2_for_a_connection_that_there_is_not(checked: Installation) -> None:
    ended = checked.run("check", "--connection", "boll")
    assert ended.code == 2
    assert "no connection is called boll; did you mean `bol`?" in ended.err


def test_json_has_all_that_is_shown(checked: Installation) -> None:
    checked.place(articles=(POSTER,))
    ended = checked.run("check", "--json")
    assert (ended.code, ended.err) == (1, "")
    document = ended.json()
    assert set(document) == {"version", "time", "configuration", "fine", "checks"}
    assert document["version"] == 1
    assert document["fine"] is False
    assert {one["connection"] for one in document["checks"]} == {None, "webshop", "bol"}
    (failed,) = (one for one in document["checks"] if one["state"] == "failed")
    assert failed["subject"] == "open orders"
    assert failed["advice"] == "add the product to the shop"
    fine = [one for one in document["checks"] if one["state"] == "ok"]
    assert {one["advice"] for one in fine} == {None}


def test_it_takes_no_lock_and_sends_nothing_while_a_run_is_active(checked: Installation) -> None:
    checked.place()
    checked.run("sync")
    created = len(checked.shop.ledger.created)
    with (checked.state.parent / "orderlink.sqlite3.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert checked.run("check").code == 0
    assert len(checked.shop.ledger.created) == created
    assert checked.bol.ledger.accepted == []
    assert len(checked.shop.control("orders", {})) == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_everything_fits(checked: Installation, columns: int) -> None:
    checked.place(articles=(POSTER,))
    ended = checked.on_terminal("check", columns=columns, NO_COLOR="1")
    assert max(cells(line) for line in ended.out.splitlines()) <= columns
    assert "\x1b" not in ended.out
    coloured = checked.on_terminal("check", columns=columns)
    assert "\x1b[1;31mfailed\x1b[0m" in coloured.out
    plain = checked.on_terminal("check", columns=columns, LANG="C", NO_COLOR="1")
    assert plain.out.isascii()


def test_no_secret_is_shown_wherever_it_comes_from(checked: Installation) -> None:
    for changed in ({}, {"BOL_SECRET": "wrong-canary"}, {"WOO_KEY": "ck_wrong_canary"}):
        for arguments in (["check"], ["check", "--json"], ["--verbose", "check"]):
            ended = checked.run(*arguments, **changed)
            said = ended.out + ended.err
            assert not [one for one in (*SECRETS.values(), "wrong") if one in said]


def test_under_env_i_it_says_which_secrets_are_missing(checked: Installation) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from orderlink.cli import main; main()"
    )
    words = [sys.executable, "-c", script, str(ROOT), "--config", str(checked.config), "check"]
    ended = subprocess.run(words, env={}, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
    assert (ended.returncode, ended.stderr) == (1, "")
    for name in SECRETS:
        assert f"the environment variable {name} is not set" in ended.stdout
    assert not checked.bol.ledger.answers

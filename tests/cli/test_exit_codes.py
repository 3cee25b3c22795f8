"""The table of exit codes, through the program as a process."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import orderlink
from orderlink.decide.batches import FIRST_SIZE
from orderlink.sandbox.server import Loopback
from tests.process.gate import PATIENCE, Gate, Gated, Held, Point, asks

from .installation import CLOSED, INT, MUG, ROOT, SECRETS, TERM, Installation, end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process

UNKNOWN_ARTICLE = type(MUG)(reference="NOT-IN-THE-SHOP", ean="")


def test_0_and_silence_under_cron_when_all_is_well(installation: Installation) -> None:
    installation.place()
    ended = installation.run("sync")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert len(installation.shop.control("orders", {})) == 1


def test_0_for_the_version_and_every_help() -> None:
    for arguments in (["--version"], ["--help"], ["sync", "--help"], ["demo", "--help"]):
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "orderlink", *arguments],
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0
        assert ended.stdout.startswith(("orderlink ", "Usage: orderlink"))
        assert ended.stdout.isascii()


def test_the_version_says_what_a_report_of_a_fault_needs() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "orderlink", "--version"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = ended.stdout.splitlines()
    assert first == f"orderlink {orderlink.__version__}"
    python = ".".join(map(str, sys.version_info[:3]))
    system = os.uname()
    assert second.startswith(f"Python {python}, SQLite {sqlite3.sqlite_version}, {system.sysname}")
    assert system.machine in second
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert not loaded & {"pydantic", "requests", "rich", "orderlink.store"}


def test_1_and_one_line_when_something_needs_a_person(installation: Installation) -> None:
    order = installation.place(articles=(UNKNOWN_ARTICLE,))
    ended = installation.run("sync")
    assert ended.code == 1
    assert ended.out == ""
    assert ended.err.startswith(f"orderlink: bol {order}: ")
    assert ended.err.count("\n") == 1
    again = installation.run("sync")
    assert (again.code, again.err) == (1, ""), "told once a day, not in every run"


def test_1_when_the_state_file_is_no_database(installation: Installation) -> None:
    installation.state.parent.mkdir()
    installation.state.write_text("this is a diary " * 100)
    for command in ("sync", "status", "orders"):
        ended = installation.run(command)
        assert ended.code == 1
        assert "is damaged" in ended.err
        assert ended.err.count("\n") == 1


def test_1_when_the_state_was_written_by_a_newer_program(installation: Installation) -> None:
    installation.lives()
    with sqlite3.connect(installation.state) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    ended = installation.run("status")
    assert ended.code == 1
    assert "newer orderlink" in ended.err


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["sink"], "No such command"),
        (["status", "--jsn"], "--jsn"),
        (["sync", "--max-seconds", "soon"], "--max-seconds"),
        (["sync", "--connection", "amazon"], "no marketplace is called amazon"),
        (["sync", "no-such-order"], "no order is called no-such-order"),
        (["orders", "--status", "waitin"], "did you mean `waiting`?"),
        (["orders", "--since", "yesterday"], "--since"),
        (["orders", "--connection", "amazon"], "there are: bol"),
        (["retry"], "--all"),
        (["retry", "no-such-order"], "no order is called no-such-order"),
        (["show", "no-such-order"], "no order is called no-such-order"),
    ],
)
def test_2_for_what_was_asked_wrongly(
    installation: Installation, arguments: list[str], word: str
) -> None:
    installation.lives()
    ended = installation.run(*arguments)
    assert ended.code == 2
    assert word in ended.err
    assert ended.out == ""


def test_2_and_each_problem_of_the_configuration_on_a_line(installation: Installation) -> None:
    wrong = installation.config.read_text().replace("base_url", "bas_url").replace("3h", "3x")
    installation.config.write_text(wrong + 'tracking_wait = "soon"\n')
    installation.place()
    ended = installation.run("sync")
    assert ended.code == 2
    lines = ended.err.splitlines()
    assert len(lines) >= 3
    assert all(line.startswith(f"orderlink: {installation.config}: ") for line in lines)
    assert not installation.bol.ledger.answers, "nothing was sent"


def test_2_without_a_configuration_says_where_it_looked(installation: Installation) -> None:
    installation.config.unlink()
    ended = installation.run("sync")
    assert ended.code == 2
    for word in (str(installation.config), "orderlink demo", "examples/orderlink.toml"):
        assert word in ended.err


def test_2_for_an_order_of_a_paused_connection(installation: Installation) -> None:
    unknown = type(MUG)(reference="NOT-THERE", ean="")
    order = installation.place(articles=(unknown,))
    installation.run("sync")
    configuration = installation.config.read_text()
    installation.config.write_text(f"{configuration}enabled = false\n")
    sentence = f"{order}: [marketplaces.bol] is paused (`enabled = false`): remove that line first"
    for command in ("import", "poll", "push", "sync", "retry"):
        ended = installation.run(command, order)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.endswith(f"{sentence}\n")
    ended = installation.run("retry", "--all")
    assert (ended.code, ended.out, ended.err) == (1, f"{sentence}\n", "")
    installation.config.write_text(configuration)
    (problem,) = installation.run("status", "--json").json()["needs_person"]
    assert problem["order"] == order, "it was not closed"
    assert installation.run("retry", order).code == 0


def test_a_connections_own_problem_waits_while_it_is_paused(installation: Installation) -> None:
    installation.configure(shop=CLOSED)
    installation.run("sync")
    configuration = installation.config.read_text()
    paused = configuration.replace("[shops.webshop]", "[shops.webshop]\nenabled = false")
    installation.config.write_text(paused)
    ended = installation.run("retry", "--all")
    sentence = "webshop: [shops.webshop] is paused (`enabled = false`): remove that line first\n"
    assert (ended.code, ended.out) == (1, sentence)
    installation.config.write_text(configuration)
    ended = installation.run("retry", "--all")
    assert (ended.code, ended.out) == (0, "webshop: the next run tries again\n")


def test_2_and_a_list_when_a_name_means_several_orders(installation: Installation) -> None:
    orders = [installation.place(), installation.place()]
    installation.lives()
    for order in orders:
        installation.complete(order, "3SABCD000000001")
    installation.lives("poll")
    ended = installation.run("manual", "3SABCD000000001")
    assert ended.code == 2
    assert all(f" bol-1/{order} " in ended.err for order in orders)
    for name in ("bol-2/3SABCD000000001", f"bol-2/{orders[0]}"):
        assert installation.run("manual", name).code == 2
    assert (
        f"bol-1/{orders[0]}, bol-1/{orders[1]}" in installation.run("poll", "3SABCD000000001").err
    )
    statuses = {one["status"] for one in installation.run("orders", "--json").json()["orders"]}
    assert "manual" not in statuses, "nothing was done"
    assert installation.run("manual", f"bol-1/{orders[0]}").code == 0


def test_3_a_fault_leaves_its_traceback_without_secrets_in_the_log(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text(
        "from orderlink.shops.woocommerce import WooCommerce\n"
        "class Broken(WooCommerce):\n"
        "    def newest(self, *_):\n"
        "        secret = self._settings.consumer_secret.reveal()\n"
        "        raise RuntimeError(f'oh no {secret} \\x1b[31m\\n2026 forged line')\n"
        "    find = newest\n"
    )
    text = installation.config.read_text().replace('"woocommerce"', '"./broken.py:Broken"')
    installation.config.write_text(text)
    installation.place()
    ended = installation.run("sync")
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert str(installation.log) in ended.err
    log = installation.log.read_text()
    assert "oh no [secret]" in log
    assert SECRETS["WOO_SECRET"] not in log
    assert "\x1b" not in log
    assert not any(line.startswith("2026 forged") for line in log.splitlines())
    assert stat.S_IMODE(installation.log.stat().st_mode) == 0o600


def test_3_a_fault_of_a_command_is_told_in_one_line(installation: Installation) -> None:
    (installation.folder / "sitecustomize.py").write_text(
        "import orderlink.report.status as status\n"
        "def gather(*_): raise ZeroDivisionError('of our own')\n"
        "status.gather = gather\n"
    )
    path = os.pathsep.join([str(installation.folder), str(ROOT)])
    ended = installation.run("status", PYTHONPATH=path)
    assert ended.code == 3
    assert "ZeroDivisionError" in ended.err
    assert "Traceback" not in ended.err
    assert "ZeroDivisionError: of our own" in installation.log.read_text()


@pytest.fixture
def held(installation: Installation) -> Iterator[int]:
    """Another run, of which this test is the process."""
    installation.lives()
    lock = os.open(f"{installation.state}.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.ftruncate(lock, 0)
    os.pwrite(lock, b'{"pid": 4711, "since": "2026-01-01T00:00:00.000000Z"}', 0)
    yield lock
    os.close(lock)


@pytest.mark.usefixtures("held")
def test_75_is_silent_under_cron_and_says_who_on_a_terminal(installation: Installation) -> None:
    quiet = installation.run("sync")
    assert (quiet.code, quiet.out, quiet.err) == (75, "", "")
    told = installation.on_terminal("sync")
    assert told.code == 75
    assert "pid 4711" in told.out
    assert "since" in told.out


def test_wait_runs_when_the_other_run_has_ended(installation: Installation, held: int) -> None:
    installation.place()
    with installation.start("sync", "--wait") as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        fcntl.flock(held, fcntl.LOCK_UN)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    assert len(installation.shop.control("orders", {})) == 1


@pytest.mark.sampled(2)
@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(("number", "code"), [(TERM, 0), (INT, 130)])
def test_a_run_that_waits_can_be_stopped(
    installation: Installation, number: int, code: int
) -> None:
    with installation.start("sync", "--wait") as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
        end(process, number)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (code, "")


@pytest.mark.usefixtures("held")
def test_looking_and_deciding_need_no_lock(installation: Installation) -> None:
    assert installation.run("status").code == 0
    assert installation.run("retry", "--all").code == 1, "there was nothing to retry"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("number", "code"), [(TERM, 0), (INT, 130)])
def test_a_signal_ends_a_run_after_the_effect_in_hand(
    installation: Installation, number: int, code: int
) -> None:
    for _ in range(4 * FIRST_SIZE):
        installation.place()
    gate = Gate()
    creation = gate.hold(Held(asks("POST", "/orders/batch$"), Point.ACTED))
    with Loopback(Gated(gate, installation.shop)) as shop:
        installation.configure(shop=shop.url)
        text = installation.config.read_text()
        installation.config.write_text(
            text.replace("[shops.webshop]", "[shops.webshop]\nparallel = 1")
        )
        with installation.start("sync") as process:
            assert creation.arrived.wait(PATIENCE)
            end(process, number)
            creation.released.set()
            _, err = process.communicate(timeout=30)
        created = len(installation.shop.control("orders", {}))
        assert (process.returncode, err) == (code, "")
        assert FIRST_SIZE <= created < 4 * FIRST_SIZE
        assert installation.run("sync").code == 0
    references = [one["transaction_id"] for one in installation.shop.control("orders", {})]
    assert sorted(references) == sorted({one.id for one in installation.bol.orders()})


def test_a_passing_failure_is_quiet_and_shown_by_status(installation: Installation) -> None:
    installation.lives()
    installation.configure(shop=CLOSED)
    installation.place()
    ended = installation.run("sync")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    passing = installation.run("status", "--json").json()["passing"]
    assert {"unreachable"} <= {one["problem"] for one in passing}

"""What shells are answered when a person presses Tab, through the program as a process."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import typer

from orderlink.cli import COMMANDS, application
from orderlink.cli.completing import EXPORTS, SHOWN, Candidate, _for_zsh
from orderlink.clock import SystemClock
from orderlink.report.export import COLUMNS

from .installation import ROOT, Answer, Installation, mounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Three orders: the first is shipped, the others are in the shop."""
    at_bol, at_shop, one = mounted(tmp_path_factory.mktemp("life"))
    with at_bol, at_shop:
        one.configure()
        now = SystemClock().now()
        placed = [one.place(placed_at=now - timedelta(minutes=age)) for age in (3, 2, 1)]
        one.lives()
        one.complete(placed[0], "3SABCD000000001")
        one.lives()
        one.lives()
        yield one


@pytest.fixture
def lived(life: Installation, tmp_path: Path) -> Installation:
    """A copy of that life, which a test may change."""
    return replace(life, folder=shutil.copytree(life.folder, tmp_path / "copy"))


def asked(one: Installation, line: str, shell: str = "bash", **extra: str) -> Answer:
    """Ask as Typer's script of a shell does; the cursor is at the end of the line."""
    words = line.split(" ")
    typed = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    if shell == "bash":
        typed = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    ended = subprocess.run(
        [sys.executable, "-m", "orderlink"],
        env={
            "PYTHONPATH": str(ROOT),
            "HOME": str(one.folder),
            "ORDERLINK_CONFIG": str(one.config),
            "_ORDERLINK_COMPLETE": f"complete_{shell}",
            **typed,
            **extra,
        },
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def offered(one: Installation, line: str, **extra: str) -> list[str]:
    ended = asked(one, line, **extra)
    assert (ended.code, ended.err) == (0, "")
    return ended.out.split()


def test_commands_and_options_are_offered(lived: Installation) -> None:
    assert offered(lived, "orderlink ") == list(COMMANDS)
    assert offered(lived, "orderlink re") == ["report", "retry", "release", "rebuild", "restore"]
    assert {"--connection", "--dry-run", "--wait", "--help"} <= set(
        offered(lived, "orderlink sync -")
    )
    assert "ship" in offered(lived, "orderlink sandbox ")


def test_orders_are_offered_those_that_are_followed_first(lived: Installation) -> None:
    shipped, second, third = (order.id for order in lived.bol.orders())
    assert offered(lived, "orderlink show ") == [third, second]
    assert offered(lived, "orderlink show C") == [third, second, shipped]
    assert offered(lived, f"orderlink retry {second} C")[:2] == [third, second]
    assert offered(lived, "orderlink log --order C") == [third, second, shipped]
    assert offered(lived, "orderlink show X") == []
    assert offered(lived, "orderlink show --json C") == [third, second, shipped]
    assert offered(lived, f"orderlink show {third} ") == [], "it takes one only"


def test_connections_statuses_and_exports_are_offered(lived: Installation) -> None:
    for line in (
        "sync --connection ",
        "orders --connection b",
        "map A B --connection ",
        "carrier X --connection ",
        "export orders --connection ",
        "test-order ",
    ):
        assert offered(lived, f"orderlink {line}") == ["bol"], line
    assert offered(lived, "orderlink log --connection ") == ["bol", "webshop"]
    assert offered(lived, "orderlink orders --status=w") == ["waiting"]
    assert offered(lived, "orderlink orders --status = w") == ["waiting"], "as bash has it"
    assert offered(lived, "orderlink export ") == list(EXPORTS) == list(COLUMNS)


def test_what_can_be_played_is_offered(lived: Installation) -> None:
    assert offered(lived, "orderlink demo --marketplace ") == ["bol", "amazon"]
    assert offered(lived, "orderlink demo --shop sh") == ["shopify"]
    assert offered(lived, "orderlink sandbox start --shop ") == ["woocommerce", "shopify"]


def test_the_configuration_that_is_named_is_the_one_that_is_read(lived: Installation) -> None:
    nowhere = {"ORDERLINK_CONFIG": "/no/where.toml"}
    assert offered(lived, "orderlink show C", **nowhere) == []
    named = f"--config {lived.config}"
    assert len(offered(lived, f"orderlink {named} show C", **nowhere)) == 3
    assert offered(lived, f"orderlink --config={lived.config} sync --connection ", **nowhere)


def test_each_shell_is_answered_in_its_own_way(lived: Installation) -> None:
    newest = lived.bol.orders()[-1].id
    zsh = asked(lived, f"orderlink show {newest}", "zsh")
    assert zsh.out == f'_arguments \'*: :(("{newest}":"bol, not_shipped"))\'\n'
    assert asked(lived, "orderlink backup ", "zsh").out == "_files\n"
    fish = asked(lived, f"orderlink show {newest}", "fish")
    assert fish.out == f"{newest}\tbol, not_shipped\n"
    is_args = {"_TYPER_COMPLETE_FISH_ACTION": "is-args"}
    assert asked(lived, "orderlink show ", "fish", **is_args).code == 0
    assert asked(lived, "orderlink backup ", "fish", **is_args).code == 1


def test_what_is_wrong_is_left_to_other_commands_to_say(lived: Installation) -> None:
    good = lived.config.read_text()
    for spoilt in ("state = [", "state = 7\n", "marketplaces = 3\n", "\xff"):
        lived.config.write_text(spoilt, encoding="latin-1")
        for line in ("show ", "sync --connection "):
            assert offered(lived, f"orderlink {line}") == [], spoilt
    lived.config.write_text(good)
    lived.state.write_bytes(b"no database " * 1000)
    assert offered(lived, "orderlink show ") == []
    shutil.rmtree(lived.state.parent)
    assert offered(lived, "orderlink show ") == []
    assert not lived.state.parent.exists()
    ended = asked(lived, "orderlink no-such-command ")
    assert (ended.out, ended.err) == ("", "")


def test_what_a_shell_could_take_for_something_else_is_not_offered(lived: Installation) -> None:
    evil = ["C$(touch x)", "C`x`", "C;x", "C'x", 'C"x', "C x", "C\nx", "C:x", "C\\x", "--force"]
    with closing(sqlite3.connect(lived.state)) as connection, connection:
        for number, name in enumerate(evil):
            connection.execute(
                "INSERT INTO orders (account, connection, order_id, shop, status, placed_at,"
                " first_seen_at, seen_at) VALUES ('default', 'bol-1', ?, 'woocommerce-1', 'new',"
                " ?, '2026', '2026')",
                (name, f"2027-01-01T00:00:{number:02}.000000Z"),
            )
    harmless = [order.id for order in lived.bol.orders()]
    for shell in ("bash", "zsh", "fish"):
        out = asked(lived, "orderlink show ", shell).out
        assert not [name for name in evil if name in out]
        assert harmless[-1] in out
    assert "$" not in _for_zsh([Candidate("x", "a $(b) `c` \\$d 'e' \"f\"")])


def test_some_dozens_are_enough(lived: Installation) -> None:
    with closing(sqlite3.connect(lived.state)) as connection, connection:
        connection.executemany(
            "INSERT INTO orders (account, connection, order_id, shop, status, placed_at,"
            " first_seen_at, seen_at) VALUES ('default', 'bol-1', ?, 'woocommerce-1', ?,"
            " '2020-01-01T00:00:00.000000Z', '2026', '2026')",
            [(f"C{number:09}", "shipped" if number % 2 else "new") for number in range(1000, 3000)],
        )
    assert len(offered(lived, "orderlink show ")) == SHOWN
    assert len(offered(lived, "orderlink show C00000")) == SHOWN
    assert offered(lived, "orderlink show C00000200") == [
        *(f"C{number:09}" for number in range(2000, 2010, 2)),
        *(f"C{number:09}" for number in range(2001, 2011, 2)),
    ]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("line", ["", "sync --connection ", "show C", "orders --status ", "sync -"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_loads_nothing_heavy(lived: Installation, line: str, shell: str) -> None:
    heavy = {"requests", "rich", "pydantic", "pydantic_core", "urllib3", "orderlink.http"}
    script = (
        "import sys\nfrom orderlink.cli import run\nrun([])\n"
        f"sys.exit(repr({heavy!r} & set(sys.modules)) if {heavy!r} & set(sys.modules) else 0)\n"
    )
    whole = f"orderlink {line}"
    words = whole.split(" ")
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        env=lived.environ(
            ORDERLINK_CONFIG=str(lived.config),
            _ORDERLINK_COMPLETE=f"complete_{shell}",
            _TYPER_COMPLETE_ARGS=whole,
            **(
                {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
                if shell == "bash"
                else {}
            ),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip()


@pytest.fixture
def on_path(lived: Installation) -> dict[str, str]:
    """An environment in which `orderlink` is this program."""
    folder = lived.folder / "bin"
    folder.mkdir()
    program = folder / "orderlink"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orderlink "$@"\n')
    program.chmod(0o755)
    return lived.environ(PATH=f"{folder}:/usr/bin:/bin", ORDERLINK_CONFIG=str(lived.config))


def test_bash_completes_with_the_script_that_is_installed(
    lived: Installation, on_path: dict[str, str]
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    installing = [bash, "-c", "orderlink --install-completion"]
    said = subprocess.run(installing, env=on_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert "bash completion installed in" in said.stdout, said.stderr
    assert "orderlink.sh" in (lived.folder / ".bashrc").read_text()
    script = (
        f'source "{lived.folder}/.bash_completions/orderlink.sh"\n'
        "COMP_WORDS=(orderlink show C) COMP_CWORD=2\n"
        "_orderlink_completion orderlink\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    ended = subprocess.run(  # noqa: S603
        [bash, "--norc", "-c", script], env=on_path, capture_output=True, text=True, check=True
    )
    assert sorted(ended.stdout.split()) == sorted(order.id for order in lived.bol.orders())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_typer_has_a_script_for_each_shell(lived: Installation, shell: str) -> None:
    ended = asked(lived, "", "bash", _ORDERLINK_COMPLETE=f"source_{shell}")
    assert ended.code == 0
    assert f"complete_{shell}" in ended.out


def parameters() -> Iterator[tuple[str, Any]]:
    group: Any = typer.main.get_command(application([]))
    for name, command in group.commands.items():
        yield from ((name, one) for one in command.params if name != "sandbox")


def test_every_order_connection_and_status_is_called_what_completion_knows() -> None:
    called = {"order": "ORDER", "orders": "ORDER", "connection": "NAME", "status": "STATUS"}
    for command, one in parameters():
        if one.name in called:
            assert one.metavar in {called[one.name], "CONNECTION"}, command

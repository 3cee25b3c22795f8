"""What commands print: on a terminal, in a pipe, without colours, in ASCII, under env -i."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderlink.clock import SystemClock
from orderlink.report.plain import cells

from .installation import MUG, ROOT, SECRETS, Installation

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

STEERS = "\x1b[2J\x1b]8;;http://evil\x07\u202e[/red]\U0001f600\r\nForged line\x9b31m"
HARMLESS = "[/red]\U0001f600"


@pytest.fixture
def installed(installation: Installation) -> Installation:
    """Three orders: one in the shop, one with its code, one that the shop has no product for."""
    installation.place()
    shipped = installation.place(ship_to={"firstName": STEERS})
    odd = type(MUG)(reference="NOPE", ean="", title=f"Mug {STEERS}")
    installation.place(articles=(odd,), ship_to={"firstName": f"J{STEERS}"})
    installation.lives()
    installation.complete(shipped, "3SABCD000000001")
    installation.lives("poll")
    return installation


def controls(text: str) -> set[str]:
    """What could steer a terminal, beside the colours and line ends of our own."""
    found = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
    return found - {"\n"}


def numbers(installed: Installation) -> list[str]:
    return [order.id for order in installed.bol.orders()]


def commands(installed: Installation) -> list[list[str]]:
    return [["status"], ["orders"], *(["show", order] for order in numbers(installed))]


def test_in_a_pipe_there_is_aligned_text_and_nothing_that_steers(installed: Installation) -> None:
    for command in commands(installed):
        ended = installed.run(*command)
        assert not controls(ended.out), command
        assert ended.err == ""
        assert "\u2502" not in ended.out
    shown = installed.run("show", numbers(installed)[2]).out
    assert HARMLESS in shown
    assert not any(line.startswith("Forged") for line in shown.splitlines())


def test_on_a_terminal_everything_fits_80_columns(installed: Installation) -> None:
    for command in commands(installed):
        ended = installed.on_terminal(*command, NO_COLOR="1")
        assert max(cells(line) for line in ended.out.splitlines()) <= 80, command
        assert "\u2502" in ended.out
        assert not controls(ended.out), "NO_COLOR leaves nothing but text"


def test_on_a_terminal_there_are_colours_and_more_room(installed: Installation) -> None:
    ended = installed.on_terminal("show", numbers(installed)[2], columns=120)
    assert "\x1b[1m" in ended.out
    assert "\x1b[2J" not in ended.out
    assert "\x1b]8" not in ended.out
    assert "\u202e" not in ended.out
    assert HARMLESS in ended.out


def test_a_dumb_terminal_gets_plain_text_of_its_width(installed: Installation) -> None:
    ended = installed.on_terminal("status", TERM="dumb")
    assert not controls(ended.out)
    assert "\u2502" not in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80


def test_in_the_c_locale_lines_are_drawn_in_ascii(installed: Installation) -> None:
    ended = installed.on_terminal("status", NO_COLOR="1", LANG="C")
    assert ended.out.isascii()
    assert "Needs a person" in ended.out


@pytest.mark.sampled(3)
@pytest.mark.parametrize("command", ["status", "orders", "show"])
def test_an_encoding_that_lacks_a_character_is_no_crash(
    installed: Installation, command: str
) -> None:
    arguments = [command] if command != "show" else [command, numbers(installed)[2]]
    ended = installed.on_terminal(*arguments, PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert ended.out.isascii()
    assert max(map(len, ended.out.splitlines())) <= 80
    piped = installed.run(*arguments, PYTHONIOENCODING="ascii")
    assert piped.code == ended.code
    assert piped.out.isascii()
    if command == "show":
        assert "[/red]\\U0001f600" in piped.out


def test_under_env_i_absolute_paths_are_enough(installed: Installation) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from orderlink.cli import main; main()"
    )
    words = [sys.executable, "-c", script, str(ROOT), "--config", str(installed.config), "status"]
    ended = subprocess.run(words, env={}, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "Needs a person" in ended.stdout


def test_a_reader_that_goes_away_is_no_fault(installed: Installation) -> None:
    with installed.start("show", numbers(installed)[0], "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0


def test_output_that_cannot_be_written_is_said(installed: Installation) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ended = subprocess.run(  # noqa: S603
            installed.command("orders"),
            env=installed.environ(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert "the output cannot be written: No space left" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_closed_streams_stop_nothing(installed: Installation) -> None:
    installed.place()
    line = 'exec "$@" >&- 2>&-'
    words = ["/bin/sh", "-c", line, "sh", *installed.command("sync")]
    ended = subprocess.run(words, env=installed.environ(), check=False)  # noqa: S603
    assert ended.returncode == 1  # the order without a product, still
    assert len(installed.shop.control("orders", {})) == 3


def test_personal_data_stands_in_show_only_and_only_until_the_shop_has_the_order(
    installed: Installation,
) -> None:
    in_shop, _, not_yet = numbers(installed)
    kept = installed.run("show", not_yet)
    assert "PERSONAL DATA" in kept.out
    assert "Havenstraat" in kept.out
    assert installed.run("show", not_yet, "--json").json()["personal_data"]["ship_to"]
    gone = installed.run("show", in_shop)
    assert "Havenstraat" not in gone.out
    assert installed.run("show", in_shop, "--json").json()["personal_data"] is None
    for command in (["status"], ["orders"]):
        for arguments in (command, [*command, "--json"]):
            assert "Havenstraat" not in installed.run(*arguments).out


def test_a_terminal_sees_progress_on_stderr_and_a_summary(installation: Installation) -> None:
    order = installation.place()
    ended = installation.on_terminal("sync")
    assert ended.code == 0
    assert f"bol: {order}: created in webshop" in ended.out
    assert ended.out.rstrip().endswith("sync: 1 imported, 1 created")
    idle = installation.on_terminal("sync")
    assert idle.out.strip() == "sync: nothing to do"


def test_the_first_run_says_once_what_it_left_alone(installation: Installation) -> None:
    installation.configure(import_from="")
    for _ in range(3):
        installation.place(placed_at=SystemClock().now() - timedelta(hours=1))
    first = installation.run("sync")
    assert first.code == 0
    assert first.err.startswith("orderlink: 3 open orders were left alone")
    assert 'import_from = "open"' in first.err
    assert first.err.count("\n") == 1
    assert installation.run("sync").err == ""


def test_status_before_the_first_run_makes_no_file(installation: Installation) -> None:
    ended = installation.run("status")
    assert ended.code == 1
    assert ended.out == "Nothing has run yet; start with: orderlink sync\n"
    document = installation.run("status", "--json").json()
    assert (document["has_run"], document["stale"], document["fine"]) == (False, True, False)
    assert installation.run("orders").code == 2
    assert installation.run("retry", "--all").code == 2
    assert not installation.state.parent.exists()


def test_looking_changes_nothing_about_the_state_file(installed: Installation) -> None:
    before = installed.state.read_bytes()
    for command in commands(installed):
        installed.run(*command)
    assert installed.state.read_bytes() == before


def test_status_json_loads_neither_the_network_nor_rich(installed: Installation) -> None:
    script = (
        "import sys\nfrom orderlink.cli import run\n"
        f"code = run(['--config', {str(installed.config)!r}, 'status', '--json'])\n"
        "heavy = {'requests', 'rich', 'urllib3', 'orderlink.http', 'orderlink.runner'}\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else code)\n"
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        env=installed.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "")
    assert json.loads(ended.stdout)["version"] == 1


def test_no_secret_in_anything_that_is_written_or_shown(
    installed: Installation, tmp_path: Path
) -> None:
    said = [installed.run(*command) for command in commands(installed)]
    said += [installed.run("status", "--json"), installed.run("schema")]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    everything = b"".join(written) + "".join(one.out + one.err for one in said).encode()
    assert not [name for name, secret in SECRETS.items() if secret.encode() in everything]


def test_a_person_decides_about_an_order_by_any_of_its_names(installed: Installation) -> None:
    order = numbers(installed)[1]
    taken = installed.run("manual", "3SABCD000000001")
    assert (taken.code, taken.out) == (0, f"{order}: you handle it from now on\n")
    again = installed.run("manual", order)
    assert (again.code, again.out) == (1, f"{order}: it is manual\n")
    shop_id = installed.run("show", order, "--json").json()["shop_order_id"]
    assert installed.run("follow", f"{shop_id}").code == 0
    listed = installed.run("orders", "--status", "not_shipped", "--json").json()["orders"]
    assert order in {one["order"] for one in listed}


def test_retry_lets_a_mended_order_through(installed: Installation) -> None:
    order = numbers(installed)[2]
    assert installed.run("retry", "--all").code == 0
    assert installed.run("status", "--json").json()["needs_person"] == []
    ended = installed.run("sync")
    assert ended.code == 1, "the product is still missing"
    assert ended.err == "", "it was told before, and is the same problem"
    (needed,) = installed.run("status", "--json").json()["needs_person"]
    assert (needed["order"], needed["problem"]) == (order, "product_unknown")

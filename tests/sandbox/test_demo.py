"""`orderlink demo` does what it says, and would notice if it were not true."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import orderlink
from orderlink.cli import COMMANDS
from orderlink.cli.demo import START_FOR_REAL
from orderlink.sandbox.demo import BASKETS, BEGIN, CODES, LATE, LATE_CODES, LETTER, Scene, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(orderlink.__file__).parents[1]
PROGRAM = "from orderlink.cli import main; main()"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, list[Scene]]]:
    with Story(tmp_path_factory.mktemp("story")) as story:
        yield story, list(story.scenes())


def statuses(scene: Scene) -> list[str]:
    return [row[-1] for row in scene.rows]


def test_every_scene_shows_what_its_line_says(told: tuple[Story, list[Scene]]) -> None:
    _, scenes = told
    unknown = "new: product_unknown"
    assert [statuses(scene) for scene in scenes] == [
        ["-"] * 5,
        ["not_shipped"] * 4 + [unknown],
        ["pending_shipment"] * 2 + ["waiting"] * 2 + [unknown],
        ["shipped"] * 2 + ["waiting"] * 2 + [unknown],
        ["shipped"] * 2 + ["waiting"] * 2 + ["shipped"],
        ["shipped"] * 5,
        ["shipped"] * 5,
    ]


def test_the_person_is_told_of_the_unknown_article_once_and_when_it_is_over(
    told: tuple[Story, list[Scene]],
) -> None:
    _, scenes = told
    words = [text for scene in scenes for text in scene.told]
    assert len(words) == 2
    assert all("POSTER-A2" in text for text in words)
    assert "over" in words[1]


def test_the_orders_without_a_code_are_open_until_three_hours_have_passed(
    told: tuple[Story, list[Scene]],
) -> None:
    story, scenes = told
    at_bol = [{row[0]: row[3] for row in scene.rows} for scene in scenes]
    assert [one[LETTER] for one in at_bol] == ["open"] * 5 + ["shipped, no code"] * 2
    assert [one[LATE] for one in at_bol] == [
        *["open"] * 5,
        "shipped, no code",
        LATE_CODES[LATE],
    ]
    assert (scenes[5].at - BEGIN).total_seconds() > 3 * 3600
    assert story.faults() == []


def test_a_shipment_that_was_reported_twice_would_be_noticed(
    told: tuple[Story, list[Scene]],
) -> None:
    story, _ = told
    executed = story.playground.bol.ledger.executed
    executed.append(executed[0])
    try:
        assert story.faults() == [
            f"shipments at bol: {executed[0].order_id} {executed[0].code} is too much"
        ]
    finally:
        executed.pop()


def test_a_code_less_close_before_its_time_would_be_noticed(
    told: tuple[Story, list[Scene]],
) -> None:
    story, _ = told
    accepted = story.playground.bol.ledger.accepted
    letter = next(one for one in accepted if one.order_id == LETTER)
    index = accepted.index(letter)
    accepted[index] = type(letter)(
        **{name: getattr(letter, name) for name in letter.__slots__} | {"at": BEGIN}
    )
    try:
        assert story.faults() == [f"{LETTER} was closed too early without a code"]
    finally:
        accepted[index] = letter


def test_an_order_that_never_came_into_the_shop_would_be_noticed(tmp_path: Path) -> None:
    with Story(tmp_path) as story:
        faults = story.faults()
    assert len(faults) == 2 * len(BASKETS) + len(LATE_CODES)
    assert all("is missing" in fault for fault in faults)


def typed(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "demo"],
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
        cwd=folder,
    )


def test_the_command_tells_the_story_without_a_home_in_a_pipe(tmp_path: Path) -> None:
    done = typed(tmp_path, PROGRAM)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("demo: ok, 5 orders")
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.stdout
    for code in (*CODES.values(), *LATE_CODES.values()):
        assert code in done.stdout
    assert "*/5 * * * * orderlink sync" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_story_that_does_not_hold_ends_with_exit_code_3(tmp_path: Path) -> None:
    stricter = "from datetime import timedelta\nfrom orderlink.sandbox import demo\n"
    stricter += "demo.WAIT = timedelta(hours=3, minutes=30)\n"
    done = typed(tmp_path, stricter + PROGRAM)
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "demo: failed:",
        f"{LETTER} was closed too early without a code",
        f"{LATE} was closed too early without a code",
    ]
    assert "demo: ok" not in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_on_a_terminal_the_widest_table_fits_80_columns(
    environment: dict[str, str], coloured: bool
) -> None:
    row = (LATE, "POSTER-A2", "17 processing", "shipped, no code", "new: product_unknown")
    program = (
        "from datetime import UTC, datetime\n"
        "from orderlink.cli.demo import printer\n"
        "from orderlink.sandbox.demo import Scene\n"
        f"printer()(Scene(datetime(2026, 1, 1, tzinfo=UTC), 'It is.', ('bol: told',), ({row!r},)))"
    )
    terminal, inside = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "80", **environment},
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    shown = b""
    with suppress(OSError):  # how Linux tells that nobody writes to a terminal any more
        while piece := os.read(terminal, 65536):
            shown += piece
    os.close(terminal)
    assert process.wait(timeout=10) == 0
    text = shown.decode()
    assert ("\x1b[31m" in text) is coloured
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert max(map(len, lines)) <= 80
    assert "it tells: bol: told" in lines[1]
    assert [cell for cell in row if any(cell in line for line in lines)] == list(row)


def test_every_command_that_it_ends_with_exists() -> None:
    named = re.findall(r"orderlink ([a-z-]+)", START_FOR_REAL)
    assert named == ["init", "check", "sync", "sync", "sandbox"]
    assert set(named) <= set(COMMANDS)
    assert max(map(len, START_FOR_REAL.splitlines())) <= 80

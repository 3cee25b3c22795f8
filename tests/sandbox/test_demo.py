"""`orderlink demo` does what it says, and would notice if it were not true."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import orderlink
from orderlink.cli import COMMANDS
from orderlink.cli.demo import START_FOR_REAL
from orderlink.cli.playing import MARKETPLACES, SHOPS
from orderlink.sandbox.accounts import MARKETS, AmazonMarket, BolMarket
from orderlink.sandbox.accounts import SHOPS as PLAYED_SHOPS
from orderlink.sandbox.demo import BASKETS, BEGIN, CODES, LATE, LATE_CODES, LETTER, Scene, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(orderlink.__file__).parents[1]
PROGRAM = "from orderlink.cli import main; main()"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, list[Scene]]]:
    with Story(tmp_path_factory.mktemp("story")) as story:
        yield story, list(story.scenes())


@pytest.fixture(scope="module")
def at_amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Story, list[Scene]]]:
    with Story(tmp_path_factory.mktemp("story"), "amazon", "shopify") as story:
        yield story, list(story.scenes())


def statuses(scene: Scene) -> list[str]:
    return [row[-1] for row in scene.rows]


def ledger(story: Story) -> Any:
    assert isinstance(story.market, BolMarket)
    return story.market.sandbox.ledger


def test_every_scene_shows_what_its_line_says(told: tuple[Story, list[Scene]]) -> None:
    _, scenes = told
    unknown = "error: product_unknown"
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
    at_bol = [{row[0]: row[-2] for row in scene.rows} for scene in scenes]
    letter, late = story.numbers[LETTER], story.numbers[LATE]
    assert [one[letter] for one in at_bol] == ["open"] * 5 + ["shipped, no code"] * 2
    assert [one[late] for one in at_bol] == [
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
    executed = ledger(story).executed
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
    accepted = ledger(story).accepted
    number = story.numbers[LETTER]
    letter = next(one for one in accepted if one.order_id == number)
    index = accepted.index(letter)
    accepted[index] = type(letter)(
        **{name: getattr(letter, name) for name in letter.__slots__} | {"at": BEGIN}
    )
    try:
        assert story.faults() == [f"{number} was closed too early without a code"]
    finally:
        accepted[index] = letter


def test_what_amazon_does_not_take_without_a_code_is_an_error_until_it_has_one(
    at_amazon: tuple[Story, list[Scene]],
) -> None:
    story, scenes = at_amazon
    unknown, missing = "error: product_unknown", "error: code_missing"
    assert [statuses(scene) for scene in scenes] == [
        ["-"] * 5,
        ["not_shipped"] * 4 + [unknown],
        ["pending_shipment"] * 2 + ["waiting"] * 2 + [unknown],
        ["shipped"] * 2 + ["waiting"] * 2 + [unknown],
        ["shipped"] * 2 + ["waiting"] * 2 + ["shipped"],
        ["shipped"] * 2 + [missing] * 2 + ["shipped"],
        ["shipped"] * 2 + [missing] + ["shipped"] * 2,
        ["shipped"] * 5,
    ]
    refusal = "Amazon takes no shipment without a tracking code"
    told = [f"amazon {story.numbers[one]}: {refusal}" for one in (LETTER, LATE)]
    assert scenes[5].told == tuple(told)
    assert [row[-2] for row in scenes[5].rows if row[-1] == missing] == ["open"] * 2
    assert [row[-2] for row in scenes[-1].rows][2:4] == ["shipped, no code", LATE_CODES[LATE]]
    assert story.faults() == []


def test_what_was_ordered_stands_in_the_first_scene(told: tuple[Story, list[Scene]]) -> None:
    _, (first, *later) = told
    assert [row[1] for row in first.rows] == [
        "MUG-RED",
        "TEE-L x2",
        "CAP-BLACK",
        "MUG-BLUE",
        "POSTER-A2",
    ]
    assert first.columns[1] == "ARTICLE"
    assert {scene.columns for scene in later} == {
        ("ORDER", "IN THE SHOP", "AT BOL", "ORDERLINK SAYS")
    }


def test_an_order_that_never_came_into_the_shop_would_be_noticed(tmp_path: Path) -> None:
    with Story(tmp_path) as story:
        faults = story.faults()
    assert len(faults) == 2 * len(BASKETS) + len(LATE_CODES)
    assert all("is missing" in fault for fault in faults)


def typed(folder: Path, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, "demo", *options],
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
    )


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ((), "small copies of bol and WooCommerce"),
        (("--shop", "shopify"), "small copies of bol and Shopify"),
        (("--marketplace", "amazon"), "small copies of Amazon and WooCommerce"),
        (
            ("--marketplace", "amazon", "--shop", "shopify"),
            "small copies of Amazon and Shopify",
        ),
    ],
)
def test_the_command_tells_the_story_without_a_home_in_a_pipe(
    tmp_path: Path, options: tuple[str, ...], first: str
) -> None:
    done = typed(tmp_path, PROGRAM, *options)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert first in lines[0]
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
        "C000000003 was closed too early without a code",
        "C000000004 was closed too early without a code",
    ]
    assert "demo: ok" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_can_be_asked_for_can_be_played() -> None:
    assert (tuple(MARKETS), tuple(PLAYED_SHOPS)) == (MARKETPLACES, SHOPS)


@pytest.mark.parametrize("option", ["--marketplace", "--shop"])
def test_what_cannot_be_played_is_refused_in_a_sentence(tmp_path: Path, option: str) -> None:
    done = typed(tmp_path, PROGRAM, option, "ebay")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ebay cannot be played, but " in done.stderr


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_on_a_terminal_the_widest_table_fits_80_columns(
    environment: dict[str, str], coloured: bool
) -> None:
    number = AmazonMarket.number.format(5)
    row = (number, "#1005 completed", "shipped, no code", "error: product_unknown")
    columns = ("ORDER", "IN THE SHOP", "AT AMAZON", "ORDERLINK SAYS")
    program = (
        "from datetime import UTC, datetime\n"
        "from orderlink.cli.demo import printer\n"
        "from orderlink.sandbox.demo import Scene\n"
        "at = datetime(2026, 1, 1, tzinfo=UTC)\n"
        f"printer()(Scene(at, 'It is.', ('bol: told',), {columns!r}, ({row!r},)))"
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

"""status --watch: the status kept on the screen, whatever becomes of the state file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from .installation import INT, TERM, end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .installation import Installation, Terminal

pytestmark = pytest.mark.process

OTHER_SCREEN, FIRST_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
SHOW_CURSOR = "\x1b[?25h"


@pytest.fixture
def watched(installation: Installation) -> Iterator[Terminal]:
    installation.place()
    installation.lives()
    terminal = installation.at_terminal("status", "--watch", "--every", "0.2", NO_COLOR="1")
    terminal.until("Nothing needs a person.")
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()
        terminal.process.wait()


def test_what_changes_is_shown_and_ctrl_c_ends_it(
    installation: Installation, watched: Terminal
) -> None:
    watched.until("bol  \u2593 1")
    installation.place()
    installation.lives()
    watched.until("bol  \u2593\u2593 2")
    end(watched.process, INT)
    ended = watched.ended()
    assert ended.code == 130
    assert ended.out.endswith(SHOW_CURSOR + FIRST_SCREEN)


def test_asked_to_stop_it_leaves_the_terminal_as_it_was(watched: Terminal) -> None:
    end(watched.process, TERM)
    ended = watched.ended()
    assert ended.code == 0
    assert ended.out.endswith(SHOW_CURSOR + FIRST_SCREEN)


def test_a_state_file_that_is_locked_replaced_or_gone_ends_nothing(
    installation: Installation, watched: Terminal
) -> None:
    state = installation.state
    with closing(sqlite3.connect(state, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        watched.until("is locked by another program")
        other.execute("COMMIT")
    watched.until("Nothing needs a person.")
    whole = state.read_bytes()
    state.write_bytes(b"this is no database at all" * 100)
    watched.until("is damaged")
    state.unlink()
    watched.until("Nothing has run yet")
    state.write_bytes(whole)
    watched.until("Nothing needs a person.")
    before = state.read_bytes()
    watched.until("Nothing needs a person.")
    assert state.read_bytes() == before, "looking changes nothing"


def test_a_picture_is_no_higher_than_the_terminal(watched: Terminal) -> None:
    watched.until("\x1b[H")
    lines = watched.until("\x1b[J").replace("\x1b[K", "").split("\n")
    assert lines[0].startswith("orderlink status, ")
    assert len(lines) == 24
    assert lines[-1] == "... 8 more lines: orderlink status"


def test_a_terminal_that_cannot_be_drawn_on_gets_one_picture_after_the_other(
    installation: Installation,
) -> None:
    installation.lives()
    terminal = installation.at_terminal("status", "--watch", "--every", "0.2", TERM="dumb")
    terminal.until("Nothing needs a person.")
    terminal.until("Nothing needs a person.")
    end(terminal.process, INT)
    ended = terminal.ended()
    assert ended.code == 130
    assert "\x1b" not in ended.out


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["pipe", "json"])
def test_without_a_terminal_there_is_nothing_to_watch(
    installation: Installation, arguments: list[str]
) -> None:
    ended = installation.run("status", "--watch", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "terminal" in ended.err

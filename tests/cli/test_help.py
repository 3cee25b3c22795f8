"""The help of every command: sentences, an example that works, and nothing that is cut off."""

from __future__ import annotations

import re
import shlex
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import pytest

from orderlink.cli import COMMANDS
from tests.readme import all_commands, command_paths, help_of, program

EVERY = dict(all_commands())
PATHS = [pytest.param(path, id=" ".join(path)) for path in command_paths()]


def test_every_command_is_looked_at() -> None:
    assert {path[0] for path in EVERY} == set(COMMANDS)
    assert ("sandbox", "request-cancellation") in EVERY


def test_it_is_what_the_installed_program_prints() -> None:
    for path in (("log",), ("sandbox", "ship")):
        assert program(*path, "--help") == help_of(*path)


@pytest.mark.parametrize("path", PATHS)
def test_it_has_an_example_that_is_a_call_of_this_command(path: tuple[str, ...]) -> None:
    text = EVERY[path].help
    examples = re.findall(r"^Example(?:, [a-z ]+)?: (.*)$", text, re.MULTILINE)
    assert examples, "none"
    for example in examples:
        words = shlex.split(example.partition("orderlink ")[2].partition(" >")[0])
        assert words[: len(path)] == list(path)
        refused = StringIO()
        with redirect_stderr(refused):
            shown = help_of(*words)  # options are looked at before the help is given
        assert refused.getvalue() == ""
        assert shown.startswith(f"Usage: orderlink {' '.join(path)}")


def test_an_example_with_an_option_that_does_not_exist_would_be_noticed() -> None:
    refused = StringIO()
    with redirect_stderr(refused):
        assert help_of("log", "--no-such-option") == ""
    assert "No such option" in refused.getvalue()


@pytest.mark.parametrize("path", PATHS)
def test_everything_in_it_is_a_sentence(path: tuple[str, ...]) -> None:
    command = EVERY[path]
    paragraphs = [" ".join(one.split()) for one in command.help.split("\n\n")]
    for text in paragraphs:
        if not text.startswith("Example"):
            assert is_sentence(text), text
    for one in command.params:
        assert one.help, one.name
        assert is_sentence(one.help), one.help


def is_sentence(text: str) -> bool:
    return text[0].isupper() and (text.endswith(".") or ": orderlink " in text)


@pytest.mark.parametrize("path", [(), ("sandbox",)])
def test_no_line_of_a_list_of_commands_is_cut_off(path: tuple[str, ...]) -> None:
    listed = help_of(*path).partition("Commands:\n")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("path", PATHS)
def test_it_fits_80_columns_and_says_what_values_are_called(path: tuple[str, ...]) -> None:
    text = help_of(*path)
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    takes_value = [one for one in EVERY[path].params if not getattr(one, "is_flag", False)]
    unnamed: list[Any] = [one.name for one in takes_value if not one.metavar]
    assert not unnamed

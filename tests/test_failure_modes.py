"""Each row of failure-modes.md names the test that provokes it, or says why there is none yet."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROWS = tomllib.loads((TESTS / "failure_modes.toml").read_text("utf-8"))


def _names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_there_is_one_entry_for_each_of_the_64_rows() -> None:
    assert [int(number) for number in ROWS] == list(range(1, 65))


@pytest.mark.parametrize("number", ROWS)
def test_the_row_names_a_test_that_exists_or_says_why_not(number: str) -> None:
    row = ROWS[number]
    assert set(row) in ({"test"}, {"not_yet"})
    if "not_yet" in row:
        assert len(row["not_yet"]) > 20, "a reason is a sentence"
        return
    path, _, name = row["test"].partition("::")
    assert name in _names_in(TESTS / path)

"""The long run: it goes on where it stopped, counts, and any of its lives replays alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation.long_run import main

if TYPE_CHECKING:
    from pathlib import Path


def _figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(arguments) == 0
    figures: dict[str, Any] = json.loads(capsys.readouterr().out)
    return figures


def test_a_long_run_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--seed", "1", "--state", str(tmp_path / "state.json")]
    first = _figures(capsys, "--orders", "1", *state)
    second = _figures(capsys, "--orders", str(first["orders"] + 1), *state)
    assert (first["lives"], second["lives"]) == (1, 2)
    assert second["faults"] >= first["faults"] > 0
    assert second["violations"] == []
    with pytest.raises(SystemExit):
        main(["--seed", "6", *state[2:]])


def test_a_long_run_has_the_connectors_that_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--seed", "31", "--state", str(tmp_path / "state.json"), "--orders", "1"]
    figures = _figures(capsys, *state, "--marketplace", "amazon", "--shop", "shopify")
    assert (figures["pair"], figures["lives"]) == ("amazon/shopify", 1)
    with pytest.raises(SystemExit):
        main(state)


def test_a_life_of_a_long_run_replays_alone(capsys: pytest.CaptureFixture[str]) -> None:
    again = [_figures(capsys, "--only", "3") for _ in range(2)]
    assert again[0] == again[1]

"""carrier and carriers, through a subprocess."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def orderlink(*arguments: str, text: str = "", home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home)}
    command = [sys.executable, "-m", "orderlink", *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, input=text, capture_output=True, text=True, env=environment, check=False
    )


def test_a_code_is_explained_without_any_configuration(tmp_path: Path) -> None:
    ended = orderlink("carrier", "3S abcd 1234567", "--from", "nl", home=tmp_path)
    assert ended.returncode == 0
    assert "PostNL (postnl)" in ended.stdout
    assert "TNT" in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_many_codes_are_answered_line_by_line_in_order(tmp_path: Path) -> None:
    ended = orderlink("carrier", "-", "--json", text="3SABCD1234567\nn/a\n", home=tmp_path)
    first, second = map(json.loads, ended.stdout.splitlines())
    assert {"code", "carrier", "evidence", "candidates", "page", "codes"} <= set(first)
    assert (first["carrier"], first["codes"]["bol"]) == ("postnl", "TNT")
    assert second["carrier"] is None


def test_the_carriers_are_listed(tmp_path: Path) -> None:
    table = orderlink("carriers", home=tmp_path).stdout
    assert "postnl" in table
    document = json.loads(orderlink("carriers", "--json", home=tmp_path).stdout)
    assert len(document["carriers"]) > 40


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["carrier", "X", "--from", "Holland"], "two letters"),
        (["carrier", "X", "--connection", "bol"], "there is no configuration"),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    ended = orderlink(*arguments, home=tmp_path)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert ended.stdout == ""

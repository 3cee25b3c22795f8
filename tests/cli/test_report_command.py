"""orderlink report: one page, or JSON, to a file or to standard output."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from .installation import MUG

if TYPE_CHECKING:
    from pathlib import Path

    from .installation import Installation

pytestmark = pytest.mark.process


@pytest.fixture
def installed(installation: Installation) -> Installation:
    """An order that is shipped, and one that the shop has no product for."""
    shipped = installation.place()
    installation.place(articles=(type(MUG)(reference="NOPE", ean=""),))
    installation.lives()
    installation.complete(shipped, "3SABCD000000001")
    installation.lives()
    installation.lives()
    return installation


def test_the_page_goes_to_a_file_for_its_owner_only(
    installed: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    ended = installed.run("report", "--output", str(file))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = file.read_text("utf-8")
    assert first.startswith("<!DOCTYPE html>")
    assert "orderlink retry" in first
    assert "Havenstraat" not in first
    installed.place()
    installed.run("sync")
    assert installed.run("report", "-o", str(file)).code == 0
    assert file.read_text("utf-8") != first, "it is written anew"


def test_in_a_pipe_it_goes_to_standard_output(installed: Installation) -> None:
    ended = installed.run("report")
    assert ended.code == 0
    assert ended.out.startswith("<!DOCTYPE html>")
    assert ended.out.endswith("</html>\n")


def test_on_a_terminal_the_page_needs_a_file_and_json_does_not(installed: Installation) -> None:
    ended = installed.on_terminal("report")
    assert ended.code == 2
    assert "--output report.html" in ended.out
    assert json.loads(installed.on_terminal("report", "--json").out)["version"] == 1


def test_json_has_the_status_and_what_happened(installed: Installation) -> None:
    found = installed.run("report", "--json").json()
    assert found["total"]["imported"] == 2
    assert found["total"]["shipped"] == 1
    assert found["total"]["seconds_to"]["shipped"]["orders"] == 1
    assert found["problems"] == {"product_unknown": 1}
    assert [one["problem"] for one in found["needs_person"]] == ["product_unknown"]
    assert "why" not in found["needs_person"][0]
    assert found["connections"] == installed.run("status", "--json").json()["connections"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("since", "said"), [("yesterday", "neither a day"), ("2999-01-01", "lies ahead")]
)
def test_a_time_that_cannot_be_is_said(installed: Installation, since: str, said: str) -> None:
    ended = installed.run("report", "--since", since)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_a_file_that_cannot_be_written_is_said(installed: Installation, tmp_path: Path) -> None:
    ended = installed.run("report", "--output", str(tmp_path / "nowhere" / "report.html"))
    assert (ended.code, ended.out) == (2, "")
    assert "there is no folder" in ended.err
    assert ended.err.count("\n") == 1


def test_before_the_first_run_there_is_nothing_to_report(installation: Installation) -> None:
    ended = installation.run("report")
    assert (ended.code, ended.out) == (2, "")
    assert "nothing has run yet" in ended.err

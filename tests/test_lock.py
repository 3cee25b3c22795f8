"""The locked versions: each with its hashes, and none that pyproject.toml would not take."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / ".ci" / "requirements.lock").read_text("utf-8")
LOCKED = dict(re.findall(r"(?m)^([A-Za-z0-9_.-]+)==([^ ;\\]+)", LOCK))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WELL = '{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}'
BAD = WELL.replace("[]", '[{"id": "CVE-1", "fix_versions": ["2"]}]')
NEEDED = [
    Requirement(text)
    for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["alerts"])
]


@pytest.mark.parametrize("needed", NEEDED, ids=lambda one: str(one.name))
def test_what_is_needed_is_locked_in_a_version_that_is_taken(needed: Requirement) -> None:
    assert needed.specifier.contains(LOCKED[needed.name])


def test_every_locked_package_has_its_hashes() -> None:
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", LOCK)[1:]
    assert len(entries) == len(LOCKED)
    assert [one for one in entries if "--hash=sha256:" not in one] == []


@pytest.mark.parametrize("needed", NEEDED, ids=lambda one: str(one.name))
def test_every_dependency_is_bounded(needed: Requirement) -> None:
    """From below for what is used and mended there, from above where a new major may break it."""
    signs = {one.operator for one in needed.specifier}
    assert ">=" in signs
    assert "<" in signs or needed.name == "certifi", "certifi's versions are days"


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (WELL, 0, "1 of 1 packages"),
        (
            WELL.replace("[]", '[{"id": "CVE-1", "fix_versions": ["2"]}]'),
            1,
            "a 1: CVE-1, fixed in: 2",
        ),
        ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', 0, "cannot be reached"),
        ("no answer at all", 0, "cannot be reached"),
    ],
)
def test_a_finding_fails_and_data_that_cannot_be_reached_do_not(
    tmp_path: Path, answer: str, code: int, said: str
) -> None:
    (tmp_path / "pip_audit.py").write_text(f"print({answer!r})\n")
    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(ROOT / ".ci" / "audit.py")],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code
    assert said in ended.stdout

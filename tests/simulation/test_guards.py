"""Each guard is needed: without it the simulation goes wrong.

A guard is removed in a copy of the package, in a place that is named; the product has no switch.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import orderlink
from tests.simulation.guards import GUARDS, SCENES, outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulation.guards import Edit, Guard

PACKAGE = Path(orderlink.__file__).parent
PROJECT = Path(__file__).parents[2]


def _copy_with(edits: Iterable[Edit], folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / "orderlink")  # what is compiled stays so, but for the edits
    for edit in edits:
        path = folder / edit.file
        text = path.read_text("utf-8")
        assert text.count(edit.old) == 1, f"{edit.file} has not exactly one {edit.old!r}"
        path.write_text(text.replace(edit.old, edit.new), "utf-8")
    return folder


def _violations(folder: Path, scene: str) -> list[str]:
    """Play a scene with the package in a folder, in a process of its own."""
    paths = os.pathsep.join([str(folder), str(PROJECT)])
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "tests.simulation.guards", scene],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": ""},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)[scene]
    return found


@pytest.mark.parametrize("scene", SCENES)
def test_with_all_guards_every_scene_goes_well(scene: str) -> None:
    assert outcome(scene) == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_the_guard_the_simulation_goes_wrong(guard: Guard, tmp_path: Path) -> None:
    folder = _copy_with((*guard.beside, *guard.edits), tmp_path)
    assert _violations(folder, guard.scene), f"nobody noticed that {guard.name} is gone"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "guard", [guard for guard in GUARDS if guard.beside], ids=lambda guard: guard.name
)
def test_the_guard_alone_is_enough_where_those_beside_it_are_gone(
    guard: Guard, tmp_path: Path
) -> None:
    folder = _copy_with(guard.beside, tmp_path)
    assert _violations(folder, guard.scene) == []

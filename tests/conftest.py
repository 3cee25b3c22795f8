"""Options of the whole test suite; see `tests/simulation`."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--ci` (every single fault, 2,000 pairs) and `--sweep` (without end)."""
    parser.addoption("--ci", action="store_true", help="the simulation as .ci/run plays it")
    parser.addoption("--sweep", metavar="FILE", help="all pairs of faults; FILE has what is done")


MEMORY = Path("/dev/shm")  # noqa: S108 - a disk in memory, where there is one
ENOUGH = 2 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """Let state files lie in memory, where every commit does not wait for a disk.

    And tell the state machine, which takes its settings when it is imported, how long to play.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if config.getoption("--ci"):
        os.environ["ORDERLINK_SIMULATION"] = "long"


def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Leave out what takes hours, and of many cases that are alike most, unless asked for."""
    if not config.getoption("--sweep"):
        skip = pytest.mark.skip(reason="takes hours: pytest tests/simulation --sweep FILE")
        for item in items:
            if item.get_closest_marker("sweep"):
                item.add_marker(skip)
    if not config.getoption("--ci"):
        _sample(items)


def _sample(items: Sequence[pytest.Item]) -> None:
    """Skip what is left to `--ci`; of a test that is sampled, the first case is always played."""
    left_out = pytest.mark.skip(reason="one of several like it: pytest --ci")
    seen: Counter[str] = Counter()
    for item in items:
        if item.get_closest_marker("only_ci"):
            item.add_marker(left_out)
        elif marker := item.get_closest_marker("sampled"):
            test = item.nodeid.partition("[")[0]
            if seen[test] % marker.args[0]:
                item.add_marker(left_out)
            seen[test] += 1

"""Pairs of faults, in lives of their own: 2,000 with `--ci`, a sample without, all with `--sweep`.

`pytest tests/simulation -m sweep --sweep FILE` goes on where it stopped: FILE has what is done.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from tests.simulation.sweep import SHORT, Case, failures, report, singles, two_faults

SHARDS = 12
PAIRS, SAMPLE = 2000, 24


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_pair_of_faults_befalls_a_life_all_invariants_hold(
    shard: int, pytestconfig: pytest.Config
) -> None:
    count = PAIRS if pytestconfig.getoption("--ci") else SAMPLE
    failed = list(failures([two_faults(number) for number in range(shard, count, SHARDS)]))
    assert not failed, report(failed)


@pytest.mark.sweep
def test_all_pairs_of_single_faults_of_the_short_life(pytestconfig: pytest.Config) -> None:
    done_file = Path(pytestconfig.getoption("--sweep"))
    done = int(done_file.read_text()) if done_file.exists() else 0
    strikes = [case.strikes[0] for case in singles()]
    for number, both in enumerate(combinations(strikes, 2)):
        if number < done:
            continue
        failed = list(failures([Case(SHORT, both)]))
        assert not failed, report(failed)
        done_file.write_text(str(number + 1))

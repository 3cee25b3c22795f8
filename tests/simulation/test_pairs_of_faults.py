"""Pairs of faults, in lives of their own: 2,000 with `--ci`, a sample without, all with `--sweep`.

Of the 2,000 bol/woocommerce has 1,700, and each other pair of connectors 100.

`pytest tests/simulation -m sweep --sweep FILE` goes on where it stopped: FILE has what is done.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from tests.simulation.sides import OTHER_PAIRS, Pair
from tests.simulation.sweep import SHORT, Case, failures, report, seed_of, singles, two_faults

SHARDS = 12
"""By the seed: a life without faults, which tells what there is to strike, is played once."""

COUNT, SAMPLE = 1700, 12
OTHER_SHARDS = 3
OTHER_COUNT, OTHER_SAMPLE = 100, 3


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_pair_of_faults_befalls_a_life_all_invariants_hold(
    shard: int, pytestconfig: pytest.Config
) -> None:
    count = COUNT if pytestconfig.getoption("--ci") else SAMPLE
    numbers = [number for number in range(count) if seed_of(number) % SHARDS == shard]
    failed = list(failures([two_faults(number) for number in numbers]))
    assert not failed, report(failed)


@pytest.mark.parametrize("shard", range(OTHER_SHARDS))
@pytest.mark.parametrize("pair", OTHER_PAIRS, ids=str)
def test_so_they_do_between_other_connectors(
    pair: Pair, shard: int, pytestconfig: pytest.Config
) -> None:
    count = OTHER_COUNT if pytestconfig.getoption("--ci") else OTHER_SAMPLE
    numbers = range(shard, count, OTHER_SHARDS)
    failed = list(failures([two_faults(number, pair) for number in numbers]))
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

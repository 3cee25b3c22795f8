"""Every single fault at every point of a life: exhaustive with `--ci`, a sample without.

`pytest tests/simulation --ci` is what `.ci/run` plays: every single fault between
bol and WooCommerce, most of what is Amazon's and Shopify's own (`test_other_pairs`), 2,000 pairs of
faults, and the state machine at length.
"""

from __future__ import annotations

import pytest

from tests.simulation.branches import branched
from tests.simulation.checker import violations
from tests.simulation.plan import drawn, short_life
from tests.simulation.sweep import failures, points_of, report, singles
from tests.simulation.world import SimulatedWorld

SHARDS = 16
SAMPLE = 149
"""Without `--ci`, one case in so many is played: a prime, so that all kinds have their turn."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_single_fault_befalls_a_life_all_invariants_hold(
    shard: int, pytestconfig: pytest.Config
) -> None:
    cases = singles()
    if not pytestconfig.getoption("--ci"):
        cases = cases[::SAMPLE]
    failed = list(failures(cases[shard::SHARDS]))
    assert not failed, report(failed)


def test_nobody_is_told_anything_and_nothing_is_repeated_while_nothing_is_wrong() -> None:
    with SimulatedWorld() as world:
        world.live(short_life())
        assert violations(world) == []
        assert world.told == []
        assert len(world.bol.ledger.executed) == 3
        assert len(world.bol.ledger.transports) == 1


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(1, 11))
def test_lives_without_faults_go_well(seed: int) -> None:
    with SimulatedWorld(workers=seed * (seed % 2)) as world:
        world.live(drawn(seed))
        assert violations(world) == []


def test_a_seed_gives_the_same_life_again() -> None:
    ledgers = []
    for _ in range(2):
        with SimulatedWorld(workers=7) as world:
            world.live(drawn(7))
            ledgers.append((world.bol.ledger, world.woo.ledger.changes, world.deeds, world.told))
    assert ledgers[0] == ledgers[1]


def _what_became_of(world: SimulatedWorld) -> list[str]:
    ledgers = (world.bol.ledger, world.woo.ledger.created, world.woo.ledger.changes)
    return [repr(one) for one in (*ledgers, world.deeds, world.struck, world.told)]


@pytest.mark.parametrize("tenth", [0, 2, 5, 8, 9])
def test_a_life_that_branches_off_is_the_one_that_is_lived_alone(tenth: int) -> None:
    cases = singles()
    case = cases[(tenth * len(cases) + len(cases) // 2) // 10]
    step = points_of(case.seed).first_step(case.strikes)
    lives = branched(short_life(), case.pair, {step: [case.strikes]}, _what_became_of)
    with SimulatedWorld(case.strikes) as world:
        world.live(short_life())
        assert list(lives) == [(case.strikes, _what_became_of(world))]
        assert world.struck

"""Lives between other connectors than bol and WooCommerce.

With `--ci` every single fault strikes the first exchange of each kind that Amazon and Shopify have
(amazon/shopify has none that the other two have not), and a sample strikes everything else; without
it a sample of that. All of it, which takes about an hour on one core, goes on where it stopped:

    pytest tests/simulation/test_other_pairs.py -m sweep --sweep FILE
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.checker import violations
from tests.simulation.faults import Strike
from tests.simulation.plan import Act, Step, code, drawn, short_life
from tests.simulation.sides import OTHER_PAIRS, Pair
from tests.simulation.sweep import (
    Case,
    failures,
    first_singles,
    own_singles,
    read_case,
    report,
    singles,
)
from tests.simulation.world import SimulatedWorld

BOL_TO_SHOPIFY, AMAZON_TO_WOOCOMMERCE, AMAZON_TO_SHOPIFY = OTHER_PAIRS
SHARDS = 6
EVERY_OWN, EVERY = 17, 101
"""With `--ci`, one case in so many of the own ones, and of all: primes, for all kinds' sake."""
SAMPLE = 43
CREATE = "#CreateOrder$"
CONFIRM = "/shipmentConfirmation$"
ONE_ORDER = (Step(0), Step(5, (Act("place", 1, "one"),)), Step(5), Step(5))
ONE_SHIPMENT = (*ONE_ORDER, Step(5, (Act("complete", 1, code(1)),)), Step(5))


def _cases(pair: Pair) -> list[Case]:
    """List what `--ci` plays of a pair."""
    first = [] if pair == AMAZON_TO_SHOPIFY else first_singles(pair)
    sample = [*own_singles(pair)[::EVERY_OWN], *singles(pair=pair)[::EVERY]]
    return list(dict.fromkeys([*first, *sample]))


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("pair", OTHER_PAIRS, ids=str)
def test_whatever_single_fault_befalls_a_life_all_invariants_hold(
    pair: Pair, shard: int, pytestconfig: pytest.Config
) -> None:
    cases = _cases(pair)
    if not pytestconfig.getoption("--ci"):
        cases = cases[::SAMPLE]
    failed = list(failures(cases[shard::SHARDS]))
    assert not failed, report(failed)


@pytest.mark.sweep
@pytest.mark.parametrize("pair", OTHER_PAIRS, ids=str)
def test_all_single_faults_of_a_pair(pair: Pair, pytestconfig: pytest.Config) -> None:
    name = f"{pytestconfig.getoption('--sweep')}-{pair.marketplace}-{pair.shop}"
    done_file = Path(name)
    done = int(done_file.read_text()) if done_file.exists() else 0
    for number, case in enumerate(singles(pair=pair)[done:], done + 1):
        failed = list(failures([case]))
        assert not failed, report(failed)
        done_file.write_text(str(number))


@pytest.mark.parametrize("pair", OTHER_PAIRS, ids=str)
def test_nothing_is_repeated_and_nobody_told_but_of_what_lacks_its_code(pair: Pair) -> None:
    with SimulatedWorld(pair=pair) as world:
        world.live(short_life())
        assert violations(world) == []
        assert len(world.at_shop.ledger.created) == 3
        assert world.at_market.codes_of(world.ids[3]) == [code(3)]
        told = [line for line in world.told if "Amazon takes no shipment without" not in line]
        assert told == []
        assert bool(world.told) is world.at_market.needs_code


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("pair", OTHER_PAIRS, ids=str)
def test_lives_without_faults_go_well(pair: Pair, seed: int) -> None:
    with SimulatedWorld(workers=seed * (seed % 2), pair=pair) as world:
        world.live(drawn(seed))
        assert violations(world) == []


def test_a_case_replays_between_its_own_connectors() -> None:
    case = Case(3, (Strike("throttled", 1, CREATE),), 7, AMAZON_TO_SHOPIFY)
    assert read_case(case.text()) == case
    old = '{"seed": 3, "strikes": [], "workers": 0}'
    assert str(read_case(old).pair) == "bol/woocommerce"


# What only they do


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("throttled", False),
        ("internal error", False),
        ("internal error after", False),
        ("error with data", False),
        ("user errors", True),
    ],
)
def test_what_fails_within_a_200_is_no_success(kind: str, *, told: bool) -> None:
    with SimulatedWorld([Strike(kind, 1, CREATE)], pair=BOL_TO_SHOPIFY) as world:
        world.live(ONE_ORDER)
        assert [one.kind for one in world.struck] == [kind]
        assert len(world.shopify.ledger.created) == 1
        assert any("not today" in line for line in world.told) is told
        assert violations(world) == []


def test_a_confirmation_that_did_nothing_is_sent_again_under_the_same_number() -> None:
    with SimulatedWorld([Strike("dropped", 1, CONFIRM)], pair=AMAZON_TO_WOOCOMMERCE) as world:
        world.live(ONE_SHIPMENT)
        accepted = world.amazon.ledger.accepted
        assert [one.act for one in accepted] == ["dropped", "added"]
        assert len({one.reference for one in accepted}) == 1
        assert violations(world) == []


def test_a_confirmation_whose_answer_was_lost_adds_no_second_package() -> None:
    with SimulatedWorld([Strike("lost after", 1, CONFIRM)], pair=AMAZON_TO_SHOPIFY) as world:
        world.live(ONE_SHIPMENT)
        assert len(world.amazon.ledger.executed) == 1
        assert world.told == []
        assert violations(world) == []


def test_a_429_that_says_not_until_when_waits_for_the_next_run() -> None:
    with SimulatedWorld([Strike("429", 1, CONFIRM)], pair=AMAZON_TO_WOOCOMMERCE) as world:
        world.live(ONE_SHIPMENT)
        assert len(world.amazon.ledger.executed) == 1
        assert world.told == []
        assert violations(world) == []

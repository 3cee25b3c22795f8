"""Lives with faults, by number: every single fault, and pairs. Each case replays alone.

    python -m tests.simulation.sweep single [FIRST [LAST]] --pair amazon/shopify --state FILE
    python -m tests.simulation.sweep pairs [FIRST [LAST]] --pair amazon/shopify --state FILE
    python -m tests.simulation.sweep replay CASE

plays the cases with these numbers, prints what is violated, and goes on where FILE says it stopped.
The pair is bol/woocommerce unless said otherwise.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import sys
from bisect import bisect_left
from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.branches import branched
from tests.simulation.checker import violations
from tests.simulation.faults import COMMIT_KINDS, HANDLERS, Strike, kinds_for, operation_of
from tests.simulation.plan import drawn, short_life
from tests.simulation.sides import BOL_TO_WOOCOMMERCE, Pair, pair_named
from tests.simulation.world import SimulatedWorld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.simulation.plan import Plan

ENOUGH = 5
"""So many lives that begin alike are worth a life more, from which they branch off."""

SHORT = 0
"""The seed that stands for the short life; every other seed is drawn."""


@dataclass(frozen=True, slots=True)
class Case:
    """One life and what befalls it."""

    seed: int
    strikes: tuple[Strike, ...]
    workers: int = 0  # the seed of several workers; 0: there is one
    pair: Pair = BOL_TO_WOOCOMMERCE

    @property
    def by_number(self) -> bool:
        """Tell whether its faults are found by number alone, among all exchanges or commits."""
        return not any(strike.where for strike in self.strikes)

    def text(self) -> str:
        """Write it down so that it can be replayed."""
        strikes = [asdict(strike) for strike in self.strikes]
        document = {"seed": self.seed, "strikes": strikes, "workers": self.workers}
        return json.dumps({**document, "pair": str(self.pair)})


def read_case(text: str) -> Case:
    """Read a case that was written down; one without a pair is older than the other pairs."""
    document = json.loads(text)
    strikes = tuple(Strike(**one) for one in document["strikes"])
    pair = pair_named(document.get("pair", str(BOL_TO_WOOCOMMERCE)))
    return Case(document["seed"], strikes, document["workers"], pair)


def plan_of(seed: int) -> Plan:
    """Give the life with this seed."""
    return drawn(seed) if seed else short_life()


@dataclass(frozen=True, slots=True)
class Points:
    """Where a life without faults can be struck: its exchanges, and how many commits it makes.

    `alike` are the commits before which the world is as it was after the commit before. `steps` are
    the (exchanges, commits) that there were after each step of the plan.
    """

    exchanges: tuple[str, ...]
    commits: int
    alike: frozenset[int]
    steps: tuple[tuple[int, int], ...]

    def first_step(self, strikes: Sequence[Strike]) -> int:
        """Tell in which step of the plan the first of these befalls it."""
        return min(
            bisect_left([step[one.at_commit] for step in self.steps], one.at) for one in strikes
        )


@cache
def points_of(seed: int, pair: Pair = BOL_TO_WOOCOMMERCE) -> Points:
    """Play a life without faults, without its quiet end, and list its points."""
    with SimulatedWorld(pair=pair) as world:
        steps = []
        for step in plan_of(seed):
            world.play(step)
            steps.append((len(world.exchanges), world.disk.commits))
        return Points(
            tuple(world.exchanges),
            world.disk.commits,
            frozenset(world.commits_without_exchange),
            tuple(steps),
        )


def singles(seed: int = SHORT, pair: Pair = BOL_TO_WOOCOMMERCE) -> list[Case]:
    """List every single fault at every point of a life.

    A crash before a commit is a crash after the one before where nothing lies between them.
    """
    points = points_of(seed, pair)
    strikes = [
        Strike(kind, number)
        for number, exchange in enumerate(points.exchanges, 1)
        for kind in kinds_for(exchange)
    ]
    strikes += [
        Strike(kind, number)
        for number in range(1, points.commits + 1)
        for kind in COMMIT_KINDS
        if kind != "crash before" or number not in points.alike
    ]
    return [Case(seed, (strike,), pair=pair) for strike in strikes]


def own_singles(pair: Pair) -> list[Case]:
    """List every single fault at the exchanges with a connector that bol/woocommerce has not."""
    exchanges = points_of(SHORT, pair).exchanges
    return [
        case
        for case in singles(pair=pair)
        if not case.strikes[0].at_commit
        and exchanges[case.strikes[0].at - 1].startswith(("amazon", "shopify"))
    ]


def first_singles(pair: Pair) -> list[Case]:
    """List those of the own single faults that strike the first exchange of its kind."""
    first: dict[str, int] = {}
    for number, exchange in enumerate(points_of(SHORT, pair).exchanges, 1):
        first.setdefault(operation_of(exchange), number)
    return [case for case in own_singles(pair) if case.strikes[0].at in first.values()]


def seed_of(number: int) -> int:
    """Give the life of the two faults with this number."""
    return _drawn(number)[0]


def _drawn(number: int) -> tuple[int, Random]:
    random = Random(number)  # noqa: S311 - a simulation wants to be repeated
    return random.randint(0, 400), random


def two_faults(number: int, pair: Pair = BOL_TO_WOOCOMMERCE) -> Case:
    """Draw the two faults with this number, in a life of its own; every other has workers."""
    seed, random = _drawn(number)
    points = points_of(seed, pair)
    strikes = []
    for _ in range(2):
        if random.random() < 0.3:
            kind = random.choice(COMMIT_KINDS)
            strikes.append(Strike(kind, random.randint(1, points.commits)))
        else:
            at = random.randint(1, len(points.exchanges))
            kinds = list(kinds_for(points.exchanges[at - 1]))
            times = random.choice((1, 1, 1, 2, 6))
            strikes.append(Strike(random.choice(kinds), at, times=times))
    return Case(seed, tuple(dict.fromkeys(strikes)), number * (number % 2), pair)


def play(case: Case) -> list[str]:
    """Live a life with its faults; give what was violated."""
    with SimulatedWorld(case.strikes, case.workers, case.pair) as world:
        world.live(plan_of(case.seed))
        return violations(world)


def failures(cases: Sequence[Case]) -> Iterator[tuple[Case, list[str]]]:
    """Play cases and give those that violate something, with what."""
    logging.getLogger("orderlink").setLevel(logging.CRITICAL)
    gc.freeze()
    alike: defaultdict[tuple[int, int, Pair], list[Case]] = defaultdict(list)
    for case in cases:
        alike[case.seed, case.workers, case.pair].append(case)
    for group in alike.values():
        lives = _branched(group) if _begin_alike(group) else ((case, play(case)) for case in group)
        yield from ((case, found) for case, found in lives if found)


def _begin_alike(cases: Sequence[Case]) -> bool:
    """Tell whether it pays to live once what comes before the faults."""
    return len(cases) >= ENOUGH and not cases[0].workers and all(case.by_number for case in cases)


def _branched(cases: Sequence[Case]) -> Iterator[tuple[Case, list[str]]]:
    seed, pair = cases[0].seed, cases[0].pair
    points = points_of(seed, pair)
    by_strikes = {case.strikes: case for case in cases}
    struck_in: defaultdict[int, list[tuple[Strike, ...]]] = defaultdict(list)
    for strikes in by_strikes:
        struck_in[points.first_step(strikes)].append(strikes)
    for strikes, found in branched(plan_of(seed), pair, struck_in, violations):
        yield by_strikes[strikes], found


def report(failed: Sequence[tuple[Case, list[str]]]) -> str:
    """Write failures down for a person, ready to be replayed."""
    lines = []
    for case, found in failed:
        lines += [f"python -m tests.simulation.sweep replay '{case.text()}'"]
        lines += [f"    {sentence}" for sentence in found]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play cases from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["single", "pairs", "replay"])
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("--pair", type=pair_named, default=BOL_TO_WOOCOMMERCE)
    parser.add_argument("--state", type=Path)
    options = parser.parse_args(arguments)
    if options.what == "replay":
        found = play(read_case(options.numbers[0]))
        sys.stdout.write("".join(f"{sentence}\n" for sentence in found) or "nothing violated\n")
        return bool(found)
    first, last = [*map(int, options.numbers), 0, 0][:2]
    if options.what == "single":
        cases = singles(pair=options.pair)[first : last or None]
    else:
        cases = [two_faults(number, options.pair) for number in range(first, last or 2000)]
    return _sweep(cases, options.state)


def _sweep(cases: Sequence[Case], state: Path | None) -> int:
    done = set(state.read_text().splitlines()) if state and state.exists() else set()
    bad = 0
    for case in cases:
        if case.text() in done:
            continue
        for failed in failures([case]):
            bad += 1
            sys.stdout.write(report([failed]) + "\n")
            sys.stdout.flush()
        if state:
            with state.open("a") as file:
                file.write(case.text() + "\n")
    sys.stdout.write(f"{len(cases)} cases, {bad} violate something\n")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())

__all__ = [
    "HANDLERS",
    "Case",
    "failures",
    "first_singles",
    "own_singles",
    "play",
    "report",
    "seed_of",
    "singles",
    "two_faults",
]

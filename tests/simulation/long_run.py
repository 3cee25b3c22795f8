"""A long run: lives with random faults, one after the other, until so many orders were placed.

    python -m tests.simulation.long_run --orders 100000 --seed 1 --state FILE
        [--marketplace amazon] [--shop shopify]

goes on where FILE stopped and prints the figures as one line of JSON. Every other life has several
workers. Each life has a number of its own, SEED + how many went before it: `--only NUMBER` replays
one alone.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.checker import doubles, early_closes, losses, violations
from tests.simulation.faults import ANY, COMMIT_KINDS, LISTS, PEOPLE, SPECIAL, WRITES, Strike
from tests.simulation.plan import drawn
from tests.simulation.sides import BOL_TO_WOOCOMMERCE, CREATES, REPORTS, Pair, pair_named
from tests.simulation.world import SimulatedWorld

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_ORDERS, MOST_ORDERS = 4, 200


@dataclass
class Figures:
    """What a long run came to. `violations` has the first hundred, each with its life's number."""

    seed: int
    pair: str = str(BOL_TO_WOOCOMMERCE)
    lives: int = 0
    orders: int = 0
    faults: int = 0
    runs: int = 0
    doubles: int = 0
    losses: int = 0
    early_closes: int = 0
    other: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)


def strikes_of(random: Random, orders: int, pair: Pair = BOL_TO_WOOCOMMERCE) -> list[Strike]:
    """Draw what befalls a life: more faults the more orders it has."""
    writing = CREATES[pair.shop], REPORTS[pair.marketplace]
    special = (*SPECIAL.get(pair.shop, ()), *SPECIAL.get(pair.marketplace, ()))
    strikes = []
    for _ in range(random.randint(1, 4 + orders // 3)):
        at, times = random.randint(1, 60 + 12 * orders), random.choice((1, 1, 1, 2, 5))
        group = random.random()
        if group < 0.2:
            kind = random.choice(COMMIT_KINDS)
            strikes.append(Strike(kind, random.randint(1, 250 + 40 * orders)))
        elif group < 0.6:
            strikes.append(Strike(random.choice(sorted(ANY)), at, times=times))
        elif group < 0.85:
            kinds = sorted([*WRITES, *PEOPLE, *special])
            kind, where = random.choice(kinds), random.choice(writing)
            strikes.append(Strike(kind, random.randint(1, orders), where, times))
        else:
            kind = random.choice(sorted(LISTS))
            strikes.append(Strike(kind, random.randint(1, 30), LISTING, times))
    return list(dict.fromkeys(strikes))


LISTING = r"GET .*/(orders|shipments)\?|#Orders\w+$"


def live(number: int, figures: Figures) -> None:
    """Play the life with this number and count what it came to."""
    random = Random(number)  # noqa: S311 - a simulation wants to be repeated
    orders = random.randint(FEWEST_ORDERS, MOST_ORDERS)
    workers = number * (number % 2)
    pair = pair_named(figures.pair)
    with SimulatedWorld(strikes_of(random, orders, pair), workers, pair) as world:
        world.live(drawn(number, orders))
        figures.lives += 1
        figures.orders += len(world.ids)
        figures.faults += len(world.struck)
        figures.runs += len(world.runs)
        found = violations(world)
        twice, lost, early = doubles(world), losses(world), early_closes(world)
    figures.doubles += len(twice)
    figures.losses += len(lost)
    figures.early_closes += len(early)
    figures.other += len(set(found) - {*twice, *lost, *early})
    figures.violations += [f"{number}: {sentence}" for sentence in found]
    del figures.violations[100:]


def load(state: Path | None, seed: int, pair: str) -> Figures:
    """Go on with a long run, or begin one."""
    if state is None or not state.exists():
        return Figures(seed, pair)
    figures = Figures(**json.loads(state.read_text()))
    if (figures.seed, figures.pair) != (seed, pair):
        raise SystemExit(f"{state} belongs to --seed {figures.seed} of {figures.pair}")
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code is 1 where anything was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--only", type=int)
    parser.add_argument("--marketplace", choices=["bol", "amazon"], default="bol")
    parser.add_argument("--shop", choices=["woocommerce", "shopify"], default="woocommerce")
    options = parser.parse_args(arguments)
    pair = str(Pair(options.marketplace, options.shop))
    gc.freeze()
    if options.only is not None:
        figures = Figures(options.only, pair)
        live(options.only, figures)
    else:
        figures = load(options.state, options.seed, pair)
        while figures.orders < options.orders:
            began = time.monotonic()
            live(figures.seed + figures.lives, figures)
            figures.seconds = round(figures.seconds + time.monotonic() - began, 3)
            if options.state:
                options.state.write_text(json.dumps(asdict(figures)))
    sys.stdout.write(json.dumps(asdict(figures)) + "\n")
    return int(bool(figures.violations))


def determined() -> None:
    """Start anew with a fixed order of sets, so that a life replays alone in another process."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        arguments = [sys.executable, "-m", "tests.simulation.long_run", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606 - ourselves


if __name__ == "__main__":
    determined()
    logging.getLogger("orderlink").setLevel(logging.CRITICAL)
    sys.exit(main())

"""Killed or stopped at any moment, two at once, and nothing but absolute paths to live on.

`ORDERLINK_KILLS=500 pytest tests/process/test_signals.py` kills more often.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from orderlink.decide.batches import FIRST_SIZE

from .bench import ROOT, Bench, code_of, kills, only_ci
from .gate import PATIENCE, Held, Point, asks

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.process

CREATING = asks("POST", "/orders(/batch)?$")
MOST_REQUESTS = 12
"""Most runs of these lives have so many."""


def some_life(bench: Bench, chance: random.Random) -> None:
    """Let buyers order and the warehouse ship, with its codes."""
    bench.place(chance.randint(1, 3))
    shown = bench.shop.control("orders", {})
    packed = [one["transaction_id"] for one in shown if one["status"] == "processing"]
    bench.complete([order for order in packed if chance.random() < 0.5])


def stop_somewhere(bench: Bench, chance: random.Random, number: int) -> int | None:
    """Start a run and send a signal after a random number of requests; None: it had ended."""
    requests = bench.gate.requests + chance.randint(1, MOST_REQUESTS)
    with bench.start("sync") as process:
        while bench.gate.requests < requests and process.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.03)
        with suppress(ProcessLookupError):
            process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert (out, err) == ("", "")
    return process.returncode


def everything_once(bench: Bench) -> None:
    """Let cron go on, ship what is left, and hold the ledgers against what was ordered."""
    orders: Sequence[str] = [one.id for one in bench.bol.orders()]
    bench.settle()
    shown = bench.shop.control("orders", {})
    bench.complete([one["transaction_id"] for one in shown if one["status"] == "processing"])
    bench.settle(by_hand=0)
    assert bench.created() == dict.fromkeys(orders, 1)
    assert bench.shipped() == dict.fromkeys(orders, 1)
    assert {one.code for one in bench.bol.ledger.executed} == {code_of(one) for one in orders}
    assert bench.problems() == []


@pytest.mark.only_ci
@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_moments(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    bench.configure(bench.config, bench.state, parallel=4)
    ended = []
    for _ in range(kills(15)):
        some_life(bench, chance)
        ended.append(stop_somewhere(bench, chance, signal.SIGKILL))
    assert set(ended) <= {0, -signal.SIGKILL}
    assert ended.count(-signal.SIGKILL) > len(ended) // 3
    everything_once(bench)


@pytest.mark.parametrize("seed", [2])
def test_asked_to_end_at_random_moments_it_ends_well(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    bench.configure(bench.config, bench.state, parallel=4)
    for _ in range(kills(15) // 3):
        some_life(bench, chance)
        assert stop_somewhere(bench, chance, signal.SIGTERM) == 0
        assert "started" not in {state for _, _, state in bench.unsettled()}
    everything_once(bench)


def test_asked_to_end_in_the_middle_of_a_write_it_records_the_answer_first(bench: Bench) -> None:
    orders = bench.place(FIRST_SIZE + 2)
    assert bench.kill_at(Held(CREATING, Point.ACTED), signal.SIGTERM) == 0
    assert bench.unsettled() == [(order, "new", "") for order in orders[FIRST_SIZE:]]
    assert bench.created() == dict.fromkeys(orders[:FIRST_SIZE], 1)
    everything_once(bench)


def test_of_two_runs_at_once_one_works_and_the_other_says_75(bench: Bench) -> None:
    orders = bench.place(2)
    held = bench.gate.hold(Held(CREATING, Point.LATE))
    with bench.start("sync") as first:
        bench.wait_for(held, first)
        requests = bench.gate.requests
        assert bench.run("sync") == (75, "", "")
        assert bench.run("push") == (75, "", "")
        assert bench.gate.requests == requests, "the second one asked for nothing"
        held.released.set()
        out, err = first.communicate(timeout=PATIENCE)
    assert (first.returncode, out, err) == (0, "", "")
    assert bench.created() == dict.fromkeys(orders, 1)


@only_ci
def test_two_that_start_in_the_same_moment_never_both_create(bench: Bench) -> None:
    orders = bench.place(3)
    both = [bench.start("sync"), bench.start("sync")]
    codes = []
    for process in both:
        with process:
            assert process.communicate(timeout=PATIENCE) == ("", "")
        codes.append(process.returncode)
    assert sorted(codes) in ([0, 75], [0, 0])
    assert bench.created() == dict.fromkeys(orders, 1)


def test_nothing_but_absolute_paths_is_needed(bench: Bench) -> None:
    orders = bench.place(1)
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from orderlink.cli import main; main()"
    )
    words = [sys.executable, "-c", script, str(ROOT), "--config", str(bench.config), "sync"]
    ended = subprocess.run(words, env={}, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert bench.created() == dict.fromkeys(orders, 1)
    assert bench.state.exists()

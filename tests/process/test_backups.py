"""A backup that is made while a run is active, and one that is restored after the machine died."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from .gate import Held, Point, asks

if TYPE_CHECKING:
    from .bench import Bench

pytestmark = pytest.mark.process

CREATING = asks("POST", "/orders(/batch)?$")


def test_a_backup_of_the_middle_of_a_creation_makes_no_double(bench: Bench) -> None:
    bench.run("sync")
    orders = bench.place(3)
    target = str(bench.folder / "backup")
    held = bench.gate.hold(Held(CREATING, Point.ACTED))
    with bench.start("sync") as process:
        bench.wait_for(held, process)
        assert bench.run("backup", target) == (0, "", ""), "while the run is active"
        assert bench.run("restore", target)[0] == 75
        held.released.set()
        process.communicate(timeout=60)
    assert bench.created() == dict.fromkeys(orders, 1)
    code, out, err = bench.run("restore", target)
    assert (code, err) == (0, "")
    assert "restored: 3 orders" in out
    bench.run("sync")
    bench.settle(by_hand=0)
    assert bench.created() == dict.fromkeys(orders, 1)
    bench.complete(orders)
    bench.settle(by_hand=0)
    assert bench.shipped() == dict.fromkeys(orders, 1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("point", [Point.BEFORE, Point.LATE])
def test_a_run_that_was_killed_before_the_restore_makes_no_double(
    bench: Bench, point: Point
) -> None:
    bench.run("sync")
    orders = bench.place(2)
    target = str(bench.folder / "backup")
    bench.run("backup", target)
    bench.kill_at(Held(CREATING, point), signal.SIGKILL)
    assert bench.run("restore", target)[0] == 0
    bench.run("sync")
    bench.settle(by_hand=0)
    assert bench.created() == dict.fromkeys(orders, 1)

"""Lives that begin alike: what comes before the first fault is lived once, for all of them.

Before each run of the life without faults, every life that is struck for the first time in that run
branches off in a process of its own, which has all of this one, and a copy of its state file.
"""

from __future__ import annotations

import json
import os
import traceback
import warnings
from typing import TYPE_CHECKING, Any

from tests.simulation.world import SimulatedWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.simulation.faults import Strike
    from tests.simulation.plan import Plan
    from tests.simulation.sides import Pair


def branched(
    plan: Plan,
    pair: Pair,
    struck_in: Mapping[int, Sequence[tuple[Strike, ...]]],
    found: Callable[[SimulatedWorld], list[str]],
) -> Iterator[tuple[tuple[Strike, ...], list[str]]]:
    """Live a plan with each of these strikes, by the step that they befall first.

    Gives them with what was `found` in their world at its end.
    """
    with SimulatedWorld(pair=pair) as world:
        for number, step in enumerate(plan[: max(struck_in, default=-1) + 1]):
            for strikes in struck_in.get(number, ()):

                def go_on(strikes: tuple[Strike, ...] = strikes, number: int = number) -> list[str]:
                    with world.branch(strikes):
                        world.live(plan[number:])
                        return found(world)

                yield strikes, _in_a_process(go_on)
            world.play(step)


def _in_a_process(live: Callable[[], list[str]]) -> Any:
    """Call a function in a copy of this process, and give what it gives; or how it broke down."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the other thread is xdist's
        child = os.fork()
    if not child:
        try:
            given = live()
        except BaseException:  # noqa: BLE001 - told to the process that waits
            given = [traceback.format_exc()]
        with open(writing, "w", encoding="utf-8") as told:  # noqa: PTH123 - a pipe
            json.dump(given, told)
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as told:  # noqa: PTH123 - a pipe
        text = told.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else [f"the life's process ended with {status}"]

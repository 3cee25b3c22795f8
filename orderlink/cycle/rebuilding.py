"""Rebuild: this state file takes the place of the one that was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.decide.verdict import Verdict
from orderlink.rows import OrderKey

if TYPE_CHECKING:
    from orderlink.cycle.run import Connection, Run


def take_origins_over(run: Run, market: Connection) -> None:
    """Take for ours what earlier runs on this state file had found in the shop.

    They met the stamp of the lost state file, and could not know that it is gone. Where there are
    stamps of several, one of them may be alive, and a person has to say.
    """
    foreign = [
        problem
        for problem in run.store.problems()
        if (problem.connection, problem.word) == (market.id, "other_origin")
    ]
    told = (problem.details.get("origin") for problem in foreign)  # a purge empties it
    origins = {origin for origin in told if origin}
    if len(origins) > 1:
        return
    for problem in foreign:
        row = run.store.order(OrderKey(problem.connection, problem.order_id))
        if row is not None and row.shop_order_id:
            with run.store.transaction():
                run.store.put_fact("origin", next(iter(origins), run.store.origin()))
                run.store.apply(row, Verdict(closes=("other_origin",)), run.now())

"""Measure orderlink: `python -m tests.benchmarks [--only N] [--quick] [--markdown]`.

Five tables; what they mean stands in the README, Measurements.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.backlog import backlog
from tests.benchmarks.growth import growth
from tests.benchmarks.orders import cpu_per_order, requests_per_order
from tests.benchmarks.setting import Setting
from tests.benchmarks.startup import startup

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.tables import Table

TABLES: dict[int, Callable[[Setting], Table]] = {
    1: requests_per_order,
    2: cpu_per_order,
    3: growth,
    4: backlog,
    5: startup,
}


def main() -> None:
    """Print the tables, each as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", type=int, choices=TABLES, action="append", metavar="N")
    parser.add_argument("--quick", action="store_true", help="less of everything: does it work?")
    parser.add_argument("--markdown", action="store_true", help="print it as the README has it")
    parser.add_argument(
        "--clients",
        type=Path,
        metavar="FOLDER",
        help="keep the usual clients' virtual environment here for the next time",
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="orderlink-benchmark-") as folder:
        place = Path(folder)
        setting = Setting(place, chosen.clients or place / "clients", chosen.quick)
        for number in chosen.only or TABLES:
            table = TABLES[number](setting)
            sys.stdout.write((table.markdown() if chosen.markdown else table.text()) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()

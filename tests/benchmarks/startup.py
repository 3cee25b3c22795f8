"""Table 5: what starting costs, beside floors that are measured in the same run.

All programs run in turns, so that a busy machine is as hard on one as on the other.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.bench import ENTRY_POINT, ROOT, Bench
from tests.benchmarks.measuring import measure
from tests.benchmarks.tables import Table, milliseconds, times

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.setting import Setting

BARE = """
import sqlite3, sys
import pydantic
import typer
{imports}

class Settings(pydantic.BaseModel):
    name: str

def command(path: str) -> None:
    Settings(name="bench")
    connection = sqlite3.connect(path)
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    {work}
    connection.close()

app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.command()(command)
app()
"""
WITH_REQUESTS = "import ssl, requests"
LOAD_CA = "ssl.create_default_context(cafile={bundle!r})"
NOTHING, LIBRARIES, NETWORK = "python -c pass", "libraries", "libraries, requests, CA bundle"


@dataclass
class Measured:
    """One command line and what its runs cost: CPU milliseconds."""

    name: str
    words: list[str]
    floor: str  # the name of what it is held against
    limit: float  # so many times the floor
    variables: dict[str, str] = field(default_factory=dict)
    costs: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        """Give what it costs when nothing is in its way."""
        return min(self.costs)


def startup(setting: Setting) -> Table:
    """Measure what one waits for most often."""
    with Bench("bol", "woocommerce", setting.folder / "startup", setting.certificate) as bench:
        bench.sync()
        commands, floors = _commands(bench), _floors(bench)
        environment = bench.environment | {"PYTHONPATH": str(ROOT)}
        for _ in range(setting.rounds):
            for one in (*commands, *floors):
                cost = measure(one.words, environment | one.variables, bench.folder)
                one.costs.append(cost.cpu)
    nothing, *_ = floors
    by_name = {one.name: one for one in floors}
    rows = [
        [
            one.name,
            milliseconds(one.least),
            milliseconds(median(one.costs)),
            times(one.least / nothing.least),
            *_held(one, by_name[one.floor]),
        ]
        for one in commands
    ]
    rows += [
        [
            one.name,
            milliseconds(one.least),
            milliseconds(median(one.costs)),
            times(one.least / nothing.least),
            "",
            "",
        ]
        for one in floors
    ]
    heads = ["", "CPU, least", "middle", f"/ {NOTHING}", "/ its floor", "goal"]
    notes = [
        "The floors: nothing; a command of bare Typer with pydantic and SQLite; the same with",
        f"requests and the system's bundle of authorities. {setting.rounds} runs each, in turns.",
    ]
    return Table("5. Start-up, in CPU time", heads, rows, notes)


def _held(one: Measured, floor: Measured) -> list[str]:
    return [f"{one.least / floor.least:.2f}x {floor.name}", f"{one.limit}x"]


def _commands(bench: Bench) -> list[Measured]:
    entry = [sys.executable, "-c", ENTRY_POINT]
    ours = [*entry, "--config", str(bench.config)]
    tab = {
        "_ORDERLINK_COMPLETE": "complete_bash",
        "COMP_WORDS": "orderlink\nshow\nC",
        "COMP_CWORD": "2",
        "ORDERLINK_CONFIG": str(bench.config),
    }
    return [
        Measured("orderlink --help", [*entry, "--help"], NOTHING, 10.0),
        Measured("orderlink show C<Tab>", entry, LIBRARIES, 1.0, tab),
        Measured("orderlink status --json", [*ours, "status", "--json"], LIBRARIES, 1.3),
        Measured("orderlink sync (idle)", [*ours, "sync"], NETWORK, 1.3),
    ]


def _floors(bench: Bench) -> list[Measured]:
    state = str(bench.folder / "state.sqlite3")
    load = LOAD_CA.format(bundle=str(bench.certificate.bundle))
    bare = _script(bench.folder / "bare.py", BARE.format(imports="", work="pass"))
    heavy = _script(bench.folder / "heavy.py", BARE.format(imports=WITH_REQUESTS, work=load))
    return [
        Measured(NOTHING, [sys.executable, "-c", "pass"], NOTHING, 1.0),
        Measured(LIBRARIES, [sys.executable, str(bare), state], LIBRARIES, 1.0),
        Measured(NETWORK, [sys.executable, str(heavy), state], NETWORK, 1.0),
    ]


def _script(path: Path, text: str) -> Path:
    path.write_text(text)
    return path

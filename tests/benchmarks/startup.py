"""Print what starting costs in CPU time, beside floors measured in the same run.

    python tests/benchmarks/startup.py [ROUNDS]

Each program runs ROUNDS times, in turns, so that a busy machine is as hard on one as on the other;
the figures are the least and the middle of user and system time, in milliseconds.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import orderlink
from orderlink.clock import SystemClock
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.server import Loopback
from orderlink.sandbox.woocommerce import WooCommerceSandbox

CONFIGURATION = """
state = "state.sqlite3"
[shops.webshop]
type = "woocommerce"
base_url = "{shop}"
consumer_key = {{ env = "BENCH_KEY" }}
consumer_secret = {{ env = "BENCH_KEY" }}
[marketplaces.bol]
type = "bol"
base_url = "{bol}"
login_url = "{bol}"
client_id = {{ env = "BENCH_KEY" }}
client_secret = {{ env = "BENCH_KEY" }}
"""
KEY = "benchmark-key"
ENTRY_POINT = "from orderlink.cli import main; main()"
"""What the installed command runs."""

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
WITH_REQUESTS = "import ssl, certifi, requests"
LOAD_CA = "ssl.create_default_context(cafile=certifi.where())"


@dataclass
class Program:
    """One command line and what its runs cost, in milliseconds."""

    name: str
    words: list[str]
    allowed: frozenset[int] = frozenset({0})
    costs: list[float] = field(default_factory=list)

    def run(self, environment: dict[str, str]) -> None:
        """Run once and keep what it cost."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(self.words, env=environment, capture_output=True, check=False)  # noqa: S603
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if ended.returncode not in self.allowed:
            raise SystemExit(f"{self.name}: {ended.returncode}: {ended.stderr.decode()}")
        used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        self.costs.append(used * 1000)

    def __str__(self) -> str:
        middle = statistics.median(self.costs)
        return f"{self.name:<44} {min(self.costs):7.1f} {middle:7.1f}"


def measure(folder: Path, rounds: int, shop: str, bol: str) -> list[tuple[Program, Program, float]]:
    """Measure each command beside its floor; gives (command, floor, limit of the ratio)."""
    config = folder / "orderlink.toml"
    config.write_text(CONFIGURATION.format(shop=shop, bol=bol))
    bare, heavy = folder / "bare.py", folder / "heavy.py"
    bare.write_text(BARE.format(imports="", work="pass"))
    heavy.write_text(BARE.format(imports=WITH_REQUESTS, work=LOAD_CA))
    python, state = sys.executable, str(folder / "state.sqlite3")
    entry = [python, "-c", ENTRY_POINT]
    ours = [*entry, "--config", str(config)]
    tab = ["env", "_ORDERLINK_COMPLETE=complete_bash", "COMP_WORDS=orderlink\nshow\nC"]
    tab += ["COMP_CWORD=2", f"ORDERLINK_CONFIG={config}", *entry]
    pairs = [
        (
            Program("orderlink --help", [*entry, "--help"]),
            Program("python -c pass", [python, "-c", "pass"]),
            10.0,
        ),
        (
            Program("orderlink show C<Tab>", tab),
            Program("bare Typer, pydantic, SQLite", [python, str(bare), state]),
            1.0,
        ),
        (
            Program("orderlink status --json", [*ours, "status", "--json"]),
            Program("bare Typer, pydantic, SQLite", [python, str(bare), state]),
            1.3,
        ),
        (
            Program("orderlink sync (idle)", [*ours, "sync"]),
            Program("the same, requests, CA bundle", [python, str(heavy), state]),
            1.3,
        ),
    ]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(orderlink.__file__).parent.parent),
        "HOME": str(folder),
        "BENCH_KEY": KEY,
    }
    subprocess.run([*ours, "sync"], env=environment, capture_output=True, check=True)  # noqa: S603
    for _ in range(rounds):
        for command, floor, _limit in pairs:
            command.run(environment)
            floor.run(environment)
    return pairs


def main() -> int:
    """Print the figures; 1 where a command costs more than it may."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    clock = SystemClock()
    bol = Loopback(BolSandbox(clock, client_id=KEY, client_secret=KEY, rate_limits=False))
    shop = Loopback(WooCommerceSandbox(clock, consumer_key=KEY, consumer_secret=KEY))
    with bol, shop, tempfile.TemporaryDirectory() as folder:
        pairs = measure(Path(folder), rounds, shop.url, bol.url)
    say = sys.stdout.write
    say(f"{'CPU time in ms':<44} {'least':>7} {'middle':>7}\n")
    good = True
    for command, floor, limit in pairs:
        ratio = min(command.costs) / min(floor.costs)
        middle = statistics.median(command.costs) / statistics.median(floor.costs)
        good &= ratio <= limit
        verdict = "ok" if ratio <= limit else "TOO MUCH"
        say(f"{command}\n{floor}\n")
        say(f"{'  ratio, limit ' + str(limit):<44} {ratio:7.2f} {middle:7.2f}  {verdict}\n\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

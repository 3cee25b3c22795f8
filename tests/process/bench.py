"""A merchant on real loopback HTTP, whose `orderlink sync` is a process that may be killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

import orderlink
from orderlink.clock import SystemClock
from orderlink.config import load_config
from orderlink.runner import Order, Report, World, run
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.server import Loopback
from orderlink.sandbox.woocommerce import WooCommerceSandbox

from .gate import PATIENCE, Gate, Gated, Held, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(orderlink.__file__).parent.parent
only_ci = pytest.mark.only_ci
MUG = Article(reference="MUG-RED", ean="8712345000000", price=Decimal("10.90"), title="Red mug")
PAIRS = {
    "key": "ck_canary_4f1d",
    "secret": "cs_canary_9a2e",
    "id": "canary-77c0",
    "word": "canary-b31f",
}

CONFIGURATION = """
state = "{state}"

[shops.webshop]
type = "woocommerce"
base_url = "{shop}"
consumer_key = "{key}"
consumer_secret = "{secret}"
quarantine = "1s"
parallel = {parallel}

[marketplaces.bol]
type = "bol"
base_url = "{bol}"
login_url = "{bol}"
client_id = "{id}"
client_secret = "{word}"
import_from = "open"
default_carrier = "TNT"
tracking_wait = "1s"
quarantine = "1s"
parallel = {parallel}
"""
UNSETTLED = ("due", "started", "unknown", "accepted")
ON_THEIR_WAY = ("new", "pending_shipment")


class Bench:
    """Sandboxes behind a gate, a configuration, and the program. A context manager."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        self.folder = folder
        self.bol = BolSandbox(
            clock,
            client_id=PAIRS["id"],
            client_secret=PAIRS["word"],
            process_seconds=0,
            rate_limits=False,
        )
        self.shop = WooCommerceSandbox(
            clock, consumer_key=PAIRS["key"], consumer_secret=PAIRS["secret"]
        )
        self.shop.product(10).stock = 1000
        self.gate = Gate()
        self.servers = [Loopback(Gated(self.gate, one)) for one in (self.bol, self.shop)]
        self.state = folder / "state" / "orderlink.sqlite3"
        self.config = folder / "orderlink.toml"
        self.configure(self.config, self.state)
        self._running = ExitStack()

    def __enter__(self) -> Self:
        for server in self.servers:
            # Who is killed takes no answer, and needs no traceback on stderr.
            server._server.handle_error = lambda *_: None  # type: ignore[method-assign]
            self._running.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def configure(self, config: Path, state: Path, parallel: int = 1) -> None:
        """Write a configuration that names these sandboxes and this state file."""
        bol, shop = (server.url for server in self.servers)
        config.parent.mkdir(parents=True, exist_ok=True)
        values = {"state": state, "bol": bol, "shop": shop, "parallel": parallel, **PAIRS}
        config.write_text(CONFIGURATION.format(**values))
        config.chmod(0o600)

    # The program

    def command(self, *arguments: str, config: Path | None = None) -> list[str]:
        """Give the words of a command."""
        words = [sys.executable, "-m", "orderlink", "--config", str(config or self.config)]
        return [*words, *arguments]

    def start(self, *arguments: str, config: Path | None = None) -> subprocess.Popen[str]:
        """Start the program with pipes, as cron does."""
        return subprocess.Popen(  # noqa: S603
            self.command(*arguments, config=config),
            env={"PYTHONPATH": str(ROOT), "HOME": str(self.folder)},
            cwd="/",
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, config: Path | None = None) -> tuple[int, str, str]:
        """Run the program to its end: exit code, stdout, stderr."""
        with self.start(*arguments, config=config) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def sync_here(self) -> Report:
        """Run the same stages in this process, where only their outcome counts."""
        return run(load_config(self.config), Order("sync"), World(SystemClock()))

    def kill_at(self, held: Held, number: int = signal.SIGKILL) -> int:
        """Start a run and send it a signal when the held request is there; give its exit code."""
        self.gate.hold(held)
        with self.start("sync") as process:
            self.wait_for(held, process)
            if held.point is Point.ANSWERED:
                time.sleep(0.2)  # the answer is on its way, and nobody can tell when it was read
            process.send_signal(number)
            if number == signal.SIGKILL:
                process.wait(PATIENCE)
            if held.point is not Point.LATE:
                held.released.set()
            process.communicate(timeout=PATIENCE)
        return process.returncode

    @staticmethod
    def wait_for(held: Held, process: subprocess.Popen[str]) -> None:
        """Wait until a request is held."""
        end = time.monotonic() + PATIENCE
        while not held.arrived.wait(0.01):
            assert process.poll() is None, f"the run ended before: {process.communicate()}"
            assert time.monotonic() < end, "the request never came"

    def settle(self, *, by_hand: int = 1) -> None:
        """Run until nothing is under way; the first runs are processes, which must be silent."""
        for attempt in range(30):
            if attempt < by_hand:
                code, out, err = self.run("sync")
                assert (out, err) == ("", ""), err
                assert code in {0, 1}
            else:
                self.sync_here()
            if not self.unsettled():
                return
            time.sleep(0.3)
        raise AssertionError(f"it never ends: {self.unsettled()}")

    # Looking

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Look into the state file."""
        with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def unsettled(self) -> list[tuple[Any, ...]]:
        """List the effects and orders that a further run has to do with."""
        effects = "SELECT order_id, kind, state FROM outbox WHERE state IN (?, ?, ?, ?)"
        orders = (
            "SELECT order_id, status, '' FROM orders WHERE status IN (?, ?) AND order_id NOT IN"
            " (SELECT order_id FROM outbox WHERE state = 'refused')"
        )
        return self.rows(effects, *UNSETTLED) + self.rows(orders, *ON_THEIR_WAY)

    def problems(self) -> list[str]:
        """List the words of the open problems."""
        return [word for (word,) in self.rows("SELECT word FROM problems WHERE solved_at IS NULL")]

    def created(self) -> Counter[str]:
        """Count what the shop created for each marketplace order, by its ledger."""
        return Counter(one.transaction_id for one in self.shop.ledger.created)

    def shipped(self) -> Counter[str]:
        """Count what bol shipped of each order, by its ledger."""
        return Counter(one.order_id for one in self.bol.ledger.executed)

    # People

    def place(self, count: int = 1) -> list[str]:
        """Let buyers order one mug each."""
        return [self.bol.place(Purchase(articles=(MUG,))) for _ in range(count)]

    def complete(self, orders: Sequence[str], *, codes: bool = True) -> None:
        """Let the warehouse complete orders, each with a code of its own or without."""
        for order in orders:
            code = code_of(order) if codes else ""
            self.shop.control("complete", {"order": order, "code": code, "provider": "PostNL"})

    def add_codes(self, orders: Sequence[str]) -> None:
        """Let the codes come late, and an hour pass since the shop was last asked."""
        for order in orders:
            self.shop.control("add-code", {"order": order, "code": code_of(order)})
        with closing(sqlite3.connect(self.state)) as connection, connection:
            connection.execute(
                "UPDATE orders SET shop_seen_at ="
                " strftime('%Y-%m-%dT%H:%M:%f000Z', shop_seen_at, '-61 minutes')"
            )


def code_of(order: str) -> str:
    """Give the code that the warehouse has for an order."""
    return f"3SABCD{int(order[1:]):07d}"


def kills(usual: int) -> int:
    """Tell how many random kills to play."""
    return int(os.environ.get("ORDERLINK_KILLS", usual))

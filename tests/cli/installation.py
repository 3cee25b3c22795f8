"""A merchant's installation: sandboxes on loopback, a configuration, the program as a process."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import orderlink
from orderlink.clock import SystemClock
from orderlink.config import load_config
from orderlink.runner import Order, World, run
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.server import Loopback
from orderlink.sandbox.woocommerce import WooCommerceSandbox

ROOT = Path(orderlink.__file__).parent.parent
MUG = Article(reference="MUG-RED", ean="8712345000000", price=Decimal("12.99"), title="Red mug")
CLOSED = "http://127.0.0.1:9"  # the discard port: nothing listens there

CONFIGURATION = """
state = "state/orderlink.sqlite3"
alert_after = "{alert_after}"

[shops.webshop]
type = "woocommerce"
base_url = "{shop}"
consumer_key = {{ env = "WOO_KEY" }}
consumer_secret = {{ env = "WOO_SECRET" }}

[marketplaces.bol]
type = "bol"
base_url = "{bol}"
login_url = "{bol}"
client_id = {{ env = "BOL_ID" }}
client_secret = {{ env = "BOL_SECRET" }}
import_from = "{import_from}"
"""
SECRETS = {
    "WOO_KEY": "ck_canary_key_1",
    "WOO_SECRET": "cs_canary_secret_2",
    "BOL_ID": "canary-client-3",
    "BOL_SECRET": "canary-secret-4",
}


@dataclass
class Answer:
    """How a process ended, and what it said."""

    code: int
    out: str
    err: str = ""

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Terminal:
    """A terminal with a program on it, and what it has shown so far."""

    process: subprocess.Popen[bytes]
    mother: int
    shown: str = ""
    _raw: bytes = b""

    def until(self, text: str) -> str:
        """Wait until this text is shown, and take away what was shown up to it."""
        while text not in self.shown:
            assert self._read(), f"{text!r} was not shown, but: {self.shown}"
        before, _, self.shown = self.shown.partition(text)
        self._raw = self.shown.encode()
        return before

    def ended(self) -> Answer:
        """Wait until the program has ended."""
        while self._read():
            pass
        os.close(self.mother)
        return Answer(self.process.wait(10), self.shown)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.mother], [], [], 60)
        try:
            part = os.read(self.mother, 65536) if ready else b""
        except OSError:  # Linux: the terminal has no more users
            part = b""
        self._raw += part
        self.shown = self._raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        return bool(part)


@dataclass
class Installation:
    """One folder with a configuration, and the sandboxes that it names."""

    folder: Path
    bol: BolSandbox
    shop: WooCommerceSandbox
    bol_url: str
    shop_url: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "orderlink.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state" / "orderlink.sqlite3"

    @property
    def log(self) -> Path:
        return self.folder / "state" / "orderlink.log"

    def configure(
        self,
        *,
        bol: str = "",
        shop: str = "",
        import_from: str = "open",
        alert_after: str = "30m",
    ) -> None:
        text = CONFIGURATION.format(
            bol=bol or self.bol_url,
            shop=shop or self.shop_url,
            import_from=import_from,
            alert_after=alert_after,
        )
        self.config.write_text(text)

    def environ(self, **extra: str) -> dict[str, str]:
        """As bare as cron's, without a home directory of ours."""
        return {"PYTHONPATH": str(ROOT), "HOME": str(self.folder), **SECRETS, **extra}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "orderlink", "--config", str(self.config), *arguments]

    def start(self, *arguments: str, **extra: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603
            self.command(*arguments),
            env=self.environ(**extra),
            cwd="/",
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, **extra: str) -> Answer:
        """Run with pipes, as cron does."""
        with self.start(*arguments, **extra) as process:
            out, err = process.communicate(timeout=60)
        return Answer(process.returncode, out, err)

    def lives(self, stage: str = "sync") -> None:
        """Let cron have run a stage, in this process: where only what it leaves is needed."""
        self.state.parent.mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as here:
            for name, value in SECRETS.items():
                here.setenv(name, value)
            run(load_config(self.config), Order(stage), World(clock=SystemClock()))

    def on_terminal(
        self, *arguments: str, columns: int = 80, typed: str = "", **extra: str
    ) -> Answer:
        """Run on a terminal of that width; stdout and stderr are both on it, `typed` is stdin."""
        terminal = self.at_terminal(*arguments, columns=columns, **extra)
        os.write(terminal.mother, typed.encode())
        return terminal.ended()

    def at_terminal(self, *arguments: str, columns: int = 80, **extra: str) -> Terminal:
        """Start on a terminal of that width, and 24 lines high."""
        mother, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        extra = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **extra}
        process = subprocess.Popen(  # noqa: S603
            self.command(*arguments),
            env=self.environ(**extra),
            cwd="/",
            stdin=child,
            stdout=child,
            stderr=child,
        )
        os.close(child)
        return Terminal(process, mother)

    def place(self, **fields: Any) -> str:
        return self.bol.place(Purchase(**{"articles": (MUG,), **fields}))

    def complete(self, order: str, code: str = "") -> None:
        self.shop.control("complete", {"order": order, "code": code, "provider": "PostNL"})


def end(process: subprocess.Popen[Any], number: int) -> None:
    """Send a signal to a process of ours."""
    os.kill(process.pid, number)


TERM, INT = signal.SIGTERM, signal.SIGINT


def mounted(folder: Path) -> tuple[Loopback, Loopback, Installation]:
    clock = SystemClock()
    bol = BolSandbox(
        clock,
        client_id=SECRETS["BOL_ID"],
        client_secret=SECRETS["BOL_SECRET"],
        process_seconds=0,
    )
    shop = WooCommerceSandbox(
        clock, consumer_key=SECRETS["WOO_KEY"], consumer_secret=SECRETS["WOO_SECRET"]
    )
    at_bol, at_shop = Loopback(bol), Loopback(shop)
    return at_bol, at_shop, Installation(folder, bol, shop, at_bol.url, at_shop.url)

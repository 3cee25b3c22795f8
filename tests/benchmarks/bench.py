"""A merchant for measuring: a marketplace and a shop behind TLS, a configuration, and programs."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import tomli_w

import orderlink
from tests.benchmarks.measuring import Cost, Program, measure
from tests.benchmarks.platforms import KEY, MARKETPLACES, SECRET, SHOPS
from tests.benchmarks.serving import Served

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks.certificate import Certificate

ROOT = Path(orderlink.__file__).parent.parent
PROGRAMS = Path(__file__).parent / "programs"
ENTRY_POINT = "from orderlink.cli import main; main()"
"""What the installed command runs."""


class Bench:
    """A pair of connectors in a folder of its own, nothing in it yet. A context manager."""

    def __init__(
        self, market: str, shop: str, folder: Path, certificate: Certificate, **keys: Any
    ) -> None:
        folder.mkdir(parents=True)
        self.folder, self.certificate = folder, certificate
        self.words = market, shop
        self._keys = keys
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as started:
            self.market, self.shop = (
                started.enter_context(Served(word, self.certificate)) for word in self.words
            )
            self._running = started.pop_all()
        self.config = self.folder / "orderlink.toml"
        bundle = str(self.certificate.bundle)
        market, shop = self.words
        table = MARKETPLACES[market].table(self.market.url, bundle) | self._keys
        document = {
            "state": "state.sqlite3",
            "shops": {"shop": SHOPS[shop].table(self.shop.url, bundle) | self._keys},
            "marketplaces": {"market": table | {"shop": "shop"}},
        }
        self.config.write_text(tomli_w.dumps(document))
        self.config.chmod(0o600)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @property
    def environment(self) -> dict[str, str]:
        """Give what programs find in their environment: nothing of this one's but the path."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            **self.certificate.environment(),
        }

    def orderlink(self, *words: str, allowed: frozenset[int] = frozenset({0})) -> Cost:
        """Run orderlink to its end."""
        command = [sys.executable, "-c", ENTRY_POINT, "--config", str(self.config), *words]
        environment = self.environment | {"PYTHONPATH": str(ROOT)}
        return measure(command, environment, self.folder, allowed=allowed)

    def sync(self) -> Cost:
        """Run the whole cycle once, however long it takes."""
        return self.orderlink("sync", "--max-seconds", "36000")

    def program(self, name: str, python: Path, plan: Mapping[str, Any]) -> Program:
        """Start one of the programs beside this file with its plan."""
        path = self.folder / "plan.json"
        market, shop = self.words
        sides = [
            {"word": market, "url": self.market.url},
            {"word": shop, "url": self.shop.url},
        ]
        common = {"key": KEY, "secret": SECRET, "sides": sides}
        common |= {"bundle": str(self.certificate.bundle)}
        path.write_text(
            json.dumps({**common, "state": str(self.folder / f"{name}.sqlite3"), **plan})
        )
        words = [str(python), str(PROGRAMS / f"{name}.py"), str(path)]
        return Program(words, self.environment, self.folder)

"""What every measurement is handed: a folder, a certificate, and how much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.benchmarks.certificate import Certificate, make_certificate
from tests.benchmarks.clients import install


@dataclass(frozen=True)
class Setting:
    """One run of the benchmark. `quick` measures less of everything, to see that it works."""

    folder: Path
    clients_folder: Path
    quick: bool = False

    @cached_property
    def certificate(self) -> Certificate:
        """Make the certificate of this run."""
        return make_certificate(self.folder)

    @cached_property
    def clients(self) -> Path:
        """Give the interpreter that has the usual clients."""
        return install(self.clients_folder)

    @property
    def orders(self) -> int:
        """Give how many orders live their lives in tables 1 and 2."""
        return 100 if self.quick else 1_000

    @property
    def rounds(self) -> int:
        """Give how often a short program is run."""
        return 3 if self.quick else 9

"""The clients that people use, in a virtual environment of their own; orderlink needs none of them.

The versions are fixed, so that a repeated measurement compares the same things.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CLIENTS = (
    "requests>=2.32",
    "python-amazon-sp-api==2.1.35",
    "woocommerce==3.0.0",
    "ShopifyAPI==12.7.0",
)


def install(folder: Path) -> Path:
    """Give the interpreter that has them; the environment is made where it is not there yet."""
    python = folder / "bin" / "python"
    wanted = "\n".join(CLIENTS)
    mark = folder / "clients.txt"
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
        command = [str(python), "-m", "pip", "install", "--quiet", *CLIENTS]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603
        mark.write_text(wanted)
    return python

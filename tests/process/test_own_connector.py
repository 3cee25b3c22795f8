"""The program as it is installed, with a connector of a third party beside its configuration."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from orderlink.clock import SystemClock
from orderlink.sandbox.server import Loopback
from orderlink.sandbox.woocommerce import WooCommerceSandbox
from tests.process.bench import ROOT
from tests.process.gate import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

ORDERS = (
    "order_id,placed_at,line_id,sku,quantity,unit_price,last_name,street,city,country\n"
    "A-1,2026-11-23T09:30:00+01:00,1,MUG-RED,1,12.99,de Vries,Dorpsstraat 1,Utrecht,NL\n"
    "A-1,2026-11-23T09:30:00+01:00,2,TEE-L,2,24.95,de Vries,Dorpsstraat 1,Utrecht,NL\n"
)


def orderlink(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the program on its own; give its exit code and what it said."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "orderlink", "--config", "csv_marketplace.toml", *arguments],
        cwd=folder,
        env={
            "PYTHONPATH": str(ROOT),
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "XDG_STATE_HOME": str(folder / "state"),
            "WOOCOMMERCE_KEY": "ck_sandbox_key",
            "WOOCOMMERCE_SECRET": "cs_sandbox_secret",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.process
def test_orders_of_a_folder_come_into_the_shop_and_their_shipments_back_each_once(
    tmp_path: Path,
) -> None:
    shop = WooCommerceSandbox(
        SystemClock(), consumer_key="ck_sandbox_key", consumer_secret="cs_sandbox_secret"
    )
    for name in ("csv_marketplace.py", "csv_marketplace.toml"):
        shutil.copy(ROOT / "examples" / name, tmp_path)
    for name in ("orders", "shipped"):
        (tmp_path / name).mkdir()
    (tmp_path / "orders" / "orders_monday.csv").write_text(ORDERS)
    with Loopback(shop) as server:
        path = tmp_path / "csv_marketplace.toml"
        path.write_text(path.read_text().replace("https://shop.example.com", server.url))
        path.chmod(0o600)
        for _ in range(2):
            assert orderlink(tmp_path, "sync") == (0, "")
        assert [(one.transaction_id, one.total) for one in shop.ledger.created] == [
            ("A-1", "62.89")
        ]
        shop.control("complete", {"order": "A-1", "code": "3SDEMO1000017"})
        for _ in range(2):
            assert orderlink(tmp_path, "sync") == (0, "")
        code, said = orderlink(tmp_path, "status")
    assert (code, len(shop.ledger.created)) == (0, 1)
    assert "Nothing needs a person." in said
    with (tmp_path / "shipped" / "shipments.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["order_id"], row["lines"], row["code"]) == ("A-1", "1=1 2=2", "3SDEMO1000017")

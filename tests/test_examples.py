"""What lies in examples/ works as it stands: cron, systemd, and a connector of a third party."""

from __future__ import annotations

import resource
import shlex
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w

import orderlink
from orderlink.cli.failures import LOCKED
from orderlink.clock import ManualClock
from orderlink.config import Config, load_config
from orderlink.errors import Ambiguous, Refused, TryLater
from orderlink.model import Look, Shipment, ShippedLine, Unreadable
from orderlink.runner import Order, Report, World, run
from orderlink.sandbox.demo import BEGIN
from orderlink.sandbox.play import Playground
from orderlink.sandbox.server import InProcess
from orderlink.sandbox.woocommerce import WooCommerceSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(orderlink.__file__).parents[1]
EXAMPLES = ROOT / "examples"

CONFIG = """
state = "state.sqlite3"

[shops.woo]
type = "woocommerce"
base_url = "https://shop.example"
consumer_key = "ck_sandbox_key"
consumer_secret = "cs_sandbox_secret"

[marketplaces.office]
type = "./csv_marketplace.py:CsvFolder"
folder = "orders"
shipments_folder = "shipped"
import_from = "open"
default_carrier = "PostNL"
"""
HEADER = "order_id,placed_at,line_id,sku,quantity,unit_price,last_name,city,country\n"
ROWS = (
    "A-1,2026-11-23T09:30:00+01:00,1,MUG-RED,1,12.99,de Vries,Utrecht,NL\n"
    "A-1,2026-11-23T09:30:00+01:00,2,TEE-L,2,24.95,de Vries,Utrecht,NL\n"
    "A-2,2026-11-23T09:31:00+01:00,1,CAP-BLACK,1,9.95,Jansen,Gent,BE\n"
)
REPORTED = Shipment(
    order_id="A-1",
    reference="orderlink-A-1-1",
    lines=(ShippedLine("1", 1), ShippedLine("blue, large=2", 2)),
    code="3SDEMO1000017",
    carrier_code="PostNL",
)
PAIRS = {
    "orderlink.toml": ("bol", "woocommerce"),
    "bol-to-shopify.toml": ("bol", "shopify"),
    "amazon-to-woocommerce.toml": ("amazon", "woocommerce"),
    "amazon-to-shopify.toml": ("amazon", "shopify"),
}
THERE = ("base_url", "login_url", "countries")
"""Where the sandboxes are, and where the merchant sells there."""


# cron and systemd


def typed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask for the help of a command: its options are checked before it is given."""
    program = "from orderlink.cli import main; main()"
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *arguments, "--help"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def cron_commands() -> list[list[str]]:
    lines = (EXAMPLES / "crontab").read_text().splitlines()
    jobs = [line.removeprefix("# ") for line in lines if "* * * *" in line]
    return [shlex.split(job.split(maxsplit=5)[5]) for job in jobs]


class UnitFile(ConfigParser):
    """A file of systemd: keys keep their letters, and some are there several times."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def unit(name: str) -> UnitFile:
    parser = UnitFile(strict=False, interpolation=None, delimiters=("=",))
    parser.read(EXAMPLES / name)
    return parser


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    assert typed("sync", "--no-such-option").returncode == 2
    assert typed("no-such-command").returncode == 2


def test_the_crontab_calls_commands_and_options_that_exist() -> None:
    commands = cron_commands()
    assert ["orderlink", "sync"] in commands
    for program, *arguments in commands:
        assert program == "orderlink"
        assert typed(*arguments).returncode == 0, arguments


def test_the_service_calls_a_command_that_exists_and_knows_its_exit_codes() -> None:
    service = unit("orderlink.service")["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert Path(program).name == "orderlink"
    assert typed(*arguments).returncode == 0
    assert int(service["SuccessExitStatus"]) == LOCKED
    assert float(service["TimeoutStartSec"]) > Order("sync").max_seconds


def test_the_timer_starts_the_service_every_five_minutes() -> None:
    timer = unit("orderlink.timer")
    assert timer["Timer"]["OnCalendar"] == "*:0/5"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert "Unit" not in timer["Timer"]  # then it is the service of the same name
    assert (EXAMPLES / "orderlink.service").exists()


# a configuration for each pair


@pytest.mark.parametrize("name", PAIRS)
def test_the_example_of_a_pair_takes_an_order_there_and_its_shipment_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    marketplace, shop = PAIRS[name]
    clock = ManualClock(BEGIN)
    with Playground(clock, tmp_path / "played", marketplace=marketplace, shop=shop) as ground:
        document = tomllib.loads((EXAMPLES / name).read_text())
        document["state"] = "state.sqlite3"
        (sold,) = document["marketplaces"].values()
        (bought,) = document["shops"].values()
        assert (sold["type"], bought["type"]) == (marketplace, shop)
        for table, played in (
            (sold, ground.market.table(ground.market_url)),
            (bought, ground.shop.table(ground.shop_url)),
        ):
            table |= {key: played[key] for key in played if key in THERE}
            for key, value in table.items():
                if isinstance(value, dict):
                    monkeypatch.setenv(value["env"], played[key])
        path = tmp_path / "orderlink.toml"
        path.write_text(tomli_w.dumps(document))
        config = load_config(path)

        def sync() -> Report:
            clock.advance(300)
            return run(config, Order("sync"), World(clock=clock))

        assert sync().problems == []
        order = ground.market.sandbox.control("place", {"articles": [{"reference": "MUG-RED"}]})
        sync()
        arguments = {"order": order["order_id"], "code": "3SDEMO1000017", "provider": "PostNL"}
        ground.shop.sandbox.control("complete", arguments)
        for _ in range(3):
            report = sync()
        assert (report.problems, report.bugs) == ([], [])
        assert [one.transaction_id for one in ground.shop.sandbox.ledger.created] == [
            order["order_id"]
        ]
        assert [one.code for one in ground.market.executed()] == ["3SDEMO1000017"]


def test_every_configuration_in_the_folder_is_run() -> None:
    there = {path.name for path in EXAMPLES.glob("*.toml")}
    assert there == {*PAIRS, "csv_marketplace.toml"}


# a connector in one file


class Office:
    """A folder of CSV files, a sandbox shop, and the program between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(EXAMPLES / "csv_marketplace.py", folder)
        for name in ("orders", "shipped"):
            (folder / name).mkdir()
        path = folder / "orderlink.toml"
        path.write_text(CONFIG)
        path.chmod(0o600)
        self.config: Config = load_config(path)
        self.clock = ManualClock(BEGIN)
        self.shop = WooCommerceSandbox(
            self.clock, consumer_key="ck_sandbox_key", consumer_secret="cs_sandbox_secret"
        )
        self.world = World(
            clock=self.clock,
            adapter=lambda name: InProcess(self.shop) if name == "woo" else None,
        )

    @property
    def shipments(self) -> Path:
        return self.folder / "shipped" / "shipments.csv"

    def write(self, text: str = HEADER + ROWS, name: str = "orders_monday.csv") -> None:
        (self.folder / "orders" / name).write_text(text)

    def sync(self) -> Report:
        self.clock.advance(300)
        return run(self.config, Order("sync"), self.world)

    def connector(self) -> Any:
        kind = self.config.marketplace_classes["office"]
        return kind(self.config.marketplaces["office"], None)

    def complete(self, order_id: str, code: str) -> None:
        self.shop.control("complete", {"order": order_id, "code": code})


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_the_connector_takes_orders_to_the_shop_and_shipments_back_each_once(
    office: Office,
) -> None:
    office.write()
    office.sync()
    assert [(one.transaction_id, one.total) for one in office.shop.ledger.created] == [
        ("A-1", "62.89"),
        ("A-2", "9.95"),
    ]
    office.complete("A-1", "3SDEMO1000017")
    for _ in range(3):
        report = office.sync()
    assert report.problems == []
    head, row = office.shipments.read_text().splitlines()
    assert head == '"reference","order_id","lines","carrier","code"'
    assert row.lower() == '"orderlink-a-1-1","a-1","1=1 2=2","postnl","3sdemo1000017"'
    office.complete("A-2", "3SDEMO1000024")
    for _ in range(3):
        office.sync()
    assert [line.split(",")[1] for line in office.shipments.read_text().splitlines()[1:]] == [
        '"A-1"',
        '"A-2"',
    ]
    assert len(office.shop.ledger.created) == 2


def test_a_state_file_of_yesterday_leads_to_no_second_row(office: Office) -> None:
    office.write()
    office.sync()
    office.complete("A-1", "3SDEMO1000017")
    yesterday = {path: path.read_bytes() for path in office.folder.glob("state.sqlite3*")}
    office.sync()
    written = office.shipments.read_bytes()
    for path in office.folder.glob("state.sqlite3*"):
        path.unlink()
    for path, content in yesterday.items():
        path.write_bytes(content)
    for _ in range(4):
        office.sync()
    assert office.shipments.read_bytes() == written


def test_a_row_that_cannot_be_read_stops_no_other_order(office: Office) -> None:
    office.write(HEADER + "A-0,yesterday,1,MUG-RED,1,12.99,,,NL\n" + ROWS)
    report = office.sync()
    assert [one.transaction_id for one in office.shop.ledger.created] == ["A-1", "A-2"]
    assert [(one.order_id, one.word) for one in report.problems] == [("A-0", "unreadable")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("A,2026-11-23T09:30:00,1,MUG,1,12.99,,,\n", "offset"),
        ("A,2026-11-23T09:30:00Z,1,MUG,none,12.99,,,\n", "number"),
        ("A,2026-11-23T09:30:00Z,1,MUG,1,NaN,,,\n", "unit_price"),
        ("A,2026-11-23T09:30:00Z,1,MUG,1\n", "number"),
        ("A,2026-11-23T09:30:00Z,1,M,1,1,,,\nA,2026-11-23T09:30:00Z,1,M,2,1,,,\n", "twice"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(office: Office, row: str, why: str) -> None:
    office.write(HEADER + row)
    entry = office.connector().order("A")
    assert isinstance(entry, Unreadable)
    assert why in entry.why


def test_the_same_rows_in_two_files_are_one_order(office: Office) -> None:
    office.write()
    office.write(name="orders_tuesday.csv")
    (page,) = office.connector().orders(Look(since=None))
    assert [(order.id, len(order.lines)) for order in page.rows] == [("A-1", 2), ("A-2", 1)]


@pytest.mark.parametrize("text", ["order_id,sku\nA-1,MUG-RED\n", '"order_id', "\x00"])
def test_a_file_that_is_none_of_orders_never_looks_like_no_orders(
    office: Office, text: str
) -> None:
    office.write(text)
    with pytest.raises(TryLater, match=r"orders_monday\.csv"):
        list(office.connector().orders(Look(since=None)))


def test_a_folder_that_is_away_never_looks_like_no_orders(office: Office) -> None:
    (office.folder / "orders").rmdir()
    with pytest.raises(TryLater, match="no folder"):
        list(office.connector().orders(Look(since=None)))


def test_a_reported_shipment_is_found_again_as_it_was_sent(office: Office) -> None:
    connector = office.connector()
    connector.ship(REPORTED)
    (seen,) = connector.shipments("A-1")
    assert (seen.reference, seen.code, seen.carrier_code, seen.lines) == (
        REPORTED.reference,
        REPORTED.code,
        REPORTED.carrier_code,
        REPORTED.lines,
    )
    assert connector.shipments("A-2") == ()


def test_a_row_that_was_cut_short_anywhere_counts_whole_or_not_at_all(office: Office) -> None:
    connector = office.connector()
    connector.ship(REPORTED)
    whole = office.shipments.read_bytes()
    for length in range(len(whole)):
        office.shipments.write_bytes(whole[:length])
        before = connector.shipments("A-1")
        assert [one.code for one in before] in ([], [REPORTED.code])
        connector.ship(REPORTED)
        assert len(connector.shipments("A-1")) == 1
        assert office.shipments.read_bytes().startswith(whole[:length])


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 60])
def test_a_full_disk_is_an_unknown_outcome_that_a_look_settles(office: Office, room: int) -> None:
    connector = office.connector()
    with files_no_longer_than(room), pytest.raises(Ambiguous, match=r"shipments\.csv"):
        connector.ship(REPORTED)
    assert connector.shipments("A-1") == ()
    connector.ship(REPORTED)
    assert len(connector.shipments("A-1")) == 1


def test_a_code_that_would_not_stay_in_its_row_is_refused_before_anything_is_written(
    office: Office,
) -> None:
    broken = Shipment("A-1", "orderlink-A-1-1", (ShippedLine("1", 1),), 'X"\n"Y', "PostNL")
    with pytest.raises(Refused, match="line break"):
        office.connector().ship(broken)
    assert not office.shipments.exists()

"""`orderlink sandbox` runs on its own, and is played with from other processes."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import orderlink
from orderlink.clock import ManualClock, SystemClock
from orderlink.config import load_config
from orderlink.errors import ConfigurationError, Refused, TryLater
from orderlink.runner import Order, World, run
from orderlink.sandbox.accounts import MARKETS, SHOPS
from orderlink.sandbox.demo import BEGIN
from orderlink.sandbox.play import (
    CONFIGURATION,
    MARKET_PORT,
    STATE,
    Player,
    Playground,
    PortTakenError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(orderlink.__file__).parents[1]
PROGRAM = "from orderlink.cli import main; main()"


class Terminal:
    """A folder in which commands are typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = [sys.executable, "-c", PROGRAM]
        self.environment = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [*self.program, *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    @contextmanager
    def running(self, *words: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
        """Start a sandbox, and give what it printed before it began to wait."""
        with subprocess.Popen(  # noqa: S603 - our own program
            [*self.program, "sandbox", *words],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                lines = []
                for line in process.stdout:
                    lines.append(line.rstrip())
                    if line.rstrip().endswith("status"):
                        break
                yield process, lines
            finally:
                process.kill()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Playground]:
    with Playground(ManualClock(BEGIN), tmp_path) as playground:
        yield playground


@pytest.fixture
def player(ground: Playground) -> Player:
    return Player(SystemClock(), ground.market_url, ground.shop_url)


def sync(path: Path, world: World) -> None:
    assert run(load_config(path), Order("sync"), world).bugs == []


def ports_of(config: Path) -> list[str]:
    loaded = load_config(config)
    (marketplace,) = loaded.marketplaces.values()
    market = marketplace.model_dump()["base_url"].rpartition(":")[2]
    shop = loaded.shops["shop"].model_dump()["base_url"].rpartition(":")[2]
    return ["--port-marketplace", market, "--port-shop", shop]


def test_an_order_is_played_from_other_processes_and_the_program_carries_it(
    terminal: Terminal,
) -> None:
    with terminal.running(
        "start", "--port-marketplace", "0", "--port-shop", "0", "--folder", "here"
    ) as (
        process,
        lines,
    ):
        config = terminal.folder / "here" / CONFIGURATION
        ports = ports_of(config)
        assert config.stat().st_mode & 0o777 == 0o600
        assert any(" ".join(ports) in line for line in lines if "sandbox place" in line)

        def play(*words: str) -> subprocess.CompletedProcess[str]:
            return terminal.type("sandbox", *words, *ports)

        placed = play("place", "--article", "TEE-L", "--quantity", "2", "--price", "24.95")
        assert placed.stdout.startswith("C000000001: placed")
        early = play("ship", "C000000001")
        assert (early.returncode, early.stdout) == (2, "")
        assert "there is no order 'C000000001' in this shop" in early.stderr

        for step in ("", "3SDEMO1000017"):
            if step:
                assert play("ship", "C000000001", "--code", step).stdout.endswith(f"{step}\n")
            done = terminal.type("--config", str(config), "sync")
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        head, row = play("orders").stdout.splitlines()
        assert re.split(" {2,}", head) == ["ORDER", "ARTICLE", "AT THE MARKETPLACE", "IN THE SHOP"]
        assert row.split()[:4] == ["C000000001", "TEE-L", "x2", "open"]
        assert row.endswith("completed")

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    late = terminal.type("sandbox", "orders", *ports)
    assert late.returncode == 2
    assert "`orderlink sandbox` starts it" in late.stderr


def test_other_platforms_are_started_by_their_names(terminal: Terminal) -> None:
    ports = ("--port-marketplace", "0", "--port-shop", "0")
    played = ("--marketplace", "amazon", "--shop", "shopify")
    with terminal.running("start", *played, *ports) as (process, lines):
        assert lines[0].startswith("Amazon and a shop are running")
        config = terminal.folder / "orderlink-sandbox" / CONFIGURATION
        placed = terminal.type("sandbox", "place", *ports_of(config))
        assert placed.stdout == (
            "302-0000001-4400551: placed; the next sync after 2 minutes brings it into the shop\n"
        )
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert load_config(config).shops["shop"].type == "shopify"


def test_what_is_played_is_not_said_to_a_player(terminal: Terminal) -> None:
    done = terminal.type("sandbox", "--marketplace", "amazon", "place")
    assert (done.returncode, done.stdout) == (2, "")
    assert "`orderlink sandbox start`" in done.stderr


def test_ctrl_c_stops_it_cleanly(terminal: Terminal) -> None:
    with terminal.running("start", "--port-marketplace", "0", "--port-shop", "0") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert (terminal.folder / "orderlink-sandbox" / CONFIGURATION).exists()


def test_a_named_port_that_is_taken_is_said_and_nothing_is_written(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = terminal.type("sandbox", "start", "--port-marketplace", port, "--port-shop", "0")
    assert done.returncode == 2
    assert f"port {port} of this machine is taken" in done.stderr
    assert list(terminal.folder.iterdir()) == []


def test_usual_ports_that_are_taken_are_replaced_by_free_ones_that_are_named(
    terminal: Terminal,
) -> None:
    with ExitStack() as occupied:
        with suppress(OSError):  # somebody else has it: just as good
            occupied.enter_context(socket.create_server(("127.0.0.1", MARKET_PORT)))
        with terminal.running() as (process, lines):
            process.terminate()
            process.wait(timeout=10)
            assert process.stderr is not None
            assert f"port {MARKET_PORT} of this machine is taken" in process.stderr.read()
    assert any("--port-marketplace" in line for line in lines)


def test_the_ready_configuration_is_whole_and_its_state_lies_beside_it(ground: Playground) -> None:
    config = load_config(ground.configuration)
    assert config.state == ground.configuration.parent / STATE
    assert list(config.marketplaces) == ["bol"]
    assert config.marketplaces["bol"].import_from == "open"


def test_a_new_start_forgets_the_state_of_the_one_before(tmp_path: Path) -> None:
    clock = ManualClock(BEGIN)
    world = World(clock=clock)
    for _ in range(2):
        with Playground(clock, tmp_path) as ground:
            ground.market.sandbox.control("place", {})
            sync(ground.configuration, world)
            report = run(load_config(ground.configuration), Order("import"), world)
            assert [problem.word for problem in report.problems] == ["product_unknown"]


def test_a_configuration_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / CONFIGURATION
    theirs.write_text("# mine\n")
    with pytest.raises(ConfigurationError, match="left alone"):
        Playground(ManualClock(BEGIN), tmp_path).__enter__()
    assert theirs.read_text() == "# mine\n"


def test_a_taken_port_leaves_no_server_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        playground = Playground(ManualClock(BEGIN), tmp_path, shop_port=port)
        with pytest.raises(PortTakenError):
            playground.__enter__()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(
            ("127.0.0.1", int(playground.market_url.rpartition(":")[2])), timeout=5
        )


@pytest.mark.parametrize("marketplace", MARKETS)
@pytest.mark.parametrize("shop", SHOPS)
def test_the_buyer_and_the_warehouse_are_played(
    tmp_path: Path, marketplace: str, shop: str
) -> None:
    clock = ManualClock(BEGIN)
    world = World(clock=clock)
    with Playground(clock, tmp_path, marketplace=marketplace, shop=shop) as ground:
        player = Player(SystemClock(), ground.market_url, ground.shop_url)
        first = player.place("MUG-RED", 1, Decimal("12.99"))
        second = player.place("CAP-BLACK", 2, Decimal("9.95")).order
        third = player.place("TEE-L", 1, Decimal("24.95")).order
        clock.advance(60 * first.minutes)
        sync(ground.configuration, world)
        player.ship(first.order, "", "PostNL")
        player.add_code(first.order, "3SDEMO1000017", "PostNL")
        player.cancel(second)
        player.request_cancellation(third)
        rows = {row["order"]: row for row in player.orders()}
        assert rows[first.order]["articles"] == "MUG-RED"
        assert rows[first.order]["shop"].endswith("completed")
        assert rows[second]["articles"] == "CAP-BLACK x2"
        assert rows[second]["marketplace"] == "cancelled"
        assert rows[third]["marketplace"] == "wants to cancel"
        created = ground.shop.sandbox.ledger.created
        assert [Decimal(one.total) for one in created] == [
            Decimal("12.99"),
            Decimal("19.90"),
            Decimal("24.95"),
        ]

        for _ in range(3):
            clock.advance(300)
            sync(ground.configuration, world)
        rows = {row["order"]: row for row in player.orders()}
        assert rows[first.order]["marketplace"] == "shipped"
        assert [one.code for one in ground.market.executed()] == ["3SDEMO1000017"]


def test_what_cannot_be_played_is_said_in_words(player: Player) -> None:
    with pytest.raises(Refused, match="there is no order C9"):
        player.cancel("C9")
    with pytest.raises(Refused, match="there is no order 'C9' in this shop"):
        player.add_code("C9", "3S", "PostNL")


def test_without_a_sandbox_the_player_says_how_to_start_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with pytest.raises(TryLater, match="`orderlink sandbox` starts it"):
        Player(SystemClock(), url, url).orders()

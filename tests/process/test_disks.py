"""Disks that are full, read-only or lie; state files that are old, foreign, or somebody else's.

Each ends with exit code 1 (2 for the configuration), one sentence on stderr, nothing sent that is
not known, and nothing lost once it is mended.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orderlink.clock import SystemClock
from orderlink.config import load_config
from orderlink.decide.batches import FIRST_SIZE
from orderlink.errors import StateError
from orderlink.runner import Order, World, run

from .bench import PAIRS, ROOT, Bench, only_ci
from .gate import Held, Point, asks

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

CREATING = asks("POST", "/orders(/batch)?$")
NOBODY = 65534


def one_sentence(ended: tuple[int, str, str], word: str) -> None:
    """See that a run ended with 1 and one line that holds these words."""
    code, out, err = ended
    assert (code, out) == (1, "")
    assert word in err
    assert err.startswith("orderlink: ")
    assert err.count("\n") == 1


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of two MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(place)]
    try:
        made = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        pytest.skip("there is no mount program")
    if made.returncode:
        pytest.skip(f"file systems cannot be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)  # noqa: S603, S607


@pytest.fixture
def on_disk(bench: Bench, disk: Path) -> Bench:
    """The state file lies on that disk, alone in a folder of its own."""
    bench.state = disk / "state" / "orderlink.sqlite3"
    bench.configure(bench.config, bench.state)
    return bench


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Fill a disk to its last byte, for a while."""
    ballast = disk / "ballast"
    fill(disk)
    yield
    ballast.unlink()


def fill(disk: Path) -> None:
    """Fill a disk to its last byte."""
    with suppress(OSError), (disk / "ballast").open("ab", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass


def test_a_full_disk_before_the_run_sends_nothing(on_disk: Bench, disk: Path) -> None:
    on_disk.run("sync")
    orders = on_disk.place(3)
    sent = on_disk.gate.requests
    with filled(disk):
        one_sentence(on_disk.run("sync"), "the disk is full")
        assert on_disk.gate.requests == sent
    assert on_disk.run("sync") == (0, "", "")
    assert on_disk.created() == dict.fromkeys(orders, 1)


def test_a_full_disk_leaves_no_half_backup_and_no_half_restore(
    bench: Bench, on_disk: Bench, disk: Path
) -> None:
    on_disk.run("sync")
    target, elsewhere = disk / "backup", bench.folder / "backup"
    assert on_disk.run("backup", str(elsewhere)) == (0, "", "")
    with filled(disk):
        one_sentence(on_disk.run("backup", str(target)), "cannot be written")
        before = on_disk.state.read_bytes()
        one_sentence(on_disk.run("restore", str(elsewhere)), "cannot be written")
        assert on_disk.state.read_bytes() == before
    there = {path.name for path in disk.rglob("*")}
    assert not [name for name in there if "backup" in name or "restor" in name]
    on_disk.place()
    assert on_disk.run("sync") == (0, "", "")
    assert on_disk.run("backup", str(target)) == (0, "", "")


def test_a_full_disk_where_there_is_no_state_file_yet(on_disk: Bench, disk: Path) -> None:
    orders = on_disk.place(2)
    with filled(disk):
        one_sentence(on_disk.run("sync"), "")
        assert on_disk.gate.requests == 0
    assert on_disk.run("sync") == (0, "", "")
    assert on_disk.created() == dict.fromkeys(orders, 1)


@pytest.mark.parametrize("kind", [pytest.param("create", marks=only_ci), "ship"])
def test_a_disk_that_fills_up_while_a_write_is_under_way(
    on_disk: Bench, disk: Path, kind: str
) -> None:
    on_disk.run("sync")
    in_one_write = FIRST_SIZE if kind == "create" else 1
    orders = on_disk.place(in_one_write + 2)
    writing = CREATING
    if kind == "ship":
        on_disk.sync_here()
        on_disk.complete(orders)
        writing = asks("POST", "/retailer/shipments$")
    held = on_disk.gate.hold(Held(writing, Point.ACTED))
    with on_disk.start("sync") as process:
        on_disk.wait_for(held, process)
        with filled(disk):
            held.released.set()
            out, err = process.communicate(timeout=60)
    one_sentence((process.returncode, out, err), "the disk is full")
    done = on_disk.created() if kind == "create" else on_disk.shipped()
    assert len(done) == in_one_write
    intents = {(order, kind, "started") for order in orders[:in_one_write]}
    assert intents <= set(on_disk.unsettled()), "the intents were there before"
    on_disk.settle()
    on_disk.complete(orders)
    on_disk.settle(by_hand=0)
    assert on_disk.created() == dict.fromkeys(orders, 1)
    assert on_disk.shipped() == dict.fromkeys(orders, 1)


def test_a_disk_that_turned_read_only(on_disk: Bench, disk: Path) -> None:
    on_disk.run("sync")
    orders = on_disk.place(1)
    sent = on_disk.gate.requests
    remount(disk, "ro")
    one_sentence(on_disk.run("sync"), "cannot be written")
    assert on_disk.gate.requests == sent
    code, out, err = on_disk.run("status")
    assert (code, err) == (0, ""), "looking needs no right to write"
    assert "bol" in out
    remount(disk, "rw")
    assert on_disk.run("sync") == (0, "", "")
    assert on_disk.created() == dict.fromkeys(orders, 1)


def remount(disk: Path, how: str) -> None:
    """Let a disk be read only, or no more."""
    words = ["mount", "-o", f"remount,{how}", str(disk)]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603


AS_NOBODY = f"""
import os, sys
from orderlink.cli import run
run(["--config", sys.argv[1], "sync", "--dry-run"])  # loads all, before the folders are closed
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
sys.exit(run(["--config", sys.argv[1], "sync"]))
"""


def test_a_state_file_of_another_user(bench: Bench) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can run as somebody else")
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        config, state = folder / "orderlink.toml", folder / "state" / "orderlink.sqlite3"
        bench.configure(config, state)
        bench.run("sync", config=config)
        state.parent.chmod(0o755)
        text = config.read_text()
        for key, word in PAIRS.items():
            text = text.replace(f'"{word}"', f'{{ env = "{key.upper()}" }}')
        config.write_text(text)
        config.chmod(0o644)
        bench.place()
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-c", AS_NOBODY, str(config)],
            env={"PYTHONPATH": str(ROOT), **{key.upper(): word for key, word in PAIRS.items()}},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        one_sentence((ended.returncode, "", ended.stderr), "cannot be written")
        assert not bench.created()


def damaged(path: Path, number: int, page: bytes) -> None:
    """Write over one page of a file; the first is number 0."""
    with path.open("r+b") as file:
        file.seek(number * len(page))
        file.write(page)


MORE = ("text", "half", "first page", "outbox")
DAMAGE = [pytest.param(one, marks=only_ci) for one in MORE]


@pytest.mark.parametrize("what", ["orders", *DAMAGE])
def test_a_damaged_state_file_sends_nothing_and_a_backup_goes_on(bench: Bench, what: str) -> None:
    orders = bench.place(2)
    bench.run("sync")
    good = bench.folder / "good"
    shutil.copy(bench.state, good)
    orders += bench.place(1)
    if what == "text":
        bench.state.write_text("this is a diary " * 1000)
    elif what == "half":
        os.truncate(bench.state, bench.state.stat().st_size // 8192 * 4096)
    else:
        roots = dict(bench.rows("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"))
        damaged(bench.state, roots.get(what, 1) - 1, b"\xa5" * 4096)
    before = bench.state.read_bytes()
    one_sentence(bench.run("sync"), "is damaged")
    assert bench.created() == dict.fromkeys(orders[:2], 1)
    one_sentence(bench.run("orders" if what == "orders" else "sync"), "is damaged")
    assert len(bench.state.read_bytes()) == len(before), "it is left for whoever can repair it"
    for path in bench.state.parent.glob(f"{bench.state.name}-*"):
        path.unlink()
    shutil.copy(good, bench.state)
    bench.settle(by_hand=0)
    assert bench.created() == dict.fromkeys(orders, 1)


def test_whatever_page_is_damaged_nothing_is_created_twice(bench: Bench) -> None:
    orders = bench.place(2)
    bench.run("sync")
    good = bench.state.read_bytes()
    pages = len(good) // 4096
    noise = random.Random(3)  # noqa: S311
    refused = 0
    for number in range(pages):
        for page in (bytes(4096), noise.randbytes(4096)):
            damaged(bench.state, number, page)
            config = load_config(bench.config)
            try:
                report = run(config, Order("sync"), World(SystemClock()))
                assert report.bugs == [], number
            except StateError:
                refused += 1
            for path in bench.state.parent.glob(f"{bench.state.name}*"):
                path.unlink()
            bench.state.write_bytes(good)
    assert refused > pages // 2
    assert bench.created() == dict.fromkeys(orders, 1)


def test_a_state_file_of_a_newer_program_is_left_alone(bench: Bench) -> None:
    bench.run("sync")
    with closing(sqlite3.connect(bench.state)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before, sent = bench.state.read_bytes(), bench.gate.requests
    bench.place()
    one_sentence(bench.run("sync"), "written by a newer orderlink")
    assert bench.state.read_bytes() == before
    assert bench.gate.requests == sent


@only_ci  # tests/stories/test_state.py has it, too
def test_yesterdays_backup_is_noticed_and_nothing_is_sent_again(bench: Bench) -> None:
    orders = bench.place(2)
    bench.run("sync")
    yesterday = bench.folder / "yesterday"
    shutil.copy(bench.state, yesterday)
    orders += bench.place(2)
    bench.run("sync")
    bench.complete(orders[:3])
    bench.settle()
    shutil.copy(yesterday, bench.state)
    orders += bench.place(1)
    code, out, err = bench.run("sync")
    assert (code, out) == (0, "")
    assert "is older than the last run" in err
    assert err.count("\n") == 1
    bench.settle()
    assert bench.created() == dict.fromkeys(orders, 1)
    assert bench.shipped() == dict.fromkeys(orders[:3], 1)


@pytest.mark.parametrize("point", [pytest.param(Point.BEFORE, marks=only_ci), Point.ACTED])
def test_a_snapshot_of_the_whole_folder_from_within_a_write(bench: Bench, point: Point) -> None:
    orders = bench.place(3)
    held = bench.gate.hold(Held(CREATING, point))
    with bench.start("sync") as process:
        bench.wait_for(held, process)
        shutil.copytree(bench.state.parent, bench.folder / "snapshot")
        process.kill()
        held.released.set()
        process.communicate()
    bench.settle()
    orders += bench.place(1)
    bench.complete(orders[1:3])
    bench.settle()
    assert bench.shipped() == dict.fromkeys(orders[1:3], 1)
    shutil.rmtree(bench.state.parent)
    shutil.copytree(bench.folder / "snapshot", bench.state.parent)
    bench.settle()
    assert bench.created() == dict.fromkeys(orders, 1)
    assert bench.shipped() == dict.fromkeys(orders[1:3], 1)
    bench.complete([orders[0], orders[3]])
    bench.settle(by_hand=0)
    assert bench.shipped() == dict.fromkeys(orders, 1)
    assert bench.problems() == []


@only_ci  # tests/stories/test_state.py has it, too
def test_a_second_machine_creates_nothing_again_and_a_person_is_told(bench: Bench) -> None:
    second = bench.folder / "second" / "orderlink.toml"
    bench.configure(second, second.parent / "orderlink.sqlite3")
    bench.run("sync")
    bench.run("sync", config=second)
    orders = bench.place(2)
    bench.run("sync")
    code, out, err = bench.run("sync", config=second)
    assert (code, out) == (1, "")
    assert sorted(line.split()[2].rstrip(":") for line in err.splitlines()) == orders
    assert err.count("another orderlink, with another state file") == 2
    bench.complete(orders)
    for config in (bench.config, second, bench.config, second):
        bench.run("sync", config=config)
    assert bench.created() == dict.fromkeys(orders, 1)
    assert bench.shipped() == dict.fromkeys(orders, 1)


@pytest.mark.parametrize("group", ["shops", "marketplaces"])
def test_the_same_account_twice_is_refused_before_anything_is_sent(
    bench: Bench, group: str
) -> None:
    text = bench.config.read_text()
    table = text[text.index(f"[{group}.") :].split("\n\n")[0].replace(".", ".other-", 1)
    both = f"{text}\n{table}\n"
    bench.config.write_text(both.replace('type = "bol"', 'type = "bol"\nshop = "webshop"'))
    bench.place()
    code, out, err = bench.run("sync")
    assert (code, out) == (2, "")
    assert "is the same account as" in err
    assert err.count("\n") == 1
    assert bench.gate.requests == 0
    assert not bench.state.exists()

"""Secrets, tokens and buyers' data, looked for in everything that a whole life writes and says."""

from __future__ import annotations

import io
import json
import signal
import sqlite3
import subprocess
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from orderlink import cli
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.server import Answer
from orderlink.sandbox.woocommerce_state import SandboxProduct
from tests.process.bench import MUG, PAIRS, ROOT, Bench, only_ci
from tests.process.gate import PATIENCE, Held, Point, asks
from tests.support.faults import answer, answer_after
from tests.support.world import Merchant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orderlink.sandbox.server import Request

BUYER = {
    "firstName": "Canaryfirst",
    "surname": "Canarylast",
    "streetName": "Canarystraat",
    "city": "Canarycity",
    "email": "canarymail@verkopen.bol.com",
    "deliveryPhoneNumber": "+316canaryphone",
    "extraAddressInformation": "Canaryfloor",
}
PERSONAL = [b"canaryfirst", b"canarylast", b"canarystraat", b"canarycity", b"canarymail"]
PERSONAL += [b"canaryphone", b"canaryfloor"]
SECRETS = [secret.encode() for secret in PAIRS.values()]
TOKEN = b"sandbox-token-"
CREATING = asks("POST", "/orders$")
ECHO: dict[str, Any] = {"code": "oops", "message": "it went wrong", "data": {"order": BUYER}}
ECHO_IN_WORDS = {
    "code": "oops",
    "message": "cannot store Canaryfirst Canarylast, Canarystraat 12, canarymail@verkopen.bol.com",
}
BROKEN = {
    "woocommerce": """
import logging
from orderlink.shops.woocommerce import WooCommerce

class Broken(WooCommerce):
    def create(self, draft):
        settings, link = self._settings, self._link
        word = settings.consumer_secret.reveal()
        header = self._authorize(False)
        logging.getLogger(__name__).warning(f"a word on {draft.document}")
        raise RuntimeError(f"a bug beside {word} and {header} with {draft.document} in hand")
""",
    "bol": """
from orderlink.marketplaces.bol import Bol

class Broken(Bol):
    def order(self, order_id):
        order = super().order(order_id)
        try:
            return {}[f"{order.ship_to}"]
        except KeyError:
            raise ValueError("no such street", order.ship_to.street, order.ship_to)
""",
}


def found(content: bytes, words: list[bytes]) -> list[bytes]:
    """List the words that are in a text, in whatever case."""
    lower = content.lower()
    return [word for word in words if word in lower]


@dataclass
class Watched:
    """A bench whose every word and file is looked through."""

    bench: Bench
    said: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.bench.folder

    def environment(self) -> dict[str, str]:
        """Let temporary files lie where they are looked through, too."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return {
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(temporary),
            "SQLITE_TMPDIR": str(temporary),
        }

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            self.bench.command(*arguments),
            env=self.environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str) -> int:
        """Run a command, and look through what it said and wrote."""
        if arguments[0] == "sync":
            with self.start(*arguments) as process:
                out, err = process.communicate(timeout=PATIENCE)
            code = process.returncode
        else:
            code, out, err = self.asked_here(*arguments)
        words = [*SECRETS, TOKEN]
        shows_buyer = arguments[0] == "show"
        assert not found(out, words if shows_buyer else [*words, *PERSONAL]), arguments
        assert not found(err, [*words, *PERSONAL]), arguments
        self.said.append((arguments[0], out + err))
        self.look()
        return code

    def asked_here(self, *arguments: str) -> tuple[int, bytes, bytes]:
        """Run a command that sends nothing in this process, which is faster."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.run(["--config", str(self.bench.config), *arguments])
        return code, out.getvalue().encode(), err.getvalue().encode()

    def files(self) -> Iterator[tuple[Path, bytes]]:
        for path in self.folder.rglob("*"):
            if path.is_file() and path != self.bench.config:
                yield path, path.read_bytes()

    def look(self) -> None:
        """Look through all files for what may be in none but the state file."""
        database = {f"{self.bench.state.name}{end}" for end in ("", "-wal", "-shm")}
        for path, content in self.files():
            assert not found(content, SECRETS), path
            if path.name not in database:
                assert not found(content, [TOKEN, *PERSONAL]), path

    def kept_of_buyers(self) -> list[bytes]:
        """List what the files hold of buyers."""
        return found(b"".join(content for _, content in self.files()), PERSONAL)

    def look_around(self, order: str) -> None:
        """Ask for everything that the program tells about its state."""
        for command in (["status"], ["orders"], ["show", order], ["log"], ["log", "3"]):
            self.run(*command)
            self.run(*command, "--json")
        for what in ("orders", "shipments", "problems"):
            self.run("export", what)
            self.run("export", what, "--json")
        self.run("backup", "--force", str(self.folder / "backup.sqlite3"))
        self.run("sync", "--dry-run")
        self.run("sync", "--dry-run", "--json")
        self.run("check")
        self.run("check", "--json")

    def place(self, article: Article = MUG) -> str:
        return self.bench.bol.place(Purchase(articles=(article,), ship_to=BUYER))

    def answers(self, matches: Any, status: int, document: object) -> None:
        """Let matching requests be answered like this, without an act."""
        body = json.dumps(document).encode()
        headers = {"Content-Type": "application/json"}

        def refuse(request: Request) -> Answer | None:
            return Answer(status, body, headers) if matches(request) else None

        self.bench.gate.refuse = refuse

    def works_again(self) -> None:
        self.bench.gate.refuse = lambda _request: None


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with Bench(tmp_path) as bench:
        yield Watched(bench)


@pytest.mark.process
def test_a_life_with_its_failures_leaks_nothing(watched: Watched) -> None:
    bench = watched.bench
    credentials = {"error": "invalid_client", "error_description": f"no {PAIRS}"}
    watched.answers(asks("POST", "/token$"), 401, credentials)
    watched.run("sync")
    watched.works_again()
    watched.run("sync")
    refused = watched.place(Article(reference="NOT-THERE", ean="", title="Bowl"))
    order = watched.place()
    forbidden = {"code": "no", "message": f"{PAIRS['key']}:{PAIRS['secret']} may not"}
    watched.answers(asks("GET", "/products"), 401, forbidden)
    watched.run("sync")
    assert watched.kept_of_buyers(), "the order is not in the shop yet, and its data are needed"
    watched.answers(CREATING, 500, ECHO)
    watched.run("retry", "--all")
    watched.run("sync")
    watched.works_again()
    watched.look_around(refused)
    assert b"Canaryfirst" in dict(watched.said)["show"], "a person may see whose order it is"
    bench.settle(by_hand=0)
    killed = watched.place()
    held = bench.gate.hold(Held(CREATING, Point.ACTED))
    with watched.start("sync") as process:
        while not held.arrived.wait(0.01):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        held.released.set()
    watched.look()
    bench.settle(by_hand=0)
    bench.shop._store.products[99] = SandboxProduct(99, "NOT-THERE", "Bowl", "10.00", stock=9)
    watched.run("retry", refused)
    watched.run("sync")
    bench.settle(by_hand=0)
    assert watched.kept_of_buyers() == [], "the shop has them all"
    watched.look_around(killed)
    bench.complete([refused, order, killed])
    watched.run("sync")
    bench.settle(by_hand=0)
    watched.run("purge", "--older-than", "1s")
    assert watched.kept_of_buyers() == []
    assert set(bench.shipped().values()) == {1}
    assert len(bench.shipped()) == 3
    shop_sees = json.dumps(bench.shop.control("orders", {})).encode()
    assert found(shop_sees, PERSONAL[:5]) == PERSONAL[:5], "the canaries did fly"


@pytest.mark.process
@pytest.mark.parametrize("status", [400, pytest.param(500, marks=only_ci)])
def test_a_shop_that_repeats_the_buyers_name_is_not_quoted_with_it(
    watched: Watched, status: int
) -> None:
    watched.run("sync")
    order = watched.place()
    watched.answers(CREATING, status, ECHO_IN_WORDS)
    assert watched.run("sync") == (1 if status == 400 else 0)
    for command in (["status"], ["orders"], ["show", order, "--json"]):
        watched.run(*command)
    shown = b"".join(said for command, said in watched.said if command in {"sync", "show"})
    assert b"cannot store" in shown, "the rest of what the shop said is there"


@pytest.mark.process
@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("woocommerce", ["a bug beside [secret] and", "in create", "a word on {"]),
        ("bol", ["ValueError: ('no such street'", "KeyError: ", "in order"]),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_bug_of_a_connector_is_logged_without_secrets_and_without_the_buyer(
    watched: Watched, word: str, kept: list[str], form: str
) -> None:
    (watched.folder / "broken.py").write_text(BROKEN[word])
    config = watched.bench.config
    text = config.read_text().replace(f'"{word}"', '"./broken.py:Broken"')
    config.write_text(f'log_level = "debug"\nlog_format = "{form}"\n{text}')
    config.chmod(0o600)
    watched.place()
    assert watched.run("sync") == 3
    log = watched.bench.state.with_suffix(".log").read_text()
    assert not [one for one in kept if one not in log], "what helps to find the bug is there"
    watched.run("log")
    watched.run("log", "1", "--json")


@pytest.mark.process
def test_tokens_are_in_their_table_only_and_gone_when_they_have_expired(
    watched: Watched,
) -> None:
    bench = watched.bench
    watched.run("sync")
    assert found(bench.state.read_bytes(), [TOKEN])
    assert tables_with(bench.state, TOKEN.decode()) == {"tokens"}
    assert bench.state.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(bench.state)) as connection, connection:
        connection.execute("UPDATE tokens SET until = '2020-01-01T00:00:00.000000Z'")
    bench.servers[0].__exit__()  # bol cannot be reached, so that no new one comes
    watched.run("sync")
    assert not found(bench.state.read_bytes(), [TOKEN])
    bench.servers.clear()


def tables_with(path: Path, word: str) -> set[str]:
    """List the tables of a state file in which a word stands."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        tables = {}
        for name in names:
            try:
                tables[name] = repr(connection.execute(f"SELECT * FROM {name}").fetchall())  # noqa: S608
            except sqlite3.OperationalError:  # an index
                continue
    return {name for name, rows in tables.items() if word in rows}


def raw(merchant: Merchant) -> bytes:
    return b"".join(path.read_bytes() for path in merchant.folder.glob("state.sqlite3*"))


def test_the_file_holds_nothing_of_the_buyer_once_the_shop_has_the_order(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path)
    merchant.sync()
    order = merchant.place(ship_to=BUYER)
    echo = json.dumps(ECHO_IN_WORDS).encode()
    merchant.fault("woo", "POST", "/orders$", answer_after(500, echo))
    merchant.later(minutes=5)
    merchant.sync()
    assert found(raw(merchant), PERSONAL) == PERSONAL, "it may have to be created again"
    merchant.later(minutes=5)
    merchant.sync()
    assert len(merchant.shop_orders(order)) == 1
    assert found(raw(merchant), PERSONAL) == []
    merchant.later(days=1, minutes=5)
    merchant.sync()
    assert found(raw(merchant), PERSONAL) == [], "a daily look does not write them back"


@pytest.mark.parametrize("days", [29, 31])
def test_after_thirty_days_the_file_holds_nothing_of_whom_the_shop_refused(
    tmp_path: Path, days: int
) -> None:
    merchant = Merchant(tmp_path)
    merchant.sync()
    order = merchant.place(ship_to=BUYER)
    merchant.fault("woo", "POST", "/orders$", answer(400, json.dumps(ECHO_IN_WORDS).encode()), -1)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.bol.cancel(order)
    merchant.later(minutes=5)
    merchant.sync()
    merchant.later(days=days)
    for _ in range(2):
        merchant.later(minutes=5)
        merchant.sync()
    assert found(raw(merchant), PERSONAL) == (PERSONAL if days == 29 else [])
    backup = tmp_path / "backup.sqlite3"
    store = merchant.store()
    store.database.backup(str(backup))
    store.close()
    assert found(backup.read_bytes(), [TOKEN, b"canary-secret", b"cs_canary_secret"]) == []
    assert found(raw(merchant), [b"canary-secret", b"cs_canary_secret", b"ck_canary_key"]) == []

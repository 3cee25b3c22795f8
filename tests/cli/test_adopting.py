"""orderlink adopt as a process: what it shows, asks, answers and writes."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from orderlink.report.plain import cells
from tests.support.others import bring, fields_of

from .installation import CLOSED, TERM, Installation, end

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.process

MUG = {"MUG-RED": 1}
NO_TAKER = """
from orderlink.config import ShopSettings

class Settings(ShopSettings):
    def identity(self):
        return "x"

class Shop:
    settings_model = Settings
    def __init__(self, settings, link): ...
    def draft(self, order, stamp, creation): ...
    def create(self, draft): ...
    def find(self, stamps, above): ...
    def newest(self): ...
    def read(self, ids): ...
    def read_one(self, shop_id): ...
"""


@pytest.fixture
def taken(installation: Installation) -> Installation:
    """Three open orders: one in the shop, one completed there, one there twice; and one more."""
    orders = [installation.place() for _ in range(4)]
    for order in (*orders[:3], orders[2]):
        bring(installation.shop, order, lines=MUG)
    installation.complete(orders[1], "3SABCD1234567")
    return installation


def numbers(installed: Installation) -> list[str]:
    return [order.id for order in installed.bol.orders()]


def stamps(installed: Installation) -> list[str]:
    ids = [str(order["id"]) for order in installed.shop.control("orders", {})]
    found = [fields_of(installed.shop, shop_id).get("_orderlink_ref") for shop_id in ids]
    return [str(one) for one in found if one]


def test_a_dry_run_shows_the_table_and_leaves_no_trace(taken: Installation) -> None:
    ended = taken.run("adopt", "--dry-run")
    assert ended.code == 1, "an order that is there twice needs a person"
    assert ended.err == ""
    for part in (
        "Open at bol, found in webshop",
        "will be reported shipped to bol, with 3SABCD1234567",
        "several shop orders fit: 18, 19",
        "1 of them is completed in webshop",
        "2 can be taken over, 1 not, 1 not in webshop",
        "Nothing was written.",
    ):
        assert part in ended.out
    assert stamps(taken) == []
    written = {path.name for path in taken.folder.rglob("*") if path.is_file()}
    assert written == {"orderlink.toml", "orderlink.log"}


def test_yes_takes_over_and_the_next_sync_creates_only_what_is_not_there(
    taken: Installation,
) -> None:
    ended = taken.run("adopt", "--yes")
    first, second, third, fourth = numbers(taken)
    assert ended.code == 1
    assert "bol: 2 taken over, 1 not, 1 not in webshop." in ended.out
    assert f"orderlink manual {third}" in ended.out
    assert ended.err.startswith(f"orderlink: bol {third}: ")
    assert stamps(taken) == [f"bol::{first}", f"bol::{second}"]
    taken.run("sync")
    created = [one.transaction_id for one in taken.shop.ledger.created]
    assert created == [first, second, third, third, fourth]
    assert [one.order_id for one in taken.bol.ledger.executed] == [second]


def test_json_tells_a_program_all_of_it(taken: Installation) -> None:
    looked = taken.run("adopt", "--dry-run", "--json").json()
    done = taken.run("adopt", "--yes", "--json").json()
    assert (looked["version"], looked["dry_run"], done["dry_run"]) == (1, True, False)
    (plan,) = done["marketplaces"]
    assert (plan["name"], plan["shop"], plan["failure"]) == ("bol", "webshop", None)
    found = [(one["finding"], one["outcome"]) for one in plan["orders"]]
    assert found == [
        ("found", "stamped"),
        ("found", "stamped"),
        ("several", "held"),
        ("not_found", "nothing"),
    ]
    entry = plan["orders"][1]
    assert entry["shop_orders"][0]["codes"] == ["3SABCD1234567"]
    assert (entry["total"], entry["currency"], entry["differs"]) == ("12.99", "EUR", {})
    assert [one["outcome"] for one in looked["marketplaces"][0]["orders"]] == ["nothing"] * 4


@pytest.mark.sampled(3)
@pytest.mark.parametrize("typed", ["n\n", "\n", "maybe\n"])
def test_on_a_terminal_what_is_not_a_yes_is_a_no(taken: Installation, typed: str) -> None:
    ended = taken.on_terminal("adopt", typed=typed, NO_COLOR="1")
    assert "Take 2 over and keep 1 from being created? [y/N]" in ended.out
    assert "nothing was taken over" in ended.out
    assert ended.code == 0
    assert stamps(taken) == []
    assert not taken.state.exists()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_it_asks_and_then_says_what_became_of_it(
    taken: Installation, columns: int
) -> None:
    ended = taken.on_terminal("adopt", typed="y\n", columns=columns, NO_COLOR="1")
    table, _, after = ended.out.partition("[y/N]")
    shown = [line for line in table.splitlines() if "\u2502" in line or line.endswith(".")]
    assert max(map(cells, shown)) <= columns
    assert "bol: 2 taken over, 1 not, 1 not in webshop." in after
    assert "\u2502" not in after, "the table was seen"
    assert len(stamps(taken)) == 2


def test_what_became_otherwise_after_the_question_is_shown_whole(taken: Installation) -> None:
    with at_the_question(taken) as (process, mother):
        late = taken.place()
        bring(taken.shop, late, lines=MUG)
        os.write(mother, b"y\n")
        out, _ = process.communicate(timeout=60)
    assert "it came up after the list was shown: adopt again" in out
    assert "bol: 2 taken over, 2 not, 1 not in webshop." in out
    assert len(stamps(taken)) == 2


def test_a_number_with_a_prefix_in_a_field_of_the_other_connector(
    installation: Installation,
) -> None:
    order = installation.place()
    bring(installation.shop, lines=MUG, meta={"channel_order": f"BOL-{order}"})
    assert "0 can be taken over" in installation.run("adopt", "--dry-run").out
    arguments = ["--field", "meta:channel_order", "--prefix", "BOL-", "--yes"]
    ended = installation.run("adopt", *arguments)
    assert (ended.code, ended.err) == (0, "")
    assert stamps(installation) == [f"bol::{order}"]
    again = installation.run("adopt", *arguments)
    assert again.code == 0
    assert again.out == (
        "bol: there is no open order to look for in webshop (1 followed already).\n"
    )


def test_nothing_found_is_said_with_what_the_runs_do(installation: Installation) -> None:
    order = installation.place()
    ended = installation.run("adopt", "--dry-run")
    assert ended.code == 0
    assert order in ended.out
    assert "create it" in ended.out
    installation.configure(import_from="2030-01-01")
    assert "leave it alone (import_from)" in installation.run("adopt", "--dry-run").out


@pytest.mark.sampled(3)
@pytest.mark.parametrize("where", ["shop", "bol"])
@pytest.mark.parametrize("options", [["--dry-run"], ["--yes"], ["--yes", "--json"]])
def test_1_and_a_sentence_when_a_system_is_down(
    taken: Installation, where: str, options: list[str]
) -> None:
    taken.configure(**{where: CLOSED})
    ended = taken.run("adopt", *options)
    assert ended.code == 1
    name = "webshop" if where == "shop" else "bol"
    assert ended.err.startswith(f"orderlink: nothing was taken over: {name}: no connection")
    assert ended.err.count("\n") == 1
    assert stamps(taken) == []
    if "--json" in options:
        (plan,) = ended.json()["marketplaces"]
        assert plan["failure"].startswith(name)
    else:
        assert ended.out == ("Nothing was written.\n" if options == ["--dry-run"] else "")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "give --yes, or --dry-run"),
        (["--json"], "give --yes, or --dry-run"),
        (["--yes", "--field", "transactionid"], "did you mean `transaction_id`?"),
        (["--yes", "--field", "meta:"], "meta:KEY"),
        (["--yes", "--field", "number:x"], "give one of"),
        (["--yes", "--since", "yesterday"], "--since"),
        (["--yes", "--connection", "amazon"], "no marketplace is called amazon"),
    ],
)
def test_2_for_what_was_asked_wrongly(
    installation: Installation, arguments: list[str], word: str
) -> None:
    installation.place()
    ended = installation.run("adopt", *arguments)
    assert ended.code == 2
    assert word in ended.err
    assert ended.out == ""
    assert not installation.bol.ledger.answers, "nothing was sent"


def test_2_where_the_shop_cannot_do_it(installation: Installation) -> None:
    (installation.folder / "shop.py").write_text(NO_TAKER)
    text = installation.config.read_text().replace('"woocommerce"', '"./shop.py:Shop"')
    lines = [line for line in text.splitlines() if "consumer" not in line]
    lines = [line for line in lines if line != f'base_url = "{installation.shop_url}"']
    installation.config.write_text("\n".join(lines))
    ended = installation.run("adopt", "--yes")
    assert ended.code == 2
    assert "webshop: orders of others cannot be taken over" in ended.err


def test_75_while_another_run_is_active(installation: Installation) -> None:
    installation.run("sync")
    with (installation.state.parent / f"{installation.state.name}.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert installation.run("adopt", "--yes").code == 75
        assert installation.run("adopt", "--dry-run").code == 0, "looking needs no lock"


def test_sigterm_at_the_question_ends_it_and_nothing_was_written(taken: Installation) -> None:
    with at_the_question(taken) as (process, _):
        end(process, TERM)
        assert process.wait(10) == -TERM
    assert stamps(taken) == []
    assert not taken.state.exists()


@contextmanager
def at_the_question(taken: Installation) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start it on a terminal, and wait until it asks; give the process and where to type."""
    mother, child = pty.openpty()
    with subprocess.Popen(  # noqa: S603
        taken.command("adopt"),
        env=taken.environ(),
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(child)
        assert process.stderr is not None
        while process.stderr.read(1) not in {"?", ""}:
            pass
        try:
            yield process, mother
        finally:
            process.kill()
    os.close(mother)

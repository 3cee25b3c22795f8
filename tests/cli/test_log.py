"""`orderlink log`, through the program as a process."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from orderlink.report.plain import cells
from orderlink.sandbox.server import Answer

from .installation import MUG, SECRETS, Installation, mounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process

UNKNOWN_ARTICLE = type(MUG)(reference="NOT-IN-THE-SHOP", ean="")


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Runs 1-2 idle, 3 imports two orders (one without a product), 4-6 an outage, 7 idle."""
    at_bol, at_shop, one = mounted(tmp_path_factory.mktemp("life"))
    with at_bol, at_shop:
        one.configure()
        for _ in range(2):
            one.run("sync")
        one.place()
        one.place(articles=(UNKNOWN_ARTICLE,))
        one.run("sync")
        with pytest.MonkeyPatch.context() as outage:
            down = Answer(503, b"", {})
            outage.setattr(one.shop, "handle", lambda _request: down)
            for _ in range(3):
                one.run("sync")
        one.run("sync")
        yield one


@pytest.fixture
def lived(life: Installation, tmp_path: Path) -> Installation:
    """A copy of that life, which a test may go on with."""
    folder = shutil.copytree(life.folder, tmp_path / "copy")
    return replace(life, folder=folder)


def test_the_newest_run_stands_last_and_like_runs_are_one_line(lived: Installation) -> None:
    ended = lived.run("log")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    numbers = [line.split()[0] for line in lines if line[:7].strip()]
    assert numbers[:5] == ["Run", "1-2", "3", "4-6", "7"]
    assert "2 runs until" in lines[1]
    assert "nothing to do" in lines[1]
    assert "2 imported, 1 created" in lines[2]
    assert "product_unknown" in lines[3]
    assert "3 runs until" in lines[4]
    assert "failed" in lines[4]
    assert lines[5].strip().startswith("webshop: unreachable: ")
    assert lines[-1] == f"The log file: {lived.log}"


def test_as_json_every_run_has_its_own_entry_with_the_documented_keys(lived: Installation) -> None:
    document = lived.run("log", "--json").json()
    assert document["version"] == 1
    runs = document["runs"]
    assert [one["run"] for one in runs] == [1, 2, 3, 4, 5, 6, 7]
    keys = {"run", "command", "started_at", "ended_at", "seconds", "outcome", "counts", "troubles"}
    assert {frozenset(one) for one in runs} == {frozenset(keys)}
    outcomes = [one["outcome"] for one in runs]
    assert outcomes == ["ok", "ok", "ok", "failed", "failed", "failed", "ok"]
    assert runs[2]["counts"] == {"imported": 2, "created": 1}
    first, later = runs[3]["troubles"][0], runs[5]["troubles"][0]
    assert (first["event"], later["event"]) == ("problem", "problem_lasts")
    for trouble in (first, later):
        assert trouble["connection"] == "webshop"
        assert trouble["details"]["word"] == "unreachable"
    newest = lived.run("log", "--json", "--limit", "2").json()["runs"]
    assert [one["run"] for one in newest] == [6, 7]


def test_one_run_is_shown_with_everything_that_happened_in_it(lived: Installation) -> None:
    shown = lived.run("log", "3").out
    for part in ("Run 3", "2 imported", "created: shop_order", "product_unknown: the shop has no"):
        assert part in shown
    document = lived.run("log", "3", "--json").json()
    words = [one["event"] for one in document["events"]]
    assert words.count("seen") == 2
    assert {"created", "creation_refused", "problem"} <= set(words)
    assert "Nothing happened" in lived.run("log", "1").out


def test_runs_are_chosen_by_order_connection_time_and_failure(lived: Installation) -> None:
    orders = [order.id for order in lived.bol.orders()]

    def chosen(*filters: str) -> list[int]:
        return [one["run"] for one in lived.run("log", "--json", *filters).json()["runs"]]

    assert chosen("--order", orders[0]) == [3]
    assert chosen("--connection", "webshop") == [3, 4, 5, 6, 7], "7 tells that it is over"
    assert chosen("--connection", "bol") == [3]
    assert chosen("--failed") == [3, 4, 5, 6]
    assert chosen("--since", "1h") == [1, 2, 3, 4, 5, 6, 7]
    assert chosen("--until", "1h") == []
    assert chosen("--since", "2020-01-31", "--until", "2020-02-01") == []
    said = lived.run("log", "--order", orders[0]).out
    assert "created: shop_order" in said
    assert "No run matches." in lived.run("log", "--until", "2020-01-01").out


def test_a_run_that_cannot_go_on_is_noted_as_broken_off(lived: Installation) -> None:
    assert lived.run("sync", "--connection", "amazon").code == 2
    document = lived.run("log", "--json", "--limit", "1").json()["runs"][0]
    assert document["outcome"] == "broken_off"
    assert document["troubles"][0]["details"]["why"].startswith("no marketplace is called amazon")
    assert "sync: broken off" in lived.run("log").out


@pytest.mark.only_ci
def test_a_run_without_an_end_is_running_or_was_interrupted(lived: Installation) -> None:
    with closing(sqlite3.connect(lived.state)) as connection, connection:
        connection.execute("UPDATE runs SET ended_at = NULL, outcome = '' WHERE id = 7")

    def told(pid: int) -> str:
        note = json.dumps({"pid": pid, "since": "2020-01-01T00:00:00.000000Z"})
        lived.state.with_name(f"{lived.state.name}.lock").write_text(note)
        return str(lived.run("log", "--json", "--limit", "1").json()["runs"][0]["outcome"])

    assert told(os.getpid()) == "running"
    assert "is running now" in lived.run("log").out
    assert told(2**22 + 1) == "interrupted"
    assert "interrupted: its process was killed" in lived.run("log").out


@pytest.mark.only_ci
def test_what_a_person_mended_is_named_without_its_value(lived: Installation) -> None:
    order = lived.bol.orders()[1].id
    lived.run("edit", order, "--set", "shipping.street=Canarystraat 7")
    with closing(sqlite3.connect(lived.state)) as connection, connection:
        connection.execute("UPDATE events SET run = 3 WHERE word = 'edited'")  # as a run might
    for arguments in (["3"], ["3", "--json"], ["--order", order], ["--order", order, "--json"]):
        said = lived.run("log", *arguments).out
        assert "shipping.street" in said
        assert "Canarystraat" not in said
        assert "Havenstraat" not in said


@pytest.mark.sampled(2)
@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_a_terminal(lived: Installation, columns: int) -> None:
    for arguments in ([], ["3"], ["--failed"]):
        for locale in ("C.UTF-8", "C"):
            ended = lived.on_terminal("log", *arguments, columns=columns, NO_COLOR="1", LANG=locale)
            assert ended.code == 0
            assert max(cells(line) for line in ended.out.splitlines()) <= columns
            assert ended.out.isascii() or locale != "C"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["99"], "no run has the number 99: the last one is 7"),
        (["3", "--failed"], "not both"),
        (["0"], "RUN"),
        (["--since", "yesterday"], "--since"),
        (["--until", "soon"], "--until"),
        (["--order", "no-such-order"], "no order is called no-such-order"),
        (["--connection", "amazon"], "there are: bol, webshop"),
    ],
)
def test_2_for_what_was_asked_wrongly(lived: Installation, arguments: list[str], word: str) -> None:
    ended = lived.run("log", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert word in ended.err


def test_before_the_first_run_and_without_a_configuration_it_says_so(
    installation: Installation,
) -> None:
    ended = installation.run("log")
    assert (ended.code, ended.out) == (2, "")
    assert "nothing has run yet" in ended.err
    assert not installation.state.parent.exists()
    installation.config.write_text("state = [")
    assert installation.run("log").code == 2


def test_verbose_shows_each_request_on_stderr_and_the_file_keeps_its_level(
    lived: Installation,
) -> None:
    before = lived.log.read_text()
    ended = lived.run("--verbose", "sync")
    assert ended.out == ""
    assert "DEBUG: webshop: GET /wp-json/wc/v3/orders: 200" in ended.err
    assert "INFO: run 8 (sync) ended: ok" in ended.err
    added = lived.log.read_text().removeprefix(before)
    assert "run 8 (sync) ended: ok" in added
    assert "GET" not in added
    assert not [secret for secret in SECRETS.values() if secret in ended.err + added]


def test_the_configuration_says_what_is_logged_and_how(lived: Installation) -> None:
    text = lived.config.read_text()
    lived.config.write_text(f'log = "a.log"\nlog_level = "warning"\n{text}')
    lived.run("sync")
    assert not (lived.folder / "a.log").exists(), "all was well"
    lived.config.write_text(f'log = "b.log"\nlog_level = "debug"\nlog_format = "json"\n{text}')
    lived.run("sync")
    lines = [json.loads(line) for line in (lived.folder / "b.log").read_text().splitlines()]
    assert {"debug", "info"} <= {line["level"] for line in lines}
    assert lines[-1]["message"].startswith("run 9 (sync) ended: ok")

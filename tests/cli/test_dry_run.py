"""`--dry-run` as a process: the plan as a table, as plain text and as JSON, and nothing sent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from orderlink.clock import SystemClock
from orderlink.report.plain import cells

from .installation import CLOSED, MUG, Installation

pytestmark = pytest.mark.process

POSTER = type(MUG)(reference="POSTER-A2", ean="")
TEE = type(MUG)(reference="TEE-L", ean="", quantity=2, price=Decimal("24.95"))
CODE = "3SABCD000000001"


@pytest.fixture
def planned(installation: Installation) -> Installation:
    """One order in the shop that has left, two that are new, one whose product is unknown."""
    shipped = installation.place()
    installation.lives()
    installation.complete(shipped, CODE)
    installation.place()
    installation.place(articles=(TEE,))
    installation.place(articles=(POSTER,))
    return installation


def numbers(planned: Installation) -> list[str]:
    return [order.id for order in planned.bol.orders()]


def test_in_a_pipe_the_plan_is_aligned_text_with_its_sums(planned: Installation) -> None:
    shipped, mug, tee, poster = numbers(planned)
    before = planned.state.read_bytes()
    ended = planned.run("sync", "--dry-run")
    assert (ended.code, ended.err) == (1, "")
    assert (
        ended.out
        == f"""\
What would be sent
  Order       Would be     Pieces      Total  Code             Carrier
  bol         created in        1  12.99 EUR
  {mug}  webshop
  bol         created in        2  49.90 EUR
  {tee}  webshop
  bol         reported to       1             {CODE}  TNT
  {shipped}  bol

What keeps orders back
  What             Why, and what helps
  bol              the shop has no product for SKU POSTER-A2
  {poster}       -> add the product to the shop
  product_unknown

2 orders would be created in webshop: 3 pieces, 62.89 EUR.
1 shipment would be reported to bol: 1 piece.
Nothing was sent or changed.
"""
    )
    assert len(planned.shop.ledger.created) == 1
    assert planned.bol.ledger.accepted == []
    assert planned.state.read_bytes() == before


def test_as_json_it_has_the_same(planned: Installation) -> None:
    shipped, mug, tee, poster = numbers(planned)
    ended = planned.run("sync", "--dry-run", "--json")
    assert (ended.code, ended.err) == (1, "")
    plan = ended.json()
    assert set(plan) == {
        "version",
        "time",
        "finished",
        "planned",
        "sums",
        "kept_back",
        "left_alone",
        "nothing_sent_before",
    }
    assert [one["order"] for one in plan["planned"]] == [mug, tee, shipped]
    assert plan["planned"][1] == {
        "connection": "bol",
        "order": tee,
        "what": "create",
        "where": "webshop",
        "pieces": 2,
        "total": "49.90",
        "currency": "EUR",
        "code": None,
        "carrier": None,
    }
    assert plan["planned"][2]["code"] == CODE
    created, reported = plan["sums"]
    assert (created["count"], created["pieces"], created["totals"]) == (2, 3, {"EUR": "62.89"})
    assert (reported["what"], reported["where"], reported["without_code"]) == ("ship", "bol", 0)
    (needed,) = plan["kept_back"]
    assert (needed["order"], needed["problem"]) == (poster, "product_unknown")
    assert plan["left_alone"] == 0
    assert plan["finished"] is True
    assert plan["nothing_sent_before"] is None


@pytest.mark.sampled(2)
@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_the_table_fits(planned: Installation, columns: int) -> None:
    ended = planned.on_terminal("sync", "--dry-run", columns=columns, NO_COLOR="1")
    assert max(cells(line) for line in ended.out.splitlines()) <= columns
    assert "\x1b" not in ended.out
    assert CODE in ended.out
    assert "created in shop" not in ended.out, "nothing was created"
    assert "1 created" not in ended.out
    plain = planned.on_terminal("sync", "--dry-run", columns=columns, NO_COLOR="1", LANG="C")
    assert plain.out.isascii()


def test_when_there_is_nothing_to_send_it_says_so(installation: Installation) -> None:
    ended = installation.run("sync", "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "There is nothing to send. Nothing was sent or changed.\n"
    assert not installation.state.exists()


@pytest.mark.only_ci
def test_what_would_be_left_alone_is_said(installation: Installation) -> None:
    installation.configure(import_from="")
    installation.place(placed_at=SystemClock().now() - timedelta(hours=1))
    ended = installation.run("sync", "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    assert "1 open order would be left alone, since it was placed before the first run" in ended.out
    assert installation.run("import", "--dry-run", "--json").json()["left_alone"] == 1


@pytest.mark.sampled(3)
@pytest.mark.parametrize("stage", ["import", "poll", "push"])
def test_each_stage_plans_its_own_part(planned: Installation, stage: str) -> None:
    kinds = {one["what"] for one in planned.run(stage, "--dry-run", "--json").json()["planned"]}
    assert kinds == {"import": {"create"}, "poll": set(), "push": set()}[stage]


def test_json_is_for_a_dry_run_only(installation: Installation) -> None:
    ended = installation.run("sync", "--json")
    assert ended.code == 2
    assert "--dry-run" in ended.err
    assert not installation.bol.ledger.answers


def test_a_shop_that_is_down_is_said_and_does_not_look_like_nothing_to_do(
    installation: Installation,
) -> None:
    installation.place()
    installation.configure(shop=CLOSED)
    ended = installation.run("sync", "--dry-run")
    assert ended.code == 1
    assert "webshop" in ended.out
    assert "unreachable" in ended.out
    assert "no connection" in ended.out


def test_the_log_says_that_it_was_dry(planned: Installation) -> None:
    planned.run("sync", "--dry-run")
    log = planned.log.read_text()
    assert "dry run (sync) ended: ok" in log
    _, mug, *_ = numbers(planned)
    assert f"{mug}: created" not in log

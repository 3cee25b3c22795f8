"""What is gathered and how it is laid out, without processes."""

from __future__ import annotations

import errno
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from orderlink.config import load_config
from orderlink.decide.verdict import Problem
from orderlink.errors import StateError
from orderlink.model import Status
from orderlink.report.blocks import Column, Sentence, Table
from orderlink.report.days import day_in_amsterdam, on_day, span
from orderlink.report.document import status_document
from orderlink.report.orphans import Left, Orphans
from orderlink.report.plain import cells, render
from orderlink.report.screen import OutputFailed, Screen
from orderlink.report.status import gather, gone_stale
from orderlink.report.tables import rich_text
from orderlink.report.views import status_blocks
from orderlink.rows import LineRow, OrderKey
from orderlink.store import Store
from orderlink.store.database import Database
from orderlink.store.reading import open_for_reading
from tests.support.state import HOUR, NOW, add, configured, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.report.status import StatusReport


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    found = opened(config)
    yield found
    found.close()


def text_of(report: StatusReport) -> str:
    return render(status_blocks(report, timedelta(minutes=30)))


def test_all_is_fine_when_runs_go_well_and_nothing_is_open(config: Config, store: Store) -> None:
    add(store, "A1", Status.SHIPPED)
    report = gather(config, store, NOW)
    assert report.fine
    assert "Nothing needs a person." in text_of(report)


def test_partial_is_derived_from_the_lines(config: Config, store: Store) -> None:
    lines = (LineRow("1", 2, shipped=1),)
    add(store, "A1", Status.NOT_SHIPPED, lines=lines)
    add(store, "A2", Status.NOT_SHIPPED)
    document = status_document(gather(config, store, NOW))
    (market,) = [one for one in document["connections"] if one["role"] == "marketplace"]
    assert market["orders"]["not_shipped"] == 2
    assert market["partial"] == 1
    assert "(partial)" in text_of(gather(config, store, NOW))


def test_the_longest_waiting_order_says_when_its_wait_ends(config: Config, store: Store) -> None:
    add(store, "A2", Status.WAITING, waiting_since=NOW - HOUR)
    add(store, "A1", Status.WAITING, waiting_since=NOW - 2 * HOUR)
    waiting = status_document(gather(config, store, NOW))["oldest_waiting"]
    assert waiting["order"] == "A1"
    assert waiting["until"] == "2026-07-01T13:00:00Z"
    shown = text_of(gather(config, store, NOW))
    assert re.search("A1 +2026-07-01 10:00 UTC +2026-07-01 13:00 UTC +1 h$", shown, re.MULTILINE)


def test_orders_near_or_past_their_dates_are_shown_by_the_day_in_amsterdam(
    config: Config, store: Store
) -> None:
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight in Amsterdam
    add(store, "PAST", Status.NOT_SHIPPED, deliver_by=date(2026, 7, 1))
    add(store, "TODAY", Status.NOT_SHIPPED, deliver_by=date(2026, 7, 2))
    add(store, "NEAR", Status.NOT_SHIPPED, deliver_by=date(2026, 7, 3))
    add(store, "FAR", Status.NOT_SHIPPED, deliver_by=date(2026, 7, 4))
    report = gather(config, store, late)
    assert [row.key.order_id for _, row in report.dated] == ["PAST", "TODAY", "NEAR"]
    assert "2026-07-01 (yesterday)" in text_of(report)
    assert "2026-07-02 (today)" in text_of(report)


def test_a_transient_problem_is_passing_first_and_a_persons_later(
    config: Config, store: Store
) -> None:
    with store.transaction():
        store.open_problem(OrderKey("bol-1", ""), Problem("unreachable", "it is down"), NOW)
    early = gather(config, store, NOW + timedelta(minutes=20))
    assert [one.problem.word for one in early.passing] == ["unreachable"]
    assert early.fine
    assert "10 min" in text_of(early)
    with store.transaction():
        store.succeeded("woocommerce-1", "poll", NOW + timedelta(minutes=31))
    later = gather(config, store, NOW + timedelta(minutes=31))
    assert [one.problem.word for one in later.needs_person] == ["unreachable"]
    assert not later.fine


def test_a_state_without_a_good_run_goes_stale_after_30_minutes(
    config: Config, store: Store
) -> None:
    assert not gone_stale(config, store, NOW + timedelta(minutes=30))
    assert gone_stale(config, store, NOW + timedelta(minutes=31))
    report = gather(config, store, NOW + timedelta(minutes=31))
    assert not report.fine
    assert "Does cron run?" in text_of(report)


def test_a_clock_before_the_newest_time_is_told(config: Config, store: Store) -> None:
    with store.transaction():
        store.put_fact("newest_time", "2026-07-01T12:00:00.000000Z")
    report = gather(config, store, NOW - HOUR)
    assert not report.clock_trusted
    assert "Set the clock" in text_of(report)


def test_open_orders_of_a_connection_that_was_removed_are_orphans(
    tmp_path: Path, store: Store
) -> None:
    add(store, "A1", Status.NOT_SHIPPED)
    add(store, "A2", Status.SHIPPED)
    other = configured(tmp_path, client="client-2")
    with store.transaction():  # as the next run does, under the same name
        store.bind("marketplace", "bol", other.marketplaces["bol"].binding(), "bol")
    report = gather(other, store, NOW)
    assert report.orphans == (Orphans("marketplace", "bol", Left.OTHER_KEY, 1),)
    assert not report.fine
    assert (
        "1 open order of the marketplace bol is followed by nobody (orderlink orders --connection "
        "bol): [marketplaces.bol] has another account or key now. Put the earlier one into a table "
        "of its own, under another name, until all is closed, or take each over with: orderlink "
        "manual ORDER\n"
    ) in text_of(report)
    assert text_of(report).endswith("1 thing needs a person: open orders that nobody follows.\n")


def test_a_table_that_was_renamed_is_the_same_connection(tmp_path: Path, store: Store) -> None:
    add(store, "A1", Status.NOT_SHIPPED)
    report = gather(configured(tmp_path, name="bol-nl"), store, NOW)
    assert report.orphans == ()
    (market,) = [one for one in report.connections if one.place.role == "marketplace"]
    assert (market.place.name, market.place.id) == ("bol-nl", "bol-1")


def test_orders_of_a_shop_that_was_removed_are_orphans(config: Config, store: Store) -> None:
    with store.transaction():
        store.bind("shop", "woocommerce", "another", "old")
    add(store, "A1", Status.NOT_SHIPPED, shop="woocommerce-2")
    report = gather(config, store, NOW)
    assert report.orphans == (Orphans("shop", "old", Left.REMOVED, 1),)
    assert 'let a marketplace go to it (`shop = "NAME"`)' in text_of(report)


def test_a_new_order_goes_to_the_shop_of_now_and_is_no_orphan(config: Config, store: Store) -> None:
    with store.transaction():
        store.bind("shop", "woocommerce", "another", "old")
    add(store, "A1", Status.NEW, shop="woocommerce-2")
    assert gather(config, store, NOW).orphans == ()


def test_orders_of_an_earlier_key_of_a_shop_are_orphans(config: Config, store: Store) -> None:
    with store.transaction():
        store.bind("shop", "woocommerce", "another", "webshop")
    add(store, "A1", Status.NOT_SHIPPED, shop="woocommerce-2")
    report = gather(config, store, NOW)
    assert report.orphans == (Orphans("shop", "webshop", Left.OTHER_KEY, 1),)
    assert "[shops.webshop] has another shop or key now. Put the earlier one back" in text_of(
        report
    )


def test_orders_in_a_shop_that_no_marketplace_goes_to_any_more_are_orphans(
    config: Config, store: Store
) -> None:
    add(store, "A1", Status.NOT_SHIPPED)
    text = config.path.read_text()
    other = text[text.index("[shops") : text.index("[marketplaces")]
    other = other.replace("webshop", "other").replace("key-of-the-shop", "another-key")
    config.path.write_text(f'{text}shop = "other"\n{other}')
    report = gather(load_config(config.path), store, NOW)
    assert report.orphans == (Orphans("shop", "webshop", Left.NOT_USED, 1),)
    assert 'Let one go to it again (`shop = "webshop"`) until all is closed' in text_of(report)


def test_the_last_sentence_says_what_needs_a_person(config: Config, store: Store) -> None:
    add(store, "A1", Status.NOT_SHIPPED, shop="gone-1")
    with store.transaction():
        store.open_problem(OrderKey("bol-1", "A1"), Problem("total_differs", "too little"), NOW)
    later = gather(config, store, NOW + HOUR)
    assert text_of(later).endswith(
        "3 things need a person: 1 problem, open orders that nobody follows,"
        " no run went well for too long.\n"
    )


def test_reading_makes_no_file_and_writes_to_none(config: Config, tmp_path: Path) -> None:
    assert open_for_reading(config.state) is None
    assert not config.state.exists()
    Store(Database(config.state)).close()
    reader = open_for_reading(config.state)
    assert reader is not None
    with pytest.raises(StateError, match="cannot be written"), reader.transaction():
        reader.put_fact("a", "b")
    reader.close()
    assert sorted(path.name for path in tmp_path.iterdir()).count("state.sqlite3") == 1


def test_reading_works_while_a_run_writes(config: Config, store: Store) -> None:
    with store.transaction():
        store.put_fact("a", "b")
        reader = open_for_reading(config.state)
        assert reader is not None
        assert reader.fact("a") == ""
        reader.close()


def test_an_empty_state_file_is_read_as_one_without_runs(config: Config) -> None:
    config.state.touch()
    reader = open_for_reading(config.state)
    assert reader is not None
    assert not gather(config, reader, NOW).runs
    reader.close()
    assert config.state.read_bytes() == b""


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T23:30:00+00:00", "2026-03-29"),
        ("2026-03-29T22:30:00+00:00", "2026-03-30"),
        ("2026-10-24T22:30:00+00:00", "2026-10-25"),
        ("2026-10-25T22:30:00+00:00", "2026-10-25"),
        ("2026-12-31T23:00:00+00:00", "2027-01-01"),
    ],
)
def test_the_day_in_amsterdam_knows_summer_time(moment: str, day: str) -> None:
    assert day_in_amsterdam(datetime.fromisoformat(moment)).isoformat() == day


def test_spans_and_days_are_written_short() -> None:
    spans = [span(timedelta(minutes=minutes)) for minutes in (0, 5, 60, 185, 1440, 3120)]
    assert spans == ["now", "5 min", "1 h", "3 h 5 min", "1 d", "2 d 4 h"]
    today = date(2026, 7, 1)
    days = [on_day(today + timedelta(days=distance), today) for distance in (-3, -1, 0, 1, 4)]
    assert [day[11:] for day in days] == [
        "(3 days ago)",
        "(yesterday)",
        "(today)",
        "(tomorrow)",
        "(in 4 d)",
    ]


WIDE = Table(
    "Title",
    (Column("Name"), Column("Number", number=True), Column("Why", wraps=True)),
    (("\U0001f600", "7", "a " * 60), ("xx", "1234567", "short")),
)


def test_columns_are_aligned_by_cells_not_by_characters() -> None:
    lines = render([WIDE]).splitlines()
    assert lines[0] == "Title"
    starts = {
        cells(line[: line.index(word)])
        for line, word in zip(lines[2:], ("a a", "short"), strict=True)
    }
    assert len(starts) == 1


def test_plain_text_wraps_to_a_width_and_not_in_a_pipe() -> None:
    assert (
        max(cells(line) for line in render([WIDE, Sentence("word " * 40)], 60).splitlines()) <= 60
    )
    assert "a " * 59 in render([WIDE])


def test_markup_in_a_cell_is_text() -> None:
    evil = Table("", (Column("A"),), (("[bold red]x[/red] :smile: https://a.example",),))
    shown = rich_text([evil, Sentence("[/]")], 80, colours=False, ascii_only=True)
    assert "[bold red]x[/red] :smile:" in shown
    assert "[/]" in shown
    assert "\x1b" not in shown


class _Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fileno(self) -> int:
        return self.number

    number = -1


def test_a_full_disk_behind_stdout_is_one_sentence(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as file:
        stream = _Full()
        stream.number = file.fileno()
        with pytest.raises(OutputFailed, match="No space left"):
            Screen(stream, {}).write("text")


def test_a_closed_stream_is_written_to_in_vain() -> None:
    Screen(None, {}).write("text")
    assert not Screen(None, {}).is_terminal


def test_a_terminal_is_only_what_says_so(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        Screen(file, {"TERM": "xterm"}).show([WIDE])
    assert "\x1b" not in (tmp_path / "out").read_text()

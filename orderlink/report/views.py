"""PURE: the status and lists of orders -> blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.model import Status, money_text
from orderlink.redact import safe_text
from orderlink.report import glance
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.report.days import ago, on_day, span
from orderlink.report.orphans import sentence_of
from orderlink.report.restored import closed_sentence
from orderlink.report.status import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, timedelta

    from orderlink.report.blocks import Block
    from orderlink.report.concerns import Concern
    from orderlink.report.places import Places
    from orderlink.report.status import Connected, StatusReport
    from orderlink.rows import OrderKey, OrderRow

ALWAYS = (Status.NEW, Status.NOT_SHIPPED, Status.WAITING, Status.PENDING_SHIPMENT, Status.SHIPPED)
"""Statuses that have a column also where there is nothing in it."""


def status_blocks(report: StatusReport, alert_after: timedelta) -> list[Block]:
    """Show how everything stands."""
    if not report.runs:
        return [
            Sentence("Nothing has run yet; start with: orderlink sync", Tone.BAD),
            *_needs_person(report),
        ]
    blocks: list[Block] = [_counts(report), *glance.bars(report), *glance.strip(report)]
    blocks += [_last_good(report), *glance.waiting(report), *_dated(report)]
    blocks += [*_passing(report, alert_after), *_needs_person(report), Sentence("")]
    blocks += [*glance.last_run(report), glance.personal_data(report), *_warnings(report)]
    return [*blocks, glance.headline(report)]


def watch_blocks(report: StatusReport, alert_after: timedelta) -> list[Block]:
    """Show how everything stands on a screen of its own: what matters most comes first."""
    if not report.runs:
        return status_blocks(report, alert_after)
    blocks = [glance.headline(report), *_warnings(report), *glance.last_run(report)]
    blocks += [*glance.bars(report), *glance.strip(report), *_needs_person(report)]
    blocks += [*_dated(report), *glance.waiting(report), *_passing(report, alert_after)]
    return [*blocks, _counts(report), _last_good(report), glance.personal_data(report)]


def _counts(report: StatusReport) -> Table:
    markets = [one for one in report.connections if one.place.role == "marketplace"]
    used = {status for one in markets for status in one.counts}
    statuses = [one for one in Status if one in ALWAYS or one in used]
    partial = any(one.partial for one in markets)
    columns = [Column("Orders"), *(Column(_in_lines(one), number=True) for one in statuses)]
    rows = [
        (
            _name(one),
            *(str(one.counts.get(status, 0)) for status in statuses),
            *([str(one.partial)] if partial else []),
        )
        for one in markets
    ]
    columns += [Column("(partial)", number=True)] if partial else []
    return Table("Orders by status", tuple(columns), tuple(rows))


def _in_lines(word: str) -> str:
    return word.replace("_", "\n")


def _name(one: Connected) -> str:
    if one.place.paused:
        return f"{one.place.name} (paused)"
    return one.place.name if one.place.configured else f"{one.place.name} (not configured)"


def _last_good(report: StatusReport) -> Table:
    columns = (Column("Connection"), Column("Stage"), Column("Last success"))
    rows = tuple(
        (_name(one), stage, ago(one.last_good.get(stage), report.now))
        for one in report.connections
        if one.place.configured
        for stage in STAGES[one.place.role]
    )
    return Table("Last successful runs", columns, rows)


def _needs_person(report: StatusReport) -> list[Block]:
    if not report.needs_person:
        return []
    columns = (Column("Age"), Column("What"), Column("Why, and what helps", wraps=True))
    rows = tuple(
        (
            span(report.now - one.problem.since),
            _what(one),
            _why(one, report),
        )
        for one in report.needs_person
    )
    return [Table("Needs a person", columns, rows, Tone.BAD)]


def _why(one: Concern, report: StatusReport) -> str:
    sentence = safe_text(one.problem.sentence)
    return f"{glance.must_leave(one, report)}{sentence}\n-> {safe_text(one.advice)}"


def _what(one: Concern) -> str:
    lines = (one.connection, safe_text(one.problem.order_id, 40), one.problem.word)
    return "\n".join(line for line in lines if line)


def _passing(report: StatusReport, alert_after: timedelta) -> list[Block]:
    if not report.passing:
        return []
    columns = (Column("Age"), Column("What"), Column("Why", wraps=True), Column("You are told in"))
    rows = tuple(
        (
            span(report.now - one.problem.since),
            _what(one),
            safe_text(one.problem.sentence),
            span(one.problem.since + alert_after - report.now),
        )
        for one in report.passing
    )
    return [Table("Not well, but it may pass", columns, rows)]


def _dated(report: StatusReport) -> list[Block]:
    if not report.dated:
        return []
    rows: tuple[tuple[str, ...], ...] = tuple(
        (
            f"{name} {safe_text(row.key.order_id, 40)}",
            str(row.status),
            day_text(row.ship_by, report.today),
            day_text(row.deliver_by, report.today),
            day_text(row.expires_on, report.today),
        )
        for name, row in report.dated
    )
    titles, rows = without_empty(("Order", "Status", "Ship by", "Deliver by", "Expires"), rows)
    columns = tuple(Column(title, wraps=title == "Order") for title in titles)
    return [Table("Near or past their dates (days in Amsterdam)", columns, rows, Tone.BAD)]


def without_empty(
    titles: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Leave out the columns in which there is nothing."""
    used = [place for place in range(len(titles)) if any(row[place] for row in rows)]
    found = (tuple(line[place] for place in used) for line in (titles, *rows))
    return next(found), tuple(found)


def _warnings(report: StatusReport) -> list[Block]:
    return [Sentence(text, Tone.BAD) for text in warnings(report)]


def warnings(report: StatusReport) -> list[str]:
    """Say what is wrong with the installation as a whole."""
    return list(noticed(report).values())


def noticed(report: StatusReport) -> dict[str, str]:
    """Say it by a word that stays the same as long as it lasts."""
    found = {f"orphans {one.where} {one.why}": sentence_of(one) for one in report.orphans}
    found |= {
        f"paused {one.place.name}": _paused(one) for one in report.connections if one.place.paused
    }
    if report.closed:
        found["restored"] = closed_sentence(report.closed)
    if report.stale:
        since = "never" if report.last_good is None else ago(report.last_good, report.now)
        found["stale"] = f"No run went well for too long (the last one: {since}). Does cron run?"
    if not report.clock_trusted:
        found["clock"] = (
            "This machine's clock lies before the newest time in the state file: what needs time to"
            " pass is not done. Set the clock (NTP)."
        )
    return found | {
        f"end {number}": f"{end}: update orderlink." for number, end in enumerate(report.ends)
    }


def _paused(one: Connected) -> str:
    place = one.place
    table = f"[{place.role}s.{place.name}]"
    return (
        f"The {place.role} {place.name} is paused: remove `enabled = false` from {table} to go on."
    )


def orders_blocks(
    rows: Sequence[OrderRow], places: Places, words: Mapping[OrderKey, Sequence[str]]
) -> list[Block]:
    """Show a list of orders; `words` has their open problems."""
    if not rows:
        return [Sentence("No order matches.")]
    columns = (
        Column("Order"),
        Column("Status"),
        Column("Placed\n(UTC)"),
        Column("Total", number=True),
        Column("In the\nshop"),
        Column("Codes and problems", wraps=True),
    )
    return [Table("", columns, tuple(_order(row, places, words) for row in rows))]


def _order(
    row: OrderRow, places: Places, words: Mapping[OrderKey, Sequence[str]]
) -> tuple[str, ...]:
    codes = [safe_text(parcel.code, 60) for parcel in row.parcels if parcel.code]
    notes = "\n".join([*codes, *words.get(row.key, ())])
    return (
        f"{places.name(row.key.connection)}\n{safe_text(row.key.order_id, 40)}",
        _in_lines(row.status) + ("\n(partial)" if row.partial else ""),
        f"{row.placed_at:%Y-%m-%d}\n{row.placed_at:%H:%M}",
        money_text(row.total, row.currency) if row.has_details else "",
        safe_text(row.shop_order_number or row.shop_order_id, 40),
        notes,
    )


def matches_blocks(rows: Sequence[OrderRow], places: Places) -> list[Block]:
    """List the orders that a person may have meant."""
    columns = (Column("Connection"), Column("Name it"), Column("In the shop"), Column("Status"))
    found = tuple(
        (
            places.name(row.key.connection),
            safe_text(row.key.name, 60),
            safe_text(row.shop_order_number or row.shop_order_id, 40),
            row.status,
        )
        for row in rows
    )
    return [Table("", columns, found)]


def day_text(day: date | None, today: date) -> str:
    """Write a day that may not be known."""
    return on_day(day, today) if day else ""

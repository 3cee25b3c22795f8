"""PURE: what is seen of the status at a glance: where orders are, the last hours, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.basics import Status
from orderlink.decide.counting import Counted
from orderlink.decide.urgency import Damage
from orderlink.redact import safe_text
from orderlink.report.blocks import Bars, Column, Sentence, Strip, StripRow, Table, Tone
from orderlink.report.days import ago, instant, length, on_day, span
from orderlink.report.runs import ENDED

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.report.blocks import Block
    from orderlink.report.concerns import Concern
    from orderlink.report.status import StatusReport, Waiting

PARTS = (
    Status.NEW,
    Status.NOT_SHIPPED,
    Status.WAITING,
    Status.PENDING_SHIPMENT,
    Status.PENDING_CANCELLATION,
)
"""The parts of the bars: where open orders stand. Closed ones would dwarf them."""
ROWS = {
    Counted.IMPORTED: ("imported", Tone.PLAIN),
    Counted.SHIPPED: ("shipped", Tone.GOOD),
    Counted.PROBLEM: ("errors", Tone.BAD),
}
"""The rows of the strip."""
WAITING_SHOWN = 5


def bars(report: StatusReport) -> list[Block]:
    """Draw where the open orders of each marketplace are."""
    names, rows = open_orders(report)
    return [Bars(names, rows)] if any(any(counts) for _, counts in rows) else []


def open_orders(
    report: StatusReport,
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...]], ...]]:
    """Give the parts of the bars, and for each marketplace how many orders are in which.

    A cancellation under way is a part only where there is one.
    """
    markets = [one for one in report.connections if one.place.role == "marketplace"]
    rare = not any(one.counts.get(Status.PENDING_CANCELLATION) for one in markets)
    parts = PARTS[:-1] if rare else PARTS
    rows = ((one.place.name, tuple(one.counts.get(part, 0) for part in parts)) for one in markets)
    return tuple(part.replace("_", " ") for part in parts), tuple(rows)


def strip(report: StatusReport) -> list[Block]:
    """Draw what happened hour by hour."""
    rows = tuple(
        StripRow(name, tuple(hour.counts.get(word, 0) for hour in report.hours), tone)
        for word, (name, tone) in ROWS.items()
    )
    return [Strip("Last 24 hours", rows, ("24 h ago", "12 h ago", "now"))]


def waiting(report: StatusReport) -> list[Block]:
    """Show which orders wait for their codes, and how long yet."""
    if not report.waiting:
        return []
    columns = (
        Column("Order", wraps=True),
        Column("Waits since"),
        Column("Wait ends"),
        Column("Left"),
    )
    rows = tuple(_wait(one, report) for one in report.waiting[:WAITING_SHOWN])
    found: list[Block] = [Table("Waiting for a code", columns, rows)]
    total = sum(one.counts.get(Status.WAITING, 0) for one in report.connections)
    if total > len(rows):
        more = f"and {total - len(rows):,} more: orderlink orders --status waiting"
        found.append(Sentence(f"  {more}", Tone.QUIET))
    return found


def _wait(one: Waiting, report: StatusReport) -> tuple[str, ...]:
    since, until = one.order.waiting_since, one.until
    return (
        f"{one.connection} {safe_text(one.order.key.order_id, 40)}",
        instant(since) if since else "",
        instant(until) if until else "",
        left(one, report.now),
    )


def left(one: Waiting, now: datetime) -> str:
    """Say how long an order waits yet for its code; empty: it is not known."""
    if one.until is None:
        return ""
    return span(one.until - now) if one.until > now else "it is over"


def last_run(report: StatusReport) -> list[Block]:
    """Say when cron started a run last, and how that went."""
    run = report.last_run
    if run is None:
        return []
    parts = [f"Last run: {run.command}, {ago(run.started_at, report.now)}"]
    parts += [] if run.seconds is None else [f"took {length(run.seconds)}"]
    parts += [ENDED[report.last_outcome]] if ENDED.get(report.last_outcome) else []
    return [Sentence(", ".join(parts) + ".")]


def personal_data(report: StatusReport) -> Sentence:
    """Say of how many orders buyers' data are kept, and how old they are."""
    count = report.personal_data
    if not count or report.oldest_personal_data is None:
        return Sentence("No buyer's data are kept.", Tone.QUIET)
    orders = "1 order" if count == 1 else f"{count:,} orders"
    seen = ago(report.oldest_personal_data, report.now)
    which = "seen" if count == 1 else "the oldest seen"
    return Sentence(f"Buyers' data are kept of {orders}, {which} {seen}.", Tone.QUIET)


def must_leave(one: Concern, report: StatusReport) -> str:
    """Say by when an order must leave, where that is now or over; else nothing."""
    if one.damage is not Damage.EXPIRING or one.last_day is None:
        return ""
    what = "it" if one.problem.order_id else "an order of it"
    return f"{what} must leave by {on_day(one.last_day, report.today)}\n"


def headline(report: StatusReport) -> Sentence:
    """Say in one sentence whether a person is needed, and what for beside the problems listed."""
    if report.fine:
        return Sentence("Nothing needs a person.", Tone.GOOD)
    problems, unfollowed = len(report.needs_person), bool(report.orphans)
    count = problems + unfollowed + report.stale
    which = [f"{problems} {'problem' if problems == 1 else 'problems'}"] if problems else []
    which += ["open orders that nobody follows"] if unfollowed else []
    which += ["no run went well for too long"] if report.stale else []
    needs = "1 thing needs a person" if count == 1 else f"{count} things need a person"
    listed = f": {', '.join(which)}" if count > problems else ""
    return Sentence(f"{needs}{listed}.", Tone.BAD)

"""What the runs did: gathered from the state file, as blocks and as a document."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.report.days import instant, length, timestamp
from orderlink.rows import EventRow, RunRow
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from orderlink.report.blocks import Block
    from orderlink.report.places import Places
    from orderlink.store import Store

DONE = {
    "imported": "imported",
    "created": "created",
    "found": "found in the shop",
    "waiting": "waiting for a code",
    "pending_shipment": "to be reported",
    "reported": "reported",
    "shipped": "shipped",
    "cancelled": "cancelled",
    "left_out": "lines left to the marketplace",
}
"""What of a run's counts is worth saying, in words."""

ENDED = {
    "ok": "",
    "failed": "failed",
    "stopped": "stopped before the end, the next run went on",
    "broken_off": "broken off",
    "interrupted": "interrupted: its process was killed, or the machine went down",
    "running": "is running now",
}
"""How a run can have ended, in words; all is well with the empty one."""

AT_ONCE = 200
SHOWN = 3
"""So many troubles of a run at most stand in the list; all of them where one run is shown."""


class RunReport(Value, frozen=True):
    """One run with what went wrong in it, and what happened in it where that was asked for."""

    row: RunRow
    outcome: str  # a word of `ENDED`
    troubles: tuple[EventRow, ...]
    events: tuple[EventRow, ...] = ()

    @property
    def fine(self) -> bool:
        """Nothing went wrong."""
        return self.outcome in {"ok", "running", "stopped"} and not self.troubles

    @property
    def likeness(self) -> tuple[object, ...] | None:
        """What runs have in common that are one line; None: this one did something of its own."""
        if self.events or counted(self.row.counts):
            return None
        return (self.outcome, *(_likeness(event) for event in self.troubles))


def _likeness(event: EventRow) -> tuple[str, str, str]:
    details = event.details
    return event.connection, event.order_id, details.get("word") or details.get("why", "")


def counted(counts: Mapping[str, int]) -> list[str]:
    """Say what was counted, in words."""
    return [f"{counts[name]} {words}" for name, words in DONE.items() if counts.get(name)]


def left_alone(count: int, *, planned: bool = False) -> str:
    """Say that open orders are not taken, and how they would be."""
    orders = "1 open order" if count == 1 else f"{count} open orders"
    verb = "would be" if planned else "was" if count == 1 else "were"
    one = "it was" if count == 1 else "they were"
    return (
        f"{orders} {verb} left alone, since {one} placed before the first run;"
        f' import_from = "open" in the marketplace\'s table takes {"it" if count == 1 else "them"}'
    )


def gather_runs(
    store: Store, rows: Iterable[RunRow], running_since: datetime | None
) -> Iterator[RunReport]:
    """Give each run with its troubles; `running_since`: when the active run began, if one is."""
    source = iter(rows)
    while chunk := list(islice(source, AT_ONCE)):
        troubles = store.troubles(min(map(_number, chunk)), max(map(_number, chunk)))
        for row in chunk:
            mine = tuple(troubles.get(row.number, ()))
            yield RunReport(row, row.became(running_since), mine)


def _number(row: RunRow) -> int:
    return row.number


def folded(reports: Iterable[RunReport], limit: int) -> list[list[RunReport]]:
    """Put like runs in a row together (nothing to do, the same outage); at most so many groups."""
    groups: list[list[RunReport]] = []
    for report in reports:
        likeness = report.likeness
        if groups and likeness is not None and likeness == groups[-1][0].likeness:
            groups[-1].append(report)
        elif len(groups) == limit:
            break
        else:
            groups.append([report])
    return groups


def runs_blocks(groups: Sequence[Sequence[RunReport]], places: Places) -> list[Block]:
    """Show groups of runs, each newest first; the newest stands last, as in a log file."""
    if not groups:
        return [Sentence("No run matches.")]
    columns = (
        Column("Run", number=True),
        Column("Started (UTC)"),
        Column("Took", number=True),
        Column("What became of it", wraps=True),
    )
    rows = tuple(_group(group, places) for group in reversed(groups))
    more = Sentence("Everything that happened in one of them: orderlink log RUN", Tone.QUIET)
    return [Table("", columns, rows), more]


def _group(group: Sequence[RunReport], places: Places) -> tuple[str, ...]:
    newest, oldest = group[0].row, group[-1].row
    started = f"{oldest.started_at:%Y-%m-%d %H:%M}"
    if len(group) == 1:
        head = f"{newest.command}: {_summary(group[0])}"
        return (str(newest.number), started, _took(group[0]), _what(head, group[0], places))
    same_day = newest.started_at.date() == oldest.started_at.date()
    last = f"{newest.started_at:%H:%M}" if same_day else f"{newest.started_at:%Y-%m-%d %H:%M}"
    commands = ", ".join(dict.fromkeys(one.row.command for one in reversed(group)))
    head = f"{commands}: {len(group)} runs until {last}, {_summary(group[0])}"
    numbers = f"{oldest.number}-{newest.number}"
    return (numbers, started, "", _what(head, group[0], places))


def _took(report: RunReport) -> str:
    return "" if report.row.seconds is None else length(report.row.seconds)


def _what(head: str, report: RunReport, places: Places) -> str:
    if report.events:  # those of one order, which was named
        return "\n".join([head, *(_said(event) for event in report.events)])
    troubles = [_trouble(event, places) for event in report.troubles[:SHOWN]]
    if len(report.troubles) > SHOWN:
        troubles.append(f"and {len(report.troubles) - SHOWN} more")
    return "\n".join([head, *troubles])


def _summary(report: RunReport) -> str:
    parts = [ENDED[report.outcome], *counted(report.row.counts)]
    return ", ".join(part for part in parts if part) or "nothing to do"


def _trouble(event: EventRow, places: Places) -> str:
    name = places.name(event.connection)
    where = f"{name} {safe_text(event.order_id, 40)}".strip()
    said = _said(event).replace(f": {name}: ", ": ", 1)  # many sentences begin with the name
    return f"{where}: {said}" if where else said


def _said(event: EventRow) -> str:
    """Say in one line what happened, without what it may hold of a buyer."""
    details = harmless(event)
    word = details.pop("word", event.word)
    why = details.pop("why", "")
    if event.word in {"fault", "broken_off"}:
        return safe_text(why)
    rest = ", ".join(f"{name} {value}" for name, value in details.items())
    return safe_text(": ".join(part for part in (word, rest, why) if part))


def harmless(event: EventRow) -> dict[str, str]:
    """Give an event's details without the values that a person mended."""
    if event.word != "edited":
        return dict(event.details)
    return {name: event.details[name] for name in ("field", "by") if name in event.details}


def run_blocks(report: RunReport, places: Places) -> list[Block]:
    """Show one run with everything that happened in it."""
    row = report.row
    facts = (
        ("Command", row.command),
        ("Started", f"{row.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Ended", f"{row.ended_at:%Y-%m-%d %H:%M:%S} UTC" if row.ended_at else ""),
        ("Took", _took(report)),
        ("Outcome", ENDED[report.outcome] or "ok"),
        ("Done", "\n".join(counted(row.counts)) or "nothing"),
    )
    shown = tuple(fact for fact in facts if fact[1])
    title = f"Run {row.number}, {instant(row.started_at)}"
    blocks: list[Block] = [Table(title, (Column(""), Column("", wraps=True)), shown)]
    if not report.events:
        return [*blocks, Sentence("Nothing happened to an order or a connection in it.")]
    columns = (Column("Time"), Column("Where"), Column("What", wraps=True))
    rows = tuple(
        (
            f"{event.at:%H:%M:%S}",
            f"{places.name(event.connection)}\n{safe_text(event.order_id, 40)}".strip(),
            _said(event),
        )
        for event in report.events
    )
    return [*blocks, Table("What happened", columns, rows)]


def runs_document(reports: Sequence[RunReport], places: Places) -> dict[str, Any]:
    """Give what `orderlink log --json` prints: `runs`, the newest last.

    Each has `run` (its number), `command`, `started_at`, `ended_at` (null: it has not ended),
    `seconds`, `outcome` (a word of `ENDED`), `counts` (by word, without zeros) and `troubles`:
    entries with `at`, `connection`, `connection_id`, `order`, `event` and `details`. Where one
    order was asked for, `events` are what happened to it, as such entries.
    """
    return {"runs": [_run(report, places) for report in reversed(reports)]}


def run_document(report: RunReport, places: Places) -> dict[str, Any]:
    """Give what `orderlink log RUN --json` prints: the same, with everything as `events`."""
    return {**_run(report, places), "events": [_entry(one, places) for one in report.events]}


def _run(report: RunReport, places: Places) -> dict[str, Any]:
    row = report.row
    document: dict[str, Any] = {
        "run": row.number,
        "command": row.command,
        "started_at": timestamp(row.started_at),
        "ended_at": timestamp(row.ended_at),
        "seconds": report.row.seconds,
        "outcome": report.outcome,
        "counts": dict(row.counts),
        "troubles": [_entry(event, places) for event in report.troubles],
    }
    if report.events:
        document["events"] = [_entry(event, places) for event in report.events]
    return document


def _entry(event: EventRow, places: Places) -> dict[str, Any]:
    return {
        "at": timestamp(event.at),
        "connection": places.name(event.connection) or None,
        "connection_id": event.connection or None,
        "order": event.order_id or None,
        "event": event.word,
        "details": harmless(event),
    }

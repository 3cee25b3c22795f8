"""PURE: what a dry run found that would be sent, as blocks and as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from orderlink.dryrun import Planned
from orderlink.model import money_text
from orderlink.problems import advice
from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.report.days import timestamp
from orderlink.report.restored import closed_sentence
from orderlink.report.runs import left_alone
from orderlink.rows import REPORTS, Kind, ProblemRow
from orderlink.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.report.blocks import Block

DEEDS: Final = {
    Kind.CREATE: ("order", "created in"),
    Kind.CORRECT_IN_SHOP: ("order", "corrected in"),
    Kind.HOLD_IN_SHOP: ("order", "set on hold in"),
    Kind.CANCEL_IN_SHOP: ("order", "cancelled in"),
    Kind.SHIP: ("shipment", "reported to"),
    Kind.STAMP_REFERENCE: ("order", "marked as ours in"),
    Kind.UPDATE_TRACKING: ("shipment", "given a code at"),
}
"""What each kind of write is about, and what it does to that."""
LONGEST = 60


class Plan(Value, frozen=True):
    """What the next run would send, and what keeps it from sending more.

    `began` is when the dry run did, `places` has the names of connections by their ids, `too_old`
    counts the open orders that would be left alone, and `finished` tells whether the dry run came
    to its end.
    """

    began: datetime
    planned: tuple[Planned, ...]
    problems: tuple[ProblemRow, ...]
    places: Mapping[str, str]
    too_old: int
    finished: bool
    closed: Mapping[str, datetime] = field(default_factory=dict)  # as `closed_until` gives it

    def place_of(self, problem: ProblemRow) -> str:
        """Name the connection of a problem."""
        return self.places.get(problem.connection, problem.connection.removeprefix("name:"))

    def advice_for(self, problem: ProblemRow) -> str:
        """Say what helps; what only the dry run has met is no problem of the state's yet."""
        place, tried = self.place_of(problem), problem.since < self.began
        return advice(problem.word, order=problem.order_id, connection=place, tried=tried)


class Sum(Value, frozen=True):
    """All writes of one kind to one connection; `totals` by currency."""

    kind: Kind
    target: str
    count: int
    pieces: int
    totals: Mapping[str, Decimal]
    without_code: int


def sums(planned: Sequence[Planned]) -> list[Sum]:
    """Add the writes up, in the order in which they would be made."""
    groups: dict[tuple[Kind, str], list[Planned]] = {}
    for one in planned:
        groups.setdefault((one.kind, one.target), []).append(one)
    found = []
    for (kind, target), group in groups.items():
        totals: dict[str, Decimal] = {}
        for one in group:
            if one.total is not None:
                totals[one.currency] = totals.get(one.currency, Decimal(0)) + one.total
        codeless = sum(not one.code for one in group) if kind is Kind.SHIP else 0
        pieces = sum(one.pieces for one in group)
        found.append(Sum(kind, target, len(group), pieces, totals, codeless))
    return found


def plan_blocks(plan: Plan) -> list[Block]:
    """Show what would be sent, its sums, and what keeps orders back."""
    blocks: list[Block] = [_table(plan.planned)] if plan.planned else []
    blocks += [_problems(plan)] if plan.problems else []
    blocks += [Sentence("")] if blocks else []
    blocks += [Sentence(_sentence(one)) for one in sums(plan.planned)]
    if plan.too_old:
        blocks.append(Sentence(f"{left_alone(plan.too_old, planned=True)}.", Tone.FAIR))
    if plan.closed:
        blocks.append(Sentence(closed_sentence(plan.closed), Tone.FAIR))
    if not plan.finished:
        blocks.append(Sentence("The time was over before everything was looked at.", Tone.BAD))
    nothing = "" if plan.planned else "There is nothing to send. "
    return [*blocks, Sentence(f"{nothing}Nothing was sent or changed.", Tone.GOOD)]


def _table(planned: Sequence[Planned]) -> Table:
    """Make the table; columns in which nothing stands are left out."""
    columns = (
        Column("Order"),
        Column("Would be"),
        Column("Pieces", number=True),
        Column("Total", number=True),
        Column("Code", wraps=True),
        Column("Carrier", wraps=True),
    )
    rows = [_row(one) for one in planned]
    used = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    kept = tuple(tuple(row[index] for index in used) for row in rows)
    return Table("What would be sent", tuple(columns[index] for index in used), kept)


def _row(one: Planned) -> tuple[str, ...]:
    ships = one.kind in REPORTS
    return (
        f"{one.connection}\n{safe_text(one.order_id, LONGEST)}",
        f"{_deed(one.kind)[1]}\n{one.target}",
        str(one.pieces) if one.pieces else "",
        money_text(one.total, one.currency) if one.total is not None else "",
        safe_text(one.code, LONGEST) or ("none" if ships else ""),
        safe_text(one.carrier, LONGEST) or ("none" if ships else ""),
    )


def _deed(kind: Kind) -> tuple[str, str]:
    return DEEDS.get(kind, ("order", f"{kind.replace('_', ' ')}:"))


def _sentence(one: Sum) -> str:
    noun, verb = _deed(one.kind)
    count = f"{one.count} {noun}" if one.count == 1 else f"{one.count} {noun}s"
    told = [f"{one.pieces} pieces" if one.pieces != 1 else "1 piece"] if one.pieces else []
    told += [money_text(total, currency) for currency, total in sorted(one.totals.items())]
    told += [f"{one.without_code} without a code"] if one.without_code else []
    sums_of = f": {', '.join(told)}" if told else ""
    return f"{count} would be {verb} {one.target}{sums_of}."


def _problems(plan: Plan) -> Table:
    columns = (Column("What"), Column("Why, and what helps", wraps=True))
    rows = tuple(
        (
            "\n".join(filter(None, (plan.place_of(one), safe_text(one.order_id, 40), one.word))),
            f"{safe_text(one.sentence)}\n-> {safe_text(plan.advice_for(one))}",
        )
        for one in plan.problems
    )
    return Table("What keeps orders back", columns, rows, Tone.BAD)


def plan_document(plan: Plan, now: datetime) -> dict[str, Any]:
    """Give what `orderlink sync --dry-run --json` prints."""
    return {
        "time": timestamp(now),
        "finished": plan.finished,
        "planned": [
            {
                "connection": one.connection,
                "order": one.order_id,
                "what": str(one.kind),
                "where": one.target,
                "pieces": one.pieces or None,
                "total": str(one.total) if one.total is not None else None,
                "currency": one.currency or None,
                "code": one.code or None,
                "carrier": one.carrier or None,
            }
            for one in plan.planned
        ],
        "sums": [
            {
                "what": str(one.kind),
                "where": one.target,
                "count": one.count,
                "pieces": one.pieces,
                "totals": {currency: str(total) for currency, total in one.totals.items()},
                "without_code": one.without_code,
            }
            for one in sums(plan.planned)
        ],
        "kept_back": [
            {
                "connection": plan.place_of(one),
                "order": one.order_id or None,
                "problem": one.word,
                "why": one.sentence,
                "advice": plan.advice_for(one),
            }
            for one in plan.problems
        ],
        "left_alone": plan.too_old,
        "nothing_sent_before": timestamp(max(plan.closed.values(), default=None)),
    }

"""PURE: which part of an order is reported next, parcel by parcel where the contents are known.

A shop that says nothing about the contents of its parcels has the whole order reported with its
first code. One that does has each parcel reported by itself, as soon as it has a code, and what is
left when the order is completed waits for a code like any order without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderlink.decide.carrier import codes_in, codes_of
from orderlink.model import ShippedLine
from orderlink.rows import EffectState
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderlink.basics import Json, Parcel
    from orderlink.model import ShopLine
    from orderlink.rows import EffectRow, LineRow, OrderRow


class Reported(Value, frozen=True):
    """What the reports of an order that were carried out come to: pieces per line, and codes."""

    pieces: Mapping[str, int]
    codes: frozenset[str] = frozenset()


NOTHING_REPORTED = Reported({})


class Part(Value, frozen=True):
    """What one report is about: lines with pieces, and its code, empty where it has none.

    `covered`: codes are there for all that remains, this part and those after it.
    """

    lines: tuple[ShippedLine, ...]
    code: str = ""
    covered: bool = True


def reported_by(shipments: Iterable[EffectRow]) -> Reported:
    """Add up the reports (effects of the kind `ship`) that were carried out.

    One that is under way is not counted: until it is settled there is no other one beside it.
    """
    pieces: Counter[str] = Counter()
    codes = set()
    for effect in shipments:
        if effect.state is EffectState.DONE and effect.document:
            sent: Json = effect.document["shipment"]
            # A rule of the merchant's may have stripped what the shop shows.
            codes |= {sent["code"], effect.document.get("evidence", {}).get("shop_code", "")}
            for line in sent["lines"]:
                pieces[line["line_id"]] += line["quantity"]
    return Reported(pieces, frozenset(codes - {""}))


def changed_report(row: OrderRow, shipments: Sequence[EffectRow]) -> tuple[str, EffectRow | None]:
    """Give the code that a report lacks, or that a person changed, and the report itself.

    The report without a code takes the first code that no other has; without such a report, it is
    the last one, whose code or carrier was wrong.
    """
    sent = [one for one in shipments if one.state is EffectState.DONE and one.document]
    without = [one for one in sent if not one.document["shipment"]["code"]]
    codes = reported_by(shipments).codes
    code = next((one for one in codes_of(row) if one not in codes), "")
    if not code and sent and row.edits.get("report.carrier"):
        return str(sent[-1].document["shipment"]["code"]), sent[-1]
    return (code, (without or sent)[-1]) if code and sent else ("", None)


def remaining(row: OrderRow, reported: Reported) -> dict[str, int]:
    """Give the pieces per line that are neither cancelled, shipped nor reported."""
    return {
        line.line_id: max(0, line.wanted - max(line.shipped, reported.pieces.get(line.line_id, 0)))
        for line in row.pushable_lines
    }


def whole_rest(row: OrderRow, reported: Reported, code: str = "") -> Part:
    """Give everything that remains as one part."""
    return Part(_shipped(remaining(row, reported)), code)


def next_part(
    row: OrderRow, made: Sequence[ShopLine], reported: Reported, *, completed: bool
) -> Part | None:
    """Choose what is reported next by its code; None where no code is there for anything left.

    `made` are the lines of the shop order as we made them, `completed` tells that the shop calls
    the order completed. Of an order that is not, only parcels with known contents are reported.
    """
    left = remaining(row, reported)
    if row.edits.get("report.code") or not _all_known(row, made):
        fresh = [code for code in codes_of(row) if code not in reported.codes]
        if not completed or not fresh or not any(left.values()):
            return None
        return Part(_shipped(left), fresh[0])
    parts = []
    for parcel in row.parcels:
        code = next(iter(codes_in(row, parcel)), "")
        lines = contents_of(row, made, parcel, left)
        if code and code not in reported.codes and lines:
            parts.append(Part(_shipped(lines), code))
            left = {line_id: left[line_id] - lines.get(line_id, 0) for line_id in left}
    return replace(parts[0], covered=not any(left.values())) if parts else None


def _all_known(row: OrderRow, made: Sequence[ShopLine]) -> bool:
    """Tell whether it is known of every parcel with a code which lines are in it."""
    wanted = {line.line_id: line.wanted for line in row.pushable_lines}
    coded = [parcel for parcel in row.parcels if codes_in(row, parcel)]
    return bool(coded) and all(contents_of(row, made, parcel, wanted) for parcel in coded)


def _shipped(pieces: Mapping[str, int]) -> tuple[ShippedLine, ...]:
    return tuple(ShippedLine(line_id, count) for line_id, count in pieces.items() if count)


def contents_of(
    row: OrderRow, made: Sequence[ShopLine], parcel: Parcel, left: Mapping[str, int]
) -> dict[str, int]:
    """Translate a parcel's contents into pieces of the marketplace's lines, `left` at most.

    A pack or a bundle counts when all that makes one piece of it is there. Empty where the shop
    does not say what is inside, or names nothing that is a line of the order.
    """
    inside = Counter(dict(parcel.contents))
    found: dict[str, int] = {}
    for line in row.pushable_lines:
        parts = _parts_of(line, made)
        whole = min([left[line.line_id], *(_enough_for(line, part, inside) for part in parts)])
        if whole and parts:
            found[line.line_id] = whole
            for part in parts:
                inside[_name(part, inside)] -= whole * part.quantity // line.wanted
    return found


def _parts_of(line: LineRow, made: Sequence[ShopLine]) -> list[ShopLine]:
    return [part for part in made if part.line_id == line.line_id]


def _name(part: ShopLine, inside: Mapping[str, int]) -> str:
    return part.sku if part.sku in inside else part.product_id


def _enough_for(line: LineRow, part: ShopLine, inside: Mapping[str, int]) -> int:
    """Say for how many pieces of a line a parcel has enough of one of its parts."""
    return inside.get(_name(part, inside), 0) * line.wanted // max(part.quantity, 1)

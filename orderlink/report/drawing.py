"""PURE: bars and strips -> lines of characters, each with what it is, for terminals.

Nothing is told by colour alone: the parts of a bar differ in their characters, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.report.blocks import Bars, Tone
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orderlink.report.blocks import Strip, StripRow

MARGIN = "  "
LONGEST_BAR = 120
WIDEST_HOUR = 6


class Ink(Value, frozen=True):
    """What a piece of a drawing is: a part of a bar by its number, or of a tone."""

    part: int | None = None
    tone: Tone = Tone.PLAIN


PLAIN = Ink()
QUIET = Ink(tone=Tone.QUIET)
Line = list[tuple[str, Ink]]
"""One line: pieces of text, each with its ink."""


class Alphabet(Value, frozen=True):
    """The characters that a terminal can show."""

    parts: str  # of bars, one for each part
    levels: str  # of strips, from none to most


BLOCKS = Alphabet(
    "\u2588\u2593\u2592\u2591\u2580", "\u00b7\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
)
ASCII = Alphabet("#=+-:", ".:-=+*#%@")


def draw(block: Bars | Strip, width: int, *, ascii_only: bool) -> list[Line]:
    """Draw within so many cells."""
    alphabet = ASCII if ascii_only else BLOCKS
    if isinstance(block, Bars):
        return [*_bars(block, width, alphabet), *_legend(block, width, alphabet)]
    return list(_strip(block, width, alphabet))


def text_of(line: Line) -> str:
    """Give a line without its inks."""
    return "".join(text for text, _ in line).rstrip()


def _bars(bars: Bars, width: int, alphabet: Alphabet) -> Iterator[Line]:
    label = min(width // 3, _widest(name for name, _ in bars.rows))
    most = max((sum(counts) for _, counts in bars.rows), default=0)
    space = min(LONGEST_BAR, width - 2 * len(MARGIN) - label - 1 - len(f"{most:,}"))
    for name, counts in bars.rows:
        total = sum(counts)
        cells = total if most <= space else max(bool(total), round(total * space / most))
        line: Line = [(f"{MARGIN}{name[:label]:<{label}}{MARGIN}", PLAIN)]
        for part, share in enumerate(shares(counts, cells)):
            line.append((alphabet.parts[part] * share, Ink(part)))
        yield [*line, (f" {total:,}" if total else "none", PLAIN if total else QUIET)]


def shares(counts: Sequence[int], cells: int) -> list[int]:
    """Give each count its share of so many cells: one at least where there is anything at all.

    What rounding leaves over goes to those that lost most, what it lacks is taken from the largest.
    """
    total = sum(counts)
    if not total or cells <= sum(1 for count in counts if count):
        return [min(1, count) for count in counts]
    found = [max(min(1, count), count * cells // total) for count in counts]
    while sum(found) > cells:
        found[found.index(max(found))] -= 1
    by_loss = sorted(range(len(counts)), key=lambda part: -(counts[part] * cells % total))
    for part in by_loss[: cells - sum(found)]:
        found[part] += 1
    return found


def _legend(bars: Bars, width: int, alphabet: Alphabet) -> Iterator[Line]:
    line: Line = []
    for part, name in enumerate(bars.parts):
        if line and len(text_of(line)) + len(f"{MARGIN}# {name}") > width:
            yield line
            line = []
        line += [(MARGIN, PLAIN), (alphabet.parts[part], Ink(part)), (f" {name}", PLAIN)]
    yield line


def _strip(strip: Strip, width: int, alphabet: Alphabet) -> Iterator[Line]:
    label = _widest(row.name for row in strip.rows)
    number = max((len(row.counts) for row in strip.rows), default=0) or 1
    space = width - 3 * len(MARGIN) - label
    told = [_told(row) for row in strip.rows]
    if space - _widest(told) < number:
        told = [f"{sum(row.counts):,}" for row in strip.rows]
    cell = max(1, min(WIDEST_HOUR, (space - _widest(told)) // number))
    for row, end in zip(strip.rows, told, strict=True):
        ink = Ink(tone=row.tone)
        line: Line = [(f"{MARGIN}{row.name:<{label}}{MARGIN}", PLAIN)]
        for level in levels(row.counts, len(alphabet.levels) - 1):
            column = alphabet.levels[level] * (max(1, cell - 1) if level else 1)
            line.append((column.ljust(cell), ink if level else QUIET))
        yield [*line, (f"{MARGIN}{end}", PLAIN)]
    yield [(f"{MARGIN}{'':<{label}}{MARGIN}{_axis(strip.ends, cell * number)}", QUIET)]


def levels(counts: Sequence[int], highest: int) -> list[int]:
    """Give each count its height, from 0 for none to the highest for the most of them."""
    most = max(counts, default=0)
    return [-(-count * highest // most) if count else 0 for count in counts]


def _told(row: StripRow) -> str:
    total = sum(row.counts)
    return f"{total:,}, most {max(row.counts):,}/h" if total else "none"


def _axis(ends: tuple[str, str, str], cells: int) -> str:
    begin, middle, end = ends
    left = f"{begin:<{cells // 2}}{middle}"
    return f"{left}{end:>{max(len(end) + 1, cells - len(left))}}"


def _widest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)

"""PURE: blocks -> aligned text, for pipes, files and terminals that can do no more."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING

from orderlink.report.blocks import Bars, Column, Sentence, Strip, Table
from orderlink.report.drawing import draw, text_of
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderlink.report.blocks import Block

GAP = "  "
NARROWEST = 20
"""A column is not wrapped to less than this."""


def render(blocks: Sequence[Block], width: int | None = None) -> str:
    """Write blocks as text; `width` in cells, None: as wide as it gets (a pipe)."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, Sentence):
            parts.append(_fill(block.text, width))
        elif isinstance(block, Table):
            parts.append("\n" + "\n".join(_table(block, width)))
        elif isinstance(block, Strip):
            parts.append("\n" + "\n".join(_strip(block, width)))
        elif width is not None:
            parts.append("\n" + "\n".join(map(text_of, draw(block, width, ascii_only=True))))
    return "\n".join(parts).lstrip("\n") + "\n"


def encoded(blocks: Sequence[Block], showable: Callable[[str], str]) -> list[Block]:
    """Escape what cannot be shown before the layout, which counts cells."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Sentence):
            found.append(Sentence(showable(block.text), block.tone))
        elif isinstance(block, Bars):
            bars = tuple((showable(name), counts) for name, counts in block.rows)
            found.append(Bars(block.parts, bars))
        elif isinstance(block, Strip):
            found.append(block)
        else:
            rows = tuple(tuple(map(showable, row)) for row in block.rows)
            found.append(replace(block, rows=rows))
    return found


def cells(text: str) -> int:
    """Tell how many cells of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _fill(text: str, width: int | None) -> str:
    if width is None:
        return text
    return "\n".join(textwrap.wrap(text, width, break_on_hyphens=False)) or ""


def _strip(strip: Strip, width: int | None) -> list[str]:
    """Draw on a terminal; in a pipe only the sums are text that can be read."""
    if width is not None:
        return [strip.title, *map(text_of, draw(strip, width, ascii_only=True))]
    rows = tuple((row.name, str(sum(row.counts))) for row in strip.rows)
    return _table(Table(strip.title, (Column(""), Column("", number=True)), rows), None)


def _table(table: Table, width: int | None) -> list[str]:
    titles = tuple(column.title for column in table.columns)
    rows = [titles, *table.rows] if any(titles) else list(table.rows)
    widths = _widths(table.columns, rows, width)
    lines = [table.title] if table.title else []
    for row in rows:
        lines += _row(row, table.columns, widths)
    return lines


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None
) -> list[int]:
    widths = [
        max((cells(line) for row in rows for line in row[index].split("\n")), default=0)
        for index in range(len(columns))
    ]
    if width is None:
        return widths
    over = sum(widths) + len(GAP) * len(columns) - width
    for index, column in enumerate(columns):
        if column.wraps and over > 0:
            narrower = max(NARROWEST, widths[index] - over)
            over -= max(0, widths[index] - narrower)
            widths[index] = min(widths[index], narrower)
    return widths


def _row(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    split = [
        _lines(cell, size, wraps=column.wraps)
        for cell, column, size in zip(row, columns, widths, strict=True)
    ]
    found = []
    for number in range(max(map(len, split))):
        padded = []
        for lines, column, size in zip(split, columns, widths, strict=True):
            line = lines[number] if number < len(lines) else ""
            space = " " * max(0, size - cells(line))
            padded.append(space + line if column.number else line + space)
        found.append((GAP + GAP.join(padded)).rstrip())
    return found


def _lines(cell: str, width: int, *, wraps: bool) -> list[str]:
    lines: list[str] = []
    for line in cell.split("\n"):
        if wraps and cells(line) > width:
            lines += textwrap.wrap(line, max(1, width), break_on_hyphens=False)
        else:
            lines.append(line)
    return lines

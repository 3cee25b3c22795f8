"""Blocks -> rich tables, as text with its colours."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from orderlink.report.blocks import Bars, Sentence, Strip, Table, Tone
from orderlink.report.drawing import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.report.blocks import Block
    from orderlink.report.drawing import Ink

STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.FAIR: "bold yellow",
    Tone.BAD: "bold red",
    Tone.QUIET: "dim",
}

PARTS = ("cyan", "blue", "magenta", "green", "red")
"""Of bars: colours that stand out from a light background and from a dark one."""
TALL = 3
"""Rows of so many lines are kept apart."""


def rich_text(blocks: Sequence[Block], width: int, colours: bool, ascii_only: bool) -> str:  # noqa: FBT001
    """Lay blocks out for a terminal of that width."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=True,
        color_system="standard" if colours else None,
        no_color=not colours,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for block in blocks:
        if isinstance(block, Sentence):
            console.print(Text(block.text, style=STYLES[block.tone]))
        elif isinstance(block, Bars | Strip):
            console.print()
            if isinstance(block, Strip):
                console.print(Text(block.title, style="bold"))
            for line in draw(block, width, ascii_only=ascii_only):
                pieces = [(text, _style(ink)) for text, ink in line]
                console.print(Text.assemble(*pieces, no_wrap=True, overflow="crop"))
        else:
            console.print()
            console.print(Text(block.title, style=f"bold {_colour(block.tone)}".strip()))
            console.print(_table(block, ascii_only))
    return stream.getvalue()


def _style(ink: Ink) -> str:
    return STYLES[ink.tone] if ink.part is None else PARTS[ink.part % len(PARTS)]


def _colour(tone: Tone) -> str:
    return "red" if tone is Tone.BAD else ""


def _table(table: Table, ascii_only: bool) -> RichTable:  # noqa: FBT001
    shape = box.ASCII2 if ascii_only else box.ROUNDED
    titled = any(column.title for column in table.columns)
    tall = any(cell.count("\n") >= TALL - 1 for row in table.rows for cell in row)
    found = RichTable(box=shape, show_header=titled, header_style="bold", show_lines=tall)
    for column in table.columns:
        found.add_column(
            Text(column.title),
            justify="right" if column.number else "left",
            no_wrap=not column.wraps,
            overflow="fold",
        )
    tones = table.tones or (Tone.PLAIN,) * len(table.rows)
    for (first, *rest), tone in zip(table.rows, tones, strict=True):
        found.add_row(Text(first, style=STYLES[tone]), *(Text(cell) for cell in rest))
    return found

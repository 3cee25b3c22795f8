"""A table that is printed, and written as Markdown for the README."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Rows of texts below heads. `notes` say what was measured, and how it stands to the goal."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def text(self) -> str:
        """Write it for a terminal: numbers to the right."""
        widths = [max(map(len, column)) for column in zip(self.heads, *self.rows, strict=True)]
        lines = [_line(row, widths) for row in (self.heads, *self.rows)]
        return "\n".join([self.title, "", *lines, *(f"  {note}" for note in self.notes), ""])

    def markdown(self) -> str:
        """Write it for the README."""
        parts = [
            f"**{self.title}**",
            "",
            _cells(self.heads),
            _cells(["---", *["---:"] * (len(self.heads) - 1)]),
            *map(_cells, self.rows),
        ]
        return "\n".join([*parts, *([""] if self.notes else []), *self.notes, ""])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        text.rjust(width) if number else text.ljust(width)
        for number, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(["", first, *others]).rstrip()


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |"


def times(value: float) -> str:
    """Write a ratio."""
    return f"{value:.1f}x"


def milliseconds(value: float) -> str:
    """Write milliseconds: those of an order are few, those of a run are many."""
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def mebibytes(value: float) -> str:
    """Write memory."""
    return f"{value:.0f} MB"

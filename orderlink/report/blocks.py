"""PURE: what is shown, before it is known where: sentences, tables and drawings of plain text.

Texts of others go through `orderlink.redact.safe_text` when a block is made, so that no renderer
has to think of it.
"""

from __future__ import annotations

from enum import StrEnum

from orderlink.values import Value


class Tone(StrEnum):
    """How a sentence or a row is meant."""

    PLAIN = "plain"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    QUIET = "quiet"


class Sentence(Value, frozen=True):
    """One line of its own."""

    text: str
    tone: Tone = Tone.PLAIN


class Column(Value, frozen=True):
    """One column; `number` is set right, `wraps` may be broken into lines where it is narrow."""

    title: str
    number: bool = False
    wraps: bool = False


class Table(Value, frozen=True):
    """Rows under a title; a cell may have several lines. `tones` are the rows' first cells'."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    tone: Tone = Tone.PLAIN
    tones: tuple[Tone, ...] = ()


class Bars(Value, frozen=True):
    """A bar for each row, put together of parts: a drawing of what a table beside it tells."""

    parts: tuple[str, ...]  # what the parts of every bar are
    rows: tuple[tuple[str, tuple[int, ...]], ...]


class StripRow(Value, frozen=True):
    """How often something happened in one span of time after the other."""

    name: str
    counts: tuple[int, ...]
    tone: Tone = Tone.PLAIN


class Strip(Value, frozen=True):
    """Rows of counts over the same time, `ends` naming its beginning, its middle and its end."""

    title: str
    rows: tuple[StripRow, ...]
    ends: tuple[str, str, str]


Block = Sentence | Table | Bars | Strip

"""PURE: what is shown, before it is known where: sentences, tables and drawings of plain text.

Texts of others go through `orderlink.redact.safe_text` when a block is made, so that no renderer
has to think of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a sentence or a row is meant."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of its own."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `number` is set right, `wraps` may be broken into lines where it is narrow."""

    title: str
    number: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; a cell may have several lines."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each row, put together of parts: a drawing of what a table beside it tells."""

    parts: tuple[str, ...]  # what the parts of every bar are
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class StripRow:
    """How often something happened in one span of time after the other."""

    name: str
    counts: tuple[int, ...]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Strip:
    """Rows of counts over the same time, `ends` naming its beginning, its middle and its end."""

    title: str
    rows: tuple[StripRow, ...]
    ends: tuple[str, str, str]


Block = Sentence | Table | Bars | Strip

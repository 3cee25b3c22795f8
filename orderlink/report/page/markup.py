"""PURE: HTML and SVG elements as text. Whatever is not an element itself is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from orderlink.redact import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST = 1000
LONG = 40
"""A cell with more characters may be broken into lines."""
EMPTY = frozenset({"meta"})
"""Elements that have no end."""


class Html(str):
    """Text that is HTML already: made by `element` and `joined` alone."""

    __slots__ = ()


def element(name: str, /, *content: str | Html, **attributes: str | float) -> Html:
    """Make an element. In names of attributes `_` stands for `-`, and one at the end for nothing.

    `class_="quiet"` becomes `class="quiet"`, `http_equiv="x"` becomes `http-equiv="x"`.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_text(value))}"'
        for key, value in attributes.items()
    )
    if name in EMPTY:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(content)}</{name}>")


def joined(content: Iterable[str | Html]) -> Html:
    """Put elements and texts one after the other."""
    return Html("".join(_escaped(part) for part in content))


def _escaped(part: str | Html) -> str:
    if isinstance(part, Html):
        return part
    before, after = (" " if space else "" for space in (part[:1] == " ", part[1:].endswith(" ")))
    return before + escape(safe_text(part, LONGEST), quote=False) + after


def _text(value: str | float) -> str:
    if isinstance(value, str):
        return safe_text(value, LONGEST)
    return f"{value:.1f}".removesuffix(".0")


def table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str | Html]],
    numbers: int = 0,
    *,
    cards: bool = False,
) -> Html:
    """Make a table that scrolls where it is too wide; the last `numbers` columns are numbers.

    The first cell of a row names it; only long texts are broken into lines. `cards`: in a narrow
    window each row is a card instead, which needs no scrolling.
    """
    first = len(titles) - numbers
    head = [_cell("th", title, number=place >= first) for place, title in enumerate(titles)]
    body = []
    for row in rows:
        cells = [
            _cell("td" if place else "th", cell, number=place >= first)
            for place, cell in enumerate(row)
        ]
        body.append(element("tr", *cells))
    inside = [element("thead", element("tr", *head)), element("tbody", *body)]
    classes = "wide cards" if cards else "wide"
    return element("div", element("table", *inside), class_=classes, tabindex="0")


def _cell(kind: str, content: str | Html, *, number: bool) -> Html:
    if number:
        return element(kind, content, class_="number")
    return element(kind, content, class_="long") if len(content) > LONG else element(kind, content)

"""PURE: a bug's traceback, without what the exception's own words may hold of a buyer.

What an exception says is made of the program's text and of the data that it failed on. Of its words
those are kept that stand in the functions of the traceback, and those in which Python itself
complains; anything else may be a name or a street, and is left out.
"""

from __future__ import annotations

import builtins
import re
import traceback
from types import CodeType
from typing import TYPE_CHECKING

from orderlink.redact import REPLACEMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

LEFT_OUT = "[...]"
LONGEST = 1000

PYTHONS_OWN = frozenset(dir(builtins)) | frozenset(
    """
    Expecting Extra Invalid NoneType Unterminated access an and argument arguments associated
    attribute base be byte bytes callable can cannot char character characters codec column control
    convert could data decode deleted delimiter division double enclosed encode enough exceeded
    expected float for given got has hashable in index indices int integer integers invalid is item
    items iterable iteration iterator key keyword line list literal local longer many match maximum
    missing module more must mutable name no not object of on only open operand or ordinal out outer
    position positional property quotes range recursion required s sequence set slices some starting
    str string subscriptable supported t takes that the to too tuple type types unexpected
    unhashable unpack unsupported value values variable was were where while with without write zero
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
"""In these words Python's own functions complain."""

_PIECES = re.compile(re.escape(REPLACEMENT) + r"|\w+|\W")
_RUN_OF_GAPS = re.compile(rf"{re.escape(LEFT_OUT)}(?:[^\w\[\]]*{re.escape(LEFT_OUT)})+")


def told(error: BaseException, clean: Callable[[str], str] = str) -> str:
    """Write an exception with its traceback and its causes, as Python does; several lines.

    `clean` takes out the secrets first, so that what stands for them stays.
    """
    known = PYTHONS_OWN.union(*(_words_of(one) for one in _all_of(error)))
    return "\n".join(_lines(error, known, clean, set()))


def masked(text: str, known: Collection[str]) -> str:
    """Keep the words of a text that are known, and what stands for a secret."""
    pieces = _PIECES.findall(text[:LONGEST])
    kept = (
        piece if piece in known or piece == REPLACEMENT or not re.match(r"\w", piece) else LEFT_OUT
        for piece in pieces
    )
    return _RUN_OF_GAPS.sub(LEFT_OUT, "".join(kept))


def words_in(text: str) -> set[str]:
    """Give the words of a text."""
    return set(re.findall(r"\w+", text))


def _lines(
    error: BaseException, known: Collection[str], clean: Callable[[str], str], seen: set[int]
) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, known, clean, seen)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    kind = type(error)
    said = [str(error), *getattr(error, "__notes__", ())]
    text = ": ".join(masked(clean(one), known) for one in said if one)
    yield f"{kind.__module__}.{kind.__qualname__}: {text}".removeprefix("builtins.")
    for part in getattr(error, "exceptions", ()):
        if isinstance(part, BaseException) and id(part) not in seen:
            yield "in which:"
            yield from _lines(part, known, clean, seen)


def _all_of(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and those that led to it or are within it."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def _words_of(error: BaseException) -> set[str]:
    """Give the words in the functions that an exception went through."""
    words: set[str] = set()
    for frame, _line in traceback.walk_tb(error.__traceback__):
        words |= _words_in_code(frame.f_code)
    return words


def _words_in_code(code: CodeType) -> set[str]:
    words = words_in(" ".join([*code.co_names, *code.co_varnames, *code.co_freevars]))
    waiting = list(code.co_consts)
    while waiting:
        constant = waiting.pop()
        if isinstance(constant, str):
            words |= words_in(constant)
        elif isinstance(constant, tuple | frozenset):
            waiting += constant
        elif isinstance(constant, CodeType):
            words |= _words_in_code(constant)
    return words

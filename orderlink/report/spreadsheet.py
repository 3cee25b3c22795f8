"""PURE: cells of a CSV file that no spreadsheet takes for a formula.

A cell that begins with = + - or @ is a formula to a spreadsheet, quoted or not, and may send what
stands in the others to anybody (OWASP, CSV Injection). So does what follows a separator, where the
file is opened with another one than it was written with.
"""

from __future__ import annotations

import re

_FORMULA = re.compile("(^|[;,|\t\r\n])([\\s\"']*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_TAMED = re.compile("(^|[;,|\t\r\n])([\\s\"']*)'(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def tamed(text: str) -> str:
    """Put an apostrophe before whatever could be a formula; numbers stay numbers."""
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub(r"\1\2'", text)


def untamed(text: str) -> str:
    """Take the apostrophes of `tamed` away again."""
    return _TAMED.sub(r"\1\2", text)

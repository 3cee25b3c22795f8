"""PURE: what a failure is called in a check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlink.errors import RemoteError


def words_of(name: str, error: RemoteError) -> str:
    """Give an error's words without what is told beside it: whose it is, and what a run does."""
    sentence = str(error).removeprefix(f"{name}: ")
    return re.sub("[;,] [^;,]* is tried again in the next run[.]$", "", sentence)

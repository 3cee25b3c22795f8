"""PURE: how a person gives the value of a key: `env:NAME` and its like for secrets, else text."""

from __future__ import annotations

import shlex
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

from orderlink.settings import start_from
from orderlink.setup.questions import is_secret, kinds
from orderlink.where import absolute

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic.fields import FieldInfo

TYPED = "-"
"""Stands for a secret that is read from standard input."""
FORMS = "env:NAME, file:PATH, command:PROGRAM ARGUMENT..., credential:NAME, or - (standard input)"


def value_from(field: FieldInfo, text: str, folder: Path) -> object:
    """Read a key's value; `TYPED` for a secret that is still to be read.

    Paths of secrets are made absolute, counted from `folder`. Raises ValueError with what it must
    be, never with the text in it.
    """
    if is_secret(field):
        return secret_from(text, folder)
    if str in kinds(field):
        return text
    try:
        value: Any = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return text
    return value


def secret_from(text: str, folder: Path) -> object:
    """Read where a secret is: the table that stands for it in the file, or `TYPED`."""
    if text == TYPED:
        return TYPED
    word, _, rest = text.partition(":")
    if word not in {"env", "file", "command", "credential"} or not rest.strip():
        raise ValueError(f"must not stand here itself; say where it is: {FORMS}")
    if word == "command":
        try:
            return {"command": shlex.split(rest)}
        except ValueError:
            raise ValueError("has a quote that is not closed") from None
    if word == "file":
        return {"file": str(absolute(rest, folder))}
    return {word: rest}


def start_given(text: str) -> str | date | None:
    """Read which orders are taken: `now` (None), `open`, or a day. Raises ValueError."""
    if text == "now":
        return None
    try:
        start = start_from(text)
    except ValueError:
        start = ""
    if not start:
        raise ValueError("must be now, open, or a day as 2026-01-31")
    return start if start == "open" else date.fromisoformat(start)

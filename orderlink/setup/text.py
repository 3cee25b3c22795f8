"""PURE: a connection's table as TOML, each key under a comment that says what it is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Final

import tomli_w

from orderlink.settings import ConnectionSettings
from orderlink.setup.questions import question
from orderlink.values import Value

WIDTH: Final = 98

HEAD: Final = """\
# The configuration of orderlink. Change it as you like: `orderlink init` adds connections at the
# end, and never writes over what is here. All keys: `orderlink schema`, or the README.
"""


class Table(Value, frozen=True):
    """One connection as it will stand in the file; `values` are what TOML can hold.

    `group` is `shops` or `marketplaces`, `title` what the comment above it says.
    """

    group: str
    name: str
    title: str
    model: type[ConnectionSettings]
    values: Mapping[str, object]


def state_text(state: str) -> str:
    """Write where the state is; nothing where that is the usual place."""
    comment = "# Where orderlink keeps its state; for you alone, and not to be moved without this."
    return f"\n{comment}\n{_assignment('state', state)}\n" if state else ""


def table_text(table: Table) -> str:
    """Write a table with its comments; it may be put at the end of any file."""
    lines = ["", *_comment(table.title), f"[{table.group}.{table.name}]"]
    for key, value in table.values.items():
        if key != "type":
            asked = question(key, table.model.model_fields[key])
            lines += ["", *_comment(asked.meaning)]
            lines += _comment(f"Where: {asked.where}") if asked.where else []
        lines.append(_assignment(key, value))
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH, break_long_words=False)]


def _assignment(key: str, value: object) -> str:
    """Write one key; a table stands in its line, as in `{ env = "NAME" }`."""
    if isinstance(value, Mapping):
        inner = ", ".join(_assignment(name, one) for name, one in value.items())
        return f"{key} = {{ {inner} }}"
    if isinstance(value, list | tuple):
        items = ", ".join(_assignment("x", one).removeprefix("x = ") for one in value)
        return f"{key} = [{items}]"
    return tomli_w.dumps({key: value}).strip()

"""As much of GraphQL as the Shopify sandbox needs: what is selected, and no more.

There is no schema here: an answer is a tree of values, of which exactly what was selected is told.
What a value is not prepared for is a field that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SIGN = re.compile(
    r'[\s,]+|#[^\n]*|(?P<sign>"(?:\\.|[^"\\\n])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()\[\]:!=$@|])'
)
_ESCAPE = re.compile(r'\\(["\\/])')
ROWS_AT_MOST = 250


class GraphQLError(Exception):
    """An error that stands in an answer. `code` is Shopify's word for it; `path` where it was."""

    def __init__(
        self, message: str, code: str = "", path: Sequence[str | int] = (), **extensions: Any
    ) -> None:
        super().__init__(message)
        self.path = tuple(path)
        self.extensions = {**({"code": code} if code else {}), **extensions}

    def document(self) -> dict[str, Any]:
        """Write it as Shopify does."""
        document: dict[str, Any] = {"message": str(self)}
        if self.path:
            document["path"] = list(self.path)
        if self.extensions:
            document["extensions"] = self.extensions
        return document


@dataclass(frozen=True)
class Field:
    """One selected field: its name, the key of its answer, and what is selected of it.

    `on` is the type that it is selected of; empty: of any.
    """

    name: str
    key: str
    arguments: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    on: str = ""


@dataclass(frozen=True)
class Operation:
    """What a request asks for: `query` or `mutation`, and the fields.

    `inputs` are the declared types of its variables.
    """

    kind: str
    name: str
    inputs: Mapping[str, str]
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Connection:
    """Rows that are told page by page.

    `ids` are those of the rows, where they are sorted by them, `falling` or rising: a cursor then
    names the last row that was told, so that rows which come or go meanwhile shift nothing.
    """

    rows: Sequence[Any]
    ids: Sequence[int] = ()
    falling: bool = False


def parse(text: str, variables: Mapping[str, Any]) -> Operation:
    """Read a document with one operation. Raises `GraphQLError`."""
    reader = _Reader(text, variables)
    return reader.operation()


class _Reader:
    """Reads a document from its first sign to its last."""

    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        self._signs = list(_signs(text))
        self._variables = variables
        self._fragments: dict[str, tuple[str, int]] = {}
        self._at = 0

    def operation(self) -> Operation:
        found: list[tuple[str, str, Mapping[str, str], int]] = []
        while self._at < len(self._signs):
            kind = self._next()
            if kind == "fragment":
                name = self._next()
                self._expect("on")
                self._fragments[name] = self._next(), self._at
            elif kind in {"query", "mutation"}:
                name = self._next() if self._peek() not in {"(", "{"} else ""
                found.append((kind, name, self._declarations(), self._at))
            elif kind == "{":  # a query without its word
                self._at -= 1
                found.append(("query", "", {}, self._at))
            else:
                raise _unexpected(kind)
            self._skip_selection()
        if len(found) != 1:
            raise GraphQLError("An operation name is required")
        kind, name, inputs, start = found[0]
        self._at = start
        return Operation(kind, name, inputs, tuple(self._selection("")))

    def _declarations(self) -> dict[str, str]:
        inputs: dict[str, str] = {}
        if self._peek() != "(":
            return inputs
        self._next()
        while self._peek() != ")":
            self._expect("$")
            name = self._next()
            self._expect(":")
            words = []
            while self._peek() not in {"$", ")"}:
                words.append(self._next())
            inputs[name] = "".join(words)
        self._next()
        return inputs

    def _skip_selection(self) -> None:
        depth = 0
        while True:
            sign = self._next()
            depth += (sign == "{") - (sign == "}")
            if depth == 0:
                return

    def _selection(self, on: str) -> Iterator[Field]:
        self._expect("{")
        while self._peek() != "}":
            if self._peek() != "...":
                yield self._field(on)
                continue
            self._next()
            if self._peek() == "on":
                self._next()
                yield from self._selection(self._next())
                continue
            name = self._next()
            if name not in self._fragments:
                raise GraphQLError(f"Fragment {name} was used, but not defined")
            condition, start = self._fragments[name]
            back, self._at = self._at, start
            fields = list(self._selection(condition))
            self._at = back
            yield from fields
        self._next()

    def _field(self, on: str) -> Field:
        key = name = self._next()
        if self._peek() == ":":
            self._next()
            name = self._next()
        arguments: dict[str, Any] = {}
        if self._peek() == "(":
            self._next()
            while self._peek() != ")":
                argument = self._next()
                self._expect(":")
                arguments[argument] = self._value()
            self._next()
        fields = tuple(self._selection("")) if self._peek() == "{" else ()
        return Field(name, key, arguments, fields, on)

    def _value(self) -> Any:
        sign = self._next()
        if sign == "$":
            return self._variables.get(self._next())
        if sign == "{":
            members = {}
            while self._peek() != "}":
                name = self._next()
                self._expect(":")
                members[name] = self._value()
            self._next()
            return members
        if sign == "[":
            values = []
            while self._peek() != "]":
                values.append(self._value())
            self._next()
            return values
        if sign.startswith('"'):
            return _ESCAPE.sub(r"\1", sign[1:-1])
        if re.fullmatch(r"-?\d+", sign):
            return int(sign)
        return {"true": True, "false": False, "null": None}.get(sign, sign)

    def _peek(self) -> str:
        if self._at >= len(self._signs):
            raise _unexpected("end of file")
        return self._signs[self._at]

    def _next(self) -> str:
        sign = self._peek()
        self._at += 1
        return sign

    def _expect(self, wanted: str) -> None:
        sign = self._next()
        if sign != wanted:
            raise _unexpected(sign)


def _signs(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        match = _SIGN.match(text, at)
        if match is None:
            raise _unexpected(text[at])
        if match["sign"]:
            yield match["sign"]
        at = match.end()


def _unexpected(sign: str) -> GraphQLError:
    return GraphQLError(f'syntax error, unexpected "{sign}"')


# What is told


def told(fields: Sequence[Field], value: Any, path: Sequence[str | int] = ()) -> Any:
    """Tell exactly what was selected of a value. Raises `GraphQLError`.

    A value is a scalar, None, a list, a mapping by field (`__typename` names its type), a
    `Connection`, or a function of the arguments that gives one of these.
    """
    if isinstance(value, list):
        return [told(fields, one, (*path, index)) for index, one in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    return {
        field.key: _told_field(field, value, (*path, field.key))
        for field in fields
        if field.on in {"", value.get("__typename")}
    }


def _told_field(field: Field, value: Mapping[str, Any], path: Sequence[str | int]) -> Any:
    if field.name not in value:
        kind = value.get("__typename", "this type")
        raise GraphQLError(
            f"Field '{field.name}' doesn't exist on type '{kind}'", "undefinedField", path
        )
    its = value[field.name]
    if callable(its):
        its = its(field.arguments)
    if isinstance(its, Connection):
        its = _page(its, field.arguments, path)
    elif isinstance(its, list) and "first" in field.arguments:
        its = its[: _rows_asked_for(field.arguments, path)]
    return told(field.fields, its, path)


def _page(
    connection: Connection, arguments: Mapping[str, Any], path: Sequence[str | int]
) -> dict[str, Any]:
    start = _start(connection, int(arguments.get("after") or 0))
    end = start + _rows_asked_for(arguments, path)
    rows = list(connection.rows[start:end])
    cursor = connection.ids[start + len(rows) - 1] if rows and connection.ids else start + len(rows)
    return {
        "nodes": rows,
        "pageInfo": {
            "hasNextPage": end < len(connection.rows),
            "endCursor": str(cursor) if rows else None,
        },
    }


def _start(connection: Connection, after: int) -> int:
    """Tell how many rows come before what follows a cursor; 0 is none."""
    if not after or not connection.ids:
        return after
    return sum(one >= after if connection.falling else one <= after for one in connection.ids)


def _rows_asked_for(arguments: Mapping[str, Any], path: Sequence[str | int]) -> int:
    first = arguments.get("first")
    if not isinstance(first, int):
        raise GraphQLError("you must provide one of first or last", "BAD_REQUEST", path)
    if not 0 <= first <= ROWS_AT_MOST:
        raise GraphQLError(f"first cannot exceed {ROWS_AT_MOST}", "BAD_REQUEST", path)
    return first

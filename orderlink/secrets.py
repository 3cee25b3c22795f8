"""Secrets: where they are, looked up late, kept in memory, never shown.

A key that holds a secret takes `{env = "NAME"}`, `{file = "PATH"}`, `{command = ["PROGRAM", ...]}`,
`{credential = "NAME"}` (systemd's LoadCredential=), or the text itself. Reading the configuration
looks nothing up: a secret that cannot be had is the problem of its connection alone.
"""

from __future__ import annotations

import difflib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from pydantic_core import core_schema

from orderlink.errors import SecretError
from orderlink.secret_places import (
    Command,
    Credential,
    EnvironmentVariable,
    PlainText,
    SecretFile,
    Source,
)
from orderlink.where import absolute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo

HIDDEN: Final = "**********"
"""What stands for a secret wherever its settings are written out."""

_FORMS = '{env = "NAME"}, {file = "PATH"}, {command = ["PROGRAM", ...]} or {credential = "NAME"}'


@dataclass(slots=True)
class Reading:
    """What the checks of values need to know about the file that is being read.

    `folder` is what relative paths are relative to, `table` the dotted path of the table, and
    `plain_secrets` counts the secrets that were found as plain text.
    """

    folder: Path = field(default_factory=Path.cwd)
    table: str = ""
    plain_secrets: int = 0

    @classmethod
    def of(cls, info: ValidationInfo) -> Reading:
        """Give what the loader handed to pydantic; without a loader, the working directory."""
        return info.context if isinstance(info.context, cls) else cls()

    def path(self, text: object) -> Path:
        """Make a path absolute, `~` being the home directory. Raises ValueError."""
        return absolute(text, self.folder)


class Secret:
    """A value that is looked up when it is needed and never shown.

    `key` is the dotted path of its key in the configuration, for messages. White space around a
    value does not belong to it.
    """

    __slots__ = ("_failure", "_lock", "_source", "_value", "key")

    def __init__(self, source: str | Source, key: str = "") -> None:
        self._source = PlainText(source) if isinstance(source, str) else source
        self._lock = threading.Lock()
        self._value = ""
        self._failure = ""
        self.key = key

    @property
    def source(self) -> Source:
        """Where the secret is."""
        return self._source

    @property
    def origin(self) -> str:
        """Name the place of the secret: `environment variable BOL_CLIENT_SECRET`."""
        return str(self._source)

    def reveal(self) -> str:
        """Look the secret up, once in the life of this object, whatever comes of it.

        Raises `orderlink.errors.SecretError`, with the key and what to do.
        """
        with self._lock:
            if not self._value and not self._failure:
                try:
                    self._value = self._source.look_up().strip()
                    self._failure = "" if self._value else f"the {self._source} is empty"
                except SecretError as error:
                    self._failure = str(error)
            if self._failure:
                raise SecretError(f"{self.key}: {self._failure}" if self.key else self._failure)
            return self._value

    def __repr__(self) -> str:
        return f"Secret({self.origin})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret does not leave its process")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _: Any, __: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _secret_from,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda _: HIDDEN),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: core_schema.CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        text = {"type": "string", "minLength": 1}
        words = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        kinds = {"env": text, "file": text, "command": words, "credential": text}
        table = {
            "type": "object",
            "properties": kinds,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [table, text]}


def _secret_from(value: object, info: ValidationInfo) -> Secret:
    """Read a secret's key. Raises ValueError, never with the value in it."""
    if isinstance(value, Secret):
        return value
    reading = Reading.of(info)
    if isinstance(value, str):
        if not value.strip():
            raise ValueError("is empty")
        reading.plain_secrets += 1
        return Secret(value)
    if not isinstance(value, dict):
        raise ValueError(f"must be text or one of {_FORMS}")  # noqa: TRY004 - pydantic collects these
    return Secret(_source_from(value, reading))


def _source_from(table: Mapping[str, object], reading: Reading) -> Source:
    kinds = ("env", "file", "command", "credential")
    for word in table:
        if word not in kinds:
            near = difflib.get_close_matches(word, kinds, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"it takes one of {_FORMS}"
            raise ValueError(f"has the unknown key `{word}`; {hint}")
    if len(table) != 1:
        raise ValueError(f"must have exactly one of {_FORMS}")
    ((kind, value),) = table.items()
    if kind == "command":
        words = value if isinstance(value, list) else []
        if not all(isinstance(word, str) and "\0" not in word for word in words) or not (
            words and words[0].strip()
        ):
            raise ValueError('must be {command = ["PROGRAM", "ARGUMENT", ...]}, all of them text')
        return Command(tuple(words), reading.folder)
    if kind == "file":
        return SecretFile(reading.path(value))
    if not isinstance(value, str) or not _is_text(value) or "=" in value:
        raise ValueError(f'must be {{{kind} = "NAME"}}')
    if kind == "env":
        return EnvironmentVariable(value)
    if "/" in value or value in {".", ".."}:
        raise ValueError("must be {credential = NAME}: a name, not a path")
    return Credential(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value

"""PURE: what has to be known about a connection, told by the model of its keys.

A key is asked for when it is needed, or when its field says where it is found:

    Field(description="...", json_schema_extra={"where": "In the seller account: Settings, ..."})
"""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import ValidationError

from orderlink.complaints import sentences
from orderlink.secrets import Reading, Secret
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic.fields import FieldInfo

    from orderlink.settings import ConnectionSettings


class Question(Value, frozen=True):
    """One key: what it means, where it is found, and whether it must be there or is a secret."""

    key: str
    meaning: str
    where: str
    secret: bool
    needed: bool


def questions(model: type[ConnectionSettings]) -> tuple[Question, ...]:
    """List what is asked for, in the order of the fields."""
    return tuple(
        question(name, field)
        for name, field in model.model_fields.items()
        if name != "type" and (field.is_required() or where_of(field))
    )


def question(name: str, field: FieldInfo) -> Question:
    """Tell what is to be known about one key."""
    return Question(
        key=name,
        meaning=" ".join((field.description or "").split()),
        where=where_of(field),
        secret=is_secret(field),
        needed=field.is_required(),
    )


def where_of(field: FieldInfo) -> str:
    """Say where a key's value is found; empty: the field does not say."""
    extra = field.json_schema_extra
    where = extra.get("where", "") if isinstance(extra, dict) else ""
    return " ".join(str(where).split())


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a key holds a secret."""
    return Secret in kinds(field)


def kinds(field: FieldInfo) -> tuple[object, ...]:
    """Give what a key may be: one type, or several of which one may be None."""
    joined = get_origin(field.annotation) in {Union, UnionType}
    return get_args(field.annotation) if joined else (field.annotation,)


def complaint(
    model: type[ConnectionSettings], key: str, value: object, kind: str, folder: Path
) -> str:
    """Say what is wrong with the value of one key, whatever the others are; empty: nothing.

    `kind` is the connection's `type`, `folder` what relative paths count from.
    """
    table: Mapping[str, Any] = {"type": kind, key: value}
    try:
        model.model_validate(table, context=Reading(folder))
    except ValidationError as error:
        mine = [text for place, text in sentences(error, model) if place[:1] == (key,)]
        return "; ".join(mine)
    return ""

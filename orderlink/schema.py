"""The configuration file described for editors: JSON Schema, made from the connectors' models."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from orderlink.registry import MARKETPLACE, SHOP, settings_of
from orderlink.settings import NAME, duration_text

if TYPE_CHECKING:
    from pydantic import BaseModel

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE: Final = "#/$defs/{model}"


def schema_of(top: type[BaseModel]) -> dict[str, Any]:
    """Describe the file whose top is `top`: its keys, and each table by its `type`.

    A third party's `type` allows keys that are not known here.
    """
    schema = _schema(top)
    definitions: dict[str, Any] = schema.pop("$defs", {})
    for kind in (SHOP, MARKETPLACE):
        choices = []
        for word in kind.builtin:
            model = settings_of(word, kind, Path())
            choices.append(_reference(f"{kind.name}-{word}", model, {"const": word}, definitions))
        theirs = _reference(f"{kind.name}-module", kind.base, {"pattern": ".:."}, definitions)
        definitions[f"{kind.name}-module"]["additionalProperties"] = True
        schema["properties"][kind.group] |= _named_tables([*choices, theirs])
    from orderlink.alerts.settings import AlertSettings  # noqa: PLC0415 - a run seldom needs it

    definitions["alerts"] = _schema(AlertSettings)
    schema["properties"]["alerts"] = {
        "$ref": "#/$defs/alerts",
        "description": schema["properties"]["alerts"]["description"],
    }
    return {"$schema": _DRAFT, **schema, "title": "orderlink.toml", "$defs": definitions}


def _named_tables(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "minProperties": 1,
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {"anyOf": choices},
    }


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """Describe a model in the words of the file: durations as written there, no null."""
    schema = model.model_json_schema(ref_template=_REFERENCE)
    for name, field in model.model_fields.items():
        key = schema["properties"][name]
        if isinstance(field.default, timedelta):
            key["default"] = duration_text(field.default)
        elif field.default is None:
            del key["default"]  # TOML has no null
            if "anyOf" in key:
                key["anyOf"] = [choice for choice in key["anyOf"] if choice != {"type": "null"}]
    return schema


def _reference(
    name: str, model: type[BaseModel], word: dict[str, str], definitions: dict[str, Any]
) -> dict[str, Any]:
    """Put a model among the definitions, its `type` held to a word, and refer to it."""
    schema = _schema(model)
    definitions |= schema.pop("$defs", {})
    schema["properties"]["type"] |= word
    definitions[name] = schema
    return {"$ref": f"#/$defs/{name}"}

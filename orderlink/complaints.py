"""What pydantic found wrong with a table -> sentences for a person, never with a value in them."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pydantic import BaseModel, ValidationError

_SENTENCES: Final = {
    "missing": "is missing",
    "string_type": "must be text, in quotes",
    "string_too_short": "is empty",
    "int_type": "must be a whole number, without quotes",
    "int_parsing": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": 'must be a list, as ["..."]',
    "list_type": 'must be a list, as ["..."]',
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "must not be empty",
}


def sentences(
    error: ValidationError, model: type[BaseModel]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Give the place of each problem within the table, and its sentence."""
    for found in error.errors(include_url=False, include_input=False):
        yield found["loc"], _sentence(found, model)


def suggestion(word: str, known: Collection[str]) -> str:
    """Give `; did you mean ...?` where a known word comes close, else nothing."""
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def dotted(place: Sequence[str | int]) -> str:
    """Write the place of a key as TOML does: `marketplaces.bol.client_id`."""
    return ".".join(
        str(part) if re.fullmatch(r"[A-Za-z0-9_-]+", str(part)) else json.dumps(part)
        for part in place
    )


def _sentence(found: Any, model: type[BaseModel]) -> str:
    kind, place, context = found["type"], found["loc"], found.get("ctx", {})
    if kind == "extra_forbidden":
        keys = model.model_fields if len(place) == 1 else ()
        return f"unknown key{suggestion(str(place[-1]), list(keys))}"
    if kind == "value_error":
        return str(context["error"])
    if kind in {"greater_than_equal", "less_than_equal"}:
        word = "least" if "ge" in context else "most"
        return f"must be at {word} {context.get('ge', context.get('le'))}"
    if kind == "literal_error":
        return f"must be {context['expected']}"
    text: str = found["msg"]
    return _SENTENCES.get(kind, text[:1].lower() + text[1:])

"""Shopify's search in small: terms joined by OR, words without regard to case, an index that lags.

Like the real one it finds more than was meant: a value is found wherever its words stand in a row
(https://shopify.dev/docs/api/usage/search-syntax).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from orderlink.sandbox.shopify_records import SandboxVariant, StoredOrder

_TERM = re.compile(
    r"""(?P<field>\w+):(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>\S+))"""
)
_WORDS = re.compile(r"[^\W_]+")

ORDER_FIELDS: Mapping[str, Callable[[StoredOrder], Iterable[str]]] = {
    "id": lambda order: (str(order.id),),
    "name": lambda order: (order.name,),
    "source_identifier": lambda order: (order.source_identifier,),
    "source_name": lambda order: (order.source_name,),
    "tag": lambda order: order.found_by_tags,
    "email": lambda order: (order.email,),
    "po_number": lambda order: (order.po_number,),
}
VARIANT_FIELDS: Mapping[str, Callable[[SandboxVariant], Iterable[str]]] = {
    "id": lambda variant: (str(variant.id),),
    "sku": lambda variant: (variant.sku,),
    "barcode": lambda variant: (variant.barcode,),
    "title": lambda variant: (variant.title,),
}


def matches(search: str, thing: Any, fields: Mapping[str, Callable[[Any], Iterable[str]]]) -> bool:
    """Tell whether a thing is found. A search without a term that is understood finds all."""
    terms = list(_TERM.finditer(search))
    if not terms:
        return True
    return any(_has(term, thing, fields) for term in terms)


def _has(
    term: re.Match[str], thing: Any, fields: Mapping[str, Callable[[Any], Iterable[str]]]
) -> bool:
    if term["field"] not in fields:
        return True  # a filter that does not exist is ignored
    quoted = term["double"] if term["double"] is not None else term["single"]
    wanted = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else term["bare"]
    return any(_contains(_words(text), _words(wanted)) for text in fields[term["field"]](thing))


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def _contains(words: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return bool(wanted) and any(
        words[start : start + size] == wanted for start in range(len(words) - size + 1)
    )

"""What an operation costs at Shopify, before it is carried out and after.

By the rules that Shopify publishes
(https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits); a list counts as often as it
has members. What Shopify really takes is less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlink.sandbox.shopify_graphql import Field, Operation

CONNECTION, OBJECT, MUTATION = 2, 1, 10


def requested_points(operation: Operation) -> int:
    """Work out what an operation costs at most, by Shopify's published rules."""
    extra = MUTATION - OBJECT if operation.kind == "mutation" else 0
    return sum(_requested(field) + extra for field in operation.fields)


def _requested(field: Field) -> int:
    if not field.fields:
        return 0
    by_type: dict[str, int] = {}
    for one in field.fields:
        by_type[one.on] = by_type.get(one.on, 0) + _requested(one)
    inner = by_type.pop("", 0) + max(by_type.values(), default=0)
    ids = field.arguments.get("ids")
    size = int(field.arguments.get("first") or (len(ids) if isinstance(ids, list) else 1))
    nodes = [one for one in field.fields if one.name == "nodes"]
    if nodes:
        return CONNECTION + size * sum(map(_requested, nodes))
    return size * (OBJECT + inner)


def actual_points(operation: Operation, data: Any) -> int:
    """Work out what an answer cost: what is not there costs nothing, and no more than was asked."""
    extra = MUTATION - OBJECT if operation.kind == "mutation" else 0
    told_fields = [data.get(field.key) for field in operation.fields]
    told = sum(_actual(one) + extra for one in told_fields)
    return min(told, requested_points(operation))


def _actual(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_actual, value))
    if not isinstance(value, dict):
        return 0
    if "nodes" in value:
        return CONNECTION + _actual(value["nodes"])
    return OBJECT + sum(map(_actual, value.values()))

"""PURE: how Shopify is asked for the orders of other programs, and how one is marked as ours.

The points are worked out as `shopify_queries` says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from orderlink.shops.shopify_documents import DocumentError
from orderlink.shops.shopify_queries import (
    ADOPTED,
    NAMESPACE,
    ORIGIN,
    REFERENCE,
    TEXT,
    YES,
    Operation,
    gid,
    tag_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.model import Json, Stamp

OTHERS_PER_PAGE: Final = 50
TRANSACTIONS: Final = 8
"""So many transactions of an order are looked at; one that a marketplace paid has one."""


def orders_newest_first(field: str, after: str | None = None) -> Operation:
    """List all orders with what stands in a field, as `orderlink.shops.Adopts` names it.

    Nothing is searched for, so that no index that lags and no filter is in the way.
    """
    kind, _, key = field.partition(":")
    namespace, dot, name = key.partition(".")
    payments = f"transactions(first: {TRANSACTIONS}) {{ authorizationCode }}"
    wanted, points = {
        "transaction_id": (f"sourceIdentifier {payments}", TRANSACTIONS),
        "meta": ("customAttributes { key value }", 1),
        "tag": ("tags", 0),
    }.get(kind, ("name", 0))
    declared, variables = "", {"after": after}
    if kind == "meta" and dot:
        declared = ", $namespace: String!, $key: String!"
        wanted += " field: metafield(namespace: $namespace, key: $key) { value }"
        points += 1
        variables |= {"namespace": namespace, "key": name}
    text = f"""
query OrdersNewestFirst($after: String{declared}) {{
  orders(first: {OTHERS_PER_PAGE}, after: $after, sortKey: ID, reverse: true) {{
    nodes {{ id createdAt {wanted} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
    return Operation("OrdersNewestFirst", text, variables, 2 + OTHERS_PER_PAGE * (1 + points))


def values_in(row: Mapping[str, Json], field: str) -> tuple[str, ...]:
    """Give what an order of such a list has in the field: no text twice, and none that is empty.

    Raises `DocumentError`.
    """
    kind, _, key = field.partition(":")
    found: list[Json] = []
    try:
        if kind == "transaction_id":
            found = [row["sourceIdentifier"]]
            found += [one["authorizationCode"] for one in row["transactions"]]
        elif kind == "meta":
            found = [one["value"] for one in row["customAttributes"] if one["key"] == key]
            found += [(row.get("field") or {}).get("value")]
        elif kind == "tag":
            found = list(row["tags"])
        else:
            found = [row["name"], str(row["name"]).removeprefix("#")]
    except (KeyError, TypeError, AttributeError) as error:
        raise DocumentError("an order of the shop cannot be read") from error
    texts = (str(one).strip() for one in found if one is not None)
    return tuple(dict.fromkeys(text for text in texts if text))


def came_before(row: Mapping[str, Json], moment: datetime) -> bool:
    """Tell whether an order came into the shop before that, by the shop's own clock.

    Nobody can write that time: what another program says of an order's day is `processedAt`.
    Raises `DocumentError`.
    """
    try:
        return datetime.fromisoformat(str(row["createdAt"])).astimezone(UTC) < moment
    except (KeyError, ValueError) as error:
        raise DocumentError("an order of the shop cannot be read") from error


def stamp_order(number: str, stamp: Stamp, reference_type: str) -> Operation:
    """Mark an order as ours: a tag to be searched for, and then the fields, all at once.

    In this order, so that what carries our reference has been tagged before.
    """
    text = """
mutation Stamp($order: ID!, $tags: [String!]!, $fields: [MetafieldsSetInput!]!) {
  tagged: tagsAdd(id: $order, tags: $tags) { userErrors { field message } }
  marked: metafieldsSet(metafields: $fields) { userErrors { code field message } }
}
"""
    owner = gid("Order", number)
    kinds = {REFERENCE: reference_type or TEXT}
    values = {REFERENCE: stamp.reference, ORIGIN: stamp.origin, ADOPTED: YES}
    fields = [
        {
            "ownerId": owner,
            "namespace": NAMESPACE,
            "key": key,
            "type": kinds.get(key, TEXT),
            "value": value,
        }
        for key, value in values.items()
    ]
    variables = {"order": owner, "tags": [tag_of(stamp.reference)], "fields": fields}
    return Operation("Stamp", text, variables, 11 * 2)

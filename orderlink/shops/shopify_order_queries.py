"""PURE: how Shopify is asked for orders: found, read, and what has left of them.

The points are worked out as `shopify_queries` says. What is asked for many orders at once holds the
first few of everything; the few orders that have more are read on piece by piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orderlink.shops.shopify_queries import (
    LINE,
    LINE_POINTS,
    NAMESPACE,
    ORDER,
    ORDER_POINTS,
    REFERENCE,
    Operation,
    any_of,
    gid,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LINES_AT_FIRST: Final = 5
"""So many lines of an order are read with it; the few that have more are read on singly."""

_ORDER_WITH_LINES: Final = (
    f"...OrderParts lineItems(first: {LINES_AT_FIRST})"
    " { nodes { ...LineParts } pageInfo { hasNextPage endCursor } }"
)
_ORDER_WITH_LINES_POINTS: Final = 1 + ORDER_POINTS + 2 + LINES_AT_FIRST * LINE_POINTS

# Finding

REFERENCES_AT_ONCE: Final = 50


def orders_by_reference(references: Sequence[str]) -> Operation:
    """Look orders up by the unique metafield, exactly and at once: `order0`, `order1`, ..."""
    declared = ", ".join(f"$reference{number}: String!" for number in range(len(references)))
    fields = "\n".join(
        f"  order{number}: orderByIdentifier(identifier: {{ customId: {{"
        f' namespace: "{NAMESPACE}", key: "{REFERENCE}", value: $reference{number} }} }}) {{ id }}'
        for number in range(len(references))
    )
    text = f"query OrdersByReference({declared}) {{\n{fields}\n}}\n"
    variables = {f"reference{number}": one for number, one in enumerate(references)}
    return Operation("OrdersByReference", text, variables, len(references))


ORDERS_PER_PAGE: Final = 50
NUMBERS_AT_ONCE: Final = 25


def orders_by_number(
    numbers: Sequence[str], tags: Sequence[str] = (), after: str | None = None
) -> Operation:
    """Search orders by source identifier and by tag; what the index answers has to be compared."""
    text = f"""
query OrdersByNumber($search: String!, $after: String) {{
  orders(first: {ORDERS_PER_PAGE}, query: $search, after: $after, sortKey: ID, reverse: true) {{
    nodes {{
      id sourceIdentifier
      reference: metafield(namespace: "{NAMESPACE}", key: "{REFERENCE}") {{ value }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
    terms = any_of("source_identifier", numbers), any_of("tag", tags)
    search = " OR ".join(filter(None, terms))
    variables = {"search": search, "after": after}
    return Operation("OrdersByNumber", text, variables, 2 + ORDERS_PER_PAGE * 2)


# Reading

ORDERS_AT_ONCE: Final = 10


def orders_by_id(numbers: Sequence[str]) -> Operation:
    """Read many orders with their first lines; `null` in the place of one that is not there."""
    text = f"""
query OrdersById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Order {{ {_ORDER_WITH_LINES} }} }}
}}
{ORDER}{LINE}"""
    ids = [gid("Order", number) for number in numbers]
    return Operation("OrdersById", text, {"ids": ids}, len(ids) * _ORDER_WITH_LINES_POINTS)


def order_by_id(number: str) -> Operation:
    """Read one order with its first lines."""
    text = f"""
query OrderById($id: ID!) {{ order(id: $id) {{ {_ORDER_WITH_LINES} }} }}
{ORDER}{LINE}"""
    return Operation("OrderById", text, {"id": gid("Order", number)}, _ORDER_WITH_LINES_POINTS)


def oldest_order() -> Operation:
    """Ask for the oldest order that the app may see: without `read_all_orders`, of 60 days."""
    text = "query OldestOrder { orders(first: 1, sortKey: ID) { nodes { id } } }\n"
    return Operation("OldestOrder", text, {}, 3)


LINES_PER_PAGE: Final = 70


def further_lines(number: str, after: str) -> Operation:
    """Read the lines of an order that come after its first ones."""
    text = f"""
query FurtherLines($id: ID!, $after: String) {{
  order(id: $id) {{
    lineItems(first: {LINES_PER_PAGE}, after: $after) {{
      nodes {{ ...LineParts }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
{LINE}"""
    variables = {"id": gid("Order", number), "after": after}
    return Operation("FurtherLines", text, variables, 1 + 2 + LINES_PER_PAGE * LINE_POINTS)


# Parcels

PARCELS_AT_ONCE: Final = 5
FEW: Final = 5
"""So many fulfillments of an order, codes of a fulfillment, and articles in it are read at once.
An order that has as many of anything is read piece by piece."""

_FULFILLMENT_POINTS: Final = 1 + FEW + 2 + FEW * 2


def fulfillments_of_orders(numbers: Sequence[str]) -> Operation:
    """Read what has left of many orders: the first few fulfillments, and the first few of each."""
    text = f"""
query FulfillmentsOfOrders($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id
      fulfillments(first: {FEW}) {{
        id status
        trackingInfo(first: {FEW}) {{ company number url }}
        fulfillmentLineItems(first: {FEW}) {{
          nodes {{ quantity lineItem {{ id }} }}
          pageInfo {{ hasNextPage endCursor }}
        }}
      }}
    }}
  }}
}}
"""
    ids = [gid("Order", number) for number in numbers]
    points = len(ids) * (1 + FEW * _FULFILLMENT_POINTS)
    return Operation("FulfillmentsOfOrders", text, {"ids": ids}, points)


MANY: Final = 250


def fulfillment_ids(number: str) -> Operation:
    """List the fulfillments of one order."""
    text = f"""
query FulfillmentIds($id: ID!) {{
  order(id: $id) {{ fulfillments(first: {MANY}) {{ id }} }}
}}
"""
    return Operation("FulfillmentIds", text, {"id": gid("Order", number)}, 1 + MANY)


ARTICLES_PER_PAGE: Final = 100


def fulfillment_by_id(global_id: str, after: str | None = None) -> Operation:
    """Read one fulfillment: all its codes, and its articles page by page."""
    text = f"""
query FulfillmentById($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Fulfillment {{
      id status
      trackingInfo(first: {MANY}) {{ company number url }}
      fulfillmentLineItems(first: {ARTICLES_PER_PAGE}, after: $after) {{
        nodes {{ quantity lineItem {{ id }} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}
"""
    points = 1 + MANY + 2 + ARTICLES_PER_PAGE * 2
    return Operation("FulfillmentById", text, {"id": global_id, "after": after}, points)

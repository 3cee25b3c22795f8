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
from orderlink.values import Value

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


ORDERS_IN_BRIEF_AT_ONCE: Final = 100


def orders_in_brief(numbers: Sequence[str]) -> Operation:
    """Read how many orders stand, and whether anything was refunded or has left."""
    text = f"""
query OrdersInBrief($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id name sourceIdentifier cancelledAt closedAt
      displayFulfillmentStatus displayFinancialStatus presentmentCurrencyCode
      reference: metafield(namespace: "{NAMESPACE}", key: "{REFERENCE}") {{ value }}
      totalRefundedSet {{ presentmentMoney {{ amount }} }}
      fulfillmentsCount {{ count }}
    }}
  }}
}}
"""
    ids = [gid("Order", number) for number in numbers]
    return Operation("OrdersInBrief", text, {"ids": ids}, len(ids) * 5)


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

_ARTICLE: Final = "quantity lineItem { sku variant { id } }"
_ARTICLE_POINTS: Final = 3


class Few(Value, frozen=True):
    """How many are read at once: orders, fulfillments of each, codes and articles of each of these.

    What has more of anything than is read, or as many codes, may not be whole.
    """

    orders: int
    fulfillments: int
    codes: int
    articles: int


FEW: Final = (Few(50, 1, 2, 1), Few(11, 2, 3, 5), Few(4, 5, 5, 5))
"""Most orders are of one article and leave as one parcel; what may be more is read again, larger.
What may be more than the largest is read piece by piece."""


def fulfillments_of_orders(numbers: Sequence[str], few: Few) -> Operation:
    """Read what has left of many orders: the first few fulfillments, and the first few of each."""
    text = f"""
query FulfillmentsOfOrders($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      id
      fulfillmentsCount {{ count }}
      fulfillments(first: {few.fulfillments}) {{
        id status
        trackingInfo(first: {few.codes}) {{ company number url }}
        fulfillmentLineItems(first: {few.articles}) {{
          nodes {{ {_ARTICLE} }}
          pageInfo {{ hasNextPage endCursor }}
        }}
      }}
    }}
  }}
}}
"""
    ids = [gid("Order", number) for number in numbers]
    each = 1 + few.codes + 2 + few.articles * _ARTICLE_POINTS
    points = len(ids) * (1 + 1 + few.fulfillments * each)
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


ARTICLES_PER_PAGE: Final = 80


def fulfillment_by_id(global_id: str, after: str | None = None) -> Operation:
    """Read one fulfillment: all its codes, and its articles page by page."""
    text = f"""
query FulfillmentById($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on Fulfillment {{
      id status
      trackingInfo(first: {MANY}) {{ company number url }}
      fulfillmentLineItems(first: {ARTICLES_PER_PAGE}, after: $after) {{
        nodes {{ {_ARTICLE} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}
"""
    points = 1 + MANY + 2 + ARTICLES_PER_PAGE * _ARTICLE_POINTS
    return Operation("FulfillmentById", text, {"id": global_id, "after": after}, points)

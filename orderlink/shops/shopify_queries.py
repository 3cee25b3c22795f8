"""PURE: what Shopify is asked, as named GraphQL operations, each with what it costs at most.

Documentation: https://shopify.dev/docs/api/admin-graphql/2026-10

The points are worked out by the published rules: a scalar costs nothing, an object 1, a connection
2 and its `first` times what a node costs, a list its `first` (or the ids asked for) times its
members, and a mutation 10 beside what it answers
(https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits). What Shopify really takes is
less, and stands in every answer. What is asked for many things at once names how many
(`*_AT_ONCE`): it costs 500 points at most, which a shop that gains 100 a second has again within
the few seconds that a request waits for its budget. Shopify itself allows 1,000 at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

from orderlink.basics import Json
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")

NAMESPACE: Final = "orderlink"
REFERENCE: Final = "reference"
ORIGIN: Final = "origin"
"""The metafields that mark an order as ours: `orderlink.reference` and `orderlink.origin`."""
ADOPTED: Final = "adopted"
"""The metafield that marks an order of another program that was taken over, with `YES` in it."""
YES: Final = "yes"
TEXT: Final = "single_line_text_field"
LONGEST_TAG: Final = 40


class Operation(Value, frozen=True):
    """One operation: its name, its document, its variables, and the points it costs at most."""

    name: str
    text: str
    variables: Mapping[str, Json]
    points: int


def gid(kind: str, number: str) -> str:
    """Write a global id: `gid://shopify/Order/1001`."""
    return f"gid://shopify/{kind}/{number}"


def number_of(global_id: Json) -> str:
    """Give the number at the end of a global id."""
    return str(global_id).rpartition("/")[2].partition("?")[0]


def any_of(field: str, values: Sequence[str]) -> str:
    """Write a search for one of these values, quoted (https://shopify.dev/api/usage/search-syntax).

    What quotes and backslashes stand for is taken from them by a backslash.
    """
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return " OR ".join(f'{field}:"{value}"' for value in quoted)


def tag_of(reference: str) -> str:
    """Give the tag of an adopted order, by which a search finds it: its reference, or a digest.

    A tag has 40 characters at most, and commas part tags
    (https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/tagsAdd).
    """
    if len(reference) <= LONGEST_TAG and "," not in reference:
        return reference
    return sha256(reference.encode()).hexdigest()[:LONGEST_TAG]


def in_parts(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Give values in parts of so many at most."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


# Parts of documents

ORDER: Final = f"""
fragment OrderParts on Order {{
  id name sourceIdentifier cancelledAt closedAt
  displayFulfillmentStatus displayFinancialStatus taxesIncluded presentmentCurrencyCode
  reference: metafield(namespace: "{NAMESPACE}", key: "{REFERENCE}") {{ value }}
  origin: metafield(namespace: "{NAMESPACE}", key: "{ORIGIN}") {{ value }}
  adopted: metafield(namespace: "{NAMESPACE}", key: "{ADOPTED}") {{ value }}
  totalPriceSet {{ presentmentMoney {{ amount }} }}
  totalRefundedSet {{ presentmentMoney {{ amount }} }}
  fulfillmentsCount {{ count }}
}}
"""
ORDER_POINTS: Final = 8

LINE: Final = """
fragment LineParts on LineItem {
  id sku currentQuantity
  variant { id }
  discountedTotalSet { presentmentMoney { amount } }
  taxLines { priceSet { presentmentMoney { amount } } }
}
"""
LINE_POINTS: Final = 7

VARIANT: Final = """
fragment VariantParts on ProductVariant {
  id sku barcode price taxable inventoryQuantity inventoryPolicy
  inventoryItem { tracked }
  product { id status title }
}
"""
VARIANT_POINTS: Final = 3

ADDRESS: Final = """
fragment AddressParts on MailingAddress {
  firstName lastName company address1 address2 city province provinceCode zip countryCodeV2 phone
}
"""
# The shop


def shop_facts() -> Operation:
    """Ask how the shop sells, what the app may do, and whether there is a unique metafield."""
    text = f"""
query ShopFacts {{
  shop {{
    currencyCode taxesIncluded taxShipping enabledPresentmentCurrencies shipsToCountries
    plan {{ publicDisplayName partnerDevelopment }}
  }}
  currentAppInstallation {{ accessScopes {{ handle }} }}
  metafieldDefinition(
    identifier: {{ ownerType: ORDER, namespace: "{NAMESPACE}", key: "{REFERENCE}" }}
  ) {{ type {{ name }} capabilities {{ uniqueValues {{ enabled }} }} }}
}}
"""
    return Operation("ShopFacts", text, {}, 8)


def granted_scopes() -> Operation:
    """Ask what the app may do: every app may ask that."""
    text = "query GrantedScopes { currentAppInstallation { accessScopes { handle } } }\n"
    return Operation("GrantedScopes", text, {}, 2)


CALCULATIONS_AT_ONCE: Final = 30


def calculate(drafts: Sequence[Mapping[str, Json]]) -> Operation:
    """Let the shop work out these draft orders, which are never made: its own tax and exchange.

    It is called a mutation, and changes nothing. The answers are `draft0`, `draft1`, ...
    """
    declared = ", ".join(f"$draft{number}: DraftOrderInput!" for number in range(len(drafts)))
    fields = "\n".join(
        f"  draft{number}: draftOrderCalculate(input: $draft{number}) {{ ...Calculated }}"
        for number in range(len(drafts))
    )
    text = f"""
mutation Calculate({declared}) {{
{fields}
}}
fragment Calculated on DraftOrderCalculatePayload {{
  calculatedDraftOrder {{
    taxLines {{ title rate }}
    totalPriceSet {{ shopMoney {{ amount }} presentmentMoney {{ amount }} }}
  }}
  userErrors {{ field message }}
}}
"""
    variables = {f"draft{number}": draft for number, draft in enumerate(drafts)}
    return Operation("Calculate", text, variables, 16 * len(drafts))


# Products

VARIANTS_PER_PAGE: Final = 50


def variants_found(search: str, after: str | None = None) -> Operation:
    """Search variants, by SKU and barcode; pages of fifty."""
    text = f"""
query VariantsFound($search: String!, $after: String) {{
  productVariants(first: {VARIANTS_PER_PAGE}, query: $search, after: $after, sortKey: ID) {{
    nodes {{ ...VariantParts }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{VARIANT}"""
    variables = {"search": search, "after": after}
    return Operation("VariantsFound", text, variables, 2 + VARIANTS_PER_PAGE * VARIANT_POINTS)


VARIANTS_AT_ONCE: Final = 25


def variants_by_id(numbers: Sequence[str]) -> Operation:
    """Read what has these numbers: variants, and products with their first two variants."""
    text = f"""
query VariantsById($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ...VariantParts
    ... on Product {{ id variants(first: 2) {{ nodes {{ ...VariantParts }} }} }}
  }}
}}
{VARIANT}"""
    ids = [gid(kind, number) for number in numbers for kind in ("ProductVariant", "Product")]
    points = len(ids) * (1 + 2 + 2 * VARIANT_POINTS)
    return Operation("VariantsById", text, {"ids": ids}, points)


# Creating

LINES_AT_MOST: Final = 130
"""So many lines an order may have, so that the answer to its creation can hold them all."""


def create_order(order: Mapping[str, Json], options: Mapping[str, Json]) -> Operation:
    """Create an order, and read it in the answer."""
    text = f"""
mutation CreateOrder(
  $order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput!, $lines: Int!
) {{
  orderCreate(order: $order, options: $options) {{
    order {{
      ...OrderParts
      shippingAddress {{ ...AddressParts }}
      billingAddress {{ ...AddressParts }}
      lineItems(first: $lines) {{ nodes {{ ...LineParts }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    userErrors {{ code field message }}
  }}
}}
{ORDER}{LINE}{ADDRESS}"""
    lines = max(1, len(order["lineItems"]))
    points = 10 + 1 + ORDER_POINTS + 2 + 2 + lines * LINE_POINTS + 1
    variables = {"order": order, "options": options, "lines": lines}
    return Operation("CreateOrder", text, variables, points)


# Keeping an order from being packed, and cancelling it

HOLD: Final = "orderlink"
"""The handle of our hold: Shopify takes one of this name at a time."""
HELD_TAG: Final = "orderlink-hold"


def fulfillment_orders(number: str) -> Operation:
    """Ask by which pieces of work an order is to be fulfilled."""
    text = """
query FulfillmentOrders($id: ID!) {
  order(id: $id) { fulfillmentOrders(first: 50) { nodes { id status } } }
}
"""
    return Operation("FulfillmentOrders", text, {"id": gid("Order", number)}, 1 + 2 + 50)


def hold(number: str, global_ids: Sequence[str], why: str) -> Operation:
    """Put every piece of work of an order on hold, and tag the order so that it can be listed."""
    declared = ", ".join(f"$work{index}: ID!" for index in range(len(global_ids)))
    fields = "\n".join(
        f"  hold{index}: fulfillmentOrderHold(id: $work{index}, fulfillmentHold: $hold)"
        " { userErrors { code field message } }"
        for index in range(len(global_ids))
    )
    text = f"""
mutation Hold($order: ID!, $tags: [String!]!, $hold: FulfillmentOrderHoldInput!, {declared}) {{
{fields}
  tagged: tagsAdd(id: $order, tags: $tags) {{ userErrors {{ field message }} }}
}}
"""
    variables = {
        "order": gid("Order", number),
        "tags": [HELD_TAG],
        "hold": {"reason": "OTHER", "reasonNotes": why, "handle": HOLD},
        **{f"work{index}": one for index, one in enumerate(global_ids)},
    }
    return Operation("Hold", text, variables, 11 * (len(global_ids) + 1))


def cancel(number: str, note: str) -> Operation:
    """Cancel an order and put its pieces back in stock; no mail, no refund. A job does it."""
    text = """
mutation Cancel($id: ID!, $note: String) {
  orderCancel(
    orderId: $id, reason: OTHER, restock: true, notifyCustomer: false, staffNote: $note,
    refundMethod: { originalPaymentMethodsRefund: false }
  ) {
    job { id done }
    orderCancelUserErrors { code field message }
  }
}
"""
    return Operation("Cancel", text, {"id": gid("Order", number), "note": note}, 12)

"""Every document that Shopify is sent is valid by its schema, and costs what is stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLEnumType, GraphQLError, parse, validate
from graphql.execution.values import get_variable_values

from orderlink.model import Stamp
from orderlink.shops import shopify_adoption as adoption
from orderlink.shops import shopify_order_queries as order_queries
from orderlink.shops import shopify_queries as queries
from orderlink.shops.shopify_checks import STATUSES
from tests.shops.shopify_schema import Walk, needs_schema, schema

if TYPE_CHECKING:
    from orderlink.shops.shopify_queries import Operation

pytestmark = [pytest.mark.shared, needs_schema]

MOST_POINTS = 1000
"""What one request may cost (https://shopify.dev/docs/api/usage/limits)."""
USUAL_POINTS = 500
"""What is gained in five seconds; a request waits for six for its budget."""
LONGEST_LIST = 250

ONE_LINE = {"lineItems": [{"quantity": 1}]}
NUMBERS = [str(number) for number in range(1000, 1250)]


def operations() -> list[Operation]:
    """Make every operation, small and as large as it is ever made."""
    full = {"lineItems": [{"quantity": 1}] * queries.LINES_AT_MOST}
    drafts = [{"lineItems": [{"quantity": 1}]}] * queries.CALCULATIONS_AT_ONCE
    return [
        queries.shop_facts(),
        queries.granted_scopes(),
        queries.calculate(drafts[:1]),
        queries.calculate(drafts),
        queries.variants_found('sku:"A"'),
        queries.variants_found('sku:"A"', "cursor"),
        queries.variants_by_id(NUMBERS[:1]),
        queries.variants_by_id(NUMBERS[: queries.VARIANTS_AT_ONCE]),
        queries.create_order(ONE_LINE, {}),
        queries.create_order(full, {"sendReceipt": False}),
        order_queries.orders_by_reference(NUMBERS[:1]),
        order_queries.orders_by_reference(NUMBERS[: order_queries.REFERENCES_AT_ONCE]),
        order_queries.orders_by_number(NUMBERS[: order_queries.NUMBERS_AT_ONCE]),
        order_queries.orders_by_number([], NUMBERS[:1]),
        order_queries.orders_by_number(NUMBERS[:25], NUMBERS[:25], "cursor"),
        adoption.orders_newest_first("transaction_id"),
        adoption.orders_newest_first("number", "cursor"),
        adoption.orders_newest_first("meta:memo"),
        adoption.orders_newest_first("meta:custom.order", "cursor"),
        adoption.orders_newest_first("tag"),
        adoption.stamp_order("1001", Stamp("bol::1", "origin-1", "1"), "id"),
        order_queries.orders_by_id(NUMBERS[:1]),
        order_queries.orders_by_id(NUMBERS[: order_queries.ORDERS_AT_ONCE]),
        order_queries.order_by_id("1001"),
        order_queries.oldest_order(),
        order_queries.further_lines("1001", "cursor"),
        order_queries.orders_in_brief(NUMBERS[:1]),
        order_queries.orders_in_brief(NUMBERS[: order_queries.ORDERS_IN_BRIEF_AT_ONCE]),
        *(
            order_queries.fulfillments_of_orders(NUMBERS[: few.orders], few)
            for few in order_queries.FEW
        ),
        order_queries.fulfillment_ids("1001"),
        order_queries.fulfillment_by_id("gid://shopify/Fulfillment/1", None),
        queries.fulfillment_orders("1001"),
        queries.hold("1001", ["gid://shopify/FulfillmentOrder/1"], "why"),
        queries.hold("1001", ["gid://shopify/FulfillmentOrder/1"] * 50, "why"),
        queries.cancel("1001", "a test order"),
    ]


def names(operation: Operation) -> str:
    return f"{operation.name}-{operation.points}"


@pytest.mark.parametrize("operation", operations(), ids=names)
def test_a_document_is_valid_by_the_schema(operation: Operation) -> None:
    assert validate(schema(), parse(operation.text)) == []
    name = Walk.of(operation.text, {}).operation.name
    assert name
    assert name.value == operation.name


@pytest.mark.parametrize("operation", operations(), ids=names)
def test_its_variables_are_those_that_it_declares(operation: Operation) -> None:
    declared = Walk.of(operation.text, {}).operation.variable_definitions
    values = get_variable_values(schema(), declared or (), dict(operation.variables))
    assert not isinstance(values, list), [str(one) for one in values if isinstance(one, Exception)]
    names = {one.variable.name.value for one in declared or ()}
    assert set(operation.variables) == names


@pytest.mark.parametrize("operation", operations(), ids=names)
def test_it_costs_what_is_stated_and_is_never_too_dear(operation: Operation) -> None:
    assert Walk.of(operation.text, operation.variables).points() == operation.points
    is_large = operation.name in {"CreateOrder", "Hold"}
    assert operation.points <= (MOST_POINTS if is_large else USUAL_POINTS)
    lists = [one for one in operation.variables.values() if isinstance(one, list)]
    assert all(len(one) <= LONGEST_LIST for one in lists)


def test_a_check_knows_the_statuses_that_there_are() -> None:
    words = schema().type_map["OrderDisplayFulfillmentStatus"]
    assert isinstance(words, GraphQLEnumType)
    assert {word.lower() for word in words.values} == set(STATUSES)


def test_a_document_that_is_wrong_would_be_noticed() -> None:
    wrong = order_queries.order_by_id("1").text.replace("sourceIdentifier", "sourceIdentity")
    (error,) = validate(schema(), parse(wrong))
    assert isinstance(error, GraphQLError)
    assert "sourceIdentity" in str(error)


def test_a_search_names_each_value_whole() -> None:
    assert queries.any_of("sku", ["A:1", 'B"2', "C\\3"]) == (
        'sku:"A:1" OR sku:"B\\"2" OR sku:"C\\\\3"'
    )

"""The Amazon sandbox searches as `searchOrders` of the Orders API 2026-01-01 does."""

from __future__ import annotations

import json

import pytest

from orderlink.sandbox.amazon_records import Purchase
from tests.sandbox.amazon_calls import SEARCH, Caller, error


@pytest.fixture
def amazon() -> Caller:
    return Caller()


# The search's window


def test_a_search_ends_two_minutes_ago(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.clock.advance(119)
    assert amazon.found() == {"orders": [], "lastUpdatedBefore": "2026-01-05T09:59:59.000Z"}
    amazon.clock.advance(1)
    assert amazon.listed() == [order_id]


def test_a_window_has_both_its_ends(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.later()
    at, before, after = (
        f"2026-01-05T{text}Z" for text in ("10:00:00", "09:59:59.999", "10:00:00.001")
    )
    assert amazon.listed(lastUpdatedAfter=at, lastUpdatedBefore=at) == [order_id]
    assert amazon.listed(lastUpdatedBefore=before) == []
    assert amazon.search(lastUpdatedAfter=after).status == 400, "it would begin after its end"


def test_the_answer_names_the_end_of_the_window_of_its_kind(amazon: Caller) -> None:
    amazon.later()
    end = "2026-01-05T09:00:00.000Z"
    assert amazon.found(lastUpdatedBefore=end) == {"orders": [], "lastUpdatedBefore": end}
    created = {"lastUpdatedAfter": "", "createdAfter": "2026-01-01T00:00:00Z"}
    assert amazon.found(**created, createdBefore=end) == {"orders": [], "createdBefore": end}


def test_a_change_is_found_by_its_own_time_and_the_order_by_its_first(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.clock.advance(3600)
    amazon.sandbox.request_cancellation(order_id)
    amazon.later()
    later_than = {"lastUpdatedAfter": "2026-01-05T11:00:00Z"}
    assert amazon.listed(**later_than) == [order_id]
    assert amazon.order(order_id)["lastUpdatedTime"] == "2026-01-05T11:00:00.000Z"
    assert amazon.order(order_id)["createdTime"] == "2026-01-05T10:00:00.000Z"
    assert amazon.listed(lastUpdatedAfter="", createdAfter="2026-01-05T10:00:00Z") == [order_id]
    assert amazon.listed(lastUpdatedAfter="", createdAfter="2026-01-05T10:00:01Z") == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"lastUpdatedAfter": ""}, "exactly one of createdAfter and lastUpdatedAfter"),
        ({"createdAfter": "2026-01-01T00:00:00Z"}, "exactly one"),
        ({"createdBefore": "2026-01-01T00:00:00Z"}, "createdBefore"),
        ({"lastUpdatedAfter": "yesterday"}, "lastUpdatedAfter"),
        ({"lastUpdatedAfter": "2026-01-01T00:00:00"}, "lastUpdatedAfter"),
        ({"lastUpdatedBefore": "2026-01-05T09:58:00.001Z"}, "two minutes"),
        ({"lastUpdatedBefore": "2025-12-31T00:00:00Z"}, "lastUpdatedAfter"),
        ({"fulfillmentStatuses": "UNSHIPPED,OPEN"}, "OPEN"),
        ({"fulfilledBy": "MERCHANTS"}, "MERCHANTS"),
        ({"marketplaceIds": "A1"}, "A1"),
        ({"includedData": "BUYER,ADDRESS"}, "ADDRESS"),
        ({"maxResultsPerPage": "0"}, "maxResultsPerPage"),
        ({"maxResultsPerPage": "101"}, "maxResultsPerPage"),
        ({"maxResultsPerPage": "ten"}, "maxResultsPerPage"),
        ({"CreatedAfter": "2026-01-01T00:00:00Z"}, "CreatedAfter"),
        ({"paginationToken": "MjEy"}, ""),
    ],
)
def test_a_wrong_search_is_invalid_input(amazon: Caller, query: dict[str, str], named: str) -> None:
    status, code, message, details = error(amazon.search(**query))
    assert (status, code) == (400, "InvalidInput")
    assert "not valid" in message
    assert named in details


# The search's filters and pages


def test_orders_are_filtered_by_status_marketplace_and_fulfiller(amazon: Caller) -> None:
    open_one = amazon.sandbox.place()
    pending = amazon.sandbox.place(Purchase(status="PENDING"))
    german = amazon.sandbox.place(Purchase(marketplace="DE"))
    stored = amazon.sandbox.place(Purchase(fulfilled_by="AMAZON"))
    amazon.later()
    assert amazon.listed() == [open_one, pending, german, stored]
    assert amazon.listed(fulfillmentStatuses="PENDING,PENDING_AVAILABILITY") == [pending]
    assert amazon.listed(fulfillmentStatuses="PENDING,CANCELLED") == [pending]
    assert amazon.listed(marketplaceIds="A1PA6795UKMFR9") == [german]
    assert amazon.listed(fulfilledBy="AMAZON") == [stored]
    assert amazon.listed(fulfilledBy="MERCHANT", fulfillmentStatuses="UNSHIPPED") == [
        open_one,
        german,
    ]


def test_lists_may_be_repeated_parameters_too(amazon: Caller) -> None:
    first = amazon.sandbox.place(Purchase(status="PENDING"))
    second = amazon.sandbox.place()
    amazon.later()
    url = f"{SEARCH}?lastUpdatedAfter=2026-01-01T00:00:00Z"
    answer = amazon.call("GET", f"{url}&fulfillmentStatuses=PENDING&fulfillmentStatuses=UNSHIPPED")
    assert [one["orderId"] for one in json.loads(answer.body)["orders"]] == [first, second]


def test_pages_lead_to_each_other_and_the_last_leads_nowhere(amazon: Caller) -> None:
    ids = [amazon.sandbox.place() for _ in range(5)]
    amazon.later()
    seen, token, pages = [], "", 0
    while token or not pages:
        page = amazon.found(maxResultsPerPage="2", paginationToken=token)
        assert page["lastUpdatedBefore"] == "2026-01-05T10:00:00.000Z"
        seen += [order["orderId"] for order in page["orders"]]
        token, pages = page.get("pagination", {}).get("nextToken", ""), pages + 1
    assert seen == ids
    assert pages == 3


def test_a_page_has_100_orders_at_most(amazon: Caller) -> None:
    for _ in range(101):
        amazon.sandbox.place()
    amazon.later()
    page = amazon.found(includedData="")
    assert len(page["orders"]) == 100
    rest = amazon.found(includedData="", paginationToken=page["pagination"]["nextToken"])
    assert len(rest["orders"]) == 1
    assert "pagination" not in rest


def test_the_end_of_the_window_stays_while_pages_are_read(amazon: Caller) -> None:
    first, second = amazon.sandbox.place(), amazon.sandbox.place()
    amazon.later()
    page = amazon.found(maxResultsPerPage="1")
    amazon.sandbox.place()
    amazon.clock.advance(600)
    rest = amazon.found(paginationToken=page["pagination"]["nextToken"])
    assert [one["orderId"] for one in page["orders"] + rest["orders"]] == [first, second]
    assert rest["lastUpdatedBefore"] == page["lastUpdatedBefore"]


def test_what_changes_while_pages_are_read_leaves_them_and_is_found_later(amazon: Caller) -> None:
    first, second, third = (amazon.sandbox.place() for _ in range(3))
    amazon.later()
    page = amazon.found(maxResultsPerPage="1")
    amazon.sandbox.cancel(first)
    amazon.sandbox.cancel(second)
    rest = amazon.found(paginationToken=page["pagination"]["nextToken"])
    assert [one["orderId"] for one in rest["orders"]] == [third]
    amazon.later()
    assert amazon.listed(lastUpdatedAfter=page["lastUpdatedBefore"]) == [third, first, second]


def test_a_token_lives_a_day_and_can_be_used_again(amazon: Caller) -> None:
    for _ in range(2):
        amazon.sandbox.place()
    amazon.later()
    token = amazon.found(maxResultsPerPage="1")["pagination"]["nextToken"]
    amazon.clock.advance(24 * 3600)
    assert len(amazon.listed(paginationToken=token)) == 1
    assert len(amazon.listed(paginationToken=token)) == 1
    amazon.clock.advance(1)
    status, code, message, _ = error(amazon.search(paginationToken=token))
    assert (status, code) == (400, "InvalidInput")
    assert "paginationToken" in message


def test_a_token_is_good_for_the_search_that_it_was_given_for(amazon: Caller) -> None:
    for _ in range(3):
        amazon.sandbox.place()
    amazon.later()
    statuses = {"fulfillmentStatuses": "UNSHIPPED,PENDING"}
    token = amazon.found(maxResultsPerPage="1", **statuses)["pagination"]["nextToken"]
    same = {"paginationToken": token, "fulfillmentStatuses": "PENDING,UNSHIPPED"}
    assert len(amazon.listed(**same, maxResultsPerPage="2", includedData="BUYER")) == 2
    for change in (
        {"fulfillmentStatuses": "UNSHIPPED"},
        {"lastUpdatedAfter": "2026-01-01T00:00:01Z"},
        {"lastUpdatedBefore": "2026-01-05T10:00:00Z"},
        {"fulfilledBy": "MERCHANT"},
    ):
        status, _, message, _ = error(amazon.search(**{**same, **change}))
        assert status == 400
        assert "All parameters must match the original request" in message

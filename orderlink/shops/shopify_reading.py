"""How a Shopify shop's orders are read: many at once, and what is more than a few singly."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from orderlink.errors import TryLater
from orderlink.shops import shopify_order_queries as queries
from orderlink.shops.shopify_documents import (
    NOT_AS_PROMISED,
    DocumentError,
    order_from,
    order_in_brief,
    parcels_from,
)
from orderlink.shops.shopify_queries import fulfillment_orders, in_parts, number_of, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from orderlink.model import Json, ShopOrder, Stamp
    from orderlink.shops.shopify_calls import Calls
    from orderlink.shops.shopify_queries import Operation

PAGES_AT_MOST: Final = 20
"""More pages than this answer no search for a few numbers: the shop's search is out of order."""
HOLDABLE: Final = frozenset({"OPEN", "SCHEDULED", "ON_HOLD"})


class Orders:
    """The shop's orders. `completed` are the statuses of those that have left.

    Everything here raises `TryLater` and `SignInFailed`.
    """

    def __init__(self, calls: Calls, completed: Collection[str]) -> None:
        self._calls = calls
        self._completed = completed

    # Reading

    def by_ids(self, numbers: Sequence[str]) -> dict[str, ShopOrder]:
        """Read these orders; one that is not there or cannot be read is left out."""
        return self._read(numbers, queries.orders_by_id, queries.ORDERS_AT_ONCE, self._order)

    def in_brief(self, numbers: Sequence[str]) -> dict[str, ShopOrder]:
        """Read how these orders stand; those of which something was refunded are read whole.

        One that is not there or cannot be read is left out.
        """
        refunded: list[str] = []

        def brief(row: Json, left: Sequence[Json]) -> ShopOrder | None:
            order = order_in_brief(row, parcels_from(left), self._completed)
            if order is None:
                refunded.append(number_of(row["id"]))
            return order

        size = queries.ORDERS_IN_BRIEF_AT_ONCE
        found = self._read(numbers, queries.orders_in_brief, size, brief)
        found |= self.by_ids(refunded)
        return {number: found[number] for number in numbers if number in found}

    def _read(
        self,
        numbers: Sequence[str],
        operation: Callable[[Sequence[str]], Operation],
        size: int,
        translated: Callable[[Json, Sequence[Json]], ShopOrder | None],
    ) -> dict[str, ShopOrder]:
        """Read many orders, so many at once, and then what has left of them."""
        rows: dict[str, Json] = {}
        for some in in_parts(numbers, size):
            rows |= {number_of(row["id"]): row for row in self._nodes(operation(some))}
        rows = {number: row for number, row in rows.items() if _is_order(row)}
        left = self._left([number for number, row in rows.items() if _has_left(row)])
        found: dict[str, ShopOrder] = {}
        for number in filter(rows.__contains__, numbers):
            # One order that cannot be read must not hide the others: it is read singly.
            with contextlib.suppress(DocumentError):
                order = translated(rows[number], left.get(number, ()))
                if order is not None:
                    found[number] = order
        return found

    def by_id(self, number: str) -> ShopOrder | None:
        """Read one order; None where the shop shows none."""
        with understood():
            row = self._calls.ask(queries.order_by_id(number))["order"]
            if row is None:
                return None
            return self._order(row, self._left([number])[number] if _has_left(row) else ())

    def from_answer(self, row: Json) -> ShopOrder:
        """Translate the order in the answer to its creation. Raises `DocumentError`."""
        return order_from(row, row["lineItems"]["nodes"], (), self._completed)

    def is_hidden(self, number: str) -> bool:
        """Tell whether an order is older than any that the app may see."""
        with understood():
            rows = self._calls.ask(queries.oldest_order())["orders"]["nodes"]
            return not rows or int(number) < int(number_of(rows[0]["id"]))

    def holdable(self, number: str) -> list[str]:
        """List the ids of the work on an order that can be put on hold."""
        with understood():
            order = self._calls.ask(fulfillment_orders(number))["order"]
            rows = order["fulfillmentOrders"]["nodes"] if order else []
            return [str(row["id"]) for row in rows if row["status"] in HOLDABLE]

    def _order(self, row: Json, left: Sequence[Json]) -> ShopOrder:
        with _readable():
            lines = self._all(
                row["lineItems"],
                lambda after: queries.further_lines(number_of(row["id"]), after),
                lambda data: data["order"]["lineItems"],
            )
        return order_from(row, lines, parcels_from(left), self._completed)

    def _all(
        self,
        connection: Json,
        following: Callable[[str], Operation],
        within: Callable[[Json], Json],
    ) -> list[Json]:
        """Give the rows of a connection, with those of the pages that follow."""
        rows = list(connection["nodes"])
        while connection["pageInfo"]["hasNextPage"]:
            connection = within(self._calls.ask(following(connection["pageInfo"]["endCursor"])))
            rows += connection["nodes"]
        return rows

    def _nodes(self, operation: Operation) -> list[Json]:
        """Give the rows of an operation by ids, without those that are not there or failed."""
        data, faults = self._calls.ask_for_many(operation)
        rows = data.get("nodes")
        if not isinstance(rows, list) or len(rows) != len(operation.variables["ids"]):
            raise TryLater("the shop answered with other rows than it was asked for")
        failed = {fault.path[1] for fault in faults}
        return [
            row
            for at, row in enumerate(rows)
            if isinstance(row, dict) and "id" in row and str(at) not in failed
        ]

    # What has left

    def _left(self, numbers: Sequence[str]) -> dict[str, Sequence[Json]]:
        """Read the fulfillments of these orders, whole."""
        found: dict[str, Sequence[Json]] = {}
        rest = list(numbers)
        for few in queries.FEW:
            told: dict[str, Json] = {}
            for some in in_parts(rest, few.orders):
                rows = self._nodes(queries.fulfillments_of_orders(some, few))
                told |= {number_of(row["id"]): row for row in rows}
            if set(rest) - told.keys():
                raise TryLater("the shop did not tell what has left of an order")
            with understood():
                found |= {number: row["fulfillments"] for number, row in told.items()}
                rest = [number for number, row in told.items() if not _is_all(row, few)]
        with understood():
            return found | {number: self._piece_by_piece(number) for number in rest}

    def _piece_by_piece(self, number: str) -> list[Json]:
        few = self._calls.ask(queries.fulfillment_ids(number))["order"]["fulfillments"]
        return [self._fulfillment(str(one["id"])) for one in few]

    def _fulfillment(self, global_id: str) -> Json:
        whole = self._calls.ask(queries.fulfillment_by_id(global_id))["node"]
        rows = self._all(
            whole["fulfillmentLineItems"],
            lambda after: queries.fulfillment_by_id(global_id, after),
            lambda data: data["node"]["fulfillmentLineItems"],
        )
        return {**whole, "fulfillmentLineItems": {"nodes": rows}}

    # Finding

    def marked(self, stamps: Sequence[Stamp], *, exact: bool) -> set[str]:
        """Find the orders that carry one of these references or order numbers.

        `exact`: the shop finds a reference itself, at once. Whatever a search answers, the row's
        own fields decide. A search that does not come to an end raises.
        """
        references = {stamp.reference for stamp in stamps}
        numbers = {stamp.order_number for stamp in stamps} - {""}
        found = self._by_reference(sorted(references)) if exact else set()
        for some in in_parts(stamps, queries.NUMBERS_AT_ONCE):
            named = sorted({stamp.order_number for stamp in some} - {""})
            # Orders of other programs have another source identifier, and our reference as a tag;
            # the metafield of one may be older than the definition that makes it unique.
            tags = sorted({tag_of(stamp.reference) for stamp in some})
            for row in self._searched(named, tags):
                with understood():
                    reference = (row["reference"] or {}).get("value")
                    if row["sourceIdentifier"] in numbers or reference in references:
                        found.add(number_of(row["id"]))
        return found

    def _by_reference(self, references: Sequence[str]) -> set[str]:
        found = set()
        for some in in_parts(references, queries.REFERENCES_AT_ONCE):
            data = self._calls.ask(queries.orders_by_reference(some))
            with understood():
                rows = [data[f"order{number}"] for number in range(len(some))]
                found |= {number_of(row["id"]) for row in rows if row}
        return found

    def _searched(
        self, numbers: Sequence[str], tags: Sequence[str]
    ) -> Iterator[Mapping[str, Json]]:
        after: str | None = None
        for _ in range(PAGES_AT_MOST):
            with understood():
                page = self._calls.ask(queries.orders_by_number(numbers, tags, after))["orders"]
                rows, more = list(page["nodes"]), page["pageInfo"]["hasNextPage"]
                after = page["pageInfo"]["endCursor"]
            yield from rows
            if not more:
                return
        raise TryLater("the shop's search for orders answers what was not asked for")


def _is_order(row: Mapping[str, Json]) -> bool:
    """Tell whether a row says which order it is, and whether anything of it has left."""
    try:
        return bool(number_of(row["id"])) and row["fulfillmentsCount"]["count"] is not None
    except (DocumentError, *NOT_AS_PROMISED):
        return False


def _has_left(row: Mapping[str, Json]) -> bool:
    return bool(row["fulfillmentsCount"]["count"])


def _is_all(row: Mapping[str, Json], few: queries.Few) -> bool:
    """Tell whether all that has left of an order was told."""
    fulfillments = row["fulfillments"]
    return len(fulfillments) == row["fulfillmentsCount"]["count"] and all(
        len(one["trackingInfo"]) < few.codes
        and not one["fulfillmentLineItems"]["pageInfo"]["hasNextPage"]
        for one in fulfillments
    )


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Let what is not as the schema promises be a document that cannot be read."""
    try:
        yield
    except NOT_AS_PROMISED as error:
        raise DocumentError("an order of the shop cannot be read") from error


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """Let an answer that cannot be read be asked for later."""
    try:
        yield
    except (DocumentError, *NOT_AS_PROMISED) as error:
        raise TryLater(f"the shop's answer cannot be read: {type(error).__name__}") from error

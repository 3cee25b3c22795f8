"""How a Shopify shop's orders are read: many at once, and what is more than a few singly."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from orderlink.errors import TryLater
from orderlink.shops import shopify_order_queries as queries
from orderlink.shops.shopify_documents import DocumentError, order_from, parcels_from
from orderlink.shops.shopify_queries import fulfillment_orders, in_parts, number_of

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
        rows: list[Json] = []
        for some in in_parts(numbers, queries.ORDERS_AT_ONCE):
            rows += self._nodes(queries.orders_by_id(some))
        rows = [row for row in rows if _is_order(row)]
        sent = [number_of(row["id"]) for row in rows if row["fulfillmentsCount"]["count"]]
        left = self._left(sent)
        found: dict[str, ShopOrder] = {}
        for row in rows:
            number = number_of(row["id"])
            # One order that cannot be read must not hide the others: it is read singly.
            with contextlib.suppress(DocumentError):
                found[number] = self._order(row, left.get(number, ()))
        return {number: found[number] for number in numbers if number in found}

    def by_id(self, number: str) -> ShopOrder | None:
        """Read one order; None where the shop shows none."""
        with _understood():
            row = self._calls.ask(queries.order_by_id(number))["order"]
            if row is None:
                return None
            sent = row["fulfillmentsCount"]["count"]
            return self._order(row, self._left([number])[number] if sent else ())

    def from_answer(self, row: Json) -> ShopOrder:
        """Translate the order in the answer to its creation. Raises `DocumentError`."""
        return order_from(row, row["lineItems"]["nodes"], (), self._completed)

    def is_hidden(self, number: str) -> bool:
        """Tell whether an order is older than any that the app may see."""
        with _understood():
            rows = self._calls.ask(queries.oldest_order())["orders"]["nodes"]
            return not rows or int(number) < int(number_of(rows[0]["id"]))

    def holdable(self, number: str) -> list[str]:
        """List the ids of the work on an order that can be put on hold."""
        with _understood():
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
        return order_from(row, lines, parcels_from(left, lines), self._completed)

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
        for some in in_parts(numbers, queries.PARCELS_AT_ONCE):
            for row in self._nodes(queries.fulfillments_of_orders(some)):
                with _understood():
                    number, few = number_of(row["id"]), row["fulfillments"]
                    whole = len(few) < queries.FEW and all(map(_is_whole, few))
                    found[number] = few if whole else self._piece_by_piece(number)
        if set(numbers) - found.keys():
            raise TryLater("the shop did not tell what has left of an order")
        return found

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
        for some in in_parts(sorted(numbers), queries.NUMBERS_AT_ONCE):
            for row in self._searched(some):
                with _understood():
                    reference = (row["reference"] or {}).get("value")
                    if row["sourceIdentifier"] in numbers or reference in references:
                        found.add(number_of(row["id"]))
        return found

    def _by_reference(self, references: Sequence[str]) -> set[str]:
        found = set()
        for some in in_parts(references, queries.REFERENCES_AT_ONCE):
            data = self._calls.ask(queries.orders_by_reference(some))
            with _understood():
                rows = [data[f"order{number}"] for number in range(len(some))]
                found |= {number_of(row["id"]) for row in rows if row}
        return found

    def _searched(self, numbers: Sequence[str]) -> Iterator[Mapping[str, Json]]:
        after: str | None = None
        for _ in range(PAGES_AT_MOST):
            with _understood():
                page = self._calls.ask(queries.orders_by_number(numbers, after))["orders"]
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


def _is_whole(fulfillment: Mapping[str, Json]) -> bool:
    """Tell whether all of a fulfillment was told."""
    more = fulfillment["fulfillmentLineItems"]["pageInfo"]["hasNextPage"]
    return len(fulfillment["trackingInfo"]) < queries.FEW and not more


NOT_AS_PROMISED = (KeyError, TypeError, AttributeError, ValueError, IndexError)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Let what is not as the schema promises be a document that cannot be read."""
    try:
        yield
    except NOT_AS_PROMISED as error:
        raise DocumentError("an order of the shop cannot be read") from error


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """Let an answer that cannot be read be asked for later."""
    try:
        yield
    except (DocumentError, *NOT_AS_PROMISED) as error:
        raise TryLater(f"the shop's answer cannot be read: {type(error).__name__}") from error

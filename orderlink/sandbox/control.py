"""What the sandboxes' controls share: how a person plays over HTTP, and what the buyer's side says.

The marketplaces take the same arguments and show the same JSON, so that one person at the controls
can play at any of them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from orderlink.sandbox.server import Answer, Request, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CONTROL_PATH = "/_sandbox/"


class Ordered(Protocol):
    """What was put into the basket."""

    @property
    def reference(self) -> str:
        """Give the merchant's article number."""
        ...

    @property
    def quantity(self) -> int:
        """Give the pieces ordered."""
        ...


class CountedItem(Protocol):
    """One item of an order and how many of its pieces are where."""

    id: str
    shipped: int
    cancelled: int
    cancellation_requested: bool

    @property
    def article(self) -> Ordered:
        """Give what was ordered."""
        ...


def controlled(request: Request, control: Callable[[str, Any], Any]) -> Answer:
    """Answer `POST /_sandbox/NAME` by what `control` makes of the name and the JSON arguments."""
    try:
        arguments = request.json() if request.body else {}
        document = control(request.path.rstrip("/").removeprefix(CONTROL_PATH), arguments)
    except (KeyError, ValueError) as error:
        return json_answer(400, {"error": str(error)}, media_type="application/json")
    return json_answer(200, document, media_type="application/json")


def order_state(
    order_id: str, placed_at: str, items: Iterable[tuple[CountedItem, str]]
) -> dict[str, Any]:
    """Write how an order stands, for a person at the controls: without the buyer.

    Each item comes with its fulfilment method in the marketplace's own word.
    """
    return {
        "order_id": order_id,
        "placed_at": placed_at,
        "items": [
            {
                "item_id": item.id,
                "reference": item.article.reference,
                "method": method,
                "quantity": item.article.quantity,
                "shipped": item.shipped,
                "cancelled": item.cancelled,
                "cancellation_requested": item.cancellation_requested,
            }
            for item, method in items
        ],
    }


def with_amounts(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Read those fields as amounts of money. Raises ArithmeticError."""
    return {**fields, **{name: Decimal(str(fields[name])) for name in names if name in fields}}

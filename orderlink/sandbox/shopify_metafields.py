"""What the Shopify sandbox takes as metafields of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shopify_state import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.sandbox.shopify_records import StoredOrder
    from orderlink.sandbox.shopify_state import Store


def metafields(
    store: Store,
    sent: Sequence[Mapping[str, Any]],
    place: str,
    its: StoredOrder | None = None,
) -> dict[tuple[str, str], str]:
    """Read what an order is to have; `its` is the order that has some already, None a new one.

    Raises `UserError`, which names `place` and the number in the list. Of a new order it says no
    more than that it is invalid.
    """

    def refusal(message: str, part: str, code: str) -> UserError:
        return UserError(message, part, code if its else "INVALID")

    found: dict[tuple[str, str], str] = {}
    for index, one in enumerate(sent):
        name = one.get("namespace") or "$app", one.get("key") or ""
        there = f"{place}.{index}"
        defined = store.unique.get(name)
        if defined and one.get("type") not in {None, defined}:
            message = f"Type '{one['type']}' must be consistent with the definition's type"
            raise refusal(f"{message}: '{defined}'.", f"{there}.type", "INVALID_TYPE")
        if not defined and not one.get("type"):
            raise refusal("Type can't be blank", f"{there}.type", "BLANK")
        value = one.get("value") or ""
        if not value:
            raise refusal("Value can't be blank", f"{there}.value", "BLANK")
        others = (order for order in store.orders.values() if order is not its)
        if defined and value in (order.metafields.get(name) for order in others):
            message = "Value must be unique: it is already taken"
            raise refusal(message, f"{there}.value", "TAKEN")
        found[name] = value
    return found

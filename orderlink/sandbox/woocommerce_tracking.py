"""Where parcels stand in a sandbox WooCommerce: tracking plugins and core fulfillments."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.woocommerce_state import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.server import Request
    from orderlink.sandbox.woocommerce_state import Store, StoredOrder

ITEMS = "_wc_shipment_tracking_items"
SPACES = {
    "ast": ("wc-ast/v3", "wc-shipment-tracking/v3", "wc/v1", "wc/v2", "wc/v3"),
    "shipment-tracking": ("wc-shipment-tracking/v3", "wc/v1", "wc/v2", "wc/v3"),
    "": (),
}


class Tracking:
    """The routes of the tracking plugin that there is, and of fulfillments where switched on.

    Fulfillments are built from documentation only.
    """

    def __init__(self, store: Store, plugin: str, *, fulfillments: bool) -> None:
        self._store = store
        self._plugin = plugin
        self._fulfillments = fulfillments

    def serve(
        self, request: Request, path: str, body: Mapping[str, Any]
    ) -> tuple[int, Any, dict[str, str]] | None:
        """Answer a request, or None where there is no such route. Raises `RestError`."""
        match = re.fullmatch(
            r"/([\w-]+/v\d)/orders/(\d+)/(shipment-trackings(?:/providers)?|fulfillments)", path
        )
        if not match or not self._offers(match[1], match[3]):
            return None
        if match[3].endswith("providers"):
            return 200, [], {}
        order = self._store.orders.get(int(match[2]))
        if order is None:
            raise RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        if match[3] == "fulfillments":
            return self._fulfillment(request.method, order, body)
        if request.method == "POST":
            return 201, self._shown(add_item(self._store, order, body, self._plugin)), {}
        return 200, [self._shown(item) for item in order.meta_value(ITEMS) or ()], {}

    def _offers(self, space: str, what: str) -> bool:
        if what == "fulfillments":
            return self._fulfillments and space == "wc/v3"
        return space in SPACES[self._plugin]

    def _shown(self, item: Mapping[str, Any]) -> dict[str, Any]:
        at = datetime.fromtimestamp(int(item["date_shipped"]), UTC)
        provider = item["custom_tracking_provider"] or item["tracking_provider"]
        return {
            "tracking_id": item["tracking_id"],
            # AST names a provider only when its table of providers was loaded.
            "tracking_provider": "" if self._plugin == "ast" else provider,
            "tracking_link": item["custom_tracking_link"] or "",
            "tracking_number": item["tracking_number"],
            "date_shipped": at.strftime("%Y-%m-%d"),
        }

    def _fulfillment(
        self, method: str, order: StoredOrder, body: Mapping[str, Any]
    ) -> tuple[int, Any, dict[str, str]]:
        if method == "POST":
            entry = add_fulfillment(self._store, order, list(body.get("meta_data", ())))
            return 201, entry, {}
        return 200, order.fulfillments, {}


def add_item(
    store: Store, order: StoredOrder, body: Mapping[str, Any], plugin: str
) -> dict[str, Any]:
    """Add a parcel as a tracking plugin does; `status_shipped` 1 completes the order at once."""
    ast = plugin == "ast"
    provider = str(body.get("tracking_provider", ""))
    shipped = store.clock.now()
    if body.get("date_shipped"):
        shipped = datetime.fromisoformat(str(body["date_shipped"])).replace(tzinfo=UTC)
    seconds = int(shipped.timestamp())
    item = {
        "tracking_provider": provider if ast else provider.lower().replace(" ", "-"),
        "custom_tracking_provider": body.get("custom_tracking_provider", "" if ast else None),
        "custom_tracking_link": body.get("custom_tracking_link", "" if ast else None),
        "tracking_number": str(body["tracking_number"]),
        "date_shipped": str(seconds) if ast else seconds,
        "tracking_id": f"{store.next_id('tracking'):032x}",
    }
    if ast:
        item |= {"tracking_product_code": "", "products_list": "", "status_shipped": "1"}
    store.set_meta(order, ITEMS, [*(order.meta_value(ITEMS) or ()), item])
    if ast and str(body.get("status_shipped", "")) == "1":
        store.set_status(order, "completed")
    return item


def add_fulfillment(store: Store, order: StoredOrder, meta: list[dict[str, Any]]) -> dict[str, Any]:
    """Add a core fulfillment; it does not stand in the order itself."""
    entry = {
        "id": store.next_id("fulfillment"),
        "entity_type": "WC_Order",
        "entity_id": str(order.id),
        "status": "fulfilled",
        "is_fulfilled": True,
        "date_updated": store.clock.now().strftime("%Y-%m-%d %H:%M:%S"),
        "date_deleted": None,
        "meta_data": meta,
    }
    order.fulfillments.append(entry)
    return entry

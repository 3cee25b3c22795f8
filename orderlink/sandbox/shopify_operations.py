"""The fields at the root of the Admin API that the Shopify sandbox knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shopify_answers import (
    fulfillment_order_trees,
    fulfillment_tree,
    gid,
    order_tree,
    product_tree,
    variant_tree,
)
from orderlink.sandbox.shopify_creation import LONGEST_TAG, checked_text, create
from orderlink.sandbox.shopify_graphql import Connection, Field, GraphQLError, Operation, told
from orderlink.sandbox.shopify_metafields import metafields
from orderlink.sandbox.shopify_search import ORDER_FIELDS, VARIANT_FIELDS, matches
from orderlink.sandbox.shopify_state import VISIBLE, UserError
from orderlink.sandbox.shopify_tax import calculated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, timedelta

    from orderlink.sandbox.shopify_access import Access
    from orderlink.sandbox.shopify_records import StoredOrder
    from orderlink.sandbox.shopify_state import Store


class Operations:
    """Carries operations out.

    `search_lag` is how long a new order, or a new tag, is missing in searches; `ignore_filter` lets
    them find everything.
    """

    def __init__(self, store: Store, access: Access, search_lag: timedelta) -> None:
        self._store = store
        self._access = access
        self._search_lag = search_lag
        self._tagged: list[tuple[datetime, StoredOrder]] = []
        self.ignore_filter = False
        self._queries = {
            "shop": self._shop,
            "currentAppInstallation": self._installation,
            "metafieldDefinition": self._definition,
            "order": lambda arguments: self._node(arguments["id"], "Order"),
            "orders": self._orders,
            "orderByIdentifier": self._order_by_identifier,
            "node": lambda arguments: self._node(arguments["id"]),
            "nodes": lambda arguments: [self._node(one) for one in arguments["ids"]],
            "productVariants": self._variants,
        }
        self._mutations = {
            "orderCreate": self._order_create,
            "orderCancel": self._order_cancel,
            "tagsAdd": self._tags_add,
            "metafieldsSet": self._metafields_set,
            "fulfillmentOrderHold": self._hold,
            "draftOrderCalculate": self._calculate,
        }

    def carry_out(self, operation: Operation) -> dict[str, Any]:
        """Answer an operation, field by field. Raises `GraphQLError`."""
        known = self._mutations if operation.kind == "mutation" else self._queries
        kind = "Mutation" if operation.kind == "mutation" else "QueryRoot"
        for field in operation.fields:
            if field.name not in known:
                raise GraphQLError(
                    f"Field '{field.name}' doesn't exist on type '{kind}'", "undefinedField"
                )
            for name in _names(field):
                self._access.check(name)
        root = {"__typename": kind, **known}
        return dict(told(operation.fields, root))

    # Queries

    def _shop(self, _: Mapping[str, Any]) -> dict[str, Any]:
        shop = self._store.shop
        return {
            "__typename": "Shop",
            "id": gid("Shop", 1),
            "name": shop.name,
            "currencyCode": shop.currency,
            "enabledPresentmentCurrencies": [shop.currency, *shop.currencies],
            "taxesIncluded": shop.taxes_included,
            "taxShipping": shop.tax_shipping,
            "shipsToCountries": list(shop.ships_to),
            "plan": {
                "__typename": "ShopPlan",
                "publicDisplayName": shop.plan.name,
                "partnerDevelopment": shop.plan.name == "Development",
                "shopifyPlus": shop.plan.name == "Plus",
            },
        }

    def _installation(self, _: Mapping[str, Any]) -> dict[str, Any]:
        scopes = [
            {"__typename": "AccessScope", "handle": one} for one in sorted(self._access.scopes)
        ]
        return {"__typename": "AppInstallation", "accessScopes": scopes}

    def _definition(self, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        wanted = arguments["identifier"]
        its = self._store.unique.get((wanted.get("namespace") or "$app", wanted["key"]))
        if its is None or wanted["ownerType"] != "ORDER":
            return None
        unique = {"__typename": "MetafieldCapabilityUniqueValues", "enabled": True}
        return {
            "__typename": "MetafieldDefinition",
            "namespace": wanted["namespace"],
            "key": wanted["key"],
            "type": {"__typename": "MetafieldDefinitionType", "name": its},
            "capabilities": {"__typename": "MetafieldCapabilities", "uniqueValues": unique},
        }

    def _visible(self) -> list[StoredOrder]:
        orders = list(self._store.orders.values())
        if "read_all_orders" in self._access.scopes:
            return orders
        oldest = self._store.clock.now() - VISIBLE
        return [order for order in orders if order.created_at >= oldest]

    def _orders(self, arguments: Mapping[str, Any]) -> Connection:
        now, search = self._store.clock.now(), arguments.get("query") or ""
        found = self._visible()
        if search:
            self._index_tags(now)
            found = [one for one in found if now - one.created_at >= self._search_lag]
        if not self.ignore_filter:
            found = [order for order in found if matches(search, order, ORDER_FIELDS)]
        falling = bool(arguments.get("reverse"))
        found.sort(key=lambda order: order.id, reverse=falling)
        return Connection([order_tree(one) for one in found], [one.id for one in found], falling)

    def _index_tags(self, now: datetime) -> None:
        """Let searches find orders by what they were tagged with long enough ago."""
        for order in [one for tagged, one in self._tagged if now - tagged >= self._search_lag]:
            order.found_by_tags = list(order.tags)
        self._tagged = [one for one in self._tagged if now - one[0] < self._search_lag]

    def _order_by_identifier(self, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        wanted = arguments["identifier"]
        if wanted.get("id"):
            return self._node(wanted["id"], "Order")
        custom = wanted["customId"]
        name = custom.get("namespace") or "$app", custom["key"]
        if self._store.unique.get(name) != "id":
            message = "Metafield definition of type 'id' is required when using custom ids."
            raise GraphQLError(message, "NOT_FOUND", ["orderByIdentifier"])
        for order in self._visible():
            if order.metafields.get(name) == custom["value"]:
                return order_tree(order)
        return None

    def _node(self, global_id: str, wanted: str = "") -> dict[str, Any] | None:
        kind, _, text = str(global_id).removeprefix("gid://shopify/").partition("/")
        if not text.isdecimal() or kind != (wanted or kind):
            raise GraphQLError(f"Invalid global id '{global_id}'", "argumentLiteralsIncompatible")
        number = int(text)
        if kind == "Order":
            self._access.check("order")
            return next((order_tree(one) for one in self._visible() if one.id == number), None)
        if kind in {"ProductVariant", "Product"}:
            self._access.check("productVariants")
        if kind == "ProductVariant":
            variant = self._store.variants.get(number)
            return None if variant is None else variant_tree(variant)
        if kind == "Product":
            return product_tree(self._store, number)
        if kind == "Fulfillment":
            left = [(order, one) for order in self._visible() for one in order.fulfillments]
            return next((fulfillment_tree(*pair) for pair in left if pair[1].id == number), None)
        return None

    def _variants(self, arguments: Mapping[str, Any]) -> Connection:
        search = arguments.get("query") or ""
        variants = sorted(self._store.variants.values(), key=lambda one: one.id)
        found = [one for one in variants if matches(search, one, VARIANT_FIELDS)]
        return Connection([variant_tree(one) for one in found])

    # Mutations

    def _order_create(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            self._access.count_creation()
            sent, options = arguments["order"], arguments.get("options") or {}
            return order_tree(create(self._store, sent, options))

        order, errors = _tried(act)
        return {"__typename": "OrderCreatePayload", "order": order, "userErrors": errors}

    def _order_cancel(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            order = self._stored(arguments["orderId"], "Order", "orderId")
            notify = bool(arguments.get("notifyCustomer"))
            self._store.cancel_later(order, restock=arguments["restock"], notify=notify)
            number = self._store.next_id("job")
            return {"__typename": "Job", "id": gid("Job", number), "done": False}

        job, errors = _tried(act)
        return {"__typename": "OrderCancelPayload", "job": job, "orderCancelUserErrors": errors}

    def _tags_add(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            order = self._stored(arguments["id"], "Order", "id")
            tags = [checked_text(tag, "tags", LONGEST_TAG) for tag in arguments["tags"]]
            order.tags = list(dict.fromkeys([*order.tags, *tags]))
            self._tagged.append((self._store.clock.now(), order))
            return order_tree(order)

        order, errors = _tried(act)
        return {"__typename": "TagsAddPayload", "node": order, "userErrors": errors}

    def _metafields_set(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Set metafields of an order: all of them, or none."""
        sent = arguments["metafields"]
        owners = {one["ownerId"] for one in sent}
        if len(owners) != 1:
            raise GraphQLError("here only one order at a time has its metafields set")

        def act() -> dict[str, Any]:
            order = self._stored(owners.pop(), "Order", "metafields.0.ownerId", "INVALID_VALUE")
            order.metafields |= metafields(self._store, sent, "metafields", order)
            return {}

        _, errors = _tried(act)
        return {"__typename": "MetafieldsSetPayload", "userErrors": errors}

    def _hold(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        sent = arguments["fulfillmentHold"]

        def act() -> dict[str, Any]:
            order = self._stored(arguments["id"], "FulfillmentOrder", "id")
            why = sent.get("reasonNotes") or sent["reason"]
            self._store.hold(order, sent.get("handle") or "", why)
            return fulfillment_order_trees(order)[0]

        work, errors = _tried(act)
        payload = "FulfillmentOrderHoldPayload"
        return {"__typename": payload, "fulfillmentOrder": work, "userErrors": errors}

    def _calculate(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        draft, errors = _tried(lambda: calculated(self._store, arguments["input"]))
        payload = "DraftOrderCalculatePayload"
        return {"__typename": payload, "calculatedDraftOrder": draft, "userErrors": errors}

    def _stored(
        self, global_id: str, kind: str, place: str, code: str = "NOT_FOUND"
    ) -> StoredOrder:
        """Find an order by its own id or that of its work, which have the same number."""
        number = str(global_id).removeprefix(gid(kind, ""))
        order = self._store.orders.get(int(number)) if number.isdecimal() else None
        if order is None:
            code = "FULFILLMENT_ORDER_NOT_FOUND" if kind == "FulfillmentOrder" else code
            raise UserError(f"{kind} does not exist", place, code)
        return order


def _names(field: Field) -> Iterator[str]:
    yield field.name
    for one in field.fields:
        yield from _names(one)


def _tried(act: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any] | None, list[Any]]:
    """Do something; give what came of it, or the errors that say why it was not done."""
    try:
        return act(), []
    except UserError as error:
        shown = {"code": error.code or None, "field": error.field, "message": str(error)}
        return None, [shown]

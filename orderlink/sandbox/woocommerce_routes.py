"""The REST routes of a sandbox WooCommerce."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeVar

from orderlink.sandbox import woocommerce_orders as orders
from orderlink.sandbox.woocommerce_state import RestError, SandboxProduct, Store, StoredOrder
from orderlink.sandbox.woocommerce_tracking import Tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import timedelta

    from orderlink.sandbox.server import Request

    Served = tuple[int, Any, dict[str, str]]

T = TypeVar("T")

PRODUCT_AS_VARIATION = (
    "To manipulate product variations you should use the"
    " /products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)


def no_route() -> RestError:
    """Make WordPress's answer to an address that nobody serves."""
    message = "No route was found matching the URL and request method."
    return RestError(404, "rest_no_route", message)


class Routes:
    """Answer requests below /wp-json."""

    def __init__(
        self,
        store: Store,
        *,
        storage: str,
        tracking: str,
        fulfillments: bool,
        search_lag: timedelta,
    ) -> None:
        self._store = store
        self._storage = storage
        self._search_lag = search_lag
        self._tracking = Tracking(store, tracking, fulfillments=fulfillments)
        self._table: tuple[tuple[str, str, Callable[..., Served]], ...] = (
            ("GET", r"/wc/v3/system_status", self._system_status),
            ("GET", r"/wc/v3/settings/(general|tax)", self._settings),
            ("GET", r"/wc/v3/taxes", self._taxes),
            ("GET", r"/wc/v3/taxes/classes", self._tax_classes),
            ("GET", r"/wc/v3/data/currencies", self._currencies),
            ("GET", r"/wc/v3/data/countries/([A-Za-z]+)", self._country),
            ("GET", r"/wc/v3/products", self._products),
            ("POST", r"/wc/v3/products/batch", self._products_batch),
            ("GET", r"/wc/v3/products/(\d+)", self._product),
            ("PUT", r"/wc/v3/products/(\d+)", self._product_put),
            ("GET", r"/wc/v3/products/(\d+)/variations", self._variations),
            ("POST", r"/wc/v3/products/(\d+)/variations/batch", self._variations_batch),
            ("PUT", r"/wc/v3/products/(\d+)/variations/(\d+)", self._variation_put),
            ("GET", r"/wc/v3/orders", self._orders),
            ("POST", r"/wc/v3/orders", self._order_post),
            ("POST", r"/wc/v3/orders/batch", self._orders_batch),
            ("GET", r"/wc/v3/orders/(\d+)", self._order_get),
            ("PUT", r"/wc/v3/orders/(\d+)", self._order_put),
            ("DELETE", r"/wc/v3/orders/(\d+)", self._order_delete),
            ("GET", r"/wc/v3/orders/(\d+)/notes", self._notes),
            ("POST", r"/wc/v3/orders/(\d+)/notes", self._note_post),
            ("GET", r"/wc/v3/orders/(\d+)/refunds", self._refunds),
            ("POST", r"/wc/v3/orders/(\d+)/refunds", self._refund_post),
        )

    def serve(self, request: Request, path: str) -> Served:
        """Give status, document and headers. Raises `RestError`."""
        for method, pattern, answer in self._table:
            match = re.fullmatch(pattern, path)
            if match and method == request.method:
                return _chosen(request, answer(request, *match.groups()))
        served = self._tracking.serve(request, path, read_body(request))
        if served is None:
            raise no_route()
        return served

    # The shop

    def _system_status(self, _request: Request) -> Served:
        hpos = self._storage == "hpos"
        settings = {"currency": "EUR", "number_of_decimals": 2, "HPOS_enabled": hpos}
        return 200, {"environment": {"version": self._store.version}, "settings": settings}, {}

    def _settings(self, _request: Request, group: str) -> Served:
        tax = self._store.taxes.settings
        selling = self._store.selling
        place = f"{tax.country}:{tax.state}" if tax.state else tax.country
        values: dict[str, dict[str, Any]] = {
            "general": {
                "woocommerce_currency": selling.currency,
                "woocommerce_allowed_countries": selling.allowed,
                "woocommerce_all_except_countries": list(selling.except_for),
                "woocommerce_specific_allowed_countries": list(selling.specific),
                "woocommerce_ship_to_countries": selling.ship_to,
                "woocommerce_specific_ship_to_countries": list(selling.ship_to_specific),
                "woocommerce_default_country": place,
                "woocommerce_store_postcode": tax.postcode,
                "woocommerce_store_city": tax.city,
                "woocommerce_calc_taxes": _yes_or_no(tax.enabled),
                "woocommerce_price_num_decimals": str(tax.decimals),
            },
            "tax": {
                "woocommerce_prices_include_tax": _yes_or_no(tax.prices_include_tax),
                "woocommerce_tax_based_on": tax.based_on,
                "woocommerce_shipping_tax_class": tax.shipping_tax_class,
                "woocommerce_tax_round_at_subtotal": _yes_or_no(tax.round_at_subtotal),
            },
        }
        return 200, [{"id": name, "value": value} for name, value in values[group].items()], {}

    def _tax_classes(self, _request: Request) -> Served:
        slugs = ("standard", *self._store.taxes.settings.classes)
        return 200, [{"slug": slug, "name": slug.replace("-", " ")} for slug in slugs], {}

    def _currencies(self, _request: Request) -> Served:
        return 200, [{"code": code, "name": code} for code in self._store.selling.currencies], {}

    def _country(self, _request: Request, code: str) -> Served:
        regions = self._store.selling.regions.get(code.upper(), {})
        states = [{"code": state, "name": name} for state, name in regions.items()]
        return 200, {"code": code.upper(), "name": code.upper(), "states": states}, {}

    def _taxes(self, request: Request) -> Served:
        rows = [
            {
                "id": rate.id,
                "country": rate.country,
                "state": rate.state,
                "postcode": rate.postcodes[-1] if rate.postcodes else "",
                "city": rate.cities[-1] if rate.cities else "",
                "postcodes": list(rate.postcodes),
                "cities": list(rate.cities),
                "rate": rate.percent,
                "name": rate.name,
                "priority": rate.priority,
                "compound": rate.compound,
                "shipping": rate.shipping,
                "order": rate.order,
                "class": rate.tax_class or "standard",
            }
            for rate in self._store.taxes.rates.values()
        ]
        return _page(request, rows)

    # Products

    def _products(self, request: Request) -> Served:
        rows = list(self._store.products.values())
        status = request.one("status", "any")
        if status == "any":
            rows = [row for row in rows if row.status not in {"trash", "auto-draft"}]
        else:
            rows = [row for row in rows if row.status == status]
        sku, ean = request.one("sku").lower(), request.one("global_unique_id")
        if sku:
            wanted = {*sku.split(","), sku}
            rows = [row for row in rows if row.sku and row.sku.lower() in wanted]
        if ean:
            rows = [row for row in rows if row.ean and row.ean in ean.split(",")]
        if not sku and not ean:
            rows = [row for row in rows if row.kind != "variation"]
        rows = _included(request, rows)
        return _page(request, rows, lambda row: orders.show_product(self._store, row))

    def _find_product(self, product_id: str) -> SandboxProduct:
        product = self._store.products.get(int(product_id))
        if product is None:
            raise RestError(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        return product

    def _product(self, _request: Request, product_id: str) -> Served:
        return 200, orders.show_product(self._store, self._find_product(product_id)), {}

    def _product_put(self, request: Request, product_id: str) -> Served:
        return 200, self._change(self._find_product(product_id), read_body(request)), {}

    def _change(self, product: SandboxProduct, body: Mapping[str, Any]) -> dict[str, Any]:
        if product.kind == "variation":
            raise RestError(404, "woocommerce_rest_invalid_product_id", PRODUCT_AS_VARIATION)
        return self._set_stock(product, body)

    def _set_stock(self, product: SandboxProduct, body: Mapping[str, Any]) -> dict[str, Any]:
        if "stock_quantity" in body:
            product.stock = int(body["stock_quantity"])
        return orders.show_product(self._store, product)

    def _products_batch(self, request: Request) -> Served:
        def change(entry: Mapping[str, Any]) -> dict[str, Any]:
            product = self._store.products.get(int(entry["id"]))
            if product is None:
                raise RestError(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")
            return self._change(product, entry)

        return 200, _batch(read_body(request), {"update": change}), {}

    def _variation(self, parent_id: str, variation_id: Any) -> SandboxProduct:
        variation = self._store.products.get(int(variation_id))
        if variation is None or variation.parent_id != int(parent_id):
            code = "woocommerce_rest_product_variation_invalid_id"
            raise RestError(404, code, "Invalid ID.")
        return variation

    def _variations(self, request: Request, parent_id: str) -> Served:
        rows = [row for row in self._store.products.values() if row.parent_id == int(parent_id)]
        return _page(request, rows, lambda row: orders.show_product(self._store, row))

    def _variation_put(self, request: Request, parent_id: str, variation_id: str) -> Served:
        variation = self._variation(parent_id, variation_id)
        return 200, self._set_stock(variation, read_body(request)), {}

    def _variations_batch(self, request: Request, parent_id: str) -> Served:
        def change(entry: Mapping[str, Any]) -> dict[str, Any]:
            return self._set_stock(self._variation(parent_id, entry["id"]), entry)

        return 200, _batch(read_body(request), {"update": change}), {}

    # Orders

    def _find_order(self, order_id: Any, status: int = 404) -> StoredOrder:
        order = self._store.orders.get(int(order_id))
        if order is None:
            raise RestError(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return order

    def _orders(self, request: Request) -> Served:
        wanted = request.one("status", "any").split(",")
        known = ("any", "trash", *self._store.statuses)
        for index, status in enumerate(wanted):
            if status not in known:
                message = f"status[{index}] is not one of {orders.listed(known)}."
                raise orders.invalid_param("status", message)
        visible_from = self._store.clock.now() - self._search_lag
        rows = [
            row
            for row in self._store.orders.values()
            if row.created_at <= visible_from
            and (row.status in wanted or ("any" in wanted and row.status != "trash"))
        ]
        rows = _included(request, self._searched(request.one("search"), rows))
        since = request.one("modified_after")
        if since:
            rows = [row for row in rows if str(orders.moment(row.modified_at)) > since]
        rows.sort(key=_order_key(request.one("orderby", "date")), reverse=_descending(request))
        return _page(request, rows, lambda row: orders.show(self._store, row))

    def _searched(self, word: str, rows: list[StoredOrder]) -> list[StoredOrder]:
        if not word:
            return rows
        hpos = self._storage == "hpos"
        return [row for row in rows if str(row.id) == word or (hpos and row.transaction_id == word)]

    def _order_post(self, request: Request) -> Served:
        order = orders.create(self._store, read_body(request))
        location = {"Location": f"/wp-json/wc/v3/orders/{order.id}"}
        return 201, orders.show(self._store, order), location

    def _order_get(self, _request: Request, order_id: str) -> Served:
        return 200, orders.show(self._store, self._find_order(order_id)), {}

    def _order_put(self, request: Request, order_id: str) -> Served:
        body = read_body(request)
        orders.validate(self._store, body)
        order = self._find_order(order_id, 400)
        orders.update(self._store, order, body)
        return 200, orders.show(self._store, order), {}

    def _order_delete(self, request: Request, order_id: str) -> Served:
        order = self._find_order(order_id)
        before = orders.show(self._store, order)
        if request.one("force") == "true":
            self._store.delete(order)
        elif order.status == "trash":
            message = "The order has already been deleted."
            raise RestError(410, "woocommerce_rest_already_trashed", message)
        else:
            self._store.set_status(order, "trash")
        return 200, before, {}

    def _orders_batch(self, request: Request) -> Served:
        def create(entry: Mapping[str, Any]) -> dict[str, Any]:
            return orders.show(self._store, orders.create(self._store, entry))

        def change(entry: Mapping[str, Any]) -> dict[str, Any]:
            order = self._find_order(entry["id"], 400)
            orders.update(self._store, order, entry)
            return orders.show(self._store, order)

        return 200, _batch(read_body(request), {"create": create, "update": change}), {}

    def _notes(self, _request: Request, order_id: str) -> Served:
        return 200, self._find_order(order_id).notes, {}

    def _note_post(self, request: Request, order_id: str) -> Served:
        order, body = self._find_order(order_id), read_body(request)
        to_buyer = body.get("customer_note") is True
        return 201, self._store.note(order, str(body["note"]), to_buyer=to_buyer), {}

    def _refunds(self, _request: Request, order_id: str) -> Served:
        return 200, self._find_order(order_id).refunds, {}

    def _refund_post(self, request: Request, order_id: str) -> Served:
        order, body = self._find_order(order_id), read_body(request)
        amount, reason = Fraction(str(body["amount"])), str(body.get("reason", ""))
        entry = self._store.refund(order, amount, reason)
        shown = {"id": entry["id"], "amount": entry["total"].lstrip("-"), "reason": reason}
        parts = ("line_items", "shipping_lines", "tax_lines", "fee_lines", "meta_data")
        return 201, {**shown, **{name: [] for name in parts}}, {}


def read_body(request: Request) -> Any:
    """Read a request's JSON. Raises `RestError` as WordPress does."""
    try:
        return json.loads(request.body or b"{}")
    except ValueError as error:
        raise RestError(
            400,
            "rest_invalid_json",
            "Invalid JSON body passed.",
            json_error_code=4,
            json_error_message="Syntax error",
        ) from error


def _yes_or_no(value: bool) -> str:  # noqa: FBT001 - it translates a value
    return "yes" if value else "no"


def _descending(request: Request) -> bool:
    return request.one("order", "desc") == "desc"


def _order_key(orderby: str) -> Callable[[StoredOrder], Any]:
    if orderby == "id":
        return lambda order: order.id
    if orderby == "modified":
        return lambda order: (order.modified_at, order.id)
    return lambda order: (order.created_at, order.id)


def _included(request: Request, rows: list[Any]) -> list[Any]:
    include = request.one("include")
    wanted = {int(word) for word in include.split(",") if word.strip().isdigit()}
    return [row for row in rows if row.id in wanted] if wanted else rows


def _page(
    request: Request, rows: Sequence[T], show: Callable[[T], Any] = lambda row: row
) -> Served:
    """Give the page of a list that is asked for; only what is on it is written out."""
    per_page, page = int(request.one("per_page", "10")), int(request.one("page", "1"))
    if not 1 <= per_page <= 100:
        message = "per_page must be between 1 (inclusive) and 100 (inclusive)"
        raise orders.invalid_param("per_page", message, "rest_out_of_bounds")
    start = int(request.one("offset", str((page - 1) * per_page)))
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(-(-len(rows) // per_page))}
    return 200, [show(row) for row in rows[start : start + per_page]], headers


def _chosen(request: Request, served: Served) -> Served:
    status, document, headers = served
    fields = [name for name in request.one("_fields").split(",") if name]
    if not fields or status >= 300:
        return served
    if isinstance(document, list):
        document = [_only(row, fields) for row in document]
    else:
        document = _only(document, fields)
    return status, document, headers


def _only(row: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in fields}


def _batch(
    body: Mapping[str, Any], acts: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]
) -> dict[str, Any]:
    if sum(len(body.get(name, ())) for name in ("create", "update", "delete")) > 100:
        code = "woocommerce_rest_request_entity_too_large"
        raise RestError(413, code, "Unable to accept more than 100 items for this request.")
    answers: dict[str, Any] = {}
    for name, act in acts.items():
        for entry in body.get(name, ()):
            try:
                answer = act(entry)
            except RestError as error:
                answer = {"id": entry.get("id", 0), "error": error.body}
            answers.setdefault(name, []).append(answer)
    return answers

"""How a sandbox WooCommerce takes orders in and shows orders and products."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.woocommerce_state import (
    ADDRESS,
    RestError,
    SandboxProduct,
    Store,
    StoredOrder,
)
from orderlink.sandbox.woocommerce_tax import Item, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

TEXTS = ("payment_method", "payment_method_title", "transaction_id", "customer_note", "currency")
KINDS = {"line_items": "line", "shipping_lines": "shipping", "fee_lines": "fee"}
RECALCULATED = (*KINDS, "billing", "shipping", "coupon_lines")
CRITICAL = "<p>There has been a critical error on this website.</p>"


def create(store: Store, body: Mapping[str, Any]) -> StoredOrder:
    """Create an order out of a POST. Raises `RestError`; nothing is kept then."""
    validate(store, body)
    now = store.clock.now()
    order = StoredOrder(store.next_id("post"), now, now)
    try:
        _take_over(store, order, body)
    except RestError:
        store.take_back_post(order.id)
        raise
    store.add(order, str(body.get("status") or "pending"), paid=body.get("set_paid") is True)
    return order


def update(store: Store, order: StoredOrder, body: Mapping[str, Any]) -> None:
    """Change an order by a PUT. Raises `RestError`."""
    validate(store, body)
    _take_over(store, order, body)
    order.modified_at = store.clock.now()
    if any(name in body for name in RECALCULATED):
        store.total_up(order)
    paid = body.get("set_paid") is True and order.status in {"pending", "on-hold", "failed"}
    status = body.get("status") or ("processing" if paid else order.status)
    store.set_status(order, str(status))


def validate(store: Store, body: Mapping[str, Any]) -> None:
    """Check what WordPress checks before the order is touched. Raises `RestError`."""
    status = body.get("status")
    if status is not None and status not in store.statuses:
        raise invalid_param("status", f"status is not one of {listed(store.statuses)}.")
    currency = body.get("currency")
    if currency is not None and currency not in store.selling.currencies:
        message = f"currency is not one of {listed(store.selling.currencies)}."
        raise invalid_param("currency", message)
    if store.selling.narrow_text and any(_too_rich(text) for text in _texts(body)):
        message = "Could not persist order to database table."
        raise RestError(400, "woocommerce_rest_cannot_create", message)
    email = body.get("billing", {}).get("email")
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise invalid_param("billing", "Invalid email address.", "rest_invalid_email")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _too_rich(text: str) -> bool:
    strange = any(ord(sign) > 0xFFFF or (sign < " " and sign != "\n") for sign in text)
    return strange or any(len(line) > 191 for line in text.split("\n"))


def invalid_param(name: str, message: str, code: str = "rest_not_in_enum") -> RestError:
    """Make WordPress's answer to a parameter that is not as it should be."""
    details = {name: {"code": code, "message": message, "data": None}}
    return RestError(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        params={name: message},
        details=details,
    )


def listed(words: tuple[str, ...]) -> str:
    """Write a list as WordPress does: a, b, and c."""
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def _take_over(store: Store, order: StoredOrder, body: Mapping[str, Any]) -> None:
    for name in TEXTS:
        if name in body:
            setattr(order, name, str(body[name]))
    order.customer_id = int(body.get("customer_id", order.customer_id))
    for name in ("billing", "shipping"):
        getattr(order, name).update({key: str(value) for key, value in body.get(name, {}).items()})
    for name, kind in KINDS.items():
        for posted in body.get(name, ()):
            _take_over_item(store, order, kind, posted)
    for entry in body.get("meta_data", ()):
        store.set_meta(order, str(entry["key"]), entry["value"])


def _take_over_item(store: Store, order: StoredOrder, kind: str, posted: Mapping[str, Any]) -> None:
    if posted.get("id"):
        item = next((item for item in order.items if item.id == posted["id"]), None)
        if item is None or item.kind != kind:
            raise RestError(
                400,
                "woocommerce_rest_invalid_item_id",
                "Order item ID provided is not associated with order.",
            )
        if posted.get("quantity") == 0:
            order.items.remove(item)
            return
    else:
        if posted.get("quantity") == 0:
            # Seen: a fatal error inside PHP, reported as JSON; no order remains.
            raise RestError(500, "internal_server_error", CRITICAL)
        item = _new_line(store, posted) if kind == "line" else Item(0, kind)
        item.id = store.next_id("item")
        order.items.append(item)
    _take_over_values(item, posted)


def _take_over_values(item: Item, posted: Mapping[str, Any]) -> None:
    item.name = str(posted.get("name", posted.get("method_title", item.name)))
    item.method_id = str(posted.get("method_id", item.method_id))
    item.tax_status = str(posted.get("tax_status", item.tax_status))
    item.tax_class = str(posted.get("tax_class", item.tax_class))
    item.quantity = int(posted.get("quantity", item.quantity))
    for entry in posted.get("meta_data", ()):
        item.meta.append({"id": 0, "key": str(entry["key"]), "value": entry["value"]})
    if "total" in posted:
        item.total = Fraction(posted["total"] or "0")
    if "subtotal" in posted:
        item.subtotal = Fraction(posted["subtotal"] or "0")


def _new_line(store: Store, posted: Mapping[str, Any]) -> Item:
    sku, variation_id = posted.get("sku"), posted.get("variation_id")
    product_id = variation_id or posted.get("product_id")
    if not sku and not product_id:
        raise RestError(
            400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required."
        )
    product = store.by_sku(sku) if sku else store.products.get(int(product_id or 0))
    if product is None:
        return Item(0, "line")
    quantity = int(posted.get("quantity", 1))
    tax_class = store.tax_class_of(product)
    net = store.taxes.net_price(Fraction(product.price) * quantity, tax_class)
    parent = store.products.get(product.parent_id)
    options = " - " + ", ".join(product.attributes.values()) if product.attributes else ""
    return Item(
        0,
        "line",
        name=f"{parent.name}{options}" if parent else product.name,
        product_id=product.parent_id or product.id,
        variation_id=product.id if parent else 0,
        sku=product.sku,
        parent_name=parent.name if parent else None,
        quantity=quantity,
        tax_class=tax_class,
        tax_status=product.tax_status,
        subtotal=net,
        total=net,
    )


# Showing


def moment(at: datetime | None) -> str | None:
    """Write an instant as WooCommerce does in its _gmt fields."""
    return at.strftime("%Y-%m-%dT%H:%M:%S") if at else None


def show(store: Store, order: StoredOrder) -> dict[str, Any]:
    """Write an order as GET /orders/ID does."""
    totals, settings = order.totals, store.taxes.settings
    digits = settings.decimals
    tax = totals.cart_tax + totals.shipping_tax
    shown: dict[str, Any] = {
        "id": order.id,
        "parent_id": 0,
        "status": order.status,
        "currency": order.currency,
        "version": store.version,
        "prices_include_tax": settings.prices_include_tax,
        "discount_total": text(Fraction(0), digits),
        "discount_tax": text(Fraction(0), digits),
        "shipping_total": text(totals.shipping_total, digits),
        "shipping_tax": text(totals.shipping_tax, digits),
        "cart_tax": text(totals.cart_tax, digits),
        "total": text(totals.total, digits),
        "total_tax": text(tax, digits),
        "customer_id": order.customer_id,
        "billing": {name: order.billing.get(name, "") for name in (*ADDRESS, "email", "phone")},
        "shipping": {name: order.shipping.get(name, "") for name in (*ADDRESS, "phone")},
        **{name: getattr(order, name) for name in TEXTS},
        "created_via": "rest-api",
        "number": str(order.id),
        "meta_data": order.meta,
        "tax_lines": _tax_lines(store, order),
        "coupon_lines": [],
        "refunds": order.refunds,
    }
    for name, kind in KINDS.items():
        shown[name] = [_show_item(store, item) for item in order.items if item.kind == kind]
    for name in ("created", "modified", "completed", "paid"):
        at = moment(getattr(order, f"{name}_at"))
        shown |= {f"date_{name}": at, f"date_{name}_gmt": at}
    return shown


def _show_item(store: Store, item: Item) -> dict[str, Any]:
    digits = store.taxes.settings.decimals
    total_tax = sum(map(store.taxes.tax_shown, item.taxes.values()), Fraction(0))
    common = {
        "id": item.id,
        "total": text(item.total, digits),
        "total_tax": text(total_tax, digits),
        "meta_data": item.meta,
    }
    is_line = item.kind == "line"
    taxes = [
        {
            "id": rate_id,
            "total": _tax_text(store, amount),
            "subtotal": _tax_text(store, item.subtotal_taxes[rate_id]) if is_line else "",
        }
        for rate_id, amount in item.taxes.items()
    ]
    if item.kind == "shipping":
        method = {"method_title": item.name, "method_id": item.method_id, "instance_id": ""}
        return {**common, **method, "taxes": taxes, "tax_status": item.tax_status}
    named = {**common, "name": item.name, "tax_class": item.tax_class, "taxes": taxes}
    if item.kind == "fee":
        return {**named, "tax_status": item.tax_status, "amount": ""}
    subtotal_tax = sum(map(store.taxes.tax_shown, item.subtotal_taxes.values()), Fraction(0))
    return {
        **named,
        "product_id": item.product_id,
        "variation_id": item.variation_id,
        "quantity": item.quantity,
        "subtotal": text(item.subtotal, digits),
        "subtotal_tax": text(subtotal_tax, digits),
        "sku": item.sku,
        # A JSON number, as the real one sends it: for show, never computed with.
        "price": float(item.total / item.quantity),
        "parent_name": item.parent_name,
    }


def _tax_text(store: Store, amount: Fraction) -> str:
    if int(store.version.partition(".")[0]) >= 9:
        return text(amount, store.taxes.settings.decimals)
    # Before 9 a line's taxes were shown with all their decimals.
    return text(amount, 6).rstrip("0").rstrip(".")


def _tax_lines(store: Store, order: StoredOrder) -> list[dict[str, Any]]:
    digits = store.taxes.settings.decimals
    lines = []
    for rate_id, (on_goods, on_shipping) in order.totals.by_rate.items():
        rate = store.taxes.rates[rate_id]
        lines.append(
            {
                "id": order.tax_items[rate_id],
                "rate_code": rate.code,
                "rate_id": rate_id,
                "label": rate.name,
                "compound": rate.compound,
                "tax_total": text(on_goods, digits),
                "shipping_tax_total": text(on_shipping, digits),
                "rate_percent": float(rate.percent),
                "meta_data": [],
            }
        )
    return lines


def show_product(store: Store, product: SandboxProduct) -> dict[str, Any]:
    """Write a product or a variation as GET /products does."""
    stock = product.stock
    children = [other.id for other in store.products.values() if other.parent_id == product.id]
    return {
        "id": product.id,
        "name": product.name,
        "type": product.kind,
        "status": product.status,
        "sku": product.sku,
        "price": product.price,
        "regular_price": product.price,
        "tax_status": product.tax_status,
        "tax_class": product.tax_class,
        "manage_stock": stock is not None,
        "stock_quantity": stock,
        "stock_status": "outofstock" if stock is not None and stock <= 0 else "instock",
        "backorders": "no",
        "parent_id": product.parent_id,
        "variations": children,
        "global_unique_id": product.ean,
        "meta_data": [],
    }

"""PURE: WooCommerce's documents, written: what creates an order, and what corrects one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.model import Draft, ShopLine
from orderlink.shops.woocommerce_documents import (
    ORIGIN,
    REFERENCE,
    DocumentError,
    Product,
    line_from,
)
from orderlink.shops.woocommerce_tax import (
    Part,
    Place,
    TaxRate,
    TaxRules,
    nets_for,
    place_of,
    rates_at,
    shares_of,
    shipping_rates_at,
    shop_total,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.model import Address, Json, Order, Stamp

BUYER_EMAIL = "_orderlink_buyer_email"
WHY_HELD = "orderlink_hold"  # without the underscore: the shop shows it to people
ROUNDING = "Rounding"
PUBLIC = (
    "status",
    "currency",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "set_paid",
    "line_items",
    "shipping_lines",
    "fee_lines",
)
"""The parts of the document in which nothing of the buyer stands."""
UNPAID = frozenset({"pending", "on-hold"})


@dataclass(frozen=True, slots=True)
class Style:
    """The merchant's choices about how an imported order looks."""

    status: str
    payment_method: str
    payment_method_title: str
    shipping_method_title: str
    note: str
    email_in_billing: bool


def order_draft(
    order: Order, stamp: Stamp, products: Sequence[Product], rules: TaxRules, style: Style
) -> Draft:
    """Build the document that creates an order; `products` are those of `order.own_lines()`.

    Its nets are such that the shop's total is the order's; where roundings of the shop do not allow
    that, an untaxed line of a cent per line at most makes up for it.
    """
    lines = order.own_lines()
    bill_to = order.bill_to or order.ship_to
    place = place_of(rules, _place(bill_to), _place(order.ship_to))
    grosses = [
        Part(line.wanted_total, _shares(rules, place, product))
        for line, product in zip(lines, products, strict=True)
    ]
    classes = [product.tax_class for product in products if product.taxable]
    on_shipping = shares_of(shipping_rates_at(rules, place, classes))
    nets = nets_for([*grosses, Part(order.shipping_cost, on_shipping, shipping=True)], rules)
    items = [
        {**_product_reference(product), "quantity": line.wanted, **_amounts(net)}
        for line, product, net in zip(lines, products, nets[:-1], strict=True)
    ]
    shipping = {
        "method_id": "orderlink",
        "method_title": style.shipping_method_title,
        "total": f"{nets[-1].amount:f}",
    }
    total = order.total()
    document: dict[str, Json] = {
        "status": style.status,
        "currency": order.currency,
        "payment_method": style.payment_method,
        "payment_method_title": style.payment_method_title,
        "transaction_id": stamp.order_number,
        "customer_note": style.note,
        "billing": _address(bill_to),
        "shipping": _address(order.ship_to),
        "line_items": items,
        "shipping_lines": [shipping],
        "fee_lines": _rounding(total - shop_total(nets, rules)),
        "meta_data": _stamped(order, bill_to, stamp, style),
    }
    if style.status not in UNPAID:
        # "set_paid" would move an order on from these.
        document["set_paid"] = True
    email = bill_to.email or order.ship_to.email
    if email and style.email_in_billing:
        document["billing"] = {**_address(bill_to), "email": email}
    shop_lines = tuple(
        ShopLine(product.sku, line.wanted, line.wanted_total, str(product.id))
        for line, product in zip(lines, products, strict=True)
    )
    return Draft(document, order.currency, total, shop_lines, PUBLIC)


def _shares(rules: TaxRules, place: Place, product: Product) -> tuple[Decimal, ...]:
    return shares_of(rates_at(rules, place, product.tax_class)) if product.taxable else ()


def _product_reference(product: Product) -> dict[str, Json]:
    if product.parent_id:
        return {"product_id": product.parent_id, "variation_id": product.id}
    return {"product_id": product.id}


def _amounts(net: Part) -> dict[str, Json]:
    return {"subtotal": f"{net.amount:f}", "total": f"{net.amount:f}"}


def _rounding(amount: Decimal) -> list[dict[str, Json]]:
    if not amount:
        return []
    return [{"name": ROUNDING, "total": f"{amount:f}", "tax_status": "none"}]


def _stamped(order: Order, bill_to: Address, stamp: Stamp, style: Style) -> list[dict[str, Json]]:
    email = "" if style.email_in_billing else bill_to.email or order.ship_to.email
    entries = {
        REFERENCE: stamp.reference,
        ORIGIN: stamp.origin,
        BUYER_EMAIL: email,
        "_orderlink_vat_id": bill_to.vat_id,
        "_orderlink_company_registration": bill_to.company_registration,
        "_orderlink_buyer_reference": bill_to.buyer_reference,
        "_orderlink_marks": ", ".join(order.marks),
    }
    return [{"key": key, "value": value} for key, value in entries.items() if value]


def _place(address: Address) -> Place:
    return Place(address.country, address.region, address.postal_code, address.city)


def _address(address: Address) -> dict[str, Json]:
    first = (address.street, address.house_number, address.house_number_extension)
    second = (address.extra, address.pickup_point)
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address_1": " ".join(part for part in first if part),
        "address_2": ", ".join(part for part in second if part),
        "city": address.city,
        "state": address.region,
        "postcode": address.postal_code,
        "country": address.country,
        "phone": address.phone,
    }


def correction_from(document: Json, draft: Draft, rules: TaxRules) -> Draft | None:
    """Build what makes an existing order add up to `draft`, from the rates that it shows itself.

    None where its lines are not those of the draft, or where no net can do it.
    Raises `DocumentError`.
    """
    try:
        return _correction_from(document, draft, rules)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise DocumentError("an order of the shop cannot be read") from error


def _correction_from(document: Json, draft: Draft, rules: TaxRules) -> Draft | None:
    lines, shipping, fees = (
        document[f"{kind}s"] for kind in ("line_item", "shipping_line", "fee_line")
    )
    there = [(line.product_id, line.quantity) for line in map(line_from, lines)]
    known_fees = all(fee["name"] == ROUNDING for fee in fees) and len(fees) <= 1
    if there != [(line.product_id, line.quantity) for line in draft.lines] or not known_fees:
        return None
    if len(shipping) != 1:
        return None
    rates = {int(row["rate_id"]): row for row in document["tax_lines"]}
    grosses = [
        Part(line.total, _shown_shares(item, rates))
        for line, item in zip(draft.lines, lines, strict=True)
    ]
    for_shipping = draft.total - sum((line.total for line in draft.lines), Decimal(0))
    grosses.append(Part(for_shipping, _shown_shares(shipping[0], rates), shipping=True))
    nets = nets_for(grosses, rules)
    rounding = draft.total - shop_total(nets, rules)
    if abs(rounding) > rules.unit * len(nets):
        return None
    fee_lines = _rounding(rounding)
    if fees:
        fee_lines = [{"id": fees[0]["id"], "total": f"{rounding:f}", "tax_status": "none"}]
    body = {
        "line_items": [
            {"id": item["id"], **_amounts(net)} for item, net in zip(lines, nets[:-1], strict=True)
        ],
        "shipping_lines": [{"id": shipping[0]["id"], "total": f"{nets[-1].amount:f}"}],
        "fee_lines": fee_lines,
    }
    return Draft(body, draft.currency, draft.total, draft.lines, tuple(body))


def _shown_shares(item: Mapping[str, Json], rates: Mapping[int, Json]) -> tuple[Decimal, ...]:
    shown = [rates[int(tax["id"])] for tax in item["taxes"] if tax["total"] != ""]
    return shares_of(
        TaxRate(
            int(row["rate_id"]),
            Decimal(str(row["rate_percent"])),
            compound=bool(row["compound"]),
        )
        for row in shown
    )

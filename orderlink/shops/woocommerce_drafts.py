"""PURE: WooCommerce's documents, written: what creates an order, and what corrects one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.creation import Creation, filled
from orderlink.errors import Refused
from orderlink.model import Draft, ShopLine
from orderlink.shops.woocommerce_documents import (
    ADOPTED,
    ORIGIN,
    REFERENCE,
    DocumentError,
    line_from,
)
from orderlink.shops.woocommerce_people import address_document, fields_of
from orderlink.shops.woocommerce_settings import NO_SALE
from orderlink.shops.woocommerce_tax import (
    Part,
    Place,
    TaxRate,
    TaxRules,
    nets_for,
    place_of,
    shares_of,
    shop_total,
)
from orderlink.shops.woocommerce_taxing import TaxedItem, Taxing, taxing_of
from orderlink.shops.wording import commission_of, note_of, number_of, shipping_choice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.model import Address, Json, Order, Stamp
    from orderlink.shops.woocommerce_products import Item

WHY_HELD = "orderlink_hold"  # without the underscore: the shop shows it to people
ROUNDING = "Rounding"
COMMISSION = "Commission"
NO_PRODUCT = 2147483647
"""An id that no product has: with a name beside it WooCommerce makes a line without a product."""
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
USUAL_STATUS = "processing"


def order_draft(
    order: Order, stamp: Stamp, creation: Creation, items: Sequence[Item], rules: TaxRules
) -> Draft:
    """Build the document that creates an order; `items` are what its lines are in the shop.

    Its nets are such that the shop's total is the order's; where roundings of the shop do not allow
    that, an untaxed line of a cent per line at most makes up for it. Raises
    `Refused("shop_refused")` for a status or a customer that WooCommerce cannot have.
    """
    bill_to = order.bill_to or order.ship_to
    place = place_of(rules, _place(bill_to), _place(order.ship_to))
    taxing = taxing_of(order, items, creation, rules, place)
    parts = [*(one.gross for one in taxing.items), *taxing.fees, taxing.shipping]
    nets = nets_for(parts, rules)
    number = number_of(order, stamp)
    method, title = shipping_choice(order, creation, number)
    commission = _booked_commission(order, creation, rules)
    status = _status(order, creation)
    total = order.total()
    document: dict[str, Json] = {
        "status": status,
        "currency": order.currency,
        "payment_method": creation.payment_method,
        "payment_method_title": filled(creation.payment_method_title, creation.marketplace, number),
        "transaction_id": number,
        "customer_note": note_of(order, creation, number),
        "billing": address_document(bill_to),
        "shipping": address_document(order.ship_to),
        "line_items": _line_items(order, taxing, nets),
        "shipping_lines": [
            {"method_id": method, "method_title": title, "total": f"{nets[-1].amount:f}"}
        ],
        "fee_lines": [
            *_fee_lines(order, taxing, nets),
            *_untaxed(COMMISSION, -commission),
            *_untaxed(ROUNDING, total - shop_total(nets, rules)),
        ],
        "meta_data": fields_of(
            order, stamp, creation, number, taxing.remarks, exempt=taxing.exempt
        ),
    }
    if status not in UNPAID:
        # "set_paid" would move an order on from these.
        document["set_paid"] = True
    if creation.customer:
        document["customer_id"] = _customer(creation)
    email = bill_to.email or order.ship_to.email
    if email and creation.buyer_email == "billing":
        document["billing"] = {**document["billing"], "email": email}
    return Draft(
        document,
        order.currency,
        total - commission,
        tuple(_shop_line(order, one.item) for one in taxing.items),
        PUBLIC,
        _fees(order, commission),
        taxing.remarks,
    )


def reference_in(draft: Draft) -> str:
    """Give the reference that a draft's order will carry."""
    fields = draft.document["meta_data"]
    return next(str(field["value"]) for field in fields if field["key"] == REFERENCE)


def _place(address: Address) -> Place:
    return Place(address.country, address.region, address.postal_code, address.city)


def _status(order: Order, creation: Creation) -> str:
    if order.by_marketplace and creation.fulfilled_by_marketplace == "as_shipped":
        return creation.completed_status.removeprefix("wc-") or "completed"
    status = (creation.status or USUAL_STATUS).removeprefix("wc-")
    if status in {*NO_SALE, creation.completed_status.removeprefix("wc-")}:
        raise Refused(
            "shop_refused",
            f"status_after_import is {status}, which is no status of an order that is to be packed",
        )
    return status


def _customer(creation: Creation) -> int:
    if not creation.customer.isdecimal():
        raise Refused("shop_refused", "customer must be the number of a customer of WooCommerce")
    return int(creation.customer)


def _is_free(order: Order, item: Item) -> bool:
    # A line without a product moves no stock.
    return item.product is None or order.by_marketplace


def _line_items(order: Order, taxing: Taxing, nets: Sequence[Part]) -> list[dict[str, Json]]:
    return [
        {**_reference(order, one), "quantity": one.item.quantity, **_amounts(net)}
        for one, net in zip(taxing.items, nets, strict=False)
    ]


def _reference(order: Order, taxed: TaxedItem) -> dict[str, Json]:
    item, line = taxed.item, taxed.item.line
    product = item.product
    if product is None or order.by_marketplace:
        sku = line.sku or line.ean
        named: dict[str, Json] = {"product_id": NO_PRODUCT, "name": line.title or sku or "?"}
        named["tax_class"] = taxed.tax_class
        return {**named, "meta_data": [{"key": "SKU", "value": sku}] if sku else []}
    reference: dict[str, Json] = {"product_id": product.id}
    if product.parent_id:
        reference = {"product_id": product.parent_id, "variation_id": product.id}
    return {**reference, "tax_class": taxed.tax_class} if taxed.chosen else reference


def _shop_line(order: Order, item: Item) -> ShopLine:
    if item.product is None or _is_free(order, item):
        return ShopLine("", item.quantity, item.amount, "0", item.line.id)
    product = item.product
    return ShopLine(product.sku, item.quantity, item.amount, str(product.id), item.line.id)


def _amounts(net: Part) -> dict[str, Json]:
    return {"subtotal": f"{net.amount:f}", "total": f"{net.amount:f}"}


def _booked_commission(order: Order, creation: Creation, rules: TaxRules) -> Decimal:
    commission = commission_of(order) if creation.fee_line else None
    return Decimal(0) if commission is None else commission.quantize(rules.unit)


def _fees(order: Order, commission: Decimal) -> tuple[tuple[str, Decimal], ...]:
    fees = tuple((one.name, one.amount) for one in order.surcharges())
    return (*fees, (COMMISSION, -commission)) if commission else fees


def _fee_lines(order: Order, taxing: Taxing, nets: Sequence[Part]) -> list[dict[str, Json]]:
    start = len(taxing.items)
    return [
        {"name": one.name, "total": f"{net.amount:f}", "tax_status": "taxable"}
        for one, net in zip(order.surcharges(), nets[start:-1], strict=True)
    ]


def _untaxed(name: str, amount: Decimal) -> list[dict[str, Json]]:
    return [{"name": name, "total": f"{amount:f}", "tax_status": "none"}] if amount else []


def stamp_document(stamp: Stamp) -> dict[str, Json]:
    """Build what marks an order of another program as adopted, and changes nothing else of it."""
    fields = {REFERENCE: stamp.reference, ORIGIN: stamp.origin, ADOPTED: "yes"}
    return {"meta_data": [{"key": key, "value": value} for key, value in fields.items()]}


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
    lines, shipping = document["line_items"], document["shipping_lines"]
    fees = [fee for fee in document["fee_lines"] if fee["name"] != ROUNDING]
    rounding = [fee for fee in document["fee_lines"] if fee["name"] == ROUNDING]
    there = [(line.product_id, line.quantity) for line in map(line_from, lines)]
    if there != [(line.product_id, line.quantity) for line in draft.lines]:
        return None
    if [fee["name"] for fee in fees] != [name for name, _ in draft.fees]:
        return None
    if len(shipping) != 1 or len(rounding) > 1:
        return None
    rates = {int(row["rate_id"]): row for row in document["tax_lines"]}
    grosses = [
        Part(line.total, _shown_shares(item, rates))
        for line, item in zip(draft.lines, lines, strict=True)
    ]
    grosses += [
        Part(amount, _shown_shares(fee, rates), fee=True)
        for (_, amount), fee in zip(draft.fees, fees, strict=True)
    ]
    for_shipping = draft.total - sum((part.amount for part in grosses), Decimal(0))
    grosses.append(Part(for_shipping, _shown_shares(shipping[0], rates), shipping=True))
    nets = nets_for(grosses, rules)
    rest = draft.total - shop_total(nets, rules)
    if abs(rest) > rules.unit * len(nets):
        return None
    return _correction(draft, lines, fees, shipping, rounding, nets, rest)


def _correction(
    draft: Draft,
    lines: Sequence[Mapping[str, Json]],
    fees: Sequence[Mapping[str, Json]],
    shipping: Sequence[Mapping[str, Json]],
    rounding: Sequence[Mapping[str, Json]],
    nets: Sequence[Part],
    rest: Decimal,
) -> Draft:
    for_fees = nets[len(lines) : -1]
    fee_lines = [
        {"id": fee["id"], "total": f"{net.amount:f}", "tax_status": fee["tax_status"]}
        for fee, net in zip(fees, for_fees, strict=True)
    ]
    if rounding:
        fee_lines.append({"id": rounding[0]["id"], "total": f"{rest:f}", "tax_status": "none"})
    else:
        fee_lines += _untaxed(ROUNDING, rest)
    body = {
        "line_items": [
            {"id": item["id"], **_amounts(net)} for item, net in zip(lines, nets, strict=False)
        ],
        "shipping_lines": [{"id": shipping[0]["id"], "total": f"{nets[-1].amount:f}"}],
        "fee_lines": fee_lines,
    }
    return Draft(body, draft.currency, draft.total, draft.lines, tuple(body), draft.fees)


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

"""PURE: addresses, notes and fields of an order, written for WooCommerce."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.address import simplified, split_street
from orderlink.creation import Creation, filled
from orderlink.model import money_text
from orderlink.shops.woocommerce_documents import ORIGIN, REFERENCE
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from orderlink.model import Address, Draft, Json, Order, Stamp

BUYER_EMAIL = "_orderlink_buyer_email"
REMARKS = "orderlink_remarks"
COMMISSION = "orderlink_commission"
TAGS = "orderlink_tags"
"""Fields that the shop shows to its people: without an underscore, and not in the note, which many
shops print for the buyer."""

SUFFIX = "-FBM"
"""At the end of the number of an order that the marketplace stores and sends."""


def number_of(order: Order, stamp: Stamp) -> str:
    """Give the order's number for people."""
    return stamp.order_number + (SUFFIX if order.by_marketplace else "")


def commission_of(order: Order) -> Decimal | None:
    """Tell what the marketplace takes of an order; None where it does not say."""
    taken = [line.commission for line in order.placed_lines()] + [order.fees]
    known = [amount for amount in taken if amount is not None]
    return sum(known, Decimal(0)) if known else None


def address_document(address: Address) -> dict[str, Json]:
    """Write an address; what WooCommerce has no field for stands in the second line."""
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


def address_parts(prefix: str, address: Address) -> dict[str, str]:
    """Write street, house number and addition apart, in the fields that carriers' plugins read."""
    if address.house_number:
        name, number, addition = (
            address.street,
            address.house_number,
            address.house_number_extension,
        )
    else:
        street = split_street(address.street)
        name, number, addition = street.name, street.number, street.addition
    return {
        f"_{prefix}_street_name": name,
        f"_{prefix}_house_number": number,
        f"_{prefix}_house_number_suffix": addition,
    }


def shipping_choice(order: Order, creation: Creation, number: str) -> tuple[str, str]:
    """Choose the shipping method and its title: the most particular that fits the order."""
    methods = [order.shipping_method, *order.marks]
    country = order.ship_to.country
    keys = [f"{method}/{country}" for method in methods if method]
    keys += [method for method in methods if method] + [country, "*"]
    chosen = next((key for key in keys if key in creation.shipping_methods), "")
    title = filled(creation.shipping_method_title, creation.marketplace, number)
    if not chosen:
        return creation.shipping_method, title
    method, _, its_title = creation.shipping_methods[chosen].partition(":")
    return method.strip(), its_title.strip() or title


def note_of(order: Order, creation: Creation, number: str) -> str:
    """Write the note: the merchant's own words, then what the marketplace says beside the lines.

    The buyer may get to see it.
    """
    first = filled(creation.note, creation.marketplace, number)
    return "\n".join([*([first] if first else []), *_said(order)])


def _said(order: Order) -> Iterator[str]:
    bill_to = order.bill_to or order.ship_to
    days = [line.deliver_by for line in order.placed_lines() if line.deliver_by]
    said = {
        "Marks": ", ".join(mark.replace("_", " ") for mark in order.marks),
        "Message": order.message,
        "Gift message": order.gift_message,
        "Deliver on": order.delivery_day and order.delivery_day.isoformat(),
        "Deliver by": min(days).isoformat() if days else "",
        "Ship by": order.ship_by and order.ship_by.isoformat(),
        "VAT id": bill_to.vat_id,
        "Company registration": bill_to.company_registration,
        "Buyer's reference": bill_to.buyer_reference,
    }
    for line in order.placed_lines():
        if line.services:
            said[f"Services for {line.title or line.sku or line.ean}"] = ", ".join(line.services)
    return (f"{name}: {value}" for name, value in said.items() if value)


def fields_of(
    order: Order,
    stamp: Stamp,
    creation: Creation,
    number: str,
    remarks: Sequence[str],
    *,
    exempt: bool,
) -> list[dict[str, Json]]:
    """Write the fields of an order: our marks, and what WooCommerce has no place for."""
    bill_to = order.bill_to or order.ship_to
    email = bill_to.email or order.ship_to.email
    commission = commission_of(order)
    entries = {
        REFERENCE: stamp.reference,
        ORIGIN: stamp.origin,
        BUYER_EMAIL: "" if creation.buyer_email == "billing" else email,
        "_orderlink_vat_id": bill_to.vat_id,
        "_orderlink_company_registration": bill_to.company_registration,
        "_orderlink_buyer_reference": bill_to.buyer_reference,
        "_orderlink_marks": ", ".join(order.marks),
        COMMISSION: "" if commission is None else money_text(commission, order.currency),
        TAGS: ", ".join(creation.tags),
        REMARKS: "; ".join(remarks),
        "is_vat_exempt": "yes" if exempt else "",
    }
    if creation.order_number:
        shown = filled(creation.order_number, creation.marketplace, number)
        entries["_order_number"] = shown
    if creation.address_parts:
        entries |= address_parts("billing", bill_to) | address_parts("shipping", order.ship_to)
    return [{"key": key, "value": value} for key, value in entries.items() if value]


# What the shop cannot store


def simplified_draft(draft: Draft) -> Draft | None:
    """Write a draft's texts so that any database stores them; None where they are that already."""
    document = dict(draft.document)
    changed: list[str] = []
    for part in ("billing", "shipping"):
        document[part], names = _simplified(document[part])
        changed += [f"{part}.{name}" for name in names]
    document["line_items"] = [_simplified(item)[0] for item in document["line_items"]]
    if document["line_items"] != draft.document["line_items"]:
        changed.append("line_items")
    note = "\n".join(simplified(line) for line in document["customer_note"].split("\n"))
    changed += ["note"] if note != document["customer_note"] else []
    document["meta_data"] = [_simplified(entry)[0] for entry in document["meta_data"]]
    changed += ["fields"] if document["meta_data"] != draft.document["meta_data"] else []
    if not changed:
        return None
    remark = f"written more simply, since the shop refused it: {', '.join(changed)}"
    document["customer_note"] = note
    others = [entry for entry in document["meta_data"] if entry["key"] != REMARKS]
    remarks = "; ".join((*draft.remarks, remark))
    document["meta_data"] = [*others, {"key": REMARKS, "value": remarks}]
    return replace(draft, document=document, remarks=(*draft.remarks, remark))


def _simplified(texts: Mapping[str, Json]) -> tuple[dict[str, Json], list[str]]:
    simple = {
        name: simplified(value) if isinstance(value, str) else value
        for name, value in texts.items()
    }
    return simple, [name for name in texts if simple[name] != texts[name]]


def unlike(document: Mapping[str, Json], answer: Mapping[str, Json]) -> tuple[str, ...]:
    """Name the parts of the addresses that an answer shows otherwise than they were sent."""
    shown = {part: answer.get(part) for part in ("billing", "shipping")}
    return tuple(
        f"{part}.{name}"
        for part, told in shown.items()
        for name, value in document.get(part, {}).items()
        if isinstance(told, dict) and str(told.get(name, value)) != str(value)
    )

"""PURE: addresses, notes and fields of an order, written for WooCommerce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.address import simplified
from orderlink.creation import Creation, filled
from orderlink.model import money_text
from orderlink.shops.woocommerce_documents import ORIGIN, REFERENCE
from orderlink.shops.wording import address_lines, commission_of, street_parts
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.model import Address, Draft, Json, Order, Stamp

BUYER_EMAIL = "_orderlink_buyer_email"
REMARKS = "orderlink_remarks"
COMMISSION = "orderlink_commission"
TAGS = "orderlink_tags"
"""Fields that the shop shows to its people: without an underscore, and not in the note, which many
shops print for the buyer."""


def address_document(address: Address) -> dict[str, Json]:
    """Write an address; what WooCommerce has no field for stands in the second line."""
    first, second = address_lines(address)
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address_1": first,
        "address_2": second,
        "city": address.city,
        "state": address.region,
        "postcode": address.postal_code,
        "country": address.country,
        "phone": address.phone,
    }


def address_parts(prefix: str, address: Address) -> dict[str, str]:
    """Write street, house number and addition apart, in the fields that carriers' plugins read."""
    return {f"_{prefix}_{name}": value for name, value in street_parts(address).items()}


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

"""PURE: addresses and further texts of an order, written for Shopify."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from orderlink.address import country_code, simplified
from orderlink.model import money_text
from orderlink.shops.wording import address_lines, commission_of, street_parts
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.creation import Creation
    from orderlink.model import Address, Draft, Json, Order

LONGEST_NOTE: Final = 5000
REMARKS: Final = "Remarks"
_BY_CODE = """
    AE AR AU BR CA CL CN CO ES HK ID IN IT JP MX MY NZ PE RO TH US ZA
"""
BY_CODE: Final = frozenset(_BY_CODE.split())
"""Countries whose regions Shopify knows by codes as ISO 3166-2 has them."""
_CODE = re.compile(r"[A-Z0-9]{1,3}")
PARTS: Final = ("shippingAddress", "billingAddress")
SHOWN: Final = {"countryCode": "countryCodeV2"}
"""What an answer calls otherwise than it is called when it is sent."""


def address_document(address: Address) -> dict[str, Json]:
    """Write an address; what Shopify has no field for stands in the second line."""
    first, second = address_lines(address)
    parts = {
        "firstName": address.first_name,
        "lastName": address.last_name,
        "company": address.company,
        "address1": first,
        "address2": second,
        "phone": address.phone,
    }
    return {name: value for name, value in parts.items() if value} | place_document(address)


def place_document(address: Address) -> dict[str, Json]:
    """Write what of an address decides about tax: nothing of it names a person."""
    country = country_code(address.country)
    region = address.region.strip()
    code = region.upper().removeprefix(f"{country}-")
    is_code = country in BY_CODE and region.isupper() and _CODE.fullmatch(code)
    parts = {
        "city": address.city,
        "zip": address.postal_code,
        "countryCode": country,
        "country": "" if country else address.country,
        "provinceCode": code if is_code else "",
        "province": "" if is_code else region,
    }
    return {name: value for name, value in parts.items() if value}


def attributes_of(
    order: Order, creation: Creation, number: str, remarks: Sequence[str]
) -> dict[str, str]:
    """Give what the order shows beside: what the marketplace says, and what was made of it.

    People in the shop see it; the buyer, whom the note may reach, does not.
    """
    bill_to = order.bill_to or order.ship_to
    commission = commission_of(order)
    entries = {
        "Marketplace": creation.marketplace,
        "Marketplace order": number,
        "Marks": ", ".join(mark.replace("_", " ") for mark in order.marks),
        "VAT id": bill_to.vat_id,
        "Company registration": bill_to.company_registration,
        "Buyer's reference": bill_to.buyer_reference,
        "Commission": "" if commission is None else money_text(commission, order.currency),
        REMARKS: "; ".join(remarks),
    }
    if creation.address_parts:
        for prefix, address in (("shipping", order.ship_to), ("billing", bill_to)):
            for name, value in street_parts(address).items():
                entries[f"{prefix}_{name}"] = value
    return {name: value for name, value in entries.items() if value}


# What the shop cannot store


def simplified_draft(draft: Draft) -> Draft | None:
    """Write a draft's texts so that any database stores them; None where they are that already."""
    order = dict(draft.document["order"])
    changed: list[str] = []
    for part in PARTS:
        if part in order:
            sent, order[part] = order[part], _simple_address(order[part])
            odd = [name for name, value in sent.items() if order[part].get(name) != value]
            changed += [f"{part}.{name}" for name in odd]
    lines = [_simple(line) for line in order["lineItems"]]
    changed += ["lineItems"] if lines != order["lineItems"] else []
    attributes = [_simple(one) for one in order["customAttributes"]]
    changed += ["customAttributes"] if attributes != order["customAttributes"] else []
    metafields = [_simple(one) for one in order["metafields"]]
    changed += ["metafields"] if metafields != order["metafields"] else []
    note = "\n".join(simplified(line) for line in order["note"].split("\n"))
    note = note if len(note) <= LONGEST_NOTE else f"{note[: LONGEST_NOTE - 3]}..."
    changed += ["note"] if note != order["note"] else []
    if not changed:
        return None
    remark = f"written more simply, since the shop refused it: {', '.join(changed)}"
    remarks = (*draft.remarks, remark)
    others = [one for one in attributes if one["key"] != REMARKS]
    order |= {
        "lineItems": lines,
        "metafields": metafields,
        "note": note,
        "customAttributes": [*others, {"key": REMARKS, "value": "; ".join(remarks)}],
    }
    return replace(draft, document={**draft.document, "order": order}, remarks=remarks)


def _simple(texts: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: simplified(value) if isinstance(value, str) else value
        for name, value in texts.items()
    }


def _simple_address(address: Mapping[str, Json]) -> dict[str, Json]:
    """Simplify an address; a region that was refused as a code is told as a name."""
    simple = _simple(address)
    if "provinceCode" in simple:
        simple["province"] = simple.pop("provinceCode")
    return simple


def unlike(order: Mapping[str, Json], answer: Mapping[str, Json]) -> tuple[str, ...]:
    """Name the parts of the addresses that an answer shows otherwise than they were sent."""
    shown = {part: answer.get(part) for part in PARTS}
    return tuple(
        f"{part}.{name}"
        for part, told in shown.items()
        for name, value in order.get(part, {}).items()
        if isinstance(told, dict) and told.get(SHOWN.get(name, name), value) != value
    )

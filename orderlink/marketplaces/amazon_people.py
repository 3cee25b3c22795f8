"""PURE: who gets an Amazon order and who pays for it, and what Amazon withholds of that.

Shapes: `Recipient`, `Buyer` and `OrderTax` of the Orders API 2026-01-01. Who may see what:
https://developer-docs.amazon.com/sp-api/docs/access-orders-pii
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orderlink.model import Address
from orderlink.values import replace

if TYPE_CHECKING:
    from orderlink.marketplaces.reading import Part

DELIVERY_ROLE: Final = "Direct-to-Consumer Delivery (Restricted)"
WITHHELD: Final = (
    f"Amazon withholds the delivery address: give your application the role {DELIVERY_ROLE} in"
    " Seller Central, authorise it anew, and set refresh_token to what it is given then"
)
EMPTY: Final = "Amazon left the delivery address empty; it is asked for again"
_PERSONAL: Final = ("name", "addressLine1", "addressLine2", "addressLine3", "companyName")
_OF_COMPANIES: Final = frozenset({"VAT", "BUSINESS", "CNPJ"})
_OF_TAXES: Final = frozenset({"VAT", "BUSINESS"})


def ship_to(order: Part) -> Address:
    """Read where an order goes; the buyer's relay address for mail goes along."""
    found = _address(order.part("recipient").part("deliveryAddress"))
    return replace(found, email=order.part("buyer").text("buyerEmail"))


def withheld(order: Part, address: Address) -> str:
    """Say why an order cannot be sent to the address that Amazon tells; empty: it can.

    Without the restricted role the personal parts are not there; what is there and empty comes, as
    a rule, a little later.
    """
    somebody = address.last_name + address.company
    place = address.city + address.postal_code
    if somebody.strip() and address.street and place.strip():
        return ""
    told = order.part("recipient").part("deliveryAddress").document
    return EMPTY if any(name in told for name in _PERSONAL) else WITHHELD


def bill_to(order: Part, address: Address) -> Address | None:
    """Read who pays, where Amazon tells more about him than his name: a company, a tax number.

    Amazon tells no address of its own for him, but with some tax numbers.
    """
    buyer = order.part("buyer")
    registrations = order.part("tax").parts("taxRegistrations")
    ours = next((one for one in registrations if one.text("entityType") == "BUYER"), None)
    company, reference = buyer.text("buyerCompanyName"), buyer.text("buyerPurchaseOrderNumber")
    if ours is None and not company and not reference:
        return None
    found = replace(
        address,
        last_name=buyer.text("buyerName") or address.last_name,
        company=company or address.company,
        buyer_reference=reference,
    )
    return found if ours is None else _registered(ours, found, company)


def _registered(registration: Part, buyer: Address, company: str) -> Address:
    """Add what a tax registration tells about the buyer."""
    kind = registration.text("taxRegistrationType")
    number = registration.text("taxRegistrationNumber")
    legal_name = registration.text("legalName") if kind in _OF_COMPANIES else ""
    place = registration.part("taxRegistrationAddress")
    if place.document:
        told = _address(place)
        last_name = told.last_name or buyer.last_name
        reference = buyer.buyer_reference
        buyer = replace(told, last_name=last_name, buyer_reference=reference, email=buyer.email)
    attributes = registration.parts("taxRegistrationAttributes")
    beside = [one.text("value") for one in attributes] + ([] if kind in _OF_TAXES else [number])
    return replace(
        buyer,
        company=company or legal_name or buyer.company,
        vat_id=number if kind in _OF_TAXES else "",
        company_registration=", ".join(part for part in beside if part),
    )


def instructions(order: Part) -> str:
    """Read what the buyer wants done with the parcel."""
    preference = order.part("recipient").part("deliveryPreference")
    told = (preference.text("dropOffLocation"), preference.text("addressInstruction"))
    return "; ".join(part for part in told if part)


def _address(part: Part) -> Address:
    """Read an address (`CustomerAddress`); Amazon splits neither names nor streets.

    The first line that is not empty is the street, and everything that has no place of its own
    stands behind it.
    """
    lines = [part.text(f"addressLine{number}") for number in (1, 2, 3)]
    street, *rest = [line for line in lines if line.strip()] or [""]
    city, region = part.text("city"), part.text("stateOrRegion")
    around = [
        part.text("districtOrCounty"),
        part.text("municipality"),
        part.part("extendedFields").text("neighborhood"),
    ]
    extra = rest + [place for place in around if place and place not in {city, region}]
    return Address(
        last_name=part.text("name"),
        company=part.text("companyName"),
        street=street,
        extra=", ".join(extra),
        postal_code=part.text("postalCode"),
        city=city,
        region=region,
        country=part.text("countryCode"),
        phone=part.text("phone"),
    )

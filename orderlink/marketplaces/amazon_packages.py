"""PURE: packages of Amazon's orders, and what confirms that one has left.

Shapes: `ConfirmShipmentRequest` of the Orders API v0, `OrderPackage` of 2026-01-01.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from orderlink.errors import Refused
from orderlink.model import SeenShipment, ShippedLine, shipment_reference

if TYPE_CHECKING:
    from orderlink.marketplaces.reading import Part
    from orderlink.model import Json, Shipment

OTHER_CARRIER: Final = "Other"
"""Amazon's word for a carrier that is none of its list; the carrier's name goes along."""

BEFORE_THE_FIRST: Final = 1_500_000_000
"""Our packages are numbered from here on: below 2**31, and neither the small numbers that people
and programs count with, nor the time in seconds, nor the long numbers that Amazon gives itself."""

_LAST: Final = BEFORE_THE_FIRST + 1_000_000


def time_text(at: datetime) -> str:
    """Write an instant as Amazon's own samples have it: UTC, ending in `Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def package_reference(number: int) -> str:
    """Name the package of an order's shipment: what is sent again under it changes the package."""
    return str(BEFORE_THE_FIRST + number)


def confirmation(shipment: Shipment, now: datetime, *, letters: bool) -> dict[str, Json]:
    """Write what confirms a shipment (`ConfirmShipmentRequest`), or changes what was confirmed.

    `letters`: one without a code may go, as a letter. Its code is an empty text, for the field is
    required and has no shortest length, and nothing else would be true. Raises `Refused` for what
    Amazon would not take.
    """
    if not shipment.code and not letters:
        raise Refused("marketplace_refused", "Amazon takes no shipment without a tracking code")
    if shipment.carrier_code in {"", OTHER_CARRIER} and not shipment.carrier_name:
        raise Refused(
            "marketplace_refused",
            "Amazon wants the name of a carrier that is none of its list: set default_carrier to a"
            " carrier's id, or: orderlink edit ORDER --set report.carrier=ID",
        )
    package: dict[str, Json] = {
        "packageReferenceId": package_reference(shipment.number),
        "carrierCode": shipment.carrier_code or OTHER_CARRIER,
        "trackingNumber": shipment.code,
        "shipDate": time_text(shipment.left_at or now),
        "orderItems": [
            {"orderItemId": line.line_id, "quantity": line.quantity} for line in shipment.lines
        ],
    }
    if shipment.carrier_name:
        package["carrierName"] = shipment.carrier_name
    return {"marketplaceId": shipment.site, "packageDetail": package}


def shipments(order: Part, order_id: str) -> tuple[SeenShipment, ...]:
    """Read the packages of an order that the merchant ships himself.

    Raises `orderlink.marketplaces.reading.DocumentError`.
    """
    return tuple(
        SeenShipment(
            reference=_reference(package.identifier("packageReferenceId"), order_id),
            code=package.text("trackingNumber"),
            carrier_code=package.text("carrier"),
            lines=tuple(
                ShippedLine(line.identifier("orderItemId"), line.whole("quantity"))
                for line in package.parts("packageItems")
            ),
        )
        for package in order.parts("packages")
    )


def _reference(told: str, order_id: str) -> str:
    """Give our own reference for a package that we numbered, and Amazon's for any other."""
    if told.isdecimal() and BEFORE_THE_FIRST < int(told) <= _LAST:
        return shipment_reference(order_id, int(told) - BEFORE_THE_FIRST)
    return told

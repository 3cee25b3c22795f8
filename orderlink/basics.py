"""What rows and model share, apart from the model: a look at the status needs no more than this."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from orderlink.values import Value

Json = Any
"""A JSON value: what `json` reads, with every number that has a fraction as `Decimal`."""


class Status(StrEnum):
    """Where an order stands, in the words that the merchant sees."""

    NEW = "new"  # known, not yet in the shop
    NOT_SHIPPED = "not_shipped"  # in the shop
    WAITING = "waiting"  # completed in the shop, no tracking code yet
    PENDING_SHIPMENT = "pending_shipment"  # to be reported, or reported and not yet confirmed
    SHIPPED = "shipped"  # closed at the marketplace
    PENDING_CANCELLATION = "pending_cancellation"  # a cancellation is under way
    CANCELLED = "cancelled"  # nothing is left to ship
    MANUAL = "manual"  # a person took over


CLOSED = frozenset({Status.SHIPPED, Status.CANCELLED})
"""Absorbing: no decision leads out of these."""


class Parcel(Value, frozen=True):
    """A parcel as the shop tells it: the code as written there, and who carries it if it says so.

    `contents` maps SKUs (where there is none, product ids) to pieces where the shop says what is
    inside; empty: it does not say.
    """

    code: str
    shop_carrier: str = ""
    contents: tuple[tuple[str, int], ...] = ()

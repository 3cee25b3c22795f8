"""Rows and answers for tests of decisions: one sensible value each, changed by keyword."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orderlink.model import Parcel, Shipment, ShippedLine, ShopLine, ShopOrder, ShopState, Status
from orderlink.rows import (
    ConnectionRow,
    EffectRow,
    EffectState,
    Kind,
    LineRow,
    OrderKey,
    OrderRow,
)
from orderlink.values import replace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CODE = "3SABCD1234567"
KEY = OrderKey("bol-1", "A1")


def line(**changes: Any) -> LineRow:
    return replace(LineRow("L1", 2, sku="SKU-1", total=Decimal("25.98")), **changes)


def order(**changes: Any) -> OrderRow:
    row = OrderRow(
        key=KEY,
        shop="woo-1",
        status=Status.NOT_SHIPPED,
        placed_at=NOW,
        first_seen_at=NOW,
        seen_at=NOW,
        lines=(line(),),
        currency="EUR",
        total=Decimal("25.98"),
        reference="bol::A1",
        has_details=True,
        approved=True,
        shop_order_id="16",
        shop_order_number="16",
        shop_seen_at=NOW,
    )
    return replace(row, **changes)


def shop_order(**changes: Any) -> ShopOrder:
    made = ShopOrder(
        id="16",
        number="16",
        status="processing",
        state=ShopState.OPEN,
        reference="bol::A1",
        origin="here",
        order_number="A1",
        currency="EUR",
        total=Decimal("25.98"),
        lines=(ShopLine("SKU-1", 2, Decimal("25.98"), "501"),),
    )
    return replace(made, **changes)


def effect(**changes: Any) -> EffectRow:
    return replace(EffectRow(KEY, Kind.SHIP, 1, "bol-1", EffectState.DUE), **changes)


def connection(**changes: Any) -> ConnectionRow:
    row = ConnectionRow("bol-1", "marketplace", "bol", "x", "bol", first_run_at=NOW)
    return replace(row, **changes)


def shipment(**changes: Any) -> Shipment:
    made = Shipment("A1", "orderlink-A1-1", (ShippedLine("L1", 2),), CODE, "TNT")
    return replace(made, **changes)


def parcel(code: str = CODE, carrier: str = "") -> Parcel:
    return Parcel(code, carrier)

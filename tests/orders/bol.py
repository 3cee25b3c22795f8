"""The orders of the table in bol's dialect: what its sandbox makes a document of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from orderlink.sandbox.bol_records import Article, Purchase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.model import Address, Line, Order
    from tests.orders.table import Case
    from tests.support.world import Merchant

NAMES = {
    "first_name": "firstName",
    "last_name": "surname",
    "company": "company",
    "street": "streetName",
    "house_number": "houseNumber",
    "house_number_extension": "houseNumberExtension",
    "extra": "extraAddressInformation",
    "postal_code": "zipCode",
    "city": "city",
    "country": "countryCode",
    "email": "email",
    "phone": "deliveryPhoneNumber",
    "pickup_point": "pickupPointName",
    "vat_id": "vatNumber",
    "company_registration": "kvkNumber",
    "buyer_reference": "orderReference",
    "language": "language",
}


def purchase_of(order: Order) -> Purchase:
    """Turn an order into what a buyer at bol does."""
    return Purchase(
        articles=tuple(_article(line) for line in order.lines),
        ship_to=_address(order.ship_to),
        bill_to=_address(order.bill_to or order.ship_to),
        pickup_point=bool(order.ship_to.pickup_point),
        order_id=order.id,
    )


def live_through(merchant: Merchant, cases: Sequence[Case]) -> None:
    """Let buyers at bol order the cases, cancel what was cancelled, and cron run three times."""
    merchant.sync()
    for case in cases:
        merchant.bol.place(purchase_of(case.order))
        placed = {one.id: one for one in merchant.bol.orders()}[case.order.id]
        for item, line in zip(placed.items, case.order.lines, strict=True):
            if line.cancelled:
                merchant.bol.cancel(case.order.id, item.id, line.cancelled)
    for _ in range(3):
        merchant.later(minutes=5)
        merchant.sync()


def shown_in(merchant: Merchant) -> dict[str, dict[str, Any]]:
    """Give what the shop shows, one order for each number of the marketplace."""
    orders = merchant.in_shop.control("orders", {})
    by_number = {order["transaction_id"]: order for order in orders}
    assert len(by_number) == len(orders)
    return by_number


def _article(line: Line) -> Article:
    return Article(
        reference=line.sku,
        ean=line.ean or "8718846038683",
        quantity=line.quantity,
        price=line.unit_price,
        title=line.title,
        method="FBB" if line.by_marketplace else "FBR",
        distribution_party="BOL" if line.label_by_marketplace else "RETAILER",
        discount=line.discount,
        services=line.services,
    )


def _address(address: Address) -> dict[str, str]:
    values = asdict(address)
    return {theirs: values[ours] for ours, theirs in NAMES.items()}

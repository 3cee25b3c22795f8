"""Marketplace orders with all their oddities, and what each has to add up to in a shop.

The orders are written in the model, so that every connector's tests can turn them into documents of
its own dialect; `only_model` has those that some marketplaces cannot have. The totals are worked
out by hand. `tax` is what a Dutch shop with the rates of `RATES` makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from orderlink.model import Address, Charge, Line, Order
from orderlink.sandbox.woocommerce_state import SandboxProduct
from orderlink.sandbox.woocommerce_tax import SandboxTaxRate
from orderlink.values import replace

PLACED = datetime(2026, 11, 23, 9, 4, tzinfo=UTC)
PRODUCTS = (
    SandboxProduct(601, "STANDARD", "Standard rate", "10.00", stock=5000, ean="4006381333931"),
    SandboxProduct(602, "REDUCED", "Reduced rate", "4.00", tax_class="reduced-rate"),
    SandboxProduct(603, "ZERO", "Zero rate", "1.00", tax_class="zero-rate"),
    SandboxProduct(604, "VOUCHER", "Not taxed", "25.00", tax_status="none"),
    SandboxProduct(605, "SHIRT", "Shirt", kind="variable", tax_class="reduced-rate"),
    SandboxProduct(
        606,
        "SHIRT-M",
        "M",
        kind="variation",
        parent_id=605,
        tax_class="parent",
        attributes={"size": "M"},
    ),
)
RATES = (
    SandboxTaxRate(1, "NL", "21.0000", "BTW"),
    SandboxTaxRate(2, "NL", "9.0000", "BTW laag", tax_class="reduced-rate"),
    SandboxTaxRate(3, "BE", "21.0000", "BTW"),
    SandboxTaxRate(4, "BE", "6.0000", "BTW laag", tax_class="reduced-rate"),
    SandboxTaxRate(5, "DE", "19.0000", "MwSt"),
    SandboxTaxRate(6, "DE", "7.0000", "MwSt", tax_class="reduced-rate"),
    SandboxTaxRate(7, "LU", "17.0000", "TVA"),
    SandboxTaxRate(8, "GB", "20.0000", "VAT"),
    SandboxTaxRate(9, "IT", "22.0000", "IVA"),
    SandboxTaxRate(10, "JP", "10.0000", "Tax"),
)


@dataclass(frozen=True)
class Case:
    """One order. `total` is what the shop's total has to be; `tax` None: it does not matter."""

    name: str
    order: Order
    total: str
    tax: str | None = None
    only_model: bool = False
    shown: dict[str, Any] = field(default_factory=dict)  # parts of the shop order's addresses


HOME = Address(
    first_name="Noor",
    last_name="van der Meer",
    street="Havenstraat",
    house_number="12",
    house_number_extension="bis",
    postal_code="3511EV",
    city="Utrecht",
    country="NL",
    email="noor.12.a1b2c3@verkopen.bol.com",
    language="nl",
)
BELGIUM = replace(HOME, postal_code="9000", city="Gent", country="BE")
GERMANY = replace(HOME, postal_code="10115", city="Berlin", country="DE")
BUSINESS = replace(HOME, company="Bakkerij Smit BV", vat_id="NL123456789B01")


def line(sku: str = "STANDARD", quantity: int = 1, price: str = "12.99", **values: Any) -> Line:
    """Make a line; its total is that of all pieces, less the discount."""
    discount = Decimal(values.get("discount", 0))
    total = Decimal(price) * quantity - discount
    known = {"id": "", "sku": sku, "title": f"{sku.title()} thing", **values, "discount": discount}
    return Line(quantity=quantity, unit_price=Decimal(price), total=total, **known)


def order(*lines: Line, ship_to: Address = HOME, **values: Any) -> Order:
    """Make an order; its id and those of its lines are numbered where the table is made."""
    return Order("", PLACED, values.pop("currency", "EUR"), lines or (line(),), ship_to, **values)


def living(street: str, **values: Any) -> Order:
    """Make an order that goes to a street which is told in one line."""
    place = replace(HOME, street=street, house_number="", house_number_extension="", **values)
    return order(ship_to=place)


def charge(name: str, amount: str) -> Charge:
    """Make a charge on the whole order."""
    return Charge(name, Decimal(amount))


AMOUNTS = [
    Case("one piece", order(), "12.99", "2.25"),
    Case("three pieces", order(line(quantity=3)), "38.97", "6.76"),
    Case("two tax rates", order(line(), line("REDUCED", 2, "4.49")), "21.97", "2.99"),
    Case(
        "four kinds of tax",
        order(line(), line("REDUCED"), line("ZERO"), line("VOUCHER", price="25.00")),
        "63.97",
        "3.32",
    ),
    Case("a discount on a line", order(line(quantity=2, price="10.00", discount="5.00")), "15.00"),
    Case(
        "a discount that makes a line free",
        order(line(price="5.00", discount="5.00"), line("REDUCED", price="1.09")),
        "1.09",
        "0.09",
    ),
    Case("a free sample", order(line(price="0.00")), "0.00", "0.00"),
    Case("3 x 0.333", order(line(quantity=3, price="0.333")), "1.00"),
    Case("three lines of 0.333", order(*[line(price="0.333")] * 3), "1.00"),
    Case("two thirds of a cent", order(line(price="0.006")), "0.01"),
    Case("3 x 3.33", order(line(quantity=3, price="3.33")), "9.99"),
    Case("7 x 1.07", order(line(quantity=7, price="1.07")), "7.49"),
    Case("99 x 0.01", order(line(quantity=99, price="0.01")), "0.99"),
    Case("999 pieces", order(line(quantity=999, price="1.99")), "1988.01"),
    Case("one cent", order(line(price="0.01")), "0.01"),
    Case("a very large amount", order(line(price="99999.99")), "99999.99"),
    Case("half a cent of tax", order(line(price="9.99", sku="REDUCED")), "9.99"),
    Case("a thousand lines", order(*[line("REDUCED", price="1.01")] * 1000), "1010.00"),
    Case("the same article twice", order(line(), line(price="11.99")), "24.98"),
    Case("a variation", order(line("SHIRT-M", 2, "19.95")), "39.90", "3.29"),
    Case("known by its EAN only", order(line("", ean="4006381333931")), "12.99", "2.25"),
    Case(
        "partly cancelled before import",
        order(line(quantity=3, price="5.00", cancelled=1)),
        "10.00",
    ),
    Case(
        "partly cancelled, and not divisible",
        order(line(quantity=3, price="3.34", discount="0.02", cancelled=1)),
        "6.67",
    ),
    Case("one line cancelled", order(line(cancelled=1), line("REDUCED", price="2.18")), "2.18"),
    Case(
        "a part is sent by the marketplace",
        order(line(by_marketplace=True), line(price="7.00")),
        "7.00",
    ),
    Case("the marketplace's label", order(line(label_by_marketplace=True)), "12.99"),
    Case("gift wrapped", order(line(services=("GIFT_WRAP",))), "12.99"),
]
COUNTRIES = [
    Case("Belgium", order(ship_to=BELGIUM), "12.99", "2.25"),
    Case(
        "reduced rate in Belgium, not that of home",
        order(line("REDUCED", price="11.65"), ship_to=BELGIUM),
        "11.65",
        "0.66",
    ),
    Case("Germany", order(ship_to=GERMANY), "12.99", "2.07"),
    Case(
        "two rates in Germany",
        order(line(), line("REDUCED", price="10.70"), ship_to=GERMANY),
        "23.69",
        "2.77",
    ),
    Case("Luxembourg", order(ship_to=replace(HOME, country="LU")), "12.99", "1.89"),
    Case("a country without a rate", order(ship_to=replace(HOME, country="FR")), "12.99", "0.00"),
    Case("Switzerland", order(ship_to=replace(HOME, country="CH")), "12.99", "0.00"),
    Case(
        "billed at home, sent abroad",
        order(ship_to=GERMANY, bill_to=replace(HOME, first_name="Els", last_name="Bos")),
        "12.99",
        "2.07",
        shown={"shipping.country": "DE", "billing.country": "NL", "billing.last_name": "Bos"},
    ),
    Case("business", order(bill_to=BUSINESS), "12.99", "2.25"),
    Case(
        "business in Belgium",
        order(ship_to=BELGIUM, bill_to=replace(BELGIUM, company="Frituur NV", vat_id="BE0123")),
        "12.99",
        "2.25",
    ),
]
PEOPLE = [
    Case("no phone", order(), "12.99", shown={"shipping.phone": ""}),
    Case(
        "a phone",
        order(ship_to=replace(HOME, phone="+31 (0)6 12345678")),
        "12.99",
        shown={"shipping.phone": "+31 (0)6 12345678"},
    ),
    Case(
        "an emoji in the name",
        order(ship_to=replace(HOME, first_name="Zoë 🚚")),
        "12.99",
        shown={"shipping.first_name": "Zoë 🚚"},
    ),
    Case(
        "markup in the name",
        order(ship_to=replace(HOME, last_name="O\u2019Neill & Søn <b> [/red]")),
        "12.99",
        shown={"shipping.last_name": "O\u2019Neill & Søn <b> [/red]"},
    ),
    Case(
        "a control character",
        order(ship_to=replace(HOME, last_name="Vri\x1b[31mes")),
        "12.99",
        shown={"shipping.last_name": "Vri\x1b[31mes"},
    ),
    Case(
        "a name of 300 characters",
        order(ship_to=replace(HOME, last_name="x" * 300)),
        "12.99",
        shown={"shipping.last_name": "x" * 300},
    ),
    Case(
        "the whole name in one field",
        order(ship_to=replace(HOME, first_name="", last_name="van der Berg, Jan-Peter jr.")),
        "12.99",
        shown={"shipping.first_name": "", "shipping.last_name": "van der Berg, Jan-Peter jr."},
    ),
    Case(
        "a company only",
        order(ship_to=replace(BUSINESS, first_name="", last_name="")),
        "12.99",
        shown={"shipping.company": "Bakkerij Smit BV", "shipping.last_name": ""},
    ),
    Case(
        "a relay address for the mail",
        order(ship_to=replace(HOME, email="x.1@verkopen.bol.com")),
        "12.99",
        shown={"billing.email": ""},
    ),
    Case(
        "Greek and Cyrillic",
        order(ship_to=replace(HOME, first_name="Ελένη", last_name="Иванова")),
        "12.99",
        shown={"shipping.first_name": "Ελένη", "shipping.last_name": "Иванова"},
    ),
]
STREETS = [
    "Bankastraat 23 - II",
    "Amperelaan 7 8",
    "Dorpsstraat 23 B 03",
    "Hauptstraße 1 1/3",
    "Musterstraße12",
    "13 2e Avenue",
    "Jana Pawła 2 222 m.2",
    "Plein 1944 nr. 2",
    "Postfach 12 34",
    "Bakkerij Smit BV, Havenstraat 12",
    "Straße des 17. Juni 135",
]
PLACES = [
    *(
        Case(street, living(street), "12.99", shown={"shipping.address_1": street})
        for street in STREETS
    ),
    Case(
        "Packstation with Postnummer",
        living("Packstation 123", extra="Postnummer 1234567", country="DE"),
        "12.99",
        shown={"shipping.address_1": "Packstation 123", "shipping.address_2": "Postnummer 1234567"},
    ),
    Case(
        "pickup point",
        order(ship_to=replace(HOME, pickup_point="AH to go Centraal"), marks=("pickup_point",)),
        "12.99",
        shown={"shipping.address_2": "AH to go Centraal"},
    ),
    Case(
        "c/o in its own line",
        order(ship_to=replace(HOME, extra="c/o Familie Jansen")),
        "12.99",
        shown={
            "shipping.address_1": "Havenstraat 12 bis",
            "shipping.address_2": "c/o Familie Jansen",
        },
    ),
    Case(
        "the number in the second line",
        living("Havenstraat", extra="12 bis"),
        "12.99",
        shown={"shipping.address_1": "Havenstraat", "shipping.address_2": "12 bis"},
    ),
]
ONLY_MODEL = [
    Case("shipping", order(shipping_cost=Decimal("2.99")), "15.98", "2.77"),
    Case(
        "shipping beside two rates",
        order(line("REDUCED"), line(), shipping_cost=Decimal("4.95")),
        "30.93",
    ),
    Case(
        "shipping that a discount makes free",
        order(charges=(charge("Free shipping", "-2.99"),), shipping_cost=Decimal("2.99")),
        "12.99",
    ),
    Case(
        "gift wrap and a gift message",
        order(charges=(charge("Gift wrap", "1.50"),), gift_message="Voor jou 🎁", marks=("gift",)),
        "14.49",
        "2.51",
    ),
    Case(
        "a voucher on three equal lines",
        order(*[line(price="10.00")] * 3, charges=(charge("Voucher", "-10.00"),)),
        "20.00",
    ),
    Case(
        "a voucher above the goods",
        order(
            line(price="5.00"),
            charges=(charge("Voucher", "-6.00"),),
            shipping_cost=Decimal("2.99"),
        ),
        "1.99",
    ),
    Case(
        "several surcharges",
        order(
            charges=(charge("Eco fee", "0.07"), charge("Payment", "0.99"), charge("Box", "2.41"))
        ),
        "16.46",
    ),
    Case(
        "GBP",
        order(line(price="12.00"), currency="GBP", ship_to=replace(HOME, country="GB")),
        "12.00",
        "2.00",
    ),
    Case(
        "JPY",
        order(line(quantity=3, price="333"), currency="JPY", ship_to=replace(HOME, country="JP")),
        "999.00",
        "90.82",
    ),
    Case(
        "JPY, partly cancelled",
        order(line(quantity=3, price="1000", discount="1", cancelled=1), currency="JPY"),
        "1999.00",
    ),
    Case("PLN", order(line(price="49.99"), currency="PLN"), "49.99"),
    Case(
        "reverse charge",
        order(
            line(price="10.00"),
            ship_to=GERMANY,
            bill_to=replace(GERMANY, company="Laden GmbH", vat_id="DE123456789"),
            reverse_charge=True,
            shipping_cost=Decimal("5.00"),
        ),
        "15.00",
        "0.00",
    ),
    Case(
        "the marketplace collects the tax",
        order(ship_to=replace(HOME, country="GB"), currency="GBP", tax_collected=True),
        "12.99",
        "0.00",
    ),
    Case(
        "told the reduced rate, the product has the standard one",
        order(line(price="10.60", tax_rate=Decimal(6)), ship_to=BELGIUM),
        "10.60",
        "0.60",
    ),
    Case(
        "told the tax in money",
        order(line(quantity=2, price="5.45", tax=Decimal("0.90"))),
        "10.90",
        "0.90",
    ),
    Case(
        "told no tax at all for one of two lines",
        order(line(price="5.00", tax=Decimal(0)), line(price="12.10", tax=Decimal("2.10"))),
        "17.10",
        "2.10",
    ),
    Case(
        "a rate that the shop does not have",
        order(line(price="12.50", tax_rate=Decimal(25))),
        "12.50",
        "2.17",
    ),
    Case(
        "a region by its name",
        order(ship_to=replace(HOME, country="IT", region="Milano")),
        "12.99",
        "2.34",
        shown={"shipping.state": "MI"},
    ),
    Case(
        "a region by ISO's code",
        order(ship_to=replace(HOME, country="ES", region="ES-C")),
        "12.99",
        shown={"shipping.state": "C"},
    ),
    Case(
        "a region that the shop does not know",
        order(ship_to=replace(HOME, country="ES", region="Ultramar")),
        "12.99",
        shown={"shipping.state": "Ultramar"},
    ),
    Case(
        "a country in three letters",
        order(ship_to=replace(HOME, country="DEU")),
        "12.99",
        "2.07",
        shown={"shipping.country": "DE"},
    ),
    Case(
        "a message, a day and a date to send it by",
        order(
            message="Bel bij de buren",
            delivery_day=date(2026, 11, 27),
            ship_by=date(2026, 11, 25),
        ),
        "12.99",
    ),
    Case("commission", order(line(commission=Decimal("1.30")), fees=Decimal("0.99")), "12.99"),
]


def _numbered(number: int, case: Case) -> Case:
    lines = tuple(
        replace(one, id=f"{number}{index:04}") for index, one in enumerate(case.order.lines)
    )
    return changed(case, order=replace(case.order, id=f"T{number:04}", lines=lines))


CASES = tuple(
    _numbered(number, case)
    for number, case in enumerate(
        [
            *(AMOUNTS + COUNTRIES + PEOPLE + PLACES),
            *(changed(case, only_model=True) for case in ONLY_MODEL),
        ]
    )
)

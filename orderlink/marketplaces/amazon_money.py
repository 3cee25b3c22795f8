"""PURE: what an Amazon order costs its buyer, part by part, from the proceeds that Amazon tells.

Shapes: `ItemProceeds` and `OrderProceeds` of the Orders API 2026-01-01. What Amazon's documents
leave open is decided by arithmetic, and never guessed:

- Whether the rows of an item contain its tax (as in Europe and Japan) or the tax comes on top (as
  in the United States) shows in `proceedsTotal`. Where neither adds up, the order does not.
- Discounts are read without their sign: they take off, however they are written.
- After a partial cancellation the proceeds are those of the pieces that are left, unless the unit
  price says that they are those of all pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from orderlink.currency import split_by_largest_remainder, unit_of
from orderlink.marketplaces.reading import DocumentError
from orderlink.model import Charge, money_text
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderlink.marketplaces.reading import Part

ITEM: Final = "ITEM"
SHIPPING: Final = "SHIPPING"
TAX: Final = "TAX"
DISCOUNT: Final = "DISCOUNT"
TIP: Final = "DELIVERY_TIP"
NAMES: Final = {"COD_FEE": "Cash on delivery", TIP: "Delivery tip"}
"""What charges are called that have a better name than Amazon's word."""

NONE: Final = Decimal(0)


class Amount(Value, frozen=True):
    """What the buyer pays for something, and the tax within, where Amazon tells it."""

    paid: Decimal = NONE
    tax: Decimal | None = None


class ItemMoney(Value, frozen=True):
    """What the buyer pays for an item, by Amazon's words for what he pays for (`ITEM`, `SHIPPING`).

    `discount` is what was taken off the goods, and `goods` what they cost before. `total` is what
    Amazon says that all of it comes to, None where it does not say; `adds_up`: it does.
    """

    parts: Mapping[str, Amount]
    goods: Decimal = NONE
    discount: Decimal = NONE
    total: Decimal | None = None
    adds_up: bool = True

    def paid(self) -> Decimal:
        """Add up the parts."""
        return sum((one.paid for one in self.parts.values()), NONE)


class OrderMoney(Value, frozen=True):
    """What an order costs beside its goods; `objection` says why its sums cannot be relied on."""

    shipping: Amount
    charges: tuple[Charge, ...] = ()
    objection: str = ""


class _Rows(Value, frozen=True):
    """The rows of a breakdown: the sums by type, and what taxes and discounts consist of."""

    sums: Mapping[str, Decimal]
    taxes: Mapping[str, Decimal]
    discounts: Mapping[str, Decimal]


def money_in(part: Part, name: str, currency: str) -> Decimal | None:
    """Read an amount (`Money`), None where it is missing. Raises `DocumentError`."""
    money = part.part(name)
    if not money.document:
        return None
    if money.identifier("currencyCode") != currency:
        raise DocumentError(f"{money.path} is in another currency than the order")
    return money.decimal("amount")


def item_money(item: Part, currency: str) -> ItemMoney | None:
    """Read what the buyer pays for an item; None where Amazon does not tell it.

    Raises `DocumentError`.
    """
    proceeds = item.part("proceeds")
    total = money_in(proceeds, "proceedsTotal", currency)
    rows = _rows(proceeds, currency)
    if total is None and not rows.sums:
        return None
    gross = {kind: sum_ for kind, sum_ in rows.sums.items() if kind not in {TAX, DISCOUNT}}
    gross = gross or {ITEM: NONE}
    off = _discounts(rows, gross)
    net = {kind: amount - off.get(kind, NONE) for kind, amount in gross.items()}
    taxes = _taxes(rows, net, off, currency)
    without, tax = sum(net.values(), NONE), rows.sums.get(TAX, NONE)
    inside = total == without or (total is None and not tax)
    on_top = not inside and total == without + tax
    parts = {
        kind: Amount(amount + (taxes[kind] if on_top else NONE), taxes.get(kind))
        for kind, amount in net.items()
    }
    goods, discount = gross.get(ITEM, NONE), off.get(ITEM, NONE)
    return ItemMoney(parts, goods, discount, total, inside or on_top)


def _rows(proceeds: Part, currency: str) -> _Rows:
    sums: dict[str, Decimal] = {}
    details: dict[str, dict[str, Decimal]] = {TAX: {}, DISCOUNT: {}}
    for row in proceeds.parts("breakdowns"):
        kind = row.identifier("type")
        _add(sums, kind, row, "subtotal", currency)
        for detail in row.parts("detailedBreakdowns"):
            _add(details.setdefault(kind, {}), detail.text("subtype"), detail, "value", currency)
    return _Rows(sums, details[TAX], details[DISCOUNT])


def _add(sums: dict[str, Decimal], kind: str, row: Part, name: str, currency: str) -> None:
    amount = money_in(row, name, currency)
    if amount is None:
        raise DocumentError(f"{row.path}.{name} is missing")
    sums[kind] = sums.get(kind, NONE) + amount


def _discounts(rows: _Rows, gross: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Say how much was taken off what: by the details where they fit, else it is off the first."""
    whole = abs(rows.sums.get(DISCOUNT, NONE))
    known = {kind: abs(amount) for kind, amount in rows.discounts.items()}
    if known.keys() <= gross.keys() and sum(known.values(), NONE) == whole:
        return known
    return {next(iter(gross)): whole}


def _taxes(
    rows: _Rows, net: Mapping[str, Decimal], off: Mapping[str, Decimal], currency: str
) -> dict[str, Decimal]:
    """Say how much tax belongs to what; empty where Amazon tells none.

    The tax that a discount saves is shared like the discount. Where the details do not come to the
    whole, all of it is shared by the amounts.
    """
    if TAX not in rows.sums:
        return {}
    whole, unit = rows.sums[TAX], unit_of(currency)
    saved = -abs(rows.taxes.get(DISCOUNT, NONE))
    known = {kind: tax for kind, tax in rows.taxes.items() if kind != DISCOUNT}
    if not known.keys() <= net.keys() or sum(known.values(), saved) != whole:
        return dict(zip(net, split_by_largest_remainder(whole, net.values(), unit), strict=True))
    weights = [off.get(kind, NONE) for kind in net]
    shares = split_by_largest_remainder(saved, weights, unit)
    taxes = {kind: known.get(kind, NONE) + share for kind, share in zip(net, shares, strict=True)}
    return _without_remains(taxes, net)


def _without_remains(
    taxes: Mapping[str, Decimal], net: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Leave no tax with what costs nothing: a cent that rounding left goes to the dearest."""
    dearest = max(net, key=lambda kind: net[kind])
    kept = {kind: tax for kind, tax in taxes.items() if net[kind]}
    moved = sum((tax for kind, tax in taxes.items() if not net[kind]), NONE)
    return dict.fromkeys(net, NONE) | kept | {dearest: kept.get(dearest, NONE) + moved}


def pieces_paid(item: Part, money: ItemMoney, ordered: int, wanted: int, currency: str) -> int:
    """Say for how many pieces of an item its proceeds are. Raises `DocumentError`."""
    price = money_in(item.part("product").part("price"), "unitPrice", currency)
    if price and money.goods == price * ordered != price * wanted:
        return ordered
    return wanted or ordered


def order_money(
    order: Part, items: Sequence[tuple[ItemMoney | None, bool]], currency: str
) -> OrderMoney:
    """Add up what an order costs beside its goods, and hold all of it against `grandTotal`.

    Each item comes with whether a piece of it is wanted still. Raises `DocumentError`.
    """
    known = [money for money, wanted in items if money is not None and wanted]
    by_kind: dict[str, list[Amount]] = {SHIPPING: []}
    for money in known:
        for kind, amount in money.parts.items():
            by_kind.setdefault(kind, []).append(amount)
    by_kind.pop(ITEM, None)
    shipping = _sum(by_kind.pop(SHIPPING))
    charges = tuple(_charge(kind, _sum(amounts)) for kind, amounts in by_kind.items())
    if len(known) < sum(wanted for _, wanted in items):
        return OrderMoney(shipping, charges, "Amazon does not tell what was paid")
    paid = sum((money.paid() for money in known), NONE)
    gone = sum((money.paid() for money, wanted in items if money and not wanted), NONE)
    proceeds = order.part("proceeds")
    grand = money_in(proceeds, "grandTotal", currency)
    tip = _rows(proceeds, currency).sums.get(TIP, NONE)
    if tip and grand in {paid + tip, paid + gone + tip}:
        charges, paid = (*charges, _charge(TIP, Amount(tip))), paid + tip
    for money in known:
        if not money.adds_up:
            sums = _compared(money.paid(), money.total, currency)
            return OrderMoney(shipping, charges, f"the parts of an item {sums}")
    if grand not in {None, paid, paid + gone}:
        return OrderMoney(shipping, charges, f"its items {_compared(paid, grand, currency)}")
    return OrderMoney(shipping, charges)


def _compared(ours: Decimal, theirs: Decimal | None, currency: str) -> str:
    told = "no total" if theirs is None else money_text(theirs, currency)
    return f"come to {money_text(ours, currency)}, Amazon says {told}"


def _sum(amounts: Iterable[Amount]) -> Amount:
    found = list(amounts)
    taxes = [one.tax for one in found if one.tax is not None]
    paid = sum((one.paid for one in found), NONE)
    return Amount(paid, sum(taxes, NONE) if taxes and len(taxes) == len(found) else None)


def _charge(kind: str, amount: Amount) -> Charge:
    name = NAMES.get(kind, kind.replace("_", " ").capitalize())
    return Charge(name, amount.paid, amount.tax)

"""PURE: the lines of an order, written for Shopify: articles, shipping, surcharges.

A line has a price a piece, which is rounded to the currency: what does not divide evenly becomes
two lines, so that the sum is what the buyer paid. Surcharges are further ways of shipping: a line
of their own would have to be fulfilled.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.currency import split_by_largest_remainder, unit_of
from orderlink.errors import Refused
from orderlink.model import ShopLine
from orderlink.shops.shopify_documents import CUSTOM
from orderlink.shops.shopify_queries import LINES_AT_MOST, gid
from orderlink.shops.shopify_tax import Part, Tax, Taxing, split_part
from orderlink.shops.wording import shipping_choice
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderlink.creation import Creation
    from orderlink.model import Json, Order
    from orderlink.shops.shopify_products import Item


class Money(Value, frozen=True):
    """How amounts are written: in the buyer's currency, and what the shop makes of them.

    `worth` is what one of the buyer's currency is worth in the shop's.
    """

    own: str
    currency: str
    worth: Decimal = Decimal(1)

    def bag(self, amount: Decimal) -> dict[str, Json]:
        """Write an amount."""
        if self.currency == self.own:
            return {"shopMoney": self._money(amount, self.own)}
        return {
            "shopMoney": self._money((amount * self.worth).quantize(unit_of(self.own)), self.own),
            "presentmentMoney": self._money(amount, self.currency),
        }

    @staticmethod
    def _money(amount: Decimal, currency: str) -> dict[str, Json]:
        return {"amount": f"{amount:f}", "currencyCode": currency}


class Plan(Value, frozen=True):
    """What an order is made by: its money, and whether its prices hold their tax."""

    money: Money
    within: bool

    def price(self, part: Part) -> Decimal:
        """Give what stands as the price of a part."""
        return part.gross if self.within else part.net

    def taxes(self, taxes: Iterable[Tax]) -> list[dict[str, Json]]:
        """Write taxes."""
        return [
            {"title": one.title, "rate": f"{one.share:f}", "priceSet": self.money.bag(one.amount)}
            for one in taxes
        ]


def line_items(order: Order, taxing: Taxing, plan: Plan) -> list[dict[str, Json]]:
    """Write the lines; where there are too many, those of the same article become one."""
    lines = [line for item, part in taxing.items for line in _lines_of(order, item, part, plan)]
    if len(lines) > LINES_AT_MOST:
        merged = _merged(order, taxing)
        lines = [line for item, part in merged for line in _lines_of(order, item, part, plan)]
    if len(lines) > LINES_AT_MOST:
        raise Refused(
            "shop_refused",
            f"it has {len(lines)} lines, and an order at Shopify takes {LINES_AT_MOST}",
        )
    return lines


def _lines_of(order: Order, item: Item, part: Part, plan: Plan) -> list[dict[str, Json]]:
    """Write an item: as one line, or as two where its price does not divide by its pieces."""
    unit = unit_of(order.currency)
    groups = pieces_of(plan.price(part), item.quantity, unit)
    grosses = [price * count for count, price in groups]
    parts = split_part(part, grosses, unit)
    return [
        {
            **_reference(order, item),
            "quantity": count,
            "priceSet": plan.money.bag(price),
            "taxLines": plan.taxes(its.taxes),
            "taxable": bool(its.taxes),
            "requiresShipping": True,
        }
        for (count, price), its in zip(groups, parts, strict=True)
    ]


def pieces_of(amount: Decimal, quantity: int, unit: Decimal) -> list[tuple[int, Decimal]]:
    """Split an amount into pieces and their prices, of two prices at most, which add up to it."""
    prices = split_by_largest_remainder(amount, [Decimal(1)] * quantity, unit)
    dear, cheap = prices[0], prices[-1]
    dearer = prices.count(dear)
    return [(dearer, dear)] if dear == cheap else [(dearer, dear), (quantity - dearer, cheap)]


def _reference(order: Order, item: Item) -> dict[str, Json]:
    line, product = item.line, item.product
    if product is None or order.by_marketplace:
        sku = line.sku or line.ean
        return {"title": line.title or sku or "?", **({"sku": sku} if sku else {})}
    return {"variantId": gid("ProductVariant", product.number)}


def shop_line(order: Order, item: Item) -> ShopLine:
    """Say what an item will be in the shop's own account of the order."""
    line, product = item.line, item.product
    if product is None or order.by_marketplace:
        return ShopLine(line.sku or line.ean, item.quantity, item.amount, CUSTOM, line.id)
    return ShopLine(product.sku, item.quantity, item.amount, product.number, line.id)


def _merged(order: Order, taxing: Taxing) -> list[tuple[Item, Part]]:
    merged: dict[tuple[Json, ...], tuple[Item, Part]] = {}
    for item, part in taxing.items:
        rates = tuple((tax.title, tax.share) for tax in part.taxes)
        key = (*_reference(order, item).items(), rates)
        known = merged.get(key)
        merged[key] = (item, part) if known is None else _added(known, (item, part))
    return list(merged.values())


def _added(first: tuple[Item, Part], second: tuple[Item, Part]) -> tuple[Item, Part]:
    (item, part), (other, further) = first, second
    taxes = tuple(
        Tax(one.title, one.share, one.amount + two.amount)
        for one, two in zip(part.taxes, further.taxes, strict=True)
    )
    quantity, amount = item.quantity + other.quantity, item.amount + other.amount
    joined = type(item)(item.line, item.product, quantity, amount)
    return joined, Part(part.gross + further.gross, taxes)


def shipping_lines(
    order: Order, creation: Creation, number: str, taxing: Taxing, plan: Plan
) -> list[dict[str, Json]]:
    """Write the shipping, and each surcharge as a further way of it."""
    method, title = shipping_choice(order, creation, number)
    named = [(title, method, taxing.shipping)]
    named += [
        (one.name, "surcharge", part)
        for one, part in zip(order.surcharges(), taxing.surcharges, strict=True)
    ]
    return [
        {
            "title": its_title or its_code,
            "code": its_code,
            "priceSet": plan.money.bag(plan.price(part)),
            "taxLines": plan.taxes(part.taxes),
        }
        for its_title, its_code, part in named
    ]

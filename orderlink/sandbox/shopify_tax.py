"""What a draft order comes to in the sandbox shop: its taxes, and the exchange."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shopify_answers import gid, money_tree, tax_tree
from orderlink.sandbox.shopify_records import Bag, TaxLine, rounded, total_of
from orderlink.sandbox.shopify_state import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderlink.sandbox.shopify_records import SandboxTaxes
    from orderlink.sandbox.shopify_state import Store


def calculated(store: Store, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Work out a draft order that is never made. Raises `UserError`."""
    own = store.shop.currency
    currency = sent.get("presentmentCurrencyCode") or own
    if currency != own and currency not in store.shop.currencies:
        message = "Presentment currency is not enabled for this shop"
        raise UserError(message, "input.presentmentCurrencyCode")
    lines = sent.get("lineItems") or ()
    if not lines:
        raise UserError("Add at least 1 product", "input.lineItems")
    amounts: dict[SandboxTaxes, Decimal] = defaultdict(Decimal)
    goods = Decimal(0)
    for line in lines:
        price, taxable, kind = _line(store, line, currency)
        goods += price * line["quantity"]
        for tax in _taxes(store, sent, kind) if taxable else ():
            amounts[tax] += price * line["quantity"]
    rates = {tax: Decimal(tax.percent) / 100 for tax in amounts}
    taxes = [
        TaxLine(tax.title, rates[tax], store.exchanged(_share(store, amount, rates[tax]), currency))
        for tax, amount in amounts.items()
    ]
    on_top = Bag() if store.shop.taxes_included else total_of(tax.amount for tax in taxes)
    total = store.exchanged(goods, currency) + on_top
    return {
        "__typename": "CalculatedDraftOrder",
        "currencyCode": own,
        "presentmentCurrencyCode": currency,
        "taxesIncluded": store.shop.taxes_included,
        "taxLines": [tax_tree(tax, own, currency) for tax in taxes],
        "totalPriceSet": money_tree(total, own, currency),
    }


def _share(store: Store, amount: Decimal, rate: Decimal) -> Decimal:
    return amount * rate / (1 + rate) if store.shop.taxes_included else amount * rate


def _line(store: Store, line: Mapping[str, Any], currency: str) -> tuple[Decimal, bool, str]:
    override = line.get("priceOverride") or line.get("originalUnitPriceWithCurrency")
    price = Decimal(str(override["amount"])) if override else Decimal(0)
    if not line.get("variantId"):
        return price, line.get("taxable") is not False, ""
    number = line["variantId"].removeprefix(gid("ProductVariant", ""))
    variant = store.variants.get(int(number)) if number.isdecimal() else None
    if variant is None:
        raise UserError("Product with ID does not exist", "input.lineItems")
    catalogue = rounded(Decimal(variant.price) / store.rate_of(currency), currency)
    return price if override else catalogue, variant.taxable, variant.tax_kind


def _taxes(store: Store, sent: Mapping[str, Any], kind: str) -> list[SandboxTaxes]:
    place = sent.get("shippingAddress") or sent.get("billingAddress") or {}
    if sent.get("taxExempt"):
        return []
    return [
        tax
        for tax in store.taxes
        if tax.country == place.get("countryCode")
        and tax.kind == kind
        and tax.province in {"", place.get("provinceCode")}
    ]

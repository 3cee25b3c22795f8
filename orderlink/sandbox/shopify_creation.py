"""How the Shopify sandbox makes an order of what `orderCreate` is sent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlink.sandbox.shopify_metafields import metafields
from orderlink.sandbox.shopify_records import (
    Bag,
    OrderLine,
    ShippingLine,
    StoredOrder,
    TaxLine,
    rounded,
    total_of,
)
from orderlink.sandbox.shopify_state import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderlink.sandbox.shopify_records import SandboxVariant
    from orderlink.sandbox.shopify_state import Store

LONGEST = 255
LONGEST_NOTE = 5000
LONGEST_TAG = 40
ADDRESS_TEXTS = (
    "firstName",
    "lastName",
    "company",
    "address1",
    "address2",
    "city",
    "zip",
    "phone",
)


def create(store: Store, sent: Mapping[str, Any], options: Mapping[str, Any]) -> StoredOrder:
    """Create an order. Raises `UserError`; nothing is kept then."""
    own = store.shop.currency
    presentment = sent.get("presentmentCurrency") or own
    if presentment != own and presentment not in store.shop.currencies:
        place = "order.presentmentCurrency"
        raise UserError("Presentment currency is not enabled for this shop", place)
    if (sent.get("currency") or own) != own:
        raise UserError("Currency must be the shop's currency", "order.currency")
    reader = _Reader(store, own, presentment)
    order = StoredOrder(
        name=sent.get("name") or "",
        created_at=store.clock.now(),
        currency=own,
        presentment=presentment,
        taxes_included=bool(sent.get("taxesIncluded")),
        source_identifier=sent.get("sourceIdentifier") or "",
        source_name=sent.get("sourceName") or "",
        email=sent.get("email") or "",
        note=checked_text(sent.get("note"), "order.note", LONGEST_NOTE),
        po_number=checked_text(sent.get("poNumber"), "order.poNumber"),
        customer=reader.customer(sent),
        processed_at=min(_instant(sent.get("processedAt"), store), store.clock.now()),
        tags=[checked_text(tag, "order.tags", LONGEST_TAG) for tag in sent.get("tags") or ()],
        attributes={one["key"]: one["value"] for one in sent.get("customAttributes") or ()},
        metafields=metafields(store, sent.get("metafields") or (), "order.metafields"),
        shipping=reader.address(sent.get("shippingAddress"), "order.shippingAddress"),
        billing=reader.address(sent.get("billingAddress"), "order.billingAddress"),
        lines=reader.lines(sent),
        shipping_lines=reader.shipping_lines(sent.get("shippingLines") or ()),
        behaviour=options.get("inventoryBehaviour") or "BYPASS",
    )
    order.discount = reader.discount(sent.get("discountCode") or {}, order)
    reader.pay(order, sent)
    fulfilled = sent.get("fulfillmentStatus") == "FULFILLED" or bool(sent.get("fulfillment"))
    store.add(order, fulfilled=fulfilled, mail=bool(options.get("sendReceipt")))
    return order


def _instant(text: str | None, store: Store) -> datetime:
    return datetime.fromisoformat(text) if text else store.clock.now()


def checked_text(value: str | None, place: str, longest: int = LONGEST) -> str:
    """Give a text that is no longer than that. Raises `UserError`."""
    if value and len(value) > longest:
        what = place.rpartition(".")[2]
        raise UserError(f"{what} is too long (maximum is {longest} characters)", place)
    return value or ""


class _Reader:
    """Reads the parts of what was sent."""

    def __init__(self, store: Store, own: str, presentment: str) -> None:
        self._store = store
        self._own = own
        self._presentment = presentment

    @staticmethod
    def customer(sent: Mapping[str, Any]) -> str:
        if sent.get("customerId") and sent.get("customer"):
            message = "Only one of customerId and customer can be provided"
            raise UserError(message, "order.customer", "REDUNDANT_CUSTOMER_FIELDS")
        associated = (sent.get("customer") or {}).get("toAssociate") or {}
        return str(sent.get("customerId") or associated.get("id") or "")

    def bag(self, sent: Mapping[str, Any] | None, place: str) -> Bag:
        """Read an amount; Shopify rounds it to what its currency has."""
        if sent is None:
            return Bag()
        own = self._money(sent["shopMoney"], self._own, f"{place}.shopMoney")
        if sent.get("presentmentMoney"):
            money = sent["presentmentMoney"]
            return Bag(own, self._money(money, self._presentment, f"{place}.presentmentMoney"))
        if self._own != self._presentment:
            raise UserError("Presentment money is required", place)
        return Bag(own, own)

    @staticmethod
    def _money(money: Mapping[str, Any], currency: str, place: str) -> Decimal:
        if money["currencyCode"] != currency:
            raise UserError(f"Currency must be {currency}", f"{place}.currencyCode")
        return rounded(Decimal(str(money["amount"])), currency)

    def address(self, sent: Mapping[str, Any] | None, place: str) -> dict[str, Any] | None:
        if sent is None:
            return None
        shop = self._store.shop
        texts = {name: checked_text(sent.get(name), f"{place}.{name}") for name in ADDRESS_TEXTS}
        odd = [name for name, text in texts.items() if any(map(_is_odd, text))]
        if odd and shop.plain_addresses:
            raise UserError(f"{odd[0]} contains invalid characters", f"{place}.{odd[0]}")
        country = sent.get("countryCode")
        known = shop.provinces.get(country or "", {})
        code = sent.get("provinceCode") or ""
        named = [its for its, name in known.items() if name == sent.get("province")]
        code = code if code in known else "".join(named)
        if sent.get("provinceCode") and not code:
            raise UserError("Province is not valid in this country", f"{place}.provinceCode")
        return {
            **texts,
            "countryCodeV2": country,
            "provinceCode": code or None,
            "province": known.get(code) or sent.get("province"),
        }

    def lines(self, sent: Mapping[str, Any]) -> list[OrderLine]:
        given = sent.get("lineItems") or ()
        if not given:
            raise UserError("Line items must have at least one line item", "order.lineItems")
        if sent.get("taxLines") and any(one.get("taxLines") for one in given):
            message = "Tax lines must be associated with either order or line item but not both"
            raise UserError(message, "order.taxLines")
        return [self._line(one, f"order.lineItems.{index}") for index, one in enumerate(given)]

    def _line(self, sent: Mapping[str, Any], place: str) -> OrderLine:
        variant = self._variant(sent.get("variantId"), f"{place}.variantId")
        if variant is None and not (sent.get("title") and sent.get("priceSet")):
            raise UserError("Title and price can't be blank", f"{place}.title")
        if sent["quantity"] < 1:
            raise UserError("Quantity must be greater than 0", f"{place}.quantity")
        price = self.bag(sent.get("priceSet"), f"{place}.priceSet")
        if variant is not None and not sent.get("priceSet"):
            price = Bag(Decimal(variant.price), Decimal(variant.price))
        if price.presentment < 0:
            raise UserError("Price must be greater than or equal to 0", f"{place}.priceSet")
        return OrderLine(
            id=self._store.next_id("line"),
            variant=variant,
            sku=variant.sku if variant else checked_text(sent.get("sku"), f"{place}.sku"),
            title=variant.title if variant else checked_text(sent["title"], f"{place}.title"),
            quantity=sent["quantity"],
            price=price,
            taxes=self._taxes(sent.get("taxLines") or (), place),
        )

    def _variant(self, given: str | None, place: str) -> SandboxVariant | None:
        if not given:
            return None
        number = str(given).rpartition("/")[2]
        variant = self._store.variants.get(int(number)) if number.isdecimal() else None
        if variant is None:
            raise UserError("Variant does not exist", place)
        return variant

    def _taxes(self, sent: Sequence[Mapping[str, Any]], place: str) -> tuple[TaxLine, ...]:
        return tuple(
            TaxLine(
                one["title"],
                Decimal(str(one["rate"])),
                self.bag(one.get("priceSet"), f"{place}.taxLines.{index}.priceSet"),
            )
            for index, one in enumerate(sent)
        )

    def shipping_lines(self, sent: Sequence[Mapping[str, Any]]) -> list[ShippingLine]:
        found = []
        for index, one in enumerate(sent):
            place = f"order.shippingLines.{index}"
            price = self.bag(one["priceSet"], f"{place}.priceSet")
            if price.presentment < 0:
                raise UserError("Price must be greater than or equal to 0", f"{place}.priceSet")
            title = checked_text(one["title"], f"{place}.title")
            taxes = self._taxes(one.get("taxLines") or (), place)
            found.append(ShippingLine(title, one.get("code") or title, price, taxes))
        return found

    def discount(self, sent: Mapping[str, Any], order: StoredOrder) -> Bag:
        fixed = sent.get("itemFixedDiscountCode")
        if fixed is None:
            return Bag()
        amount = self.bag(fixed.get("amountSet"), "order.discountCode")
        goods = total_of(line.price * line.quantity for line in order.lines)
        return amount if amount.presentment <= goods.presentment else goods

    def pay(self, order: StoredOrder, sent: Mapping[str, Any]) -> None:
        sales = [
            one
            for one in sent.get("transactions") or ()
            if (one.get("kind") or "SALE") in {"SALE", "CAPTURE"}
            and (one.get("status") or "SUCCESS") == "SUCCESS"
        ]
        bags = [self.bag(one["amountSet"], "order.transactions") for one in sales]
        order.paid = total_of(bags)
        order.authorizations = [one.get("authorizationCode") or "" for one in sales]
        order.gateway = next((one.get("gateway") or "" for one in sales), "")
        derived = "PAID" if order.paid.presentment >= order.total.presentment else "PENDING"
        order.financial_status = sent.get("financialStatus") or derived


def _is_odd(sign: str) -> bool:
    return ord(sign) > 0xFFFF or sign < " "

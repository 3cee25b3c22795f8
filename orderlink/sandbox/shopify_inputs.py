"""What Shopify's input objects may hold, and what it says about variables that do not fit.

The types are those of the Admin API 2026-10; a type that is not named here is taken as it comes.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from orderlink.address import country_code
from orderlink.currency import CURRENCIES
from orderlink.sandbox.shopify_graphql import ROWS_AT_MOST, GraphQLError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TYPES = """
OrderCreateOrderInput
  billingAddress MailingAddressInput, buyerAcceptsMarketing Boolean, closedAt DateTime,
  companyLocationId ID, currency CurrencyCode, customAttributes [OrderCreateCustomAttributeInput!],
  customer OrderCreateCustomerInput, customerId ID, discountCode OrderCreateDiscountCodeInput,
  email String, financialStatus OrderCreateFinancialStatus,
  fulfillment OrderCreateFulfillmentInput, fulfillmentStatus OrderCreateFulfillmentStatus,
  lineItems [OrderCreateLineItemInput!], metafields [MetafieldInput!], name String, note String,
  phone String, poNumber String, presentmentCurrency CurrencyCode, processedAt DateTime,
  referringSite URL, shippingAddress MailingAddressInput,
  shippingLines [OrderCreateShippingLineInput!], sourceIdentifier String, sourceName String,
  sourceUrl URL, tags [String!], taxLines [OrderCreateTaxLineInput!], taxesIncluded Boolean,
  test Boolean, transactions [OrderCreateOrderTransactionInput!], userId ID
OrderCreateOptionsInput
  inventoryBehaviour OrderCreateInputsInventoryBehavior, sendFulfillmentReceipt Boolean,
  sendReceipt Boolean
OrderCreateLineItemInput
  fulfillmentService String, giftCard Boolean, priceSet MoneyBagInput, productId ID,
  properties [OrderCreateLineItemPropertyInput!], quantity Int!, requiresShipping Boolean,
  sku String, taxLines [OrderCreateTaxLineInput!], taxable Boolean, title String, variantId ID,
  variantTitle String, vendor String, weight WeightInput
OrderCreateLineItemPropertyInput
  name String!, value String!
OrderCreateTaxLineInput
  channelLiable Boolean, priceSet MoneyBagInput, rate Decimal!, title String!
OrderCreateShippingLineInput
  code String, priceSet MoneyBagInput!, source String, taxLines [OrderCreateTaxLineInput!],
  title String!
OrderCreateOrderTransactionInput
  amountSet MoneyBagInput!, authorizationCode String, deviceId ID, gateway String, giftCardId ID,
  kind OrderTransactionKind, locationId ID, processedAt DateTime, receiptJson JSON,
  status OrderTransactionStatus, test Boolean, userId ID
OrderCreateCustomAttributeInput
  key String!, value String!
OrderCreateDiscountCodeInput
  freeShippingDiscountCode OrderCreateFreeShippingDiscountCodeAttributesInput,
  itemFixedDiscountCode OrderCreateFixedDiscountCodeAttributesInput,
  itemPercentageDiscountCode OrderCreatePercentageDiscountCodeAttributesInput
OrderCreateFixedDiscountCodeAttributesInput
  amountSet MoneyBagInput, code String!
OrderCreateCustomerInput
  toAssociate OrderCreateAssociateCustomerAttributesInput,
  toUpsert OrderCreateUpsertCustomerAttributesInput
OrderCreateAssociateCustomerAttributesInput
  email String, id ID
MoneyBagInput
  presentmentMoney MoneyInput, shopMoney MoneyInput!
MoneyInput
  amount Decimal!, currencyCode CurrencyCode!
MailingAddressInput
  address1 String, address2 String, city String, company String, country String,
  countryCode CountryCode, firstName String, id ID, lastName String, phone String,
  province String, provinceCode String, zip String
MetafieldInput
  id ID, key String, namespace String, type String, value String
MetafieldsSetInput
  compareDigest String, key String!, namespace String, ownerId ID!, type String, value String!
DraftOrderInput
  acceptAutomaticDiscounts Boolean, allowDiscountCodesInCheckout Boolean,
  appliedDiscount DraftOrderAppliedDiscountInput, billingAddress MailingAddressInput,
  customAttributes [AttributeInput!], customerId ID, deposit DepositInput,
  discountCodes [String!], email String, lineItems [DraftOrderLineItemInput!],
  localizationExtensions [LocalizationExtensionInput!], localizedFields [LocalizedFieldInput!],
  marketRegionCountryCode CountryCode, metafields [MetafieldInput!], note String,
  paymentTerms PaymentTermsInput, phone String, poNumber String,
  presentmentCurrencyCode CurrencyCode, purchasingEntity PurchasingEntityInput,
  reserveInventoryUntil DateTime, sessionToken String, shippingAddress MailingAddressInput,
  shippingLine ShippingLineInput, sourceName String, tags [String!], taxExempt Boolean,
  transformerFingerprint String, useCustomerDefaultAddress Boolean, visibleToCustomer Boolean
DraftOrderLineItemInput
  appliedDiscount DraftOrderAppliedDiscountInput,
  bundleComponents [BundlesDraftOrderBundleLineItemComponentInput!],
  components [DraftOrderLineItemComponentInput!], customAttributes [AttributeInput!],
  generatePriceOverride Boolean, grams Int, originalUnitPrice Money,
  originalUnitPriceWithCurrency MoneyInput, priceOverride MoneyInput, quantity Int!,
  requiresShipping Boolean, sku String, taxable Boolean, title String, uuid String, variantId ID,
  weight WeightInput
FulfillmentOrderHoldInput
  externalId String, fulfillmentOrderLineItems [FulfillmentOrderLineItemInput!], handle String,
  notifyMerchant Boolean, reason FulfillmentHoldReason!, reasonNotes String
"""


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    for block in re.split(r"\n(?=\S)", text.strip()):
        name, members = block.split(None, 1)
        yield name, [member.strip() for member in members.split(",")]


def _fields(members: list[str]) -> dict[str, str]:
    return dict(member.split() for member in members)


INPUTS: Final = {name: _fields(members) for name, members in _blocks(_TYPES)}
"""Input type -> its fields -> their types."""

_ENUMS = """
OrderCreateFinancialStatus
  AUTHORIZED, EXPIRED, PAID, PARTIALLY_PAID, PARTIALLY_REFUNDED, PENDING, REFUNDED, VOIDED
OrderCreateFulfillmentStatus
  FULFILLED, PARTIAL, RESTOCKED
OrderCreateInputsInventoryBehavior
  BYPASS, DECREMENT_IGNORING_POLICY, DECREMENT_OBEYING_POLICY
OrderTransactionKind
  AUTHORIZATION, CAPTURE, CHANGE, EMV_AUTHORIZATION, REFUND, SALE, SUGGESTED_REFUND, VOID
OrderTransactionStatus
  AWAITING_RESPONSE, ERROR, FAILURE, PENDING, SUCCESS, UNKNOWN
FulfillmentHoldReason
  AWAITING_PAYMENT, AWAITING_RETURN_ITEMS, HIGH_RISK_OF_FRAUD, INCORRECT_ADDRESS,
  INVENTORY_OUT_OF_STOCK, ONLINE_STORE_POST_PURCHASE_CROSS_SELL, OTHER, UNKNOWN_DELIVERY_DATE
"""
ENUMS: Final = {name: frozenset(words) for name, words in _blocks(_ENUMS)}
"""Enum -> its words."""

Fault = tuple[tuple[str, ...], str]
"""Where in a variable, and what is wrong there."""


def check(inputs: Mapping[str, str], variables: Mapping[str, Any]) -> None:
    """Hold variables against their declared types. Raises `GraphQLError`, as Shopify would.

    Like Shopify's own, the error repeats the whole variable: it may hold a buyer's data.
    """
    for name, kind in inputs.items():
        value = variables.get(name)
        faults = list(_faults(kind, value, ()))
        if faults:
            said = [f"{'.'.join(path)} ({what})" if path else what for path, what in faults]
            problems = [{"path": list(path), "explanation": what} for path, what in faults]
            raise GraphQLError(
                f"Variable ${name} of type {kind} was provided invalid value for {', '.join(said)}",
                "INVALID_VARIABLE",
                value=value,
                problems=problems,
            )
        _check_sizes(name, value)


def _check_sizes(name: str, value: Any) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            _check_sizes(f"{name}.{key}", member)
    elif isinstance(value, list):
        if len(value) > ROWS_AT_MOST:
            raise GraphQLError(
                f"The input array size of {len(value)} is greater than the maximum allowed of"
                f" {ROWS_AT_MOST}.",
                "MAX_INPUT_SIZE_EXCEEDED",
                name.split("."),
            )
        for member in value:
            _check_sizes(name, member)


def _faults(kind: str, value: Any, path: tuple[str, ...]) -> Iterator[Fault]:
    if kind.endswith("!"):
        if value is None:
            yield path, "Expected value to not be null"
            return
        kind = kind[:-1]
    if value is None:
        return
    if kind.startswith("["):
        members = value if isinstance(value, list) else [value]
        for index, member in enumerate(members):
            yield from _faults(kind[1:-1], member, (*path, str(index)))
    elif kind in INPUTS:
        yield from _faults_of_object(kind, value, path)
    elif not _fits(kind, value):
        yield path, f"Expected {value!r} to be a {kind}"


def _faults_of_object(kind: str, value: Any, path: tuple[str, ...]) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path, f"Expected {value!r} to be a key-value object"
        return
    fields = INPUTS[kind]
    for name in value.keys() - fields.keys():
        yield (*path, name), f"Field is not defined on {kind}"
    for name, its in fields.items():
        yield from _faults(its, value.get(name), (*path, name))


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "Boolean" or kind not in {"String", "ID", "Int", "Float", "Decimal", "Money"}
    if kind in {"Int", "Boolean"}:
        return kind == "Int" and isinstance(value, int)
    if kind == "ID":
        return isinstance(value, str | int)
    if kind in {"Decimal", "Money", "Float"}:
        return _is_number(value)
    if kind == "CountryCode":
        return isinstance(value, str) and country_code(value) == value
    if kind == "DateTime":
        return _is_instant(value)
    if kind == "CurrencyCode":
        return value in CURRENCIES
    if kind in ENUMS:
        return value in ENUMS[kind]
    return isinstance(value, str) or kind not in {"String", "URL"}


def _is_number(value: Any) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _is_instant(value: Any) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False

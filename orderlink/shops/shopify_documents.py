"""PURE: Shopify's answers, read: orders, parcels, products and refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.basics import Json, Parcel
from orderlink.model import ShopLine, ShopOrder, ShopState
from orderlink.shops.shopify_queries import YES, number_of
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

CUSTOM = "0"
"""In the place of a variant's number: a line without a product."""
LEFT = "SUCCESS"
"""The status of a fulfillment that was carried out."""
USABLE = frozenset({"ACTIVE", "UNLISTED"})


NOT_AS_PROMISED = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, IndexError)
"""What is raised where an answer is not as the schema promises."""


class DocumentError(Exception):
    """A document is not what Shopify sends; the message holds no buyer's data."""


# Products


class Variant(Value, frozen=True):
    """What has to be known of a variant to order it; ids are the numbers at the end of theirs.

    `stock` is how many pieces there are, None where any number may be had.
    """

    number: str
    product: str
    sku: str
    ean: str
    title: str
    status: str
    price: Decimal = Decimal(0)
    taxable: bool = True
    stock: int | None = None

    @property
    def orderable(self) -> bool:
        """Tell whether it can be sold, not a draft and not archived."""
        return self.status in USABLE

    @property
    def what(self) -> str:
        """Say for a person what it is."""
        return f"variant of a product with the status {self.status.lower()}"

    def has_id(self, number: str) -> bool:
        """Tell whether this is its id, or that of its product."""
        return number in {self.number, self.product}


def variant_from(row: Json) -> Variant:
    """Translate a variant. Raises `DocumentError`."""
    try:
        counted = row["inventoryItem"]["tracked"] and row["inventoryPolicy"] == "DENY"
        return Variant(
            number=number_of(row["id"]),
            product=number_of(row["product"]["id"]),
            sku=str(row["sku"] or ""),
            ean=str(row["barcode"] or ""),
            title=str(row["product"]["title"]),
            status=str(row["product"]["status"]),
            price=Decimal(str(row["price"])),
            taxable=row["taxable"] is True,
            stock=int(row["inventoryQuantity"] or 0) if counted else None,
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise DocumentError("a product cannot be read") from error


def variants_of_node(node: Json) -> list[Variant]:
    """Translate what stands behind an id: a variant, or a product with its variants."""
    if not isinstance(node, Mapping):
        return []
    if "variants" in node:
        return [variant_from(row) for row in node["variants"]["nodes"]]
    return [variant_from(node)] if "inventoryItem" in node else []


# Orders


def order_from(
    document: Json,
    lines: Sequence[Json],
    parcels: tuple[Parcel, ...],
    completed: Collection[str],
) -> ShopOrder:
    """Translate an order with all its lines. Raises `DocumentError`."""
    try:
        total, refunded = (_paid(document[name]) for name in ("totalPriceSet", "totalRefundedSet"))
        wholly = document["displayFinancialStatus"] == "REFUNDED" or 0 < total <= refunded
        return replace(
            _standing(document, parcels, completed, wholly_refunded=wholly),
            origin=_metafield(document["origin"]),
            adopted=_metafield(document["adopted"]) == YES,
            total=total,
            refunded=refunded,
            lines=tuple(_line(row, within=document["taxesIncluded"] is True) for row in lines),
            whole=True,
        )
    except NOT_AS_PROMISED as error:
        raise DocumentError("an order of the shop cannot be read") from error


def order_in_brief(
    document: Json, parcels: tuple[Parcel, ...], completed: Collection[str]
) -> ShopOrder | None:
    """Translate how an order stands; None where a refund asks for more. Raises `DocumentError`."""
    try:
        wholly = document["displayFinancialStatus"] == "REFUNDED"
        if _paid(document["totalRefundedSet"]):
            return None
        return _standing(document, parcels, completed, wholly_refunded=wholly)
    except NOT_AS_PROMISED as error:
        raise DocumentError("an order of the shop cannot be read") from error


def _standing(
    document: Mapping[str, Json],
    parcels: tuple[Parcel, ...],
    completed: Collection[str],
    *,
    wholly_refunded: bool,
) -> ShopOrder:
    status = _status(document, wholly_refunded=wholly_refunded, completed=completed)
    return ShopOrder(
        id=number_of(document["id"]),
        number=str(document["name"]).removeprefix("#"),
        status=status,
        state=_state(status, completed),
        reference=_metafield(document["reference"]),
        order_number=str(document["sourceIdentifier"] or ""),
        currency=str(document["presentmentCurrencyCode"]),
        parcels=parcels,
        whole=False,
    )


def _status(
    document: Mapping[str, Json], *, wholly_refunded: bool, completed: Collection[str]
) -> str:
    """Tell how an order stands. One that was sent and then archived has been sent."""
    if document["cancelledAt"]:
        return "cancelled"
    if wholly_refunded:
        return "refunded"
    status = str(document["displayFulfillmentStatus"]).lower()
    return "archived" if document["closedAt"] and status not in completed else status


def _state(status: str, completed: Collection[str]) -> ShopState:
    if status in {"cancelled", "refunded", "archived"}:
        return ShopState.GONE
    return ShopState.COMPLETED if status in completed else ShopState.OPEN


def _paid(bag: Mapping[str, Json]) -> Decimal:
    return Decimal(str(bag["presentmentMoney"]["amount"]))


def _metafield(metafield: Json) -> str:
    return str(metafield["value"] or "") if metafield else ""


def _line(row: Mapping[str, Json], *, within: bool) -> ShopLine:
    """Translate a line; `within` tells that its tax is within its price."""
    taxes = () if within else tuple(_paid(tax["priceSet"]) for tax in row["taxLines"])
    return ShopLine(
        sku=str(row["sku"] or ""),
        quantity=int(row["currentQuantity"]),
        total=sum(taxes, _paid(row["discountedTotalSet"])),
        product_id=number_of(row["variant"]["id"]) if row["variant"] else CUSTOM,
    )


# Parcels


def parcels_from(fulfillments: Sequence[Json]) -> tuple[Parcel, ...]:
    """Translate what has left into parcels, each code once; codes may be in their links only.

    Pieces are told by SKU, where a line has none by its variant. Where several codes belong to one
    fulfillment it is not known what is where: each is told with all of it. Raises `DocumentError`.
    """
    try:
        carriers: dict[str, str] = {}
        contents: dict[str, Counter[str]] = {}
        for fulfillment in fulfillments:
            if fulfillment["status"] != LEFT:
                continue
            inside: Counter[str] = Counter()
            for row in fulfillment["fulfillmentLineItems"]["nodes"]:
                inside[_name(row["lineItem"])] += int(row["quantity"] or 0)
            for code, carrier in _codes(fulfillment["trackingInfo"]).items():
                carriers[code] = carriers.get(code) or carrier
                contents.setdefault(code, Counter()).update(inside)
    except NOT_AS_PROMISED as error:
        raise DocumentError("what has left of an order cannot be read") from error
    return tuple(
        Parcel(code, carriers[code], tuple(sorted(inside.items())))
        for code, inside in contents.items()
    )


def _name(row: Mapping[str, Json]) -> str:
    return str(row["sku"] or "") or (number_of(row["variant"]["id"]) if row["variant"] else CUSTOM)


def _codes(rows: Sequence[Json]) -> dict[str, str]:
    """Give the codes of a fulfillment, with the carrier that the shop names."""
    found: dict[str, str] = {}
    for row in rows:
        code = str(row["number"] or row["url"] or "").strip()
        if code:
            found.setdefault(code, str(row["company"] or "").strip())
    return found


# Refusals


class Fault(Value, frozen=True):
    """An error of an answer: what it says, Shopify's word for it, and where it was.

    `scope` is what an app that may not do that lacks.
    """

    message: str
    code: str = ""
    path: tuple[str, ...] = ()
    scope: str = ""


def faults_from(document: Json) -> list[Fault]:
    """Read the errors of an answer. What a variable was stays out of it: it may hold a buyer."""
    errors = document.get("errors") if isinstance(document, Mapping) else None
    if not errors:
        return []
    if not isinstance(errors, list):
        return [Fault(str(errors)[:300])]
    return [_fault(error) for error in errors]


def _fault(error: Json) -> Fault:
    if not isinstance(error, Mapping):
        return Fault(str(error)[:300])
    extensions = error.get("extensions")
    known = extensions if isinstance(extensions, Mapping) else {}
    path = error.get("path")
    message = " ".join(str(error.get("message") or "without a word").split())[:300]
    return Fault(
        message=message,
        code=str(known.get("code") or ("THROTTLED" if message == "Throttled" else "")),
        path=tuple(str(part) for part in path) if isinstance(path, list) else (),
        scope=str(known.get("requiredAccess") or "")[:200],
    )


def refusals_from(rows: Json) -> list[Fault]:
    """Read a mutation's `userErrors`."""
    if not isinstance(rows, list):
        return []
    return [
        Fault(
            message=" ".join(str(row.get("message") or "").split())[:300],
            code=str(row.get("code") or ""),
            path=tuple(str(part) for part in row.get("field") or ()),
        )
        for row in rows
        if isinstance(row, Mapping)
    ]


def throttle_from(document: Json) -> tuple[float, float, float, float] | None:
    """Read how the bucket of points stands: there, at most, more a second, and what was asked for.

    None where an answer does not tell.
    """
    try:
        cost = document["extensions"]["cost"]
        status = cost["throttleStatus"]
        names = ("currentlyAvailable", "maximumAvailable", "restoreRate")
        there, most, rate = (float(status[name]) for name in names)
        asked = float(cost.get("requestedQueryCost") or 0)
    except (KeyError, TypeError, ValueError):
        return None
    return (there, most, rate, asked) if rate > 0 else None

"""PURE: WooCommerce's documents, read: products, orders, parcels and refusals.

Places where parcels are read: `_wc_shipment_tracking_items` (Shipment Tracking and Advanced
Shipment Tracking, seen on real shops); core fulfillments, YITH (`ywot_tracking_code`) and AfterShip
(`_aftership_tracking_items`), which are built from documentation only; and the plain
`_tracking_number` and `tracking_number` that many small plugins write (seen).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from orderlink.model import Parcel, ShopLine, ShopOrder, ShopState
from orderlink.shops.woocommerce_settings import NO_SALE
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from orderlink.model import Json

REFERENCE = "_orderlink_ref"
ORIGIN = "_orderlink_origin"
ADOPTED = "_orderlink_adopted"
NUMBERS = ("_order_number", "_order_number_formatted")
"""Where plugins for sequential numbers keep them; `number` shows the latter, or the former."""
TRACKING_ITEMS = "_wc_shipment_tracking_items"
AFTERSHIP_ITEMS = "_aftership_tracking_items"
USABLE = frozenset({"publish", "private"})
UNSPECIFIC = ("variable", "grouped")


class DocumentError(Exception):
    """A document is not what WooCommerce sends; the message holds no buyer's data."""


class Product(Value, frozen=True):
    """What has to be known of a product to order it. `parent_id` is 0 but for variations.

    `price` is the catalogue's, `stock` how many pieces there are, None where any number may be had.
    """

    id: int
    parent_id: int
    kind: str
    status: str
    sku: str
    ean: str
    taxable: bool
    tax_class: str
    price: Decimal = Decimal(0)
    stock: int | None = None

    @property
    def number(self) -> str:
        """Give its id as text."""
        return str(self.id)

    @property
    def orderable(self) -> bool:
        """Tell whether it is one article that can be sold, not a parent, a draft or trash."""
        return self.status in USABLE and not self.kind.startswith(UNSPECIFIC)

    @property
    def what(self) -> str:
        """Say for a person what it is."""
        return f"{self.kind} product, status {self.status}"

    def has_id(self, number: str) -> bool:
        """Tell whether this is its id."""
        return number == self.number


# Reading


def product_from(row: Json) -> Product:
    """Translate a row of `/products`. Raises `DocumentError`."""
    try:
        return Product(
            id=int(row["id"]),
            parent_id=int(row.get("parent_id") or 0),
            kind=str(row["type"]),
            status=str(row["status"]),
            sku=str(row["sku"] or ""),
            ean=str(row.get("global_unique_id") or ""),
            taxable=row["tax_status"] == "taxable",
            tax_class=str(row["tax_class"] or ""),
            price=Decimal(str(row.get("price") or 0)),
            stock=_stock_of(row),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise DocumentError("a product cannot be read") from error


def _stock_of(row: Mapping[str, Json]) -> int | None:
    counted = row.get("manage_stock") and row.get("backorders", "no") == "no"
    pieces = row.get("stock_quantity")
    return int(pieces) if counted and pieces is not None else None


def order_from(document: Json, completed: Collection[str]) -> ShopOrder:
    """Translate an order. Raises `DocumentError`."""
    try:
        return _order_from(document, completed)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise DocumentError("an order of the shop cannot be read") from error


def _order_from(document: Json, completed: Collection[str]) -> ShopOrder:
    total = Decimal(str(document["total"]))
    refunded = sum(
        (abs(Decimal(str(refund["total"]))) for refund in document["refunds"]), Decimal(0)
    )
    meta = _meta(document)
    status = str(document["status"])
    return ShopOrder(
        id=str(int(document["id"])),
        number=str(document["number"]),
        status=status,
        state=_state(status, completed, wholly_refunded=bool(refunded) and refunded >= total),
        reference=_text(meta.get(REFERENCE)),
        origin=_text(meta.get(ORIGIN)),
        order_number=str(document["transaction_id"] or ""),
        currency=str(document["currency"]),
        total=total,
        refunded=refunded,
        lines=tuple(line_from(line) for line in document["line_items"]),
        parcels=parcels_from(meta),
        adopted=bool(_text(meta.get(ADOPTED))),
    )


def _state(status: str, completed: Collection[str], *, wholly_refunded: bool) -> ShopState:
    if status in NO_SALE or wholly_refunded:
        return ShopState.GONE
    if status in {word.removeprefix("wc-") for word in completed}:
        return ShopState.COMPLETED
    return ShopState.OPEN


def line_from(line: Mapping[str, Json]) -> ShopLine:
    """Translate one line of an order; its total is net and tax as the shop rounded them."""
    return ShopLine(
        sku=str(line.get("sku") or ""),
        quantity=int(line["quantity"]),
        total=Decimal(str(line["total"])) + Decimal(str(line["total_tax"])),
        product_id=str(line["variation_id"] or line["product_id"]),
    )


def values_in(document: Json, field: str) -> tuple[str, ...]:
    """Give what an order has in a field, as `orderlink.shops.Adopts` names it."""
    kind, _, key = field.partition(":")
    keys = {"meta": (key,), "number": NUMBERS}.get(kind, ())
    found = [document[kind]] if kind in {"number", "transaction_id"} else []
    found += [entry["value"] for entry in document["meta_data"] if entry["key"] in keys]
    return tuple(dict.fromkeys(text for text in map(_text, found) if text))


def was_changed_before(document: Json, moment: datetime) -> bool:
    """Tell whether nothing about an order changed since then. Raises `DocumentError`."""
    try:
        changed = document["date_modified_gmt"]
        return changed is not None and datetime.fromisoformat(changed).replace(tzinfo=UTC) < moment
    except (KeyError, TypeError, ValueError) as error:
        raise DocumentError("an order of the shop cannot be read") from error


def _meta(document: Mapping[str, Json]) -> dict[str, Json]:
    meta: dict[str, Json] = {}
    for entry in document["meta_data"]:
        meta.setdefault(str(entry["key"]), entry["value"])
    return meta


def _text(value: Json) -> str:
    return str(value).strip() if isinstance(value, str | int | Decimal) else ""


# Parcels


def parcels_from(meta: Mapping[str, Json]) -> tuple[Parcel, ...]:
    """Collect the parcels that stand in an order's own meta data, each code once."""
    found = [
        _parcel(
            item.get("tracking_number"),
            item.get("custom_tracking_provider"),
            item.get("tracking_provider"),
            item.get("formatted_tracking_provider"),
        )
        for item in _rows(meta.get(TRACKING_ITEMS))
    ]
    found += [
        _parcel(item.get("tracking_number"), item.get("slug"))
        for item in _rows(meta.get(AFTERSHIP_ITEMS))
    ]
    for key, carrier in (
        ("ywot_tracking_code", "ywot_carrier_name"),
        ("_tracking_number", "_tracking_provider"),
        ("tracking_number", "tracking_provider"),
    ):
        codes = meta.get(key)
        for code in codes if isinstance(codes, list) else [codes]:
            found.append(_parcel(code, meta.get(carrier)))
    return _each_once(found)


def fulfillments_from(rows: Json, skus: Mapping[int, str]) -> tuple[Parcel, ...]:
    """Translate `/orders/ID/fulfillments`; `skus` names what the order's line ids are.

    Built from documentation only. Raises `DocumentError`.
    """
    try:
        rows = rows["fulfillments"] if isinstance(rows, dict) else rows
        return _each_once(
            _fulfillment(_meta(row), skus)
            for row in rows
            if row["is_fulfilled"] and not row.get("date_deleted")
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError("a fulfillment cannot be read") from error


def _fulfillment(meta: Mapping[str, Json], skus: Mapping[int, str]) -> Parcel:
    parcel = _parcel(meta.get("_tracking_number"), meta.get("_shipment_provider"))
    contents = tuple(
        (skus.get(int(item["item_id"]), ""), int(item["qty"])) for item in _rows(meta.get("_items"))
    )
    known = contents and all(sku for sku, _ in contents)
    return Parcel(parcel.code, parcel.shop_carrier, contents if known else ())


def skus_of_lines(document: Json) -> dict[int, str]:
    """Tell which SKU each line id of an order is. Raises `DocumentError`."""
    try:
        return {int(line["id"]): str(line.get("sku") or "") for line in document["line_items"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError("the lines of an order cannot be read") from error


def _rows(value: Json) -> list[dict[str, Json]]:
    # PHP writes an array with gaps as an object, and some plugins store JSON as text.
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    if isinstance(value, dict):
        value = list(value.values())
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _parcel(code: Json, *carriers: Json) -> Parcel:
    named = [text for text in map(_text, carriers) if text]
    return Parcel(_text(code), named[0] if named else "")


def _each_once(parcels: Iterable[Parcel]) -> tuple[Parcel, ...]:
    once: dict[str, Parcel] = {}
    for parcel in parcels:
        if parcel.code and not (parcel.code in once and once[parcel.code].shop_carrier):
            once[parcel.code] = parcel
    return tuple(once.values())


# Many at once


def batch_from(document: Json, count: int) -> list[Json]:
    """Read the `create` rows of a batch's answer, one for each that was sent.

    Raises `DocumentError` where there are more or fewer.
    """
    rows = document.get("create") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) != count:
        raise DocumentError("the answer to a batch has not one row for each order")
    if not all(isinstance(row, dict) for row in rows):
        raise DocumentError("a row in the answer to a batch is no object")
    return rows


# Refusals


def error_from(document: Json) -> tuple[str, str]:
    """Read an error's code and its message, in the shop's own words, without markup."""
    if not isinstance(document, dict):
        return "", ""
    message = str(document.get("message") or "")
    data = document.get("data")
    params = data.get("params") if isinstance(data, dict) else None
    if isinstance(params, dict):
        message = f"{message} ({'; '.join(str(reason) for reason in params.values())})"
    plain = re.sub(r"<[^>]*>", " ", message)
    return str(document.get("code") or ""), " ".join(plain.split())[:300]

"""Which products of a WooCommerce shop an order's lines mean: looked up before creating."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from orderlink.codec import dumps, loads
from orderlink.currency import split_by_largest_remainder, unit_of
from orderlink.errors import Refused, TryLater
from orderlink.model import Line
from orderlink.shops.woocommerce_documents import DocumentError, Product, product_from
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from orderlink.clock import Clock
    from orderlink.creation import Creation
    from orderlink.model import Json, Order
    from orderlink.shelves import Shelf

    Read = Callable[[str, Mapping[str, str | int]], Json]

FIELDS: Final = (
    "id,parent_id,type,status,sku,global_unique_id,tax_status,tax_class,price,manage_stock,"
    "stock_quantity,backorders"
)
VALUES_PER_REQUEST: Final = 50
ROWS_PER_PAGE: Final = 100
KEPT: Final = timedelta(minutes=10)
MOST_KEPT: Final = 2000
SHELF: Final = "products"


class Item(Value, frozen=True):
    """What a line, or a part of a pack or bundle, is in the shop. `product` None: it has none.

    `amount` is what the buyer pays for all its pieces.
    """

    line: Line
    product: Product | None
    quantity: int
    amount: Decimal


class Wanted(Value, frozen=True):
    """One product to be found: by these rules, for so many pieces per piece of the line."""

    line: Line
    sku: str
    ean: str
    rules: tuple[str, ...]
    pieces: int = 1
    mapped: bool = False

    @property
    def key(self) -> str:
        """What it is kept under."""
        return "\n".join((",".join(self.rules), self.sku, self.ean))

    def value(self, rule: str) -> str:
        """Give what a rule looks for."""
        return self.ean if rule == "ean" else self.sku

    def name(self) -> str:
        """Name it for a person."""
        if self.mapped:
            return f"SKU {self.sku} (mapped from {self.line.sku or self.line.ean})"
        values = (("SKU", self.sku), ("EAN", self.ean))
        named = [f"{word} {value}" for word, value in values if value]
        return " / ".join(named) or f"line {self.line.id}, which has neither SKU nor EAN"


class Kept:
    """Products that were found, for ten minutes; may be used by several threads."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._lock = threading.Lock()
        self._read = ""
        self._products: dict[str, Product] = {}

    def get(self) -> dict[str, Product]:
        """Give what is kept."""
        with self._lock:
            text = self._shelf.get(SHELF) or ""
            if text != self._read:
                entries = loads(tuple[tuple[str, Product], ...], text) if text else ()
                self._read, self._products = text, dict(entries)
            return self._products

    def add(self, products: Mapping[str, Product]) -> None:
        """Keep these as well; what has been kept for longest makes room."""
        with self._lock:
            together = {**self._products, **products}
            entries = tuple(together.items())[-MOST_KEPT:]
            self._read, self._products = dumps(entries), dict(entries)
            self._shelf.put(SHELF, self._read, self._clock.now() + KEPT)

    def forget(self) -> None:
        """Keep nothing: something was not as it is kept."""
        self._shelf.put(SHELF, "")


class Catalogue:
    """The shop's products.

    `read` gives the document of a path below the API's root, None where the shop says that there is
    no such product. `creation.product_match` says by what a line is matched, the first rule that
    meets a product decides: `sku` (the line's SKU is the product's), `ean` (the line's EAN is the
    product's global unique id, or its SKU), `id` (the line's SKU is the product's id).
    """

    def __init__(self, read: Read, creation: Creation, kept: Kept) -> None:
        self._read = read
        self._creation = creation
        self._kept = kept

    def items_for(self, order: Order) -> tuple[Item, ...]:
        """Find what every line of an order is in the shop, in as few requests as possible.

        Raises `Refused` with `product_unknown` (naming all that are), `product_ambiguous`,
        `product_unusable` or `out_of_stock`; `TryLater` where an answer makes no sense.
        """
        lines = order.placed_lines()
        wanted = [one for line in lines for one in self._wanted(line)]
        products = self._products(wanted)
        items: list[Item] = []
        for line, amount in zip(lines, order.amounts(), strict=True):
            parts = [one for one in wanted if one.line is line]
            found = [products.get(one.key) for one in parts]
            weights = _weights(parts, found)
            shares = split_by_largest_remainder(amount, weights, unit_of(order.currency))
            items += [
                Item(line, product, line.wanted * one.pieces, share)
                for one, product, share in zip(parts, found, shares, strict=True)
            ]
        if self._creation.oversold == "hold" and not order.by_marketplace:
            _check_stock(items)
        return tuple(items)

    def prepare(self, orders: Iterable[Order]) -> None:
        """Look up the products of many orders at once, so that `items_for` finds them kept.

        What is unknown, ambiguous or unusable is left to the order that it is in.
        """
        if self._creation.oversold == "hold":
            return
        lines = [line for order in orders for line in order.placed_lines()]
        kept = self._kept.get()
        by_key = {one.key: one for line in lines for one in self._wanted(line)}
        missing = [one for key, one in by_key.items() if key not in kept]
        met = self._found(missing) if missing else {}
        chosen = {}
        for one in missing:
            with contextlib.suppress(Refused, KeyError):
                chosen[one.key] = _only(one, met[one.key])
        if chosen:
            self._kept.add(self._with_parents_class(chosen))

    def _wanted(self, line: Line) -> list[Wanted]:
        mapping = self._creation.mapping
        parts = mapping.get(line.sku) or mapping.get(line.ean)
        if parts:
            return [Wanted(line, sku, "", ("sku",), pieces, mapped=True) for sku, pieces in parts]
        return [Wanted(line, line.sku, line.ean, self._creation.product_match)]

    def _products(self, wanted: Sequence[Wanted]) -> dict[str, Product]:
        # Stock that is to be looked at has to be fresh.
        fresh = self._creation.oversold == "hold"
        kept = {} if fresh else self._kept.get()
        missing = [one for one in wanted if one.key not in kept]
        met = self._found(missing)
        unknown = [one for one in missing if one.key not in met]
        stand_in = self._stand_in(unknown)
        chosen = {one.key: _only(one, met[one.key]) for one in missing if one.key in met}
        found = self._with_parents_class(chosen)
        if found and not fresh:
            self._kept.add(found)
        return {**kept, **found, **stand_in}

    def _found(self, wanted: Sequence[Wanted]) -> dict[str, list[Product]]:
        met: dict[str, list[Product]] = {}
        for rule in dict.fromkeys(rule for one in wanted for rule in one.rules):
            missing = [one for one in wanted if rule in one.rules and one.key not in met]
            rows = self._look_up(rule, missing, "any")
            for one in missing:
                hits = _hits(rule, one, rows)
                if hits:
                    met[one.key] = hits
        return met

    def _stand_in(self, unknown: Sequence[Wanted]) -> dict[str, Product]:
        """Give what stands for the unknown ones; nothing for those that become free lines."""
        choice = self._creation.unknown_product
        strict = [one for one in unknown if one.mapped or choice == "error"]
        if strict:
            self._refuse_unknown(strict)
        if not unknown or choice == "free_line":
            return {}
        stand_in = Wanted(unknown[0].line, choice, "", ("sku",))
        hits = self._found([stand_in])
        if not hits:
            raise Refused(
                "product_unknown",
                f"the shop has no product with the SKU {choice}, which unknown_product names",
                sku=choice,
            )
        product = self._with_parents_class({"": _only(stand_in, hits[stand_in.key])})[""]
        return {one.key: product for one in unknown}

    def _refuse_unknown(self, unknown: Sequence[Wanted]) -> None:
        for rule in dict.fromkeys(rule for one in unknown for rule in one.rules):
            rows = self._look_up(rule, [one for one in unknown if rule in one.rules], "trash")
            for one in unknown:
                trashed = _hits(rule, one, rows) if rule in one.rules else []
                if trashed:
                    _only(one, trashed)
        names = list(dict.fromkeys(one.name() for one in unknown))
        raise Refused(
            "product_unknown",
            f"the shop has no product for {', '.join(names)}",
            sku=", ".join(dict.fromkeys(one.sku for one in unknown)),
            ean=", ".join(dict.fromkeys(one.ean for one in unknown)),
        )

    def _look_up(self, rule: str, wanted: Iterable[Wanted], status: str) -> list[Product]:
        values = {one.value(rule) for one in wanted} - {""}
        if rule == "id":
            return self._by_id({value for value in values if value.isdecimal()}, status)
        rows = self._by("sku", values, status)
        return rows + self._by("global_unique_id", values, status) if rule == "ean" else rows

    def _by(self, parameter: str, values: Collection[str], status: str) -> list[Product]:
        alone = sorted(value for value in values if "," in value)
        plain = sorted(value for value in values if "," not in value)
        lists = [
            ",".join(plain[start : start + VALUES_PER_REQUEST])
            for start in range(0, len(plain), VALUES_PER_REQUEST)
        ]
        rows = []
        for value in [*lists, *alone]:
            rows += self._list({parameter: value, "status": status})
        return rows

    def _by_id(self, ids: Collection[str], status: str) -> list[Product]:
        rows = self._by("include", ids, status)
        # A list by ids has no variations in it; a product read by itself may be one.
        for missing in sorted(set(ids) - {str(row.id) for row in rows}):
            row = self._read(f"/products/{missing}", {"_fields": FIELDS})
            rows += [] if row is None else _products_from([row])
        return rows

    def _list(self, query: Mapping[str, str | int]) -> list[Product]:
        document = self._read("/products", {**query, "per_page": ROWS_PER_PAGE, "_fields": FIELDS})
        return _products_from(document)

    def _with_parents_class(self, products: Mapping[str, Product]) -> dict[str, Product]:
        heirs = {str(one.parent_id) for one in products.values() if one.tax_class == "parent"}
        classes = {row.id: row.tax_class for row in self._by("include", heirs, "any")}
        return {
            key: replace(product, tax_class=classes.get(product.parent_id, ""))
            if product.tax_class == "parent"
            else product
            for key, product in products.items()
        }


def _products_from(rows: Json) -> list[Product]:
    try:
        return [product_from(row) for row in rows]
    except (DocumentError, TypeError) as error:
        raise TryLater("the shop's products cannot be read") from error


def _weights(parts: Sequence[Wanted], products: Sequence[Product | None]) -> list[Decimal]:
    """Weigh the parts of a bundle by what they cost in the shop, else by their pieces."""
    prices = [product.price if product else Decimal(0) for product in products]
    priced = all(price > 0 for price in prices)
    return [
        (price if priced else 1) * Decimal(one.pieces)
        for one, price in zip(parts, prices, strict=True)
    ]


def _check_stock(items: Iterable[Item]) -> None:
    needed: Counter[Product] = Counter()
    for item in items:
        if item.product is not None:
            needed[item.product] += item.quantity
    short = [
        f"{product.sku or product.id} ({pieces} ordered, {max(0, product.stock)} there)"
        for product, pieces in needed.items()
        if product.stock is not None and product.stock < pieces
    ]
    if short:
        raise Refused(
            "out_of_stock", f"the shop has too few of {', '.join(short)}", products=", ".join(short)
        )


def _hits(rule: str, wanted: Wanted, rows: Iterable[Product]) -> list[Product]:
    value = wanted.value(rule)
    if not value:
        return []
    return list({row.id: row for row in rows if _is_meant(rule, value, wanted, row)}.values())


def _is_meant(rule: str, value: str, wanted: Wanted, row: Product) -> bool:
    if rule == "sku":
        return row.sku == value
    if rule == "ean":
        return value in {row.ean, row.sku}
    # A number may be an id by chance: a product that says to be another article is not meant.
    return str(row.id) == value and (not row.ean or not wanted.ean or row.ean == wanted.ean)


def _only(wanted: Wanted, hits: Sequence[Product]) -> Product:
    ids = ", ".join(str(hit.id) for hit in sorted(hits, key=lambda hit: hit.id))
    if len(hits) > 1:
        raise Refused(
            "product_ambiguous",
            f"several products of the shop match {wanted.name()}: {ids}",
            sku=wanted.sku,
            ean=wanted.ean,
            ids=ids,
        )
    hit = hits[0]
    if not hit.orderable:
        what = f"{hit.kind} product, status {hit.status}"
        raise Refused(
            "product_unusable",
            f"the product for {wanted.name()} cannot be ordered as it is: {ids} ({what})",
            sku=wanted.sku,
            ean=wanted.ean,
            ids=ids,
        )
    return hit

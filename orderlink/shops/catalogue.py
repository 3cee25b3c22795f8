"""Which products of a shop an order's lines mean: looked up before creating, the same for all.

A shop connector's own catalogue says how its products are read; what they are matched by, and what
becomes of those that are unknown, ambiguous or too few, is here.
"""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from orderlink.codec import dumps, loads
from orderlink.currency import split_by_largest_remainder, unit_of
from orderlink.errors import Refused
from orderlink.model import Line
from orderlink.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from orderlink.clock import Clock
    from orderlink.creation import Creation
    from orderlink.model import Order
    from orderlink.shelves import Shelf

KEPT: Final = timedelta(minutes=10)
MOST_KEPT: Final = 2000
SHELF: Final = "products"


class Product(Protocol):
    """What has to be known of a product to order it: an article, a variation, a variant.

    `price` is the catalogue's, `stock` how many pieces there are, None where any number may be had.
    """

    @property
    def number(self) -> str:
        """Give its id in the shop."""
        ...

    @property
    def sku(self) -> str:
        """Give the merchant's own number of it."""
        ...

    @property
    def ean(self) -> str:
        """Give its EAN, or what the shop has in that place."""
        ...

    @property
    def price(self) -> Decimal:
        """Give its price in the catalogue."""
        ...

    @property
    def stock(self) -> int | None:
        """Give the pieces that are there."""
        ...

    @property
    def orderable(self) -> bool:
        """Tell whether it is one article that can be sold, not a parent, a draft or trash."""
        ...

    @property
    def what(self) -> str:
        """Say for a person what it is: "variable product, status draft"."""
        ...

    def has_id(self, number: str) -> bool:
        """Tell whether this is an id that means it."""
        ...


P = TypeVar("P", bound=Product)


class Item(Value, Generic[P], frozen=True):
    """What a line, or a part of a pack or bundle, is in the shop. `product` None: it has none.

    `amount` is what the buyer pays for all its pieces.
    """

    line: Line
    product: P | None
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


class Kept(Generic[P]):
    """Products that were found, for ten minutes; may be used by several threads."""

    def __init__(self, kind: type[P], shelf: Shelf, clock: Clock) -> None:
        self._kind = kind
        self._shelf = shelf
        self._clock = clock
        self._lock = threading.Lock()
        self._read = ""
        self._products: dict[str, P] = {}

    def get(self) -> dict[str, P]:
        """Give what is kept."""
        with self._lock:
            text = self._shelf.get(SHELF) or ""
            if text != self._read:
                rows = tuple[tuple[str, self._kind], ...]  # type: ignore[name-defined]
                self._read, self._products = text, dict(loads(rows, text) if text else ())
            return self._products

    def add(self, products: Mapping[str, P]) -> None:
        """Keep these as well; what has been kept for longest makes room."""
        with self._lock:
            together = {**self._products, **products}
            entries = tuple(together.items())[-MOST_KEPT:]
            self._read, self._products = dumps(entries), dict(entries)
            self._shelf.put(SHELF, self._read, self._clock.now() + KEPT)

    def forget(self) -> None:
        """Keep nothing: something was not as it is kept."""
        self._shelf.put(SHELF, "")


class Catalogue(ABC, Generic[P]):
    """A shop's products.

    `creation.product_match` says by what a line is matched, the first rule that meets a product
    decides: `sku` (the line's SKU is the product's), `ean` (the line's EAN is the product's, or its
    SKU), `id` (the line's SKU is the product's id).
    """

    def __init__(self, creation: Creation, kept: Kept[P]) -> None:
        self._creation = creation
        self._kept = kept

    @abstractmethod
    def look_up(self, rule: str, wanted: Sequence[Wanted]) -> list[P]:
        """Read the products that a rule may find for these; more than those does no harm."""

    def look_in_trash(self, rule: str, wanted: Sequence[Wanted]) -> list[P]:  # noqa: ARG002
        """Read what is in the shop's trash, where that is a place of its own."""
        return []

    def completed(self, products: Mapping[str, P]) -> Mapping[str, P]:
        """Add to the products that were chosen what their rows do not say."""
        return products

    def items_for(self, order: Order) -> tuple[Item[P], ...]:
        """Find what every line of an order is in the shop, in as few requests as possible.

        Raises `Refused` with `product_unknown` (naming all that are), `product_ambiguous`,
        `product_unusable` or `out_of_stock`; `TryLater` where an answer makes no sense.
        """
        lines = order.placed_lines()
        wanted = [one for line in lines for one in self._wanted(line)]
        products = self._products(wanted)
        items: list[Item[P]] = []
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
            self._kept.add(self.completed(chosen))

    def is_prepared(self, order: Order) -> bool:
        """Tell whether all products of an order are kept, so that `items_for` asks for none."""
        kept = self._kept.get()
        wanted = (one for line in order.placed_lines() for one in self._wanted(line))
        return self._creation.oversold != "hold" and all(one.key in kept for one in wanted)

    def _wanted(self, line: Line) -> list[Wanted]:
        mapping = self._creation.mapping
        parts = mapping.get(line.sku) or mapping.get(line.ean)
        if parts:
            return [Wanted(line, sku, "", ("sku",), pieces, mapped=True) for sku, pieces in parts]
        return [Wanted(line, line.sku, line.ean, self._creation.product_match)]

    def _products(self, wanted: Sequence[Wanted]) -> dict[str, P]:
        # Stock that is to be looked at has to be fresh.
        fresh = self._creation.oversold == "hold"
        kept = {} if fresh else self._kept.get()
        missing = [one for one in wanted if one.key not in kept]
        met = self._found(missing)
        unknown = [one for one in missing if one.key not in met]
        stand_in = self._stand_in(unknown)
        chosen = {one.key: _only(one, met[one.key]) for one in missing if one.key in met}
        found = self.completed(chosen)
        if found and not fresh:
            self._kept.add(found)
        return {**kept, **found, **stand_in}

    def _found(self, wanted: Sequence[Wanted]) -> dict[str, list[P]]:
        met: dict[str, list[P]] = {}
        for rule in dict.fromkeys(rule for one in wanted for rule in one.rules):
            missing = [one for one in wanted if rule in one.rules and one.key not in met]
            rows = self.look_up(rule, missing)
            for one in missing:
                hits = _hits(rule, one, rows)
                if hits:
                    met[one.key] = hits
        return met

    def _stand_in(self, unknown: Sequence[Wanted]) -> dict[str, P]:
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
        product = self.completed({"": _only(stand_in, hits[stand_in.key])})[""]
        return {one.key: product for one in unknown}

    def _refuse_unknown(self, unknown: Sequence[Wanted]) -> None:
        for rule in dict.fromkeys(rule for one in unknown for rule in one.rules):
            asked = [one for one in unknown if rule in one.rules]
            rows = self.look_in_trash(rule, asked)
            for one in asked:
                trashed = _hits(rule, one, rows)
                if trashed:
                    _only(one, trashed)
        names = list(dict.fromkeys(one.name() for one in unknown))
        raise Refused(
            "product_unknown",
            f"the shop has no product for {', '.join(names)}",
            sku=", ".join(dict.fromkeys(one.sku for one in unknown)),
            ean=", ".join(dict.fromkeys(one.ean for one in unknown)),
        )


def _weights(parts: Sequence[Wanted], products: Sequence[P | None]) -> list[Decimal]:
    """Weigh the parts of a bundle by what they cost in the shop, else by their pieces."""
    prices = [product.price if product else Decimal(0) for product in products]
    priced = all(price > 0 for price in prices)
    return [
        (price if priced else 1) * Decimal(one.pieces)
        for one, price in zip(parts, prices, strict=True)
    ]


def _check_stock(items: Iterable[Item[P]]) -> None:
    needed: Counter[P] = Counter()
    for item in items:
        if item.product is not None:
            needed[item.product] += item.quantity
    short = [
        f"{product.sku or product.number} ({pieces} ordered, {max(0, product.stock)} there)"
        for product, pieces in needed.items()
        if product.stock is not None and product.stock < pieces
    ]
    if short:
        raise Refused(
            "out_of_stock", f"the shop has too few of {', '.join(short)}", products=", ".join(short)
        )


def _hits(rule: str, wanted: Wanted, rows: Iterable[P]) -> list[P]:
    value = wanted.value(rule)
    if not value:
        return []
    return list({row.number: row for row in rows if _is_meant(rule, value, wanted, row)}.values())


def _is_meant(rule: str, value: str, wanted: Wanted, row: Product) -> bool:
    if rule == "sku":
        return row.sku == value
    if rule == "ean":
        return value in {row.ean, row.sku}
    # A number may be an id by chance: a product that says to be another article is not meant.
    return row.has_id(value) and (not row.ean or not wanted.ean or row.ean == wanted.ean)


def _only(wanted: Wanted, hits: Sequence[P]) -> P:
    ids = ", ".join(sorted((hit.number for hit in hits), key=lambda one: (len(one), one)))
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
        raise Refused(
            "product_unusable",
            f"the product for {wanted.name()} cannot be ordered as it is: {ids} ({hit.what})",
            sku=wanted.sku,
            ean=wanted.ean,
            ids=ids,
        )
    return hit

"""Which product of a WooCommerce shop a marketplace's line means: looked up before creating."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orderlink.errors import Refused, TryLater
from orderlink.shops.woocommerce_documents import DocumentError, Product, product_from

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from orderlink.model import Json, Line

    Read = Callable[[str, Mapping[str, str | int]], Json]

FIELDS = "id,parent_id,type,status,sku,global_unique_id,tax_status,tax_class"
VALUES_PER_REQUEST = 50
ROWS_PER_PAGE = 100


class Catalogue:
    """The shop's products.

    `read` gives the document of a path below the API's root, None where the shop says that there is
    no such product.
    `rules` says by what a line is matched, in this order: `sku` (the line's SKU is the product's),
    `ean` (the line's EAN is the product's global unique id, or its SKU), `id` (the line's SKU is
    the product's id). The first rule that meets a product decides.
    """

    def __init__(self, read: Read, rules: Sequence[str]) -> None:
        self._read = read
        self._rules = rules

    def products_for(self, lines: Sequence[Line]) -> tuple[Product, ...]:
        """Find one orderable product for each line, in as few requests as possible.

        Raises `Refused` with `product_unknown`, `product_ambiguous` or `product_unusable`, naming
        what was looked for and the ids that were met; `TryLater` where an answer makes no sense.
        """
        met: dict[str, list[Product]] = {}
        for rule in self._rules:
            missing = [line for line in lines if line.id not in met]
            rows = self._look_up(rule, missing, "any")
            for line in missing:
                hits = _hits(rule, line, rows)
                if hits:
                    met[line.id] = hits
        unknown = [line for line in lines if line.id not in met]
        if unknown:
            self._refuse_unknown(unknown[0])
        return self._with_parents_class([_only(line, met[line.id]) for line in lines])

    def _refuse_unknown(self, line: Line) -> None:
        for rule in self._rules:
            trashed = _hits(rule, line, self._look_up(rule, [line], "trash"))
            if trashed:
                _only(line, trashed)
        raise Refused(
            "product_unknown",
            f"the shop has no product for {_name(line)}",
            sku=line.sku,
            ean=line.ean,
        )

    def _look_up(self, rule: str, lines: Iterable[Line], status: str) -> list[Product]:
        wanted = {_value(rule, line) for line in lines} - {""}
        if rule == "id":
            return self._by_id({value for value in wanted if value.isdecimal()}, status)
        rows = self._by("sku", wanted, status)
        return rows + self._by("global_unique_id", wanted, status) if rule == "ean" else rows

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

    def _with_parents_class(self, products: Sequence[Product]) -> tuple[Product, ...]:
        heirs = {str(product.parent_id) for product in products if product.tax_class == "parent"}
        classes = {row.id: row.tax_class for row in self._by("include", heirs, "any")}
        return tuple(
            replace(product, tax_class=classes.get(product.parent_id, ""))
            if product.tax_class == "parent"
            else product
            for product in products
        )


def _products_from(rows: Json) -> list[Product]:
    try:
        return [product_from(row) for row in rows]
    except (DocumentError, TypeError) as error:
        raise TryLater("the shop's products cannot be read") from error


def _value(rule: str, line: Line) -> str:
    return line.ean if rule == "ean" else line.sku


def _hits(rule: str, line: Line, rows: Iterable[Product]) -> list[Product]:
    value = _value(rule, line)
    if not value:
        return []
    return list({row.id: row for row in rows if _is_meant(rule, value, line, row)}.values())


def _is_meant(rule: str, value: str, line: Line, row: Product) -> bool:
    if rule == "sku":
        return row.sku == value
    if rule == "ean":
        return value in {row.ean, row.sku}
    # A number may be an id by chance: a product that says to be another article is not meant.
    return str(row.id) == value and (not row.ean or not line.ean or row.ean == line.ean)


def _only(line: Line, hits: Sequence[Product]) -> Product:
    ids = ", ".join(str(hit.id) for hit in sorted(hits, key=lambda hit: hit.id))
    if len(hits) > 1:
        raise Refused(
            "product_ambiguous",
            f"several products of the shop match {_name(line)}: {ids}",
            sku=line.sku,
            ean=line.ean,
            ids=ids,
        )
    hit = hits[0]
    if not hit.orderable:
        what = f"{hit.kind} product, status {hit.status}"
        raise Refused(
            "product_unusable",
            f"the product for {_name(line)} cannot be ordered as it is: {ids} ({what})",
            sku=line.sku,
            ean=line.ean,
            ids=ids,
        )
    return hit


def _name(line: Line) -> str:
    named = [f"{word} {value}" for word, value in (("SKU", line.sku), ("EAN", line.ean)) if value]
    return " / ".join(named) or f"line {line.id}, which has neither SKU nor EAN"

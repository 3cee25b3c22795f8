"""How a WooCommerce shop's products are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from orderlink.errors import TryLater
from orderlink.shops import catalogue
from orderlink.shops.catalogue import Catalogue, Kept, Wanted
from orderlink.shops.woocommerce_documents import DocumentError, Product, product_from
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from orderlink.creation import Creation
    from orderlink.model import Json

    Read = Callable[[str, Mapping[str, str | int]], Json]

FIELDS: Final = (
    "id,parent_id,type,status,sku,global_unique_id,tax_status,tax_class,price,manage_stock,"
    "stock_quantity,backorders"
)
Item: TypeAlias = catalogue.Item[Product]
VALUES_PER_REQUEST: Final = 50
ROWS_PER_PAGE: Final = 100


class WooCommerceCatalogue(Catalogue[Product]):
    """The products of a WooCommerce shop.

    `read` gives the document of a path below the API's root, None where the shop says that there is
    no such product.
    """

    def __init__(self, read: Read, creation: Creation, kept: Kept[Product]) -> None:
        super().__init__(creation, kept)
        self._read = read

    def look_up(self, rule: str, wanted: Sequence[Wanted]) -> list[Product]:
        """List the products outside the trash that a rule may find. Raises `TryLater`."""
        return self._look_up(rule, wanted, "any")

    def look_in_trash(self, rule: str, wanted: Sequence[Wanted]) -> list[Product]:
        """List those in the trash, which is a listing of its own. Raises `TryLater`."""
        return self._look_up(rule, wanted, "trash")

    def completed(self, products: Mapping[str, Product]) -> Mapping[str, Product]:
        """Give variations that have their parent's tax class that class."""
        heirs = {str(one.parent_id) for one in products.values() if one.tax_class == "parent"}
        classes = {row.id: row.tax_class for row in self._by("include", heirs, "any")}
        return {
            key: replace(product, tax_class=classes.get(product.parent_id, ""))
            if product.tax_class == "parent"
            else product
            for key, product in products.items()
        }

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


def _products_from(rows: Json) -> list[Product]:
    try:
        return [product_from(row) for row in rows]
    except (DocumentError, TypeError) as error:
        raise TryLater("the shop's products cannot be read") from error

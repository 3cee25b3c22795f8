"""How a Shopify shop's products are read: by its search, whose every row is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from orderlink.errors import TryLater
from orderlink.shops import catalogue
from orderlink.shops.catalogue import Catalogue, Kept, Wanted
from orderlink.shops.shopify_documents import (
    DocumentError,
    Variant,
    variant_from,
    variants_of_node,
)
from orderlink.shops.shopify_queries import (
    VARIANTS_AT_ONCE,
    any_of,
    in_parts,
    variants_by_id,
    variants_found,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from orderlink.creation import Creation
    from orderlink.shops.shopify_calls import Calls

Item: TypeAlias = catalogue.Item[Variant]
VALUES_AT_ONCE: Final = 25
PAGES_AT_MOST: Final = 20
"""More pages than this answer no search for a few numbers: the shop's search is out of order."""


class ShopifyCatalogue(Catalogue[Variant]):
    """The variants of a Shopify shop."""

    def __init__(self, calls: Calls, creation: Creation, kept: Kept[Variant]) -> None:
        super().__init__(creation, kept)
        self._calls = calls

    def look_up(self, rule: str, wanted: Sequence[Wanted]) -> list[Variant]:
        """Read the variants that a rule may find. Raises `TryLater` and `SignInFailed`."""
        values = sorted({one.value(rule) for one in wanted} - {""})
        try:
            if rule == "id":
                return self._by_id([value for value in values if value.isdecimal()])
            fields = ("barcode", "sku") if rule == "ean" else ("sku",)
            return self._searched(fields, values)
        except (DocumentError, KeyError, TypeError) as error:
            raise TryLater("the shop's products cannot be read") from error

    def _by_id(self, numbers: Sequence[str]) -> list[Variant]:
        found: list[Variant] = []
        for some in in_parts(numbers, VARIANTS_AT_ONCE):
            for node in self._calls.ask(variants_by_id(some))["nodes"]:
                found += variants_of_node(node)
        return found

    def _searched(self, fields: Collection[str], values: Sequence[str]) -> list[Variant]:
        found: list[Variant] = []
        for some in in_parts(values, VALUES_AT_ONCE):
            found += self._all_pages(" OR ".join(any_of(field, some) for field in fields))
        return found

    def _all_pages(self, search: str) -> list[Variant]:
        found: list[Variant] = []
        after: str | None = None
        for _ in range(PAGES_AT_MOST):
            page = self._calls.ask(variants_found(search, after))["productVariants"]
            found += [variant_from(row) for row in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]
        raise TryLater("the shop's search for products answers what was not asked for")

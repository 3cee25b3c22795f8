"""WooCommerce: REST API v3 (seen: 10.0 and 8.9), over HTTPS with Basic authentication.

Documentation: https://woocommerce.github.io/woocommerce-rest-api-docs/

Quirks:

- An unknown SKU or product id makes an order with an empty line of 0.00 and answers 201: products
  are looked up first. The database compares SKUs without regard to case; here they are compared
  exactly. A SKU with a comma has to be asked for alone.
- There is no field that is unique, and filters that do not exist are ignored: `meta_key` answers
  every order. So `find` goes through the orders themselves, newest first. `status=any` leaves the
  trash out; the trash is a second listing. Pages overlap by one row, so that a row that slipped to
  another page between two requests is noticed.
- The day of an order's creation may be anything that its maker wrote, but ids ascend, and an order
  came in no later than it was last changed: below one that was not changed since then, none is new.
- Whoever stands in `billing.email` is mailed at creation, completion and refund.
- Amounts are net; see `woocommerce_tax`.
- A variation is ordered as its parent's id with its own beside it.
- A name beside a product id that does not exist makes a line without a product, which moves no
  stock. Orders have no tags, and no number of one's own: both stand in fields.
- An order whose field `is_vat_exempt` is "yes" is not taxed (from WooCommerce's source, not seen).
  Where a shop taxes it all the same, its answer shows that, and the lines are corrected.
- Only /wp-json/ authenticates; with "plain" permalinks that does not exist. Behind a proxy that
  does not tell WordPress that the connection is https, the key is not looked at.
"""

from __future__ import annotations

import contextlib
import os
from base64 import b64encode
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from orderlink.budget import UNTOLD
from orderlink.errors import (
    Ambiguous,
    NotOffered,
    Refused,
    RemoteError,
    TryLater,
)
from orderlink.model import Candidate, Draft, Found, Reading
from orderlink.shops import woocommerce_documents as documents
from orderlink.shops import woocommerce_drafts as drafts
from orderlink.shops import woocommerce_people as people
from orderlink.shops.catalogue import Kept
from orderlink.shops.woocommerce_answers import UnreadableError, settled, understood
from orderlink.shops.woocommerce_facts import Facts
from orderlink.shops.woocommerce_products import WooCommerceCatalogue
from orderlink.shops.woocommerce_settings import WooCommerceSettings
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from orderlink.budget import Budget
    from orderlink.creation import Creation
    from orderlink.http import Answer, Link
    from orderlink.model import Address, Finding, Json, Order, Parcel, ShopOrder, Stamp
    from orderlink.shops.woocommerce_tax import TaxRules

Query = dict[str, str | int]
ROOT = "/wp-json/wc/v3"
READS, WRITES = "reads", "writes"
TOLD = (400, 401, 403, 404)
NO_BATCH = (404, 405, 413, 501)
ROWS_PER_PAGE = 100
ORDER_FIELDS = (
    "id,number,status,total,currency,transaction_id,meta_data,line_items,refunds,date_modified_gmt"
)
NEWEST_FIRST: Final[Query] = {"orderby": "id", "order": "desc", "per_page": ROWS_PER_PAGE}
T = TypeVar("T")
NOT_THERE = frozenset(
    {
        "woocommerce_rest_product_invalid_id",
        "woocommerce_rest_data_invalid_location",
        "rest_no_route",
    }
)
NO_SUCH_ORDER = "woocommerce_rest_shop_order_invalid_id"


class WooCommerce:
    """A WooCommerce shop.

    Shop, Checks, Prepares, CreatesMany, Corrects, Simplifies, Holds, Cancels, ReadsParcels, Adopts.
    """

    settings_model: ClassVar = WooCommerceSettings
    BUDGETS: ClassVar[Mapping[str, Budget]] = {READS: UNTOLD, WRITES: UNTOLD}
    """WooCommerce counts no requests; the host or the firewall before it may, often writes only."""

    def __init__(self, settings: WooCommerceSettings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._kept = Kept(documents.Product, link.memory, link.clock)
        self._facts = Facts(self._read, self._read_if_there, link.memory, link.clock)
        link.http.authorize = self._authorize

    def _authorize(self, _anew: bool) -> dict[str, str]:  # noqa: FBT001 - the seam of orderlink.http
        settings = self._settings
        pair = f"{settings.consumer_key.reveal()}:{settings.consumer_secret.reveal()}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    # Looking

    def check(self) -> Iterator[Finding]:
        """Look at key, rights, version, currency, tax and statuses, one finding for each."""
        from orderlink.shops import woocommerce_checks as checks  # noqa: PLC0415 - no run needs it

        def tax_rules() -> TaxRules:
            return self._facts.tax_rules(anew=True)

        ask = checks.Questions(self._read, self._may_write, self._has_status, tax_rules)
        return checks.findings(self._settings, ask)

    def _may_write(self) -> None:
        """Raise `SignInFailed` where the key may only read: only the answer to a write tells.

        There is no order 0, and nothing is said about it, so that nothing can be changed
        (WooCommerce's source: what there is no order for is refused).
        """
        path = f"{ROOT}/orders/0"
        answer = self._link.http.write("PUT", path, json={}, budget=WRITES, accept=TOLD, safe=True)
        if documents.error_from(answer.document)[0] != NO_SUCH_ORDER:
            settled(answer)

    def _has_status(self, word: str) -> bool:
        answer = self._ask("/orders", {"status": word, "per_page": 1, "_fields": "id"})
        return answer.status != 400 and settled(answer).status == 200

    # Creating

    def draft(self, order: Order, stamp: Stamp, creation: Creation) -> Draft:
        """Look up products and tax, and prepare the order. Amounts are the buyer's, to the cent.

        Raises `Refused` (`product_unknown`, `product_ambiguous`, `product_unusable`,
        `out_of_stock`, `currency_unknown`, `country_not_sold_to`, `address_incomplete`,
        `shop_refused`), `TryLater` and `SignInFailed`.
        """
        self._facts.check(order)
        catalogue = WooCommerceCatalogue(self._read_if_there, creation, self._kept)
        items = catalogue.items_for(order)
        rules = self._facts.tax_rules()
        if order.total() % rules.unit:
            raise Refused(
                "shop_refused",
                f"the shop keeps {rules.decimals} decimals: it cannot hold {order.total():f}",
            )
        if order.shipping_paid() < 0:
            raise Refused("shop_refused", "its discounts are more than the order costs")
        ship_to = self._placed(order.ship_to)
        bill_to = self._placed(order.bill_to) if order.bill_to else None
        order = replace(order, ship_to=ship_to, bill_to=bill_to)
        return drafts.order_draft(order, stamp, creation, items, rules)

    def _placed(self, address: Address) -> Address:
        country, region = self._facts.placed(address)
        return replace(address, country=country, region=region)

    def prepare(self, orders: Sequence[Order], creation: Creation) -> None:
        """Look up the products of many orders in one go, and where the shop sells."""
        for order in orders:
            with contextlib.suppress(Refused):  # the draft of that order says so
                self._facts.check(order)
        WooCommerceCatalogue(self._read_if_there, creation, self._kept).prepare(orders)

    def create(self, draft: Draft) -> ShopOrder:
        """Create the order: one POST. Raises `Refused("shop_refused")` in the shop's own words."""
        try:
            order = self._write("POST", "/orders", draft.document)
        except Refused:
            self._kept.forget()
            raise
        if [line.product_id for line in order.lines] != [line.product_id for line in draft.lines]:
            self._kept.forget()
        return order

    MOST_AT_ONCE: ClassVar = 100

    def create_many(self, drafts: Sequence[Draft]) -> list[ShopOrder | RemoteError]:
        """Create up to 100 orders: one POST, whose answer has an entry each, or the reason why not.

        Entries are believed by the reference that they carry; an error stands where its order does.
        Raises `NotOffered` where there is no such route, or something before it takes none so long.
        """
        body = {"create": [draft.document for draft in drafts]}
        accept = (*TOLD, *NO_BATCH)
        answer = self._link.http.write(
            "POST", f"{ROOT}/orders/batch", json=body, budget=WRITES, accept=accept
        )
        if answer.status in NO_BATCH:
            raise NotOffered(f"the shop answered {answer.status} to a write of many orders")
        if answer.status == 400:
            message = documents.error_from(answer.document)[1]
            raise Refused("shop_refused", f"the shop refused the orders: {message}")
        try:
            rows = understood(documents.batch_from, settled(answer).document, len(drafts))
        except UnreadableError as error:
            raise Ambiguous("the shop's answer to a write cannot be read") from error
        outcomes = [self._outcome(*pair) for pair in zip(drafts, rows, strict=True)]
        if any(isinstance(one, RemoteError) for one in outcomes):
            self._kept.forget()
        return outcomes

    def _outcome(self, draft: Draft, row: Json) -> ShopOrder | RemoteError:
        if "error" in row:
            code, message = documents.error_from(row["error"])
            return Refused("shop_refused", f"the shop refused the order: {message}", code=code)
        try:
            order = replace(self._order(row), unlike=people.unlike(draft.document, row))
        except UnreadableError:
            return Ambiguous("the shop's answer to a write cannot be read")
        if order.reference != drafts.reference_in(draft):
            return Ambiguous("the shop answered a write with another order")
        return order

    def simplified(self, draft: Draft) -> Draft | None:
        """Write the texts without what a database may not store; None where there is no such."""
        return people.simplified_draft(draft)

    def correction(self, draft: Draft, answer: ShopOrder) -> Draft | None:
        """Work out the nets anew from the rates that the shop's own order shows."""
        document = self._order_document(answer.id)
        if document is None:
            return None
        rules = self._facts.tax_rules(anew=True)
        return understood(drafts.correction_from, document, draft, rules)

    def correct(self, shop_id: str, correction: Draft) -> ShopOrder:
        """Give the lines other nets: one PUT."""
        return self._write("PUT", f"/orders/{shop_id}", correction.document)

    def hold(self, shop_id: str, why: str) -> ShopOrder:
        """Set the order on hold and write the reason into it: one PUT, harmless when repeated."""
        reason = [{"key": drafts.WHY_HELD, "value": why}]
        body = {"status": "on-hold", "meta_data": reason}
        return self._write("PUT", f"/orders/{shop_id}", body)

    def cancel(self, shop_id: str) -> ShopOrder:
        """Cancel the order, which puts its pieces back in stock: one PUT."""
        return self._write("PUT", f"/orders/{shop_id}", {"status": "cancelled"})

    def stamp(self, shop_id: str, stamp: Stamp) -> ShopOrder:
        """Write reference, origin and the mark of an adopted order: one PUT of fields alone."""
        return self._write("PUT", f"/orders/{shop_id}", drafts.stamp_document(stamp))

    # Reading

    def find(self, stamps: Sequence[Stamp], above: str) -> Found:
        """Go through all orders above an id, the trash too, and compare their own fields."""
        references = {stamp.reference for stamp in stamps}
        numbers = {stamp.order_number for stamp in stamps} - {""}
        lowest = int(above or 0)
        found: dict[int, ShopOrder] = {}
        newest = 0
        for status in ("any", "trash"):
            for _, order in self._newest_first(status, lambda _, order: int(order.id) <= lowest):
                newest = max(newest, int(order.id))
                if order.reference in references or order.order_number in numbers:
                    found[int(order.id)] = order
        orders = tuple(found[shop_id] for shop_id in sorted(found))
        return Found(orders, str(max(newest, lowest)))

    def candidates(self, field: str, since: datetime) -> Iterator[Candidate]:
        """List the orders that came in since then, the trash too, with their own values."""

        def is_over(row: Json, _order: ShopOrder) -> bool:
            return understood(documents.was_changed_before, row, since)

        for status in ("any", "trash"):
            for row, order in self._newest_first(status, is_over):
                yield Candidate(order, documents.values_in(row, field))

    def _newest_first(
        self, status: str, is_over: Callable[[Json, ShopOrder], bool]
    ) -> Iterator[tuple[Json, ShopOrder]]:
        """List orders down to one that ends it, each page from the last row of the one before."""
        last, offset = 0, 0
        while True:
            rows = self._rows({**NEWEST_FIRST, "status": status, "offset": offset})
            page = [(row, self._order(row)) for row in rows]
            ids = [int(order.id) for _, order in page]
            full = len(page) >= ROWS_PER_PAGE
            moved = last and (not ids or ids[0] < last or (full and ids[-1] >= last))
            if moved or ids != sorted(ids, reverse=True):
                raise TryLater("the shop's orders moved while they were listed")
            for row, order in page:
                if is_over(row, order):
                    return
                if not last or int(order.id) < last:
                    yield row, order
            if not full:
                return
            last, offset = ids[-1], offset + len(page) - 1

    def newest(self) -> str:
        """Tell the highest order id outside the trash; "0" where there is none."""
        query = {**NEWEST_FIRST, "status": "any", "per_page": 1}
        return next((order.id for order in self._listed(query)), "0")

    def read(self, ids: Sequence[str]) -> Reading:
        """Read up to 100 orders per request; those not there are asked for in the trash."""
        orders: dict[str, ShopOrder] = {}
        for start in range(0, len(ids), ROWS_PER_PAGE):
            wanted = set(ids[start : start + ROWS_PER_PAGE])
            for status in ("any", "trash"):
                missing = sorted(wanted - orders.keys(), key=int)
                if missing:
                    include = ",".join(missing)
                    rows = self._rows({**NEWEST_FIRST, "include": include, "status": status})
                    orders.update(self._readable(rows, wanted))
        return Reading(orders, tuple(shop_id for shop_id in ids if shop_id not in orders))

    def read_one(self, shop_id: str) -> ShopOrder | None:
        """Read one order; None where the shop says `woocommerce_rest_shop_order_invalid_id`."""
        document = self._order_document(shop_id)
        return None if document is None else self._order(document)

    def parcels(self, shop_id: str) -> tuple[Parcel, ...]:
        """Read core fulfillments (from WooCommerce 10.1, where they are switched on).

        Built from documentation only. Raises `NotOffered` where there is no such route.
        """
        path = f"/orders/{shop_id}/fulfillments"
        answer = self._ask(path, {})
        if answer.status == 404 and documents.error_from(answer.document)[0] == "rest_no_route":
            raise NotOffered("this shop has no order fulfillments")
        rows = settled(answer).document
        parcels = understood(documents.fulfillments_from, rows, {})
        if len(parcels) < 2:
            return parcels
        lines = self._read(f"/orders/{shop_id}", {"_fields": "id,line_items"})
        skus = understood(documents.skus_of_lines, lines)
        return understood(documents.fulfillments_from, rows, skus)

    # Calls

    def _listed(self, query: Mapping[str, str | int]) -> list[ShopOrder]:
        return [self._order(row) for row in self._rows(query)]

    def _rows(self, query: Mapping[str, str | int]) -> list[Json]:
        answer = settled(self._ask("/orders", {**query, "_fields": ORDER_FIELDS}))
        if not isinstance(answer.document, list):
            raise TryLater("the shop's list of orders is no list")
        counted = answer.headers.get("X-WP-Total", "")
        if "offset" in query and counted.isdigit():
            # A look-up that holds fewer rows than it counts was cut on its way: it proves nothing.
            left = int(counted) - int(query["offset"])
            if len(answer.document) < min(left, int(query["per_page"])):
                raise TryLater("the shop's list of orders has fewer rows than it counts")
        return answer.document

    def _readable(self, rows: Sequence[Json], wanted: Collection[str]) -> dict[str, ShopOrder]:
        # One order that cannot be read must not hide the others: it is absent, and read singly.
        orders = {}
        for row in rows:
            with contextlib.suppress(documents.DocumentError):
                order = documents.order_from(row, self._settings.completed_statuses)
                orders[order.id] = order
        return {shop_id: order for shop_id, order in orders.items() if shop_id in wanted}

    def _order(self, document: Json) -> ShopOrder:
        return understood(documents.order_from, document, self._settings.completed_statuses)

    def _order_document(self, shop_id: str) -> Json:
        answer = self._ask(f"/orders/{shop_id}", {})
        code = documents.error_from(answer.document)[0]
        if answer.status == 404 and code == NO_SUCH_ORDER:
            return None
        if answer.status == 404:
            raise NotOffered(f"the shop answered 404 ({code or 'no word'}): is its REST API there?")
        document = settled(answer).document
        if document is None:
            raise TryLater("the shop answered with nothing instead of an order")
        return document

    def _ask(self, path: str, query: Mapping[str, str | int]) -> Answer:
        # A parameter that is never the same keeps caches from answering.
        unique = {**query, "_orderlink": os.urandom(8).hex()}
        path = f"{ROOT}{path}"
        answer: Answer = self._link.http.read(path, unique, budget=READS, accept=TOLD)
        return answer

    def _read(self, path: str, query: Mapping[str, str | int]) -> Json:
        return settled(self._ask(path, query)).document

    def _read_if_there(self, path: str, query: Mapping[str, str | int]) -> Json:
        answer = self._ask(path, query)
        there = documents.error_from(answer.document)[0] not in NOT_THERE
        return settled(answer).document if there else None

    def _write(self, method: str, path: str, body: Mapping[str, Json]) -> ShopOrder:
        answer = self._link.http.write(
            method, f"{ROOT}{path}", json=dict(body), budget=WRITES, accept=TOLD
        )
        if answer.status == 400:
            code, message = documents.error_from(answer.document)
            if code == NO_SUCH_ORDER:
                raise Refused("shop_order_gone", "the shop has no such order any more")
            said = message or "it answered 400 without a word"
            raise Refused("shop_refused", f"the shop refused the order: {said}", code=code)
        try:
            document = settled(answer).document
            order = replace(self._order(document), unlike=people.unlike(body, document))
        except UnreadableError as error:
            raise Ambiguous("the shop's answer to a write cannot be read") from error
        if method == "PUT" and path != f"/orders/{order.id}":
            raise Ambiguous("the shop answered a write with another order")
        return order

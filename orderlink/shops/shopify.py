"""Shopify: Admin GraphQL API 2026-10, asked by an app of the merchant's own.

Documentation: https://shopify.dev/docs/api/admin-graphql/2026-10 (built from it and from the API's
own schema; no real shop was asked)

Quirks:

- An operation is paid for in points before it is carried out, by what it might cost; what it did
  not need is given back. Each answer says how the bucket stands. A shop for trying takes five
  orders a minute beside.
- `orderCreate` is not idempotent, and no search finds a new order at once. Its reference is a
  metafield, `orderlink.reference`: where the shop has a definition of the type `id` for that (see
  the README), a reference is there once, and found by itself without delay. The marketplace's
  number is the order's `sourceIdentifier`, by which it can be searched; that of an order of another
  program cannot be written, which gets its reference as a tag instead.
- A search finds more than was meant, and has been seen to ignore its filter
  (https://github.com/Shopify/shopify-api-ruby/issues/627): rows are compared.
- Nothing is taxed, and no stock is claimed, unless the order says so. See `shopify_drafts`.
- Lines are not corrected after creation: an edit is three mutations, and cannot set a tax. The
  order is created to the cent; where the shop's answer differs, it is put on hold.
- A cancellation is a job: the order is cancelled a moment later.
- Orders of more than 60 days are hidden from apps without the scope `read_all_orders`.
- An order that was sent and paid for is archived by itself: it has been sent all the same.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, ClassVar

from orderlink.budget import SIGN_IN, UNTOLD, Budget
from orderlink.errors import Ambiguous, Refused, TryLater
from orderlink.model import Found, Reading, ShopState
from orderlink.shops import ADOPTED_BY as EVERYWHERE
from orderlink.shops import shopify_documents as documents
from orderlink.shops import shopify_drafts as drafts
from orderlink.shops import shopify_people as people
from orderlink.shops import shopify_queries as queries
from orderlink.shops.catalogue import Kept
from orderlink.shops.shopify_access import Access
from orderlink.shops.shopify_adopting import Others
from orderlink.shops.shopify_calls import POINTS, TRIAL, Calls
from orderlink.shops.shopify_facts import ALL_ORDERS, ShopFacts
from orderlink.shops.shopify_products import ShopifyCatalogue
from orderlink.shops.shopify_rates import ShopRates, worth
from orderlink.shops.shopify_reading import Orders
from orderlink.shops.shopify_settings import ShopifySettings
from orderlink.shops.shopify_tax import rates_needed, taxing_of
from orderlink.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from orderlink.creation import Creation
    from orderlink.http import Link
    from orderlink.model import Candidate, Draft, Finding, Json, Order, ShopOrder, Stamp
    from orderlink.shops.shopify_documents import Fault

HELD_ALREADY = "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
_TAKEN = re.compile(r"unique|taken|already", re.IGNORECASE)


class Shopify:
    """A Shopify shop: Shop, Checks, Prepares, Simplifies, Holds, Cancels, Adopts."""

    settings_model: ClassVar = ShopifySettings
    BUDGETS: ClassVar[Mapping[str, Budget]] = {
        POINTS: Budget(1000, 50),
        TRIAL: Budget(5, 1 / 60),
        SIGN_IN: UNTOLD,
    }
    """What the poorest plan ever allowed, until an answer says what this shop's does; and the
    orders that a shop for trying takes, so that there are never more than five in a minute."""

    ADOPTED_BY: ClassVar = (*EVERYWHERE, "tag")

    def __init__(self, settings: ShopifySettings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._calls = Calls(link, f"/admin/api/{settings.api_version}/graphql.json")
        self._facts = ShopFacts(self._calls, link.memory, link.clock)
        self._rates = ShopRates(self._calls, link.memory, link.clock)
        self._kept = Kept(documents.Variant, link.memory, link.clock)
        self._orders = Orders(self._calls, settings.completed_statuses)
        self._others = Others(self._calls, self._orders, self._facts, link.clock)
        self._access = Access(settings, link)
        link.http.authorize = self._access.headers

    # Looking

    def check(self) -> Iterator[Finding]:
        """Sign in anew; look at the app's access scopes, and at how the shop sells."""
        from orderlink.shops import shopify_checks as checks  # noqa: PLC0415 - no run needs it

        if self._settings.access_token is None:
            self._access.sign_in()
        facts = self._facts
        return checks.findings(self._settings, facts.scopes, lambda: facts.get(anew=True))

    # Creating

    def draft(self, order: Order, stamp: Stamp, creation: Creation) -> Draft:
        """Look up products and taxes, and prepare the order. Amounts are the buyer's, to the cent.

        Raises `Refused` (`product_unknown`, `product_ambiguous`, `product_unusable`,
        `out_of_stock`, `currency_unknown`, `country_not_sold_to`, `address_incomplete`,
        `shop_refused`), `TryLater` and `SignInFailed`.
        """
        facts = self._facts.check(order)
        items = ShopifyCatalogue(self._calls, creation, self._kept).items_for(order)
        if order.shipping_paid() < 0:
            raise Refused("shop_refused", "its discounts are more than the order costs")
        needed = rates_needed(order, items, creation)
        rates = self._rates.at(order.ship_to, needed, facts) if needed else {}
        taxing = taxing_of(order, items, creation, rates, facts)
        one = worth(self._calls, order.currency, order.total(), facts)
        return drafts.order_draft(order, stamp, creation, self._settings, facts, taxing, one)

    def prepare(self, orders: Sequence[Order], creation: Creation) -> None:
        """Look up the products of many orders in one go, and then the taxes on them."""
        catalogue = ShopifyCatalogue(self._calls, creation, self._kept)
        catalogue.prepare(orders)
        wanted = []
        for order in orders:
            with contextlib.suppress(Refused):
                if catalogue.is_prepared(order):
                    needed = rates_needed(order, catalogue.items_for(order), creation)
                    wanted.append((order.ship_to, needed))
        with contextlib.suppress(Refused):
            self._rates.learn(wanted, self._facts.get())

    def create(self, draft: Draft) -> ShopOrder:
        """Create the order: one mutation.

        Raises `Refused` (`shop_refused` in the shop's own words, `out_of_stock`...), and
        `Ambiguous` also where the shop says that it has this reference already.
        """
        sent, options = draft.document["order"], draft.document["options"]
        operation = queries.create_order(sent, options)
        try:
            data = self._calls.carry_out(operation, trial=self._facts.is_trial())
            payload = data.get("orderCreate") or {}
            for fault in documents.refusals_from(payload.get("userErrors")):
                raise self._refusal(fault)
        except Refused:
            self._kept.forget()
            raise
        try:
            order = self._orders.from_answer(payload["order"])
        except (documents.DocumentError, KeyError, TypeError) as error:
            raise Ambiguous("the shop's answer to a creation cannot be read") from error
        return replace(order, unlike=people.unlike(sent, payload["order"]))

    def _refusal(self, fault: Fault) -> Refused | TryLater | Ambiguous:
        """Say what a refused creation means."""
        later = self._calls.too_many_orders(fault)
        if later is not None:
            return later
        place = set(fault.path)
        if "metafields" in place and _TAKEN.search(fault.message):
            return Ambiguous("the shop has this reference already, so it is looked up")
        word = "shop_refused"
        if fault.code == "INVENTORY_CLAIM_FAILED":
            word = "out_of_stock"
        elif place & {"variantId", "productId"}:
            word = "product_unknown"
        elif place & {"presentmentCurrency", "currencyCode"}:
            word = "currency_unknown"
        elif place & {"shippingAddress", "billingAddress"}:
            word = "address_incomplete"
        field = ".".join(fault.path)
        return Refused(word, f"the shop refused it: {fault.message}", field=field, code=fault.code)

    def simplified(self, draft: Draft) -> Draft | None:
        """Write the texts without what a database may not store; None where there is no such."""
        return people.simplified_draft(draft)

    def hold(self, shop_id: str, why: str) -> ShopOrder:
        """Put what is open of the order on hold, and tag it: one request, harmless when repeated.

        Raises `Refused("shop_order_gone")` where there is no such order any more.
        """
        work = self._orders.holdable(shop_id)
        if work:
            answers = self._calls.carry_out(queries.hold(shop_id, work, why))
            self._check_all_done(answers, HELD_ALREADY)
        return self._still_there(shop_id)

    def cancel(self, shop_id: str) -> ShopOrder:
        """Cancel the order, so that its pieces are back in stock: a job does it, a moment later.

        The answer may show it as it was before. Raises `Refused`.
        """
        note = "cancelled by orderlink"
        answer = self._calls.carry_out(queries.cancel(shop_id, note)).get("orderCancel") or {}
        faults = documents.refusals_from(answer.get("orderCancelUserErrors"))
        order = self._still_there(shop_id)
        if faults and order.state is not ShopState.GONE:
            raise Refused("shop_refused", f"the shop refused it: {faults[0].message}")
        return order

    @staticmethod
    def _check_all_done(answers: Mapping[str, Json], harmless: str) -> None:
        for payload in answers.values():
            for fault in documents.refusals_from((payload or {}).get("userErrors")):
                if fault.code != harmless:
                    raise Refused("shop_refused", f"the shop refused it: {fault.message}")

    def _still_there(self, shop_id: str) -> ShopOrder:
        order = self.read_one(shop_id)
        if order is None:
            raise Refused("shop_order_gone", "the shop has no such order any more")
        return order

    # Taking over

    def candidates(self, field: str, since: datetime) -> Iterator[Candidate]:
        """List the orders that came in since then, with what stands in the field.

        `transaction_id` is the source identifier or a payment's authorization, `number` the name,
        `meta:KEY` a note attribute, or a metafield by its namespace and key (`custom.channel_id`).
        """
        return self._others.candidates(field, since)

    def stamp(self, shop_id: str, stamp: Stamp) -> ShopOrder:
        """Write reference, origin and the mark of an adopted order, and tag it: one request."""
        return self._others.stamp(shop_id, stamp)

    # Reading

    def find(self, stamps: Sequence[Stamp], above: str) -> Found:  # noqa: ARG002 - see `newest`
        """Look orders up by reference, where the shop can do that, by source identifier and by tag.

        What a search answers is compared; what is met is read whole. Raises `TryLater` where a
        look-up could not be finished.
        """
        exact = self._facts.get().is_exact
        met = sorted(self._orders.marked(stamps, exact=exact), key=int)
        orders = self._orders.by_ids(met)
        if len(orders) < len(met):
            raise TryLater("an order that was found could not be read")
        references = {stamp.reference for stamp in stamps}
        numbers = {stamp.order_number for stamp in stamps} - {""}
        return Found(
            tuple(
                order
                for order in orders.values()
                if order.reference in references or order.order_number in numbers
            )
        )

    def newest(self) -> str:
        """Give "": orders are found by a search for their reference."""
        return ""

    def read(self, ids: Sequence[str]) -> Reading:
        """Read how orders stand, as many in one query as its cost allows."""
        orders = self._orders.in_brief(ids)
        return Reading(orders, tuple(shop_id for shop_id in ids if shop_id not in orders))

    def read_one(self, shop_id: str) -> ShopOrder | None:
        """Read one order; None where the shop has none.

        Raises `TryLater` where the app may not see orders of that age, so that nobody can tell.
        """
        order = self._orders.by_id(shop_id)
        sees_all = order is not None or ALL_ORDERS in self._facts.get().scopes
        if not sees_all and self._orders.is_hidden(shop_id):
            raise TryLater(
                "the shop does not show this order: it was deleted, or it is older than 60 days,"
                f" which the app may see with the scope {ALL_ORDERS} only"
            )
        return order

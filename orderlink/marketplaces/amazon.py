"""Amazon: Selling Partner API, Orders 2026-01-01 for reading and `confirmShipment` of v0.

Documentation: https://developer-docs.amazon.com/sp-api/docs/orders-api

Quirks:

- One search a run: it gives 100 whole orders a page, and one is allowed every 179 seconds (20 in
  a burst). A search ends two minutes ago at the latest, and says when it did.
- The token that leads to the next page is good for a day, and only with the very parameters of the
  search that it was given for; they are kept with it.
- A confirmation is answered 204 without a body, and was dropped all the same in some cases
  (https://github.com/amzn/selling-partner-api-models/issues/5232): it is believed when the package
  is in a later search. What is confirmed again under the same reference changes the package.
- A tracking number is required, although feeds do without, and letters in Europe have none
  (https://github.com/amzn/selling-partner-api-models/issues/4329). Where `letter_post` is set, an
  empty one is sent; what Amazon answers to that was not seen.
- Every refusal of access is a 403, that of an access token which has expired as well.
- Addresses are withheld where the application lacks the restricted role, and before the payment.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, quote, urlencode

from orderlink.budget import SIGN_IN, UNTOLD, Budget
from orderlink.errors import PositionLost, Refused, TryLater
from orderlink.marketplaces import amazon_answers as answers
from orderlink.marketplaces import amazon_documents as documents
from orderlink.marketplaces import amazon_packages as packages
from orderlink.marketplaces.amazon_settings import AmazonSettings
from orderlink.marketplaces.reading import readable, token_from
from orderlink.model import Accepted, Finding, FindingState, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from orderlink.http import Answer, Link
    from orderlink.marketplaces.amazon_checks import Place
    from orderlink.marketplaces.amazon_sites import Site
    from orderlink.model import Look, Order, Shipment, Unreadable

ORDERS = "/orders/2026-01-01/orders"
PLACES = "/sellers/v1/marketplaceParticipations"
ORDERS_PER_PAGE = 100
OLDEST_OPEN = timedelta(days=365)
"""Amazon cancels what is not shipped in time: nothing older is open, not even a pre-order."""

OVERLAP = timedelta(minutes=3)
LATEST_BEGIN = timedelta(minutes=8)
"""A search begins so long ago at least: it ends two minutes ago, and clocks may differ by five."""

LETTERS_BY_HAND = "confirm it in Seller Central, and the next runs see that"
RECENT = timedelta(days=30)
TOKEN_MARGIN = 60


class Amazon:
    """A merchant's account at Amazon in one region: Marketplace, Checks, UpdatesTracking."""

    settings_model: ClassVar = AmazonSettings
    BUDGETS: ClassVar[Mapping[str, Budget]] = {
        "searchOrders": Budget(20, 0.0056),
        "getOrder": Budget(30, 0.5),
        "confirmShipment": Budget(10, 2),
        "getMarketplaceParticipations": Budget(15, 0.016),
        SIGN_IN: UNTOLD,
    }
    """Operation -> what Amazon allows an application for an account (the API descriptions)."""

    LONGEST_LOOK_BACK: ClassVar[timedelta] = timedelta(days=30)
    POSITION_LIVES: ClassVar[timedelta] = timedelta(hours=23)
    LISTS_WHOLE_ORDERS: ClassVar[bool] = True
    NEEDS_CODE: ClassVar[bool] = True
    CHECKS_SHIPMENTS: ClassVar[bool] = True

    def __init__(self, settings: AmazonSettings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._signing_in = threading.Lock()
        link.http.authorize = self._authorize
        link.http.signed_out = _is_signed_out

    # Signing in

    def _authorize(self, anew: bool) -> dict[str, str]:  # noqa: FBT001 - the seam of orderlink.http
        with self._signing_in:
            token = None if anew else self._link.tokens.get("access_token")
            return {"x-amz-access-token": token or self._sign_in()}

    def _sign_in(self) -> str:
        settings = self._settings
        answer = self._link.http.write(
            "POST",
            f"{settings.login_url}/auth/o2/token",
            form={
                "grant_type": "refresh_token",
                "refresh_token": settings.refresh_token.reveal(),
                "client_id": settings.client_id.reveal(),
                "client_secret": settings.client_secret.reveal(),
            },
            budget=SIGN_IN,
            accept=(400, 401),
            safe=True,
        )
        if answer.status in {400, 401}:
            raise answers.sign_in_refused(answer.document)
        with readable("Amazon's answer to the sign-in"):
            token, seconds = token_from(answer.document)
        kept = seconds - min(TOKEN_MARGIN, seconds // 2)
        until = self._link.clock.now() + timedelta(seconds=kept)
        self._link.tokens.put("access_token", token, until)
        return token

    def check(self) -> Iterator[Finding]:
        """Sign in anew; look at where the account sells, and at each right by its name."""
        from orderlink.marketplaces import amazon_checks as checks  # noqa: PLC0415 - no run needs it

        def places() -> tuple[Place, ...]:
            answer = self._link.http.read(
                PLACES, budget="getMarketplaceParticipations", accept=(403,)
            )
            _check_access(answer)
            with readable("Amazon's answer about where the account sells"):
                return checks.places_from(answer.document)

        self._sign_in()
        sentence = "Amazon takes the application's credentials and its refresh token"
        yield Finding("sign-in", FindingState.OK, sentence)
        yield from checks.findings(self._settings, checks.Questions(places, self._recent))

    def _recent(self, sites: Collection[Site]) -> list[Order | Unreadable]:
        """List some orders of the last 30 days that the merchant ships, and that are paid."""
        query = {
            "marketplaceIds": ",".join(site.id for site in sites),
            "includedData": documents.DATASETS,
            "maxResultsPerPage": str(ORDERS_PER_PAGE),
            "fulfilledBy": "MERCHANT",
            "fulfillmentStatuses": "UNSHIPPED,PARTIALLY_SHIPPED,SHIPPED",
            "createdAfter": packages.time_text(self._link.clock.now() - RECENT),
        }
        document = self._search(query).document
        with readable("Amazon's list of orders"):
            return [documents.order_from(row) for row in documents.listed_orders(document)]

    # Orders

    def orders(self, look: Look) -> Iterator[Page]:
        """List what changed since `look.since`, or all that is open, page by page, orders whole.

        A position is the whole query of the next page. Raises `TryLater` and `SignInFailed`, and
        `PositionLost` where Amazon does not take a position any more.
        """
        query = dict(parse_qsl(look.position)) if look.position else self._query(look)
        if look.position and "paginationToken" not in query:
            raise PositionLost("this is no place in a list of Amazon's")
        while query:
            document = self._search(query).document
            with readable("Amazon's list of orders"):
                rows = documents.listed_orders(document)
                token, until = documents.next_token(document), documents.until(document)
            if token and token == query.get("paginationToken"):
                raise TryLater("Amazon names the page that it has just given as the next one")
            query = {**query, "paginationToken": token} if token else {}
            found = tuple(documents.order_from(row) for row in rows)
            yield Page(found, urlencode(query), until)

    def _query(self, look: Look) -> dict[str, str]:
        now, settings = self._link.clock.now(), self._settings
        query = {
            "marketplaceIds": ",".join(site.id for site in settings.sites()),
            "includedData": documents.DATASETS,
            "maxResultsPerPage": str(ORDERS_PER_PAGE),
        }
        if not settings.takes_fulfilled_by_amazon:
            query["fulfilledBy"] = "MERCHANT"
        if look.since is None:
            query["createdAfter"] = packages.time_text(now - OLDEST_OPEN)
            query["fulfillmentStatuses"] = documents.OPEN
        else:
            begin = min(look.since - OVERLAP, now - LATEST_BEGIN)
            query["lastUpdatedAfter"] = packages.time_text(begin)
        return query

    def _search(self, query: Mapping[str, str]) -> Answer:
        answer = self._link.http.read(ORDERS, query, budget="searchOrders", accept=(400, 403))
        _check_access(answer)
        if answer.status == 400:
            _check_that_amazon_says_so(answer)
            why = answers.problem_text(answer.document)
            if "paginationToken" in query:
                raise PositionLost(f"Amazon does not take the place in its list any more: {why}")
            raise TryLater(f"Amazon refused the search for orders: {why}")
        return answer

    def order(self, order_id: str) -> Order | Unreadable:
        """Read one order whole.

        Raises `Refused("order_not_found", ...)` only where Amazon itself says so.
        """
        answer = self._link.http.read(
            f"{ORDERS}/{_segment(order_id)}",
            {"includedData": documents.DATASETS},
            budget="getOrder",
            accept=(400, 403, 404),
        )
        _check_access(answer)
        if answer.status in {400, 404}:
            _check_that_amazon_says_so(answer)
            why = answers.problem_text(answer.document)
            raise Refused("order_not_found", f"Amazon does not show order {order_id}: {why}")
        with readable(f"Amazon's answer about order {order_id}"):
            return documents.got_order(answer.document, order_id)

    # Shipments

    def ship(self, shipment: Shipment) -> Accepted:
        """Confirm one shipment as a package of its own, by exactly one write.

        It is believed when the package is seen. Raises `Refused` where Amazon would not take it;
        without a code it is sent only where `letter_post` is set.
        """
        return self._confirm(shipment, "marketplace_refused")

    def update_tracking(self, shipment: Shipment) -> Accepted:
        """Confirm a shipment once more with another code or carrier: its package is changed."""
        return self._confirm(shipment, "tracking_refused")

    def _confirm(self, shipment: Shipment, word: str) -> Accepted:
        answer = self._link.http.write(
            "POST",
            f"/orders/v0/orders/{_segment(shipment.order_id)}/shipmentConfirmation",
            json=packages.confirmation(
                shipment, self._link.clock.now(), letters=self._settings.letter_post
            ),
            budget="confirmShipment",
            accept=(400, 403, 404),
        )
        _check_access(answer)
        if answer.status in {400, 404}:
            _check_that_amazon_says_so(answer)
            why = answers.problem_text(answer.document)
            if not shipment.code:
                why = (
                    f"{why.rstrip('.')}. It was sent as a letter without a code: {LETTERS_BY_HAND}"
                )
            raise Refused(word, f"Amazon refused it: {why}")
        return Accepted()


def _is_signed_out(answer: Answer) -> bool:
    return answer.status == 403 and answers.is_about_token(answer.document)


def _check_access(answer: Answer) -> None:
    """Raise `SignInFailed`, or `TryLater` where a 403 is not Amazon's own."""
    if answer.status == 403:
        raise answers.access_denied(answer.document)


def _check_that_amazon_says_so(answer: Answer) -> None:
    """Raise `TryLater` where an error is not Amazon's own: then the connection is at fault."""
    if not answers.is_problem(answer.document):
        raise TryLater(f"something else than Amazon answered {answer.status}: check base_url")


def _segment(text: str) -> str:
    return quote(text, safe="")

"""bol: Retailer API v10, with the process statuses of the shared API v10.

Documentation: https://api.bol.com/retailer/public/Retailer-API/

Quirks:

- The list of orders is reduced (no prices, no addresses) and its change interval reaches back 60
  minutes at most; whether its pages count orders or items is not said, and rows move between pages
  while they are read. So the list ends with the first page that tells nothing new, and a list of
  more than one page is read once more backwards: an order that moved forward meanwhile is met then.
- A shipment and a code for a transport answer 202 with a process status that is kept for about two
  days; its entity is one of the shipment's items, so every item has to be asked for.
- The list of shipments has neither codes nor quantities: each shipment is read singly.
- A token lasts some five minutes, and whoever asks for one per request is blocked.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from orderlink.budget import SIGN_IN, UNTOLD, Budget
from orderlink.errors import Ambiguous, Refused, SignInFailed, TryLater
from orderlink.marketplaces import bol_documents as documents
from orderlink.marketplaces.bol_settings import BolSettings
from orderlink.marketplaces.reading import readable, token_from
from orderlink.model import Accepted, Finding, FindingState, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from orderlink.http import Answer, Link
    from orderlink.model import Json, Look, Order, SeenShipment, Shipment, Ticket, Unreadable

MEDIA_TYPE = "application/vnd.retailer.v10+json"
HEADERS = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
ROWS_PER_PAGE = 50
TICKETS_PER_REQUEST = 1000
SHORTEST_INTERVAL = 10
LONGEST_INTERVAL = 60
OVERLAP = timedelta(minutes=15)
TOKEN_MARGIN = 30
OK = FindingState.OK
RIGHTS_ADVICE = "make new client credentials for the Retailer API in bol's seller account"


class Bol:
    """An account at bol: Marketplace, Checks, GivesTickets, ListsShipments, UpdatesTracking."""

    settings_model: ClassVar = BolSettings
    BUDGETS: ClassVar[Mapping[str, Budget]] = {
        "orders": Budget(25, 25 / 60),
        "order": Budget(25, 25),
        "ship": Budget(25, 25),
        "shipments": Budget(25, 25 / 60),
        "shipment": Budget(50, 50 / 60),
        "transport": Budget(2, 2),
        "process_status": Budget(2, 2),
        "process_status_of": Budget(2, 2),
        SIGN_IN: UNTOLD,
    }
    """Endpoint -> what bol allows (https://api.bol.com/retailer/public/ratelimits). It does not
    list `transport` and `process_status_of`: they go as its neighbour `process_status` does."""

    LONGEST_LOOK_BACK: ClassVar[timedelta] = timedelta(minutes=50)
    """How old the last look at the changes may be: an hour, and something to spare."""

    def __init__(self, settings: BolSettings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._signing_in = threading.Lock()
        link.http.authorize = self._authorize

    # Signing in

    def _authorize(self, anew: bool) -> dict[str, str]:  # noqa: FBT001 - the seam of orderlink.http
        with self._signing_in:
            token = None if anew else self._link.tokens.get("access_token")
            return {"Authorization": f"Bearer {token or self._sign_in()}"}

    def _sign_in(self) -> str:
        settings = self._settings
        pair = f"{settings.client_id.reveal()}:{settings.client_secret.reveal()}"
        answer = self._link.http.write(
            "POST",
            f"{settings.login_url.rstrip('/')}/token",
            query={"grant_type": "client_credentials"},
            headers={
                "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
                "Accept": "application/json",
            },
            budget=SIGN_IN,
            accept=(400, 401),
            safe=True,
        )
        if answer.status in {400, 401}:
            if not isinstance(answer.document, dict):
                raise TryLater("something else than bol answered the sign-in: check login_url")
            raise SignInFailed("bol refused the client id and secret: check both")
        with readable("bol's answer to the sign-in"):
            token, seconds = token_from(answer.document)
            scope = documents.token_scope(answer.document)
        if scope and "RETAILER" not in scope:
            raise SignInFailed("bol's token is not for the Retailer API: check the API settings")
        kept = seconds - min(TOKEN_MARGIN, seconds // 2)
        until = self._link.clock.now() + timedelta(seconds=kept)
        self._link.tokens.put("access_token", token, until)
        return token

    def check(self) -> Iterator[Finding]:
        """Sign in anew, and read each list that the cycle reads."""
        self._sign_in()
        yield Finding("sign-in", OK, "bol takes the client id and secret")
        open_orders = {"status": "OPEN", "fulfilment-method": "ALL"}
        processes = {"entity-id": "0", "event-type": "CREATE_SHIPMENT"}
        for path, name, words, query in (
            ("/retailer/orders", "orders", "orders", open_orders),
            ("/retailer/shipments", "shipments", "shipments", {}),
            ("/shared/process-status", "processStatuses", "processes", processes),
        ):
            right = f"right to read {words}"
            try:
                self._list(path, name, query)
            except SignInFailed as error:
                yield Finding(right, FindingState.FAILED, str(error), RIGHTS_ADVICE)
            else:
                yield Finding(right, OK, f"bol shows its {words}")

    # Orders

    def orders(self, look: Look) -> Iterator[Page]:
        """List what changed since `look.since`, or all that is open, page by page.

        A position is the number of the next page; with a minus sign the list is being read
        backwards. An order that cannot be read is an `Unreadable` row. Raises `TryLater` (also
        where `look.since` is older than an hour) and `SignInFailed`.
        """
        query = self._list_query(look)
        backwards, number = _from_position(look.position)
        seen: set[str] = set()
        full = False
        while number:
            rows = self._list("/retailer/orders", "orders", {**query, "page": number})
            new = documents.listed_ids(rows) - seen
            seen |= new
            if backwards:
                number -= 1
            elif new:
                full, number = len(new) >= ROWS_PER_PAGE, number + 1
            else:
                backwards, number = True, number - 1 if number > 2 or full else 0
            sightings = tuple(documents.sighting_from(row) for row in rows)
            yield Page(sightings, _to_position(number, backwards=backwards))

    def _list_query(self, look: Look) -> dict[str, str | int]:
        if look.since is None:
            return {"status": "OPEN", "fulfilment-method": "ALL"}
        passed = self._link.clock.now() - look.since
        if passed > timedelta(minutes=LONGEST_INTERVAL - 1):
            raise TryLater("bol lists the changes of the last hour only: a full look is needed")
        minutes = -(-(passed + OVERLAP) // timedelta(minutes=1))
        return {
            "status": "ALL",
            "fulfilment-method": "ALL",
            "change-interval-minute": max(SHORTEST_INTERVAL, min(LONGEST_INTERVAL, minutes)),
        }

    def order(self, order_id: str) -> Order | Unreadable:
        """Read one order whole.

        Raises `Refused("order_not_found", ...)` only where bol itself says so: any other 404 is a
        fault of the connection, `TryLater`.
        """
        answer = self._read(f"/retailer/orders/{_segment(order_id)}", budget="order", accept=(404,))
        if answer.status == 404:
            _check_that_bol_says_so(answer)
            raise Refused("order_not_found", f"bol does not know order {order_id}")
        return documents.order_from(answer.document, order_id)

    # Shipments

    def ship(self, shipment: Shipment) -> Accepted:
        """Report one shipment, by exactly one write.

        Raises `Refused` where bol would not take it, `Ambiguous` where bol took it without saying
        under which process status.
        """
        if not 1 <= len(shipment.lines) <= documents.LINES_PER_SHIPMENT:
            raise Refused(
                "marketplace_refused",
                f"bol takes 1 to {documents.LINES_PER_SHIPMENT} lines in one shipment, "
                f"this one has {len(shipment.lines)}: ship it at bol by hand",
            )
        if len(shipment.reference) > documents.REFERENCE_LENGTH:
            raise Refused(
                "marketplace_refused",
                f"bol takes references of at most {documents.REFERENCE_LENGTH} characters",
            )
        request = documents.shipment_request(shipment)
        answer = self._write("POST", "/retailer/shipments", request, budget="ship")
        return _accepted(answer, "marketplace_refused")

    def update_tracking(self, shipment: Shipment) -> Accepted:
        """Add the code to the transport that was reported under the shipment's reference.

        Raises `Refused` where there is no code, or more than one such transport, and `TryLater`
        where bol does not list one yet.
        """
        if not shipment.code:
            raise Refused("tracking_refused", "there is no code to add to the shipment")
        rows = self._shipment_rows(shipment.order_id)
        ours = {row.transport_id for row in rows if row.reference == shipment.reference}
        if not ours - {""}:
            raise TryLater(
                f"bol does not list shipment {shipment.reference} of order {shipment.order_id} yet"
            )
        if len(ours) != 1:
            known = ", ".join(sorted(ours - {""}))
            raise Refused(
                "tracking_refused",
                f"bol has no single transport for shipment {shipment.reference} of order "
                f"{shipment.order_id} (it has {known}): add the code at bol by hand",
                code=shipment.code,
            )
        path = f"/retailer/transports/{_segment(ours.pop())}"
        request = documents.transport_request(shipment)
        answer = self._write("PUT", path, request, budget="transport")
        return _accepted(answer, "tracking_refused")

    def shipments(self, order_id: str) -> tuple[SeenShipment, ...]:
        """List the shipments of one order, each read whole for its code and quantities."""
        return tuple(self._seen_shipment(row.id) for row in self._shipment_rows(order_id))

    def _seen_shipment(self, shipment_id: str) -> SeenShipment:
        answer = self._read(f"/retailer/shipments/{_segment(shipment_id)}", budget="shipment")
        with readable(f"bol's shipment {shipment_id}"):
            return documents.seen_shipment_from(answer.document)

    def _shipment_rows(self, order_id: str) -> tuple[documents.ShipmentRow, ...]:
        found: dict[str, documents.ShipmentRow] = {}
        number = 1
        while number:
            rows = self._list(
                "/retailer/shipments", "shipments", {"order-id": order_id, "page": number}
            )
            with readable("bol's list of shipments"):
                page = documents.shipment_rows_from(rows)
            news = {row.id for row in page} - found.keys()
            found |= {row.id: row for row in page}
            number = number + 1 if news and len(rows) >= ROWS_PER_PAGE else 0
        # The filter is bol's; a list that ignored it must not lend us another order's shipments.
        return tuple(row for row in found.values() if row.order_id == order_id)

    # Process statuses

    def tickets(self, tickets: Sequence[str]) -> Mapping[str, Ticket]:
        """Tell how these process statuses stand, 1,000 a request; forgotten ones are left out."""
        found: dict[str, Ticket] = {}
        for start in range(0, len(tickets), TICKETS_PER_REQUEST):
            asked = tickets[start : start + TICKETS_PER_REQUEST]
            answer = self._link.http.write(
                "POST",
                "/shared/process-status",
                json={"processStatusQueries": [{"processStatusId": one} for one in asked]},
                headers=HEADERS,
                budget="process_status",
                safe=True,
            )
            with readable("bol's list of process statuses"):
                rows = documents.listed_rows(answer.document, "processStatuses")
                read = documents.tickets_from(rows)
            found |= {ticket.id: ticket for ticket in read if ticket.id in asked}
        return found

    def tickets_of(self, shipment: Shipment) -> tuple[Ticket, ...]:
        """Find the process statuses of earlier attempts to report this shipment, newest first.

        bol keeps a status under one of the shipment's items only, so each is asked for.
        """
        found: dict[str, Ticket] = {}
        for line in shipment.lines:
            found |= self._tickets_of_line(line.line_id)
        return tuple(sorted(found.values(), key=_age, reverse=True))

    def _tickets_of_line(self, line_id: str) -> dict[str, Ticket]:
        found: dict[str, Ticket] = {}
        number = 1
        while number:
            rows = self._list(
                "/shared/process-status",
                "processStatuses",
                {"entity-id": line_id, "event-type": "CREATE_SHIPMENT", "page": number},
            )
            with readable("bol's list of process statuses"):
                page = {ticket.id: ticket for ticket in documents.tickets_from(rows)}
            news = page.keys() - found.keys()
            found |= page
            number = number + 1 if news and len(rows) >= ROWS_PER_PAGE else 0
        return found

    # Calls

    def _read(self, path: str, *, budget: str, accept: Collection[int] = ()) -> Answer:
        return self._link.http.read(
            path, budget=budget, headers={"Accept": MEDIA_TYPE}, accept=accept
        )

    def _list(self, path: str, name: str, query: Mapping[str, str | int]) -> list[Json]:
        answer = self._link.http.read(
            path, query, budget=_LIST_BUDGETS[name], headers={"Accept": MEDIA_TYPE}
        )
        with readable(f"bol's list of {name}"):
            return documents.listed_rows(answer.document, name)

    def _write(self, method: str, path: str, document: Json, *, budget: str) -> Answer:
        return self._link.http.write(
            method, path, json=document, headers=HEADERS, budget=budget, accept=(400, 404)
        )


_LIST_BUDGETS = {
    "orders": "orders",
    "shipments": "shipments",
    "processStatuses": "process_status_of",
}


def _check_that_bol_says_so(answer: Answer) -> None:
    """Raise `TryLater` where an error is not bol's own: then the connection is at fault."""
    if not documents.is_problem(answer.document):
        raise TryLater(f"something else than bol answered {answer.status}: check base_url")


def _accepted(answer: Answer, word: str) -> Accepted:
    """Read what a write was answered with.

    Raises `Refused(word, ...)`, `TryLater` or `Ambiguous`.
    """
    if answer.status in {400, 404}:
        _check_that_bol_says_so(answer)
        raise Refused(word, f"bol refused it: {documents.problem_text(answer.document)}")
    ticket = documents.ticket_id_from(answer.document)
    if not ticket:
        raise Ambiguous(f"bol answered {answer.status} without naming a process status")
    return Accepted(ticket)


def _age(ticket: Ticket) -> datetime:
    return ticket.created_at or datetime.min.replace(tzinfo=UTC)


def _segment(text: str) -> str:
    return quote(text, safe="")


def _to_position(number: int, *, backwards: bool) -> str:
    return f"{'-' if backwards else ''}{number}" if number else ""


def _from_position(position: str) -> tuple[bool, int]:
    """Read a position; the first page for one that is none of ours."""
    try:
        number = int(position or "1")
    except ValueError:
        number = 1
    return number < 0, abs(number) or 1

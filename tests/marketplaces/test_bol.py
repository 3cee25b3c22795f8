"""The bol connector against the bol sandbox, every exchange held against bol's own description."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orderlink.clock import ManualClock
from orderlink.errors import Ambiguous, Refused, RemoteError, SignInFailed, TryLater
from orderlink.http import Http, Link
from orderlink.marketplaces import (
    GivesTickets,
    ListsShipments,
    UpdatesTracking,
)
from orderlink.marketplaces.bol import Bol
from orderlink.marketplaces.bol_settings import BolSettings
from orderlink.model import (
    Look,
    Order,
    Page,
    SeenShipment,
    Shipment,
    ShippedLine,
    Sighting,
    TicketState,
    Unreadable,
)
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.server import Answer, InProcess, Request, Sandbox, json_answer
from orderlink.shelves import Shelf
from orderlink.values import replace

SPECS = Path(__file__).parents[3] / "shared/specs/bol"
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MEDIA_TYPE = "application/vnd.retailer.v10+json"
SECRET = "secret"


def schema_from(schema: Any, *, closed: bool) -> Any:
    """Turn OpenAPI 3.0 into JSON Schema: `nullable`, and (closed) no fields but those named."""
    if isinstance(schema, list):
        return [schema_from(one, closed=closed) for one in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {name: schema_from(value, closed=closed) for name, value in schema.items()}
    if closed and "properties" in schema and "type" in schema:
        turned["additionalProperties"] = False
    if schema.get("nullable") is True:
        turned.pop("nullable")
        return {"anyOf": [{"type": "null"}, turned]}
    return turned


@cache
def described() -> tuple[tuple[re.Pattern[str], str, Any, Any], ...]:
    """List (path, method, operation, components) of bol's descriptions, where they are there."""
    found = []
    for name in ("retailer-v10_2026-05.json", "shared-v10_2026-05.json"):
        if not (SPECS / name).exists():
            return ()
        description = json.loads((SPECS / name).read_text())
        for path, methods in description["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
            for method, operation in methods.items():
                found.append((pattern, method.upper(), operation, description["components"]))
    return tuple(sorted(found, key=lambda one: "[^/]+" in one[0].pattern))


def check(document: Any, content: Any, components: Any, *, closed: bool) -> None:
    schema = schema_from(content[MEDIA_TYPE]["schema"], closed=closed)
    schema["components"] = schema_from(components, closed=closed)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)


def check_exchange(request: Request, answer: Answer) -> None:
    """Hold one exchange against bol's description of it."""
    for pattern, method, operation, components in described():
        if pattern.fullmatch(request.path) and method == request.method:
            check_against(operation, components, request, answer)
            return


def check_against(operation: Any, components: Any, request: Request, answer: Answer) -> None:
    known = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
    for name, (value,) in request.query.items():
        whole = known[name]["type"] == "integer"
        jsonschema.validate(int(value) if whole else value, known[name])
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        check(json.loads(request.body), content, components, closed=True)
    described_answer = operation["responses"].get(str(answer.status))
    # Real empty pages are `{ }`, though the description demands a list (200-reduced-orders-empty).
    if described_answer and json.loads(answer.body) != {}:
        content = described_answer["content"]
        check(json.loads(answer.body), content, components, closed=False)


@dataclass
class World:
    """A sandbox, a clock, a connector, and what went over the wire.

    `instead` may answer a request in the sandbox's place (None: it does not), `before` happens
    before one is answered.
    """

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    requests: list[Request] = field(default_factory=list)
    instead: Callable[[Request], Answer | None] = lambda _: None
    before: Callable[[Request], None] = lambda _: None
    sandbox: BolSandbox = field(init=False)
    link: Link = field(init=False)
    bol: Bol = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = BolSandbox(
            self.clock, client_id="id", client_secret=SECRET, rate_limits=False
        )
        self.bol = self.connect(Shelf({}, self.clock))

    def connect(self, tokens: Shelf, secret: str = SECRET) -> Bol:
        keys = {"type": "bol", "client_id": "id", "client_secret": secret}
        settings = BolSettings.model_validate(keys)
        server: Sandbox = self
        http = Http(
            "bol",
            settings.base_url,
            clock=self.clock,
            remaining=lambda: math.inf,
            allowed_urls=[settings.login_url],
            adapter=InProcess(server),
            budgets=Bol.BUDGETS,
        )
        self.link = Link(http, self.clock, tokens, Shelf({}, self.clock))
        return Bol(settings, self.link)

    def handle(self, request: Request) -> Answer:
        self.requests.append(request)
        self.before(request)
        answer = self.instead(request)
        if answer is None:
            answer = self.sandbox.handle(request)
            check_exchange(request, answer)
        return answer

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def ids(self, look: Look) -> list[str]:
        return [row.order_id for page in self.bol.orders(look) for row in rows_of(page)]

    def items(self, order_id: str) -> list[str]:
        (order,) = (one for one in self.sandbox.orders() if one.id == order_id)
        return [item.id for item in order.items]

    def shipment(self, order_id: str, code: str = "3SABC", reference: str = "ref-1") -> Shipment:
        lines = tuple(ShippedLine(item, 1) for item in self.items(order_id))
        return Shipment(order_id, reference, lines, code, "TNT" if code else "")


def rows_of(page: Page) -> list[Sighting | Unreadable]:
    assert all(not isinstance(row, Order) for row in page.rows)
    return [row for row in page.rows if not isinstance(row, Order)]


@pytest.fixture
def world() -> World:
    return World()


OPEN = Look(None)


def recorded(name: str) -> Answer:
    path = SPECS / "http-fixtures" / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    head, _, body = path.read_bytes().partition(b"\n\n")
    status, *lines = head.decode().splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    headers.pop("Transfer-Encoding", None)
    return Answer(int(status.split()[1]), body, headers)


def answering(path: str, answer: Answer, method: str = "") -> Callable[[Request], Answer | None]:
    def instead(request: Request) -> Answer | None:
        return answer if request.path == path and method in {"", request.method} else None

    return instead


def test_it_keeps_the_protocols(world: World) -> None:
    assert isinstance(world.bol, GivesTickets)
    assert isinstance(world.bol, ListsShipments)
    assert isinstance(world.bol, UpdatesTracking)


def test_its_settings_are_bound_to_the_address_and_the_client() -> None:
    keys = {"type": "bol", "client_id": "id", "client_secret": "s"}
    settings = BolSettings.model_validate(keys)
    assert settings.identity() == ("https://api.bol.com", "id")
    assert settings.login_url == "https://login.bol.com"
    assert settings.label == "bol"


# Signing in


def test_one_token_serves_many_requests_and_the_next_run(world: World) -> None:
    tokens = Shelf({}, world.clock)
    for connector in (world.connect(tokens), world.connect(tokens)):
        for _ in range(3):
            list(connector.orders(OPEN))
    assert len(world.sandbox.ledger.tokens) == 1


def test_a_token_is_renewed_once_shortly_before_it_expires(world: World) -> None:
    world.ids(OPEN)
    world.clock.advance(268)
    world.ids(OPEN)
    assert len(world.sandbox.ledger.tokens) == 1
    world.clock.advance(1)
    world.ids(OPEN)
    world.ids(OPEN)
    assert len(world.sandbox.ledger.tokens) == 2
    assert world.sandbox.ledger.answers["orders", 401] == 0


def test_a_token_that_bol_refuses_is_renewed_once(world: World) -> None:
    order_id = world.sandbox.place()
    world.ids(OPEN)
    world.sandbox.forget_tokens()
    assert world.ids(OPEN) == [order_id]
    assert len(world.sandbox.ledger.tokens) == 2


def test_wrong_credentials_are_told_and_the_secret_is_not(world: World) -> None:
    connector = world.connect(Shelf({}, world.clock), secret="wrong-secret")
    with pytest.raises(SignInFailed, match="client id and secret") as raised:
        list(connector.orders(OPEN))
    assert "wrong-secret" not in str(raised.value)
    assert world.paths() == ["/token"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("200-token-empty-access_token.txt", TryLater),
        ("200-token-empty-body.txt", TryLater),
        ("200-token-empty-expires_in.txt", TryLater),
        ("200-token-expires-immediately.txt", TryLater),
        ("200-token-missing-access_token.txt", TryLater),
        ("200-token-missing-expires_in.txt", TryLater),
        ("200-token-unexpected-bearer.txt", TryLater),
        ("200-token-unexpected-scope.txt", SignInFailed),
        ("401-unauthorized.txt", SignInFailed),
        ("500-internal-server-error.txt", TryLater),
    ],
)
def test_an_unusable_answer_to_the_sign_in_is_told(
    world: World, name: str, error: type[RemoteError]
) -> None:
    world.instead = answering("/token", recorded(name))
    with pytest.raises(error) as raised:
        world.ids(OPEN)
    assert type(raised.value) is error
    assert "sometoken" not in str(raised.value)


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["200-token.txt", "200-token-lowercase-scope.txt", "200-token-lowercase-type.txt"]
)
def test_recorded_tokens_are_used(world: World, name: str) -> None:
    world.instead = answering("/token", recorded(name))
    with pytest.raises(SignInFailed):
        world.ids(OPEN)
    assert world.requests[-1].headers["authorization"] == "Bearer sometoken"


def test_a_web_page_at_the_login_is_no_verdict_on_the_credentials(world: World) -> None:
    page = Answer(401, b"<html>Proxy login</html>", {"Content-Type": "text/html"})
    world.instead = answering("/token", page)
    with pytest.raises(TryLater) as raised:
        world.ids(OPEN)
    assert not isinstance(raised.value, SignInFailed)


# Listing orders


def test_all_that_is_open_is_listed_with_who_ships_it(world: World) -> None:
    handled = world.sandbox.place()
    world.sandbox.ship_by_hand(handled)
    order_id = world.sandbox.place(Purchase((Article(quantity=2), Article(method="FBB"))))
    (page,) = (page for page in world.bol.orders(OPEN) if page.rows)
    (sighting,) = rows_of(page)
    assert isinstance(sighting, Sighting)
    assert (sighting.order_id, sighting.placed_at) == (order_id, NOW)
    assert [line.by_marketplace for line in sighting.lines] == [False, True]
    assert [line.quantity for line in sighting.lines] == [2, 1]


def test_what_changed_since_tells_new_cancelled_and_handled(world: World) -> None:
    cancelled, handled, asked = (world.sandbox.place() for _ in range(3))
    world.clock.advance(3600)
    new = world.sandbox.place()
    world.sandbox.cancel(cancelled)
    world.sandbox.ship_by_hand(handled)
    world.sandbox.request_cancellation(asked)
    pages = world.bol.orders(Look(NOW + timedelta(minutes=55)))
    lines = {row.order_id: row.lines[0] for page in pages for row in rows_of_sightings(page)}
    assert lines.keys() == {cancelled, handled, asked, new}
    assert (lines[cancelled].cancelled, lines[handled].shipped) == (1, 1)
    assert lines[asked].cancellation_requested
    assert not lines[new].cancellation_requested


def rows_of_sightings(page: Page) -> list[Sighting]:
    assert all(isinstance(row, Sighting) for row in page.rows)
    return [row for row in page.rows if isinstance(row, Sighting)]


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(-30, 15), (-600, 10), (0, 15), (1, 16), (300, 20), (3540, 60)]
)
def test_the_change_interval_overlaps_the_last_look(
    world: World, seconds: int, minutes: int
) -> None:
    world.ids(Look(NOW - timedelta(seconds=seconds)))
    query = world.requests[-1].query
    assert query["change-interval-minute"] == [str(minutes)]
    assert query["status"] == query["fulfilment-method"] == ["ALL"]


def test_a_look_that_bol_cannot_give_is_refused_before_it_is_asked(world: World) -> None:
    with pytest.raises(TryLater, match="full look"):
        world.ids(Look(NOW - timedelta(minutes=59, seconds=1)))
    assert world.requests == []


def test_a_full_look_asks_for_what_is_open(world: World) -> None:
    world.ids(OPEN)
    assert world.requests[-1].query == {
        "status": ["OPEN"],
        "fulfilment-method": ["ALL"],
        "page": ["1"],
    }


def test_no_orders_cost_one_request_and_a_few_cost_two(world: World) -> None:
    assert world.ids(OPEN) == []
    assert world.paths() == ["/token", "/retailer/orders"]
    order_id = world.sandbox.place()
    assert world.ids(OPEN) == [order_id]
    assert world.paths().count("/retailer/orders") == 3


def test_every_page_is_read_and_only_the_last_has_no_position(world: World) -> None:
    ids = {world.sandbox.place() for _ in range(120)}
    pages = list(world.bol.orders(OPEN))
    assert {row.order_id for page in pages for row in rows_of(page)} == ids
    assert [page.position for page in pages] == ["2", "3", "4", "-3", "-2", "-1", ""]
    assert all(page.until is None for page in pages)


@pytest.mark.parametrize("position", ["2", "3", "4", "-3", "-1"])
def test_a_look_goes_on_where_it_stopped(world: World, position: str) -> None:
    for _ in range(120):
        world.sandbox.place()
    whole = list(world.bol.orders(OPEN))
    stopped = [page.position for page in whole].index(position)
    rest = list(world.bol.orders(Look(None, position)))
    assert rest == whole[stopped + 1 :]


def test_an_order_that_moves_to_an_earlier_page_is_met(world: World) -> None:
    ids = [world.sandbox.place() for _ in range(51)]

    def ship_the_first(request: Request) -> None:
        if request.query.get("page") == ["2"]:
            world.sandbox.ship_by_hand(ids[0])
            world.before = lambda _: None

    world.before = ship_the_first
    assert ids[50] in world.ids(OPEN)


def test_a_server_that_repeats_its_last_page_ends_the_look(world: World) -> None:
    order_id = world.sandbox.place()

    def first_page_always(request: Request) -> Answer | None:
        if request.path != "/retailer/orders":
            return None
        return world.sandbox.handle(changed(request, query={**request.query, "page": ["1"]}))

    world.instead = first_page_always
    assert world.ids(OPEN) == [order_id, order_id]


def test_an_order_that_is_spread_over_two_pages_ends_nothing(world: World) -> None:
    world.instead = pages_of([listed("C1", "11")], [listed("C1", "12")], [listed("C2", "21")], [])
    assert "C2" in world.ids(OPEN)


def listed(order_id: str, item_id: str) -> dict[str, Any]:
    item = {"orderItemId": item_id, "quantity": 1}
    placed = "2026-01-05T10:00:00+01:00"
    return {"orderId": order_id, "orderPlacedDateTime": placed, "orderItems": [item]}


def pages_of(*pages: list[Any]) -> Callable[[Request], Answer | None]:
    def instead(request: Request) -> Answer | None:
        if request.path != "/retailer/orders":
            return None
        document = {"orders": pages[int(request.one("page")) - 1]}
        return json_answer(200, document, media_type=MEDIA_TYPE)

    return instead


def test_a_row_that_cannot_be_read_stops_no_other(world: World) -> None:
    unreadable = listed("C1", "11") | {"orderPlacedDateTime": None}
    world.instead = pages_of([unreadable, "nonsense", listed("C2", "21")], [])
    first, _ = world.bol.orders(OPEN)
    assert first.rows[0] == Unreadable("C1", "orderPlacedDateTime is missing")
    assert isinstance(first.rows[1], Unreadable)
    assert isinstance(first.rows[2], Sighting)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>Maintenance</html>", {"Content-Type": "text/html"}),
        Answer(200, b"", {"Content-Type": MEDIA_TYPE}),
        Answer(200, b'{"foo": "bar"}', {"Content-Type": MEDIA_TYPE}),
        Answer(200, b'{"orders": null}', {"Content-Type": MEDIA_TYPE}),
        Answer(200, b"[]", {"Content-Type": MEDIA_TYPE}),
        Answer(500, b"Internal Server Error", {"Content-Type": "text/html"}),
    ],
)
def test_a_page_that_cannot_be_read_raises(world: World, answer: Answer) -> None:
    world.instead = answering("/retailer/orders", answer)
    with pytest.raises(TryLater):
        world.ids(OPEN)


@pytest.mark.shared
def test_an_account_that_is_switched_off_is_told(world: World) -> None:
    refusal = recorded("403-forbidden-account_is_not_active.txt")
    world.instead = answering("/retailer/orders", refusal)
    with pytest.raises(SignInFailed, match="not active"):
        world.ids(OPEN)


@pytest.mark.shared
def test_too_many_requests_wait_for_the_instant_that_bol_names(world: World) -> None:
    world.instead = answering("/retailer/orders", recorded("429-too-many-requests.txt"))
    with pytest.raises(TryLater) as raised:
        world.ids(OPEN)
    assert raised.value.retry_at == NOW + timedelta(seconds=4)


def test_the_budgets_keep_it_below_bols_limits(world: World) -> None:
    world.sandbox = BolSandbox(world.clock, client_id="id", client_secret=SECRET)
    order_id = world.sandbox.place()
    for _ in range(60):
        world.bol.order(order_id)
    for _ in range(10):
        world.ids(OPEN)
    with pytest.raises(TryLater, match="no more requests"):
        drain(world)
    assert not [status for _, status in world.sandbox.ledger.answers if status == 429]


def drain(world: World) -> None:
    for _ in range(26):
        world.ids(OPEN)


# Reading one order


def test_one_order_is_read_whole(world: World) -> None:
    order_id = world.sandbox.place(Purchase((Article(reference="SKU-9", quantity=2),)))
    order = world.bol.order(order_id)
    assert isinstance(order, Order)
    assert (order.id, order.placed_at, order.not_ready) == (order_id, NOW, "")
    assert order.lines[0].sku == "SKU-9"
    assert str(order.total()) == "25.98"
    assert order.ship_to.house_number_extension == "bis"


def test_an_order_that_cannot_be_read_is_a_value(world: World) -> None:
    answer = json_answer(200, {"orderId": "C1"}, media_type=MEDIA_TYPE)
    world.instead = answering("/retailer/orders/C1", answer)
    assert isinstance(world.bol.order("C1"), Unreadable)


def test_an_order_that_bol_does_not_know_is_refused(world: World) -> None:
    with pytest.raises(Refused) as raised:
        world.bol.order("C404")
    assert raised.value.word == "order_not_found"


@pytest.mark.shared
def test_the_recorded_404_is_bols(world: World) -> None:
    world.instead = answering("/retailer/orders/C1", recorded("404-not-found.txt"))
    with pytest.raises(Refused):
        world.bol.order("C1")


@pytest.mark.parametrize("body", [b"<html>404</html>", b"{}", b""])
def test_any_other_404_is_a_fault_of_the_connection(world: World, body: bytes) -> None:
    world.instead = answering("/retailer/orders/C1", Answer(404, body, {}))
    with pytest.raises(TryLater, match="base_url"):
        world.bol.order("C1")


def test_an_order_number_cannot_leave_its_place_in_the_path(world: World) -> None:
    with pytest.raises(Refused):
        world.bol.order("../shipments?x=1")
    assert world.requests[-1].path == "/retailer/orders/..%2Fshipments%3Fx%3D1"
    assert world.requests[-1].query == {}


# Shipping


def test_a_shipment_is_one_write_with_explicit_quantities(world: World) -> None:
    order_id = world.sandbox.place(Purchase((Article(quantity=3), Article())))
    accepted = world.bol.ship(world.shipment(order_id))
    (recorded_one,) = world.sandbox.ledger.accepted
    assert accepted.ticket == recorded_one.process_id
    assert recorded_one.lines == tuple((item, 1) for item in world.items(order_id))
    assert recorded_one.reference == "ref-1"
    assert (recorded_one.transporter, recorded_one.code) == ("TNT", "3SABC")


def test_a_shipment_without_a_code_is_taken_by_bol(world: World) -> None:
    world.bol.ship(world.shipment(world.sandbox.place(), code=""))
    (accepted,) = world.sandbox.ledger.accepted
    assert (accepted.transporter, accepted.code) == ("OTHER", "")


@pytest.mark.parametrize("lines", [0, 101])
def test_a_shipment_that_does_not_fit_into_one_write_is_not_sent(world: World, lines: int) -> None:
    many = tuple(ShippedLine(str(number), 1) for number in range(lines))
    with pytest.raises(Refused, match=f"1 to 100 lines in one shipment, this one has {lines}"):
        world.bol.ship(Shipment("C1", "ref-1", many))
    assert world.requests == []


def test_a_reference_that_is_too_long_is_not_sent(world: World) -> None:
    with pytest.raises(Refused, match="90 characters"):
        world.bol.ship(Shipment("C1", "x" * 91, (ShippedLine("1", 1),)))
    assert world.requests == []


def test_an_unknown_carrier_is_refused_in_bols_words(world: World) -> None:
    shipment = replace(world.shipment(world.sandbox.place()), carrier_code="POSTNL")
    with pytest.raises(Refused, match=r"transport\.transporterCode") as raised:
        world.bol.ship(shipment)
    assert raised.value.word == "marketplace_refused"


@pytest.mark.parametrize(
    "body", [b"{}", b'{"processStatusId": null}', b'{"processStatusId": ""}', b"", b"[", b"[]"]
)
def test_a_202_without_an_id_may_have_been_carried_out(world: World, body: bytes) -> None:
    shipment = world.shipment(world.sandbox.place())
    answer = Answer(202, body, {"Content-Type": MEDIA_TYPE})
    world.instead = answering("/retailer/shipments", answer)
    with pytest.raises(Ambiguous):
        world.bol.ship(shipment)


def test_a_failing_server_may_have_shipped_and_is_not_asked_again(world: World) -> None:
    shipment = world.shipment(world.sandbox.place())
    world.instead = answering("/retailer/shipments", Answer(500, b"", {}))
    with pytest.raises(Ambiguous):
        world.bol.ship(shipment)
    assert world.paths().count("/retailer/shipments") == 1


@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_that_is_not_bols_is_a_fault_of_the_connection(world: World, status: int) -> None:
    shipment = world.shipment(world.sandbox.place())
    answer = Answer(status, b"<html>no</html>", {"Content-Type": "text/html"})
    world.instead = answering("/retailer/shipments", answer)
    with pytest.raises(TryLater, match="base_url"):
        world.bol.ship(shipment)


# Process statuses


def test_tickets_tell_how_the_shipments_went(world: World) -> None:
    world.sandbox.fail_next_shipment("Order item is already shipped.")
    world.sandbox.time_out_next_shipment(acts=True)
    tickets = [world.bol.ship(world.shipment(world.sandbox.place())).ticket for _ in range(3)]
    world.clock.advance(60)
    tickets.append(world.bol.ship(world.shipment(world.sandbox.place())).ticket)
    found = world.bol.tickets([*tickets, "unknown"])
    assert [found[ticket].state for ticket in tickets] == [
        TicketState.REFUSED,
        TicketState.UNKNOWN,
        TicketState.DONE,
        TicketState.PENDING,
    ]
    assert found[tickets[0]].message == "Order item is already shipped."
    assert found[tickets[0]].created_at == NOW
    assert found.keys() == set(tickets)


def test_a_thousand_tickets_are_one_request(world: World) -> None:
    assert world.bol.tickets([]) == {}
    assert world.requests == []
    assert world.bol.tickets([str(number) for number in range(1001)]) == {}
    sizes = [len(request.json()["processStatusQueries"]) for request in world.requests[1:]]
    assert sizes == [1000, 1]


def test_a_ticket_that_nobody_asked_for_is_left_out(world: World) -> None:
    ticket = world.bol.ship(world.shipment(world.sandbox.place())).ticket
    everything = world.sandbox.handle(world.requests[-1]).body
    row = json.loads(everything)
    answer = json_answer(200, {"processStatuses": [row]}, media_type=MEDIA_TYPE)
    world.instead = answering("/shared/process-status", answer)
    assert row["processStatusId"] != ticket
    assert world.bol.tickets([ticket]) == {}


def test_asking_for_tickets_can_always_be_repeated(world: World) -> None:
    world.instead = answering("/shared/process-status", Answer(500, b"", {}))
    with pytest.raises(TryLater):
        world.bol.tickets(["1"])


def test_tickets_without_a_list_are_no_answer(world: World) -> None:
    answer = Answer(200, b'{"foo": 1}', {"Content-Type": MEDIA_TYPE})
    world.instead = answering("/shared/process-status", answer)
    with pytest.raises(TryLater):
        world.bol.tickets(["1"])


def test_earlier_attempts_are_found_by_any_item_newest_first(world: World) -> None:
    order_id = world.sandbox.place(Purchase((Article(), Article(), Article())))
    shipment = world.shipment(order_id)
    first = world.bol.ship(shipment).ticket
    world.clock.advance(10)
    second = world.bol.ship(replace(shipment, lines=shipment.lines[1:])).ticket
    found = world.bol.tickets_of(replace(shipment, lines=shipment.lines[::-1]))
    assert [ticket.id for ticket in found] == [second, first]
    assert found[0].created_at == NOW + timedelta(seconds=10)
    assert world.bol.tickets_of(replace(shipment, lines=shipment.lines[2:])) == ()


def test_more_than_a_page_of_earlier_attempts_is_read_whole(world: World) -> None:
    shipment = world.shipment(world.sandbox.place())
    tickets = [world.bol.ship(shipment).ticket for _ in range(51)]
    assert {ticket.id for ticket in world.bol.tickets_of(shipment)} == set(tickets)


# Shipments that bol knows


def test_the_shipments_of_an_order_are_read_with_codes_and_quantities(world: World) -> None:
    order_id = world.sandbox.place(Purchase((Article(quantity=3),)))
    (item,) = world.items(order_id)
    world.bol.ship(Shipment(order_id, "ref-7", (ShippedLine(item, 2),), "3SABC", "TNT"))
    world.clock.advance(60)
    world.sandbox.ship_by_hand(order_id, "JVGL1", "DHLFORYOU")
    world.sandbox.ship_by_hand(world.sandbox.place())
    assert set(world.bol.shipments(order_id)) == {
        SeenShipment("ref-7", "3SABC", "TNT", (ShippedLine(item, 2),)),
        SeenShipment("", "JVGL1", "DHLFORYOU", (ShippedLine(item, 1),)),
    }


def test_shipments_of_other_orders_are_not_taken_for_this_ones(world: World) -> None:
    for _ in range(51):
        world.sandbox.ship_by_hand(world.sandbox.place())
    order_id = world.sandbox.orders()[0].id

    def ignore_the_filter(request: Request) -> Answer | None:
        if request.path != "/retailer/shipments":
            return None
        return world.sandbox.handle(changed(request, query={"page": request.query["page"]}))

    world.instead = ignore_the_filter
    assert len(world.bol.shipments(order_id)) == 1


def test_a_shipment_that_cannot_be_read_is_no_answer(world: World) -> None:
    order_id = world.sandbox.place()
    shipment_id = world.sandbox.ship_by_hand(order_id)
    answer = json_answer(200, {"shipmentItems": [{}]}, media_type=MEDIA_TYPE)
    world.instead = answering(f"/retailer/shipments/{shipment_id}", answer)
    with pytest.raises(TryLater):
        world.bol.shipments(order_id)


def test_a_late_code_reaches_the_transport_of_our_shipment(world: World) -> None:
    order_id = world.sandbox.place(Purchase((Article(quantity=2),)))
    without = world.shipment(order_id, code="", reference="ref-1")
    world.bol.ship(without)
    world.clock.advance(60)
    world.sandbox.ship_by_hand(order_id, "3SOTHER", "TNT")
    ticket = world.bol.update_tracking(replace(without, code="3SLATE", carrier_code="TNT")).ticket
    world.clock.advance(60)
    assert world.bol.tickets([ticket])[ticket].state is TicketState.DONE
    (changed,) = world.sandbox.ledger.transports
    assert (changed.reference, changed.code, changed.transporter) == ("ref-1", "3SLATE", "TNT")


def test_a_late_code_waits_until_bol_lists_our_shipment(world: World) -> None:
    order_id = world.sandbox.place()
    world.sandbox.ship_by_hand(order_id)
    with pytest.raises(TryLater, match="does not list shipment"):
        world.bol.update_tracking(world.shipment(order_id))
    assert world.sandbox.ledger.transports == []


def test_a_late_code_for_two_transports_is_refused(world: World) -> None:
    order_id = world.sandbox.place(Purchase((Article(quantity=2),)))
    for _ in range(2):
        world.bol.ship(world.shipment(order_id, code=""))
    world.clock.advance(60)
    with pytest.raises(Refused, match="312000001, 312000002"):
        world.bol.update_tracking(world.shipment(order_id))


def test_an_update_without_a_code_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="no code"):
        world.bol.update_tracking(world.shipment(world.sandbox.place(), code=""))
    assert world.requests == []


@pytest.mark.shared
def test_the_description_of_bol_was_really_used() -> None:
    if not described():
        pytest.skip(f"{SPECS} is not there")
    wrong = Request("POST", "/retailer/shipments", {}, {}, b'{"orderItems": [], "extra": 1}')
    with pytest.raises(jsonschema.ValidationError):
        check_exchange(wrong, Answer(202, b"{}"))

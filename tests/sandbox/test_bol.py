"""The bol sandbox behaves as bol does."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from orderlink.clock import ManualClock
from orderlink.sandbox.bol import BolSandbox
from orderlink.sandbox.bol_records import Article, Purchase
from orderlink.sandbox.server import Answer, Loopback, Request

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
MEDIA_TYPE = "application/vnd.retailer.v10+json"
BASIC = {"authorization": f"Basic {b64encode(b'id:secret').decode()}"}


class Caller:
    """Somebody who asks the sandbox, with a fresh token each time unless told otherwise."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock(NOW)
        self.sandbox = BolSandbox(self.clock, client_id="id", client_secret="secret", **options)

    def ask(
        self, method: str, url: str, document: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        parts = urlsplit(url)
        body = b"" if document is None else json.dumps(document).encode()
        query = parse_qs(parts.query)
        return self.sandbox.handle(Request(method, parts.path, query, headers or {}, body))

    def token(self) -> str:
        answer = self.ask("POST", "/token?grant_type=client_credentials", headers=BASIC)
        return str(json.loads(answer.body)["access_token"])

    def call(self, method: str, url: str, document: Any = None, **headers: str) -> Answer:
        usual = {
            "authorization": f"Bearer {self.token()}",
            "accept": MEDIA_TYPE,
            "content-type": MEDIA_TYPE,
        }
        return self.ask(method, url, document, usual | headers)

    def get(self, url: str) -> Any:
        answer = self.call("GET", url)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def listed(self, query: str) -> list[tuple[str, list[str]]]:
        rows = self.get(f"/retailer/orders?{query}").get("orders", [])
        return [(row["orderId"], [item["ean"] for item in row["orderItems"]]) for row in rows]

    def items(self, order_id: str) -> list[str]:
        order = self.get(f"/retailer/orders/{order_id}")
        return [item["orderItemId"] for item in order["orderItems"]]

    def ship(self, *lines: tuple[str, int | None], **transport: str) -> str:
        answer = self.call("POST", "/retailer/shipments", shipment(*lines, **transport))
        assert answer.status == 202, answer.body
        return str(json.loads(answer.body)["processStatusId"])

    def outcome(self, process_id: str) -> tuple[str, str]:
        document = self.get(f"/shared/process-status/{process_id}")
        return document["status"], document.get("errorMessage", "")


def shipment(*lines: tuple[str, int | None], **transport: str) -> dict[str, Any]:
    return {
        "orderItems": [
            {"orderItemId": item_id, **({"quantity": quantity} if quantity else {})}
            for item_id, quantity in lines
        ],
        "shipmentReference": "ref-1",
        "transport": transport or {"transporterCode": "TNT", "trackAndTrace": "3SABC"},
    }


@pytest.fixture
def bol() -> Caller:
    return Caller(rate_limits=False)


def test_wrong_credentials_get_no_token(bol: Caller) -> None:
    answer = bol.ask("POST", "/token?grant_type=client_credentials", headers={})
    assert answer.status == 401
    assert json.loads(answer.body)["error"] == "invalid_client"
    assert bol.ask("POST", "/token", headers=BASIC).status == 400
    assert bol.sandbox.ledger.tokens == []


def test_a_token_holds_for_299_seconds(bol: Caller) -> None:
    headers = {"authorization": f"Bearer {bol.token()}", "accept": MEDIA_TYPE}
    bol.clock.advance(298)
    assert bol.ask("GET", "/retailer/orders", headers=headers).status == 200
    bol.clock.advance(1)
    answer = bol.ask("GET", "/retailer/orders", headers=headers)
    assert answer.status == 401
    assert json.loads(answer.body)["title"] == "Expired JWT"


def test_forgotten_tokens_are_refused(bol: Caller) -> None:
    token = bol.token()
    bol.sandbox.forget_tokens()
    headers = {"authorization": f"Bearer {token}", "accept": MEDIA_TYPE}
    assert bol.ask("GET", "/retailer/orders", headers=headers).status == 401


def test_other_media_types_are_refused(bol: Caller) -> None:
    assert bol.call("GET", "/retailer/orders", accept="application/json").status == 406
    wrong = {"content-type": "application/json"}
    assert bol.call("POST", "/retailer/shipments", {}, **wrong).status == 415


def test_the_date_is_the_clocks(bol: Caller) -> None:
    assert bol.call("GET", "/retailer/orders").headers["Date"] == "Mon, 05 Jan 2026 10:00:00 GMT"


def test_an_unknown_path_and_an_unknown_order_are_not_found(bol: Caller) -> None:
    assert bol.call("GET", "/retailer/nothing").status == 404
    answer = bol.call("GET", "/retailer/orders/C404")
    assert answer.status == 404
    assert json.loads(answer.body)["status"] == 404


def test_an_empty_list_has_no_orders_at_all(bol: Caller) -> None:
    assert bol.get("/retailer/orders") == {}


def test_the_list_is_filtered_item_by_item(bol: Caller) -> None:
    articles = (Article(ean="1"), Article(ean="2", method="FBB"), Article(ean="3"))
    order_id = bol.sandbox.place(Purchase(articles))
    bol.sandbox.cancel(order_id, bol.items(order_id)[2])
    assert bol.listed("") == [(order_id, ["1"])]
    assert bol.listed("fulfilment-method=ALL") == [(order_id, ["1", "2"])]
    assert bol.listed("fulfilment-method=FBB") == [(order_id, ["2"])]
    assert bol.listed("status=ALL&fulfilment-method=ALL") == [(order_id, ["1", "2", "3"])]
    assert bol.listed("status=SHIPPED&fulfilment-method=ALL") == []
    bol.sandbox.ship_from_bol(order_id)
    assert bol.listed("status=SHIPPED&fulfilment-method=ALL") == [(order_id, ["2"])]


def test_the_change_interval_shows_what_changed_in_it(bol: Caller) -> None:
    order_id = bol.sandbox.place()
    bol.clock.advance(601)
    assert bol.listed("status=ALL&change-interval-minute=10") == []
    assert bol.listed("status=ALL&change-interval-minute=11") == [(order_id, ["8712626055143"])]
    bol.sandbox.request_cancellation(order_id)
    assert bol.listed("status=ALL&change-interval-minute=10") == [(order_id, ["8712626055143"])]


def test_what_is_handled_is_listed_for_48_hours(bol: Caller) -> None:
    order_id = bol.sandbox.place()
    bol.sandbox.ship_by_hand(order_id)
    bol.clock.advance(48 * 3600)
    assert bol.listed("status=ALL") == [(order_id, ["8712626055143"])]
    bol.clock.advance(1)
    assert bol.listed("status=ALL") == []


@pytest.mark.parametrize(
    "query", ["status=NEW", "fulfilment-method=X", "change-interval-minute=61", "page=0", "page=x"]
)
def test_a_wrong_query_is_refused_with_the_name_of_the_parameter(bol: Caller, query: str) -> None:
    answer = bol.call("GET", f"/retailer/orders?{query}")
    assert answer.status == 400
    violations = json.loads(answer.body)["violations"]
    assert [violation["name"] for violation in violations] == [query.partition("=")[0]]


def test_the_list_has_50_orders_a_page(bol: Caller) -> None:
    ids = [bol.sandbox.place() for _ in range(101)]
    pages = [[order for order, _ in bol.listed(f"page={page}")] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [50, 50, 1, 0]
    assert [order_id for page in pages for order_id in page] == ids


def test_an_order_shows_the_buyer_the_prices_and_the_dates(bol: Caller) -> None:
    article = Article(quantity=3, price=Decimal("12.99"), discount=Decimal(2), exact_delivery=True)
    placed = Purchase((article,), ship_to={"surname": "Jansen"}, pickup_point=True)
    order = bol.get(f"/retailer/orders/{bol.sandbox.place(placed)}")
    assert order["shipmentDetails"]["surname"] == "Jansen"
    assert order["billingDetails"]["surname"] == "Jansen"
    assert order["pickupPoint"] is True
    (item,) = order["orderItems"]
    assert (item["unitPrice"], item["totalPrice"]) == (12.99, 36.97)
    assert item["fulfilment"]["exactDeliveryDate"] == "2026-01-07"
    assert item["fulfilment"]["expiryDate"] == "2026-01-10"


def test_a_shipment_is_carried_out_after_a_while(bol: Caller) -> None:
    order_id = bol.sandbox.place(Purchase((Article(quantity=3),)))
    (item,) = bol.items(order_id)
    process = bol.ship((item, 2))
    bol.clock.advance(59)
    assert bol.outcome(process) == ("PENDING", "")
    assert bol.sandbox.ledger.executed == []
    bol.clock.advance(1)
    assert bol.outcome(process) == ("SUCCESS", "")
    (accepted,), (executed,) = bol.sandbox.ledger.accepted, bol.sandbox.ledger.executed
    assert accepted.at == NOW
    assert executed.at == NOW + timedelta(seconds=60)
    assert accepted.order_id == executed.order_id == order_id
    assert executed.lines == ((item, 2),)
    assert (executed.code, executed.transporter, executed.reference) == ("3SABC", "TNT", "ref-1")
    assert bol.sandbox.orders()[0].items[0].open == 1


def test_a_quantity_left_out_means_all_that_is_open(bol: Caller) -> None:
    order_id = bol.sandbox.place(Purchase((Article(quantity=3),)))
    (item,) = bol.items(order_id)
    bol.sandbox.cancel(order_id, quantity=1)
    bol.ship((item, None))
    bol.clock.advance(60)
    assert bol.sandbox.orders()[0].items[0].shipped == 2
    assert bol.sandbox.ledger.executed[0].lines == ((item, 2),)


def failure(bol: Caller, *lines: tuple[str, int | None]) -> str:
    process = bol.ship(*lines)
    bol.clock.advance(60)
    status, message = bol.outcome(process)
    assert status == "FAILURE"
    return message


def test_what_cannot_be_shipped_fails_later_with_a_reason(bol: Caller) -> None:
    order_id = bol.sandbox.place(
        Purchase((Article(quantity=2), Article(method="FBB"), Article(distribution_party="BOL")))
    )
    own, stored, labelled = bol.items(order_id)
    (foreign,) = bol.items(bol.sandbox.place())
    assert "could not be found" in failure(bol, ("999", 1))
    assert "exceeds" in failure(bol, (own, 3))
    assert "fulfilled by bol" in failure(bol, (stored, 1))
    assert "label" in failure(bol, (labelled, 1))
    assert "same order" in failure(bol, (own, 1), (foreign, 1))
    assert "once" in failure(bol, (own, 1), (own, 1))
    assert bol.sandbox.ledger.executed == []
    assert len(bol.sandbox.ledger.accepted) == 6
    bol.sandbox.ship_by_hand(order_id)
    assert "already shipped" in failure(bol, (own, 1))
    bol.sandbox.cancel(bol.sandbox.orders()[1].id)
    assert "already cancelled" in failure(bol, (foreign, 1))


def test_of_two_shipments_for_the_same_pieces_one_fails(bol: Caller) -> None:
    (item,) = bol.items(bol.sandbox.place())
    first, second = bol.ship((item, 1)), bol.ship((item, 1))
    bol.clock.advance(60)
    assert bol.outcome(first)[0] == "SUCCESS"
    assert bol.outcome(second)[0] == "FAILURE"
    assert len(bol.sandbox.ledger.executed) == 1


def test_a_failure_and_a_time_out_can_be_planned(bol: Caller) -> None:
    items = [bol.items(bol.sandbox.place())[0] for _ in range(4)]
    bol.sandbox.fail_next_shipment("No.")
    bol.sandbox.time_out_next_shipment(acts=False)
    bol.sandbox.time_out_next_shipment(acts=True)
    processes = [bol.ship((item, 1)) for item in items]
    bol.clock.advance(60)
    words = [bol.outcome(process) for process in processes]
    assert [status for status, _ in words] == ["FAILURE", "TIMEOUT", "TIMEOUT", "SUCCESS"]
    assert words[0] == ("FAILURE", "No.")
    executed = [one.process_id for one in bol.sandbox.ledger.executed]
    assert executed == processes[2:]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"orderItems": []}, "orderItems"),
        ({"orderItems": [{"orderItemId": str(n)} for n in range(101)]}, "orderItems"),
        ({"orderItems": [{"orderItemId": ""}]}, "orderItems[0].orderItemId"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 0}]}, "orderItems[0].quantity"),
        ({"orderItems": [{"orderItemId": "1", "quantity": True}]}, "orderItems[0].quantity"),
        ({"shipmentReference": ""}, "shipmentReference"),
        ({"shipmentReference": "x" * 91}, "shipmentReference"),
        ({"transport": None}, "transport"),
        ({"transport": {"transporterCode": "POSTNL"}}, "transport.transporterCode"),
        ({"transport": {"transporterCode": "TNT"}}, "transport.trackAndTrace"),
    ],
)
def test_a_wrong_shipment_is_refused_at_once(
    bol: Caller, change: dict[str, Any], name: str
) -> None:
    answer = bol.call("POST", "/retailer/shipments", shipment(("1", 1)) | change)
    assert answer.status == 400
    assert [one["name"] for one in json.loads(answer.body)["violations"]] == [name]
    assert bol.sandbox.ledger.accepted == []


def test_a_body_that_is_no_object_is_refused(bol: Caller) -> None:
    assert bol.call("POST", "/retailer/shipments", [1]).status == 400
    assert bol.call("POST", "/shared/process-status", {"processStatusQueries": []}).status == 400


def test_process_statuses_are_found_by_id_in_bulk_and_by_the_first_item(bol: Caller) -> None:
    first, second = bol.items(bol.sandbox.place(Purchase((Article(), Article()))))
    process = bol.ship((first, 1), (second, 1))
    asked = {"processStatusQueries": [{"processStatusId": one} for one in (process, "unknown")]}
    found = json.loads(bol.call("POST", "/shared/process-status", asked).body)["processStatuses"]
    assert [one["processStatusId"] for one in found] == [process]
    path = "/shared/process-status?event-type=CREATE_SHIPMENT&entity-id="
    assert len(bol.get(path + first)["processStatuses"]) == 1
    assert bol.get(path + second)["processStatuses"] == []
    assert bol.call("GET", "/shared/process-status?entity-id=1").status == 400


def test_process_statuses_are_forgotten_48_hours_after_their_end(bol: Caller) -> None:
    (item,) = bol.items(bol.sandbox.place())
    process = bol.ship((item, 1))
    bol.clock.advance(60 + 48 * 3600)
    assert bol.outcome(process)[0] == "SUCCESS"
    bol.clock.advance(1)
    assert bol.call("GET", f"/shared/process-status/{process}").status == 404


def test_the_list_of_shipments_has_the_newest_first_without_codes(bol: Caller) -> None:
    order_id = bol.sandbox.place()
    by_hand = bol.sandbox.ship_by_hand(order_id, "3SXYZ", "TNT")
    bol.clock.advance(5)
    later = bol.sandbox.ship_by_hand(bol.sandbox.place())
    rows = bol.get("/retailer/shipments")["shipments"]
    assert [row["shipmentId"] for row in rows] == [later, by_hand]
    assert set(rows[0]["transport"]) == {"transportId"}
    (row,) = bol.get(f"/retailer/shipments?order-id={order_id}")["shipments"]
    document = bol.get(f"/retailer/shipments/{row['shipmentId']}")
    assert document["transport"]["trackAndTrace"] == "3SXYZ"
    assert document["shipmentItems"][0]["quantity"] == 1
    assert bol.call("GET", "/retailer/shipments/1").status == 404


def test_a_code_is_added_to_a_transport_later(bol: Caller) -> None:
    order_id = bol.sandbox.place()
    (item,) = bol.items(order_id)
    bol.ship((item, 1), transporterCode="OTHER")
    bol.clock.advance(60)
    (row,) = bol.get("/retailer/shipments")["shipments"]
    path = f"/retailer/transports/{row['transport']['transportId']}"
    change = {"transporterCode": "TNT", "trackAndTrace": "3SLATE"}
    process = json.loads(bol.call("PUT", path, change).body)
    assert process["eventType"] == "CHANGE_TRANSPORT"
    bol.clock.advance(60)
    assert bol.outcome(process["processStatusId"]) == ("SUCCESS", "")
    (changed,) = bol.sandbox.ledger.transports
    assert (changed.order_id, changed.code, changed.transporter) == (order_id, "3SLATE", "TNT")
    transport = bol.get(f"/retailer/shipments/{row['shipmentId']}")["transport"]
    assert transport["trackAndTrace"] == "3SLATE"


def test_a_wrong_change_of_a_transport_is_refused_or_fails(bol: Caller) -> None:
    assert bol.call("PUT", "/retailer/transports/1", {"trackAndTrace": ""}).status == 400
    wrong = {"trackAndTrace": "3S", "transporterCode": "X"}
    assert bol.call("PUT", "/retailer/transports/1", wrong).status == 400
    answer = bol.call("PUT", "/retailer/transports/1", {"trackAndTrace": "3S"})
    bol.clock.advance(60)
    status, message = bol.outcome(json.loads(answer.body)["processStatusId"])
    assert status == "FAILURE"
    assert "could not be found" in message


def test_requests_over_the_limit_are_429_until_the_window_ends() -> None:
    bol = Caller()
    bol.clock.advance(1000)
    remaining = [
        bol.call("GET", "/retailer/orders").headers["X-RateLimit-Remaining"] for _ in range(25)
    ]
    assert remaining == [str(number) for number in range(24, -1, -1)]
    bol.clock.advance(20)
    answer = bol.call("GET", "/retailer/orders")
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "40"
    assert bol.call("GET", "/retailer/shipments").status == 200
    bol.clock.advance(40)
    assert bol.call("GET", "/retailer/orders").status == 200
    assert bol.sandbox.ledger.answers["orders", 429] == 1


def test_a_person_plays_over_http_only_where_that_is_allowed(bol: Caller) -> None:
    assert bol.ask("POST", "/_sandbox/place").status == 404
    open_to_all = Caller(control=True)
    placed = {"articles": [{"reference": "A", "price": "5.00", "quantity": 2}], "order_id": "X1"}
    assert open_to_all.ask("POST", "/_sandbox/place", placed).body == b'{"order_id": "X1"}'
    assert open_to_all.ask("POST", "/_sandbox/place", placed).status == 400
    cancel = {"order_id": "X1", "quantity": 1}
    assert open_to_all.ask("POST", "/_sandbox/cancel", cancel).status == 200
    request = {"order_id": "X1"}
    assert open_to_all.ask("POST", "/_sandbox/request-cancellation", request).status == 200
    ship = {"order_id": "X1", "code": "3S", "transporter": "TNT"}
    assert open_to_all.ask("POST", "/_sandbox/ship-by-hand", ship).status == 200
    (order,) = json.loads(open_to_all.ask("POST", "/_sandbox/orders").body)["orders"]
    (item,) = order["items"]
    assert (item["reference"], item["shipped"], item["cancelled"]) == ("A", 1, 1)
    assert item["cancellation_requested"] is True
    for name, wrong in (
        ("cancel", {"order_id": "X2"}),
        ("cancel", {"nonsense": 1}),
        ("place", {"articles": [{"price": "dear"}]}),
        ("fly", {}),
    ):
        assert open_to_all.ask("POST", f"/_sandbox/{name}", wrong).status == 400


def test_a_person_cannot_ship_what_is_not_open(bol: Caller) -> None:
    order_id = bol.sandbox.place()
    bol.sandbox.cancel(order_id)
    with pytest.raises(ValueError, match="nothing of order"):
        bol.sandbox.ship_by_hand(order_id)


def test_many_threads_ship_each_piece_once(bol: Caller) -> None:
    (item,) = bol.items(bol.sandbox.place(Purchase((Article(quantity=8),))))
    threads = [threading.Thread(target=bol.ship, args=((item, 1),)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bol.clock.advance(60)
    assert bol.sandbox.orders()[0].items[0].shipped == 8
    assert len(bol.sandbox.ledger.accepted) == 16
    assert len(bol.sandbox.ledger.executed) == 8


def test_it_is_served_on_loopback_too(bol: Caller) -> None:
    bol.sandbox.place()
    headers = {"Authorization": f"Bearer {bol.token()}", "Accept": MEDIA_TYPE}
    with Loopback(bol.sandbox) as server, requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"{server.url}/retailer/orders", headers=headers, timeout=5)
        assert len(answer.json()["orders"]) == 1
        assert answer.headers["Content-Type"] == f"{MEDIA_TYPE};charset=UTF-8"

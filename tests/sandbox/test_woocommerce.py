"""The sandbox WooCommerce does what the recorded shops did."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from orderlink.clock import ManualClock
from orderlink.sandbox.server import Answer, Request
from orderlink.sandbox.woocommerce import RATES, WooCommerceSandbox
from orderlink.sandbox.woocommerce_state import SandboxSelling

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "woocommerce"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recordings of real shops (../shared) are not here"
)
KEY = "ck_bench_rw_0000000000000000000000000000000"
SECRET = "cs_bench_rw_0000000000000000000000000000000"
READ_ONLY = ("ck_read", "cs_read")
START = datetime(2026, 11, 22, 23, 34, 47, tzinfo=UTC)
COMPARED = """
    id number status currency prices_include_tax discount_total shipping_total shipping_tax
    cart_tax total total_tax billing shipping payment_method payment_method_title
    transaction_id customer_note refunds name product_id variation_id quantity tax_class
    subtotal subtotal_tax taxes sku rate_code rate_id label compound tax_total
    shipping_tax_total rate_percent method_id method_title tax_status code message params key
    value error create update line_items tax_lines shipping_lines fee_lines meta_data amount
    reason stock_quantity parent_name tracking_provider tracking_number date_shipped note
    customer_note type parent_id first_name last_name company address_1 address_2 city state
    postcode country email phone global_unique_id json_error_code stock_status manage_stock
    variations
"""
ALWAYS_COMPARED = COMPARED.split()
KEPT_BY_SHOPS_ONLY = {
    "_reduced_stock",
    "colour",
    "_wp_trash_meta_status",
    "_wp_trash_meta_time",
    "_wp_trash_meta_comments_status",
    "_wp_desired_post_slug",
}
NOT_COMPARED = (
    "52-note.id",  # real shops write more notes of their own
    "53-notes-list",
    "31-qty-zero.message",  # a stack trace
    "31-qty-zero.data.error",
)


def sandbox(clock: ManualClock | None = None, **options: Any) -> WooCommerceSandbox:
    return WooCommerceSandbox(
        clock or ManualClock(START),
        consumer_key=KEY,
        consumer_secret=SECRET,
        read_only_key=READ_ONLY[0],
        read_only_secret=READ_ONLY[1],
        **options,
    )


def signed(key: str = KEY, secret: str = SECRET) -> dict[str, str]:
    pair = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def call(
    shop: WooCommerceSandbox,
    method: str,
    url: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    answer = raw_call(shop, method, f"/wp-json/wc/v3{url}", body, headers)
    return answer.status, json.loads(answer.body)


def raw_call(
    shop: WooCommerceSandbox,
    method: str,
    url: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    parts = urlsplit(url)
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body else b""
    query = parse_qs(parts.query, keep_blank_values=True)
    signature = signed() if headers is None else headers
    return shop.handle(Request(method, parts.path, query, signature, content))


def compared(document: Any) -> Any:
    """Keep what matters, drop what is a clock's, a random key or an inner number."""
    if isinstance(document, list):
        return [
            compared(entry)
            for entry in document
            if not (isinstance(entry, dict) and entry.get("key") in KEPT_BY_SHOPS_ONLY)
        ]
    if not isinstance(document, dict):
        return document
    kept = {name: compared(document[name]) for name in ALWAYS_COMPARED if name in document}
    if "key" in document:
        kept.pop("id", None)
    if "code" in document:
        kept["data"] = compared(document.get("data", {}))
    return kept


def differences(seen: Any, recorded: Any, path: str = "") -> list[str]:
    """Name what was recorded and is not there or not the same."""
    if isinstance(seen, dict) and isinstance(recorded, dict):
        return [
            text
            for name, value in recorded.items()
            for text in differences(seen.get(name), value, f"{path}.{name}")
        ]
    if isinstance(seen, list) and isinstance(recorded, list) and len(seen) == len(recorded):
        return [
            text
            for index, value in enumerate(recorded)
            for text in differences(seen[index], value, f"{path}[{index}]")
        ]
    return [] if seen == recorded else [f"{path}: {seen!r} instead of {recorded!r}"]


def recorded_exchanges(folder: str) -> list[tuple[str, str, str, bytes, int, Any]]:
    exchanges = []
    for file in sorted((RECORDINGS / folder).glob("*.request.txt")):
        head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
        method, url = head.splitlines()[0].split(" ", 1)
        stem = str(file).removesuffix(".request.txt")
        status = int(Path(f"{stem}.headers.txt").read_text().split()[1])
        answer = json.loads(Path(f"{stem}.response.json").read_text(encoding="utf-8"))
        name = Path(stem).name
        exchanges.append((name, method, url, body.strip().encode(), status, answer))
    return exchanges


def signature_for(name: str) -> dict[str, str]:
    return {
        "60-bad-secret": signed(secret="wrong"),
        "61-unknown-key": signed(key="ck_unknown"),
        "62-no-auth": {},
        "63-query-auth": {},
        "64-ro-key-post": signed(*READ_ONLY),
    }.get(name, signed())


@needs_recordings
@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "options"),
    [
        ("hpos", {"storage": "hpos", "tracking": "ast"}),
        ("orders-as-posts", {"storage": "posts", "tracking": "ast"}),
        (
            "8.9-shipment-tracking",
            {"storage": "posts", "tracking": "shipment-tracking", "version": "8.9.3"},
        ),
        ("edge-cases", {"storage": "posts", "tracking": "ast"}),
    ],
)
def test_the_recorded_requests_get_the_recorded_answers(
    folder: str, options: dict[str, str]
) -> None:
    clock = ManualClock(START)
    shop = sandbox(clock, **options)
    different = []
    for name, method, url, body, status, recorded in recorded_exchanges(folder):
        clock.advance(1)
        parts = urlsplit(url)
        answer = raw_call(shop, method, f"{parts.path}?{parts.query}", body, signature_for(name))
        seen = json.loads(answer.body)
        found = differences(compared(seen), compared(recorded))
        if answer.status != status:
            found.insert(0, f"status {answer.status} instead of {status}")
        different += [
            f"{name}{text}" for text in found if not f"{name}{text}".startswith(NOT_COMPARED)
        ]
    assert not different, "\n".join(different)


MUG = {"sku": "MUG-RED", "quantity": 1}


def create(shop: WooCommerceSandbox, **body: Any) -> Any:
    status, document = call(shop, "POST", "/orders", {"status": "processing", **body})
    assert status == 201, document
    return document


def test_every_answer_carries_the_time_of_the_clock() -> None:
    answer = raw_call(sandbox(), "GET", "/wp-json/wc/v3/orders")
    assert answer.headers["Date"] == "Sun, 22 Nov 2026 23:34:47 GMT"


def test_an_unknown_sku_makes_an_empty_line_and_201() -> None:
    order = create(sandbox(), line_items=[{"sku": "NOPE", "quantity": 1}])
    line = order["line_items"][0]
    assert (line["product_id"], line["name"], order["total"]) == (0, "", "0.00")


def test_the_same_body_twice_makes_two_orders() -> None:
    shop = sandbox()
    first, second = (create(shop, transaction_id="A", line_items=[MUG]) for _ in range(2))
    assert first["id"] != second["id"]
    assert [entry.transaction_id for entry in shop.ledger.created] == ["A", "A"]


def test_a_filter_by_meta_key_answers_everything() -> None:
    shop = sandbox()
    create(shop, line_items=[MUG])
    status, rows = call(shop, "GET", "/orders?meta_key=_orderlink_ref&meta_value=nothing")
    assert (status, len(rows)) == (200, 1)


def test_skus_are_compared_without_regard_to_case() -> None:
    _, rows = call(sandbox(), "GET", "/products?sku=mug-red,cap-black")
    assert [row["sku"] for row in rows] == ["MUG-RED", "CAP-BLACK"]


def test_stock_goes_below_zero_and_comes_back_with_a_cancellation() -> None:
    shop = sandbox()
    order = create(shop, line_items=[{"sku": "MUG-BLUE", "quantity": 5}])
    assert shop.product(11).stock == -2
    call(shop, "PUT", f"/orders/{order['id']}", {"status": "cancelled"})
    assert shop.product(11).stock == 3


def test_more_than_100_items_in_a_batch_are_refused() -> None:
    body = {"update": [{"id": 10, "stock_quantity": 1}] * 101}
    assert call(sandbox(), "POST", "/products/batch", body)[0] == 413


def test_the_trash_is_not_in_status_any() -> None:
    shop = sandbox()
    order = create(shop, line_items=[MUG])
    call(shop, "DELETE", f"/orders/{order['id']}")
    assert call(shop, "GET", "/orders?status=any")[1] == []
    assert [row["id"] for row in call(shop, "GET", "/orders?status=trash")[1]] == [order["id"]]
    assert call(shop, "GET", f"/orders/{order['id']}")[1]["status"] == "trash"


def test_whoever_stands_in_billing_is_mailed_at_creation_completion_and_refund() -> None:
    shop = sandbox()
    order = create(shop, billing={"email": "buyer@example.test"}, line_items=[MUG])
    call(shop, "PUT", f"/orders/{order['id']}", {"status": "completed"})
    call(shop, "POST", f"/orders/{order['id']}/refunds", {"amount": "5.00"})
    to_buyer = [mail.subject for mail in shop.ledger.mails if mail.to == "buyer@example.test"]
    assert to_buyer == [
        "Your Bench shop order has been received!",
        "Your Bench shop order is now complete",
        f"Your Bench shop order #{order['id']} has been partially refunded",
    ]


def test_without_an_address_only_the_shop_itself_is_mailed() -> None:
    shop = sandbox()
    create(shop, line_items=[MUG])
    assert {mail.to for mail in shop.ledger.mails} == {"admin@example.test"}


def test_a_new_order_is_missing_in_lists_for_as_long_as_the_search_lags() -> None:
    clock = ManualClock(START)
    shop = sandbox(clock, search_lag=60)
    order = create(shop, line_items=[MUG])
    assert call(shop, "GET", "/orders")[1] == []
    assert call(shop, "GET", f"/orders/{order['id']}")[0] == 200
    clock.advance(60)
    assert len(call(shop, "GET", "/orders")[1]) == 1


def test_over_plain_http_no_key_is_looked_at() -> None:
    shop = sandbox(require_tls=True)
    assert call(shop, "GET", "/orders")[0] == 401
    behind_a_proxy = {**signed(), "x-forwarded-proto": "https"}
    assert call(shop, "GET", "/orders", headers=behind_a_proxy)[0] == 200


def test_with_plain_permalinks_there_is_no_api() -> None:
    answer = raw_call(sandbox(plain_permalinks=True), "GET", "/wp-json/wc/v3/orders")
    assert answer.status == 404
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_fulfillments_have_no_route_unless_they_are_switched_on() -> None:
    off, on = sandbox(), sandbox(fulfillments=True)
    for shop in (off, on):
        create(shop, line_items=[MUG])
    assert call(off, "GET", "/orders/16/fulfillments")[1]["code"] == "rest_no_route"
    assert call(on, "GET", "/orders/16/fulfillments") == (200, [])


def test_a_note_does_not_move_the_modification_date_but_meta_does() -> None:
    clock = ManualClock(START)
    shop = sandbox(clock)
    order = create(shop, line_items=[MUG])
    clock.advance(60)
    call(shop, "POST", "/orders/16/notes", {"note": "hello"})
    unmoved = call(shop, "GET", "/orders/16")[1]["date_modified_gmt"]
    call(shop, "PUT", "/orders/16", {"meta_data": [{"key": "a", "value": "b"}]})
    moved = call(shop, "GET", "/orders/16")[1]["date_modified_gmt"]
    assert unmoved == order["date_modified_gmt"] < moved


def test_the_control_address_is_shut_unless_it_is_opened() -> None:
    assert raw_call(sandbox(), "POST", "/_sandbox/orders").status == 404
    assert raw_call(sandbox(control=True), "POST", "/_sandbox/orders").status == 200
    assert raw_call(sandbox(control=True), "POST", "/_sandbox/nonsense").status == 400


def test_people_play_the_warehouse_and_the_ledger_keeps_all_of_it() -> None:
    shop = sandbox()
    create(
        shop,
        transaction_id="A-1",
        line_items=[MUG],
        meta_data=[{"key": "_orderlink_ref", "value": "bol::A-1"}],
    )
    shop.control("complete", {"order": "A-1", "code": "3S1", "provider": "postnl"})
    shop.control("reopen", {"order": "A-1"})
    shop.control("refund", {"order": "A-1"})
    shop.control("trash", {"order": "16"})
    shop.control("delete", {"order": "16"})
    entry = shop.ledger.created[0]
    assert (entry.id, entry.reference, entry.transaction_id) == (16, "bol::A-1", "A-1")
    assert (entry.total, entry.lines[0].sku, entry.lines[0].quantity) == ("12.50", "MUG-RED", 1)
    assert [change.after for change in shop.ledger.changes] == [
        "processing",
        "completed",
        "processing",
        "refunded",
        "trash",
        "deleted",
    ]


def test_a_total_that_is_sent_is_net_and_the_shop_adds_its_own_tax() -> None:
    order = create(
        sandbox(rates=RATES),
        shipping={"country": "DE"},
        line_items=[{**MUG, "total": "10.00", "total_tax": "0.00"}],
    )
    assert order["total"] == "11.90"


def settings_of(shop: WooCommerceSandbox, group: str) -> dict[str, Any]:
    return {row["id"]: row["value"] for row in call(shop, "GET", f"/settings/{group}")[1]}


def test_it_says_where_it_sells_to_and_in_which_currency() -> None:
    selling = SandboxSelling(currency="SEK", allowed="specific", specific=("SE", "NO"))
    general = settings_of(sandbox(selling=selling), "general")
    assert general["woocommerce_currency"] == "SEK"
    assert general["woocommerce_allowed_countries"] == "specific"
    assert general["woocommerce_specific_allowed_countries"] == ["SE", "NO"]


def test_it_lists_its_tax_classes_currencies_and_regions() -> None:
    shop = sandbox()
    assert [row["slug"] for row in call(shop, "GET", "/taxes/classes")[1]] == [
        "standard",
        "reduced-rate",
        "zero-rate",
    ]
    assert {"EUR", "JPY"} <= {row["code"] for row in call(shop, "GET", "/data/currencies")[1]}
    states = call(shop, "GET", "/data/countries/it")[1]["states"]
    assert {"code": "MI", "name": "Milano"} in states


def test_an_order_in_a_currency_that_there_is_not_is_refused() -> None:
    body = {"currency": "ZZZ", "line_items": [MUG]}
    status, answer = call(sandbox(), "POST", "/orders", body)
    assert (status, answer["code"]) == (400, "rest_invalid_param")


def test_an_order_that_is_exempt_from_vat_is_not_taxed() -> None:
    exempt = [{"key": "is_vat_exempt", "value": "yes"}]
    lines = [{**MUG, "total": "10.00"}]
    order = create(sandbox(), line_items=lines, meta_data=exempt)
    assert (order["total"], order["total_tax"], order["tax_lines"]) == ("10.00", "0.00", [])


def test_a_line_may_have_another_tax_class_than_its_product() -> None:
    order = create(sandbox(), line_items=[{**MUG, "total": "10.00", "tax_class": "zero-rate"}])
    assert (order["total"], order["line_items"][0]["tax_class"]) == ("10.00", "zero-rate")


def test_a_database_with_narrow_columns_refuses_emoji() -> None:
    shop = sandbox(selling=SandboxSelling(narrow_text=True))
    body = {"line_items": [MUG], "shipping": {"first_name": "Zoë 🚚"}}
    assert call(shop, "POST", "/orders", body)[0] == 400
    assert call(shop, "POST", "/orders", {**body, "shipping": {"first_name": "Zoë"}})[0] == 201

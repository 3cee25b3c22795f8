"""What one would write in an afternoon with the usual clients: `naive.py PLAN`.

One order after the other, with a commit before and after each write; it looks for no doubles, waits
for no codes, and does not look whether a shipment was accepted. Between import and shipping it says
so and waits for a line, while the warehouse completes the orders.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Articles = list[tuple[str, int, float]]

MEDIA = "application/vnd.retailer.v10+json"


class Bol:
    """bol has no client of its own: a session of `requests`."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url, self.session = url, import_module("requests").Session()
        self.pair = b64encode(f"{key}:{secret}".encode()).decode()
        self.until = 0.0
        self.sign_in()

    def sign_in(self) -> None:
        """Get a token where the last one is about to end: it lives for 299 seconds."""
        if time.monotonic() < self.until:
            return
        answer = self.session.post(
            f"{self.url}/token?grant_type=client_credentials",
            headers={"Authorization": f"Basic {self.pair}"},
        )
        token = answer.json()["access_token"]
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept": MEDIA})
        self.until = time.monotonic() + 240

    def orders(self) -> Iterator[Any]:
        """Give every open order, read whole."""
        page = 1
        while True:
            path = f"/retailer/orders?status=OPEN&page={page}"
            rows = self.session.get(self.url + path).json().get("orders", [])
            for row in rows:
                self.sign_in()
                yield self.session.get(f"{self.url}/retailer/orders/{row['orderId']}").json()
            if len(rows) < 50:
                return
            page += 1

    def sold(self, order: Any) -> tuple[str, dict[str, str], Articles]:
        """Give number, buyer and articles."""
        address = order["shipmentDetails"]
        buyer = {
            "first_name": address["firstName"],
            "last_name": address["surname"],
            "address_1": f"{address['streetName']} {address['houseNumber']}",
            "postcode": address["zipCode"],
            "city": address["city"],
            "country": address["countryCode"],
        }
        articles = [
            (item["offer"]["reference"], item["quantity"], item["unitPrice"])
            for item in order["orderItems"]
        ]
        return order["orderId"], buyer, articles

    def ship(self, order: Any, code: str) -> None:
        """Report the shipment."""
        self.sign_in()
        items = [
            {"orderItemId": item["orderItemId"], "quantity": item["quantity"]}
            for item in order["orderItems"]
        ]
        transport = {"transporterCode": "TNT", "trackAndTrace": code}
        answer = self.session.post(
            f"{self.url}/retailer/shipments",
            json={"orderItems": items, "transport": transport},
            headers={"Content-Type": MEDIA},
        )
        answer.raise_for_status()


class Amazon:
    """The client that most people take; its hosts are constants, and are changed."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.place = import_module("sp_api.base").Marketplaces.NL
        self.place.endpoint = url
        import_module("sp_api.auth").AccessTokenClient.host = url.removeprefix("https://")
        keys = {"lwa_app_id": key, "lwa_client_secret": secret, "refresh_token": secret}
        api = import_module("sp_api.api")
        self.search = api.OrdersV20260101(self.place, credentials=keys)
        self.shipping = api.OrdersV0(self.place, credentials=keys)

    def orders(self) -> Iterator[Any]:
        """Give every open order; a page has them whole."""
        since = datetime.now(UTC) - timedelta(days=1)
        query = {"createdAfter": f"{since:%Y-%m-%dT%H:%M:%SZ}", "maxResultsPerPage": 100}
        query |= {"marketplaceIds": self.place.marketplace_id, "includedData": "BUYER,RECIPIENT"}
        query |= {"fulfillmentStatuses": "UNSHIPPED"}
        while True:
            answer = self.search.search_orders(**query)
            yield from answer.payload["orders"]
            if answer.next_token is None:
                return
            query["paginationToken"] = answer.next_token

    def sold(self, order: Any) -> tuple[str, dict[str, str], Articles]:
        """Give number, buyer and articles."""
        address = order["recipient"]["deliveryAddress"]
        first, _, last = address["name"].partition(" ")
        buyer = {
            "first_name": first,
            "last_name": last,
            "address_1": address["addressLine1"],
            "postcode": address["postalCode"],
            "city": address["city"],
            "country": address["countryCode"],
        }
        articles = [
            (
                item["product"]["sellerSku"],
                item["quantityOrdered"],
                float(item["product"]["price"]["unitPrice"]["amount"]),
            )
            for item in order["orderItems"]
        ]
        return order["orderId"], buyer, articles

    def ship(self, order: Any, code: str) -> None:
        """Report the shipment."""
        items = [
            {"orderItemId": item["orderItemId"], "quantity": item["quantityOrdered"]}
            for item in order["orderItems"]
        ]
        package = {
            "packageReferenceId": "1",
            "carrierCode": "PostNL",
            "trackingNumber": code,
            "shipDate": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "orderItems": items,
        }
        self.shipping.confirm_shipment(
            order["orderId"], marketplaceId=self.place.marketplace_id, packageDetail=package
        )


class WooCommerce:
    """The client that WooCommerce's own documentation names."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.api = import_module("woocommerce").API(
            url=url, consumer_key=key, consumer_secret=secret, version="wc/v3"
        )

    def create(self, number: str, buyer: dict[str, str], articles: Articles) -> int:
        """Create an order; give its id."""
        lines = [
            {"sku": sku, "quantity": quantity, "total": str(quantity * price)}
            for sku, quantity, price in articles
        ]
        document: dict[str, Any] = {"status": "processing", "line_items": lines}
        document |= {"transaction_id": number}
        document |= {"billing": buyer, "shipping": buyer}
        return int(self.api.post("orders", document).json()["id"])

    def code(self, order_id: str) -> str:
        """Give the code of an order that is completed."""
        order = self.api.get(f"orders/{order_id}").json()
        if order["status"] != "completed":
            raise SystemExit(f"order {order_id} is {order['status']}")
        values = {entry["key"]: entry["value"] for entry in order["meta_data"]}
        return str(values["_wc_shipment_tracking_items"][0]["tracking_number"])


class Shopify:
    """Shopify's own client, which opens a connection for each request."""

    def __init__(self, url: str, _: str, secret: str) -> None:
        client = import_module("shopify")
        name, _, port = url.removeprefix("https://").partition(":")
        shop, _, domain = name.partition(".")
        client.Session.setup(myshopify_domain=domain, port=port)
        client.ShopifyResource.activate_session(client.Session(shop, "2026-10", secret))
        self.api = client.GraphQL()
        self.variants: dict[str, str] = {}

    def ask(self, text: str, **variables: Any) -> Any:
        """Carry out one operation."""
        answer = json.loads(self.api.execute(text, variables))
        if "errors" in answer:
            raise SystemExit(f"Shopify: {answer['errors']}")
        return answer["data"]

    def variant(self, sku: str) -> str:
        """Give the id of the variant with this SKU; each is asked for once."""
        if sku not in self.variants:
            text = "query Variant($search: String!)"
            text += " { productVariants(first: 1, query: $search) { nodes { id } } }"
            found = self.ask(text, search=f'sku:"{sku}"')["productVariants"]["nodes"]
            self.variants[sku] = found[0]["id"]
        return self.variants[sku]

    def create(self, number: str, buyer: dict[str, str], articles: Articles) -> str:
        """Create an order; give its id."""
        lines = [
            {
                "variantId": self.variant(sku),
                "quantity": quantity,
                "priceSet": {"shopMoney": {"amount": str(price), "currencyCode": "EUR"}},
            }
            for sku, quantity, price in articles
        ]
        address = {
            "firstName": buyer["first_name"],
            "lastName": buyer["last_name"],
            "address1": buyer["address_1"],
            "zip": buyer["postcode"],
            "city": buyer["city"],
            "countryCode": buyer["country"],
        }
        order: dict[str, Any] = {"sourceIdentifier": number, "lineItems": lines}
        order |= {"financialStatus": "PAID"}
        order |= {"shippingAddress": address, "billingAddress": address}
        text = "mutation Create($order: OrderCreateOrderInput!)"
        text += " { orderCreate(order: $order) { order { id } userErrors { message } } }"
        made = self.ask(text, order=order)["orderCreate"]
        if made["userErrors"]:
            raise SystemExit(f"Shopify refused an order: {made['userErrors']}")
        return str(made["order"]["id"])

    def code(self, order_id: str) -> str:
        """Give the code of an order that is fulfilled."""
        text = "query Order($id: ID!) { order(id: $id) { displayFulfillmentStatus"
        text += " fulfillments(first: 5) { trackingInfo(first: 5) { number } } } }"
        order = self.ask(text, id=order_id)["order"]
        if order["displayFulfillmentStatus"] != "FULFILLED":
            raise SystemExit(f"order {order_id} is {order['displayFulfillmentStatus']}")
        return str(order["fulfillments"][0]["trackingInfo"][0]["number"])


SIDES: dict[str, Any] = {
    "bol": Bol,
    "amazon": Amazon,
    "woocommerce": WooCommerce,
    "shopify": Shopify,
}

plan = json.loads(Path(sys.argv[1]).read_text())
market, shop = (
    SIDES[one["word"]](one["url"], plan["key"], plan["secret"]) for one in plan["sides"]
)
state = sqlite3.connect(plan["state"])
state.execute(
    "CREATE TABLE orders (number TEXT PRIMARY KEY, document TEXT, shop_id TEXT, state TEXT)"
)

for order in market.orders():
    number, buyer, articles = market.sold(order)
    known = [number, json.dumps(order)]
    state.execute("INSERT INTO orders (number, document, state) VALUES (?, ?, 'creating')", known)
    state.commit()
    created = shop.create(number, buyer, articles)
    state.execute(
        "UPDATE orders SET shop_id = ?, state = 'created' WHERE number = ?", [created, number]
    )
    state.commit()
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
rows = state.execute("SELECT number, document, shop_id FROM orders WHERE state = 'created'")
for number, document, shop_id in rows.fetchall():
    code = shop.code(shop_id)
    state.execute("UPDATE orders SET state = 'shipping' WHERE number = ?", [number])
    state.commit()
    market.ship(json.loads(document), code)
    state.execute("UPDATE orders SET state = 'shipped' WHERE number = ?", [number])
    state.commit()

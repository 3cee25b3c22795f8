"""bol and Amazon as the sides of a life; see `sides`."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from orderlink.sandbox import amazon_records, bol_records
from orderlink.sandbox.server import Request
from tests.simulation.plan import BASKETS
from tests.simulation.sides import LateCode, MarketSide, Placed, PlacedLine, Sent
from tests.support.markets import KEYS, AmazonMarket, BolMarket

if TYPE_CHECKING:
    from orderlink.sandbox.amazon import AmazonSandbox
    from orderlink.sandbox.bol import BolSandbox
    from tests.support.markets import Market


class BolSide:
    """bol: it takes a shipment without a code, and a late code is a change of its transport."""

    name = "bol"
    needs_code = False
    shows_after = timedelta(0)

    def __init__(self, sandbox: BolSandbox) -> None:
        self.sandbox = sandbox

    def buy(self, basket: str) -> str:
        """Let a buyer order a basket of the plan."""
        return self.sandbox.place(bol_records.Purchase(articles=BASKETS[basket]))

    def cancel(self, order_id: str) -> None:
        """Cancel all that is open."""
        self.sandbox.cancel(order_id)

    def cancel_piece(self, order_id: str) -> None:
        """Cancel one piece of the first line."""
        self.sandbox.cancel(order_id, _first_line(self, order_id), 1)

    def ask_to_cancel(self, order_id: str) -> None:
        """Let the buyer ask to cancel."""
        self.sandbox.request_cancellation(order_id)

    def ship_by_hand(self, order_id: str, code: str) -> None:
        """Report it on bol's own pages."""
        self.sandbox.ship_by_hand(order_id, code, "TNT")

    def placed(self) -> list[Placed]:
        """List every order as it stands."""
        return [
            Placed(order.id, order.placed_at, tuple(map(self._line, order.items)))
            for order in self.sandbox.orders()
        ]

    @staticmethod
    def _line(item: bol_records.Item) -> PlacedLine:
        article = item.article
        ours = article.method == "FBR"
        return PlacedLine(
            id=item.id,
            reference=article.reference,
            price=article.price,
            quantity=article.quantity,
            cancelled=item.cancelled,
            open=item.open,
            is_ours=ours,
            is_reported=ours and article.distribution_party == "RETAILER",
        )

    def sent(self) -> list[Sent]:
        """List the shipments that were accepted: each process is a shipment of its own."""
        executed = {one.process_id for one in self.sandbox.ledger.executed}
        return [
            Sent(
                one.at,
                one.order_id,
                one.lines,
                one.code,
                one.process_id,
                one.process_id in executed,
            )
            for one in self.sandbox.ledger.accepted
        ]

    def late_codes(self) -> list[LateCode]:
        """List the changes of transports."""
        return [LateCode(one.at, one.order_id, one.code) for one in self.sandbox.ledger.transports]

    def codes_of(self, order_id: str) -> list[str]:
        """List the codes of an order's shipments and of their transports."""
        ledger = self.sandbox.ledger
        given = [one.code for one in ledger.executed if one.order_id == order_id]
        return given + [one.code for one in ledger.transports if one.order_id == order_id]

    def trace(self) -> tuple[int, ...]:
        """Count what has happened."""
        ledger = self.sandbox.ledger
        return len(ledger.accepted), len(ledger.executed), len(ledger.transports)

    def signed_in(self, request: Request) -> Request:
        """Renew the request's token."""
        basic = b64encode(f"{KEYS['client_id']}:{KEYS['client_secret']}".encode()).decode()
        query = {"grant_type": ["client_credentials"]}
        ask = Request("POST", "/token", query, {"authorization": f"Basic {basic}"}, b"")
        token = json.loads(self.sandbox.handle(ask).body)["access_token"]
        return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})


class AmazonSide:
    """Amazon: a code is needed, and a parcel that is confirmed again is changed, not added.

    Amazon has orders that it sends itself, but none in which only some articles are its own. A
    "label" order is one that it collects at the merchant's door: it takes no confirmation.
    """

    name = "amazon"
    needs_code = True
    shows_after = timedelta(minutes=2)

    def __init__(self, sandbox: AmazonSandbox) -> None:
        self.sandbox = sandbox

    def buy(self, basket: str) -> str:
        """Let a buyer order a basket of the plan."""
        articles = [
            amazon_records.Article(
                reference=article.reference,
                ean=article.ean,
                quantity=article.quantity,
                price=article.price,
                title=article.title,
            )
            for article in BASKETS[basket]
            if basket == "by bol" or article.method == "FBR"
        ]
        return self.sandbox.place(
            amazon_records.Purchase(
                articles=articles,
                fulfilled_by="AMAZON" if basket == "by bol" else "MERCHANT",
                programs=["FBM_SHIP_PLUS"] if basket == "label" else (),
            )
        )

    def cancel(self, order_id: str) -> None:
        """Cancel all that is open."""
        self.sandbox.cancel(order_id)

    def cancel_piece(self, order_id: str) -> None:
        """Cancel one piece of the first line."""
        self.sandbox.cancel(order_id, _first_line(self, order_id), 1)

    def ask_to_cancel(self, order_id: str) -> None:
        """Let the buyer ask to cancel."""
        self.sandbox.request_cancellation(order_id)

    def ship_by_hand(self, order_id: str, code: str) -> None:
        """Confirm it in Seller Central."""
        self.sandbox.ship_by_hand(order_id, code)

    def placed(self) -> list[Placed]:
        """List every order as it stands."""
        return [
            Placed(
                order.id,
                order.placed_at,
                tuple(self._line(item, order.purchase) for item in order.items),
            )
            for order in self.sandbox.orders()
        ]

    @staticmethod
    def _line(item: amazon_records.Item, purchase: amazon_records.Purchase) -> PlacedLine:
        ours = purchase.fulfilled_by == "MERCHANT"
        return PlacedLine(
            id=item.id,
            reference=item.article.reference,
            price=item.article.price,
            quantity=item.article.quantity,
            cancelled=item.cancelled,
            open=item.open,
            is_ours=ours,
            is_reported=ours and "FBM_SHIP_PLUS" not in purchase.programs,
        )

    def sent(self) -> list[Sent]:
        """List the confirmations that were answered 204; some of them did nothing."""
        return [
            Sent(one.at, one.order_id, one.lines, one.code, one.reference, one.act != "dropped")
            for one in self.sandbox.ledger.accepted
        ]

    def late_codes(self) -> list[LateCode]:
        """List the changes that gave a parcel another code."""
        ledger = self.sandbox.ledger
        codes = {(one.order_id, one.reference): one.code for one in ledger.executed}
        late = []
        for one in ledger.updated:
            parcel = one.order_id, one.reference
            if one.code != codes[parcel]:
                late.append(LateCode(one.at, one.order_id, one.code))
            codes[parcel] = one.code
        return late

    def codes_of(self, order_id: str) -> list[str]:
        """List the codes that an order's parcels ever had."""
        ledger = self.sandbox.ledger
        return [one.code for one in (*ledger.executed, *ledger.updated) if one.order_id == order_id]

    def trace(self) -> tuple[int, ...]:
        """Count what has happened."""
        ledger = self.sandbox.ledger
        return len(ledger.accepted), len(ledger.executed), len(ledger.updated)

    def signed_in(self, request: Request) -> Request:
        """Renew the request's token."""
        form = {**KEYS, "grant_type": "refresh_token", "refresh_token": "canary-refresh"}
        ask = Request("POST", "/auth/o2/token", {}, {}, urlencode(form).encode())
        token = json.loads(self.sandbox.handle(ask).body)["access_token"]
        return replace(request, headers={**request.headers, "x-amz-access-token": token})


def _first_line(side: MarketSide, order_id: str) -> str:
    (placed,) = (one for one in side.placed() if one.id == order_id)
    return placed.lines[0].id


def market_side(market: Market) -> MarketSide:
    """Give the side of an account."""
    if isinstance(market, AmazonMarket):
        return AmazonSide(market.sandbox)
    assert isinstance(market, BolMarket)
    return BolSide(market.sandbox)


MARKETS = {"bol": BolMarket, "amazon": AmazonMarket}

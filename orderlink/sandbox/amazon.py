"""Amazon in small: the Selling Partner API as far as the order cycle needs it.

Answers Login with Amazon, `searchOrders` and `getOrder` of the Orders API 2026-01-01,
`confirmShipment` of v0 and `getMarketplaceParticipations`, with Amazon's errors and usage plans.
`POST /auth/o2/token` is answered at any origin, so that one sandbox serves as login and API. Where
Amazon's documents leave a choice it takes the one that is hardest on a client: a carrier code must
be listed, an unknown parameter is refused, a change takes an order out of the window that is being
read, and a package that was accepted is seen a while later.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from orderlink.sandbox import amazon_answers as answers
from orderlink.sandbox.amazon_access import DELIVERY_ROLE, ORDERS_ROLE, Access
from orderlink.sandbox.amazon_marketplaces import MARKETPLACES
from orderlink.sandbox.amazon_operations import Operations
from orderlink.sandbox.amazon_records import Ledger, Purchase
from orderlink.sandbox.amazon_requests import purchase_from
from orderlink.sandbox.amazon_search import LATEST_END
from orderlink.sandbox.amazon_state import AmazonState
from orderlink.sandbox.control import CONTROL_PATH, controlled
from orderlink.sandbox.server import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from orderlink.clock import Clock
    from orderlink.sandbox.amazon_access import Rate
    from orderlink.sandbox.amazon_records import PlacedOrder

LOGIN = "/auth/o2/token"
MINUTE = timedelta(minutes=1)


class AmazonSandbox:
    """A merchant's account at Amazon with a private application, behind `handle`. Thread-safe.

    `countries` are the marketplaces where the merchant sells, `roles` those of the application.
    `index_seconds` is how long a package that was accepted is not seen, `page_size` how many orders
    a page holds at most, `rates` are usage plans other than the published ones, `rate_limits`
    switches the 429s, `control` lets `POST /_sandbox/NAME` play the buyer and the warehouse.
    `manner` chooses how to tell what Amazon's documents leave open.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        countries: Collection[str] = tuple(MARKETPLACES),
        roles: Collection[str] = (ORDERS_ROLE, DELIVERY_ROLE),
        index_seconds: float = 60.0,
        rates: Mapping[str, Rate] | None = None,
        rate_limits: bool = True,
        control: bool = False,
        page_size: int = 100,
        manner: answers.Manner | None = None,
    ) -> None:
        self._clock = clock
        self._control = control
        self._state = AmazonState(countries, index_seconds)
        self._access = Access(
            clock,
            client_id=client_id,
            client_secret=client_secret,
            refresh_token=refresh_token,
            roles=roles,
            rates=rates or {},
            rate_limits=rate_limits,
        )
        self._requests = 0
        self._lock = threading.RLock()
        self._operations = Operations(
            clock, self._state, self._access, manner or answers.Manner(), page_size
        )

    # The person's side

    @property
    def ledger(self) -> Ledger:
        """Give all that ever happened."""
        return self._state.ledger

    def place(self, purchase: Purchase | None = None) -> str:
        """Place an order and give its id. Raises ValueError for what cannot be placed."""
        with self._lock:
            return self._state.place(purchase or Purchase(), self._settled())

    def confirm_payment(self, order_id: str) -> None:
        """Let a pending order be paid; a pre-order becomes a pending one first."""
        with self._lock:
            self._state.confirm_payment(order_id, self._settled())

    def cancel(
        self, order_id: str, item_id: str = "", quantity: int = 0, by: str = "BUYER"
    ) -> None:
        """Cancel what is open: of one item or all, that many pieces or (0) all."""
        with self._lock:
            self._state.cancel(order_id, item_id, quantity, by, self._settled())

    def request_cancellation(self, order_id: str, item_id: str = "") -> None:
        """Let the buyer ask to cancel what is open of one item or all."""
        with self._lock:
            self._state.request_cancellation(order_id, item_id, self._settled())

    def ship_by_hand(self, order_id: str, code: str = "", carrier: str = "Other") -> str:
        """Ship all that the merchant has open, as in Seller Central; give the package reference."""
        with self._lock:
            return self._state.ship_open(order_id, "MERCHANT", code, carrier, self._settled())

    def ship_from_amazon(self, order_id: str) -> str:
        """Ship what Amazon itself stores and sends; give the package reference."""
        with self._lock:
            return self._state.ship_open(order_id, "AMAZON", "", "AMZL", self._settled())

    def drop_next_confirmation(self) -> None:
        """Let the next confirmation that is accepted (204) be lost behind the answer."""
        with self._lock:
            self._state.drop_next_confirmation()

    def withhold_address(self, order_id: str, times: int) -> None:
        """Let the next answers that hold this order's address hold an empty one."""
        with self._lock:
            self._state.order(order_id).withheld = times

    def set_roles(self, *roles: str) -> None:
        """Give the application these roles instead of those that it has."""
        with self._lock:
            self._access.roles = frozenset(roles)

    def forget_tokens(self) -> None:
        """Make every access token that was given invalid at once."""
        with self._lock:
            self._access.forget_tokens()

    def revoke_authorization(self) -> None:
        """Let the merchant take the application's authorization back."""
        with self._lock:
            self._access.revoke()

    def orders(self) -> tuple[PlacedOrder, ...]:
        """Give every order as it stands now, copied, in the order of placing."""
        with self._lock:
            self._settled()
            return tuple(
                replace(
                    order,
                    items=[replace(item) for item in order.items],
                    packages=dict(order.packages),
                    shown=dict(order.shown),
                )
                for order in self._state.orders.values()
            )

    def control(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Play the buyer or the warehouse from outside, JSON in and out, as at bol's sandbox.

        `place` {articles?: [{reference, ean, quantity, price, title...}], ship_to?, order_id?...},
        `cancel` {order_id, item_id?, quantity?}, `request-cancellation` {order_id, item_id?},
        `ship-by-hand` {order_id, code?, transporter?}, `orders` {}. Raises ValueError.
        """
        try:
            if name == "place":
                order_id = self.place(purchase_from(arguments))
                return {"order_id": order_id, "shown_after_minutes": LATEST_END // MINUTE}
            if name == "cancel":
                self.cancel(**arguments)
            elif name == "request-cancellation":
                self.request_cancellation(**arguments)
            elif name == "ship-by-hand":
                names = {"transporter": "carrier"}
                given = {names.get(key, key): value for key, value in arguments.items()}
                return {"shipment_id": self.ship_by_hand(**given)}
            elif name == "orders":
                return {"orders": [answers.order_state(order) for order in self.orders()]}
            else:
                raise ValueError(f"there is no {name}")
        except (TypeError, ArithmeticError) as error:
            raise ValueError(f"{name} does not take these arguments: {error}") from error
        return {}

    # The server's side

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        with self._lock:
            name, answer = self._answer(request)
            self.ledger.answers[name, answer.status] += 1
            self._requests += 1
            headers = {
                "Date": format_datetime(self._clock.now(), usegmt=True),
                "x-amzn-RequestId": str(uuid.UUID(int=self._requests)),
            }
            return Answer(answer.status, answer.body, {**headers, **answer.headers})

    def _settled(self) -> datetime:
        now = self._clock.now()
        self._state.settle(now)
        return now

    def _answer(self, request: Request) -> tuple[str, Answer]:
        self._settled()
        if request.path == LOGIN and request.method == "POST":
            answer, signed_in = self._access.give_token(request)
            self.ledger.tokens.extend([self._clock.now()] if signed_in else [])
            return "token", answer
        if request.path.startswith(CONTROL_PATH) and self._control:
            return "control", controlled(request, self.control)
        return self._operations.answer(request)

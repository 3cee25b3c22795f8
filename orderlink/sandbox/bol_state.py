"""The marketplace behind the bol sandbox: what it does with orders, shipments and processes.

No HTTP and no JSON here. Everything is deterministic: ids are counted, instants are handed in.
Not safe for threads by itself; `BolSandbox` holds the lock.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from orderlink.sandbox.bol_records import (
    DEFAULT_ADDRESS,
    AcceptedShipment,
    ChangedTransport,
    ExecutedShipment,
    Item,
    Ledger,
    Outcome,
    PlacedOrder,
    Process,
    Purchase,
    SentShipment,
)

if TYPE_CHECKING:
    from datetime import datetime

PROCESS_RETENTION = timedelta(hours=48)


class BolState:
    """The marketplace behind the sandbox. `process_seconds` is how long a process stays PENDING."""

    def __init__(self, process_seconds: float) -> None:
        self.process_seconds = process_seconds
        self.ledger = Ledger()
        self.orders: dict[str, PlacedOrder] = {}
        self.shipments: list[SentShipment] = []
        self.processes: dict[str, Process] = {}
        self._pending: list[Process] = []
        self._outcomes: list[Outcome] = []
        self._counts: Counter[str] = Counter()
        self._order_of_item: dict[str, PlacedOrder] = {}

    def _count(self, kind: str, first: int) -> int:
        self._counts[kind] += 1
        return first + self._counts[kind]

    # The buyers

    def place(self, purchase: Purchase, now: datetime) -> str:
        """Place an order and give its id. Raises ValueError for an id that is taken."""
        order_id = purchase.order_id or f"C{self._count('order', 0):09d}"
        if order_id in self.orders:
            raise ValueError(f"there is an order {order_id} already")
        placed_at = purchase.placed_at or now
        items = [
            Item(str(self._count("item", 2_000_000_000)), article, placed_at)
            for article in purchase.articles
        ]
        order = PlacedOrder(
            id=order_id,
            placed_at=placed_at,
            ship_to=DEFAULT_ADDRESS | dict(purchase.ship_to),
            bill_to=DEFAULT_ADDRESS | dict(purchase.bill_to or purchase.ship_to),
            pickup_point=purchase.pickup_point,
            items=items,
        )
        self.orders[order_id] = order
        self._order_of_item |= dict.fromkeys((item.id for item in items), order)
        return order_id

    def order(self, order_id: str) -> PlacedOrder:
        """Give an order. Raises ValueError for an unknown one."""
        if order_id not in self.orders:
            raise ValueError(f"there is no order {order_id}")
        return self.orders[order_id]

    def cancel(self, order_id: str, item_id: str, quantity: int, now: datetime) -> None:
        """Cancel open pieces: of one item or (empty) of all, that many or (0) all of them."""
        for item in self.order(order_id).items:
            if item.open and item_id in {"", item.id}:
                item.cancelled += min(quantity or item.open, item.open)
                item.changed_at = now

    def request_cancellation(self, order_id: str, item_id: str, now: datetime) -> None:
        """Let the buyer ask to cancel what is open: of one item or (empty) of all."""
        for item in self.order(order_id).items:
            if item.open and item_id in {"", item.id}:
                item.cancellation_requested = True
                item.changed_at = now

    # The warehouses

    def ship_open(
        self, order_id: str, method: str, code: str, transporter: str, now: datetime
    ) -> str:
        """Ship all that is open of one fulfilment method, and give the shipment's id."""
        items = [item for item in self.order(order_id).items if item.article.method == method]
        lines = tuple((item.id, item.open) for item in items if item.open)
        if not lines:
            raise ValueError(f"nothing of order {order_id} is open")
        return self._execute("", lines, "", transporter, code, now)

    def _execute(
        self,
        process_id: str,
        lines: tuple[tuple[str, int], ...],
        reference: str,
        transporter: str,
        code: str,
        at: datetime,
    ) -> str:
        order = self._order_of_item[lines[0][0]]
        items = {item.id: item for item in order.items}
        for item_id, quantity in lines:
            items[item_id].shipped += quantity
            items[item_id].changed_at = at
        shipment = SentShipment(
            id=str(self._count("shipment", 541_000_000)),
            transport_id=str(self._count("transport", 312_000_000)),
            order_id=order.id,
            reference=reference,
            at=at,
            lines=lines,
            transporter=transporter,
            code=code,
        )
        self.shipments.append(shipment)
        self.ledger.executed.append(
            ExecutedShipment(
                at, process_id, shipment.id, order.id, lines, reference, transporter, code
            )
        )
        return shipment.id

    # The processes

    def plan(self, outcome: Outcome) -> None:
        """Decide how the process of the next shipment that is accepted will end."""
        self._outcomes.append(outcome)

    def settle(self, now: datetime) -> None:
        """Carry out what is due, in the order of acceptance, and forget what is too old."""
        for process in [process for process in self._pending if process.due_at <= now]:
            self._pending.remove(process)
            process.message = process.act(process.due_at)
            process.status = process.status if process.status != "PENDING" else "SUCCESS"
            if process.message and process.status == "SUCCESS":
                process.status = "FAILURE"
            process.finished_at = process.due_at
        oldest = next(iter(self.processes.values()), None)
        if oldest and _is_forgotten(oldest, now):  # looked at in every request
            self.processes = {
                process.id: process
                for process in self.processes.values()
                if not _is_forgotten(process, now)
            }

    def _start(self, entity_id: str, event_type: str, now: datetime) -> Process:
        process = Process(
            id=f"{self._count('process', 7_000_000_000)}",
            entity_id=entity_id,
            event_type=event_type,
            created_at=now,
            due_at=now + timedelta(seconds=self.process_seconds),
            act=lambda _: "",
        )
        self.processes[process.id] = process
        self._pending.append(process)
        return process

    def accept_shipment(
        self,
        lines: tuple[tuple[str, int], ...],
        reference: str,
        transporter: str,
        code: str,
        now: datetime,
    ) -> Process:
        """Accept a request to ship; whether it can be done is found out when it is due.

        The process stands under the first item only, as the specification has it.
        """
        outcome = self._outcomes.pop(0) if self._outcomes else None
        process = self._start(lines[0][0], "CREATE_SHIPMENT", now)

        def act(at: datetime) -> str:
            if outcome and not outcome.acts:
                process.status = outcome.status
                return outcome.message
            asked, problem = self._resolve(lines)
            if not problem:
                self._execute(process.id, asked, reference, transporter, code, at)
            if outcome:
                process.status = outcome.status
                return outcome.message
            return problem

        process.act = act
        orders = {self._order_of_item[id_].id for id_, _ in lines if id_ in self._order_of_item}
        self.ledger.accepted.append(
            AcceptedShipment(
                at=now,
                process_id=process.id,
                order_id=min(orders, default=""),
                lines=lines,
                reference=reference,
                transporter=transporter,
                code=code,
            )
        )
        return process

    def _resolve(
        self, lines: tuple[tuple[str, int], ...]
    ) -> tuple[tuple[tuple[str, int], ...], str]:
        """Give the lines with their quantities, or say what keeps them from being shipped."""
        asked = []
        orders = [self._order_of_item.get(item_id) for item_id, _ in lines]
        for (item_id, quantity), order in zip(lines, orders, strict=True):
            if order is None:
                return (), f"Order item {item_id} could not be found."
            if order is not orders[0]:
                return (), "All order items of a shipment must belong to the same order."
            (item,) = (item for item in order.items if item.id == item_id)
            problem = _why_not(item, quantity)
            if problem:
                return (), problem
            asked.append((item_id, quantity or item.open))
        if len({item_id for item_id, _ in asked}) != len(asked):
            return (), "An order item may be named once in a shipment."
        return tuple(asked), ""

    def accept_transport(
        self, transport_id: str, transporter: str, code: str, now: datetime
    ) -> Process:
        """Accept a code for a transport; an unknown transport fails when it is due."""
        process = self._start(transport_id, "CHANGE_TRANSPORT", now)

        def act(at: datetime) -> str:
            for shipment in self.shipments:
                if shipment.transport_id == transport_id:
                    shipment.code = code
                    shipment.transporter = transporter or shipment.transporter
                    self.ledger.transports.append(
                        ChangedTransport(
                            at=at,
                            process_id=process.id,
                            transport_id=transport_id,
                            order_id=shipment.order_id,
                            reference=shipment.reference,
                            transporter=shipment.transporter,
                            code=code,
                        )
                    )
                    return ""
            return f"Transport {transport_id} could not be found."

        process.act = act
        return process


def _is_forgotten(process: Process, now: datetime) -> bool:
    return process.finished_at is not None and now - process.finished_at > PROCESS_RETENTION


def _why_not(item: Item, quantity: int) -> str:
    """Say in the manner of bol why that many pieces cannot be shipped, empty where they can."""
    if item.article.method == "FBB":
        return f"Order item {item.id} is fulfilled by bol."
    if item.article.distribution_party == "BOL":
        return f"Order item {item.id} can only be shipped with a label of shipping via bol."
    if not item.open:
        handled = "cancelled" if item.cancelled == item.article.quantity else "shipped"
        return f"Order item {item.id} is already {handled}."
    if quantity > item.open:
        return f"Quantity {quantity} of order item {item.id} exceeds the open {item.open}."
    return ""

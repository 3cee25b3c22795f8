"""How Shopify is asked: one POST an operation, its points taken before, its errors sorted after.

An answer is a 200 whatever happened: what went wrong stands in `errors` (nothing was carried out,
as a rule) and in a mutation's `userErrors` (nothing was carried out).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from orderlink.errors import Ambiguous, Refused, SignInFailed, TryLater
from orderlink.shops.shopify_documents import Fault, faults_from, throttle_from

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.http import Answer, Link
    from orderlink.model import Json
    from orderlink.shops.shopify_queries import Operation

POINTS: Final = "points"
TRIAL: Final = "trial orders"
TOLD: Final = (400, 402, 403, 404, 423)
A_MINUTE: Final = timedelta(minutes=1)

NOT_CARRIED_OUT: Final = frozenset(
    {"THROTTLED", "ACCESS_DENIED", "MAX_COST_EXCEEDED", "INVALID_VARIABLE", "SHOP_INACTIVE"}
    | {"MAX_INPUT_SIZE_EXCEEDED", "undefinedField", "argumentLiteralsIncompatible"}
)
"""Errors that come before anything is done."""

_TOO_MANY_ORDERS = re.compile(r"rate limit|too many|try again in a minute", re.IGNORECASE)


class Calls:
    """Asks one shop. `path` is the API's below its address."""

    def __init__(self, link: Link, path: str) -> None:
        self._link = link
        self._path = path
        self._lock = threading.Lock()
        self._under_way = 0

    def ask(self, operation: Operation) -> Json:
        """Carry out an operation that only reads; give its data.

        Raises `TryLater` and `SignInFailed`.
        """
        data, faults = self.ask_for_many(operation)
        if faults:
            raise TryLater(f"the shop answered with an error: {faults[0].message}")
        return data

    def ask_for_many(self, operation: Operation) -> tuple[Json, list[Fault]]:
        """Carry out an operation that reads many things, of which some may have failed.

        Gives the data, and the errors, each with the path of what failed. Raises as `ask` does.
        """
        document = self._send(operation, POINTS, safe=True)
        faults = faults_from(document)
        data = document.get("data")
        for fault in faults:
            if fault.code in NOT_CARRIED_OUT or len(fault.path) < 2 or data is None:
                raise self._failure(document, fault)
        if not isinstance(data, Mapping):
            raise TryLater("what the shop answered is no answer of Shopify's")
        return data, faults

    def carry_out(self, operation: Operation, *, trial: bool = False) -> Json:
        """Carry out an operation that changes something; give its data.

        `trial`: the shop takes a few orders a minute only. Raises `TryLater`, `SignInFailed` and
        `Refused("shop_refused")` where it was certainly not carried out, else `Ambiguous`.
        """
        document = self._send(operation, TRIAL if trial else POINTS, safe=False)
        faults = faults_from(document)
        data = document.get("data")
        if not faults and isinstance(data, Mapping):
            return data
        if faults and all(map(_was_not_carried_out, faults)):
            raise self._failure(document, faults[0], unsafe=True)
        said = faults[0].message if faults else "an answer without data"
        raise Ambiguous(f"whether the shop carried it out is not known: {said}")

    def too_many_orders(self, fault: Fault) -> TryLater | None:
        """Give the error that a refusal means where the shop takes no more orders for now."""
        if not _TOO_MANY_ORDERS.search(fault.message):
            return None
        until = self._link.clock.now() + A_MINUTE
        return TryLater(f"the shop takes no more orders for now: {fault.message}", retry_at=until)

    def _send(self, operation: Operation, budget: str, *, safe: bool) -> Mapping[str, Json]:
        body = {"query": operation.text, "variables": dict(operation.variables)}
        with self._lock:
            self._under_way += operation.points
        try:
            answer: Answer = self._link.http.write(
                "POST",
                self._path,
                json=body,
                budget=budget,
                cost=float(operation.points if budget == POINTS else 1),
                accept=TOLD,
                safe=safe,
            )
        finally:
            with self._lock:
                self._under_way -= operation.points
        if answer.status >= 400:
            raise _status_failure(answer, safe=safe)
        self._learn(answer.document)
        return answer.document if isinstance(answer.document, Mapping) else {}

    def _learn(self, document: Json) -> None:
        """Take over how the bucket stands, less what other requests under way will take."""
        told = throttle_from(document)
        if told is not None:
            there, most, rate, _ = told
            with self._lock:
                there -= self._under_way
            self._link.http.know_budget(POINTS, there, most, rate)

    def _failure(
        self, document: Mapping[str, Json], fault: Fault, *, unsafe: bool = False
    ) -> TryLater | Refused:
        if fault.code == "THROTTLED":
            sentence = "the shop has no more points for now; it goes on when there are more"
            return TryLater(sentence, retry_at=self._enough_at(document))
        if fault.code == "ACCESS_DENIED":
            needs = fault.scope or fault.message
            return SignInFailed(f"the app may not do this in the shop; it needs {needs}")
        limited = self.too_many_orders(fault)
        if limited is not None:
            return limited
        if unsafe:
            return Refused("shop_refused", f"the shop refused it: {fault.message}", code=fault.code)
        return TryLater(f"the shop answered with an error: {fault.message}")

    def _enough_at(self, document: Mapping[str, Json]) -> datetime:
        there, _, rate, asked = throttle_from(document) or (0.0, 0.0, 50.0, 1000.0)
        seconds = max(1.0, (asked - there) / rate)
        return self._link.clock.now() + timedelta(seconds=seconds)


def _was_not_carried_out(fault: Fault) -> bool:
    """Tell whether an error came before anything was done."""
    return fault.code in NOT_CARRIED_OUT or bool(_TOO_MANY_ORDERS.search(fault.message))


def _status_failure(answer: Answer, *, safe: bool) -> TryLater | Refused:
    """Sort a status that tells that nothing was carried out."""
    said = "; ".join(fault.message for fault in faults_from(answer.document)) or "without a word"
    if answer.status == 404:
        return TryLater(
            "there is no Admin API at this address: base_url must be https://NAME.myshopify.com"
        )
    if answer.status == 403:
        return SignInFailed(f"the shop refuses the app: {said}")
    if answer.status == 400 and not safe:
        return Refused("shop_refused", f"the shop refused it: {said}")
    what = {402: "is frozen until its plan is paid", 423: "is locked"}.get(answer.status)
    return TryLater(f"the shop {what or f'answered {answer.status}'}: {said}")

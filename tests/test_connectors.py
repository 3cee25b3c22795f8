"""What every connector has to do, whatever it connects; more in `tests/contract`.

Each is held to what its class says of itself: the words of its docstring, its methods, and what it
declares. The README's matrix is made from the same.
"""

from __future__ import annotations

import inspect
import logging
import re
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderlink import marketplaces, shops
from orderlink.budget import UNTOLD
from orderlink.errors import RemoteError, TryLater
from orderlink.registry import MARKETPLACE
from orderlink.sandbox.server import Answer, json_answer
from tests.contract import MARKETPLACES, SHOPS
from tests.contract.over_http import OverHttp
from tests.readme import ABILITIES
from tests.support.faults import answer, lost_after, lost_before, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from orderlink.sandbox.server import Request, Sandbox
    from tests.contract.sides import Side

SIDES: dict[str, type[Side]] = {**MARKETPLACES, **SHOPS}
OVER_HTTP = {name: side for name, side in SIDES.items() if issubclass(side, OverHttp)}
DECLARED = {
    "ADOPTED_BY",
    "BUDGETS",
    "CHECKS_SHIPMENTS",
    "LISTS_WHOLE_ORDERS",
    "LONGEST_LOOK_BACK",
    "MOST_AT_ONCE",
    "NEEDS_CODE",
    "POSITION_LIVES",
}
"""What a class may say of itself beside its methods; another word would say nothing."""


@pytest.fixture(params=list(SIDES.values()), ids=list(SIDES))
def entry(request: pytest.FixtureRequest) -> type[Side]:
    entry: type[Side] = request.param
    return entry


@pytest.fixture(params=list(OVER_HTTP.values()), ids=list(OVER_HTTP))
def remote(request: pytest.FixtureRequest) -> type[OverHttp]:
    remote: type[OverHttp] = request.param
    return remote


def optional_protocols(entry: type[Side]) -> dict[str, type]:
    """Give the optional protocols of a kind by name."""
    module = marketplaces if entry.kind is MARKETPLACE else shops
    return {
        name: value
        for name, value in vars(module).items()
        if getattr(value, "_is_runtime_protocol", False)
    }


def methods_of(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_") and name.islower()}


# What a class says of itself


def test_every_connector_that_comes_along_is_held_to_all_of_this() -> None:
    words = {side.word for side in SIDES.values()}
    assert {*marketplaces.BUILTIN, *shops.BUILTIN} <= words


def test_its_docstring_names_what_it_can_do_and_no_more(entry: type[Side]) -> None:
    connected = entry.connected()
    protocols = optional_protocols(entry)
    role = entry.kind.name.capitalize()
    words = " ".join((connected.__doc__ or "").replace(" and ", ", ").split())
    said = max(re.findall(rf"\b{role}(?:, \w+)*", words), key=len)
    named = set(said.split(", "))
    able = {name for name, one in protocols.items() if _has_all(connected, methods_of(one))}
    assert named == able | {role}


def test_it_has_all_of_what_it_has_a_part_of(entry: type[Side]) -> None:
    connected = entry.connected()
    for name, protocol in optional_protocols(entry).items():
        methods = methods_of(protocol)
        assert _has_all(connected, methods) or not any(
            hasattr(connected, method) for method in methods
        ), name
        if _has_all(connected, methods):
            members = vars(protocol).get("__annotations__", ())
            assert all(hasattr(connected, member) for member in members), name


def test_every_method_is_one_that_the_cycle_calls_and_called_as_it_calls_it(
    entry: type[Side],
) -> None:
    connected = entry.connected()
    known: dict[str, Any] = {}
    for protocol in (entry.kind.protocol, *optional_protocols(entry).values()):
        known |= {name: vars(protocol)[name] for name in methods_of(protocol)}
    own = {name for name in vars(connected) if not name.startswith("_") and name.islower()}
    assert own - {"settings_model"} <= known.keys()
    for name in own & known.keys():
        assert _parameters(getattr(connected, name)) == _parameters(known[name]), name


def test_what_it_declares_is_what_somebody_reads(entry: type[Side]) -> None:
    declared = {name for name in vars(entry.connected()) if name.isupper() and name[0] != "_"}
    assert declared <= DECLARED


def test_every_ability_that_there_is_has_its_row_in_the_readme(entry: type[Side]) -> None:
    shown = set(ABILITIES[entry.kind.group].values())
    assert {*optional_protocols(entry).values()} <= shown


def _has_all(connected: type, methods: set[str]) -> bool:
    return all(callable(getattr(connected, name, None)) for name in methods)


def _parameters(method: Any) -> list[tuple[str, Any]]:
    return [(one.name, one.kind) for one in inspect.signature(method).parameters.values()]


# Budgets


def test_every_request_is_paid_for_from_a_budget_that_is_declared(
    remote: type[OverHttp], tmp_path: Path
) -> None:
    side = remote(tmp_path)
    declared = getattr(side.connector, "BUDGETS", {})
    _live(side)
    if not declared:
        assert {name for name, _ in side.http.paid} == {""}
        return
    assert {name for name, _ in side.http.paid} <= declared.keys()
    for name, cost in side.http.paid:
        assert 0 < cost <= declared[name].capacity, name


def test_the_remote_never_has_to_refuse_for_too_many_requests(
    remote: type[OverHttp], tmp_path: Path
) -> None:
    side = remote(tmp_path, rate_limits=True)
    if set(getattr(side.connector, "BUDGETS", {}).values()) <= {UNTOLD}:
        pytest.skip("it names no limit")
    put_off, waited = 0, timedelta(0)
    for _ in range(3):
        for call in side.life():
            for _ in range(12):
                began = side.clock.now()
                error = _failure(call)
                waited += side.clock.now() - began
                put_off += isinstance(error, TryLater) and error.retry_at is not None
    assert not [one for one in side.wire.answers if side.is_too_many(one)]
    assert put_off or waited


def test_after_too_many_requests_nothing_is_asked_before_the_time_that_was_named(
    remote: type[OverHttp], tmp_path: Path
) -> None:
    side = remote(tmp_path, rate_limits=True)
    for call in side.life():
        side.fail(lambda _: True, answer(429, b"", Retry_After="900"))
        asked = len(side.wire.requests)
        error = _failure(call)
        first = len(side.wire.requests)
        if first > asked:  # it may know already, or find that there is nothing to ask
            assert isinstance(error, TryLater)
            assert error.retry_at == side.clock.now() + timedelta(seconds=900)
            if getattr(side.connector, "BUDGETS", None):
                assert isinstance(_failure(call), TryLater)
                assert len(side.wire.requests) == first
        side.mend()
        side.clock.advance(901)


# Secrets


def echoed(status: int) -> Callable[[Sandbox, Request], Answer]:
    """Answer with all that was sent, as a debugging server does."""

    def act(_: Sandbox, request: Request) -> Answer:
        sent = f"{request.path} {request.query} {dict(request.headers)} {request.body.decode()}"
        document = {"message": sent, "error_description": sent, "errors": [{"message": sent}]}
        return json_answer(status, document, media_type="application/json")

    return act


@pytest.mark.parametrize(
    "act", [*map(echoed, (400, 401, 403, 404, 500)), refused, lost_before, lost_after]
)
def test_no_secret_is_in_what_is_told_when_something_fails(
    remote: type[OverHttp], tmp_path: Path, act: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    side = remote(tmp_path)
    said = []
    for call in side.life():
        for kept in (True, False):
            if not kept:
                side.connect()
            side.wire.act = lambda _: act
            try:
                said.append(repr(call()))
            except RemoteError as error:
                said += [str(error), repr(error), repr(vars(error))]
                said += traceback.format_exception(error)
            finally:
                side.wire.works_again()
    told = "\n".join([*said, caplog.text, *map(repr, caplog.records)])
    assert said
    for secret in _secrets(side):
        assert secret not in told


def test_no_secret_is_in_what_its_parts_are_shown_as(entry: type[Side], tmp_path: Path) -> None:
    side = entry(tmp_path)
    _live(side)
    parts = (side.connector, side.link, side.http, side.read_settings, vars(side.read_settings))
    told = " ".join(f"{part!r} {part!s}" for part in parts)
    for secret in _secrets(side):
        assert secret not in told


def _secrets(side: Side) -> set[str]:
    own = {secret.reveal() for secret in side.read_settings.own_secrets().values()}
    return own | (side.signatures() if isinstance(side, OverHttp) else set())


def _live(side: Side) -> None:
    for call in side.life():
        _failure(call)


def _failure(call: Callable[[], object]) -> RemoteError | None:
    try:
        call()
    except RemoteError as error:
        return error
    return None

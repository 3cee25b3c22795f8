"""Threads wait for remote systems; the main thread goes on with what is there."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.steps import ask, carry_out, together
from orderlink.workers import Threads
from tests.support.faults import MachineDied

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.steps import Steps

PATIENCE = 10.0


class Host:
    """Calls that wait until so many of them are under way at once."""

    def __init__(self, until: int) -> None:
        self.barrier = threading.Barrier(until)
        self.most = 0
        self.threads: set[str] = set()
        self._under_way = 0
        self._lock = threading.Lock()

    def call(self) -> None:
        with self._lock:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            self.threads.add(threading.current_thread().name)
        self.barrier.wait(PATIENCE)
        with self._lock:
            self._under_way -= 1


def asking(connection: str, call: Callable[[], Any], done: list[Any]) -> Steps[None]:
    answer = yield from ask(connection, call)
    done.append((threading.current_thread(), answer))


def test_calls_wait_together_and_their_answers_are_handled_on_the_main_thread() -> None:
    host, done = Host(until=4), []  # type: ignore[var-annotated]
    many = (asking("shop", host.call, done) for _ in range(12))
    carry_out(together("shop", many), Threads(lambda _connection: 4))
    assert host.most == 4
    assert host.threads == {"orderlink-worker"}
    assert {thread for thread, _ in done} == {threading.main_thread()}
    assert len(done) == 12


def test_a_host_that_takes_one_at_a_time_gets_one_at_a_time() -> None:
    host, done = Host(until=1), []  # type: ignore[var-annotated]
    many = (asking("shop", host.call, done) for _ in range(12))
    carry_out(together("shop", many), Threads(lambda _connection: 1))
    assert (host.most, len(done)) == (1, 12)


def test_connections_do_not_keep_each_other_waiting() -> None:
    host, done = Host(until=3), []  # type: ignore[var-annotated]
    many = (asking(name, host.call, done) for name in ("bol", "amazon", "ebay"))
    carry_out(together("", many), Threads(lambda _connection: 1))
    assert (host.most, len(done)) == (3, 3)


def test_a_limit_that_falls_is_kept_to_at_once() -> None:
    limit = Counter(shop=4)
    host, done = Host(until=1), []  # type: ignore[var-annotated]

    def call() -> None:
        if len(done) >= 4:
            host.most = 0
        limit["shop"] = 1
        host.call()

    many = (asking("shop", call, done) for _ in range(20))
    carry_out(together("shop", many), Threads(limit.__getitem__))
    assert (host.most, len(done)) == (1, 20)


def test_one_call_at_a_time_needs_no_thread() -> None:
    host = Host(until=1)

    def steps() -> Steps[None]:
        for _ in range(3):
            yield from ask("shop", host.call)

    before = threading.active_count()
    carry_out(steps(), Threads(lambda _connection: 4))
    assert host.threads == {"MainThread"}
    assert threading.active_count() == before


def test_what_one_call_raises_is_raised_where_it_was_asked_and_the_others_end() -> None:
    done: list[Any] = []

    def fails() -> None:
        raise ValueError("no")

    def steps() -> Steps[None]:
        group = [asking("shop", call, done) for call in (fails, lambda: 1, lambda: 2)]
        yield from together("shop", group)

    with pytest.raises(ValueError, match="no"):
        carry_out(steps(), Threads(lambda _connection: 4))
    assert sorted(answer for _, answer in done) == [1, 2]


def test_what_ends_the_program_on_a_thread_ends_it() -> None:
    def dies() -> None:
        raise MachineDied

    group = (asking("shop", dies, []) for _ in range(3))
    with pytest.raises(MachineDied):
        carry_out(together("shop", group), Threads(lambda _connection: 4))

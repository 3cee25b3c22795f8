"""Waiting in parallel, writing in order.

The stages are written as steps: generators that hand out what has to wait for a remote system, and
go on with its answer. Whatever lies between two such points runs on the main thread and alone, so
that only the main thread ever touches the database, and no transaction is open while one waits.
With one worker every call is made where it is asked for, and a run is as determined as if there
were no steps at all.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from orderlink.values import Value

T = TypeVar("T")

ALL_AT_ONCE = 1_000


class Call(Value, frozen=True):
    """Something to be asked of a connection; it must not touch the database."""

    connection: str
    make: Callable[[], Any]


class Together(Value, frozen=True):
    """Steps that may go on while others of them wait; see `together`."""

    connection: str
    steps: Iterable[Generator[Call | Together, Any, None]]


Steps: TypeAlias = Generator[Call | Together, Any, T]


def ask(connection: str, make: Callable[[], T]) -> Steps[T]:
    """Wait for the answer to a call. Raises what the call raises."""
    answer: T = yield Call(connection, make)
    return answer


def together(connection: str, steps: Iterable[Steps[None]]) -> Steps[None]:
    """Let steps go on side by side, as many as a connection takes at once, and wait for all.

    Each is begun only when there is room for it, so that its iterator may decide late whether there
    is time for another one. Where one raises, no further one is begun, and the error is raised when
    those that were begun have ended. An empty `connection`: all of them are begun.
    """
    yield Together(connection, steps)


class Answered(Value, frozen=True):
    """What became of a call: what it gave, or what it raised."""

    value: Any = None
    error: Exception | None = None


def answered(call: Call) -> Answered:
    """Make a call. What is no `Exception` ends the program, and is not caught."""
    try:
        return Answered(call.make())
    except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
        return Answered(error=error)


class Workers(Protocol):
    """Who makes the calls."""

    def limit(self, connection: str) -> int:
        """Tell how many calls to a connection may be under way; for "": how many in all."""
        ...

    def begin(self, number: int, call: Call) -> None:
        """Begin a call; it is known by its number."""
        ...

    def ended(self) -> tuple[int, Answered]:
        """Wait for any call that was begun to end; give its number and what became of it."""
        ...


class Alone:
    """One worker, and no thread: each call is made in its turn."""

    def __init__(self) -> None:
        self._done: deque[tuple[int, Answered]] = deque()

    def limit(self, connection: str) -> int:  # noqa: ARG002 - the same for all
        """One call at a time."""
        return 1

    def begin(self, number: int, call: Call) -> None:
        """Make the call."""
        self._done.append((number, answered(call)))

    def ended(self) -> tuple[int, Answered]:
        """Give the call that was made first."""
        return self._done.popleft()


def carry_out(steps: Steps[T], workers: Workers) -> T:
    """Go on with steps until they have ended; give their result. Raises what they raise."""
    root = _Task(steps)
    _Schedule(workers).run(root)
    result: T = root.result
    return result


@dataclass(eq=False)
class _Task:
    """Steps that have begun, and the group that they belong to."""

    steps: Steps[Any]
    group: _Group | None = None
    result: Any = None


@dataclass(eq=False)
class _Group:
    """Steps that go on together, and the task that waits for them."""

    owner: _Task
    rest: Iterator[Steps[None]]
    room: int
    running: int = 0
    error: Exception | None = None


class _Schedule:
    """What can go on, what waits for its turn, and what waits for an answer."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._ready: deque[tuple[_Task, Answered]] = deque()
        self._queued: deque[tuple[_Task, Call]] = deque()
        self._waiting: dict[int, tuple[_Task, Call]] = {}
        self._under_way: Counter[str] = Counter()
        self._number = 0

    def run(self, root: _Task) -> None:
        """Go on until nothing is left."""
        self._ready.append((root, Answered()))
        while self._ready or self._queued or self._waiting:
            while self._ready:
                self._go_on(*self._ready.popleft())
            self._begin()
            if self._waiting and not self._ready:
                number, answer = self._workers.ended()
                task, call = self._waiting.pop(number)
                self._under_way[call.connection] -= 1
                self._ready.append((task, answer))

    def _begin(self) -> None:
        """Begin the calls that there is room for; a single one needs no worker."""
        if len(self._queued) == 1 and not self._waiting:
            task, call = self._queued.popleft()
            self._ready.append((task, answered(call)))
            return
        later: deque[tuple[_Task, Call]] = deque()
        for task, call in self._queued:
            if self._under_way[call.connection] < self._workers.limit(call.connection):
                self._number += 1
                self._under_way[call.connection] += 1
                self._waiting[self._number] = task, call
                self._workers.begin(self._number, call)
            else:
                later.append((task, call))
        self._queued = later

    def _go_on(self, task: _Task, answer: Answered) -> None:
        try:
            if answer.error is None:
                wanted = task.steps.send(answer.value)
            else:
                wanted = task.steps.throw(answer.error)
        except StopIteration as end:
            task.result = end.value
            self._ended(task, None)
        except Exception as error:
            if task.group is None:
                raise
            self._ended(task, error)
        else:
            if isinstance(wanted, Call):
                self._queued.append((task, wanted))
            else:
                self._fill(_Group(task, iter(wanted.steps), self._room_for(wanted)))

    def _room_for(self, wanted: Together) -> int:
        if not wanted.connection and self._workers.limit("") > 1:
            return ALL_AT_ONCE
        return self._workers.limit(wanted.connection)

    def _ended(self, task: _Task, error: Exception | None) -> None:
        group = task.group
        if group is not None:
            group.running -= 1
            group.error = group.error or error
            self._fill(group)

    def _fill(self, group: _Group) -> None:
        """Begin what there is room for in a group; when all have ended, its owner goes on."""
        while group.running < group.room and group.error is None:
            try:
                steps = next(group.rest, None)
            except Exception as error:  # noqa: BLE001 - it is raised in the owner
                group.error = error
                break
            if steps is None:
                break
            group.running += 1
            self._ready.append((_Task(steps, group), Answered()))
        if not group.running:
            self._ready.append((group.owner, Answered(error=group.error)))

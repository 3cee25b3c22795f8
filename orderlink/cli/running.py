"""One stage from the command line: what is said while it runs, and its exit code.

Progress and summary go to stderr, and only to a terminal: stdout stays free for what a command was
asked for (a dry run's list), and cron, which has no terminal, hears only what a person must see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import runner
from orderlink.cli.failures import FAULT, NEEDS_PERSON
from orderlink.cli.progress import Progress
from orderlink.cli.stopping import Stopping
from orderlink.config import refuse_same_bindings
from orderlink.lock import LOOK_AGAIN, Locked
from orderlink.redact import safe_text
from orderlink.report.runs import counted, left_alone
from orderlink.report.status import gone_stale
from orderlink.store.reading import open_for_reading
from orderlink.workers import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.cli.session import Session
    from orderlink.config import Config
    from orderlink.runner import Order, Report, World

INTERRUPTED = 130


def run_stage(session: Session, order: Order, *, wait: bool) -> int:
    """Run a stage; give its exit code. Raises what `orderlink.runner.run` does."""
    config = session.config()
    refuse_same_bindings(config)
    session.open_log()
    first = _never_looked(config, order)
    progress = Progress(session.errors, quiet=session.verbose)
    with Stopping(lambda: progress.note("stopping after the order in hand")) as stopping:
        world = _world(session, progress, stopping)
        report = _run(config, order, world, wait=wait, waiting=progress.note)
        progress.end()
    if report is None:
        return INTERRUPTED if stopping.interrupted else 0
    if first and report.counts["too_old"]:
        # Once in a connection's life, also under cron: nobody would miss these orders otherwise.
        world.tell(left_alone(report.counts["too_old"]))
    code = _say_end(session, order, config, report)
    return INTERRUPTED if stopping.interrupted else code


def run_test_order(session: Session, order: Order) -> int:
    """Put a test order through and say each step; give the exit code."""
    config = session.config()
    session.open_log()

    def say(label: str, text: str) -> None:
        line = safe_text(session.redactor.clean(f"{label}: {text}"), 1000)
        session.output.write(f"{line}\n")

    world = runner.World(clock=session.clock, say=say, tell=say_nothing, redactor=session.redactor)
    report = runner.run(config, order, world)
    if not report.counts["tried"]:
        session.errors.write("orderlink: the test order did not go through as it should\n")
    return 0 if report.counts["tried"] else NEEDS_PERSON


def run_for_report(session: Session, order: Order, *, wait: bool) -> tuple[Report | None, bool]:
    """Run a stage whose outcome the caller shows; tell, too, whether a person interrupted it.

    None where the process was told to stop before it began. Raises as `orderlink.runner.run` does.
    """
    config = session.config()
    refuse_same_bindings(config)
    session.open_log()
    progress = Progress(session.errors)
    with Stopping(lambda: progress.note("stopping")) as stopping:
        world = _world(session, progress, stopping)
        report = _run(config, order, world, wait=wait, waiting=progress.note)
        progress.end()
    if report is not None:
        say_bugs(session, report)
    return report, stopping.interrupted


def say_nothing(_text: str) -> None:
    """Leave what cron would be told to cron."""


def _run(
    config: Config, order: Order, world: World, *, wait: bool, waiting: Callable[[str], None]
) -> Report | None:
    """Run as soon as the lock is free; None where the process was told to stop before that."""
    said = False
    while not world.stopping():
        try:
            return runner.run(config, order, world)
        except Locked as locked:
            if not wait:
                raise
            if not said:
                waiting(f"waiting: {locked}")
                said = True
            world.clock.sleep(LOOK_AGAIN)
    return None


def _world(session: Session, progress: Progress, stopping: Stopping) -> World:
    def tell(text: str) -> None:
        progress.line(f"orderlink: {safe_text(session.redactor.clean(text), 1000)}")

    def say(label: str, text: str) -> None:
        progress.say(label, safe_text(session.redactor.clean(text), 1000))

    return runner.World(
        clock=session.clock,
        say=say,
        tell=tell,
        stopping=stopping,
        unattended=not session.errors.is_terminal,
        redactor=session.redactor,
        workers=Threads,
    )


def _never_looked(config: Config, order: Order) -> bool:
    """Tell whether one of these marketplaces has never been looked at whole."""
    if order.stage not in {"import", "sync"}:
        return False
    store = open_for_reading(config.state)
    if store is None:
        return True
    try:
        looked = {row.label for row in store.connections() if row.full_look_at is not None}
    finally:
        store.close()
    return bool((order.connections or set(config.marketplaces)) - looked)


def _say_end(session: Session, order: Order, config: Config, report: Report) -> int:
    """Say how it went on a terminal, and give the exit code."""
    say_bugs(session, report)
    stale = _is_stale(session, config)
    if session.errors.is_terminal:
        session.errors.write(f"{order.stage}: {_summary(report, stale=stale)}\n")
    if report.bugs:
        return FAULT
    return NEEDS_PERSON if report.problems or stale else 0


def say_bugs(session: Session, report: Report) -> None:
    """Say where faults of orderlink itself are written down."""
    if report.bugs:
        what = "; ".join(dict.fromkeys(report.bugs))
        session.errors.write(f"orderlink: {safe_text(what)}; see {session.log_path()}\n")


def _is_stale(session: Session, config: Config) -> bool:
    store = open_for_reading(config.state)
    if store is None:
        return True
    try:
        return gone_stale(config, store, session.clock.now())
    finally:
        store.close()


def _summary(report: Report, *, stale: bool) -> str:
    parts = counted(report.counts) or ["nothing to do"]
    if not report.finished:
        parts.append("stopped before the end, the next run goes on")
    if report.problems:
        count = len(report.problems)
        what = "1 thing needs a person" if count == 1 else f"{count} things need a person"
        parts.append(f"{what}: orderlink status")
    if stale:
        parts.append("no run went well for 30 minutes")
    return ", ".join(parts)

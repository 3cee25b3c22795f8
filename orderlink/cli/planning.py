"""Carry out a dry run, and show its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink import runner
from orderlink.cli.failures import FAULT, NEEDS_PERSON
from orderlink.cli.progress import Progress
from orderlink.cli.running import INTERRUPTED, say_bugs
from orderlink.cli.stopping import Stopping
from orderlink.config import refuse_same_bindings
from orderlink.redact import safe_text
from orderlink.report.document import json_text
from orderlink.report.plan import Plan, plan_blocks, plan_document
from orderlink.report.restored import closed_until
from orderlink.workers import Threads

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.cli.session import Session
    from orderlink.config import Config
    from orderlink.dryrun import Planned
    from orderlink.runner import Order, Report


def show_plan(session: Session, order: Order, *, as_json: bool) -> int:
    """Run a stage dry, show what it would send, and give the exit code.

    Raises what `orderlink.runner.run` does.
    """
    config = session.config()
    refuse_same_bindings(config)
    session.open_log()
    planned: list[Planned] = []
    began = session.clock.now()
    progress = Progress(session.errors, quiet=session.verbose)
    with Stopping(lambda: progress.note("stopping")) as stopping:
        world = runner.World(
            clock=session.clock,
            say=lambda label, _text: progress.say(label, "looked at"),
            tell=lambda text: progress.line(f"orderlink: {_clean(session, text)}"),
            plan=planned.append,
            stopping=stopping,
            redactor=session.redactor,
            workers=Threads,
        )
        report = runner.run(config, order, world)
        progress.end()
    _show(session, _plan(config, began, planned, report), as_json=as_json)
    say_bugs(session, report)
    if stopping.interrupted:
        return INTERRUPTED
    return FAULT if report.bugs else NEEDS_PERSON if report.open_problems else 0


def _plan(config: Config, began: datetime, planned: list[Planned], report: Report) -> Plan:
    return Plan(
        began=began,
        planned=tuple(planned),
        problems=tuple(report.open_problems),
        places=report.places,
        too_old=report.counts["too_old"],
        finished=report.finished,
        closed=closed_until(config, report.restored_at, began),
    )


def _show(session: Session, plan: Plan, *, as_json: bool) -> None:
    if as_json:
        text = json_text(plan_document(plan, session.clock.now()))
        session.output.write(session.redactor.clean(text))
    else:
        session.output.show(plan_blocks(plan))


def _clean(session: Session, text: str) -> str:
    return safe_text(session.redactor.clean(text), 1000)

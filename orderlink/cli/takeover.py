"""Taking over from another connector, seen from the command line: look, show, ask, carry out."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

from orderlink.cli.failures import FAULT, NEEDS_PERSON
from orderlink.cli.listing import since_when
from orderlink.cli.running import INTERRUPTED, run_for_report
from orderlink.complaints import suggestion
from orderlink.decide.adoption import Finding, Spelling, Wish
from orderlink.errors import ConfigurationError
from orderlink.redact import safe_text
from orderlink.report.adoption import adoption_document, plan_blocks
from orderlink.report.document import json_text
from orderlink.runner import Order
from orderlink.shops import FIELDS, Adopts, adopted_by
from orderlink.values import Value, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderlink.cli.session import Session
    from orderlink.config import Config
    from orderlink.decide.adoption import Plan
    from orderlink.runner import Report

MAX_SECONDS = 3600.0


class Asked(Value, frozen=True):
    """What stood on the command line."""

    connections: tuple[str, ...]
    field: str
    prefix: str
    suffix: str
    since: str
    dry_run: bool
    yes: bool
    json: bool


def take_over(session: Session, asked: Asked) -> int:
    """Look, show, ask unless told not to, and carry out; give the exit code.

    Raises `ConfigurationError`, before anything is sent, for what cannot be done.
    """
    wish = _wish(session, asked)
    _check(session.config(), asked)
    if asked.yes and not asked.dry_run:
        return _carry_out(session, asked, wish)
    report, interrupted = _run(session, asked, replace(wish, only_look=True))
    if report is None or interrupted:
        return INTERRUPTED if interrupted else 0
    _show(session, asked, report, wish, done=False)
    if asked.dry_run and not asked.json:
        session.output.write("Nothing was written.\n")
    if asked.dry_run or not _is_work(report.plans):
        return _code(report) or _unclear(report)
    if not _confirmed(session, report.plans):
        session.errors.write("nothing was taken over\n")
        return _code(report)
    seen = frozenset(pair for plan in report.plans for pair in plan.pairs())
    return _carry_out(session, asked, replace(wish, approved=seen))


def _wish(session: Session, asked: Asked) -> Wish:
    kind, colon, key = asked.field.partition(":")
    known = ", ".join("meta:KEY" if one == "meta" else one for one in FIELDS)
    if kind not in FIELDS or bool(colon and key) != (kind == "meta"):
        hint = suggestion(kind, [one for one in FIELDS if one != kind])
        raise ConfigurationError([f"--field {asked.field}: give one of {known}{hint}"])
    since = since_when(asked.since, session.clock.now()) if asked.since else None
    return Wish(asked.field, Spelling(asked.prefix, asked.suffix), since)


def _check(config: Config, asked: Asked) -> None:
    """Refuse what a shop cannot do, or what nobody could answer."""
    asks = not (asked.yes or asked.dry_run)
    if asks and (asked.json or not _has_person()):
        raise ConfigurationError(
            ["adopt asks before it writes: give --yes, or --dry-run to look, where nobody answers"]
        )
    kind = asked.field.partition(":")[0]
    problems = []
    for name in asked.connections or config.marketplaces:
        if name not in config.marketplaces:
            continue  # the run says which there are
        shop = config.marketplaces[name].shop
        connector: Any = config.shop_classes[shop]
        if not isinstance(connector, Adopts):
            what = f"a shop of type {config.shops[shop].type}"
            problems.append(f"{shop}: orders of others cannot be taken over in {what}")
        elif kind not in adopted_by(connector):
            known = ", ".join(adopted_by(connector))
            problems.append(f"--field {asked.field}: {shop} knows only {known}")
    if problems:
        raise ConfigurationError(list(dict.fromkeys(problems)))


def _has_person() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _run(session: Session, asked: Asked, wish: Wish) -> tuple[Report | None, bool]:
    order = Order(
        stage="adopt",
        connections=frozenset(asked.connections),
        wish=wish,
        dry_run=wish.only_look,
        max_seconds=MAX_SECONDS,
    )
    return run_for_report(session, order, wait=not asked.yes)


def _carry_out(session: Session, asked: Asked, wish: Wish) -> int:
    report, interrupted = _run(session, asked, wish)
    if report is not None:
        _show(session, asked, report, wish, done=True)
    if report is None or interrupted:
        return INTERRUPTED if interrupted else 0
    return _code(report)


def _show(session: Session, asked: Asked, report: Report, wish: Wish, *, done: bool) -> None:
    """Show what was found; where a person has seen it and it came as he saw it, the sum of it."""
    for plan in report.plans:
        if plan.failure:
            text = safe_text(session.redactor.clean(plan.failure), 1000)
            session.errors.write(f"orderlink: nothing was taken over: {text}\n")
    if asked.json:
        document = adoption_document(report.plans, done=done)
        session.output.write(session.redactor.clean(json_text(document)))
        return
    for plan in report.plans:
        if not plan.failure:
            blocks = plan_blocks(plan, done=done)
            session.output.show(blocks[-1:] if _is_as_seen(plan, wish) else blocks)


def _is_as_seen(plan: Plan, wish: Wish) -> bool:
    approved = {pair for pair in wish.approved or () if pair[0] == plan.marketplace}
    newer = any(entry.finding is Finding.NEWER for entry in plan.entries)
    return wish.approved is not None and approved == plan.pairs() and not newer


def _is_work(plans: Sequence[Plan]) -> bool:
    return any(plan.found() or _held_back(plan) for plan in plans)


def _held_back(plan: Plan) -> int:
    return sum(entry.is_held_back for entry in plan.entries)


def _confirmed(session: Session, plans: Sequence[Plan]) -> bool:
    """Ask on the terminal; what is not a yes is a no."""
    found, held = sum(len(plan.found()) for plan in plans), sum(map(_held_back, plans))
    parts = [f"take {found} over" if found else "", f"keep {held} from being created" * bool(held)]
    question = " and ".join(part for part in parts if part)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # no run is under way that it would have to end
    session.errors.write(f"{question[:1].upper()}{question[1:]}? [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _code(report: Report) -> int:
    if report.bugs:
        return FAULT
    failed = any(plan.failure for plan in report.plans)
    return NEEDS_PERSON if failed or report.problems else 0


def _unclear(report: Report) -> int:
    """Give the exit code of a mere look: whether anything needs a person's eyes."""
    return NEEDS_PERSON if any(plan.not_taken() for plan in report.plans) else 0

"""Carry out `check`, and show what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.cli.failures import NEEDS_PERSON, USAGE
from orderlink.cli.progress import Progress
from orderlink.config import find_config
from orderlink.errors import ConfigurationError
from orderlink.model import Finding, FindingState
from orderlink.redact import safe_text
from orderlink.report.checks import check_blocks, check_document, failures
from orderlink.report.document import json_text
from orderlink.values import replace

if TYPE_CHECKING:
    from orderlink.checking import Checked
    from orderlink.cli.session import Session


def show_findings(session: Session, names: frozenset[str], *, as_json: bool = False) -> int:
    """Check, and show what was found; give the exit code. Raises `ConfigurationError`."""
    try:
        config = session.config()
    except ConfigurationError as error:
        if not as_json:
            raise
        return _show_unusable(session, error)
    from orderlink.checking import check  # noqa: PLC0415 - a wrong configuration needs none of it
    from orderlink.runner import World  # noqa: PLC0415

    session.open_log()
    progress = Progress(session.errors, quiet=session.verbose)
    world = World(clock=session.clock, say=progress.say, redactor=session.redactor)
    checked = [_clean(session, one) for one in check(config, world, names)]
    progress.end()
    if as_json:
        document = check_document(checked, session.clock.now(), config.path)
        session.output.write(json_text(document))
    else:
        roles = dict.fromkeys(config.shops, "shop") | dict.fromkeys(
            config.marketplaces, "marketplace"
        )
        session.output.show(check_blocks(checked, roles))
    return NEEDS_PERSON if failures(checked) else 0


def _clean(session: Session, one: Checked) -> Checked:
    clean = session.redactor.clean
    finding = one.finding
    told = replace(finding, sentence=clean(finding.sentence), advice=clean(finding.advice))
    return replace(one, finding=told)


def _show_unusable(session: Session, error: ConfigurationError) -> int:
    """Show a program what is wrong with the configuration."""
    from orderlink.checking import Checked  # noqa: PLC0415

    found = [
        Checked("", Finding("configuration", FindingState.FAILED, safe_text(problem, 1000)))
        for problem in error.problems
    ]
    path = find_config(session.option, session.environment)
    session.output.write(json_text(check_document(found, session.clock.now(), path)))
    return USAGE

"""PURE: what `orderlink check` found, as blocks and as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.model import FindingState
from orderlink.redact import safe_text
from orderlink.report.blocks import Column, Sentence, Table, Tone
from orderlink.report.days import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from orderlink.checking import Checked
    from orderlink.model import Finding
    from orderlink.report.blocks import Block

TONES = {
    FindingState.OK: Tone.GOOD,
    FindingState.WARNING: Tone.FAIR,
    FindingState.FAILED: Tone.BAD,
}
COLUMNS = (Column("State"), Column("What"), Column("How it is, and what helps", wraps=True))
LONGEST = 600


def failures(checked: Sequence[Checked]) -> int:
    """Count what failed."""
    return sum(one.finding.state is FindingState.FAILED for one in checked)


def check_blocks(checked: Sequence[Checked], roles: Mapping[str, str]) -> list[Block]:
    """Show what was found: a table for the machine, and one for each connection.

    `roles` has by connection what it is: marketplace or shop.
    """
    by_place: dict[str, list[Finding]] = {}
    for one in checked:
        by_place.setdefault(one.connection, []).append(one.finding)
    blocks: list[Block] = [
        Table(
            f"{name} ({roles[name]})" if name else "This machine",
            COLUMNS,
            tuple(map(_row, found)),
            tones=tuple(TONES[finding.state] for finding in found),
        )
        for name, found in by_place.items()
    ]
    return [*blocks, Sentence(""), _summary(checked)]


def _row(finding: Finding) -> tuple[str, ...]:
    helps = f"\n-> {safe_text(finding.advice, LONGEST)}" if finding.advice else ""
    told = safe_text(finding.sentence, LONGEST)
    return (str(finding.state), safe_text(finding.subject, 40), f"{told}{helps}")


def _summary(checked: Sequence[Checked]) -> Sentence:
    failed = failures(checked)
    warnings = sum(one.finding.state is FindingState.WARNING for one in checked)
    told = [f"{len(checked)} checks", f"{failed} failed"]
    told += ["1 warning" if warnings == 1 else f"{warnings} warnings"] if warnings else []
    tone = Tone.BAD if failed else Tone.FAIR if warnings else Tone.GOOD
    return Sentence(f"{', '.join(told)}. Nothing was sent.", tone)


def check_document(
    checked: Sequence[Checked], now: datetime, configuration: Path
) -> dict[str, Any]:
    """Give what `orderlink check --json` prints."""
    return {
        "time": timestamp(now),
        "configuration": str(configuration),
        "fine": not failures(checked),
        "checks": [
            {
                "connection": one.connection or None,
                "subject": one.finding.subject,
                "state": str(one.finding.state),
                "sentence": one.finding.sentence,
                "advice": one.finding.advice or None,
            }
            for one in checked
        ],
    }

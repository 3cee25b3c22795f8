"""What a check of a merchant's installation found, by place and subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlink.checking import check
from orderlink.model import Finding, FindingState

if TYPE_CHECKING:
    from tests.support.world import Merchant

OK, WARNING, FAILED = FindingState.OK, FindingState.WARNING, FindingState.FAILED


def found(merchant: Merchant, *names: str) -> list[tuple[str, Finding]]:
    checked = check(merchant.config, merchant.world, frozenset(names))
    return [(one.connection, one.finding) for one in checked]


def about(merchant: Merchant, place: str, subject: str) -> Finding:
    """Give the one finding about a subject."""
    (finding,) = (one for at, one in found(merchant) if (at, one.subject) == (place, subject))
    return finding


def not_well(merchant: Merchant) -> list[str]:
    """List what is no ok, as `place subject: state`."""
    return [
        f"{place} {one.subject}: {one.state}".lstrip()
        for place, one in found(merchant)
        if one.state is not OK
    ]

"""PURE: what is counted of what happens, hour by hour: for the status and the report."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from orderlink.basics import Status

if TYPE_CHECKING:
    from orderlink.decide.verdict import Verdict
    from orderlink.rows import Event


class Counted(StrEnum):
    """What is counted; the kinds of each say how it happened."""

    IMPORTED = "imported"
    CREATED = "created"  # "" or "found": the shop had it already
    SHIPPED = "shipped"  # "with_code", "without_code" or "elsewhere": not reported by us
    CANCELLED = "cancelled"
    PROBLEM = "problem"  # its kind is the problem's word


WITH_CODE, WITHOUT_CODE, ELSEWHERE, FOUND = "with_code", "without_code", "elsewhere", "found"


def counted_event(event: Event) -> tuple[Counted, str] | None:
    """Say as what an event counts, and of which kind; None: it is not counted."""
    if event.word == "created":
        return Counted.CREATED, ""
    if event.word == "found_in_shop":
        return Counted.CREATED, FOUND
    if event.word == "problem":
        return Counted.PROBLEM, event.details["word"]
    return None


def counted_closing(verdict: Verdict) -> tuple[Counted, str] | None:
    """Say as what a change of the status counts, and of which kind; None: it is not counted."""
    if verdict.status is Status.CANCELLED:
        return Counted.CANCELLED, ""
    if verdict.status is not Status.SHIPPED:
        return None
    without_code = verdict.changes.get("closed_without_code")
    if without_code is None:
        return Counted.SHIPPED, ELSEWHERE
    return Counted.SHIPPED, WITHOUT_CODE if without_code else WITH_CODE

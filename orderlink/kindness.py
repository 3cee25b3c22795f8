"""PURE: how many requests at once a host is asked: as many as it takes without getting slower.

Small shops run on hosts with few workers, where more requests at once only make each of them wait,
visitors of the shop among them. So a host that answers 429 or 503, or whose answers take ever
longer, is asked for less at once, and later for a little more again.
"""

from __future__ import annotations

from orderlink.values import Value, replace

MOST = 32
"""So many requests at once may be configured."""
SLOW_DOWN = (429, 503)
"""Statuses by which a host asks for less."""
TIMES_SLOWER = 3.0
SLOW = 1.0
"""Seconds: answers that are quicker are not held against a host, however much slower they got."""
GOOD_IN_A_ROW = 20
"""After so many good answers one more request at once is tried."""
_NEW = 0.3
"""The weight of the newest answer in the average."""
_FORGET = 1.02
"""The quickest average is forgotten slowly, since a host may get slower for good."""


class Kindness(Value, frozen=True):
    """How many of `most` requests at once a host is asked, and what its answers took, in seconds.

    `quickest` is the lowest average of its answers so far, 0 before there was one.
    """

    most: int
    at_once: int
    good: int = 0
    average: float = 0.0
    quickest: float = 0.0


def after(kindness: Kindness, status: int, seconds: float | None) -> Kindness:
    """Learn from an answer. `seconds` None: how long it took says nothing about the host."""
    if status in SLOW_DOWN:
        return replace(kindness, at_once=max(1, kindness.at_once // 2), good=0)
    if seconds is not None:
        kindness = _timed(kindness, seconds)
        if kindness.average > max(SLOW, TIMES_SLOWER * kindness.quickest):
            fewer = max(1, kindness.at_once - 1)
            return replace(kindness, at_once=fewer, good=0, average=0.0)
    good = kindness.good + 1
    if good < GOOD_IN_A_ROW or kindness.at_once >= kindness.most:
        return replace(kindness, good=min(good, GOOD_IN_A_ROW))
    return replace(kindness, at_once=kindness.at_once + 1, good=0)


def _timed(kindness: Kindness, seconds: float) -> Kindness:
    before = kindness.average or kindness.quickest or seconds
    average = (1 - _NEW) * before + _NEW * seconds
    quickest = min(average, kindness.quickest * _FORGET or average)
    return replace(kindness, average=average, quickest=quickest)

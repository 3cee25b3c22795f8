"""PURE: how many orders a shop is given with one write, by how long the last ones took it."""

from __future__ import annotations

FIRST_SIZE = 10
"""So many orders go into the first write; nothing is known about the shop yet."""
LONGEST = 10.0
"""Seconds that one write may take: shops behind a proxy are often cut off at 30."""
ROOM = 4
"""A write grows where it took less than a fourth of that."""


def next_size(sent: int, seconds: float, size: int, *, lost: bool) -> int:
    """Say how many orders the next write may have, at least one.

    `sent` orders took `seconds`; up to `size` were allowed. A write whose answer was `lost` may
    have been too much for the shop.
    """
    if lost or seconds > LONGEST:
        return max(1, sent // 2)
    if sent >= size and seconds * ROOM < LONGEST:
        return size * 2
    return size

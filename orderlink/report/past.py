"""PURE: the report as a JSON document: the status, and what happened over time.

Of problems only the fixed word, its meaning and what helps are told: what others said may name a
buyer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlink.decide.counting import Counted
from orderlink.report.days import day_in_amsterdam
from orderlink.report.document import status_document
from orderlink.report.figures import Step

if TYPE_CHECKING:
    from orderlink.report.figures import Figures, Part

SAID_BY_OTHERS = {"why", "details"}
"""Keys of problems that the report leaves out."""


def figures_document(figures: Figures) -> dict[str, Any]:
    """Give what `orderlink report --json` prints."""
    status = status_document(figures.status)
    for key in ("needs_person", "passing"):
        status[key] = [
            {name: value for name, value in one.items() if name not in SAID_BY_OTHERS}
            for one in status[key]
        ]
    names = [
        one.place.name for one in figures.status.connections if one.place.role == "marketplace"
    ]
    return {
        **status,
        "since": day_in_amsterdam(figures.since).isoformat(),
        "until": figures.status.today.isoformat(),
        "unit": figures.unit,
        "total": _part(figures.total),
        "marketplaces": {name: _part(figures.marketplaces[name]) for name in names},
        "periods": [
            {
                "begins": day.isoformat(),
                **_part(figures.parts[day]),
                "imported_by_marketplace": {
                    name: figures.by_marketplace[day, name].count(Counted.IMPORTED)
                    for name in names
                },
            }
            for day in figures.periods
        ],
        "problems": dict(figures.problems),
    }


def _part(part: Part) -> dict[str, Any]:
    share = part.without_code
    return {
        **{str(word): part.count(word) for word in Counted},
        "share_without_code": None if share is None else f"{share:.4f}",
        "seconds_to": {str(step): _times(part, step) for step in Step},
    }


def _times(part: Part, step: Step) -> dict[str, int] | None:
    times = part.times(step)
    if times is None:
        return None
    return {
        "orders": times.orders,
        "median": int(times.median.total_seconds()),
        "percentile_90": int(times.most.total_seconds()),
    }

"""Print how well carriers are detected on the documented numbers of ../shared.

Run from the repository: `python tests/benchmarks/carrier_figures.py`.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from orderlink.carriers import carriers, detect

NUMBERS = Path(__file__).resolve().parents[3] / "shared" / "carriers" / "numbers.jsonl"
SEEDS = 20
S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")


@dataclass
class Score:
    """How many were asked, answered and answered rightly."""

    asked: int = 0
    answered: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, code: str, answer: str | None, *, right: bool) -> None:
        """Count one answer."""
        self.asked += 1
        self.answered += answer is not None
        self.right += right
        if answer is not None and not right:
            self.wrong.append(f"{code} -> {answer}")

    @property
    def precision(self) -> float:
        """The share of the answers that is right."""
        return self.right / self.answered if self.answered else 1.0

    @property
    def recall(self) -> float:
        """The share of the questions that is answered rightly."""
        return self.right / self.asked if self.asked else 1.0


@dataclass(frozen=True)
class Row:
    """One documented number; `carrier` is None for what is no tracking number."""

    code: str
    carrier: str | None
    country: str | None


def read_rows(path: Path = NUMBERS) -> list[Row]:
    """Read the documented numbers."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Row(row["code"], row["carrier"], _country(row["country"])) for row in rows]


def from_code_alone(rows: list[Row]) -> dict[str, Score]:
    """Score by carrier, from the code alone; DHL units and S10 operators count by family."""
    scores: defaultdict[str, Score] = defaultdict(Score)
    for row in rows:
        if row.carrier is not None:
            answer = detect(row.code).carrier
            right = _family(row.code, answer) == _family(row.code, row.carrier)
            scores[row.carrier].add(row.code, answer, right=right)
    return scores


def with_five_carriers(rows: list[Row], seed: int) -> dict[str, Score]:
    """Score by carrier, with the origin and five configured carriers; the exact one counts."""
    chance = random.Random(seed)  # noqa: S311 - drawn to be repeatable
    scores: defaultdict[str, Score] = defaultdict(Score)
    for row in rows:
        if row.carrier is not None:
            five = _five(row, chance)
            answer = detect(row.code, origin=row.country, carriers=five).carrier
            scores[row.carrier].add(row.code, answer, right=answer == row.carrier)
    return scores


def answered_negatives(rows: list[Row]) -> list[str]:
    """Return the numbers that are none and yet were answered, from the code alone."""
    negatives = (row.code for row in rows if row.carrier is None)
    return [code for code in negatives if detect(code).carrier is not None]


def total(scores: dict[str, Score]) -> Score:
    """Add up the carriers."""
    return Score(
        sum(score.asked for score in scores.values()),
        sum(score.answered for score in scores.values()),
        sum(score.right for score in scores.values()),
        [wrong for score in scores.values() for wrong in score.wrong],
    )


def mean_precision_and_recall(runs: list[dict[str, Score]]) -> tuple[float, float]:
    """Average over the seeds."""
    totals = [total(run) for run in runs]
    return (
        sum(score.precision for score in totals) / len(totals),
        sum(score.recall for score in totals) / len(totals),
    )


def _country(text: str | None) -> str | None:
    return None if text in {"*", "EU"} else text


def _family(code: str, carrier: str | None) -> str | None:
    if carrier is None:
        return None
    if S10.fullmatch(code) and any(
        known.identifier == carrier and any(shape.check == "s10_mod11" for shape in known.shapes)
        for known in carriers()
    ):
        return "s10"
    return next((known.family for known in carriers() if known.identifier == carrier), carrier)


def _five(row: Row, chance: random.Random) -> list[str]:
    serving = [
        known.identifier
        for known in carriers()
        if known.shapes and known.serves(row.country) and known.identifier != row.carrier
    ]
    return [str(row.carrier), *chance.sample(serving, 4)]


def _print(title: str, runs: list[dict[str, Score]]) -> None:
    precision, recall = mean_precision_and_recall(runs)
    print(f"{title}: precision {precision:.1%}, recall {recall:.1%}")  # noqa: T201
    if len(runs) > 1:
        worst_precision = min(total(run).precision for run in runs)
        worst_recall = min(total(run).recall for run in runs)
        print(f"  worst seed: precision {worst_precision:.1%}, recall {worst_recall:.1%}")  # noqa: T201
    for carrier in sorted(runs[0]):
        answered = sum(run[carrier].answered for run in runs)
        right = sum(run[carrier].right for run in runs)
        asked = sum(run[carrier].asked for run in runs)
        precise = f"{right / answered:6.1%}" if answered else "     -"
        wrong = sorted({wrong for run in runs for wrong in run[carrier].wrong})
        print(f"  {carrier:20} {asked:5} {precise} {right / asked:6.1%} {'; '.join(wrong)}")  # noqa: T201


def main() -> None:
    """Print every figure, overall and by carrier."""
    if not NUMBERS.exists():
        sys.exit(f"the documented numbers are not here: {NUMBERS}")
    rows = read_rows()
    _print("from the code alone", [from_code_alone(rows)])
    runs = [with_five_carriers(rows, seed) for seed in range(SEEDS)]
    _print(f"with the origin and five carriers, {SEEDS} seeds", runs)
    negatives = answered_negatives(rows)
    asked = sum(row.carrier is None for row in rows)
    print(f"no tracking numbers: {len(negatives)} of {asked} answered {negatives}")  # noqa: T201


if __name__ == "__main__":
    main()

"""The figures that issue 4 asks for, on the documented numbers of ../shared."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "carrier_figures.py"
NUMBERS = Path(__file__).resolve().parents[3] / "shared" / "carriers" / "numbers.jsonl"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not NUMBERS.exists(), reason=f"the documented numbers are not at {NUMBERS}"),
]


@cache
def figures() -> Any:
    spec = importlib.util.spec_from_file_location("carrier_figures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_from_the_code_alone_it_is_precise_and_answers_three_in_four() -> None:
    score = figures().total(figures().from_code_alone(figures().read_rows()))
    assert score.precision >= 0.99
    assert score.recall >= 0.75


def test_with_the_origin_and_five_carriers_it_names_the_exact_one() -> None:
    rows = figures().read_rows()
    runs = [figures().with_five_carriers(rows, seed) for seed in range(figures().SEEDS)]
    precision, recall = figures().mean_precision_and_recall(runs)
    assert precision >= 0.985
    assert recall >= 0.94


def test_at_most_one_of_what_is_no_tracking_number_is_answered() -> None:
    assert len(figures().answered_negatives(figures().read_rows())) <= 1

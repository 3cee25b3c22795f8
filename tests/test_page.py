"""The page of the report: escaped, complete in itself, and to be read out, too."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.report.page.axis import Axis, count_axis, spread, time_axis
from orderlink.report.page.document import page
from orderlink.report.page.markup import element, joined, table
from orderlink.report.page.plots import Plot, Series, bars, lines
from tests.support.days import figures, three_days

if TYPE_CHECKING:
    from tests.support.world import Merchant

EVIL = "<script>alert(1)</script>\"'&\u202e"


@pytest.fixture(scope="module")
def merchant(tmp_path_factory: pytest.TempPathFactory) -> Merchant:
    return three_days(tmp_path_factory.mktemp("page"))


class Reader(HTMLParser):
    """What a browser takes from a page: its elements, their attributes and their text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(text=st.text())
def test_whatever_a_text_is_it_stays_text(text: str) -> None:
    read = Reader(element("p", text, title=text))
    assert [name for name, _ in read.elements] == ["p"]
    assert not read.open


def test_markup_in_a_text_or_an_attribute_is_shown_as_it_is() -> None:
    read = Reader(element("p", EVIL, title=EVIL))
    ((_, attributes),) = read.elements
    harmless = EVIL.replace("\u202e", "")
    assert (read.text, attributes["title"]) == (harmless, harmless)


def test_spaces_between_elements_are_kept() -> None:
    assert joined(["a ", element("b", "c"), " d"]) == "a <b>c</b> d"
    assert joined([" "]) == " "


def test_attributes_are_named_as_in_html() -> None:
    made = element("meta", http_equiv="x", class_="y", aria_label="z", x=1.0, y=2.25)
    assert made == '<meta http-equiv="x" class="y" aria-label="z" x="1" y="2.2">'


def test_the_first_cell_of_a_row_names_it() -> None:
    read = Reader(table(("Name", "Count"), [("bol", "3"), (EVIL, "4")], numbers=1))
    cells = [(name, attributes) for name, attributes in read.elements if name in {"th", "td"}]
    assert [name for name, _ in cells] == ["th", "th", "th", "td", "th", "td"]
    assert {attributes.get("class") for name, attributes in cells if name == "td"} == {"number"}


@given(most=st.floats(0, 10**9) | st.integers(0, 10**9))
def test_an_axis_of_counts_reaches_the_largest_with_few_whole_marks(most: float) -> None:
    axis = count_axis(most)
    check(axis, most)
    assert all(value == int(value) for value, _ in axis.marks)


@given(longest=st.timedeltas(timedelta(0), timedelta(days=150)))
def test_an_axis_of_time_reaches_the_longest_with_few_marks(longest: timedelta) -> None:
    check(time_axis(longest), longest.total_seconds())


def check(axis: Axis, most: float) -> None:
    values = [value for value, _ in axis.marks]
    assert values[0] == 0
    assert values[-1] == axis.end >= most
    assert 2 <= len(values) <= 6
    assert len({name for _, name in axis.marks}) == len(values)


@pytest.mark.parametrize(
    ("longest", "names"),
    [
        (timedelta(seconds=20), ["0", "1 min"]),
        (timedelta(minutes=50), ["0", "15 min", "30 min", "45 min", "60 min"]),
        (timedelta(hours=7), ["0", "2 h", "4 h", "6 h", "8 h"]),
        (timedelta(days=5), ["0", "2 d", "4 d", "6 d"]),
    ],
)
def test_marks_of_time_are_named_in_their_own_unit(longest: timedelta, names: list[str]) -> None:
    assert [name for _, name in time_axis(longest).marks] == names


@given(number=st.integers(0, 500), most=st.integers(1, 10))
def test_names_under_an_axis_are_few_and_the_last_is_there(number: int, most: int) -> None:
    found = spread([str(place) for place in range(number)], most)
    assert len(found) <= most
    assert (number - 1 in found) == (number > 0)


def plotted(*series: Series, end: float = 10) -> Plot:
    names = ("Mon", "Tue", EVIL)
    return Plot("Title", "note", names, series, Axis(end, ((0, "0"), (end, f"{end}"))))


def test_bars_stand_upon_each_other_and_tell_their_numbers() -> None:
    one = Series("one", (5.0, 0.0, 2.0), ("5", "0", "2"))
    two = Series(EVIL, (5.0, None, 1.0), ("5", "", "1"), colour=1)
    read = Reader(bars(plotted(one, two)))
    rectangles = [found for name, found in read.elements if name == "rect" and "y" in found]
    heights = [float(found["height"] or 0) for found in rectangles]
    assert heights == [92.0, 92.0, 36.8, 18.4]
    assert rectangles[1]["y"] == "10", "the second one ends at the top of the axis"
    assert "Mon: 5 one" in read.text
    assert "<script>" in read.text, "as text"
    assert not [name for name, _ in read.elements if name == "script"]


def test_a_line_is_broken_where_there_is_nothing_to_tell() -> None:
    gaps = Series("a", (1.0, 2.0, None), ("1", "2", ""))
    alone = Series("b", (None, 3.0, None), ("", "3", ""))
    read = Reader(lines(plotted(gaps, alone)))
    paths = [found["points"] for name, found in read.elements if name == "polyline"]
    assert len(paths) == 1
    assert len([name for name, _ in read.elements if name == "circle"]) == 3


def test_the_page_loads_nothing_and_forbids_it(merchant: Merchant) -> None:
    text = page(figures(merchant))
    read = Reader(text)
    assert not read.open
    loading = {"script", "link", "img", "iframe", "object", "embed", "audio", "video", "base"}
    assert not {name for name, _ in read.elements} & loading
    for name, attributes in read.elements:
        assert not {"src", "href", "style"} & set(attributes), name
        assert not [key for key in attributes if key.startswith("on")]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "url(" not in text
    assert "@import" not in text


def test_every_plot_has_its_numbers_in_a_table_and_a_name_to_be_read_out(
    merchant: Merchant,
) -> None:
    read = Reader(page(figures(merchant)))
    drawings = [found for name, found in read.elements if name == "svg"]
    named = [found for found in drawings if found.get("role") == "img"]
    assert all(found.get("aria-label") for found in named)
    assert all(found.get("aria-hidden") for found in drawings if found not in named)
    tables = [name for name, _ in read.elements].count("table")
    assert tables >= len(named)


def test_what_needs_a_person_stands_there_with_the_command_and_without_a_buyer(
    merchant: Merchant,
) -> None:
    text = Reader(page(figures(merchant))).text
    order = figures(merchant).status.needs_person[0].problem.order_id
    assert f"orderlink retry {order}" in text
    assert "SKU NOT-IN-THE-SHOP" not in text, "what the shop said is left out"
    assert "Havenstraat" not in text

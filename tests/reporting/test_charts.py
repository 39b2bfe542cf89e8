"""Charts of a report: whatever they are given they are sound SVG, with a name, and they show what they say."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from stream.screens.html.charts import histogram, shares, stacked, trend
from stream.screens.html.words import plain
from stream.screens.output import shown

WORDS = st.text(max_size=30)
COUNTS = st.lists(st.integers(0, 2**62), max_size=80)


def parsed(chart: Markup) -> ElementTree.Element:
    """The drawing. Raises where it is no XML, or a coordinate is no number."""
    found = ElementTree.fromstring(chart)  # noqa: S314 - our own
    for mark in found.iter("rect"):
        assert all(isfinite(float(mark.get(name, "nan"))) for name in ("x", "y", "width", "height"))
    return found


def tops(chart: Markup, part: str) -> list[float]:
    """The heights of the marks of a class, from left to right."""
    return [float(mark.get("height", "nan")) for mark in parsed(chart).iter("rect") if mark.get("class") == part]


def _stacked(title: str, counts: list[int]) -> Markup:
    return stacked(title, [title] * len(counts), [("one", counts), ("other", counts)])


def _trend(title: str, counts: list[int]) -> Markup:
    return trend(title, [title] * len(counts), [float(each) for each in counts], title)


def _histogram(title: str, counts: list[int]) -> Markup:
    return histogram(title, [title] * (len(counts) + 1), counts)


def _shares(title: str, counts: list[int]) -> Markup:
    return shares(title, [(title, each) for each in counts], sum(counts))


@pytest.mark.parametrize("draw", [_stacked, _trend, _histogram, _shares])
@given(title=WORDS, counts=COUNTS)
@settings(deadline=None)
def test_whatever_stands_in_a_chart_it_is_sound_and_named(
    draw: Callable[[str, list[int]], Markup], title: str, counts: list[int]
) -> None:
    chart = parsed(draw(title, counts))
    assert (chart.get("role"), chart[0].tag, chart[0].text or "") == ("img", "title", shown(title))
    assert {each.tag for each in chart.iter()} <= {"svg", "title", "desc", "rect", "polyline", "circle", "line", "text"}


@given(st.lists(st.one_of(st.none(), st.floats()), max_size=70))
@settings(deadline=None)
def test_a_trend_of_any_numbers_stays_within_its_frame(values: list[float | None]) -> None:
    chart = parsed(trend("t", ["2026-11-17"] * len(values), values))
    points = [pair.split(",") for line in chart.iter("polyline") for pair in line.get("points", "").split()]
    assert all(0 <= float(x) <= 320 and 0 <= float(y) <= 118 for x, y in points)
    assert len(points) == sum(1 for value in values if value is not None and isfinite(value))


def test_a_trend_has_a_gap_where_there_is_no_value() -> None:
    chart = parsed(trend("t", list("abcd"), [1.0, 2.0, None, 3.0]))
    assert [len(line.get("points", "").split()) for line in chart.iter("polyline")] == [2, 1]


def test_columns_are_as_high_as_their_counts() -> None:
    chart = stacked("t", ["a", "b"], [("accepted", [30, 60]), ("rejected", [10, 0])])
    assert tops(chart, "part-1") == [38.0, 76.0]
    assert tops(chart, "part-2") == [pytest.approx(12.67)]


def test_a_chart_tells_its_figures_to_those_who_do_not_see_it() -> None:
    told = parsed(stacked("t", ["2026-11-17"], [("accepted", [30]), ("rejected", [10])]))[1].text
    assert told == "at most 40; 2026-11-17 30 accepted + 10 rejected"


@given(st.text(max_size=300))
@settings(deadline=None)
def test_words_on_a_page_are_one_printable_line(text: str) -> None:
    assert plain(text).isprintable()
    assert len(plain(text)) < 200

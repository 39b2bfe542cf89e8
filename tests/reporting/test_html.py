"""A report of a hard day as it is shown: everything that can be wrong, and a dataset of which nothing is known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processors.assessing.assessment import Result
from processors.assessing.expectations import Expectation
from sinks.closing.history import BrokenRule, DateProfile, DateVerdict, Distance
from sinks.files import File, FileStat
from sinks.kpis.history import KpiTrend
from sinks.ledger.files import FileEntry
from sinks.ledger.flows import Flow
from sinks.models.learners import Alarm, StoredLearner
from sinks.models.registry import ModelMetric, RegisteredModel
from sinks.results.scores import Scored
from stream.learning.overview import Story, Version
from stream.reporting.page import Branch, ColumnPart, DatasetPart, ExampleRow, ModelPart, Page, RulePart
from stream.screens.html import report
from stream.screens.html.report import report_html
from tests.reporting.markup import Element, read

DAYS = ("2026-11-17", "2026-11-18")
RANGE = Expectation("amount_range", "range", "validity", ("amount",))
COUNT = Expectation("row_count", "row_count", "timeliness", level="date", action="fail")
PROFILE = {
    "type": "integer",
    "rows": 8,
    "nulls": 1,
    "distinct": 7,
    "exact": False,
    "min": 1,
    "max": 9,
    "mean": 4.5,
    "quantiles": {"0.5": 4},
    "top": [[4, 2]],
    "histogram": {"edges": [1, 5, 9], "counts": [4, 3]},
}
UNKNOWN = {"score": None}
DIMENSIONS = dict.fromkeys(("completeness", "uniqueness", "validity", "consistency", "timeliness"), UNKNOWN)


def entry(number: int) -> FileEntry:
    """A file that was set aside."""
    file = File(number, "orders", f"orders/{number}.csv", 1, DAYS[1], ("amount",))
    return FileEntry(file, FileStat(0, 0, 0), "failed", "It is no text.", 0, 0, 0, "", "")


def dataset(**other: object) -> DatasetPart:
    """One that has everything, on two days."""
    cost = {"rule": "amount_range", "points": 2.5}
    told: dict[str, object] = {
        "name": "orders",
        "description": "Orders <of> a shop.",
        "held": "Too many rejects.",
        "total": Flow("2026-11-18", 2, 20, 16, 4, 1),
        "flows": [Flow(date, 1, 10, 8, 2, place) for place, date in enumerate(DAYS)],
        "waiting": [entry(number) for number in range(7)],
        "scores": [Scored(date, "", {"score": 97.5, "dimensions": DIMENSIONS, "costs": [cost] * 7}) for date in DAYS],
        "broken": [BrokenRule("orders", date, "row_count", "error", "fail", None, "8 rows") for date in DAYS * 3],
        "rules": [
            RulePart(Result(RANGE, 20, 1, 2), [], [ExampleRow("orders/1.csv", 7, None, [("", "torn & lost")])]),
            RulePart(Result(COUNT, 2, 0, 1), [DateVerdict(DAYS[1], "orders/1.csv", True, {}, "8 rows, too few")], []),
        ],
        "met": 3,
        "columns": [
            ColumnPart(
                DateProfile("orders", DAYS[1], "amount", PROFILE, 0.31, 0.2, "drift"),
                [Distance(date, "amount", 0.31, 0.2, "drift") for date in DAYS],
            )
        ],
        "schema": None,
        "kpis": [KpiTrend("orders", "revenue", {"country": str(n)}, "EUR", DAYS, (1.0, None), None) for n in range(14)],
    }
    return DatasetPart(**{**told, **other})  # type: ignore[arg-type]


def model() -> ModelPart:
    """One that is trained, learns, and was wrong."""
    hashes = dict.fromkeys(("schema_hash", "definition", "definition_hash", "row_hash", "artifact_hash"), "")
    registered = RegisteredModel(
        model="price",
        version=2,
        kind="batch",
        algorithm="sklearn.linear_model.Ridge",
        libraries={},
        dataset="orders",
        view=None,
        view_version=None,
        split_id=1,
        rows=100,
        artifact="a",
        alias="champion",
        **hashes,
    )
    learner = StoredLearner("price", 1, "", "", {}, rows=12, refused={"null": 3}, status="paused", reason="No column.")
    alarm = Alarm("price", 1, "adwin", 9, 1, 2, 40, "alert", "orders/1.csv", "2026-11-18T10:00:00Z")
    figures = ModelMetric("test", "mae", 3.25, 20), ModelMetric("train", "mae", 1.0, 80)
    return ModelPart(Story("price", (Version(registered, figures),), learner, (alarm,)), "mae", DAYS, [2.5, None])


def shown(*datasets: DatasetPart) -> Element:
    """A page of some datasets and a model."""
    origins = [Branch("files", "orders/*.csv", "2 files", [Branch("dataset", "orders", "16 rows")])]
    return read(report_html(Page("ade.db", None, "2026-11-18T10:00:00.000Z", datasets, [model()], origins)))


def test_what_is_to_be_looked_at_stands_first_and_does_not_grow_without_end() -> None:
    notices = next(
        each for each in shown(dataset()).all("ul") if each.attributes.get("aria-label") == "To be looked at"
    )
    told = [each.words for each in notices.children]
    assert told[0] == "held Too many rejects."
    assert told[1] == "error 2026-11-17 breaks row_count: 8 rows"
    assert "1 more dates break a rule" in told
    assert "failed orders/0.csv It is no text." in told
    assert told[-1] == "2 more files are not loaded as a whole"


def test_a_rule_over_dates_tells_those_that_broke_it() -> None:
    [told] = [each for each in shown(dataset()).all("details") if each.words.startswith("row_count")]
    assert told.words == "row_count 1 date 2026-11-18 orders/1.csv : 8 rows, too few"


def test_a_record_that_has_no_columns_is_shown_as_it_came() -> None:
    [told] = [each for each in shown(dataset()).all("details") if each.words.startswith("amount_range")]
    assert told.words == "amount_range 1 of 2 records orders/1.csv line 7 torn & lost"


def test_a_column_that_drifted_says_so_in_words_and_how_far() -> None:
    [column] = [each for each in shown(dataset()).all("figure") if each.attributes.get("class") == "column"]
    assert "amount integer drift" in column.words
    assert "12.50 % null, about 7 distinct, mean 4.5, median 4. PSI 0.31, Jensen-Shannon 0.2 from" in column.words
    assert "Drift by date" in column.words


def test_of_many_combinations_of_a_kpi_the_first_are_drawn_and_the_others_counted() -> None:
    found = shown(dataset()).named("dataset-orders")
    assert sum(1 for each in found.all("figcaption") if each.words.startswith("revenue")) == 12
    assert "revenue: 2 more combinations, in kpi_history ." in found.words


def test_a_model_tells_its_error_versions_and_alarms() -> None:
    words = shown(dataset()).named("models").words
    assert "Its learner is paused. No column. It learned 12 rows and refused 3." in words
    assert "2 champion Ridge 100 mae 3.25" in words
    assert "adwin 2026-11-18 10:00: the error changed from orders/1.csv on, 40 rows; alert" in words


def test_a_dataset_of_which_hardly_anything_is_known_has_no_empty_places() -> None:
    bare: dict[str, object] = {name: [] for name in ("waiting", "scores", "broken", "rules", "columns", "kpis")}
    found = shown(dataset(held=None, description="", **bare)).named("dataset-orders")
    assert "Nothing was judged by a rule." in found.words
    assert [each.words for each in found.all("h3")] == ["Rows and score", "Rules"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(scheme: str) -> None:
    """By the ratio that WCAG 2.2 asks for, 4.5."""
    style = (Path(report.__file__).parent / "templates" / "report.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--(\w+): #(\w{6});", light if scheme == "light" else dark))
    for words in ("text", "quiet", "link", "good", "bad", "ok", "warn", "drift"):
        for behind in ("page", "card", "wash"):
            assert contrast(colours[words], colours[behind]) >= 4.5, (words, behind)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, section 1.4.3: by the relative luminance of both."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""From a config to the suite of what it expects."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from processors.assessing.expectations import Expectation
from stream.config import DatasetConfig
from stream.config import rules as rules_of_configs
from stream.config.suites import CHECKS, READING, suite_of
from tests.sinks.landings import rules

DESIGNED = {
    *("not_null", "type", "range", "length", "one_of", "matches", "expression", "date_order", "sum", "referential"),
    *("unique", "monotonic", "row_count", "freshness", "distribution", "volume"),
}


def suite(*steps: Any, **settings: Any) -> dict[str, Expectation]:
    """The expectations of a config with some steps, by name."""
    config = {
        "dataset": "sales",
        "columns": {"id": {"type": "string"}, "n": {"type": "integer"}, "m": {"type": "integer", "optional": True}},
        "processors": steps or ({"schema": {}},),
        **settings,
    }
    return {each.name: each for each in suite_of(DatasetConfig.model_validate(config)).expectations}


def rule(**told: Any) -> Expectation:
    """The expectation of a rule."""
    [asked] = [each for each in suite({"schema": {}}, rules(told)).values() if not each.is_built_in]
    return asked


def test_every_check_of_a_config_has_a_dimension() -> None:
    assert CHECKS.keys() >= rules_of_configs.CHECKS
    assert CHECKS.keys() >= DESIGNED


@pytest.mark.parametrize(
    ("check", "dimension"),
    [
        ({"check": "not_null", "column": "n"}, "completeness"),
        ({"check": "unique", "columns": ["id"]}, "uniqueness"),
        ({"check": "range", "column": "n", "min": 0}, "validity"),
        ({"check": "expression", "name": "e", "sql": "n > m"}, "consistency"),
    ],
)
def test_a_rule_belongs_to_the_dimension_of_its_check(check: dict[str, Any], dimension: str) -> None:
    assert rule(**check).dimension == dimension


def test_a_rule_is_called_as_in_its_rejects() -> None:
    assert rule(check="not_null", column="n").counted == ("rule.n_not_null",)


@pytest.mark.parametrize(("severity", "weight"), [("info", 0), ("warning", 0.5), ("error", 1)])
def test_a_rule_weighs_as_its_severity_says(severity: str, weight: float) -> None:
    assert rule(check="not_null", column="n", severity=severity).weight == weight


def test_a_rule_may_have_a_weight_of_its_own() -> None:
    assert rule(check="not_null", column="n", severity="info", weight=2.5).weight == 2.5


def test_what_a_rule_leaves_to_its_default_is_no_part_of_its_id() -> None:
    told = rule(check="range", column="n", min=0, exclusive=False, severity="error")
    assert told.rule_id == rule(check="range", column="n", min=0.0, name="other", weight=3).rule_id
    assert told.rule_id != rule(check="range", column="n", min=1).rule_id


def test_a_list_that_has_other_values_is_another_rule(tmp_path: Path) -> None:
    ids = []
    for values in ("a\nb\n", "a\nb\nc\n"):
        (tmp_path / "list.csv").write_text(f"code\n{values}", "utf-8")
        ids.append(rule(check="referential", column="id", list=str(tmp_path / "list.csv")).rule_id)
    assert ids[0] != ids[1]


def test_a_number_or_a_date_is_one_however_it_is_written() -> None:
    assert rule(check="sum", columns=["n"], equals=5).rule_id == rule(check="sum", columns=["n"], equals=5.0).rule_id
    assert rule(check="range", column="n", min=date(2026, 1, 1)).definition.endswith('"min":"2026-01-01"}')


def test_an_expression_names_the_columns_that_it_looks_at() -> None:
    assert set(rule(check="expression", name="e", sql="n > m OR n IS NULL").columns) == {"n", "m"}


def test_misfits_are_expected_of_typed_columns_only() -> None:
    found = suite()
    assert [name for name in found if name.startswith("type.")] == ["type.n", "type.m"]
    assert found["type.n"].counted == ("type.n", "misfit.n")


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("quarantine", ["missing_column"]),
        ("rescue", ["missing_column.id", "missing_column.n"]),
        ("freeze", []),
        ("evolve", []),
    ],
)
def test_a_missing_column_is_expected_of_records_where_they_are_loaded_without(mode: str, names: list[str]) -> None:
    found = suite({"schema": {"missing_columns": mode}})
    assert [name for name in found if name.startswith("missing_column")] == names


def test_new_columns_are_unexpected_where_they_are_refused() -> None:
    assert "new_column" in suite({"schema": {"new_columns": "quarantine"}})
    assert "new_column" not in suite()


def test_duplicates_are_expected_of_the_sink() -> None:
    found = suite({"schema": {}}, {"quality": {"duplicates": ["key", "exact"]}}, key=["id"])
    assert [(found[name].level, found[name].columns) for name in ("duplicate_key", "duplicate_exact")] == [
        ("sink", ("id",)),
        ("sink", ()),
    ]


def test_outliers_are_unexpected_where_they_are_refused() -> None:
    outliers = {"n": {"fences": "iqr", "action": "quarantine"}, "m": {"fences": "mad"}}
    found = suite({"schema": {}}, {"quality": {"outliers": outliers}})
    assert [each.counted for each in found.values() if each.check == "outlier"] == [("rule.outlier_n",)]


def test_what_no_rule_asks_weighs_as_an_error_does() -> None:
    found = suite()
    assert {found[name].weight for name in (*READING, "type.n")} == {1}


def test_the_config_says_what_dimensions_weigh() -> None:
    told = {"weights": {"uniqueness": 3}, "fall": 2, "dates": 4}
    config = DatasetConfig.model_validate(
        {"dataset": "d", "columns": {"a": {"type": "string"}}, "processors": [{"schema": {}}], "score": told}
    )
    scoring = config.score.scoring
    assert (dict(scoring.weights)["uniqueness"], dict(scoring.weights)["validity"]) == (3, 1)
    assert (scoring.fall, scoring.dates) == (2, 4)


def test_a_score_needs_a_dimension_that_counts() -> None:
    weights = dict.fromkeys(("completeness", "uniqueness", "validity", "consistency", "timeliness"), 0)
    with pytest.raises(ValueError, match="one dimension at least"):
        suite(score={"weights": weights})


def test_a_weight_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        rule(check="not_null", column="n", weight=-1)

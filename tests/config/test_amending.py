"""Amendments laid over a config: what the YAML says itself wins, and nothing that would not compile gets in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from processors.schemas.amendments import Amendment, AmendmentKind
from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.config.amending import Amended, amended, header_amendments, with_amendments

COLUMNS: Mapping[str, Any] = {"code": {"type": "string"}, "n": {"type": "integer"}}
EVOLVING = {"schema": {"new_columns": "evolve", "missing_columns": "evolve", "misfits": "evolve"}}


def config(columns: Mapping[str, Any] = COLUMNS, *steps: Mapping[str, Any], **settings: Any) -> DatasetConfig:
    """A config whose contract may evolve."""
    described = {"dataset": "sales", "columns": dict(columns), "processors": [EVOLVING, *steps], **settings}
    return DatasetConfig.model_validate(described)


def dataset(described: DatasetConfig) -> Dataset:
    return compile_dataset(described)[0]


def amendment(kind: AmendmentKind, column: str, source: str = "", written: str = "") -> Amendment:
    return Amendment("sales", kind, column, source, written)


def types(whole: Amended) -> dict[str, str]:
    return {name: column.type for name, column in whole.config.columns.items()}


NOTE = amendment("add", "note", "Note", "string")


def test_an_added_column_is_optional_text_under_its_name_in_the_header() -> None:
    column = amended(config(), [NOTE]).config.columns["note"]
    assert (column.type, column.source, column.optional) == ("string", ("Note",), True)


def test_an_added_column_whose_name_is_taken_gets_a_number() -> None:
    computed = config(COLUMNS, {"features": {"columns": {"Note": "n * 2"}}})
    assert types(amended(computed, [NOTE]))["note_2"] == "string"


@pytest.mark.parametrize(
    "said",
    [
        {"remark": {"type": "date", "source": "Note"}},
        {"note": {"type": "date"}},
        {"NOTE": {"type": "date", "source": "On"}},
    ],
)
def test_a_column_that_the_config_has_by_now_is_as_the_config_says(said: Mapping[str, Any]) -> None:
    described = config({**COLUMNS, **said})
    assert amended(described, [NOTE]) == Amended(described)


def test_an_optional_column_may_be_missing() -> None:
    assert amended(config(), [amendment("optional", "n")]).config.columns["n"].optional


def test_a_further_name_stands_behind_those_that_the_column_has() -> None:
    assert amended(config(), [amendment("name", "n", "Number")]).config.columns["n"].source == ("n", "Number")


@pytest.mark.parametrize(
    ("said", "wider", "expected"),
    [
        ("integer", "number", "number"),
        ("decimal(5,2)", "decimal(7,3)", "decimal(7,3)"),
        ("number", "number", "number"),
        ("decimal(9,4)", "decimal(7,3)", "decimal(9,4)"),
    ],
)
def test_a_type_is_widened_where_the_config_still_has_the_narrower_one(said: str, wider: str, expected: str) -> None:
    described = config({**COLUMNS, "n": {"type": said}})
    assert types(amended(described, [amendment("widen", "n", written=wider)]))["n"] == expected


def test_a_column_that_the_config_has_no_more_is_not_amended() -> None:
    assert amended(config(), [amendment("optional", "gone"), amendment("widen", "gone", written="number")]) == Amended(
        config()
    )


def test_what_does_not_go_with_the_rest_is_left_out_with_the_reason() -> None:
    even = {"check": "expression", "name": "even", "sql": "(n & 1) = 0"}
    described, widen = config(COLUMNS, {"validation": {"rules": [even]}}), amendment("widen", "n", written="number")
    whole = amended(described, [widen, NOTE])
    [(refused, why)] = whole.left_out
    assert (whole.taken, refused, why.startswith("processors.1.validation.rules.0.sql: ")) == ((NOTE,), widen, True)


@pytest.mark.parametrize("duplicates", ["key", "exact"])
def test_a_column_that_tells_duplicates_is_not_widened(duplicates: str) -> None:
    described = config(COLUMNS, {"quality": {"duplicates": [duplicates]}}, key=["n"])
    whole, left_out = with_amendments(dataset(described), [amendment("widen", "n", written="number")])
    assert dict(whole.table.columns)["n"].written == "integer"
    assert (len(left_out), whole.fixed) == (1, frozenset({"n"}))


@pytest.mark.parametrize(
    "step",
    [
        {"quality": {"impute": {"n": "median"}}},
        {"quality": {"outliers": {"n": {"fences": "iqr", "action": "clip"}}}},
        {"validation": {"rules": [{"check": "range", "column": "n", "max": 9, "action": "impute", "impute": "mean"}]}},
    ],
    ids=["imputed", "clipped", "refilled"],
)
def test_a_column_into_which_rounded_figures_come_is_not_widened(step: dict[str, Any]) -> None:
    [(refused, why)] = amended(config(COLUMNS, step), [amendment("widen", "n", written="number")]).left_out
    assert (refused.column, "rounded to its type" in why) == ("n", True)


@pytest.mark.parametrize("said", ["mode", "previous", {"constant": 1}], ids=str)
def test_a_column_into_which_whole_values_come_is_widened(said: object) -> None:
    whole = amended(config(COLUMNS, {"quality": {"impute": {"n": said}}}), [amendment("widen", "n", written="number")])
    assert types(whole)["n"] == "number"


def test_a_table_does_not_gain_columns_without_end() -> None:
    many = {f"c{place}": {"type": "string"} for place in range(1900)}
    [(refused, why)] = amended(config(many), [NOTE]).left_out
    assert (refused, "more than 1900" in why) == (NOTE, True)


def test_amending_again_changes_nothing() -> None:
    once, _ = with_amendments(dataset(config()), [NOTE, amendment("widen", "n", written="number")])
    assert with_amendments(once, once.table.amendments) == (once, ())


def test_a_header_asks_for_what_the_contract_lacks() -> None:
    asked = header_amendments(dataset(config()), ("CODE", "Unit Price", "unit-price", "Имя"))
    assert [(each.kind, each.column, each.source) for each in asked] == [
        ("add", "unit_price", "Unit Price"),
        ("add", "unit_price_2", "unit-price"),
        ("add", "column_4", "Имя"),
        ("optional", "n", ""),
    ]


def test_a_header_asks_for_nothing_where_nothing_evolves() -> None:
    plain = DatasetConfig.model_validate({"dataset": "sales", "columns": COLUMNS, "processors": [{"schema": {}}]})
    assert header_amendments(dataset(plain), ("code", "Unit Price")) == []

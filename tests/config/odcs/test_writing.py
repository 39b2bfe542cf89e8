"""A config as a contract: sound by the standard, and one that gives the same dataset back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stream.config import Dataset, DatasetConfig, compile_dataset, load_configs
from stream.config.contract import contract_schema
from stream.config.odcs.writing import odcs_text
from tests.config.odcs.contracts import SHIPMENTS, faults_by_the_standard, loaded, there_and_back
from tests.config.sales import SALES
from tests.system.processes import SHIPPED_CONFIGS

SHIPPED = {
    name: dataset
    for folder in (SHIPPED_CONFIGS, SHIPPED_CONFIGS / "examples")
    for name, dataset in load_configs(folder).items()
}

COLUMNS: dict[str, Any] = {
    "code": {"type": "string", "source": ["CODE", "Code No"], "null_tokens": ["-"], "description": "As on the label."},
    "price": {"type": "decimal(12,2)", "currency": "$", "thousands_mark": ",", "accounting": True, "optional": True},
    "count": {"type": "integer", "source": "COUNT"},
    "day": {"type": "date", "formats": ["%d.%m.%Y"]},
    "at": {"type": "timestamp", "formats": ["iso", "%m/%d/%y %H:%M"], "two_digit_years_from": 1930},
    "kind": {"type": "category"},
    "fresh": {"type": "boolean"},
}
#: Rules of each check, usual ones and others, that can stand beside each other.
RULES: list[dict[str, Any]] = [
    {"check": "not_null", "column": "code"},
    {"check": "not_null", "column": "code", "name": "code_missing", "action": "drop"},
    {"check": "not_null", "column": "count", "severity": "warning", "action": "warn"},
    {"check": "range", "column": "price", "min": 0},
    {"check": "range", "column": "price", "max": 99.5, "name": "price_plausible", "severity": "info", "action": "warn"},
    {"check": "range", "column": "count", "min": 0, "max": 10, "exclusive": True},
    {"check": "range", "column": "day", "min": "2020-01-01"},
    {"check": "range", "column": "at", "max": "2030-01-01 12:00:00"},
    {"check": "one_of", "column": "kind", "values": ["a", "NO", "1"]},
    {"check": "one_of", "column": "fresh", "values": ["true"], "name": "is_fresh", "action": "fail"},
    {"check": "matches", "column": "code", "pattern": "[A-Z]{2}|x"},
    {"check": "matches", "column": "kind", "pattern": "(a|b)+", "severity": "warning"},
    {"check": "type", "column": "code", "type": "date", "formats": ["%Y-%m-%d"], "severity": "info", "action": "warn"},
    {"check": "type", "column": "kind", "type": "decimal(9,2)"},
    {"check": "length", "column": "code", "min": 2, "max": 10},
    {"check": "length", "column": "kind", "max": 3, "name": "kind_short", "action": "drop"},
    {"check": "not_null", "column": "at", "weight": 2.0},
    {"check": "one_of", "column": "kind", "values": ["b"], "name": "kind_b", "weight": 0.25},
    {"check": "not_null", "column": "day", "when": "count > 0"},
    {"check": "range", "column": "count", "min": 1, "name": "count_of_kind", "when": "kind = 'a' AND count < 9"},
    {"check": "date_order", "columns": ["day", "at"], "strict": True},
    {"check": "sum", "columns": ["price", "count"], "equals": 0.3, "tolerance": 0.01, "severity": "warning"},
    {"check": "sum", "columns": ["price"], "equals": "count", "name": "all_counted", "when": "kind <> 'b'"},
    {"check": "unique", "columns": ["code"]},
    {"check": "unique", "columns": ["kind", "day"], "action": "drop"},
    {"check": "expression", "name": "sane", "sql": "price > count"},
]


def compiled(columns: list[str], rules: list[dict[str, Any]], more: dict[str, Any]) -> Dataset:
    """A dataset of some of the columns, with the rules that these can have."""
    text = yaml.safe_dump({"rules": [rule for rule in rules if _columns(rule) <= {*columns}]})
    judged = [{"validation": yaml.safe_load(text.replace("'20", "20").replace("00'", "00").replace("-01'", "-01"))}]
    steps = [{"schema": {}}, *(judged if judged[0]["validation"]["rules"] else [])]
    declared = {name: COLUMNS[name] for name in columns}
    config = {"dataset": "mixed", "columns": declared, "processors": steps, "key": columns[:1], **more}
    dataset, faults = compile_dataset(DatasetConfig.model_validate(config))
    assert faults == []
    return dataset


def _columns(rule: dict[str, Any]) -> set[str]:
    named = {rule["column"]} if "column" in rule else {*rule.get("columns", ["price", "count"])}
    named |= {"count", "kind"} if "when" in rule else set()
    return {str(name) for name in named}


def essence(dataset: Dataset) -> tuple[object, ...]:
    """What a contract is to give back; how a dataset is watched, what is made of it, and its version are no promise."""
    config, table = dataset.config, replace(dataset.table, profiling=None, config=None)
    table = replace(table, kpis=(), views=(), models=(), exports=())
    return dataset.columns, table, dataset.chain, config.description, config.key


@pytest.mark.parametrize("name", SHIPPED)
def test_the_contract_of_a_shipped_config_is_sound_by_the_standard(name: str) -> None:
    assert faults_by_the_standard(odcs_text(SHIPPED[name].config)) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_config_comes_back_from_its_contract(name: str, tmp_path: Path) -> None:
    assert essence(there_and_back(SHIPPED[name], tmp_path)) == essence(SHIPPED[name])


@pytest.mark.parametrize("name", SHIPPED)
def test_our_own_contract_has_nothing_that_is_left_out(name: str, tmp_path: Path) -> None:
    assert there_and_back(SHIPPED[name], tmp_path).notices == ()


@given(
    st.lists(st.sampled_from(list(COLUMNS)), min_size=1, unique=True),
    st.lists(st.sampled_from(RULES), unique_by=str),
    st.fixed_dictionaries(
        {"timezone": st.sampled_from(["UTC", "Europe/Oslo"])},
        optional={"null_tokens": st.just(["", "NA"]), "description": st.just("Of all kinds: ü, '#'.")},
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_config_comes_back_from_a_sound_contract(
    tmp_path_factory: pytest.TempPathFactory,
    columns: list[str],
    rules: list[dict[str, Any]],
    more: dict[str, Any],
) -> None:
    dataset = compiled(columns, rules, more)
    assert faults_by_the_standard(odcs_text(dataset.config)) == []
    assert essence(there_and_back(dataset, tmp_path_factory.mktemp("configs"))) == essence(dataset)


def test_a_contract_of_others_comes_back_from_ours(tmp_path: Path) -> None:
    dataset = loaded(tmp_path / "theirs", SHIPMENTS)
    assert essence(there_and_back(dataset, tmp_path / "ours")) == essence(dataset)


def test_the_same_config_gives_the_same_contract(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text(SALES, "utf-8")
    first, second = (odcs_text(load_configs(tmp_path)["sales"].config) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "more",
    [
        {"files": {"folder": "elsewhere"}},
        {"dialect": {"delimiter": ";"}},
        {"limits": {"batch_rows": 5}},
        {"budget": {"max_reject_percent": 5}},
        {"raw": False},
        {"score": {"fall": 1}},
        {"profile": {}},
        {"parameters": {"warmup_rows": 5}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_no_promise_about_records_is_no_part_of_the_contract(more: dict[str, Any]) -> None:
    assert odcs_text(compiled(["code"], [], more).config) == odcs_text(compiled(["code"], [], {}).config)


def test_usual_rules_are_constraints_that_other_tools_read() -> None:
    rules = [rule for rule in RULES if not {"name", "severity", "action"} & rule.keys()]
    contract = yaml.safe_load(odcs_text(compiled(list(COLUMNS), rules, {}).config))
    properties = {each["name"]: each for each in contract["schema"][0]["properties"]}
    assert properties["code"]["required"] is True
    assert properties["code"]["unique"] is True
    options = {"pattern": "^(?:[A-Z]{2}|x)$", "minLength": 2, "maxLength": 10}
    assert properties["code"]["logicalTypeOptions"] == options
    assert properties["count"]["logicalTypeOptions"] == {"exclusiveMinimum": 0, "exclusiveMaximum": 10}
    assert properties["day"]["logicalTypeOptions"] == {"format": "d.M.yyyy", "minimum": "2020-01-01"}
    assert properties["kind"]["enum"] == [{"value": "a"}, {"value": "NO"}, {"value": "1"}]


def test_a_rule_with_a_condition_is_no_constraint() -> None:
    rule = {"check": "not_null", "column": "code", "when": "count > 0"}
    config = compiled(["code", "count", "kind"], [rule], {}).config
    contract = yaml.safe_load(odcs_text(config))
    code = contract["schema"][0]["properties"][0]
    assert "required" not in code
    assert [each["implementation"] for each in code["quality"]] == [rule]
    assert contract_schema(config).columns[0].nullable


def test_a_rule_on_a_list_comes_back_where_the_list_is(tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text("kind\na\n", "utf-8")
    rule = "{check: referential, column: kind, list: kinds.csv}"
    (tmp_path / "sales.yaml").write_text(SALES.replace("{check: unique, columns: [kind, day]}", rule), "utf-8")
    dataset = load_configs(tmp_path)["sales"]
    assert essence(there_and_back(dataset, tmp_path)) == essence(dataset)


def test_a_rule_with_settings_of_its_own_is_a_metric_where_there_is_one() -> None:
    contract = yaml.safe_load(odcs_text(compiled(["code"], [RULES[1]], {}).config))
    (column,) = contract["schema"][0]["properties"]
    assert column["quality"] == [
        {
            "name": "code_missing",
            "type": "library",
            "metric": "nullValues",
            "mustBe": 0,
            "customProperties": [{"property": "action", "value": "drop", "vendor": "ade-stream"}],
        }
    ]


def test_what_is_imputed_comes_back_from_the_contract(tmp_path: Path) -> None:
    """Fences and imputation have no counterpart: they are custom properties."""
    put = {"with": "median", "by": ["kind", "fresh"]}
    rules = [
        {"check": "range", "column": "price", "min": 0, "action": "impute", "impute": put},
        {"check": "not_null", "column": "fresh", "action": "impute", "impute": "mode"},
    ]
    cleaning = {
        "outliers": {"count": {"fences": "mad", "k": 2.5, "action": "null"}},
        "impute": {"count": "mean", "kind": {"constant": "NO"}, "price": put},
    }
    steps = [{"schema": {}}, {"quality": cleaning}, {"validation": {"rules": rules}}]
    config = {"dataset": "mixed", "columns": COLUMNS, "processors": steps, "key": ["code"]}
    dataset, faults = compile_dataset(DatasetConfig.model_validate(config))
    assert faults == []
    text = odcs_text(dataset.config)
    assert faults_by_the_standard(text) == []
    assert "required" not in {name for each in yaml.safe_load(text)["schema"][0]["properties"] for name in each}
    back = there_and_back(dataset, tmp_path)
    assert (essence(back), back.notices) == (essence(dataset), ())

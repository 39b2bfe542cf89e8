"""A contract as a part of a config: what it gives, and what the config says itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processors.columns import ColumnType
from stream.config import load_configs
from stream.config.odcs.constraints import whole_text
from stream.config.odcs.date_patterns import java_pattern, strftime_format
from stream.config.odcs.types import column_type
from tests.config.odcs.contracts import CONFIG, SHIPMENTS, faults_by_the_standard, loaded

DEFAULT_STEPS = "processors: [{schema: {}}, {quality: {}}]\n"


def rules(folder: Path, contract: str = SHIPMENTS, config: str = CONFIG) -> list[dict[str, Any]]:
    """All rules of the dataset in the words of a config."""
    steps = loaded(folder, contract, config).config.processors
    return [
        rule.model_dump(exclude_defaults=True)
        for step in steps
        for rule in (step.validation.rules if step.validation else ())
    ]


def of_property(more: str, kind: str = "string") -> str:
    """A contract with one property, of which `more` is said (YAML, in braces)."""
    head = SHIPMENTS[: SHIPMENTS.index("    properties:\n")]
    return f"{head}    properties:\n      - {{name: a, logicalType: {kind}, {more}}}\n"


def test_the_sample_is_sound_by_the_standard() -> None:
    assert faults_by_the_standard(SHIPMENTS) == []


def test_a_contract_gives_columns_with_types_names_in_the_header_and_descriptions(tmp_path: Path) -> None:
    dataset = loaded(tmp_path)
    types = {column.name: replace(column.type, timezone="UTC") for column in dataset.columns}
    assert types == {
        "shipment_id": ColumnType("string"),
        "sent_on": ColumnType("date", formats=("%d.%m.%Y",)),
        "delivered_at": ColumnType("timestamp"),
        "weight": ColumnType("decimal", 8, 3),
        "parcels": ColumnType("integer"),
        "price": ColumnType("number"),
        "carrier": ColumnType("string"),
        "insured": ColumnType("boolean"),
    }
    assert dataset.columns[0].source == "Shipment Id"
    assert dataset.config.columns["shipment_id"].description == "The number on the parcel."


def test_a_contract_gives_description_key_and_time_zone(tmp_path: Path) -> None:
    config = loaded(tmp_path).config
    assert (config.description, config.key, config.timezone) == (
        "One record a parcel.",
        ("shipment_id",),
        "Europe/Oslo",
    )


def test_the_parts_of_a_key_stand_in_their_positions(tmp_path: Path) -> None:
    contract = SHIPMENTS.replace("primaryKeyPosition: 1", "primaryKeyPosition: 2").replace(
        "      - name: sent_on\n", "      - name: sent_on\n        primaryKey: true\n        primaryKeyPosition: 1\n"
    )
    assert loaded(tmp_path, contract).config.key == ("sent_on", "shipment_id")


def test_a_contract_gives_rules(tmp_path: Path) -> None:
    named = {str(rule.get("name") or f"{rule.get('column')}_{rule['check']}"): rule for rule in rules(tmp_path)}
    assert list(named) == [
        "shipment_id_not_null",
        "shipment_id_matches",
        "sent_on_not_null",
        "sent_on_range",
        "weight_range",
        "weight_exclusive",
        "parcels_range",
        "parcels_multiple",
        "price_not_null",
        "Known_carrier",
        "carrier_length",
        "None_unique",
    ]
    assert named["weight_exclusive"] == {
        "name": "weight_exclusive",
        "check": "range",
        "column": "weight",
        "min": 0,
        "exclusive": True,
    }
    assert (named["price_not_null"]["severity"], named["price_not_null"]["action"]) == ("warning", "warn")


def test_without_processors_rows_are_cast_trimmed_and_judged_by_key_and_rules(tmp_path: Path) -> None:
    cast, clean, validate = loaded(tmp_path).config.processors
    assert (cast.schema_ is not None, validate.validation is not None) == (True, True)
    assert clean.quality is not None
    assert (clean.quality.trim, clean.quality.duplicates) == (True, ("key",))


def test_the_rules_of_a_contract_are_added_to_the_steps_of_the_config(tmp_path: Path) -> None:
    own = f"{CONFIG}{DEFAULT_STEPS[:-2]}, {{validation: {{rules: [{{check: not_null, column: carrier}}]}}}}]\n"
    found = [rule["column"] for rule in rules(tmp_path, config=own) if rule["check"] == "not_null"]
    assert found == ["carrier", "shipment_id", "sent_on", "price"]


def test_steps_without_validation_get_one_at_the_end(tmp_path: Path) -> None:
    *_, last = loaded(tmp_path, config=CONFIG + DEFAULT_STEPS).config.processors
    assert last.validation is not None


def test_a_rule_of_the_config_takes_the_place_of_the_one_with_its_name(tmp_path: Path) -> None:
    own = f"{CONFIG}{DEFAULT_STEPS[:-2]}, {{validation: {{rules: [{{check: range, column: weight, max: 5}}]}}}}]\n"
    assert [
        rule["max"] for rule in rules(tmp_path, config=own) if rule.get("column") == "weight" and "max" in rule
    ] == [5]


def test_a_contract_may_lie_beside_the_configs(tmp_path: Path) -> None:
    (tmp_path / "shipments.odcs.yaml").write_text(SHIPMENTS, "utf-8")
    (tmp_path / "shipments.yaml").write_text(CONFIG.replace("contracts/", ""), "utf-8")
    assert list(load_configs(tmp_path)) == ["shipments"]


def test_what_the_config_says_of_a_column_wins_and_is_added(tmp_path: Path) -> None:
    config = loaded(tmp_path, config=f"{CONFIG}columns: {{weight: {{type: number, optional: true}}}}\n").config
    weight = config.columns["weight"]
    assert (weight.type, weight.optional, list(config.columns)[3]) == ("number", True, "weight")


def test_columns_of_the_config_alone_come_behind_those_of_the_contract(tmp_path: Path) -> None:
    config = loaded(tmp_path, config=f"{CONFIG}columns: {{depot: {{type: string}}}}\n").config
    assert list(config.columns)[-1] == "depot"


def test_the_key_of_the_config_wins(tmp_path: Path) -> None:
    assert loaded(tmp_path, config=f"{CONFIG}key: [carrier, weight]\n").config.key == ("carrier", "weight")


def test_a_key_that_is_said_to_be_unique_is_judged_once(tmp_path: Path) -> None:
    assert [rule["columns"] for rule in rules(tmp_path) if rule["check"] == "unique"] == [("shipment_id", "sent_on")]


def test_of_several_tables_the_one_with_the_name_of_the_dataset_is_meant(tmp_path: Path) -> None:
    table = "  - name: returns\n    properties: [{name: a, logicalType: string}]\n"
    contract = SHIPMENTS.replace("schema:\n", f"schema:\n{table}", 1)
    assert "shipment_id" in loaded(tmp_path / "by_name", contract).config.columns
    renamed = contract.replace("name: shipments\n", "name: parcels\n").replace("shipments_v1", "shipments")
    assert "shipment_id" in loaded(tmp_path / "by_physical_name", renamed).config.columns


def test_the_only_table_is_meant_whatever_its_name(tmp_path: Path) -> None:
    assert loaded(tmp_path, SHIPMENTS.replace("- name: shipments", "- name: parcels")).config.dataset == "shipments"


NOT_NULL = {"check": "not_null", "column": "a"}
UNIQUE = {"check": "unique", "columns": ("a",)}
MATCHES = {"check": "matches", "column": "a", "pattern": "(?s:.*)(?:x)(?s:.*)"}
ONE_OF = {"check": "one_of", "column": "a", "values": ("x", "1")}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("required: true", NOT_NULL),
        ("unique: true", UNIQUE),
        ("enum: [{value: x}, {value: 1}]", ONE_OF),
        ("quality: [{metric: nullValues, mustBe: 0}]", NOT_NULL),
        ("required: true, quality: [{metric: nullValues, mustBe: 0}]", NOT_NULL),
        ("quality: [{metric: missingValues, arguments: {missingValues: [NA]}, mustBe: 0}]", NOT_NULL),
        ("quality: [{metric: invalidValues, arguments: {pattern: x}, mustBe: 0}]", MATCHES),
        ("quality: [{metric: invalidValues, arguments: {validValues: [x, 1]}, mustBe: 0}]", ONE_OF),
        ("quality: [{rule: validValues, validValues: [x, 1]}]", ONE_OF),
        ("quality: [{type: library, metric: duplicateValues, mustBeLessThan: 1}]", UNIQUE),
    ],
)
def test_constraints_and_metrics_make_rules(tmp_path: Path, said: str, expected: dict[str, object]) -> None:
    assert rules(tmp_path, of_property(said)) == [expected]


def test_missing_values_mean_nothing_in_their_column(tmp_path: Path) -> None:
    said = "quality: [{metric: missingValues, arguments: {missingValues: [null, NA]}, mustBe: 0}]"
    assert loaded(tmp_path, of_property(said)).config.columns["a"].null_tokens == ("NA",)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("logicalTypeOptions: {format: email}", "format: email makes no rule here"),
        ("logicalTypeOptions: {maxLength: x}", "maxLength: 'x' is no number of characters"),
        ("logicalTypeOptions: {minLength: -1}", "minLength: -1 is no number of characters"),
        ("relationships: [{to: other.a}]", "'relationships' has no counterpart in a config"),
        ("requird: true", "'requird' has no counterpart in a config"),
        ("quality: [{type: sql, query: SELECT 1, mustBe: 1}]", "this quality rule: a rule of the type sql is not"),
        (
            "quality: [{type: custom, engine: soda, implementation: x}]",
            "this quality rule: a rule of the type custom of",
        ),
        ("quality: [{type: text, description: fine}]", "this quality rule: a rule of the type text is not judged"),
        ("quality: [{description: fine}]", "this quality rule: a rule without a metric is not judged here"),
        ("quality: [{name: few, metric: nullValues, mustBeLessThan: 5}]", "few: nullValues is judged record by record"),
        ("quality: [{metric: rowCount, mustBe: 0}]", "this quality rule: the metric 'rowCount' is not judged here"),
        ("quality: [{metric: invalidValues, mustBe: 0}]", "this quality rule: invalidValues: without validValues"),
        ("quality: [{metric: duplicateValues, mustBe: 0, severity: info}]", "this quality rule: a duplicate is always"),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_line(tmp_path: Path, said: str, told: str) -> None:
    (notice,) = loaded(tmp_path, of_property(said)).notices
    assert notice.startswith(f"{tmp_path}/contracts/shipments.odcs.yaml:22: {told}")
    assert notice.endswith("; it is left out.")


@pytest.mark.parametrize(("kind", "option"), [("integer", "format: i32"), ("number", "multipleOf: 0.5")])
def test_an_option_that_makes_no_rule_is_named(tmp_path: Path, kind: str, option: str) -> None:
    (notice,) = loaded(tmp_path, of_property(f"logicalTypeOptions: {{{option}}}", kind)).notices
    assert option in notice


@pytest.mark.parametrize(
    ("logical", "physical", "expected"),
    [
        ("string", "VARCHAR(20)", "string"),
        ("integer", "NUMBER(10,0)", "integer"),
        ("number", "NUMERIC(10)", "decimal(10,0)"),
        ("number", "double", "number"),
        (None, "number", "number"),
        (None, "decimal(5, 2)", "decimal(5,2)"),
        (None, "timestamp with time zone", "timestamp"),
        (None, "bigint", "integer"),
        (None, "bool", "boolean"),
    ],
)
def test_types_are_read_from_the_logical_type_and_digits_from_the_physical(
    logical: str | None, physical: str, expected: str
) -> None:
    assert column_type(logical, physical, {}) == expected


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        ("M/d/yy h:mm a", "%m/%d/%y %I:%M %p"),
        ("yyyyMMdd", "%Y%m%d"),
        ("dd MMM yyyy", "%d %b %Y"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "%Y-%m-%dT%H:%M:%S.%3f"),
        ("d 'o''clock' HH", "%d o'clock %H"),
    ],
)
def test_patterns_of_java_are_formats(pattern: str, form: str) -> None:
    assert strftime_format(pattern) == form


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%Y%m%d", "%d. %B %Y", "%H:%M:%S", "%Y-%m-%dT%H:%M", "%d of %b %y"])
def test_a_format_comes_back_from_its_pattern(form: str) -> None:
    pattern = java_pattern(form)
    assert pattern is not None
    assert strftime_format(pattern) == form


@pytest.mark.parametrize(
    ("pattern", "whole"),
    [
        ("^a$", "a"),
        ("^(?:a|b)$", "a|b"),
        ("^(?:a)|(?:b)$", "(?s:.*)(?:^(?:a)|(?:b)$)(?s:.*)"),
        ("^a|b$", "(?s:.*)(?:^a|b$)(?s:.*)"),
        (r"^a\$", r"(?s:.*)(?:^a\$)(?s:.*)"),
        ("^(?:[(])$", "[(]"),
        ("a", "(?s:.*)(?:a)(?s:.*)"),
    ],
)
def test_a_pattern_is_looked_for_anywhere_unless_it_says_otherwise(pattern: str, whole: str) -> None:
    assert whole_text(pattern) == whole

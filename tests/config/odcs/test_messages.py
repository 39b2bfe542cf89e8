"""What a contract may not say, told with the file and the line in which it stands."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import ConfigError
from stream.config import load_configs
from tests.config.odcs.contracts import CONFIG, SHIPMENTS, folder_with
from tests.config.sales import refusal

CONTRACT = "contracts/shipments.odcs.yaml"

TYPE = "logicalType: boolean"
#: What is written, what is written instead, the line told, and the beginning of the message.
MESSAGES = {
    "older version": (
        "apiVersion: v3.1.0",
        "apiVersion: v2.2.2",
        1,
        "apiVersion 'v2.2.2' is not read; those of version",
    ),
    "another kind": ("kind: DataContract", "kind: DataProduct", 2, "kind: input should be 'DataContract' (found 'Data"),
    "no version": ("apiVersion: v3.1.0\n", "", 1, "key 'apiVersion' is missing."),
    "key written twice": ("name: Shipments", "name: Shipments\nname: Parcels", 5, "key 'name' is written twice."),
    "another structure": (
        "    properties:\n",
        "    properties: x\n    x:\n",
        21,
        "schema.0.properties: input should be",
    ),
    "no name of a column": ("name: sent_on", "name: sent on", 33, "'sent on' is no name of a column, which has"),
    "described twice": ("name: sent_on", "name: shipment_id", 33, "'shipment_id' is described twice."),
    "nested": (TYPE, "logicalType: object", 74, "logicalType 'object' is no type of a column; logicalTypes of columns"),
    "unknown physical type": (
        TYPE,
        "physicalType: BLOB",
        74,
        "physicalType 'BLOB' without a logicalType is no type of",
    ),
    "untyped": (
        f"        {TYPE}\n",
        "",
        73,
        "has no type; logicalTypes of columns are string, integer, number, boolean,",
    ),
    "too many digits": ("(8,3)", "(50,3)", 44, "schema.0.properties.3.logicalType: decimal(p,s) needs 1 ≤ p ≤ 38"),
    "unknown pattern": ("dd.MM.yyyy", "dd.QQ.yyyy", 37, "'QQ' is not taken in the format of a date; known are"),
    "no regular expression": ("^S-[0-9]{4}$", "^S-[0-9$", 31, "schema.0.properties.0.logicalTypeOptions.pattern: "),
    "bound of another type": (
        "mum: 1\n",
        "mum: one\n",
        52,
        "schema.0.properties.4.logicalTypeOptions.minimum.min: must",
    ),
    "unknown time zone": (
        "Europe/Oslo",
        "Europe/X",
        42,
        "schema.0.properties.2.logicalTypeOptions.defaultTimezone: must",
    ),
    "unknown column": ("[shipment_id, sent_on]", "[id, sent_on]", 76, "schema.0.quality.0.columns: there is no column"),
    "no such property of a column": (
        "        examples: [S-0001]",
        "        customProperties: [{property: optinal, value: true, vendor: ade-stream}]",
        32,
        "ade-stream knows no property 'optinal' of a column; known are type, source, optional, nullTokens,",
    ),
    "no such property of a table": (
        "    tags: [logistics]",
        "    customProperties: [{property: colour, value: red, vendor: ade-stream}]",
        20,
        "ade-stream knows no property 'colour' of a table; known are nullTokens, timezone, eventTime, processors.",
    ),
}


@pytest.mark.parametrize("mistake", MESSAGES)
def test_a_mistake_in_a_contract_is_told_with_its_line(mistake: str, tmp_path: Path) -> None:
    old, new, line, told = MESSAGES[mistake]
    assert SHIPMENTS.count(old) >= 1
    first, *_ = refusal(folder_with(tmp_path, SHIPMENTS.replace(old, new, 1)))
    assert first.startswith(f"{CONTRACT}:{line}: {told}")


def test_a_mistake_in_the_config_is_told_with_the_line_of_the_config(tmp_path: Path) -> None:
    config = f"{CONFIG}columns:\n  weight: {{thousands_mark: x}}\n"
    (told,) = refusal(folder_with(tmp_path, config=config))
    assert told.startswith("shipments.yaml:4: columns.weight.thousands_mark: ")


def test_a_rule_of_a_contract_that_does_not_fit_a_type_of_the_config_is_told_in_the_contract(tmp_path: Path) -> None:
    (told,) = refusal(folder_with(tmp_path, config=f"{CONFIG}columns: {{parcels: {{type: string}}}}\n"))
    place = f"{CONTRACT}:52: schema.0.properties.4.logicalTypeOptions.minimum"
    assert told.startswith(f"{place}: 1 is no bound for a column of type string")


def test_the_type_of_the_config_stands_in_for_one_that_no_column_has(tmp_path: Path) -> None:
    contract = SHIPMENTS.replace("logicalType: boolean", "logicalType: object")
    folder = folder_with(tmp_path, contract, f"{CONFIG}columns: {{insured: {{type: string}}, x: {{type: what}}}}\n")
    (told,) = refusal(folder)
    assert told.startswith("shipments.yaml:3: columns.x.type: must be one of")


@pytest.mark.parametrize(
    ("contract", "told"),
    [
        ("", f"{CONTRACT}:1: is no contract of the Open Data Contract Standard, which is a mapping."),
        ("- a", f"{CONTRACT}:1: is no contract of the Open Data Contract Standard, which is a mapping."),
        ("a: [", f"{CONTRACT}:1: is no YAML: "),
    ],
)
def test_what_is_no_contract_is_told_in_one_line(contract: str, told: str, tmp_path: Path) -> None:
    (line,) = refusal(folder_with(tmp_path, contract))
    assert line.startswith(told)


def test_a_contract_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "shipments.yaml").write_text(CONFIG, "utf-8")
    (line,) = refusal(tmp_path)
    assert line == f"shipments.yaml:2: there is no contract {CONTRACT}. Its path begins where the config is."


def test_a_contract_without_the_dataset_tells_which_it_has(tmp_path: Path) -> None:
    contract = SHIPMENTS.replace("- name: shipments\n", "- name: a\n  - name: b\n", 1)
    (line,) = refusal(folder_with(tmp_path, contract))
    assert line == (
        f"{CONTRACT}:15: no single schema object has the name or physicalName 'shipments'; there are: a, b."
    )


def test_a_config_without_columns_and_contract_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shipments.yaml").write_text("dataset: shipments\n", "utf-8")
    assert refusal(tmp_path) == [
        "shipments.yaml:1: key 'columns' is missing.",
        "shipments.yaml:1: key 'processors' is missing.",
    ]


def _places(node: object) -> list[tuple[int | str, ...]]:
    """All locations in a document but its root."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [(key, *rest) for key, child in children for rest in ((), *_places(child))]


def _spoilt(place: tuple[int | str, ...], value: object) -> str:
    """The contract in which something else stands in a place."""
    document = node = yaml.safe_load(SHIPMENTS)
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    return yaml.safe_dump(document)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.sampled_from(["", "x", "string", "(", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "value", "check"]), inner),
    max_leaves=4,
)


@given(st.sampled_from(_places(yaml.safe_load(SHIPMENTS))), ANYTHING)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_contract_it_is_read_or_refused_in_sentences(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[int | str, ...], value: object
) -> None:
    with suppress(ConfigError):
        load_configs(folder_with(tmp_path_factory.mktemp("configs"), _spoilt(place, value)))

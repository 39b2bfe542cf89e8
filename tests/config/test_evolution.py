"""The twelve ways in which a contract evolves: two versions of a config, and what they mean to each other's readers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from processors.schemas.comparing import compare
from processors.schemas.model import Schema, SchemaColumn
from stream.config import DatasetConfig
from stream.config.contract import as_contract, contract_schema

ORDERS = """\
dataset: orders
columns:
  id: {type: string}
  amount: {type: "decimal(12, 2)", currency: $}
  count: {type: integer}
  day: {type: date, formats: [iso, "%d.%m.%Y"]}
  weight: {type: number}
  note: {type: string, optional: true}
  kind: {type: category}
key: [id]
processors:
  - schema: {}
  - validation:
      rules:
        - {check: not_null, column: id}
        - {check: not_null, column: count, severity: warning, action: warn}
        - {check: one_of, column: kind, values: [web, store, app]}
"""
RULES = "      rules:\n"

#: What is written, what is written instead, the kinds of the changes, what they come to.
CASES = {
    "add optional": (
        "key: [id]",
        "  channel: {type: string, optional: true}\nkey: [id]",
        [("added", "channel")],
        "full",
    ),
    "add required": (
        RULES,
        f"{RULES}        - {{check: not_null, column: channel}}\n",
        [("added", "channel")],
        "forward",
    ),
    "drop": ("  note: {type: string, optional: true}\n", "", [("dropped", "note")], "full"),
    "rename": ("  amount: {", "  total_amount: {", [("renamed", "total_amount")], "breaking"),
    "reorder": (
        '  id: {type: string}\n  amount: {type: "decimal(12, 2)", currency: $}\n',
        '  amount: {type: "decimal(12, 2)", currency: $}\n  id: {type: string}\n',
        [("reordered", "amount")],
        "full",
    ),
    "int to float": ("count: {type: integer}", "count: {type: number}", [("widened", "count")], "backward"),
    "float to int": ("weight: {type: number}", "weight: {type: integer}", [("narrowed", "weight")], "forward"),
    "text to date": ("note: {type: string", "note: {type: date", [("narrowed", "note")], "forward"),
    "enum narrowed": ("[web, store, app]", "[web, store]", [("categories_changed", "kind")], "forward"),
    "nullable to required": (
        RULES,
        f"{RULES}        - {{check: not_null, column: amount}}\n",
        [("required", "amount")],
        "forward",
    ),
    "key changed": ("key: [id]", "key: [id, day]", [("key_changed", "id, day")], "breaking"),
}


def config(text: str) -> Schema:
    """The contract that a config is."""
    written: dict[str, Any] = yaml.safe_load(text)
    if "column: channel" in text:
        written["columns"]["channel"] = {"type": "string"}
    return contract_schema(DatasetConfig.model_validate(written))


@pytest.mark.parametrize("case", CASES)
def test_a_change_of_a_contract_is_classified(case: str) -> None:
    old, new, changes, compatibility = CASES[case]
    comparison = compare(config(ORDERS), config(ORDERS.replace(old, new)))
    assert [(change.kind, change.column) for change in comparison.changes] == changes
    assert comparison.compatibility == compatibility


OPPOSITE = {"full": "full", "breaking": "breaking", "backward": "forward", "forward": "backward"}


@pytest.mark.parametrize("case", CASES)
def test_a_revert_is_what_the_change_was_the_other_way(case: str) -> None:
    old, new, _, compatibility = CASES[case]
    comparison = compare(config(ORDERS.replace(old, new)), config(ORDERS))
    assert comparison.compatibility == OPPOSITE[compatibility]


def test_a_rename_of_a_contract_is_a_suggestion() -> None:
    (change,) = compare(config(ORDERS), config(ORDERS.replace("  amount: {", "  total_amount: {"))).changes
    assert (change.before, change.after, change.suggested) == ("amount", "total_amount", True)


def test_a_contract_says_of_its_columns_what_files_can_be_held_to() -> None:
    columns = {column.name: column for column in config(ORDERS).columns}
    assert columns["id"] == SchemaColumn("id", "string", nullable=False)
    assert columns["amount"] == SchemaColumn("amount", "decimal(12,2)", formats=("$", "plain"))
    assert columns["day"] == SchemaColumn("day", "date", formats=("%d.%m.%Y", "iso"))
    assert columns["kind"] == SchemaColumn("kind", "category", categories=("app", "store", "web"))


def test_a_rule_that_only_warns_promises_nothing() -> None:
    assert next(column.nullable for column in config(ORDERS).columns if column.name == "count")


def test_all_ways_of_writing_a_number_that_a_style_allows_are_its_formats() -> None:
    style = 'currency: $, thousands_mark: ",", accounting: true'
    columns = config(ORDERS.replace("currency: $", style)).columns
    assert columns[1].formats == tuple(sorted(["$", "plain", "1,234", "1234", "(1)", "-1", "-"]))


def test_a_file_that_uses_a_part_of_what_its_contract_allows_is_within_it() -> None:
    contract = config(ORDERS)
    found = Schema(
        (
            SchemaColumn("ID", "string", "id", nullable=False),
            SchemaColumn("AMOUNT", "decimal(12,2)", "amount", nullable=False, formats=("plain",)),
            SchemaColumn("COUNT", "integer", "count", nullable=False),
            SchemaColumn("DAY", "date", "day", nullable=False, formats=("iso",)),
            SchemaColumn("WEIGHT", "number", "weight"),
            SchemaColumn("KIND", "category", "kind", categories=("web",)),
        )
    )
    changes = compare(as_contract(found, contract), contract).changes
    assert [(change.kind, change.column) for change in changes] == [("added", "note")]


def test_a_file_with_more_than_its_contract_allows_is_told_apart() -> None:
    contract = config(ORDERS)
    found = Schema(
        (
            SchemaColumn("KIND", "category", "kind", categories=("fax", "web")),
            SchemaColumn("ID", "string", "id"),
            SchemaColumn("WEIGHT", "string", "weight"),
            SchemaColumn("new", "date"),
        )
    )
    changes = compare(contract, as_contract(found, contract)).changes
    assert {(change.kind, change.column) for change in changes} >= {
        ("categories_changed", "kind"),
        ("nullable", "id"),
        ("widened", "weight"),
        ("added", "new"),
        ("dropped", "note"),
    }

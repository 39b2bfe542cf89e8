"""What rules that look at other records may say, and what they may look into."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinks.table import Monotonic, Reference
from stream.config import load_configs
from tests.config.sales import SALES, refusal

PEOPLE = """\
dataset: people
columns:
  id: {type: string}
  age: {type: integer}
  height: {type: number}
processors:
  - schema: {}
"""
PLACE = "processors.2.validation.rules.6"
LINE = 27
AT = f"sales.yaml:{LINE}: {PLACE}"


def described(folder: Path, rule: str) -> Path:
    """A folder with two datasets; one has one more rule."""
    (folder / "people.yaml").write_text(PEOPLE, "utf-8")
    last = '        - {check: expression, name: sane, sql: "amount > count"}\n'
    (folder / "sales.yaml").write_text(SALES.replace(last, f"{last}        - {{{rule}}}\n"), "utf-8")
    return folder


#: The rule, and what is said of it.
MESSAGES = {
    "an unknown dataset": (
        "check: referential, columns: [id], dataset: persons",
        f"{AT}.dataset: no config describes a dataset 'persons'; there are people, sales.",
    ),
    "an unknown field": (
        "check: referential, columns: [id], dataset: people, fields: [name]",
        f"{AT}.fields: people has no column 'name'; the columns are id, age, height.",
    ),
    "a field that is there by no name": (
        "check: referential, columns: [kind], dataset: people",
        f"{AT}.fields: people has no column 'kind'; the columns are id, age, height.",
    ),
    "types that cannot be compared": (
        "check: referential, columns: [id], dataset: people, fields: [age]",
        f"{AT}.fields: id is string and people.age integer, which cannot be compared; give both the same type.",
    ),
    "exact and other numbers": (
        "check: referential, columns: [amount], dataset: people, fields: [height]",
        f"{AT}.fields: amount is decimal(12,2) and people.height number, which cannot be compared",
    ),
    "more fields than columns": (
        "check: referential, columns: [id], dataset: people, fields: [id, age]",
        f"{AT}: has 1 columns and 2 fields, which must be as many.",
    ),
    "no columns": (
        "check: referential, dataset: people",
        f"{AT}: needs either column and list (and field), or columns and dataset (and fields)",
    ),
    "an action that the sink has not": (
        "check: referential, columns: [id], dataset: people, action: warn",
        f"{AT}: the action of a rule that looks into a dataset is quarantine or drop, not warn.",
    ),
    "a list and a dataset": (
        "check: referential, columns: [id], dataset: people, list: ids.csv",
        f"{AT}: needs either column and list (and field), or columns and dataset (and fields)",
    ),
    "a condition": (
        "check: referential, columns: [id], dataset: people, when: count = 1",
        f"{AT}: a rule that looks into a dataset asks all rows; leave when out.",
    ),
    "an unknown column": (
        "check: monotonic, column: idd",
        f"{AT}.column: there is no column 'idd'; the columns are id, at, day, amount, count, kind, fresh.",
    ),
    "order among texts": (
        "check: monotonic, column: id",
        f"{AT}: monotonic compares integer, number, decimal, date, timestamp, and id is string.",
    ),
    "an action of another kind": ("check: monotonic, column: at, action: fail", f"{AT}.action: input should be"),
    "an unknown scope": ("check: unique, columns: [at], scope: batch", f"{AT}.scope: input should be"),
    "a name used twice": (
        "check: monotonic, column: at, name: sane",
        f"{AT}: rule name 'sane' is used twice; a rule's name is its error code.",
    ),
}


@pytest.mark.parametrize(("rule", "message"), MESSAGES.values(), ids=MESSAGES.keys())
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, rule: str, message: str) -> None:
    [problem] = refusal(described(tmp_path, rule))
    assert problem.startswith(message)


def test_references_have_the_fields_of_the_same_names_by_default(tmp_path: Path) -> None:
    table = load_configs(described(tmp_path, "check: referential, columns: [id], dataset: people"))["sales"].table
    assert table.references == (Reference("id_referential", ("id",), "people", ("id",)),)


def test_a_dataset_may_refer_to_itself(tmp_path: Path) -> None:
    rule = "check: referential, columns: [count], dataset: sales, fields: [count], action: drop"
    table = load_configs(described(tmp_path, rule))["sales"].table
    assert table.references == (Reference("count_referential", ("count",), "sales", ("count",), action="drop"),)


def test_a_rule_of_order_has_a_direction(tmp_path: Path) -> None:
    rule = "check: monotonic, column: at, direction: decreasing, strict: true"
    table = load_configs(described(tmp_path, rule))["sales"].table
    assert table.monotonic == (Monotonic("at_monotonic", "at", decreasing=True, strict=True),)


def test_what_is_unique_may_have_a_scope(tmp_path: Path) -> None:
    table = load_configs(described(tmp_path, "check: unique, columns: [at], scope: file"))["sales"].table
    assert [rule.scope for rule in table.unique] == ["dataset", "dataset", "file"]


def test_the_last_of_several_duplicates_may_be_kept(tmp_path: Path) -> None:
    text = SALES.replace("{duplicates: [key]}", "{duplicates: [key], keep: last}")
    (tmp_path / "sales.yaml").write_text(text, "utf-8")
    assert [rule.keep for rule in load_configs(tmp_path)["sales"].table.unique] == ["last", "first"]

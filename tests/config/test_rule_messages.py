"""What a rule or a feature may not ask. One line each, with the file's line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.sales import COLUMNS, spoilt

NOT_NULL, RANGE, MATCHES, ONE_OF, UNIQUE, SANE = (f"processors.2.validation.rules.{place}" for place in range(6))
TOTAL = "processors.3.features.columns.total"
RULE, HOLDS, FEATURE, BOUND = "not_null, column: id}", '"amount > count"', '"amount * count"', "min: 0"

#: What is written, what is written instead, the line told, and what the message says behind it.
MESSAGES = {
    "unknown check": (
        "check: not_null",
        "check: not_nul",
        21,
        f"{NOT_NULL}: input tag 'not_nul' found using 'check' does not match any of the expected tags: 'not_null'",
    ),
    "no check": ("check: not_null, ", "", 21, NOT_NULL),
    "unknown action": (
        RULE,
        "not_null, column: id, action: explode}",
        21,
        f"{NOT_NULL}.action: input should be 'warn',",
    ),
    "unknown column": (
        RULE,
        "not_null, column: di}",
        21,
        f"{NOT_NULL}.column: there is no column 'di'; the columns are",
    ),
    "unknown column among several": ("[kind, day]", "[kind, dya]", 25, f"{UNIQUE}.columns: there is no column 'dya'"),
    "name used twice": (
        RULE,
        "not_null, column: id, name: sane}",
        26,
        f"{SANE}: rule name 'sane' is used twice; a rule's name is its error code.",
    ),
    "name used twice in other letters": (
        RULE,
        "not_null, column: id, name: SANE}",
        26,
        f"{SANE}: rule name 'sane' is used",
    ),
    "name of another step": (
        RULE,
        "not_null, column: id, name: duplicate_key}",
        21,
        f"{NOT_NULL}: rule name 'duplicate_key'",
    ),
    "name by default used twice": (
        RULE,
        "not_null, column: id}\n        - {check: not_null, column: id}",
        22,
        "processors.2.validation.rules.1: rule name 'id_not_null' is used twice",
    ),
    "name with a blank": (
        RULE,
        "not_null, column: id, name: 'x y'}",
        21,
        f"{NOT_NULL}.name: string should match pattern",
    ),
    "expression without a name": ("name: sane, ", "", 26, f"key '{SANE}.name' is missing."),
    "range without an end": (f"column: count, {BOUND}", "column: count", 22, f"{RANGE}: needs min, max or both."),
    "word as an end of numbers": (BOUND, "min: zero", 22, f"{RANGE}.min"),
    "date as an end of numbers": (BOUND, "min: 2026-01-01", 22, f"{RANGE}: "),
    "number as an end of dates": (
        "column: count, min: 0",
        "column: day, min: 5",
        22,
        f"{RANGE}: 5 is no bound for a column",
    ),
    "number as an end of text": (
        "column: count, min: 0",
        "column: id, min: 5",
        22,
        f"{RANGE}: 5 is no bound for a column",
    ),
    "number as an end of truth": ("column: count, min: 0", "column: fresh, min: 0", 22, f"{RANGE}: 0 is no bound"),
    "truth as an end of numbers": (BOUND, "min: true", 22, RANGE),
    "ends the wrong way round": (BOUND, "min: 5, max: 1", 22, RANGE),
    "nothing as an end of numbers": (BOUND, "min: .nan", 22, RANGE),
    "pattern that is none": ("[a-z]+", "[a-z", 23, f"{MATCHES}: regex error"),
    "pattern that looks around": ("[a-z]+", "(?=x)", 23, f"{MATCHES}: regex error"),
    "pattern for numbers": ("column: id, pattern", "column: count, pattern", 23, f"{MATCHES}: matches judges text"),
    "check that has another name now": (
        "not_null, column: id}",
        "timestamp, column: id}",
        21,
        f"{NOT_NULL}: the check timestamp is one of type now; write {{check: type, type: timestamp}}.",
    ),
    "type that there is not": (
        RULE,
        "type, column: id, type: money}",
        21,
        f"{NOT_NULL}.type: must be one of string, integer, number, boolean, date,",
    ),
    "type that every text has": (
        RULE,
        "type, column: id, type: category}",
        21,
        f"{NOT_NULL}.type: every text is a category, so there is nothing to judge (found 'category').",
    ),
    "type of numbers": (
        RULE,
        "type, column: count, type: date}",
        21,
        f"{NOT_NULL}: type judges text, and the column is cast to integer before it gets here.",
    ),
    "type with formats that it has not": (
        RULE,
        "type, column: id, type: integer, formats: ['%Y']}",
        21,
        f"{NOT_NULL}: formats belong to the types date and timestamp.",
    ),
    "type with a format that is none": (
        RULE,
        "type, column: id, type: date, formats: ['%Q']}",
        21,
        f"{NOT_NULL}: '%Q' is no usable format",
    ),
    "length without an end": (RULE, "length, column: id}", 21, f"{NOT_NULL}: needs min, max or both."),
    "length the wrong way round": (
        RULE,
        "length, column: id, min: 3, max: 2}",
        21,
        f"{NOT_NULL}: min is greater than max, so no value lies between.",
    ),
    "length below nothing": (RULE, "length, column: id, min: -1}", 21, f"{NOT_NULL}.min: input should be greater"),
    "length that is no whole number": (RULE, "length, column: id, max: 2.5}", 21, f"{NOT_NULL}.max: input should be a"),
    "length of numbers": (
        RULE,
        "length, column: count, max: 2}",
        21,
        f"{NOT_NULL}: length judges text, and the column",
    ),
    "order of one date": (RULE, "date_order, columns: [day]}", 21, f"{NOT_NULL}.columns: tuple should have at least 2"),
    "order of a date and itself": (
        RULE,
        "date_order, columns: [day, at, day]}",
        21,
        f"{NOT_NULL}.columns: 'day' stands twice.",
    ),
    "order of what is no date": (
        RULE,
        "date_order, columns: [day, count]}",
        21,
        f"{NOT_NULL}: date_order takes columns of type date, timestamp, and count is of type integer.",
    ),
    "order of an unknown column": (
        RULE,
        "date_order, columns: [day, dya]}",
        21,
        f"{NOT_NULL}.columns: there is no column 'dya'; the columns are {COLUMNS}.",
    ),
    "sum of an unknown column": (
        RULE,
        "sum, columns: [cuont], equals: amount}",
        21,
        f"{NOT_NULL}.columns: there is no column 'cuont'; the columns are {COLUMNS}.",
    ),
    "sum that is an unknown column": (
        RULE,
        "sum, columns: [count], equals: amuont}",
        21,
        f"{NOT_NULL}: equals: there is no column 'amuont'; the columns are {COLUMNS}.",
    ),
    "sum of text": (
        RULE,
        "sum, columns: [count, kind], equals: amount}",
        21,
        f"{NOT_NULL}: sum takes columns of type decimal, integer, number, and kind is of type category.",
    ),
    "sum of a column and itself": (
        RULE,
        "sum, columns: [count, count], equals: amount}",
        21,
        f"{NOT_NULL}.columns: 'count' stands twice.",
    ),
    "sum without its value": (RULE, "sum, columns: [count]}", 21, f"key '{NOT_NULL}.equals' is missing."),
    "sum that is nothing": (
        RULE,
        "sum, columns: [count], equals: .nan}",
        21,
        f"{NOT_NULL}.equals: must be a finite number",
    ),
    "sum that is true": (
        RULE,
        "sum, columns: [count], equals: true}",
        21,
        f"{NOT_NULL}.equals: must be a number, as YAML writes it (without quotes) (found True).",
    ),
    "sum of too many digits": (
        RULE,
        "sum, columns: [count, amount], equals: 1.0e-30}",
        21,
        f"{NOT_NULL}: a sum of these may have 50 digits, and is exact up to 38; declare columns of fewer digits.",
    ),
    "tolerance below nothing": (
        RULE,
        "sum, columns: [count], equals: amount, tolerance: -1}",
        21,
        f"{NOT_NULL}.tolerance: input should be greater than or equal to 0",
    ),
    "tolerance in words": (
        RULE,
        "sum, columns: [count], equals: amount, tolerance: some}",
        21,
        f"{NOT_NULL}.tolerance: must be a number, as YAML writes it (without quotes) (found 'some').",
    ),
    "list that is not there": (
        RULE,
        "referential, column: kind, list: lists/kinds.csv}",
        21,
        f"{NOT_NULL}: there is no list lists/kinds.csv; its path begins where the config is.",
    ),
    "condition that is no question": (
        RULE,
        "not_null, column: id, when: count + 1}",
        21,
        f"{NOT_NULL}.when: 'count + 1' gives Int64, not true or false.",
    ),
    "condition about an unknown column": (
        RULE,
        "not_null, column: id, when: cuont > 1}",
        21,
        f"{NOT_NULL}.when: 'cuont > 1' is not a SQL expression over the columns {COLUMNS}: unable to find column",
    ),
    "condition about all rows": (
        RULE,
        "not_null, column: id, when: count > avg(count)}",
        21,
        f"{NOT_NULL}.when: 'count > avg(count)' looks at more than one row",
    ),
    "condition about the hour": (
        RULE,
        "not_null, column: id, when: at < now()}",
        21,
        f"{NOT_NULL}.when: 'at < now()' reads a clock",
    ),
    "condition of what the table judges": (
        "columns: [kind, day]",
        "columns: [kind, day], when: count > 1",
        25,
        f"unknown key '{UNIQUE}.when'. Known keys: name, severity, weight, check, columns, scope, action.",
    ),
    "list of nothing": ("values: [a, b]", "values: []", 24, f"{ONE_OF}.values: tuple should have at least 1 item"),
    "aggregate": (
        HOLDS,
        '"sum(amount) > 0"',
        26,
        f"{SANE}.sql: 'sum(amount) > 0' looks at more than one row; an aggregate belongs in a feature view.",
    ),
    "window": (
        HOLDS,
        '"row_number() OVER () > 1"',
        26,
        f"{SANE}.sql: 'row_number() OVER () > 1' looks at more than one",
    ),
    "expression that is no question": (
        HOLDS,
        '"amount"',
        26,
        f"{SANE}.sql: 'amount' gives Decimal(precision=12, scale=2), not true or false.",
    ),
    "clock": (
        HOLDS,
        '"at < now()"',
        26,
        f"{SANE}.sql: 'at < now()' reads a clock or a random source; its value would change when it is computed again.",
    ),
    "date of today": (HOLDS, '"day < CURRENT_DATE"', 26, f"{SANE}.sql: 'day < CURRENT_DATE' reads a clock"),
    "chance": (HOLDS, '"random() > 0.5"', 26, f"{SANE}.sql: 'random() > 0.5' reads a clock or a random source"),
    "half an expression": (
        HOLDS,
        '"amount >"',
        26,
        f"{SANE}.sql: 'amount >' is not a SQL expression over the columns {COLUMNS}",
    ),
    "statement": (HOLDS, '"1; DROP TABLE x"', 26, f"{SANE}.sql: '1; DROP TABLE x' is not a SQL expression"),
    "unknown column in SQL": (
        HOLDS,
        '"amuont > 1"',
        26,
        f"{SANE}.sql: 'amuont > 1' is not a SQL expression over the columns {COLUMNS}: unable to find column",
    ),
    "aggregate as a feature": (FEATURE, '"sum(count)"', 29, f"{TOTAL}: 'sum(count)' looks at more than one row"),
    "feature with a column's name": (
        "total:",
        "Amount:",
        29,
        "processors.3.features.columns.Amount: column 'Amount' is there",
    ),
    "feature of features not there": (
        FEATURE,
        '"total2"',
        29,
        f"{TOTAL}: 'total2' is not a SQL expression over the columns",
    ),
    "feature of a strange type": (FEATURE, '"array[1, 2]"', 29, f"{TOTAL}: a feature cannot be of type List(Int64)"),
}
EACH = pytest.mark.parametrize(("old", "new", "line", "told"), MESSAGES.values(), ids=MESSAGES.keys())


@EACH
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    found = spoilt(tmp_path, old, new)
    assert any(problem.startswith(f"sales.yaml:{line}: {told}") for problem in found), found


@EACH
def test_a_mistake_is_one_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert len(spoilt(tmp_path, old, new)) == 1


@pytest.mark.parametrize("name", ["type", "field_count"])
def test_a_rule_cannot_take_the_name_of_a_fault_of_the_reader(tmp_path: Path, name: str) -> None:
    (problem,) = spoilt(tmp_path, RULE, f"not_null, column: id, name: {name}}}")
    assert problem.startswith(f"sales.yaml:21: {NOT_NULL}")
    assert name in problem

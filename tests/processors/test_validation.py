"""Rules: what their actions do, which reasons a refused row keeps, and what is flagged and counted."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from processors.outcome import REJECTED, Outcome
from processors.rules.checks import Holds, NotNull, Range
from processors.validation import Action, Rule, Severity, Validate
from tests.processors.batches import accepted_ids, flagged_rows, reasons, rejected_ids, with_ids


def above(limit: int, action: Action = "quarantine", severity: Severity = "error", column: str = "n") -> Rule:
    """A rule that is broken by numbers up to `limit`."""
    check = Range(column, minimum=limit, exclusive=True)
    return Rule(f"{column}_above_{limit}", f"{column} must be above {limit}", column, check, severity, action)


def numbers(*values: int | None) -> pa.RecordBatch:
    """Rows with one column of integers, `n`."""
    return flagged_rows(n=pa.array(values, pa.int64()))


def test_without_rules_every_row_passes() -> None:
    rows = numbers(1, None)
    assert Validate(())(rows).accepted.equals(rows)


def test_rows_that_break_nothing_pass_unchanged() -> None:
    rows = numbers(1, 2)
    outcome = Validate((above(0), above(-1, "warn")))(rows)
    assert outcome.accepted.equals(rows)
    assert outcome.counts == {}


@pytest.mark.parametrize("action", ["quarantine", "drop", "fail"])
def test_a_refusing_action_refuses_the_row_and_says_so(action: Action) -> None:
    outcome = Validate((above(0, action, "warning"),))(numbers(1, 0))
    assert (accepted_ids(outcome), rejected_ids(outcome)) == ([1], [2])
    assert reasons(outcome) == [
        {
            "rule": "n_above_0",
            "column": "n",
            "value": "0",
            "message": "n must be above 0",
            "severity": "warning",
            "action": action,
        }
    ]


@pytest.mark.parametrize("severity", ["info", "warning", "error"])
def test_a_warning_lets_the_row_pass_and_flags_it_whatever_its_severity(severity: Severity) -> None:
    outcome = Validate((above(0, "warn", severity),))(numbers(1, 0))
    assert outcome.accepted["_flags"].to_pylist() == [None, "n_above_0"]
    assert outcome.rejected.num_rows == 0


def test_flags_are_rule_names_in_their_order_separated_by_commas() -> None:
    rules = (above(5, "warn"), above(0, "warn"), above(3, "warn"))
    outcome = Validate(rules)(numbers(9, 5, 3, 0))
    assert outcome.accepted["_flags"].to_pylist() == [
        None,
        "n_above_5",
        "n_above_5,n_above_3",
        "n_above_5,n_above_0,n_above_3",
    ]


def test_flags_of_an_earlier_step_stay_in_front() -> None:
    rows = with_ids({"n": pa.array([0, 0, 9, 9]), "_flags": pa.array(["earlier", None, "earlier", None], pa.string())})
    outcome = Validate((above(5, "warn"), above(0, "warn")))(rows)
    assert outcome.accepted["_flags"].to_pylist() == [
        "earlier,n_above_5,n_above_0",
        "n_above_5,n_above_0",
        "earlier",
        None,
    ]


def test_a_refused_row_keeps_all_its_reasons_in_the_order_of_the_rules() -> None:
    rules = (above(5, "warn"), above(9), above(0, "drop"), above(3, "fail"))
    outcome = Validate(rules)(numbers(0, 4, 9))
    assert [[reason["rule"] for reason in reasons(outcome, place)] for place in range(3)] == [
        ["n_above_5", "n_above_9", "n_above_0", "n_above_3"],
        ["n_above_5", "n_above_9"],
        ["n_above_9"],
    ]


def test_a_row_that_is_only_flagged_is_no_reject_where_others_are_refused() -> None:
    outcome = Validate((above(5, "warn"), above(3)))(numbers(0, 4, 9))
    assert (accepted_ids(outcome), rejected_ids(outcome)) == ([2, 3], [1])
    assert outcome.accepted["_flags"].to_pylist() == ["n_above_5", None]


def test_reasons_keep_their_order_in_a_large_batch() -> None:
    rules = tuple(above(limit) for limit in (7, 2, 9, 4))
    outcome = Validate(rules)(numbers(*[0] * 3000))
    assert {tuple(reason["rule"] for reason in row["reasons"]) for row in outcome.rejected.to_pylist()} == {
        ("n_above_7", "n_above_2", "n_above_9", "n_above_4")
    }


def test_each_reason_keeps_the_action_of_its_own_rule() -> None:
    outcome = Validate((above(5, "warn", "info"), above(3, "drop", "warning"), above(1)))(numbers(0))
    assert [(reason["severity"], reason["action"]) for reason in reasons(outcome)] == [
        ("info", "warn"),
        ("warning", "drop"),
        ("error", "quarantine"),
    ]


def test_rows_are_counted_for_every_rule_that_they_break() -> None:
    outcome = Validate((above(5, "warn"), above(3), above(-9)))(numbers(0, 4, 9))
    assert outcome.counts == {"rule.n_above_5": 2, "rule.n_above_3": 1}


def marked(outcome: Outcome) -> dict[str, list[int]]:
    """The ids of the rows that each name marks."""
    return {name: ids.tolist() for name, ids in outcome.marked.items()}


def test_a_row_without_the_value_is_marked_as_unknown_to_the_rule() -> None:
    outcome = Validate((above(3, "warn"), above(5)))(numbers(None, 4, None, 9))
    assert marked(outcome) == {
        "unknown.n_above_3": [1, 3],
        "unknown.n_above_5": [1, 3],
        "rule.n_above_5": [2],
    }


def test_a_row_for_which_a_rule_cannot_be_computed_is_marked_as_unknown_to_it() -> None:
    rule = Rule("small", "must hold", None, Holds("10 / d < 5"))
    outcome = Validate((rule,))(flagged_rows(d=pa.array([Decimal(0), Decimal(1), Decimal(4)])))
    assert marked(outcome) == {"unknown.small": [1], "rule.small": [2]}


def test_whether_a_value_is_there_is_never_unknown() -> None:
    outcome = Validate((Rule("n_there", "n must not be null", "n", NotNull("n")),))(numbers(1, None))
    assert marked(outcome) == {"rule.n_there": [2]}


def paid_above(limit: int, when: str, action: Action = "quarantine") -> Rule:
    """A rule that asks some rows only."""
    check = Range("n", minimum=limit, exclusive=True)
    return Rule("paid_above", f"n must be above {limit}", "n", check, action=action, when=when)


def paid(*rows: tuple[int | None, bool | None]) -> pa.RecordBatch:
    """Rows with a number and whether it is paid."""
    numbers, told = zip(*rows, strict=True)
    return flagged_rows(n=pa.array(numbers, pa.int64()), paid=pa.array(told, pa.bool_()))


def test_a_rule_with_a_condition_is_broken_only_where_that_is_true() -> None:
    outcome = Validate((paid_above(5, "paid"),))(paid((1, True), (1, False), (9, True), (1, None)))
    assert rejected_ids(outcome) == [1]
    assert marked(outcome) == {"rule.paid_above": [1], "skipped.paid_above": [2, 4]}


def test_a_null_is_unknown_only_to_a_rule_that_asks_for_it() -> None:
    outcome = Validate((paid_above(5, "paid"),))(paid((None, True), (None, False), (None, None)))
    assert marked(outcome) == {"unknown.paid_above": [1], "skipped.paid_above": [2, 3]}


@pytest.mark.parametrize("action", ["warn", "drop"])
def test_a_row_for_which_the_condition_cannot_be_computed_is_not_asked(action: Action) -> None:
    rule = Rule("small", "must hold", None, Holds("d < 2"), action=action, when="10 / d < 5")
    outcome = Validate((rule,))(flagged_rows(d=pa.array([Decimal(0), Decimal(1), Decimal(4)])))
    assert marked(outcome) == {"skipped.small": [1, 2], "rule.small": [3]}


def test_a_condition_keeps_away_what_cannot_be_computed() -> None:
    rule = Rule("small", "must hold", None, Holds("10 / d < 5"), when="d <> 0")
    outcome = Validate((rule,))(flagged_rows(d=pa.array([Decimal(0), Decimal(1), Decimal(4)])))
    assert marked(outcome) == {"skipped.small": [1], "rule.small": [2]}


def test_rules_with_one_condition_are_asked_apart() -> None:
    small = Rule("small", "must hold", None, Holds("n < 2"), when="paid")
    outcome = Validate((paid_above(5, "paid"), small, above(0)))(paid((9, True), (0, False)))
    assert marked(outcome) == {
        "skipped.paid_above": [2],
        "skipped.small": [2],
        "rule.small": [1],
        "rule.n_above_0": [2],
    }


def test_a_condition_that_looks_at_no_column_asks_every_row_or_none() -> None:
    never, always = paid_above(5, "1 > 2"), Rule("always", "must hold", "n", Range("n", minimum=5), when="1 < 2")
    outcome = Validate((never, always))(paid((9, True), (0, False)))
    assert marked(outcome) == {"skipped.paid_above": [1, 2], "rule.always": [2]}


def test_a_rule_across_columns_names_no_column_and_no_value() -> None:
    rule = Rule("in_order", "must hold: a < b", None, Holds("a < b"))
    reason = reasons(Validate((rule,))(flagged_rows(a=pa.array([2]), b=pa.array([1]))))[0]
    assert (reason["column"], reason["value"]) == (None, None)


def test_a_null_that_is_refused_has_no_value() -> None:
    outcome = Validate((Rule("n_there", "n must not be null", "n", NotNull("n")),))(numbers(1, None))
    assert [reason["value"] for reason in reasons(outcome)] == [None]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (pa.array([-1.5]), "-1.5"),
        (pa.array([False]), "false"),
        (pa.array(["a"]), "a"),
        (pa.array(["-1.50"]).cast(pa.decimal128(5, 2)), "-1.50"),
        (pa.array([0], pa.int32()).cast(pa.date32()), "1970-01-01"),
    ],
)
def test_the_offending_value_is_kept_as_text(values: pa.Array, shown: str) -> None:
    rule = Rule("never", "must not be there", "v", Holds("v IS NULL"))
    assert reasons(Validate((rule,))(flagged_rows(v=values)))[0]["value"] == shown


def test_an_offending_moment_is_kept_as_text_in_utc() -> None:
    rule = Rule("never", "must not be there", "v", Holds("v IS NULL"))
    value = reasons(Validate((rule,))(flagged_rows(v=pa.array([0], pa.timestamp("us", "UTC")))))[0]["value"]
    assert value is not None
    assert value.startswith("1970-01-01 00:00:00")


@pytest.mark.parametrize("action", ["warn", "quarantine", "drop", "fail"])
def test_a_row_for_which_a_rule_cannot_be_computed_does_not_break_it(action: Action) -> None:
    """A decimal divided by zero, which polars answers with an error for all rows."""
    rule = Rule("small", "must hold", None, Holds("10 / d < 5"), action=action)
    outcome = Validate((rule,))(flagged_rows(d=pa.array([Decimal(0), Decimal(1), Decimal(4)])))
    assert outcome.counts == {"unknown.small": 1, "rule.small": 1}
    assert 1 in accepted_ids(outcome)


def test_rejects_stand_in_the_order_of_their_ids() -> None:
    outcome = Validate((above(5), above(3)))(numbers(0, 4, 9, 1, 4))
    assert rejected_ids(outcome) == [1, 2, 4, 5]
    assert outcome.rejected.schema == REJECTED


def test_the_accepted_schema_stays_where_every_row_is_refused() -> None:
    rows = numbers(0, 1)
    outcome = Validate((above(5), above(9, "warn")))(rows)
    assert outcome.accepted.num_rows == 0
    assert outcome.accepted.schema == rows.schema


def test_no_rows_break_no_rule() -> None:
    outcome = Validate((above(5), above(3, "warn")))(numbers())
    assert (outcome.accepted.num_rows, outcome.rejected.num_rows, dict(outcome.counts)) == (0, 0, {})

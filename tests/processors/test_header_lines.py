"""Lines of a header among the records."""

from __future__ import annotations

import pyarrow as pa
import pytest

from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.outcome import Outcome
from processors.rules.checks import NotNull
from processors.schema import Cast
from processors.validation import Rule, Validate
from tests.processors.batches import accepted_ids, reasons, rejected_ids, text_rows

TEXT = ColumnType("string")
TYPED = Cast((Column("id", "ID", TEXT), Column("n", "N", ColumnType("integer"), aliases=("Count",))))
PLAIN = Cast((Column("id", "ID", TEXT), Column("n", "N", TEXT, aliases=("Count",))))
STEPS = pytest.mark.parametrize("step", [TYPED, PLAIN], ids=["typed", "text only"])


def rules(outcome: Outcome) -> list[str | None]:
    """The rules that the first rejected record broke."""
    return [reason["rule"] for reason in reasons(outcome)]


@STEPS
@pytest.mark.parametrize("line", [("ID", "N"), (" id ", "n\t"), ("Id", "\u00a0N")])
def test_a_line_that_repeats_the_header_is_dropped_whatever_its_case_and_blanks(
    step: Cast, line: tuple[str, str]
) -> None:
    outcome = step(text_rows(ID=["a", line[0], "b"], N=["1", line[1], "2"]))
    assert (accepted_ids(outcome), rejected_ids(outcome)) == ([1, 3], [2])
    [reason] = reasons(outcome)
    assert (reason["rule"], reason["action"], reason["severity"]) == ("repeated_header", "drop", "info")
    assert outcome.counts == {"rule.repeated_header": 1}


@STEPS
def test_a_line_that_is_another_header_freezes_the_file(step: Cast) -> None:
    outcome = step(text_rows(ID=["a", "n", "c"], N=["1", "ID", "2"]))
    [reason] = reasons(outcome)
    assert (reason["rule"], reason["action"], reason["value"]) == ("other_header", "freeze", "n, ID")
    assert "split the file" in str(reason["message"])


@STEPS
def test_another_header_may_have_other_names_of_columns(step: Cast) -> None:
    assert rules(step(text_rows(ID=["count"], N=["id"]))) == ["other_header"]


def test_a_line_with_one_name_is_a_record_with_a_misfit() -> None:
    assert rules(TYPED(text_rows(ID=["a"], N=["N"]))) == ["type"]


@STEPS
def test_a_line_that_names_a_column_twice_is_no_header(step: Cast) -> None:
    outcome = step(text_rows(ID=["N"], N=["Count"], x=["n"]))
    assert "other_header" not in [rule for row in outcome.rejected["reasons"].to_pylist() for rule in row]


def test_a_file_of_one_column_has_no_header_lines() -> None:
    assert accepted_ids(Cast((Column("id", "ID", TEXT),))(text_rows(ID=["ID"]))) == [1]


def test_a_dataset_without_headers_has_no_header_lines() -> None:
    step = Cast(PLAIN.columns, has_header=False)
    assert accepted_ids(step(text_rows(ID=["ID"], N=["N"]))) == [1]


@STEPS
def test_a_blank_record_is_no_header(step: Cast) -> None:
    assert accepted_ids(step(text_rows(ID=[""], N=[" "]))) == [1]


def test_a_column_without_a_name_is_empty_where_the_header_is_repeated() -> None:
    rows = pa.record_batch({"_id": pa.array([1], pa.int64()), "ID": ["ID"], "column_2": [""], "N": ["N"]})
    assert rules(TYPED(rows)) == ["repeated_header"]


def test_the_later_steps_are_not_asked_about_a_header_line() -> None:
    rule = Rule("n_there", "n must not be null", "n", NotNull("n"))
    outcome = Chain((TYPED, Validate((rule,))))(text_rows(ID=["ID", "a"], N=["N", ""]))
    assert [[each["rule"] for each in reasons(outcome, place)] for place in (0, 1)] == [
        ["repeated_header"],
        ["n_there"],
    ]


def test_a_header_line_is_no_rescued_misfit() -> None:
    step = Cast(TYPED.columns, misfits="rescue")
    outcome = step(text_rows(ID=["ID", "a"], N=["N", "x"]))
    assert (rules(outcome), outcome.counts) == (["repeated_header"], {"rule.repeated_header": 1, "misfit.n": 1})


def test_a_header_line_is_not_refused_for_new_and_missing_columns() -> None:
    columns = (*TYPED.columns, Column("gone", "gone", TEXT))
    step = Cast(columns, new_columns="quarantine", missing_columns="quarantine")
    outcome = step(text_rows(ID=["ID", "a"], N=["N", "1"], x=["X", "v"]))
    assert rules(outcome) == ["repeated_header"]
    assert [reason["rule"] for reason in reasons(outcome, 1)] == ["missing_column", "new_column"]

"""A chain: each step gets what the one before it let through, and no row is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest

from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.errors import ConservationError
from processors.outcome import Outcome, Processor, accept, merge_rejects, no_rejects
from processors.quality import Clean
from processors.reasons import malformed
from processors.rules.checks import NotNull, Range
from processors.schema import Cast
from processors.validation import Rule, Validate
from tests.processors.batches import accepted_ids, flagged_rows, reasons, rejected_ids


@dataclass(frozen=True)
class Loses:
    """A step with a bug: the last row goes missing."""

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """All but the last row."""
        return accept(rows[:-1])


def at_least(minimum: int) -> Processor:
    """A step that refuses smaller numbers."""
    name = f"at_least_{minimum}"
    return Validate((Rule(name, f"n must be at least {minimum}", "n", Range("n", minimum=minimum)),))


def numbers(*values: int) -> pa.RecordBatch:
    """Rows with one column of integers, `n`."""
    return flagged_rows(n=pa.array(values, pa.int64()))


def test_a_chain_of_no_steps_accepts_everything() -> None:
    rows = numbers(1, 2)
    assert Chain(())(rows).accepted.equals(rows)


def rules(outcome: Outcome) -> list[list[str | None]]:
    """The names of the rules that each rejected row broke."""
    return [[reason["rule"] for reason in reasons(outcome, place)] for place in range(outcome.rejected.num_rows)]


def test_a_refused_row_has_the_reasons_of_all_steps_in_their_order() -> None:
    outcome = Chain((at_least(3), at_least(5), at_least(2)))(numbers(9, 1, 4, 2))
    assert accepted_ids(outcome) == [1]
    assert rules(outcome) == [["at_least_3", "at_least_5", "at_least_2"], ["at_least_5"], ["at_least_3", "at_least_5"]]


def text(**columns: list[str]) -> pa.RecordBatch:
    """Rows as a reader gives them."""
    ids = pa.array(range(1, 1 + len(next(iter(columns.values())))), pa.int64())
    return pa.record_batch({"_id": ids} | columns)


CAST = Cast((Column("n", "n", ColumnType("integer")), Column("m", "m", ColumnType("integer"))))
NEEDED = Validate((Rule("n_not_null", "n must not be null", "n", NotNull("n")),))


def test_a_row_with_a_misfit_also_has_the_reasons_of_its_other_cells() -> None:
    outcome = Chain((CAST, Clean(), at_least(3), NEEDED))(text(n=["2", "", "4"], m=["x", "y", "7"]))
    assert rules(outcome) == [["type", "at_least_3"], ["type", "n_not_null"]]


def test_a_misfit_is_not_told_that_its_cell_is_null() -> None:
    assert rules(Chain((CAST, NEEDED))(text(n=["x"], m=["1"]))) == [["type"]]


def test_the_rules_that_a_refused_row_broke_later_are_counted() -> None:
    outcome = Chain((CAST, at_least(3)))(text(n=["2", "1", "9"], m=["x", "1", "1"]))
    assert outcome.counts == {"type.m": 1, "rule.at_least_3": 2}


def test_what_a_refused_row_is_only_warned_of_later_is_a_reason_and_counted() -> None:
    """Else the rule would pass for met by it."""
    warned = Validate((Rule("small", "n must be at most 5", "n", Range("n", maximum=5), action="warn"),))
    outcome = Chain((CAST, Clean(), warned))(text(n=["9", "1", "9", "x"], m=["x", "y", "1", "1"]))
    assert rules(outcome) == [["type", "small"], ["type"], ["type"]]
    assert sorted(outcome.marked["rule.small"].tolist()) == [1, 3]


def test_what_a_rule_cannot_say_of_refused_rows_is_counted_with_the_others() -> None:
    """So that the rows which it did judge are all rows without these."""
    outcome = Chain((CAST, Clean(), at_least(3), at_least(5)))(text(n=["x", "", "1", "9"], m=["1", "1", "y", "1"]))
    unknown = {name: ids.tolist() for name, ids in outcome.marked.items() if name.startswith("unknown.")}
    assert {name: sorted(ids) for name, ids in unknown.items()} == {
        "unknown.at_least_3": [1, 2],
        "unknown.at_least_5": [1, 2],
    }


def test_refused_rows_that_a_rule_does_not_ask_are_counted_with_the_others() -> None:
    some = Validate((Rule("few", "n must be at least 3", "n", Range("n", minimum=3), when="m > 1"),))
    outcome = Chain((CAST, Clean(), at_least(2), some))(text(n=["x", "1", "9", "9"], m=["1", "1", "1", "2"]))
    assert sorted(outcome.marked["skipped.few"].tolist()) == [1, 2, 3]


def test_rejects_of_all_steps_stand_in_the_order_of_their_ids() -> None:
    outcome = Chain((at_least(3), at_least(5)))(numbers(4, 1, 4, 2, 9))
    assert rejected_ids(outcome) == [1, 2, 3, 4]


def test_counts_of_the_steps_add_up() -> None:
    outcome = Chain((at_least(3), at_least(5), at_least(7)))(numbers(4, 1, 6, 9))
    assert outcome.counts == {"rule.at_least_3": 1, "rule.at_least_5": 2, "rule.at_least_7": 3}


def test_a_chain_is_a_step_itself() -> None:
    nested, flat = Chain((Chain((at_least(3),)), at_least(5))), Chain((at_least(3), at_least(5)))
    assert nested(numbers(1, 4, 9)).accepted.equals(flat(numbers(1, 4, 9)).accepted)


def test_a_step_that_loses_a_row_stops_everything_and_is_named() -> None:
    with pytest.raises(ConservationError, match=r"Loses\(\) was given 2 rows and returned 1 accepted and 0 rejected"):
        Chain((at_least(0), Loses()))(numbers(1, 2))


def test_merging_no_rejects_gives_an_empty_batch() -> None:
    assert merge_rejects(no_rejects(), no_rejects()).equals(no_rejects())


def test_merged_rejects_stand_in_the_order_of_their_ids() -> None:
    merged = merge_rejects(malformed([2, 9], [("a", "x"), ("b", "y")]), no_rejects(), malformed([5], [("c", "z")]))
    assert [(row["_id"], row["reasons"][0]["rule"]) for row in merged.to_pylist()] == [(2, "a"), (5, "c"), (9, "b")]

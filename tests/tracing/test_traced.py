"""What a record's passages say is what the chain does: nothing is told that it does not do, and nothing is left out."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.features import Derive, Feature
from processors.flags import names
from processors.outcome import ROW_ID
from processors.quality import Clean
from processors.rules.checks import Holds, Matches, NotNull, OneOf, Range
from processors.schema import Cast
from processors.standards import Standard, Standardise
from processors.tracing import Change, Passage, traced
from processors.validation import Rule, Validate
from tests.processors.batches import CELLS, text_rows

COLUMNS = (
    Column("code", "Code", ColumnType("string")),
    Column("n", "n", ColumnType("integer")),
    Column("price", "price", ColumnType("decimal", 6, 2), misfits="rescue"),
)
RULES = Validate(
    (
        Rule("n_small", "n must be at most 5", "n", Range("n", maximum=5), action="warn"),
        Rule("n_there", "n must not be null", "n", NotNull("n")),
        Rule("code_known", "must be known", "code", OneOf("code", ("A", "B")), "warning", "drop"),
        Rule("code_plain", "must be letters", "code", Matches("code", "[A-Z]*"), action="warn"),
        Rule("ask_b", "n must be at least 3", "n", Range("n", minimum=3), action="warn", when="code = 'B'"),
        Rule("dear", "must hold", None, Holds("price * 2 > n"), action="warn"),
    )
)
CHAIN = Chain(
    (
        Cast(COLUMNS, ("", "NA")),
        Clean(null_tokens=("", "NA")),
        Standardise((Standard("code", (("ay", "A"),), digits=3, case="upper"),)),
        RULES,
        Derive((Feature("total", "price * n", ColumnType("number")),)),
    )
)


def passages(**cells: str) -> dict[str, Passage]:
    """The steps that one record takes."""
    return {each.step: each for each in traced(CHAIN, text_rows(**{name: [cell] for name, cell in cells.items()}))[0]}


def test_each_changed_cell_is_told_with_its_flag() -> None:
    found = passages(Code=" b ", n="NA", price="x", extra="1")
    assert found["cast"].changes == (
        Change("n", "NA", None, ("emptied.n",)),
        Change("price", "x", None, ("misfit.price",)),
        Change("_rescued", None, '{"extra":"1","price":"x"}'),
    )
    assert found["clean"].changes == (Change("code", " b ", "b", ("trimmed.code",)),)
    assert found["standardise"].changes == (Change("code", "b", "B", ("cased.code",)),)
    assert found["standardise"].flags == ("misfit.price", "emptied.n", "trimmed.code", "cased.code")


def test_several_changes_of_a_cell_in_one_step_are_one_with_all_flags() -> None:
    assert passages(Code=" NA ", n="1", price="1.00")["clean"].changes == (
        Change("code", " NA ", None, ("trimmed.code", "emptied.code")),
    )


def test_a_value_is_told_where_it_is_written_otherwise_than_its_text() -> None:
    found = passages(Code="A", n=" 07", price="5")["cast"]
    assert found.changes == (Change("n", " 07", "7"), Change("price", "5", "5.00"))


def test_a_derived_column_comes_into_being() -> None:
    assert passages(Code="A", n="2", price="1.50")["derive"].changes == (Change("total", None, "3"),)


def test_rules_are_passed_broken_or_unknown_with_the_cells_that_they_look_at() -> None:
    met = {each.rule: each for each in passages(Code="C1", n="7", price="")["validate"].rules}
    assert {name: each.state for name, each in met.items()} == {
        "n_small": "broken",
        "n_there": "passed",
        "code_known": "broken",
        "code_plain": "broken",
        "ask_b": "skipped",
        "dear": "unknown",
    }
    assert met["dear"].cells == {"price": None, "n": "7"}


def test_a_cell_that_did_not_cast_breaks_no_further_rule() -> None:
    found = passages(Code="A", n="x", price="1")
    assert [reason["rule"] for reason in found["cast"].reasons] == ["type"]
    states = {each.rule: each.state for each in found["validate"].rules}
    assert (states["n_there"], states["n_small"]) == ("unknown", "unknown")
    assert (found["cast"].verdict, found["derive"].verdict) == ("refused", "refused")


def test_a_line_that_repeats_the_header_ends_at_the_cast() -> None:
    found = passages(Code="Code", n="n", price="price")
    assert list(found) == ["cast"]
    assert (found["cast"].verdict, found["cast"].reasons[0]["rule"]) == ("ended", "repeated_header")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_is_told_alone_as_in_company(place: int) -> None:
    rows = text_rows(Code=["ay", " NA", "b"], n=["1", "x", "9"], price=["1", "2", "NA"])
    outcome = CHAIN(rows)
    of_one = traced(CHAIN, rows.slice(place, 1))[1]
    kept = [row for row in outcome.accepted.to_pylist() if row[ROW_ID] == place + 1]
    assert of_one.accepted.to_pylist() == kept


@settings(max_examples=40, deadline=None)
@given(cells=st.fixed_dictionaries({"Code": CELLS, "n": CELLS, "price": CELLS}))
def test_every_cell_that_cleaning_changes_is_named_in_the_flags_or_was_blank(cells: dict[str, str]) -> None:
    found = passages(**cells)
    for step in (found[name] for name in ("clean", "standardise") if name in found):
        for change in step.changes:
            assert change.flags or (change.after is None and not (change.before or "").strip()), change


@settings(max_examples=40, deadline=None)
@given(cells=st.fixed_dictionaries({"Code": CELLS, "n": CELLS, "price": CELLS}))
def test_the_last_passage_ends_where_the_chain_does(cells: dict[str, str]) -> None:
    steps, outcome = traced(CHAIN, text_rows(**{name: [cell] for name, cell in cells.items()}))
    assert (steps[-1].verdict == "accepted") is (outcome.accepted.num_rows == 1)
    if outcome.accepted.num_rows:
        assert list(steps[-1].flags) == names(outcome.accepted["_flags"][0].as_py())
    told = [reason["rule"] for step in steps for reason in step.reasons]
    told += [met.rule for step in steps for met in step.rules if met.state == "broken"]
    given_as = [reason["rule"] for reasons in outcome.rejected["reasons"].to_pylist() for reason in reasons]
    assert not outcome.rejected.num_rows or told == given_as


@settings(max_examples=40, deadline=None)
@given(cells=st.fixed_dictionaries({"Code": CELLS, "n": CELLS, "price": CELLS}))
def test_the_changes_put_together_lead_to_the_row(cells: dict[str, str]) -> None:
    steps, outcome = traced(CHAIN, text_rows(**{name: [cell] for name, cell in cells.items()}))
    now: dict[str, str | None] = {"code": cells["Code"], "n": cells["n"], "price": cells["price"]}
    for step in steps:
        for change in step.changes:
            assert now.get(change.column) == change.before
            now[change.column] = change.after
    for row in outcome.accepted.to_pylist():
        assert (now["code"], now["n"]) == (row["code"], None if row["n"] is None else str(row["n"]))
        assert (None if now["price"] is None else Decimal(now["price"])) == row["price"]


def test_flags_stand_in_the_order_that_the_chain_gives() -> None:
    rows = text_rows(Code=[" ay", " na", "7 "], n=["NA", "9", " NA "], price=["NA", "x", "0"])
    order = CHAIN.flags(COLUMNS)
    outcome = CHAIN(rows)
    for batch in (outcome.accepted, outcome.refused):
        for flags in [] if batch is None else batch["_flags"].to_pylist():
            assert names(flags) == sorted(names(flags), key=order.index)


def test_no_cell_of_ours_is_told_but_what_is_kept_beside() -> None:
    row = pa.record_batch({ROW_ID: pa.array([1], pa.int64()), "Code": ["A"], "n": ["9"], "price": ["1.00"]})
    told = {change.column for step in traced(CHAIN, row)[0] for change in step.changes}
    assert told == {"total"}

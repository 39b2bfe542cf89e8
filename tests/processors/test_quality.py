"""Cleaning: blanks around text go, words for nothing become nulls, and both are counted."""

from __future__ import annotations

import pyarrow as pa
import pytest

from processors.outcome import REJECTED
from processors.quality import Clean
from tests.processors.batches import flagged_rows, text_rows, with_ids


def cleaned(step: Clean, *cells: str | None) -> list[str | None]:
    """A text column after the step."""
    values: list[str | None] = step(text_rows(a=cells)).accepted["a"].to_pylist()
    return values


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", " \t\u00a0 "])
def test_blanks_around_text_are_taken_away(blank: str) -> None:
    assert cleaned(Clean(), f"{blank}a b{blank}") == ["a b"]


def test_blanks_within_text_stay() -> None:
    assert cleaned(Clean(), "a  b", "a\u00a0b", "a\nb") == ["a  b", "a\u00a0b", "a\nb"]


def test_what_only_looks_like_a_blank_stays() -> None:
    assert cleaned(Clean(), "\u200ba\ufeff", "\x00a") == ["\u200ba\ufeff", "\x00a"]


@pytest.mark.parametrize("cell", ["", " ", "\t\u00a0", "NA", " NA ", "n/a"])
def test_a_null_token_becomes_null_whatever_blanks_are_around_it(cell: str) -> None:
    assert cleaned(Clean(null_tokens=("", "NA", "n/a")), cell, "x") == [None, "x"]


@pytest.mark.parametrize("cell", ["na", "NAN", "NA.", "N A"])
def test_a_null_token_is_compared_letter_by_letter(cell: str) -> None:
    assert cleaned(Clean(null_tokens=("", "NA")), cell) == [cell]


def test_an_empty_cell_stays_where_it_is_no_null_token() -> None:
    assert cleaned(Clean(null_tokens=("NA",)), "", " ", "NA") == ["", "", None]


def test_without_null_tokens_nothing_becomes_null() -> None:
    assert cleaned(Clean(null_tokens=()), "", "NA") == ["", "NA"]


def test_a_null_token_that_is_longer_than_a_cell_is_found_beside_it() -> None:
    assert cleaned(Clean(null_tokens=("not available", "é")), "x", "not available", "é", "long enough text") == [
        "x",
        None,
        None,
        "long enough text",
    ]


def test_without_trim_text_keeps_its_blanks_and_tokens_are_found_all_the_same() -> None:
    outcome = Clean(trim=False, null_tokens=("NA",))(text_rows(a=[" x ", " NA ", "NA"]))
    assert outcome.accepted["a"].to_pylist() == [" x ", None, None]
    assert outcome.counts == {"emptied.a": 2, "null.a": 2}


def test_trimmed_cells_and_nulls_are_counted_by_column() -> None:
    outcome = Clean(null_tokens=("", "NA"))(text_rows(a=[" x", "NA ", "y", None], b=["", "", "z", "z"]))
    assert outcome.counts == {"trimmed.a": 2, "emptied.a": 1, "null.a": 2, "null.b": 2}


def test_nulls_of_columns_of_every_type_are_counted() -> None:
    rows = with_ids({"n": pa.array([1, None]), "x": pa.array([None, None], pa.float64()), "b": pa.array([True, False])})
    assert Clean()(rows).counts == {"null.n": 1, "null.x": 2}


def test_our_own_columns_are_left_alone() -> None:
    rows = with_ids({"_rescued": pa.array([" NA ", ""]), "_flags": pa.array([" ", None])})
    outcome = Clean(null_tokens=("", "NA"))(rows)
    assert outcome.accepted.equals(rows)
    assert outcome.counts == {}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_text_keeps_its_arrow_type(kind: pa.DataType) -> None:
    accepted = Clean(null_tokens=("NA",))(with_ids({"a": pa.array([" x ", "NA"], kind)})).accepted
    assert accepted["a"].equals(pa.array(["x", None], kind))


def test_cleaning_refuses_nothing() -> None:
    outcome = Clean(null_tokens=("", "NA"))(text_rows(a=["", "NA", "\x00", "\ufffd"]))
    assert outcome.accepted.num_rows == 4
    assert outcome.rejected.equals(pa.RecordBatch.from_pylist([], REJECTED))


def test_no_rows_give_no_counts() -> None:
    assert Clean()(text_rows(a=[])).counts == {}


def test_a_null_token_of_a_column_is_text_in_the_others() -> None:
    step = Clean(null_tokens=("NA",), of_columns=(("a", ("none", "?")),))
    accepted = step(text_rows(a=["none", " ? ", "NA"], b=["none", "?", "NA"])).accepted
    assert accepted["a"].to_pylist() == [None, None, None]
    assert accepted["b"].to_pylist() == ["none", "?", None]


def flags(step: Clean, **columns: list[str | None]) -> list[str | None]:
    """`_flags` after the step."""
    rows = flagged_rows(**{name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    found: list[str | None] = step(rows).accepted["_flags"].to_pylist()
    return found


def test_each_changed_cell_is_named_in_the_flags_column_by_column() -> None:
    step = Clean(null_tokens=("", "NA"))
    assert flags(step, a=[" x", "NA", " NA ", "y"], b=["z ", "z", "NA", "z"]) == [
        "trimmed.a,trimmed.b",
        "emptied.a",
        "trimmed.a,emptied.a,emptied.b",
        None,
    ]


@pytest.mark.parametrize(("cell", "named"), [("", None), ("  ", "trimmed.a"), (None, None), ("x", None)])
def test_a_blank_that_means_nothing_is_not_named_as_emptied(cell: str | None, named: str | None) -> None:
    assert flags(Clean(), a=[cell]) == [named]


def test_a_null_token_of_its_own_empties_a_cell_too() -> None:
    assert flags(Clean(of_columns=(("a", ("?",)),)), a=["?"], b=["?"]) == ["emptied.a"]


def test_flags_of_earlier_steps_stay_in_front() -> None:
    rows = with_ids({"a": pa.array([" x", "x"]), "_flags": pa.array(["misfit.n", "misfit.n"])})
    assert Clean()(rows).accepted["_flags"].to_pylist() == ["misfit.n,trimmed.a", "misfit.n"]


def test_what_is_named_is_counted() -> None:
    step = Clean(null_tokens=("NA",))
    rows = flagged_rows(a=pa.array([" NA", "NA", " x"]))
    named = ",".join(filter(None, step(rows).accepted["_flags"].to_pylist())).split(",")
    assert {name: named.count(name) for name in set(named)} == {"trimmed.a": 2, "emptied.a": 2}
    assert step(rows).counts == {"trimmed.a": 2, "emptied.a": 2, "null.a": 2}

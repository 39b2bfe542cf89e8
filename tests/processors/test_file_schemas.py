"""The schema that the cast tells of each file: what it is, and that it does not depend on how the file is cut."""

from __future__ import annotations

from functools import reduce

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.numerals import NumberStyle
from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.quality import Clean
from processors.schema import Cast
from processors.schemas.model import SAMPLE_RECORDS, Schema, SchemaColumn, join
from tests.processors.batches import CELLS, text_rows

MONEY = NumberStyle(thousands_mark=",", currency="$", accounting=True)
DAYS = ("%m/%d/%Y", "iso")
KINDS = {
    "n": ColumnType("integer"),
    "x": ColumnType("number", style=MONEY),
    "price": ColumnType("decimal", 5, 2),
    "paid": ColumnType("boolean"),
    "day": ColumnType("date", formats=DAYS),
    "at": ColumnType("timestamp"),
    "a": ColumnType("category"),
}
CAST = Cast(tuple(Column(name, name.upper(), kind) for name, kind in KINDS.items()), ("", "NA"))
HEADER = (*(name.upper() for name in KINDS), "extra")


def column(step: Cast, name: str, cells: list[str]) -> SchemaColumn:
    """What the schema says of a column with these cells."""
    [found] = step(text_rows(**{name: cells})).schemas[0].columns
    return found


def test_a_schema_has_the_columns_in_the_order_of_the_header() -> None:
    [schema] = CAST(text_rows(A=["x"], new=["1"], N=["7"])).schemas.values()
    assert [(each.name, each.type, each.column) for each in schema.columns] == [
        ("A", "category", "a"),
        ("new", "integer", None),
        ("N", "integer", "n"),
    ]


def test_a_plain_file_has_the_one_schema_of_its_header() -> None:
    rows = text_rows(A=["x"], N=["7"])
    assert CAST(rows).schemas[0] is CAST(rows).schemas[0]
    assert CAST(rows).schemas[0] is CAST.schema(("A", "N"))


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("N", ["1", "12.5"], "number"),
        ("N", ["1", "abc"], "integer"),
        ("N", ["abc", ""], "string"),
        ("N", ["", "NA"], "unknown"),
        ("N", ["12.5", "abc"], "number"),
        ("N", ["1", "NA"], "integer"),
        ("PRICE", ["1234.5"], "decimal(6,2)"),
        ("PRICE", ["1.125", "12345"], "decimal(8,3)"),
        ("PRICE", ["1e9"], "number"),
        ("PRICE", ["x"], "string"),
        ("DAY", ["x"], "string"),
        ("AT", ["2026-11-21"], "string"),
        ("PAID", ["5"], "string"),
        ("A", ["5"], "category"),
    ],
)
def test_a_declared_column_is_what_the_contract_says_unless_cells_misfit(
    name: str, cells: list[str], kind: str
) -> None:
    assert column(CAST, name, cells).type == kind


@pytest.mark.parametrize(
    ("name", "cells", "formats"),
    [
        ("X", ["$1.00", "2"], ("$", "plain")),
        ("X", ["$1,000.00"], ("$", "1,234")),
        ("X", ["1000", "999"], ("1234", "plain")),
        ("X", ["($1)", "$-1", "-"], ("$", "(1)", "-", "-1")),
        ("X", ["", "NA"], ()),
        ("DAY", ["11/21/2026", "2026-11-21"], ("%m/%d/%Y", "iso")),
        ("DAY", ["2026-11-21", ""], ("iso",)),
        ("N", ["1"], ()),
    ],
)
def test_the_ways_in_which_values_are_written_are_told(name: str, cells: list[str], formats: tuple[str, ...]) -> None:
    assert column(CAST, name, cells).formats == formats


def test_a_date_in_a_format_that_is_not_allowed_is_told_as_a_format() -> None:
    step = Cast((Column("day", "day", ColumnType("date", formats=("%m/%d/%Y",))),))
    told = column(step, "day", ["11/21/2026", "2026-11-21"])
    assert (told.type, told.formats) == ("date", ("iso",))


def test_of_an_undeclared_column_some_values_are_kept() -> None:
    told = column(CAST, "new", [" b ", "a", "NA", "b", *map(str, range(100))])
    assert (told.type, told.values[:3], len(told.values)) == ("string", ("b", "a", "0"), 50)


def test_undeclared_columns_and_formats_are_looked_at_in_the_first_records_only() -> None:
    cells = SAMPLE_RECORDS * ["1"] + ["$x"]
    assert column(CAST, "new", cells).type == "integer"
    assert column(CAST, "X", [*cells[:-1], "$1"]).formats == ("plain",)


def test_misfits_are_looked_at_wherever_they_are() -> None:
    assert column(CAST, "N", SAMPLE_RECORDS * ["1"] + ["1.5"]).type == "number"


def test_a_line_that_repeats_the_header_says_nothing() -> None:
    [schema] = CAST(text_rows(N=["1", "N"], new=["2", "new"])).schemas.values()
    assert [each.type for each in schema.columns] == ["integer", "integer"]


def test_each_file_of_a_batch_has_its_own() -> None:
    ids = pa.array([1 << 32 | 1, 2 << 32 | 1, 2 << 32 | 2, 5 << 32 | 1], pa.int64())
    rows = pa.record_batch({"_id": ids, "N": ["1", "2", "x", "3.5"], "new": ["a", "1", "2", ""]})
    told = {file: [each.type for each in schema.columns] for file, schema in CAST(rows).schemas.items()}
    assert told == {1: ["integer", "string"], 2: ["integer", "integer"], 5: ["number", "unknown"]}


def test_a_chain_hands_the_schemas_on() -> None:
    assert list(Chain((CAST, Clean()))(text_rows(N=["1"])).schemas) == [0]


@st.composite
def files(draw: st.DrawFn) -> pa.RecordBatch:
    """The records of one file around the end of what is sampled."""
    cells = CELLS | st.sampled_from(["$1,234.50", "($2)", "-", "1/2/2026", "2026-11-21", "12.5", "3", "yes", *HEADER])
    rows = draw(st.lists(st.tuples(*(cells for _ in HEADER)), min_size=1, max_size=8))
    first = draw(st.sampled_from([1, SAMPLE_RECORDS - 2]))
    ids = pa.array([7 << 32 | (first + place) for place in range(len(rows))], pa.int64())
    arrays = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(HEADER)}
    return pa.record_batch({"_id": ids} | arrays)


@settings(max_examples=30, deadline=None)
@given(rows=files(), data=st.data())
def test_the_schema_of_two_parts_is_that_of_both_joined(rows: pa.RecordBatch, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, rows.num_rows))
    parts = [CAST(part).schemas.get(7) for part in (rows.slice(0, cut), rows.slice(cut))]
    told = [part for part in parts if part is not None]
    assert_same(reduce(join, told), CAST(rows).schemas[7])


@settings(max_examples=30, deadline=None)
@given(rows=files())
def test_the_schema_does_not_depend_on_the_size_of_batches(rows: pa.RecordBatch) -> None:
    one_by_one = [CAST(rows.slice(place, 1)).schemas[7] for place in range(rows.num_rows)]
    assert_same(reduce(join, one_by_one), CAST(rows).schemas[7])


def assert_same(left: Schema, right: Schema) -> None:
    """The values too, which do not make two schemas differ."""
    assert left == right
    assert [each.values for each in left.columns] == [each.values for each in right.columns]

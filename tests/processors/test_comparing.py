"""What changed from one schema to another, and who can still read what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.schemas.comparing import Change, compare, conjunction
from processors.schemas.model import Schema, SchemaColumn
from processors.schemas.widening import takes

ID = SchemaColumn("id", "integer", "id", nullable=False)
NAME = SchemaColumn("name", "string", "name")
AMOUNT = SchemaColumn("amount", "decimal(12,2)", "amount", formats=("$", "plain"))
KIND = SchemaColumn("kind", "category", "kind", categories=("a", "b"))
SALES = Schema((ID, NAME, AMOUNT, KIND), ("id",))

TYPES = ("unknown", "boolean", "integer", "number", "decimal(12,2)", "decimal(14,4)", "date", "timestamp", "string")


def with_column(column: SchemaColumn) -> Schema:
    """SALES, in which a column is another."""
    return replace(SALES, columns=tuple(column if each.column == column.column else each for each in SALES.columns))


def told(old: Schema, new: Schema) -> tuple[list[tuple[str, str]], str]:
    """Kind and column of each change, and what they come to."""
    comparison = compare(old, new)
    return [(change.kind, change.column) for change in comparison.changes], comparison.compatibility


def retyped(before: str, after: str) -> tuple[list[str], str]:
    """The kinds of the changes of a column whose type is another, and what they come to."""
    changes, compatibility = told(Schema((SchemaColumn("n", before),)), Schema((SchemaColumn("n", after),)))
    return [kind for kind, _ in changes], compatibility


def test_a_schema_is_fully_compatible_with_itself() -> None:
    assert told(SALES, SALES) == ([], "full")


@pytest.mark.parametrize(
    ("new", "changes", "compatibility"),
    [
        (replace(SALES, columns=(*SALES.columns, SchemaColumn("note", "string"))), [("added", "note")], "full"),
        (
            replace(SALES, columns=(*SALES.columns, SchemaColumn("note", "string", nullable=False))),
            [("added", "note")],
            "forward",
        ),
        (replace(SALES, columns=(ID, AMOUNT, KIND)), [("dropped", "name")], "full"),
        (replace(SALES, columns=(NAME, AMOUNT, KIND)), [("dropped", "id")], "backward"),
        (with_column(replace(AMOUNT, name="AMOUNT ")), [("renamed", "AMOUNT ")], "full"),
        (replace(SALES, columns=(ID, AMOUNT, NAME, KIND)), [("reordered", "amount")], "full"),
        (with_column(replace(AMOUNT, type="decimal(14,2)")), [("widened", "amount")], "backward"),
        (with_column(replace(AMOUNT, type="decimal(10,2)")), [("narrowed", "amount")], "forward"),
        (with_column(replace(AMOUNT, type="date", formats=())), [("retyped", "amount")], "breaking"),
        (with_column(replace(AMOUNT, formats=("$", "(1)", "plain"))), [("format_changed", "amount")], "backward"),
        (with_column(replace(AMOUNT, formats=("$",))), [("format_changed", "amount")], "forward"),
        (with_column(replace(AMOUNT, formats=("EUR", "plain"))), [("format_changed", "amount")], "breaking"),
        (with_column(replace(KIND, categories=("a", "b", "c"))), [("categories_changed", "kind")], "backward"),
        (with_column(replace(KIND, categories=None)), [("categories_changed", "kind")], "backward"),
        (with_column(replace(KIND, categories=("a",))), [("categories_changed", "kind")], "forward"),
        (with_column(replace(KIND, categories=("a", "c"))), [("categories_changed", "kind")], "breaking"),
        (with_column(replace(ID, nullable=True)), [("nullable", "id")], "backward"),
        (with_column(replace(NAME, nullable=False)), [("required", "name")], "forward"),
        (replace(SALES, key=("id", "kind")), [("key_changed", "id, kind")], "breaking"),
    ],
)
def test_each_kind_of_change_is_classified(new: Schema, changes: list[tuple[str, str]], compatibility: str) -> None:
    assert told(SALES, new) == (changes, compatibility)


def test_what_went_one_way_only_goes_the_other_way_back() -> None:
    new = with_column(replace(AMOUNT, type="decimal(14,2)"))
    assert compare(new, SALES).compatibility == "forward"


def test_changes_that_go_opposite_ways_break() -> None:
    new = replace(SALES, columns=(replace(ID, nullable=True), replace(NAME, nullable=False), AMOUNT, KIND))
    assert told(SALES, new) == ([("nullable", "id"), ("required", "name")], "breaking")


def test_a_suggested_rename_breaks_and_says_that_it_is_a_guess() -> None:
    old = Schema((SchemaColumn("n", "integer"), SchemaColumn("TOTAL EARNINGS", "number")))
    new = Schema((SchemaColumn("n", "integer"), SchemaColumn("TOTAL_GROSS", "number")))
    (change,) = compare(old, new).changes
    assert change == Change(
        "renamed",
        "TOTAL_GROSS",
        "TOTAL EARNINGS",
        "TOTAL_GROSS",
        "'TOTAL EARNINGS' seems to be called 'TOTAL_GROSS'",
        "breaking",
        suggested=True,
    )


def test_a_column_that_is_renamed_and_retyped_is_told_twice() -> None:
    new = with_column(replace(AMOUNT, name="AMT", type="decimal(14,2)"))
    assert told(SALES, new) == ([("renamed", "AMT"), ("widened", "AMT")], "backward")


def test_a_key_is_the_same_under_new_names() -> None:
    new = replace(with_column(replace(ID, name="ID")), key=("ID",))
    assert told(SALES, new) == ([("renamed", "ID")], "full")


def test_one_column_that_moves_to_the_end_is_the_only_one_that_moved() -> None:
    changes, _ = told(SALES, replace(SALES, columns=(NAME, AMOUNT, KIND, ID)))
    assert changes == [("reordered", "id")]


def test_columns_that_only_make_room_for_a_new_one_did_not_move() -> None:
    new = replace(SALES, columns=(SchemaColumn("note", "string"), *SALES.columns))
    assert told(SALES, new) == ([("added", "note")], "full")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *(("integer", "number"), ("number", "string"), ("integer", "string"), ("date", "timestamp")),
        *(("boolean", "string"), ("decimal(12,2)", "decimal(14,4)")),
        *(("integer", "decimal(21,2)"), ("decimal(18,0)", "integer")),
    ],
)
def test_a_type_widens_to_one_that_takes_all_its_values(before: str, after: str) -> None:
    assert (retyped(before, after), retyped(after, before)) == ((["widened"], "backward"), (["narrowed"], "forward"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *(("integer", "boolean"), ("number", "date"), ("decimal(12,2)", "number"), ("integer", "decimal(12,2)")),
        *(("decimal(12,2)", "decimal(12,4)"), ("decimal(19,0)", "date"), ("timestamp", "integer")),
    ],
)
def test_types_neither_of_which_takes_the_other_break(before: str, after: str) -> None:
    assert (retyped(before, after), retyped(after, before)) == ((["retyped"], "breaking"),) * 2


def test_text_and_category_take_each_other() -> None:
    assert retyped("string", "category") == (["retyped"], "full")


def test_the_formats_of_another_type_are_not_compared() -> None:
    days = SchemaColumn("at", "date", formats=("%d/%m/%Y",))
    assert told(Schema((days,)), Schema((replace(days, type="string", formats=()),))) == (
        [("widened", "at")],
        "backward",
    )


def test_a_column_without_values_says_nothing_of_its_type_and_formats() -> None:
    written = SchemaColumn("n", "number", formats=("$",))
    unseen = SchemaColumn("n", "unknown")
    assert told(Schema((written,)), Schema((unseen,))) == ([], "full")


COLUMNS = st.builds(
    SchemaColumn,
    st.sampled_from(["id", "ID", "Order Id", "total", "TOTAL_GROSS", "zip", "note"]),
    st.sampled_from(TYPES),
    column=st.none() | st.sampled_from(["id", "total", "zip"]),
    nullable=st.booleans(),
    formats=st.sampled_from([(), ("$",), ("$", "plain")]),
    categories=st.sampled_from([None, (), ("a",), ("a", "b")]),
)
SCHEMAS = st.lists(COLUMNS, unique_by=(lambda column: column.name, lambda column: column.column or column.name)).map(
    lambda columns: Schema(tuple(columns))
)
OPPOSITE = {"full": "full", "breaking": "breaking", "backward": "forward", "forward": "backward"}


@given(SCHEMAS)
def test_nothing_changes_from_a_schema_to_itself(schema: Schema) -> None:
    assert compare(schema, schema).changes == ()


@given(SCHEMAS, SCHEMAS)
def test_schemas_without_a_change_have_the_same_columns_in_the_same_order(old: Schema, new: Schema) -> None:
    if not compare(old, new).changes:
        assert [column.name for column in old.columns] == [column.name for column in new.columns]


@given(SCHEMAS, SCHEMAS)
def test_the_whole_is_the_conjunction_of_its_changes(old: Schema, new: Schema) -> None:
    comparison = compare(old, new)
    assert comparison.compatibility == conjunction(change.compatibility for change in comparison.changes)


@given(SCHEMAS, SCHEMAS)
def test_each_column_that_is_in_one_schema_only_is_told(old: Schema, new: Schema) -> None:
    changes = compare(old, new).changes
    gone = {column.name for column in old.columns} - {column.name for column in new.columns}
    assert gone <= {change.column if change.kind == "dropped" else change.before for change in changes}


@given(SCHEMAS, SCHEMAS)
def test_the_way_back_is_the_opposite_way(old: Schema, new: Schema) -> None:
    there, back = compare(old, new), compare(new, old)
    if not any(change.suggested for change in (*there.changes, *back.changes)):
        assert back.compatibility == OPPOSITE[there.compatibility]


@given(st.sampled_from(TYPES), st.sampled_from(TYPES), st.sampled_from(TYPES))
def test_a_type_that_takes_one_that_takes_a_third_takes_the_third(wide: str, middle: str, narrow: str) -> None:
    assert takes(wide, narrow) or not (takes(wide, middle) and takes(middle, narrow))

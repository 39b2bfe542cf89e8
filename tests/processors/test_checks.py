"""Each check: what breaks it, what does not, and that of a null none but `NotNull` knows whether it does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from processors.columns import ColumnType
from processors.frames import computed, to_frame
from processors.rules.checks import Check, Holds, Length, Listed, Matches, NotNull, OneOf, Range, Typed
from processors.rules.row_checks import AddsUp, InOrder
from processors.validation import Rule, Validate
from tests.processors.batches import flagged_rows, rejected_ids

BERLIN = ColumnType("timestamp", timezone="Europe/Berlin")
DMY = ColumnType("timestamp", formats=("%d.%m.%Y %H:%M",))


def broken(check: Check, values: pa.Array, **others: pa.Array) -> list[bool]:
    """For each row of column `v`, whether it breaks the check."""
    outcome = Validate((Rule("rule", "must hold", None, check),))(flagged_rows(v=values, **others))
    refused = rejected_ids(outcome)
    return [row in refused for row in range(1, len(values) + 1)]


def text(*values: str | None) -> pa.Array:
    """A text column."""
    return pa.array(values, pa.string())


def test_not_null_is_broken_by_null_and_nothing_else() -> None:
    assert broken(NotNull("v"), text("", " ", "NA", None)) == [False, False, False, True]


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        (Range("v", minimum=0, maximum=1), pa.int64()),
        (Range("v", minimum=0.5, exclusive=True), pa.float64()),
        (Range("v", maximum=Decimal("0.5")), pa.decimal128(10, 2)),
        (Range("v", minimum=date(2026, 1, 1)), pa.date32()),
        (Range("v", minimum=datetime(2026, 1, 1, tzinfo=UTC)), pa.timestamp("us", "UTC")),
        (OneOf("v", ("a",)), pa.string()),
        (OneOf("v", ("1",), ColumnType("integer")), pa.int64()),
        (OneOf("v", ("true",), ColumnType("boolean")), pa.bool_()),
        (Listed("v", ("a",), "list.csv"), pa.large_string()),
        (Length("v", 1), pa.string()),
        (Length("v", maximum=0), pa.string()),
        (Matches("v", "a"), pa.string()),
        (Typed("v", ColumnType("decimal", 5, 2)), pa.string()),
        (InOrder(("v", "v"), strict=True), pa.date32()),
        (AddsUp(("v",), Decimal(1), scale=0), pa.int64()),
        (AddsUp(("v", "v"), "v"), pa.float64()),
        (Typed("v", BERLIN), pa.string()),
        (Holds("v > 5"), pa.int64()),
        (Holds("v = 'a' AND v <> 'b'"), pa.string()),
        (Holds("NOT v"), pa.bool_()),
    ],
)
def test_a_null_is_neither_broken_nor_unbroken_and_passes(check: Check, kind: pa.DataType) -> None:
    frame = to_frame(flagged_rows(v=pa.nulls(2, kind)))
    assert frame.select(check.broken()).to_series().to_list() == [None, None]
    assert broken(check, pa.nulls(2, kind)) == [False, False]


def test_both_ends_of_a_range_are_included() -> None:
    assert broken(Range("v", 1, 3), pa.array([0, 1, 2, 3, 4])) == [True, False, False, False, True]


def test_both_ends_of_an_exclusive_range_are_left_out() -> None:
    assert broken(Range("v", 1, 3, exclusive=True), pa.array([0, 1, 2, 3, 4])) == [True, True, False, True, True]


def test_either_end_of_a_range_may_be_open() -> None:
    values = pa.array([-(2**63), 0, 2**63 - 1])
    assert broken(Range("v", minimum=0), values) == [True, False, False]
    assert broken(Range("v", maximum=0), values) == [False, False, True]


def test_an_end_beyond_64_bits_is_an_end_all_the_same() -> None:
    assert broken(Range("v", minimum=-(10**20), maximum=10**20), pa.array([-(2**63), 2**63 - 1])) == [False, False]


def test_whole_numbers_are_compared_with_a_fraction_exactly() -> None:
    assert broken(Range("v", minimum=1.5), pa.array([1, 2])) == [True, False]


def test_decimals_are_compared_with_an_end_of_more_digits_exactly() -> None:
    values = pa.array([Decimal("0.00"), Decimal("0.01"), Decimal("-0.01")], pa.decimal128(10, 2))
    assert broken(Range("v", minimum=Decimal("0.005")), values) == [True, False, True]
    assert broken(Range("v", maximum=Decimal("0.005")), values) == [False, True, False]


def test_dates_and_moments_have_ranges() -> None:
    days = pa.array([date(2026, 1, 1), date(2026, 1, 2)])
    moments = pa.array([datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (10, 11, 12)], pa.timestamp("us", "UTC"))
    assert broken(Range("v", minimum=date(2026, 1, 2)), days) == [True, False]
    eleven = datetime(2026, 1, 1, 11, tzinfo=UTC)
    assert broken(Range("v", maximum=eleven, exclusive=True), moments) == [False, True, True]


def test_one_of_tells_upper_from_lower_case_and_blanks() -> None:
    assert broken(OneOf("v", ("a", "b c")), text("a", "A", "b c", " a", "")) == [False, True, False, True, True]


def test_one_of_compares_values_of_other_types_as_text() -> None:
    assert broken(OneOf("v", ("1", "02"), ColumnType("integer")), pa.array([1, 2, 3])) == [False, False, True]
    assert broken(OneOf("v", ("true",), ColumnType("boolean")), pa.array([True, False])) == [False, True]
    assert broken(OneOf("v", ("1", "1e20"), ColumnType("number")), pa.array([1.0, 1e20, 2.0])) == [False, False, True]
    cents = pa.array([Decimal("1.00"), Decimal("2.50"), Decimal("2.51")], pa.decimal128(6, 2))
    assert broken(OneOf("v", ("1", "2.5"), ColumnType("decimal", 6, 2)), cents) == [False, False, True]


def test_a_list_with_a_value_that_the_column_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' is no integer"):
        OneOf("v", ("1", "x"), ColumnType("integer")).broken()


def test_a_value_that_a_list_has_twice_is_one() -> None:
    assert broken(Listed("v", ("a", "b", "a"), "list.csv"), text("a", "b", "c")) == [False, False, True]


def test_a_length_is_that_of_characters_and_not_of_bytes() -> None:
    assert broken(Length("v", 1, 2), text("", "é", "😀😀", "e\u0301x", None)) == [True, False, False, True, False]


@pytest.mark.parametrize("cell", ["xab", "abx", "ab\n", "\nab", "ab\nab", "x\nab\ny", "", "AB"])
def test_matches_is_broken_unless_the_whole_text_matches(cell: str) -> None:
    assert broken(Matches("v", "ab"), text(cell, "ab")) == [True, False]


def test_matches_anchors_every_alternative() -> None:
    assert broken(Matches("v", "a|bc"), text("a", "bc", "ac", "abc", "a|bc")) == [False, False, True, True, True]


def test_a_pattern_may_be_anchored_already() -> None:
    assert broken(Matches("v", "^[0-9]{3}$"), text("123", "1234", "123\n")) == [False, True, True]


def test_a_dot_stands_for_one_character_beyond_ascii_too() -> None:
    assert broken(Matches("v", "."), text("é", "😀", "ab")) == [False, False, True]


@pytest.mark.parametrize(
    ("kind", "cell", "breaks"),
    [
        (BERLIN, "2026-11-21 09:30:00", False),
        (BERLIN, "2026-11-21T09:30:00Z", False),
        (BERLIN, " 2026-11-21 09:30 ", False),
        (BERLIN, "2026-02-30 10:00:00", True),
        (BERLIN, "2026-03-29 02:30:00", True),
        (BERLIN, "yesterday", True),
        (BERLIN, "", False),
        (DMY, "21.11.2026 09:30", False),
        (DMY, "2026-11-21 09:30:00", True),
    ],
)
def test_a_timestamp_is_judged_as_the_schema_step_would_read_it(kind: ColumnType, cell: str, breaks: bool) -> None:
    assert broken(Typed("v", kind), text(cell)) == [breaks]


def test_an_expression_is_broken_where_it_is_false() -> None:
    values = pa.array([1, 2, None])
    assert broken(Holds("v < w"), values, w=pa.array([2, 2, 2])) == [False, True, False]


@pytest.mark.parametrize("sql", ["v / w > 1", "v / w < 1", "v % w = 0", "v // w > 1", "1 / (v / w) = 0", "v / 0 < 1"])
@pytest.mark.parametrize(
    "zero",
    [pa.array([0, 0]), pa.array([0.0, -0.0]), pa.array([Decimal(0)] * 2)],
    ids=["integers", "numbers", "decimals"],
)
def test_what_is_divided_by_zero_is_unknown(sql: str, zero: pa.Array) -> None:
    frame = to_frame(flagged_rows(v=pa.array([5.0, 0.0]), w=zero))
    assert computed(frame, [Holds(sql).broken().alias("broken")]).to_series().to_list() == [None, None]


def test_an_expression_may_look_at_nulls() -> None:
    assert broken(Holds("v IS NOT NULL OR w = 'free'"), pa.array([1, None, None]), w=text("x", "free", "x")) == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(("sql", "breaks"), [("1 < 2", False), ("1 > 2", True)])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_expression_that_looks_at_no_column_judges_every_row(sql: str, breaks: bool, count: int) -> None:
    assert broken(Holds(sql), pa.array([0] * count, pa.int64())) == [breaks] * count

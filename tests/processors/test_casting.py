"""Text becomes numbers, decimals and booleans strictly, and what a cell means depends on that cell alone."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import cast
from processors.columns import ColumnType, TypeName
from tests.processors.batches import CELLS

MISFIT = "a misfit"
PLAIN_TYPES: tuple[TypeName, ...] = ("string", "integer", "number", "boolean", "date", "timestamp", "category")
TYPES = (*(ColumnType(name) for name in PLAIN_TYPES), ColumnType("decimal", 10, 2))


def read(cell: str | None, kind: ColumnType, *tokens: str) -> object:
    """What one cell is cast to."""
    values, misfits = cast(pl.Series([cell], dtype=pl.String), kind, tokens)
    assert not (misfits[0] and values[0] is not None)
    return MISFIT if misfits[0] else values[0]


WHOLE = {"5": 5, "+5": 5, "-5": -5, " 5 ": 5, "\t5\u00a0\u3000": 5, "007": 7, "-0": 0, "0": 0} | {
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
}
NO_WHOLE = (
    *("9223372036854775808", "-9223372036854775809", "0x10", "0b1", "0o7", "1_0", "1,000", "1 000", "\uff15", "\u0663"),
    *("17.0", "5.", "1e3", "inf", "nan", "--5", "+-5", "- 5", "12abc", "5\x00", "+", "-", ".", "true", "9" * 400),
)
NUMBERS = (
    {"5": 5.0, "+5": 5.0, " 5 ": 5.0, "17.0": 17.0, "5.": 5.0, ".5": 0.5, "+.5": 0.5, "-1.25": -1.25, "007": 7.0}
    | {"1e3": 1000.0, "1E-3": 0.001, "1e+3": 1000.0, "1e308": 1e308, "1e-400": 0.0, "5e-324": 5e-324}
    | {"9223372036854775808": 2.0**63, "0.1": 0.1, "123456789.123456789": 123456789.123456789}
)
NO_NUMBERS = (
    *("inf", "-inf", "+inf", "Infinity", "-Infinity", "nan", "NaN", "-nan", "nan(1)", "1e309", "-1e309", "9" * 400),
    *(
        "0x10",
        "0x1p3",
        "1_0",
        "1,5",
        "1.000,5",
        "\uff15",
        "1d5",
        "1f",
        "1e",
        "e5",
        "1e5.5",
        ".",
        "+",
        "-",
        "--5",
        "12abc",
    ),
)
DECIMALS = (
    {"1.23": "1.23", "1.5": "1.50", "1": "1.00", "1.": "1.00", ".5": "0.50", "-.5": "-0.50", "+1.5": "1.50"}
    | {" 1.5 ": "1.50", "-0.00": "0.00", "99999999.99": "99999999.99", "-99999999.99": "-99999999.99"}
    | {"0" * 50 + "1.5": "1.50", "0.30": "0.30"}
)
NO_DECIMALS = (
    *(
        "1.234",
        "1.230",
        "100000000",
        "100000000.00",
        "-100000000",
        "1e2",
        "1,23",
        "0x10",
        "inf",
        "nan",
        "1_0",
        "\uff15",
    ),
    *("-", "+", ".", "-.", "--1", "+-1", "1.2.3", "12abc", "9" * 60),
)
TRUE = ("true", "TRUE", "True", "t", "T", "yes", "Y", "1", " true ")
FALSE = ("false", "FALSE", "f", "no", "NO", "n", "0", "\tno")
NO_BOOLEAN = ("on", "off", "2", "-1", "1.0", "01", "tru", "truee", "ja", "x", "\uff11", "+1")


@pytest.mark.parametrize(("cell", "value"), WHOLE.items())
def test_an_integer_is_digits_with_an_optional_sign(cell: str, value: int) -> None:
    assert read(cell, ColumnType("integer")) == value


@pytest.mark.parametrize("cell", NO_WHOLE)
def test_what_is_no_integer_of_64_bits_is_a_misfit(cell: str) -> None:
    assert read(cell, ColumnType("integer")) == MISFIT


@pytest.mark.parametrize(("cell", "value"), NUMBERS.items())
def test_a_number_is_written_in_decimal_or_scientific_notation(cell: str, value: float) -> None:
    assert read(cell, ColumnType("number")) == value


@pytest.mark.parametrize("cell", NO_NUMBERS)
def test_what_is_no_finite_number_is_a_misfit(cell: str) -> None:
    assert read(cell, ColumnType("number")) == MISFIT


@pytest.mark.parametrize(("cell", "value"), DECIMALS.items())
def test_a_decimal_is_exact(cell: str, value: str) -> None:
    assert read(cell, ColumnType("decimal", 10, 2)) == Decimal(value)


@pytest.mark.parametrize("cell", NO_DECIMALS)
def test_what_needs_rounding_or_more_digits_is_no_decimal(cell: str) -> None:
    assert read(cell, ColumnType("decimal", 10, 2)) == MISFIT


@pytest.mark.parametrize(
    ("cell", "precision", "scale"),
    [("9" * 38, 38, 0), ("-" + "9" * 38, 38, 0), ("0." + "9" * 38, 38, 38), ("0" * 30 + "1" * 38, 38, 0)],
)
def test_a_decimal_has_up_to_38_digits(cell: str, precision: int, scale: int) -> None:
    assert read(cell, ColumnType("decimal", precision, scale)) == Decimal(cell)


@pytest.mark.parametrize("cell", ["1.5", "1.0", "0.00"])
def test_a_decimal_without_scale_takes_no_fraction(cell: str) -> None:
    assert read(cell, ColumnType("decimal", 5, 0)) == MISFIT


@pytest.mark.parametrize("cell", TRUE)
def test_true_has_a_few_words(cell: str) -> None:
    assert read(cell, ColumnType("boolean")) is True


@pytest.mark.parametrize("cell", FALSE)
def test_false_has_a_few_words(cell: str) -> None:
    assert read(cell, ColumnType("boolean")) is False


@pytest.mark.parametrize("cell", NO_BOOLEAN)
def test_no_other_word_is_a_boolean(cell: str) -> None:
    assert read(cell, ColumnType("boolean")) == MISFIT


@pytest.mark.parametrize("cell", ["", " ", " a ", "NA", "\x00", "0x10", "\U0001f600"])
@pytest.mark.parametrize("name", ["string", "category"])
def test_text_is_taken_as_it_is(cell: str, name: TypeName) -> None:
    assert read(cell, ColumnType(name), "NA") == cell


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_a_null_stays_null_and_is_no_misfit(kind: ColumnType) -> None:
    assert read(None, kind) is None


@pytest.mark.parametrize("cell", ["", " ", "\t", "\u00a0", "NA", " NA "])
@pytest.mark.parametrize("kind", [kind for kind in TYPES if not kind.is_text], ids=lambda kind: kind.name)
def test_an_empty_cell_and_a_null_token_are_null(cell: str, kind: ColumnType) -> None:
    assert read(cell, kind, "NA") is None


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("-999", ColumnType("integer")),
        ("-999", ColumnType("number")),
        ("-999", ColumnType("decimal", 10, 2)),
        ("0", ColumnType("boolean")),
        ("1900-01-01", ColumnType("date")),
        ("1900-01-01 00:00:00", ColumnType("timestamp")),
        ("1900-01-01T00:00", ColumnType("timestamp")),
    ],
)
def test_a_null_token_that_would_cast_is_null_too(cell: str, kind: ColumnType) -> None:
    assert [read(blanked, kind, cell) for blanked in (cell, f" {cell} ", f" {cell}", f"{cell} ")] == [None] * 4


def test_a_null_token_is_compared_as_text_and_not_by_value() -> None:
    assert read("-999.0", ColumnType("number"), "-999") == -999.0


def test_a_null_token_in_another_case_is_a_misfit() -> None:
    assert read("na", ColumnType("integer"), "NA") == MISFIT


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.none() | CELLS, max_size=8), kind=st.sampled_from(TYPES))
def test_a_cell_means_the_same_whatever_stands_beside_it(cells: list[str | None], kind: ColumnType) -> None:
    values, misfits = cast(pl.Series(cells, dtype=pl.String), kind, ("", "NA", "-999"))
    together = [MISFIT if misfit else value for value, misfit in zip(values, misfits, strict=True)]
    assert together == [read(cell, kind, "", "NA", "-999") for cell in cells]


@settings(max_examples=60, deadline=None)
@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_to_the_last_bit(number: float) -> None:
    assert read(repr(number), ColumnType("number")) == number


def test_many_large_numbers_are_finite_though_their_sum_is_not() -> None:
    values, misfits = cast(pl.Series(["1e308", "1e308", "inf", "-1e308", "-1e308"]), ColumnType("number"), ())
    assert values.to_list() == [1e308, 1e308, None, -1e308, -1e308]
    assert misfits.to_list() == [False, False, True, False, False]

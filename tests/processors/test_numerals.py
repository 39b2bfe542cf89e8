"""Numbers as people write them: in the style of their column to the letter, or not at all."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import cast, expected
from processors.casting.numerals import NumberStyle
from processors.columns import ColumnType
from tests.processors import numeral_oracle

MISFIT = "a misfit"
MONEY = NumberStyle(thousands_mark=",", currency="$", accounting=True)
EUROPEAN = NumberStyle(decimal_mark=",", thousands_mark=".", currency="EUR")
MARKS = (",", ".", "'", " ", "\u00a0", "\u202f")


def read(cell: str, style: NumberStyle, *tokens: str, kind: str = "decimal") -> object:
    """What one cell is cast to in a column of a style."""
    column = ColumnType("decimal", 12, 2, style=style) if kind == "decimal" else ColumnType(kind, style=style)  # type: ignore[arg-type]
    values, misfits = cast(pl.Series([cell]), column, tokens)
    return MISFIT if misfits[0] else values[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *(
            ("$2989.36", "2989.36"),
            ("(5$)", "-5.00"),
            ("(5) $", "-5.00"),
            ("$1,234,567.80", "1234567.80"),
            ("$58,474.54 ", "58474.54"),
            ("60200", "60200.00"),
        ),
        *(("($1.00)", "-1.00"), (" $(1,080.00)", "-1080.00"), ("(1.00)", "-1.00"), ("( 1.00 )", "-1.00")),
        *(("-5", "-5.00"), ("-$5", "-5.00"), ("$-5", "-5.00"), ("+$5", "5.00"), ("5 $", "5.00"), ("$ 5", "5.00")),
        *((" -   ", "0.00"), ("$ -", "0.00"), ("-", "0.00"), ("$.50", "0.50"), ("$7.", "7.00"), ("007", "7.00")),
    ],
)
def test_an_amount_is_read_in_the_forms_of_spreadsheets(cell: str, value: str) -> None:
    assert read(cell, MONEY) == Decimal(value)


@pytest.mark.parametrize(
    "cell",
    [
        *("1,2", "12,34.5", "1234,567", "1,23", ",123", "1,,234", "1,234,", "0,123", "1.234,50", "1,234.567"),
        *("$", "$$5", "$5$", "5EUR", "EUR 5", "$ 5 5", "(5", "5)", "((5))", "(-5)", "-(5)", "()", "($5$)", "$($5)"),
        *("--", "- 5", "5-", "$1e", "0x10", "inf", "nan", "\uff15", "1_000", "1 234", "(-)"),
    ],
)
def test_an_amount_in_another_form_is_a_misfit(cell: str) -> None:
    assert read(cell, MONEY) == MISFIT


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.234,50", "1234.50"), ("1234,5", "1234.50"), ("1.234", "1234.00"), ("EUR 1,5", "1.50"), ("1,5EUR", "1.50")],
)
def test_a_decimal_comma_stands_before_the_fraction(cell: str, value: str) -> None:
    assert read(cell, EUROPEAN) == Decimal(value)


@pytest.mark.parametrize("cell", ["1234.5", "1.5", "1,234.5", "(1,5)", "-"])
def test_a_point_is_no_decimal_mark_where_that_is_a_comma(cell: str) -> None:
    assert read(cell, EUROPEAN) == MISFIT


@pytest.mark.parametrize("mark", MARKS)
def test_each_thousands_mark_is_itself_alone(mark: str) -> None:
    style = NumberStyle(decimal_mark="," if mark == "." else ".", thousands_mark=mark)  # type: ignore[arg-type]
    found = [other for other in MARKS if other != style.decimal_mark and read(f"1{other}234", style) != MISFIT]
    assert found == [mark]


def test_a_style_without_a_mark_takes_none() -> None:
    assert read("1,234", NumberStyle(currency="$")) == MISFIT


def test_a_dash_and_parentheses_mean_nothing_where_there_is_no_accounting() -> None:
    assert [read(cell, NumberStyle(currency="$")) for cell in ("-", "(1)", "$(1)")] == [MISFIT] * 3


@pytest.mark.parametrize(("cell", "value"), [("1,234", 1234), ("(1,234)", -1234), ("-", 0), ("17.0", MISFIT)])
def test_an_integer_has_a_style_and_still_no_fraction(cell: str, value: object) -> None:
    assert read(cell, MONEY, kind="integer") == value


@pytest.mark.parametrize(("cell", "value"), [("1.234,5", 1234.5), ("1,5E+03", 1500.0), ("1e309", MISFIT)])
def test_a_number_has_a_style_and_an_exponent(cell: str, value: object) -> None:
    assert read(cell, EUROPEAN, kind="number") == value


def test_a_null_token_goes_before_the_dash_that_is_zero() -> None:
    assert read(" - ", MONEY, "-") is None


def test_a_misfit_is_told_how_numbers_look_here() -> None:
    assert expected(ColumnType("integer", style=MONEY)).endswith(", written as in $1,234 or ($1,234), with - for zero")
    assert expected(ColumnType("number", style=EUROPEAN)) == "a finite number, written as in EUR1.234,50"


STYLES = st.builds(
    NumberStyle,
    decimal_mark=st.sampled_from([".", ","]),
    thousands_mark=st.none() | st.sampled_from(MARKS),
    currency=st.none() | st.sampled_from(["$", "EUR", "kr.", "€"]),
    accounting=st.booleans(),
).filter(lambda style: style.decimal_mark != style.thousands_mark)
_GROUPS = st.lists(st.sampled_from(["1", "12", "123", "000", "0", "7000", "045"]), min_size=1, max_size=3)


@st.composite
def written(draw: st.DrawFn, style: NumberStyle) -> str:
    """Text that is a number in `style`, or nearly."""
    mark = draw(st.sampled_from([style.thousands_mark or "", style.thousands_mark or ",", "", style.decimal_mark]))
    number = mark.join(draw(_GROUPS)) + draw(st.sampled_from(["", ".5", ",5", ".25", ",", ".", ",125", "e2", "E-1"]))
    for _ in range(draw(st.integers(0, 3))):
        blank = draw(st.sampled_from(["", "", " ", "\u00a0"]))
        money = style.currency or "$"
        around = [(money + blank, ""), ("", blank + money), ("(", ")"), ("-", ""), ("+", ""), (blank, blank), ("(", "")]
        before, behind = draw(st.sampled_from(around))
        number = before + number + behind
    return draw(st.sampled_from([number, number, number, "-", " - ", f"{style.currency or '$'} -"]))


CASES = STYLES.flatmap(lambda style: st.tuples(st.just(style), st.lists(written(style), min_size=1, max_size=8)))
LOOSE = st.lists(st.text("0123-+(), .'eE$€\u00a0", max_size=8), min_size=1, max_size=8)


def agree(style: NumberStyle, cells: list[str]) -> None:
    """Numbers of a column are what the oracle reads, and misfits are what it does not read; blank cells are null."""
    values, misfits = cast(pl.Series(cells), ColumnType("decimal", 38, 9, style=style), ())
    for cell, value, misfit in zip(cells, values, misfits, strict=True):
        number = numeral_oracle.read(cell, style) if "e" not in cell.lower().replace("eur", "") else None
        assert value == number, (cell, style)
        assert misfit == (number is None and cell.strip() != ""), (cell, style)


@settings(max_examples=300, deadline=None)
@given(case=CASES)
def test_a_number_in_a_style_is_what_reading_it_letter_by_letter_gives(case: tuple[NumberStyle, list[str]]) -> None:
    agree(*case)


@settings(max_examples=200, deadline=None)
@given(style=STYLES, cells=LOOSE)
def test_other_text_is_a_number_only_where_it_is_one_letter_by_letter(style: NumberStyle, cells: list[str]) -> None:
    agree(style, cells)


@settings(max_examples=150, deadline=None)
@given(case=CASES)
def test_a_number_with_an_exponent_is_what_reading_it_letter_by_letter_gives(
    case: tuple[NumberStyle, list[str]],
) -> None:
    style, cells = case
    values, _ = cast(pl.Series(cells), ColumnType("number", style=style), ())
    numbers = [numeral_oracle.read(cell, style) for cell in cells]
    assert values.to_list() == [None if number is None else float(number) for number in numbers]


@settings(max_examples=100, deadline=None)
@given(case=CASES)
def test_a_number_means_the_same_whatever_stands_beside_it(case: tuple[NumberStyle, list[str]]) -> None:
    style, cells = case
    together, _ = cast(pl.Series(cells), ColumnType("decimal", 20, 4, style=style), ("-",))
    alone = [cast(pl.Series([cell]), ColumnType("decimal", 20, 4, style=style), ("-",))[0][0] for cell in cells]
    assert together.to_list() == alone


@settings(max_examples=100, deadline=None)
@given(number=st.decimals(Decimal(-99_999_999), Decimal(99_999_999), places=2), style=STYLES)
def test_what_is_written_in_a_style_is_read_back_to_the_cent(number: Decimal, style: NumberStyle) -> None:
    plain = f"{abs(number):,.2f}".replace(",", "\0").replace(".", style.decimal_mark)
    text = (style.currency or "") + plain.replace("\0", style.thousands_mark or "")
    negative = f"({text})" if style.accounting else f"-{text}"
    assert read(negative if number < 0 else text, style) == number

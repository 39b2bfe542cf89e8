"""The rules beside those of another library: dataframely finds the same failing rows, rule by rule.

What is asked of one column is told to dataframely in its own words (`min`, `max_exclusive`, `regex`), what is asked of
a row in polars expressions that are written here and not made from SQL. Where the two differ by definition:

* A null. dataframely's columns are not nullable unless they say so, and its rules hold where their answer is null. So
  every column is nullable there but that of `not_null`, and then a null passes in both.
* `matches` asks for the whole text, dataframely's `regex` for any part of it: it is anchored for dataframely.
* `length` counts characters, `min_length` and `max_length` of dataframely bytes: there a pattern of so many characters
  takes their place.
* `one_of` and `referential` with a list have no counterpart for text and decimals; there a check of the column says it.
* `type` has none, since dataframely knows the types of columns and not of text in them: a check of the column asks
  Python what the text is.
* A rule that has a `when` is, for dataframely, an expression that holds where the condition does not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

import dataframely as dy
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.frames import to_frame
from processors.outcome import ROW_ID
from processors.rules.checks import Check, Holds, Length, Listed, Matches, NotNull, OneOf, Range, Typed
from processors.rules.row_checks import AddsUp, InOrder
from processors.validation import Action, Rule, Validate
from tests.processors.batches import CELLS, NASTY, TYPED, rejected_ids, row_ids, with_ids

#: A check, its condition, and the same as a column of dataframely or as an expression that is to hold.
Twins: TypeAlias = tuple[Check, str | None, dy.Column | pl.Expr]

AMOUNT = ColumnType("decimal", 10, 2)
WORDS = ("NA", "true", "1", " ", "\u00fc")
PATTERNS = ("[a-z]*", "[0-9]+|NA", ".", "(?s).{0,3}", r"\p{L}+", "-?[0-9]+")


@st.composite
def rows(draw: st.DrawFn) -> pa.RecordBatch:
    """Rows with a column of each type and a second one of some, so that there is something to compare."""
    kinds = {name: each for name, each in TYPED.items() if name != "_rescued"}
    kinds |= {"m": kinds["n"], "fee": kinds["price"], "until": kinds["day"]}
    cells = draw(st.lists(st.tuples(*(st.none() | values for _, values in kinds.values())), max_size=12))
    columns = {name: pa.array([row[place] for row in cells], kinds[name][0]) for place, name in enumerate(kinds)}
    return pa.record_batch({ROW_ID: draw(row_ids(len(cells)))} | columns)


def ends(of: str) -> st.SearchStrategy[tuple[Any, Any, bool]]:
    """Two ends of a range and whether they are left out; either end may be open, not both."""
    values: st.SearchStrategy[Any] = TYPED[of][1]
    both = st.lists(values, min_size=2, max_size=2, unique=True).map(sorted)
    one = st.tuples(values, st.none()) | st.tuples(st.none(), values)
    return st.tuples(both | one, st.booleans()).map(lambda drawn: (drawn[0][0], drawn[0][1], drawn[1]))


def ranges(name: str, column: Callable[..., dy.Column]) -> st.SearchStrategy[Twins]:
    """A range over a column that dataframely makes with `column`."""

    def twins(drawn: tuple[Any, Any, bool]) -> Twins:
        low, high, exclusive = drawn
        words = ("min_exclusive", "max_exclusive") if exclusive else ("min", "max")
        given = {word: end for word, end in zip(words, (low, high), strict=True) if end is not None}
        return Range(name, low, high, exclusive), None, column(nullable=True, **given)

    return ends(name).map(twins)


def decimal_column(**asked: Any) -> dy.Column:
    """Amounts."""
    return dy.Decimal(10, 2, **asked)


def moment_column(**asked: Any) -> dy.Column:
    """Moments in UTC."""
    return dy.Datetime(time_zone="UTC", **asked)


COLUMNS: dict[str, Callable[..., dy.Column]] = {
    "code": dy.String,
    "name": dy.String,
    "n": dy.Int64,
    "x": dy.Float64,
    "price": decimal_column,
    "paid": dy.Bool,
    "day": dy.Date,
    "at": moment_column,
}


def not_null(name: str) -> Twins:
    """The one rule to which a null matters."""
    return NotNull(name), None, COLUMNS[name](nullable=False)


def matches(pattern: str) -> Twins:
    """The whole text matches."""
    return Matches("code", pattern), None, dy.String(nullable=True, regex=rf"\A(?:{pattern})\z")


def one_of(words: list[str]) -> Twins:
    """Text is one of a list."""
    listed = dy.String(nullable=True, check=lambda cell: cell.is_in(words))
    return OneOf("code", tuple(words)), None, listed


def listed(words: list[str]) -> Twins:
    """Text is in a file of values."""
    return Listed("code", tuple(words), "words.csv"), None, one_of(words)[2]


def listed_prices(prices: list[Any]) -> Twins:
    """An amount is in a file of values, whatever zeros it is written with."""
    written = tuple(f"{price:f}0"[:-1] if place % 2 else str(price.normalize()) for place, price in enumerate(prices))
    among = decimal_column(
        nullable=True, check=lambda cell: cell.is_in(pl.Series(prices, dtype=pl.Decimal(10, 2)).implode())
    )
    return Listed("price", written, "prices.csv", AMOUNT), None, among


def is_whole(text: str) -> bool:
    """A 64-bit integer."""
    return bool(re.fullmatch("[+-]?[0-9]+", text)) and -(1 << 63) <= int(text) < 1 << 63


def is_amount(text: str) -> bool:
    """A decimal of ten digits, two of them behind the point."""
    found = re.fullmatch(r"[+-]?([0-9]*)\.?([0-9]*)", text)
    return found is not None and found[1] + found[2] != "" and len(found[1].lstrip("0")) <= 8 and len(found[2]) <= 2


def is_finite(text: str) -> bool:
    """A number that a double can hold."""
    found = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text)
    return found is not None and math.isfinite(float(text))


def is_truth(text: str) -> bool:
    """A word for true or false."""
    return text.lower() in {"true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"}


def is_day(text: str) -> bool:
    """A date in ISO 8601."""
    return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and _is_made(date.fromisoformat, text)


def is_moment(text: str) -> bool:
    """A date and a time in ISO 8601, the latter to a billionth of a second."""
    found = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](.{5}(?::.{2})?)(\.[0-9]{1,9})?(?:[Zz]|([+-].{2}):?(.{2}))?", text
    )
    if found is None or (found[3] and len(found[2]) == 5):
        return False
    offset = f"{found[4]}:{found[5]}" if found[4] else "+00:00"
    return _is_made(lambda each: datetime.fromisoformat(each).astimezone(UTC), f"{found[1]}T{found[2]}{offset}")


def _is_made(make: Callable[[str], object], text: str) -> bool:
    try:
        make(text)
    except (ValueError, OverflowError):
        return False
    return True


#: What text must be for each type.
TYPES: dict[ColumnType, Callable[[str], bool]] = {
    ColumnType("integer"): is_whole,
    AMOUNT: is_amount,
    ColumnType("number"): is_finite,
    ColumnType("boolean"): is_truth,
    ColumnType("date"): is_day,
    ColumnType("timestamp"): is_moment,
}


def typed(kind: ColumnType) -> Twins:
    """Text reads as a value of a type; blanks around it do not count, and alone they are as good as null."""

    def reads(text: str) -> bool:
        return not text or TYPES[kind](text)

    checked = dy.String(
        nullable=True, check=lambda cell: cell.str.strip_chars().map_elements(reads, return_dtype=pl.Boolean)
    )
    return Typed("code", kind), None, checked


def one_number_of(numbers: list[int]) -> Twins:
    """A number is one of a list."""
    written = tuple(map(str, numbers))
    return OneOf("n", written, ColumnType("integer")), None, dy.Int64(nullable=True, is_in=numbers)


def lengths(drawn: tuple[int, int]) -> Twins:
    """Text of so many characters, whatever bytes they take."""
    low, high = sorted(drawn)
    return Length("name", low, high), None, dy.String(nullable=True, regex=rf"(?s)\A.{{{low},{high}}}\z")


N, M, X, PRICE, FEE = (pl.col(name) for name in ("n", "m", "x", "price", "fee"))
DAY, UNTIL, AT, PAID = (pl.col(name) for name in ("day", "until", "at", "paid"))
NEW_YEAR = datetime(2000, 1, 1, tzinfo=UTC)

#: Rules over several cells.
OF_ROWS: tuple[Twins, ...] = (
    (Holds("n < m"), None, N < M),
    (Holds("n < m OR paid"), None, (N < M) | PAID),
    (Holds("n IS NOT NULL OR paid IS NULL"), None, N.is_not_null() | PAID.is_null()),
    (Holds("NOT (paid AND x > 0)"), None, ~(PAID & (X > 0))),
    (InOrder(("day", "until")), None, DAY <= UNTIL),
    (InOrder(("day", "until"), strict=True), None, DAY < UNTIL),
    (AddsUp(("price", "fee"), Decimal(5), Decimal(100), scale=2), None, (PRICE + FEE - 5).abs() <= 100),
    (Range("n", 0, 5), "paid", PAID.not_() | PAID.is_null() | N.is_between(0, 5)),
    (NotNull("day"), "n > 3", (N <= 3) | N.is_null() | DAY.is_not_null()),
    (Range("at", NEW_YEAR), "price >= fee", (PRICE < FEE) | PRICE.is_null() | FEE.is_null() | (AT >= NEW_YEAR)),
)

TWINS = st.one_of(
    st.sampled_from(sorted(COLUMNS)).map(not_null),
    *(ranges(name, COLUMNS[name]) for name in ("n", "x", "price", "day", "at")),
    st.sampled_from(PATTERNS).map(matches),
    st.lists(st.sampled_from(WORDS) | CELLS.filter(str.strip), min_size=1, max_size=4, unique=True).map(one_of),
    st.lists(st.sampled_from(WORDS) | CELLS.filter(str.strip), min_size=1, max_size=4, unique=True).map(listed),
    st.lists(TYPED["price"][1], min_size=1, max_size=4, unique=True).map(listed_prices),
    st.sampled_from(list(TYPES)).map(typed),
    st.lists(st.integers(-3, 12), min_size=1, max_size=5, unique=True).map(one_number_of),
    st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lengths),
    st.sampled_from(OF_ROWS),
)
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(["warn", "drop", "quarantine", "fail"])


def failing(batch: pa.RecordBatch, check: Check, twin: dy.Column | pl.Expr) -> list[int]:
    """The ids of the rows that a schema of dataframely with this rule alone does not let through."""
    frame = to_frame(batch.drop_columns(["_flags"])).rename({ROW_ID: "row_id"})
    asked: dict[str, Any] = {name: dy.Any() for name in frame.columns}
    if isinstance(twin, dy.Column):
        asked[check.column] = twin  # type: ignore[attr-defined]
    else:
        asked["rule"] = dy.rule()(lambda _: twin)
    schema: type[dy.Schema] = type("Asked", (dy.Schema,), asked)
    found: list[int] = schema.filter(frame)[1].invalid()["row_id"].to_list()
    return found


@settings(deadline=None, max_examples=100)
@given(batch=rows(), twins=st.lists(st.tuples(TWINS, ACTIONS), min_size=1, max_size=5))
def test_dataframely_finds_the_same_failing_rows_rule_by_rule(
    batch: pa.RecordBatch, twins: list[tuple[Twins, Action]]
) -> None:
    rules = tuple(
        Rule(f"rule_{place}", "must hold", None, check, action=action, when=when)
        for place, ((check, when, _), action) in enumerate(twins)
    )
    outcome = Validate(rules)(batch)
    expected = {
        rule.name: failing(batch, check, twin) for rule, ((check, _, twin), _) in zip(rules, twins, strict=True)
    }
    assert {name: outcome.marked.get(f"rule.{name}", _NONE).tolist() for name in expected} == expected
    refusing = [expected[rule.name] for rule in rules if rule.action != "warn"]
    assert rejected_ids(outcome) == sorted({row for found in refusing for row in found})


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_text_that_is_nearly_a_value_is_one_in_both_or_in_none(kind: ColumnType) -> None:
    batch = with_ids({"code": pa.array([*NASTY, None]), "_flags": pa.nulls(len(NASTY) + 1, pa.string())})
    check, _, twin = typed(kind)
    outcome = Validate((Rule("rule", "must hold", "code", check),))(batch)
    assert rejected_ids(outcome) == failing(batch, check, twin) != []


_NONE = pa.array([], pa.int64()).to_numpy()


def test_every_pair_of_rules_over_rows_is_broken_by_some_row() -> None:
    """Or else the comparison would hold for rules that are never broken."""
    cells: dict[str, tuple[list[Any], pa.DataType]] = {
        "n": ([9, 9, None], pa.int64()),
        "m": ([1, 2, 3], pa.int64()),
        "x": ([1.0, 1.0, 1.0], pa.float64()),
        "price": ([Decimal(900), Decimal(800), None], pa.decimal128(10, 2)),
        "fee": ([Decimal(1), Decimal(1), Decimal(1)], pa.decimal128(10, 2)),
        "paid": ([True, False, False], pa.bool_()),
        "day": ([date(2026, 1, 2), None, None], pa.date32()),
        "until": ([date(2026, 1, 1), None, None], pa.date32()),
        "at": ([datetime(1999, 1, 1, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
    }
    arrays = {name: pa.array(values, kind) for name, (values, kind) in cells.items()}
    batch = pa.record_batch({ROW_ID: pa.array([1, 2, 3]), **arrays, "_flags": pa.nulls(3, pa.string())})
    for check, when, twin in OF_ROWS:
        outcome = Validate((Rule("rule", "must hold", None, check, when=when),))(batch)
        assert rejected_ids(outcome) == failing(batch, check, twin) != []

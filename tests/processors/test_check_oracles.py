"""Each check against plain Python: the same rows are broken, and the answer is null for the same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from processors.rules.checks import Check, Length, Listed, Matches, NotNull, OneOf, Range, Typed
from processors.rules.row_checks import AddsUp, InOrder
from tests.processors.batches import ANY_TEXT

TEXT, WHOLE, NUMBER, DAY = (ColumnType(name) for name in ("string", "integer", "number", "date"))
MOMENT = ColumnType("timestamp")
CENTS, MILLS = ColumnType("decimal", 12, 2), ColumnType("decimal", 9, 3)

INTEGERS = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-3, 3)
FLOATS = st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.3, 1e308]) | st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 5)) | st.dates()
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 4), timezones=st.just(UTC))  # noqa: DTZ001
WORDS = st.sampled_from(["a", "b", "é", "e\u0301", "😀", "", " ", "a\n"]) | ANY_TEXT

oracle = settings(deadline=None, max_examples=60)


def decimals(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals of a type."""
    return st.integers(-(10**digits) + 1, 10**digits - 1).map(lambda units: Decimal(units).scaleb(-places))


def cells(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    """A column with nulls."""
    return st.lists(st.none() | values, max_size=8)


def columns(*of: st.SearchStrategy[object]) -> st.SearchStrategy[list[tuple[object, ...]]]:
    """Rows of several columns with nulls."""
    return st.lists(st.tuples(*(st.none() | values for values in of)), max_size=8)


def answers(check: Check, kinds: Sequence[ColumnType], rows: Sequence[Sequence[object]]) -> list[bool | None]:
    """What the check says of rows with columns `a`, `b`, `c`."""
    frame = pl.DataFrame(
        [
            pl.Series("abc"[place], [row[place] for row in rows], dtype=polars_type(kind))
            for place, kind in enumerate(kinds)
        ]
    )
    return frame.select(check.broken().alias("broken")).to_series().to_list()


def of_one(check: Check, kind: ColumnType, values: Sequence[object]) -> list[bool | None]:
    """What the check says of a column `a`."""
    return answers(check, [kind], [(value,) for value in values])


@oracle
@given(cells(WORDS))
def test_not_null(values: list[str | None]) -> None:
    assert of_one(NotNull("a"), TEXT, values) == [value is None for value in values]


@oracle
@given(st.data(), st.sampled_from([WHOLE, NUMBER, CENTS, DAY, MOMENT]), st.booleans())
def test_range(data: st.DataObject, kind: ColumnType, exclusive: bool) -> None:
    values: st.SearchStrategy[object] = {
        WHOLE: INTEGERS,
        NUMBER: FLOATS,
        CENTS: decimals(12, 2),
        DAY: DAYS,
        MOMENT: MOMENTS,
    }[kind]
    low, high = data.draw(values), data.draw(st.none() | values)
    found = data.draw(cells(values | st.just(low)))

    def outside(value: object) -> bool | None:
        if value is None:
            return None
        below = value <= low if exclusive else value < low  # type: ignore[operator]
        above = high is not None and (value >= high if exclusive else value > high)  # type: ignore[operator]
        return bool(below or above)

    check = Range("a", low, high, exclusive)  # type: ignore[arg-type]
    assert of_one(check, kind, found) == [outside(value) for value in found]


@oracle
@given(cells(WORDS), st.none() | st.integers(0, 4), st.integers(0, 4))
def test_length_counts_unicode_characters(values: list[str | None], low: int | None, more: int) -> None:
    high = None if low == 3 else (low or 0) + more
    expected = [
        None if text is None else not (low or 0) <= len(text) <= (len(text) if high is None else high)
        for text in values
    ]
    assert of_one(Length("a", low, high), TEXT, values) == expected


@oracle
@given(cells(WORDS), st.lists(WORDS, min_size=1))
def test_lists_of_text(values: list[str | None], listed: list[str]) -> None:
    expected = [None if value is None else value not in listed for value in values]
    assert of_one(OneOf("a", tuple(listed)), TEXT, values) == expected
    assert of_one(Listed("a", tuple(listed), "words.csv"), TEXT, values) == expected


@oracle
@given(cells(decimals(12, 2)), st.lists(decimals(12, 2), min_size=1))
def test_lists_of_other_types(values: list[Decimal | None], listed: list[Decimal]) -> None:
    expected = [None if value is None else value not in listed for value in values]
    assert of_one(Listed("a", tuple(map(str, listed)), "cents.csv", CENTS), CENTS, values) == expected


@oracle
@given(cells(WORDS), st.sampled_from(["[a-z]*", "a|b", "é", ".", "(?s:.)+", "[^a]*"]))
def test_matches(values: list[str | None], pattern: str) -> None:
    same = re.compile(pattern.replace("(?s:.)", r"[\s\S]"))
    expected = [None if value is None else same.fullmatch(value) is None for value in values]
    assert of_one(Matches("a", pattern), TEXT, values) == expected


@oracle
@given(cells(st.text("+-0179. e", max_size=5) | INTEGERS.map(str) | st.sampled_from(["nan", "inf", "1_0", "9" * 20])))
def test_type_integer(values: list[str | None]) -> None:
    def misfit(text: str | None) -> bool | None:
        if text is None or not text.strip():
            return None
        fits = re.fullmatch("[+-]?[0-9]+", text.strip())
        return fits is None or not -(1 << 63) <= int(text) < 1 << 63

    assert of_one(Typed("a", WHOLE), TEXT, values) == [misfit(value) for value in values]


@oracle
@given(cells(FLOATS.map(repr) | st.sampled_from(["nan", "NaN", "inf", "-inf", "1e309", "0x10", "1,5", "", "12abc"])))
def test_type_number(values: list[str | None]) -> None:
    def misfit(text: str | None) -> bool | None:
        if not text:
            return None
        return re.fullmatch(r"-?[0-9.]+(e[+-][0-9]+)?", text) is None

    assert of_one(Typed("a", NUMBER), TEXT, values) == [misfit(value) for value in values]


@oracle
@given(cells(st.dates(date(1, 1, 1)).map(str) | st.sampled_from(["2026-02-30", "2026-2-3", "20260203", "soon", " "])))
def test_type_date(values: list[str | None]) -> None:
    def misfit(text: str | None) -> bool | None:
        if text is None or not text.strip():
            return None
        try:
            return date.fromisoformat(text).isoformat() != text
        except ValueError:
            return True

    assert of_one(Typed("a", DAY), TEXT, values) == [misfit(value) for value in values]


def out_of_order(known: Sequence[object], *, strict: bool, whole: bool) -> bool | None:
    """Whether any two of the known are; null where they are not, and a null may be."""
    pairs = [(first, then) for place, first in enumerate(known) for then in known[place + 1 :]]
    if any(first >= then if strict else first > then for first, then in pairs):  # type: ignore[operator]
        return True
    return False if whole else None


@oracle
@given(columns(DAYS, DAYS, DAYS), st.booleans())
def test_date_order(rows: list[tuple[date | None, ...]], strict: bool) -> None:
    known = [[day for day in row if day is not None] for row in rows]
    expected = [out_of_order(each, strict=strict, whole=len(each) == 3) for each in known]
    assert answers(InOrder(("a", "b", "c"), strict), [DAY] * 3, rows) == expected


@oracle
@given(columns(DAYS, MOMENTS), st.booleans())
def test_date_order_of_a_date_and_a_moment_is_that_of_their_days(
    rows: list[tuple[date | None, datetime | None]], strict: bool
) -> None:
    oslo = ZoneInfo("Europe/Oslo")
    days = [(day, moment and moment.astimezone(oslo).date()) for day, moment in rows]
    known = [[day for day in pair if day is not None] for pair in days]
    expected = [out_of_order(each, strict=strict, whole=len(each) == 2) for each in known]
    assert answers(InOrder(("a", "b"), strict, ("b",), "Europe/Oslo"), [DAY, MOMENT], rows) == expected


@oracle
@given(
    columns(decimals(3, 2) | decimals(12, 2), INTEGERS, decimals(4, 3) | decimals(9, 3)),
    st.just(Decimal(0)) | decimals(6, 4).map(abs),
)
def test_sums_of_decimals_and_integers_are_exact(rows: list[tuple[object, ...]], tolerance: Decimal) -> None:
    def differs(first: object, then: object, wanted: object) -> bool | None:
        if first is None or then is None or wanted is None:
            return None
        gap = Fraction(first) + Fraction(then) - Fraction(wanted)  # type: ignore[call-overload]
        return bool(abs(gap) > Fraction(tolerance))

    check = AddsUp(("a", "b"), "c", tolerance, scale=4)
    assert answers(check, [CENTS, WHOLE, MILLS], rows) == [differs(*row) for row in rows]


@oracle
@given(columns(decimals(12, 2), decimals(9, 3)))
def test_decimals_that_add_up_to_the_last_digit_do(rows: list[tuple[Decimal | None, ...]]) -> None:
    wide = ColumnType("decimal", 20, 3)
    with localcontext() as context:
        context.prec = 60
        summed = [(a, b, None if a is None or b is None else a + b) for a, b in rows]
        off = [(a, b, None if total is None else total + Decimal("0.001")) for a, b, total in summed]
    known = [None if total is None else True for *_, total in summed]
    check = AddsUp(("a", "b"), "c", scale=3)
    assert answers(check, [CENTS, MILLS, wide], off) == known
    assert answers(check, [CENTS, MILLS, wide], summed) == [each and False for each in known]


@oracle
@given(columns(FLOATS, INTEGERS), st.sampled_from([Decimal(0), Decimal("0.1"), Decimal(100)]))
def test_sums_of_numbers_are_those_of_floats(rows: list[tuple[float | None, int | None]], about: Decimal) -> None:
    def differs(first: float | None, then: int | None) -> bool | None:
        if first is None or then is None:
            return None
        return abs(first + float(then) - 0.3) > float(about)

    check = AddsUp(("a", "b"), Decimal("0.3"), about)
    assert answers(check, [NUMBER, WHOLE], rows) == [differs(*row) for row in rows]


@oracle
@given(st.lists(st.integers(1, 9), min_size=2, max_size=3))
def test_a_null_between_dates_hides_no_disorder(steps: list[int]) -> None:
    start = date(2026, 1, 1)
    rows = [(start + timedelta(days=step), None, start) for step in steps]
    assert answers(InOrder(("a", "b", "c")), [DAY] * 3, rows) == [True] * len(rows)

"""Text to typed values, one column at a time, strictly.

Strictly means: `0x10`, `1_000`, `inf`, `nan`, `1e309` and `12abc` are not numbers, `2023-02-30` is not a date, and an
integer column takes no `17.0`. What a cell means depends on that cell alone, never on its neighbours. Where a
column has a number style (`numerals`) or formats of dates (`date_formats`), a cell that does not fit is no value.
"""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl

from processors.casting.date_formats import ISO, to_the_letter
from processors.casting.numerals import PLAIN, example, plain
from processors.columns import DATE_FORMATS, TIMESTAMP_FORMATS, ColumnType

#: From year 1 to year 9999, in days and in microseconds since 1970-01-01.
_YEARS: dict[pl.DataType, tuple[int, int]] = {
    pl.Date(): (-719_162, 2_932_896),
    pl.Datetime("us", "UTC"): (-719_162 * 86_400_000_000, 2_932_897 * 86_400_000_000 - 1),
}
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-5][0-9](\.[0-9]{1,9})?)?"
_OFFSET = "([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
#: The shape of a value in a column without formats, and the formats that read it.
_ISO = {
    "date": (f"^{_DAY}$", DATE_FORMATS),
    "timestamp": (f"^{_DAY}[Tt ]{_CLOCK}{_OFFSET}$", TIMESTAMP_FORMATS),
}
_TRUE = ["true", "t", "yes", "y", "1"]
_FALSE = ["false", "f", "no", "n", "0"]

_EXPECTED = {
    "string": "text",
    "category": "text",
    "integer": "a whole number between -2^63 and 2^63-1",
    "number": "a finite number",
    "decimal": "a decimal number within its precision and scale",
    "boolean": "true or false",
    "date": "a date",
    "timestamp": "a timestamp",
}
_ISO_EXAMPLES = {"date": "2026-11-21", "timestamp": "2026-11-21T09:30:00Z"}


def expected(kind: ColumnType) -> str:
    """What a cell of `kind` must be, for the message of a misfit.

    >>> expected(ColumnType("date", formats=("%d.%m.%Y", "iso")))
    'a date written %d.%m.%Y or as in 2026-11-21'
    """
    if kind.name in _ISO_EXAMPLES:
        iso = f"as in {_ISO_EXAMPLES[kind.name]}"
        return f"{_EXPECTED[kind.name]} written {' or '.join(iso if f == ISO else f for f in kind.formats or (ISO,))}"
    if kind.style != PLAIN:
        return f"{_EXPECTED[kind.name]}, written as in {example(kind.style, fraction=kind.name != 'integer')}"
    return _EXPECTED[kind.name]


def polars_type(kind: ColumnType) -> pl.DataType:
    """The polars type in which values of `kind` travel."""
    match kind.name:
        case "string" | "category":
            return pl.String()
        case "integer":
            return pl.Int64()
        case "number":
            return pl.Float64()
        case "decimal":
            return pl.Decimal(kind.precision, kind.scale)
        case "boolean":
            return pl.Boolean()
        case "date":
            return pl.Date()
        case "timestamp":
            return pl.Datetime("us", "UTC")


def first_try(text: pl.Expr, kind: ColumnType, null_tokens: tuple[str, ...]) -> pl.Expr:
    """The values of the cells that are written the usual way: no blanks around, the first of the formats.

    The other cells are null, and `second_look` decides whether they are nulls, values written otherwise, or misfits.
    Text is taken as it is. Numbers and times have yet to pass `sound`.
    """
    if kind.is_text:
        return text
    if _token_is_value(kind, null_tokens):
        text = pl.when(~text.str.strip_chars().is_in(null_tokens)).then(text)
    return _parsers(text, kind)[0]


def second_look(text: pl.Series, kind: ColumnType, null_tokens: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """The values of cells that the first try left, and a mask of those that are misfits; both as long as `text`.

    Blanks around a value do not count. A cell that is empty or equals one of `null_tokens` is null and no misfit.
    """
    bare = pl.col("text").str.strip_chars()
    told = pl.when(~bare.is_in([*null_tokens, ""])).then(bare)
    parsed = pl.coalesce(_parsers(pl.col("told"), kind))
    looked = pl.DataFrame({"text": text}).select_seq(told.alias("told")).with_columns_seq(parsed.alias("value"))
    values = sound(looked["value"])
    return values, values.is_null() & looked["told"].is_not_null()


def sound(values: pl.Series) -> pl.Series:
    """`values`, null where a number is infinite or no number, and where a year has not four digits.

    A sum is finite only where all that it adds is: looking at it first spares nearly every batch the look at each cell.
    """
    value = pl.col("value")
    if values.dtype == pl.Float64:
        good, check = math.isfinite(values.sum()), value.is_finite()
    elif values.dtype in _YEARS:
        low, high = _YEARS[values.dtype]
        good, check = _within(values, low, high), value.to_physical().is_between(low, high)
    else:
        return values
    return values if good else values.to_frame("value").select_seq(pl.when(check).then(value)).to_series()


def _within(times: pl.Series, low: int, high: int) -> bool:
    """Whether all times lie in [low, high] as integers."""
    inner = times.cast(pl.Int64)
    first, last = inner.min(), inner.max()
    return first is None or bool(low <= first and last <= high)  # type: ignore[operator]


def cast(text: pl.Series, kind: ColumnType, null_tokens: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """All values of a column and the mask of its misfits, in one go.

    >>> values, misfits = cast(pl.Series(["7", " 8 ", "", "0x9"]), ColumnType("integer"), ("",))
    >>> values.to_list(), misfits.to_list()
    ([7, 8, None, None], [False, False, False, True])
    """
    typed = text.to_frame("text").select(first_try(pl.col("text"), kind, null_tokens)).to_series()
    return complete(text, sound(typed), kind, null_tokens)


def complete(
    text: pl.Series, typed: pl.Series, kind: ColumnType, null_tokens: tuple[str, ...]
) -> tuple[pl.Series, pl.Series]:
    """`typed`, the result of a first try on `text`, with the cells filled in that a second look can read."""
    left = (typed.is_null() & text.is_not_null()).arg_true()
    misfits = pl.repeat(value=False, n=text.len(), dtype=pl.Boolean, eager=True)
    if not left.len():
        return typed, misfits
    values, wrong = second_look(text.gather(left), kind, null_tokens)
    return typed.scatter(left, values), misfits.scatter(left, wrong)


def _token_is_value(kind: ColumnType, null_tokens: tuple[str, ...]) -> bool:
    """Whether a null token (such as -999) would pass as a value; only then must every cell be compared with them."""
    tokens = pl.DataFrame({"token": pl.Series(null_tokens, dtype=pl.String)})
    return bool(sound(tokens.select(_parsers(pl.col("token"), kind)[0]).to_series()).is_not_null().any())


def _parsers(text: pl.Expr, kind: ColumnType) -> list[pl.Expr]:
    """One expression for each way in which a value of `kind` may be written; null where it is not written so."""
    if kind.style != PLAIN:
        return _parsers(plain(text, kind.style), replace(kind, style=PLAIN))
    match kind.name:
        case "integer":
            return [text.cast(pl.Int64, strict=False)]
        case "number":
            return [text.cast(pl.Float64, strict=False)]
        case "decimal":
            return [_decimal(text, kind)]
        case "boolean":
            lower = text.str.to_lowercase()
            return [pl.when(lower.is_in(_TRUE + _FALSE)).then(lower.is_in(_TRUE))]
        case "date" | "timestamp":
            return [parser for form in kind.formats or (ISO,) for parser in _times(text, form, kind)]
        case _:
            return [text]


def _times(text: pl.Expr, form: str, kind: ColumnType) -> list[pl.Expr]:
    """ISO 8601 to the letter, or one format: polars alone would also take signs, blanks and other numbers of digits."""
    if form != ISO:
        return [_time(*to_the_letter(text, form, kind.first_year), kind)]
    shape, forms = _ISO[kind.name]
    shaped = pl.when(text.str.contains(shape)).then(text)
    return [_time(shaped, each, kind) for each in forms]


def _time(text: pl.Expr, form: str, kind: ColumnType) -> pl.Expr:
    if kind.name == "date":
        return text.str.to_date(form, strict=False)
    return _timestamp(text, form, kind.timezone)


def _decimal(text: pl.Expr, kind: ColumnType) -> pl.Expr:
    whole = kind.precision - kind.scale
    fraction = rf"(\.[0-9]{{0,{kind.scale}}})?" if kind.scale else r"\.?"
    fits = text.str.contains(rf"^[+-]?0*[0-9]{{0,{whole}}}{fraction}$") & text.str.contains("[0-9]")
    exact = pl.Decimal(kind.precision, kind.scale)
    return pl.when(fits).then(text.str.strip_prefix("+")).cast(exact, strict=False)


def _timestamp(text: pl.Expr, form: str, timezone: str) -> pl.Expr:
    """Naive times are read in `timezone`: the earlier of two when clocks go back, a misfit when the hour is skipped."""
    moment = text.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC" if _has_offset(form) else None)
    if not _has_offset(form):
        moment = moment.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return moment.dt.convert_time_zone("UTC")


def _has_offset(form: str) -> bool:
    return any(letters in form for letters in ("%+", "%z", "%:z", "%#z", "%s"))

"""How the dates and times of a column are written: which formats read which cells.

Each cell is read by every format that a person may have meant, so whether the day or the month comes first is decided
by all cells together. The evidence of two parts of a column adds up to that of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from processors.casting import cast
from processors.columns import ColumnType
from processors.date_formats import ISO

#: What reads a date of ISO 8601 to the letter, as ISO does its times; `%Y-%m-%d` takes months of one digit too.
ISO_DATE = "iso date"
#: Eight digits may be a date, and a number.
COMPACT = "%Y%m%d"
_FAMILIES = {
    "/": ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d"),
    ".": ("%d.%m.%Y", "%d.%m.%y", "%m.%d.%Y", "%Y.%m.%d"),
    "-": ("%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y", "%d-%B-%Y"),
    " ": ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d. %B %Y"),
}
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%H:%M:%S%.f", "%I:%M%p")
_NUMERIC = r"^[0-9]{1,4}([-/.])[0-9]{1,2}[-/.][0-9]{1,4}(?:$|[ T])"
_NAMED = r"^(?:[0-9]{1,2}[-. ]{1,2}\p{L}{3,9}|\p{L}{3,9} [0-9]{1,2},?)[- ][0-9]{2,4}(?:$|[ T])"
_COMPACT_SHAPE = r"^(?:19|20)[0-9]{6}$"
_LENGTH_MAX = 40
_MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class TimeEvidence:
    """What is known of the `count` cells that look like dates or times.

    `readings`: how many cells are read by just these formats; by none, where the day does not exist. `timed`: the
    formats under which a cell has a time other than midnight. `years`: those of two digits, a bit each. `first`,
    `last`: the days of each format, as ISO text. `compact`: how many cells are eight digits that COMPACT reads.
    """

    count: int = 0
    readings: Counter[tuple[str, ...]] = field(default_factory=Counter)
    timed: frozenset[str] = frozenset()
    years: int = 0
    days: tuple[tuple[str, str, str], ...] = ()
    compact: int = 0

    def __add__(self, other: TimeEvidence) -> TimeEvidence:
        return TimeEvidence(
            self.count + other.count,
            self.readings + other.readings,
            self.timed | other.timed,
            self.years | other.years,
            _joined(self.days, other.days),
            self.compact + other.compact,
        )

    def read_by(self, form: str) -> int:
        """How many of the cells a format reads."""
        return sum(count for forms, count in self.readings.items() if form in forms)


def _joined(
    one: tuple[tuple[str, str, str], ...], other: tuple[tuple[str, str, str], ...]
) -> tuple[tuple[str, str, str], ...]:
    found: dict[str, tuple[str, str]] = {}
    for form, first, last in (*one, *other):
        known = found.get(form, (first, last))
        found[form] = min(first, known[0]), max(last, known[1])
    return tuple((form, *found[form]) for form in sorted(found))


def times_in(cells: pl.DataFrame) -> tuple[TimeEvidence, pl.Series]:
    """The evidence of distinct cells, `text` without blanks around and `n` times each, and which of them it is of;
    those of eight digits are not among these."""
    text = pl.col("text")
    likely = cells.select(
        (text.str.len_bytes() <= _LENGTH_MAX) & (text.str.contains(_NUMERIC) | text.str.contains(_NAMED))
    ).to_series()
    evidence = _compact(cells.filter(text.str.contains(_COMPACT_SHAPE)))
    if likely.any():
        evidence += _evidence(cells.filter(likely))
    return evidence, likely


def _compact(cells: pl.DataFrame) -> TimeEvidence:
    if cells.is_empty():
        return TimeEvidence()
    values, _ = cast(cells["text"], ColumnType("date", formats=(COMPACT,)), ())
    count = int(cells["n"].filter(values.is_not_null()).sum())
    return TimeEvidence(compact=count, days=_days(COMPACT, values))


def _evidence(cells: pl.DataFrame) -> TimeEvidence:
    read = {form: values for form, values in _values(cells["text"]) if values.is_not_null().any()}
    masks = pl.DataFrame([values.is_not_null().alias(form) for form, values in read.items()])
    return TimeEvidence(
        count=int(cells["n"].sum()),
        readings=_readings(cells["n"], masks),
        timed=frozenset(form for form, values in read.items() if _has_time(values)),
        years=_short_years(read),
        days=tuple(day for form in sorted(read) for day in _days(form, read[form])),
    )


def _readings(counts: pl.Series, masks: pl.DataFrame) -> Counter[tuple[str, ...]]:
    """How many cells are read by just which formats; a column of `masks` a format."""
    if not masks.width:
        return Counter({(): int(counts.sum())})
    grouped = masks.with_columns(counts.alias("n")).group_by(masks.columns).agg(pl.col("n").sum())
    readings: Counter[tuple[str, ...]] = Counter()
    for *taken, count in grouped.iter_rows():
        readings[tuple(form for form, takes in zip(masks.columns, taken, strict=True) if takes)] = count
    return readings


def _values(text: pl.Series) -> Iterator[tuple[str, pl.Series]]:
    """Each format that may read some of the cells, with the moments that it reads; what is ISO 8601 is nothing else."""
    dates = cast(text, ColumnType("date"), ())[0].cast(_MOMENT)
    moments = cast(text, ColumnType("timestamp"), ())[0]
    yield ISO_DATE, dates
    yield ISO, moments
    others = (dates.is_null() & moments.is_null()).arg_true()
    nothing = pl.repeat(None, text.len(), dtype=_MOMENT, eager=True)
    rest = text.gather(others)
    for form in _forms(rest):
        yield form, nothing.clone().scatter(others, cast(rest, ColumnType("timestamp", formats=(form,)), ())[0])


def _forms(text: pl.Series) -> Iterator[str]:
    signs = set(text.str.extract(r"([-/. ])").drop_nulls().unique().to_list())
    blanks = bool(text.str.contains(" ").any())
    clocks = _CLOCKS if text.str.contains(":").any() else ()
    for sign, days in _FAMILIES.items():
        if sign not in signs and not (sign == " " and blanks):
            continue
        for day in days:
            yield day
            yield from (f"{day} {clock}" for clock in clocks)


def _has_time(values: pl.Series) -> bool:
    return bool((values.dt.truncate("1d") != values).any())


def _days(form: str, values: pl.Series) -> tuple[tuple[str, str, str], ...]:
    first, last = values.min(), values.max()
    return () if first is None else ((form, str(first)[:10], str(last)[:10]),)


def _short_years(read: dict[str, pl.Series]) -> int:
    """A bit for each year of two digits."""
    years = {year for form, values in read.items() if "%y" in form for year in values.dt.year().drop_nulls().unique()}
    return sum(1 << year for year in {year % 100 for year in years})

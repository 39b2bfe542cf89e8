"""How the dates and times of a column are written: which formats read which cells.

Each cell is read by every format that a person may have meant, so whether the day or the month comes first is decided
by all cells together. The evidence of two parts of a column adds up to that of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from processors.casting.casting import cast
from processors.casting.date_formats import ISO
from processors.columns import ColumnType

#: What reads a date of ISO 8601 to the letter, as ISO does its times; `%Y-%m-%d` takes months of one digit too.
ISO_DATE = "iso date"
#: Eight digits may be a date, and a number.
COMPACT = "%Y%m%d"
_FAMILIES = {
    "/": ("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d"),
    ".": ("%d.%m.%Y", "%d.%m.%y", "%m.%d.%Y", "%Y.%m.%d", "%d. %B %Y"),
    "-": ("%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y", "%d-%B-%Y"),
    " ": ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
}
#: What a time of day may have: minutes, seconds, a fraction, AM or PM; and the formats of those that have just these.
_CLOCK_SHAPES = {
    "minutes": ":[0-9]{2}",
    "seconds": ":[0-9]{2}:[0-9]{2}",
    "fraction": r":[0-9]{2}\.[0-9]",
    "half": "(?i)[ap]m$",
}
_CLOCKS: dict[tuple[bool, ...], tuple[str, ...]] = {
    (False, False, False, False): ("",),
    (True, False, False, False): ("%H:%M",),
    (True, True, False, False): ("%H:%M:%S",),
    (True, True, True, False): ("%H:%M:%S%.f",),
    (True, False, False, True): ("%I:%M %p", "%I:%M%p"),
    (True, True, False, True): ("%I:%M:%S %p",),
}
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
    for places, rest, forms in _alike(text.gather(others)):
        for form in forms:
            values = pl.repeat(None, text.len(), dtype=_MOMENT, eager=True)
            read = cast(rest, ColumnType("timestamp", formats=(form,)), ())[0]
            yield form, values.scatter(others.gather(places), read)


def _alike(text: pl.Series) -> Iterator[tuple[pl.Series, pl.Series, list[str]]]:
    """The cells that have the same signs, with their places, and the formats that may read these and no others."""
    signs = text.to_frame("text").select(
        pl.col("text").str.extract("([-/. ])").fill_null("").alias("sign"),
        pl.col("text").str.extract("^([^:]*)").str.contains("[0-9]{4}").alias("year"),
        *(pl.col("text").str.contains(shape).alias(part) for part, shape in _CLOCK_SHAPES.items()),
    )
    grouped = signs.with_row_index("place").group_by(signs.columns, maintain_order=True).agg("place")
    for sign, year, *clock, places in grouped.iter_rows():
        days = [day for day in _FAMILIES.get(sign, ()) if ("%Y" in day) == year]
        forms = [f"{day} {form}".strip() for day in days for form in _CLOCKS.get(tuple(clock), ())]
        chosen = pl.Series(places, dtype=pl.UInt32)
        yield chosen, text.gather(chosen), forms


def _has_time(values: pl.Series) -> bool:
    return bool((values.dt.truncate("1d") != values).any())


def _days(form: str, values: pl.Series) -> tuple[tuple[str, str, str], ...]:
    first, last = values.min(), values.max()
    return () if first is None else ((form, str(first)[:10], str(last)[:10]),)


def _short_years(read: dict[str, pl.Series]) -> int:
    """A bit for each year of two digits."""
    years = {year for form, values in read.items() if "%y" in form for year in values.dt.year().drop_nulls().unique()}
    return sum(1 << year for year in {year % 100 for year in years})

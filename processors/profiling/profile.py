"""What is in a column of text, in bounded memory: enough to say later which type, formats and rules would fit it.

`profile(a ++ b) == profile(a) + profile(b)`, and nothing in a profile grows with the number of cells.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from processors.profiling.number_evidence import NumberEvidence, numbers_in
from processors.profiling.time_evidence import TimeEvidence, times_in
from processors.schemas.model import VALUES_MAX

#: So many distinct values are counted, each of so many characters at the most; beyond it they are not known.
DISTINCT_MAX = 100
_VALUE_LENGTH_MAX = 80
#: Cells that often mean nothing. Whether they do, the rest of the column tells.
NULL_WORDS = (
    *("", "-", "--", "---", ".", "..", "?", r"\N"),
    *("NA", "N/A", "n/a", "#N/A", "N.A.", "n.a.", "na", "null", "NULL", "Null", "(null)", "<null>"),
    *("None", "NONE", "none", "nan", "NaN", "NAN", "nil", "NIL", "missing", "MISSING", "Missing"),
    *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"),
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What is known of the `count` cells of a column, blanks around them not counted.

    `words`: how many cells are which of NULL_WORDS. All other cells are in `numbers`, in `times`, or in `texts`;
    `coded` are those of the texts that have a digit. `longest`: characters of the longest cell. `values`: how many
    cells have which value (no word); None where there are too many. `some`: VALUES_MAX of the values at the most,
    which are the same wherever they occur, with the hashes by which they are chosen.
    """

    count: int = 0
    words: Counter[str] = field(default_factory=Counter)
    numbers: NumberEvidence = field(default_factory=NumberEvidence)
    times: TimeEvidence = field(default_factory=TimeEvidence)
    texts: int = 0
    coded: int = 0
    longest: int = 0
    values: Mapping[str, int] | None = field(default_factory=dict)
    some: tuple[tuple[int, str], ...] = ()

    def __add__(self, other: ColumnProfile) -> ColumnProfile:
        return ColumnProfile(
            self.count + other.count,
            self.words + other.words,
            self.numbers + other.numbers,
            self.times + other.times,
            self.texts + other.texts,
            self.coded + other.coded,
            max(self.longest, other.longest),
            _joined(self.values, other.values),
            _fewest({*self.some, *other.some}),
        )

    @property
    def told(self) -> int:
        """How many cells are not one of NULL_WORDS."""
        return self.count - self.words.total()


def profile(cells: pl.Series) -> ColumnProfile:
    """The profile of a column of text.

    >>> seen = profile(pl.Series(["$1,234.50", " ($2.00) ", "-", "", "1/31/2020"]))
    >>> seen.count, dict(seen.words), seen.numbers.count, seen.times.count, seen.texts
    (5, {'': 1, '-': 1}, 2, 1, 0)
    """
    bare = cells.fill_null("").str.strip_chars().alias("text")
    counted = bare.value_counts(name="n").with_columns(pl.col("n").cast(pl.Int64))
    is_word = pl.col("text").is_in(NULL_WORDS)
    words, told = counted.filter(is_word), counted.filter(~is_word)
    times, timed = times_in(told)
    others = told.filter(~timed)
    numbers, numeric = numbers_in(others)
    texts = others.filter(~numeric)
    return ColumnProfile(
        count=cells.len(),
        words=Counter(dict(words.sort("text").iter_rows())),
        numbers=numbers,
        times=times,
        texts=int(texts["n"].sum()),
        coded=int(texts.filter(pl.col("text").str.contains("[0-9]"))["n"].sum()),
        longest=_longest(counted["text"]),
        values=_values(told),
        some=_sample(told["text"]),
    )


def _longest(text: pl.Series) -> int:
    return int(text.str.len_chars().max() or 0)  # type: ignore[arg-type]


def _values(told: pl.DataFrame) -> Mapping[str, int] | None:
    if told.height > DISTINCT_MAX or (told["text"].str.len_chars() > _VALUE_LENGTH_MAX).any():
        return None
    return dict(told.sort("text").iter_rows())


def _joined(one: Mapping[str, int] | None, other: Mapping[str, int] | None) -> Mapping[str, int] | None:
    if one is None or other is None:
        return None
    both = Counter(one) + Counter(other)
    return dict(sorted(both.items())) if len(both) <= DISTINCT_MAX else None


def _sample(values: pl.Series) -> tuple[tuple[int, str], ...]:
    hashed = pl.DataFrame({"hash": values.hash(), "text": values}).bottom_k(VALUES_MAX, by=["hash", "text"])
    return _fewest(set(hashed.iter_rows()))


def _fewest(hashed: set[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(heapq.nsmallest(VALUES_MAX, hashed))

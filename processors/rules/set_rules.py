"""Rules over all accepted rows of an execution date, or of one of its files. They are judged when the date is closed.

A rule is asked once a date (or a file of it): it holds, it is broken, or there is nothing to judge it by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from statistics import median
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import polars as pl

from processors.columns import ColumnType
from processors.profiling.exact_sum import exact_sum
from processors.profiling.ordinals import Told, told
from processors.profiling.selection import HELD_MAX, Passes, quantile
from processors.validation import Severity

#: In the place of a figure that may be the value of a row.
_MASK = "…"

Scope: TypeAlias = Literal["file", "date"]
#: An ordinal (see `processors.profiling.ordinals`), or an infinity that is none.
End: TypeAlias = Fraction | float
#: A median of fewer dates says little.
DATES_MIN = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """From `low` to `high`, both included; either may be absent."""

    low: End | None = None
    high: End | None = None

    def hold(self, value: Fraction | int) -> bool:
        """Whether a value lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class RowCount:
    """So many accepted rows."""

    limits: Limits
    scope: Scope = "date"


@dataclass(frozen=True, slots=True)
class Freshness:
    """From the newest value of a column to the end of the execution date in `timezone` no more than `age_max` passes. A
    date stands for its whole day."""

    column: str
    kind: ColumnType
    age_max: timedelta
    timezone: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """The mean, the percentage of nulls, a quantile (type 7) of a column's values lie within limits."""

    column: str
    kind: ColumnType
    mean: Limits | None = None
    null_percent_max: Fraction | None = None
    share: Fraction | None = None
    quantile: Limits = field(default_factory=Limits)
    scope: Scope = "date"


@dataclass(frozen=True, slots=True)
class Volume:
    """The accepted rows differ from the median of the `dates` recorded dates before by no more than
    `change_percent_max` of it."""

    dates: int
    change_percent_max: Fraction
    scope: Scope = "date"


SetCheck: TypeAlias = RowCount | Freshness | Distribution | Volume


@dataclass(frozen=True, slots=True)
class SetRule:
    """A check by its name. With the action `fail` a run that finds it broken exits with 1."""

    name: str
    check: SetCheck
    severity: Severity = "error"
    action: Literal["warn", "fail"] = "warn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` is None where there was nothing to judge by. `observed`: the figures that were compared. `masked`: the
    message without figures that may be values of rows; None where there are none in it."""

    broken: bool | None
    observed: Mapping[str, Told]
    message: str
    masked: str | None = None


def judge_row_count(check: RowCount, rows: int) -> Verdict:
    """Judge how many rows were accepted."""
    broken = not check.limits.hold(rows)
    return Verdict(broken, {"rows": rows}, _said(broken, _rows(rows), _within(check.limits, ColumnType("integer"))))


def judge_freshness(check: Freshness, day: date, newest: int | None) -> Verdict:
    """Judge the ordinal of a column's newest value."""
    if newest is None:
        return Verdict(None, {"newest": None}, f"not assessed: {check.column} has no value")
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(check.timezone)).astimezone(UTC)
    if check.kind.name == "date":
        last = (date(1970, 1, 1) - day).days + newest
        age = timedelta(days=-last)
    else:
        age = end - datetime(1970, 1, 1, tzinfo=UTC) - timedelta(microseconds=newest)
    observed = {"newest": told(newest, check.kind), "age_hours": round(age / timedelta(hours=1), 3)}
    broken, limit = age > check.age_max, f"at most {_hours(check.age_max)}"
    what, masked = (
        _said(broken, f"the newest {check.column}{newest} is {_hours(age)} old at the end of the date", limit)
        for newest in (f", {observed['newest']},", "")
    )
    return Verdict(broken, observed, what, masked)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a column of some rows: mean and quantile as ordinals, None without a value."""

    rows: int
    nulls: int
    mean: Fraction | None
    quantile: Fraction | None


def figures(passes: Passes, share: Fraction | None, held_max: int = HELD_MAX) -> Figures:
    """Of the ordinals of a column, nulls among them, in memory that does not grow with them; `share`: of the values
    below the quantile that is wanted."""
    rows = count = 0
    total, is_text, held = Fraction(0), False, list[pl.Series]()
    for part in passes():
        rows, count = rows + len(part), count + len(part) - part.null_count()
        is_text = part.dtype == pl.String
        if not is_text:
            total += exact_sum(part)
        held = [*held, part] if share is not None and rows <= held_max else []
    if not count or is_text:
        return Figures(rows, rows - count, None, None)
    again: Passes = (lambda: held) if rows <= held_max else passes
    between = None if share is None else quantile(again, count, share, held_max)
    return Figures(rows, rows - count, total / count, between)


def judge_distribution(check: Distribution, figures: Figures) -> Verdict:
    """Judge a column's figures: each that is limited and known. Broken where one of them is."""
    observed: dict[str, Told] = {"rows": figures.rows, "nulls": figures.nulls}
    faults, known = list[tuple[str, str]](), list[tuple[str, str]]()
    for name, value, limits in _limited(check, figures):
        observed[name.split()[0]] = shown = told(value, check.kind)
        broken = not limits.hold(value)
        what, asked = f"the {name} of {check.column} is", _within(limits, check.kind)
        said = (_said(broken, f"{what} {shown}", asked), _said(broken, f"{what} {_MASK}", asked))
        (faults if broken else known).append(said)
    if check.null_percent_max is not None and figures.rows:
        percent = Fraction(100 * figures.nulls, figures.rows)
        observed["null_percent"] = float(percent)
        broken = percent > check.null_percent_max
        what = f"{float(percent):.4g} % of {check.column} is null"
        told_of_nulls = _said(broken, what, f"at most {_plain(check.null_percent_max)} %")
        (faults if broken else known).append((told_of_nulls, told_of_nulls))
    if not faults and not known:
        return Verdict(None, observed, f"not assessed: {check.column} has no value")
    message, masked = ("; ".join(parts) for parts in zip(*(faults or known), strict=True))
    return Verdict(bool(faults), observed, message, masked)


def _limited(check: Distribution, figures: Figures) -> Iterator[tuple[str, Fraction, Limits]]:
    if check.mean is not None and figures.mean is not None:
        yield "mean", figures.mean, check.mean
    if check.share is not None and figures.quantile is not None:
        yield f"quantile {_plain(check.share)}", figures.quantile, check.quantile


def judge_volume(check: Volume, rows: int, before: Sequence[int]) -> Verdict:
    """Judge how many rows were accepted, by those of the dates before."""
    observed: dict[str, Told] = {"rows": rows, "dates": len(before)}
    if len(before) < DATES_MIN:
        there = "there is 1" if len(before) == 1 else f"there are {len(before)}"
        return Verdict(None, observed, f"not assessed: it takes {DATES_MIN} dates before it, and {there}")
    usual = Fraction(median(map(Fraction, before)))
    observed["median"] = float(usual)
    if not usual:
        return Verdict(None, observed, f"not assessed: the median of the {len(before)} dates before is 0 rows")
    change = 100 * (rows - usual) / usual
    observed["change_percent"] = round(float(change), 4)
    broken = abs(change) > check.change_percent_max
    are = "is" if rows == 1 else "are"
    median_told = f"the median {_plain(usual)} of the {len(before)} dates before"
    what = f"{_rows(rows)} {are} {float(change):+.4g} % from {median_told}"
    return Verdict(broken, observed, _said(broken, what, f"at most {_plain(check.change_percent_max)} %"))


def _said(broken: bool, what: str, asked: str) -> str:
    return f"{what}, and must be {asked}" if broken else what


def _within(limits: Limits, kind: ColumnType) -> str:
    ends = [
        f"{words} {told(end, kind) if isinstance(end, Fraction) else end}"
        for words, end in (("at least", limits.low), ("at most", limits.high))
        if end is not None
    ]
    return " and ".join(ends)


def _plain(value: Fraction) -> str:
    return f"{float(value):.10g}"


def _rows(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _hours(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    if abs(hours) >= 48:
        return f"{hours / 24:.4g} days"
    shown = f"{hours:.4g}"
    return "1 hour" if shown == "1" else f"{shown} hours"

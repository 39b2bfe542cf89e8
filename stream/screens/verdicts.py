"""What `verify` found, as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from stream.screens.figures import count
from stream.screens.output import shown
from stream.screens.traces import told as story
from stream.verifying.story import CellDifference, Difference
from stream.verifying.verify import Verdict

_VALUE_SHOWN = 60
_CELLS_SHOWN = 10


def told(verdict: Verdict) -> str:
    """A paragraph for each difference, with its story; and what it comes to."""
    lines = [line for each in verdict.differences for line in _difference(each)]
    lines += [f"not verified: {shown(each)}" for each in verdict.unverified]
    asked = f"{count(verdict.records)} records of {_dates(verdict.dates)}"
    left = f"; {_dates(verdict.dates_left)} could not be verified" if verdict.dates_left else ""
    if verdict.story is not None:
        lines += ["The story of the first record:", *(f"  {line}" for line in story(verdict.story).splitlines())]
    if verdict.differences:
        tables = "1 difference" if len(verdict.differences) == 1 else f"{count(len(verdict.differences))} differences"
        return "\n".join([*lines, f"{tables}, in {asked}{left}; of each table and date the first is shown."]) + "\n"
    if not verdict.dates and not verdict.dates_left:
        return "\n".join([*lines, "Nothing is recorded of what was asked for."]) + "\n"
    if not verdict.dates:
        return "\n".join([*lines, f"not verified: {_dates(verdict.dates_left)}, all that was asked for."]) + "\n"
    return "\n".join([*lines, f"verified: {asked} come to what is recorded{_beside(verdict)}{left}."]) + "\n"


def _dates(dates: int) -> str:
    return "1 date" if dates == 1 else f"{count(dates)} dates"


def _beside(verdict: Verdict) -> str:
    """What else was looked at."""
    parts = [
        f"{count(number)} {name}{'' if number == 1 else 's'}"
        for number, name in ((verdict.learners, "learner"), (verdict.files, "file"))
        if number
    ]
    return f", and so do {' and '.join(parts)}" if parts else ""


def _difference(each: Difference) -> Iterator[str]:
    named = " ".join(part for part in (each.dataset, each.date, each.table) if part)
    yield f"{named}: {shown(each.told)}"
    came = each.origin
    if came is not None:
        yield f"  record      {each.row}, {shown(came.path)}:{came.line}"
    elif each.path is not None:
        yield f"  file        {shown(each.path)}"
    elif each.row is not None:
        yield f"  record      {each.row}"
    yield from (f"  {shown(cell.column):<11} {_cells(cell)}" for cell in each.cells[:_CELLS_SHOWN])
    if len(each.cells) > _CELLS_SHOWN:
        yield f"  and {count(len(each.cells) - _CELLS_SHOWN)} more columns"
    if came is not None:
        span = f"records {came.span_first} to {came.span_last} of the file"
        yield f"  span        {span}, first committed {came.committed_at}"
        yield from _judged_with(each)


def _judged_with(each: Difference) -> Iterator[str]:
    came = each.origin
    if came is None:
        return
    if came.parameters is not None:
        yield f"  parameters  version {came.parameters}"
    if came.suite is not None:
        now = "" if each.suite_today in {None, came.suite} else f"; by now it is {str(each.suite_today)[:12]}"
        yield f"  suite       {came.suite[:12]}{now}"


def _cells(cell: CellDifference) -> str:
    return f"recorded {_value(cell.recorded)}, recomputed {_value(cell.recomputed)}"


def _value(value: str | None) -> str:
    if value is None:
        return "null"
    return shown(value if len(value) <= _VALUE_SHOWN else f"{value[:_VALUE_SHOWN]}…")

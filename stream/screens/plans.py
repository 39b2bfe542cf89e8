"""A plan, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stream.planning.changes import Change
from stream.planning.parts import Part, TakesHold
from stream.planning.plan import DatasetPlan, Plan
from stream.planning.steps import Step
from stream.screens.figures import count, seconds
from stream.screens.output import shown

#: So many changes of a part are shown.
_CHANGES_SHOWN = 8
_VALUE_SHOWN = 60
_HASH_SHOWN = 12
_TAKES_HOLD: Mapping[TakesHold, str] = {
    "replay": "by a replay",
    "itself": "by itself",
    "training": "by training",
    "files": "for files that come; what is loaded stays",
}


def told(plan: Plan) -> str:
    """A paragraph for each dataset: what of its config is another, and what is to be done."""
    lines = [line for each in plan.datasets for line in _dataset(each)]
    lines += [f"{name}: is recorded, and no config describes it" for name in plan.undescribed]
    return "\n".join([*lines, *(["nothing to do"] if plan.nothing_to_do else [])]) + "\n"


def _dataset(each: DatasetPlan) -> Iterator[str]:
    records = f"{count(each.records)} records on {_dates(each.dates)}" if each.records else "no record is loaded yet"
    yield f"{each.dataset}: config {each.config_hash[:_HASH_SHOWN]}, {records}"
    yield f"  reusable  {_same(each)}"
    for part in each.parts:
        if part.state != "same":
            yield from _part(part)
    if each.waiting.files and each.waiting.held is not None:
        yield f"  held      {_files(each.waiting.files)} are not loaded. {shown(each.waiting.held)}"
    for step in each.steps:
        yield from _step(step)
    for lost in each.lost:
        yield f"  stays     {lost.date}, which cannot be replayed: {shown(lost.why)}"


def _same(each: DatasetPlan) -> str:
    names = [part.name for part in each.parts if part.state == "same"]
    return "all of it" if len(names) == len(each.parts) else ", ".join(names) or "nothing"


def _part(part: Part) -> Iterator[str]:
    judged = f": {_period(part.dates, part.first, part.last)}, {count(part.rows)} records" if part.dates else ""
    if part.state == "unknown":
        yield f"  unknown   {part.name}{judged}, judged before configs were recorded"
        return
    yield f"  {part.state:<9} {part.name}, which takes hold {_TAKES_HOLD[part.takes_hold]}{judged}"
    yield from (f"    {_change(each)}" for each in part.changes[:_CHANGES_SHOWN])
    if len(part.changes) > _CHANGES_SHOWN:
        yield f"    and {count(len(part.changes) - _CHANGES_SHOWN)} more"


def _change(change: Change) -> str:
    name = f"{change.path}: " if change.path else ""
    return shown(f"{name}{_value(change.before)} to {_value(change.after)}")


def _value(value: str | None) -> str:
    if value is None:
        return "nothing"
    return value if len(value) <= _VALUE_SHOWN else f"{value[:_VALUE_SHOWN]}…"


def _step(step: Step) -> Iterator[str]:
    subject = f"{step.kind} {step.subject}: " if step.subject else ""
    name = "by itself" if step.by_itself else "to do"
    yield f"  {name:<9} {f'{step.command}  ' if step.command else ''}{subject}{step.why}"
    if cost := ", ".join(_cost(step)):
        yield f"    {cost}"


def _cost(step: Step) -> Iterator[str]:
    if step.dates is not None:
        yield _period(step.dates, step.first, step.last)
    if step.files is not None:
        yield _files(step.files)
    if step.bytes is not None:
        yield f"{count(step.bytes)} bytes"
    about = "about " if step.kind == "load" else ""
    if step.rows_read is not None:
        yield f"{about}{count(step.rows_read)} rows read"
    if step.rows_written is not None:
        yield f"{about}{count(step.rows_written)} written"
    if step.seconds is not None:
        yield f"about {seconds(max(step.seconds, 1))}"


def _period(dates: int, first: str | None, last: str | None) -> str:
    return f"{first}" if first == last else f"{_dates(dates)} from {first} to {last}"


def _dates(dates: int) -> str:
    return "1 date" if dates == 1 else f"{count(dates)} dates"


def _files(files: int) -> str:
    return "1 file" if files == 1 else f"{count(files)} files"

"""What follows from a replay, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from stream.screens.figures import count
from stream.screens.output import printing, shown

if TYPE_CHECKING:
    from stream.consequences.cascade import Step
    from stream.consequences.model import Consequence
    from stream.replaying import Report


def follows(report: Report) -> None:
    """Print what each replayed date touched, what was carried out behind that, and what is left to do."""
    with printing() as console:
        for line in _lines(report):
            console.print(shown(line), markup=False, highlight=False, soft_wrap=True)


def _lines(report: Report) -> Iterator[str]:
    for each in report.replayed:
        frozen = (of for of in each.consequences if of.kind == "reference")
        if lines := [*done_lines(each.consequences), *left_lines(frozen)]:
            yield from (f"{each.dataset} {each.date}, beyond itself", *lines)
    yield from map(step_line, report.carried_out)
    if report.left:
        yield from ("left, or `ade-stream replay ... --cascade` does it", *left_lines(report.left))


def done_lines(found: Iterable[Consequence]) -> Iterator[str]:
    """A line for each that the warehouse has carried out by itself."""
    for each in found:
        if each.command is None:
            yield f"  {each.kind:<11} {_done(each)}"


def left_lines(found: Iterable[Consequence]) -> Iterator[str]:
    """A line for each that is left to do, with its command."""
    for each in found:
        if each.command is not None:
            yield f"  to do       {_left(each)}: {each.command}"


def step_line(step: Step) -> str:
    """What came of a step."""
    of = step.subject if step.kind != "parameters" else f"{step.dataset} {step.subject}"
    return f"{step.kind} of {of}: {step.failed or step.told}"


def _done(each: Consequence) -> str:
    if each.kind == "rows":
        return f"{count(each.count)} of {each.dataset} change sides, of {_dates(each.dates)}"
    if each.kind == "vectors":
        return f"{each.subject}: computed anew where they rest on these rows, of {_dates(each.dates)}"
    if each.kind == "kpis":
        return f"{each.dataset}: made anew, of {_dates(each.dates)}"
    if each.kind == "verdicts":
        return f"{each.dataset}: rules over whole dates, and scores, judged anew, of {_dates(each.dates)}"
    return f"{each.dataset}: files written anew, of {_dates(each.dates)}"


def _left(each: Consequence) -> str:
    if each.kind == "parameters":
        return f"parameters of {each.dataset} that rest on these rows, or may, of {_dates(each.dates)}"
    if each.kind == "learner":
        return f"the learner {each.subject} has learned such rows as they were"
    if each.kind == "reference":
        return f"the reference of {each.dataset} is made of such rows as they were, and no cascade makes another"
    return f"versions of the model {each.subject} were trained or measured with such rows as they were"


def _dates(dates: Sequence[str]) -> str:
    if len(dates) == 1:
        return dates[0]
    return f"{count(len(dates))} dates from {dates[0]} to {dates[-1]}"

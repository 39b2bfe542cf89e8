"""A record's way as people read it. What strangers wrote is shown with its control characters spelled out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from processors.tracing import Met, Passage, Reason
from stream.screens.figures import count
from stream.screens.output import printing, shown, write
from stream.screens.traces_of_rows import what_follows
from stream.tracing.coming import Came
from stream.tracing.figures import Figure
from stream.tracing.standing import Standing
from stream.tracing.trace import Trace

#: So many characters of a cell are shown; JSON has them all.
_SHOWN = 120
_HASH_SHOWN = 12
#: What a line begins with that tells more of the one before.
_BELOW = " " * 12


def tell(trace: Trace) -> None:
    """Print the story of a record: as a tree on a terminal, else as lines."""
    with printing() as console:
        is_seen = console.is_terminal
        if is_seen:
            console.print(tree(told(trace)), soft_wrap=True)
    if not is_seen:
        write(told(trace))


def tree(story: str) -> Tree:
    """The lines of a story, those that are indented below the one before that is less so."""
    title, *lines = story.splitlines()
    root = Tree(Text(title, "bold"), guide_style="dim")
    branch = root
    for line in lines:
        if line.startswith(_BELOW):
            branch.add(Text(line.strip()))
        else:
            branch = root.add(_labelled(line.strip()))
    return root


def _labelled(line: str) -> Text:
    """With its first word made plain."""
    text = Text(line)
    text.stylize("bold", 0, len(line.split(maxsplit=1)[0]))
    return text


def told(trace: Trace) -> str:
    """The story of a record."""
    lines = [*_origin(trace), *_judged(trace), *_record(trace.came), *_malformed(trace)]
    for place, passage in enumerate(trace.steps, 1):
        lines += _passage(place, passage)
    lines += map(_figure, trace.figures)
    lines += [*_stored(trace.standing), f"  today     {shown(trace.today.told)}"]
    lines += [
        f"            {shown(each.column)}: {_cell(each.stored)} would be {_cell(each.today)}"
        for each in trace.today.differences
    ]
    lines += what_follows(trace)
    return "\n".join(lines) + "\n"


def _origin(trace: Trace) -> Iterator[str]:
    origin = trace.origin
    yield f"{origin.path}:{origin.line}: {trace.standing.state}"
    yield f"  row       {origin.row_id}, dataset {origin.dataset}, execution date {origin.date}"
    yield f"  bytes     {origin.byte_start} to {origin.byte_end} of the file, generation {origin.generation}"


def _judged(trace: Trace) -> Iterator[str]:
    by = trace.judged
    if by is None:
        return
    run = "" if by.run_id is None else f", judged last by run {by.run_id} ({by.command})"
    yield f"  span      records {by.span_first} to {by.span_last}, first committed {by.committed_at}{run}"
    if by.config is not None:
        now = "" if by.config_today in {None, by.config} else f"; today's is {str(by.config_today)[:_HASH_SHOWN]}"
        yield f"  config    {by.config[:_HASH_SHOWN]}{now}"
    if by.suite is not None:
        yield f"  suite     {by.suite[:_HASH_SHOWN]}"
    if by.parameters is not None:
        yield f"  figures   version {by.parameters} of the parameters"


def _figure(each: Figure) -> str:
    pairs = ", ".join(f"{shown(name)} {_cell(cell)}" for name, cell in zip(each.by, each.group, strict=False))
    where = f" where {pairs}" if each.group else ""
    through = f"dates through {each.through}" if each.through else "the first records"
    values = " and ".join(map(shown, each.values)) or "no value"
    return f"            {each.kind} of {shown(each.column)}{where}: {values}, of {through} (version {each.version})"


def _record(came: Came) -> Iterator[str]:
    if came.record is None:
        yield f"  record    unknown. {shown(came.missing)}"
    else:
        yield f"  record    {_short(came.record.text)} ({came.source})"
    if came.corrected is not None:
        yield f"  corrected {_short(came.corrected.text)} (at {came.corrected_at})"


def _malformed(trace: Trace) -> Iterator[str]:
    for reason in trace.malformed:
        yield f"  broken    {_reason(reason)}"


def _passage(place: int, passage: Passage) -> Iterator[str]:
    yield f"  {place} {passage.step}{_summary(passage)}"
    for change in passage.changes:
        flags = f"  {','.join(change.flags)}" if change.flags else ""
        yield f"            {shown(change.column)}: {_cell(change.before)} -> {_cell(change.after)}{flags}"
    for reason in passage.reasons:
        yield f"            broken {_reason(reason)}"
    for met in passage.rules:
        if met.state in {"broken", "unknown"}:
            yield f"            {met.state} {_met(met)}"


def _summary(passage: Passage) -> str:
    parts = [f"{count(len(passage.changes))} changed" if passage.changes else "nothing changed"]
    if passage.rules:
        states = [met.state for met in passage.rules]
        parts = [f"{count(states.count(state))} {state}" for state in dict.fromkeys(states)]
    parts += {"accepted": [], "refused": ["refused"], "ended": ["no record"]}[passage.verdict]
    return ": " + ", ".join(parts)


def _reason(reason: Reason) -> str:
    column = "" if reason["column"] is None else f"; {shown(reason['column'])} is {_cell(reason['value'])}"
    return f"{reason['rule']} ({reason['severity']}, {reason['action']}): {shown(reason['message'])}{column}"


def _met(met: Met) -> str:
    cells = ", ".join(f"{shown(column)} is {_cell(value)}" for column, value in met.cells.items())
    return f"{met.rule} ({met.severity}, {met.action}): {shown(met.message)}{'; ' if cells else ''}{cells}"


def _stored(standing: Standing) -> Iterator[str]:
    if standing.row is not None:
        yield f"  stored    {_row(standing.row)}"
    for rule, verdict in standing.relations.items():
        yield f"  others    {rule}: {verdict}"
    for reason in standing.reasons:
        yield f"  rejected  {_reason(reason)}"
    for rule, other in standing.lost_to.items():
        yield f"  lost to   row {other.row_id}, {other.path}:{other.line} ({rule})"
    for loser in standing.won_over:
        yield f"  won over  row {loser.place.row_id}, {loser.place.path}:{loser.place.line} ({loser.rule})"
    if standing.attempts:
        yield f"  retried   {standing.attempts} times"


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{shown(name)}={_cell(value)}" for name, value in row.items() if name != "_id")


def _cell(value: Any) -> str:
    """Text in quotes, so that its blanks are seen; null without."""
    if value is None:
        return "null"
    return f'"{_short(value)}"' if isinstance(value, str) else str(value)


def _short(text: str) -> str:
    return shown(text) if len(text) <= _SHOWN else f"{shown(text[:_SHOWN])}… ({count(len(text))} characters)"

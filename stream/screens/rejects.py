"""Rejects as people read them. What strangers wrote is shown with its control characters spelled out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stream.screens.figures import count
from stream.screens.output import printing, shown, write

if TYPE_CHECKING:
    from stream.rejects.retry import Retried
    from stream.rejects.story import Story

_MORE = "There are more: --limit N shows more of them, `ade-stream rejects export` writes them all to a file."


def rejects_list(rejects: Sequence[Mapping[str, Any]], *, more: bool) -> None:
    """A table on a terminal, else a line a reject."""
    if not rejects:
        write("No reject matches.\n")
        return
    if Console().is_terminal:
        _table(rejects)
    else:
        write("".join(f"{each['_id']} {_place(each)} {each['status']} {'; '.join(_whys(each))}\n" for each in rejects))
    if more:
        write(f"{_MORE}\n")


def _table(rejects: Sequence[Mapping[str, Any]]) -> None:
    table = Table("row", "file and line", "status", "why")
    for each in rejects:
        why = Text("\n".join(_whys(each)))
        table.add_row(str(each["_id"]), Text(_place(each), overflow="fold"), each["status"], why)
    with printing() as console:
        console.print(table)


def _place(reject: Mapping[str, Any]) -> str:
    return f"{reject['path']}:{reject['line']}"


def _whys(reject: Mapping[str, Any]) -> list[str]:
    return [_why(reason) for reason in json.loads(reject["reasons"])]


def _why(reason: Mapping[str, str | None]) -> str:
    value = "" if reason["value"] is None else f" (it is {shown(reason['value'])[:80]})"
    return f"{reason['rule']}: {shown(reason['message'])}{value}"


def told(story: Story) -> str:
    """A reject's story."""
    reject = story.reject
    lines = [
        f"{_place(reject)}: {reject['status']}",
        f"  row       {reject['_id']}, dataset {reject['dataset']}, execution date {reject['_date']}",
        f"  bytes     {reject['byte_start']} to {reject['byte_end']} of the file",
        f"  record    {shown(story.came)}",
        *([f"  corrected {shown(story.corrected)} (at {story.corrected_at})"] if story.corrected_at else []),
        *([f"  retried   {reject['attempts']} times"] if reject["attempts"] else []),
        *(line for reason in story.reasons for line in _reason(reason)),
        *(f"  lost to   row {other.row_id}, {other.path}:{other.line}" for other in story.lost_to.values()),
    ]
    return "\n".join(lines) + "\n"


def _reason(reason: Mapping[str, str | None]) -> list[str]:
    column = "" if reason["column"] is None else f"  column {shown(reason['column'])}"
    value = "" if reason["value"] is None else f", value {shown(reason['value'])}"
    return [
        f"  rule      {reason['rule']} ({reason['severity']}, {reason['action']}): {shown(reason['message'])}",
        *([f"          {column}{value}"] if column else []),
    ]


def retried(result: Retried) -> str:
    """What a retry came to."""
    if not result.tried:
        return "No reject matches; nothing was retried.\n"
    return (
        f"{count(result.tried)} tried: {count(result.accepted)} accepted, {count(result.rejected)} still rejected; "
        f"{count(result.moved)} rows beside them changed sides\n"
    )

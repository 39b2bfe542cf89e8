"""What `prune` gives up and what stays, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from stream.screens.figures import count
from stream.screens.output import printing

if TYPE_CHECKING:
    from stream.pruning.prune import Pruned

_WHAT = {"raw": "raw events", "landing": "landing files"}


def pruned_table(done: Pruned) -> None:
    """A row for each date and kind, then why some of it stays, and the size of the warehouse."""
    if not done.parts:
        with printing() as console:
            console.print(f"Nothing is there to be pruned before {done.before}.", highlight=False)
        return
    goes = "went" if done.done else "would go"
    table = Table(title="pruned" if done.done else "to be pruned", title_justify="left", box=None)
    for title in ("dataset", "date", "what", "files", "records", "bytes", ""):
        table.add_column(title, justify="right" if title in {"files", "records", "bytes"} else "left")
    for part in done.parts:
        figures = (count(each) for each in (part.files, part.rows, part.bytes))
        table.add_row(part.dataset, part.date, _WHAT[part.what], *figures, goes if part.goes else "stays")
    with printing() as console:
        console.print(table)
        for part in done.parts:
            for reason in part.reasons:
                told = f"{part.dataset} {part.date}: {_WHAT[part.what]} stay: {reason}"
                console.print(told, highlight=False, soft_wrap=True)
        console.print(_last(done), highlight=False, soft_wrap=True)


def _last(done: Pruned) -> str:
    needed = any("read them" in reason for part in done.parts for reason in part.reasons)
    way = " --even-if-needed gives these up, too." if needed else ""
    if not done.done:
        return f"Nothing was done; --yes does it.{way}"
    return f"The warehouse had {count(done.bytes_before)} bytes and has {count(done.bytes_after)}.{way}"

"""What accepting a column did, as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from stream.accepting.accept import Accepted
from stream.screens.figures import count
from stream.screens.output import shown


def told(done: Accepted) -> str:
    """A sentence for each thing that changed, or would change."""
    return "".join(f"{line}\n" for line in _lines(done))


def _lines(done: Accepted) -> Iterator[str]:
    would = "would be" if done.dry_run else "is"
    yield f"{done.dataset}: {shown(repr(done.source))} {would} the column {done.column}, of the type {done.type}."
    yield f"{done.config}:" if done.lines else f"{done.config} says so already."
    yield from (f"  {shown(line)}" for line in done.lines)
    yield f"{_plural(done.files, 'file')} with it, {_plural(done.filled, 'row')} filled."
    if done.misfits:
        yield f"{_plural(done.misfits, 'cell')} that cannot be read as {done.type}, such as"
        yield from (f"  {each.path}:{each.line}: {shown(repr(each.value))}" for each in done.examples)
    yield f"Rows that change sides: {count(done.accepted)} accepted now, {count(done.rejected)} rejected now."
    if done.ready:
        yield f"{_plural(done.ready, 'file')} that waited for it: the next run or watch takes them."
    if done.dry_run:
        yield "Nothing was changed. Without --dry-run it is."


def _plural(number: int, what: str) -> str:
    return f"{count(number)} {what}" if number == 1 else f"{count(number)} {what}s"

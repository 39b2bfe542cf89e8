"""Rows that went: what was learned of them is taken out of a learner that can do that; of others they are counted.

What a learner took of an entry is looked at once more: it knows again what is still there of it. So it comes to what
it would know had the rows never come. Where next to nothing would be left of a sum, since a number was taken out that
was far larger than all others, what is kept of every entry is added up anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.learners import Taken, forget_taken, statistics_of, take, taken_of
from sinks.models.log import Entry, head
from sinks.models.predictions import forget_predictions
from sinks.models.rows import ModelRows
from stream.learning.pieces import Piece

if TYPE_CHECKING:
    from processors.learning.examples import Examples
    from processors.learning.learner import Learner


def unlearn(source: ModelRows, learner: Learner, removals: Iterable[Entry]) -> int:
    """Take out what went by these entries, inside the caller's transaction; how many rows are still known of it."""
    changed = [
        _changed(source, learner, taken)
        for removal in removals
        for taken in taken_of(source.connection, source.model.name, removal.id_first, removal.id_last)
        if taken.head < removal.seq
    ]
    if not all(each.is_unlearned for each in changed):
        _know_what_is_kept(source, learner)
    return sum(each.stale for each in changed)


class _Changed(NamedTuple):
    """How many rows a learner knows that are gone, and whether it has unlearned all others."""

    stale: int = 0
    is_unlearned: bool = True


def _changed(source: ModelRows, learner: Learner, taken: Taken) -> _Changed:
    """Let a learner know of what it took only what is still there."""
    there = _there(source, taken)
    left = replace(taken, head=head(source.connection), rows=len(there.ids))
    if taken.statistics is not None:
        return _exchanged(source, learner, taken, left, there)
    _write(source, taken, left)
    return _Changed(stale=0 if learner.can_unlearn else taken.rows - left.rows)


def _exchanged(source: ModelRows, learner: Learner, taken: Taken, left: Taken, there: Examples) -> _Changed:
    from processors.learning.statistics import Statistics

    before = Statistics.load(taken.statistics or {})
    if before.epoch != learner.epoch:  # it has forgotten these rows anyway
        _write(source, taken, left)
        return _Changed()
    behind = learner.statistics(there)
    _write(source, taken, replace(left, statistics=behind.dump()))
    return _Changed(is_unlearned=learner.unlearn(before - behind))


def _write(source: ModelRows, taken: Taken, left: Taken) -> None:
    forget_taken(source.connection, source.model.name, taken)
    take(source.connection, source.model.name, left)


def _know_what_is_kept(source: ModelRows, learner: Learner) -> None:
    from processors.learning.statistics import Statistics

    learner.know(map(Statistics.load, statistics_of(source.connection, source.model.name)))


def _there(source: ModelRows, taken: Taken) -> Examples:
    """What is still there of what was taken."""
    from processors.learning.examples import examples

    entry = Entry(taken.seq, source.model.dataset, taken.id_first, taken.id_last, "added", "span")
    return examples(source.model, source.of_entry(entry, taken.id_first - 1, taken.id_last - taken.id_first + 1))


def forget_removed(connection: Connection, model: Model, pieces: Sequence[Piece], *, is_kept: bool) -> None:
    """Take predictions of rows away that are no more, where predictions are kept."""
    for piece in pieces if is_kept else ():
        if piece.entry.change == "removed":
            forget_predictions(connection, model.name, piece.entry.id_first, piece.entry.id_last)

"""Rows that went: what was learned of them is taken out of a learner that can do that; of others they are counted.

What a learner took of an entry is looked at once more: it knows again what is still there of it. So it comes to what
it would know had the rows never come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.learners import Taken, forget_taken, take, taken_of
from sinks.models.log import Entry, head
from sinks.models.predictions import forget_predictions
from sinks.models.rows import ModelRows
from stream.learning.pieces import Piece

if TYPE_CHECKING:
    from processors.learning.examples import Examples
    from processors.learning.learner import Learner


def unlearn(source: ModelRows, learner: Learner, removals: Iterable[Entry]) -> int:
    """Take out what went by these entries, inside the caller's transaction; how many rows are still known of it."""
    return sum(
        _without(source, learner, taken)
        for removal in removals
        for taken in taken_of(source.connection, source.model.name, removal.id_first, removal.id_last)
        if taken.head < removal.seq
    )


def _without(source: ModelRows, learner: Learner, taken: Taken) -> int:
    """Let a learner know of what it took only what is still there; how many of the other rows it knows all the same."""
    there, name = _there(source, taken), source.model.name
    left = replace(taken, head=head(source.connection), rows=len(there.ids), statistics=None)
    is_exact = learner.can_unlearn and taken.statistics is not None
    if is_exact and taken.rows != left.rows:
        left = replace(left, statistics=_exchanged(learner, taken, there))
    forget_taken(source.connection, name, taken)
    take(source.connection, name, left if taken.rows != left.rows else replace(taken, head=left.head))
    return 0 if is_exact else taken.rows - left.rows


def _exchanged(learner: Learner, taken: Taken, there: Examples) -> dict[str, object]:
    from processors.learning.statistics import Statistics

    statistics = Statistics.load(taken.statistics or {})
    if statistics.epoch != learner.epoch:
        return statistics.dump()  # it has forgotten these rows anyway
    learner.unlearn(statistics)
    return learner.relearn(there).dump()


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

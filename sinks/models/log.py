"""The log of learning: which rows of a dataset came and went, in the order of commit.

An entry is a range of row ids. What of it a reader gets is what is staged when it reads, without the rows that a later
entry names: those came or went by that one. So whenever the log is read, each row comes with one entry that is not
taken back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sinks.base import MicroBatch, whole_file
from sinks.database.connection import Connection, parameter_rows
from sinks.database.identifiers import quote, staged
from sinks.ledger.clock import NOW
from sinks.table import Table

Change: TypeAlias = Literal["added", "removed"]
Cause: TypeAlias = Literal["span", "file", "rule"]

_APPEND = f"""
INSERT INTO meta_learning_log (dataset, id_first, id_last, change, cause, logged_at) VALUES (?, ?, ?, ?, ?, {NOW})
"""
_FILL = f"""
INSERT INTO meta_learning_log (dataset, id_first, id_last, change, cause, logged_at)
SELECT f.dataset, s.span_id, s.span_id + s.row_count - 1, 'added', 'span', {NOW}
FROM meta_files f JOIN meta_spans s ON s.span_id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
WHERE f.dataset = ? AND f.state <> 'superseded' ORDER BY s.span_id
"""
_IS_KEPT = "SELECT EXISTS (SELECT 1 FROM meta_learning_log WHERE dataset = ?)"
#: An entry of rows that changed sides has so many ids at the most, so that those which name a row are found near it.
RUN_IDS_MAX = 4096
#: Runs of neighbouring ids that are on the same side of the same dataset now.
_MOVED = f"""
WITH moved AS (SELECT value AS _id, EXISTS (SELECT 1 FROM {{staged}} s WHERE s._id = value) AS is_in
               FROM json_each(?1) JOIN meta_files f ON f.file_id = value >> 32 WHERE f.dataset = ?2),
     runs AS (SELECT _id, is_in, _id - row_number() OVER (PARTITION BY is_in ORDER BY _id) AS run FROM moved)
SELECT min(_id), max(_id), is_in FROM runs GROUP BY is_in, run, _id / {RUN_IDS_MAX} ORDER BY 1
"""
_ENTRIES = """
SELECT seq, dataset, id_first, id_last, change, cause FROM meta_learning_log
WHERE dataset = ? AND seq >= ? ORDER BY seq LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Rows with ids from `id_first` to `id_last` came or went."""

    seq: int
    dataset: str
    id_first: int
    id_last: int
    change: Change
    cause: Cause


class LearningLog:
    """Keeps the log of the datasets that have an online model, or ever had one, so that it has no gaps.

    Every method runs inside the caller's transaction.
    """

    def __init__(self, connection: Connection, tables: Iterable[Table]) -> None:
        self._connection = connection
        self._kept = frozenset(table.dataset for table in tables if self._is_kept(table))

    def _is_kept(self, table: Table) -> bool:
        """Where the dataset has its first online model, the log begins with the rows that are there."""
        if self._connection.integer(_IS_KEPT, table.dataset):
            return True
        is_wanted = any(model.online is not None for model in table.models)
        if is_wanted:
            self._connection.run(_FILL, table.dataset)
        return is_wanted

    def came(self, batch: MicroBatch) -> None:
        """The spans of a batch were committed for the first time."""
        if batch.dataset in self._kept:
            spans = [part.span for part in batch.parts if part.span.row_count]
            self._append(batch.dataset, "span", [(span.id_first, span.id_last, "added") for span in spans])

    def went(self, dataset: str, file_id: int) -> None:
        """A file was superseded."""
        if dataset in self._kept:
            whole = whole_file(file_id)
            self._append(dataset, "file", [(whole.id_first, whole.id_last, "removed")])

    def moved(self, ids: Sequence[int]) -> None:
        """Rows beyond those that were committed changed sides, by a rule or a retry: they are staged now, or not."""
        told = json.dumps(ids) if ids and self._kept else None
        for dataset in sorted(self._kept) if told else ():
            runs = self._connection.rows(_MOVED.format(staged=quote(staged(dataset))), told, dataset)
            sides = ((int(str(first)), int(str(last)), is_in) for first, last, is_in in runs)
            changes: list[tuple[int, int, Change]] = [
                (first, last, "added" if is_in else "removed") for first, last, is_in in sides
            ]
            self._append(dataset, "rule", changes)

    def _append(self, dataset: str, cause: Cause, changes: Sequence[tuple[int, int, Change]]) -> None:
        if changes:
            rows = [(dataset, first, last, change, cause) for first, last, change in changes]
            self._connection.insert(_APPEND, parameter_rows(rows))


def head(connection: Connection) -> int:
    """The last entry of the log; 0 before the first."""
    return connection.integer("SELECT max(seq) FROM meta_learning_log")


def entries(connection: Connection, dataset: str, seq: int, limit: int) -> Iterator[Entry]:
    """So many entries of a dataset, from one on."""
    for row in connection.table(_ENTRIES, dataset, seq, limit).to_pylist():
        yield Entry(**row)

"""Which row it is that a learner met as its so-manieth, and where that stands."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.ledger.record_index import unpack
from sinks.models.log import Entry
from sinks.models.rows import ModelRows

_MET = """
SELECT seq, id_first, id_last, rows_before FROM meta_learner_spans
WHERE model = ? AND rows_before <= ? ORDER BY rows_before DESC, seq DESC LIMIT 1
"""
_STANDS = """
SELECT s.span_id, s.row_count, s.lines_after, s.record_index, f.path, f.date
FROM meta_spans s JOIN meta_files f ON f.file_id = s.span_id >> 32
WHERE s.span_id BETWEEN (?1 >> 32) << 32 AND ?1 ORDER BY s.span_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Met:
    """A row that a learner met, with entry `seq` of the log; its file, physical line and execution date."""

    seq: int
    row_id: int
    path: str
    line: int
    date: str


def met_as(source: ModelRows, place: int) -> Met:
    """The row that a learner met behind `place` others. Where rows have gone since, it is one beside it."""
    connection, dataset = source.connection, source.model.dataset
    [found] = connection.table(_MET, source.model.name, place).to_pylist()
    entry = Entry(found["seq"], dataset, found["id_first"], found["id_last"], "added", "span")
    rows = source.of_entry(entry, entry.id_first - 1, place - found["rows_before"] + 1)
    row_id = rows["_id"][-1].as_py() if rows.num_rows else entry.id_first
    [stands] = connection.table(_STANDS, row_id).to_pylist()
    index = unpack(stands["record_index"], stands["row_count"], stands["lines_after"])
    return Met(entry.seq, row_id, stands["path"], int(index.lines[row_id - stands["span_id"]]), stands["date"])

"""Which row it is that a learner met as its so-manieth, and where that stands."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.ledger.record_index import unpack
from sinks.models.log import Entry
from sinks.models.rows import ModelRows

#: Where what was taken first began later, that.
_MET = """
SELECT seq, id_first, id_last, rows_before FROM meta_learner_spans
WHERE model = ?1 ORDER BY rows_before > ?2, abs(rows_before - ?2), seq DESC LIMIT 1
"""
_STANDS = """
SELECT s.span_id, s.row_count, s.lines_after, s.record_index, f.path, f.date
FROM meta_spans s JOIN meta_files f ON f.file_id = s.span_id >> 32
WHERE s.span_id BETWEEN (?1 >> 32) << 32 AND ?1 ORDER BY s.span_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Met:
    """A row that a learner met, with entry `seq` of the log; its file, physical line and execution date. Without a
    file, a line or a date where these are not known any more."""

    seq: int
    row_id: int
    path: str = ""
    line: int | None = None
    date: str = ""


def met_as(source: ModelRows, place: int) -> Met:
    """The row that a learner met behind `place` others. Where rows have gone since, or it has forgotten that one, it is
    one beside it."""
    found = next(iter(source.connection.table(_MET, source.model.name, place).to_pylist()), None)
    if found is None:
        return Met(0, 0)
    entry = Entry(found["seq"], source.model.dataset, found["id_first"], found["id_last"], "added", "span")
    rows = source.of_entry(entry, entry.id_first - 1, max(place - found["rows_before"], 0) + 1)
    return _standing(source, entry.seq, rows["_id"][-1].as_py() if rows.num_rows else entry.id_first)


def _standing(source: ModelRows, seq: int, row_id: int) -> Met:
    stands = next(iter(source.connection.table(_STANDS, row_id).to_pylist()), None)
    if stands is None:
        return Met(seq, row_id)
    index = unpack(stands["record_index"], stands["row_count"], stands["lines_after"])
    place = row_id - stands["span_id"]
    line = int(index.lines[place]) if place < len(index.lines) else None
    return Met(seq, row_id, stands["path"], line, stands["date"])

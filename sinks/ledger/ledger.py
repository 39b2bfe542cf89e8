"""Files and spans: what was committed, from where, and how the balance stands."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from processors.errors import WarehouseError
from sinks.base import IdRange, MicroBatch, Span
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.ledger.entry import Entry, Origin

_UPSERT_FILE = f"""
INSERT INTO meta_files (file_id, dataset, path, generation, date, state, reason, header, fingerprint, dialect, size,
                        mtime_ns, inode, ctime_ns, acknowledged, records, accepted, rejected, schema_version,
                        discovered_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW}, {NOW})
ON CONFLICT (file_id) DO UPDATE SET
    path = excluded.path, state = excluded.state, reason = excluded.reason, header = excluded.header,
    fingerprint = excluded.fingerprint, dialect = excluded.dialect, size = excluded.size,
    mtime_ns = excluded.mtime_ns, inode = excluded.inode,
    ctime_ns = excluded.ctime_ns, acknowledged = max(acknowledged, excluded.acknowledged),
    records = records + excluded.records, accepted = accepted + excluded.accepted,
    rejected = rejected + excluded.rejected,
    schema_version = coalesce(excluded.schema_version, schema_version), updated_at = excluded.updated_at
"""
_SUPERSEDE = f"""
UPDATE meta_files SET state = 'superseded', records = 0, accepted = 0, rejected = 0, updated_at = {NOW},
    reason = format('Generation %d took its place; its %d records (%d accepted, %d rejected) were taken out.',
                    ?, records, accepted, rejected)
WHERE file_id = ?
"""
#: Nothing is inserted where a span reaches into this one.
_INSERT_SPAN = f"""
INSERT INTO meta_spans (span_id, row_count, byte_start, byte_end, lines_after, digest, record_index, elements, passed,
                        parameters_version, suite_id, config_id, run_id, committed_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, {NOW}
WHERE coalesce((SELECT span_id + row_count FROM meta_spans WHERE span_id < ?1 + ?2 ORDER BY span_id DESC LIMIT 1), 0)
    <= ?1
"""
_REVISE_SPAN = """
UPDATE meta_spans SET elements = ?, passed = ?, parameters_version = ?, suite_id = ?, config_id = ?, run_id = ?
WHERE span_id = ?
"""
_INSERT_COUNTS = "INSERT INTO meta_counts (span_id, name, count) VALUES (?, ?, ?)"


class Ledger:
    """Writes files and spans. Every method runs inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_spans(self, entry: Entry, batch: MicroBatch, origin: Origin) -> bool:
        """Enter the spans; False where exactly this one is there already. Raises WarehouseError when another overlaps
        it."""
        columns = [*entry.spans.columns, *origin.columns(len(batch.parts))]
        if self._connection.insert(_INSERT_SPAN, _numbered(columns)) == len(batch.parts):
            return True
        span = batch.part.span
        claims = "SELECT span_id, row_count, byte_start, byte_end FROM meta_spans WHERE span_id <= ?"
        [row] = self._connection.rows(f"{claims} ORDER BY span_id DESC LIMIT 1", span.id_last)
        if row != (span.id_first, span.row_count, span.byte_start, span.byte_end):
            raise WarehouseError(
                f"records {span.row_first} to {span.row_first + span.row_count - 1} of file {span.file_id} partly "
                f"overlap a committed span of {row[1]!r} records from {int(str(row[0])) & 0xFFFFFFFF} on; a span is "
                "replaced whole or not at all. Replay the file's date to commit its spans anew."
            )
        return False

    def revise_span(self, entry: Entry, origin: Origin) -> None:
        """The only span was judged anew."""
        span_id, judged = entry.spans.column(0), [entry.spans.column(place) for place in (7, 8, 9)]
        self._connection.insert(_REVISE_SPAN, _numbered([*judged, *origin.columns(1), span_id]))

    def count(self, entry: Entry) -> None:
        """Enter the span's counts."""
        self._connection.insert(_INSERT_COUNTS, entry.counts)

    def forget_counts(self, span: Span | IdRange) -> None:
        """Take the counts of a span away that is replaced, or of all spans within it."""
        self._connection.run("DELETE FROM meta_counts WHERE span_id BETWEEN ? AND ?", span.id_first, span.id_last)

    def settle(self, files: pa.RecordBatch, versions: Sequence[int | None]) -> None:
        """Add to the balance of each file, and take over what a batch says of its state. `versions`: of the schema of
        each, where they are known by this batch."""
        self._connection.insert(_UPSERT_FILE, _numbered([*files.columns, pa.array(versions, pa.int64())]))

    def supersede(self, file_id: int, generation: int) -> None:
        """Empty the file's balance; `generation` has taken its place."""
        self._connection.run(_SUPERSEDE, generation, file_id)

    def shift(self, file_id: int, accepted: int) -> None:
        """Move rows of a file between rejected and accepted."""
        self._connection.run(
            "UPDATE meta_files SET accepted = accepted + ?1, rejected = rejected - ?1 WHERE file_id = ?2",
            *(accepted, file_id),
        )


def _numbered(columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """Rows of parameters."""
    return pa.RecordBatch.from_arrays(columns, names=[str(place) for place in range(len(columns))])

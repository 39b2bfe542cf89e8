"""Files and spans: what was committed, from where, and how the balance stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processors.errors import WarehouseError
from processors.outcome import ROW_ID, Outcome, RowIds
from processors.reasons import REPEATED_HEADER
from sinks.base import File, FileDialect, FileStat, FileState, IdRange, MicroBatch, Part, Position, Span, Table
from sinks.connection import Connection, Scalar, parameter_rows

#: The time as `now` writes it.
NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
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
                        parameters_version, suite_id, run_id, committed_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, {NOW}
WHERE coalesce((SELECT span_id + row_count FROM meta_spans WHERE span_id < ?1 + ?2 ORDER BY span_id DESC LIMIT 1), 0)
    <= ?1
"""
_REVISE_SPAN = """
UPDATE meta_spans SET elements = ?, passed = ?, parameters_version = ?, suite_id = ?, run_id = ? WHERE span_id = ?
"""
_INSERT_COUNTS = "INSERT INTO meta_counts (span_id, name, count) VALUES (?, ?, ?)"
_FILES = """
SELECT file_id, dataset, path, generation, date, header, fingerprint, dialect, acknowledged, size, mtime_ns, inode,
ctime_ns, state, reason, records, accepted, rejected, discovered_at, updated_at FROM meta_files
"""
#: The first span that no other follows directly ends the file's committed prefix.
_POSITION = """
SELECT (span_id & 4294967295) + row_count - 1, byte_end, lines_after FROM meta_spans s
WHERE span_id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295
AND NOT EXISTS (SELECT 1 FROM meta_spans n WHERE n.span_id = s.span_id + s.row_count)
AND EXISTS (SELECT 1 FROM meta_spans f WHERE f.span_id = (?1 << 32) + 1)
ORDER BY span_id LIMIT 1
"""
_SPANS = """
SELECT span_id, row_count, byte_start, byte_end, lines_after, digest, record_index, parameters_version FROM meta_spans
WHERE span_id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY span_id
"""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A row of `meta_files`."""

    file: File
    stat: FileStat
    state: FileState
    reason: str
    records: int
    accepted: int
    rejected: int
    discovered_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class SpanEntry:
    """A row of `meta_spans`."""

    span: Span
    lines_after: int
    digest: bytes
    record_index: bytes
    parameters_version: int | None = None


def now() -> str:
    """The time, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def files(connection: Connection, where: str = "", *values: str | int) -> Iterator[FileEntry]:
    """The files of the ledger, by id; `where` is a SQL condition over `meta_files`."""
    condition = f"WHERE {where}" if where else ""
    for batch in connection.batches(f"{_FILES} {condition} ORDER BY file_id", *values):
        for row in batch.to_pylist():
            identity = row["file_id"], row["dataset"], row["path"], row["generation"]
            read = _header(row["header"]), row["fingerprint"], _dialect(row["dialect"]), bool(row["acknowledged"])
            file = File(*identity, row["date"], *read)
            stat = FileStat(row["size"], row["mtime_ns"], row["inode"], row["ctime_ns"])
            balance = row["records"], row["accepted"], row["rejected"]
            yield FileEntry(file, stat, row["state"], row["reason"], *balance, row["discovered_at"], row["updated_at"])


@lru_cache(maxsize=1024)
def _header(text: str) -> tuple[str, ...]:
    """Most files have the header of the one before: a hundred thousand of them share one tuple."""
    return tuple(json.loads(text))


@lru_cache(maxsize=1024)
def _dialect(text: str | None) -> FileDialect | None:
    return None if text is None else FileDialect(**json.loads(text))


@lru_cache(maxsize=1024)
def _dialect_text(dialect: FileDialect | None) -> str | None:
    return None if dialect is None else json.dumps(asdict(dialect))


def spans(connection: Connection, file_id: int) -> Iterator[SpanEntry]:
    """The committed spans of a file, in its order."""
    for batch in connection.batches(_SPANS, file_id):
        for row in batch.to_pylist():
            first = row["span_id"] & 0xFFFFFFFF
            span = Span(file_id, first, row["row_count"], row["byte_start"], row["byte_end"])
            version = row["parameters_version"]
            yield SpanEntry(span, row["lines_after"], row["digest"], row["record_index"], version)


def position(connection: Connection, file_id: int) -> Position:
    """Where the committed prefix of a file ends."""
    for records, offset, lines in connection.rows(_POSITION, file_id):
        assert isinstance(records, int)  # noqa: S101 - the columns' own types
        assert isinstance(offset, int)  # noqa: S101
        assert isinstance(lines, int)  # noqa: S101
        return Position(records, offset, lines)
    return Position()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger is told of a micro-batch, as parameters of its statements, a row a part; `spans` is empty where
    there is only news, `counts` has a row for each part and name."""

    spans: pa.RecordBatch
    counts: pa.RecordBatch
    files: pa.RecordBatch


_NOTHING = pa.RecordBatch.from_pylist([], schema=pa.schema([]))


def entry(batch: MicroBatch, outcome: Outcome) -> Entry:
    """The entry of new spans, whose records had this `outcome`; of a batch without records, its file's state."""
    if not outcome.row_count:
        return Entry(_NOTHING, _NOTHING, file_rows(batch, [0], [0]))
    accepted = _per_part(batch, outcome.accepted[ROW_ID].to_numpy())
    elements = _elements(batch, outcome)
    version = None if batch.parameters is None else batch.parameters.version
    spans = [
        (*_claim(part), split, passed, version)
        for part, split, passed in zip(batch.parts, elements, accepted, strict=True)
    ]
    records = [part.span.row_count for part in batch.parts]
    counts = _counts(batch, {**outcome.marked, **_unknown(batch.table, outcome.accepted)})
    return Entry(parameter_rows(spans), counts, file_rows(batch, records, accepted))


def _elements(batch: MicroBatch, outcome: Outcome) -> list[int]:
    """How many records of each part the steps were asked about: those that could be split, and repeat no header."""
    split = _per_part(batch, batch.rows[ROW_ID].to_numpy())
    lines = outcome.marked.get(f"rule.{REPEATED_HEADER}")
    if lines is None:
        return split
    return [records - repeated for records, repeated in zip(split, _per_part(batch, lines), strict=True)]


def _unknown(table: Table, rows: pa.RecordBatch) -> dict[str, RowIds]:
    """The rows which a rule of the sink cannot compare, since they have a null in one of its columns."""
    marked: dict[str, RowIds] = {}
    for asked in table.suite.expectations if table.suite else ():
        if asked.level == "sink":
            nulls = [rows[name].is_null() for name in asked.columns if rows[name].null_count]
            if nulls:
                ids: RowIds = rows[ROW_ID].filter(reduce(pc.or_, nulls)).to_numpy()
                marked[f"unknown.{asked.name}"] = ids
    return marked


def _claim(part: Part) -> tuple[Scalar, ...]:
    span, index = part.span, part.index
    where = span.id_first, span.row_count, span.byte_start, span.byte_end
    return (*where, index.lines_after, part.digest, index.pack())


def _counts(batch: MicroBatch, marked: Mapping[str, RowIds]) -> pa.RecordBatch:
    counts = [
        (part.span.id_first, name, count)
        for name, ids in marked.items()
        for part, count in zip(batch.parts, _per_part(batch, ids), strict=True)
        if count
    ]
    return parameter_rows(counts) if counts else _NOTHING


def _per_part(batch: MicroBatch, ids: RowIds) -> list[int]:
    """How many of the records belong to each part."""
    if len(batch.parts) == 1:
        return [len(ids)]
    counts: list[int] = np.bincount(batch.part_of(ids), minlength=len(batch.parts)).tolist()
    return counts


def file_rows(batch: MicroBatch, records: Sequence[int], accepted: Sequence[int]) -> pa.RecordBatch:
    """What the batch says of its files, and what is to be added to the balance of each."""
    return parameter_rows(
        [
            (*_file_row(part), count, passed, count - passed)
            for part, count, passed in zip(batch.parts, records, accepted, strict=True)
        ]
    )


def _file_row(part: Part) -> tuple[Scalar, ...]:
    file, stat = part.file, part.stat
    return (
        *(file.file_id, file.dataset, file.path, file.generation, file.date, part.state, part.reason),
        *(_header_text(file.header), file.fingerprint, _dialect_text(file.dialect)),
        *(stat.size, stat.mtime_ns, stat.inode, stat.ctime_ns, int(file.acknowledged)),
    )


@lru_cache(maxsize=64)
def _header_text(header: tuple[str, ...]) -> str:
    return json.dumps(header, ensure_ascii=False)


class Ledger:
    """Writes files and spans. Every method runs inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_spans(self, entry: Entry, batch: MicroBatch, suite_id: int | None, run_id: int | None) -> bool:
        """Enter the spans, which were judged by a suite in a run; False where exactly this one is there already. Raises
        WarehouseError when another overlaps it."""
        columns = [*entry.spans.columns, *_origin(len(batch.parts), suite_id, run_id)]
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

    def revise_span(self, entry: Entry, suite_id: int | None, run_id: int | None) -> None:
        """The only span was judged anew, by a suite in a run."""
        span_id, judged = entry.spans.column(0), [entry.spans.column(place) for place in (7, 8, 9)]
        self._connection.insert(_REVISE_SPAN, _numbered([*judged, *_origin(1, suite_id, run_id), span_id]))

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


def _origin(spans: int, suite_id: int | None, run_id: int | None) -> list[pa.Array]:
    return [pa.array([each] * spans, pa.int64()) for each in (suite_id, run_id)]


def _numbered(columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """Rows of parameters."""
    return pa.RecordBatch.from_arrays(columns, names=[str(place) for place in range(len(columns))])

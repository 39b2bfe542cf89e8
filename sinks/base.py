"""What passes between the stream and a sink: a span of a file's records, the micro-batch, the receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.parameters.model import Parameters
from processors.schemas.model import Schema
from processors.validation import Severity
from sinks.files import RECORDS_MAX, File, FileStat, FileState, Position, row_id
from sinks.ledger.record_index import RecordIndex, empty_index
from sinks.schemas.drift import Drift
from sinks.table import Table

Breach: TypeAlias = Literal["hold", "fail"]


@dataclass(frozen=True, slots=True)
class Span:
    """What one commit claims: `row_count` records of one file from record `row_first` on, in [byte_start, byte_end)."""

    file_id: int
    row_first: int
    row_count: int
    byte_start: int
    byte_end: int

    @property
    def id_first(self) -> int:
        """The row id of the first record."""
        return row_id(self.file_id, self.row_first)

    @property
    def id_last(self) -> int:
        """The row id of the last record; less than `id_first` in an empty span."""
        return self.id_first + self.row_count - 1


def whole_file(file_id: int) -> Span:
    """A span over all row ids that a file can have."""
    return Span(file_id, 1, RECORDS_MAX, 0, 0)


@dataclass(frozen=True, slots=True)
class Swap:
    """The rows of the file `superseded` go, and those of a newer generation come, in one transaction, which the batches
    of the new one make up together: `begin`, any number of `within`, `end`; or one that is the `whole`. With `undo`
    the transaction is given up, and what the batch itself says is stored alone."""

    superseded: int
    step: Literal["begin", "within", "end", "whole", "undo"]

    @property
    def opens(self) -> bool:
        """Whether the transaction begins with this batch."""
        return self.step in {"begin", "whole"}

    @property
    def closes(self) -> bool:
        """Whether the transaction ends with this batch."""
        return self.step in {"end", "whole"}


@dataclass(frozen=True, slots=True)
class Part:
    """What a micro-batch has of one file: a span of its records, or, with an empty span, only the news of its state.

    `index`: where each record stands. `digest`: of the span's bytes (SHA-256). `arrived_ns`: when the file was noticed
    (monotonic clock).
    """

    file: File
    span: Span
    index: RecordIndex
    digest: bytes
    stat: FileStat
    state: FileState
    reason: str
    arrived_ns: int


@dataclass(frozen=True, slots=True)
class IdRange:
    """The row ids from `id_first` to `id_last`, both included."""

    id_first: int
    id_last: int


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """A run of complete records of one file; or all records of several small ones, a part each, in the order of their
    ids, with one dataset, execution date and header.

    `table`: the staged table with which it is stored. `rows`: `_id` and a text column a header name. `malformed`:
    records that have no columns, in the form of `processors.outcome.REJECTED`; `malformed_events`: their `_id` and
    `payload`. `keep_events`: the raw layer wants the records (not in a replay, nor where the dataset keeps no raw
    layer). `swap`: the part that the batch has in the change from one generation of the file to the next. `breach`:
    what becomes of its dataset, or of everything, with news of a file that goes over a budget. `schemas`: what is
    known of the schemas of files, by id, before their records are judged; of a file of which no record is handed on,
    all that was seen. `parameters`: those of its execution date, where a step wants any.
    """

    parts: tuple[Part, ...]
    table: Table
    rows: pa.RecordBatch
    malformed: pa.RecordBatch
    malformed_events: pa.RecordBatch
    ingested_at: str
    keep_events: bool
    swap: Swap | None = None
    breach: Breach | None = None
    schemas: Mapping[int, Schema] = field(default_factory=dict)
    parameters: Parameters | None = None

    @property
    def part(self) -> Part:
        """The only part."""
        [part] = self.parts
        return part

    @property
    def dataset(self) -> str:
        """The dataset of all parts."""
        return self.parts[0].file.dataset

    @property
    def row_count(self) -> int:
        """How many records the spans of all parts have."""
        return sum(part.span.row_count for part in self.parts)

    @property
    def ids(self) -> IdRange:
        """From the first part's first record to the last part's last; what lies between belongs to these files."""
        return IdRange(self.parts[0].span.id_first, self.parts[-1].span.id_last)

    def part_of(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The place in `parts` of each record."""
        firsts = np.array([part.span.id_first for part in self.parts], np.int64)
        return np.searchsorted(firsts, ids, "right") - 1


def news(
    file: File,
    table: Table,
    end: Position,
    stat: FileStat,
    state: FileState,
    reason: str,
    arrived_ns: int,
    at: str,
    swap: Swap | None = None,
    breach: Breach | None = None,
    schema: Schema | None = None,
) -> MicroBatch:
    """A batch without records, which tells the ledger of a file's state. `at`: the time, as in `ingested_at`. `schema`:
    what was seen of the file, where anything was."""
    rows = pa.RecordBatch.from_pylist([], schema=pa.schema([(ROW_ID, pa.int64())]))
    events = pa.RecordBatch.from_pylist([], schema=pa.schema([(ROW_ID, pa.int64()), ("payload", pa.string())]))
    span = Span(file.file_id, end.records + 1, 0, end.offset, end.offset)
    index = empty_index(end.lines)
    part = Part(file, span, index, b"", stat, state, reason, arrived_ns)
    schemas = {} if schema is None else {file.file_id: schema}
    return MicroBatch((part,), table, rows, no_rejects(), events, at, False, swap, breach, schemas)


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of a batch went, in microseconds of wall time, and the most memory that the process had by then.

    `steps`: of `judge_us`, by the name of the step. `prepare_us`: what it took to encode the rows. `commit_us`: the
    transaction's, by rows its share in one of several. `latency_us`: from the look at its first file to its rows being
    visible. What is not known yet is 0.
    """

    read_us: int = 0
    judge_us: int = 0
    steps: Mapping[str, int] = field(default_factory=dict)
    prepare_us: int = 0
    commit_us: int = 0
    latency_us: int = 0
    rss_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A micro-batch with the verdict on it. `events`: `_id` and `payload` of all records, or of the rejected only where
    the raw layer does not want the rest. `timing`: as far as it is known."""

    batch: MicroBatch
    outcome: Outcome
    events: pa.RecordBatch
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit did. `accepted + rejected == batch.row_count`, rules that look at other rows included.

    `lost`: of the rejected, those that no step refused, and that lost to other records: duplicates, mostly.
    `rejudged`: rows of other spans, of this dataset and of others, that changed sides because of what this span has, or
    had. `drifts`: the files at which the schema changed.
    """

    batch: MicroBatch
    accepted: int
    rejected: int
    counts: Mapping[str, int]
    rejudged: int
    timing: Timing
    drifts: tuple[Drift, ...] = ()
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be told of a date of a dataset as a whole. `subject`: the rule, the column or the model that it is
    about, or `score`; of an export its kind. `masked`: the message without what stood in rows, where it tells that."""

    dataset: str
    date: str
    kind: Literal["rule", "drift", "score", "export", "model"]
    subject: str
    severity: Severity
    message: str
    masked: str | None = None


Prepared = TypeVar("Prepared")


class Sink(Protocol[Prepared]):
    """Takes judged spans. A commit replaces its span, so committing twice is committing once."""

    def position(self, file_id: int, /) -> Position:
        """Where the file's committed records end, as far as they follow each other from the first."""
        ...

    def prepare(self, judged: Judged, /) -> Prepared:
        """The part of the work that needs no database, so that it can be done beside the commit before it."""
        ...

    def commit(self, prepared: Prepared, /) -> Receipt:
        """Rows, rejects, counts, events and the span, all or nothing. Raises WarehouseError."""
        ...

    def commit_all(self, waiting: Sequence[Prepared], /) -> Iterator[Receipt]:
        """The same for each of several, in their order. Some may be stored at once, all of them or nothing; receipts
        are given behind that."""
        ...

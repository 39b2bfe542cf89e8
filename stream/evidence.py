"""The records that a date is recomputed from: its raw events, or, where there are none, the landing files that still
have the bytes which were loaded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processors.errors import SourceError
from processors.events import encode
from processors.outcome import ROW_ID
from sinks.ledger.corrections import corrections
from sinks.ledger.files import FileEntry
from sinks.ledger.prunes import stored_prunes
from sinks.ledger.record_index import unpack
from sinks.ledger.spans import SpanEntry
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.disposal import kept_at
from stream.reading.framing import frame
from stream.reading.records import parse
from stream.reading.sniffing import LaidOut, lay_out
from stream.reading.source import LandingFile

_EVENTS = pa.schema([(ROW_ID, pa.int64()), ("payload", pa.string())])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a dataset's records are read again. `recorded`: the warehouse as it was; `landing`: None where files are
    out of reach."""

    recorded: WarehouseReader
    landing: Path | None
    dataset: Dataset

    def spans(self, entry: FileEntry) -> Iterator[tuple[SpanEntry, pa.Table]]:
        """Each span of a file with its events (`_id`, `payload`). Raises SourceError where they cannot be had."""
        with ExitStack() as resources:
            original: LaidOut | None = None
            for span in self.recorded.spans(entry.file.file_id):
                stored = self.recorded.events(span.span)
                if stored.num_rows < span.span.row_count:
                    original = original or resources.enter_context(self._original(entry))[1]
                    stored = self._read(original, entry, span)
                yield span, stored

    def why_none(self, entry: FileEntry) -> str | None:
        """Why a file's records cannot be had, as far as that shows before they are split; None where they can."""
        if entry.records and not self.recorded.keeps_events(entry):
            try:
                with self._original(entry):
                    pass
            except SourceError as error:
                return str(error)
        return None

    def whole_file(self, entry: FileEntry) -> tuple[bytes, int]:
        """Where a file is, from the landing folder, that has the bytes of all spans and nothing more; and its size.
        Raises SourceError where there is none."""
        if not entry.records and entry.state != "superseded":
            raise SourceError("nothing of it was loaded")
        with self._original(entry) as (path, laid_out):
            end = max((span.span.byte_end for span in self.recorded.spans(entry.file.file_id)), default=0)
            if not laid_out.source.is_blank(end):
                raise SourceError("it has more than what was loaded")
            return path, laid_out.source.stat.size

    @contextmanager
    def _original(self, entry: FileEntry) -> Iterator[tuple[bytes, LaidOut]]:
        """The file with the bytes of all spans, and where it is."""
        changed, follow_links = False, self.dataset.files.follow_links
        if self.landing is None:
            raise SourceError(f"{self._why(entry)}, and landing files are out of reach here")
        root = os.fsencode(self.landing)
        for path in kept_at(root, self.dataset, entry.file.path):
            with ExitStack() as resources:
                try:
                    file = LandingFile(root, path, follow_links=follow_links)
                except FileNotFoundError:
                    continue
                laid_out = lay_out(resources.enter_context(file), self.dataset, entry.file.dialect, final=True)
                if laid_out.source.holds(self.recorded.spans(entry.file.file_id)):
                    again = lay_out(file, self.dataset, entry.file.dialect, final=True)  # some sources go forwards only
                    yield path, again
                    return
                changed = True
        kept = "its bytes in the landing folder are not those that were loaded"
        raise SourceError(f"{self._why(entry)}, and {kept if changed else 'it is not in the landing folder any more'}")

    def _why(self, entry: FileEntry) -> str:
        """Why its records have no events."""
        pruned = stored_prunes(self.recorded.connection, self.dataset.name, entry.file.date)
        told = [each.told for each in pruned if each.what == "raw"]
        return told[-1] if told and self.dataset.table.raw else "no raw events are kept of it"

    def _read(self, laid_out: LaidOut, entry: FileEntry, span: SpanEntry) -> pa.Table:
        """The records of a span, as the file has them, or as they were corrected."""
        count, dialect = span.span.row_count, laid_out.dataset.dialect
        index = unpack(span.record_index, count, span.lines_after)
        begin = int(index.starts[0])
        text = laid_out.source.read(begin, int(index.ends[-1]))
        frames = frame(text, dialect, final=True)
        if len(frames) != count:
            raise SourceError(
                f"{entry.file.path}: the dialect of its config reads {len(frames)} records where {count} were"
            )
        ids = span.span.id_first + np.arange(count, dtype=np.int64)
        records = parse(text, frames, entry.file.header, dialect, ids, begin)
        came = pa.record_batch([records.rows[ROW_ID], encode(records.rows)], schema=_EVENTS)
        corrected = corrections(self.recorded.connection, span.span.id_first, span.span.id_last)
        return _in_order(came, records.malformed_events.cast(_EVENTS), _events(corrected))


def _events(payloads: Mapping[int, str]) -> pa.RecordBatch:
    return pa.record_batch([list(payloads), list(payloads.values())], schema=_EVENTS)


def _in_order(came: pa.RecordBatch, malformed: pa.RecordBatch, corrected: pa.RecordBatch) -> pa.Table:
    """All records of a span, those that are corrected in the place of what came of them."""
    if not (malformed.num_rows or corrected.num_rows):
        return pa.Table.from_batches([came])
    kept = pa.Table.from_batches([came, malformed])
    kept = kept.filter(pc.invert(pc.is_in(kept[ROW_ID], corrected[ROW_ID])))
    return pa.concat_tables([kept, pa.Table.from_batches([corrected])]).sort_by(ROW_ID)

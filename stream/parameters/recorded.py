"""The parameters with which recorded records are judged once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from processors.parameters.model import Parameters
from sinks.database.connection import Connection
from sinks.ledger.files import FileEntry
from sinks.ledger.spans import SpanEntry
from sinks.parameters.versions import RecordedParameters
from stream.evidence import Evidence
from stream.parameters.choosing import figures, made, numbered
from stream.recorded import micro_batch

_VERSIONS_MAX = 8


class OfSpans:
    """Those that each span was judged with."""

    def __init__(self, recorded: RecordedParameters) -> None:
        self._recorded = recorded
        self._known: dict[tuple[str, int], Parameters | None] = {}

    def __call__(self, entry: FileEntry, span: SpanEntry) -> Parameters | None:
        """None where it was judged without."""
        if span.parameters_version is None:
            return None
        key = entry.file.dataset, span.parameters_version
        if key not in self._known:
            if len(self._known) >= _VERSIONS_MAX:
                self._known.clear()
            self._known[key] = self._recorded.version(*key)
        return self._known[key]


def of_replayed(
    connection: Connection,
    evidence: Evidence,
    date: str,
    files: Iterable[FileEntry],
    *,
    refit: bool,
) -> Parameters | None:
    """Those of a date whose `files` are replayed: the recorded ones, or, where there are none or with `refit`, those
    that are made of the rows before it, as `connection` sees them. Where there are no such rows, those of the date
    before, or else of the first records of its first file."""
    dataset = evidence.dataset
    if not dataset.wanted:
        return None
    known = None if refit else RecordedParameters(connection).of_date(dataset.name, date)
    if known is None:
        known = made(connection, dataset, date) or RecordedParameters(connection).of_date_before(dataset.name, date)
    first = next((entry for entry in files if entry.records), None)
    if known is None and first is not None:
        rows = _first_records(evidence, first)
        known = numbered(connection, dataset.name, date, None, figures(dataset, rows))
    return known


def _first_records(evidence: Evidence, entry: FileEntry) -> pa.RecordBatch:
    """Those of them that pass the steps as these are without parameters."""
    dataset = evidence.dataset
    return pa.concat_batches(
        [
            dataset.chain(micro_batch(entry, span, events, dataset.table).rows).accepted
            for span, events in _first_events(evidence, dataset.config.parameters.warmup_rows, entry)
        ]
    )


def _first_events(evidence: Evidence, count: int, entry: FileEntry) -> Iterator[tuple[SpanEntry, pa.Table]]:
    for span, events in evidence.spans(entry):
        before = span.span.row_first - 1
        if before >= count:
            return
        yield span, events.slice(0, count - before)

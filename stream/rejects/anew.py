"""Records of a file judged once more, each by its event and alone: those beside it stay as they are."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processors.errors import SourceError
from processors.outcome import ROW_ID
from sinks.base import Judged
from sinks.ledger.files import FileEntry
from sinks.ledger.spans import SpanEntry
from sinks.rows.retrial import Retrial
from stream.parameters.recorded import OfSpans
from stream.recorded import micro_batch
from stream.running.engine import broken_rule, verdict
from stream.schemas.contracts import Contracts
from stream.schemas.narrowness import too_narrow

#: Of a page of rejects: the event of a corrected record before its correction, where there is one.
CAME = "came"


@dataclass(frozen=True, slots=True)
class Anew:
    """Judges records by the contracts as they are, and with the parameters that their spans were judged with, inside
    the transaction of `retrial`."""

    datasets: Contracts
    retrial: Retrial
    parameters: OfSpans
    stop: threading.Event

    def judge(self, entry: FileEntry, spans: Sequence[SpanEntry], page: pa.Table) -> None:
        """Judge records of a file that has these spans. `page`: as `Rejects.events` describes it.

        Raises SourceError where a record breaks a rule with the action `fail`, or freezes its file, and
        KeyboardInterrupt when `stop` is set on the way.
        """
        firsts = np.array([each.span.id_first for each in spans])
        places = np.searchsorted(firsts, page[ROW_ID].to_numpy(), "right") - 1
        for place in np.unique(places).tolist():
            if self.stop.is_set():
                raise KeyboardInterrupt
            self._judge(entry, spans[place], page.filter(pa.array(places == place)))

    def _judge(self, entry: FileEntry, span: SpanEntry, rows: pa.Table) -> None:
        judged = self._verdict(entry, span, rows.filter(pc.not_equal(rows["is_typed"], 1)))
        came = self._as_it_came(entry, span, rows)
        broken = broken_rule(judged)
        if broken is not None:
            raise SourceError(f"{entry.file.path}: {broken}. Nothing was retried.")
        attempts = rows.select([ROW_ID, "attempts"]).combine_chunks().to_batches()[0]
        self.retrial.take(judged, attempts, came)

    def _as_it_came(self, entry: FileEntry, span: SpanEntry, rows: pa.Table) -> Judged | None:
        """The verdict on the corrected records as they were before; None where there are none."""
        if CAME not in rows.column_names:
            return None
        before = rows.select([ROW_ID, CAME]).rename_columns([ROW_ID, "payload"])
        return self._verdict(entry, span, before.filter(before["payload"].is_valid()))

    def _verdict(self, entry: FileEntry, span: SpanEntry, events: pa.Table) -> Judged:
        """By a contract that takes all that it may."""
        while True:
            dataset = self.datasets[entry.file.dataset]
            batch = micro_batch(entry, span, events, dataset.table, self.parameters(entry, span))
            judged = verdict(batch, dataset.chain)
            narrow = too_narrow(judged)
            if narrow is None:
                return judged
            self.datasets.widen(dataset.name, narrow.cells)
